// SPDX-License-Identifier: GPL-2.0-only
/*
 * Free page hinting: tells a host that is about to migrate this guest which
 * memory it need not copy. Not about giving memory back.
 *
 * The host opens a round by a new number in the configuration space. We answer
 * with that number on the hint queue, then with blocks of memory, then with
 * the word that ends the round. A block must not be written to between our
 * sending it and the host's returning it, because then the host strikes it off
 * its list of changed memory; after that a write puts it on the list again.
 * So blocks are owned while they are under way: taken from the page allocator
 * for free memory, taken out of the pool for what the balloon holds. And they
 * are kept until the host says that the migration is over: memory that is not
 * written to is not copied in a later round either. A guest that needs it
 * before gets it back from a shrinker.
 */
#include <linux/mm.h>
#include <linux/vmstat.h>
#include <linux/virtio_config.h>

#include "balloon.h"

/* No reclaim: what is not free is not worth a hint. */
#define HINT_GFP (__GFP_HIGHMEM | __GFP_NORETRY | __GFP_NOWARN | \
		  __GFP_NOMEMALLOC)

static u32 round_of_host(struct rsb *b)
{
	u32 round;

	virtio_cread_le(b->vdev, struct virtio_balloon_config,
			free_page_hint_cmd_id, &round);
	return round;
}

/*
 * Only a change says so: QEMU shows the number of a round until we have
 * answered it, and then none.
 */
static bool round_is_over(struct rsb *b)
{
	if (READ_ONCE(b->stopping))
		return true;
	return xchg(&b->hint_changed, false) &&
	       round_of_host(b) != b->hint_round;
}

/* One word to the host; the queue is empty before and afterwards. */
static int send_word(struct rsb *b, u32 word)
{
	struct scatterlist sg;
	int err;

	b->hint_word = cpu_to_virtio32(b->vdev, word);
	sg_init_one(&sg, &b->hint_word, sizeof(b->hint_word));
	err = virtqueue_add_outbuf(b->hint.vq, &sg, 1, b, GFP_KERNEL);
	if (err)
		return err;
	b->hint.in_flight++;
	virtqueue_kick(b->hint.vq);
	return rsb_wait_for_host(b, &b->hint, 0);
}

static int send_range(struct rsb *b, const struct rsb_range *r)
{
	unsigned int max = virtqueue_get_vring_size(b->hint.vq);
	struct scatterlist sg;
	int err;

	err = rsb_wait_for_host(b, &b->hint, max - 1);
	if (err)
		return err;
	sg_init_table(&sg, 1);
	sg_set_page(&sg, pfn_to_page(r->pfn), r->nr << PAGE_SHIFT, 0);
	err = virtqueue_add_inbuf(b->hint.vq, &sg, 1, b, GFP_NOWAIT |
				  __GFP_NOWARN);
	if (err)
		return err;
	b->hint.in_flight++;
	virtqueue_kick(b->hint.vq);
	rsb_count(b, RSB_N_HINTED, (u64)r->nr << PAGE_SHIFT);
	return 0;
}

/* The host reads one descriptor a buffer, so each range is one buffer. */
static int send_list(struct rsb *b, struct list_head *list, unsigned long each)
{
	struct rsb_range r[RSB_KICK_UNITS];
	unsigned int i, n = 0;
	struct page *page;
	int err = 0;

	list_for_each_entry(page, list, lru) {
		r[n].pfn = page_to_pfn(page);
		r[n++].nr = each;
		if (n < RSB_KICK_UNITS && !list_is_last(&page->lru, list))
			continue;
		n = rsb_merge(r, n);
		for (i = 0; i < n && !err; i++)
			err = send_range(b, &r[i]);
		n = 0;
		if (err)
			return err;
	}
	return rsb_wait_for_host(b, &b->hint, 0);
}

static int hint_held(struct rsb *b, struct rsb_batch *batch)
{
	int err;

	if (round_is_over(b))
		return -ECANCELED;
	err = send_list(b, &batch->units, RSB_UNIT_PAGES);
	if (!err)
		err = send_list(b, &batch->pages, 1);
	/* Of a queue that is broken nobody looks at anything any more. */
	if (err && b->hint.in_flight && !virtqueue_is_broken(b->hint.vq)) {
		rsb_pool_set_hinted(&b->pool, batch);
		/* acked() must see this before settle() looks at the queue. */
		smp_store_mb(b->hint_owed, true);
	}
	return err;
}

/*
 * Is every hint back? Then what the balloon holds is its own again; and it is
 * when the queue is broken, of which the host returns nothing any more.
 */
static bool settle(struct rsb *b)
{
	bool back = !rsb_reap(b, &b->hint);
	struct rsb_batch batch;

	if (!READ_ONCE(b->hint_owed) ||
	    !(back || virtqueue_is_broken(b->hint.vq)))
		return back;
	rsb_batch_init(&batch);
	rsb_pool_take_hinted(&b->pool, &batch);
	rsb_pool_untake(&b->pool, &batch);
	WRITE_ONCE(b->hint_owed, false);
	rsb_worker_wake(b);
	return back;
}

/**
 * rsb_hint_ready - is all that the balloon holds in the pool?
 * @b: the device
 *
 * If not, what the host has returned meanwhile is looked at.
 *
 * Return: false while a host that was silent has some of it.
 */
bool rsb_hint_ready(struct rsb *b)
{
	if (!READ_ONCE(b->hint_owed))
		return true;
	queue_work(b->wq, &b->hint_work);
	return false;
}

/*
 * Enough is left to the guest while we own what is free.
 */
static bool may_take_more(struct rsb *b)
{
	return global_zone_page_state(NR_FREE_PAGES) >
	       rsb_get_pages(b, RSB_S_RESERVE) + RSB_UNIT_PAGES;
}

/* After an error the host may still have some of them. */
static void keep(struct rsb *b, struct list_head *blocks, unsigned int nr,
		 bool lent)
{
	spin_lock(&b->pool.lock);
	list_splice_init(blocks, &b->hint_held);
	b->nr_hint_held += nr;
	b->hint_lent |= lent;
	spin_unlock(&b->pool.lock);
}

static int hint_free(struct rsb *b)
{
	LIST_HEAD(blocks);
	unsigned int n;
	int err = 0;

	while (!err && !round_is_over(b)) {
		for (n = 0; n < RSB_KICK_UNITS && may_take_more(b); n++) {
			struct page *page = alloc_pages(HINT_GFP,
							RSB_UNIT_ORDER);

			if (!page)
				break;
			list_add(&page->lru, &blocks);
		}
		if (!n)
			break;
		err = send_list(b, &blocks, RSB_UNIT_PAGES);
		keep(b, &blocks, n, err);
		cond_resched();
	}
	return err;
}

/* Return: how many blocks went back; none while the host has any of them. */
static unsigned long release(struct rsb *b, unsigned long most)
{
	struct page *page, *next;
	LIST_HEAD(blocks);
	unsigned long n;

	spin_lock(&b->pool.lock);
	for (n = 0; n < most && n < b->nr_hint_held && !b->hint_lent; n++)
		list_move(b->hint_held.next, &blocks);
	b->nr_hint_held -= n;
	spin_unlock(&b->pool.lock);
	list_for_each_entry_safe(page, next, &blocks, lru) {
		list_del(&page->lru);
		__free_pages(page, RSB_UNIT_ORDER);
	}
	return n;
}

static unsigned long count_kept(struct shrinker *shrinker,
				struct shrink_control *sc)
{
	struct rsb *b = rs_shrinker_owner(shrinker);

	if (READ_ONCE(b->hint_lent))
		return 0;
	return READ_ONCE(b->nr_hint_held) * RSB_UNIT_PAGES;
}

static unsigned long release_kept(struct shrinker *shrinker,
				  struct shrink_control *sc)
{
	struct rsb *b = rs_shrinker_owner(shrinker);
	unsigned long n;

	n = release(b, DIV_ROUND_UP(sc->nr_to_scan, RSB_UNIT_PAGES));
	sc->nr_scanned = n * RSB_UNIT_PAGES;
	return n ? n * RSB_UNIT_PAGES : SHRINK_STOP;
}

/**
 * rsb_hint_release - free what was kept for the migration
 * @b: a device whose host has none of it: it returned all or was reset
 */
void rsb_hint_release(struct rsb *b)
{
	spin_lock(&b->pool.lock);
	b->hint_lent = false;
	spin_unlock(&b->pool.lock);
	while (release(b, RSB_KICK_UNITS))
		cond_resched();
}

static int hint_round(struct rsb *b)
{
	int err;

	err = send_word(b, b->hint_round);
	if (err)
		return err;
	mutex_lock(&b->lock);
	err = rsb_pool_walk(b, hint_held);
	mutex_unlock(&b->lock);
	if (!err)
		err = hint_free(b);
	if (err && err != -ECANCELED)
		return err;
	return send_word(b, VIRTIO_BALLOON_CMD_ID_STOP);
}

static void hint_work(struct work_struct *work)
{
	struct rsb *b = container_of(work, struct rsb, hint_work);
	u32 round;
	int err = 0;

	/* Cleared first, so that a change from here on is not missed. */
	xchg(&b->hint_changed, false);
	round = round_of_host(b);
	/* A host that left us waiting last time has to catch up first. */
	if (!settle(b))
		return;
	if (round != VIRTIO_BALLOON_CMD_ID_DONE &&
	    round != VIRTIO_BALLOON_CMD_ID_STOP && round != b->hint_round) {
		b->hint_round = round;
		err = hint_round(b);
	}
	if (err) {
		WRITE_ONCE(b->last_error, err);
		dev_warn(&b->vdev->dev, "a round of hinting failed: %d\n",
			 err);
	}
	/* Again after an error: the answer may have come before we were owed. */
	if ((err || round == VIRTIO_BALLOON_CMD_ID_DONE) && settle(b))
		rsb_hint_release(b);
}

/**
 * rsb_hint_wake - look whether the host wants hints
 * @b: the device
 */
void rsb_hint_wake(struct rsb *b)
{
	if (!b->hint.vq || READ_ONCE(b->stopping))
		return;
	/* Pairs with the xchg() of those who read the number. */
	smp_store_mb(b->hint_changed, true);
	queue_work(b->wq, &b->hint_work);
}

/**
 * rsb_hint_init - prepare, hint nothing yet
 * @b: the device
 */
void rsb_hint_init(struct rsb *b)
{
	INIT_WORK(&b->hint_work, hint_work);
	INIT_LIST_HEAD(&b->hint_held);
}

/**
 * rsb_hint_start - be asked for memory that is kept when the guest needs it
 * @b: a device that is ready
 *
 * Return: 0 or -ENOMEM.
 */
int rsb_hint_start(struct rsb *b)
{
	if (!b->hint.vq)
		return 0;
	return rs_shrinker_register(&b->hint_shrinker, count_kept,
				    release_kept, b, "ringside-hint");
}

/**
 * rsb_hint_stop - hint nothing any more
 * @b: the device, with rsb.stopping set; rsb_hint_release() is due after the
 *	reset
 */
void rsb_hint_stop(struct rsb *b)
{
	cancel_work_sync(&b->hint_work);
	rs_shrinker_unregister(&b->hint_shrinker);
	b->hint_round = 0;
}
