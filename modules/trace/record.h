/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One more latency in a record. Inline, because every system call pays for it;
 * the caller has preemption off, and nothing else on its CPU writes the same
 * record meanwhile.
 */
#ifndef RST_RECORD_H
#define RST_RECORD_H

#include "trace.h"

static noinline void rst_record_longest(struct rs_trace_record *record,
					u64 ticks, unsigned int bits)
{
	/* Counters of CPUs that disagree: nothing is better than nonsense. */
	if ((s64)ticks < 0)
		return;
	ticks = min(ticks, RST_HIST_LIMIT);
	record->max = max(record->max, ticks);
	record->sum += ticks;
	record->bucket[rst_hist_bucket(ticks, bits)]++;
}

/*
 * What saturates or makes no sense is longer than any maximum before, as the
 * maximum itself saturates: one comparison serves all three.
 */
static __always_inline void rst_record(const struct rst_cpu *cpu,
				       unsigned long counter, u64 ticks,
				       unsigned int bits)
{
	struct rs_trace_record *record =
		cpu->records + counter * rst_record_size(bits);

	if (unlikely(ticks > record->max)) {
		rst_record_longest(record, ticks, bits);
		return;
	}
	record->sum += ticks;
	record->bucket[rst_hist_bucket(ticks, bits)]++;
}

#endif /* RST_RECORD_H */
