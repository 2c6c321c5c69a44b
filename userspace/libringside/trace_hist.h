/* SPDX-License-Identifier: GPL-2.0-only */
/* Which latencies are in a bucket? See rs_trace_record in the uapi header. */
#ifndef RS_TRACE_HIST_H
#define RS_TRACE_HIST_H

#include <stdint.h>

static inline uint64_t rs_hist_low(unsigned int bucket, unsigned int bits)
{
	unsigned int doubling = bucket >> bits;
	uint64_t step = (bucket & ((1U << bits) - 1)) | 1ULL << bits;

	/* Below the first doubling, a bucket is a value. */
	return doubling ? step << (doubling - 1) : bucket;
}

static inline uint64_t rs_hist_high(unsigned int bucket, unsigned int bits)
{
	return rs_hist_low(bucket + 1, bits) - 1;
}

#endif /* RS_TRACE_HIST_H */
