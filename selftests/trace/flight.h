/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading the rings of the flight recorder as the uapi header says, and nothing
 * else, as in reader.h.
 */
#ifndef RST_TEST_FLIGHT_H
#define RST_TEST_FLIGHT_H

#include <stdbool.h>
#include <sys/types.h>
#include "reader.h"

/* A copy of a ring: @nr records, the first of which is number @first. */
struct ring {
	const struct rs_trace_flight *map;	/* NULL if there is none */
	struct rs_trace_flight_record *rec;
	size_t nr;
	uint64_t first;
	uint64_t head;
};

const struct rs_trace_flight *map_ring(const struct reader *r, int cpu);
uint64_t head_of(const struct rs_trace_flight *map);
const struct rs_trace_flight_record *ring_at(const struct rs_trace_flight *map,
					     uint64_t i);
/* drop_ring() frees and unmaps. */
void take_ring(struct ring *c, const struct reader *r, int cpu);
void drop_ring(struct ring *c, const struct reader *r);
/* Return: 0 or errno. */
int freeze(const struct reader *r, unsigned int frozen);

uint64_t end_of(const struct rs_trace_flight_record *rec);
bool is_crossing(const struct rs_trace_flight_record *rec, pid_t pid);
/* The native calls come first in the blocks: their number is the cause. */
bool is_call(const struct rs_trace_flight_record *rec, pid_t pid, int nr);

/* Any size and trigger that a test has set is forgotten. */
void restore_flight(void);

#endif /* RST_TEST_FLIGHT_H */
