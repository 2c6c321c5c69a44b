/* SPDX-License-Identifier: GPL-2.0-only */
/* What trace.c and trace_latency.c share: a mapping, and a copy of it. */
#ifndef RS_TRACE_SNAPSHOT_H
#define RS_TRACE_SNAPSHOT_H

#include "ringside.h"

struct rs_trace {
	int fd;
	size_t length;
	const struct rs_trace_page *page;
	size_t latency_length;
	const void *latency;
};

/* @before and @after: returns, read before and after the counters. */
struct cpu {
	uint64_t before;
	uint64_t after;
	uint64_t *counter;
};

/* Sums over the CPUs; without a bucket if the level was too low. */
struct rs_latency {
	uint32_t khz;
	unsigned int bits;
	unsigned int nr_buckets;
	struct rs_trace_record *record;
	uint32_t *bucket;
};

struct rs_trace_snapshot {
	uint64_t time_ns;
	bool balanced;
	unsigned int nr_cpus;
	unsigned int nr_counters;
	unsigned int nr_sections;
	struct rs_trace_section *section;
	struct cpu *cpu;
	uint64_t *counters;
	struct rs_latency latency;
};

/* The section of cause @i, which becomes an index in it; NULL if none. */
const struct rs_trace_section *
rs_trace_locate(const struct rs_trace_snapshot *snapshot, size_t *i);

/* All of them do nothing unless the level has ever been high enough. */
int rs_trace_map_latency(struct rs_trace *t);
void rs_trace_unmap_latency(struct rs_trace *t);
int rs_trace_latency_alloc(const struct rs_trace *t,
			   struct rs_trace_snapshot *s);
void rs_trace_latency_copy(const struct rs_trace *t,
			   struct rs_trace_snapshot *s);
void rs_trace_latency_subtract(struct rs_trace_snapshot *later,
			       const struct rs_trace_snapshot *earlier);

#endif /* RS_TRACE_SNAPSHOT_H */
