// SPDX-License-Identifier: GPL-2.0-only
/*
 * One step: take some memory from the guest and tell the host, or the other
 * way round. Bounded, so that the worker looks at the target again soon, and
 * complete: after an error, too, every page is in the pool or with the guest.
 */
#include <linux/ktime.h>
#include <linux/mm.h>

#include "balloon.h"

#define CREATE_TRACE_POINTS
#include "balloon_event.h"

static unsigned long step_units(struct rsb *b, unsigned long want)
{
	unsigned long most = rsb_rate_step(rsb_get(b, RSB_S_MAX_RATE));

	want = min(want, rsb_get_pages(b, RSB_S_BATCH) / RSB_UNIT_PAGES);
	return min(want, max(most / RSB_UNIT_PAGES, 1UL));
}

/* Units of what is free; then of what can be reclaimed; then none. */
static void alloc_units(struct rsb *b, struct rsb_batch *batch,
			unsigned long want)
{
	while (b->effort < RSB_TRY_SMALL && !batch->nr_units) {
		if (b->effort == RSB_TRY_FREE)
			rsb_batch_alloc_units(b, batch, want, __GFP_NORETRY);
		else if (rsb_get(b, RSB_S_COMPACT))
			rsb_batch_alloc_units(b, batch, want,
					      __GFP_RETRY_MAYFAIL);
		if (batch->nr_units == want)
			return;
		if (b->effort == RSB_TRY_FREE || !batch->nr_units)
			b->effort++;
	}
	if (b->effort == RSB_TRY_SMALL && !rsb_whole_units(b))
		rsb_count(b, RSB_N_FALLBACKS, 1);
}

/*
 * Single pages go on the inflate queue, which is for what the host asked for:
 * they never stand in for the guest's extra.
 */
static void alloc_pages_for_host(struct rsb *b, struct rsb_batch *batch,
				 unsigned long want)
{
	unsigned long held = rsb_pool_size(&b->pool);
	unsigned long room = b->target.host > held ? b->target.host - held : 0;
	unsigned long most = rsb_rate_step(rsb_get(b, RSB_S_MAX_RATE));

	want = min3(want, room, (unsigned long)RSB_STEP_PAGES);
	rsb_batch_alloc_pages(b, batch, min(want, most));
}

/* What the host has not answered to is not for the OOM path. */
static void keep(struct rsb *b, struct rsb_batch *batch, int err)
{
	if (err)
		rsb_pool_set_aside(&b->pool, batch, false);
	else
		rsb_pool_untake(&b->pool, batch);
}

static long inflate(struct rsb *b, const struct rsb_plan *plan)
{
	struct rsb_batch batch;
	long size;
	int err;

	rsb_batch_init(&batch);
	if (plan->units && b->mode != RSB_MODE_4K)
		alloc_units(b, &batch, step_units(b, plan->units));
	if (!batch.nr_units && !rsb_whole_units(b))
		alloc_pages_for_host(b, &batch, plan->pages +
				     plan->units * RSB_UNIT_PAGES);
	size = rsb_batch_size(&batch);
	if (!size)
		return 0;
	err = rsb_tell_inflate(b, &batch);
	/* Whatever the host answered, it may use the pages: we hold them. */
	rsb_pool_enter(b, &batch);
	keep(b, &batch, err);
	return err ?: size;
}

/* The next plan finds single pages enough. */
static long split_unit(struct rsb *b)
{
	struct rsb_batch batch;
	int err;

	rsb_batch_init(&batch);
	rsb_pool_take(&b->pool, &batch, 1, 0);
	if (!batch.nr_units)
		return 0;
	rsb_batch_split_unit(b, &batch);
	err = rsb_tell_split(b, &batch);
	keep(b, &batch, err);
	return err ?: (long)RSB_UNIT_PAGES;
}

static long deflate(struct rsb *b, const struct rsb_plan *plan)
{
	struct rsb_batch batch;
	long size;
	int err;

	if (!plan->units && plan->split)
		return split_unit(b);
	rsb_batch_init(&batch);
	if (plan->units)
		rsb_pool_take(&b->pool, &batch,
			      min_t(unsigned long, plan->units, RSB_KICK_UNITS),
			      0);
	else
		rsb_pool_take(&b->pool, &batch, 0,
			      min_t(unsigned long, plan->pages,
				    RSB_STEP_PAGES));
	err = rsb_tell_deflate(b, &batch);
	if (err) {
		rsb_pool_set_aside(&b->pool, &batch, true);
		return err;
	}
	size = rsb_batch_size(&batch);
	rsb_pool_release(b, &batch);
	return size;
}

/**
 * rsb_inflate - take memory from the guest
 * @b: the device
 * @plan: what is wanted; not more than that is taken
 *
 * Return: pages taken, 0 if none could be had, or an error of the host's.
 */
long rsb_inflate(struct rsb *b, const struct rsb_plan *plan)
{
	u64 start = ktime_get_ns(), ns;
	long moved;

	lockdep_assert_held(&b->lock);
	moved = inflate(b, plan);
	ns = ktime_get_ns() - start;
	rsb_count(b, RSB_N_INFLATE_NS, ns);
	trace_balloon_inflate(b, moved, ns);
	return moved;
}

/**
 * rsb_deflate - give memory back to the guest
 * @b: the device
 * @plan: how much; a unit is split if the plan says so
 *
 * Return: pages given back or split off; 0 if somebody else was quicker or is
 * migrating the pages; or an error of the host's.
 */
long rsb_deflate(struct rsb *b, const struct rsb_plan *plan)
{
	u64 start = ktime_get_ns(), ns;
	long moved;

	lockdep_assert_held(&b->lock);
	moved = deflate(b, plan);
	ns = ktime_get_ns() - start;
	rsb_count(b, RSB_N_DEFLATE_NS, ns);
	trace_balloon_deflate(b, moved, ns);
	return moved;
}

/**
 * rsb_settle - finish what a silent host has interrupted
 * @b: a device whose host has answered to all that it was sent
 *
 * Goes on where it stopped, so that the host hears of each page once. Only
 * reports are sent again, which say nothing about pages being in a balloon.
 *
 * Return: 0; an error of the host's, and the rest is set aside again.
 */
int rsb_settle(struct rsb *b)
{
	struct rsb_batch batch;
	bool leaves;
	int err;

	lockdep_assert_held(&b->lock);
	rsb_batch_init(&batch);
	leaves = rsb_pool_take_aside(&b->pool, &batch);
	if (!rsb_batch_size(&batch))
		return 0;
	err = leaves ? rsb_tell_deflate(b, &batch) :
		       rsb_tell_inflate(b, &batch);
	if (err)
		rsb_pool_set_aside(&b->pool, &batch, leaves);
	else if (leaves)
		rsb_pool_release(b, &batch);
	else
		rsb_pool_untake(&b->pool, &batch);
	return err;
}
