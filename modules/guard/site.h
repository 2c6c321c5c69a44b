/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hooks on functions of the kernel that are not system calls: how a file adds
 * some of its own.
 *
 * Write a judge, put rows into a table that an empty row ends, and name the
 * table in site.c. site.c hooks a function while an attached policy wants it,
 * calls the judge for each policy of the task that is inside, reports what the
 * judge says, and makes the function fail.
 */
#ifndef _RSG_SITE_H
#define _RSG_SITE_H

#include <linux/ptrace.h>

#include "guard.h"

/**
 * enum rsg_refusal - how a hooked function says that it failed
 * @RSG_REFUSE_ERRNO: it returns a negative errno, or a pointer that holds one
 * @RSG_REFUSE_FALSE: it returns false, 0 or a pointer that is NULL
 * @RSG_REFUSE_TRUE: it returns true
 *
 * A function without a result can not be refused and is no site.
 */
enum rsg_refusal {
	RSG_REFUSE_ERRNO,
	RSG_REFUSE_FALSE,
	RSG_REFUSE_TRUE,
};

struct rsg_site;

/**
 * struct rsg_look - what a judge gets to see
 * @site: the row of the table
 * @policy: the policy that is asked
 * @rules: its contents
 * @mode: RSG_MODE_* of the policy, not RSG_MODE_OFF
 * @regs: registers at the entry of the function; rsg_site_arg() reads them
 * @args: for the judge to fill with what it judged; zero before
 * @rule: for the judge to set to the tag of its rule; -1 before
 * @nr: for the judge to set to the x86_64 number of the call that this stands
 *	for; 0 before
 */
struct rsg_look {
	const struct rsg_site *site;
	const struct rsg_policy *policy;
	const struct rsg_rules *rules;
	u32 mode;
	const struct pt_regs *regs;
	unsigned long args[RSG_ARGS];
	s16 rule;
	u16 nr;
};

/* Names that one function may have, over the kernels that we know. */
#define RSG_SITE_NAMES	2

/**
 * struct rsg_site - a function of the kernel and what to ask at its entry
 * @names: its names, of which the first that the kernel has is taken
 * @judge: gives the verdict: SECCOMP_RET_ALLOW, SECCOMP_RET_LOG,
 *	SECCOMP_RET_ERRNO, or SECCOMP_RET_KILL_PROCESS; any other one refuses
 *	with EPERM. Runs inside of ftrace with preemption off: it must be
 *	notrace and must not enter a function that is a site itself
 * @wanted: does a policy with these rules need the hook? Under rsg_lock, or
 *	while nobody can find the policy; @policy is NULL when rules are loaded
 * @refusal: how the function fails
 * @no_esrch: its callers try again for ever on ESRCH, so EPERM takes its place
 * @observed: it stands for a call, which observe mode records
 * @optional: a kernel that lacks the function has no hole. Where it does have
 *	one, what wants the function is refused, and the log names it
 * @data: for the judge
 */
struct rsg_site {
	const char *names[RSG_SITE_NAMES];
	u32 (*judge)(struct rsg_look *look);
	bool (*wanted)(const struct rsg_site *site,
		       const struct rsg_policy *policy,
		       const struct rsg_rules *rules);
	enum rsg_refusal refusal;
	bool no_esrch;
	bool observed;
	bool optional;
	u16 data;
};

/* Argument @nr of the hooked function, below RSG_ARGS. */
static __always_inline unsigned long
rsg_site_arg(const struct rsg_look *look, unsigned int nr)
{
	switch (nr) {
	case 0:
		return look->regs->di;
	case 1:
		return look->regs->si;
	case 2:
		return look->regs->dx;
	case 3:
		return look->regs->cx;
	case 4:
		return look->regs->r8;
	default:
		return look->regs->r9;
	}
}

/* The tables; each ends with a row without a name. */
extern const struct rsg_site rsg_object_sites[];
extern const struct rsg_site rsg_uring_sites[];
extern const struct rsg_site rsg_jail_task_sites[];
extern const struct rsg_site rsg_jail_fs_sites[];
extern const struct rsg_site rsg_jail_ipc_sites[];
extern const struct rsg_site rsg_jail_admin_sites[];
extern const struct rsg_site rsg_seal_sites[];

int rsg_sites_resolve(const struct rsg_rules *rules);
int rsg_sites_update(const struct rsg_policy *extra,
		     const struct rsg_rules *extra_rules, u32 extra_mode,
		     const char **function) __must_hold(&rsg_lock);
unsigned int rsg_sites_nr(void);
int rsg_sites_check(const char **function);
const char *rsg_site_name(unsigned int id);

#endif /* _RSG_SITE_H */
