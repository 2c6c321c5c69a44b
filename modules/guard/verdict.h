/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of a policy that needs no kernel: rules in, verdicts out. The host
 * tests compile verdict.c too; they bring their own rsg_call_is_vital().
 */
#ifndef _RSG_VERDICT_H
#define _RSG_VERDICT_H

#include <linux/ringside_guard.h>
#include <linux/seccomp.h>
#ifdef __KERNEL__
#include <linux/types.h>
#include <linux/workqueue.h>
#else
#include <stdbool.h>
#endif

/*
 * Where struct rsg_rules.verdicts has this action, the data is the first of
 * the steps that lead to the verdict. All verdicts are below.
 */
#define RSG_VERDICT_STEPS	0xc0000000U

/* What a step does; the other operators are these, negated. */
#define RSG_STEP_EQ	0
#define RSG_STEP_GT	1
#define RSG_STEP_GE	2
#define RSG_STEP_END	3	/* it is the verdict */

/**
 * struct rsg_step - one comparison on the way to a verdict
 * @mask: bits of the argument that count
 * @value: what these are compared with
 * @verdict: the verdict, if the way ends here
 * @otherwise: index of the next step if the comparison does not hold; if it
 *	holds, the next one follows or the way ends
 * @tag: of the rule that gives the verdict, -1 if it is the default
 * @offset: where the argument is in the frame of the call
 * @op: RSG_STEP_*
 * @negate: the comparison must not hold
 * @last: the way ends here if the comparison holds
 */
struct rsg_step {
	__u64 mask;
	__u64 value;
	__u32 verdict;
	__u16 otherwise;
	__s16 tag;
	__u16 offset;
	__u8 op;
	bool negate;
	bool last;
};

struct rsg_objects;

#define RSG_WANTED_LONGS	(RSG_ABIS * RSG_CALLS / 64)

/**
 * struct rsg_rules - what a policy says about each system call
 * @end: frees it, when no call in flight can read it any more
 * @wanted: one bit for each call that is not simply allowed, by ABI and number
 * @verdicts: verdicts by ABI and number, or RSG_VERDICT_STEPS
 * @tags: tags of the rules that gave @verdicts, -1 for the default
 * @default_verdict: as loaded
 * @origin: as loaded
 * @nr_steps: length of @steps
 * @objects: what is judged at other functions than calls; see object.h
 * @steps: ways to the verdicts that depend on arguments; each step leads to a
 *	later one of its rule or to one of a smaller index
 *
 * Immutable once a policy points to it.
 */
struct rsg_rules {
#ifdef __KERNEL__
	struct rcu_work end;
#endif
	unsigned long wanted[RSG_WANTED_LONGS];
	__u32 verdicts[RSG_ABIS][RSG_CALLS];
	__s16 tags[RSG_ABIS][RSG_CALLS];
	__u32 default_verdict;
	char origin[RSG_ORIGIN_LEN];
	__u32 nr_steps;
	struct rsg_objects *objects;
	struct rsg_step steps[];
};

/**
 * struct rsg_source - rules as user space gave them, in kernel memory
 * @rules: the rules
 * @args: their comparisons
 * @nr_rules: length of @rules
 * @nr_args: length of @args
 * @default_verdict: where no rule holds
 * @objects: rules on objects
 * @nr_objects: length of @objects
 * @origin: where they come from, NUL-terminated; NULL for nowhere
 */
struct rsg_source {
	const struct rsg_rule *rules;
	const struct rsg_arg *args;
	unsigned int nr_rules;
	unsigned int nr_args;
	__u32 default_verdict;
	const struct rsg_object_rule *objects;
	unsigned int nr_objects;
	const __u8 *origin;
};

/* Where the arguments of a call are in a frame, by ABI. */
typedef const __u16 rsg_frame_layout[RSG_ABIS][RSG_ARGS];

unsigned int rsg_rules_max_steps(const struct rsg_source *source);
int rsg_rules_fill(struct rsg_rules *rules, const struct rsg_source *source,
		   rsg_frame_layout layout);
int rsg_name_check(const __u8 name[RSG_NAME_LEN]);

/* Can a task not even end, or return from a signal, without this call? */
bool rsg_call_is_vital(unsigned int abi, unsigned int nr);

/* Does a verdict let the call be made? */
static inline bool rsg_verdict_allows(__u32 verdict)
{
	return verdict == SECCOMP_RET_ALLOW || verdict == SECCOMP_RET_LOG;
}

/* The stricter of two verdicts: the smaller number, as seccomp has it. */
static inline __u32 rsg_stricter(__u32 a, __u32 b)
{
	return (__s32)(b & SECCOMP_RET_ACTION_FULL) <
	       (__s32)(a & SECCOMP_RET_ACTION_FULL) ? b : a;
}

static inline bool rsg_step_holds(const struct rsg_step *step,
				  const void *frame)
{
	__u64 arg = *(const unsigned long *)((const char *)frame +
					     step->offset) & step->mask;
	bool holds;

	if (step->op == RSG_STEP_EQ)
		holds = arg == step->value;
	else if (step->op == RSG_STEP_GT)
		holds = arg > step->value;
	else
		holds = arg >= step->value;
	return holds != step->negate;
}

/**
 * rsg_rules_walk - the step that gives the verdict on a call
 * @rules: the rules
 * @verdict: what @rules->verdicts says: RSG_VERDICT_STEPS and an index
 * @frame: where the arguments are
 *
 * Inline, for the hook must not enter a function that can be traced.
 *
 * Return: the step.
 */
static __always_inline const struct rsg_step *
rsg_rules_walk(const struct rsg_rules *rules, __u32 verdict, const void *frame)
{
	/* The first is a comparison, and so is one that follows. */
	const struct rsg_step *step = &rules->steps[verdict & 0xffff];

	for (;;) {
		if (rsg_step_holds(step, frame)) {
			if (step->last)
				return step;
			step++;
			continue;
		}
		step = &rules->steps[step->otherwise];
		if (step->op == RSG_STEP_END)
			return step;
	}
}

/* Are there arguments on which this entry of a table of verdicts depends? */
static inline bool rsg_verdict_is_steps(__u32 verdict)
{
	return verdict >= RSG_VERDICT_STEPS;
}

/*
 * What the table says about a call. Flat: the hook calls nothing while it asks,
 * not even what reports an index out of range. Masked: nor does the processor
 * look elsewhere when it guesses wrong at a number that is out of range.
 */
static __always_inline __u32 rsg_rules_entry(const struct rsg_rules *rules,
					     unsigned int abi, unsigned int nr)
{
	const __u32 *entries = rules->verdicts[0];

	return entries[abi * RSG_CALLS + (nr & (RSG_CALLS - 1))];
}

/**
 * rsg_rules_verdict - the verdict on a call
 * @rules: the rules
 * @abi: its ABI
 * @nr: its number, of which the lower bits count
 * @frame: where its arguments are
 *
 * Return: the verdict.
 */
static __always_inline __u32
rsg_rules_verdict(const struct rsg_rules *rules, unsigned int abi,
		  unsigned int nr, const void *frame)
{
	__u32 verdict = rsg_rules_entry(rules, abi, nr);

	if (!rsg_verdict_is_steps(verdict))
		return verdict;
	return rsg_rules_walk(rules, verdict, frame)->verdict;
}

/**
 * rsg_rules_judge - the verdict on a call, and where it comes from
 * @rules: the rules
 * @abi: its ABI
 * @nr: its number, below RSG_CALLS
 * @frame: where its arguments are
 * @tag: set to the tag of the rule, -1 if it is the default
 *
 * Return: the verdict.
 */
static __always_inline __u32
rsg_rules_judge(const struct rsg_rules *rules, unsigned int abi,
		unsigned int nr, const void *frame, __s16 *tag)
{
	__u32 verdict = rsg_rules_entry(rules, abi, nr);
	const struct rsg_step *step;

	if (!rsg_verdict_is_steps(verdict)) {
		*tag = rules->tags[abi][nr];
		return verdict;
	}
	step = rsg_rules_walk(rules, verdict, frame);
	*tag = step->tag;
	return step->verdict;
}

#endif /* _RSG_VERDICT_H */
