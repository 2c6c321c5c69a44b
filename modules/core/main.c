// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside.ko: the library under the guard and trace modules.
 *
 * It registers nothing and allocates nothing by itself: a loaded, idle core
 * costs the machine its text and nothing else. What it offers is declared in
 * include/ringside/core.h.
 */
#include <linux/module.h>

#include <ringside/core.h>

static bool guard = true;
module_param(guard, bool, 0444);
MODULE_PARM_DESC(guard, "off: no policy of the guard can be attached");

/**
 * rs_guard_allowed - may the guard attach policies?
 *
 * The parameter is here so that "ringside.guard=off" on the kernel's command
 * line does what it says, whatever modules are called.
 *
 * Return: whether it may.
 */
bool rs_guard_allowed(void)
{
	return guard;
}
EXPORT_SYMBOL_GPL(rs_guard_allowed);

static int __init ringside_init(void)
{
	pr_info("ringside: version %s loaded\n", RS_VERSION);
	return 0;
}

static void __exit ringside_exit(void)
{
}

module_init(ringside_init);
module_exit(ringside_exit);

MODULE_DESCRIPTION("Ringside core: hook sets and ioctl dispatch");
MODULE_AUTHOR("The Ringside developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(RS_VERSION);
