// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens when credentials have changed and nothing explains it? It is
 * counted and becomes the event ringside:cred_unexplained, whatever else; then
 * comes what the administrator has asked for.
 *
 * Most of this runs on the way to user mode, with interrupts off and after the
 * kernel has looked for signals. Sending one from there would leave the thread
 * alone until its next interrupt, in which time it could make a system call
 * with what it has stolen. So an interrupt is sent to this very CPU: it comes
 * before the thread's next instruction, and gives the thread work to do before it
 * goes on: to send itself the signal. The interrupt does not do that itself, for
 * with PREEMPT_RT the locks of signals sleep.
 */
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/irq_work.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/string_helpers.h>
#include <linux/task_work.h>

#include <ringside/compat.h>

#include "cred_guard.h"
#include "flight.h"
#include "trace.h"

/**
 * struct sentence - a signal to a thread, on its way
 * @work: the interrupt
 * @last: what the thread does before it is back in user mode
 * @task: with a reference; NULL if there is none on its way, and @last is done
 * @sig: the signal; valid with @task
 */
struct sentence {
	struct irq_work work;
	struct callback_head last;
	struct task_struct *task;
	int sig;
};

static DEFINE_PER_CPU(struct sentence, sentences);

static atomic64_t unexplained[RST_NR_PATTERNS];

/* Any of RS_TRACE_ACTION_*; a change holds from the next alarm on. */
static u32 action_now = RS_TRACE_ACTION_LOG;

static void be_done(struct sentence *s)
{
	struct task_struct *task = s->task;

	/* Pairs with send_soon() on its CPU: @last may be used again then. */
	smp_store_release(&s->task, NULL);
	put_task_struct(task);
}

static void carry_out(struct callback_head *last)
{
	struct sentence *s = container_of(last, struct sentence, last);

	send_sig(s->sig, current, 1);
	be_done(s);
}

static void deliver(struct irq_work *work)
{
	struct sentence *s = container_of(work, struct sentence, work);

	/* Who is about to be gone needs no signal. */
	if (task_work_add(s->task, &s->last, TWA_RESUME))
		be_done(s);
}

/* To the thread itself, before it is back in user mode. */
static void send_soon(int sig)
{
	struct sentence *s;
	unsigned long flags;

	local_irq_save(flags);
	s = this_cpu_ptr(&sentences);
	/* Pairs with be_done(). */
	if (!smp_load_acquire(&s->task)) {
		s->sig = sig;
		WRITE_ONCE(s->task, get_task_struct(current));
		irq_work_queue(&s->work);
	} else {
		pr_warn_ratelimited("%s[%d] gets no signal: another is on its way\n",
				    current->comm, current->pid);
	}
	local_irq_restore(flags);
}

static void punish(struct task_struct *task, u32 action)
{
	int sig = action == RS_TRACE_ACTION_KILL ? SIGKILL : SIGSTOP;

	if (action < RS_TRACE_ACTION_STOP)
		return;
	/* Without its first process, the machine would be gone as well. */
	if (task->flags & PF_KTHREAD || is_global_init(task))
		pr_warn_ratelimited("%s[%d] is spared\n", task->comm,
				    task->pid);
	else if (task == current)
		send_soon(sig);
	else
		send_sig(sig, task, 1);
}

static void write_log(const struct rst_cred_change *change)
{
	const struct rst_cred_set *old = &change->old, *new = &change->new;

	pr_warn_ratelimited("credentials of %s[%d] changed unexplained (%s), system call %d, caller %s: uid %u->%u, euid %u->%u, effective 0x%llx->0x%llx\n",
			    change->task->comm, change->task->pid, change->why,
			    change->call.nr, change->caller,
			    rst_cred_uid(old, RST_PAIR_REAL),
			    rst_cred_uid(new, RST_PAIR_REAL),
			    rst_cred_uid(old, RST_PAIR_EFFECTIVE),
			    rst_cred_uid(new, RST_PAIR_EFFECTIVE),
			    old->caps[RST_CAPS_EFFECTIVE],
			    new->caps[RST_CAPS_EFFECTIVE]);
}

/**
 * rst_cred_report - a change that nothing explains
 * @change: the change
 * @pattern: how it was done
 *
 * Context: any short of NMI, for the current thread; for others, a process that
 * holds a reference.
 */
void rst_cred_report(struct rst_cred_change *change,
		     enum rst_cred_pattern pattern)
{
	u32 action = READ_ONCE(action_now);

	atomic64_inc(&unexplained[pattern]);
	rst_flight_cred(change, 1 + pattern);
	rst_cred_tell_unexplained(change);
	if (action >= RS_TRACE_ACTION_LOG)
		write_log(change);
	punish(change->task, action);
}

/**
 * rst_cred_name_exe - the program that a thread runs
 * @exe: filled with the last parts of its path, or with "none"
 * @mm: its memory, or NULL
 *
 * Takes no lock, as it is called with interrupts off; that is why it is not the
 * whole path. Blanks and backslashes are escaped as in /proc/mounts.
 */
void rst_cred_name_exe(char *exe, struct mm_struct *mm)
{
	struct file *file = NULL;
	char path[RST_EXE_LEN];
	int len;

	strscpy(exe, "none", RST_EXE_LEN);
	if (!mm)
		return;
	rcu_read_lock();
	file = rs_exe_file_get(mm);
	rcu_read_unlock();
	if (!file)
		return;
	snprintf(path, sizeof(path), "%pD4", file);
	fput(file);
	len = string_escape_mem(path, strlen(path), exe, RST_EXE_LEN - 1,
				ESCAPE_OCTAL, " \t\n\\");
	exe[min(len, RST_EXE_LEN - 1)] = 0;
}

/** rst_report_set_action - what to do from now on, RS_TRACE_ACTION_* */
void rst_report_set_action(u32 action)
{
	WRITE_ONCE(action_now, action);
}

/** rst_report_state - fill in what this file knows */
void rst_report_state(struct rst_guard_state *state)
{
	unsigned int i;

	state->action = READ_ONCE(action_now);
	for (i = 0; i < RST_NR_PATTERNS; i++)
		state->unexplained[i] = atomic64_read(&unexplained[i]);
}

static void __init sentence_init(struct sentence *s)
{
	s->work = IRQ_WORK_INIT_HARD(deliver);
	init_task_work(&s->last, carry_out);
}

/** rst_report_init - before the first report */
void __init rst_report_init(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		sentence_init(&per_cpu(sentences, cpu));
}

/**
 * rst_report_flush - no more reports come: wait for the last signals
 *
 * A thread may still be at the end of carry_out(); a grace period of RCU tasks,
 * which the caller waits for, sees it out of there.
 */
void rst_report_flush(void)
{
	struct sentence *s;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		s = &per_cpu(sentences, cpu);
		irq_work_sync(&s->work);
		while (READ_ONCE(s->task))
			schedule_timeout_uninterruptible(1);
	}
}
