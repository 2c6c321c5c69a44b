/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A change of credentials on its way from those who see it to the events: what
 * the files of the credential guard share. Their locks are in trace.h.
 */
#ifndef RST_CRED_CHANGE_H
#define RST_CRED_CHANGE_H

#include <linux/sched.h>

#include "cred_set.h"
#include "cred_table.h"

#define RST_CALLER_LEN	64
#define RST_EXE_LEN	128
#define RST_WHY_LEN	16

/**
 * struct rst_cred_change - a change of credentials
 * @task: whose
 * @old: what they were
 * @new: what they are, or will be in a moment
 * @call: the system call that it happened in
 * @explained: the table has a reason for it
 * @why: the reason, or what is wrong, one word
 * @exe: the program, by the last parts of its path, escaped
 * @caller: function that commit_creds() returns to, or "none"
 */
struct rst_cred_change {
	struct task_struct *task;
	struct rst_cred_set old;
	struct rst_cred_set new;
	struct rst_cred_call call;
	bool explained;
	const char *why;
	char exe[RST_EXE_LEN];
	char caller[RST_CALLER_LEN];
};

/* How credentials can change without an explanation. */
enum rst_cred_pattern {
	RST_PATTERN_POINTER,	/* other credentials that nobody committed */
	RST_PATTERN_CONTENT,	/* the same, overwritten */
	RST_PATTERN_SPLIT,	/* acts with others than it is seen with */
	RST_PATTERN_COMMIT,	/* committed, but not explained by the table */
	RST_NR_PATTERNS
};

/* cred.c */
int rst_cred_reg(void);
void rst_cred_unreg(void);
int rst_cred_hook_get(void);
void rst_cred_hook_put(void);
void rst_cred_find_call(struct rst_cred_call *call);
void rst_cred_tell_unexplained(const struct rst_cred_change *change);

/* cred_report.c */
void rst_cred_name_exe(char *exe, struct mm_struct *mm);
void rst_cred_report(struct rst_cred_change *change,
		     enum rst_cred_pattern pattern);

#endif /* RST_CRED_CHANGE_H */
