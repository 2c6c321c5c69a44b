// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module that misbehaves on request while it is being loaded, so that the
 * test harness can show that it notices. It never loads: every fault ends in
 * -ECANCELED, if the kernel lives to return it.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

static char *fault = "";
module_param(fault, charp, 0444);
MODULE_PARM_DESC(fault, "which one; the names are in the source");

static void splat_warn(void)
{
	WARN(1, "rs_splat: asked to warn\n");
}

static void splat_oops(void)
{
	*(volatile int *)8 = 1;
}

static void splat_hang(void)
{
	local_irq_disable();
	for (;;)
		cpu_relax();
}

/* Bounded: should nobody stop it, it ends by itself. */
static void splat_flood(void)
{
	unsigned long end = jiffies + 120 * HZ;

	while (time_before(jiffies, end))
		pr_info("rs_splat: the quick brown fox jumps over the lazy dog, again and again and again and again\n");
}

static void splat_taint(void)
{
	add_taint(TAINT_USER, LOCKDEP_STILL_OK);
}

/* What follows is noticed only by a kernel that looks for it. */

static void splat_use_after_free(void)
{
	int *p = kmalloc(64, GFP_KERNEL);

	if (!p)
		return;
	kfree(p);
	/* The compiler knows what kfree() means. */
	OPTIMIZER_HIDE_VAR(p);
	WRITE_ONCE(*p, 1);
}

static void splat_inversion(void)
{
	static DEFINE_MUTEX(a);
	static DEFINE_MUTEX(b);

	mutex_lock(&a);
	mutex_lock(&b);
	mutex_unlock(&b);
	mutex_unlock(&a);
	mutex_lock(&b);
	mutex_lock(&a);
	mutex_unlock(&a);
	mutex_unlock(&b);
}

static void splat_atomic_sleep(void)
{
	static DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	msleep(20);
	spin_unlock(&lock);
}

static void splat_leak(void)
{
	void *p = kmalloc(4242, GFP_KERNEL);

	/* Not even a register may remember it. */
	OPTIMIZER_HIDE_VAR(p);
	p = NULL;
	OPTIMIZER_HIDE_VAR(p);
}

static unsigned long raced;

static int race(void *unused)
{
	unsigned long end = jiffies + 3 * HZ;

	while (time_before(jiffies, end)) {
		raced++;
		cond_resched();
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static void splat_race(void)
{
	struct task_struct *a = kthread_run(race, NULL, "rs_race/a");
	struct task_struct *b = kthread_run(race, NULL, "rs_race/b");

	msleep(4000);
	if (!IS_ERR(a))
		kthread_stop(a);
	if (!IS_ERR(b))
		kthread_stop(b);
}

static void splat_shift(void)
{
	unsigned int bits = 40;

	/* The compiler would warn. */
	OPTIMIZER_HIDE_VAR(bits);
	pr_info("rs_splat: %d\n", 1 << bits);
}

static const struct {
	const char *name;
	void (*run)(void);
} faults[] = {
	{ "warn", splat_warn },
	{ "oops", splat_oops },
	{ "hang", splat_hang },
	{ "flood", splat_flood },
	{ "taint", splat_taint },
	{ "use-after-free", splat_use_after_free },
	{ "inversion", splat_inversion },
	{ "atomic-sleep", splat_atomic_sleep },
	{ "leak", splat_leak },
	{ "race", splat_race },
	{ "shift", splat_shift },
};

static int __init splat_init(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		if (!strcmp(fault, faults[i].name)) {
			faults[i].run();
			return -ECANCELED;
		}
	}
	return -EINVAL;
}
module_init(splat_init);

MODULE_DESCRIPTION("Ringside test: provoke what the test harness must notice");
MODULE_AUTHOR("The Ringside developers");
MODULE_LICENSE("GPL");
