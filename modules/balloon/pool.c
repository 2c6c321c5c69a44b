// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pages that the balloon holds: where they come from, how the kernel's
 * books show them, and how they go back exactly. Knows nothing of the host.
 *
 * A held page is PageOffline, so that kdump and /proc/kcore skip it, and does
 * not count as managed unless it comes back on OOM anyway.
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include <ringside/compat.h>

#include "balloon.h"

static_assert(RSB_UNIT_PAGES == 1UL << RSB_UNIT_ORDER);

/*
 * Not movable: these pages stay for long, so they must not sit in ZONE_MOVABLE
 * or in CMA areas. A unit fills its pageblock and so fragments nothing.
 */
#define RSB_GFP (GFP_HIGHUSER | __GFP_NOWARN | __GFP_NOMEMALLOC)

/**
 * rsb_pool_init - an empty pool
 * @pool: to be set up
 *
 * Return: 0 or -ENOMEM.
 */
int rsb_pool_init(struct rsb_pool *pool)
{
	spin_lock_init(&pool->lock);
	INIT_LIST_HEAD(&pool->units);
	INIT_LIST_HEAD(&pool->pages);
	pool->owed = kvcalloc(RSB_OOM_PAGES, sizeof(*pool->owed), GFP_KERNEL);
	return pool->owed ? 0 : -ENOMEM;
}

/**
 * rsb_pool_destroy - undo rsb_pool_init()
 * @pool: an empty pool
 */
void rsb_pool_destroy(struct rsb_pool *pool)
{
	WARN_ON_ONCE(pool->nr_units || pool->nr_pages);
	kvfree(pool->owed);
}

/**
 * rsb_pool_counts - what is held, consistently
 * @pool: the pool
 * @units: set to the number of 2 MiB units
 * @pages: set to the number of pages outside units
 */
void rsb_pool_counts(struct rsb_pool *pool, unsigned long *units,
		     unsigned long *pages)
{
	spin_lock(&pool->lock);
	*units = pool->nr_units;
	*pages = pool->nr_pages;
	spin_unlock(&pool->lock);
}

/**
 * rsb_pool_size - how much is held
 * @pool: the pool
 *
 * Return: pages of 4 KiB.
 */
unsigned long rsb_pool_size(struct rsb_pool *pool)
{
	unsigned long units, pages;

	rsb_pool_counts(pool, &units, &pages);
	return units * RSB_UNIT_PAGES + pages;
}

/**
 * rsb_batch_alloc_units - ask the page allocator for units
 * @b: the device
 * @batch: takes them
 * @nr: how many
 * @retry: __GFP_NORETRY for what is free, __GFP_RETRY_MAYFAIL to reclaim
 *
 * Stops at the first failure, and after a quarter of a second in any case:
 * reclaim is slow, and the target may have changed meanwhile.
 */
void rsb_batch_alloc_units(struct rsb *b, struct rsb_batch *batch,
			   unsigned long nr, gfp_t retry)
{
	unsigned long end = jiffies + HZ / 4;

	while (batch->nr_units < nr && time_before(jiffies, end)) {
		struct page *page = alloc_pages(RSB_GFP | retry,
						RSB_UNIT_ORDER);

		if (!page) {
			rsb_count(b, RSB_N_ALLOC_FAIL_2M, 1);
			return;
		}
		list_add(&page->lru, &batch->units);
		batch->nr_units++;
		cond_resched();
	}
}

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
		struct page *page = alloc_page(RSB_GFP | __GFP_NORETRY);

		if (!page) {
			rsb_count(b, RSB_N_ALLOC_FAIL_4K, 1);
			return;
		}
		list_add(&page->lru, &batch->pages);
		batch->nr_pages++;
		cond_resched();
	}
}

static void mark_offline(struct page *page, unsigned long nr)
{
	while (nr--)
		__SetPageOffline(page++);
}

static void clear_offline(struct page *page, unsigned long nr)
{
	while (nr--)
		__ClearPageOffline(page++);
}

static void account(struct rsb *b, struct page *page, long nr)
{
	if (!rsb_deflates_on_oom(b))
		adjust_managed_page_count(page, -nr);
	rs_balloon_account(page, nr);
}

/*
 * Enter the list in the books (@each is positive) or strike it out. Newer
 * kernels recompute the zone's reserves on each change, so neighbours in the
 * list go together.
 */
static void account_list(struct rsb *b, struct list_head *list, long each)
{
	struct page *page, *first = NULL;
	long nr = 0;

	list_for_each_entry(page, list, lru) {
		if (first && page_zone(page) != page_zone(first)) {
			account(b, first, nr);
			first = NULL;
			nr = 0;
		}
		if (!first)
			first = page;
		nr += each;
	}
	if (first)
		account(b, first, nr);
}

static void splice_batch(struct rsb_pool *pool, struct rsb_batch *batch)
{
	spin_lock(&pool->lock);
	list_splice_init(&batch->units, &pool->units);
	list_splice_init(&batch->pages, &pool->pages);
	pool->nr_units += batch->nr_units;
	pool->nr_pages += batch->nr_pages;
	spin_unlock(&pool->lock);
	batch->nr_units = 0;
	batch->nr_pages = 0;
}

/**
 * rsb_pool_put - take fresh pages in
 * @b: the device
 * @batch: pages as allocated; empty afterwards
 */
void rsb_pool_put(struct rsb *b, struct rsb_batch *batch)
{
	unsigned long size = rsb_batch_size(batch);
	struct page *page;

	list_for_each_entry(page, &batch->units, lru)
		mark_offline(page, RSB_UNIT_PAGES);
	list_for_each_entry(page, &batch->pages, lru)
		mark_offline(page, 1);
	account_list(b, &batch->units, RSB_UNIT_PAGES);
	account_list(b, &batch->pages, 1);
	rs_balloon_event(true, size);
	rsb_count(b, RSB_N_INFLATED, (u64)size << PAGE_SHIFT);
	splice_batch(&b->pool, batch);
}

static unsigned long take(struct list_head *from, struct list_head *to,
			  unsigned long nr)
{
	unsigned long n;

	for (n = 0; n < nr && !list_empty(from); n++)
		list_move(from->next, to);
	return n;
}

/**
 * rsb_pool_take_locked - take pages off the pool
 * @pool: the pool
 * @batch: takes them
 * @units: at most so many units
 * @pages: at most so many single pages
 *
 * The kernel's books still show the pages as held.
 */
void rsb_pool_take_locked(struct rsb_pool *pool, struct rsb_batch *batch,
			  unsigned long units, unsigned long pages)
{
	lockdep_assert_held(&pool->lock);
	batch->nr_units = take(&pool->units, &batch->units, units);
	batch->nr_pages = take(&pool->pages, &batch->pages, pages);
	pool->nr_units -= batch->nr_units;
	pool->nr_pages -= batch->nr_pages;
}

/**
 * rsb_pool_take - rsb_pool_take_locked() with the lock taken
 * @pool: the pool
 * @batch: takes them; empty before
 * @units: at most so many units
 * @pages: at most so many single pages
 */
void rsb_pool_take(struct rsb_pool *pool, struct rsb_batch *batch,
		   unsigned long units, unsigned long pages)
{
	spin_lock(&pool->lock);
	rsb_pool_take_locked(pool, batch, units, pages);
	spin_unlock(&pool->lock);
}

/**
 * rsb_pool_untake - put back what rsb_pool_take() took
 * @pool: the pool
 * @batch: the pages; empty afterwards
 */
void rsb_pool_untake(struct rsb_pool *pool, struct rsb_batch *batch)
{
	splice_batch(pool, batch);
}

/**
 * rsb_batch_split_unit - turn a unit into single pages
 * @batch: has at least one unit
 */
void rsb_batch_split_unit(struct rsb_batch *batch)
{
	struct page *page = list_first_entry(&batch->units, struct page, lru);
	unsigned long i;

	list_del(&page->lru);
	batch->nr_units--;
	split_page(page, RSB_UNIT_ORDER);
	for (i = 0; i < RSB_UNIT_PAGES; i++)
		list_add_tail(&page[i].lru, &batch->pages);
	batch->nr_pages += RSB_UNIT_PAGES;
}

static void free_list(struct list_head *list, unsigned int order)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, list, lru) {
		list_del(&page->lru);
		clear_offline(page, 1UL << order);
		__free_pages(page, order);
		cond_resched();
	}
}

/**
 * rsb_pool_release - give taken pages back to the guest
 * @b: the device
 * @batch: from rsb_pool_take(); empty afterwards
 */
void rsb_pool_release(struct rsb *b, struct rsb_batch *batch)
{
	unsigned long size = rsb_batch_size(batch);

	account_list(b, &batch->units, -(long)RSB_UNIT_PAGES);
	account_list(b, &batch->pages, -1);
	rs_balloon_event(false, size);
	rsb_count(b, RSB_N_DEFLATED, (u64)size << PAGE_SHIFT);
	free_list(&batch->units, RSB_UNIT_ORDER);
	free_list(&batch->pages, 0);
	batch->nr_units = 0;
	batch->nr_pages = 0;
}
