// SPDX-License-Identifier: GPL-2.0-only
/*
 * What do the records of the rings mean? Puts those of all CPUs in one order,
 * and finds the names of threads: a switch tells that of the thread that gets
 * the CPU. Works on copies; knows neither the device nor the clock.
 */
#include <stdlib.h>
#include <string.h>
#include "internal.h"
#include "trace_flight.h"

static bool has_name(const struct rs_trace_flight_record *r)
{
	return r->type == RS_TRACE_FLIGHT_SWITCH ||
	       r->type == RS_TRACE_FLIGHT_RESUME ||
	       r->type == RS_TRACE_FLIGHT_NAME;
}

static bool has_duration(const struct rs_trace_flight_record *r)
{
	return r->type == RS_TRACE_FLIGHT_CROSSING ||
	       r->type == RS_TRACE_FLIGHT_INTERRUPT;
}

static bool is_known(const struct rs_trace_flight_record *r)
{
	return r->type >= RS_TRACE_FLIGHT_CROSSING &&
	       r->type <= RS_TRACE_FLIGHT_NAME;
}

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* What contains comes before what it contains. */
static int compare_items(const void *a, const void *b)
{
	const struct rs_flight_item *p = a, *q = b;

	return compare(p->start, q->start) ?: compare(q->end, p->end) ?:
	       compare(p->cpu, q->cpu) ?: compare(p->order, q->order);
}

static int compare_names(const void *a, const void *b)
{
	const struct rs_flight_name *p = a, *q = b;

	return compare(p->pid, q->pid) ?: compare(p->time, q->time);
}

static void add_name(struct rs_flight *f, const struct rs_trace_flight_record *r)
{
	struct rs_flight_name *name = &f->name[f->nr_names++];

	name->pid = r->pid;
	name->time = r->time;
	memcpy(name->comm, &r->ticks, 8);
	memcpy(name->comm + 8, &r->result, 8);
	name->comm[16] = 0;
}

static void add_ring(struct rs_flight *f, const struct rs_flight_ring *ring)
{
	size_t i;

	for (i = 0; i < ring->nr; i++) {
		const struct rs_trace_flight_record *r = &ring->record[i];

		if (!is_known(r))
			continue;
		f->item[f->nr_items++] = (struct rs_flight_item) {
			.record = r,
			.comm = "",
			.start = r->time,
			.end = r->time + (has_duration(r) ? r->ticks : 0),
			.cpu = ring->cpu,
			.order = i,
		};
		if (has_name(r))
			add_name(f, r);
	}
}

/*
 * The last name that thread @pid had by then, for execve() changes it; or the
 * first that it had later.
 */
static const char *name_at(const struct rs_flight *f, uint32_t pid,
			   uint64_t time)
{
	size_t low = 0, high = f->nr_names;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct rs_flight_name *name = &f->name[mid];

		if (name->pid < pid || (name->pid == pid && name->time <= time))
			low = mid + 1;
		else
			high = mid;
	}
	if (low && f->name[low - 1].pid == pid)
		return f->name[low - 1].comm;
	if (low < f->nr_names && f->name[low].pid == pid)
		return f->name[low].comm;
	return "";
}

int rs_flight_decode(struct rs_flight *f)
{
	size_t i, all = 0;

	for (i = 0; i < f->nr_rings; i++)
		all += f->ring[i].nr;
	/* Not even an empty array is NULL. */
	f->item = calloc(all + 1, sizeof(*f->item));
	f->name = calloc(all + 1, sizeof(*f->name));
	if (!f->item || !f->name)
		return -ENOMEM;
	for (i = 0; i < f->nr_rings; i++)
		add_ring(f, &f->ring[i]);
	qsort(f->item, f->nr_items, sizeof(*f->item), compare_items);
	qsort(f->name, f->nr_names, sizeof(*f->name), compare_names);
	for (i = 0; i < f->nr_items; i++)
		f->item[i].comm = name_at(f, f->item[i].record->pid,
					  f->item[i].end);
	return rs_flight_cut(f);
}

/* One that never decreases: what nests in ticks nests in nanoseconds. */
uint64_t rs_flight_to_ns(const struct rs_flight *f, uint64_t ticks)
{
	const struct rs_flight_time *t = &f->time;
	__int128 ns = ((__int128)ticks - t->ticks) * 1000000;

	/* Rounded down on either side of the moment that is known. */
	ns = ns >= 0 ? ns / t->khz : -((-ns + t->khz - 1) / t->khz);
	ns += t->ns;
	return ns < 0 ? 0 : ns;
}

static void find_cause(const struct rs_flight *f, unsigned int counter,
		       struct rs_flight_event *event)
{
	size_t i;

	event->kind = UINT32_MAX;
	event->index = counter;
	for (i = 0; i < f->nr_sections; i++) {
		const struct rs_trace_section *s = &f->section[i];

		if (counter - s->first < s->nr) {
			event->kind = s->kind;
			event->index = counter - s->first;
			return;
		}
	}
}

static void fill(const struct rs_flight *f,
		 const struct rs_trace_flight_record *r,
		 struct rs_flight_event *event)
{
	switch (r->type) {
	case RS_TRACE_FLIGHT_CROSSING:
	case RS_TRACE_FLIGHT_UNTIMED:
	case RS_TRACE_FLIGHT_INTERRUPT:
		find_cause(f, r->cause, event);
		event->result = r->result;
		break;
	case RS_TRACE_FLIGHT_SWITCH:
		event->state = r->cause;
		break;
	case RS_TRACE_FLIGHT_CRED:
		event->flaw = r->cause;
		event->old_euid = r->result >> 32;
		event->new_euid = r->result;
		event->gained = r->ticks;
		break;
	}
}

size_t rs_flight_events(const struct rs_flight *flight)
{
	return flight->nr_items;
}

int rs_flight_event(const struct rs_flight *flight, size_t i,
		    struct rs_flight_event *event)
{
	const struct rs_flight_item *item = &flight->item[i];

	memset(event, 0, sizeof(*event));
	if (i >= flight->nr_items)
		return rs_fail(EINVAL, "event");
	event->type = item->record->type;
	event->cpu = item->cpu;
	event->pid = item->record->pid;
	event->comm = item->comm;
	event->start_ns = rs_flight_to_ns(flight, item->start);
	event->duration_ns = rs_flight_to_ns(flight, item->end) -
			     event->start_ns;
	fill(flight, item->record, event);
	return 0;
}

void rs_flight_info(const struct rs_flight *flight, struct rs_flight_info *info)
{
	size_t i;

	*info = (struct rs_flight_info) {
		.frozen = flight->frozen,
		.end_ns = rs_flight_to_ns(flight, flight->end),
		.cpus = flight->nr_rings,
	};
	for (i = 0; i < flight->nr_rings; i++)
		info->overwritten += flight->ring[i].overwritten;
}

void rs_flight_free(struct rs_flight *flight)
{
	size_t i;

	if (!flight)
		return;
	for (i = 0; i < flight->nr_rings; i++)
		free(flight->ring[i].record);
	free(flight->ring);
	free(flight->section);
	free(flight->item);
	free(flight->name);
	free(flight->piece);
	free(flight);
}
