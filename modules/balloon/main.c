// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside_balloon.ko: binds virtio-balloon devices. What is negotiated and
 * why, and the order of setting up and tearing down; the rest is elsewhere,
 * see balloon.h.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>

#include "balloon.h"

static const unsigned int features[] = {
	VIRTIO_BALLOON_F_MUST_TELL_HOST,
	VIRTIO_BALLOON_F_STATS_VQ,
	VIRTIO_BALLOON_F_DEFLATE_ON_OOM,
	VIRTIO_BALLOON_F_FREE_PAGE_HINT,
	VIRTIO_BALLOON_F_PAGE_POISON,
	VIRTIO_BALLOON_F_REPORTING,
};

module_param_named(host_timeout_s, rsb_host_timeout_s, uint, 0444);
MODULE_PARM_DESC(host_timeout_s,
		 "seconds until a silent host is taken for dead (default 30)");

static const struct virtio_device_id ids[] = {
	{ VIRTIO_ID_BALLOON, VIRTIO_DEV_ANY_ID },
	{ 0 },
};

/*
 * The queues of this device have no fixed numbers. A host numbers the queues
 * of the features that it offers, a guest those of the features that it
 * accepted. After a feature that has a queue and was offered but declined,
 * the two count differently, and reports would go to a queue that takes and
 * ignores them. So every feature that has a queue (STATS_VQ, FREE_PAGE_HINT,
 * REPORTING) is implemented and always accepted.
 *
 * PAGE_POISON tells the host what free memory that it was told about must read
 * as afterwards. It matters to free page reporting alone: what the balloon
 * holds is ours, and the kernel's own free path poisons or zeroes it after us.
 * It is accepted only for zeroes, which is what a host has for fresh memory; a
 * host that was given a poison ignores every report (QEMU).
 */
static int rsb_validate(struct virtio_device *vdev)
{
	if (!want_init_on_free() || page_poisoning_enabled_static())
		__virtio_clear_bit(vdev, VIRTIO_BALLOON_F_PAGE_POISON);
	/* The OOM path can't wait until the host has been told. */
	if (virtio_has_feature(vdev, VIRTIO_BALLOON_F_MUST_TELL_HOST))
		__virtio_clear_bit(vdev, VIRTIO_BALLOON_F_DEFLATE_ON_OOM);
	/* PFNs are physical whatever the device's DMA goes through. */
	__virtio_clear_bit(vdev, VIRTIO_F_ACCESS_PLATFORM);
	return 0;
}

static void rsb_free(struct rsb *b)
{
	kfree(b->stats);
	rsb_bufs_free(b);
	rsb_pool_destroy(&b->pool);
	kfree(b);
}

static int first_bufs(struct rsb *b)
{
	int err;

	mutex_lock(&b->lock);
	err = rsb_bufs_alloc(b, RSB_PFNS_PER_BUF);
	mutex_unlock(&b->lock);
	return err;
}

static struct rsb *rsb_alloc(struct virtio_device *vdev)
{
	struct rsb *b = kzalloc(sizeof(*b), GFP_KERNEL);
	int err;

	if (!b)
		return NULL;
	b->vdev = vdev;
	b->stopping = true;
	mutex_init(&b->lock);
	init_waitqueue_head(&b->acked);
	b->mode_wish = RSB_MODE_AUTO;
	rsb_settings_init(b);
	rsb_worker_init(b);
	rsb_report_init(b);
	rsb_hint_init(b);
	rsb_pressure_init(b);
	err = rsb_pool_init(&b->pool) ?: rsb_stats_init(b) ?: first_bufs(b);
	if (err) {
		rsb_free(b);
		return NULL;
	}
	return b;
}

/* Zero, see rsb_validate(). */
static void write_poison(struct rsb *b)
{
	u32 poison_val = 0;

	if (virtio_has_feature(b->vdev, VIRTIO_BALLOON_F_PAGE_POISON))
		virtio_cwrite_le(b->vdev, struct virtio_balloon_config,
				 poison_val, &poison_val);
}

static int rsb_start(struct rsb *b)
{
	int err;

	err = rsb_queues_find(b);
	if (err)
		return err;
	/* A resumed device may not be what it was. */
	if (b->mode_wish == RSB_MODE_AUTO || !rsb_mode_possible(b, b->mode))
		b->mode = rsb_mode_auto(b);
	write_poison(b);
	virtio_device_ready(b->vdev);
	err = rsb_hint_start(b);
	if (err)
		goto err_reset;
	err = rsb_oom_register(b);
	if (err)
		goto err_hint;
	WRITE_ONCE(b->stopping, false);
	rsb_stats_start(b);
	rsb_worker_start(b);
	rsb_report_start(b);
	rsb_pressure_start(b);
	rsb_hint_wake(b);
	return 0;

err_hint:
	rsb_hint_stop(b);
err_reset:
	rsb_queues_reset(b);
	b->vdev->config->del_vqs(b->vdev);
	rsb_worker_release(b);
	return err;
}

/*
 * The worker first, as it alone makes the balloon grow. The OOM path may still
 * shrink it while it is emptied. Free page reporting goes after the reset: a
 * report that is under way ends with it even if the host is silent. After that
 * nothing queues work any more, and nobody uses the queues.
 */
static void rsb_stop(struct rsb *b)
{
	/*
	 * Still stopped: rsb_restore() failed. There are no queues, but the
	 * core has told the device so and wants it reset before it goes.
	 */
	if (b->stopping) {
		virtio_reset_device(b->vdev);
		return;
	}
	rsb_worker_stop(b);
	rsb_pressure_stop(b);
	rsb_oom_unregister(b);
	rsb_hint_stop(b);
	cancel_work_sync(&b->stats_work);
	rsb_queues_reset(b);
	rsb_report_stop(b);
	rsb_hint_release(b);
	cancel_work_sync(&b->stats_work);
	b->vdev->config->del_vqs(b->vdev);
	rsb_worker_release(b);
}

static int rsb_probe(struct virtio_device *vdev)
{
	struct rsb *b;
	int err;

	if (!vdev->config->get) {
		dev_err(&vdev->dev, "the device has no configuration space\n");
		return -EINVAL;
	}
	b = rsb_alloc(vdev);
	if (!b)
		return -ENOMEM;
	b->wq = alloc_workqueue("%s-%s", WQ_UNBOUND | WQ_FREEZABLE, 0,
				KBUILD_MODNAME, dev_name(&vdev->dev));
	if (!b->wq) {
		err = -ENOMEM;
		goto err_free;
	}
	vdev->priv = b;
	device_set_wakeup_capable(&vdev->dev, true);
	err = rsb_start(b);
	if (err)
		goto err_wq;
	return 0;

err_wq:
	destroy_workqueue(b->wq);
err_free:
	rsb_free(b);
	return err;
}

static void rsb_remove(struct virtio_device *vdev)
{
	struct rsb *b = vdev->priv;

	rsb_stop(b);
	destroy_workqueue(b->wq);
	rsb_free(b);
}

static void rsb_config_changed(struct virtio_device *vdev)
{
	rsb_worker_wake(vdev->priv);
	rsb_hint_wake(vdev->priv);
}

#ifdef CONFIG_PM_SLEEP
/*
 * A hibernated guest wakes up with the memory of a host that knows nothing of
 * its balloon, so it goes to sleep without one.
 */
static int rsb_freeze(struct virtio_device *vdev)
{
	rsb_stop(vdev->priv);
	return 0;
}

static int rsb_restore(struct virtio_device *vdev)
{
	return rsb_start(vdev->priv);
}
#endif

static struct virtio_driver rsb_driver = {
	.feature_table = features,
	.feature_table_size = ARRAY_SIZE(features),
	.driver.name = KBUILD_MODNAME,
	.driver.dev_groups = rsb_groups,
	.id_table = ids,
	.validate = rsb_validate,
	.probe = rsb_probe,
	.remove = rsb_remove,
	.config_changed = rsb_config_changed,
#ifdef CONFIG_PM_SLEEP
	.freeze = rsb_freeze,
	.restore = rsb_restore,
#endif
};

static int __init rsb_init(void)
{
	int err = register_virtio_driver(&rsb_driver);

	if (!err)
		pr_info("version %s loaded\n", RS_VERSION);
	return err;
}

static void __exit rsb_exit(void)
{
	unregister_virtio_driver(&rsb_driver);
}

module_init(rsb_init);
module_exit(rsb_exit);

MODULE_DEVICE_TABLE(virtio, ids);
MODULE_DESCRIPTION("Ringside balloon: virtio-balloon in 2 MiB units");
MODULE_AUTHOR("The Ringside developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(RS_VERSION);
