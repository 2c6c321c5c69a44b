// SPDX-License-Identifier: GPL-2.0-only
/*
 * The units that the balloon holds: where they come from, how the kernel's
 * books show them, and how they go back exactly. Single pages are next door in
 * pages.c; what moves between the two and in and out is a batch of both. Knows
 * nothing of the host.
 *
 * A held page is PageOffline, so that kdump and /proc/kcore skip it, and does
 * not count as managed unless it comes back on OOM anyway.
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "balloon.h"

static_assert(RSB_UNIT_PAGES == 1UL << RSB_UNIT_ORDER);

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
	rsb_pages_init(pool);
	rsb_batch_init(&pool->aside);
	rsb_batch_init(&pool->hinted);
	pool->owed = kvcalloc(RSB_NOTES, sizeof(*pool->owed), GFP_KERNEL);
	return pool->owed ? 0 : -ENOMEM;
}

/**
 * rsb_pool_destroy - undo rsb_pool_init()
 * @pool: an empty pool
 */
void rsb_pool_destroy(struct rsb_pool *pool)
{
	WARN_ON_ONCE(rsb_pool_size(pool));
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
	*units = pool->nr_units + pool->aside.nr_units + pool->hinted.nr_units;
	*pages = atomic_long_read(&pool->nr_pages) + pool->aside.nr_pages +
		 pool->hinted.nr_pages;
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

/**
 * rsb_account_managed - enter pages in the books as gone, or strike them out
 * @b: the device
 * @list: the pages, or first pages of units
 * @each: pages that one entry of @list stands for; negative to strike out
 *
 * Newer kernels recompute the zone's reserves on each change, so neighbours in
 * the list go together.
 */
void rsb_account_managed(struct rsb *b, struct list_head *list, long each)
{
	struct page *page, *first = NULL;
	long nr = 0;

	if (rsb_deflates_on_oom(b))
		return;
	list_for_each_entry(page, list, lru) {
		if (first && page_zone(page) != page_zone(first)) {
			adjust_managed_page_count(first, -nr);
			first = NULL;
			nr = 0;
		}
		if (!first)
			first = page;
		nr += each;
	}
	if (first)
		adjust_managed_page_count(first, -nr);
}

/* The balloon core does this for single pages. */
static void account_units(struct rsb *b, struct list_head *units, long each)
{
	struct page *page;
	long nr = 0;

	rsb_account_managed(b, units, each);
	list_for_each_entry(page, units, lru) {
		rs_balloon_account(page, each);
		nr += each;
	}
	if (nr)
		rs_balloon_event(nr > 0, abs(nr));
}

static void splice_units(struct rsb_pool *pool, struct rsb_batch *batch)
{
	spin_lock(&pool->lock);
	list_splice_tail_init(&batch->units, &pool->units);
	pool->nr_units += batch->nr_units;
	spin_unlock(&pool->lock);
	batch->nr_units = 0;
}

/**
 * rsb_pool_enter - enter fresh pages in the books
 * @b: the device
 * @batch: pages as allocated; rsb_pool_untake() or rsb_pool_set_aside() is next
 */
void rsb_pool_enter(struct rsb *b, struct rsb_batch *batch)
{
	unsigned long size = rsb_batch_size(batch);
	struct page *page;

	list_for_each_entry(page, &batch->units, lru)
		mark_offline(page, RSB_UNIT_PAGES);
	account_units(b, &batch->units, RSB_UNIT_PAGES);
	rsb_account_managed(b, &batch->pages, 1);
	rsb_count(b, RSB_N_INFLATED, (u64)size << PAGE_SHIFT);
}

static unsigned long take_units(struct rsb_pool *pool, struct list_head *to,
				unsigned long nr)
{
	unsigned long n;

	for (n = 0; n < nr && !list_empty(&pool->units); n++)
		list_move(pool->units.next, to);
	pool->nr_units -= n;
	return n;
}

/**
 * rsb_pool_take_locked - take pages off the pool
 * @pool: the pool
 * @batch: takes them
 * @units: at most so many units
 * @pages: at most so many single pages
 *
 * Managed memory does not show them yet. Pages that are being migrated are
 * held but can't be taken, so that there may be fewer than were asked for.
 */
void rsb_pool_take_locked(struct rsb_pool *pool, struct rsb_batch *batch,
			  unsigned long units, unsigned long pages)
{
	lockdep_assert_held(&pool->lock);
	batch->nr_units = take_units(pool, &batch->units, units);
	batch->nr_pages = rsb_pages_take(pool, &batch->pages, pages);
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
	splice_units(pool, batch);
	rsb_pages_put(pool, &batch->pages);
	batch->nr_pages = 0;
}

static void move_batch(struct rsb_batch *to, struct rsb_batch *from)
{
	list_splice_tail_init(&from->units, &to->units);
	list_splice_tail_init(&from->pages, &to->pages);
	to->nr_units += from->nr_units;
	to->nr_pages += from->nr_pages;
	from->nr_units = 0;
	from->nr_pages = 0;
}

/**
 * rsb_pool_set_aside - keep pages away from everybody until the host answers
 * @pool: the pool, with nothing set aside
 * @batch: pages that are in the books; empty afterwards
 * @leaves: they are on their way out of the balloon, not into it
 *
 * A host that timed out may still act on what it was told. So these pages can
 * not be released, not even on OOM, before rsb_settle().
 */
void rsb_pool_set_aside(struct rsb_pool *pool, struct rsb_batch *batch,
			bool leaves)
{
	spin_lock(&pool->lock);
	WARN_ON_ONCE(rsb_batch_size(&pool->aside));
	move_batch(&pool->aside, batch);
	pool->aside_leaves = leaves;
	spin_unlock(&pool->lock);
}

/**
 * rsb_pool_take_aside - take what was set aside
 * @pool: the pool
 * @batch: takes it; empty before
 *
 * Return: whether the pages were on their way out.
 */
bool rsb_pool_take_aside(struct rsb_pool *pool, struct rsb_batch *batch)
{
	bool leaves;

	spin_lock(&pool->lock);
	move_batch(batch, &pool->aside);
	leaves = pool->aside_leaves;
	spin_unlock(&pool->lock);
	return leaves;
}

/**
 * rsb_pool_set_hinted - keep pages away from everybody until hints come back
 * @pool: the pool, with no such pages
 * @batch: pages that are in the books; empty afterwards
 *
 * A page that is written to before the host looks at the hint would be left out
 * of a migration.
 */
void rsb_pool_set_hinted(struct rsb_pool *pool, struct rsb_batch *batch)
{
	spin_lock(&pool->lock);
	WARN_ON_ONCE(rsb_batch_size(&pool->hinted));
	move_batch(&pool->hinted, batch);
	spin_unlock(&pool->lock);
}

/**
 * rsb_pool_take_hinted - take what rsb_pool_set_hinted() kept
 * @pool: the pool
 * @batch: takes it; empty before
 */
void rsb_pool_take_hinted(struct rsb_pool *pool, struct rsb_batch *batch)
{
	spin_lock(&pool->lock);
	move_batch(batch, &pool->hinted);
	spin_unlock(&pool->lock);
}

/**
 * rsb_batch_split_unit - turn a unit into single pages
 * @b: the device
 * @batch: one unit, from rsb_pool_take()
 *
 * In the books the unit comes back and the pages, which must go into the pool
 * next, leave; MemTotal never shows it.
 */
void rsb_batch_split_unit(struct rsb *b, struct rsb_batch *batch)
{
	struct page *page = list_first_entry(&batch->units, struct page, lru);
	unsigned long i;

	rs_balloon_account(page, -(long)RSB_UNIT_PAGES);
	rs_balloon_event(false, RSB_UNIT_PAGES);
	list_del(&page->lru);
	batch->nr_units--;
	clear_offline(page, RSB_UNIT_PAGES);
	split_page(page, RSB_UNIT_ORDER);
	for (i = 0; i < RSB_UNIT_PAGES; i++)
		list_add_tail(&page[i].lru, &batch->pages);
	batch->nr_pages += RSB_UNIT_PAGES;
}

static void free_units(struct list_head *list)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, list, lru) {
		list_del(&page->lru);
		clear_offline(page, RSB_UNIT_PAGES);
		__free_pages(page, RSB_UNIT_ORDER);
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

	account_units(b, &batch->units, -(long)RSB_UNIT_PAGES);
	rsb_account_managed(b, &batch->pages, -1);
	rsb_count(b, RSB_N_DEFLATED, (u64)size << PAGE_SHIFT);
	free_units(&batch->units);
	rsb_pages_free(&batch->pages);
	batch->nr_units = 0;
	batch->nr_pages = 0;
}

typedef int (*visitor)(struct rsb *b, struct rsb_batch *batch);

static int visit_batch(struct rsb *b, struct rsb_batch *batch, visitor visit)
{
	int err = visit(b, batch);

	rsb_pool_untake(&b->pool, batch);
	if (!err && fatal_signal_pending(current))
		err = -EINTR;
	cond_resched();
	return err;
}

/* Single pages have no order of their own, so all are taken at once. */
static int walk_pages(struct rsb *b, visitor visit)
{
	struct rsb_batch all, batch;
	int err = 0;

	rsb_batch_init(&all);
	rsb_pool_take(&b->pool, &all, 0, ULONG_MAX);
	while (!err && !list_empty(&all.pages)) {
		rsb_batch_init(&batch);
		while (batch.nr_pages < RSB_STEP_PAGES &&
		       !list_empty(&all.pages)) {
			list_move_tail(all.pages.next, &batch.pages);
			batch.nr_pages++;
		}
		err = visit_batch(b, &batch, visit);
	}
	rsb_pool_untake(&b->pool, &all);
	return err;
}

/**
 * rsb_pool_walk - show everything that is held to somebody
 * @b: the device
 * @visit: called with batches of at most RSB_KICK_UNITS units or
 *	RSB_STEP_PAGES pages; an error ends the walk
 *
 * What is being shown can't be released meanwhile, not even on OOM: the host
 * may be about to drop its content.
 *
 * Return: 0, the error of @visit, or -EINTR if the caller is being killed.
 */
int rsb_pool_walk(struct rsb *b,
		  int (*visit)(struct rsb *b, struct rsb_batch *batch))
{
	unsigned long left, pages;
	struct rsb_batch batch;
	int err = 0;

	lockdep_assert_held(&b->lock);
	/* Units go back to the end of the list, so each one comes up once. */
	rsb_pool_counts(&b->pool, &left, &pages);
	while (left && !err) {
		rsb_batch_init(&batch);
		rsb_pool_take(&b->pool, &batch,
			      min_t(unsigned long, left, RSB_KICK_UNITS), 0);
		if (!batch.nr_units)
			break;
		left -= batch.nr_units;
		err = visit_batch(b, &batch, visit);
	}
	return err ?: walk_pages(b, visit);
}
