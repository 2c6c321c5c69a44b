// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long does a crossing take? Begins crossings: stamps the slot of a task at
 * its entry. count.c ends them, at the return. In between, what is not the
 * crossing's own is left out by moving its start forward: the interrupts and
 * softirqs that it was interrupted by, which get records of their own, and, if
 * somebody asked for it, the time off the CPU.
 *
 * Life of the table of slots: probes are registered first and take its absence
 * for a full table. An interrupt's entry, a probe of cause.c, is noted only
 * while the table is there, and so always after its exit's probe. The table
 * goes after every probe and notifier has been seen to be out of it.
 */
/* trace/events/irq.h leans on it. */
#include <linux/interrupt.h>
#include <linux/sched.h>
#include <linux/vmalloc.h>
#include <trace/events/irq.h>
#include <trace/events/sched.h>
#include <trace/events/syscalls.h>
#include <asm/trace/irq_vectors.h>
#include <asm/tsc.h>

#include <ringside/compat.h>
#include <ringside/core.h>

#include "flight.h"
#include "record.h"
#include "vectors.h"

/* A device, an APIC and two softirq levels; what is deeper is not told apart. */
#define MAX_DEPTH	4

/**
 * struct interrupt - one that is being handled
 * @start: time stamp of its entry
 * @inner: ticks of those that interrupted it
 * @counter: whose record gets its time
 * @from_user: it is a crossing itself
 */
struct interrupt {
	u64 start;
	u64 inner;
	unsigned int counter;
	bool from_user;
};

/**
 * struct nesting - interrupts that this CPU handles, innermost last
 * @depth: how many; may exceed MAX_DEPTH, and never does without a bug of ours
 * @at: each of them
 *
 * Of its CPU, with preemption off. Those that come in the middle leave it as
 * they found it.
 */
struct nesting {
	unsigned int depth;
	struct interrupt at[MAX_DEPTH];
};

static DEFINE_PER_CPU(struct nesting, nesting);

/* NULL below RS_TRACE_LEVEL_LATENCY; protected by level_lock for writing. */
struct rst_slots *rst_slots;

/* No task has this address. */
struct rst_slot rst_nobody;

static bool off_cpu_watched;	/* level_lock */

/* The notifier adds up; written under level_lock. So is the next. */
static bool sums_kept;

/* It compares with limits. */
static bool limited;

/* It records crossings. */
static bool flight;

static noinline struct rst_slot *new_slot(struct rst_slots *table)
{
	struct rst_slot *slot = rst_slot_get(table, (unsigned long)current);

	if (slot)
		rst_who_enter(slot);
	return slot;
}

/**
 * rst_latency_slot - the slot of the current task, which the CPU remembers
 * @cpu: this CPU; preemption is off
 *
 * Return: the slot; NULL if there is no room, which is counted.
 */
struct rst_slot *rst_latency_slot(struct rst_cpu *cpu)
{
	struct rst_slots *table = READ_ONCE(rst_slots);
	struct rst_slot *slot = cpu->slot;

	if (slot->task == (unsigned long)current)
		return slot;
	if (!table)
		return NULL;
	slot = rst_slot_find(table, (unsigned long)current);
	if (!slot)
		slot = new_slot(table);
	if (slot)
		cpu->slot = slot;
	else
		rst_inc(&cpu->block->untimed);
	return slot;
}

static noinline void enter_elsewhere(void)
{
	struct rst_slot *slot = rst_latency_slot(this_cpu_ptr(&rst_cpus));

	if (slot)
		slot->start = rdtsc();
}

/*
 * The halves as they come: joining them would be paid on every system call. The
 * upper one first, so that what an interrupt in between adds to the start is
 * overwritten and leaves no carry behind.
 */
static __always_inline void stamp(struct rst_slot *slot)
{
	u32 *half = (u32 *)&slot->start;
	u32 low, high;

	asm volatile("rdtsc" : "=a" (low), "=d" (high));
	WRITE_ONCE(half[1], high);
	WRITE_ONCE(half[0], low);
}

/* Hot: every system call. */
static void notrace on_sys_enter(void *data, struct pt_regs *regs, long nr)
{
	struct rst_slot *slot;

	rs_sys_enter_begin();
	slot = __this_cpu_read(rst_cpus.slot);
	if (likely(slot->task == (unsigned long)current))
		stamp(slot);
	else
		enter_elsewhere();
	rs_sys_enter_end();
}

/**
 * rst_latency_enter - a task has entered the kernel without a system call
 *
 * A page fault that ends in a signal comes here twice, and the first counts.
 */
void rst_latency_enter(void)
{
	struct rst_slot *slot;

	preempt_disable_notrace();
	slot = rst_latency_slot(this_cpu_ptr(&rst_cpus));
	if (slot && !slot->start)
		slot->start = rdtsc();
	preempt_enable_notrace();
}

/**
 * rst_latency_interrupt - an interrupt begins, interrupts are off
 * @counter: whose record gets its time
 * @from_user: it came from user mode, and is timed until the return
 */
void rst_latency_interrupt(unsigned int counter, bool from_user)
{
	struct nesting *n = this_cpu_ptr(&nesting);
	unsigned int depth = n->depth++;

	if (depth < MAX_DEPTH)
		n->at[depth] = (struct interrupt) {
			.start = rdtsc(),
			.counter = counter,
			.from_user = from_user,
		};
}

/* The call or fault that was interrupted begins so much later. */
static void leave_out(const struct rst_cpu *cpu, u64 ticks)
{
	struct rst_slots *table = READ_ONCE(rst_slots);
	struct rst_slot *slot = cpu->slot;

	if (current->flags & PF_KTHREAD || !table)
		return;
	if (slot->task != (unsigned long)current)
		slot = rst_slot_find(table, (unsigned long)current);
	if (slot && slot->start) {
		slot->start += ticks;
		slot->inner += ticks;
	}
}

static void record(const struct rst_cpu *cpu, unsigned int counter, u64 ticks)
{
	if (rst_area_hdr())
		rst_record(cpu, counter, ticks, RST_HIST_BITS_HDR);
	else
		rst_record(cpu, counter, ticks, 0);
}

static void interrupt_ends(void)
{
	const struct rst_cpu *cpu = this_cpu_ptr(&rst_cpus);
	struct nesting *n = this_cpu_ptr(&nesting);
	struct interrupt *this;
	u64 ticks;

	/* It began before we were there. */
	if (!n->depth)
		return;
	/*
	 * Read before the depth is lowered: then, the next one writes here.
	 */
	this = &n->at[n->depth - 1];
	if (n->depth > MAX_DEPTH) {
		n->depth--;
		return;
	}
	ticks = rdtsc() - this->start;
	if (!this->from_user)
		record(cpu, this->counter, ticks - this->inner);
	if (!this->from_user && rst_flight_on())
		rst_flight_interrupt(this->counter, this->start, ticks);
	if (n->depth > 1)
		this[-1].inner += ticks;
	else if (!this->from_user)
		leave_out(cpu, ticks);
	WRITE_ONCE(n->depth, n->depth - 1);
}

static void on_irq_exit(void *data, int irq, struct irqaction *action, int ret)
{
	interrupt_ends();
}

static void on_vector_exit(void *data, int vector)
{
	interrupt_ends();
}

/* With interrupts on, but softirqs do not nest. */
static void on_softirq(void *data, unsigned int nr)
{
	unsigned int counter = RST_SOFTIRQ +
			       min_t(unsigned int, nr, RST_NR_SOFTIRQ - 1);
	unsigned long flags;

	rst_count(counter);
	local_irq_save(flags);
	rst_latency_interrupt(counter, false);
	local_irq_restore(flags);
}

static void on_softirq_exit(void *data, unsigned int nr)
{
	unsigned long flags;

	local_irq_save(flags);
	interrupt_ends();
	local_irq_restore(flags);
}

static void forget(struct task_struct *task)
{
	struct rst_slots *table = READ_ONCE(rst_slots);

	if (table)
		rst_slot_free(table, (unsigned long)task);
}

static void on_fork(void *data, struct task_struct *parent,
		    struct task_struct *child)
{
	forget(child);
}

static void on_task_free(void *data, struct task_struct *task)
{
	forget(task);
}

/*
 * Exits come first: one whose entry was not seen does no harm, but an entry
 * without an exit would leave the depth too high for ever. Detaching goes the
 * other way round. Entries of interrupts are probes of cause.c.
 */
static struct rs_tracepoint probes[] = {
	{ .name = "sched_process_free", .probe = on_task_free },
	{ .name = "sched_process_fork", .probe = on_fork },
	{ .name = "irq_handler_exit", .probe = on_irq_exit, .optional = true },
#define VECTOR(_name) \
	{ .name = #_name "_exit", .probe = on_vector_exit, .optional = true },
	RST_VECTORS(VECTOR)
#undef VECTOR
#ifndef CONFIG_PREEMPT_RT
	/* There, softirqs are preempted and move. */
	{ .name = "softirq_exit", .probe = on_softirq_exit, .optional = true },
	{ .name = "softirq_entry", .probe = on_softirq, .optional = true },
#endif
	{ .name = "sys_enter", .probe = on_sys_enter, .optional = true },
};

static void leaves_cpu(const struct rst_cpu *cpu, struct task_struct *task,
		       u64 now)
{
	struct rst_slot *slot = cpu->slot;

	if (slot->task != (unsigned long)task)
		slot = rst_slot_find(rst_slots, (unsigned long)task);
	if (slot && slot->start)
		slot->out = now;
}

static void gets_cpu(struct rst_cpu *cpu, struct task_struct *task, u64 now)
{
	struct rst_slot *slot = rst_slot_find(rst_slots, (unsigned long)task);

	if (!slot)
		return;
	cpu->slot = slot;
	if (slot->start && slot->out) {
		slot->off += now - slot->out;
		slot->start += now - slot->out;
	}
	slot->out = 0;
}

/* Interrupts are off. */
static void on_switch(void *data, bool preempt, struct task_struct *prev,
		      struct task_struct *next, unsigned int prev_state)
{
	struct rst_cpu *cpu = this_cpu_ptr(&rst_cpus);
	u64 now = rdtsc();

	if (!(prev->flags & PF_KTHREAD))
		leaves_cpu(cpu, prev, now);
	if (!(next->flags & PF_KTHREAD))
		gets_cpu(cpu, next, now);
	if (rst_flight_on())
		rst_flight_switch(next, prev_state, now);
}

static struct rs_tracepoint switch_probe[] = {
	{ .name = "sched_switch", .probe = on_switch },
};

/* The build fails here if a probe does not fit its tracepoint. */
static void __maybe_unused check_types(void)
{
	check_trace_callback_type_sched_process_free(on_task_free);
	check_trace_callback_type_sched_process_fork(on_fork);
	check_trace_callback_type_irq_handler_exit(on_irq_exit);
	check_trace_callback_type_local_timer_exit(on_vector_exit);
	check_trace_callback_type_softirq_entry(on_softirq);
	check_trace_callback_type_softirq_exit(on_softirq_exit);
	check_trace_callback_type_sys_enter(on_sys_enter);
	check_trace_callback_type_sched_switch(on_switch);
}

static void forget_cpus(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		per_cpu(rst_cpus, cpu).slot = &rst_nobody;
		per_cpu(nesting, cpu).depth = 0;
	}
}

static void use_notifier(void)
{
	if (flight)
		rst_count_use(rst_on_user_return_flight);
	else if (off_cpu_watched || limited)
		rst_count_use(rst_on_user_return_all);
	else if (rst_area_hdr())
		rst_count_use(sums_kept ? rst_on_user_return_hdr_who :
					  rst_on_user_return_hdr);
	else
		rst_count_use(sums_kept ? rst_on_user_return_log2_who :
					  rst_on_user_return_log2);
}

/**
 * rst_latency_start - from now on, crossings are timed; returns are counted
 *
 * Return: 0, -ENOMEM, or what registering a tracepoint returned.
 */
int rst_latency_start(void)
{
	struct rst_slots *table;
	const char *failed;
	int err;

	err = rst_area_add_records();
	if (err)
		return err;
	table = vzalloc(sizeof(*table));
	if (!table)
		return -ENOMEM;
	forget_cpus();
	err = rs_tracepoints_attach(probes, ARRAY_SIZE(probes), NULL, &failed);
	if (err) {
		pr_warn_ratelimited("tracepoint %s: error %d\n", failed, err);
		vfree(table);
		return err;
	}
	/* Pairs with READ_ONCE() in cause.c and here: an empty table. */
	smp_store_release(&rst_slots, table);
	use_notifier();
	return 0;
}

/** rst_latency_stop - count only; when it returns, nothing is timed any more */
void rst_latency_stop(void)
{
	struct rst_slots *table = rst_slots;

	rst_latency_flight(false);
	rst_latency_off_cpu(false);
	rst_latency_who(false);
	rst_latency_slow(false);
	rst_count_use(rst_on_user_return);
	WRITE_ONCE(rst_slots, NULL);
	/* No entry of an interrupt is noted any more: exits may go. */
	tracepoint_synchronize_unregister();
	rs_tracepoints_detach(probes, ARRAY_SIZE(probes), NULL);
	/* And no notifier ends a crossing. */
	synchronize_rcu();
	forget_cpus();
	vfree(table);
}

static void forget_off_cpu(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rst_slots->slot); i++) {
		WRITE_ONCE(rst_slots->slot[i].out, 0);
		WRITE_ONCE(rst_slots->slot[i].off, 0);
	}
}

/**
 * rst_latency_off_cpu - watch context switches while crossings are timed?
 * @on: yes or no
 *
 * Return: 0, or what registering the tracepoint returned.
 */
int rst_latency_off_cpu(bool on)
{
	const char *failed;
	int err;

	if (on == off_cpu_watched)
		return 0;
	if (on) {
		forget_off_cpu();
		err = rs_tracepoints_attach(switch_probe, 1, NULL, &failed);
		if (err)
			return err;
		off_cpu_watched = true;
		use_notifier();
	} else {
		off_cpu_watched = false;
		use_notifier();
		rs_tracepoints_detach(switch_probe, 1, NULL);
	}
	return 0;
}

/** rst_latency_sums - are crossings being added up? */
bool rst_latency_sums(void)
{
	return READ_ONCE(sums_kept);
}

/**
 * rst_latency_who - keep sums by task and cgroup while crossings are timed?
 * @on: yes or no
 *
 * Return: 0, or the error of rst_who_start().
 */
int rst_latency_who(bool on)
{
	int err;

	if (on == sums_kept)
		return 0;
	if (on) {
		err = rst_who_start();
		if (err)
			return err;
		WRITE_ONCE(sums_kept, true);
		use_notifier();
	} else {
		WRITE_ONCE(sums_kept, false);
		use_notifier();
		/* In rst_who_stop(): notifiers that add up are over. */
		rst_who_stop();
	}
	return 0;
}

/** rst_latency_limited - are crossings compared with their limits? */
bool rst_latency_limited(void)
{
	return READ_ONCE(limited);
}

/**
 * rst_latency_slow - compare crossings with their limits while they are timed?
 * @on: yes or no
 */
void rst_latency_slow(bool on)
{
	if (on == limited)
		return;
	WRITE_ONCE(limited, on);
	use_notifier();
}

/* What earlier notifiers have left. */
static void forget_inner(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rst_slots->slot); i++)
		WRITE_ONCE(rst_slots->slot[i].inner, 0);
}

/**
 * rst_latency_flight - record each crossing while they are timed?
 * @on: yes or no; context switches are watched
 *
 * A crossing that began before what it left out was forgotten would be given a
 * wrong beginning. It is before that of the recording, and so not recorded.
 *
 * Return: 0, or the error of rst_flight_prepare().
 */
int rst_latency_flight(bool on)
{
	int err;

	if (on == flight)
		return 0;
	if (on) {
		err = rst_flight_prepare();
		if (err)
			return err;
	} else {
		rst_flight_stop();
	}
	flight = on;
	use_notifier();
	/* No notifier is in that of before. */
	synchronize_rcu();
	if (on) {
		forget_inner();
		rst_flight_start();
	} else {
		rst_flight_free();
	}
	return 0;
}
