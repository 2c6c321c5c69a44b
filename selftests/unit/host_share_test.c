// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the balloon manager divides memory: by shares, what is in use first, and
 * with a tax on what is not.
 */
#include "policy_step.h"
#include "tap.h"

#define MIB RSH_MIB
#define GIB (1024 * RSH_MIB)

/* Divide @total between two with these claims; what each gets. */
static void divide(const struct rsh_work *claims, const uint32_t *shares,
		   uint64_t total, uint32_t tax, uint64_t *parts)
{
	struct rsh_vm vms[2] = { { .known = true }, { .known = true } };
	struct rsh_limits limits[2] = { { .shares = shares[0] },
					{ .shares = shares[1] } };
	struct rsh_step step = { .vms = vms, .limits = limits, .n = 2 };
	uint64_t sum;

	vms[0].w = claims[0];
	vms[1].w = claims[1];
	sum = rsh_divide(&step, total, tax);
	parts[0] = vms[0].w.part;
	parts[1] = vms[1].w.part;
	EXPECT_EQ(sum, parts[0] + parts[1]);
	EXPECT_TRUE(sum <= total);
}

static const uint32_t equal[2] = { 1, 1 };

TEST(shares_divide_in_proportion)
{
	struct rsh_work claims[2] = { { .claim_active = GIB, .claim_cap = GIB },
				      { .claim_active = GIB, .claim_cap = GIB } };
	uint32_t shares[2] = { 1, 3 };
	uint64_t parts[2];

	divide(claims, equal, 400 * MIB, 75, parts);
	EXPECT_EQ(200 * MIB, parts[0]);
	EXPECT_EQ(200 * MIB, parts[1]);
	divide(claims, shares, 400 * MIB, 75, parts);
	EXPECT_EQ(100 * MIB, parts[0]);
	EXPECT_EQ(300 * MIB, parts[1]);
}

TEST(what_one_does_not_claim_goes_to_the_other)
{
	struct rsh_work claims[2] = { { .claim_active = 50 * MIB,
					.claim_cap = 50 * MIB },
				      { .claim_active = GIB, .claim_cap = GIB } };
	uint64_t parts[2];

	divide(claims, equal, 400 * MIB, 75, parts);
	EXPECT_EQ(50 * MIB, parts[0]);
	EXPECT_EQ(350 * MIB, parts[1]);
}

/*
 * One uses 100 MiB, the other all it gets, of 800. Untaxed, both have 400. With
 * a tax of 75 %: a + (x - a) / 4 + x = 800, hence x = 580 and 220 for the other.
 */
TEST(idle_memory_is_taxed)
{
	struct rsh_work claims[2] = { { .claim_active = 100 * MIB,
					.claim_cap = GIB },
				      { .claim_active = GIB, .claim_cap = GIB } };
	uint64_t parts[2];

	divide(claims, equal, 800 * MIB, 0, parts);
	EXPECT_EQ(400, parts[0] / MIB);
	divide(claims, equal, 800 * MIB, 75, parts);
	EXPECT_EQ(220 * MIB, parts[0]);
	EXPECT_EQ(580 * MIB, parts[1]);
	divide(claims, equal, 800 * MIB, 99, parts);
	EXPECT_EQ(105, parts[0] / MIB);
}

TEST(memory_in_use_goes_before_idle_memory)
{
	struct rsh_work claims[2] = { { .claim_floor = 100 * MIB,
					.claim_active = 100 * MIB,
					.claim_cap = GIB },
				      { .claim_floor = 690 * MIB,
					.claim_active = GIB, .claim_cap = GIB } };
	uint64_t parts[2];

	divide(claims, equal, 800 * MIB, 0, parts);
	EXPECT_EQ(110 * MIB, parts[0]);
	EXPECT_EQ(690 * MIB, parts[1]);
}

TEST(numbers_at_their_limits_divide_without_wrapping)
{
	struct rsh_work claims[2] = { { .claim_active = UINT64_MAX,
					.claim_cap = UINT64_MAX },
				      { .claim_active = UINT64_MAX,
					.claim_cap = UINT64_MAX } };
	uint32_t shares[2] = { UINT32_MAX, 1 };
	uint64_t parts[2];

	divide(claims, shares, UINT64_MAX / 2, 99, parts);
	EXPECT_TRUE(parts[0] > parts[1]);
	divide(claims, shares, 0, 0, parts);
	EXPECT_EQ(0, parts[0] + parts[1]);
}

TEST_MAIN
