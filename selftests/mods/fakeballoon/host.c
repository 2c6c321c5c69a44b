// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host: a thread that takes buffers from the rings, enters them in the
 * books and returns them. Late, never, twice or with a wrong number, if the
 * tests want so. It looks at the rings even when nobody kicks, so that a knob
 * takes effect soon.
 */
#include <linux/bottom_half.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

#include "fake.h"

static struct task_struct *host;

typedef void (*desc_fn)(enum rsf_role role, const struct vring_desc *desc);

/* Calls @fn for each descriptor of the buffer that begins with @head. */
static void walk_buffer(enum rsf_role role, const struct vring *ring,
			unsigned int head, desc_fn fn)
{
	const struct vring_desc *table = ring->desc;
	unsigned int i = head, n = ring->num;
	u16 flags;

	flags = virtio16_to_cpu(rsf.vdev, table[i].flags);
	if (flags & VRING_DESC_F_INDIRECT) {
		n = virtio32_to_cpu(rsf.vdev, table[i].len) / sizeof(*table);
		table = phys_to_virt(virtio64_to_cpu(rsf.vdev, table[i].addr));
		i = 0;
	}
	while (n--) {
		fn(role, &table[i]);
		if (!(virtio16_to_cpu(rsf.vdev, table[i].flags) &
		      VRING_DESC_F_NEXT))
			break;
		i = virtio16_to_cpu(rsf.vdev, table[i].next);
	}
}

static void put_used(struct rsf_queue *q, const struct vring *ring, u32 id)
{
	struct vring_used_elem *elem = &ring->used->ring[q->used % ring->num];

	elem->id = cpu_to_virtio32(rsf.vdev, id);
	elem->len = 0;
	q->used++;
	/* The driver reads the index first. */
	smp_store_release(&ring->used->idx, cpu_to_virtio16(rsf.vdev, q->used));
}

static void answer(enum rsf_role role, unsigned int head)
{
	struct rsf_queue *q = &rsf.queues[role];
	const struct vring *ring = virtqueue_get_vring(q->vq);

	if (READ_ONCE(rsf.stray) & BIT(role))
		put_used(q, ring, ring->num);
	put_used(q, ring, head);
	if (READ_ONCE(rsf.twice) & BIT(role))
		put_used(q, ring, head);
	/* A driver's callback expects an interrupt or something like it. */
	local_bh_disable();
	vring_interrupt(0, q->vq);
	local_bh_enable();
}

/* Return: false if the device was reset meanwhile, and nobody waits. */
static bool take_time(void)
{
	unsigned int generation = rsf.generation, ms = READ_ONCE(rsf.delay_ms);

	if (!ms)
		return true;
	mutex_unlock(&rsf.lock);
	wait_event_interruptible_timeout(rsf.kick,
					 READ_ONCE(rsf.generation) != generation ||
					 kthread_should_stop(),
					 msecs_to_jiffies(ms));
	mutex_lock(&rsf.lock);
	return rsf.generation == generation;
}

static void serve(enum rsf_role role, const struct vring *ring, unsigned int head)
{
	rsf.queues[role].buffers++;
	walk_buffer(role, ring, head, rsf_books_told);
	if (role == RSF_STATS) {
		rsf.stats_head = head;
		rsf.stats_kept = true;
		return;
	}
	if (!take_time())
		return;
	walk_buffer(role, ring, head, rsf_books_before_answer);
	answer(role, head);
}

static bool alive(void)
{
	return rsf.vdev && (rsf.status & VIRTIO_CONFIG_S_DRIVER_OK);
}

/* Return: whether there was something to do. */
static bool serve_next(enum rsf_role role)
{
	struct rsf_queue *q = &rsf.queues[role];
	const struct vring *ring;
	u16 next;

	if (!alive() || !q->vq || (READ_ONCE(rsf.mute) & BIT(role)))
		return false;
	if (role == RSF_STATS && rsf.stats_kept && rsf.stats_asked) {
		rsf.stats_kept = false;
		rsf.stats_asked = false;
		answer(role, rsf.stats_head);
		return true;
	}
	ring = virtqueue_get_vring(q->vq);
	/* What the entry says was written before the index. */
	next = virtio16_to_cpu(rsf.vdev, smp_load_acquire(&ring->avail->idx));
	if (next == q->seen)
		return false;
	next = virtio16_to_cpu(rsf.vdev,
			       ring->avail->ring[q->seen++ % ring->num]);
	serve(role, ring, next);
	return true;
}

static void serve_all(void)
{
	enum rsf_role role;
	bool busy;

	do {
		busy = false;
		for (role = 0; role < RSF_ROLES; role++) {
			mutex_lock(&rsf.lock);
			busy |= serve_next(role);
			mutex_unlock(&rsf.lock);
		}
		cond_resched();
	} while (busy && !kthread_should_stop());
}

static int host_thread(void *unused)
{
	while (!kthread_should_stop()) {
		wait_event_interruptible_timeout(rsf.kick,
						 READ_ONCE(rsf.kicked) ||
						 kthread_should_stop(),
						 HZ / 20);
		WRITE_ONCE(rsf.kicked, false);
		serve_all();
	}
	return 0;
}

/**
 * rsf_host_wake - there may be something in a ring
 */
void rsf_host_wake(void)
{
	WRITE_ONCE(rsf.kicked, true);
	wake_up(&rsf.kick);
}

/**
 * rsf_host_start - the host comes to life
 *
 * Return: 0 or -ENOMEM.
 */
int rsf_host_start(void)
{
	host = kthread_run(host_thread, NULL, "rs_fakehost");
	return PTR_ERR_OR_ZERO(host);
}

/**
 * rsf_host_stop - no host any more; the device is gone before
 */
void rsf_host_stop(void)
{
	kthread_stop(host);
}
