/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ringside_balloon: a virtio-balloon driver that moves memory in 2 MiB units.
 *
 * main.c      binds the device: features, queues, probe, remove, suspend
 * worker.c    the state machine: when to look at the target, and what then
 * steps.c     one bounded step of inflating, deflating, splitting
 * pool.c      the units held, and what the kernel's books say about them
 * pages.c     the single pages held, through the kernel's balloon core
 * transport.c the queues that name pages to the host by number
 * report.c    the queue that names ranges, for units and for free memory
 * hint.c      tells a host that migrates us what it need not copy
 * oom.c       gives memory back when the guest runs out
 * pressure.c  gives memory back before it does, if asked to
 * stats.c     answers the host's questions about the guest
 * sysfs.c     what an administrator sees
 * settings.c  what an administrator sets
 * plan.c      arithmetic, shared with the host's tests
 *
 * Locking. rsb.lock is held over every step of the worker, over teardown, over
 * the migration of a page and by the sysfs writers that change how steps are
 * done. Under it, and nowhere else, the inflate and deflate queues are used,
 * hosts are waited for and pages are allocated. Pages are allocated with flags
 * that never invoke the OOM killer, so that waiting for rsb.lock never means
 * waiting for it.
 *
 * rsb.report_sem is the right to use the report queue, which the kernel's free
 * page reporting wants as well. It is no mutex because a host that is silent
 * must not keep others waiting for ever: it is taken with a time limit.
 *
 * rsb_pool.lock is a leaf but for the lock inside the kernel's balloon core:
 * the list of units, what is kept for a migration, and the notes that the OOM
 * path leaves for the worker. The OOM notifier and the shrinker take only this
 * one: they neither sleep nor talk to the host, because their caller may be
 * the very allocation that the host waits for.
 *
 * Order: rsb.lock, rsb.report_sem, rsb_pool.lock, the balloon core's lock.
 */
#ifndef _RSB_BALLOON_H
#define _RSB_BALLOON_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/page_reporting.h>
#include <linux/scatterlist.h>
#include <linux/semaphore.h>
#include <linux/spinlock.h>
#include <linux/virtio.h>
#include <linux/virtio_balloon.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#define RS_WANT_BALLOON_CORE
#define RS_WANT_SHRINKER
#include <ringside/compat.h>

#include "plan.h"

/* One kick is at most 64 MiB: QEMU handles it under its big lock. */
#define RSB_KICK_UNITS		32
/* A guest that zeroes what it allocates populates the host's memory again. */
#define RSB_KICK_UNITS_ZEROED	8
/* Pages of 4 KiB in one step: 8 MiB, eight buffers. */
#define RSB_STEP_PAGES		2048
/* Some hosts ignore longer buffers (cloud-hypervisor, Firecracker). */
#define RSB_PFNS_PER_BUF	256
#define RSB_PFNS_PER_BUF_MAX	1024
#define RSB_PFN_BUFS		16
/* What one call of the OOM notifier gives back: 32 MiB. */
#define RSB_OOM_UNITS		16
/* A host that is silent for so long is taken for dead: the default. */
#define RSB_HOST_TIMEOUT_S	30
/* Notes that fit between two visits of the worker. */
#define RSB_NOTES		8192

enum rsb_mode {
	RSB_MODE_REPORT,
	RSB_MODE_STRICT,
	RSB_MODE_PFN,
	RSB_MODE_4K,
	RSB_MODE_AUTO,
	RSB_MODES,
};

enum rsb_state {
	RSB_IDLE,
	RSB_INFLATING,
	RSB_DEFLATING,
	RSB_LIMITED,
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
	RSB_N_PRESSURE_RELEASED,
	RSB_N_RESYNCED,
	RSB_N_HINTED,
	RSB_N_REPORTED_FREE,
	RSB_N_INFLATE_NS,
	RSB_N_DEFLATE_NS,
	RSB_N_HOST_ACKS,
	RSB_N_ALLOC_FAIL_2M,
	RSB_N_ALLOC_FAIL_4K,
	RSB_N_FALLBACKS,
	RSB_N_BACKOFFS,
	RSB_N_HOLDOFFS,
	RSB_N_RESYNCS,
	RSB_N_HOST_TIMEOUTS,
	RSB_COUNTERS,
};

/* What an administrator may set, in the unit that the attribute has. */
enum rsb_setting {
	RSB_S_FLOOR,
	RSB_S_RESERVE,
	RSB_S_BATCH,
	RSB_S_MAX_RATE,
	RSB_S_COMPACT,
	RSB_S_FALLBACK_4K,
	RSB_S_PFNS_PER_BUF,
	RSB_S_OOM_RELEASE,
	RSB_S_OOM_HOLDOFF,
	RSB_S_PRESSURE_DEFLATE,
	RSB_S_PRESSURE_REFAULTS,
	RSB_S_FREE_REPORTING,
	RSB_SETTINGS,
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

/**
 * struct rsb_pool - the pages held
 * @lock: protects what is not said to be protected otherwise
 * @units: free-standing blocks of RSB_UNIT_PAGES pages, through page->lru
 * @nr_units: length of @units
 * @core: single pages; the host was told of each one on the inflate queue.
 *	Protected by the balloon core's lock
 * @nr_pages: single pages held, those included that are being migrated
 * @goal: the target that the worker saw last, in pages
 * @hold: memory was released for a guest in need; no inflation for now
 * @hold_since: jiffies when @hold was set
 * @nr_owed: how many of @owed are in use
 * @owed: pages that were freed before the host was told so; the worker tells
 *	it later
 * @aside: pages that a silent host was told of, or only of a part of them.
 *	Held, but out of everybody's reach: it may still act on them
 * @aside_leaves: @aside was on its way out of the balloon
 * @hinted: pages that a silent host was hinted at; as @aside otherwise
 */
struct rsb_pool {
	spinlock_t lock;
	struct list_head units;
	unsigned long nr_units;
	struct balloon_dev_info core;
	atomic_long_t nr_pages;
	unsigned long goal;
	bool hold;
	unsigned long hold_since;
	unsigned int nr_owed;
	struct rsb_range *owed;
	struct rsb_batch aside;
	bool aside_leaves;
	struct rsb_batch hinted;
};

/**
 * struct rsb_queue - one of the queues that name pages to the host
 * @vq: the queue; NULL if the host has none
 * @in_flight: buffers that the host has not returned; protected as @vq is
 */
struct rsb_queue {
	struct virtqueue *vq;
	unsigned int in_flight;
};

/**
 * struct rsb - one balloon device
 * @vdev: the device; immutable
 * @wq: runs all work items below; immutable
 * @work: the worker
 * @stats_work: answers on the statistics queue
 * @hint_work: follows the host's rounds of hinting
 * @reporting_work: starts and stops the reporting of free memory
 * @pressure_work: looks for signs of a guest in need
 * @acked: woken when the host returns a buffer
 * @stopping: there are no queues, or they are about to go; cuts waits short
 * @stalled: the host owes an answer; its return starts the worker again
 * @gone: the device was reset, no buffer will ever come back
 * @lock: see the top of this file
 * @inflate: PFNs that enter the balloon
 * @deflate: PFNs that leave it
 * @report: ranges whose content the host may drop, under @report_sem
 * @report_sem: see the top of this file
 * @free_reporting: our entry with the kernel's free page reporting
 * @reporting_free: whether it is registered; changed by @reporting_work, and
 *	by teardown after that
 * @hint: blocks that a migrating host need not copy; used by @hint_work only
 * @hint_held: blocks kept until the migration is over, under the pool's lock
 * @nr_hint_held: length of @hint_held, under the pool's lock
 * @hint_lent: the host did not return all of @hint_held, so none may be freed;
 *	under the pool's lock
 * @hint_owed: the host did not return all hints about what the balloon holds:
 *	rsb_pool.hinted is not empty. Set under @lock
 * @hint_shrinker: frees of @hint_held when the guest is short of memory
 * @hint_round: the round that was begun last; used by @hint_work only
 * @hint_changed: the host may have begun or ended a round; set in any context,
 *	cleared by @hint_work
 * @hint_word: buffer of the command that opens or closes a round
 * @stats_vq: the statistics queue or NULL; used by @stats_work and probe only
 * @stats: the buffer on @stats_vq, the host's while it is in the queue
 * @bufs: PFN buffers for @inflate and @deflate, of RSB_S_PFNS_PER_BUF each
 * @free_bufs: those of @bufs that no queue has, under @lock
 * @nr_free_bufs: length of @free_bufs
 * @mode: how the host is told; changes only under @lock with nothing held
 * @mode_wish: what was asked for: @mode, or RSB_MODE_AUTO
 * @state: for sysfs; written under @lock
 * @last_error: for sysfs; the last failure, a negative errno or 0
 * @told: so many pages of what was set aside the host was told of by number,
 *	under @lock
 * @target: what the last step was about, under @lock
 * @host_pages: the host's target as last read; for sysfs
 * @guest_pages: what the administrator wants held in all, 0 for auto
 * @actual: what the host was told last, under @lock
 * @effort: how hard the next unit is asked for, under @lock
 * @backoff_ms: the last pause, under @lock
 * @not_before: jiffies before which the limited rate allows no step; @lock
 * @early: pages that the pressure watch wants released
 * @distress: what the pressure watch saw last; used by @pressure_work only
 * @set: see enum rsb_setting; written under @lock
 * @defaults: what @set was when the device was bound; immutable. The RAM that
 *	some depend on can not be told later, when the balloon holds a part
 * @pool: the pages
 * @oom_nb: the OOM notifier, registered if DEFLATE_ON_OOM was negotiated
 * @count: for sysfs; bytes, nanoseconds or events, never reset
 */
struct rsb {
	struct virtio_device *vdev;
	struct workqueue_struct *wq;
	struct delayed_work work;
	struct work_struct stats_work;
	struct work_struct hint_work;
	struct work_struct reporting_work;
	struct delayed_work pressure_work;
	wait_queue_head_t acked;
	bool stopping;
	bool stalled;
	bool gone;

	struct mutex lock;
	struct rsb_queue inflate;
	struct rsb_queue deflate;
	struct rsb_queue report;
	struct semaphore report_sem;
	struct page_reporting_dev_info free_reporting;
	bool reporting_free;
	struct rsb_queue hint;
	struct list_head hint_held;
	unsigned long nr_hint_held;
	bool hint_lent;
	bool hint_owed;
	struct rs_shrinker hint_shrinker;
	u32 hint_round;
	bool hint_changed;
	__virtio32 hint_word;
	struct virtqueue *stats_vq;
	struct virtio_balloon_stat *stats;
	__virtio32 *bufs[RSB_PFN_BUFS];
	__virtio32 *free_bufs[RSB_PFN_BUFS];
	unsigned int nr_free_bufs;

	enum rsb_mode mode;
	enum rsb_mode mode_wish;
	enum rsb_state state;
	int last_error;
	unsigned long told;
	struct rsb_target target;
	unsigned long host_pages;
	unsigned long guest_pages;
	unsigned long actual;
	enum rsb_effort effort;
	unsigned int backoff_ms;
	unsigned long not_before;
	atomic_long_t early;
	struct rsb_distress distress;
	u64 set[RSB_SETTINGS];
	u64 defaults[RSB_SETTINGS];

	struct rsb_pool pool;
	struct notifier_block oom_nb;
	atomic64_t count[RSB_COUNTERS];
};

static inline void rsb_count(struct rsb *b, enum rsb_counter c, u64 n)
{
	atomic64_add(n, &b->count[c]);
}

/* For any context; the value may change at any time. */
static inline u64 rsb_get(const struct rsb *b, enum rsb_setting s)
{
	return READ_ONCE(b->set[s]);
}

/* The same for settings in bytes. */
static inline unsigned long rsb_get_pages(const struct rsb *b,
					  enum rsb_setting s)
{
	return rsb_get(b, s) >> PAGE_SHIFT;
}

/* May the pages be reused while the host's MemTotal still counts them? */
static inline bool rsb_deflates_on_oom(const struct rsb *b)
{
	return virtio_has_feature(b->vdev, VIRTIO_BALLOON_F_DEFLATE_ON_OOM);
}

/* Single pages are of no use to a host whose pages are larger. */
static inline bool rsb_whole_units(const struct rsb *b)
{
	return b->mode != RSB_MODE_4K && !rsb_get(b, RSB_S_FALLBACK_4K);
}

/* Must the host have heard of a page's release before it is used? */
static inline bool rsb_must_tell(const struct rsb *b)
{
	return virtio_has_feature(b->vdev, VIRTIO_BALLOON_F_MUST_TELL_HOST);
}

/*
 * Units are not movable: they stay for long, so they must not sit in
 * ZONE_MOVABLE or in CMA areas. A unit fills its pageblock and so fragments
 * nothing.
 */
#define RSB_GFP (GFP_HIGHUSER | __GFP_NOWARN | __GFP_NOMEMALLOC)

/* pool.c */
int rsb_pool_init(struct rsb_pool *pool);
void rsb_pool_destroy(struct rsb_pool *pool);
unsigned long rsb_pool_size(struct rsb_pool *pool);
void rsb_pool_counts(struct rsb_pool *pool, unsigned long *units,
		     unsigned long *pages);
void rsb_batch_alloc_units(struct rsb *b, struct rsb_batch *batch,
			   unsigned long nr, gfp_t retry);
void rsb_pool_enter(struct rsb *b, struct rsb_batch *batch);
void rsb_pool_take_locked(struct rsb_pool *pool, struct rsb_batch *batch,
			  unsigned long units, unsigned long pages)
	__must_hold(&pool->lock);
void rsb_pool_take(struct rsb_pool *pool, struct rsb_batch *batch,
		   unsigned long units, unsigned long pages);
void rsb_pool_untake(struct rsb_pool *pool, struct rsb_batch *batch);
void rsb_pool_set_aside(struct rsb_pool *pool, struct rsb_batch *batch,
			bool leaves);
bool rsb_pool_take_aside(struct rsb_pool *pool, struct rsb_batch *batch);
void rsb_pool_set_hinted(struct rsb_pool *pool, struct rsb_batch *batch);
void rsb_pool_take_hinted(struct rsb_pool *pool, struct rsb_batch *batch);
void rsb_pool_release(struct rsb *b, struct rsb_batch *batch);
void rsb_batch_split_unit(struct rsb *b, struct rsb_batch *batch);
int rsb_pool_walk(struct rsb *b,
		  int (*visit)(struct rsb *b, struct rsb_batch *batch))
	__must_hold(&b->lock);
void rsb_account_managed(struct rsb *b, struct list_head *list, long each);

/* pages.c */
void rsb_pages_init(struct rsb_pool *pool);
void rsb_batch_alloc_pages(struct rsb *b, struct rsb_batch *batch,
			   unsigned long nr);
unsigned long rsb_pages_take(struct rsb_pool *pool, struct list_head *list,
			     unsigned long nr);
void rsb_pages_put(struct rsb_pool *pool, struct list_head *list);
void rsb_pages_free(struct list_head *list);

/* transport.c */
extern unsigned int rsb_host_timeout_s;
unsigned int rsb_patience_s(const struct rsb *b);
int rsb_queues_find(struct rsb *b);
void rsb_queues_reset(struct rsb *b);
int rsb_bufs_alloc(struct rsb *b, unsigned int pfns) __must_hold(&b->lock);
void rsb_bufs_free(struct rsb *b);
bool rsb_mode_possible(struct rsb *b, enum rsb_mode mode);
enum rsb_mode rsb_mode_auto(struct rsb *b);
bool rsb_owes_units(const struct rsb *b);
bool rsb_host_ready(struct rsb *b) __must_hold(&b->lock);
bool rsb_host_broken(struct rsb *b);
unsigned int rsb_reap(struct rsb *b, struct rsb_queue *q);
int rsb_wait_for_host(struct rsb *b, struct rsb_queue *q, unsigned int max);
int rsb_give_up(struct rsb *b, const char *queue);
int rsb_tell_inflate(struct rsb *b, struct rsb_batch *batch)
	__must_hold(&b->lock);
int rsb_tell_split(struct rsb *b, struct rsb_batch *batch)
	__must_hold(&b->lock);
int rsb_tell_deflate(struct rsb *b, struct rsb_batch *batch)
	__must_hold(&b->lock);
int rsb_tell_page(struct rsb *b, struct rsb_queue *q, struct page *page)
	__must_hold(&b->lock);
int rsb_tell_owed(struct rsb *b) __must_hold(&b->lock);

/* report.c */
bool rsb_may_report_free(struct rsb *b);
void rsb_report_init(struct rsb *b);
void rsb_report_start(struct rsb *b);
void rsb_report_stop(struct rsb *b);
bool rsb_report_ready(struct rsb *b);
int rsb_report_units(struct rsb *b, struct rsb_batch *batch)
	__must_hold(&b->lock);
int rsb_report_free_set(struct rsb *b);

/* hint.c */
void rsb_hint_init(struct rsb *b);
int rsb_hint_start(struct rsb *b);
void rsb_hint_wake(struct rsb *b);
void rsb_hint_stop(struct rsb *b);
void rsb_hint_release(struct rsb *b);
bool rsb_hint_ready(struct rsb *b);

/* steps.c */
long rsb_inflate(struct rsb *b, const struct rsb_plan *plan)
	__must_hold(&b->lock);
long rsb_deflate(struct rsb *b, const struct rsb_plan *plan)
	__must_hold(&b->lock);
int rsb_settle(struct rsb *b) __must_hold(&b->lock);

/* worker.c */
void rsb_worker_init(struct rsb *b);
void rsb_worker_start(struct rsb *b);
void rsb_worker_wake(struct rsb *b);
void rsb_worker_stop(struct rsb *b);
void rsb_worker_release(struct rsb *b);
void rsb_hold_locked(struct rsb *b) __must_hold(&b->pool.lock);
int rsb_resync(struct rsb *b) __must_hold(&b->lock);

/* oom.c */
int rsb_oom_register(struct rsb *b);
void rsb_oom_unregister(struct rsb *b);
bool rsb_owe_page(struct rsb_pool *pool, struct page *page);

/* pressure.c */
void rsb_pressure_init(struct rsb *b);
void rsb_pressure_start(struct rsb *b);
void rsb_pressure_stop(struct rsb *b);

/* stats.c */
int rsb_stats_init(struct rsb *b);
void rsb_stats_start(struct rsb *b);
void rsb_stats_asked(struct virtqueue *vq);
unsigned long rsb_allocation_stalls(const unsigned long *events);

/* sysfs.c */
extern const struct attribute_group *rsb_groups[];

/* settings.c */
void rsb_settings_init(struct rsb *b);
ssize_t rsb_setting_show(struct device *dev, struct device_attribute *attr,
			 char *buf);
ssize_t rsb_setting_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t count);

#endif /* _RSB_BALLOON_H */
