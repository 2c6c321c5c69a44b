// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where does a cause wait between the entry that knows it and the return that
 * counts it?
 *
 * Not in a per-CPU variable: a page fault sleeps, and an interrupt from user
 * mode may end in another task, so that by the time of the return the CPU has
 * seen other causes and the task may be on another CPU. It waits under the
 * address of the task. System calls do not come here, their number is in the
 * registers; that keeps the hot path free of this table.
 *
 * No locks, because the probes run in any context short of NMI:
 *   1. Set and take happen in the task's own context, and an interrupt from
 *      user mode can not nest in another entry from user mode. So set and take
 *      of one task never overlap, and one task never has two entries.
 *   2. Two tasks may want the same free entry: cmpxchg() decides.
 *   3. A task that dies inside (SIGSEGV) never takes. Its entry goes in
 *      sched_process_free, when no CPU runs it any more and before its address
 *      can be used again.
 *   4. A task that migrates between set and take carries its own writes along:
 *      the scheduler orders them, as it does for all memory of a task.
 * A full bucket loses the cause, and the return is counted as residual.
 */
#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/hash.h>

#include "pending.h"

static struct rst_pending_bucket *bucket_of(struct rst_pending *table,
					    unsigned long task)
{
	return &table->bucket[hash_long(task, RST_PENDING_BITS)];
}

static struct rst_pending_entry *find(struct rst_pending *table,
				      unsigned long task)
{
	struct rst_pending_bucket *bucket = bucket_of(table, task);
	unsigned int i;

	for (i = 0; i < RST_PENDING_WAYS; i++)
		if (READ_ONCE(bucket->way[i].task) == task)
			return &bucket->way[i];
	return NULL;
}

static struct rst_pending_entry *claim(struct rst_pending *table,
				       unsigned long task)
{
	struct rst_pending_bucket *bucket = bucket_of(table, task);
	unsigned int i;

	for (i = 0; i < RST_PENDING_WAYS; i++)
		if (!READ_ONCE(bucket->way[i].task) &&
		    !cmpxchg(&bucket->way[i].task, 0, task))
			return &bucket->way[i];
	return NULL;
}

/**
 * rst_pending_has - is a cause known already?
 * @table: the table
 * @task: the current task
 *
 * Return: true if so.
 */
bool rst_pending_has(struct rst_pending *table, unsigned long task)
{
	return find(table, task);
}

/**
 * rst_pending_set - remember why the task is in the kernel
 * @table: the table
 * @task: the current task
 * @cause: replaces what was known before
 *
 * Return: false if there is no room.
 */
bool rst_pending_set(struct rst_pending *table, unsigned long task,
		     unsigned int cause)
{
	struct rst_pending_entry *entry = find(table, task);

	if (!entry)
		entry = claim(table, task);
	if (!entry)
		return false;
	WRITE_ONCE(entry->cause, cause);
	return true;
}

/**
 * rst_pending_take - why was the task in the kernel? And forget it
 * @table: the table
 * @task: the current task, or one that is dead
 *
 * Return: the cause, or -1 if it is not known.
 */
int rst_pending_take(struct rst_pending *table, unsigned long task)
{
	struct rst_pending_entry *entry = find(table, task);
	int cause;

	if (!entry)
		return -1;
	cause = READ_ONCE(entry->cause);
	/* Pairs with cmpxchg() in claim(): the next owner writes after us. */
	smp_store_release(&entry->task, 0);
	return cause;
}
