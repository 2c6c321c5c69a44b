// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include "flight.h"

const struct rs_trace_flight *map_ring(const struct reader *r, int cpu)
{
	uint64_t offset = __atomic_load_n(&r->page->flight_offset,
					  __ATOMIC_ACQUIRE);
	void *p = mmap(NULL, r->page->flight_length, PROT_READ, MAP_SHARED,
		       r->fd, offset + cpu * r->page->flight_stride);

	return p == MAP_FAILED ? NULL : p;
}

uint64_t head_of(const struct rs_trace_flight *map)
{
	return __atomic_load_n(&map->head, __ATOMIC_ACQUIRE);
}

const struct rs_trace_flight_record *ring_at(const struct rs_trace_flight *map,
					     uint64_t i)
{
	return (const void *)((const char *)map + map->record_offset +
			      i % map->nr_records * map->record_size);
}

static void copy_ring(struct ring *c, const struct rs_trace_flight *map)
{
	uint64_t head = head_of(map), i, good;

	c->map = map;
	c->head = head;
	c->first = head > map->nr_records ? head - map->nr_records : 0;
	c->nr = head - c->first;
	c->rec = calloc(c->nr + 1, sizeof(*c->rec));
	for (i = c->first; i < head; i++)
		memcpy(&c->rec[i - c->first], ring_at(map, i), sizeof(*c->rec));
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	head = head_of(map);
	good = head >= map->nr_records ? head - map->nr_records + 1 : 0;
	if (good > c->first) {
		size_t skip = good - c->first < c->nr ? good - c->first : c->nr;

		memmove(c->rec, c->rec + skip, (c->nr - skip) * sizeof(*c->rec));
		c->nr -= skip;
		c->first += skip;
	}
}

void take_ring(struct ring *c, const struct reader *r, int cpu)
{
	const struct rs_trace_flight *map = map_ring(r, cpu);

	memset(c, 0, sizeof(*c));
	if (!map)
		return;
	copy_ring(c, map);
}

void drop_ring(struct ring *c, const struct reader *r)
{
	free(c->rec);
	if (c->map)
		munmap((void *)c->map, r->page->flight_length);
}

int freeze(const struct reader *r, unsigned int frozen)
{
	struct rs_trace_freeze arg = { sizeof(arg), frozen };

	return ioctl(r->fd, RS_TRACE_SET_FREEZE, &arg) ? errno : 0;
}

uint64_t end_of(const struct rs_trace_flight_record *rec)
{
	return rec->type == RS_TRACE_FLIGHT_CROSSING ||
	       rec->type == RS_TRACE_FLIGHT_INTERRUPT ?
	       rec->time + rec->ticks : rec->time;
}

bool is_crossing(const struct rs_trace_flight_record *rec, pid_t pid)
{
	return rec->type == RS_TRACE_FLIGHT_CROSSING && rec->pid == (__u32)pid;
}

bool is_call(const struct rs_trace_flight_record *rec, pid_t pid, int nr)
{
	return is_crossing(rec, pid) && rec->cause == nr;
}

void restore_flight(void)
{
	sysfs_write("flight_stop_on", "nothing");
	sysfs_write("flight_kib", "1024");
	sysfs_write("slow_ns", "0");
}
