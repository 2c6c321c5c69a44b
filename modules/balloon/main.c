// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside_balloon.ko: binds virtio-balloon devices. What is negotiated and
 * why, and the order of setting up and tearing down; the rest is elsewhere,
 * see balloon.h.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/slab.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>

#include "balloon.h"

/*
 * PAGE_POISON is not here. It tells the host what a reported page must read
 * as, for those who report free pages and expect to find them unchanged. We
 * own what we report, and the kernel's own free path poisons or zeroes the
 * page after us, so no content is expected.
 */
static const unsigned int features[] = {
	VIRTIO_BALLOON_F_MUST_TELL_HOST,
	VIRTIO_BALLOON_F_STATS_VQ,
	VIRTIO_BALLOON_F_DEFLATE_ON_OOM,
	VIRTIO_BALLOON_F_FREE_PAGE_HINT,
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
 * ignores them. So STATS_VQ is always accepted; FREE_PAGE_HINT, whose queue
 * comes before the reporting queue, is not implemented and where it is
 * offered REPORTING is declined too. It is in the table only so that the bit
 * shows here.
 */
static int rsb_validate(struct virtio_device *vdev)
{
	if (virtio_has_feature(vdev, VIRTIO_BALLOON_F_FREE_PAGE_HINT)) {
		__virtio_clear_bit(vdev, VIRTIO_BALLOON_F_FREE_PAGE_HINT);
		__virtio_clear_bit(vdev, VIRTIO_BALLOON_F_REPORTING);
	}
	/* The OOM path can't wait until the host has been told. */
	if (virtio_has_feature(vdev, VIRTIO_BALLOON_F_MUST_TELL_HOST))
		__virtio_clear_bit(vdev, VIRTIO_BALLOON_F_DEFLATE_ON_OOM);
	/* PFNs are physical whatever the device's DMA goes through. */
	__virtio_clear_bit(vdev, VIRTIO_F_ACCESS_PLATFORM);
	return 0;
}

static enum rsb_mode default_mode(struct rsb *b)
{
	if (rsb_mode_possible(b, RSB_MODE_REPORT))
		return RSB_MODE_REPORT;
	if (rsb_mode_possible(b, RSB_MODE_STRICT))
		return RSB_MODE_STRICT;
	return RSB_MODE_PFN;
}

static void rsb_free(struct rsb *b)
{
	kfree(b->stats);
	kfree(b->bufs);
	rsb_pool_destroy(&b->pool);
	kfree(b);
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
	rsb_worker_init(b);
	err = rsb_pool_init(&b->pool) ?: rsb_stats_init(b);
	b->bufs = kcalloc(RSB_PFN_BUFS, sizeof(*b->bufs), GFP_KERNEL);
	if (err || !b->bufs) {
		rsb_free(b);
		return NULL;
	}
	return b;
}

static int rsb_start(struct rsb *b)
{
	int err;

	err = rsb_queues_find(b);
	if (err)
		return err;
	if (!rsb_mode_possible(b, b->mode))
		b->mode = default_mode(b);
	virtio_device_ready(b->vdev);
	err = rsb_oom_register(b);
	if (err) {
		b->stopping = true;
		rsb_queues_forget(b);
		rsb_worker_release(b);
		return err;
	}
	WRITE_ONCE(b->stopping, false);
	rsb_stats_start(b);
	rsb_worker_start(b);
	return 0;
}

/*
 * The worker first, as it alone makes the balloon grow. The OOM path may still
 * shrink it while it is emptied. After the reset nothing queues work any more.
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
	rsb_oom_unregister(b);
	cancel_work_sync(&b->stats_work);
	rsb_queues_forget(b);
	cancel_work_sync(&b->stats_work);
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
