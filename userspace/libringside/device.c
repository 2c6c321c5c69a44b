// SPDX-License-Identifier: GPL-2.0-only
/*
 * The character devices: may we open one, is its module new enough. What a
 * device can do once open is in the file named after its module.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "internal.h"

const struct rs_device rs_guard_device = {
	.path = "/dev/ringside-guard",
	.module = "ringside_guard",
	.get_info = _IO(RS_IOC_MAGIC, RS_IOC_GUARD_BASE),
	.min_abi = 1,
};

const struct rs_device rs_trace_device = {
	.path = "/dev/ringside-trace",
	.module = "ringside_trace",
	.get_info = _IO(RS_IOC_MAGIC, RS_IOC_TRACE_BASE),
	.min_abi = 1,
};

static int check_abi(int fd, const struct rs_device *dev, struct rs_info *info)
{
	*info = (struct rs_info){ .size = sizeof(*info) };
	if (ioctl(fd, dev->get_info, info))
		return rs_fail(errno, "%s: GET_INFO", dev->path);
	info->version[sizeof(info->version) - 1] = '\0';
	if (info->abi < dev->min_abi)
		return rs_failx(RS_EABI,
				"kernel module %s is too old: ABI level %u, %u needed",
				dev->module, info->abi, dev->min_abi);
	return 0;
}

int rs_device_open(const struct rs_device *dev, struct rs_info *info)
{
	struct rs_info own;
	int fd, ret;

	fd = open(dev->path, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		int err = errno;

		if ((err == ENOENT || err == ENXIO || err == ENODEV) &&
		    rs_module_check(dev->module))
			return -RS_ENOMOD;
		return rs_fail(err, "%s", dev->path);
	}
	ret = check_abi(fd, dev, info ? info : &own);
	if (ret) {
		close(fd);
		return ret;
	}
	return fd;
}

int rs_device_info(const char *name, struct rs_info *info)
{
	const struct rs_device *dev;
	int fd;

	if (!strcmp(name, "guard"))
		dev = &rs_guard_device;
	else if (!strcmp(name, "trace"))
		dev = &rs_trace_device;
	else
		return rs_failx(EINVAL, "'%s' has no device node", name);
	fd = rs_device_open(dev, info);
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}
