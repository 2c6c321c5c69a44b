// SPDX-License-Identifier: GPL-2.0-only
/*
 * The balloon manager's policy, rule by rule: what is promised, to whom, and
 * out of what. How memory is divided is host_share_test.c, how guests are judged
 * host_guest_test.c, how all of it works together over time host_sim_test.c.
 */
#include "host_world.h"

static struct world w;

/* Two VMs with all there is, both known for a while, and no need to move. */
static void two_full(uint64_t used0, uint64_t used1)
{
	uint64_t used[2] = { used0, used1 };

	world_init(&w, 1200 * MIB, 2, 500 * MIB);
	w.limits[0].min = 100 * MIB;
	w.limits[1].min = 100 * MIB;
	world_run(&w, 25, used);
	EXPECT_EQ(500 * MIB, world_target(&w, 0));
	EXPECT_EQ(500 * MIB, world_target(&w, 1));
}

/* The first has half of what it had, and needs more than that. */
static void one_short(void)
{
	two_full(100 * MIB, 100 * MIB);
	w.settings.budget = 950 * MIB;
	w.samples[0].asked = 250 * MIB;
	world_settle(&w, 0, 250 * MIB);
	world_use(&w, 0, 200 * MIB);
	world_use(&w, 1, 100 * MIB);
	world_step(&w);
	world_use(&w, 0, 245 * MIB);
	world_step(&w);
}

TEST(nobody_grows_on_what_another_was_only_asked_for)
{
	one_short();
	EXPECT_EQ(RSH_R_WAIT, w.decisions[0].reason);
	EXPECT_EQ(250 * MIB, world_target(&w, 0));
	EXPECT_EQ(RSH_R_SHRINK_OTHERS, w.decisions[1].reason);
	EXPECT_TRUE(world_target(&w, 1) < 500 * MIB);
}

TEST(nobody_grows_when_only_the_balloon_has_moved)
{
	one_short();
	w.samples[1].actual = w.samples[1].asked;
	world_step(&w);
	EXPECT_EQ(RSH_R_WAIT, w.decisions[0].reason);
	EXPECT_EQ(250 * MIB, world_target(&w, 0));
	EXPECT_EQ(0, w.summary.room);
}

TEST(one_grows_when_the_fall_of_another_is_measured)
{
	one_short();
	world_settle(&w, 1, w.samples[1].asked);
	world_step(&w);
	EXPECT_EQ(RSH_R_GROW, w.decisions[0].reason);
	EXPECT_TRUE(world_target(&w, 0) > 250 * MIB);
	EXPECT_TRUE(world_target(&w, 0) + world_target(&w, 1) + 2 * OWN <=
		    w.settings.budget);
}

TEST(what_is_promised_counts_before_it_is_used)
{
	uint64_t promised;

	one_short();
	world_settle(&w, 1, w.samples[1].asked);
	world_step(&w);
	promised = world_target(&w, 0);
	/* The guest has not even heard of it. */
	world_step(&w);
	EXPECT_EQ(promised + OWN, w.decisions[0].committed);
	EXPECT_EQ(promised, world_target(&w, 0));
}

TEST(a_request_that_was_never_sent_is_made_again)
{
	one_short();
	w.samples[1].asked = 500 * MIB;
	world_step(&w);
	EXPECT_TRUE(w.decisions[1].ask);
	EXPECT_TRUE(w.decisions[1].target < 500 * MIB);
}

TEST(an_unmeasured_vm_counts_all_it_could_use)
{
	two_full(100 * MIB, 100 * MIB);
	w.samples[0].asked = 200 * MIB;
	w.samples[0].actual = 200 * MIB;
	w.samples[0].pss = RSH_UNKNOWN;
	w.samples[0].overhead = RSH_UNKNOWN;
	world_step(&w);
	EXPECT_TRUE(w.decisions[0].flags & RSH_F_UNMEASURED);
	EXPECT_EQ(500 * MIB + w.settings.overhead, w.decisions[0].committed);
}

TEST(a_silent_vm_counts_all_it_could_use_and_is_not_asked)
{
	two_full(100 * MIB, 100 * MIB);
	w.samples[0].asked = 200 * MIB;
	world_settle(&w, 0, 200 * MIB);
	world_step(&w);
	EXPECT_EQ(200 * MIB + OWN, w.decisions[0].committed);
	w.samples[0].answered = false;
	world_step(&w);
	EXPECT_FALSE(w.decisions[0].flags & RSH_F_UNRESPONSIVE);
	w.now += w.settings.hang_ns;
	w.settings.budget = 500 * MIB;
	world_step(&w);
	EXPECT_TRUE(w.decisions[0].flags & RSH_F_UNRESPONSIVE);
	EXPECT_EQ(500 * MIB + OWN, w.decisions[0].committed);
	EXPECT_EQ(RSH_R_SILENT, w.decisions[0].reason);
	EXPECT_FALSE(w.decisions[0].ask);
}

TEST(others_keep_what_they_use_when_one_falls_silent)
{
	two_full(300 * MIB, 300 * MIB);
	w.settings.budget = 1000 * MIB;
	w.samples[0].answered = false;
	w.samples[0].asked = 350 * MIB;
	w.samples[0].actual = 350 * MIB;
	w.samples[0].pss = 350 * MIB + OWN;
	w.now += w.settings.hang_ns;
	world_use(&w, 1, 300 * MIB);
	world_step(&w);
	world_step(&w);
	EXPECT_TRUE(world_target(&w, 1) >= 300 * MIB);
}

/*
 * The first starves, the second could give 84 MiB, and the third is silent: it
 * may have 400 MiB more than it was promised, which no gift makes good.
 */
TEST(nobody_gives_for_what_can_not_be_granted)
{
	world_init(&w, 2 * GIB, 3, 500 * MIB);
	world_run(&w, 25, (uint64_t[]){ 300 * MIB, 300 * MIB, 50 * MIB });
	w.samples[0].asked = 250 * MIB;
	w.samples[1].asked = 400 * MIB;
	w.samples[2].asked = 100 * MIB;
	world_obey(&w);
	w.settings.budget = 750 * MIB + 3 * OWN;
	world_step(&w);
	w.samples[0].asked = 250 * MIB;
	w.samples[1].asked = 400 * MIB;
	w.samples[2].answered = false;
	w.now += w.settings.hang_ns;
	world_use(&w, 0, 250 * MIB);
	world_use(&w, 1, 300 * MIB);
	world_step(&w);
	EXPECT_EQ(RSH_R_WAIT, w.decisions[0].reason);
	EXPECT_EQ(400 * MIB, world_target(&w, 1));
	w.samples[2].answered = true;
	world_step(&w);
	EXPECT_EQ(RSH_R_WAIT, w.decisions[0].reason);
	EXPECT_TRUE(world_target(&w, 1) < 400 * MIB);
}

TEST(qemu_itself_counts)
{
	two_full(100 * MIB, 100 * MIB);
	EXPECT_EQ(2 * (500 * MIB + OWN), w.summary.committed);
	w.samples[0].overhead = 300 * MIB;
	w.samples[0].pss = 800 * MIB;
	world_step(&w);
	EXPECT_EQ(800 * MIB, w.decisions[0].committed);
	EXPECT_TRUE(w.summary.over);
}

TEST(overhead_that_is_not_told_apart_is_seen_with_an_empty_balloon)
{
	world_init(&w, 2 * GIB, 1, 500 * MIB);
	w.samples[0].overhead = RSH_UNKNOWN;
	w.samples[0].pss = 800 * MIB;
	world_step(&w);
	w.samples[0].asked = 200 * MIB;
	w.samples[0].actual = 200 * MIB;
	w.samples[0].pss = 450 * MIB;
	world_step(&w);
	EXPECT_EQ(200 * MIB + 300 * MIB, w.decisions[0].committed);
}

TEST(min_is_kept_whatever_happens)
{
	uint64_t used[2] = { 20 * MIB, 480 * MIB };

	world_init(&w, 700 * MIB, 2, 500 * MIB);
	w.limits[0].min = 220 * MIB;
	world_run(&w, 100, used);
	EXPECT_TRUE(world_target(&w, 0) >= 220 * MIB);
	/* Half of the budget is gone: the host is in danger. */
	w.settings.budget = 350 * MIB;
	world_run(&w, 100, used);
	EXPECT_EQ(220 * MIB, world_target(&w, 0));
}

TEST(a_vm_below_its_min_gets_it)
{
	uint64_t used[1] = { 50 * MIB };

	world_init(&w, 1000 * MIB, 1, 500 * MIB);
	w.samples[0].asked = 100 * MIB;
	world_settle(&w, 0, 100 * MIB);
	w.limits[0].min = 300 * MIB;
	world_run(&w, 30, used);
	EXPECT_EQ(300 * MIB, world_target(&w, 0));
}

TEST(max_is_enforced_and_never_exceeded)
{
	uint64_t used[1] = { 190 * MIB };

	world_init(&w, 2 * GIB, 1, 500 * MIB);
	w.limits[0].max = 200 * MIB;
	world_run(&w, 30, used);
	EXPECT_EQ(200 * MIB, world_target(&w, 0));
	world_run(&w, 200, used);
	EXPECT_EQ(200 * MIB, world_target(&w, 0));
}

TEST(an_observed_vm_counts_and_is_never_asked)
{
	uint64_t used[1] = { 20 * MIB };

	world_init(&w, 300 * MIB, 1, 500 * MIB);
	w.limits[0].observe = true;
	world_run(&w, 100, used);
	EXPECT_EQ(RSH_UNKNOWN, w.samples[0].asked);
	EXPECT_EQ(RSH_R_OBSERVE, w.decisions[0].reason);
	EXPECT_EQ(500 * MIB + OWN, w.summary.committed);
}

TEST(short_of_all_the_parts_follow_shares)
{
	uint64_t used[2] = { 480 * MIB, 480 * MIB };

	world_init(&w, 800 * MIB, 2, 500 * MIB);
	w.limits[1].shares = 3;
	world_run(&w, 200, used);
	/* 600 MiB without QEMU, 64 min each: 472 in parts of 1 and 3. */
	EXPECT_EQ(64 + 118, w.decisions[0].ideal / MIB);
	EXPECT_EQ(64 + 354, w.decisions[1].ideal / MIB);
}

TEST(pressure_raises_slack_up_to_its_limit_and_lets_it_down_slowly)
{
	world_init(&w, 2 * GIB, 1, 500 * MIB);
	w.settings.slack = 100 * MIB;
	world_step(&w);
	EXPECT_EQ(100 * MIB, w.summary.slack);
	w.host.psi_some = 50;
	world_step(&w);
	EXPECT_EQ(100 * MIB, w.summary.slack);
	w.host.psi_some = 125;
	world_step(&w);
	EXPECT_EQ(150 * MIB, w.summary.slack);
	w.host.psi_some = 1000;
	w.host.psi_full = 1000;
	world_step(&w);
	EXPECT_EQ(200 * MIB, w.summary.slack);
	w.host.psi_some = 0;
	w.host.psi_full = 0;
	world_step(&w);
	EXPECT_EQ(199 * MIB, w.summary.slack);
	w.now += w.settings.hold_ns;
	world_step(&w);
	EXPECT_EQ(100 * MIB, w.summary.slack);
}

TEST(pressure_is_ignored_when_told_so_or_unknown)
{
	world_init(&w, 2 * GIB, 1, 500 * MIB);
	w.settings.slack = 100 * MIB;
	w.host.psi_some = RSH_UNKNOWN;
	w.host.psi_full = RSH_UNKNOWN;
	world_step(&w);
	EXPECT_EQ(100 * MIB, w.summary.slack);
	w.settings.psi_permille = 0;
	w.host.psi_some = 1000;
	world_step(&w);
	EXPECT_EQ(100 * MIB, w.summary.slack);
}

/* Idle memory refills an empty reserve after @steps steps. */
static bool idle_is_taken_after(unsigned int steps)
{
	uint64_t used[2] = { 100 * MIB, 100 * MIB };
	unsigned int i;

	two_full(100 * MIB, 100 * MIB);
	w.settings.reserve = 100 * MIB;
	for (i = 0; i < steps; i += 10)
		world_run(&w, 10, used);
	return world_target(&w, 0) + world_target(&w, 1) < 1000 * MIB;
}

TEST(idle_memory_is_taken_after_a_while_only)
{
	EXPECT_FALSE(idle_is_taken_after(90));
	EXPECT_EQ(RSH_R_HOLD, w.decisions[0].reason);
	EXPECT_TRUE(idle_is_taken_after(120));
	EXPECT_EQ(900, (world_target(&w, 0) + world_target(&w, 1)) / MIB);
}

TEST(pressure_makes_idle_memory_go_sooner)
{
	two_full(100 * MIB, 100 * MIB);
	w.settings.slack = 100 * MIB;
	w.settings.budget = 1300 * MIB;
	w.settings.reserve = 100 * MIB;
	w.host.psi_some = 60;
	EXPECT_EQ(0, w.summary.room);
	world_run(&w, 30, (uint64_t[]){ 100 * MIB, 100 * MIB });
	EXPECT_TRUE(world_target(&w, 0) + world_target(&w, 1) < 920 * MIB);
}

/* When the reserve is to be refilled, the second is idle for a second only. */
TEST(idle_memory_is_taken_from_who_has_been_idle)
{
	two_full(100 * MIB, 400 * MIB);
	w.settings.reserve = 100 * MIB;
	world_run(&w, 90, (uint64_t[]){ 100 * MIB, 400 * MIB });
	world_run(&w, 15, (uint64_t[]){ 100 * MIB, 100 * MIB });
	EXPECT_EQ(450 * MIB, world_target(&w, 0));
	EXPECT_EQ(500 * MIB, world_target(&w, 1));
}

/* So much beyond what the two have, with 100 MiB as reserve. */
static uint64_t spread_of(uint64_t room)
{
	two_full(100 * MIB, 100 * MIB);
	w.settings.reserve = 100 * MIB;
	w.samples[0].asked = 300 * MIB;
	w.samples[1].asked = 300 * MIB;
	w.settings.budget = 800 * MIB + room;
	world_run(&w, 300, (uint64_t[]){ 100 * MIB, 100 * MIB });
	return world_target(&w, 0) + world_target(&w, 1) - 600 * MIB;
}

TEST(spare_memory_is_spread_but_not_the_reserve)
{
	EXPECT_EQ(0, spread_of(100 * MIB));
	EXPECT_EQ(0, spread_of(150 * MIB));
	EXPECT_EQ(100 * MIB, spread_of(200 * MIB));
	EXPECT_EQ(0, spread_of(55 * MIB));
}

TEST(memory_on_its_way_is_not_asked_for_again)
{
	uint64_t target;

	one_short();
	target = world_target(&w, 1);
	EXPECT_TRUE(target > w.decisions[1].ideal + 50 * MIB);
	world_step(&w);
	world_step(&w);
	EXPECT_EQ(target, world_target(&w, 1));
	EXPECT_EQ(500 * MIB - target, w.summary.returning);
}

/* Measured, and not only promised: there is no time to get to know anybody. */
TEST(a_host_in_danger_asks_new_vms_at_once)
{
	world_init(&w, 1100 * MIB, 2, 500 * MIB);
	w.limits[0].min = 300 * MIB;
	world_step(&w);
	EXPECT_EQ(RSH_R_SHRINK_BUDGET, w.decisions[1].reason);
	EXPECT_EQ(900, (world_target(&w, 0) + world_target(&w, 1)) / MIB);
	world_init(&w, 1100 * MIB, 2, 500 * MIB);
	w.samples[0].pss = 200 * MIB;
	world_step(&w);
	EXPECT_EQ(RSH_R_NEW, w.decisions[0].reason);
	EXPECT_FALSE(w.decisions[1].ask);
}

/*
 * The first has helped itself to more than its part, and the second starves.
 * It is asked as soon as it may be, and then for memory in use.
 */
TEST(who_helped_itself_is_spared_for_a_while)
{
	unsigned int i;

	two_full(490 * MIB, 490 * MIB);
	w.settings.slack = 64 * MIB;
	w.settings.budget = 900 * MIB + w.settings.slack;
	w.samples[0].asked = 380 * MIB;
	w.samples[1].asked = 320 * MIB;
	world_settle(&w, 0, 380 * MIB);
	world_settle(&w, 1, 320 * MIB);
	world_step(&w);
	world_settle(&w, 0, 412 * MIB);
	for (i = 0; i < 99; i++) {
		if (i % 10 == 0) {
			world_use(&w, 0, 412 * MIB);
			world_use(&w, 1, 320 * MIB);
		}
		world_step(&w);
		EXPECT_EQ(380 * MIB, world_target(&w, 0));
	}
	for (; i < 115; i++)
		world_step(&w);
	EXPECT_EQ(RSH_R_SHRINK_BUDGET, w.decisions[0].reason);
	EXPECT_TRUE(world_target(&w, 0) < 412 * MIB);
}

/* Even if it would be memory that it does not use. */
TEST(who_helped_itself_to_little_is_spared_as_well)
{
	two_full(490 * MIB, 490 * MIB);
	w.settings.slack = 64 * MIB;
	w.settings.budget = 900 * MIB + w.settings.slack;
	w.samples[0].asked = 380 * MIB;
	w.samples[1].asked = 320 * MIB;
	world_settle(&w, 0, 380 * MIB);
	world_settle(&w, 1, 320 * MIB);
	world_use(&w, 1, 320 * MIB);
	world_step(&w);
	world_settle(&w, 0, 384 * MIB);
	world_step(&w);
	world_use(&w, 0, 354 * MIB);
	world_step(&w);
	EXPECT_FALSE(w.decisions[0].flags & RSH_F_STARVING);
	EXPECT_FALSE(w.decisions[0].ask);
	w.now += w.settings.oom_hold_ns;
	world_use(&w, 0, 354 * MIB);
	world_use(&w, 1, 320 * MIB);
	world_step(&w);
	EXPECT_EQ(RSH_R_SHRINK_BUDGET, w.decisions[0].reason);
}

TEST(a_restarted_manager_starts_from_what_is_measured)
{
	uint64_t used[2] = { 200 * MIB, 100 * MIB };
	unsigned int i;

	world_init(&w, 800 * MIB, 2, 500 * MIB);
	world_run(&w, 300, used);
	memset(w.vms, 0, sizeof(w.vms));
	rsh_policy_init(&w.policy);
	w.samples[0].asked = RSH_UNKNOWN;
	w.samples[1].asked = RSH_UNKNOWN;
	for (i = 0; i < 30; i++) {
		world_run(&w, 10, used);
		EXPECT_EQ(RSH_UNKNOWN, w.samples[0].asked);
		EXPECT_EQ(RSH_UNKNOWN, w.samples[1].asked);
	}
}

TEST(a_dead_vm_leaves_all_it_had)
{
	two_full(100 * MIB, 100 * MIB);
	w.samples[0].alive = false;
	world_step(&w);
	EXPECT_EQ(RSH_R_DEAD, w.decisions[0].reason);
	EXPECT_EQ(500 * MIB + OWN, w.summary.committed);
	EXPECT_EQ(1, w.summary.alive);
}

TEST(another_process_in_its_place_is_a_new_vm)
{
	two_full(100 * MIB, 100 * MIB);
	w.samples[0].asked = 200 * MIB;
	world_settle(&w, 0, 200 * MIB);
	world_step(&w);
	w.samples[0].epoch = 2;
	w.samples[0].asked = RSH_UNKNOWN;
	w.samples[0].stats.stamp = 0;
	world_settle(&w, 0, 500 * MIB);
	world_step(&w);
	EXPECT_TRUE(w.decisions[0].flags & RSH_F_NEW);
	EXPECT_FALSE(w.decisions[0].flags & RSH_F_SELF_DEFLATED);
	EXPECT_EQ(RSH_R_NEW, w.decisions[0].reason);
}

TEST(a_clock_that_runs_backwards_does_no_harm)
{
	two_full(100 * MIB, 100 * MIB);
	w.samples[0].answered = false;
	w.now = 5;
	world_step(&w);
	world_step(&w);
	EXPECT_EQ(500 * MIB, world_target(&w, 0));
	EXPECT_FALSE(w.decisions[0].flags & RSH_F_UNRESPONSIVE);
}

TEST(the_same_inputs_give_the_same_decisions)
{
	struct rsh_decision first[VMS];
	struct world copy;

	one_short();
	copy = w;
	world_step(&w);
	memcpy(first, w.decisions, sizeof(first));
	world_step(&copy);
	EXPECT_EQ(0, memcmp(first, copy.decisions, sizeof(first)));
}

TEST(every_reason_and_flag_has_words)
{
	unsigned int i;

	for (i = 0; i < RSH_REASONS_NR; i++) {
		EXPECT_TRUE(rsh_reason_name(i) && rsh_reason_name(i)[0]);
		EXPECT_TRUE(rsh_reason_text(i) && rsh_reason_text(i)[0]);
	}
	for (i = 0; i < RSH_FLAGS_NR; i++)
		EXPECT_TRUE(rsh_flag_name(i) && rsh_flag_name(i)[0] != '?');
	EXPECT_STREQ("?", rsh_reason_name(RSH_REASONS_NR));
	EXPECT_STREQ("?", rsh_flag_name(RSH_FLAGS_NR));
	EXPECT_STREQ("new", rsh_flag_name(10));
	EXPECT_EQ(RSH_F_NEW, 1 << 10);
}

TEST_MAIN
