// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/ringside-trace: open, ioctl, mmap. What a reader may expect is written
 * in include/uapi/linux/ringside_trace.h.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <ringside/core.h>

#include "cred_guard.h"
#include "flight.h"
#include "trace.h"
#include "vmexit.h"

/**
 * struct reader - an open descriptor
 * @lock: serialises changes of @request; taken outside level_lock
 * @request: what the descriptor asks for
 * @guard: RS_TRACE_GUARD_* that it asks for; protected by @lock
 */
struct reader {
	struct mutex lock;
	struct rst_request request;
	u32 guard;
};

static int reader_open(struct inode *inode, struct file *file)
{
	struct reader *reader;
	int err;

	if (!perfmon_capable())
		return -EPERM;
	err = rst_area_create();
	if (err)
		return err;
	reader = kzalloc(sizeof(*reader), GFP_KERNEL_ACCOUNT);
	if (!reader)
		return -ENOMEM;
	mutex_init(&reader->lock);
	err = rst_level_open();
	if (err) {
		kfree(reader);
		return err;
	}
	file->private_data = reader;
	return 0;
}

static int reader_release(struct inode *inode, struct file *file)
{
	struct reader *reader = file->private_data;

	rst_level_close(reader->request);
	rst_guard_change(reader->guard, RS_TRACE_GUARD_OFF);
	kfree(reader);
	return 0;
}

static int reader_mmap(struct file *file, struct vm_area_struct *vma)
{
	return rst_area_map(vma);
}

/** rst_features - RS_TRACE_F_* bits of this kernel */
u64 rst_features(void)
{
	u64 features = rst_causes_features();

	if (rst_cred_available())
		features |= RS_TRACE_F_CRED | RS_TRACE_F_CRED_GUARD;
	if (rst_vmexit_available())
		features |= RS_TRACE_F_VM_EXIT;
	if (features & RS_TRACE_F_LATENCY && features & RS_TRACE_F_OFF_CPU)
		features |= RS_TRACE_F_FLIGHT;
	return features;
}

static long get_info(struct file *file, void *arg)
{
	struct rs_info *info = arg;

	*info = (struct rs_info) {
		.size = sizeof(*info),
		.abi = RS_TRACE_ABI,
		.features = READ_ONCE(rst_area_page()->features),
	};
	strscpy(info->version, RS_VERSION, sizeof(info->version));
	return 0;
}

static long set_level(struct file *file, void *arg)
{
	const struct rs_trace_level *level = arg;
	struct reader *reader = file->private_data;
	struct rst_request request = {
		.level = level->level,
		.off_cpu = level->flags & RS_TRACE_WANT_OFF_CPU,
		.who = level->flags & RS_TRACE_WANT_WHO,
	};
	int err;

	if (level->level > RST_LEVEL_MAX || level->reserved ||
	    level->flags & ~(RS_TRACE_WANT_OFF_CPU | RS_TRACE_WANT_WHO) ||
	    (level->flags && level->level < RS_TRACE_LEVEL_LATENCY))
		return -EINVAL;
	guard(mutex)(&reader->lock);
	err = rst_level_change(reader->request, request);
	if (!err)
		reader->request = request;
	return err;
}

static long get_group(struct file *file, void *arg)
{
	return rst_who_next_group(arg);
}

static long get_tasks(struct file *file, void *arg)
{
	return rst_who_tasks(arg);
}

static long set_freeze(struct file *file, void *arg)
{
	const struct rs_trace_freeze *freeze = arg;

	if (freeze->frozen > 1)
		return -EINVAL;
	return rst_flight_freeze(freeze->frozen);
}

static long set_guard(struct file *file, void *arg)
{
	const struct rs_trace_guard *guard = arg;
	struct reader *reader = file->private_data;
	int err;

	if (guard->guard > RS_TRACE_GUARD_FULL)
		return -EINVAL;
	guard(mutex)(&reader->lock);
	err = rst_guard_change(reader->guard, guard->guard);
	if (!err)
		reader->guard = guard->guard;
	return err;
}

static long get_guard(struct file *file, void *arg)
{
	struct rs_trace_guard_state *out = arg;
	struct rst_guard_state state;
	unsigned int i;

	rst_guard_state(&state);
	*out = (struct rs_trace_guard_state) {
		.size = sizeof(*out),
		.guard = state.guard,
		.action = state.action,
		.untracked = state.untracked,
		.sweeps = state.sweeps,
	};
	static_assert(ARRAY_SIZE(out->unexplained) == RST_NR_PATTERNS);
	for (i = 0; i < RST_NR_PATTERNS; i++)
		out->unexplained[i] = state.unexplained[i];
	return 0;
}

static const struct rs_ioctl ioctls[] = {
	{ .cmd = RS_TRACE_GET_INFO, .size = sizeof(struct rs_info),
	  .min_size = sizeof(struct rs_info), .write_back = true,
	  .fn = get_info },
	{ .cmd = RS_TRACE_SET_LEVEL, .size = sizeof(struct rs_trace_level),
	  .min_size = offsetofend(struct rs_trace_level, level),
	  .fn = set_level },
	{ .cmd = RS_TRACE_NEXT_GROUP, .size = sizeof(struct rs_trace_group),
	  .min_size = sizeof(struct rs_trace_group), .write_back = true,
	  .fn = get_group },
	{ .cmd = RS_TRACE_GET_TASKS, .size = sizeof(struct rs_trace_tasks),
	  .min_size = sizeof(struct rs_trace_tasks), .write_back = true,
	  .fn = get_tasks },
	{ .cmd = RS_TRACE_SET_FREEZE, .size = sizeof(struct rs_trace_freeze),
	  .min_size = sizeof(struct rs_trace_freeze), .fn = set_freeze },
	{ .cmd = RS_TRACE_SET_GUARD, .size = sizeof(struct rs_trace_guard),
	  .min_size = sizeof(struct rs_trace_guard), .fn = set_guard },
	{ .cmd = RS_TRACE_GET_GUARD,
	  .size = sizeof(struct rs_trace_guard_state),
	  .min_size = sizeof(struct rs_trace_guard_state), .write_back = true,
	  .fn = get_guard },
};

static long reader_ioctl(struct file *file, unsigned int cmd,
			 unsigned long arg)
{
	return rs_ioctl_dispatch(file, cmd, arg, ioctls, ARRAY_SIZE(ioctls));
}

static const struct file_operations reader_fops = {
	.owner = THIS_MODULE,
	.open = reader_open,
	.release = reader_release,
	.mmap = reader_mmap,
	.unlocked_ioctl = reader_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

struct miscdevice rst_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "ringside-trace",
	.mode = 0600,
	.fops = &reader_fops,
	.groups = rst_groups,
};
