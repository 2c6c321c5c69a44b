// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where is it kept what credentials a thread has? A table of records by the
 * address of the thread, made when the guard is armed.
 *
 *   1. A record is claimed by the thread itself, by its parent before it runs,
 *      or by whoever arms the guard; it is released when nobody can find the
 *      thread any more. Both under the lock of the bucket, so that a thread has
 *      one record, and so that whoever holds that lock and finds a record knows
 *      that the thread is still there.
 *   2. A thread finds its own record without the lock: nobody takes it away.
 *   3. It writes its own record without the lock, too, and with preemption off.
 *      The sweep, the only other reader, sees by the sequence that it came in
 *      between, and looks again in the next round.
 *   4. A raw lock, because returns to user mode, forks and the end of a thread
 *      take it, on PREEMPT_RT as well.
 * A bucket that is full means a thread without a record: its credentials are
 * taken as they are, and such threads are counted.
 */
#include <linux/hash.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <linux/user_namespace.h>
#include <linux/vmalloc.h>

#include "cred_record.h"

static struct rst_cred_bucket *bucket_of(struct rst_cred_table *table,
					 const struct task_struct *task)
{
	return &table->bucket[hash_long((unsigned long)task, RST_CRED_BITS)];
}

/**
 * rst_cred_table_create - an empty table
 *
 * Return: the table, to be freed with vfree(), or NULL.
 */
struct rst_cred_table *rst_cred_table_create(void)
{
	struct rst_cred_table *table = vzalloc(sizeof(*table));
	unsigned int i;

	for (i = 0; table && i < ARRAY_SIZE(table->bucket); i++)
		raw_spin_lock_init(&table->bucket[i].lock);
	return table;
}

static struct rst_cred_record *find(struct rst_cred_bucket *bucket,
				    unsigned long task)
{
	unsigned int i;

	for (i = 0; i < RST_CRED_WAYS; i++)
		if (READ_ONCE(bucket->way[i].task) == task)
			return &bucket->way[i];
	return NULL;
}

/**
 * rst_cred_find - the record of a thread
 * @table: the table
 * @task: the current one
 *
 * Return: the record, or NULL.
 */
struct rst_cred_record *rst_cred_find(struct rst_cred_table *table,
				      const struct task_struct *task)
{
	return find(bucket_of(table, task), (unsigned long)task);
}

/**
 * rst_cred_claim - the record of a thread, a new one if need be
 * @table: the table
 * @task: a thread that nobody can have released yet
 * @is_new: set to whether it had none; then its contents are void
 *
 * Return: the record, or NULL if there is no room.
 */
struct rst_cred_record *rst_cred_claim(struct rst_cred_table *table,
				       const struct task_struct *task,
				       bool *is_new)
{
	struct rst_cred_bucket *bucket = bucket_of(table, task);
	struct rst_cred_record *record;
	unsigned long flags;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	record = find(bucket, (unsigned long)task);
	*is_new = !record;
	if (!record)
		record = find(bucket, 0);
	if (record && *is_new) {
		/* The sweep skips it until it is written. */
		record->seq = 1;
		WRITE_ONCE(record->task, (unsigned long)task);
	}
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
	return record;
}

/**
 * rst_cred_release - a thread is gone
 * @table: the table
 * @task: the thread, which may have no record
 */
void rst_cred_release(struct rst_cred_table *table,
		      const struct task_struct *task)
{
	struct rst_cred_bucket *bucket = bucket_of(table, task);
	struct rst_cred_record *record;
	unsigned long flags;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	record = find(bucket, (unsigned long)task);
	if (record)
		WRITE_ONCE(record->task, 0);
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
}

/*
 * The pointer may be anything, if it is not ours but what an exploit made of
 * it.
 */
static u32 ns_number(u64 user_ns)
{
	const struct user_namespace *ns = (const void *)(unsigned long)user_ns;
	u32 number;

	if (copy_from_kernel_nofault(&number, &ns->ns.inum, sizeof(number)))
		return 0;
	return number;
}

/**
 * rst_cred_read - what a struct cred says
 * @set: filled with it
 * @cred: the credentials
 * @like: what it probably says, or NULL
 */
void rst_cred_read(struct rst_cred_set *set, const struct cred *cred,
		   const struct rst_cred_set *like)
{
	u64 *caps = set->caps;

	set->ids[RST_PAIR_REAL] = rst_cred_pair(&cred->uid);
	set->ids[RST_PAIR_SAVED] = rst_cred_pair(&cred->suid);
	set->ids[RST_PAIR_EFFECTIVE] = rst_cred_pair(&cred->euid);
	set->ids[RST_PAIR_FS] = rst_cred_pair(&cred->fsuid);
	caps[RST_CAPS_INHERITABLE] = rst_cred_caps(&cred->cap_inheritable);
	caps[RST_CAPS_PERMITTED] = rst_cred_caps(&cred->cap_permitted);
	caps[RST_CAPS_EFFECTIVE] = rst_cred_caps(&cred->cap_effective);
	caps[RST_CAPS_BOUNDING] = rst_cred_caps(&cred->cap_bset);
	caps[RST_CAPS_AMBIENT] = rst_cred_caps(&cred->cap_ambient);
	set->user_ns = (unsigned long)cred->user_ns;
	set->securebits = cred->securebits;
	if (like && like->user_ns == set->user_ns)
		set->ns = like->ns;
	else
		set->ns = ns_number(set->user_ns);
}

/**
 * rst_cred_write - these are the credentials of a thread
 * @record: its record
 * @cred: what it acts with
 * @real: what it is seen as
 */
void rst_cred_write(struct rst_cred_record *record, const struct cred *cred,
		    const struct cred *real)
{
	rst_cred_begin(record);
	record->cred = cred;
	record->real = real;
	record->before = NULL;
	rst_cred_read(&record->set, cred, NULL);
	record->rest = rst_cred_rest(cred);
	rst_cred_end(record);
}

/**
 * rst_cred_write_commit - a thread is about to commit credentials
 * @record: its record
 * @new: they
 * @set: what they say
 */
void rst_cred_write_commit(struct rst_cred_record *record,
			   const struct cred *new,
			   const struct rst_cred_set *set)
{
	rst_cred_begin(record);
	rst_cred_replace(record, new);
	record->set = *set;
	record->rest = rst_cred_rest(new);
	rst_cred_end(record);
}
