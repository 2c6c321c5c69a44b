// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decides a recorded run once more and tells where the decisions differ.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "trace.h"

struct replay {
	struct rsh_policy policy;
	struct rsh_vm *vms;
	struct rsh_decision *decisions;
	size_t room;
};

/* A VM keeps its slot, so what is known of the others moves along. */
static int make_room(struct replay *p, size_t n)
{
	struct rsh_decision *decisions;
	struct rsh_vm *vms;

	if (n <= p->room)
		return 0;
	vms = reallocarray(p->vms, n, sizeof(*vms));
	if (!vms)
		return -ENOMEM;
	p->vms = vms;
	memset(vms + p->room, 0, (n - p->room) * sizeof(*vms));
	decisions = reallocarray(p->decisions, n, sizeof(*decisions));
	if (!decisions)
		return -ENOMEM;
	p->decisions = decisions;
	p->room = n;
	return 0;
}

bool rsh_decision_same(const struct rsh_decision *a,
		       const struct rsh_decision *b)
{
	return a->ask == b->ask && a->refresh == b->refresh &&
	       a->target == b->target && a->reason == b->reason &&
	       a->flags == b->flags && a->used == b->used &&
	       a->demand == b->demand && a->ideal == b->ideal &&
	       a->committed == b->committed;
}

static void tell(FILE *out, const struct rsh_trace_step *step, size_t i,
		 const struct rsh_decision *now)
{
	const struct rsh_decision *then = &step->decisions[i];

	fprintf(out, "%" PRIu64 ".%03" PRIu64 " %s: was %s%s to %" PRIu64
		", is %s%s to %" PRIu64 "\n",
		step->now / RSH_SEC, step->now % RSH_SEC / RSH_MS,
		step->names[i], rsh_reason_name(then->reason),
		then->ask ? " (asked)" : "", then->target,
		rsh_reason_name(now->reason), now->ask ? " (asked)" : "",
		now->target);
}

static void compare(const struct replay *p, const struct rsh_trace_step *step,
		    struct rsh_replay *result)
{
	size_t i;

	result->steps++;
	for (i = 0; i < step->n; i++) {
		if (!step->samples[i].alive)
			continue;
		result->decisions++;
		result->changes += p->decisions[i].ask;
		if (!rsh_decision_same(&step->decisions[i], &p->decisions[i]))
			result->differences++;
	}
}

static void tell_differences(const struct rsh_trace_step *step,
			     const struct rsh_decision *now, void *out)
{
	size_t i;

	for (i = 0; out && i < step->n; i++)
		if (step->samples[i].alive &&
		    !rsh_decision_same(&step->decisions[i], &now[i]))
			tell(out, step, i, &now[i]);
}

int rsh_trace_replay_each(struct rsh_trace_reader *reader,
			  const struct rsh_settings *s, rsh_replay_fn each,
			  void *arg, struct rsh_replay *result)
{
	struct rsh_trace_step step;
	struct replay p = { .room = 0 };
	int ret;

	memset(result, 0, sizeof(*result));
	rsh_policy_init(&p.policy);
	while ((ret = rsh_trace_next(reader, &step)) > 0) {
		ret = make_room(&p, step.n);
		if (ret)
			break;
		rsh_step(s ? s : rsh_trace_settings(reader), &p.policy, p.vms,
			 step.limits, step.samples, step.n, &step.host,
			 step.now, p.decisions, NULL);
		compare(&p, &step, result);
		if (each)
			each(&step, p.decisions, arg);
	}
	free(p.vms);
	free(p.decisions);
	return ret;
}

int rsh_trace_replay(struct rsh_trace_reader *reader,
		     const struct rsh_settings *s, FILE *out,
		     struct rsh_replay *result)
{
	return rsh_trace_replay_each(reader, s, tell_differences, out, result);
}
