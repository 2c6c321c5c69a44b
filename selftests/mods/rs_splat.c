// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module that misbehaves on request while it is being loaded, so that the
 * test harness can show that it notices. It never loads: every fault ends in
 * -ECANCELED, if the kernel lives to return it.
 */
#include <linux/delay.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/module.h>

static char *fault = "";
module_param(fault, charp, 0444);
MODULE_PARM_DESC(fault, "warn, oops, hang, flood or taint");

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

static const struct {
	const char *name;
	void (*run)(void);
} faults[] = {
	{ "warn", splat_warn },
	{ "oops", splat_oops },
	{ "hang", splat_hang },
	{ "flood", splat_flood },
	{ "taint", splat_taint },
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
