// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modules and their devices: is it loaded, may we open it, is it new enough.
 * What the device can do once open is in the file named after its module.
 */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "internal.h"

static bool is_module_name(const char *s)
{
	if (!*s || strlen(s) > 55)
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '_')
			return false;
	return true;
}

/* Built-in drivers have a directory too; only modules have an initstate. */
static bool module_loaded(const char *module)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/%s/initstate", module);
	return !access(path, F_OK);
}

static int no_module(const char *module)
{
	return rs_failx(RS_ENOMOD,
			"kernel module %s is not loaded (try: modprobe %s)",
			module, module);
}

int rs_module_version(const char *module, char *buf, size_t len)
{
	char path[128];
	int ret;

	if (!is_module_name(module))
		return rs_failx(EINVAL, "'%s' is not a module name", module);
	if (!len)
		return rs_fail(ERANGE, "version of %s", module);
	if (!module_loaded(module))
		return no_module(module);
	snprintf(path, sizeof(path), "/sys/module/%s/version", module);
	ret = rs_sysfs_read(path, buf, len);
	if (ret == -ENOENT) {
		buf[0] = '\0';
		return 0;
	}
	return ret < 0 ? ret : 0;
}

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
		    !module_loaded(dev->module))
			return no_module(dev->module);
		return rs_fail(err, "%s", dev->path);
	}
	ret = check_abi(fd, dev, info ? info : &own);
	if (ret) {
		close(fd);
		return ret;
	}
	return fd;
}
