// SPDX-License-Identifier: GPL-2.0-only
/*
 * How does a process make a call that its own seccomp filter denies, for a
 * while?
 *
 * The gate through which the kernel asks the filters is hooked while there is
 * a grant. A process that has one for the call that it makes is let through
 * without asking them: neither a tracer nor a supervisor hears of that call.
 * Everything else about the filters stays as it is.
 *
 * This takes protection away, so it is off unless the module was loaded with
 * relax=1, ends by itself, holds for calls that were named and for no child of
 * the process, and leaves an audit record when it begins, each time it is used
 * and when it ends. It has no part in policies, which still hold.
 */
#include <linux/audit.h>
#include <linux/bitmap.h>
#include <linux/ftrace.h>
#include <linux/jiffies.h>
#include <linux/moduleparam.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <asm/syscall.h>

#include <ringside/compat.h>

#include "guard.h"

bool rsg_relax_enabled;
module_param_named(relax, rsg_relax_enabled, bool, 0444);
MODULE_PARM_DESC(relax, "allow to let processes pass their seccomp filters");

/**
 * struct grant - what one process may do in spite of its filters
 * @id: its number
 * @tgid: the process, referenced
 * @deadline: jiffies, 64 bits, from which on it does not hold
 * @uses: how often it was used
 * @calls: bit abi * RSG_CALLS + nr
 *
 * Immutable but for @uses; read by the hook under RCU.
 */
struct grant {
	u32 id;
	struct pid *tgid;
	u64 deadline;
	atomic64_t uses;
	DECLARE_BITMAP(calls, RSG_ABIS * RSG_CALLS);
};

static_assert(RSG_ABIS * RSG_CALLS == 64 * RSG_RELAX_WORDS);

static void expire(struct work_struct *work);

/* Written under grants_lock, read by the hook under RCU. */
static struct grant __rcu *grants[RSG_RELAX_MAX];
/* Nests outside rs_fset.lock, and never inside or outside rsg_lock. */
static DEFINE_MUTEX(grants_lock);
/* Ends grants; a run that comes late or early looks at the deadlines. */
static DECLARE_DELAYED_WORK(expiry, expire);
static u32 last_id;
static unsigned int nr_grants;
/* What the gate returns to let a call pass. Written before it is hooked. */
static long passed;

/* GFP_NOWAIT: a full backlog must not hold up a system call. */
static void audit(const char *op, u32 id, pid_t pid, unsigned int abi, int nr)
{
	struct audit_buffer *ab;

	if (!audit_enabled)
		return;
	ab = audit_log_start(NULL, GFP_NOWAIT, AUDIT_KERNEL_OTHER);
	if (!ab)
		return;
	audit_log_format(ab, "ringside_guard: op=%s relax=%u pid=%d", op, id,
			 pid);
	if (nr >= 0)
		audit_log_format(ab, " arch=%x syscall=%d",
				 abi == RSG_I386 ? AUDIT_ARCH_I386 :
						   AUDIT_ARCH_X86_64, nr);
	audit_log_end(ab);
}

/* Runs instead of the gate. Must not sleep, as what action.c holds. */
static asmlinkage long notrace pass(unsigned long id)
{
	unsigned int abi = in_ia32_syscall() ? RSG_I386 : RSG_X86_64;

	audit("relax-use", id, task_tgid_nr(current), abi,
	      syscall_get_nr(current, task_pt_regs(current)));
	return passed;
}

static notrace bool holds(const struct grant *grant)
{
	unsigned int abi = in_ia32_syscall() ? RSG_I386 : RSG_X86_64;
	/* With the bit of x32 it is no call that a grant can name. */
	unsigned int nr = task_pt_regs(current)->orig_ax;

	return grant->tgid == READ_ONCE(current->signal->pids[PIDTYPE_TGID]) &&
	       nr < RSG_CALLS && test_bit(abi * RSG_CALLS + nr, grant->calls) &&
	       time_before64(get_jiffies_64(), grant->deadline);
}

static void notrace on_gate(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct grant *grant;
	unsigned int i;

	/* A process in strict mode has no filters that could be too tight. */
	if (current->seccomp.mode != SECCOMP_MODE_FILTER)
		return;
	preempt_disable_notrace();
	for (i = 0; i < RSG_RELAX_MAX; i++) {
		grant = rcu_dereference_sched(grants[i]);
		if (grant && holds(grant)) {
			atomic64_inc(&grant->uses);
			rs_ftrace_divert(fregs, pass, grant->id);
			break;
		}
	}
	preempt_enable_notrace();
}

static struct rs_fset hooks = RS_FSET_INIT(hooks, on_gate,
					   FTRACE_OPS_FL_IPMODIFY |
					   FTRACE_OPS_FL_PERMANENT);

/* The gate was an int, 0 to pass, and became a bool, true to pass. */
static int hook_gate(void)
{
	static const char *const names[] = {
		"__seccomp_permit_syscall", "__secure_computing",
	};
	unsigned long addresses[ARRAY_SIZE(names)], ip;
	struct rs_fset_error error;
	int err;

	err = rs_func_addresses(names, addresses, ARRAY_SIZE(names));
	if (err)
		return err;
	passed = addresses[0] ? true : 0;
	ip = addresses[0] ?: addresses[1];
	if (!ip)
		return -EOPNOTSUPP;
	return rs_fset_update(&hooks, &ip, 1, &error);
}

static struct grant *grant_at(unsigned int i)
{
	return rcu_dereference_protected(grants[i],
					 lockdep_is_held(&grants_lock));
}

static void end(unsigned int i, const char *why)
{
	struct grant *grant = grant_at(i);
	struct rs_fset_error error;

	lockdep_assert_held(&grants_lock);
	RCU_INIT_POINTER(grants[i], NULL);
	if (!--nr_grants)
		rs_fset_update(&hooks, NULL, 0, &error);
	synchronize_rcu();
	pr_notice("relax %u of pid %d %s, used %lld times\n", grant->id,
		  pid_nr(grant->tgid), why, atomic64_read(&grant->uses));
	audit("relax-over", grant->id, pid_nr(grant->tgid), 0, -1);
	put_pid(grant->tgid);
	kfree(grant);
}

/* Be back when the next grant is over. */
static void arm_expiry(void)
{
	u64 now = get_jiffies_64(), next = U64_MAX;
	unsigned int i;

	lockdep_assert_held(&grants_lock);
	for (i = 0; i < RSG_RELAX_MAX; i++)
		if (grant_at(i))
			next = min(next, grant_at(i)->deadline);
	if (next != U64_MAX)
		mod_delayed_work(rsg_workqueue, &expiry,
				 next > now ? next - now : 0);
}

static void expire(struct work_struct *work)
{
	const struct grant *grant;
	unsigned int i;

	guard(mutex)(&grants_lock);
	for (i = 0; i < RSG_RELAX_MAX; i++) {
		grant = grant_at(i);
		if (grant && time_after_eq64(get_jiffies_64(), grant->deadline))
			end(i, "is over");
	}
	arm_expiry();
}

/* Is @task there, and does it have filters? Under RCU. */
static int check_target(const struct task_struct *task)
{
	if (!task)
		return -ESRCH;
	if (task->flags & PF_KTHREAD ||
	    READ_ONCE(task->seccomp.mode) != SECCOMP_MODE_FILTER)
		return -ENODATA;
	return 0;
}

/* The process that has the thread @nr, referenced, if it has filters. */
static struct pid *find_target(pid_t nr)
{
	struct task_struct *task;
	struct pid *tgid = NULL;
	int err;

	rcu_read_lock();
	task = pid_task(find_vpid(nr), PIDTYPE_PID);
	err = check_target(task);
	if (!err)
		tgid = get_pid(task_tgid(task));
	rcu_read_unlock();
	if (err)
		return ERR_PTR(err);
	return tgid ?: ERR_PTR(-ESRCH);
}

/**
 * rsg_relax - let a process make some calls in spite of its seccomp filters
 * @arg: which process, which calls, for how long; gets the id
 *
 * Context: sleeps while ftrace patches.
 * Return: 0, or an errno that include/uapi/linux/ringside_guard.h documents.
 */
int rsg_relax(struct rsg_relax *arg)
{
	struct grant *grant __free(kfree) = NULL;
	unsigned int i = 0;
	struct pid *tgid;
	int err = 0;

	grant = kzalloc(sizeof(*grant), GFP_KERNEL_ACCOUNT);
	if (!grant)
		return -ENOMEM;
	bitmap_from_arr64(grant->calls, arg->calls, RSG_ABIS * RSG_CALLS);
	tgid = find_target(arg->pid);
	if (IS_ERR(tgid))
		return PTR_ERR(tgid);
	guard(mutex)(&grants_lock);
	while (i < RSG_RELAX_MAX && grant_at(i))
		i++;
	if (i == RSG_RELAX_MAX)
		err = -ENOSPC;
	else if (!nr_grants)
		err = hook_gate();
	if (err) {
		put_pid(tgid);
		return err;
	}
	nr_grants++;
	grant->tgid = tgid;
	grant->deadline = get_jiffies_64() + msecs_to_jiffies(arg->ms);
	if (!++last_id)
		last_id++;
	grant->id = last_id;
	arg->id = last_id;
	pr_notice("relax %u: pid %d passes its seccomp filters for %llu ms\n",
		  grant->id, pid_nr(tgid), arg->ms);
	audit("relax-begin", grant->id, pid_nr(tgid), 0, -1);
	rcu_assign_pointer(grants[i], no_free_ptr(grant));
	arm_expiry();
	return 0;
}

/**
 * rsg_relax_end - end a grant before its time
 * @id: its number
 *
 * Context: sleeps while ftrace patches.
 * Return: 0, or -ENOENT.
 */
int rsg_relax_end(u32 id)
{
	unsigned int i;

	guard(mutex)(&grants_lock);
	for (i = 0; i < RSG_RELAX_MAX; i++) {
		if (grant_at(i) && grant_at(i)->id == id) {
			end(i, "was ended");
			return 0;
		}
	}
	return -ENOENT;
}

static void describe(const struct grant *grant, struct rsg_relax *arg)
{
	u64 now = get_jiffies_64();

	arg->id = grant->id;
	arg->pid = pid_vnr(grant->tgid);
	arg->ms = now < grant->deadline ?
		  jiffies64_to_msecs(grant->deadline - now) : 0;
	arg->uses = atomic64_read(&grant->uses);
	bitmap_to_arr64(arg->calls, grant->calls, RSG_ABIS * RSG_CALLS);
}

/**
 * rsg_relax_next - describe the grant with the smallest id not below a number
 * @arg: the number in @id; gets the description
 *
 * Return: 0, or -ENOENT.
 */
int rsg_relax_next(struct rsg_relax *arg)
{
	const struct grant *grant, *best = NULL;
	unsigned int i;

	guard(mutex)(&grants_lock);
	for (i = 0; i < RSG_RELAX_MAX; i++) {
		grant = grant_at(i);
		if (grant && grant->id >= arg->id &&
		    (!best || grant->id < best->id))
			best = grant;
	}
	if (!best)
		return -ENOENT;
	describe(best, arg);
	return 0;
}

/**
 * rsg_relax_exit - end all grants and wait for their timer
 *
 * Context: sleeps; the device is gone, or nobody may open it any more.
 */
void rsg_relax_exit(void)
{
	unsigned int i;

	mutex_lock(&grants_lock);
	for (i = 0; i < RSG_RELAX_MAX; i++)
		if (grant_at(i))
			end(i, "ended with the module");
	mutex_unlock(&grants_lock);
	cancel_delayed_work_sync(&expiry);
}
