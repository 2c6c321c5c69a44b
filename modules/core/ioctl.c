// SPDX-License-Identifier: GPL-2.0-only
/*
 * One dispatcher for the ioctl tables of all devices, so that sizes, tails and
 * capabilities are judged in one place and by the same rules. The rules are
 * written down for callers in include/uapi/linux/ringside.h.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <ringside/core.h>

static const struct rs_ioctl *find_row(const struct rs_ioctl *table,
				       unsigned int nr, unsigned int cmd)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (table[i].cmd == cmd)
			return &table[i];
	return NULL;
}

static int read_arg(void *arg, const struct rs_ioctl *row, void __user *uarg,
		    u32 *usize)
{
	int err;

	if (get_user(*usize, (u32 __user *)uarg))
		return -EFAULT;
	if (*usize < row->min_size)
		return -EINVAL;
	if (*usize > PAGE_SIZE)
		return -E2BIG;
	err = copy_struct_from_user(arg, row->size, uarg, *usize);
	/* The caller may have changed it between the two reads. */
	if (!err)
		*(u32 *)arg = *usize;
	return err;
}

/**
 * rs_ioctl_dispatch - read the structure, check it, call the handler
 * @file: the open device; passed on to the handler
 * @cmd: the command that the caller asked for
 * @uarg: the caller's pointer
 * @table: rows of the device
 * @nr: length of @table
 *
 * The capability is that of the task that makes the call, not of the one that
 * opened the device: a descriptor that is handed on carries no privilege.
 *
 * Return: what the handler returned, or one of the errors that
 * include/uapi/linux/ringside.h documents for every ioctl.
 */
long rs_ioctl_dispatch(struct file *file, unsigned int cmd, unsigned long uarg,
		       const struct rs_ioctl *table, unsigned int nr)
{
	void __user *user = (void __user *)uarg;
	const struct rs_ioctl *row;
	u32 usize;
	long ret;

	row = find_row(table, nr, cmd);
	if (!row)
		return -ENOTTY;
	if (row->admin && !capable(CAP_SYS_ADMIN))
		return -EPERM;

	void *arg __free(kfree) = kzalloc(row->size, GFP_KERNEL_ACCOUNT);
	if (!arg)
		return -ENOMEM;
	ret = read_arg(arg, row, user, &usize);
	if (ret)
		return ret;
	ret = row->fn(file, arg);
	if (ret < 0 ? !row->write_error : !row->write_back)
		return ret;
	/* A longer structure of the caller keeps its tail, which is zero. */
	if (!copy_to_user(user, arg, min_t(size_t, usize, row->size)) ||
	    ret < 0)
		return ret;
	if (row->undo)
		row->undo(file, arg);
	return -EFAULT;
}
EXPORT_SYMBOL_GPL(rs_ioctl_dispatch);
