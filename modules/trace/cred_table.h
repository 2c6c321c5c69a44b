/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which changes of credentials are explained: see cred_table.c, which the host
 * tests compile, too.
 */
#ifndef RST_CRED_TABLE_H
#define RST_CRED_TABLE_H

#include <linux/types.h>

#include "cred_set.h"

/* ABI of a system call, as the events print it. */
enum { RST_ABI_NONE, RST_ABI_X64, RST_ABI_I386, RST_ABI_X32 };

/* What a place may change. */
enum rst_cred_may {
	RST_MAY_NOTHING,	/* keys, labels, groups: nothing of the set */
	RST_MAY_IDS,		/* setuid(2) and its relatives */
	RST_MAY_CAPS,		/* capset(2), prctl(2) */
	RST_MAY_NS,		/* another user namespace, below this one */
	RST_MAY_EXEC,		/* a program with other rights */
	RST_MAY_ALL,		/* a helper that the kernel starts by itself */
};

/* Which calls may lead to a place. */
enum rst_cred_from {
	RST_FROM_LISTED,	/* those of the row */
	RST_FROM_EXEC,		/* those, or none: the kernel runs a program */
	RST_FROM_KERNEL,	/* none */
	RST_FROM_ANY,		/* whichever; work that waited for a return */
};

#define RST_CRED_CALLS	4

/**
 * struct rst_cred_row - a place that commits credentials
 * @function: of the kernel proper; commit_creds() returns into it
 * @what: what it does, one word for events
 * @may: what it may change
 * @from: which calls lead there
 * @x64: numbers of those calls, of x86_64 and x32; the rest is 0
 * @i386: and of i386
 */
struct rst_cred_row {
	const char *function;
	const char *what;
	enum rst_cred_may may;
	enum rst_cred_from from;
	u16 x64[RST_CRED_CALLS];
	u16 i386[RST_CRED_CALLS];
};

/**
 * struct rst_cred_call - what else there is to know about a change
 * @abi: RST_ABI_*
 * @nr: number of the system call, -1 if none
 * @no_new_privs: the thread has promised to gain nothing by execve()
 * @outwards: the new user namespace contains the old one
 */
struct rst_cred_call {
	int abi;
	int nr;
	bool no_new_privs;
	bool outwards;
};

/* Why a change is not explained. */
enum rst_cred_flaw {
	RST_FLAW_NONE,
	RST_FLAW_CALLER,	/* no place that commits credentials */
	RST_FLAW_CALL,		/* no call that leads there */
	RST_FLAW_GAIN,		/* not what that place may change */
};

extern const struct rst_cred_row rst_cred_rows[];
extern const unsigned int rst_cred_nr_rows;

enum rst_cred_flaw rst_cred_explain(const struct rst_cred_row *row,
				    const struct rst_cred_set *old,
				    const struct rst_cred_set *new,
				    const struct rst_cred_call *call);
bool rst_cred_call_fits(const struct rst_cred_row *row,
			const struct rst_cred_call *call);

#endif /* RST_CRED_TABLE_H */
