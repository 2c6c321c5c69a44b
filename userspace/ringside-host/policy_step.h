/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of a step, in the order in which they run, and the arithmetic they
 * share. For policy*.c and the tests of single parts; users of the policy
 * include policy.h.
 */
#ifndef RSH_POLICY_STEP_H
#define RSH_POLICY_STEP_H

#include "policy.h"

static inline uint64_t rsh_min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t rsh_max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Sums end at the largest number, differences at 0: no wrap anywhere. */
static inline uint64_t rsh_add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static inline uint64_t rsh_sub(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static inline uint64_t rsh_clamp(uint64_t x, uint64_t least, uint64_t most)
{
	return rsh_max(least, rsh_min(x, most));
}

/* a * b / c, exact, the largest number if it does not fit; c is not 0. */
static inline uint64_t rsh_scale(uint64_t a, uint64_t b, uint64_t c)
{
	unsigned __int128 x = (unsigned __int128)a * b / c;

	return x > UINT64_MAX ? UINT64_MAX : (uint64_t)x;
}

static inline uint64_t rsh_round_down(uint64_t x)
{
	return x / RSH_UNIT * RSH_UNIT;
}

/* Has it been so for so long? @since is 0 if it is not so now. */
static inline bool rsh_lasts(uint64_t since, uint64_t now, uint64_t ns)
{
	return since && now - since >= ns;
}

/* Start a clock when @is becomes true, stop it when it no longer is. */
static inline void rsh_clock(uint64_t *since, bool is, uint64_t now)
{
	if (!is)
		*since = 0;
	else if (!*since)
		*since = now ? now : 1;
}

/* Between two attempts that are made because the host is in danger. */
static inline uint64_t rsh_urge_pause(const struct rsh_settings *s)
{
	return rsh_scale(s->settle_ns, 4, 1);
}

/**
 * struct rsh_step - what the parts of a step hand each other
 * @s: settings
 * @policy: state of all
 * @vms: state of each
 * @limits: of each
 * @samples: of each
 * @n: how many
 * @now: time
 * @distributable: budget less slack in force
 * @danger: half of the slack is gone, by measure: the host goes before guests
 * @expected: sum of all VMs
 * @sum: the summary that becomes the caller's
 */
struct rsh_step {
	const struct rsh_settings *s;
	struct rsh_policy *policy;
	struct rsh_vm *vms;
	const struct rsh_limits *limits;
	const struct rsh_sample *samples;
	size_t n;
	uint64_t now;
	uint64_t distributable;
	bool danger;
	uint64_t expected;
	struct rsh_summary sum;
};

/**
 * rsh_observe() - balloon and process of one VM: what has become of it?
 * @step: the step
 * @i: its slot
 */
void rsh_observe(struct rsh_step *step, size_t i);

/**
 * rsh_demand() - how much does the guest use, and how much should it have?
 * @step: the step
 * @i: its slot; alive, and observed
 */
void rsh_demand(struct rsh_step *step, size_t i);

/**
 * rsh_ledger() - what is promised to whom, and what is left?
 * @step: the step; VMs observed
 * @host: for its pressure
 */
void rsh_ledger(struct rsh_step *step, const struct rsh_host *host);

/**
 * rsh_share() - what would each have if everybody had their part?
 * @step: the step; ledger written
 */
void rsh_share(struct rsh_step *step);

/**
 * rsh_divide() - divide memory by shares
 * @step: VMs with a claim
 * @total: bytes to divide
 * @tax_percent: what is claimed beyond claim_active counts for so much less
 *
 * Nobody gets less than its claim_floor or more than its claim_cap; for this
 * the floors must not exceed @total in sum.
 *
 * Return: what was handed out, at most @total.
 */
uint64_t rsh_divide(struct rsh_step *step, uint64_t total,
		    uint32_t tax_percent);

/**
 * rsh_in_need() - does a VM wait that can not do without?
 * @step: the step; all moved
 *
 * Return: true if memory in use is missing somewhere.
 */
bool rsh_in_need(const struct rsh_step *step);

/**
 * rsh_move() - who is asked for what?
 * @step: the step; parts known
 */
void rsh_move(struct rsh_step *step);

#endif /* RSH_POLICY_STEP_H */
