/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the flight recorder share: copies of rings, and what is made
 * of them. trace_flight.c copies; trace_flight_decode.c and
 * trace_flight_slice.c are pure, and the unit tests feed them.
 */
#ifndef RS_TRACE_FLIGHT_H
#define RS_TRACE_FLIGHT_H

#include "ringside.h"

/**
 * struct rs_flight_ring - a copy of the ring of a CPU
 * @cpu: which
 * @overwritten: records before the first of @record
 * @since: time stamp when recording began
 * @nr: how many follow
 * @record: in the order in which they ended
 */
struct rs_flight_ring {
	uint32_t cpu;
	uint64_t overwritten;
	uint64_t since;
	size_t nr;
	struct rs_trace_flight_record *record;
};

/**
 * struct rs_flight_time - how ticks become nanoseconds
 * @khz: ticks of a millisecond
 * @ticks: a time stamp, and
 * @ns: the same moment on CLOCK_MONOTONIC
 */
struct rs_flight_time {
	uint32_t khz;
	uint64_t ticks;
	uint64_t ns;
};

/* A record with what the decoder has found out; times are ticks. */
struct rs_flight_item {
	const struct rs_trace_flight_record *record;
	const char *comm;
	uint64_t start;
	uint64_t end;
	uint32_t cpu;
	/* Place in its ring: the order of what began at the same time. */
	uint32_t order;
};

/* @from to @to, thread @pid had CPU @cpu. @event: the switch, or SIZE_MAX. */
struct rs_flight_run {
	uint32_t pid;
	uint32_t cpu;
	uint64_t from;
	uint64_t to;
	size_t event;
};

struct rs_flight_piece {
	size_t event;
	uint32_t cpu;
	uint32_t depth;
	uint32_t rank;
	uint64_t start;
	uint64_t end;
};

struct rs_flight_name {
	uint32_t pid;
	uint64_t time;
	char comm[17];
};

struct rs_flight {
	struct rs_flight_time time;
	uint64_t end;		/* ticks */
	uint32_t frozen;
	size_t nr_sections;
	struct rs_trace_section *section;
	size_t nr_rings;
	struct rs_flight_ring *ring;
	size_t nr_items;
	struct rs_flight_item *item;
	size_t nr_names;
	struct rs_flight_name *name;
	size_t nr_pieces;
	struct rs_flight_piece *piece;
};

/* Everything after @ring; 0 or -ENOMEM. */
int rs_flight_decode(struct rs_flight *f);
int rs_flight_cut(struct rs_flight *f);
uint64_t rs_flight_to_ns(const struct rs_flight *f, uint64_t ticks);

#endif /* RS_TRACE_FLIGHT_H */
