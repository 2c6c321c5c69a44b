// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/debug/rs_fakeballoon/: the tests' hand on the device.
 *
 * Knobs, to be set before 'plugged' is: offer ring_size find_vqs_error
 * At any time: mute twice stray (masks of queues: 1 inflate, 2 deflate,
 *	4 statistics, 8 hinting, 16 reporting) delay_ms num_pages
 * Events, by writing: plugged (0, 1) suspended (0, 1) break (1) storm (how many
 *	changes of the target) ask_stats (1) hint (1 asks, 0 has had enough)
 *	clear (1)
 * To read: actual poison_val unused books stats
 */
#include <linux/debugfs.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/virtio_config.h>

#include "fake.h"

static struct dentry *dir;

static const char *const roles[RSF_ROLES] = {
	"inflate", "deflate", "stats", "hint", "report",
};

static const char *const counts[RSF_COUNTS] = {
	[RSF_RESETS] = "resets",
	[RSF_INFLATED_NOW] = "inflated_now",
	[RSF_INFLATED_PEAK] = "inflated_peak",
	[RSF_INFLATED_AT_RESET] = "inflated_at_reset",
	[RSF_INFLATED_UNREPORTED] = "inflated_unreported",
	[RSF_HINT_STARTS] = "hint_starts",
	[RSF_HINT_STOPS] = "hint_stops",
	[RSF_HINTED_GIVEN] = "hinted_given",
	[RSF_DOUBLE_INFLATE] = "double_inflate",
	[RSF_STRAY_DEFLATE] = "stray_deflate",
	[RSF_BAD_PFN] = "bad_pfn",
	[RSF_BAD_BUFFER] = "bad_buffer",
	[RSF_STRAY_HINT] = "stray_hint",
	[RSF_TOUCHED_EARLY] = "touched_early",
	[RSF_TOUCHED_HELD] = "touched_held",
};

/* One value a line: its name, a blank, a number. */
static int books_show(struct seq_file *m, void *unused)
{
	u64 breaches = 0;
	unsigned int i;

	mutex_lock(&rsf.lock);
	for (i = 0; i < RSF_COUNTS; i++) {
		seq_printf(m, "%s %llu\n", counts[i], rsf.count[i]);
		if (i >= RSF_BREACHES)
			breaches += rsf.count[i];
	}
	seq_printf(m, "breaches %llu\n", breaches);
	for (i = 0; i < RSF_ROLES; i++) {
		const struct rsf_queue *q = &rsf.queues[i];

		seq_printf(m, "%s_set_up %d\n", roles[i], !!q->vq);
		seq_printf(m, "%s_buffers %llu\n", roles[i], q->buffers);
		seq_printf(m, "%s_pages %llu\n", roles[i], q->pages);
		seq_printf(m, "%s_longest %llu\n", roles[i], q->longest);
	}
	mutex_unlock(&rsf.lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(books);

/* A line for each number: its tag, a blank, the number. */
static int stats_show(struct seq_file *m, void *unused)
{
	unsigned int i;

	mutex_lock(&rsf.lock);
	for (i = 0; i < rsf.nr_stats; i++)
		seq_printf(m, "%u %llu\n",
			   le16_to_cpu((__force __le16)rsf.stats[i].tag),
			   le64_to_cpu((__force __le64)rsf.stats[i].val));
	mutex_unlock(&rsf.lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

/* The device's name, features accepted, whether a driver has it. */
static int device_show(struct seq_file *m, void *unused)
{
	mutex_lock(&rsf.control);
	if (rsf.vdev)
		seq_printf(m, "%s %#llx %s\n", dev_name(&rsf.vdev->dev),
			   (u64)rsf.vdev->features,
			   rsf.vdev->dev.driver ? rsf.vdev->dev.driver->name :
						 "none");
	mutex_unlock(&rsf.control);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(device);

static int plugged_get(void *data, u64 *val)
{
	*val = !!rsf.vdev;
	return 0;
}

static int plugged_set(void *data, u64 val)
{
	int err = 0;

	mutex_lock(&rsf.control);
	if (!val)
		rsf_unplug();
	else if (!rsf.vdev)
		err = rsf_plug();
	mutex_unlock(&rsf.control);
	return err;
}
DEFINE_DEBUGFS_ATTRIBUTE(plugged_fops, plugged_get, plugged_set, "%llu\n");

static int suspended_set(void *data, u64 val)
{
	int err = -ENODEV;

	mutex_lock(&rsf.control);
	if (rsf.vdev && rsf.suspended != !!val) {
		err = val ? virtio_device_freeze(rsf.vdev) :
			    virtio_device_restore(rsf.vdev);
		rsf.suspended = val;
	}
	mutex_unlock(&rsf.control);
	return err;
}
DEFINE_DEBUGFS_ATTRIBUTE(suspended_fops, NULL, suspended_set, "%llu\n");

static int break_device_set(void *data, u64 val)
{
	mutex_lock(&rsf.control);
	if (rsf.vdev)
		virtio_break_device(rsf.vdev);
	mutex_unlock(&rsf.control);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(break_device_fops, NULL, break_device_set, "%llu\n");

static void set_target(u32 pages)
{
	mutex_lock(&rsf.lock);
	rsf.config.num_pages = cpu_to_le32(pages);
	mutex_unlock(&rsf.lock);
	if (rsf.vdev)
		virtio_config_changed(rsf.vdev);
}

static int num_pages_get(void *data, u64 *val)
{
	*val = le32_to_cpu(rsf.config.num_pages);
	return 0;
}

static int num_pages_set(void *data, u64 val)
{
	mutex_lock(&rsf.control);
	set_target(val);
	mutex_unlock(&rsf.control);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(num_pages_fops, num_pages_get, num_pages_set, "%llu\n");

/* Any target below 16 MiB, so many times; then the one that it was. */
static int storm_set(void *data, u64 val)
{
	u32 target;
	u64 i;

	mutex_lock(&rsf.control);
	target = le32_to_cpu(rsf.config.num_pages);
	for (i = 0; i < val; i++) {
		set_target(i * 1237 % 4096);
		cond_resched();
	}
	set_target(target);
	mutex_unlock(&rsf.control);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(storm_fops, NULL, storm_set, "%llu\n");

static int ask_stats_set(void *data, u64 val)
{
	mutex_lock(&rsf.lock);
	rsf.nr_stats = 0;
	rsf.stats_asked = true;
	mutex_unlock(&rsf.lock);
	rsf_host_wake();
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(ask_stats_fops, NULL, ask_stats_set, "%llu\n");

static int hint_set(void *data, u64 val)
{
	u32 id = val ? rsf.next_hint_id++ : VIRTIO_BALLOON_CMD_ID_DONE;

	mutex_lock(&rsf.control);
	mutex_lock(&rsf.lock);
	rsf.config.free_page_hint_cmd_id = cpu_to_le32(id);
	mutex_unlock(&rsf.lock);
	if (rsf.vdev)
		virtio_config_changed(rsf.vdev);
	mutex_unlock(&rsf.control);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(hint_fops, NULL, hint_set, "%llu\n");

static int clear_set(void *data, u64 val)
{
	mutex_lock(&rsf.lock);
	rsf_books_clear();
	mutex_unlock(&rsf.lock);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(clear_fops, NULL, clear_set, "%llu\n");

static int unused_get(void *data, u64 *val)
{
	mutex_lock(&rsf.lock);
	*val = rsf_books_unused();
	mutex_unlock(&rsf.lock);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(unused_fops, unused_get, NULL, "%llu\n");

static int actual_get(void *data, u64 *val)
{
	*val = le32_to_cpu(rsf.config.actual);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(actual_fops, actual_get, NULL, "%llu\n");

static int poison_val_get(void *data, u64 *val)
{
	*val = le32_to_cpu(rsf.config.poison_val);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(poison_val_fops, poison_val_get, NULL, "%llu\n");

static const struct {
	const char *name;
	umode_t mode;
	const struct file_operations *fops;
} files[] = {
	{ "books", 0400, &books_fops },
	{ "stats", 0400, &stats_fops },
	{ "device", 0400, &device_fops },
	{ "plugged", 0600, &plugged_fops },
	{ "suspended", 0200, &suspended_fops },
	{ "break", 0200, &break_device_fops },
	{ "num_pages", 0600, &num_pages_fops },
	{ "storm", 0200, &storm_fops },
	{ "ask_stats", 0200, &ask_stats_fops },
	{ "hint", 0200, &hint_fops },
	{ "clear", 0200, &clear_fops },
	{ "unused", 0400, &unused_fops },
	{ "actual", 0400, &actual_fops },
	{ "poison_val", 0400, &poison_val_fops },
};

/**
 * rsf_control_init - make the files
 */
void rsf_control_init(void)
{
	unsigned int i;

	dir = debugfs_create_dir(KBUILD_MODNAME, NULL);
	for (i = 0; i < ARRAY_SIZE(files); i++)
		debugfs_create_file(files[i].name, files[i].mode, dir, NULL,
				    files[i].fops);
	debugfs_create_x64("offer", 0600, dir, &rsf.offer);
	debugfs_create_u32("ring_size", 0600, dir, &rsf.ring_size);
	debugfs_create_u32("find_vqs_error", 0600, dir, &rsf.find_vqs_error);
	debugfs_create_u32("mute", 0600, dir, &rsf.mute);
	debugfs_create_u32("twice", 0600, dir, &rsf.twice);
	debugfs_create_u32("stray", 0600, dir, &rsf.stray);
	debugfs_create_u32("delay_ms", 0600, dir, &rsf.delay_ms);
}

/**
 * rsf_control_exit - remove them; nobody is in one afterwards
 */
void rsf_control_exit(void)
{
	debugfs_remove_recursive(dir);
}
