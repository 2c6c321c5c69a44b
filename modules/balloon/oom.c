// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gives memory back when the guest runs out, if the host allows it.
 *
 * Nothing here sleeps or talks to the host: the caller is an allocation in
 * trouble. What the host has to hear is noted, and the worker tells it later;
 * the device does not insist on being told before (see rsb_validate()). The
 * balloon then stays away from the memory until the host changes its target,
 * or the two would fight over it for ever.
 */
#include <linux/mm.h>
#include <linux/oom.h>

#include "balloon.h"
#include "balloon_event.h"

static void owe(struct rsb_pool *pool, struct list_head *list,
		unsigned long each)
{
	struct page *page;

	list_for_each_entry(page, list, lru)
		pool->owed[pool->nr_owed++] = (struct rsb_range){
			.pfn = page_to_pfn(page),
			.nr = each,
		};
}

/**
 * rsb_owe_page - note that the host must hear of a page's release
 * @pool: the pool
 * @page: the page
 *
 * Return: false if there is no room for a note.
 */
bool rsb_owe_page(struct rsb_pool *pool, struct page *page)
{
	bool room;

	spin_lock(&pool->lock);
	room = pool->nr_owed < RSB_NOTES;
	if (room)
		pool->owed[pool->nr_owed++] = (struct rsb_range){
			.pfn = page_to_pfn(page),
			.nr = 1,
		};
	spin_unlock(&pool->lock);
	return room;
}

/*
 * The page that compaction moved last may be one that a silent host was
 * told of (see migrate()). Units that it was told of are set aside. Looked at
 * last: the page came in after the host was found silent.
 */
static void leave_to_host(struct rsb *b, struct rsb_batch *batch)
{
	if (!batch->nr_pages || !READ_ONCE(b->stalled))
		return;
	rsb_pages_put(&b->pool, &batch->pages);
	batch->nr_pages = 0;
}

/* Units first, as many as there is room for notes. */
static void take_for_oom(struct rsb *b, struct rsb_batch *batch)
{
	struct rsb_pool *pool = &b->pool;
	unsigned long want = rsb_get_pages(b, RSB_S_OOM_RELEASE);
	unsigned long units = want / RSB_UNIT_PAGES;
	unsigned long room = RSB_NOTES - pool->nr_owed;
	bool owes_units = rsb_owes_units(b);

	lockdep_assert_held(&pool->lock);
	units = min(units, pool->nr_units);
	if (owes_units) {
		units = min(units, room);
		room -= units;
	}
	rsb_pool_take_locked(pool, batch, units,
			     min(want - units * RSB_UNIT_PAGES, room));
	leave_to_host(b, batch);
	if (owes_units)
		owe(pool, &batch->units, RSB_UNIT_PAGES);
	owe(pool, &batch->pages, 1);
	if (rsb_batch_size(batch))
		rsb_hold_locked(b);
}

static int on_oom(struct notifier_block *nb, unsigned long unused, void *arg)
{
	struct rsb *b = container_of(nb, struct rsb, oom_nb);
	unsigned long *freed = arg;
	struct rsb_batch batch;
	unsigned long size;

	rsb_batch_init(&batch);
	spin_lock(&b->pool.lock);
	take_for_oom(b, &batch);
	spin_unlock(&b->pool.lock);
	size = rsb_batch_size(&batch);
	if (!size)
		return NOTIFY_OK;

	rsb_pool_release(b, &batch);
	rsb_count(b, RSB_N_OOM_RELEASED, (u64)size << PAGE_SHIFT);
	trace_balloon_oom(b, size, false);
	*freed += size;
	rsb_worker_wake(b);
	return NOTIFY_OK;
}

/**
 * rsb_oom_register - be asked before the OOM killer strikes
 * @b: the device
 *
 * Return: 0, or the error of register_oom_notifier().
 */
int rsb_oom_register(struct rsb *b)
{
	if (!rsb_deflates_on_oom(b))
		return 0;
	b->oom_nb.notifier_call = on_oom;
	return register_oom_notifier(&b->oom_nb);
}

/**
 * rsb_oom_unregister - undo rsb_oom_register(); waits for a running call
 * @b: the device
 */
void rsb_oom_unregister(struct rsb *b)
{
	if (rsb_deflates_on_oom(b))
		unregister_oom_notifier(&b->oom_nb);
}
