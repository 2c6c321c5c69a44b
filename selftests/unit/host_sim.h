/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A host full of simulated guests, to try the policy of ringside-host on: they
 * have working sets and page caches, balloons that take time, statistics that
 * are old, and some of them lie. Time passes in ticks of 10 ms; the policy is
 * called every 100 ms, as by the daemon.
 */
#ifndef HOST_SIM_H
#define HOST_SIM_H

#include "policy.h"

#define SIM_VMS 40
#define MIB RSH_MIB

/**
 * struct sim_vm - one guest
 *
 * What a test sets: all up to @memory. What the simulation keeps: the rest.
 */
struct sim_vm {
	bool alive;
	bool deaf;		/* QMP does not answer */
	bool unmeasured;	/* Pss can not be read */
	bool no_stats;		/* no statistics, or no driver for them */
	bool no_driver;		/* the balloon does not move at all */
	bool no_oom_deflate;
	bool inhibited;		/* the host does not take pages back */
	bool steals;		/* touches pages of its balloon */
	bool claims_all;	/* says that nothing is available */
	bool claims_none;	/* says that everything is */
	bool garbage;		/* says numbers at random */
	uint64_t ram;
	uint64_t overhead;
	uint64_t kernel;	/* what it needs to be up */
	uint64_t want;		/* working set of its programs */
	uint64_t alloc_rate;	/* bytes a second, 0 for 512 MiB */
	uint64_t cache_rate;	/* reads files that fast */
	uint64_t balloon_rate;	/* 0 for 1 GiB */
	uint64_t stats_ns;	/* 0 for 1 s */
	uint64_t keeps;		/* leaves so much available; 0 for 16 MiB */

	uint64_t memory;	/* used by programs */
	uint64_t cache;
	uint64_t balloon;
	uint64_t touched;	/* guest RAM that the host has given */
	uint64_t asked;
	uint64_t goal;		/* asked, as it has arrived in the guest */
	uint64_t goal_ns;
	uint64_t next_stats_ns;
	uint64_t oom_ns;
	uint64_t epoch;
	uint64_t told;		/* "actual" as it last answered */
	uint64_t most_touched;
	unsigned int kills;
	unsigned int oom_deflates;
	unsigned int asks;	/* changes of target since sim_mark() */
	unsigned int turns;	/* changes of direction since sim_mark() */
	int direction;
	struct rsh_stats stats;
};

struct sim {
	uint64_t now;
	uint64_t random;
	size_t n;
	struct rsh_settings settings;
	struct rsh_policy policy;
	struct rsh_host host;
	struct sim_vm vms[SIM_VMS];
	struct rsh_vm state[SIM_VMS];
	struct rsh_limits limits[SIM_VMS];
	struct rsh_sample samples[SIM_VMS];
	struct rsh_decision decisions[SIM_VMS];
	struct rsh_summary summary;
	uint64_t peak;		/* of all processes, since sim_mark() */
	uint64_t steps;
	/* A grant that the rule forbids, seen by reckoning it once more. */
	unsigned int overcommits;
	/* A target below min or above max. */
	unsigned int violations;
	bool no_refresh;	/* statistics come when they come */
};

/* @budget, and the defaults; no VM yet. */
void sim_init(struct sim *sim, uint64_t budget, uint64_t seed);

/* One more, as large as it gets, up and idle. Its slot. */
size_t sim_add(struct sim *sim, uint64_t ram, uint64_t min);

/* Let time pass, with a step every 100 ms. */
void sim_run(struct sim *sim, uint64_t ms);

/* From here on count changes and peaks. */
void sim_mark(struct sim *sim);

/* All processes, as the host sees them. */
uint64_t sim_host(const struct sim *sim);

uint64_t sim_actual(const struct sim_vm *vm);

/* A number below @below. */
uint64_t sim_random(struct sim *sim, uint64_t below);

/* It starts again, in the same process. */
void sim_reboot(struct sim *sim, size_t i);

/* Its process ends; another one may take its slot. */
void sim_kill(struct sim *sim, size_t i);
void sim_start(struct sim *sim, size_t i);

/* The manager forgets everything, as after a restart. */
void sim_restart_manager(struct sim *sim);

#endif /* HOST_SIM_H */
