// SPDX-License-Identifier: GPL-2.0-only
/*
 * How does a list of rules become a verdict for each system call, and which
 * lists and names are refused? Pure: no locks, no allocation, no kernel.
 *
 * Most calls have one verdict. Where it depends on arguments, the rules of the
 * call become a chain of steps: each comparison leads to the next one of its
 * rule if it holds, to the next rule of the call if it does not, and the last
 * of them to what the verdict is without any rule.
 */
#include <linux/build_bug.h>
#include <linux/errno.h>

#include "verdict.h"

#define DATA	0x0000ffffU

/* Steps of which one always follows are counted in 16 bits. */
static_assert(RSG_RULES_MAX * (RSG_ARGS + 1) <= DATA);

static bool is_verdict(__u32 verdict)
{
	switch (verdict & ~DATA) {
	case SECCOMP_RET_ERRNO:
		return (verdict & DATA) <= RSG_ERROR_MAX;
	case SECCOMP_RET_TRAP:
		return true;
	case SECCOMP_RET_ALLOW:
	case SECCOMP_RET_LOG:
	case SECCOMP_RET_KILL_THREAD:
	case SECCOMP_RET_KILL_PROCESS:
	case RSG_RET_STOP:
		return !(verdict & DATA);
	default:
		return false;
	}
}

static int check_args(const struct rsg_source *source,
		      const struct rsg_rule *rule)
{
	const struct rsg_arg *arg;
	unsigned int i;

	if (rule->nr_args > RSG_ARGS || rule->nr_args > source->nr_args ||
	    rule->first_arg > source->nr_args - rule->nr_args)
		return -EINVAL;
	for (i = 0; i < rule->nr_args; i++) {
		arg = &source->args[rule->first_arg + i];
		if (arg->index >= RSG_ARGS || arg->__reserved ||
		    arg->op < RSG_OP_NE || arg->op > RSG_OP_MASKED_EQ)
			return -EINVAL;
		if (arg->value_two && arg->op != RSG_OP_MASKED_EQ)
			return -EINVAL;
	}
	return 0;
}

static int check_rule(const struct rsg_source *source,
		      const struct rsg_rule *rule)
{
	if (rule->abi >= RSG_ABIS || rule->nr >= RSG_CALLS ||
	    rule->tag > RSG_TAG_MAX || !is_verdict(rule->verdict))
		return -EINVAL;
	if (!rsg_verdict_allows(rule->verdict) &&
	    rsg_call_is_vital(rule->abi, rule->nr))
		return -EINVAL;
	return check_args(source, rule);
}

static void fill_step(struct rsg_step *step, const struct rsg_arg *arg,
		      __u64 width)
{
	static const struct {
		__u8 op;
		bool negate;
	} ops[] = {
		[RSG_OP_NE] = { RSG_STEP_EQ, true },
		[RSG_OP_LT] = { RSG_STEP_GE, true },
		[RSG_OP_LE] = { RSG_STEP_GT, true },
		[RSG_OP_EQ] = { RSG_STEP_EQ, false },
		[RSG_OP_GE] = { RSG_STEP_GE, false },
		[RSG_OP_GT] = { RSG_STEP_GT, false },
		[RSG_OP_MASKED_EQ] = { RSG_STEP_EQ, false },
	};

	step->op = ops[arg->op].op;
	step->negate = ops[arg->op].negate;
	step->mask = width;
	step->value = arg->value & width;
	if (arg->op != RSG_OP_MASKED_EQ)
		return;
	step->mask = arg->value & width;
	step->value = arg->value_two & step->mask;
}

/* Where a call goes if none of the rules known so far holds. */
static __u16 fallback(struct rsg_rules *rules, const struct rsg_rule *rule)
{
	__u32 verdict = rules->verdicts[rule->abi][rule->nr];

	if (rsg_verdict_is_steps(verdict))
		return verdict & DATA;
	rules->steps[rules->nr_steps] = (struct rsg_step){
		.op = RSG_STEP_END,
		.verdict = verdict,
		.tag = rules->tags[rule->abi][rule->nr],
	};
	return rules->nr_steps++;
}

/* Put a rule that asks for arguments before those that are there. */
static void add_steps(struct rsg_rules *rules, const struct rsg_source *source,
		      const struct rsg_rule *rule, rsg_frame_layout layout)
{
	__u32 *verdict = &rules->verdicts[rule->abi][rule->nr];
	__u64 width = rule->abi == RSG_I386 ? 0xffffffffULL : ~0ULL;
	const struct rsg_arg *arg = &source->args[rule->first_arg];
	__u16 otherwise;
	unsigned int i;

	/* Nothing is to be decided here, so the call need not be hooked. */
	if (rule->verdict == SECCOMP_RET_ALLOW && *verdict == rule->verdict)
		return;
	otherwise = fallback(rules, rule);
	*verdict = RSG_VERDICT_STEPS | rules->nr_steps;
	for (i = 0; i < rule->nr_args; i++, arg++) {
		struct rsg_step *step = &rules->steps[rules->nr_steps++];

		*step = (struct rsg_step){
			.verdict = rule->verdict,
			.otherwise = otherwise,
			.tag = rule->tag,
			.offset = layout[rule->abi][arg->index],
			.last = i == rule->nr_args - 1U,
		};
		fill_step(step, arg, width);
	}
}

static void fill_default(struct rsg_rules *rules, __u32 verdict)
{
	unsigned int abi, nr;

	rules->default_verdict = verdict;
	for (abi = 0; abi < RSG_ABIS; abi++) {
		for (nr = 0; nr < RSG_CALLS; nr++) {
			rules->tags[abi][nr] = -1;
			rules->verdicts[abi][nr] =
				!rsg_verdict_allows(verdict) &&
				rsg_call_is_vital(abi, nr) ?
				SECCOMP_RET_ALLOW : verdict;
		}
	}
}

/* Has the call a rule already? */
static bool has_rule(const struct rsg_rules *rules,
		     const struct rsg_rule *rule)
{
	return rules->tags[rule->abi][rule->nr] != -1 ||
	       rsg_verdict_is_steps(rules->verdicts[rule->abi][rule->nr]);
}

static void fill_wanted(struct rsg_rules *rules)
{
	unsigned int abi, nr, i;

	for (i = 0; i < RSG_WANTED_LONGS; i++)
		rules->wanted[i] = 0;
	for (abi = 0; abi < RSG_ABIS; abi++) {
		for (nr = 0; nr < RSG_CALLS; nr++) {
			i = abi * RSG_CALLS + nr;
			if (rules->verdicts[abi][nr] != SECCOMP_RET_ALLOW)
				rules->wanted[i / 64] |= 1UL << i % 64;
		}
	}
}

/**
 * rsg_rules_max_steps - how many steps can these rules take
 * @source: the rules, perhaps malformed
 *
 * Return: the number that struct rsg_rules needs room for.
 */
unsigned int rsg_rules_max_steps(const struct rsg_source *source)
{
	unsigned int i, n = 0;

	for (i = 0; i < source->nr_rules; i++)
		if (source->rules[i].nr_args &&
		    source->rules[i].nr_args <= RSG_ARGS)
			n += source->rules[i].nr_args + 1;
	return n;
}

/**
 * rsg_rules_fill - turn rules into verdicts
 * @rules: what to fill, with room for rsg_rules_max_steps()
 * @source: the rules
 * @layout: where arguments will be found
 *
 * From the last rule to the first: what comes later is where a rule that does
 * not hold leads to.
 *
 * Return: 0, or -EINVAL if a value is out of range, a rule can never be
 * reached, or a rule denies a vital call.
 */
int rsg_rules_fill(struct rsg_rules *rules, const struct rsg_source *source,
		   rsg_frame_layout layout)
{
	const struct rsg_rule *rule;
	unsigned int i;
	int err;

	if (!is_verdict(source->default_verdict))
		return -EINVAL;
	rules->nr_steps = 0;
	fill_default(rules, source->default_verdict);
	for (i = source->nr_rules; i--; ) {
		rule = &source->rules[i];
		err = check_rule(source, rule);
		if (err)
			return err;
		if (rule->nr_args) {
			add_steps(rules, source, rule, layout);
			continue;
		}
		if (has_rule(rules, rule))
			return -EINVAL;
		rules->verdicts[rule->abi][rule->nr] = rule->verdict;
		rules->tags[rule->abi][rule->nr] = rule->tag;
	}
	fill_wanted(rules);
	return 0;
}

/**
 * rsg_name_check - is this a name that a policy may have?
 * @name: the name as user space gave it, perhaps without a NUL
 *
 * Names appear in logs, tables and command lines.
 *
 * Return: 0, or -EINVAL.
 */
int rsg_name_check(const __u8 name[RSG_NAME_LEN])
{
	unsigned int i;

	for (i = 0; i < RSG_NAME_LEN && name[i]; i++)
		if (name[i] <= ' ' || name[i] > '~' || name[i] == '/')
			return -EINVAL;
	return i && i < RSG_NAME_LEN ? 0 : -EINVAL;
}
