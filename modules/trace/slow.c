// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which crossings took longer than they may? Each cause has a limit of its own;
 * beyond it, the return makes the event ringside:slow_crossing while the task
 * still has its stack in user mode to show. Without a limit nothing is compared.
 */
#include <linux/mutex.h>
#include <linux/sched/task_stack.h>
#include <asm/ptrace.h>
#include <asm/tsc.h>

#define CREATE_TRACE_POINTS
#include "slow_event.h"

#include "flight.h"
#include "record.h"
#include "slow.h"

/* Ticks; U64_MAX for none. Read by the return, written under slow_lock. */
u64 rst_slow_limits[RST_BOOKS_END];

static DEFINE_MUTEX(slow_lock);	/* outside level_lock */
static u64 default_ns;		/* as it was written last; slow_lock */

/* @ns: RST_HIST_LIMIT at most, or the division might trap. */
static u64 to_ticks(u64 ns)
{
	return ns ? mul_u64_u64_div_u64(ns, tsc_khz, 1000000) : U64_MAX;
}

static bool any_limit(void)
{
	unsigned int i;

	lockdep_assert_held(&slow_lock);
	for (i = 0; i < RST_BOOKS_END; i++)
		if (rst_slow_limits[i] != U64_MAX)
			return true;
	return false;
}

/** rst_slow_init - no cause has a limit yet */
void __init rst_slow_init(void)
{
	unsigned int i;

	for (i = 0; i < RST_BOOKS_END; i++)
		rst_slow_limits[i] = U64_MAX;
}

/** rst_slow_default - the limit that all causes got last, 0 for none */
u64 rst_slow_default(void)
{
	guard(mutex)(&slow_lock);
	return default_ns;
}

/**
 * rst_slow_set_all - give all causes the same limit
 * @ns: the limit, 0 for none
 *
 * Return: 0, -ERANGE if no crossing is that long, or -EOPNOTSUPP if the time
 * stamp counter has no known rate.
 */
int rst_slow_set_all(u64 ns)
{
	unsigned int i;

	if (ns > RST_HIST_LIMIT)
		return -ERANGE;
	if (!tsc_khz)
		return -EOPNOTSUPP;
	guard(mutex)(&slow_lock);
	for (i = 0; i < RST_BOOKS_END; i++)
		WRITE_ONCE(rst_slow_limits[i], to_ticks(ns));
	default_ns = ns;
	return rst_level_set_slow(any_limit());
}

/**
 * rst_slow_set - give one cause a limit
 * @counter: its counter, in the books
 * @ns: the limit, 0 for none
 *
 * Return: 0, -EINVAL for no such cause, or as rst_slow_set_all().
 */
int rst_slow_set(unsigned int counter, u64 ns)
{
	if (counter >= RST_BOOKS_END)
		return -EINVAL;
	if (ns > RST_HIST_LIMIT)
		return -ERANGE;
	if (!tsc_khz)
		return -EOPNOTSUPP;
	guard(mutex)(&slow_lock);
	WRITE_ONCE(rst_slow_limits[counter], to_ticks(ns));
	return rst_level_set_slow(any_limit());
}

/**
 * rst_slow_report - a crossing took longer than its limit
 * @counter: its cause
 * @ticks: from the entry to the return
 * @off: of that, not on the CPU
 */
void rst_slow_report(unsigned int counter, u64 ticks, u64 off)
{
	struct rst_slow slow;

	rst_flight_trigger(RS_TRACE_FROZEN_SLOW);
	if (!trace_slow_crossing_enabled())
		return;
	slow = (struct rst_slow) {
		.ns = rst_ns(ticks),
		.off_cpu_ns = rst_ns(off),
		.limit_ns = rst_ns(READ_ONCE(rst_slow_limits[counter])),
		.ip = instruction_pointer(task_pt_regs(current)),
	};
	rst_area_name(counter, &slow.kind, &slow.index);
	trace_slow_crossing(&slow);
}
