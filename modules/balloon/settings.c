// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an administrator sets: numbers, each with its limits, its default and
 * what has to happen when it changes. How they look as files is in sysfs.c.
 */
#include <linux/device.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "balloon.h"

static int set_pfns_per_buf(struct rsb *b, u64 val)
{
	return rsb_bufs_alloc(b, val);
}

static int look_at_pressure(struct rsb *b)
{
	rsb_pressure_start(b);
	return 0;
}

static int look_at_target(struct rsb *b)
{
	rsb_worker_wake(b);
	return 0;
}

static bool is_reporting(struct rsb *b)
{
	return rsb_may_report_free(b);
}

/**
 * struct limits - what a setting may be
 * @min: the smallest value
 * @max: the largest value
 * @step: it is a multiple of this
 * @possible: NULL, or whether the device can do it at all
 * @prepare: NULL, or what is done before the value changes; under rsb.lock. An
 *	error keeps the old value
 * @follow: NULL, or what is done after the value has changed; without the lock
 */
struct limits {
	u64 min;
	u64 max;
	u64 step;
	bool (*possible)(struct rsb *b);
	int (*prepare)(struct rsb *b, u64 val);
	int (*follow)(struct rsb *b);
};

#define UNIT ((u64)SZ_2M)

static const struct limits limits[RSB_SETTINGS] = {
	[RSB_S_FLOOR] = { 0, U64_MAX, PAGE_SIZE, .follow = look_at_target },
	[RSB_S_RESERVE] = { 0, U64_MAX, PAGE_SIZE, .follow = look_at_target },
	[RSB_S_BATCH] = { UNIT, RSB_KICK_UNITS * UNIT, UNIT },
	[RSB_S_MAX_RATE] = { 0, U64_MAX / 1000, 1, .follow = look_at_target },
	[RSB_S_COMPACT] = { 0, 1, 1 },
	[RSB_S_FALLBACK_4K] = { 0, 1, 1, .follow = look_at_target },
	[RSB_S_PFNS_PER_BUF] = { 1, RSB_PFNS_PER_BUF_MAX, 1,
				 .prepare = set_pfns_per_buf },
	[RSB_S_OOM_RELEASE] = { UNIT, RSB_NOTES * UNIT, UNIT },
	[RSB_S_OOM_HOLDOFF] = { 0, INT_MAX, 1, .follow = look_at_target },
	[RSB_S_PRESSURE_DEFLATE] = { 0, 1, 1, .follow = look_at_pressure },
	[RSB_S_PRESSURE_REFAULTS] = { 0, UINT_MAX, 1 },
	[RSB_S_FREE_REPORTING] = { 0, 1, 1, .possible = is_reporting,
				   .follow = rsb_report_free_set },
};

/**
 * rsb_settings_init - the defaults
 * @b: a device whose features are negotiated
 */
void rsb_settings_init(struct rsb *b)
{
	unsigned long ram = totalram_pages();

	b->set[RSB_S_FLOOR] = (u64)rsb_default_floor(ram) << PAGE_SHIFT;
	b->set[RSB_S_RESERVE] = (u64)rsb_default_reserve(ram) << PAGE_SHIFT;
	b->set[RSB_S_BATCH] = UNIT * (want_init_on_alloc(GFP_HIGHUSER) ?
				      RSB_KICK_UNITS_ZEROED : RSB_KICK_UNITS);
	b->set[RSB_S_COMPACT] = 1;
	b->set[RSB_S_FALLBACK_4K] = 1;
	b->set[RSB_S_PFNS_PER_BUF] = RSB_PFNS_PER_BUF;
	b->set[RSB_S_OOM_RELEASE] = UNIT * RSB_OOM_UNITS;
	b->set[RSB_S_PRESSURE_REFAULTS] = 1024;
	b->set[RSB_S_FREE_REPORTING] = rsb_may_report_free(b);
	memcpy(b->defaults, b->set, sizeof(b->defaults));
}

static enum rsb_setting setting_of(struct device_attribute *attr)
{
	struct dev_ext_attribute *ext =
		container_of(attr, struct dev_ext_attribute, attr);

	return (enum rsb_setting)(unsigned long)ext->var;
}

/**
 * rsb_setting_show - the value as a decimal number
 * @dev: the virtio device
 * @attr: a struct dev_ext_attribute with the number of the setting
 * @buf: takes the text
 *
 * Return: length of the text.
 */
ssize_t rsb_setting_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	struct rsb *b = dev_to_virtio(dev)->priv;

	return sysfs_emit(buf, "%llu\n", rsb_get(b, setting_of(attr)));
}

static int change(struct rsb *b, enum rsb_setting s, u64 val)
{
	int err;

	err = mutex_lock_interruptible(&b->lock);
	if (err)
		return err;
	if (limits[s].prepare)
		err = limits[s].prepare(b, val);
	if (!err)
		WRITE_ONCE(b->set[s], val);
	mutex_unlock(&b->lock);
	return err;
}

/**
 * rsb_setting_store - change the value
 * @dev: the virtio device
 * @attr: a struct dev_ext_attribute with the number of the setting
 * @buf: a number, decimal or with 0x, or "default"
 * @count: length of @buf
 *
 * Return: @count; -EINVAL if it is no number or no multiple of what it has to
 * be one of, -ERANGE if it is too small or too large, -EOPNOTSUPP if the
 * device can't do it, or what the change itself failed with.
 */
ssize_t rsb_setting_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t count)
{
	struct rsb *b = dev_to_virtio(dev)->priv;
	enum rsb_setting s = setting_of(attr);
	u64 val = b->defaults[s];
	int err;

	err = sysfs_streq(buf, "default") ? 0 : kstrtou64(buf, 0, &val);
	if (err)
		return err;
	if (val < limits[s].min || val > limits[s].max)
		return -ERANGE;
	if (val % limits[s].step)
		return -EINVAL;
	if (val && limits[s].possible && !limits[s].possible(b))
		return -EOPNOTSUPP;
	err = change(b, s, val);
	if (!err && limits[s].follow)
		err = limits[s].follow(b);
	return err ?: count;
}
