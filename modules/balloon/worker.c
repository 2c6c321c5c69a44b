// SPDX-License-Identifier: GPL-2.0-only
/*
 * Follows the target. One work item is the whole state machine: it takes one
 * bounded step, writes 'actual', and queues itself again until the balloon has
 * the size that is wanted, memory can't be had or the guest must keep it.
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/mm.h>
#include <linux/virtio_config.h>

#include "balloon.h"
#include "balloon_event.h"

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
	if (num_pages != b->host_pages) {
		WRITE_ONCE(b->host_pages, num_pages);
		sysfs_notify(&b->vdev->dev.kobj, "ringside", "target_bytes");
	}
	goal = b->target.host + b->target.extra;

	spin_lock(&pool->lock);
	if (goal != pool->goal) {
		pool->goal = goal;
		pool->hold = false;
		b->effort = RSB_TRY_FREE;
		b->backoff_ms = 0;
	}
	spin_unlock(&pool->lock);
}

/**
 * rsb_hold_locked - no inflation for now: the guest was in need
 * @b: the device
 */
void rsb_hold_locked(struct rsb *b)
{
	struct rsb_pool *pool = &b->pool;

	lockdep_assert_held(&pool->lock);
	if (!pool->hold)
		rsb_count(b, RSB_N_HOLDOFFS, 1);
	pool->hold = true;
	pool->hold_since = jiffies;
}

/* Return: milliseconds that the hold still lasts, UINT_MAX without an end. */
static unsigned int hold_left(struct rsb *b)
{
	unsigned long limit = rsb_get(b, RSB_S_OOM_HOLDOFF), since;
	struct rsb_pool *pool = &b->pool;
	unsigned int left = 0;

	spin_lock(&pool->lock);
	since = jiffies_to_msecs(jiffies - pool->hold_since);
	if (pool->hold && !limit)
		left = UINT_MAX;
	else if (pool->hold && since < limit)
		left = limit - since;
	else
		pool->hold = false;
	spin_unlock(&pool->lock);
	return left;
}

static void queue_step(struct rsb *b, unsigned int delay_ms)
{
	if (!READ_ONCE(b->stopping))
		queue_delayed_work(b->wq, &b->work, msecs_to_jiffies(delay_ms));
}

/* Come back later, each time later, until the target changes. */
static void pause(struct rsb *b, enum rsb_state state)
{
	b->backoff_ms = rsb_backoff(b->backoff_ms);
	b->effort = RSB_TRY_FREE;
	set_state(b, state);
	queue_step(b, b->backoff_ms);
}

static void back_off(struct rsb *b)
{
	rsb_count(b, RSB_N_BACKOFFS, 1);
	pause(b, RSB_BACKOFF);
}

/* An error of the transport; who comes back to it depends on which. */
static void stop_for_host(struct rsb *b, int err)
{
	bool broken = rsb_host_broken(b);

	/* What a broken queue still holds looks like a host that is silent. */
	WRITE_ONCE(b->last_error, broken ? -EIO : err);
	if (broken)
		set_state(b, RSB_BROKEN);	/* nobody: the device is gone */
	else if (READ_ONCE(b->stalled))
		set_state(b, RSB_STALLED);	/* acked(), when it answers */
	else
		back_off(b);			/* no memory to tell the host */
}

static void inflate_step(struct rsb *b, const struct rsb_plan *plan)
{
	unsigned int ms;
	long moved;

	set_state(b, RSB_INFLATING);
	moved = rsb_inflate(b, plan);
	update_actual(b);
	if (moved < 0) {
		stop_for_host(b, moved);
	} else if (!moved) {
		back_off(b);
	} else {
		ms = rsb_rate_pause(moved, rsb_get(b, RSB_S_MAX_RATE));
		b->not_before = jiffies + msecs_to_jiffies(ms);
		queue_step(b, ms);
	}
}

static void deflate_step(struct rsb *b, const struct rsb_plan *plan)
{
	long moved;

	set_state(b, RSB_DEFLATING);
	moved = rsb_deflate(b, plan);
	update_actual(b);
	if (moved < 0)
		stop_for_host(b, moved);
	else
		/* What is being migrated can't be had for a moment. */
		queue_step(b, moved ? 0 : 10);
}

/* Several reasons not to inflate now. Return: true if there was one. */
static bool must_wait(struct rsb *b, bool limited)
{
	unsigned int left = hold_left(b);

	if (left) {
		set_state(b, RSB_HOLDOFF);
		if (left != UINT_MAX)
			queue_step(b, left);
	} else if (limited) {
		pause(b, RSB_LIMITED);
	} else if (rsb_get(b, RSB_S_MAX_RATE) &&
		   time_before(jiffies, b->not_before)) {
		queue_step(b, jiffies_to_msecs(b->not_before - jiffies));
	} else {
		return false;
	}
	return true;
}

static void look_around(struct rsb *b, unsigned long held,
			struct rsb_room *room)
{
	long available = si_mem_available();

	room->ram = totalram_pages();
	if (!rsb_deflates_on_oom(b))
		room->ram += held;
	room->available = max(available, 0L);
	room->floor = rsb_get_pages(b, RSB_S_FLOOR);
	room->reserve = rsb_get_pages(b, RSB_S_RESERVE);
}

static void follow_target(struct rsb *b)
{
	unsigned long units, pages, held;
	struct rsb_room room;
	struct rsb_plan plan;
	bool limited;

	read_target(b);
	update_actual(b);
	rsb_pool_counts(&b->pool, &units, &pages);
	held = units * RSB_UNIT_PAGES + pages;
	rsb_plan(&plan, units, pages, &b->target);
	if (rsb_whole_units(b))
		rsb_plan_whole(&plan);
	look_around(b, held, &room);
	limited = rsb_limit(&plan, held, &room);
	if (plan.action == RSB_REST)
		set_state(b, RSB_IDLE);
	else if (plan.action == RSB_DEFLATE)
		deflate_step(b, &plan);
	else if (!must_wait(b, limited))
		inflate_step(b, &plan);
}

/* What the pressure watch asked for. Return: an error of the host's. */
static int release_early(struct rsb *b, long pages)
{
	struct rsb_plan plan = { .action = RSB_DEFLATE };
	long moved, released = 0;

	spin_lock(&b->pool.lock);
	rsb_hold_locked(b);
	spin_unlock(&b->pool.lock);
	do {
		rsb_pool_counts(&b->pool, &plan.units, &plan.pages);
		plan.units = min_t(unsigned long, plan.units,
				   DIV_ROUND_UP(pages - released,
						RSB_UNIT_PAGES));
		plan.pages = min_t(unsigned long, plan.pages, pages - released);
		moved = rsb_deflate(b, &plan);
		if (moved > 0)
			released += moved;
	} while (moved > 0 && released < pages);
	rsb_count(b, RSB_N_PRESSURE_RELEASED, (u64)released << PAGE_SHIFT);
	trace_balloon_oom(b, released, true);
	update_actual(b);
	return moved < 0 ? moved : 0;
}

/* What the host has yet to hear about the past. */
static int catch_up(struct rsb *b)
{
	if (!rsb_hint_ready(b) || !rsb_host_ready(b))
		return -ETIMEDOUT;
	return rsb_settle(b) ?: rsb_tell_owed(b);
}

static void work_on(struct rsb *b)
{
	long early;
	int err;

	err = catch_up(b);
	if (!err) {
		early = atomic_long_xchg(&b->early, 0);
		if (early)
			err = release_early(b, early);
	}
	if (err)
		stop_for_host(b, err);
	else
		follow_target(b);
}

static void worker(struct work_struct *work)
{
	struct rsb *b = container_of(work, struct rsb, work.work);

	mutex_lock(&b->lock);
	if (!b->stopping)
		work_on(b);
	if (b->state != RSB_INFLATING && b->state != RSB_DEFLATING)
		pm_relax(&b->vdev->dev);
	mutex_unlock(&b->lock);
}

/**
 * rsb_worker_wake - look at the target now
 * @b: the device
 *
 * For any context. Does nothing once the device is being stopped. The system
 * does not go to sleep before the worker has come to a rest.
 */
void rsb_worker_wake(struct rsb *b)
{
	if (READ_ONCE(b->stopping))
		return;
	pm_stay_awake(&b->vdev->dev);
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
	if (catch_up(b))
		moved = -ETIMEDOUT;
	b->target = (struct rsb_target){};
	while (moved >= 0) {
		rsb_pool_counts(&b->pool, &plan.units, &plan.pages);
		if (!plan.units && !plan.pages)
			break;
		moved = rsb_deflate(b, &plan);
		/* The last pages are being migrated; migration ends soon. */
		if (!moved)
			usleep_range(1000, 2000);
	}
	if (moved >= 0)
		update_actual(b);
	mutex_unlock(&b->lock);
	pm_relax(&b->vdev->dev);
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
	b->told = 0;
	while (rsb_pool_size(&b->pool)) {
		rsb_batch_init(&batch);
		rsb_pool_take_aside(&b->pool, &batch);
		rsb_pool_take_hinted(&b->pool, &batch);
		rsb_pool_release(b, &batch);
		rsb_pool_take(&b->pool, &batch, ULONG_MAX, ULONG_MAX);
		if (!rsb_batch_size(&batch))
			usleep_range(1000, 2000);	/* the last ones are being migrated */
		rsb_pool_release(b, &batch);
	}
	/* After a resume everything begins anew, a hold too. */
	b->hint_owed = false;
	b->pool.nr_owed = 0;
	b->pool.goal = 0;
	b->pool.hold = false;
	atomic_long_set(&b->early, 0);
}

static int tell_again(struct rsb *b, struct rsb_batch *batch)
{
	int err = rsb_tell_inflate(b, batch);

	if (err)
		rsb_pool_set_aside(&b->pool, batch, false);
	return err;
}

/**
 * rsb_resync - tell the host once more about everything that is held
 * @b: the device
 *
 * Hosts drop requests without a word while a migration comes in, a snapshot is
 * taken or a device is passed through. Nobody repeats them but us.
 *
 * Return: 0; -ETIMEDOUT or -EIO if the host did not answer, -EINTR if the
 * caller is being killed; what was told by then stays told.
 */
int rsb_resync(struct rsb *b)
{
	u64 bytes = (u64)rsb_pool_size(&b->pool) << PAGE_SHIFT;
	int err;

	lockdep_assert_held(&b->lock);
	err = catch_up(b);
	if (!err)
		err = rsb_pool_walk(b, tell_again);
	if (err)
		return err;
	rsb_count(b, RSB_N_RESYNCED, bytes);
	rsb_count(b, RSB_N_RESYNCS, 1);
	return 0;
}
