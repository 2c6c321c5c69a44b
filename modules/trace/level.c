// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who wants what? Descriptors ask for levels, the administrator asks through
 * sysfs; the highest request is in force, and without one nothing is
 * registered anywhere. How counting works is not known here.
 */
#include <linux/ktime.h>
#include <linux/mutex.h>

#include "flight.h"
#include "trace.h"

/* Serialises requests, and arming and disarming. Outermost, see trace.h. */
static DEFINE_MUTEX(level_lock);

/* All protected by level_lock. */
static struct rst_level_state state;
static u32 wanted[RST_LEVEL_MAX + 1];	/* descriptors by level */
static u32 base;			/* level without the flight recorder */
static u32 off_cpu_wanted;		/* descriptors */
static u32 who_wanted;			/* descriptors */

static int arm(void)
{
	struct rs_trace_page *page;
	int err;

	lockdep_assert_held(&level_lock);
	err = rst_area_create();
	if (err)
		return err;
	/* The other way round, first returns would find no cause. */
	err = rst_causes_attach();
	if (err)
		return err;
	err = rst_count_start();
	if (err) {
		rst_causes_detach();
		return err;
	}
	rst_border_join();
	page = rst_area_page();
	WRITE_ONCE(page->armed_ns, ktime_get_ns());
	return 0;
}

static void disarm(void)
{
	lockdep_assert_held(&level_lock);
	rst_border_part();
	rst_count_stop();
	rst_causes_detach();
}

static u32 highest_request(void)
{
	u32 level = RST_LEVEL_MAX;

	lockdep_assert_held(&level_lock);
	while (level && !wanted[level])
		level--;
	if (state.always || state.readers)
		level = max(level, state.admin);
	return level;
}

static int raise_to(u32 level)
{
	int err = 0;

	lockdep_assert_held(&level_lock);
	if (!base)
		err = arm();
	if (err || level < RS_TRACE_LEVEL_LATENCY)
		return err;
	err = rst_latency_start();
	if (err && !base)
		disarm();
	return err;
}

static void lower_to(u32 level)
{
	lockdep_assert_held(&level_lock);
	if (base >= RS_TRACE_LEVEL_LATENCY)
		rst_latency_stop();
	if (!level)
		disarm();
}

static void note_level(u32 level)
{
	lockdep_assert_held(&level_lock);
	state.level = level;
	WRITE_ONCE(rst_area_page()->level, level);
}

/* @level: without the flight recorder. */
static int settle_base(u32 level)
{
	int err;

	if (level > base) {
		err = raise_to(level);
		if (err)
			return err;
	} else if (level < base) {
		lower_to(level);
	} else {
		return 0;
	}
	base = level;
	note_level(level);
	return 0;
}

/* Does anybody want sums who also wants crossings timed? */
static bool want_sums(void)
{
	lockdep_assert_held(&level_lock);
	return who_wanted ||
	       (state.who && state.admin >= RS_TRACE_LEVEL_LATENCY &&
		(state.always || state.readers));
}

/* Put the highest request in force. Lowering can not fail. */
static int settle(void)
{
	u32 level = highest_request();
	bool flight = level == RS_TRACE_LEVEL_FLIGHT;
	int err;

	lockdep_assert_held(&level_lock);
	if (!flight && state.level == RS_TRACE_LEVEL_FLIGHT) {
		rst_latency_flight(false);
		note_level(base);
	}
	err = settle_base(min_t(u32, level, RS_TRACE_LEVEL_LATENCY));
	if (err || base < RS_TRACE_LEVEL_LATENCY)
		return err;
	rst_latency_slow(state.slow);
	err = rst_latency_off_cpu(off_cpu_wanted || flight);
	err = err ?: rst_latency_who(want_sums());
	if (err || !flight)
		return err;
	err = rst_latency_flight(true);
	if (!err)
		note_level(level);
	return err;
}

/**
 * rst_level_open - one more descriptor, that asks for nothing yet
 *
 * Return: 0, or the error of arming for what the administrator asked for.
 */
int rst_level_open(void)
{
	int err;

	guard(mutex)(&level_lock);
	state.readers++;
	wanted[0]++;
	err = settle();
	if (err) {
		state.readers--;
		wanted[0]--;
		settle();
	}
	return err;
}

static void withdraw(struct rst_request request)
{
	lockdep_assert_held(&level_lock);
	wanted[request.level]--;
	off_cpu_wanted -= request.off_cpu;
	who_wanted -= request.who;
}

static void enter(struct rst_request request)
{
	lockdep_assert_held(&level_lock);
	wanted[request.level]++;
	off_cpu_wanted += request.off_cpu;
	who_wanted += request.who;
}

/** rst_level_close - the descriptor that made @request is gone */
void rst_level_close(struct rst_request request)
{
	guard(mutex)(&level_lock);
	state.readers--;
	withdraw(request);
	settle();
}

/**
 * rst_level_change - a descriptor asks for something else
 * @old: what it asked for before
 * @new: what it asks for now, RST_LEVEL_MAX at most
 *
 * Return: 0, or the error of arming; then @old stays in force.
 */
int rst_level_change(struct rst_request old, struct rst_request new)
{
	int err;

	guard(mutex)(&level_lock);
	withdraw(old);
	enter(new);
	err = settle();
	if (err) {
		withdraw(new);
		enter(old);
		settle();
	}
	return err;
}

/**
 * rst_level_set_admin - the level while any descriptor is open
 * @level: RST_LEVEL_MAX at most
 *
 * Return: 0, or the error of arming; then nothing has changed.
 */
int rst_level_set_admin(u32 level)
{
	u32 old;
	int err;

	guard(mutex)(&level_lock);
	old = state.admin;
	state.admin = level;
	err = settle();
	if (err) {
		state.admin = old;
		settle();
	}
	return err;
}

/**
 * rst_level_set_always - keep the administrator's level without descriptors?
 * @always: yes or no
 *
 * Return: 0, or the error of arming; then nothing has changed.
 */
int rst_level_set_always(bool always)
{
	bool old;
	int err;

	guard(mutex)(&level_lock);
	old = state.always;
	state.always = always;
	err = settle();
	if (err) {
		state.always = old;
		settle();
	}
	return err;
}

/**
 * rst_level_set_who - keep sums by task and cgroup at the administrator's level?
 * @who: yes or no
 *
 * Return: 0, or the error of arming; then nothing has changed.
 */
int rst_level_set_who(bool who)
{
	bool old;
	int err;

	guard(mutex)(&level_lock);
	old = state.who;
	state.who = who;
	err = settle();
	if (err) {
		state.who = old;
		settle();
	}
	return err;
}

/**
 * rst_level_set_slow - compare crossings with limits while they are timed?
 * @slow: yes or no
 *
 * Return: 0.
 */
int rst_level_set_slow(bool slow)
{
	guard(mutex)(&level_lock);
	state.slow = slow;
	return settle();
}

/**
 * rst_level_set_flight_kib - size of the flight recorder's rings
 * @kib: of each CPU
 *
 * Return: 0, -EBUSY while there are rings, or as rst_flight_set_kib().
 */
int rst_level_set_flight_kib(u32 kib)
{
	guard(mutex)(&level_lock);
	if (state.level == RS_TRACE_LEVEL_FLIGHT)
		return -EBUSY;
	return rst_flight_set_kib(kib);
}

/** rst_level_state - a copy of who asks for what */
struct rst_level_state rst_level_state(void)
{
	guard(mutex)(&level_lock);
	return state;
}

/** rst_level_exit - the module goes: whatever sysfs asked for ends */
void rst_level_exit(void)
{
	guard(mutex)(&level_lock);
	state.always = false;
	settle();
}
