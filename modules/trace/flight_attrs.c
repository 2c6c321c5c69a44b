// SPDX-License-Identifier: GPL-2.0-only
/*
 * What of the flight recorder is in /sys/class/misc/ringside-trace/: as in
 * sysfs.c, one value a file, for root.
 */
#include <linux/bits.h>
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "flight.h"
#include "trace.h"

static const char * const frozen_by[] = {
	[RS_TRACE_FROZEN_NOT] = "nothing",
	[RS_TRACE_FROZEN_ASKED] = "asked",
	[RS_TRACE_FROZEN_CRED] = "credentials",
	[RS_TRACE_FROZEN_SLOW] = "slow",
};

static const char * const stop_words[] = {
	"nothing", "credentials", "slow", "any"
};

static const u32 stop_bits[] = {
	0, BIT(RS_TRACE_FROZEN_CRED), BIT(RS_TRACE_FROZEN_SLOW),
	BIT(RS_TRACE_FROZEN_CRED) | BIT(RS_TRACE_FROZEN_SLOW),
};

static ssize_t flight_kib_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", rst_flight_kib());
}

static ssize_t flight_kib_store(struct device *dev,
				struct device_attribute *attr, const char *buf,
				size_t len)
{
	u32 kib;
	int err;

	err = kstrtou32(buf, 0, &kib);
	if (!err)
		err = rst_level_set_flight_kib(kib);
	return err ?: len;
}
static DEVICE_ATTR_ADMIN_RW(flight_kib);

static ssize_t flight_frozen_show(struct device *dev,
				  struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n",
			  rst_flight_frozen() != RS_TRACE_FROZEN_NOT);
}

static ssize_t flight_frozen_store(struct device *dev,
				   struct device_attribute *attr,
				   const char *buf, size_t len)
{
	bool frozen;
	int err;

	err = kstrtobool(buf, &frozen);
	if (!err)
		err = rst_flight_freeze(frozen);
	return err ?: len;
}
static DEVICE_ATTR_ADMIN_RW(flight_frozen);

static ssize_t flight_frozen_by_show(struct device *dev,
				     struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", frozen_by[rst_flight_frozen()]);
}
static DEVICE_ATTR_ADMIN_RO(flight_frozen_by);

static ssize_t flight_stop_on_show(struct device *dev,
				   struct device_attribute *attr, char *buf)
{
	u32 stop_on = rst_flight_stop_on();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(stop_bits) - 1; i++)
		if (stop_bits[i] == stop_on)
			break;
	return sysfs_emit(buf, "%s\n", stop_words[i]);
}

static ssize_t flight_stop_on_store(struct device *dev,
				    struct device_attribute *attr,
				    const char *buf, size_t len)
{
	int i = sysfs_match_string(stop_words, buf);

	if (i < 0)
		return i;
	rst_flight_set_stop_on(stop_bits[i]);
	return len;
}
static DEVICE_ATTR_ADMIN_RW(flight_stop_on);

static struct attribute *attrs[] = {
	&dev_attr_flight_kib.attr,
	&dev_attr_flight_frozen.attr,
	&dev_attr_flight_frozen_by.attr,
	&dev_attr_flight_stop_on.attr,
	NULL
};

const struct attribute_group rst_flight_group = {
	.attrs = attrs,
};
