// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test-only: while it is loaded the kernel seems to lack some tracepoints, for
 * those who look for them by name, as on a kernel that has never had them.
 * Whoever has found them before keeps them; load it before the others.
 *
 *	insmod rs_hide.ko names=page_fault_user,sched_switch
 */
#include <linux/module.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#define MAX_NAMES	16

static char *names[MAX_NAMES];
static unsigned int nr_names;
module_param_array(names, charp, &nr_names, 0444);
MODULE_PARM_DESC(names, "of the tracepoints that are not there");

/* Of each name the tracepoint, and its own copy of the name. */
static struct tracepoint *hidden[MAX_NAMES];
static const char *name_of[MAX_NAMES];

static void hide(struct tracepoint *tp, void *unused)
{
	unsigned int i;

	for (i = 0; i < nr_names; i++)
		if (!strcmp(tp->name, names[i])) {
			hidden[i] = tp;
			name_of[i] = tp->name;
			tp->name = "";
			return;
		}
}

static void __exit hide_exit(void)
{
	unsigned int i;

	for (i = 0; i < nr_names; i++)
		if (hidden[i])
			hidden[i]->name = name_of[i];
}

static int __init hide_init(void)
{
	for_each_kernel_tracepoint(hide, NULL);
	return 0;
}

module_init(hide_init);
module_exit(hide_exit);

MODULE_DESCRIPTION("Ringside test: a kernel without some tracepoints");
MODULE_AUTHOR("The Ringside developers");
MODULE_LICENSE("GPL");
