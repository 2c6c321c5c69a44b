/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One more latency in a record. Inline, because every system call pays for it;
 * the caller has preemption off, and nothing else on its CPU writes the same
 * record meanwhile.
 */
#ifndef RST_RECORD_H
#define RST_RECORD_H

#include <linux/math64.h>
#include <asm/tsc.h>

#include "trace.h"

/* The rate of the time stamp counter is known. */
static inline u64 rst_ns(u64 ticks)
{
	return mul_u64_u64_div_u64(min(ticks, RST_HIST_LIMIT), 1000000,
				   tsc_khz);
}

static noinline u64 rst_record_longest(struct rs_trace_record *record,
				       u64 ticks, unsigned int bits)
{
	/* Counters of CPUs that disagree: nothing is better than nonsense. */
	if ((s64)ticks < 0)
		return 0;
	ticks = min(ticks, RST_HIST_LIMIT);
	record->max = max(record->max, ticks);
	record->sum += ticks;
	record->bucket[rst_hist_bucket(ticks, bits)]++;
	return ticks;
}

/*
 * What saturates or makes no sense is longer than any maximum before, as the
 * maximum itself saturates: one comparison serves all three.
 * Return: how many ticks have been recorded.
 */
static __always_inline u64 rst_record(const struct rst_cpu *cpu,
				      unsigned long counter, u64 ticks,
				      unsigned int bits)
{
	struct rs_trace_record *record =
		cpu->records + counter * rst_record_size(bits);

	if (unlikely(ticks > record->max))
		return rst_record_longest(record, ticks, bits);
	record->sum += ticks;
	record->bucket[rst_hist_bucket(ticks, bits)]++;
	return ticks;
}

#endif /* RST_RECORD_H */
