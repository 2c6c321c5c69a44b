// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was each CPU busy with? A crossing that sleeps leaves its CPU to others
 * and may come back on another one; switches tell when. So crossings are cut at
 * the switches of their threads, and what comes out nests on each CPU: in the
 * time of a thread its crossings, and in these the interrupts.
 *
 * Where the oldest records are gone, nobody knows who had the CPU: what began
 * before the oldest that is left has ended is shown from then on.
 */
#include <stdlib.h>
#include <string.h>
#include "internal.h"
#include "trace_flight.h"

struct runs {
	size_t nr;
	struct rs_flight_run *run;
};

static bool gets_cpu(const struct rs_trace_flight_record *r)
{
	return r->type == RS_TRACE_FLIGHT_SWITCH ||
	       r->type == RS_TRACE_FLIGHT_RESUME;
}

/* @now: who has the CPU. One that is called otherwise counts as another. */
static bool begins_run(const struct rs_trace_flight_record *r,
		       const struct rs_flight_run *now)
{
	return gets_cpu(r) ||
	       (r->type == RS_TRACE_FLIGHT_NAME && r->pid == now->pid);
}

/* Whose thread need not be the one that has the CPU. */
static bool is_elsewhere(const struct rs_trace_flight_record *r)
{
	return r->type == RS_TRACE_FLIGHT_CRED ||
	       r->type == RS_TRACE_FLIGHT_NAME;
}

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_runs(const void *a, const void *b)
{
	const struct rs_flight_run *p = a, *q = b;

	return compare(p->pid, q->pid) ?: compare(p->from, q->from) ?:
	       compare(p->cpu, q->cpu);
}

static int compare_pieces(const void *a, const void *b)
{
	const struct rs_flight_piece *p = a, *q = b;

	return compare(p->cpu, q->cpu) ?: compare(p->start, q->start) ?:
	       compare(q->end, p->end) ?: compare(p->rank, q->rank) ?:
	       compare(p->event, q->event);
}

/* In the order of the rings, which the items are not in. */
static int compare_by_ring(const void *a, const void *b)
{
	const struct rs_flight_item *const *p = a, *const *q = b;

	return compare((*p)->cpu, (*q)->cpu) ?:
	       compare((*p)->order, (*q)->order);
}

static const struct rs_flight_ring *ring_of(const struct rs_flight *f,
					    uint32_t cpu)
{
	size_t i;

	for (i = 0; f->ring[i].cpu != cpu; i++)
		;
	return &f->ring[i];
}

static void add_run(struct runs *runs, const struct rs_flight_run *run)
{
	if (run->from < run->to)
		runs->run[runs->nr++] = *run;
}

/*
 * Whoever is there first without having come has been there all the time. Not so
 * one that comes just now, and some records are about a thread elsewhere.
 */
static void begin_ring(const struct rs_flight *f,
		       const struct rs_flight_item *item,
		       struct rs_flight_run *now)
{
	const struct rs_flight_ring *ring = ring_of(f, item->cpu);

	*now = (struct rs_flight_run) {
		.pid = gets_cpu(item->record) || is_elsewhere(item->record) ?
		       UINT32_MAX : item->record->pid,
		.cpu = item->cpu,
		.from = ring->overwritten ? item->end : ring->since,
		.event = SIZE_MAX,
	};
}

/* Between a freeze and its end, nobody knows. @last: what is known. */
static void next_thread(const struct rs_flight *f,
			const struct rs_flight_item *item, uint64_t last,
			struct rs_flight_run *now, struct runs *runs)
{
	now->to = item->record->type == RS_TRACE_FLIGHT_RESUME ? last :
								 item->start;
	add_run(runs, now);
	*now = (struct rs_flight_run) {
		.pid = item->record->pid,
		.cpu = item->cpu,
		.from = item->start,
		.event = item - f->item,
	};
}

static void end_ring(const struct rs_flight *f, uint64_t last,
		     struct rs_flight_run *now, struct runs *runs)
{
	now->to = last > f->end ? last : f->end;
	add_run(runs, now);
}

/* @order: the items in the order of the rings. */
static void find_runs(const struct rs_flight *f,
		      const struct rs_flight_item **order, struct runs *runs)
{
	struct rs_flight_run now = { .cpu = UINT32_MAX };
	uint64_t last = 0;
	size_t i;

	for (i = 0; i < f->nr_items; i++) {
		const struct rs_flight_item *item = order[i];

		if (!i || item->cpu != now.cpu) {
			if (i)
				end_ring(f, last, &now, runs);
			begin_ring(f, item, &now);
			last = now.from;
		}
		if (begins_run(item->record, &now))
			next_thread(f, item, last, &now, runs);
		last = item->end;
	}
	if (i)
		end_ring(f, last, &now, runs);
}

/* What can be inside of what, if both take the same time. */
static uint32_t rank_of(const struct rs_trace_flight_record *r)
{
	if (r->type == RS_TRACE_FLIGHT_INTERRUPT)
		return 2;
	return r->type == RS_TRACE_FLIGHT_CROSSING;
}

static void add_piece(struct rs_flight *f, size_t event, uint32_t cpu,
		      uint64_t start, uint64_t end)
{
	f->piece[f->nr_pieces++] = (struct rs_flight_piece) {
		.event = event, .cpu = cpu, .start = start, .end = end,
		.rank = rank_of(f->item[event].record),
	};
}

/* The first run of a thread that ends after @time. */
static size_t first_run(const struct runs *runs, uint32_t pid, uint64_t time)
{
	size_t low = 0, high = runs->nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct rs_flight_run *run = &runs->run[mid];

		if (run->pid < pid || (run->pid == pid && run->to <= time))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Return: how many pieces; they are added if there is room. */
static size_t cut_crossing(struct rs_flight *f, const struct runs *runs,
			   size_t event, bool add)
{
	const struct rs_flight_item *item = &f->item[event];
	size_t n = 0, i = first_run(runs, item->record->pid, item->start);

	for (; i < runs->nr; i++) {
		const struct rs_flight_run *run = &runs->run[i];
		uint64_t start = item->start, end = item->end;

		if (run->pid != item->record->pid || run->from >= end)
			break;
		if (start < run->from)
			start = run->from;
		if (end > run->to)
			end = run->to;
		if (start >= end)
			continue;
		n++;
		if (add)
			add_piece(f, event, run->cpu, start, end);
	}
	return n;
}

static size_t cut_all(struct rs_flight *f, const struct runs *runs, bool add)
{
	size_t i, n = 0;

	for (i = 0; i < f->nr_items; i++) {
		const struct rs_flight_item *item = &f->item[i];

		if (item->record->type == RS_TRACE_FLIGHT_CROSSING)
			n += cut_crossing(f, runs, i, add);
		if (item->record->type != RS_TRACE_FLIGHT_INTERRUPT)
			continue;
		n++;
		if (add)
			add_piece(f, i, item->cpu, item->start, item->end);
	}
	for (i = 0; i < runs->nr; i++) {
		const struct rs_flight_run *run = &runs->run[i];

		if (!run->pid || run->event == SIZE_MAX)
			continue;
		n++;
		if (add)
			add_piece(f, run->event, run->cpu, run->from, run->to);
	}
	return n;
}

/*
 * What is inside of what? Records nest already; where the time stamp counters of
 * CPUs disagree by a few ticks, the inner one gives way.
 * Return: 0 or -ENOMEM.
 */
static int nest(struct rs_flight *f)
{
	uint64_t *ends = calloc(f->nr_pieces + 1, sizeof(*ends));
	uint32_t depth = 0;
	size_t i;

	if (!ends)
		return -ENOMEM;
	qsort(f->piece, f->nr_pieces, sizeof(*f->piece), compare_pieces);
	for (i = 0; i < f->nr_pieces; i++) {
		struct rs_flight_piece *p = &f->piece[i];

		if (i && p->cpu != p[-1].cpu)
			depth = 0;
		while (depth && ends[depth - 1] <= p->start)
			depth--;
		if (depth && p->end > ends[depth - 1])
			p->end = ends[depth - 1];
		p->depth = depth;
		ends[depth++] = p->end;
	}
	free(ends);
	return 0;
}

static int cut(struct rs_flight *f, const struct rs_flight_item **order,
	       struct runs *runs)
{
	size_t i;

	for (i = 0; i < f->nr_items; i++)
		order[i] = &f->item[i];
	qsort(order, f->nr_items, sizeof(*order), compare_by_ring);
	find_runs(f, order, runs);
	qsort(runs->run, runs->nr, sizeof(*runs->run), compare_runs);
	f->piece = calloc(cut_all(f, runs, false) + 1, sizeof(*f->piece));
	if (!f->piece)
		return -ENOMEM;
	cut_all(f, runs, true);
	return nest(f);
}

int rs_flight_cut(struct rs_flight *f)
{
	/* Each item ends one run at most, and each ring one more. */
	struct runs runs = {
		.run = calloc(f->nr_items + f->nr_rings + 1, sizeof(*runs.run))
	};
	const struct rs_flight_item **order = calloc(f->nr_items + 1,
						     sizeof(*order));
	int err = -ENOMEM;

	if (runs.run && order)
		err = cut(f, order, &runs);
	free(runs.run);
	free(order);
	return err;
}

size_t rs_flight_slices(const struct rs_flight *flight)
{
	return flight->nr_pieces;
}

int rs_flight_slice(const struct rs_flight *flight, size_t i,
		    struct rs_flight_slice *slice)
{
	const struct rs_flight_piece *p = &flight->piece[i];

	memset(slice, 0, sizeof(*slice));
	if (i >= flight->nr_pieces)
		return rs_fail(EINVAL, "slice");
	slice->event = p->event;
	slice->cpu = p->cpu;
	slice->depth = p->depth;
	slice->start_ns = rs_flight_to_ns(flight, p->start);
	slice->duration_ns = rs_flight_to_ns(flight, p->end) - slice->start_ns;
	return 0;
}
