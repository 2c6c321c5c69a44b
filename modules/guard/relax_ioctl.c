// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ioctls of grants: is what the caller says a grant, and what becomes of
 * one that he can not be told of? What a grant does is in relax.c.
 */
#include "guard.h"

static bool names_calls(const struct rsg_relax *arg)
{
	unsigned int i;
	u64 any = 0;

	for (i = 0; i < RSG_RELAX_WORDS; i++)
		any |= arg->calls[i];
	return any;
}

/**
 * rsg_relax_ioctl - RSG_IOC_RELAX
 * @file: descriptor of the device
 * @arg: struct rsg_relax; gets the id
 *
 * Return: as the uapi header says.
 */
long rsg_relax_ioctl(struct file *file, void *arg)
{
	struct rsg_relax *relax = arg;

	if (relax->id || relax->pid <= 0 || relax->flags || relax->uses ||
	    !relax->ms || relax->ms > RSG_RELAX_MAX_MS || !names_calls(relax))
		return -EINVAL;
	return rsg_relax_enabled ? rsg_relax(relax) : -EOPNOTSUPP;
}

/**
 * rsg_relax_undo - the caller of RSG_IOC_RELAX can not be told the id
 * @file: descriptor of the device
 * @arg: what rsg_relax_ioctl() filled
 */
void rsg_relax_undo(struct file *file, void *arg)
{
	const struct rsg_relax *relax = arg;

	rsg_relax_end(relax->id);
}

/**
 * rsg_relax_end_ioctl - RSG_IOC_RELAX_END
 * @file: descriptor of the device
 * @arg: struct rsg_id
 *
 * Return: as the uapi header says.
 */
long rsg_relax_end_ioctl(struct file *file, void *arg)
{
	const struct rsg_id *which = arg;

	return rsg_relax_end(which->id);
}

/**
 * rsg_relax_get_ioctl - RSG_IOC_GET_RELAX
 * @file: descriptor of the device
 * @arg: struct rsg_relax
 *
 * Return: as the uapi header says.
 */
long rsg_relax_get_ioctl(struct file *file, void *arg)
{
	return rsg_relax_next(arg);
}
