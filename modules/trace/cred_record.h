/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What credentials each thread had when it was last seen to be right. The locks
 * are described in cred_record.c.
 */
#ifndef RST_CRED_RECORD_H
#define RST_CRED_RECORD_H

#include <linux/cred.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "cred_set.h"

#define RST_CRED_BITS	11
#define RST_CRED_WAYS	16

/**
 * struct rst_cred_record - a thread
 * @task: its address, 0 if the record is free. Changes with the lock of the
 *	bucket held; stays while the thread lives
 * @cred: what it acts with; this and the rest are written by the thread itself,
 *	or by its parent before it runs
 * @real: what it is seen as; differs from @cred only after an alarm
 * @before: what a commit that may not be through yet replaces, or NULL
 * @seq: odd while the rest is written, for the sweep
 * @set: what @cred says
 * @rest: sum of those members of @set that are compared by their sum
 */
struct rst_cred_record {
	unsigned long task;
	const struct cred *cred;
	const struct cred *real;
	const struct cred *before;
	u32 seq;
	struct rst_cred_set set;
	u64 rest;
};

struct rst_cred_bucket {
	raw_spinlock_t lock;
	struct rst_cred_record way[RST_CRED_WAYS];
};

struct rst_cred_table {
	struct rst_cred_bucket bucket[1 << RST_CRED_BITS];
};

/*
 * What @task acts with, and what it is. No lock is needed by the thread itself,
 * nor by its parent before it runs: nobody else changes these.
 */
static __always_inline const struct cred *
rst_cred_of(const struct task_struct *task)
{
	return rcu_dereference_protected(task->cred, 1);
}

static __always_inline const struct cred *
rst_real_cred_of(const struct task_struct *task)
{
	return rcu_dereference_protected(task->real_cred, 1);
}

struct rst_cred_table *rst_cred_table_create(void);
struct rst_cred_record *rst_cred_find(struct rst_cred_table *table,
				      const struct task_struct *task);
struct rst_cred_record *rst_cred_claim(struct rst_cred_table *table,
				       const struct task_struct *task,
				       bool *is_new);
void rst_cred_release(struct rst_cred_table *table,
		      const struct task_struct *task);
void rst_cred_read(struct rst_cred_set *set, const struct cred *cred,
		   const struct rst_cred_set *like);
void rst_cred_write(struct rst_cred_record *record, const struct cred *cred,
		    const struct cred *real);
void rst_cred_write_commit(struct rst_cred_record *record,
			   const struct cred *new,
			   const struct rst_cred_set *set);

/* Two ids, as they lie in struct cred. */
static __always_inline u64 rst_cred_pair(const kuid_t *uid)
{
	static_assert(offsetof(struct cred, gid) ==
		      offsetof(struct cred, uid) + sizeof(kuid_t));
	static_assert(offsetof(struct cred, sgid) ==
		      offsetof(struct cred, suid) + sizeof(kuid_t));
	static_assert(offsetof(struct cred, egid) ==
		      offsetof(struct cred, euid) + sizeof(kuid_t));
	static_assert(offsetof(struct cred, fsgid) ==
		      offsetof(struct cred, fsuid) + sizeof(kuid_t));
	return *(const u64 *)uid;
}

/* Either spelling of a set is one word. */
static __always_inline u64 rst_cred_caps(const kernel_cap_t *caps)
{
	static_assert(sizeof(*caps) == sizeof(u64));
	return *(const u64 *)caps;
}

/*
 * Three members of which none alone gives anything away, as one: to change them
 * and keep the sum, what one gains another has to lose.
 */
static __always_inline u64 rst_cred_rest(const struct cred *cred)
{
	return cred->securebits + rst_cred_caps(&cred->cap_inheritable) +
	       rst_cred_caps(&cred->cap_bset);
}

/* Does @cred still say what it said? Hot. */
static __always_inline bool rst_cred_is_same(const struct cred *cred,
					     const struct rst_cred_record *r)
{
	const struct rst_cred_set *set = &r->set;
	u64 diff;

	diff = rst_cred_pair(&cred->uid) ^ set->ids[RST_PAIR_REAL];
	diff |= rst_cred_pair(&cred->suid) ^ set->ids[RST_PAIR_SAVED];
	diff |= rst_cred_pair(&cred->euid) ^ set->ids[RST_PAIR_EFFECTIVE];
	diff |= rst_cred_pair(&cred->fsuid) ^ set->ids[RST_PAIR_FS];
	diff |= rst_cred_caps(&cred->cap_permitted) ^
		set->caps[RST_CAPS_PERMITTED];
	diff |= rst_cred_caps(&cred->cap_effective) ^
		set->caps[RST_CAPS_EFFECTIVE];
	diff |= rst_cred_caps(&cred->cap_ambient) ^
		set->caps[RST_CAPS_AMBIENT];
	diff |= (unsigned long)cred->user_ns ^ set->user_ns;
	diff |= rst_cred_rest(cred) ^ r->rest;
	return !diff;
}

/* Around what a thread writes to its record. */
static __always_inline void rst_cred_begin(struct rst_cred_record *record)
{
	preempt_disable_notrace();
	WRITE_ONCE(record->seq, record->seq | 1);
	/* Pairs with the sweep's reads of the sequence. */
	smp_wmb();
}

static __always_inline void rst_cred_end(struct rst_cred_record *record)
{
	/* As in rst_cred_begin(). */
	smp_wmb();
	WRITE_ONCE(record->seq, (record->seq | 1) + 1);
	preempt_enable_notrace();
}

static __always_inline void rst_cred_replace(struct rst_cred_record *record,
					     const struct cred *new)
{
	record->before = record->real;
	record->cred = new;
	record->real = new;
}

/* A thread is about to commit credentials that say what its record says. */
static __always_inline void rst_cred_write_same(struct rst_cred_record *record,
						const struct cred *new)
{
	rst_cred_begin(record);
	rst_cred_replace(record, new);
	rst_cred_end(record);
}

#endif /* RST_CRED_RECORD_H */
