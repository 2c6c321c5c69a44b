// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long did crossings take? The second mapping of the trace device, its
 * histograms, and what is said of them: percentiles and bars in nanoseconds.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "internal.h"
#include "trace_hist.h"
#include "trace_snapshot.h"

/* Do all records lie inside the mapping, and all buckets in 64 bits? */
static bool is_sane(const struct rs_trace_page *p)
{
	uint64_t cpu = (uint64_t)p->nr_counters * p->record_size, all;

	return p->bucket_bits < 16 &&
	       p->nr_buckets >> p->bucket_bits <= 64 - p->bucket_bits &&
	       p->record_size % 8 == 0 &&
	       p->record_size >= sizeof(struct rs_trace_record) +
				 p->nr_buckets * sizeof(uint32_t) &&
	       !__builtin_mul_overflow(cpu, p->nr_blocks, &all) &&
	       all <= p->latency_length && p->tsc_khz;
}

int rs_trace_map_latency(struct rs_trace *t)
{
	const struct rs_trace_page *p = t->page;
	uint64_t offset;
	void *pages;

	if (t->latency || p->abi < 2)
		return 0;
	offset = __atomic_load_n(&p->latency_offset, __ATOMIC_ACQUIRE);
	if (!offset || !is_sane(p))
		return rs_failx(EPROTO, "%s: the latencies make no sense",
				rs_trace_device.path);
	pages = mmap(NULL, p->latency_length, PROT_READ, MAP_SHARED, t->fd,
		     offset);
	if (pages == MAP_FAILED)
		return rs_fail(errno, "map %s", rs_trace_device.path);
	t->latency = pages;
	t->latency_length = p->latency_length;
	return 0;
}

int rs_trace_with_latency(struct rs_trace *trace)
{
	if (trace->page->abi < 2 ||
	    !__atomic_load_n(&trace->page->latency_offset, __ATOMIC_ACQUIRE))
		return 0;
	return rs_trace_map_latency(trace);
}

void rs_trace_unmap_latency(struct rs_trace *t)
{
	if (t->latency)
		munmap((void *)t->latency, t->latency_length);
	t->latency = NULL;
}

int rs_trace_latency_alloc(const struct rs_trace *t,
			   struct rs_trace_snapshot *s)
{
	struct rs_latency *l = &s->latency;

	if (!t->latency)
		return 0;
	l->khz = t->page->tsc_khz;
	l->bits = t->page->bucket_bits;
	l->record = calloc(s->nr_counters, sizeof(*l->record));
	l->bucket = calloc((size_t)s->nr_counters * t->page->nr_buckets,
			   sizeof(*l->bucket));
	if (!l->record || !l->bucket)
		return -ENOMEM;
	l->nr_buckets = t->page->nr_buckets;
	/*
	 * Touched now, or the page faults of copying would be in the latencies,
	 * which are copied last, but not in the counts.
	 */
	explicit_bzero(l->record, s->nr_counters * sizeof(*l->record));
	explicit_bzero(l->bucket, (size_t)s->nr_counters * l->nr_buckets *
		       sizeof(*l->bucket));
	return 0;
}

static void add_record(struct rs_latency *l, unsigned int counter,
		       const struct rs_trace_record *from)
{
	struct rs_trace_record *to = &l->record[counter];
	uint32_t *bucket = &l->bucket[(size_t)counter * l->nr_buckets];
	unsigned int i;

	to->sum += from->sum;
	to->off_cpu += from->off_cpu;
	to->slept += from->slept;
	if (to->max < from->max)
		to->max = from->max;
	for (i = 0; i < l->nr_buckets; i++)
		bucket[i] += from->bucket[i];
}

void rs_trace_latency_copy(const struct rs_trace *t,
			   struct rs_trace_snapshot *s)
{
	const char *record = t->latency;
	unsigned int cpu, i;

	if (!s->latency.nr_buckets)
		return;
	for (cpu = 0; cpu < s->nr_cpus; cpu++)
		for (i = 0; i < s->nr_counters; i++) {
			/* What never came takes no time to copy. */
			if (((const struct rs_trace_record *)record)->max)
				add_record(&s->latency, i, (const void *)record);
			record += t->page->record_size;
		}
}

/* Differences of buckets are right even if they wrapped in between. */
void rs_trace_latency_subtract(struct rs_trace_snapshot *later,
			       const struct rs_trace_snapshot *earlier)
{
	struct rs_latency *l = &later->latency;
	const struct rs_latency *e = &earlier->latency;
	size_t i;

	if (!l->nr_buckets || l->nr_buckets != e->nr_buckets)
		return;
	for (i = 0; i < later->nr_counters; i++) {
		l->record[i].sum -= e->record[i].sum;
		l->record[i].off_cpu -= e->record[i].off_cpu;
		l->record[i].slept -= e->record[i].slept;
	}
	for (i = 0; i < (size_t)later->nr_counters * l->nr_buckets; i++)
		l->bucket[i] -= e->bucket[i];
}

static uint64_t to_ns(const struct rs_latency *l, uint64_t ticks)
{
	return (__uint128_t)ticks * 1000000 / l->khz;
}

/* Upper end of the bucket that @rank of the latencies, from 1, is in. */
static uint64_t at_rank(const struct rs_latency *l, const uint32_t *bucket,
			uint64_t rank, uint64_t max)
{
	uint64_t seen = 0, high;
	unsigned int i;

	for (i = 0; i < l->nr_buckets; i++) {
		seen += bucket[i];
		if (seen >= rank)
			break;
	}
	high = rs_hist_high(i, l->bits);
	return to_ns(l, high < max ? high : max);
}

int rs_trace_latency(const struct rs_trace_snapshot *snapshot, size_t i,
		     struct rs_trace_latency *latency)
{
	const struct rs_trace_section *s = rs_trace_locate(snapshot, &i);
	const struct rs_latency *l = &snapshot->latency;
	const struct rs_trace_record *r;
	const uint32_t *bucket;
	unsigned int b;

	memset(latency, 0, sizeof(*latency));
	if (!s)
		return rs_fail(EINVAL, "cause");
	if (!l->nr_buckets)
		return 0;
	r = &l->record[s->first + i];
	bucket = &l->bucket[(s->first + i) * l->nr_buckets];
	for (b = 0; b < l->nr_buckets; b++)
		latency->timed += bucket[b];
	if (!latency->timed)
		return 0;
	latency->sum_ns = to_ns(l, r->sum);
	latency->off_cpu_ns = to_ns(l, r->off_cpu);
	latency->slept = r->slept;
	latency->p50_ns = at_rank(l, bucket, (latency->timed + 1) / 2, r->max);
	latency->p99_ns = at_rank(l, bucket, latency->timed -
				  latency->timed / 100, r->max);
	latency->max_ns = at_rank(l, bucket, latency->timed, r->max);
	return 0;
}

unsigned int rs_trace_buckets(const struct rs_trace_snapshot *snapshot)
{
	return snapshot->latency.nr_buckets;
}

int rs_trace_bucket(const struct rs_trace_snapshot *snapshot, size_t i,
		    unsigned int b, struct rs_trace_bucket *bucket)
{
	const struct rs_trace_section *s = rs_trace_locate(snapshot, &i);
	const struct rs_latency *l = &snapshot->latency;

	if (!s || b >= l->nr_buckets)
		return rs_fail(EINVAL, "bucket");
	bucket->low_ns = to_ns(l, rs_hist_low(b, l->bits));
	bucket->high_ns = to_ns(l, rs_hist_high(b, l->bits));
	bucket->count = l->bucket[(s->first + i) * l->nr_buckets + b];
	return 0;
}
