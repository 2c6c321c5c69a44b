/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which bucket is a latency in? Logarithmic: each doubling has 1 << bits
 * buckets of the same width, and what is smaller than that has one bucket for
 * each value. Pure arithmetic; the host tests compile it, too.
 */
#ifndef RST_HIST_H
#define RST_HIST_H

#include <linux/compiler.h>
#include <linux/types.h>

/* Latencies saturate here: 26 hours at 3 GHz. */
#define RST_HIST_LIMIT_BITS	48
#define RST_HIST_LIMIT		((1ULL << RST_HIST_LIMIT_BITS) - 1)

#define RST_HIST_BITS_HDR	2

/* Buckets that values up to RST_HIST_LIMIT need. */
static __always_inline unsigned int rst_hist_buckets(unsigned int bits)
{
	return (RST_HIST_LIMIT_BITS + 1 - bits) << bits;
}

/**
 * rst_hist_bucket - the bucket of a value
 * @value: RST_HIST_LIMIT at most
 * @bits: of sub-buckets; 0 doubles from bucket to bucket
 *
 * Return: below rst_hist_buckets(@bits).
 */
static __always_inline unsigned long rst_hist_bucket(u64 value,
						     unsigned int bits)
{
	long top = -1;
	unsigned int shift;

	/* As fls64(), but a long: as an index it then needs no extension. */
	if (!bits) {
		asm("bsrq %1, %0" : "+r" (top) : "rm" (value));
		return top + 1;
	}
	shift = 63 - __builtin_clzll(value | 1ULL << bits) - bits;
	return ((u64)shift << bits) + (value >> shift);
}

#endif /* RST_HIST_H */
