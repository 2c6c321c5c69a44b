// SPDX-License-Identifier: GPL-2.0-only
/* Do the kernel's buckets and the reader's bounds of them fit together? */
#include "../../modules/trace/hist.h"
#include "trace_hist.h"
#include "tap.h"

static const unsigned int all_bits[] = { 0, RST_HIST_BITS_HDR };

static bool holds(uint64_t value, unsigned int bits)
{
	unsigned int b = rst_hist_bucket(value, bits);

	return b < rst_hist_buckets(bits) && rs_hist_low(b, bits) <= value &&
	       value <= rs_hist_high(b, bits);
}

TEST(every_value_is_within_its_bucket)
{
	unsigned int i, shift;
	uint64_t v;

	for (i = 0; i < 2; i++) {
		for (v = 0; v < 5000; v++)
			EXPECT_EQ(true, holds(v, all_bits[i]));
		for (shift = 12; shift < RST_HIST_LIMIT_BITS; shift++)
			for (v = 0; v < 3; v++)
				EXPECT_EQ(true, holds((1ULL << shift) + v - 1,
						      all_bits[i]));
		EXPECT_EQ(true, holds(RST_HIST_LIMIT, all_bits[i]));
	}
}

TEST(buckets_have_neither_gaps_nor_overlaps)
{
	unsigned int i, b;

	for (i = 0; i < 2; i++)
		for (b = 1; b < rst_hist_buckets(all_bits[i]); b++)
			EXPECT_EQ(rs_hist_high(b - 1, all_bits[i]) + 1,
				  rs_hist_low(b, all_bits[i]));
}

TEST(the_last_bucket_ends_at_the_limit)
{
	EXPECT_EQ(RST_HIST_LIMIT, rs_hist_high(rst_hist_buckets(0) - 1, 0));
	EXPECT_EQ(RST_HIST_LIMIT,
		  rs_hist_high(rst_hist_buckets(RST_HIST_BITS_HDR) - 1,
			       RST_HIST_BITS_HDR));
}

TEST(two_bits_tell_four_parts_of_a_doubling_apart)
{
	EXPECT_EQ(1024, rs_hist_low(rst_hist_bucket(1100, 2), 2));
	EXPECT_EQ(1279, rs_hist_high(rst_hist_bucket(1100, 2), 2));
	EXPECT_EQ(1023 + 1024, rs_hist_high(rst_hist_bucket(1100, 0), 0));
}

TEST_MAIN
