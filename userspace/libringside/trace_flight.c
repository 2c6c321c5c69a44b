// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rings of the flight recorder: map, copy, unmap. A copy is taken while the
 * kernel goes on writing; how that is done is told in linux/ringside_trace.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include "internal.h"
#include "trace_flight.h"
#include "trace_snapshot.h"

/* A CPU could not have more, whatever a mapping says. */
#define MAX_LENGTH	(1ULL << 40)

static int check_abi(const struct rs_trace *t)
{
	if (t->page->abi >= 3)
		return 0;
	return rs_failx(RS_EABI, "kernel module ringside_trace is too old: ABI level %u, 3 needed",
			t->page->abi);
}

static int no_data(void)
{
	return rs_failx(ENODATA, "the flight recorder is off: no reader asks for level %d",
			RS_TRACE_LEVEL_FLIGHT);
}

int rs_flight_freeze(const struct rs_trace *trace, bool frozen)
{
	struct rs_trace_freeze arg = { .size = sizeof(arg), .frozen = frozen };
	int err = check_abi(trace);

	if (err)
		return err;
	if (!ioctl(trace->fd, RS_TRACE_SET_FREEZE, &arg))
		return 0;
	return errno == ENODATA ? no_data() :
				  rs_fail(errno, "freeze the flight recorder");
}

static bool is_sane(const struct rs_trace_flight *r, uint64_t length)
{
	return r->nr_records && !(r->nr_records & (r->nr_records - 1)) &&
	       r->record_size >= sizeof(struct rs_trace_flight_record) &&
	       r->record_size % 8 == 0 && r->record_offset % 8 == 0 &&
	       r->record_offset <= length &&
	       r->nr_records <= (length - r->record_offset) / r->record_size;
}

static uint64_t head_of(const struct rs_trace_flight *r)
{
	return __atomic_load_n(&r->head, __ATOMIC_ACQUIRE);
}

/* Those before @good may have been overwritten while they were copied. */
static void drop_before(struct rs_flight_ring *copy, uint64_t good)
{
	size_t skip;

	if (good <= copy->overwritten)
		return;
	skip = good - copy->overwritten;
	if (skip > copy->nr)
		skip = copy->nr;
	copy->nr -= skip;
	copy->overwritten += skip;
	memmove(copy->record, copy->record + skip,
		copy->nr * sizeof(*copy->record));
}

static int copy_ring(const struct rs_trace_flight *r,
		     struct rs_flight_ring *copy)
{
	const char *records = (const char *)r + r->record_offset;
	uint64_t head = head_of(r), i;
	uint32_t nr = r->nr_records;

	copy->cpu = r->cpu;
	copy->since = r->since;
	copy->overwritten = head > nr ? head - nr : 0;
	copy->nr = head - copy->overwritten;
	copy->record = calloc(copy->nr + 1, sizeof(*copy->record));
	if (!copy->record)
		return rs_fail(ENOMEM, "flight recorder");
	for (i = copy->overwritten; i < head; i++)
		memcpy(&copy->record[i - copy->overwritten],
		       records + (i & (nr - 1)) * r->record_size,
		       sizeof(*copy->record));
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	head = head_of(r);
	if (head >= nr)
		drop_before(copy, head - nr + 1);
	return 0;
}

/* Return: 0, also for a CPU without a ring, which gets no copy. */
static int take_cpu(const struct rs_trace *t, uint64_t offset,
		    struct rs_flight *f)
{
	size_t length = t->page->flight_length;
	void *r = mmap(NULL, length, PROT_READ, MAP_SHARED, t->fd, offset);
	int err;

	if (r == MAP_FAILED)
		return errno == ENXIO ? 0 : rs_fail(errno, "map %s",
						    rs_trace_device.path);
	if (is_sane(r, length))
		err = copy_ring(r, &f->ring[f->nr_rings]);
	else
		err = rs_failx(EPROTO, "%s: the flight recorder makes no sense",
			       rs_trace_device.path);
	if (!err)
		f->nr_rings++;
	munmap(r, length);
	return err;
}

static int take_cpus(const struct rs_trace *t, uint64_t first,
		     struct rs_flight *f)
{
	const struct rs_trace_page *p = t->page;
	unsigned int cpu;
	int err = 0;

	if (p->flight_length < sizeof(struct rs_trace_flight) ||
	    p->flight_length > MAX_LENGTH || !p->tsc_khz)
		return rs_failx(EPROTO, "%s: the flight recorder makes no sense",
				rs_trace_device.path);
	f->ring = calloc(p->nr_blocks, sizeof(*f->ring));
	if (!f->ring)
		return rs_fail(ENOMEM, "flight recorder");
	for (cpu = 0; cpu < p->nr_blocks && !err; cpu++)
		err = take_cpu(t, first + cpu * p->flight_stride, f);
	return err;
}

static int copy_sections(const struct rs_trace *t, struct rs_flight *f)
{
	const struct rs_trace_page *p = t->page;
	size_t i;

	f->section = calloc(p->nr_sections + 1, sizeof(*f->section));
	if (!f->section)
		return rs_fail(ENOMEM, "flight recorder");
	f->nr_sections = p->nr_sections;
	for (i = 0; i < f->nr_sections; i++)
		memcpy(&f->section[i], (const char *)p + p->section_offset +
		       i * p->section_size, sizeof(*f->section));
	return 0;
}

static void read_clocks(const struct rs_trace *t, struct rs_flight_time *time)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	time->ticks = __builtin_ia32_rdtsc();
	time->ns = ts.tv_sec * 1000000000ULL + ts.tv_nsec;
	time->khz = t->page->tsc_khz;
}

static int take(const struct rs_trace *t, uint64_t offset, struct rs_flight *f)
{
	int err;

	/* Before the rings, for it may thaw meanwhile. */
	f->frozen = t->page->flight_frozen;
	err = take_cpus(t, offset, f) ?: copy_sections(t, f);
	if (err)
		return err;
	if (!f->nr_rings)
		return no_data();
	read_clocks(t, &f->time);
	f->end = f->frozen ? t->page->flight_frozen_ticks : f->time.ticks;
	err = rs_flight_decode(f);
	return err ? rs_fail(-err, "flight recorder") : 0;
}

int rs_flight_take(const struct rs_trace *trace, struct rs_flight **flight)
{
	struct rs_flight *f;
	uint64_t offset;
	int err = check_abi(trace);

	if (err)
		return err;
	offset = __atomic_load_n(&trace->page->flight_offset, __ATOMIC_ACQUIRE);
	if (!offset)
		return no_data();
	f = calloc(1, sizeof(*f));
	if (!f)
		return rs_fail(ENOMEM, "flight recorder");
	err = take(trace, offset, f);
	if (err) {
		rs_flight_free(f);
		return err;
	}
	*flight = f;
	return 0;
}
