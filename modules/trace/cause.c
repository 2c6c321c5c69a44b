// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why is a task in the kernel, if it made no system call? Probes on the
 * kernel's own tracepoints see page faults, the signals that other exceptions
 * end in, and interrupts, and leave the cause for the return to user mode.
 * Breakpoints and debug exceptions often end without a signal, in a uprobe; a
 * notifier sees them before anybody takes them for its own.
 *
 * Not seen, and counted as residual: other exceptions that end without a signal
 * (emulated instructions), and interrupts of a hypervisor, for which x86 has no
 * tracepoint. NMIs do not even come back this way.
 */
/* trace/events/irq.h and signal.h lean on these. */
#include <linux/interrupt.h>
#include <linux/kdebug.h>
#include <linux/notifier.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/vmalloc.h>
#include <trace/events/irq.h>
#include <trace/events/power.h>
#include <trace/events/sched.h>
#include <trace/events/signal.h>
#include <asm/irq_regs.h>
#include <asm/trace/irq_vectors.h>
#include <asm/trapnr.h>

#define RS_WANT_EXCEPTION_EVENTS
#include <ringside/compat.h>
#include <ringside/core.h>

#include "pending.h"
#include "trace.h"
#include "vectors.h"

/* There while the probes are; NULL otherwise. */
static struct rst_pending *pending;

static void set_cause(unsigned int cause)
{
	/* No room: the return will be residual, which is what it then is. */
	rst_pending_set(pending, (unsigned long)current, cause);
}

/* As set_cause(), and the crossing begins now, unless it has begun. */
static void enter(unsigned int cause)
{
	set_cause(cause);
	if (READ_ONCE(rst_slots))
		rst_latency_enter();
}

/**
 * rst_cause_take - the cause of the return that is under way
 *
 * Return: an index of a counter, RST_RESIDUAL if nobody left one.
 */
unsigned int rst_cause_take(void)
{
	int cause = rst_pending_take(pending, (unsigned long)current);

	return cause < 0 ? RST_RESIDUAL : cause;
}

/*
 * Did current enter the kernel by an exception or interrupt? Its own registers
 * are at the top of its stack; a system call has a number there. sigreturn
 * looks like an exception, too, but has left its cause already.
 */
static bool entered_without_call(void)
{
	return !(current->flags & PF_KTHREAD) &&
	       (int)task_pt_regs(current)->orig_ax == -1;
}

/*
 * Did the APIC interrupt that is being handled come from user mode? Few of
 * their handlers keep the registers where get_irq_regs() finds them. But from
 * user mode x86 handles interrupts on the stack of the task, and from kernel
 * mode on that of interrupts. The short reschedule interrupt never changes
 * stacks: there, the entry from user mode that it interrupts has left a cause.
 */
static bool vector_from_user(void)
{
	return object_is_on_stack(__builtin_frame_address(0)) &&
	       entered_without_call() &&
	       !rst_pending_has(pending, (unsigned long)current);
}

static void on_page_fault_user(void *data, unsigned long address,
			       struct pt_regs *regs, unsigned long error_code)
{
	enter(RST_EXCEPTION + X86_TRAP_PF);
}

static void on_page_fault_kernel(void *data, unsigned long address,
				 struct pt_regs *regs, unsigned long error_code)
{
	rst_count(RST_KERNEL_FAULT);
}

/* The signals that exceptions send. */
static bool is_synchronous(int sig)
{
	return sig == SIGSEGV || sig == SIGBUS || sig == SIGILL ||
	       sig == SIGFPE || sig == SIGTRAP;
}

/*
 * An exception sends its signal to its own task, with a positive code. Not an
 * exception is a signal from an interrupt, or one of perf, which has a positive
 * code as well and leaves trap_nr alone.
 */
static void on_signal_generate(void *data, int sig,
			       struct kernel_siginfo *info,
			       struct task_struct *task, int group, int result)
{
	unsigned int vector = current->thread.trap_nr;

	if (task != current || !is_synchronous(sig) ||
	    info <= SEND_SIG_PRIV || info->si_code <= 0 || in_interrupt() ||
	    (sig == SIGTRAP && info->si_code == TRAP_PERF))
		return;
	if (vector < RST_NR_EXCEPTION && entered_without_call())
		enter(RST_EXCEPTION + vector);
}

/*
 * A breakpoint of a uprobe, or the debug exception after the instruction that
 * was there, ends here. Those of ptrace and int3 go on to a signal.
 */
static int on_die(struct notifier_block *block, unsigned long why, void *data)
{
	const struct die_args *args = data;

	if (why == DIE_INT3 && user_mode(args->regs))
		enter(RST_EXCEPTION + X86_TRAP_BP);
	else if (why == DIE_DEBUG && user_mode(args->regs))
		enter(RST_EXCEPTION + X86_TRAP_DB);
	return NOTIFY_DONE;
}

/* Before that of uprobes, which stops the others. */
static struct notifier_block die_notifier = {
	.notifier_call = on_die,
	.priority = INT_MAX,
};

static void on_irq(void *data, int irq, struct irqaction *action)
{
	unsigned int line = min_t(unsigned int, irq, RST_NR_IRQ - 1);
	struct pt_regs *regs = get_irq_regs();
	bool from_user = regs && user_mode(regs);

	if (from_user)
		enter(RST_IRQ + line);
	else
		rst_count(RST_KERNEL_IRQ + line);
	if (READ_ONCE(rst_slots))
		rst_latency_interrupt(RST_KERNEL_IRQ + line, from_user);
}

static void on_vector(void *data, int vector)
{
	bool from_user = vector_from_user();

	vector &= RST_NR_VECTOR - 1;
	if (from_user)
		enter(RST_VECTOR + vector);
	else
		rst_count(RST_KERNEL_VECTOR + vector);
	if (READ_ONCE(rst_slots))
		rst_latency_interrupt(RST_KERNEL_VECTOR + vector, from_user);
}

/* Interrupts are off, and the idle task has found nothing to run. */
static void on_idle(void *data, unsigned int state, unsigned int cpu)
{
	if (state != (unsigned int)PWR_EVENT_EXIT)
		rst_count(RST_IDLE + min_t(unsigned int, state,
					   RST_NR_IDLE - 1));
}

/* A task that died inside: its address will be used again. */
static void on_task_free(void *data, struct task_struct *task)
{
	rst_pending_take(pending, (unsigned long)task);
}

static struct rs_tracepoint probes[] = {
	{ .name = "sched_process_free", .probe = on_task_free },
	{ .name = "page_fault_user", .probe = on_page_fault_user,
	  .optional = true },
	{ .name = "page_fault_kernel", .probe = on_page_fault_kernel,
	  .optional = true },
	{ .name = "signal_generate", .probe = on_signal_generate,
	  .optional = true },
	{ .name = "irq_handler_entry", .probe = on_irq, .optional = true },
	{ .name = "cpu_idle", .probe = on_idle, .optional = true },
#define VECTOR(_name) \
	{ .name = #_name "_entry", .probe = on_vector, .optional = true },
	RST_VECTORS(VECTOR)
#undef VECTOR
};

/* The build fails here if a probe does not fit its tracepoint. */
static void __maybe_unused check_types(void)
{
	check_trace_callback_type_sched_process_free(on_task_free);
	check_trace_callback_type_page_fault_user(on_page_fault_user);
	check_trace_callback_type_page_fault_kernel(on_page_fault_kernel);
	check_trace_callback_type_signal_generate(on_signal_generate);
	check_trace_callback_type_irq_handler_entry(on_irq);
	check_trace_callback_type_cpu_idle(on_idle);
	check_trace_callback_type_local_timer_entry(on_vector);
}

/*
 * sigreturn, and the calls that uprobes put into programs, replace the register
 * that holds their number. Their entry is the last moment to read it; the hooks
 * cost nothing but these calls.
 */
static void notrace on_forgetful(unsigned long ip, unsigned long parent_ip,
				 struct ftrace_ops *ops,
				 struct ftrace_regs *fregs)
{
	unsigned int nr = task_pt_regs(current)->orig_ax;

	if (current_thread_info()->status & TS_COMPAT)
		set_cause(RST_I386 + min_t(unsigned int, nr, RST_NR_I386 - 1));
	else if (nr & __X32_SYSCALL_BIT)
		set_cause(RST_X32 + min_t(unsigned int, nr & ~__X32_SYSCALL_BIT,
					  RST_NR_X32 - 1));
	else
		set_cause(RST_X64 + min_t(unsigned int, nr, RST_NR_X64 - 1));
}

static struct rs_fset forgetful = RS_FSET_INIT(forgetful, on_forgetful, 0);

static const char *const forgetful_names[] = {
	"__x64_sys_rt_sigreturn",
	"__ia32_compat_sys_sigreturn",
	"__ia32_compat_sys_rt_sigreturn",
	"__x64_compat_sys_x32_rt_sigreturn",
	"__x64_sys_uretprobe",
	"__x64_sys_uprobe",
};

/* Kernels are built without i386 or x32, or are older: hook what there is. */
static int hook_forgetful(void)
{
	unsigned long ips[ARRAY_SIZE(forgetful_names)];
	struct rs_fset_error error;
	unsigned int i, nr = 0;

	for (i = 0; i < ARRAY_SIZE(forgetful_names); i++) {
		ips[nr] = rs_func_address(forgetful_names[i]);
		if (ips[nr])
			nr++;
	}
	return nr ? rs_fset_update(&forgetful, ips, nr, &error) : -ENOENT;
}

static void unhook_forgetful(void)
{
	struct rs_fset_error error;

	rs_fset_update(&forgetful, NULL, 0, &error);
}

/* Which tracepoint stands for which feature. */
static const struct {
	const char *name;
	u64 feature;
} tracepoint_features[] = {
	{ "page_fault_user", RS_TRACE_F_PAGE_FAULT },
	{ "signal_generate", RS_TRACE_F_EXCEPTION },
	{ "irq_handler_entry", RS_TRACE_F_IRQ },
	{ "local_timer_entry", RS_TRACE_F_VECTOR },
	{ "cpu_idle", RS_TRACE_F_IDLE },
	{ "sys_enter", RS_TRACE_F_LATENCY },
	{ "sched_switch", RS_TRACE_F_OFF_CPU },
	{ "cgroup_attach_task", RS_TRACE_F_WHO },
#ifndef CONFIG_PREEMPT_RT
	{ "softirq_entry", RS_TRACE_F_SOFTIRQ },
#endif
};

static void add_feature(struct tracepoint *tp, void *priv)
{
	u64 *features = priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tracepoint_features); i++)
		if (!strcmp(tp->name, tracepoint_features[i].name))
			*features |= tracepoint_features[i].feature;
}

/**
 * rst_causes_features - RS_TRACE_F_* bits of the causes this kernel shows
 *
 * Context: sleeps.
 * Return: the bits.
 */
u64 rst_causes_features(void)
{
	u64 features = 0;

	for_each_kernel_tracepoint(add_feature, &features);
	if (rs_func_address(forgetful_names[0]))
		features |= RS_TRACE_F_SIGRETURN;
	return features;
}

/**
 * rst_causes_attach - from now on, causes are kept for the returns
 *
 * A kernel that does not let sigreturn be hooked (kernel.ftrace_enabled=0) is
 * taken as it is: those returns are residual and the feature bit is cleared.
 *
 * Return: 0, -ENOMEM, or what registering a tracepoint returned.
 */
int rst_causes_attach(void)
{
	u64 *features = &rst_area_page()->features;
	const char *failed;
	int err;

	pending = vzalloc(sizeof(*pending));
	if (!pending)
		return -ENOMEM;
	err = rs_tracepoints_attach(probes, ARRAY_SIZE(probes), NULL, &failed);
	if (err) {
		pr_warn_ratelimited("tracepoint %s: error %d\n", failed, err);
		vfree(pending);
		pending = NULL;
		return err;
	}
	/* Fails only for one that is registered already. */
	register_die_notifier(&die_notifier);
	if (hook_forgetful())
		WRITE_ONCE(*features, *features & ~RS_TRACE_F_SIGRETURN);
	else
		WRITE_ONCE(*features, *features | RS_TRACE_F_SIGRETURN);
	return 0;
}

/** rst_causes_detach - when it returns, no probe runs or will */
void rst_causes_detach(void)
{
	unhook_forgetful();
	/* Waits for those who are in it. */
	unregister_die_notifier(&die_notifier);
	rs_tracepoints_detach(probes, ARRAY_SIZE(probes), NULL);
	vfree(pending);
	pending = NULL;
}
