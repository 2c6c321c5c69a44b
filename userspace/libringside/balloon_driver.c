// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who has the device: handing it from the driver that has it to another, and
 * never leaving it with none if that can be helped.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "balloon.h"

/* @what is "bind" or "unbind". */
static int tell_driver(const char *driver, const char *what,
		       const char *device)
{
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), BALLOON_DRIVERS "/%s/%s", driver, what);
	ret = rs_sysfs_write(path, device);
	if (ret)
		return rs_fail(-ret, "%s: %s %s", device, what, driver);
	return 0;
}

/* @err is why another driver did not take the device; rs_error() names it. */
static int give_back(const struct rs_balloon *balloon, int err)
{
	char reason[256];

	if (!balloon->driver[0])
		return err;
	snprintf(reason, sizeof(reason), "%s", rs_error());
	if (!tell_driver(balloon->driver, "bind", balloon->device))
		return rs_failx(-err, "%s; %s has it again", reason,
				balloon->driver);
	return rs_failx(-err, "%s; and no driver has it now, for %s did not take it back",
			reason, balloon->driver);
}

static int hand_over(const struct rs_balloon *balloon, const char *driver)
{
	int ret;

	if (!strcmp(balloon->driver, driver))
		return 0;
	if (balloon->driver[0]) {
		ret = tell_driver(balloon->driver, "unbind", balloon->device);
		if (ret)
			return ret;
	}
	ret = tell_driver(driver, "bind", balloon->device);
	return ret ? give_back(balloon, ret) : 0;
}

int rs_balloon_takeover(const char *device)
{
	struct rs_balloon balloon;
	int ret = rs_module_check(BALLOON_OURS);

	if (!ret)
		ret = rs_balloon_find(device, &balloon);
	return ret ? ret : hand_over(&balloon, BALLOON_OURS);
}

/* Not rs_module_check(): kernels may have this driver built in. */
static int check_stock(void)
{
	if (!access(BALLOON_DRIVERS "/" BALLOON_STOCK, F_OK))
		return 0;
	return rs_failx(RS_ENOMOD,
			"kernel module %s is not loaded (try: modprobe %s)",
			BALLOON_STOCK, BALLOON_STOCK);
}

int rs_balloon_release(const char *device)
{
	struct rs_balloon balloon;
	int ret = rs_balloon_find(device, &balloon);

	if (!ret)
		ret = check_stock();
	return ret ? ret : hand_over(&balloon, BALLOON_STOCK);
}
