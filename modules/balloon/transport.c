// SPDX-License-Identifier: GPL-2.0-only
/*
 * The queues: setting them up, waiting for the host, and the two that name
 * pages by number. report.c and hint.c have the others that are about pages.
 *
 * Units go through the reporting queue: one descriptor for any number of
 * neighbours, so that the host drops whole huge pages at once. Single pages
 * go as PFNs through the inflate queue, 256 to a buffer, many buffers in
 * flight. Whatever went through the inflate queue leaves through the deflate
 * queue; what was only reported needs no word to the host.
 *
 * No wait is for ever: a host that is silent for too long, or a queue that is
 * marked broken, ends it with an error. Pages that such a host was told about
 * stay in the pool until it answers or the device is reset.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/virtio_config.h>

#include "balloon.h"

/*
 * Never GFP_KERNEL: the caller holds rsb.lock and may be what an allocation
 * would wait for. Without memory the queue uses direct descriptors.
 */
#define RSB_GFP_QUEUE (GFP_NOWAIT | __GFP_NOWARN)

static_assert(PAGE_SHIFT == VIRTIO_BALLOON_PFN_SHIFT);

/* How long to wait for the host; a sixth of it on the way out. Immutable. */
unsigned int rsb_host_timeout_s = RSB_HOST_TIMEOUT_S;

static void acked(struct virtqueue *vq)
{
	struct rsb *b = vq->vdev->priv;

	wake_up(&b->acked);
	if (READ_ONCE(b->stalled) || READ_ONCE(b->hint_owed))
		rsb_worker_wake(b);
}

/**
 * rsb_reap - collect what the host has returned
 * @b: the device
 * @q: one of its queues, which may be missing; the caller has the right to
 *	use it
 *
 * Return: how many buffers the host still has.
 */
unsigned int rsb_reap(struct rsb *b, struct rsb_queue *q)
{
	unsigned int len;
	void *token;

	while (q->vq && (token = virtqueue_get_buf(q->vq, &len))) {
		/* A host that returns what it does not have stops being one. */
		if (WARN_ON_ONCE(!q->in_flight))
			return 0;
		q->in_flight--;
		rsb_count(b, RSB_N_HOST_ACKS, 1);
		if (token != b)
			b->free_bufs[b->nr_free_bufs++] = token;
	}
	return q->in_flight;
}

/**
 * rsb_give_up - the host has had its time
 * @b: the device; the caller has set rsb.stalled and looked once more
 * @queue: where an answer is missing
 *
 * Return: -ETIMEDOUT.
 */
int rsb_give_up(struct rsb *b, const char *queue)
{
	rsb_count(b, RSB_N_HOST_TIMEOUTS, 1);
	WRITE_ONCE(b->last_error, -ETIMEDOUT);
	dev_err(&b->vdev->dev, "no answer from the host on the %s queue\n",
		queue);
	return -ETIMEDOUT;
}

/**
 * rsb_patience_s - how long to wait for the host
 * @b: the device
 *
 * Return: seconds; fewer for a driver that is about to leave.
 */
unsigned int rsb_patience_s(const struct rsb *b)
{
	return READ_ONCE(b->stopping) ? rsb_host_timeout_s / 6 :
					rsb_host_timeout_s;
}

/**
 * rsb_wait_for_host - wait until the host has returned buffers
 * @b: the device
 * @q: a queue that the caller has the right to use
 * @max: so many the host may keep
 *
 * Return: 0, -ETIMEDOUT if the host is silent, -EIO if the device is gone.
 */
int rsb_wait_for_host(struct rsb *b, struct rsb_queue *q, unsigned int max)
{
	unsigned int slice = 0;

	for (;;) {
		if (wait_event_timeout(b->acked, rsb_reap(b, q) <= max, HZ))
			return 0;
		/* A removed device is marked broken without a wake-up. */
		if (virtqueue_is_broken(q->vq))
			return -EIO;
		if (++slice >= rsb_patience_s(b))
			break;
	}
	/* acked() must see this before the last look at the queue. */
	smp_store_mb(b->stalled, true);
	if (rsb_reap(b, q) > max)
		return rsb_give_up(b, q->vq->name);
	WRITE_ONCE(b->stalled, false);
	return 0;
}

/**
 * rsb_host_ready - does the host owe nothing?
 * @b: the device
 *
 * Return: false while a host that timed out has not answered.
 */
bool rsb_host_ready(struct rsb *b)
{
	lockdep_assert_held(&b->lock);
	if (rsb_reap(b, &b->inflate) + rsb_reap(b, &b->deflate) ||
	    !rsb_report_ready(b))
		return false;
	if (b->stalled) {
		WRITE_ONCE(b->stalled, false);
		dev_info(&b->vdev->dev, "the host answers again\n");
	}
	return true;
}

static bool queue_broken(const struct rsb_queue *q)
{
	return q->vq && virtqueue_is_broken(q->vq);
}

/**
 * rsb_host_broken - is the device gone?
 * @b: the device
 *
 * All queues of a device that was removed are broken, and one queue after an
 * answer of the host's that makes no sense.
 *
 * Return: true if no answer will ever come.
 */
bool rsb_host_broken(struct rsb *b)
{
	return queue_broken(&b->inflate) || queue_broken(&b->deflate) ||
	       queue_broken(&b->report);
}

/**
 * struct tell - PFNs on their way into a queue
 * @b: the device
 * @q: the queue
 * @buf: the buffer that is being filled, or NULL
 * @used: how many PFNs are in it
 * @skip: so many PFNs still to come were told before
 * @sent: how many PFNs the host was told of, those before included
 * @err: the first error; nothing more is sent after it
 */
struct tell {
	struct rsb *b;
	struct rsb_queue *q;
	__virtio32 *buf;
	unsigned int used;
	unsigned long skip;
	unsigned long sent;
	int err;
};

static void send_buf(struct tell *t)
{
	struct scatterlist sg;

	sg_init_one(&sg, t->buf, t->used * sizeof(*t->buf));
	t->err = virtqueue_add_outbuf(t->q->vq, &sg, 1, t->buf, RSB_GFP_QUEUE);
	if (t->err)
		return;
	t->q->in_flight++;
	t->sent += t->used;
	t->buf = NULL;
	t->used = 0;
}

/*
 * The host is woken when there is nothing left to fill, not for each buffer: a
 * wake-up costs both sides, and one answers all buffers that are in the queue.
 */
static void get_buf(struct tell *t)
{
	unsigned int max = min_t(unsigned int, RSB_PFN_BUFS,
				 virtqueue_get_vring_size(t->q->vq));

	if (t->q->in_flight >= max)
		virtqueue_kick(t->q->vq);
	t->err = rsb_wait_for_host(t->b, t->q, max - 1);
	if (!t->err)
		t->buf = t->b->free_bufs[--t->b->nr_free_bufs];
}

/* Return: how many PFNs were left out because of an error. */
static unsigned long tell_pfns(struct tell *t, unsigned long pfn,
			       unsigned long nr)
{
	unsigned int room = rsb_get(t->b, RSB_S_PFNS_PER_BUF);

	for (; nr; nr--, pfn++) {
		if (t->skip) {
			t->skip--;
			continue;
		}
		if (!t->err && !t->buf)
			get_buf(t);
		if (t->err)
			break;
		t->buf[t->used++] = cpu_to_virtio32(t->b->vdev, pfn);
		if (t->used == room)
			send_buf(t);
	}
	return nr;
}

static int tell_end(struct tell *t)
{
	if (!t->err && t->used)
		send_buf(t);
	if (t->buf)
		t->b->free_bufs[t->b->nr_free_bufs++] = t->buf;
	if (t->q->in_flight)
		virtqueue_kick(t->q->vq);
	return t->err ?: rsb_wait_for_host(t->b, t->q, 0);
}

/* After an error the same batch goes on where the host stopped listening. */
static int tell_batch(struct rsb *b, struct rsb_queue *q,
		      struct rsb_batch *batch, bool units)
{
	struct tell t = { .b = b, .q = q, .skip = b->told, .sent = b->told };
	struct page *page;
	int err;

	if (units)
		list_for_each_entry(page, &batch->units, lru)
			tell_pfns(&t, page_to_pfn(page), RSB_UNIT_PAGES);
	list_for_each_entry(page, &batch->pages, lru)
		tell_pfns(&t, page_to_pfn(page), 1);
	err = tell_end(&t);
	b->told = err ? t.sent : 0;
	return err;
}

static bool units_inflate(const struct rsb *b)
{
	return b->mode != RSB_MODE_REPORT;
}

/**
 * rsb_tell_inflate - tell the host that it may have these pages
 * @b: the device
 * @batch: at most RSB_KICK_UNITS units, and single pages
 *
 * Return: 0; -ETIMEDOUT or -EIO if the host did not answer. It may act on the
 * pages at any time even then.
 */
int rsb_tell_inflate(struct rsb *b, struct rsb_batch *batch)
{
	int err = 0;

	lockdep_assert_held(&b->lock);
	if (batch->nr_units && b->mode <= RSB_MODE_STRICT)
		err = rsb_report_units(b, batch);
	return err ?: tell_batch(b, &b->inflate, batch, units_inflate(b));
}

/**
 * rsb_tell_split - make good for single pages that come out of a unit
 * @b: the device
 * @batch: the pages of the split unit
 *
 * Single pages leave through the deflate queue, so they must have come in
 * through the inflate queue. A unit that was only reported has not.
 *
 * Return: 0, -ETIMEDOUT or -EIO.
 */
int rsb_tell_split(struct rsb *b, struct rsb_batch *batch)
{
	lockdep_assert_held(&b->lock);
	if (units_inflate(b))
		return 0;
	return tell_batch(b, &b->inflate, batch, false);
}

/**
 * rsb_tell_deflate - tell the host that these pages will be used again
 * @b: the device
 * @batch: pages about to be released
 *
 * Return: 0; -ETIMEDOUT or -EIO if the host did not answer.
 */
int rsb_tell_deflate(struct rsb *b, struct rsb_batch *batch)
{
	lockdep_assert_held(&b->lock);
	return tell_batch(b, &b->deflate, batch, units_inflate(b));
}

/**
 * rsb_tell_page - name one page
 * @b: the device
 * @q: its inflate or deflate queue
 * @page: the page
 *
 * Return: 0; -ETIMEDOUT or -EIO if the host did not answer.
 */
int rsb_tell_page(struct rsb *b, struct rsb_queue *q, struct page *page)
{
	struct tell t = { .b = b, .q = q };

	lockdep_assert_held(&b->lock);
	tell_pfns(&t, page_to_pfn(page), 1);
	return tell_end(&t);
}

/**
 * rsb_owes_units - must the host hear of units that are released?
 * @b: the device
 *
 * Return: true unless units were only reported.
 */
bool rsb_owes_units(const struct rsb *b)
{
	return units_inflate(b);
}

/* Notes that the host did not get to hear; there was room for them before. */
static void owe_again(struct rsb *b, const struct tell *t, struct rsb_range rest)
{
	struct rsb_pool *pool = &b->pool;
	unsigned int i;

	spin_lock(&pool->lock);
	if (rest.nr && pool->nr_owed < RSB_NOTES)
		pool->owed[pool->nr_owed++] = rest;
	for (i = 0; i < t->used && pool->nr_owed < RSB_NOTES; i++)
		pool->owed[pool->nr_owed++] = (struct rsb_range){
			.pfn = virtio32_to_cpu(b->vdev, t->buf[i]),
			.nr = 1,
		};
	spin_unlock(&pool->lock);
}

/**
 * rsb_tell_owed - tell the host what the OOM path has already released
 * @b: the device
 *
 * Return: 0; -ETIMEDOUT or -EIO if the host did not answer.
 */
int rsb_tell_owed(struct rsb *b)
{
	struct tell t = { .b = b, .q = &b->deflate };
	struct rsb_pool *pool = &b->pool;
	struct rsb_range r = {};
	unsigned long left = 0;
	int err;

	lockdep_assert_held(&b->lock);
	while (!left) {
		spin_lock(&pool->lock);
		r.nr = 0;
		if (pool->nr_owed)
			r = pool->owed[--pool->nr_owed];
		spin_unlock(&pool->lock);
		if (!r.nr)
			break;
		left = tell_pfns(&t, r.pfn, r.nr);
	}
	err = tell_end(&t);
	if (err)
		owe_again(b, &t, (struct rsb_range){
			.pfn = r.pfn + r.nr - left,
			.nr = left,
		});
	return err;
}

/**
 * rsb_mode_possible - has the device what the mode needs?
 * @b: the device
 * @mode: how to tell the host
 *
 * Return: true if it has.
 */
bool rsb_mode_possible(struct rsb *b, enum rsb_mode mode)
{
	if (mode == RSB_MODE_REPORT)
		return b->report.vq && !rsb_must_tell(b);
	if (mode == RSB_MODE_STRICT)
		return b->report.vq;
	return true;
}

/**
 * rsb_mode_auto - the best mode that the device has
 * @b: the device
 *
 * Return: a mode that is possible.
 */
enum rsb_mode rsb_mode_auto(struct rsb *b)
{
	if (rsb_mode_possible(b, RSB_MODE_REPORT))
		return RSB_MODE_REPORT;
	if (rsb_mode_possible(b, RSB_MODE_STRICT))
		return RSB_MODE_STRICT;
	return RSB_MODE_PFN;
}

/**
 * rsb_bufs_free - give the PFN buffers up
 * @b: the device; no queue has one
 */
void rsb_bufs_free(struct rsb *b)
{
	unsigned int i;

	for (i = 0; i < RSB_PFN_BUFS; i++) {
		kfree(b->bufs[i]);
		b->bufs[i] = NULL;
	}
}

static void all_bufs_are_free(struct rsb *b)
{
	memcpy(b->free_bufs, b->bufs, sizeof(b->free_bufs));
	b->nr_free_bufs = RSB_PFN_BUFS;
}

/**
 * rsb_bufs_alloc - PFN buffers of another size
 * @b: the device
 * @pfns: how many PFNs each one holds
 *
 * Return: 0, -EBUSY while the host has one of the old ones, -ENOMEM.
 */
int rsb_bufs_alloc(struct rsb *b, unsigned int pfns)
{
	__virtio32 *bufs[RSB_PFN_BUFS];
	unsigned int i;

	lockdep_assert_held(&b->lock);
	if (b->inflate.in_flight || b->deflate.in_flight)
		return -EBUSY;
	for (i = 0; i < RSB_PFN_BUFS; i++) {
		bufs[i] = kmalloc_array(pfns, sizeof(*bufs[i]), GFP_KERNEL);
		if (!bufs[i])
			goto err_free;
	}
	rsb_bufs_free(b);
	memcpy(b->bufs, bufs, sizeof(b->bufs));
	all_bufs_are_free(b);
	return 0;

err_free:
	while (i--)
		kfree(bufs[i]);
	return -ENOMEM;
}

enum { Q_INFLATE, Q_DEFLATE, Q_STATS, Q_HINT, Q_REPORT, NR_QUEUES };

/**
 * rsb_queues_find - set up the queues that were negotiated
 * @b: the device
 *
 * The queues are numbered without gaps, by us over what we name here and by
 * the host over what it offers: see rsb_validate() for why both agree.
 *
 * Return: 0 or the transport's error.
 */
int rsb_queues_find(struct rsb *b)
{
	struct virtqueue_info info[NR_QUEUES] = {
		[Q_INFLATE] = { "inflate", acked },
		[Q_DEFLATE] = { "deflate", acked },
	};
	struct virtqueue *vqs[NR_QUEUES] = {};
	int err;

	if (virtio_has_feature(b->vdev, VIRTIO_BALLOON_F_STATS_VQ))
		info[Q_STATS] =
			(struct virtqueue_info){ "stats", rsb_stats_asked };
	if (virtio_has_feature(b->vdev, VIRTIO_BALLOON_F_FREE_PAGE_HINT))
		info[Q_HINT] = (struct virtqueue_info){ "hint", acked };
	if (virtio_has_feature(b->vdev, VIRTIO_BALLOON_F_REPORTING))
		info[Q_REPORT] = (struct virtqueue_info){ "report", acked };
	err = rs_virtio_find_vqs(b->vdev, NR_QUEUES, vqs, info);
	if (err)
		return err;
	b->inflate = (struct rsb_queue){ .vq = vqs[Q_INFLATE] };
	b->deflate = (struct rsb_queue){ .vq = vqs[Q_DEFLATE] };
	b->hint = (struct rsb_queue){ .vq = vqs[Q_HINT] };
	b->report = (struct rsb_queue){ .vq = vqs[Q_REPORT] };
	b->stats_vq = vqs[Q_STATS];
	WRITE_ONCE(b->stalled, false);
	WRITE_ONCE(b->gone, false);
	all_bufs_are_free(b);
	return 0;
}

/**
 * rsb_queues_reset - reset the device
 * @b: the device
 *
 * Afterwards the host touches nothing that it was told before, and whoever
 * still waits for it gets an error. The queues must be deleted when nobody
 * uses them any more.
 */
void rsb_queues_reset(struct rsb *b)
{
	virtio_reset_device(b->vdev);
	WRITE_ONCE(b->gone, true);
	wake_up_all(&b->acked);
}
