// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/class/misc/ringside-trace/: one value a file, described in
 * Documentation/ABI/testing/sysfs-class-misc-ringside-trace. Files are 0600 or
 * 0400: how often other people's programs enter the kernel is not for everyone.
 */
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/sysfs.h>

#include "cred_guard.h"
#include "flight.h"
#include "slow.h"
#include "trace.h"
#include "vmexit.h"

static ssize_t level_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	return sysfs_emit(buf, "%u\n", rst_level_state().admin);
}

static ssize_t level_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t len)
{
	u32 level;
	int err;

	err = kstrtou32(buf, 0, &level);
	if (err)
		return err;
	if (level > RST_LEVEL_MAX)
		return -EINVAL;
	err = rst_level_set_admin(level);
	return err ?: len;
}
static DEVICE_ATTR_ADMIN_RW(level);

static ssize_t always_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%d\n", rst_level_state().always);
}

static ssize_t always_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t len)
{
	bool always;
	int err;

	err = kstrtobool(buf, &always);
	if (err)
		return err;
	err = rst_level_set_always(always);
	return err ?: len;
}
static DEVICE_ATTR_ADMIN_RW(always);

static ssize_t who_show(struct device *dev, struct device_attribute *attr,
			char *buf)
{
	return sysfs_emit(buf, "%d\n", rst_level_state().who);
}

static ssize_t who_store(struct device *dev, struct device_attribute *attr,
			 const char *buf, size_t len)
{
	bool who;
	int err;

	err = kstrtobool(buf, &who);
	if (err)
		return err;
	err = rst_level_set_who(who);
	return err ?: len;
}
static DEVICE_ATTR_ADMIN_RW(who);

static ssize_t slow_ns_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%llu\n", rst_slow_default());
}

static ssize_t slow_ns_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t len)
{
	u64 ns;
	int err;

	err = kstrtou64(buf, 0, &ns);
	if (err)
		return err;
	err = rst_slow_set_all(ns);
	return err ?: len;
}
static DEVICE_ATTR_ADMIN_RW(slow_ns);

/* "KIND INDEX NS", the first two as in the uapi header. */
static ssize_t slow_cause_store(struct device *dev,
				struct device_attribute *attr, const char *buf,
				size_t len)
{
	u32 kind, index;
	char end;
	u64 ns;
	int err;

	if (sscanf(buf, "%u %u %llu %c", &kind, &index, &ns, &end) != 3)
		return -EINVAL;
	err = rst_slow_set(rst_area_counter(kind, index), ns);
	return err ?: len;
}

static struct device_attribute dev_attr_slow_cause =
	__ATTR(slow_cause, 0200, NULL, slow_cause_store);

static ssize_t armed_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	return sysfs_emit(buf, "%u\n", rst_level_state().level);
}
static DEVICE_ATTR_ADMIN_RO(armed);

static ssize_t readers_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%u\n", rst_level_state().readers);
}
static DEVICE_ATTR_ADMIN_RO(readers);

static ssize_t returns_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%llu\n", rst_area_returns());
}
static DEVICE_ATTR_ADMIN_RO(returns);

static ssize_t residual_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%llu\n",
			  rst_area_sum(RST_RESIDUAL, RST_RESIDUAL + 1));
}
static DEVICE_ATTR_ADMIN_RO(residual);

static ssize_t vm_exit_period_ms_show(struct device *dev,
				      struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", rst_vmexit_period_ms());
}

static ssize_t vm_exit_period_ms_store(struct device *dev,
				       struct device_attribute *attr,
				       const char *buf, size_t len)
{
	u32 ms;
	int err;

	err = kstrtou32(buf, 0, &ms);
	if (err)
		return err;
	err = rst_vmexit_set_period_ms(ms);
	return err ?: len;
}
static DEVICE_ATTR_ADMIN_RW(vm_exit_period_ms);

static ssize_t vm_exit_ns_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", rst_vmexit_ns());
}
static DEVICE_ATTR_ADMIN_RO(vm_exit_ns);

static ssize_t features_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "0x%llx\n", rst_features());
}
static DEVICE_ATTR_ADMIN_RO(features);

static struct attribute *rst_attrs[] = {
	&dev_attr_level.attr,
	&dev_attr_always.attr,
	&dev_attr_who.attr,
	&dev_attr_slow_ns.attr,
	&dev_attr_slow_cause.attr,
	&dev_attr_armed.attr,
	&dev_attr_readers.attr,
	&dev_attr_returns.attr,
	&dev_attr_residual.attr,
	&dev_attr_features.attr,
	&dev_attr_vm_exit_period_ms.attr,
	&dev_attr_vm_exit_ns.attr,
	NULL
};

static const struct attribute_group rst_group = {
	.attrs = rst_attrs,
};

const struct attribute_group *rst_groups[] = {
	&rst_group, &rst_cred_group, &rst_flight_group, NULL
};
