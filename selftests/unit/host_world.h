/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A few VMs whose every sample a test writes by hand, to see what one rule of
 * ringside-host's policy decides. Simulated guests are in host_sim.h.
 */
#ifndef HOST_WORLD_H
#define HOST_WORLD_H

#include <string.h>
#include "policy.h"
#include "tap.h"

#define VMS 8
#define MIB RSH_MIB
#define GIB (1024 * RSH_MIB)
/* QEMU itself, in every sample. */
#define OWN (100 * MIB)

struct world {
	struct rsh_settings settings;
	struct rsh_policy policy;
	struct rsh_vm vms[VMS];
	struct rsh_limits limits[VMS];
	struct rsh_sample samples[VMS];
	struct rsh_decision decisions[VMS];
	struct rsh_summary summary;
	struct rsh_host host;
	size_t n;
	uint64_t now;
};

/* VMs of @ram each, all of it theirs and touched; slack and reserve are 0. */
static inline void world_init(struct world *w, uint64_t budget, size_t n,
			      uint64_t ram)
{
	size_t i;

	memset(w, 0, sizeof(*w));
	rsh_settings_init(&w->settings);
	w->settings.budget = budget;
	w->settings.slack = 0;
	w->settings.reserve = 0;
	rsh_settings_complete(&w->settings);
	rsh_policy_init(&w->policy);
	w->n = n;
	w->now = 1000 * RSH_SEC;
	for (i = 0; i < n; i++) {
		w->limits[i] = (struct rsh_limits){
			.min = 64 * MIB, .max = RSH_UNKNOWN, .shares = 1,
		};
		w->samples[i] = (struct rsh_sample){
			.alive = true, .answered = true, .epoch = 1,
			.ram = ram, .actual = ram, .asked = RSH_UNKNOWN,
			.pss = ram + OWN, .overhead = OWN,
		};
		memset(&w->samples[i].stats, 0xff,
		       sizeof(w->samples[i].stats));
		w->samples[i].stats.stamp = 0;
	}
}

static inline void world_step(struct world *w)
{
	size_t i;

	w->now += 100 * RSH_MS;
	rsh_step(&w->settings, &w->policy, w->vms, w->limits, w->samples, w->n,
		 &w->host, w->now, w->decisions, &w->summary);
	for (i = 0; i < w->n; i++)
		if (w->decisions[i].ask)
			w->samples[i].asked = w->decisions[i].target;
}

/* @i says that it uses so much of what it has. */
static inline void world_use(struct world *w, size_t i, uint64_t used)
{
	struct rsh_sample *s = &w->samples[i];

	s->stats.stamp++;
	s->stats.age_ns = 0;
	s->stats.available = s->actual > used ? s->actual - used : 0;
}

/* Its balloon has this size, and the host has the memory. */
static inline void world_settle(struct world *w, size_t i, uint64_t actual)
{
	w->samples[i].actual = actual;
	w->samples[i].pss = actual + OWN;
}

static inline void world_obey(struct world *w)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (w->samples[i].asked != RSH_UNKNOWN)
			world_settle(w, i, w->samples[i].asked);
}

/*
 * So many steps; every second each VM sends statistics, of used[i] in use, and
 * is as large as it was asked to be.
 */
static inline void world_run(struct world *w, unsigned int steps,
			     const uint64_t *used)
{
	unsigned int n;
	size_t i;

	for (n = 0; n < steps; n++) {
		world_obey(w);
		for (i = 0; i < w->n && n % 10 == 0; i++)
			world_use(w, i, used[i]);
		world_step(w);
	}
}

/* What stands: the last target, or all it has. */
static inline uint64_t world_target(const struct world *w, size_t i)
{
	return w->samples[i].asked == RSH_UNKNOWN ? w->samples[i].actual :
						    w->samples[i].asked;
}

#endif /* HOST_WORLD_H */
