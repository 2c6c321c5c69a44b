// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counting: one increment for the cause and one for the return, on every way
 * back to user mode.
 *
 * The kernel calls the notifier of a CPU as the last C code before user mode,
 * with interrupts off. The user's registers then still hold the number of the
 * system call, or -1 for exceptions and interrupts; what those were, cause.c
 * has kept. This file decides which counter it is. From RS_TRACE_LEVEL_LATENCY
 * on, another notifier does the same and then ends the crossing that latency.c
 * began.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/irqflags.h>
#include <linux/sched/task_stack.h>
#include <asm/ptrace.h>
#include <asm/thread_info.h>
#include <asm/tsc.h>
#include <asm/unistd.h>

#include "flight.h"
#include "record.h"
#include "slow.h"
#include "who.h"

DEFINE_PER_CPU(struct rst_cpu, rst_cpus);

/* What CPUs call; written with CPU hotplug locked out. */
static void (*notifier_now)(struct user_return_notifier *) = rst_on_user_return;

/* What they call instead, which then calls rst_count_next; NULL if nothing. */
static void (*check_now)(struct user_return_notifier *);

void (*rst_count_next)(struct user_return_notifier *) = rst_on_user_return;

/* Dynamic state that cpuhp gave us; valid while counting. */
static enum cpuhp_state hotplug_state;

/* i386 numbers, which a 64-bit kernel's headers do not have. */
#define I386_FORK	2
#define I386_CLONE	120
#define I386_VFORK	190

/*
 * A new task leaves the kernel with a copy of its parent's registers, and 0 as
 * the result of a call that it never made.
 */
static __always_inline bool makes_task_x64(unsigned int nr)
{
	return nr - __NR_clone <= __NR_vfork - __NR_clone || nr == __NR_clone3;
}

static bool makes_task_i386(unsigned int nr)
{
	return nr == I386_FORK || nr == I386_CLONE || nr == I386_VFORK ||
	       nr == __NR_clone3;
}

static unsigned int cause_i386(const struct pt_regs *regs, unsigned int nr)
{
	if (!regs->ax && makes_task_i386(nr))
		return RST_CHILD;
	return nr < RST_NR_I386 ? RST_I386 + nr : RST_NONE + RST_NONE_I386;
}

static unsigned int cause_x32(const struct pt_regs *regs, unsigned int nr)
{
	nr &= ~__X32_SYSCALL_BIT;
	if (!regs->ax && makes_task_x64(nr))
		return RST_CHILD;
	return nr < RST_NR_X32 ? RST_X32 + nr : RST_NONE + RST_NONE_X32;
}

/* Everything but the native calls that exist. */
static unsigned int rare_cause(const struct pt_regs *regs)
{
	unsigned int nr = regs->orig_ax;

	if (nr == -1U)
		return rst_cause_take();
	if (current_thread_info()->status & TS_COMPAT)
		return cause_i386(regs, nr);
	if (nr < RST_NR_X64)
		return RST_CHILD;
	/* Negative numbers have bit 30 too. */
	if ((int)nr >= 0 && nr & __X32_SYSCALL_BIT)
		return cause_x32(regs, nr);
	return RST_NONE + RST_NONE_X64;
}

/*
 * The cause comes before the return, see the books in the uapi header;
 * local_inc() keeps the order.
 */
static __always_inline void count(struct rs_trace_block *block,
				  unsigned long cause)
{
	rst_inc(&block->counter[cause]);
	rst_inc(&block->returns);
}

/*
 * Out of line and called last, which spares the hot path a stack frame; it looks
 * up the registers again, which spares it their address.
 */
static noinline void count_rare(struct rs_trace_block *block)
{
	count(block, rare_cause(task_pt_regs(current)));
}

/* As task_pt_regs(), of a stack. */
static __always_inline const struct pt_regs *regs_on(const void *stack)
{
	return (const struct pt_regs *)(stack + THREAD_SIZE -
					TOP_OF_KERNEL_STACK_PADDING) - 1;
}

/*
 * The lower half is the number, as in the kernel's own entry code; loading no
 * more than that saves the extension to an index. Is that number the cause?
 */
static __always_inline bool is_plain_call(unsigned long *nr)
{
	const void *stack = task_stack_page(current);
	const struct pt_regs *regs = regs_on(stack);

	*nr = *(const unsigned int *)&regs->orig_ax;
	/* Two addresses that the loads contain; one would be a sum to pay for. */
	OPTIMIZER_HIDE_VAR(stack);
	return likely(!(*nr >= RST_NR_X64 ||
			current_thread_info()->status & TS_COMPAT ||
			(!regs_on(stack)->ax && makes_task_x64(*nr))));
}

static __always_inline struct rst_cpu *
cpu_of(struct user_return_notifier *notifier)
{
	return container_of(notifier, struct rst_cpu, notifier);
}

/**
 * rst_on_user_return - count a return, RS_TRACE_LEVEL_COUNT
 * @notifier: that of this CPU
 *
 * The hot path: each instruction here is paid on every system call. notrace,
 * because the no-op of ftrace would be one of them.
 */
void notrace rst_on_user_return(struct user_return_notifier *notifier)
{
	struct rs_trace_block *block = cpu_of(notifier)->block;
	unsigned long nr;

	if (is_plain_call(&nr))
		count(block, nr);
	else
		count_rare(block);
}

/*
 * @off: ticks since the start that the task was not running.
 * Return: how many it took in all, 0 if it was not timed.
 */
static __always_inline u64 end_crossing(const struct rst_cpu *cpu,
					struct rst_slot *slot,
					unsigned long cause, unsigned int bits,
					bool who, u64 off)
{
	struct rs_trace_sum *sum = NULL;
	u64 start = slot->start, ticks;

	if (who) {
		sum = rst_who_sum(cpu, slot, cause);
		rst_who_count(slot, sum);
	}
	if (unlikely(!start))
		return 0;
	slot->start = 0;
	ticks = rst_record(cpu, cause, rdtsc() - start, bits);
	if (who)
		rst_who_time(slot, sum, ticks - off);
	return ticks;
}

static void time_crossing(struct rst_cpu *cpu, unsigned int cause,
			  unsigned int bits, bool who)
{
	struct rst_slot *slot = rst_latency_slot(cpu);

	if (slot)
		end_crossing(cpu, slot, cause, bits, who, 0);
}

static noinline void count_and_time_rare(struct rst_cpu *cpu, unsigned int bits,
					 bool who)
{
	unsigned long cause;

	if (!is_plain_call(&cause))
		cause = rare_cause(task_pt_regs(current));
	count(cpu->block, cause);
	time_crossing(cpu, cause, bits, who);
}

/* After a switch: the slot, if it is in the first of its task's places. */
static __always_inline struct rst_slot *slot_at_hand(struct rst_cpu *cpu)
{
	struct rst_slots *table = READ_ONCE(rst_slots);
	struct rst_slot *slot;

	if (unlikely(!table))
		return NULL;
	slot = rst_slot_first(table, (unsigned long)current);
	if (slot->task != (unsigned long)current)
		return NULL;
	cpu->slot = slot;
	return slot;
}

/* A new task has no slot. So whoever has need not be looked at for that. */
static __always_inline void count_and_time(struct rst_cpu *cpu,
					   unsigned int bits, bool who)
{
	const struct pt_regs *regs = task_pt_regs(current);
	unsigned long nr = *(const unsigned int *)&regs->orig_ax;
	struct rst_slot *slot = cpu->slot;

	if (unlikely(nr >= RST_NR_X64 ||
		     current_thread_info()->status & TS_COMPAT))
		goto rare;
	if (unlikely(slot->task != (unsigned long)current)) {
		slot = slot_at_hand(cpu);
		if (!slot)
			goto rare;
	}
	count(cpu->block, nr);
	end_crossing(cpu, slot, nr, bits, who, 0);
	return;

rare:
	count_and_time_rare(cpu, bits, who);
}

/**
 * rst_on_user_return_log2 - count and time, a bucket for each doubling
 * @notifier: that of this CPU
 */
void notrace rst_on_user_return_log2(struct user_return_notifier *notifier)
{
	count_and_time(cpu_of(notifier), 0, false);
}

/**
 * rst_on_user_return_hdr - count and time, more buckets for each doubling
 * @notifier: that of this CPU
 */
void notrace rst_on_user_return_hdr(struct user_return_notifier *notifier)
{
	count_and_time(cpu_of(notifier), RST_HIST_BITS_HDR, false);
}

/**
 * rst_on_user_return_log2_who - as rst_on_user_return_log2(), and add up
 * @notifier: that of this CPU
 */
void notrace rst_on_user_return_log2_who(struct user_return_notifier *notifier)
{
	count_and_time(cpu_of(notifier), 0, true);
}

/**
 * rst_on_user_return_hdr_who - as rst_on_user_return_hdr(), and add up
 * @notifier: that of this CPU
 */
void notrace rst_on_user_return_hdr_who(struct user_return_notifier *notifier)
{
	count_and_time(cpu_of(notifier), RST_HIST_BITS_HDR, true);
}

/*
 * The scheduler has moved the start by what it put into off.
 * Return: that.
 */
static u64 add_off_cpu(struct rst_cpu *cpu, struct rst_slot *slot,
		       unsigned int cause)
{
	struct rs_trace_record *record;
	u64 off = slot->off;

	slot->off = 0;
	slot->out = 0;
	if (!off || !slot->start)
		return 0;
	slot->start -= off;
	record = cpu->records + (size_t)cause *
		 (rst_area_hdr() ? rst_record_size(RST_HIST_BITS_HDR) :
				   rst_record_size(0));
	record->off_cpu += off;
	record->slept++;
	return off;
}

static __always_inline u64 end_any(const struct rst_cpu *cpu,
				   struct rst_slot *slot, unsigned long cause,
				   u64 off)
{
	bool who = rst_latency_sums();

	if (rst_area_hdr())
		return end_crossing(cpu, slot, cause, RST_HIST_BITS_HDR, who,
				    off);
	return end_crossing(cpu, slot, cause, 0, who, off);
}

static __always_inline unsigned long any_cause(void)
{
	unsigned long cause;

	if (is_plain_call(&cause))
		return cause;
	return rare_cause(task_pt_regs(current));
}

/**
 * rst_on_user_return_all - count, time, and whatever else is asked for
 * @notifier: that of this CPU
 *
 * Looks at each return what that is; the others know.
 */
void notrace rst_on_user_return_all(struct user_return_notifier *notifier)
{
	struct rst_cpu *cpu = cpu_of(notifier);
	struct rst_slot *slot = rst_latency_slot(cpu);
	unsigned long cause = any_cause();
	u64 off, ticks;

	count(cpu->block, cause);
	if (!slot)
		return;
	off = add_off_cpu(cpu, slot, cause);
	ticks = end_any(cpu, slot, cause, off);
	if (rst_latency_limited())
		rst_slow_check(cause, ticks, off);
}

/**
 * rst_on_user_return_flight - the same, and record the crossing
 * @notifier: that of this CPU
 *
 * The record tells when the crossing really began and how long it really took,
 * with the interrupts that its latency leaves out.
 */
void notrace rst_on_user_return_flight(struct user_return_notifier *notifier)
{
	struct rst_cpu *cpu = cpu_of(notifier);
	struct rst_slot *slot = rst_latency_slot(cpu);
	unsigned long cause = any_cause();
	u64 off, start, inner, ticks;

	count(cpu->block, cause);
	if (unlikely(!slot)) {
		rst_flight_untimed(cause);
		return;
	}
	off = add_off_cpu(cpu, slot, cause);
	start = slot->start;
	inner = slot->inner;
	slot->inner = 0;
	ticks = end_any(cpu, slot, cause, off);
	if (likely(start))
		rst_flight_crossing(cause, start - inner, ticks + inner);
	else
		rst_flight_untimed(cause);
	if (rst_latency_limited())
		rst_slow_check(cause, ticks, off);
}

/*
 * Both run on their CPU, in the thread of CPU hotplug, when no user task runs
 * there: after the CPU is up but not yet open to tasks, or the other way round
 * (or, when counting starts and stops, simply preempting them). The thread
 * passes the flag that makes the kernel call notifiers on to whatever task runs
 * after it. Stopping is final: the notifier runs with interrupts off on this
 * CPU, so it can not be half-way while this thread runs.
 */
static int start_cpu(unsigned int cpu)
{
	struct rst_cpu *this = this_cpu_ptr(&rst_cpus);

	this->notifier.on_user_return = check_now ?: notifier_now;
	WRITE_ONCE(this->block->active, 1);
	local_irq_disable();
	user_return_notifier_register(&this->notifier);
	local_irq_enable();
	return 0;
}

static int stop_cpu(unsigned int cpu)
{
	struct rst_cpu *this = this_cpu_ptr(&rst_cpus);

	local_irq_disable();
	user_return_notifier_unregister(&this->notifier);
	local_irq_enable();
	WRITE_ONCE(this->block->active, 0);
	return 0;
}

/* CPU hotplug is locked out. */
static void tell_cpus(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		WRITE_ONCE(per_cpu(rst_cpus, cpu).notifier.on_user_return,
			   check_now ?: notifier_now);
}

/**
 * rst_count_use - let CPUs call another notifier, those that come as well
 * @notifier: one of rst_on_user_return*()
 *
 * A CPU that is in the old one meanwhile is out after a grace period of RCU:
 * notifiers run with interrupts off.
 */
void rst_count_use(void (*notifier)(struct user_return_notifier *))
{
	cpus_read_lock();
	notifier_now = notifier;
	WRITE_ONCE(rst_count_next, notifier);
	tell_cpus();
	cpus_read_unlock();
}

/**
 * rst_count_check - let CPUs call something else before they count
 * @check: a notifier that ends by calling rst_count_next; NULL for none. A
 *	notifier more would cost each return ten instructions more
 *
 * A CPU that is in the old one is out after a grace period, as above. CPU
 * hotplug is locked out.
 */
void rst_count_check(void (*check)(struct user_return_notifier *))
{
	check_now = check;
	tell_cpus();
}

/**
 * rst_count_start - count on all CPUs, and on those that come
 *
 * Return: 0, or -ENOSPC or -ENOMEM of CPU hotplug.
 */
int rst_count_start(void)
{
	int state;

	state = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "ringside/trace:online",
				  start_cpu, stop_cpu);
	if (state < 0)
		return state;
	hotplug_state = state;
	return 0;
}

/** rst_count_stop - when it returns, no CPU counts or will */
void rst_count_stop(void)
{
	cpuhp_remove_state(hotplug_state);
}
