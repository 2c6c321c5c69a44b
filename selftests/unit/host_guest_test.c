// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the balloon manager judges guests: what they use, how fast they grow,
 * which of them help themselves or do not tell the truth.
 */
#include <stdlib.h>
#include "host_half.h"

/* The budget has nothing for anybody to grow. */
static void no_room(void)
{
	w.settings.slack = GIB;
	w.settings.budget = w.samples[0].actual + OWN + w.settings.slack;
}

TEST(demand_is_use_and_headroom)
{
	one_half(200 * MIB);
	EXPECT_EQ(200 * MIB, w.decisions[0].used);
	EXPECT_EQ(264 * MIB, w.decisions[0].demand);
}

TEST(want_of_a_little_headroom_is_no_want)
{
	one_half(200 * MIB);
	second(460 * MIB);
	EXPECT_EQ(524 * MIB, w.decisions[0].demand);
	EXPECT_EQ(512 * MIB, world_target(&w, 0));
	second(465 * MIB);
	EXPECT_EQ(528 * MIB, world_target(&w, 0));
}

TEST(a_jump_is_not_taken_for_growth)
{
	one_half(200 * MIB);
	second(300 * MIB);
	EXPECT_EQ(364 * MIB, w.decisions[0].demand);
}

TEST(growth_seen_twice_is_extrapolated)
{
	one_half(200 * MIB);
	second(240 * MIB);
	second(280 * MIB);
	EXPECT_EQ(350 * MIB, w.decisions[0].demand);
	second(317 * MIB);
	/* 37 MiB a second, for 2 s. */
	EXPECT_EQ(391 * MIB, w.decisions[0].demand);
	second(317 * MIB);
	EXPECT_EQ(381 * MIB, w.decisions[0].demand);
}

TEST(growth_is_bounded_by_a_quarter_of_what_is_used)
{
	one_half(200 * MIB);
	second(300 * MIB);
	second(400 * MIB);
	EXPECT_EQ(500 * MIB, w.decisions[0].demand);
}

TEST(a_starving_guest_grows_at_once)
{
	one_half(200 * MIB);
	second(500 * MIB);
	EXPECT_TRUE(w.decisions[0].flags & RSH_F_STARVING);
	EXPECT_EQ(RSH_R_GROW, w.decisions[0].reason);
	/* The jump counts, for it may have been longer: 500 and its quarter. */
	EXPECT_EQ(625 * MIB, w.decisions[0].demand);
	EXPECT_EQ(624 * MIB, w.decisions[0].target);
}

TEST(stalls_are_a_sign_of_starving)
{
	one_half(460 * MIB);
	EXPECT_FALSE(w.decisions[0].flags & RSH_F_STARVING);
	w.samples[0].stats.alloc_stalls = 10;
	second(460 * MIB);
	EXPECT_FALSE(w.decisions[0].flags & RSH_F_STARVING);
	w.samples[0].stats.alloc_stalls = 11;
	second(460 * MIB);
	EXPECT_TRUE(w.decisions[0].flags & RSH_F_STARVING);
}

TEST(a_balloon_that_moves_is_neither_growth_nor_shrinking)
{
	one_half(200 * MIB);
	/* Statistics of before, seen with the balloon already elsewhere. */
	w.samples[0].stats.stamp++;
	world_settle(&w, 0, 400 * MIB);
	world_step(&w);
	EXPECT_EQ(200 * MIB, w.decisions[0].used);
	EXPECT_FALSE(w.decisions[0].flags & RSH_F_STARVING);
	world_settle(&w, 0, 800 * MIB);
	w.samples[0].asked = 800 * MIB;
	world_use(&w, 0, 200 * MIB);
	w.samples[0].stats.available -= 400 * MIB;
	world_step(&w);
	EXPECT_FALSE(w.decisions[0].ask);
}

TEST(old_statistics_are_not_believed)
{
	one_half(200 * MIB);
	w.now += w.settings.stale_ns;
	world_step(&w);
	EXPECT_TRUE(w.decisions[0].flags & RSH_F_STALE);
	/* What is measured is used, as far as anybody knows. */
	EXPECT_EQ(512 * MIB, w.decisions[0].used);
	EXPECT_EQ(512 * MIB, w.decisions[0].demand);
}

TEST(a_guest_without_statistics_does_not_creep)
{
	unsigned int i;

	world_init(&w, 4 * GIB, 1, GIB);
	w.settings.reserve = 4 * GIB;
	w.samples[0].asked = 512 * MIB;
	for (i = 0; i < 600; i++) {
		world_obey(&w);
		world_step(&w);
	}
	EXPECT_EQ(512 * MIB, world_target(&w, 0));
}

TEST(use_is_bounded_by_what_is_measured)
{
	one_half(100 * MIB);
	w.samples[0].pss = 180 * MIB + OWN;
	second(500 * MIB);
	EXPECT_EQ(180 * MIB, w.decisions[0].used);
	EXPECT_TRUE(w.decisions[0].flags & RSH_F_LIAR);
	EXPECT_FALSE(w.decisions[0].flags & RSH_F_STARVING);
	EXPECT_FALSE(w.decisions[0].ask);
}

static void expect_ignored(void)
{
	w.now += 900 * RSH_MS;
	world_step(&w);
	EXPECT_TRUE(w.decisions[0].flags & RSH_F_BAD_STATS);
	EXPECT_EQ(200 * MIB, w.decisions[0].used);
}

TEST(more_available_than_there_is_is_ignored)
{
	one_half(200 * MIB);
	w.samples[0].stats.stamp++;
	w.samples[0].stats.available = GIB + 1;
	expect_ignored();
	one_half(200 * MIB);
	w.samples[0].stats.stamp++;
	w.samples[0].stats.total = 100 * MIB;
	w.samples[0].stats.available = 101 * MIB;
	expect_ignored();
}

TEST(more_memory_than_it_has_is_ignored)
{
	one_half(200 * MIB);
	w.samples[0].stats.stamp++;
	w.samples[0].stats.total = GIB + 1;
	w.samples[0].stats.available = 10 * MIB;
	expect_ignored();
	one_half(200 * MIB);
	w.samples[0].stats.stamp++;
	w.samples[0].stats.total = 400 * MIB;
	w.samples[0].stats.free = 401 * MIB;
	w.samples[0].stats.available = 10 * MIB;
	expect_ignored();
}

TEST(statistics_from_the_past_are_ignored)
{
	one_half(200 * MIB);
	w.samples[0].stats.stamp--;
	w.samples[0].stats.available = 10 * MIB;
	expect_ignored();
	/* The flag goes when all is well again. */
	w.now += w.settings.stale_ns;
	world_use(&w, 0, 200 * MIB);
	world_step(&w);
	EXPECT_FALSE(w.decisions[0].flags & RSH_F_BAD_STATS);
}

TEST(a_balloon_larger_than_the_guest_is_absurd)
{
	one_half(200 * MIB);
	/* ram - balloon in unsigned arithmetic. */
	w.samples[0].actual = (uint64_t)0 - 4096;
	world_step(&w);
	EXPECT_TRUE(w.decisions[0].flags & RSH_F_BAD_STATS);
	EXPECT_EQ(GIB + OWN, w.decisions[0].committed);
}

/* It was asked to have 512 MiB and has taken @bytes more. */
static void help_itself(uint64_t bytes)
{
	one_half(500 * MIB);
	w.samples[0].asked = 512 * MIB;
	no_room();
	world_step(&w);
	EXPECT_EQ(512 * MIB, world_target(&w, 0));
	world_settle(&w, 0, 512 * MIB + bytes);
	world_step(&w);
}

TEST(a_guest_that_helped_itself_is_left_alone)
{
	unsigned int i;

	help_itself(32 * MIB);
	EXPECT_TRUE(w.decisions[0].flags & RSH_F_SELF_DEFLATED);
	for (i = 0; i < 90; i++) {
		world_step(&w);
		EXPECT_FALSE(w.decisions[0].ask);
	}
	/* And then what it has is what it shall have. */
	for (i = 0; i < 20; i++)
		world_step(&w);
	EXPECT_EQ(544 * MIB, world_target(&w, 0));
	EXPECT_FALSE(w.decisions[0].flags & RSH_F_SELF_DEFLATED);
}

TEST(a_guest_that_helped_itself_gets_more_if_there_is)
{
	help_itself(32 * MIB);
	EXPECT_FALSE(w.decisions[0].ask);
	w.settings.budget = 4 * GIB;
	world_step(&w);
	EXPECT_EQ(RSH_R_GROW_OOM, w.decisions[0].reason);
	EXPECT_TRUE(w.decisions[0].target >= 544 * MIB + w.settings.headroom);
}

/* It has enough by now, says so, and is asked as anybody else. */
TEST(a_guest_that_helped_itself_gives_it_back_when_it_can)
{
	help_itself(300 * MIB);
	world_use(&w, 0, 200 * MIB);
	w.now += RSH_SEC;
	world_step(&w);
	EXPECT_TRUE(w.decisions[0].ask);
	/* Not the same as before, for it holds off until that changes. */
	EXPECT_EQ(514 * MIB, world_target(&w, 0));
	world_step(&w);
	EXPECT_TRUE(world_target(&w, 0) <= 514 * MIB);
	EXPECT_EQ(RSH_R_SHRINK_BUDGET, w.decisions[0].reason);
}

TEST(growing_as_asked_is_no_self_help)
{
	one_half(500 * MIB);
	EXPECT_TRUE(w.samples[0].asked > 512 * MIB);
	world_settle(&w, 0, 530 * MIB);
	world_step(&w);
	world_settle(&w, 0, w.samples[0].asked);
	world_step(&w);
	EXPECT_FALSE(w.decisions[0].flags & RSH_F_SELF_DEFLATED);
}

TEST(hot_plugged_memory_is_no_self_help)
{
	one_half(200 * MIB);
	w.samples[0].ram += 256 * MIB;
	world_settle(&w, 0, 768 * MIB);
	world_step(&w);
	EXPECT_FALSE(w.decisions[0].flags & RSH_F_SELF_DEFLATED);
}

TEST(a_reboot_is_seen_by_its_counters)
{
	one_half(200 * MIB);
	w.samples[0].stats.minor_faults = 5000;
	second(200 * MIB);
	EXPECT_FALSE(w.decisions[0].flags & RSH_F_REBOOTED);
	w.samples[0].stats.minor_faults = 17;
	second(100 * MIB);
	EXPECT_TRUE(w.decisions[0].flags & RSH_F_REBOOTED);
	EXPECT_EQ(164 * MIB, w.decisions[0].demand);
}

TEST(a_guest_that_touches_its_balloon_is_a_liar)
{
	one_half(200 * MIB);
	w.samples[0].pss = 900 * MIB + OWN;
	world_step(&w);
	EXPECT_EQ(900 * MIB + OWN, w.decisions[0].committed);
	EXPECT_FALSE(w.decisions[0].flags & RSH_F_LIAR);
	wait_ms(2100);
	EXPECT_TRUE(w.decisions[0].flags & RSH_F_LIAR);
}

TEST(fresh_statistics_are_wanted_when_memory_is_short)
{
	one_half(200 * MIB);
	EXPECT_FALSE(w.decisions[0].refresh);
	no_room();
	w.settings.budget -= 16 * MIB;
	w.now += 500 * RSH_MS;
	world_step(&w);
	EXPECT_TRUE(w.decisions[0].refresh);
	/* Not in every step. */
	world_step(&w);
	EXPECT_FALSE(w.decisions[0].refresh);
}

TEST(a_target_that_is_not_followed_upwards_is_repeated)
{
	one_half(500 * MIB);
	EXPECT_TRUE(w.decisions[0].target > 512 * MIB);
	w.settings.budget = w.samples[0].asked + OWN;
	w.samples[0].pss = 512 * MIB + OWN;
	wait_ms(29000);
	EXPECT_TRUE(w.decisions[0].reason != RSH_R_REPEAT);
	wait_ms(2000);
	EXPECT_TRUE(w.samples[0].asked > 512 * MIB);
	EXPECT_TRUE(w.vms[0].ask_ns + 3 * RSH_SEC > w.now);
}

static uint64_t wild(void)
{
	static const uint64_t edges[] = {
		0, 1, 4096, UINT64_MAX, UINT64_MAX - 1, INT64_MAX,
		(uint64_t)INT64_MAX + 1, GIB, 64 * MIB,
	};
	uint64_t x = (uint64_t)rand() << 33 ^ (uint64_t)rand() << 11 ^ rand();

	if (rand() % 2)
		return edges[rand() % (sizeof(edges) / sizeof(edges[0]))];
	return rand() % 2 ? x : x % (2 * GIB);
}

static void make_wild(struct rsh_sample *s)
{
	uint64_t *stats = (uint64_t *)&s->stats;
	size_t i;

	s->alive = rand() % 16;
	s->answered = rand() % 8;
	s->epoch = rand() % 16 ? s->epoch : wild();
	s->ram = rand() % 8 ? s->ram : wild();
	s->actual = wild();
	s->pss = wild();
	s->overhead = wild();
	if (rand() % 16 == 0)
		s->asked = wild();
	for (i = 0; i < sizeof(s->stats) / sizeof(*stats); i++)
		stats[i] = wild();
}

/* Under UBSan, and the answers stay within the limits. */
TEST(no_number_is_too_wild)
{
	unsigned int step;
	size_t i;

	world_init(&w, 2 * GIB, VMS, GIB);
	srand(1);
	for (step = 0; step < 20000; step++) {
		w.now = rand() % 1000 ? w.now + wild() % RSH_SEC : wild();
		w.host.psi_some = wild();
		w.host.psi_full = wild();
		if (rand() % 100 == 0)
			w.settings.budget = wild();
		for (i = 0; i < VMS; i++) {
			make_wild(&w.samples[i]);
			w.limits[i].max = rand() % 2 ? RSH_UNKNOWN : wild();
			w.limits[i].shares = 1 + rand() % 1000000;
		}
		world_step(&w);
		for (i = 0; i < VMS; i++) {
			if (!w.decisions[i].ask)
				continue;
			EXPECT_TRUE(w.decisions[i].target <= w.limits[i].max ||
				    w.decisions[i].reason == RSH_R_REPEAT);
		}
	}
}

TEST_MAIN
