// SPDX-License-Identifier: GPL-2.0-only
/*
 * The balloon manager's policy at work on simulated guests: does the host stay
 * within its budget, do guests get what they need in time, and does it come to
 * rest? SIM_SEEDS=N in the environment makes N random runs of each kind.
 */
#include <stdlib.h>
#include "host_sim.h"
#include "tap.h"

static struct sim sim;

/* Three VMs of 512 MiB with 96 MiB of QEMU each, in 1 GiB. */
static void three_in_a_gigabyte(uint64_t seed)
{
	int i;

	sim_init(&sim, 1024 * MIB, seed);
	for (i = 0; i < 3; i++)
		sim_add(&sim, 512 * MIB, 96 * MIB);
	sim_run(&sim, 15000);
	EXPECT_TRUE(sim.peak <= sim.settings.budget);
	sim_mark(&sim);
}

static unsigned int kills(void)
{
	unsigned int sum = 0;
	size_t i;

	for (i = 0; i < sim.n; i++)
		sum += sim.vms[i].kills;
	return sum;
}

static unsigned int asks(void)
{
	unsigned int sum = 0;
	size_t i;

	for (i = 0; i < sim.n; i++)
		sum += sim.vms[i].asks;
	return sum;
}

/* @i wants 280 MiB for 4 s, and must have had them. */
static void burst(size_t i)
{
	sim.vms[i].want += 280 * MIB;
	sim_run(&sim, 4000);
	EXPECT_EQ(sim.vms[i].want, sim.vms[i].memory);
	sim.vms[i].want -= 280 * MIB;
}

static void expect_sound(void)
{
	EXPECT_EQ(0, sim.overcommits);
	EXPECT_EQ(0, sim.violations);
	EXPECT_TRUE(sim.peak <= sim.settings.budget);
}

/* Otherwise the tests below would prove nothing. */
TEST(without_the_manager_the_host_is_lost)
{
	int i;

	three_in_a_gigabyte(1);
	for (i = 0; i < 3; i++) {
		sim.limits[i].observe = true;
		sim.vms[i].goal = 512 * MIB;
	}
	sim_run(&sim, 3000);
	burst(0);
	burst(1);
	burst(2);
	EXPECT_TRUE(sim.peak > sim.settings.budget);
}

TEST(bursts_at_different_times_all_finish)
{
	uint64_t seed;
	int i;

	for (seed = 1; seed <= 10; seed++) {
		three_in_a_gigabyte(seed);
		for (i = 0; i < 6; i++) {
			burst(i % 3);
			sim_run(&sim, 5000);
		}
		EXPECT_EQ(0, kills());
		expect_sound();
	}
}

TEST(bursts_with_coinciding_edges_all_finish)
{
	uint64_t seed;
	int i;

	for (seed = 1; seed <= 10; seed++) {
		three_in_a_gigabyte(seed);
		for (i = 0; i < 9; i++)
			burst(i % 3);
		EXPECT_EQ(0, kills());
		expect_sound();
	}
}

TEST(bursts_and_page_caches_all_finish)
{
	int i;

	three_in_a_gigabyte(3);
	for (i = 0; i < 3; i++)
		sim.vms[i].cache_rate = 55 * MIB;
	for (i = 0; i < 9; i++) {
		burst(i % 3);
		sim_run(&sim, 3000);
	}
	EXPECT_EQ(0, kills());
	expect_sound();
}

/* Different use, statistics every second or two, and nothing happens. */
static void steady(uint64_t seed, uint64_t stats_ns, uint64_t cache_rate)
{
	static const uint64_t want[3] = { 250 * MIB, 60 * MIB, 40 * MIB };
	int i;

	three_in_a_gigabyte(seed);
	sim.no_refresh = true;
	for (i = 0; i < 3; i++) {
		sim.vms[i].want = want[i];
		sim.vms[i].stats_ns = stats_ns;
		sim.vms[i].cache_rate = cache_rate;
	}
	sim_run(&sim, 30000);
	sim_mark(&sim);
	sim_run(&sim, 300000);
	for (i = 0; i < 3; i++)
		EXPECT_TRUE(sim.vms[i].asks <= 1);
	expect_sound();
}

TEST(steady_load_leads_to_steady_targets)
{
	uint64_t seed;

	for (seed = 1; seed <= 5; seed++) {
		steady(seed, RSH_SEC, 0);
		steady(seed, 2 * RSH_SEC, 0);
		steady(seed, 1300 * RSH_MS, 50 * MIB);
		steady(seed, 2 * RSH_SEC, 100 * MIB);
	}
}

TEST(noise_does_not_move_targets)
{
	int i, t;

	steady(1, RSH_SEC, 0);
	sim_mark(&sim);
	for (t = 0; t < 200; t++) {
		for (i = 0; i < 3; i++)
			sim.vms[i].want += (t % 2 ? 1 : -1) * 6 * MIB;
		sim_run(&sim, 1000);
	}
	EXPECT_TRUE(asks() <= 3);
}

/* Half of a large host is free. */
static void large_host(void)
{
	int i;

	sim_init(&sim, 4096 * MIB, 1);
	for (i = 0; i < 3; i++)
		sim_add(&sim, 2048 * MIB, 96 * MIB);
	sim_run(&sim, 40000);
	sim_mark(&sim);
}

TEST(a_step_is_followed_without_overshoot)
{
	uint64_t most = 0, settled;
	int t;

	large_host();
	sim.vms[0].want = 1300 * MIB;
	for (t = 0; t < 400; t++) {
		sim_run(&sim, 100);
		if (sim.vms[0].asked > most)
			most = sim.vms[0].asked;
	}
	settled = sim.vms[0].asked;
	EXPECT_EQ(most, settled);
	EXPECT_EQ(0, sim.vms[0].turns);
	EXPECT_EQ(1300 * MIB, sim.vms[0].memory);
	EXPECT_TRUE(settled >= 1300 * MIB + sim.vms[0].kernel);
	sim_mark(&sim);
	sim_run(&sim, 100000);
	EXPECT_TRUE(sim.vms[0].asks <= 1);
	expect_sound();
}

TEST(a_slow_ramp_never_meets_its_limit)
{
	int t;

	large_host();
	for (t = 0; t < 300; t++) {
		sim.vms[2].want = (30 + t * 5) * MIB;
		sim_run(&sim, 100);
	}
	EXPECT_EQ(0, sim.vms[2].oom_deflates);
	EXPECT_EQ(0, sim.vms[2].turns);
	expect_sound();
}

TEST(idle_memory_goes_where_it_is_needed_and_comes_back)
{
	uint64_t idle;

	three_in_a_gigabyte(1);
	idle = sim.vms[1].asked;
	sim.vms[0].want = 300 * MIB;
	sim_run(&sim, 20000);
	EXPECT_TRUE(sim.vms[0].asked >= 370 * MIB);
	EXPECT_TRUE(sim.vms[1].asked < idle);
	sim.vms[0].want = 30 * MIB;
	sim.vms[1].want = 300 * MIB;
	sim_run(&sim, 20000);
	EXPECT_TRUE(sim.vms[1].asked >= 370 * MIB);
	EXPECT_TRUE(sim.vms[0].asked < idle);
	EXPECT_EQ(0, kills());
	expect_sound();
}

TEST(memory_that_nobody_needs_is_spread)
{
	uint64_t sum;

	large_host();
	sum = sim.vms[0].asked + sim.vms[1].asked + sim.vms[2].asked;
	EXPECT_TRUE(sum >= 3000 * MIB);
	sim_kill(&sim, 0);
	sim_run(&sim, 20000);
	EXPECT_EQ(2, sim.summary.alive);
	EXPECT_TRUE(sim.vms[1].asked + sim.vms[2].asked >= 3000 * MIB);
	expect_sound();
}

TEST(everybody_has_a_slow_balloon)
{
	int i;

	three_in_a_gigabyte(1);
	for (i = 0; i < 3; i++)
		sim.vms[i].balloon_rate = 60 * MIB;
	for (i = 0; i < 6; i++) {
		sim.vms[i % 3].want = 200 * MIB;
		sim.vms[i % 3].alloc_rate = 40 * MIB;
		sim_run(&sim, 10000);
		sim.vms[i % 3].want = 30 * MIB;
		sim_run(&sim, 5000);
	}
	EXPECT_EQ(0, kills());
	expect_sound();
}

/* VMs come, go and boot again while others work. */
TEST(vms_come_and_go)
{
	size_t i;
	int t;

	three_in_a_gigabyte(5);
	for (t = 0; t < 12; t++) {
		i = t % 3;
		sim_kill(&sim, i);
		burst((i + 1) % 3);
		sim_start(&sim, i);
		sim_run(&sim, 10000);
		sim_reboot(&sim, (i + 2) % 3);
		sim_run(&sim, 10000);
	}
	EXPECT_EQ(0, kills());
	expect_sound();
}

TEST(a_silent_vm_hurts_nobody_else)
{
	uint64_t used;

	three_in_a_gigabyte(1);
	sim.vms[1].want = 150 * MIB;
	sim_run(&sim, 20000);
	sim.vms[0].deaf = true;
	sim_run(&sim, 60000);
	used = sim.vms[1].want + sim.vms[1].kernel;
	EXPECT_TRUE(sim.vms[1].asked >= used);
	EXPECT_EQ(150 * MIB, sim.vms[1].memory);
	sim.vms[0].deaf = false;
	sim_run(&sim, 10000);
	burst(2);
	EXPECT_EQ(0, kills());
	expect_sound();
}

TEST(a_greedy_guest_gets_its_share_and_no_more)
{
	three_in_a_gigabyte(1);
	/* It has touched all it has, and says that this is not enough. */
	sim.vms[0].cache_rate = 200 * MIB;
	sim.vms[0].claims_all = true;
	sim.vms[0].no_oom_deflate = true;
	sim_run(&sim, 60000);
	sim.vms[1].want = 130 * MIB;
	sim.vms[2].want = 130 * MIB;
	sim_run(&sim, 60000);
	/* 675 MiB without QEMU and slack; a third is 225. */
	EXPECT_TRUE(sim.vms[0].asked <= 240 * MIB);
	EXPECT_EQ(130 * MIB, sim.vms[1].memory);
	EXPECT_EQ(130 * MIB, sim.vms[2].memory);
	expect_sound();
}

TEST(giving_in_vain_is_seen_and_given_up)
{
	three_in_a_gigabyte(1);
	sim.vms[0].inhibited = true;
	sim.vms[0].touched = 500 * MIB;
	sim.vms[0].goal = 500 * MIB;
	sim.vms[0].asked = 500 * MIB;
	sim_run(&sim, 2000);
	sim_run(&sim, 15000);
	EXPECT_TRUE(sim.decisions[0].flags & RSH_F_DISCARD_INHIBITED);
	EXPECT_TRUE(sim.vms[0].asked >= 490 * MIB);
	EXPECT_EQ(0, sim.overcommits);
}

/* A snapshot was made, say, while the first VM gave back what a burst had used. */
TEST(who_gave_in_vain_gives_after_its_next_burst)
{
	three_in_a_gigabyte(1);
	burst(0);
	sim.vms[0].inhibited = true;
	sim.vms[1].want = 150 * MIB;
	sim_run(&sim, 6000);
	EXPECT_TRUE(sim.decisions[0].flags & RSH_F_DISCARD_INHIBITED);
	sim.vms[1].want = 30 * MIB;
	sim.vms[0].inhibited = false;
	sim.vms[0].want += 150 * MIB;
	sim_run(&sim, 4000);
	sim.vms[0].want = 30 * MIB;
	sim_run(&sim, 2000);
	sim_mark(&sim);
	burst(1);
	EXPECT_FALSE(sim.decisions[0].flags & RSH_F_DISCARD_INHIBITED);
	EXPECT_EQ(0, kills());
	expect_sound();
}

TEST(a_restarted_manager_changes_nothing)
{
	steady(2, RSH_SEC, 0);
	sim_mark(&sim);
	sim_restart_manager(&sim);
	sim_run(&sim, 60000);
	EXPECT_TRUE(asks() <= 3);
	expect_sound();
}

enum { HONEST, NO_SELF_HELP, DISHONEST };

static void add_some_guest(int kind)
{
	size_t i = sim_add(&sim, 512 * MIB, (96 + sim_random(&sim, 64)) * MIB);
	struct sim_vm *vm = &sim.vms[i];
	bool *const traits[] = {
		&vm->claims_all, &vm->claims_none, &vm->garbage,
		&vm->inhibited, &vm->no_stats, &vm->no_driver, &vm->steals,
		&vm->unmeasured,
	};
	size_t trait;

	sim.limits[i].shares = 1 + sim_random(&sim, 4);
	vm->no_oom_deflate = kind == NO_SELF_HELP;
	if (sim_random(&sim, 4) == 0)
		vm->cache_rate = sim_random(&sim, 200) * MIB;
	if (kind != DISHONEST)
		return;
	trait = sim_random(&sim, 10);
	if (trait < sizeof(traits) / sizeof(traits[0]))
		*traits[trait] = true;
}

/* What all want together would fit, so that nobody has to be hurt. */
static void keep_it_possible(void)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < sim.n; i++)
		if (sim.vms[i].alive)
			sum += sim.vms[i].want + 181 * MIB;
	for (i = 0; i < sim.n && sum > sim.settings.budget / 100 * 85; i++)
		if (sim.vms[i].want > 60 * MIB)
			sim.vms[i].want = 60 * MIB;
}

static void something_happens(int kind)
{
	size_t i = sim_random(&sim, sim.n);
	struct sim_vm *vm = &sim.vms[i];

	switch (sim_random(&sim, kind == DISHONEST ? 16 : 12)) {
	case 0 ... 3:
		vm->want = (20 + sim_random(&sim, 120)) * MIB;
		break;
	case 4 ... 5:
		vm->want = (100 + sim_random(&sim, 250)) * MIB;
		break;
	case 6 ... 8:
		vm->want = 30 * MIB;
		break;
	case 9:
		sim.host.psi_some = sim_random(&sim, 3) ? 0 :
				    sim_random(&sim, 400);
		break;
	case 10:
		if (sim_random(&sim, 10) == 0)
			sim_kill(&sim, i);
		break;
	case 12:
		vm->deaf = !vm->deaf;
		break;
	case 13:
		if (sim_random(&sim, 8) == 0)
			sim_reboot(&sim, i);
		break;
	case 14:
		if (!vm->alive)
			sim_start(&sim, i);
		break;
	case 15:
		if (sim_random(&sim, 16) == 0)
			sim_restart_manager(&sim);
		break;
	}
	keep_it_possible();
}

static void random_run(uint64_t seed, int kind, size_t n)
{
	unsigned int t;
	size_t i;

	sim_init(&sim, n * 400 * MIB, seed);
	for (i = 0; i < n; i++)
		add_some_guest(kind);
	sim_run(&sim, 5000);
	sim_mark(&sim);
	for (t = 0; t < 150; t++) {
		something_happens(kind);
		sim_run(&sim, 500);
	}
	if (sim.overcommits || sim.violations)
		UNIT_FAIL("seed %d, %d VMs: %u overcommits, %u violations",
			  (int)seed, (int)n, sim.overcommits, sim.violations);
}

static uint64_t seeds(void)
{
	const char *n = getenv("SIM_SEEDS");

	return n ? strtoull(n, NULL, 10) : 45;
}

/* Runs of 800 steps, 2 to 16 VMs. */
TEST(random_guests_that_help_themselves_stay_within_the_budget)
{
	uint64_t seed;

	for (seed = 0; seed < seeds(); seed++) {
		random_run(seed, HONEST, 2 + seed % 15);
		EXPECT_TRUE(sim.peak <= sim.settings.budget);
		EXPECT_EQ(0, kills());
	}
}

TEST(random_guests_that_obey_do_not_even_touch_the_slack)
{
	uint64_t seed;

	for (seed = 0; seed < seeds(); seed++) {
		random_run(seed, NO_SELF_HELP, 2 + seed % 15);
		EXPECT_TRUE(sim.peak <= sim.settings.budget -
					sim.settings.slack);
	}
}

TEST(random_liars_are_never_promised_what_is_not_there)
{
	uint64_t seed;

	for (seed = 0; seed < seeds(); seed++)
		random_run(seed, DISHONEST, 2 + seed % 15);
}

TEST(forty_vms_fare_as_well)
{
	random_run(1, HONEST, SIM_VMS);
	EXPECT_TRUE(sim.peak <= sim.settings.budget);
	EXPECT_EQ(0, kills());
	random_run(2, DISHONEST, SIM_VMS);
}

TEST_MAIN
