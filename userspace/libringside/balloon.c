// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding the virtio-balloon device, setting its guest's own target, and
 * taking it away from another driver. All of it is sysfs; the attributes are
 * described in Documentation/ABI/testing of the source.
 */
#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "internal.h"

#define DEVICES	"/sys/bus/virtio/devices"
#define DRIVERS	"/sys/bus/virtio/drivers"
#define OURS	"ringside_balloon"

/* The number of the kind of device, see linux/virtio_ids.h. */
#define BALLOON_ID "0x0005"

static bool is_balloon(const char *device)
{
	char path[PATH_MAX], id[16];

	snprintf(path, sizeof(path), DEVICES "/%s/device", device);
	return rs_sysfs_read(path, id, sizeof(id)) >= 0 &&
	       !strcmp(id, BALLOON_ID);
}

static void read_driver(struct rs_balloon *balloon)
{
	char path[PATH_MAX], link[PATH_MAX];
	const char *name;
	ssize_t n;

	snprintf(path, sizeof(path), DEVICES "/%s/driver", balloon->device);
	n = readlink(path, link, sizeof(link) - 1);
	if (n < 0)
		n = 0;
	link[n] = '\0';
	name = strrchr(link, '/');
	snprintf(balloon->driver, sizeof(balloon->driver), "%.63s",
		 name ? name + 1 : "");
}

static int is_device(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* Name of the first balloon, or an empty one. */
static void find_first(char *device, size_t len)
{
	struct dirent **list;
	int i, n;

	device[0] = '\0';
	n = scandir(DEVICES, &list, is_device, versionsort);
	if (n < 0)
		return;
	for (i = 0; i < n; i++) {
		if (!device[0] && is_balloon(list[i]->d_name))
			snprintf(device, len, "%.63s", list[i]->d_name);
		free(list[i]);
	}
	free(list);
}

/* The name becomes part of a path. */
static bool is_device_name(const char *name)
{
	return name[0] && name[0] != '.' && !strchr(name, '/') &&
	       strlen(name) < RS_BALLOON_NAME_LEN;
}

static int find_named(const char *device, struct rs_balloon *balloon)
{
	char path[PATH_MAX];

	if (!is_device_name(device))
		return rs_fail(ENODEV, "%s", device);
	snprintf(path, sizeof(path), DEVICES "/%s", device);
	if (access(path, F_OK))
		return rs_fail(ENODEV, "%s", device);
	if (!is_balloon(device))
		return rs_failx(EINVAL, "%s: not a virtio-balloon device",
				device);
	strcpy(balloon->device, device);
	return 0;
}

int rs_balloon_find(const char *device, struct rs_balloon *balloon)
{
	if (device) {
		int ret = find_named(device, balloon);

		if (ret)
			return ret;
	} else {
		find_first(balloon->device, sizeof(balloon->device));
		if (!balloon->device[0])
			return rs_failx(ENODEV,
					"this machine has no virtio-balloon device");
	}
	read_driver(balloon);
	return 0;
}

/* A device that ringside_balloon has. */
static int find_ours(const char *device, struct rs_balloon *balloon)
{
	int ret = rs_module_check(OURS);

	if (!ret)
		ret = rs_balloon_find(device, balloon);
	if (ret || !strcmp(balloon->driver, OURS))
		return ret;
	if (!balloon->driver[0])
		return rs_failx(EBUSY, "%s: no driver has it", balloon->device);
	return rs_failx(EBUSY, "%s: the driver %s has it", balloon->device,
			balloon->driver);
}

int rs_balloon_attributes(const char *device,
			  int (*each)(const char *attr, const char *val,
				      void *arg), void *arg)
{
	struct rs_balloon balloon;
	char dir[PATH_MAX];
	int ret = find_ours(device, &balloon);

	if (ret)
		return ret;
	snprintf(dir, sizeof(dir), DEVICES "/%s/ringside", balloon.device);
	return rs_attributes_in(dir, each, arg);
}

static int target_failed(const struct rs_balloon *balloon, uint64_t bytes,
			 int ret)
{
	switch (ret) {
	case -EINVAL:
		return rs_failx(EINVAL, "%s: %" PRIu64
				" bytes is not a multiple of 4096",
				balloon->device, bytes);
	case -ERANGE:
		return rs_failx(ERANGE, "%s: %" PRIu64
				" bytes is more than this machine has",
				balloon->device, bytes);
	case -EOPNOTSUPP:
		return rs_failx(EOPNOTSUPP,
				"%s: only report mode can hold more than the host asks for",
				balloon->device);
	default:
		return ret;
	}
}

int rs_balloon_set_target(const char *device, uint64_t bytes)
{
	struct rs_balloon balloon;
	char path[PATH_MAX];
	int ret = find_ours(device, &balloon);

	if (ret)
		return ret;
	snprintf(path, sizeof(path), DEVICES "/%s/ringside/target",
		 balloon.device);
	ret = bytes ? rs_sysfs_write_u64(path, bytes) :
		      rs_sysfs_write(path, "auto");
	return target_failed(&balloon, bytes, ret);
}

/* @what is "bind" or "unbind". */
static int tell_driver(const char *driver, const char *what,
		       const char *device)
{
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), DRIVERS "/%s/%s", driver, what);
	ret = rs_sysfs_write(path, device);
	if (ret)
		return rs_fail(-ret, "%s: %s %s", device, what, driver);
	return 0;
}

int rs_balloon_takeover(const char *device)
{
	struct rs_balloon balloon;
	int ret = rs_module_check(OURS);

	if (!ret)
		ret = rs_balloon_find(device, &balloon);
	if (ret || !strcmp(balloon.driver, OURS))
		return ret;
	if (balloon.driver[0]) {
		ret = tell_driver(balloon.driver, "unbind", balloon.device);
		if (ret)
			return ret;
	}
	ret = tell_driver(OURS, "bind", balloon.device);
	if (ret && balloon.driver[0]) {
		char reason[256];

		snprintf(reason, sizeof(reason), "%s", rs_error());
		tell_driver(balloon.driver, "bind", balloon.device);
		return rs_failx(-ret, "%s", reason);
	}
	return ret;
}
