// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test-only: switches ftrace off for good, as ftrace does by itself after an
 * internal error. There is no way back but a reboot. It never loads.
 */
#include <linux/module.h>

#include <ringside/core.h>

static int __init kill_init(void)
{
	void (*kill)(void);

	kill = (void *)rs_func_address("ftrace_kill");
	if (!kill)
		return -ENOENT;
	kill();
	return -ECANCELED;
}
module_init(kill_init);

MODULE_DESCRIPTION("Ringside test: make ftrace give up");
MODULE_AUTHOR("The Ringside developers");
MODULE_LICENSE("GPL");
