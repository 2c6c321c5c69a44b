// SPDX-License-Identifier: GPL-2.0-only
/*
 * What becomes of a decision of the hook? It is counted, traced if somebody
 * traces, and noted in a slot from which record.c makes records.
 *
 * Runs in the middle of a system call of any task, with preemption off, so it
 * neither sleeps nor allocates, and leaves to record.c whatever takes time: the
 * path of the program, the log, readers. What is here must not be traceable
 * into the hooked functions, see core.h.
 *
 * A program that is denied something tends to try again at once. So each CPU
 * remembers the slot that it used last, and a repeat costs a few comparisons
 * and one atomic addition. A slot that record.c gives up is used for another
 * decision only after an RCU grace period. Hence no repeat that compared
 * itself to the old decision is counted for the new one.
 */
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/kdev_t.h>
#include <linux/percpu.h>
#include <linux/sched/task_stack.h>
#include <linux/timekeeping.h>
#include <linux/uidgid.h>

#include <ringside/compat.h>

#include "guard.h"
#include "event.h"

#define CREATE_TRACE_POINTS
#include "guard_event.h"

struct rsg_bucket *rsg_buckets;
atomic64_t rsg_decisions_lost;

static DEFINE_PER_CPU(struct rsg_slot *, last_slot);

/* The key takes what comes before the arguments as two numbers. */
static_assert(offsetof(struct rsg_decision, args) == 2 * sizeof(u64));

static __always_inline u64 what(const struct rsg_decision *decision, int half)
{
	return ((const u64 *)decision)[half];
}

static __always_inline bool is_same(const struct rsg_slot *slot, u32 policy,
				    const struct rsg_decision *decision)
{
	return slot->key.pid == current->pid &&
	       slot->key.what[0] == what(decision, 0) &&
	       slot->key.what[1] == what(decision, 1) &&
	       slot->key.policy == policy && slot->key.mm == current->mm;
}

/* Registers of the user that is behind the call, NULL if there is none. */
static const struct pt_regs *user_regs(void)
{
	struct pt_regs *regs = task_pt_regs(current);

	return current->flags & PF_KTHREAD || !user_mode(regs) ? NULL : regs;
}

static void get_args(const struct rsg_decision *decision,
		     unsigned long args[RSG_ARGS])
{
	if (decision->args)
		memcpy(args, decision->args, RSG_ARGS * sizeof(*args));
	else
		rsg_call_args(decision->abi, args);
}

static noinline notrace void trace(const struct rsg_policy *policy,
				   const struct rsg_decision *decision)
{
	unsigned long args[RSG_ARGS];

	get_args(decision, args);
	trace_guard_decision(policy, decision, args, user_regs());
}

static struct rsg_slot *find_slot(struct rsg_bucket *bucket, u32 policy,
				  const struct rsg_decision *decision)
{
	unsigned int i;

	for (i = 0; i < RSG_WAYS; i++)
		if (bucket->slots[i].used &&
		    is_same(&bucket->slots[i], policy, decision))
			return &bucket->slots[i];
	return NULL;
}

static struct rsg_slot *free_slot(struct rsg_bucket *bucket)
{
	unsigned int i;

	for (i = 0; i < RSG_WAYS; i++)
		if (!bucket->slots[i].used)
			return &bucket->slots[i];
	return NULL;
}

/* Remember the program: its number now, its path when there is time. */
static void note_program(struct rsg_slot *slot)
{
	struct rsg_event *event = &slot->event;
	const struct inode *inode;

	event->inode = 0;
	event->dev_major = 0;
	event->dev_minor = 0;
	memset(event->path, 0, sizeof(event->path));
	slot->exe = NULL;
	if (!current->mm || current->flags & PF_KTHREAD)
		return;
	rcu_read_lock();
	slot->exe = rs_exe_file_get(current->mm);
	rcu_read_unlock();
	if (!slot->exe)
		return;
	inode = file_inode(slot->exe);
	event->inode = inode->i_ino;
	event->dev_major = MAJOR(inode->i_sb->s_dev);
	event->dev_minor = MINOR(inode->i_sb->s_dev);
}

/* What stays the same as long as the slot is used. */
static void fill_new(struct rsg_slot *slot, const struct rsg_policy *policy,
		     const struct rsg_decision *decision)
{
	struct rsg_event *event = &slot->event;

	slot->key = (struct rsg_key){
		.what = { what(decision, 0), what(decision, 1) },
		.policy = policy->id,
		.pid = current->pid,
		.mm = current->mm,
	};
	slot->is_told = false;
	event->policy = policy->id;
	event->verdict = decision->verdict;
	event->mode = decision->mode;
	event->abi = decision->abi;
	event->nr = decision->nr;
	event->rule = decision->rule;
	event->site = decision->site;
	event->pid = current->pid;
	event->tgid = current->tgid;
	memcpy(event->name, policy->name, sizeof(event->name));
	note_program(slot);
	slot->used = true;
}

/* What may differ from one repeat to the next. */
static void fill_fresh(struct rsg_slot *slot, const struct rsg_policy *policy,
		       const struct rsg_decision *decision)
{
	const struct rsg_rules *rules = rcu_dereference_sched(policy->rules);
	const struct pt_regs *regs = user_regs();
	struct rsg_event *event = &slot->event;
	unsigned long args[RSG_ARGS];
	unsigned int i;

	event->time_ns = ktime_get_ns();
	event->real_ns = ktime_get_real_ns();
	event->uid = from_kuid(&init_user_ns, current_uid());
	event->ip = regs ? regs->ip : 0;
	event->sp = regs ? regs->sp : 0;
	get_args(decision, args);
	for (i = 0; i < RSG_ARGS; i++)
		event->args[i] = args[i];
	rcu_read_lock();
	event->cgroup = cgroup_id(task_dfl_cgroup(current));
	rcu_read_unlock();
	memcpy(event->comm, current->comm, sizeof(event->comm));
	memcpy(event->origin, rules->origin, sizeof(event->origin));
	/* Pairs with rsg_decision(), which then reads the key. */
	smp_store_release(&slot->fresh, true);
}

static unsigned int hash(const struct rsg_policy *policy,
			 const struct rsg_decision *decision)
{
	u64 key = what(decision, 1) ^ (u64)policy->id << 32 ^
		  (u64)current->pid << 40 ^ current->pid;

	return hash_64(key, ilog2(RSG_BUCKETS));
}

static noinline notrace struct rsg_slot *
note(const struct rsg_policy *policy, const struct rsg_decision *decision)
{
	struct rsg_bucket *bucket = READ_ONCE(rsg_buckets);
	struct rsg_slot *slot;
	unsigned long flags;
	bool is_new;

	if (!bucket)
		return NULL;
	bucket += hash(policy, decision);
	raw_spin_lock_irqsave(&bucket->lock, flags);
	slot = find_slot(bucket, policy->id, decision);
	is_new = !slot;
	if (is_new)
		slot = free_slot(bucket);
	if (slot) {
		if (is_new)
			fill_new(slot, policy, decision);
		if (!slot->fresh)
			fill_fresh(slot, policy, decision);
		atomic64_inc(&slot->count);
		this_cpu_write(last_slot, slot);
	} else {
		atomic64_inc(&rsg_decisions_lost);
	}
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
	if (is_new)
		rsg_records_kick();
	return slot;
}

/**
 * rsg_decision - take note of a decision
 * @policy: the policy that took it
 * @decision: what it is: every verdict other than a plain
 *	SECCOMP_RET_ALLOW, and in observe mode every verdict
 *
 * Context: any process context, preemption disabled.
 * Return: the slot in which it was counted and repeats may be, as long as no
 * new epoch begins; NULL if there is none.
 */
noinline notrace struct rsg_slot *
rsg_decision(const struct rsg_policy *policy,
	     const struct rsg_decision *decision)
{
	struct rsg_slot *slot;

	if (decision->mode == RSG_MODE_OBSERVE) {
		this_cpu_inc(policy->counts->observed);
		rsg_learn(policy, decision);
		return NULL;
	}
	if (rsg_verdict_allows(decision->verdict))
		this_cpu_inc(policy->counts->observed);
	else if (decision->mode == RSG_MODE_AUDIT)
		this_cpu_inc(policy->counts->audited);
	else
		this_cpu_inc(policy->counts->denied);
	if (trace_guard_decision_enabled())
		trace(policy, decision);
	slot = this_cpu_read(last_slot);
	/* Pairs with fill_fresh(): the key is complete. */
	if (unlikely(!slot || !smp_load_acquire(&slot->fresh) ||
		     !is_same(slot, policy->id, decision)))
		return note(policy, decision);
	atomic64_inc(&slot->count);
	return slot;
}
