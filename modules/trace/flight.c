// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happened last on each CPU? A ring of records for each, that its CPU alone
 * writes, that readers map, and that keeps the newest. It does not know why a
 * crossing took as long as it did; latency.c and count.c tell it.
 *
 * No locks and no atomics, because nothing can come between the first and the
 * last word of a record:
 *   1. All writers run on the CPU of the ring with interrupts off, and so an
 *      interrupt is recorded either before or after what it interrupts.
 *   2. An NMI can come, but none is recorded: neither the way back from one nor
 *      any tracepoint used here passes by in an NMI.
 *   3. A reader takes no part. It looks at the head before and after it copies,
 *      and throws away what may have been overwritten meanwhile. For that, the
 *      head of the record before has to be seen before any word of a record,
 *      and a record before its own head: the two barriers in put().
 * The ring goes after rst_flight_stop() and a grace period of RCU, which no
 * writer can sleep through; a mapping holds a reference of its own.
 */
#include <linux/cpuhotplug.h>
#include <linux/kref.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <trace/events/task.h>
#include <asm/ptrace.h>
#include <asm/tsc.h>

#include <ringside/core.h>

#include "cred_change.h"
#include "flight.h"
#include "trace.h"

#define PER_KIB		(1024 / sizeof(struct rs_trace_flight_record))

static_assert(sizeof(struct rs_trace_flight) == 64);
static_assert(sizeof(struct rs_trace_flight_record) == 32);
static_assert(RST_NR_COUNTERS <= U16_MAX);
static_assert(RST_FLIGHT_KIB_MAX * 1024UL + PAGE_SIZE <= RST_FLIGHT_STRIDE);

static unsigned int flight_kib = 1024;
module_param(flight_kib, uint, 0444);
MODULE_PARM_DESC(flight_kib, "KiB of flight recorder for each CPU");

/**
 * struct ring - the ring of a CPU
 * @users: its CPU, and each mapping
 * @pages: its header, in a page of its own, and the records
 */
struct ring {
	struct kref users;
	struct rs_trace_flight *pages;
};

/**
 * struct flight_cpu - what writers need of a CPU
 * @pages: those of @ring; NULL if nothing is to be written
 * @ring: NULL if there is none; protected by rings_lock
 */
struct flight_cpu {
	struct rs_trace_flight *pages;
	struct ring *ring;
};

static DEFINE_PER_CPU(struct flight_cpu, flight_cpus);
static DEFINE_MUTEX(rings_lock);	/* see trace.h */

/* Of each ring that is made; level_lock. */
static unsigned int ring_kib;

/* Making rings must not fail; written with CPU hotplug locked out. */
static bool all_or_none;
static enum cpuhp_state hotplug_state;

/* The hook on commit_creds() is held; level_lock. */
static bool creds_hooked;

/* When recording began: no crossing that is older is recorded. */
static u64 since;

/* Read by all writers; written under freeze_lock. */
bool rst_flight_recording;
static DEFINE_RAW_SPINLOCK(freeze_lock);
static bool in_force;			/* freeze_lock */

/* Bit n: RS_TRACE_FROZEN_n is taken; a change holds from the next on. */
static u32 stop_on_now;

static __always_inline void put(const struct rs_trace_flight_record *record)
{
	struct rs_trace_flight *ring = __this_cpu_read(flight_cpus.pages);
	struct rs_trace_flight_record *records;
	u64 head;

	lockdep_assert_irqs_disabled();
	if (unlikely(!ring))
		return;
	head = ring->head;
	records = (void *)ring + PAGE_SIZE;
	/* Pairs with the second look that a reader takes at the head. */
	smp_wmb();
	records[head & (ring->nr_records - 1)] = *record;
	/* Pairs with the first. */
	smp_store_release(&ring->head, head + 1);
}

/* Of a crossing: sigreturn and exceptions have no result. */
static __always_inline u64 result_of(const struct pt_regs *regs)
{
	return unlikely((int)regs->orig_ax == -1) ? regs->ip : regs->ax;
}

/**
 * rst_flight_crossing - a thread is about to return to user mode
 * @cause: why it was in the kernel
 * @start: time stamp of its entry
 * @ticks: how long ago that is
 */
void notrace rst_flight_crossing(unsigned int cause, u64 start, u64 ticks)
{
	if (unlikely(!rst_flight_on() || start < since))
		return;
	put(&(struct rs_trace_flight_record) {
		.time = start,
		.pid = current->pid,
		.type = RS_TRACE_FLIGHT_CROSSING,
		.cause = cause,
		.ticks = ticks,
		.result = result_of(task_pt_regs(current)),
	});
}

/**
 * rst_flight_untimed - the same, but its entry was not seen
 * @cause: why it was in the kernel
 */
void rst_flight_untimed(unsigned int cause)
{
	if (!rst_flight_on())
		return;
	put(&(struct rs_trace_flight_record) {
		.time = rdtsc(),
		.pid = current->pid,
		.type = RS_TRACE_FLIGHT_UNTIMED,
		.cause = cause,
		.result = result_of(task_pt_regs(current)),
	});
}

/**
 * rst_flight_interrupt - an interrupt or softirq in kernel mode has ended
 * @cause: which
 * @start: time stamp of its beginning
 * @ticks: how long ago that is
 */
void rst_flight_interrupt(unsigned int cause, u64 start, u64 ticks)
{
	put(&(struct rs_trace_flight_record) {
		.time = start,
		.pid = current->pid,
		.type = RS_TRACE_FLIGHT_INTERRUPT,
		.cause = cause,
		.ticks = ticks,
	});
}

static void put_thread(unsigned int type, const struct task_struct *task,
		       const char name[TASK_COMM_LEN], unsigned int state,
		       u64 now)
{
	u64 comm[2];

	static_assert(sizeof(comm) == TASK_COMM_LEN);
	memcpy(comm, name, sizeof(comm));
	put(&(struct rs_trace_flight_record) {
		.time = now,
		.pid = task->pid,
		.type = type,
		.cause = state,
		.ticks = comm[0],
		.result = comm[1],
	});
}

/**
 * rst_flight_switch - another thread gets the CPU
 * @next: which
 * @state: that in which the other leaves
 * @now: time stamp
 */
void rst_flight_switch(const struct task_struct *next, unsigned int state,
		       u64 now)
{
	put_thread(RS_TRACE_FLIGHT_SWITCH, next, next->comm, state, now);
}

/* On each CPU, with interrupts off: from here on, the ring has no gap. */
static void put_resume(void *unused)
{
	if (rst_flight_on())
		put_thread(RS_TRACE_FLIGHT_RESUME, current, current->comm, 0,
			   rdtsc());
}

/* By execve(), prctl() or another thread: its name of before is in no switch. */
static void on_rename(void *data, struct task_struct *task, const char *comm)
{
	char name[TASK_COMM_LEN];
	unsigned long flags;

	strscpy_pad(name, comm, sizeof(name));
	local_irq_save(flags);
	if (rst_flight_on())
		put_thread(RS_TRACE_FLIGHT_NAME, task, name, 0, rdtsc());
	local_irq_restore(flags);
}

static struct rs_tracepoint rename_probe[] = {
	{ .name = "task_rename", .probe = on_rename, .optional = true },
};

/* The build fails here if the probe does not fit its tracepoint. */
static void __maybe_unused check_types(void)
{
	check_trace_callback_type_task_rename(on_rename);
}

/**
 * rst_flight_cred - credentials change, or have
 * @change: how
 * @flaw: 0 if that is explained, else 1 + the pattern
 */
void rst_flight_cred(const struct rst_cred_change *change, unsigned int flaw)
{
	u64 old = rst_cred_uid(&change->old, RST_PAIR_EFFECTIVE);
	u64 new = rst_cred_uid(&change->new, RST_PAIR_EFFECTIVE);
	unsigned long flags;

	local_irq_save(flags);
	/* Here, where rst_flight_free() waits for it. */
	if (rst_flight_on())
		put(&(struct rs_trace_flight_record) {
			.time = rdtsc(),
			.pid = change->task->pid,
			.type = RS_TRACE_FLIGHT_CRED,
			.cause = flaw,
			.ticks = change->new.caps[RST_CAPS_EFFECTIVE] &
				 ~change->old.caps[RST_CAPS_EFFECTIVE],
			.result = old << 32 | new,
		});
	local_irq_restore(flags);
	if (flaw)
		rst_flight_trigger(RS_TRACE_FROZEN_CRED);
}

/**
 * rst_flight_trigger - something has happened that the recorder may stop on
 * @by: RS_TRACE_FROZEN_*
 *
 * Context: any short of NMI.
 */
void rst_flight_trigger(u32 by)
{
	struct rs_trace_page *page = rst_area_page();
	unsigned long flags;

	if (!rst_flight_on() || !(READ_ONCE(stop_on_now) & BIT(by)))
		return;
	raw_spin_lock_irqsave(&freeze_lock, flags);
	if (in_force && !page->flight_frozen) {
		page->flight_frozen_ticks = rdtsc();
		WRITE_ONCE(page->flight_frozen, by);
		WRITE_ONCE(rst_flight_recording, false);
	}
	raw_spin_unlock_irqrestore(&freeze_lock, flags);
}

static int freeze_or_thaw(struct rs_trace_page *page, bool on)
{
	bool was;

	lockdep_assert_held(&freeze_lock);
	if (!in_force)
		return -ENODATA;
	was = page->flight_frozen;
	if (on && !was) {
		page->flight_frozen_ticks = rdtsc();
		WRITE_ONCE(page->flight_frozen, RS_TRACE_FROZEN_ASKED);
	} else if (!on) {
		WRITE_ONCE(page->flight_frozen, RS_TRACE_FROZEN_NOT);
	}
	WRITE_ONCE(rst_flight_recording, !on);
	return was && !on;
}

/* Return: does it go on that had been frozen? Or -ENODATA. */
static int set_frozen(bool on)
{
	unsigned long flags;
	int ret;

	raw_spin_lock_irqsave(&freeze_lock, flags);
	ret = freeze_or_thaw(rst_area_page(), on);
	raw_spin_unlock_irqrestore(&freeze_lock, flags);
	return ret;
}

/**
 * rst_flight_freeze - stop recording, or go on
 * @on: stop
 *
 * When it returns, no CPU is in the middle of a record.
 *
 * Return: 0, or -ENODATA below RS_TRACE_LEVEL_FLIGHT.
 */
int rst_flight_freeze(bool on)
{
	int ret = set_frozen(on);

	if (ret < 0)
		return ret;
	if (on)
		synchronize_rcu();
	else if (ret)
		on_each_cpu(put_resume, NULL, 1);
	return 0;
}

/** rst_flight_frozen - RS_TRACE_FROZEN_* */
u32 rst_flight_frozen(void)
{
	return rst_area_exists() ?
	       READ_ONCE(rst_area_page()->flight_frozen) : RS_TRACE_FROZEN_NOT;
}

static void release_ring(struct kref *users)
{
	struct ring *ring = container_of(users, struct ring, users);

	vfree(ring->pages);
	kfree(ring);
}

static struct ring *make_ring(unsigned int cpu)
{
	struct ring *ring = kzalloc(sizeof(*ring), GFP_KERNEL);

	if (!ring)
		return NULL;
	ring->pages = vmalloc_user(PAGE_SIZE + ring_kib * 1024UL);
	if (!ring->pages) {
		kfree(ring);
		return NULL;
	}
	kref_init(&ring->users);
	*ring->pages = (struct rs_trace_flight) {
		.size = sizeof(*ring->pages),
		.cpu = cpu,
		.record_offset = PAGE_SIZE,
		.record_size = sizeof(struct rs_trace_flight_record),
		.nr_records = ring_kib * PER_KIB,
		.since = rdtsc(),
	};
	return ring;
}

/*
 * A CPU is there, or comes. One that leaves keeps its ring, and finds it when it
 * comes again; one that comes must not fail to for lack of it.
 */
static int come_online(unsigned int cpu)
{
	struct flight_cpu *this = per_cpu_ptr(&flight_cpus, cpu);
	struct ring *ring;

	guard(mutex)(&rings_lock);
	if (this->ring)
		return 0;
	ring = make_ring(cpu);
	if (!ring && all_or_none)
		return -ENOMEM;
	if (!ring) {
		pr_warn("no memory to record CPU %u\n", cpu);
		return 0;
	}
	this->ring = ring;
	/* Pairs with the dependency in put(): a header that is complete. */
	smp_store_release(&this->pages, ring->pages);
	return 0;
}

static void free_rings(void)
{
	unsigned int cpu;

	guard(mutex)(&rings_lock);
	for_each_possible_cpu(cpu) {
		struct flight_cpu *this = per_cpu_ptr(&flight_cpus, cpu);

		WRITE_ONCE(this->pages, NULL);
		if (this->ring)
			kref_put(&this->ring->users, release_ring);
		this->ring = NULL;
	}
}

/*
 * Changes of credentials are recorded where the kernel lets them be hooked;
 * elsewhere, the rest has to do.
 */
static int hook_creds(void)
{
	int err = rst_cred_hook_get();

	creds_hooked = !err;
	return err == -ENOMEM ? err : 0;
}

static void unhook_creds(void)
{
	if (creds_hooked)
		rst_cred_hook_put();
}

/**
 * rst_flight_prepare - make the rings; nothing is written yet
 *
 * Return: 0, -ENOMEM, or what CPU hotplug or the tracepoint returned.
 */
int rst_flight_prepare(void)
{
	const char *failed;
	int err;

	err = rs_tracepoints_attach(rename_probe, 1, NULL, &failed);
	if (err)
		return err;
	err = hook_creds();
	if (err)
		goto err_detach;
	ring_kib = flight_kib;
	all_or_none = true;
	err = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "ringside/flight:online",
				come_online, NULL);
	all_or_none = false;
	if (err < 0)
		goto err_free;
	hotplug_state = err;
	return 0;

err_free:
	free_rings();
	unhook_creds();
err_detach:
	rs_tracepoints_detach(rename_probe, 1, NULL);
	return err;
}

/** rst_flight_start - record from now on, and let readers map the rings */
void rst_flight_start(void)
{
	struct rs_trace_page *page = rst_area_page();

	page->flight_stride = RST_FLIGHT_STRIDE;
	page->flight_length = PAGE_SIZE + ring_kib * 1024UL;
	scoped_guard(raw_spinlock_irqsave, &freeze_lock) {
		WRITE_ONCE(page->flight_frozen, RS_TRACE_FROZEN_NOT);
		since = rdtsc();
		in_force = true;
		WRITE_ONCE(rst_flight_recording, true);
	}
	on_each_cpu(put_resume, NULL, 1);
	/* Pairs with the acquire of readers. */
	smp_store_release(&page->flight_offset, RST_FLIGHT_OFFSET);
}

/** rst_flight_stop - record nothing that begins from now on */
void rst_flight_stop(void)
{
	struct rs_trace_page *page = rst_area_page();

	WRITE_ONCE(page->flight_offset, 0);
	scoped_guard(raw_spinlock_irqsave, &freeze_lock) {
		in_force = false;
		WRITE_ONCE(page->flight_frozen, RS_TRACE_FROZEN_NOT);
		WRITE_ONCE(rst_flight_recording, false);
	}
}

/** rst_flight_free - all writers are over: let the rings go */
void rst_flight_free(void)
{
	cpuhp_remove_state(hotplug_state);
	unhook_creds();
	rs_tracepoints_detach(rename_probe, 1, NULL);
	free_rings();
}

static void ring_vma_open(struct vm_area_struct *vma)
{
	struct ring *ring = vma->vm_private_data;

	kref_get(&ring->users);
}

static void ring_vma_close(struct vm_area_struct *vma)
{
	struct ring *ring = vma->vm_private_data;

	kref_put(&ring->users, release_ring);
}

static const struct vm_operations_struct ring_vm_ops = {
	.open = ring_vma_open,
	.close = ring_vma_close,
};

/**
 * rst_flight_map - give a reader the mapping of a ring
 * @vma: the mapping wanted, not writable, beyond RST_FLIGHT_OFFSET
 *
 * Return: 0, -ENXIO for a CPU without a ring, or -EINVAL beyond its end.
 */
int rst_flight_map(struct vm_area_struct *vma)
{
	unsigned long at = vma->vm_pgoff - (RST_FLIGHT_OFFSET >> PAGE_SHIFT);
	unsigned long cpu = at / (RST_FLIGHT_STRIDE >> PAGE_SHIFT);
	struct ring *ring;
	int err;

	if (cpu >= nr_cpu_ids || !cpu_possible(cpu))
		return -ENXIO;
	guard(mutex)(&rings_lock);
	ring = per_cpu(flight_cpus, cpu).ring;
	if (!ring)
		return -ENXIO;
	err = remap_vmalloc_range(vma, ring->pages,
				  at % (RST_FLIGHT_STRIDE >> PAGE_SHIFT));
	if (err)
		return err;
	kref_get(&ring->users);
	vma->vm_private_data = ring;
	vma->vm_ops = &ring_vm_ops;
	return 0;
}

static bool is_size(u32 kib)
{
	return kib >= RST_FLIGHT_KIB_MIN && kib <= RST_FLIGHT_KIB_MAX &&
	       is_power_of_2(kib);
}

/** rst_flight_check_params - can the module work with its parameters? */
bool rst_flight_check_params(void)
{
	return is_size(flight_kib);
}

/** rst_flight_kib - KiB of each ring that will be made */
u32 rst_flight_kib(void)
{
	return READ_ONCE(flight_kib);
}

/**
 * rst_flight_set_kib - size of the rings that will be made
 * @kib: of each; level_lock is held
 *
 * Return: 0, or -EINVAL for what is no power of two or out of bounds.
 */
int rst_flight_set_kib(u32 kib)
{
	if (!is_size(kib))
		return -EINVAL;
	WRITE_ONCE(flight_kib, kib);
	return 0;
}

/** rst_flight_stop_on - what freezes the recorder, bit n is RS_TRACE_FROZEN_n */
u32 rst_flight_stop_on(void)
{
	return READ_ONCE(stop_on_now);
}

/** rst_flight_set_stop_on - what freezes it from now on */
void rst_flight_set_stop_on(u32 stop_on)
{
	WRITE_ONCE(stop_on_now, stop_on);
}
