/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ringside_balloon: a virtio-balloon driver that moves memory in 2 MiB units.
 *
 * main.c      binds the device: features, queues, probe, remove, suspend
 * worker.c    the state machine: follows the target, one step at a time
 * pool.c      the pages held, and what the kernel's books say about them
 * transport.c the queues on which the host learns about pages
 * oom.c       gives memory back when the guest runs out
 * stats.c     answers the host's questions about the guest
 * sysfs.c     what an administrator sees and sets
 * plan.c      arithmetic, shared with the host's tests
 *
 * Locking. rsb.lock is held over every step of the worker, over teardown and
 * by the sysfs writers that change how steps are done. Under it, and nowhere
 * else, the inflate, deflate and report queues are used, hosts are waited for
 * and pages are allocated. Pages are allocated with flags that never invoke
 * the OOM killer, so that waiting for rsb.lock never means waiting for it.
 *
 * rsb_pool.lock is a leaf: lists, counts and the notes that the OOM path
 * leaves for the worker. The OOM notifier takes only this one: it neither
 * sleeps nor talks to the host, because its caller may be the very allocation
 * that the host waits for.
 *
 * Order: rsb.lock, then rsb_pool.lock.
 */
#ifndef _RSB_BALLOON_H
#define _RSB_BALLOON_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/scatterlist.h>
#include <linux/spinlock.h>
#include <linux/virtio.h>
#include <linux/virtio_balloon.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "plan.h"

/* One kick is at most 64 MiB: QEMU handles it under its big lock. */
#define RSB_KICK_UNITS		32
/* A guest that zeroes what it allocates populates the host's memory again. */
#define RSB_KICK_UNITS_ZEROED	8
/* Pages of 4 KiB in one step: 8 MiB, eight buffers. */
#define RSB_STEP_PAGES		2048
/* Some hosts ignore longer buffers (cloud-hypervisor, Firecracker). */
#define RSB_PFNS_PER_BUF	256
#define RSB_PFN_BUFS		16
/* What one call of the OOM notifier gives back: 32 MiB. */
#define RSB_OOM_PAGES		8192
/* A host that is silent for so long is taken for dead: the default. */
#define RSB_HOST_TIMEOUT_S	30

enum rsb_mode {
	RSB_MODE_REPORT,
	RSB_MODE_STRICT,
	RSB_MODE_PFN,
	RSB_MODE_4K,
	RSB_MODES,
};

enum rsb_state {
	RSB_IDLE,
	RSB_INFLATING,
	RSB_DEFLATING,
	RSB_BACKOFF,
	RSB_HOLDOFF,
	RSB_STALLED,
	RSB_BROKEN,
	RSB_STATES,
};

/* How hard the next unit is asked for; only ever goes up between targets. */
enum rsb_effort {
	RSB_TRY_FREE,
	RSB_TRY_RECLAIM,
	RSB_TRY_SMALL,
};

enum rsb_counter {
	RSB_N_INFLATED,
	RSB_N_DEFLATED,
	RSB_N_OOM_RELEASED,
	RSB_N_ALLOC_FAIL_2M,
	RSB_N_ALLOC_FAIL_4K,
	RSB_N_FALLBACKS,
	RSB_N_BACKOFFS,
	RSB_N_HOST_TIMEOUTS,
	RSB_COUNTERS,
};

/**
 * struct rsb_pool - the pages held
 * @lock: protects everything here; a leaf
 * @units: free-standing blocks of RSB_UNIT_PAGES pages, through page->lru
 * @pages: single pages, through page->lru; the host was told of each one on
 *	the inflate queue
 * @nr_units: length of @units
 * @nr_pages: length of @pages
 * @goal: the target that the worker saw last, in pages
 * @oom_hold: the OOM path released memory; no inflation until @goal changes
 * @nr_owed: how many of @owed are in use
 * @owed: pages that the OOM path freed before the host was told so; the
 *	worker tells it later
 */
struct rsb_pool {
	spinlock_t lock;
	struct list_head units;
	struct list_head pages;
	unsigned long nr_units;
	unsigned long nr_pages;
	unsigned long goal;
	bool oom_hold;
	unsigned int nr_owed;
	struct rsb_range *owed;
};

/**
 * struct rsb_queue - one of the queues that name pages to the host
 * @vq: the queue; NULL if the host has none
 * @in_flight: buffers that the host has not returned, under rsb.lock
 */
struct rsb_queue {
	struct virtqueue *vq;
	unsigned int in_flight;
};

struct rsb_pfn_buf {
	__virtio32 pfn[RSB_PFNS_PER_BUF];
};

/**
 * struct rsb - one balloon device
 * @vdev: the device; immutable
 * @wq: runs @work and @stats_work; immutable
 * @work: the worker
 * @stats_work: answers on the statistics queue
 * @acked: woken when the host returns a buffer
 * @stopping: there are no queues, or they are about to go; cuts waits short
 * @stalled: the host owes an answer; its return starts the worker again
 * @lock: see the top of this file
 * @inflate: PFNs that enter the balloon
 * @deflate: PFNs that leave it
 * @report: ranges whose content the host may drop
 * @stats_vq: the statistics queue or NULL; used by @stats_work and probe only
 * @stats: the buffer on @stats_vq, the host's while it is in the queue
 * @bufs: PFN buffers for @inflate and @deflate
 * @free_bufs: those of @bufs that no queue has, under @lock
 * @nr_free_bufs: length of @free_bufs
 * @mode: how the host is told; changes only under @lock with nothing held
 * @state: for sysfs; written under @lock
 * @target: what the last step was about, under @lock
 * @host_pages: the host's target as last read; for sysfs
 * @guest_pages: what the administrator wants held in all, 0 for auto
 * @actual: what the host was told last, under @lock
 * @effort: how hard the next unit is asked for, under @lock
 * @backoff_ms: the last pause, under @lock
 * @pool: the pages
 * @oom_nb: the OOM notifier, registered if DEFLATE_ON_OOM was negotiated
 * @count: for sysfs; bytes or events, never reset
 */
struct rsb {
	struct virtio_device *vdev;
	struct workqueue_struct *wq;
	struct delayed_work work;
	struct work_struct stats_work;
	wait_queue_head_t acked;
	bool stopping;
	bool stalled;

	struct mutex lock;
	struct rsb_queue inflate;
	struct rsb_queue deflate;
	struct rsb_queue report;
	struct virtqueue *stats_vq;
	struct virtio_balloon_stat *stats;
	struct rsb_pfn_buf *bufs;
	struct rsb_pfn_buf *free_bufs[RSB_PFN_BUFS];
	unsigned int nr_free_bufs;

	enum rsb_mode mode;
	enum rsb_state state;
	struct rsb_target target;
	unsigned long host_pages;
	unsigned long guest_pages;
	unsigned long actual;
	enum rsb_effort effort;
	unsigned int backoff_ms;

	struct rsb_pool pool;
	struct notifier_block oom_nb;
	atomic64_t count[RSB_COUNTERS];
};

/**
 * struct rsb_batch - pages on their way into or out of the pool
 * @units: blocks of RSB_UNIT_PAGES pages
 * @pages: single pages
 * @nr_units: length of @units
 * @nr_pages: length of @pages
 */
struct rsb_batch {
	struct list_head units;
	struct list_head pages;
	unsigned long nr_units;
	unsigned long nr_pages;
};

static inline void rsb_batch_init(struct rsb_batch *batch)
{
	INIT_LIST_HEAD(&batch->units);
	INIT_LIST_HEAD(&batch->pages);
	batch->nr_units = 0;
	batch->nr_pages = 0;
}

static inline unsigned long rsb_batch_size(const struct rsb_batch *batch)
{
	return batch->nr_units * RSB_UNIT_PAGES + batch->nr_pages;
}

static inline void rsb_count(struct rsb *b, enum rsb_counter c, u64 n)
{
	atomic64_add(n, &b->count[c]);
}

/* May the pages be reused while the host's MemTotal still counts them? */
static inline bool rsb_deflates_on_oom(const struct rsb *b)
{
	return virtio_has_feature(b->vdev, VIRTIO_BALLOON_F_DEFLATE_ON_OOM);
}

/* pool.c */
int rsb_pool_init(struct rsb_pool *pool);
void rsb_pool_destroy(struct rsb_pool *pool);
unsigned long rsb_pool_size(struct rsb_pool *pool);
void rsb_pool_counts(struct rsb_pool *pool, unsigned long *units,
		     unsigned long *pages);
void rsb_batch_alloc_units(struct rsb *b, struct rsb_batch *batch,
			   unsigned long nr, gfp_t retry);
void rsb_batch_alloc_pages(struct rsb *b, struct rsb_batch *batch,
			   unsigned long nr);
void rsb_batch_free(struct rsb_batch *batch);
void rsb_pool_put(struct rsb *b, struct rsb_batch *batch);
void rsb_pool_take_locked(struct rsb_pool *pool, struct rsb_batch *batch,
			  unsigned long units, unsigned long pages)
	__must_hold(&pool->lock);
void rsb_pool_take(struct rsb_pool *pool, struct rsb_batch *batch,
		   unsigned long units, unsigned long pages);
void rsb_pool_untake(struct rsb_pool *pool, struct rsb_batch *batch);
void rsb_pool_release(struct rsb *b, struct rsb_batch *batch);
void rsb_batch_split_unit(struct rsb_batch *batch);

/* transport.c */
extern unsigned int rsb_host_timeout_s;
int rsb_queues_find(struct rsb *b);
void rsb_queues_forget(struct rsb *b);
bool rsb_mode_possible(struct rsb *b, enum rsb_mode mode);
bool rsb_owes_units(const struct rsb *b);
bool rsb_host_ready(struct rsb *b);
bool rsb_host_broken(struct rsb *b);
int rsb_tell_inflate(struct rsb *b, struct rsb_batch *batch);
int rsb_tell_split(struct rsb *b, struct rsb_batch *batch);
int rsb_tell_deflate(struct rsb *b, struct rsb_batch *batch);
int rsb_tell_owed(struct rsb *b);

/* worker.c */
void rsb_worker_init(struct rsb *b);
void rsb_worker_start(struct rsb *b);
void rsb_worker_wake(struct rsb *b);
void rsb_worker_stop(struct rsb *b);
void rsb_worker_release(struct rsb *b);

/* oom.c */
int rsb_oom_register(struct rsb *b);
void rsb_oom_unregister(struct rsb *b);

/* stats.c */
int rsb_stats_init(struct rsb *b);
void rsb_stats_start(struct rsb *b);
void rsb_stats_asked(struct virtqueue *vq);

/* sysfs.c */
extern const struct attribute_group *rsb_groups[];

#endif /* _RSB_BALLOON_H */
