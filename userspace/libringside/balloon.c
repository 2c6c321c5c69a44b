// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding the virtio-balloon device and who drives it, and reading what
 * ringside_balloon says about it. All of it is sysfs.
 */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "balloon.h"

/* The number of the kind of device, see linux/virtio_ids.h. */
#define BALLOON_ID "0x0005"

static bool is_balloon(const char *device)
{
	char path[PATH_MAX], id[16];

	snprintf(path, sizeof(path), BALLOON_DEVICES "/%s/device", device);
	return rs_sysfs_read(path, id, sizeof(id)) >= 0 &&
	       !strcmp(id, BALLOON_ID);
}

static void read_driver(struct rs_balloon *balloon)
{
	char path[PATH_MAX], link[PATH_MAX];
	const char *name;
	ssize_t n;

	snprintf(path, sizeof(path), BALLOON_DEVICES "/%s/driver",
		 balloon->device);
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
	n = scandir(BALLOON_DEVICES, &list, is_device, versionsort);
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
static bool is_file_name(const char *name)
{
	return name[0] && name[0] != '.' && !strchr(name, '/') &&
	       strlen(name) < RS_BALLOON_NAME_LEN;
}

static int find_named(const char *device, struct rs_balloon *balloon)
{
	char path[PATH_MAX];

	if (!is_file_name(device))
		return rs_fail(ENODEV, "%s", device);
	snprintf(path, sizeof(path), BALLOON_DEVICES "/%s", device);
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

int rs_balloon_find_ours(const char *device, struct rs_balloon *balloon)
{
	int ret = rs_module_check(BALLOON_OURS);

	if (!ret)
		ret = rs_balloon_find(device, balloon);
	if (ret || !strcmp(balloon->driver, BALLOON_OURS))
		return ret;
	if (!balloon->driver[0])
		return rs_failx(EBUSY,
				"%s: no driver has it (try: ringside balloon takeover)",
				balloon->device);
	return rs_failx(EBUSY,
			"%s: the driver %s has it (try: ringside balloon takeover)",
			balloon->device, balloon->driver);
}

void rs_balloon_path(const struct rs_balloon *balloon, const char *attr,
		     char *path, size_t len)
{
	snprintf(path, len, BALLOON_DEVICES "/%s/ringside%s%s",
		 balloon->device, *attr ? "/" : "", attr);
}

int rs_balloon_attributes(const char *device,
			  int (*each)(const char *attr, const char *val,
				      void *arg), void *arg)
{
	struct rs_balloon balloon;
	char dir[PATH_MAX];
	int ret = rs_balloon_find_ours(device, &balloon);

	if (ret)
		return ret;
	rs_balloon_path(&balloon, "", dir, sizeof(dir));
	return rs_attributes_in(dir, each, arg);
}

/* The file of an attribute of a device that is ours. */
static int find_attribute(const char *device, const char *attr,
			  struct rs_balloon *balloon, char *path, size_t len)
{
	int ret = rs_balloon_find_ours(device, balloon);

	if (ret)
		return ret;
	rs_balloon_path(balloon, attr, path, len);
	if (!is_file_name(attr) || access(path, F_OK))
		return rs_failx(RS_EABI,
				"%s: the loaded " BALLOON_OURS " has no attribute %s",
				balloon->device, attr);
	return 0;
}

int rs_balloon_get(const char *device, const char *attr, char *buf, size_t len)
{
	struct rs_balloon balloon;
	char path[PATH_MAX];
	int ret = find_attribute(device, attr, &balloon, path, sizeof(path));

	if (ret)
		return ret;
	ret = rs_sysfs_read(path, buf, len);
	return ret < 0 ? ret : 0;
}

int rs_balloon_set(const char *device, const char *attr, const char *val)
{
	struct rs_balloon balloon;
	char path[PATH_MAX];
	int ret = find_attribute(device, attr, &balloon, path, sizeof(path));

	if (ret)
		return ret;
	ret = rs_sysfs_write(path, val);
	return ret ? rs_balloon_refused(&balloon, attr, val, -ret) : 0;
}
