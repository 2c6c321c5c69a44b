// SPDX-License-Identifier: GPL-2.0-only
/*
 * modules/guard/verdict.c: rules become verdicts, or are refused. Which calls
 * are vital comes from the kernel's tables there; here two are named.
 */
#include <errno.h>
#include "modules/guard/verdict.h"
#include "tap.h"

#define VITAL_NR	60

/* Rows in the table of names. */
#define NR_NAMES	12

static struct rsg_verdicts v;

bool rsg_call_is_vital(unsigned int abi, unsigned int nr)
{
	return abi == RSG_X86_64 && nr == VITAL_NR;
}

static int fill_one(unsigned int abi, unsigned int nr, unsigned int error,
		    unsigned int default_error)
{
	struct rsg_rule rule = { .abi = abi, .nr = nr, .error = error };

	return rsg_verdicts_fill(&v, &rule, 1, default_error);
}

/* How many calls have another verdict than @error. */
static unsigned int others(unsigned int error)
{
	unsigned int abi, nr, n = 0;

	for (abi = 0; abi < RSG_ABIS; abi++)
		for (nr = 0; nr < RSG_CALLS; nr++)
			n += v.error[abi][nr] != error;
	return n;
}

TEST(no_rule_and_default_allow_denies_nothing)
{
	EXPECT_EQ(0, rsg_verdicts_fill(&v, NULL, 0, 0));
	EXPECT_EQ(0, others(0));
}

TEST(default_deny_spares_what_is_vital)
{
	EXPECT_EQ(0, rsg_verdicts_fill(&v, NULL, 0, EPERM));
	EXPECT_EQ(0, v.error[RSG_X86_64][VITAL_NR]);
	EXPECT_EQ(1, others(EPERM));
}

TEST(a_rule_is_for_its_call_alone)
{
	EXPECT_EQ(0, fill_one(RSG_I386, RSG_CALLS - 1, ENOSYS, 0));
	EXPECT_EQ(ENOSYS, v.error[RSG_I386][RSG_CALLS - 1]);
	EXPECT_EQ(1, others(0));
}

TEST(an_allowing_rule_beats_the_default)
{
	EXPECT_EQ(0, fill_one(RSG_X86_64, 0, 0, EACCES));
	EXPECT_EQ(0, v.error[RSG_X86_64][0]);
	EXPECT_EQ(2, others(EACCES));
}

TEST(the_largest_errno_passes_and_the_next_does_not)
{
	EXPECT_EQ(0, fill_one(0, 1, RSG_ERROR_MAX, 0));
	EXPECT_EQ(RSG_ERROR_MAX, v.error[0][1]);
	EXPECT_EQ(-EINVAL, fill_one(0, 1, RSG_ERROR_MAX + 1, 0));
	EXPECT_EQ(-EINVAL, fill_one(0, 1, 65535, 0));
	EXPECT_EQ(0, rsg_verdicts_fill(&v, NULL, 0, RSG_ERROR_MAX));
	EXPECT_EQ(-EINVAL, rsg_verdicts_fill(&v, NULL, 0, RSG_ERROR_MAX + 1));
}

TEST(out_of_range_is_refused)
{
	EXPECT_EQ(-EINVAL, fill_one(RSG_ABIS, 0, 1, 0));
	EXPECT_EQ(-EINVAL, fill_one(65535, 0, 1, 0));
	EXPECT_EQ(-EINVAL, fill_one(0, RSG_CALLS, 1, 0));
	EXPECT_EQ(-EINVAL, fill_one(0, 65535, 1, 0));
}

TEST(vital_calls_may_be_allowed_only)
{
	EXPECT_EQ(-EINVAL, fill_one(RSG_X86_64, VITAL_NR, 1, 0));
	EXPECT_EQ(0, fill_one(RSG_X86_64, VITAL_NR, 0, 1));
	EXPECT_EQ(0, fill_one(RSG_I386, VITAL_NR, 1, 0));
}

TEST(two_rules_for_one_call_are_refused)
{
	struct rsg_rule rules[] = {
		{ .nr = 5, .error = 1 }, { .nr = 6 }, { .nr = 5, .error = 1 },
	};

	EXPECT_EQ(0, rsg_verdicts_fill(&v, rules, 2, 0));
	EXPECT_EQ(-EINVAL, rsg_verdicts_fill(&v, rules, 3, 0));
	rules[2].abi = RSG_I386;
	EXPECT_EQ(0, rsg_verdicts_fill(&v, rules, 3, 0));
}

TEST(reserved_members_must_be_zero)
{
	struct rsg_rule rule = { .error = 1, .__reserved = 1 };

	EXPECT_EQ(-EINVAL, rsg_verdicts_fill(&v, &rule, 1, 0));
}

TEST(names)
{
	static const struct {
		const char name[RSG_NAME_LEN + 1];
		int error;
	} rows[NR_NAMES] = {
		{ "a", 0 }, { "no-afalg.2", 0 }, { "~!", 0 },
		{ "1234567890123456789012345678901", 0 },
		{ "", -EINVAL }, { " ", -EINVAL }, { "a b", -EINVAL },
		{ "a/b", -EINVAL }, { "a\n", -EINVAL }, { "\x7f", -EINVAL },
		{ "\xff", -EINVAL },
		/* Without a NUL in its array. */
		{ "12345678901234567890123456789012", -EINVAL },
	};
	const __u8 *name;
	int i;

	for (i = 0; i < NR_NAMES; i++) {
		name = (const __u8 *)rows[i].name;
		EXPECT_EQ(rows[i].error, rsg_name_check(name));
	}
}

TEST_MAIN
