// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test-only: puts the core's interfaces behind a device, so that core_test can
 * check from user space what they promise to the other modules. Never installed.
 */
#include <linux/delay.h>
#include <linux/miscdevice.h>
#include <linux/module.h>

#include <ringside/core.h>

#include "rs_core_test.h"

static const char *const func_names[RSX_FUNCS] = {
	"__x64_sys_getppid", "__x64_sys_getpriority", "__x64_sys_umask",
	"__x64_sys_umask",
};

static unsigned long addresses[RSX_FUNCS];
static atomic64_t hits[RSX_FUNCS];

static void notrace count_hit(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	unsigned int i;

	for (i = 0; i < RSX_FUNCS; i++)
		if (addresses[i] == ip)
			atomic64_inc(&hits[i]);
}

static struct rs_fset sets[2] = {
	RS_FSET_INIT(sets[0], count_hit, FTRACE_OPS_FL_IPMODIFY),
	RS_FSET_INIT(sets[1], count_hit, FTRACE_OPS_FL_IPMODIFY),
};

static long echo(struct file *file, void *arg)
{
	struct rsx_echo *e = arg;

	e->twice = 2ULL * e->value;
	return 0;
}

static u32 bit_of(unsigned long ip)
{
	unsigned int i;

	for (i = 0; i < RSX_FUNCS; i++)
		if (ip && addresses[i] == ip)
			return BIT(i);
	return 0;
}

static long hook(struct file *file, void *arg)
{
	struct rsx_hook *h = arg;
	struct rs_fset_error error;
	unsigned long ips[RSX_FUNCS];
	unsigned int i, nr = 0;

	if (h->set >= ARRAY_SIZE(sets) || h->funcs >= BIT(RSX_FUNCS))
		return -EINVAL;
	for (i = 0; i < RSX_FUNCS; i++)
		if (h->funcs & BIT(i))
			ips[nr++] = addresses[i];
	h->error = rs_fset_update(&sets[h->set], ips, nr, &error);
	h->blamed = bit_of(error.ip);
	h->armed = !rs_fset_check(&sets[h->set], &error);
	for (i = 0; i < RSX_FUNCS; i++)
		h->hits[i] = atomic64_read(&hits[i]);
	return 0;
}

static atomic64_t switches;

/* Any prototype will do: only the first argument, the data, is looked at. */
static void count_switch(void *data)
{
	atomic64_inc(data);
}

static long probe(struct file *file, void *arg)
{
	struct rsx_probe *p = arg;
	struct rs_tracepoint tps[] = {
		{ .name = "sched_switch", .probe = count_switch },
		{ .name = "ringside_no_such_tracepoint", .probe = count_switch,
		  .optional = p->optional },
	};
	const char *failed = NULL;

	atomic64_set(&switches, 0);
	p->error = rs_tracepoints_attach(tps, ARRAY_SIZE(tps), &switches,
					 &failed);
	p->present = (tps[0].tp ? 1 : 0) + (tps[1].tp ? 2 : 0);
	if (!p->error) {
		msleep(50);
		rs_tracepoints_detach(tps, ARRAY_SIZE(tps), &switches);
	}
	p->switches = atomic64_read(&switches);
	return 0;
}

#define ROW(_cmd, _struct, _min, _admin, _fn) {				\
	.cmd = (_cmd), .size = sizeof(_struct), .min_size = (_min),	\
	.admin = (_admin), .write_back = true, .fn = (_fn),		\
}

static const struct rs_ioctl table[] = {
	ROW(RSX_IOC_ECHO, struct rsx_echo, RSX_ECHO_MIN, false, echo),
	ROW(RSX_IOC_ADMIN, struct rsx_echo, RSX_ECHO_MIN, true, echo),
	ROW(RSX_IOC_HOOK, struct rsx_hook, sizeof(struct rsx_hook), true, hook),
	ROW(RSX_IOC_PROBE, struct rsx_probe, sizeof(struct rsx_probe), true,
	    probe),
};

static long test_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return rs_ioctl_dispatch(file, cmd, arg, table, ARRAY_SIZE(table));
}

static const struct file_operations test_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = test_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice test_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = RSX_DEVICE,
	.fops = &test_fops,
	.mode = 0666,
};

static int __init rs_core_test_init(void)
{
	unsigned int i;

	for (i = 0; i < RSX_FUNCS; i++) {
		addresses[i] = rs_func_address(func_names[i]);
		if (!addresses[i])
			return -ENOENT;
	}
	addresses[ilog2(RSX_BAD)] += 16;
	return misc_register(&test_device);
}

static void __exit rs_core_test_exit(void)
{
	struct rs_fset_error error;
	unsigned int i;

	misc_deregister(&test_device);
	for (i = 0; i < ARRAY_SIZE(sets); i++)
		rs_fset_update(&sets[i], NULL, 0, &error);
}

module_init(rs_core_test_init);
module_exit(rs_core_test_exit);

MODULE_DESCRIPTION("Ringside test: the core behind a device");
MODULE_AUTHOR("The Ringside developers");
MODULE_LICENSE("GPL");
