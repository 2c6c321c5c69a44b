/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of a policy that needs no kernel: rules in, verdicts out. The host
 * tests compile verdict.c too; they bring their own rsg_call_is_vital().
 */
#ifndef _RSG_VERDICT_H
#define _RSG_VERDICT_H

#include <linux/ringside_guard.h>
#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#endif

/**
 * struct rsg_verdicts - what a policy says about each system call
 * @error: errno to fail with, by ABI and number; 0 allows the call. Immutable
 *	once the policy can be found
 */
struct rsg_verdicts {
	__u16 error[RSG_ABIS][RSG_CALLS];
};

int rsg_verdicts_fill(struct rsg_verdicts *verdicts,
		      const struct rsg_rule *rules, unsigned int nr_rules,
		      unsigned int default_error);
int rsg_name_check(const __u8 name[RSG_NAME_LEN]);

/* Can a task not even end, or return from a signal, without this call? */
bool rsg_call_is_vital(unsigned int abi, unsigned int nr);

#endif /* _RSG_VERDICT_H */
