// SPDX-License-Identifier: GPL-2.0-only
/*
 * What does it cost to leave for the hypervisor and come back? A guest can not
 * see its exits, but it can cause one: CPUID always is one under VMX, and
 * wherever else a hypervisor wants to choose what a guest sees. Now and then
 * each CPU that is online executes one and looks at the clock before and after,
 * with interrupts off. Off by default, and then nothing is there.
 *
 * An instruction that the hypervisor, or one below it, emulates slowly shows up
 * here; how many exits the workload has, only the host knows.
 */
#include <linux/cpu.h>
#include <linux/kernel_stat.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <linux/workqueue.h>
#include <asm/cpufeature.h>
#include <asm/tsc.h>

#define CREATE_TRACE_POINTS
#include "vmexit_event.h"

#include "record.h"
#include "vmexit.h"

/* Outermost; the work takes it never. */
static DEFINE_MUTEX(vmexit_lock);
static u32 period_ms;		/* vmexit_lock for writing */

/* The fastest of the last round, 0 before the first. */
static u64 last_ns;

/* Of one round. Written on each CPU by its sample. */
static DEFINE_PER_CPU(u64, sample_ticks);

/* The instruction itself, not what the kernel may have put in its place. */
static __always_inline void leave_and_come_back(void)
{
	u32 eax = 0, ecx = 0;

	asm volatile("cpuid" : "+a" (eax), "+c" (ecx) : : "ebx", "edx");
}

/* Interrupts are off. */
static void sample(void *unused)
{
	const struct rst_cpu *cpu = this_cpu_ptr(&rst_cpus);
	u64 start, ticks;

	start = rdtsc_ordered();
	leave_and_come_back();
	ticks = rdtsc_ordered() - start;
	rst_count(RST_VM_EXIT);
	if (rst_area_hdr())
		rst_record(cpu, RST_VM_EXIT, ticks, RST_HIST_BITS_HDR);
	else
		rst_record(cpu, RST_VM_EXIT, ticks, 0);
	__this_cpu_write(sample_ticks, ticks);
	trace_vm_exit_sample(smp_processor_id(), rst_ns(ticks),
			     kcpustat_this_cpu->cpustat[CPUTIME_STEAL]);
}

static void next_round(struct work_struct *work);
static DECLARE_DELAYED_WORK(round_work, next_round);

static void next_round(struct work_struct *work)
{
	u64 best = U64_MAX;
	unsigned int cpu;

	cpus_read_lock();
	on_each_cpu(sample, NULL, 1);
	for_each_online_cpu(cpu)
		best = min(best, per_cpu(sample_ticks, cpu));
	cpus_read_unlock();
	WRITE_ONCE(last_ns, rst_ns(best));
	schedule_delayed_work(&round_work,
			      msecs_to_jiffies(READ_ONCE(period_ms)));
}

/** rst_vmexit_available - is there a hypervisor, and a clock to time it with? */
bool rst_vmexit_available(void)
{
	return boot_cpu_has(X86_FEATURE_HYPERVISOR) && tsc_khz;
}

/** rst_vmexit_period_ms - time between two rounds, 0 for none */
u32 rst_vmexit_period_ms(void)
{
	return READ_ONCE(period_ms);
}

/**
 * rst_vmexit_set_period_ms - sample from now on, or no more
 * @ms: time between two rounds of all CPUs; 0 ends them
 *
 * Return: 0, -ERANGE for more than a day, -EOPNOTSUPP without a hypervisor or
 * without a known rate of the time stamp counter, or -ENOMEM.
 */
int rst_vmexit_set_period_ms(u32 ms)
{
	int err;

	if (ms > RST_VMEXIT_MAX_MS)
		return -ERANGE;
	guard(mutex)(&vmexit_lock);
	cancel_delayed_work_sync(&round_work);
	WRITE_ONCE(period_ms, 0);
	if (!ms)
		return 0;
	if (!rst_vmexit_available())
		return -EOPNOTSUPP;
	err = rst_area_create();
	if (!err)
		err = rst_area_add_records();
	if (err)
		return err;
	WRITE_ONCE(period_ms, ms);
	schedule_delayed_work(&round_work, 0);
	return 0;
}

/** rst_vmexit_ns - the fastest CPU of the last round, 0 before the first */
u64 rst_vmexit_ns(void)
{
	return READ_ONCE(last_ns);
}

/** rst_vmexit_exit - the module goes */
void rst_vmexit_exit(void)
{
	rst_vmexit_set_period_ms(0);
}
