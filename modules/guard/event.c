// SPDX-License-Identifier: GPL-2.0-only
/*
 * What becomes of a decision of the hook? It is counted.
 *
 * Runs in the middle of a system call of any task, with preemption off; what
 * is here must not be traceable, see core.h.
 */
#include <linux/percpu.h>

#include "guard.h"

/**
 * rsg_decision - take note of a decision
 * @policy: the policy that took it
 * @decision: what it is: every verdict other than a plain
 *	SECCOMP_RET_ALLOW, and in observe mode every verdict
 *
 * Context: any process context, preemption disabled.
 */
noinline notrace void rsg_decision(const struct rsg_policy *policy,
				   const struct rsg_decision *decision)
{
	if (decision->mode == RSG_MODE_OBSERVE ||
	    rsg_verdict_allows(decision->verdict))
		this_cpu_inc(policy->counts->observed);
	else if (decision->mode == RSG_MODE_AUDIT)
		this_cpu_inc(policy->counts->audited);
	else
		this_cpu_inc(policy->counts->denied);
}
