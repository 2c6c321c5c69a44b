// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fake device as its driver sees it: features, configuration space and
 * queues. It numbers the queues as QEMU does, over what it offers: a driver
 * that counts differently finds itself talking to the wrong one.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_ring.h>

#include <ringside/compat.h>

#include "fake.h"

struct rsf rsf = {
	.control = __MUTEX_INITIALIZER(rsf.control),
	.lock = __MUTEX_INITIALIZER(rsf.lock),
	.kick = __WAIT_QUEUE_HEAD_INITIALIZER(rsf.kick),
	.ring_size = 128,
	.next_hint_id = 0x80000000,
};

static struct device *parent;

static bool offered(unsigned int bit)
{
	return rsf.offer & BIT_ULL(bit);
}

static void get(struct virtio_device *vdev, unsigned int offset, void *buf,
		unsigned int len)
{
	memset(buf, 0, len);
	mutex_lock(&rsf.lock);
	if (offset < sizeof(rsf.config))
		memcpy(buf, (void *)&rsf.config + offset,
		       min_t(size_t, len, sizeof(rsf.config) - offset));
	mutex_unlock(&rsf.lock);
}

/* Only these two are the driver's to write. */
static void set(struct virtio_device *vdev, unsigned int offset,
		const void *buf, unsigned int len)
{
	mutex_lock(&rsf.lock);
	if ((offset == offsetof(struct virtio_balloon_config, actual) ||
	     offset == offsetof(struct virtio_balloon_config, poison_val)) &&
	    len == sizeof(__le32))
		memcpy((void *)&rsf.config + offset, buf, len);
	else
		rsf.count[RSF_BAD_BUFFER]++;
	mutex_unlock(&rsf.lock);
}

static u8 get_status(struct virtio_device *vdev)
{
	return rsf.status;
}

static void set_status(struct virtio_device *vdev, u8 status)
{
	mutex_lock(&rsf.lock);
	rsf.status = status;
	mutex_unlock(&rsf.lock);
	rsf_host_wake();
}

/* As in QEMU, the target and 'actual' survive. */
static void reset(struct virtio_device *vdev)
{
	mutex_lock(&rsf.lock);
	rsf.status = 0;
	rsf.generation++;
	rsf.stats_kept = false;
	rsf.stats_asked = false;
	rsf.hint_id = 0;
	rsf_books_reset();
	mutex_unlock(&rsf.lock);
}

static bool notify(struct virtqueue *vq)
{
	rsf_host_wake();
	return true;
}

/* The role of the queue with this index; RSF_ROLES if there is none. */
static enum rsf_role role_of(unsigned int index)
{
	static const struct {
		enum rsf_role role;
		unsigned int bit;
	} optional[] = {
		{ RSF_STATS, VIRTIO_BALLOON_F_STATS_VQ },
		{ RSF_HINT, VIRTIO_BALLOON_F_FREE_PAGE_HINT },
		{ RSF_REPORT, VIRTIO_BALLOON_F_REPORTING },
	};
	unsigned int i, next = RSF_STATS;

	if (index < next)
		return index;
	for (i = 0; i < ARRAY_SIZE(optional); i++)
		if (offered(optional[i].bit) && index == next++)
			return optional[i].role;
	return RSF_ROLES;
}

static void del_vqs(struct virtio_device *vdev)
{
	unsigned int i;

	mutex_lock(&rsf.lock);
	for (i = 0; i < RSF_ROLES; i++) {
		if (rsf.queues[i].vq)
			vring_del_virtqueue(rsf.queues[i].vq);
		rsf.queues[i].vq = NULL;
	}
	mutex_unlock(&rsf.lock);
}

static struct virtqueue *add_queue(struct virtio_device *vdev,
				   unsigned int index,
				   const struct virtqueue_info *info)
{
	enum rsf_role role = role_of(index);
	struct virtqueue *vq;

	if (role == RSF_ROLES)
		return ERR_PTR(-ENOENT);
	vq = vring_create_virtqueue(index, rsf.ring_size, SMP_CACHE_BYTES, vdev,
				    true, false, false, notify, info->callback,
				    info->name);
	if (!vq)
		return ERR_PTR(-ENOMEM);
	mutex_lock(&rsf.lock);
	rsf.queues[role].vq = vq;
	rsf.queues[role].seen = 0;
	rsf.queues[role].used = 0;
	mutex_unlock(&rsf.lock);
	return vq;
}

static int find_vqs(struct virtio_device *vdev, unsigned int nr,
		    struct virtqueue *vqs[],
		    const struct virtqueue_info info[])
{
	unsigned int i, index = 0;

	if (rsf.find_vqs_error)
		return -(int)rsf.find_vqs_error;
	for (i = 0; i < nr; i++) {
		if (!info[i].name) {
			vqs[i] = NULL;
			continue;
		}
		vqs[i] = add_queue(vdev, index++, &info[i]);
		if (IS_ERR(vqs[i])) {
			del_vqs(vdev);
			return PTR_ERR(vqs[i]);
		}
	}
	return 0;
}

RS_DEFINE_FIND_VQS(find_vqs)

static u64 get_features(struct virtio_device *vdev)
{
	return rsf.offer | BIT_ULL(VIRTIO_F_VERSION_1);
}

static int finalize_features(struct virtio_device *vdev)
{
	vring_transport_features(vdev);
	return 0;
}

static const char *bus_name(struct virtio_device *vdev)
{
	return "fake";
}

static const struct virtio_config_ops config_ops = {
	.get = get,
	.set = set,
	.get_status = get_status,
	.set_status = set_status,
	.reset = reset,
	.find_vqs = rs_find_vqs,
	.del_vqs = del_vqs,
	.get_features = get_features,
	.finalize_features = finalize_features,
	.bus_name = bus_name,
};

static void release(struct device *dev)
{
	kfree(dev_to_virtio(dev));
}

/**
 * rsf_plug - the device appears; a driver that knows it is bound at once
 *
 * Return: 0, whether or not a driver took it; the error of registering it.
 */
int rsf_plug(void)
{
	struct virtio_device *vdev;
	int err;

	lockdep_assert_held(&rsf.control);
	vdev = kzalloc(sizeof(*vdev), GFP_KERNEL);
	if (!vdev)
		return -ENOMEM;
	vdev->id.device = VIRTIO_ID_BALLOON;
	vdev->id.vendor = VIRTIO_DEV_ANY_ID;
	vdev->config = &config_ops;
	vdev->dev.parent = parent;
	vdev->dev.release = release;
	mutex_lock(&rsf.lock);
	rsf.vdev = vdev;
	mutex_unlock(&rsf.lock);
	err = register_virtio_device(vdev);
	if (err) {
		rsf.vdev = NULL;
		put_device(&vdev->dev);
	}
	return err;
}

/**
 * rsf_unplug - the device goes
 */
void rsf_unplug(void)
{
	struct virtio_device *vdev = rsf.vdev;

	lockdep_assert_held(&rsf.control);
	if (!vdev)
		return;
	/* The host answers until the driver has let go. */
	unregister_virtio_device(vdev);
	mutex_lock(&rsf.lock);
	rsf.vdev = NULL;
	rsf.suspended = false;
	mutex_unlock(&rsf.lock);
}

static int __init rsf_init(void)
{
	int err;

	parent = root_device_register(KBUILD_MODNAME);
	if (IS_ERR(parent))
		return PTR_ERR(parent);
	err = rsf_books_init();
	if (err)
		goto err_parent;
	err = rsf_host_start();
	if (err)
		goto err_books;
	rsf_control_init();
	return 0;

err_books:
	rsf_books_exit();
err_parent:
	root_device_unregister(parent);
	return err;
}

static void __exit rsf_exit(void)
{
	rsf_control_exit();
	mutex_lock(&rsf.control);
	rsf_unplug();
	mutex_unlock(&rsf.control);
	rsf_host_stop();
	rsf_books_exit();
	root_device_unregister(parent);
}

module_init(rsf_init);
module_exit(rsf_exit);

MODULE_DESCRIPTION("Ringside test: a virtio-balloon device that can misbehave");
MODULE_AUTHOR("The Ringside developers");
MODULE_LICENSE("GPL");
