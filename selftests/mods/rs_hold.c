// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test-only: holds a function of the kernel as a livepatch would, by an
 * ftrace_ops that may change where the function goes (and does not), so that a
 * test can show what becomes of others who want the same function.
 *
 *	insmod rs_hold.ko function=__x64_sys_sethostname
 */
#include <linux/ftrace.h>
#include <linux/module.h>

#include <ringside/core.h>

static char *function = "";
module_param(function, charp, 0444);
MODULE_PARM_DESC(function, "name of the function to hold");

static void notrace hold(unsigned long ip, unsigned long parent_ip,
			 struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
}

static struct rs_fset held = RS_FSET_INIT(held, hold,
					  FTRACE_OPS_FL_IPMODIFY);

static int __init hold_init(void)
{
	unsigned long address = rs_func_address(function);
	struct rs_fset_error error;

	return address ? rs_fset_update(&held, &address, 1, &error) : -ENOENT;
}
module_init(hold_init);

static void __exit hold_exit(void)
{
	struct rs_fset_error error;

	rs_fset_update(&held, NULL, 0, &error);
}
module_exit(hold_exit);

MODULE_DESCRIPTION("Ringside test: hold a function against other modifiers");
MODULE_AUTHOR("The Ringside developers");
MODULE_LICENSE("GPL");
