// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy of ringside-host as a whole: the defaults, and the order of a
 * step. The rules are in the files that the parts of a step name.
 */
#include <string.h>
#include "policy_step.h"

/* A guest that does not answer for so long is asked once more. */
#define REFRESH_NS (500 * RSH_MS)

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
	/* Three guests at once may help themselves to 32 MiB each. */
	if (s->slack == RSH_UNKNOWN)
		s->slack = rsh_max(96 * RSH_MIB, s->budget / 16);
	if (s->reserve == RSH_UNKNOWN)
		s->reserve = s->budget / 32;
}

uint64_t rsh_distributable(const struct rsh_settings *s)
{
	return rsh_sub(s->budget, s->slack);
}

uint64_t rsh_guaranteed(const struct rsh_settings *s,
			const struct rsh_limits *limits, size_t n)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum = rsh_add(sum, rsh_add(limits[i].min, s->overhead));
	return sum;
}

void rsh_policy_init(struct rsh_policy *policy)
{
	memset(policy, 0, sizeof(*policy));
}

/*
 * A target that is asked for is remembered as the one that stands. If the
 * caller could not send it, the next sample says so.
 */
static void remember(struct rsh_step *step, struct rsh_vm *vm)
{
	const struct rsh_work *w = &vm->w;

	if (w->target < vm->target && !vm->shrink_ns &&
	    vm->pss != RSH_UNKNOWN) {
		rsh_clock(&vm->shrink_ns, true, step->now);
		vm->shrink_actual = vm->actual;
		vm->shrink_pss = vm->pss;
	} else if (w->reason == RSH_R_RETREAT || w->reason == RSH_R_RELEASE) {
		/* What was given up is no success. */
		vm->shrink_ns = 0;
	}
	vm->target = w->target;
	vm->reason = w->reason;
	vm->ask_ns = step->now;
	vm->least_actual = vm->actual;
	vm->moved_ns = step->now;
	vm->moved_actual = vm->actual;
	vm->self_open = false;
}

/* Some kilobytes too much, as they come and go, are no reason to hurry. */
static bool is_short(const struct rsh_step *step)
{
	return rsh_in_need(step) ||
	       step->expected > rsh_add(step->distributable, 4 * RSH_UNIT);
}

/* One question at a time. */
static bool wants_refresh(const struct rsh_step *step, struct rsh_vm *vm)
{
	if (!vm->w.movable || !vm->reports ||
	    (vm->stats_ns <= vm->refresh_ns &&
	     step->now - vm->refresh_ns < REFRESH_NS))
		return false;
	vm->refresh_ns = step->now;
	return true;
}

/* Nothing new, but the last change has not been carried out yet. */
static bool is_on_its_way(const struct rsh_vm *vm)
{
	const struct rsh_work *w = &vm->w;

	return w->reason == RSH_R_KEEP && w->target == vm->target &&
	       vm->reason != RSH_R_DEAD &&
	       (vm->actual > rsh_add(vm->target, RSH_UNIT) ||
		rsh_add(vm->actual, RSH_UNIT) < vm->target);
}

static void conclude(struct rsh_step *step, size_t i, struct rsh_decision *d)
{
	struct rsh_vm *vm = &step->vms[i];
	struct rsh_work *w = &vm->w;
	bool ask = w->target != vm->target || w->reason == RSH_R_REPEAT;

	*d = (struct rsh_decision){ .reason = RSH_R_DEAD };
	if (!vm->known)
		return;
	if (is_on_its_way(vm))
		w->reason = vm->reason;
	*d = (struct rsh_decision){
		.refresh = is_short(step) && wants_refresh(step, vm),
		.ask = ask,
		.target = w->target,
		.reason = w->reason,
		.flags = w->flags,
		.used = w->used,
		.demand = w->demand,
		.ideal = w->ideal,
		.committed = w->committed,
	};
	if (ask)
		remember(step, vm);
}

static bool is_in_danger(const struct rsh_step *step)
{
	const struct rsh_settings *s = step->s;
	uint64_t measured = 0;
	size_t i;

	for (i = 0; i < step->n; i++)
		if (step->samples[i].alive &&
		    step->samples[i].pss != RSH_UNKNOWN)
			measured = rsh_add(measured, step->samples[i].pss);
	return measured > rsh_sub(s->budget, s->slack / 2);
}

void rsh_step(const struct rsh_settings *s, struct rsh_policy *policy,
	      struct rsh_vm *vms, const struct rsh_limits *limits,
	      const struct rsh_sample *samples, size_t n,
	      const struct rsh_host *host, uint64_t now,
	      struct rsh_decision *decisions, struct rsh_summary *summary)
{
	struct rsh_step step = {
		.s = s, .policy = policy, .vms = vms, .limits = limits,
		.samples = samples, .n = n, .now = now,
	};
	size_t i;

	/* Whatever the caller's clock did, none of ours runs backwards. */
	step.now = rsh_max(now, policy->last_ns);
	step.danger = is_in_danger(&step);
	for (i = 0; i < n; i++) {
		rsh_observe(&step, i);
		if (vms[i].known)
			rsh_demand(&step, i);
	}
	rsh_ledger(&step, host);
	rsh_share(&step);
	rsh_move(&step);
	for (i = 0; i < n; i++)
		conclude(&step, i, &decisions[i]);
	policy->last_ns = step.now;
	if (summary)
		*summary = step.sum;
}
