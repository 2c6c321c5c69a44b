// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does a thread go back to user mode with the credentials that it was seen to
 * commit? The check at the border: a notifier of its own on every return to
 * user mode, so that it works at any level of counting; or, while returns are
 * counted anyway, as the first thing that the counter's notifier does, which is
 * cheaper.
 *
 * Only here, because only here everything is balanced: in the middle of a call
 * overlayfs, nfsd and many others act with the credentials of somebody else,
 * and give them back before they return.
 *
 * Two loads more than the pointers themselves: whose record the CPU looked at
 * last, and whether the thread is still the same. All else is out of line.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/irqflags.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/smp.h>

#include "cred_guard.h"
#include "trace.h"

DEFINE_PER_CPU(struct rst_cred_cpu, rst_cred_cpus);

/* No thread has this address. */
static struct rst_cred_record nobody;

/*
 * Serialises what the guard and the level want; inside of their locks. The rest
 * is protected by it, and is written with CPU hotplug locked out as well.
 */
static DEFINE_MUTEX(border_lock);
static bool armed;
static bool check_all;	/* what credentials say as well */
static bool joined;	/* returns are counted */

/* Dynamic state that cpuhp gave us; valid while armed. */
static enum cpuhp_state hotplug_state;

static atomic64_t untracked;

static enum rst_cred_pattern pattern_of(const struct rst_cred_record *record,
					const struct cred *cred,
					const struct cred *real)
{
	if (cred != real)
		return RST_PATTERN_SPLIT;
	return cred == record->cred ? RST_PATTERN_CONTENT : RST_PATTERN_POINTER;
}

static const char * const words[] = {
	[RST_PATTERN_POINTER] = "pointer",
	[RST_PATTERN_CONTENT] = "content",
	[RST_PATTERN_SPLIT] = "split",
};

/* Each change once: from now on that is what the thread has. */
static void raise_alarm(struct rst_cred_record *record, const struct cred *cred,
			const struct cred *real)
{
	struct rst_cred_change change = { .task = current, .caller = "none" };
	enum rst_cred_pattern pattern = pattern_of(record, cred, real);

	change.old = record->set;
	rst_cred_read(&change.new, cred, &change.old);
	rst_cred_write(record, cred, real);
	rst_cred_find_call(&change.call);
	change.why = words[pattern];
	rst_cred_name_exe(change.exe, current->mm);
	rst_cred_report(&change, pattern);
}

/* Another thread than last time, or something is wrong. */
static noinline void look_closer(struct rst_cred_cpu *cpu, bool full)
{
	const struct cred *cred = rst_cred_of(current);
	const struct cred *real = rst_real_cred_of(current);
	struct rst_cred_record *record = cpu->record;
	bool is_new = false;

	if (record->task != (unsigned long)current) {
		record = rst_cred_claim(READ_ONCE(rst_cred_table), current,
					&is_new);
		if (!record) {
			cpu->record = &nobody;
			return;
		}
		cpu->record = record;
	}
	if (is_new) {
		rst_border_untracked();
		rst_cred_write(record, cred, real);
		return;
	}
	if (cred != record->cred || real != record->real ||
	    (full && !rst_cred_is_same(cred, record)))
		raise_alarm(record, cred, real);
}

static __always_inline struct rst_cred_cpu *
cpu_of(struct user_return_notifier *notifier)
{
	return container_of(notifier, struct rst_cred_cpu, notifier);
}

/* Hot: each instruction is paid on every system call. */
static __always_inline bool is_known(const struct rst_cred_record *record)
{
	const struct task_struct *task = current;
	const struct cred *cred = record->cred;

	return record->task == (unsigned long)task &&
	       rst_cred_of(task) == cred &&
	       rst_real_cred_of(task) == cred;
}

static void notrace check_pointer(struct user_return_notifier *notifier)
{
	struct rst_cred_cpu *cpu = cpu_of(notifier);

	if (unlikely(!is_known(cpu->record)))
		look_closer(cpu, false);
}

static void notrace check_full(struct user_return_notifier *notifier)
{
	struct rst_cred_cpu *cpu = cpu_of(notifier);
	const struct rst_cred_record *record = cpu->record;

	if (unlikely(!is_known(record) ||
		     !rst_cred_is_same(record->cred, record)))
		look_closer(cpu, true);
}

/* All of it out of line and called last, to spare the hot path a frame. */
static noinline void
look_closer_and_count(struct user_return_notifier *notifier, bool full)
{
	look_closer(this_cpu_ptr(&rst_cred_cpus), full);
	READ_ONCE(rst_count_next)(notifier);
}

static __always_inline void
check_and_count(struct user_return_notifier *notifier, bool full)
{
	const struct rst_cred_record *record;

	record = __this_cpu_read(rst_cred_cpus.record);
	if (unlikely(!is_known(record) ||
		     (full && !rst_cred_is_same(record->cred, record))))
		look_closer_and_count(notifier, full);
	else
		READ_ONCE(rst_count_next)(notifier);
}

static void notrace check_pointer_and_count(struct user_return_notifier *n)
{
	check_and_count(n, false);
}

static void notrace check_full_and_count(struct user_return_notifier *n)
{
	check_and_count(n, true);
}

/* Interrupts are off. */
static void register_here(void *unused)
{
	user_return_notifier_register(this_cpu_ptr(&rst_cred_cpus.notifier));
}

static void unregister_here(void *unused)
{
	user_return_notifier_unregister(this_cpu_ptr(&rst_cred_cpus.notifier));
}

/* As in count.c, unless the counter's notifier does it. */
static int start_cpu(unsigned int cpu)
{
	if (joined)
		return 0;
	local_irq_disable();
	register_here(NULL);
	local_irq_enable();
	return 0;
}

static int stop_cpu(unsigned int cpu)
{
	if (joined)
		return 0;
	local_irq_disable();
	unregister_here(NULL);
	local_irq_enable();
	return 0;
}

/* Tell all CPUs, those that are off as well, what to call. */
static void tell_cpus(void)
{
	unsigned int cpu;

	lockdep_assert_held(&border_lock);
	for_each_possible_cpu(cpu)
		WRITE_ONCE(per_cpu(rst_cred_cpus, cpu).notifier.on_user_return,
			   check_all ? check_full : check_pointer);
	if (!armed || !joined)
		rst_count_check(NULL);
	else
		rst_count_check(check_all ? check_full_and_count :
					    check_pointer_and_count);
}

/**
 * rst_border_join - returns are counted from now on
 *
 * First one more looks, and then one less: no return goes unseen.
 */
void rst_border_join(void)
{
	guard(mutex)(&border_lock);
	cpus_read_lock();
	joined = true;
	tell_cpus();
	if (armed)
		on_each_cpu(unregister_here, NULL, 1);
	cpus_read_unlock();
}

/** rst_border_part - returns will not be counted any more */
void rst_border_part(void)
{
	guard(mutex)(&border_lock);
	cpus_read_lock();
	if (armed)
		on_each_cpu(register_here, NULL, 1);
	joined = false;
	tell_cpus();
	cpus_read_unlock();
}

static void forget_cpus(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		per_cpu(rst_cred_cpus, cpu).record = &nobody;
}

/**
 * rst_border_use - check more, or less, on all CPUs and those that come
 * @full: what credentials say as well, not only which they are
 */
void rst_border_use(bool full)
{
	guard(mutex)(&border_lock);
	cpus_read_lock();
	check_all = full;
	tell_cpus();
	cpus_read_unlock();
}

/**
 * rst_border_start - check returns on all CPUs, and on those that come
 * @full: as for rst_border_use()
 *
 * Return: 0, or -ENOSPC or -ENOMEM of CPU hotplug.
 */
int rst_border_start(bool full)
{
	int state;

	rst_border_use(full);
	guard(mutex)(&border_lock);
	state = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN,
				  "ringside/credentials:online", start_cpu,
				  stop_cpu);
	if (state < 0)
		return state;
	hotplug_state = state;
	cpus_read_lock();
	armed = true;
	tell_cpus();
	cpus_read_unlock();
	return 0;
}

/** rst_border_stop - when it returns, nothing is checked and no record held */
void rst_border_stop(void)
{
	guard(mutex)(&border_lock);
	cpus_read_lock();
	armed = false;
	tell_cpus();
	cpus_read_unlock();
	/* Notifiers run with interrupts off. */
	synchronize_rcu();
	cpuhp_remove_state(hotplug_state);
	forget_cpus();
}

/** rst_border_init - before anything looks at the records of CPUs */
void __init rst_border_init(void)
{
	forget_cpus();
}

/** rst_border_untracked - a thread was found whose credentials were not known */
void rst_border_untracked(void)
{
	atomic64_inc(&untracked);
}

/** rst_border_nr_untracked - how many */
u64 rst_border_nr_untracked(void)
{
	return atomic64_read(&untracked);
}
