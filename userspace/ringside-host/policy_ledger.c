// SPDX-License-Identifier: GPL-2.0-only
/*
 * What every VM counts against the budget, and what is left of it. The rule
 * that keeps the host alive is here: memory counts as soon as it is promised,
 * and until it is measured as given back.
 */
#include "policy_step.h"

/* Full pressure stops everybody, and so weighs more. */
static uint64_t pressure(const struct rsh_host *host)
{
	uint64_t p = 0;

	if (host->psi_some != RSH_UNKNOWN)
		p = host->psi_some;
	if (host->psi_full != RSH_UNKNOWN)
		p = rsh_max(p, rsh_add(host->psi_full, host->psi_full));
	return p;
}

/*
 * From the threshold to four times as much pressure, slack rises in proportion.
 * Up at once, down slowly: pressure ceases as soon as something is done about
 * it.
 */
static void pressure_slack(struct rsh_step *step, const struct rsh_host *host)
{
	const struct rsh_settings *s = step->s;
	struct rsh_policy *policy = step->policy;
	uint64_t most = rsh_scale(s->slack, s->psi_slack_percent, 100);
	uint64_t beyond = rsh_sub(pressure(host), s->psi_permille), rise = 0;
	uint64_t fall = most;

	if (s->psi_permille)
		rise = rsh_scale(most, rsh_min(beyond, 3 * s->psi_permille),
				 3 * s->psi_permille);
	if (s->hold_ns)
		fall = rsh_scale(most, step->now - policy->last_ns,
				 s->hold_ns);
	policy->psi_slack = rsh_max(rise, rsh_sub(policy->psi_slack, fall));
}

/*
 * As large as it can become whatever it does. One that has never said how large
 * it is, and for which no max is set, is only known by what is measured.
 */
static uint64_t worst_case(const struct rsh_vm *vm,
			   const struct rsh_limits *limits)
{
	uint64_t most = vm->ram;

	if (!most && limits->max != RSH_UNKNOWN)
		most = limits->max;
	return rsh_add(rsh_max(most, vm->actual), vm->w.overhead);
}

/*
 * Its balloon bounds what the guest can touch; so what it has or has been
 * promised is guest RAM less balloon, touched or not. If more is measured, that
 * is what counts. A VM that can not be seen or heard may do anything.
 */
static void commit(struct rsh_vm *vm, const struct rsh_limits *limits)
{
	struct rsh_work *w = &vm->w;

	w->expected = rsh_add(rsh_max(vm->actual, vm->target), w->overhead);
	if (vm->pss != RSH_UNKNOWN)
		w->expected = rsh_max(w->expected, vm->pss);
	w->level = rsh_sub(w->expected, w->overhead);
	w->committed = w->expected;
	if (!vm->actual || w->flags & (RSH_F_UNRESPONSIVE | RSH_F_UNMEASURED))
		w->committed = rsh_max(w->expected, worst_case(vm, limits));
}

/* Asked back, on its way, and not overdue. */
static uint64_t returning(const struct rsh_step *step, const struct rsh_vm *vm)
{
	uint64_t since = rsh_max(vm->ask_ns, vm->moved_ns);

	if (!vm->w.movable || vm->self_open ||
	    step->now - since >= step->s->settle_ns)
		return 0;
	return rsh_sub(vm->w.level, vm->target);
}

/*
 * A new VM is left alone until it is known; not if the host is about to run
 * out of memory in earnest.
 */
static void enlist_new(struct rsh_step *step)
{
	size_t i;

	for (i = 0; i < step->n; i++)
		if (step->vms[i].known)
			step->vms[i].w.movable = step->vms[i].w.shares;
}

void rsh_ledger(struct rsh_step *step, const struct rsh_host *host)
{
	struct rsh_summary *sum = &step->sum;
	size_t i;

	pressure_slack(step, host);
	sum->slack = rsh_add(step->s->slack, step->policy->psi_slack);
	step->distributable = rsh_sub(step->s->budget, sum->slack);
	for (i = 0; i < step->n; i++) {
		struct rsh_vm *vm = &step->vms[i];

		if (!vm->known)
			continue;
		commit(vm, &step->limits[i]);
		sum->alive++;
		sum->committed = rsh_add(sum->committed, vm->w.committed);
		step->expected = rsh_add(step->expected, vm->w.expected);
		if (vm->pss != RSH_UNKNOWN)
			sum->measured = rsh_add(sum->measured, vm->pss);
		sum->returning = rsh_add(sum->returning, returning(step, vm));
	}
	sum->over = sum->committed > step->distributable;
	sum->room = rsh_sub(step->distributable, sum->committed);
	if (sum->measured > step->distributable)
		enlist_new(step);
}
