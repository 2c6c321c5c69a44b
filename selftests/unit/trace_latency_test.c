// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is a mapping of latencies refused that does not hold what its first page
 * promises? See who comes to the same conclusion by chance: trace_fuzz.
 */
#include "../../userspace/libringside/trace_latency.c"
#include "tap.h"

const struct rs_device rs_trace_device = { .path = "none" };

const struct rs_trace_section *
rs_trace_locate(const struct rs_trace_snapshot *snapshot, size_t *i)
{
	return *i < snapshot->section->nr ? snapshot->section : NULL;
}

static const struct rs_trace_page page = {
	.nr_blocks = 2, .nr_counters = 10, .tsc_khz = 1000,
	.bucket_bits = 2, .nr_buckets = 188,
	.record_size = sizeof(struct rs_trace_record) + 188 * 4,
	.latency_length = 20 * (sizeof(struct rs_trace_record) + 188 * 4),
};

TEST(what_fits_is_sane)
{
	struct rs_trace_page p = page;

	EXPECT_TRUE(is_sane(&p));
	p.latency_length--;
	EXPECT_FALSE(is_sane(&p));
}

TEST(a_size_that_wraps_is_not)
{
	struct rs_trace_page p = page;

	p.nr_counters = 1U << 31;
	p.record_size = 1U << 31;
	p.nr_blocks = 4;
	EXPECT_FALSE(is_sane(&p));
}

TEST(buckets_of_more_than_64_bits_are_not)
{
	struct rs_trace_page p = page;

	p.nr_buckets = 63 << p.bucket_bits;
	p.record_size = sizeof(struct rs_trace_record) + p.nr_buckets * 4;
	p.latency_length = 20 * p.record_size;
	EXPECT_FALSE(is_sane(&p));
	p.nr_buckets -= 1 << p.bucket_bits;
	EXPECT_TRUE(is_sane(&p));
}

TEST_MAIN
