// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test-only: a livepatch, of /proc/cmdline or of a system call.
 *
 *	insmod rs_livepatch.ko				/proc/cmdline
 *	insmod rs_livepatch.ko call=__x64_sys_sethostname	fails with ENOANO
 *
 * It goes as livepatches go: 0 into its file 'enabled', wait, rmmod.
 */
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/ptrace.h>
#include <linux/seq_file.h>

static char *call;
module_param(call, charp, 0444);
MODULE_PARM_DESC(call, "function of the system call to patch instead");

static int patched_show(struct seq_file *m, void *v)
{
	seq_puts(m, "live patched\n");
	return 0;
}

static long patched_call(const struct pt_regs *regs)
{
	return -ENOANO;
}

static struct klp_func funcs[] = {
	{ .old_name = "cmdline_proc_show", .new_func = patched_show },
	{ }
};

static struct klp_object objects[] = {
	{ .funcs = funcs },
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objects,
};

static int __init livepatch_init(void)
{
	if (call) {
		funcs[0].old_name = call;
		funcs[0].new_func = patched_call;
	}
	return klp_enable_patch(&patch);
}
module_init(livepatch_init);

static void __exit livepatch_exit(void)
{
}
module_exit(livepatch_exit);

MODULE_DESCRIPTION("Ringside test: a livepatch");
MODULE_AUTHOR("The Ringside developers");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
