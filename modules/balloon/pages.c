// SPDX-License-Identifier: GPL-2.0-only
/*
 * The single pages that the balloon holds. They are kept by the kernel's
 * balloon core, as those of every balloon in the tree, so that compaction can
 * move them out of its way. The core enters them in the statistics of balloon
 * pages; managed memory is our business, because we change it for many pages
 * at once.
 */
#include <linux/mm.h>
#include <linux/sched.h>

#include "balloon.h"

/* The core keeps interrupts off while it takes pages off its list. */
#define CHUNK 256UL

/**
 * rsb_batch_alloc_pages - ask the page allocator for single pages
 * @b: the device
 * @batch: takes them
 * @nr: how many; stops at the first failure
 */
void rsb_batch_alloc_pages(struct rsb *b, struct rsb_batch *batch,
			   unsigned long nr)
{
	while (batch->nr_pages < nr) {
		struct page *page = balloon_page_alloc();

		if (!page) {
			rsb_count(b, RSB_N_ALLOC_FAIL_4K, 1);
			return;
		}
		list_add(&page->lru, &batch->pages);
		batch->nr_pages++;
		cond_resched();
	}
}

/**
 * rsb_pages_take - take pages off the pool
 * @pool: the pool
 * @list: takes them
 * @nr: at most so many
 *
 * For any context that is not an interrupt's.
 *
 * Return: how many were taken; fewer if there are fewer, or if some are being
 * migrated.
 */
unsigned long rsb_pages_take(struct rsb_pool *pool, struct list_head *list,
			     unsigned long nr)
{
	unsigned long n = 0, got;

	do {
		got = balloon_page_list_dequeue(&pool->core, list,
						min(nr - n, CHUNK));
		n += got;
	} while (got && n < nr);
	atomic_long_sub(n, &pool->nr_pages);
	return n;
}

/**
 * rsb_pages_put - put pages into the pool
 * @pool: the pool
 * @list: fresh pages, or pages that were taken; empty afterwards
 */
void rsb_pages_put(struct rsb_pool *pool, struct list_head *list)
{
	atomic_long_add(balloon_page_list_enqueue(&pool->core, list),
			&pool->nr_pages);
}

/**
 * rsb_pages_free - give taken pages back to the guest
 * @list: the pages; empty afterwards
 */
void rsb_pages_free(struct list_head *list)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, list, lru) {
		list_del(&page->lru);
		/* Compaction may look at the page: it goes with the last user. */
		put_page(page);
		cond_resched();
	}
}

static void account_move(struct rsb *b, struct page *newpage, struct page *page)
{
	if (rsb_deflates_on_oom(b) || page_zone(page) == page_zone(newpage))
		return;
	adjust_managed_page_count(page, 1);
	adjust_managed_page_count(newpage, -1);
}

/*
 * Compaction wants @page and offers @newpage. Both are locked.
 *
 * It never waits for rsb.lock: the holder may be allocating memory, and so be
 * the one on whose behalf we were called.
 *
 * Once the host was told of @newpage there is no way back, even if it does not
 * answer: it may drop the content at any time, so the page must be ours. What
 * it was not told about the release of @page the worker tells it later. A host
 * that insists on being told first can't be served like that, and pages are
 * not moved there.
 */
static int migrate(struct balloon_dev_info *core, struct page *newpage,
		   struct page *page, enum migrate_mode mode)
{
	struct rsb *b = container_of(core, struct rsb, pool.core);

	if (rsb_must_tell(b))
		return -EBUSY;
	if (!mutex_trylock(&b->lock))
		return -EAGAIN;
	if (b->stopping || !rsb_host_ready(b) ||
	    !rsb_owe_page(&b->pool, page)) {
		mutex_unlock(&b->lock);
		return -EAGAIN;
	}
	if (rsb_tell_page(b, &b->inflate, newpage) == 0)
		rsb_tell_owed(b);
	account_move(b, newpage, page);
	rs_balloon_swap(core, newpage, page);
	mutex_unlock(&b->lock);
	return 0;
}

/**
 * rsb_pages_init - no pages yet
 * @pool: to be set up
 */
void rsb_pages_init(struct rsb_pool *pool)
{
	balloon_devinfo_init(&pool->core);
	pool->core.migratepage = migrate;
	atomic_long_set(&pool->nr_pages, 0);
}
