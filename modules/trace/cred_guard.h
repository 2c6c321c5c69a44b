/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The credential guard, as the files of its module see it. How it works is told
 * in Documentation/design/credentials.rst.
 */
#ifndef RST_CRED_GUARD_H
#define RST_CRED_GUARD_H

#include <linux/irq_work.h>
#include <linux/percpu.h>
#include <linux/user-return-notifier.h>

#include "cred_change.h"
#include "cred_record.h"

/**
 * struct rst_cred_cpu - what the guard needs of a CPU
 * @notifier: runs on each return to user mode
 * @record: that of the thread that was checked last, or one that is nobody's.
 *	Written on this CPU by @notifier, and while nothing is armed
 */
struct rst_cred_cpu {
	struct user_return_notifier notifier;
	struct rst_cred_record *record;
};

DECLARE_PER_CPU(struct rst_cred_cpu, rst_cred_cpus);

/* NULL while the guard is off. */
extern struct rst_cred_table *rst_cred_table;

static __always_inline bool rst_guard_is_on(void)
{
	return READ_ONCE(rst_cred_table);
}

/*
 * The record that this CPU has looked at last, if it is the current thread's;
 * the guard is on. Whichever CPU's it is: a record that names the thread is the
 * thread's own.
 */
static __always_inline bool
rst_guard_is_ours(const struct rst_cred_record *record)
{
	return READ_ONCE(record->task) == (unsigned long)current;
}

/* The record of the current thread, NULL if there is none. */
static inline struct rst_cred_record *rst_guard_record(void)
{
	struct rst_cred_record *record = raw_cpu_read(rst_cred_cpus.record);
	struct rst_cred_table *table = READ_ONCE(rst_cred_table);

	if (!table)
		return NULL;
	return rst_guard_is_ours(record) ? record :
					   rst_cred_find(table, current);
}

/**
 * struct rst_guard_state - who asks for what, and what came of it
 * @guard: RS_TRACE_GUARD_* in force
 * @admin: asked for through sysfs
 * @action: RS_TRACE_ACTION_*
 * @unexplained: changes by pattern
 * @untracked: threads for which there was no room
 * @sweeps: times that all threads were looked at
 */
struct rst_guard_state {
	u32 guard;
	u32 admin;
	u32 action;
	u64 unexplained[RST_NR_PATTERNS];
	u64 untracked;
	u64 sweeps;
};

/* cred_guard.c */
int rst_guard_change(u32 old, u32 new);
int rst_guard_set_admin(u32 guard);
void rst_guard_exit(void);
void rst_guard_state(struct rst_guard_state *state);

/* cred_border.c */
void rst_border_init(void);
int rst_border_start(bool full);
void rst_border_use(bool full);
void rst_border_stop(void);
void rst_border_untracked(void);
u64 rst_border_nr_untracked(void);

/* cred_sweep.c */
void rst_sweep_start(void);
void rst_sweep_stop(void);
u64 rst_sweep_rounds(void);

/* cred_report.c */
void rst_report_set_action(u32 action);
void rst_report_state(struct rst_guard_state *state);
void rst_report_init(void);
void rst_report_flush(void);

/* cred_attrs.c */
extern const struct attribute_group rst_cred_group;

#endif /* RST_CRED_GUARD_H */
