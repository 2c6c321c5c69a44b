// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arithmetic of the balloon: merging ranges, pauses, and plans that lead
 * to the target exactly.
 */
#include <stdlib.h>
#include <modules/balloon/plan.h>
#include "tap.h"

#define U RSB_UNIT_PAGES

TEST(nothing_merges_to_nothing)
{
	EXPECT_EQ(0, rsb_merge(NULL, 0));
}

TEST(neighbours_merge_in_any_order)
{
	struct rsb_range r[] = { { 2 * U, U }, { 0, U }, { U, U } };

	EXPECT_EQ(1, rsb_merge(r, 3));
	EXPECT_EQ(0, r[0].pfn);
	EXPECT_EQ(3 * U, r[0].nr);
}

TEST(strangers_stay_apart_and_get_sorted)
{
	struct rsb_range r[] = { { 8 * U, U }, { 0, U }, { 4 * U, U },
				 { 5 * U, U } };

	EXPECT_EQ(3, rsb_merge(r, 4));
	EXPECT_EQ(0, r[0].pfn);
	EXPECT_EQ(U, r[0].nr);
	EXPECT_EQ(4 * U, r[1].pfn);
	EXPECT_EQ(2 * U, r[1].nr);
	EXPECT_EQ(8 * U, r[2].pfn);
	EXPECT_EQ(U, r[2].nr);
}

/* Whatever the order, what is covered stays the same and nothing touches. */
TEST(merging_keeps_every_page)
{
	unsigned int round, i, n;

	srand(1);
	for (round = 0; round < 1000; round++) {
		struct rsb_range r[32];
		bool want[64] = { false }, got[64] = { false };

		for (n = 0; n < 32; n++) {
			do {
				i = rand() % 64;
			} while (want[i]);
			want[i] = true;
			r[n] = (struct rsb_range){ i * U, U };
		}
		n = rsb_merge(r, n);
		for (i = 0; i < n; i++) {
			unsigned long p;

			if (i)
				EXPECT_TRUE(r[i - 1].pfn + r[i - 1].nr <
					    r[i].pfn);
			for (p = 0; p < r[i].nr / U; p++)
				got[r[i].pfn / U + p] = true;
		}
		EXPECT_EQ(0, memcmp(want, got, sizeof(want)));
	}
}

TEST(pauses_double_between_their_limits)
{
	EXPECT_EQ(200, rsb_backoff(0));
	EXPECT_EQ(400, rsb_backoff(200));
	EXPECT_EQ(25600, rsb_backoff(12800));
	EXPECT_EQ(30000, rsb_backoff(25600));
	EXPECT_EQ(30000, rsb_backoff(30000));
	EXPECT_EQ(30000, rsb_backoff(~0U));
}

TEST(the_guest_adds_whole_units_upwards_only)
{
	EXPECT_EQ(0, rsb_extra(1000, 0));
	EXPECT_EQ(0, rsb_extra(1000, 1000));
	EXPECT_EQ(0, rsb_extra(1000, 1000 + U - 1));
	EXPECT_EQ(U, rsb_extra(1000, 1000 + U));
	EXPECT_EQ(3 * U, rsb_extra(0, 4 * U - 1));
}

TEST(actual_leaves_the_extra_out)
{
	struct rsb_target plain = { 2 * U, 0 }, more = { 2 * U, U };

	EXPECT_EQ(0, rsb_actual(0, &more));
	EXPECT_EQ(U, rsb_actual(U, &more));
	EXPECT_EQ(2 * U, rsb_actual(2 * U, &more));
	EXPECT_EQ(2 * U, rsb_actual(2 * U + 7, &more));
	EXPECT_EQ(2 * U, rsb_actual(3 * U, &more));
	EXPECT_EQ(2 * U + 1, rsb_actual(3 * U + 1, &more));
	EXPECT_EQ(5 * U, rsb_actual(5 * U, &plain));
}

TEST(a_reached_target_means_rest)
{
	struct rsb_target t = { U + 3, U };
	struct rsb_plan plan;

	rsb_plan(&plan, 2, 3, &t);
	EXPECT_EQ(RSB_REST, plan.action);
}

TEST(growth_is_units_and_a_rest)
{
	struct rsb_target t = { 5 * U + 7, 0 };
	struct rsb_plan plan;

	rsb_plan(&plan, 2, 3, &t);
	EXPECT_EQ(RSB_INFLATE, plan.action);
	EXPECT_EQ(3, plan.units);
	EXPECT_EQ(4, plan.pages);
}

TEST(a_unit_is_split_only_when_pages_run_out)
{
	struct rsb_target t = { 0, 0 };
	struct rsb_plan plan;

	t.host = 2 * U + 3 - 2;
	rsb_plan(&plan, 2, 3, &t);
	EXPECT_EQ(RSB_DEFLATE, plan.action);
	EXPECT_EQ(0, plan.units);
	EXPECT_EQ(2, plan.pages);
	EXPECT_FALSE(plan.split);

	t.host = 2 * U + 3 - 4;
	rsb_plan(&plan, 2, 3, &t);
	EXPECT_EQ(4, plan.pages);
	EXPECT_TRUE(plan.split);
}

/* Follow the plan as the worker does: it must end, and end at the target. */
static void deflate(unsigned long units, unsigned long pages,
		    unsigned long goal)
{
	struct rsb_target t = { goal, 0 };
	unsigned long splits = 0, steps = 0;
	struct rsb_plan plan;

	for (;;) {
		rsb_plan(&plan, units, pages, &t);
		if (plan.action == RSB_REST)
			break;
		EXPECT_EQ(RSB_DEFLATE, plan.action);
		if (plan.units) {
			EXPECT_TRUE(plan.units <= units);
			units -= plan.units;
		} else if (plan.split) {
			EXPECT_TRUE(units > 0);
			units--;
			pages += U;
			splits++;
		} else {
			EXPECT_TRUE(plan.pages <= pages);
			pages -= plan.pages;
		}
		if (++steps > 4) {
			UNIT_FAIL("no end at goal %lu", goal);
			break;
		}
	}
	EXPECT_EQ(goal, units * U + pages);
	EXPECT_TRUE(splits <= 1);
}

TEST(deflation_is_exact_from_anywhere)
{
	unsigned long units, pages, goal;

	for (units = 0; units < 4; units++)
		for (pages = 0; pages < 2 * U; pages += 37)
			for (goal = 0; goal <= units * U + pages; goal += 11)
				deflate(units, pages, goal);
}

TEST_MAIN

TEST(whole_units_end_less_than_one_below_the_target)
{
	unsigned long units, pages, goal, round;
	struct rsb_plan plan;

	srand(2);
	for (round = 0; round < 10000; round++) {
		struct rsb_target t = { .host = rand() % (20 * U) };

		units = rand() % 20;
		pages = rand() % 3 ? 0 : rand() % (2 * U);
		goal = t.host;
		for (;;) {
			rsb_plan(&plan, units, pages, &t);
			rsb_plan_whole(&plan);
			EXPECT_EQ(0, plan.split);
			if (plan.action == RSB_REST)
				break;
			if (plan.action == RSB_INFLATE) {
				EXPECT_EQ(0, plan.pages);
				units += plan.units;
				continue;
			}
			EXPECT_TRUE(plan.units <= units);
			EXPECT_TRUE(plan.pages <= pages);
			units -= plan.units;
			pages -= plan.pages;
		}
		EXPECT_TRUE(units * U + pages <= goal);
		EXPECT_TRUE(goal - (units * U + pages) < U);
	}
}

TEST(defaults_leave_a_usable_guest)
{
	/* 512 MiB and 16 GiB of RAM. */
	EXPECT_EQ(96 * 256, rsb_default_floor(512 * 256));
	EXPECT_EQ(1088 * 256, rsb_default_floor(16384 * 256));
	EXPECT_EQ(16 * 256, rsb_default_reserve(512 * 256));
	EXPECT_EQ(256 * 256, rsb_default_reserve(16384 * 256));
}

static struct rsb_plan inflate_by(unsigned long pages)
{
	return (struct rsb_plan){ .action = RSB_INFLATE, .units = pages / U,
				  .pages = pages % U };
}

TEST(a_plan_within_limits_stays)
{
	struct rsb_room room = { .ram = 100 * U, .available = 50 * U,
				 .floor = 10 * U, .reserve = 5 * U };
	struct rsb_plan plan = inflate_by(45 * U);

	EXPECT_FALSE(rsb_limit(&plan, 0, &room));
	EXPECT_EQ(45, plan.units);
	plan = inflate_by(7 * U + 3);
	EXPECT_FALSE(rsb_limit(&plan, 40 * U, &room));
	EXPECT_EQ(7, plan.units);
	EXPECT_EQ(3, plan.pages);
}

TEST(the_floor_and_the_reserve_cut_to_whole_units)
{
	struct rsb_room room = { .ram = 100 * U, .available = 50 * U,
				 .floor = 10 * U, .reserve = 5 * U };
	struct rsb_plan plan = inflate_by(60 * U + 9);

	EXPECT_FALSE(rsb_limit(&plan, 0, &room));
	EXPECT_EQ(45, plan.units);
	EXPECT_EQ(0, plan.pages);
	plan = inflate_by(60 * U);
	EXPECT_FALSE(rsb_limit(&plan, 70 * U - 1, &room));
	EXPECT_EQ(20, plan.units);
	plan = inflate_by(U);
	EXPECT_TRUE(rsb_limit(&plan, 90 * U - 1, &room));
	EXPECT_EQ(0, plan.units);
	EXPECT_EQ(0, plan.pages);
	/* Less than a unit is wanted anyway: then as many pages as can be. */
	plan = inflate_by(U - 1);
	EXPECT_FALSE(rsb_limit(&plan, 90 * U - 7, &room));
	EXPECT_EQ(7, plan.pages);
}

TEST(limits_beyond_what_there_is_stop_everything)
{
	struct rsb_room room = { .ram = 10 * U, .available = 3 * U,
				 .floor = ~0UL, .reserve = 0 };
	struct rsb_plan plan = inflate_by(U);

	EXPECT_TRUE(rsb_limit(&plan, 0, &room));
	room.floor = 0;
	room.reserve = ~0UL;
	plan = inflate_by(1);
	EXPECT_TRUE(rsb_limit(&plan, 0, &room));
}

TEST(no_reserve_means_that_nothing_need_be_available)
{
	struct rsb_room room = { .ram = 10 * U };
	struct rsb_plan plan = inflate_by(2 * U);

	EXPECT_FALSE(rsb_limit(&plan, 8 * U, &room));
	EXPECT_EQ(2, plan.units);
}

TEST(only_inflation_is_limited)
{
	struct rsb_room room = { .floor = ~0UL };
	struct rsb_plan plan = { .action = RSB_DEFLATE, .units = 3 };

	EXPECT_FALSE(rsb_limit(&plan, 5 * U, &room));
	EXPECT_EQ(3, plan.units);
}

TEST(a_rate_is_kept_step_by_step)
{
	u64 rate = 10 << 20;

	EXPECT_EQ(~0UL, rsb_rate_step(0));
	EXPECT_EQ(0, rsb_rate_pause(U, 0));
	EXPECT_EQ(256, rsb_rate_step(rate));
	EXPECT_EQ(100, rsb_rate_pause(256, rate));
	EXPECT_EQ(1, rsb_rate_step(1));
	EXPECT_EQ(1, rsb_rate_pause(1, 100 << 20));
	EXPECT_EQ(60000, rsb_rate_pause(~0UL >> 32, 1));
}

TEST(distress_is_a_stall_or_many_refaults)
{
	struct rsb_distress was = { 7, 100 }, is = { 7, 300 };

	EXPECT_FALSE(rsb_distressed(&was, &is, 200));
	EXPECT_TRUE(rsb_distressed(&was, &is, 199));
	is = (struct rsb_distress){ 8, 100 };
	EXPECT_TRUE(rsb_distressed(&was, &is, 1000));
	/* Counters wrap. */
	was.refaults = ~0UL;
	is = (struct rsb_distress){ 7, 9 };
	EXPECT_FALSE(rsb_distressed(&was, &is, 10));
}
