// SPDX-License-Identifier: GPL-2.0-only
/*
 * The counters of returns to user mode: open, map, copy, subtract, add up. Where
 * things are is what the mapping says, not what the header of this build says;
 * names are in trace_names.c.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "internal.h"
#include "trace_snapshot.h"

/* A quiet CPU is copied in one go; a busy one is taken as it is. */
#define QUIET_TRIES	4

static const void *at(const struct rs_trace *t, uint64_t offset)
{
	return (const char *)t->page + offset;
}

static bool fits(uint64_t offset, uint64_t stride, uint64_t nr,
		 uint64_t least, uint64_t length)
{
	return stride >= least && stride % 8 == 0 && offset % 8 == 0 &&
	       offset <= length && nr <= (length - offset) / stride;
}

static bool sections_fit(const struct rs_trace *t)
{
	const struct rs_trace_page *p = t->page;
	unsigned int i;

	for (i = 0; i < p->nr_sections; i++) {
		const struct rs_trace_section *s =
			at(t, p->section_offset + (uint64_t)i * p->section_size);

		if (s->first > p->nr_counters ||
		    s->nr > p->nr_counters - s->first)
			return false;
	}
	return true;
}

/* Does everything that the first page promises lie inside the mapping? */
static bool is_sane(const struct rs_trace *t)
{
	const struct rs_trace_page *p = t->page;

	return p->magic == RS_TRACE_MAGIC &&
	       p->size >= offsetof(struct rs_trace_page, flight_offset) &&
	       fits(p->section_offset, p->section_size, p->nr_sections,
		    sizeof(struct rs_trace_section), t->length) &&
	       fits(p->block_offset, p->block_size, p->nr_blocks,
		    sizeof(struct rs_trace_block) + p->nr_counters * 8ULL,
		    t->length) && sections_fit(t);
}

static int map(struct rs_trace *t, size_t length)
{
	void *pages = mmap(NULL, length, PROT_READ, MAP_SHARED, t->fd, 0);

	if (pages == MAP_FAILED)
		return rs_fail(errno, "map %s", rs_trace_device.path);
	t->page = pages;
	t->length = length;
	return 0;
}

static void unmap(struct rs_trace *t)
{
	if (t->page)
		munmap((void *)t->page, t->length);
	t->page = NULL;
}

/* The first page tells the length of it all. */
static int map_all(struct rs_trace *t)
{
	size_t length;
	int err;

	err = map(t, sysconf(_SC_PAGESIZE));
	if (err)
		return err;
	length = t->page->length;
	unmap(t);
	err = map(t, length);
	if (!err && !is_sane(t))
		err = rs_failx(EPROTO, "%s: the mapping makes no sense",
			       rs_trace_device.path);
	return err;
}

int rs_trace_open(struct rs_trace **trace)
{
	struct rs_trace *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return rs_fail(ENOMEM, "trace");
	t->fd = rs_device_open(&rs_trace_device, NULL);
	if (t->fd < 0) {
		err = t->fd;
		free(t);
		return err;
	}
	err = map_all(t);
	if (err) {
		rs_trace_close(t);
		return err;
	}
	*trace = t;
	return 0;
}

void rs_trace_close(struct rs_trace *trace)
{
	if (!trace)
		return;
	rs_trace_unmap_latency(trace);
	unmap(trace);
	close(trace->fd);
	free(trace);
}

int rs_trace_set_level(struct rs_trace *trace, uint32_t level, uint32_t flags)
{
	struct rs_trace_level arg = {
		.size = sizeof(arg), .level = level, .flags = flags
	};

	if (ioctl(trace->fd, RS_TRACE_SET_LEVEL, &arg))
		return rs_fail(errno, "trace level %u", level);
	return level < RS_TRACE_LEVEL_LATENCY ? 0 : rs_trace_map_latency(trace);
}

uint64_t rs_trace_features(const struct rs_trace *trace)
{
	return __atomic_load_n(&trace->page->features, __ATOMIC_RELAXED);
}

int rs_trace_guard_get(const struct rs_trace *trace,
		       struct rs_trace_guard_state *state)
{
	*state = (struct rs_trace_guard_state) { .size = sizeof(*state) };
	if (!ioctl(trace->fd, RS_TRACE_GET_GUARD, state))
		return 0;
	if (errno == ENOTTY)
		return rs_failx(RS_EABI, "kernel module ringside_trace is too old: it has no credential guard");
	return rs_fail(errno, "credential guard");
}

static struct rs_trace_snapshot *snapshot_alloc(const struct rs_trace *t)
{
	const struct rs_trace_page *p = t->page;
	struct rs_trace_snapshot *s = calloc(1, sizeof(*s));
	unsigned int i;

	if (!s)
		return NULL;
	s->nr_cpus = p->nr_blocks;
	s->nr_counters = p->nr_counters;
	s->nr_sections = p->nr_sections;
	s->section = calloc(s->nr_sections, sizeof(*s->section));
	s->cpu = calloc(s->nr_cpus, sizeof(*s->cpu));
	s->counters = calloc((size_t)s->nr_cpus * s->nr_counters,
			     sizeof(*s->counters));
	if (!s->section || !s->cpu || !s->counters ||
	    rs_trace_latency_alloc(t, s)) {
		rs_trace_snapshot_free(s);
		return NULL;
	}
	for (i = 0; i < s->nr_sections; i++)
		s->section[i] = *(const struct rs_trace_section *)
			at(t, p->section_offset + (uint64_t)i * p->section_size);
	for (i = 0; i < s->nr_cpus; i++)
		s->cpu[i].counter = &s->counters[(size_t)i * s->nr_counters];
	return s;
}

void rs_trace_snapshot_free(struct rs_trace_snapshot *snapshot)
{
	if (!snapshot)
		return;
	free(snapshot->section);
	free(snapshot->cpu);
	free(snapshot->counters);
	free(snapshot->latency.record);
	free(snapshot->latency.bucket);
	free(snapshot);
}

/* The order matters: see the books in linux/ringside_trace.h. */
static uint64_t load(const __u64 *counter)
{
	return __atomic_load_n(counter, __ATOMIC_ACQUIRE);
}

static void copy_cpu(const struct rs_trace *t, struct rs_trace_snapshot *s,
		     unsigned int cpu)
{
	const struct rs_trace_block *b =
		at(t, t->page->block_offset +
		      (uint64_t)cpu * t->page->block_size);
	struct cpu *c = &s->cpu[cpu];
	unsigned int i, try;

	for (try = 0; try < QUIET_TRIES; try++) {
		c->before = load(&b->returns);
		for (i = 0; i < s->nr_counters; i++)
			c->counter[i] = load(&b->counter[i]);
		c->after = load(&b->returns);
		if (c->before == c->after)
			return;
	}
}

/* Sum over one CPU of what is in the books, and of the residual. */
static uint64_t sum_cpu(const struct rs_trace_snapshot *s, unsigned int cpu,
			uint64_t *residual)
{
	uint64_t all = 0;
	unsigned int i, j;

	*residual = 0;
	for (i = 0; i < s->nr_sections; i++) {
		const struct rs_trace_section *sec = &s->section[i];
		uint64_t sum = 0;

		if (!(sec->flags & RS_TRACE_SECTION_BOOKS))
			continue;
		for (j = 0; j < sec->nr; j++)
			sum += s->cpu[cpu].counter[sec->first + j];
		all += sum;
		if (sec->kind == RS_TRACE_RESIDUAL)
			*residual += sum;
	}
	return all;
}

static bool cpu_balances(const struct rs_trace_snapshot *s, unsigned int cpu)
{
	uint64_t residual, sum = sum_cpu(s, cpu, &residual);

	return s->cpu[cpu].before <= sum && sum <= s->cpu[cpu].after + 1;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

int rs_trace_snapshot_take(const struct rs_trace *trace,
			   struct rs_trace_snapshot **snapshot)
{
	struct rs_trace_snapshot *s = snapshot_alloc(trace);
	unsigned int cpu;

	if (!s)
		return rs_fail(ENOMEM, "trace snapshot");
	s->time_ns = now_ns();
	s->balanced = true;
	for (cpu = 0; cpu < s->nr_cpus; cpu++) {
		copy_cpu(trace, s, cpu);
		if (!cpu_balances(s, cpu))
			s->balanced = false;
	}
	rs_trace_latency_copy(trace, s);
	*snapshot = s;
	return 0;
}

void rs_trace_snapshot_subtract(struct rs_trace_snapshot *later,
				const struct rs_trace_snapshot *earlier)
{
	size_t i, n = (size_t)later->nr_cpus * later->nr_counters;

	for (i = 0; i < n; i++)
		later->counters[i] -= earlier->counters[i];
	/* The widest bounds that both readings allow. */
	for (i = 0; i < later->nr_cpus; i++) {
		later->cpu[i].before -= earlier->cpu[i].after;
		later->cpu[i].after -= earlier->cpu[i].before;
	}
	rs_trace_latency_subtract(later, earlier);
	later->time_ns -= earlier->time_ns;
	later->balanced = later->balanced && earlier->balanced;
}

static void add_cpu(const struct rs_trace_snapshot *s, unsigned int cpu,
		    struct rs_trace_books *books)
{
	uint64_t residual, sum = sum_cpu(s, cpu, &residual);
	const struct cpu *c = &s->cpu[cpu];

	/*
	 * Where the CPU went on while it was read, the number of returns that
	 * belongs to the counters is known only to lie in between.
	 */
	if (sum >= c->before && sum <= c->after)
		books->returns += sum;
	else
		books->returns += sum < c->before ? c->before : c->after;
	books->attributed += sum - residual;
	books->residual += residual;
}

int rs_trace_books(const struct rs_trace_snapshot *snapshot, int cpu,
		   struct rs_trace_books *books)
{
	unsigned int i;

	memset(books, 0, sizeof(*books));
	books->balanced = snapshot->balanced;
	books->elapsed_ns = snapshot->time_ns;
	if (cpu >= 0 && (unsigned int)cpu < snapshot->nr_cpus) {
		add_cpu(snapshot, cpu, books);
		return 0;
	}
	if (cpu != RS_TRACE_ALL_CPUS)
		return rs_fail(EINVAL, "cpu %d", cpu);
	for (i = 0; i < snapshot->nr_cpus; i++)
		add_cpu(snapshot, i, books);
	return 0;
}

unsigned int rs_trace_cpus(const struct rs_trace_snapshot *snapshot)
{
	return snapshot->nr_cpus;
}

size_t rs_trace_causes(const struct rs_trace_snapshot *snapshot)
{
	size_t i, n = 0;

	for (i = 0; i < snapshot->nr_sections; i++)
		n += snapshot->section[i].nr;
	return n;
}

const struct rs_trace_section *
rs_trace_locate(const struct rs_trace_snapshot *snapshot, size_t *i)
{
	const struct rs_trace_section *s = snapshot->section;
	const struct rs_trace_section *end = s + snapshot->nr_sections;

	while (s < end && *i >= s->nr)
		*i -= s++->nr;
	return s == end ? NULL : s;
}

int rs_trace_cause(const struct rs_trace_snapshot *snapshot, size_t i,
		   struct rs_trace_cause *cause)
{
	const struct rs_trace_section *s = rs_trace_locate(snapshot, &i);
	unsigned int cpu;

	if (!s)
		return rs_fail(EINVAL, "cause");
	cause->kind = s->kind;
	cause->index = i;
	cause->in_books = s->flags & RS_TRACE_SECTION_BOOKS;
	cause->count = 0;
	for (cpu = 0; cpu < snapshot->nr_cpus; cpu++)
		cause->count += snapshot->cpu[cpu].counter[s->first + i];
	return 0;
}
