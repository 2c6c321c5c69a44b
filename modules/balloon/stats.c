// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers the host's questions about the guest's memory. The host returns the
 * one buffer of the statistics queue when it wants new numbers; we fill it
 * and give it back.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#include "balloon.h"

/* Room for every tag up to VIRTIO_BALLOON_S_DIRECT_RECLAIM. */
#define NR_STATS 16

struct filler {
	struct rsb *b;
	unsigned int n;
};

static void put(struct filler *f, u16 tag, u64 val)
{
	struct virtio_balloon_stat *s = &f->b->stats[f->n];

	if (WARN_ON_ONCE(f->n == NR_STATS))
		return;
	s->tag = cpu_to_virtio16(f->b->vdev, tag);
	s->val = cpu_to_virtio64(f->b->vdev, val);
	f->n++;
}

static void put_pages(struct filler *f, u16 tag, u64 pages)
{
	put(f, tag, pages << PAGE_SHIFT);
}

static void put_memory(struct filler *f)
{
	struct sysinfo i;

	si_meminfo(&i);
	put_pages(f, VIRTIO_BALLOON_S_MEMFREE, i.freeram);
	put_pages(f, VIRTIO_BALLOON_S_MEMTOT, i.totalram);
	put_pages(f, VIRTIO_BALLOON_S_AVAIL, si_mem_available());
	put_pages(f, VIRTIO_BALLOON_S_CACHES,
		  global_node_page_state(NR_FILE_PAGES));
}

/**
 * rsb_allocation_stalls - allocations that had to reclaim memory themselves
 * @events: from all_vm_events()
 *
 * Return: their number since boot.
 */
unsigned long rsb_allocation_stalls(const unsigned long *events)
{
	unsigned long sum = 0;
	int zone;

	for (zone = 0; zone < MAX_NR_ZONES; zone++)
		sum += events[ALLOCSTALL_NORMAL - ZONE_NORMAL + zone];
	return sum;
}

static void put_events(struct filler *f)
{
	unsigned long events[NR_VM_EVENT_ITEMS];

	all_vm_events(events);
	put_pages(f, VIRTIO_BALLOON_S_SWAP_IN, events[PSWPIN]);
	put_pages(f, VIRTIO_BALLOON_S_SWAP_OUT, events[PSWPOUT]);
	put(f, VIRTIO_BALLOON_S_MAJFLT, events[PGMAJFAULT]);
	put(f, VIRTIO_BALLOON_S_MINFLT, events[PGFAULT]);
#ifdef CONFIG_HUGETLB_PAGE
	put(f, VIRTIO_BALLOON_S_HTLB_PGALLOC, events[HTLB_BUDDY_PGALLOC]);
	put(f, VIRTIO_BALLOON_S_HTLB_PGFAIL, events[HTLB_BUDDY_PGALLOC_FAIL]);
#endif
	put(f, VIRTIO_BALLOON_S_OOM_KILL, events[OOM_KILL]);
	put(f, VIRTIO_BALLOON_S_ALLOC_STALL,
	    rsb_allocation_stalls(events));
	put_pages(f, VIRTIO_BALLOON_S_ASYNC_SCAN,
		  rs_reclaim_count(events, PGSCAN_KSWAPD));
	put_pages(f, VIRTIO_BALLOON_S_DIRECT_SCAN,
		  rs_reclaim_count(events, PGSCAN_DIRECT));
	put_pages(f, VIRTIO_BALLOON_S_ASYNC_RECLAIM,
		  rs_reclaim_count(events, PGSTEAL_KSWAPD));
	put_pages(f, VIRTIO_BALLOON_S_DIRECT_RECLAIM,
		  rs_reclaim_count(events, PGSTEAL_DIRECT));
}

static void send_stats(struct rsb *b)
{
	struct filler f = { .b = b };
	struct scatterlist sg;

	put_memory(&f);
	put_events(&f);
	sg_init_one(&sg, b->stats, f.n * sizeof(*b->stats));
	/* One buffer in a queue of its own always fits. */
	if (!virtqueue_add_outbuf(b->stats_vq, &sg, 1, b->stats, GFP_KERNEL))
		virtqueue_kick(b->stats_vq);
}

static void stats_work(struct work_struct *work)
{
	struct rsb *b = container_of(work, struct rsb, stats_work);
	unsigned int len;

	if (virtqueue_get_buf(b->stats_vq, &len))
		send_stats(b);
}

/**
 * rsb_stats_asked - the host returned the buffer
 * @vq: the statistics queue
 */
void rsb_stats_asked(struct virtqueue *vq)
{
	struct rsb *b = vq->vdev->priv;

	if (!READ_ONCE(b->stopping))
		queue_work(b->wq, &b->stats_work);
}

/**
 * rsb_stats_init - memory for the numbers
 * @b: the device
 *
 * Return: 0 or -ENOMEM.
 */
int rsb_stats_init(struct rsb *b)
{
	INIT_WORK(&b->stats_work, stats_work);
	b->stats = kcalloc(NR_STATS, sizeof(*b->stats), GFP_KERNEL);
	return b->stats ? 0 : -ENOMEM;
}

/**
 * rsb_stats_start - hand the buffer to the host for the first time
 * @b: a device that is ready
 */
void rsb_stats_start(struct rsb *b)
{
	if (b->stats_vq)
		send_stats(b);
}
