/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flight recorder: the part of ringside.h that reads what happened last on each
 * CPU. Programs include ringside.h, whose conventions hold here. Types of
 * records are those of linux/ringside_trace.h.
 *
 *	rs_trace_open(&trace);
 *	rs_trace_set_level(trace, RS_TRACE_LEVEL_FLIGHT, 0);
 *	sleep(1);
 *	rs_flight_take(trace, &flight);
 *	for (i = 0; !rs_flight_event(flight, i, &event); i++)
 *		...
 */
#ifndef RINGSIDE_FLIGHT_H
#define RINGSIDE_FLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ringside_trace.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rs_flight;

/**
 * rs_flight_freeze() - stop the recorder, or let it go on
 * @trace: the handle
 * @frozen: stop
 *
 * Return: 0, -ENODATA unless somebody asks for RS_TRACE_LEVEL_FLIGHT, -RS_EABI
 * when ringside_trace is too old.
 */
int rs_flight_freeze(const struct rs_trace *trace, bool frozen);

/**
 * rs_flight_take() - copy the rings of all CPUs
 * @trace: the handle
 * @flight: receives the copy
 *
 * Costs the kernel nothing; what it overwrites meanwhile is left out.
 *
 * Return: 0, -ENODATA unless somebody asks for RS_TRACE_LEVEL_FLIGHT, -RS_EABI
 * when ringside_trace is too old, -EPROTO when the rings make no sense, -ENOMEM,
 * or the -errno of mmap().
 */
int rs_flight_take(const struct rs_trace *trace, struct rs_flight **flight);

/**
 * rs_flight_free() - free a copy
 * @flight: the copy, or NULL
 */
void rs_flight_free(struct rs_flight *flight);

/**
 * struct rs_flight_info - about a copy
 * @frozen: RS_TRACE_FROZEN_*
 * @end_ns: when it was frozen, else when it was taken, CLOCK_MONOTONIC
 * @overwritten: records that were older and had to go
 * @cpus: CPUs that have a ring
 */
struct rs_flight_info {
	uint32_t frozen;
	uint64_t end_ns;
	uint64_t overwritten;
	unsigned int cpus;
};

/**
 * rs_flight_info() - about a copy
 * @flight: the copy
 * @info: receives it
 */
void rs_flight_info(const struct rs_flight *flight,
		    struct rs_flight_info *info);

/**
 * struct rs_flight_event - something that happened
 * @type: RS_TRACE_FLIGHT_*
 * @cpu: where it ended
 * @pid: the thread; of a switch, the one that gets the CPU
 * @comm: name of that thread, "" if nothing tells; valid as long as the copy
 * @start_ns: when it began, CLOCK_MONOTONIC
 * @duration_ns: how long it took; 0 for what takes no time
 * @kind: of crossings and interrupts: RS_TRACE_SYSCALL_X64 and so on
 * @index: within the kind
 * @result: of a system call, what it returned; of other crossings, where the
 *	thread goes on in user mode
 * @state: of a switch: that in which the other thread left, 0 if it would
 *	rather run
 * @flaw: of credentials: 0 if the change is explained, else 1 + RS_TRACE_CRED_*
 * @old_euid: effective user id until then
 * @new_euid: and from then on
 * @gained: effective capabilities that were gained, bit n is capability n
 */
struct rs_flight_event {
	uint32_t type;
	uint32_t cpu;
	uint32_t pid;
	const char *comm;
	uint64_t start_ns;
	uint64_t duration_ns;
	uint32_t kind;
	uint32_t index;
	int64_t result;
	uint32_t state;
	uint32_t flaw;
	uint32_t old_euid;
	uint32_t new_euid;
	uint64_t gained;
};

/**
 * rs_flight_events() - number of events
 * @flight: a copy
 *
 * Return: the number.
 */
size_t rs_flight_events(const struct rs_flight *flight);

/**
 * rs_flight_event() - one of them; they are sorted by their beginning
 * @flight: a copy
 * @i: below rs_flight_events()
 * @event: receives it
 *
 * Return: 0, or -EINVAL when @i is too large.
 */
int rs_flight_event(const struct rs_flight *flight, size_t i,
		    struct rs_flight_event *event);

/**
 * struct rs_flight_slice - time that a CPU spent on something
 * @event: index of the event. A switch, a beginning of the recording, or a new
 *	name stands for the time that the thread then had the CPU; a crossing
 *	that slept has a slice for each time that it ran
 * @cpu: which CPU
 * @depth: slices that it is inside of
 * @start_ns: CLOCK_MONOTONIC
 * @duration_ns: how long
 */
struct rs_flight_slice {
	size_t event;
	uint32_t cpu;
	uint32_t depth;
	uint64_t start_ns;
	uint64_t duration_ns;
};

/**
 * rs_flight_slices() - number of slices
 * @flight: a copy
 *
 * Return: the number.
 */
size_t rs_flight_slices(const struct rs_flight *flight);

/**
 * rs_flight_slice() - one of them; they are sorted by CPU, then by beginning
 * @flight: a copy
 * @i: below rs_flight_slices()
 * @slice: receives it
 *
 * On each CPU, two slices are either one inside the other or one after the
 * other. What the idle loop does has none.
 *
 * Return: 0, or -EINVAL when @i is too large.
 */
int rs_flight_slice(const struct rs_flight *flight, size_t i,
		    struct rs_flight_slice *slice);

#ifdef __cplusplus
}
#endif

#endif /* RINGSIDE_FLIGHT_H */
