// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside.ko: the library under the guard and trace modules.
 *
 * It registers nothing and allocates nothing by itself: a loaded, idle core
 * costs the machine its text and nothing else. What it offers is declared in
 * include/ringside/core.h.
 */
#include <linux/module.h>

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
