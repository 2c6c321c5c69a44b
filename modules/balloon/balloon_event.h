/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The events ringside:balloon_inflate, balloon_deflate and balloon_oom, for
 * perf, trace-cmd, bpftrace and tracefs. One event a step, not a page.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ringside

#if !defined(RSB_BALLOON_EVENT_H) || defined(TRACE_HEADER_MULTI_READ)
#define RSB_BALLOON_EVENT_H

#include <linux/device.h>
#include <linux/tracepoint.h>

#include "balloon.h"

/*
 * A step. @moved: pages of 4 KiB, or a negative errno. held and goal are what
 * the balloon has after the step and what it should have, in the same unit.
 */
DECLARE_EVENT_CLASS(balloon_step,

	TP_PROTO(struct rsb *b, long moved, u64 ns),

	TP_ARGS(b, moved, ns),

	TP_STRUCT__entry(
		__array(char, device, 16)
		__field(long, moved)
		__field(unsigned long, units)
		__field(unsigned long, pages)
		__field(unsigned long, goal)
		__field(u64, ns)
	),

	TP_fast_assign(
		strscpy(__entry->device, dev_name(&b->vdev->dev), 16);
		__entry->moved = moved;
		rsb_pool_counts(&b->pool, &__entry->units, &__entry->pages);
		__entry->goal = b->target.host + b->target.extra;
		__entry->ns = ns;
	),

	TP_printk("device=%s moved=%ld units_2m=%lu units_4k=%lu goal=%lu ns=%llu",
		  __entry->device, __entry->moved, __entry->units,
		  __entry->pages, __entry->goal, __entry->ns)
);

DEFINE_EVENT(balloon_step, balloon_inflate,
	TP_PROTO(struct rsb *b, long moved, u64 ns),
	TP_ARGS(b, moved, ns)
);

DEFINE_EVENT(balloon_step, balloon_deflate,
	TP_PROTO(struct rsb *b, long moved, u64 ns),
	TP_ARGS(b, moved, ns)
);

/* Memory was released for a guest in need: out of it, or only short of it. */
TRACE_EVENT(balloon_oom,

	TP_PROTO(struct rsb *b, unsigned long released, bool pressure),

	TP_ARGS(b, released, pressure),

	TP_STRUCT__entry(
		__array(char, device, 16)
		__field(unsigned long, released)
		__field(bool, pressure)
	),

	TP_fast_assign(
		strscpy(__entry->device, dev_name(&b->vdev->dev), 16);
		__entry->released = released;
		__entry->pressure = pressure;
	),

	TP_printk("device=%s released=%lu cause=%s", __entry->device,
		  __entry->released, __entry->pressure ? "pressure" : "oom")
);

#endif /* RSB_BALLOON_EVENT_H */

/* Outside of the guard, as define_trace.h wants it. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE balloon_event
#include <trace/define_trace.h>
