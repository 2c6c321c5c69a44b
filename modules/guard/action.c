// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens instead of a call that is denied?
 *
 * The hook sends the task into one of the functions here, which returns what
 * user space gets to see. They run as the system call would, not inside of
 * ftrace. None of them may sleep of its own will: that is how the module knows
 * that nobody is left inside when it goes; see rs_fset_update().
 */
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/signal.h>
#include <asm/syscall.h>
#include <asm/unistd.h>

#include <ringside/compat.h>

#include "guard.h"

/**
 * rsg_refuse - runs instead of a function that a policy refuses
 * @value: what the function seems to return
 *
 * Return: @value.
 */
asmlinkage notrace struct rsg_result rsg_refuse(long value)
{
	return (struct rsg_result){ value, 0 };
}

/*
 * As force_sig_info() does for seccomp(2), which is not exported: a blocked or
 * ignored SIGSYS gets its default action, and if it is @deadly, that action
 * can not be changed any more.
 */
static void open_way(bool deadly)
{
	/* It does not go before the task does. */
	struct sighand_struct *sighand =
		rcu_dereference_protected(current->sighand, true);
	struct k_sigaction *action = &sighand->action[SIGSYS - 1];
	unsigned long flags;
	bool blocked;

	spin_lock_irqsave(&sighand->siglock, flags);
	blocked = sigismember(&current->blocked, SIGSYS);
	if (deadly || blocked || action->sa.sa_handler == SIG_IGN)
		action->sa.sa_handler = SIG_DFL;
	if (deadly)
		action->sa.sa_flags |= SA_IMMUTABLE;
	if (blocked)
		sigdelset(&current->blocked, SIGSYS);
	if (action->sa.sa_handler == SIG_DFL && (deadly || !current->ptrace))
		current->signal->flags &= ~SIGNAL_UNKILLABLE;
	recalc_sigpending();
	spin_unlock_irqrestore(&sighand->siglock, flags);
}

static long send_sigsys(unsigned int data, bool deadly)
{
	struct pt_regs *regs = task_pt_regs(current);
	struct kernel_siginfo info;

	clear_siginfo(&info);
	info.si_signo = SIGSYS;
	info.si_code = SYS_SECCOMP;
	info.si_errno = data;
	info.si_call_addr = (void __user *)KSTK_EIP(current);
	info.si_syscall = syscall_get_nr(current, regs);
	info.si_arch = syscall_get_arch(current);
	open_way(deadly);
	send_sig_info(SIGSYS, &info, current);
	/* The handler finds the registers as they were before the call. */
	return regs->orig_ax;
}

static asmlinkage long notrace trap(unsigned long data)
{
	return send_sigsys(data, false);
}

static asmlinkage long notrace kill_process(unsigned long data)
{
	return send_sigsys(data, true);
}

/* The signal ends the stop by itself: the call is made anew after SIGCONT. */
static asmlinkage long notrace stop(unsigned long data)
{
	if (current->signal->flags & SIGNAL_UNKILLABLE)
		return -EPERM;
	send_sig(SIGSTOP, current, 1);
	return -ERESTARTNOINTR;
}

/* do_exit() is not exported, but exit() is a call that we know. */
static notrace void end_thread(struct ftrace_regs *fregs)
{
	static const struct pt_regs regs = { .di = SIGSYS };
	unsigned long exit = rsg_call_address(RSG_X86_64, __NR_exit);

	if (get_nr_threads(current) == 1)
		rs_ftrace_divert(fregs, kill_process, 0);
	else
		rs_ftrace_divert(fregs, (void *)exit, (unsigned long)&regs);
}

/**
 * rsg_act - let a verdict be done
 * @verdict: a verdict that does not allow the call
 * @fregs: of the function that the call is about to enter
 *
 * Context: inside the hook.
 */
notrace void rsg_act(u32 verdict, struct ftrace_regs *fregs)
{
	u32 data = verdict & SECCOMP_RET_DATA;

	switch (verdict & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ERRNO:
		rs_ftrace_divert(fregs, rsg_refuse, -(long)data);
		break;
	case SECCOMP_RET_TRAP:
		rs_ftrace_divert(fregs, trap, data);
		break;
	case RSG_RET_STOP:
		rs_ftrace_divert(fregs, stop, 0);
		break;
	case SECCOMP_RET_KILL_THREAD:
		end_thread(fregs);
		break;
	default:
		rs_ftrace_divert(fregs, kill_process, 0);
		break;
	}
}
