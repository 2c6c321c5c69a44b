// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the balloon manager does about guests that do not give what they were
 * asked for, and about those that give in vain: when does it let go, and when
 * does it ask again?
 */
#include "host_half.h"

/*
 * Asked for all it does not use, after which the budget is as it is now. With
 * so much slack the host is in no danger.
 */
static void ask_to_shrink(void)
{
	one_half(200 * MIB);
	w.settings.slack = GIB;
	w.settings.budget = 300 * MIB + OWN + w.settings.slack;
	world_use(&w, 0, 200 * MIB);
	world_step(&w);
	EXPECT_EQ(RSH_R_SHRINK_BUDGET, w.decisions[0].reason);
	EXPECT_EQ(300 * MIB, world_target(&w, 0));
}

TEST(memory_that_does_not_follow_the_balloon_is_flagged)
{
	ask_to_shrink();
	w.samples[0].actual = 300 * MIB;
	wait_ms(1500);
	EXPECT_FALSE(w.decisions[0].flags & RSH_F_DISCARD_INHIBITED);
	wait_ms(1000);
	EXPECT_TRUE(w.decisions[0].flags & RSH_F_DISCARD_INHIBITED);
	/* It has back what it uses anyway, and is not asked again soon. */
	EXPECT_EQ(512 * MIB, world_target(&w, 0));
	w.samples[0].actual = 512 * MIB;
	wait_ms(29000);
	EXPECT_EQ(512 * MIB, world_target(&w, 0));
	wait_ms(1500);
	EXPECT_TRUE(world_target(&w, 0) < 512 * MIB);
}

/* A little at a time, and every time too little to tell. */
TEST(many_small_gifts_in_vain_are_one_large)
{
	unsigned int i;

	one_half(200 * MIB);
	for (i = 1; i <= 10; i++) {
		w.settings.budget = w.samples[0].actual - 16 * MIB + OWN;
		world_use(&w, 0, 200 * MIB);
		world_step(&w);
		w.samples[0].actual = w.samples[0].asked;
		wait_ms(1000);
		if (w.decisions[0].flags & RSH_F_DISCARD_INHIBITED)
			break;
	}
	EXPECT_TRUE(i > 2 && i < 10);
	EXPECT_FALSE(w.decisions[0].flags & RSH_F_LIAR);
}

TEST(a_small_gift_in_vain_proves_nothing)
{
	one_half(200 * MIB);
	w.settings.budget = 500 * MIB + OWN;
	world_use(&w, 0, 200 * MIB);
	world_step(&w);
	EXPECT_EQ(500 * MIB, world_target(&w, 0));
	w.samples[0].actual = 500 * MIB;
	w.settings.budget = GIB;
	wait_ms(20000);
	EXPECT_EQ(0, w.decisions[0].flags);
}

TEST(memory_that_follows_the_balloon_is_not_flagged)
{
	ask_to_shrink();
	world_settle(&w, 0, 300 * MIB);
	wait_ms(20000);
	EXPECT_EQ(0, w.decisions[0].flags);
}

TEST(untouched_memory_is_not_missed)
{
	ask_to_shrink();
	w.samples[0].pss = 250 * MIB + OWN;
	wait_ms(100);
	w.samples[0].actual = 300 * MIB;
	wait_ms(20000);
	EXPECT_FALSE(w.decisions[0].flags & RSH_F_DISCARD_INHIBITED);
}

TEST(a_guest_that_does_not_give_is_no_longer_asked)
{
	unsigned int i;

	ask_to_shrink();
	world_settle(&w, 0, 400 * MIB);
	wait_ms(2500);
	EXPECT_TRUE(w.decisions[0].flags & RSH_F_STUCK);
	EXPECT_EQ(400 * MIB, world_target(&w, 0));
	wait_ms(25000);
	EXPECT_EQ(400 * MIB, world_target(&w, 0));
	wait_ms(5000);
	EXPECT_TRUE(world_target(&w, 0) < 400 * MIB);
	/* Twice as long the next time. */
	wait_ms(2500);
	for (i = 0; i < 55; i++) {
		EXPECT_EQ(400 * MIB, world_target(&w, 0));
		wait_ms(1000);
	}
	wait_ms(5000);
	EXPECT_TRUE(world_target(&w, 0) < 400 * MIB);
}

/* Its floor is where it could not go on, not where it is now. */
TEST(a_guest_that_could_not_give_gives_what_it_got_since)
{
	unsigned int i;

	ask_to_shrink();
	world_settle(&w, 0, 400 * MIB);
	wait_ms(2500);
	EXPECT_EQ(400 * MIB, world_target(&w, 0));
	world_settle(&w, 0, 700 * MIB);
	world_step(&w);
	wait_ms(2500);
	EXPECT_EQ(400 * MIB, world_target(&w, 0));
	/* And it has time to. */
	world_settle(&w, 0, 600 * MIB);
	for (i = 0; i < 10; i++) {
		wait_ms(100);
		EXPECT_EQ(400 * MIB, world_target(&w, 0));
	}
	EXPECT_TRUE(w.decisions[0].flags & RSH_F_STUCK);
}

/* A burst is over: nobody waits for 30 seconds to get its memory. */
TEST(a_guest_that_was_full_is_asked_again_when_it_is_not)
{
	ask_to_shrink();
	world_settle(&w, 0, 400 * MIB);
	world_use(&w, 0, 390 * MIB);
	world_step(&w);
	w.now += 2500 * RSH_MS;
	world_step(&w);
	EXPECT_TRUE(w.decisions[0].flags & RSH_F_STUCK);
	EXPECT_EQ(400 * MIB, world_target(&w, 0));
	world_use(&w, 0, 380 * MIB);
	world_step(&w);
	EXPECT_EQ(400 * MIB, world_target(&w, 0));
	world_use(&w, 0, 200 * MIB);
	world_step(&w);
	EXPECT_FALSE(w.decisions[0].flags & RSH_F_STUCK);
	EXPECT_EQ(300 * MIB, world_target(&w, 0));
	wait_ms(1000);
	EXPECT_EQ(300 * MIB, world_target(&w, 0));
}

/* It holds off until its target changes, so the old one is no question. */
TEST(a_guest_that_is_asked_again_is_asked_for_something_else)
{
	ask_to_shrink();
	world_settle(&w, 0, 304 * MIB);
	world_use(&w, 0, 294 * MIB);
	world_step(&w);
	w.now += 1900 * RSH_MS;
	world_use(&w, 0, 294 * MIB);
	world_step(&w);
	EXPECT_TRUE(w.decisions[0].flags & RSH_F_STUCK);
	w.samples[0].asked = 300 * MIB;
	w.settings.budget = 304 * MIB + OWN + w.settings.slack;
	world_use(&w, 0, 100 * MIB);
	world_step(&w);
	EXPECT_FALSE(w.decisions[0].flags & RSH_F_STUCK);
	EXPECT_EQ(RSH_R_RETREAT, w.decisions[0].reason);
	EXPECT_EQ(304 * MIB, world_target(&w, 0));
}

/* Flagged, and with all it had. */
static void give_in_vain(void)
{
	ask_to_shrink();
	w.samples[0].actual = 300 * MIB;
	wait_ms(2500);
	EXPECT_TRUE(w.decisions[0].flags & RSH_F_DISCARD_INHIBITED);
	EXPECT_EQ(512 * MIB, world_target(&w, 0));
	w.samples[0].actual = 512 * MIB;
}

/* It was in the middle of a burst, and had only pieces to give. */
TEST(a_guest_that_gave_in_vain_is_asked_again_when_it_uses_less)
{
	give_in_vain();
	second(450 * MIB);
	second(430 * MIB);
	EXPECT_EQ(512 * MIB, world_target(&w, 0));
	second(200 * MIB);
	EXPECT_FALSE(w.decisions[0].flags & RSH_F_DISCARD_INHIBITED);
	EXPECT_EQ(300 * MIB, world_target(&w, 0));
	/* This time it comes back, and all is forgiven. */
	world_settle(&w, 0, 300 * MIB);
	wait_ms(5000);
	EXPECT_EQ(0, w.decisions[0].flags);
	EXPECT_EQ(300 * MIB, world_target(&w, 0));
}

/* How often is it asked, if nothing ever comes back, in a minute of bursts? */
static unsigned int attempts(uint64_t burst)
{
	unsigned int i, n = 0;

	for (i = 0; i < 60; i++) {
		second(i % 6 == 3 ? 200 * MIB + burst : 200 * MIB);
		n += w.decisions[0].ask && w.decisions[0].target < 512 * MIB;
		w.samples[0].actual = w.samples[0].asked;
	}
	return n;
}

TEST(where_nothing_comes_back_every_fall_must_be_deeper)
{
	give_in_vain();
	/* 32, 64 and 128 MiB are deep enough, 256 are not to be had. */
	EXPECT_EQ(3, attempts(200 * MIB));
	EXPECT_EQ(0, attempts(200 * MIB));
}

/* More is measured than the budget less half of the slack. */
static void endanger(void)
{
	w.settings.slack = 64 * MIB;
	w.settings.budget = 300 * MIB + OWN + w.settings.slack;
}

TEST(in_danger_a_stuck_guest_is_asked_as_well)
{
	ask_to_shrink();
	world_settle(&w, 0, 400 * MIB);
	wait_ms(10000);
	EXPECT_TRUE(w.decisions[0].flags & RSH_F_STUCK);
	EXPECT_EQ(400 * MIB, world_target(&w, 0));
	endanger();
	world_step(&w);
	EXPECT_TRUE(w.decisions[0].ask);
	EXPECT_EQ(300 * MIB, world_target(&w, 0));
	/* It can not, and is not asked all the time. */
	wait_ms(2500);
	EXPECT_EQ(400 * MIB, world_target(&w, 0));
	wait_ms(7000);
	EXPECT_EQ(400 * MIB, world_target(&w, 0));
	wait_ms(1000);
	EXPECT_EQ(300 * MIB, world_target(&w, 0));
	/* Now it can. */
	world_settle(&w, 0, 300 * MIB);
	wait_ms(30000);
	EXPECT_EQ(300 * MIB, world_target(&w, 0));
	EXPECT_EQ(0, w.decisions[0].flags);
}

TEST(in_danger_who_gave_in_vain_is_asked_as_well)
{
	give_in_vain();
	wait_ms(7900);
	EXPECT_EQ(512 * MIB, world_target(&w, 0));
	endanger();
	wait_ms(300);
	EXPECT_EQ(300 * MIB, world_target(&w, 0));
	w.samples[0].actual = 300 * MIB;
	wait_ms(2500);
	EXPECT_TRUE(w.decisions[0].flags & RSH_F_DISCARD_INHIBITED);
	EXPECT_EQ(512 * MIB, world_target(&w, 0));
	w.samples[0].actual = 512 * MIB;
	wait_ms(8000);
	EXPECT_EQ(300 * MIB, world_target(&w, 0));
	world_settle(&w, 0, 300 * MIB);
	wait_ms(1000);
	EXPECT_EQ(0, w.decisions[0].flags);
	EXPECT_EQ(300 * MIB, world_target(&w, 0));
}

TEST(a_slow_balloon_is_waited_for)
{
	unsigned int i;

	ask_to_shrink();
	for (i = 0; i < 40; i++) {
		world_settle(&w, 0, w.samples[0].actual - 5 * MIB);
		world_step(&w);
		EXPECT_EQ(300 * MIB, world_target(&w, 0));
	}
	EXPECT_FALSE(w.decisions[0].flags & RSH_F_STUCK);
}

TEST_MAIN
