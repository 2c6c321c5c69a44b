// SPDX-License-Identifier: GPL-2.0-only
/*
 * How does a list of rules become a verdict for each system call, and which
 * lists and names are refused? Pure: no locks, no allocation, no kernel.
 */
#include <linux/errno.h>

#include "verdict.h"

/* No rule has named the call yet. Above every errno. */
#define UNSET	0xffff

static int apply_rule(struct rsg_verdicts *verdicts,
		      const struct rsg_rule *rule)
{
	if (rule->abi >= RSG_ABIS || rule->nr >= RSG_CALLS ||
	    rule->error > RSG_ERROR_MAX || rule->__reserved)
		return -EINVAL;
	if (verdicts->error[rule->abi][rule->nr] != UNSET)
		return -EINVAL;
	if (rule->error && rsg_call_is_vital(rule->abi, rule->nr))
		return -EINVAL;
	verdicts->error[rule->abi][rule->nr] = rule->error;
	return 0;
}

static void apply_default(struct rsg_verdicts *verdicts,
			  unsigned int default_error)
{
	unsigned int abi, nr;

	for (abi = 0; abi < RSG_ABIS; abi++) {
		for (nr = 0; nr < RSG_CALLS; nr++) {
			__u16 *error = &verdicts->error[abi][nr];

			if (*error != UNSET)
				continue;
			*error = rsg_call_is_vital(abi, nr) ? 0 : default_error;
		}
	}
}

/**
 * rsg_verdicts_fill - turn rules into verdicts
 * @verdicts: the table to fill
 * @rules: the rules, in any order
 * @nr_rules: how many
 * @default_error: errno for the calls that no rule names, 0 to allow them
 *
 * Return: 0, or -EINVAL if a value is out of range, two rules name one call or
 * a rule denies a vital call.
 */
int rsg_verdicts_fill(struct rsg_verdicts *verdicts,
		      const struct rsg_rule *rules, unsigned int nr_rules,
		      unsigned int default_error)
{
	unsigned int abi, nr, i;
	int err;

	if (default_error > RSG_ERROR_MAX)
		return -EINVAL;
	for (abi = 0; abi < RSG_ABIS; abi++)
		for (nr = 0; nr < RSG_CALLS; nr++)
			verdicts->error[abi][nr] = UNSET;
	for (i = 0; i < nr_rules; i++) {
		err = apply_rule(verdicts, &rules[i]);
		if (err)
			return err;
	}
	apply_default(verdicts, default_error);
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
