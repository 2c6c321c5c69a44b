// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an administrator sees and sets: the group "ringside" on the virtio
 * device. Each file is described in
 * Documentation/ABI/testing/sysfs-bus-virtio-ringside-balloon.
 */
#include <linux/device.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "balloon.h"

static const char * const state_names[RSB_STATES] = {
	[RSB_IDLE] = "idle",
	[RSB_INFLATING] = "inflating",
	[RSB_DEFLATING] = "deflating",
	[RSB_LIMITED] = "limited",
	[RSB_BACKOFF] = "backoff",
	[RSB_HOLDOFF] = "holdoff",
	[RSB_STALLED] = "stalled",
	[RSB_BROKEN] = "broken",
};

static const char * const mode_names[RSB_MODES] = {
	[RSB_MODE_REPORT] = "report",
	[RSB_MODE_STRICT] = "strict",
	[RSB_MODE_PFN] = "pfn",
	[RSB_MODE_4K] = "4k",
	[RSB_MODE_AUTO] = "auto",
};

static struct rsb *to_rsb(struct device *dev)
{
	return dev_to_virtio(dev)->priv;
}

static ssize_t emit_pages(char *buf, unsigned long pages)
{
	return sysfs_emit(buf, "%llu\n", (u64)pages << PAGE_SHIFT);
}

static ssize_t target_bytes_show(struct device *dev,
				 struct device_attribute *attr, char *buf)
{
	return emit_pages(buf, READ_ONCE(to_rsb(dev)->host_pages));
}
static DEVICE_ATTR_RO(target_bytes);

static ssize_t actual_bytes_show(struct device *dev,
				 struct device_attribute *attr, char *buf)
{
	return emit_pages(buf, READ_ONCE(to_rsb(dev)->actual));
}
static DEVICE_ATTR_RO(actual_bytes);

static ssize_t held_bytes_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	return emit_pages(buf, rsb_pool_size(&to_rsb(dev)->pool));
}
static DEVICE_ATTR_RO(held_bytes);

static ssize_t units_2m_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	unsigned long units, pages;

	rsb_pool_counts(&to_rsb(dev)->pool, &units, &pages);
	return sysfs_emit(buf, "%lu\n", units);
}
static DEVICE_ATTR_RO(units_2m);

static ssize_t units_4k_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	unsigned long units, pages;

	rsb_pool_counts(&to_rsb(dev)->pool, &units, &pages);
	return sysfs_emit(buf, "%lu\n", pages);
}
static DEVICE_ATTR_RO(units_4k);

static ssize_t state_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  state_names[READ_ONCE(to_rsb(dev)->state)]);
}
static DEVICE_ATTR_RO(state);

static ssize_t last_error_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(to_rsb(dev)->last_error));
}
static DEVICE_ATTR_RO(last_error);

static ssize_t features_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	static const struct {
		unsigned int bit;
		const char *name;
	} known[] = {
		{ VIRTIO_BALLOON_F_MUST_TELL_HOST, "must-tell-host" },
		{ VIRTIO_BALLOON_F_STATS_VQ, "stats" },
		{ VIRTIO_BALLOON_F_DEFLATE_ON_OOM, "deflate-on-oom" },
		{ VIRTIO_BALLOON_F_FREE_PAGE_HINT, "free-page-hint" },
		{ VIRTIO_BALLOON_F_PAGE_POISON, "page-poison" },
		{ VIRTIO_BALLOON_F_REPORTING, "reporting" },
	};
	unsigned int i;
	int len = 0;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (virtio_has_feature(dev_to_virtio(dev), known[i].bit))
			len += sysfs_emit_at(buf, len, "%s%s", len ? " " : "",
					     known[i].name);
	}
	return len + sysfs_emit_at(buf, len, "%s\n", len ? "" : "none");
}
static DEVICE_ATTR_RO(features);

static ssize_t mode_active_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", mode_names[READ_ONCE(to_rsb(dev)->mode)]);
}
static DEVICE_ATTR_RO(mode_active);

static ssize_t mode_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  mode_names[READ_ONCE(to_rsb(dev)->mode_wish)]);
}

static int set_mode(struct rsb *b, enum rsb_mode wish)
{
	enum rsb_mode mode = wish;

	lockdep_assert_held(&b->lock);
	if (wish == RSB_MODE_AUTO)
		mode = rsb_mode_auto(b);
	if (!rsb_mode_possible(b, mode))
		return -EOPNOTSUPP;
	/* What is held went to the host by the rules of the old mode. */
	if (mode != b->mode && (rsb_pool_size(&b->pool) || b->guest_pages))
		return -EBUSY;
	/* Pairs with the lockless look of the OOM path: the pool is empty. */
	WRITE_ONCE(b->mode, mode);
	WRITE_ONCE(b->mode_wish, wish);
	return 0;
}

static ssize_t mode_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t count)
{
	struct rsb *b = to_rsb(dev);
	int mode, err;

	mode = sysfs_match_string(mode_names, buf);
	if (mode < 0)
		return -EINVAL;
	err = mutex_lock_interruptible(&b->lock);
	if (err)
		return err;
	err = set_mode(b, mode);
	mutex_unlock(&b->lock);
	return err ?: count;
}
static DEVICE_ATTR_RW(mode);

static ssize_t target_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	unsigned long pages = READ_ONCE(to_rsb(dev)->guest_pages);

	return pages ? emit_pages(buf, pages) : sysfs_emit(buf, "auto\n");
}

/* 0 pages stand for "auto", so a size of 0 is refused. */
static int parse_target(const char *buf, unsigned long *pages)
{
	u64 bytes;
	int err;

	*pages = 0;
	if (sysfs_streq(buf, "auto"))
		return 0;
	err = kstrtou64(buf, 0, &bytes);
	if (err)
		return err;
	if (!bytes || !PAGE_ALIGNED(bytes))
		return -EINVAL;
	if (bytes >> PAGE_SHIFT > get_num_physpages())
		return -ERANGE;
	*pages = bytes >> PAGE_SHIFT;
	return 0;
}

static ssize_t target_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t count)
{
	struct rsb *b = to_rsb(dev);
	unsigned long pages;
	int err;

	err = parse_target(buf, &pages);
	if (err)
		return err;
	err = mutex_lock_interruptible(&b->lock);
	if (err)
		return err;
	/* Only what is reported may be held beyond the host's wish. */
	if (pages && b->mode != RSB_MODE_REPORT)
		err = -EOPNOTSUPP;
	else
		WRITE_ONCE(b->guest_pages, pages);
	mutex_unlock(&b->lock);
	if (err)
		return err;
	rsb_worker_wake(b);
	return count;
}
static DEVICE_ATTR_RW(target);

static int resync(struct rsb *b)
{
	int err;

	err = mutex_lock_interruptible(&b->lock);
	if (err)
		return err;
	err = READ_ONCE(b->stopping) ? -ENODEV : rsb_resync(b);
	if (err)
		WRITE_ONCE(b->last_error, err);
	mutex_unlock(&b->lock);
	return err;
}

static ssize_t resync_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t count)
{
	bool on;
	int err;

	err = kstrtobool(buf, &on);
	if (!err && !on)
		err = -EINVAL;
	if (!err)
		err = resync(to_rsb(dev));
	return err ?: count;
}
static DEVICE_ATTR_WO(resync);

#define RSB_SETTING_ATTR(_name, _setting)				\
static struct dev_ext_attribute dev_attr_##_name = {			\
	__ATTR(_name, 0644, rsb_setting_show, rsb_setting_store),	\
	(void *)_setting						\
}

RSB_SETTING_ATTR(floor_bytes, RSB_S_FLOOR);
RSB_SETTING_ATTR(reserve_bytes, RSB_S_RESERVE);
RSB_SETTING_ATTR(batch_bytes, RSB_S_BATCH);
RSB_SETTING_ATTR(max_rate_bytes_per_sec, RSB_S_MAX_RATE);
RSB_SETTING_ATTR(compact, RSB_S_COMPACT);
RSB_SETTING_ATTR(fallback_4k, RSB_S_FALLBACK_4K);
RSB_SETTING_ATTR(pfns_per_buf, RSB_S_PFNS_PER_BUF);
RSB_SETTING_ATTR(oom_release_bytes, RSB_S_OOM_RELEASE);
RSB_SETTING_ATTR(oom_holdoff_ms, RSB_S_OOM_HOLDOFF);
RSB_SETTING_ATTR(pressure_deflate, RSB_S_PRESSURE_DEFLATE);
RSB_SETTING_ATTR(pressure_refaults_per_sec, RSB_S_PRESSURE_REFAULTS);
RSB_SETTING_ATTR(free_page_reporting, RSB_S_FREE_REPORTING);

#define RSB_COUNTER_ATTR(_name, _counter)				\
static ssize_t _name##_show(struct device *dev,				\
			    struct device_attribute *attr, char *buf)	\
{									\
	return sysfs_emit(buf, "%lld\n",				\
			  atomic64_read(&to_rsb(dev)->count[_counter]));\
}									\
static DEVICE_ATTR_RO(_name)

RSB_COUNTER_ATTR(inflated_bytes, RSB_N_INFLATED);
RSB_COUNTER_ATTR(deflated_bytes, RSB_N_DEFLATED);
RSB_COUNTER_ATTR(oom_released_bytes, RSB_N_OOM_RELEASED);
RSB_COUNTER_ATTR(pressure_released_bytes, RSB_N_PRESSURE_RELEASED);
RSB_COUNTER_ATTR(resynced_bytes, RSB_N_RESYNCED);
RSB_COUNTER_ATTR(hinted_bytes, RSB_N_HINTED);
RSB_COUNTER_ATTR(reported_free_bytes, RSB_N_REPORTED_FREE);
RSB_COUNTER_ATTR(inflate_ns, RSB_N_INFLATE_NS);
RSB_COUNTER_ATTR(deflate_ns, RSB_N_DEFLATE_NS);
RSB_COUNTER_ATTR(host_acks, RSB_N_HOST_ACKS);
RSB_COUNTER_ATTR(alloc_failures_2m, RSB_N_ALLOC_FAIL_2M);
RSB_COUNTER_ATTR(alloc_failures_4k, RSB_N_ALLOC_FAIL_4K);
RSB_COUNTER_ATTR(fallbacks, RSB_N_FALLBACKS);
RSB_COUNTER_ATTR(backoffs, RSB_N_BACKOFFS);
RSB_COUNTER_ATTR(holdoffs, RSB_N_HOLDOFFS);
RSB_COUNTER_ATTR(resyncs, RSB_N_RESYNCS);
RSB_COUNTER_ATTR(host_timeouts, RSB_N_HOST_TIMEOUTS);

static struct attribute *rsb_attrs[] = {
	&dev_attr_target_bytes.attr,
	&dev_attr_actual_bytes.attr,
	&dev_attr_held_bytes.attr,
	&dev_attr_units_2m.attr,
	&dev_attr_units_4k.attr,
	&dev_attr_state.attr,
	&dev_attr_mode_active.attr,
	&dev_attr_features.attr,
	&dev_attr_last_error.attr,
	&dev_attr_mode.attr,
	&dev_attr_target.attr,
	&dev_attr_resync.attr,
	&dev_attr_floor_bytes.attr.attr,
	&dev_attr_reserve_bytes.attr.attr,
	&dev_attr_batch_bytes.attr.attr,
	&dev_attr_max_rate_bytes_per_sec.attr.attr,
	&dev_attr_compact.attr.attr,
	&dev_attr_fallback_4k.attr.attr,
	&dev_attr_pfns_per_buf.attr.attr,
	&dev_attr_oom_release_bytes.attr.attr,
	&dev_attr_oom_holdoff_ms.attr.attr,
	&dev_attr_pressure_deflate.attr.attr,
	&dev_attr_pressure_refaults_per_sec.attr.attr,
	&dev_attr_free_page_reporting.attr.attr,
	&dev_attr_inflated_bytes.attr,
	&dev_attr_deflated_bytes.attr,
	&dev_attr_oom_released_bytes.attr,
	&dev_attr_pressure_released_bytes.attr,
	&dev_attr_resynced_bytes.attr,
	&dev_attr_hinted_bytes.attr,
	&dev_attr_reported_free_bytes.attr,
	&dev_attr_inflate_ns.attr,
	&dev_attr_deflate_ns.attr,
	&dev_attr_host_acks.attr,
	&dev_attr_alloc_failures_2m.attr,
	&dev_attr_alloc_failures_4k.attr,
	&dev_attr_fallbacks.attr,
	&dev_attr_backoffs.attr,
	&dev_attr_holdoffs.attr,
	&dev_attr_resyncs.attr,
	&dev_attr_host_timeouts.attr,
	NULL
};

static const struct attribute_group rsb_group = {
	.name = "ringside",
	.attrs = rsb_attrs,
};

const struct attribute_group *rsb_groups[] = {
	&rsb_group,
	NULL
};
