// SPDX-License-Identifier: GPL-2.0-only
/*
 * Follows the target. One work item is the whole state machine: it takes one
 * bounded step, writes 'actual', and queues itself again until the balloon has
 * the size that is wanted or memory can't be had.
 */
#include <linux/mm.h>
#include <linux/virtio_config.h>

#include "balloon.h"

static void set_state(struct rsb *b, enum rsb_state state)
{
	if (b->state == state)
		return;
	WRITE_ONCE(b->state, state);
	sysfs_notify(&b->vdev->dev.kobj, "ringside", "state");
}

static void write_actual(struct rsb *b, unsigned long pages)
{
	u32 actual = pages;

	virtio_cwrite_le(b->vdev, struct virtio_balloon_config, actual,
			 &actual);
	WRITE_ONCE(b->actual, pages);
	sysfs_notify(&b->vdev->dev.kobj, "ringside", "actual_bytes");
}

static void update_actual(struct rsb *b)
{
	unsigned long pages = rsb_actual(rsb_pool_size(&b->pool), &b->target);

	if (pages != b->actual)
		write_actual(b, pages);
}

/* A new target ends every pause and every reluctance. */
static void read_target(struct rsb *b)
{
	struct rsb_pool *pool = &b->pool;
	unsigned long goal;
	u32 num_pages;

	virtio_cread_le(b->vdev, struct virtio_balloon_config, num_pages,
			&num_pages);
	b->target.host = num_pages;
	b->target.extra = rsb_extra(num_pages, READ_ONCE(b->guest_pages));
	WRITE_ONCE(b->host_pages, num_pages);
	goal = b->target.host + b->target.extra;

	spin_lock(&pool->lock);
	if (goal != pool->goal) {
		pool->goal = goal;
		pool->oom_hold = false;
		b->effort = RSB_TRY_FREE;
		b->backoff_ms = 0;
	}
	spin_unlock(&pool->lock);
}

static bool on_hold(struct rsb_pool *pool)
{
	bool hold;

	spin_lock(&pool->lock);
	hold = pool->oom_hold;
	spin_unlock(&pool->lock);
	return hold;
}

static unsigned long kick_units(void)
{
	return want_init_on_alloc(GFP_HIGHUSER) ? RSB_KICK_UNITS_ZEROED :
						  RSB_KICK_UNITS;
}

/* Units of what is free; then of what can be reclaimed; then none. */
static void alloc_units(struct rsb *b, struct rsb_batch *batch,
			unsigned long want)
{
	want = min(want, kick_units());
	while (b->effort < RSB_TRY_SMALL && !batch->nr_units) {
		rsb_batch_alloc_units(b, batch, want,
				      b->effort == RSB_TRY_FREE ?
				      __GFP_NORETRY : __GFP_RETRY_MAYFAIL);
		if (batch->nr_units == want)
			return;
		if (b->effort == RSB_TRY_FREE || !batch->nr_units)
			b->effort++;
	}
	if (b->effort == RSB_TRY_SMALL)
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

	want = min3(want, room, (unsigned long)RSB_STEP_PAGES);
	rsb_batch_alloc_pages(b, batch, want);
}

/* Return: pages moved, or an error of the host's. */
static long inflate(struct rsb *b, const struct rsb_plan *plan)
{
	struct rsb_batch batch;
	long size;
	int err;

	rsb_batch_init(&batch);
	if (plan->units && b->mode != RSB_MODE_4K)
		alloc_units(b, &batch, plan->units);
	if (!batch.nr_units)
		alloc_pages_for_host(b, &batch, plan->pages +
				     plan->units * RSB_UNIT_PAGES);
	size = rsb_batch_size(&batch);
	if (!size)
		return 0;
	err = rsb_tell_inflate(b, &batch);
	/* Whatever the host answered, it may use the pages: we hold them. */
	rsb_pool_put(b, &batch);
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
	rsb_batch_split_unit(&batch);
	err = rsb_tell_split(b, &batch);
	rsb_pool_untake(&b->pool, &batch);
	return err ?: (long)RSB_UNIT_PAGES;
}

/* Return: pages moved, or an error of the host's. */
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
		rsb_pool_untake(&b->pool, &batch);
		return err;
	}
	size = rsb_batch_size(&batch);
	rsb_pool_release(b, &batch);
	return size;
}

static void queue_step(struct rsb *b, unsigned int delay_ms)
{
	if (!READ_ONCE(b->stopping))
		queue_delayed_work(b->wq, &b->work, msecs_to_jiffies(delay_ms));
}

static void back_off(struct rsb *b)
{
	b->backoff_ms = rsb_backoff(b->backoff_ms);
	b->effort = RSB_TRY_FREE;
	rsb_count(b, RSB_N_BACKOFFS, 1);
	set_state(b, RSB_BACKOFF);
	queue_step(b, b->backoff_ms);
}

/* An error of the transport; who comes back to it depends on which. */
static void stop_for_host(struct rsb *b)
{
	if (rsb_host_broken(b))
		set_state(b, RSB_BROKEN);	/* nobody: the device is gone */
	else if (READ_ONCE(b->stalled))
		set_state(b, RSB_STALLED);	/* acked(), when it answers */
	else
		back_off(b);			/* no memory to tell the host */
}

static void step(struct rsb *b, const struct rsb_plan *plan)
{
	bool inflating = plan->action == RSB_INFLATE;
	long moved;

	set_state(b, inflating ? RSB_INFLATING : RSB_DEFLATING);
	moved = inflating ? inflate(b, plan) : deflate(b, plan);
	update_actual(b);
	if (moved < 0)
		stop_for_host(b);
	else if (!moved && inflating)
		back_off(b);
	else
		queue_step(b, 0);
}

static void follow_target(struct rsb *b)
{
	unsigned long units, pages;
	struct rsb_plan plan;

	if (!rsb_host_ready(b) || rsb_tell_owed(b)) {
		stop_for_host(b);
		return;
	}
	read_target(b);
	update_actual(b);
	rsb_pool_counts(&b->pool, &units, &pages);
	rsb_plan(&plan, units, pages, &b->target);
	if (plan.action == RSB_REST)
		set_state(b, RSB_IDLE);
	else if (plan.action == RSB_INFLATE && on_hold(&b->pool))
		set_state(b, RSB_HOLDOFF);
	else
		step(b, &plan);
}

static void worker(struct work_struct *work)
{
	struct rsb *b = container_of(work, struct rsb, work.work);

	mutex_lock(&b->lock);
	if (!b->stopping)
		follow_target(b);
	mutex_unlock(&b->lock);
}

/**
 * rsb_worker_wake - look at the target now
 * @b: the device
 *
 * For any context. Does nothing once the device is being stopped.
 */
void rsb_worker_wake(struct rsb *b)
{
	if (!READ_ONCE(b->stopping))
		mod_delayed_work(b->wq, &b->work, 0);
}

/**
 * rsb_worker_init - prepare the worker, do not start it
 * @b: the device
 */
void rsb_worker_init(struct rsb *b)
{
	INIT_DELAYED_WORK(&b->work, worker);
}

/**
 * rsb_worker_start - begin to follow the target of a device that is ready
 * @b: the device, holding nothing
 *
 * 'actual' survives a reset, so the host may still have another driver's.
 */
void rsb_worker_start(struct rsb *b)
{
	mutex_lock(&b->lock);
	write_actual(b, 0);
	mutex_unlock(&b->lock);
	rsb_worker_wake(b);
}

/**
 * rsb_worker_stop - stop following and give everything back
 * @b: the device
 *
 * With a host that does not answer the pages stay in the pool until
 * rsb_worker_release() is called, after the device was reset.
 */
void rsb_worker_stop(struct rsb *b)
{
	struct rsb_plan plan = { .action = RSB_DEFLATE };
	long moved = 1;

	WRITE_ONCE(b->stopping, true);
	cancel_delayed_work_sync(&b->work);
	mutex_lock(&b->lock);
	if (!rsb_host_ready(b) || rsb_tell_owed(b))
		moved = -ETIMEDOUT;
	b->target = (struct rsb_target){};
	while (moved > 0) {
		rsb_pool_counts(&b->pool, &plan.units, &plan.pages);
		if (!plan.units && !plan.pages)
			break;
		moved = deflate(b, &plan);
	}
	/* Zero if the OOM path was quicker with the last pages. */
	if (moved >= 0)
		update_actual(b);
	mutex_unlock(&b->lock);
}

/**
 * rsb_worker_release - free what a silent host left in the pool
 * @b: a device that was reset
 */
void rsb_worker_release(struct rsb *b)
{
	struct rsb_batch batch;

	/* An interrupt before the reset may have queued it once more. */
	cancel_delayed_work_sync(&b->work);
	rsb_batch_init(&batch);
	rsb_pool_take(&b->pool, &batch, ULONG_MAX, ULONG_MAX);
	rsb_pool_release(b, &batch);
	/* After a resume everything begins anew, a hold too. */
	b->pool.nr_owed = 0;
	b->pool.goal = 0;
	b->pool.oom_hold = false;
}
