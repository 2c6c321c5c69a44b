// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reporting queue, on which ranges of memory are named whose content the
 * host may drop. Two use it: the balloon for the units that it holds, and the
 * kernel's free page reporting for memory that is free anyway.
 *
 * They differ in how they wait. The balloon keeps its units whatever happens
 * and so may give up a silent host. Free memory is taken off the free lists
 * for just as long as the host takes, and may not go back while the host could
 * still drop what is written to it: there the wait ends only with an answer or
 * with the device.
 */
#include <linux/mm.h>

#include "balloon.h"

/* The one who uses the queue; 0, or -ETIMEDOUT because of a silent host. */
static int take_queue(struct rsb *b)
{
	if (!down_timeout(&b->report_sem, rsb_patience_s(b) * HZ))
		return 0;
	/* Pairs with leave_queue(): one of the two sees the other. */
	smp_store_mb(b->stalled, true);
	if (!down_trylock(&b->report_sem)) {
		WRITE_ONCE(b->stalled, false);
		return 0;
	}
	return rsb_give_up(b, b->report.vq->name);
}

static void leave_queue(struct rsb *b)
{
	up(&b->report_sem);
	/* Pairs with take_queue(), which sets rsb.stalled and looks again. */
	smp_mb();
	if (READ_ONCE(b->stalled))
		rsb_worker_wake(b);
}

/**
 * rsb_report_ready - could a report be sent?
 * @b: the device
 *
 * Return: false while the host has a report that it was given up for.
 */
bool rsb_report_ready(struct rsb *b)
{
	unsigned int left;

	if (!b->report.vq)
		return true;
	/* Free memory is being reported: fine, unless it never ends. */
	if (down_trylock(&b->report_sem))
		return !READ_ONCE(b->stalled);
	left = rsb_reap(b, &b->report);
	up(&b->report_sem);
	return !left;
}

static int send_ranges(struct rsb *b, const struct rsb_range *r, unsigned int n)
{
	struct scatterlist sg[RSB_KICK_UNITS];
	unsigned int i;
	int err;

	sg_init_table(sg, n);
	for (i = 0; i < n; i++)
		sg_set_page(&sg[i], pfn_to_page(r[i].pfn),
			    r[i].nr << PAGE_SHIFT, 0);
	err = virtqueue_add_inbuf(b->report.vq, sg, n, b,
				  GFP_NOWAIT | __GFP_NOWARN);
	if (err)
		return err;
	b->report.in_flight++;
	virtqueue_kick(b->report.vq);
	return 0;
}

static int wait_patiently(struct rsb *b)
{
	return rsb_wait_for_host(b, &b->report, 0);
}

static int wait_for_ever(struct rsb *b)
{
	while (!wait_event_timeout(b->acked, !rsb_reap(b, &b->report) ||
				   READ_ONCE(b->gone), HZ)) {
		/* A removed device is marked broken without a wake-up. */
		if (virtqueue_is_broken(b->report.vq))
			return -EIO;
	}
	return READ_ONCE(b->gone) ? -EIO : 0;
}

/* At most RSB_KICK_UNITS ranges; as many at once as the queue has room for. */
static int report(struct rsb *b, struct rsb_range *r, unsigned int n,
		  int (*wait)(struct rsb *b))
{
	unsigned int max = virtqueue_get_vring_size(b->report.vq);
	unsigned int i;
	int err;

	err = take_queue(b);
	if (err)
		return err;
	n = rsb_merge(r, n);
	for (i = 0; i < n && !err; i += max) {
		err = READ_ONCE(b->gone) ? -EIO :
		      send_ranges(b, r + i, min(max, n - i));
		err = err ?: wait(b);
	}
	leave_queue(b);
	return err;
}

/**
 * rsb_report_units - let the host drop the content of units
 * @b: the device
 * @batch: at most RSB_KICK_UNITS units
 *
 * Return: 0; -ETIMEDOUT, -EIO or -ENOSPC. The host may act on the units at any
 * time even then.
 */
int rsb_report_units(struct rsb *b, struct rsb_batch *batch)
{
	struct rsb_range r[RSB_KICK_UNITS];
	unsigned int n = 0;
	struct page *page;

	lockdep_assert_held(&b->lock);
	list_for_each_entry(page, &batch->units, lru) {
		if (WARN_ON_ONCE(n == RSB_KICK_UNITS))
			return -E2BIG;
		r[n].pfn = page_to_pfn(page);
		r[n++].nr = RSB_UNIT_PAGES;
	}
	return report(b, r, n, wait_patiently);
}

/* Called by free page reporting with memory that is off the free lists. */
static int report_free(struct page_reporting_dev_info *info,
		       struct scatterlist *sg, unsigned int n)
{
	struct rsb *b = container_of(info, struct rsb, free_reporting);
	struct rsb_range r[RSB_KICK_UNITS];
	struct scatterlist *s;
	u64 bytes = 0;
	int err, i;

	if (WARN_ON_ONCE(n > RSB_KICK_UNITS))
		return -E2BIG;
	for_each_sg(sg, s, n, i) {
		r[i].pfn = page_to_pfn(sg_page(s));
		r[i].nr = s->length >> PAGE_SHIFT;
		bytes += s->length;
	}
	err = report(b, r, n, wait_for_ever);
	if (!err)
		rsb_count(b, RSB_N_REPORTED_FREE, bytes);
	return err;
}

/**
 * rsb_may_report_free - may free memory be reported at all?
 * @b: the device
 *
 * What is reported comes back with any content, unless the host was told which
 * one is expected. A kernel that zeroes memory when it is freed relies on
 * finding it so, and the host was told (see rsb_validate()). One that poisons
 * it would need a host that keeps the poison, which is the same as keeping the
 * memory.
 *
 * Return: true if the feature was negotiated and nothing speaks against it.
 */
bool rsb_may_report_free(struct rsb *b)
{
	if (!virtio_has_feature(b->vdev, VIRTIO_BALLOON_F_REPORTING) ||
	    page_poisoning_enabled_static())
		return false;
	return !want_init_on_free() ||
	       virtio_has_feature(b->vdev, VIRTIO_BALLOON_F_PAGE_POISON);
}

static void start_reporting(struct rsb *b)
{
	int err;

	/* Smaller pieces would break up the host's huge pages. */
	b->free_reporting.order = RSB_UNIT_ORDER;
	b->free_reporting.report = report_free;
	err = page_reporting_register(&b->free_reporting);
	if (err) {
		WRITE_ONCE(b->last_error, err);
		dev_warn(&b->vdev->dev, "free memory is not reported: %d\n",
			 err);
		return;
	}
	WRITE_ONCE(b->reporting_free, true);
}

static void stop_reporting(struct rsb *b)
{
	page_reporting_unregister(&b->free_reporting);
	WRITE_ONCE(b->reporting_free, false);
}

static bool wanted(struct rsb *b)
{
	return rsb_get(b, RSB_S_FREE_REPORTING) && rsb_may_report_free(b);
}

/*
 * In a work item, because stopping waits for a report that is under way, and
 * that for the host: nobody who could stand in the way of the device's removal
 * may wait here.
 */
static void reporting_work(struct work_struct *work)
{
	struct rsb *b = container_of(work, struct rsb, reporting_work);

	if (wanted(b) && !b->reporting_free)
		start_reporting(b);
	else if (!wanted(b) && b->reporting_free)
		stop_reporting(b);
	wake_up_all(&b->acked);
}

/* Starting can fail: then the work has ended without what is wanted. */
static bool settled(struct rsb *b)
{
	return READ_ONCE(b->reporting_free) == wanted(b) ||
	       !work_busy(&b->reporting_work);
}

/**
 * rsb_report_free_set - follow RSB_S_FREE_REPORTING
 * @b: the device
 *
 * Return: 0; -ETIMEDOUT if the host has an answer to give first, -ERESTARTSYS.
 */
int rsb_report_free_set(struct rsb *b)
{
	long left;

	if (READ_ONCE(b->stopping))
		return 0;
	queue_work(b->wq, &b->reporting_work);
	left = wait_event_interruptible_timeout(b->acked, settled(b), 5 * HZ);
	return left > 0 ? 0 : left ?: -ETIMEDOUT;
}

/**
 * rsb_report_init - prepare, report nothing yet
 * @b: the device
 */
void rsb_report_init(struct rsb *b)
{
	INIT_WORK(&b->reporting_work, reporting_work);
	sema_init(&b->report_sem, 1);
}

/**
 * rsb_report_start - begin to report free memory
 * @b: a device that is ready
 */
void rsb_report_start(struct rsb *b)
{
	if (wanted(b))
		queue_work(b->wq, &b->reporting_work);
}

/**
 * rsb_report_stop - report nothing any more
 * @b: a device that was reset
 */
void rsb_report_stop(struct rsb *b)
{
	cancel_work_sync(&b->reporting_work);
	if (b->reporting_free)
		stop_reporting(b);
}
