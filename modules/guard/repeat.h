/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What does a call cost that was refused a moment ago and is tried again?
 *
 * A program that is denied something tends to ask again, often in a loop. So
 * each CPU remembers the last refusals that follow from the number of the call
 * alone: same thread, same program, same set of policies, same call, hence the
 * same errno and the same counters. A repeat compares these, counts, and is
 * refused; whatever takes longer was done the first time.
 *
 * Why a repeat is never stale. What a refusal was derived from is older than
 * the epoch that was read before. Whoever changes any of it (a policy's mode
 * or contents, or the slot in which repeats are counted) begins a new epoch
 * afterwards, and nothing that was remembered holds in another one. A call that
 * reads the epoch before that is a call from before the change, as one is that
 * has just fetched the old contents. What is remembered points to is freed only
 * after a grace period of RCU that follows a new epoch.
 *
 * A set of policies never gains one, so a change of the mark is the only other
 * way in which a thread comes under more of them.
 */
#ifndef _RSG_REPEAT_H
#define _RSG_REPEAT_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>

#include "guard.h"
#include "event.h"
#include "mark.h"

/* Refusals that one CPU remembers, found by the number of the call. */
#define RSG_REPEATS	16

/**
 * struct rsg_repeat - a refusal that a CPU remembers
 * @epoch: when; 0 for never
 * @mm: address space of the thread, which changes with its program
 * @nr: the call, as in the register that selects it
 * @pid: the thread
 * @mark: upper half of its syscall_work
 * @error: what the call returns
 * @denied: the policy's counter
 * @call: the policy's counter of this call
 * @slot: where the next record is counted
 *
 * Read and written by the hook alone, on this CPU and with preemption off.
 */
struct rsg_repeat {
	unsigned long epoch;
	const struct mm_struct *mm;
	unsigned long nr;
	pid_t pid;
	u32 mark;
	long error;
	u64 __percpu *denied;
	atomic64_t *call;
	atomic64_t *slot;
} ____cacheline_aligned;

DECLARE_PER_CPU(struct rsg_repeat, rsg_repeats[RSG_REPEATS]);
/* Counts from 1; see the top. */
extern atomic_long_t rsg_epoch;

/**
 * rsg_new_epoch - forget all refusals
 *
 * Context: any; after the change. Orders the change before the epoch.
 */
static inline void rsg_new_epoch(void)
{
	smp_mb__before_atomic(); /* pairs with the acquire of judge() */
	atomic_long_inc(&rsg_epoch);
}

/* Upper half of a thread's syscall_work: 0 if it is under no policy. */
static __always_inline u32 rsg_mark_of(const struct task_struct *task)
{
	return READ_ONCE(task->thread_info.syscall_work) >> RSG_MARK_LOW;
}

/* Where a refusal of the call with this number is remembered. */
static __always_inline struct rsg_repeat *rsg_repeat_of(unsigned long nr)
{
	return &this_cpu_ptr(rsg_repeats)[nr % RSG_REPEATS];
}

/*
 * Has this thread just been refused this very call? Without the ABI, of which
 * only one is remembered.
 */
static __always_inline bool rsg_is_repeat(const struct rsg_repeat *repeat,
					  const struct task_struct *task,
					  u32 mark, unsigned long nr)
{
	return repeat->nr == nr && repeat->mark == mark &&
	       repeat->pid == task->pid && repeat->mm == task->mm &&
	       repeat->epoch == atomic_long_read(&rsg_epoch) &&
	       !in_ia32_syscall();
}

static __always_inline void rsg_count_repeat(const struct rsg_repeat *repeat)
{
	this_cpu_inc(*repeat->denied);
	atomic64_inc(repeat->call);
	atomic64_inc(repeat->slot);
}

#endif /* _RSG_REPEAT_H */
