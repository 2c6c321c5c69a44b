// SPDX-License-Identifier: GPL-2.0-only
/*
 * What of the threads that do not return to user mode, because they sleep in
 * the kernel or are threads of the kernel? Once in a while each record is
 * compared with what its thread is seen as, and with what that says, whether
 * the guard is at "pointer" or "full".
 *
 * What a sleeping thread acts with is left out: it may be somebody else's for
 * good reason. Between a commit's hook and its effect, the credentials that it
 * replaces are right as well.
 *
 * The work is bounded: one bucket at a time, with its lock held, which is also
 * what keeps the threads in it from going away.
 */
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>
#include <linux/workqueue.h>

#include "cred_guard.h"
#include "trace.h"

#define SWEEP_SECONDS	5

static void sweep(struct work_struct *work);
static DECLARE_DELAYED_WORK(sweep_work, sweep);
static atomic64_t rounds;

/**
 * struct finding - a thread whose credentials are not what they were
 * @task: the thread, with a reference
 * @old: what they were
 * @new: what they are
 * @pattern: how they differ
 */
struct finding {
	struct task_struct *task;
	struct rst_cred_set old;
	struct rst_cred_set new;
	enum rst_cred_pattern pattern;
};

/* Under the lock of the bucket. */
static bool is_wrong(struct rst_cred_record *record, struct finding *finding)
{
	struct task_struct *task = (struct task_struct *)record->task;
	u32 seq = READ_ONCE(record->seq);
	const struct cred *real, *known, *before;

	/* Pairs with begin() and end() in cred_record.c. */
	smp_rmb();
	known = record->real;
	before = record->before;
	finding->old = record->set;
	real = rcu_dereference(task->real_cred);
	finding->pattern = RST_PATTERN_POINTER;
	rst_cred_read(&finding->new, real, &finding->old);
	if (real == known && record->cred == known) {
		if (!memcmp(&finding->old, &finding->new, sizeof(finding->old)))
			return false;
		finding->pattern = RST_PATTERN_CONTENT;
	} else if (real == known || real == before) {
		return false;
	}
	/* The same pair. */
	smp_rmb();
	return !(seq & 1) && READ_ONCE(record->seq) == seq;
}

/*
 * Each change once. The thread may write its record at the same time: then its
 * sequence has moved on and what is written here is what it has as well, or the
 * next return says so.
 */
static bool take_finding(struct rst_cred_bucket *bucket, unsigned int way,
			 struct finding *finding)
{
	struct rst_cred_record *record = &bucket->way[way];
	bool wrong = false;

	rcu_read_lock();
	raw_spin_lock_irq(&bucket->lock);
	if (record->task && is_wrong(record, finding)) {
		const struct task_struct *task = (const void *)record->task;
		const struct cred *real = __task_cred(task);

		rst_cred_write(record, real, real);
		finding->task = get_task_struct((struct task_struct *)task);
		wrong = true;
	}
	raw_spin_unlock_irq(&bucket->lock);
	rcu_read_unlock();
	return wrong;
}

static void tell(const struct finding *finding)
{
	struct rst_cred_change change = {
		.task = finding->task,
		.old = finding->old,
		.new = finding->new,
		.call = { .abi = RST_ABI_NONE, .nr = -1,
			  .no_new_privs = task_no_new_privs(finding->task) },
		.why = finding->pattern == RST_PATTERN_CONTENT ? "content" :
								 "pointer",
		.caller = "none",
	};
	struct mm_struct *mm = get_task_mm(finding->task);

	rst_cred_name_exe(change.exe, mm);
	if (mm)
		mmput(mm);
	rst_cred_report(&change, finding->pattern);
	put_task_struct(finding->task);
}

static void sweep(struct work_struct *work)
{
	struct finding finding;
	unsigned int i, way;

	for (i = 0; i < ARRAY_SIZE(rst_cred_table->bucket); i++) {
		for (way = 0; way < RST_CRED_WAYS; way++)
			if (READ_ONCE(rst_cred_table->bucket[i].way[way].task) &&
			    take_finding(&rst_cred_table->bucket[i], way,
					 &finding))
				tell(&finding);
		cond_resched();
	}
	atomic64_inc(&rounds);
	queue_delayed_work(system_unbound_wq, &sweep_work, SWEEP_SECONDS * HZ);
}

/** rst_sweep_start - look at all threads from now on; the table is there */
void rst_sweep_start(void)
{
	queue_delayed_work(system_unbound_wq, &sweep_work, SWEEP_SECONDS * HZ);
}

/** rst_sweep_stop - and no more */
void rst_sweep_stop(void)
{
	cancel_delayed_work_sync(&sweep_work);
}

/** rst_sweep_rounds - how many times all threads were looked at */
u64 rst_sweep_rounds(void)
{
	return atomic64_read(&rounds);
}
