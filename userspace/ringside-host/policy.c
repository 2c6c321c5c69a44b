// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy of ringside-host. This much of it counts what is promised and
 * asks nobody for anything.
 */
#include <string.h>
#include "policy.h"

static uint64_t max64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Sums stop at the largest number instead of starting again at 0. */
static uint64_t add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

void rsh_settings_init(struct rsh_settings *s)
{
	*s = (struct rsh_settings){
		.slack = RSH_UNKNOWN,
		.reserve = RSH_UNKNOWN,
		.overhead = 96 * RSH_MIB,
		.headroom = 64 * RSH_MIB,
		.growth_ns = 2 * RSH_SEC,
		.hold_ns = 10 * RSH_SEC,
		.stale_ns = 5 * RSH_SEC,
		.hang_ns = 3 * RSH_SEC,
		.settle_ns = 2 * RSH_SEC,
		.retry_ns = 30 * RSH_SEC,
		.oom_hold_ns = 10 * RSH_SEC,
		.tax_percent = 75,
		.psi_permille = 50,
		.psi_slack_percent = 100,
	};
}

void rsh_settings_complete(struct rsh_settings *s)
{
	if (s->slack == RSH_UNKNOWN)
		s->slack = max64(64 * RSH_MIB, s->budget / 16);
	if (s->reserve == RSH_UNKNOWN)
		s->reserve = s->budget / 32;
}

uint64_t rsh_distributable(const struct rsh_settings *s)
{
	return s->budget > s->slack ? s->budget - s->slack : 0;
}

uint64_t rsh_guaranteed(const struct rsh_settings *s,
			const struct rsh_limits *limits, size_t n)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum = add(sum, add(limits[i].min, s->overhead));
	return sum;
}

void rsh_policy_init(struct rsh_policy *policy)
{
	memset(policy, 0, sizeof(*policy));
}

/* What a VM may come to use without being given anything more. */
static uint64_t committed(const struct rsh_settings *s,
			  const struct rsh_sample *v)
{
	uint64_t overhead = v->overhead == RSH_UNKNOWN ? s->overhead :
							 v->overhead;
	uint64_t target = v->asked == RSH_UNKNOWN ? 0 : v->asked;

	if (!v->answered || v->pss == RSH_UNKNOWN)
		return add(v->ram, overhead);
	return max64(v->pss, add(max64(v->actual, target), overhead));
}

void rsh_step(const struct rsh_settings *s, struct rsh_policy *policy,
	      struct rsh_vm *vms, const struct rsh_limits *limits,
	      const struct rsh_sample *samples, size_t n,
	      const struct rsh_host *host, uint64_t now,
	      struct rsh_decision *decisions, struct rsh_summary *summary)
{
	struct rsh_summary sum = { .slack = s->slack };
	size_t i;

	(void)vms;
	(void)limits;
	(void)host;
	policy->last_ns = now;
	for (i = 0; i < n; i++) {
		const struct rsh_sample *v = &samples[i];
		struct rsh_decision *d = &decisions[i];

		*d = (struct rsh_decision){ .reason = RSH_R_DEAD };
		if (!v->alive)
			continue;
		d->reason = RSH_R_OBSERVE;
		d->target = v->actual;
		d->committed = committed(s, v);
		sum.alive++;
		sum.committed = add(sum.committed, d->committed);
		if (v->pss != RSH_UNKNOWN)
			sum.measured = add(sum.measured, v->pss);
	}
	sum.over = sum.committed > rsh_distributable(s);
	if (!sum.over)
		sum.room = rsh_distributable(s) - sum.committed;
	if (summary)
		*summary = sum;
}
