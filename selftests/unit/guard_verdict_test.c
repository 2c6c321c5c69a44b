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

/* Room for the steps of the rules here. */
#define NR_STEPS	64

static union {
	struct rsg_rules rules;
	char room[sizeof(struct rsg_rules) +
		  NR_STEPS * sizeof(struct rsg_step)];
} v;

/* Arguments are an array here. */
static rsg_frame_layout layout = {
	{ 0, 8, 16, 24, 32, 40 }, { 0, 8, 16, 24, 32, 40 },
};

bool rsg_call_is_vital(unsigned int abi, unsigned int nr)
{
	return abi == RSG_X86_64 && nr == VITAL_NR;
}

static __u32 fails(unsigned int error)
{
	return error ? SECCOMP_RET_ERRNO | error : SECCOMP_RET_ALLOW;
}

static int fill(const struct rsg_rule *rules, unsigned int nr,
		const struct rsg_arg *args, unsigned int nr_args,
		__u32 default_verdict)
{
	const struct rsg_source source = {
		.rules = rules, .nr_rules = nr, .args = args,
		.nr_args = nr_args, .default_verdict = default_verdict,
	};

	if (rsg_rules_max_steps(&source) > NR_STEPS)
		return -E2BIG;
	return rsg_rules_fill(&v.rules, &source, layout);
}

static int fill_one(unsigned int abi, unsigned int nr, __u32 verdict,
		    __u32 default_verdict)
{
	struct rsg_rule rule = { .abi = abi, .nr = nr, .verdict = verdict };

	return fill(&rule, 1, NULL, 0, default_verdict);
}

static __u32 verdict(unsigned int abi, unsigned int nr,
		     const unsigned long *args)
{
	__u32 verdict = v.rules.verdicts[abi][nr];

	if (!rsg_verdict_is_steps(verdict))
		return verdict;
	return rsg_rules_walk(&v.rules, verdict, args)->verdict;
}

/* How many calls have another verdict than @verdict. */
static unsigned int others(__u32 verdict)
{
	unsigned int abi, nr, n = 0;

	for (abi = 0; abi < RSG_ABIS; abi++)
		for (nr = 0; nr < RSG_CALLS; nr++)
			n += v.rules.verdicts[abi][nr] != verdict;
	return n;
}

TEST(no_rule_and_default_allow_denies_nothing)
{
	EXPECT_EQ(0, fill(NULL, 0, NULL, 0, SECCOMP_RET_ALLOW));
	EXPECT_EQ(0, others(SECCOMP_RET_ALLOW));
}

TEST(default_deny_spares_what_is_vital)
{
	EXPECT_EQ(0, fill(NULL, 0, NULL, 0, fails(EPERM)));
	EXPECT_EQ(SECCOMP_RET_ALLOW, v.rules.verdicts[RSG_X86_64][VITAL_NR]);
	EXPECT_EQ(1, others(fails(EPERM)));
	EXPECT_EQ(0, fill(NULL, 0, NULL, 0, SECCOMP_RET_LOG));
	EXPECT_EQ(0, others(SECCOMP_RET_LOG));
}

TEST(a_rule_is_for_its_call_alone)
{
	EXPECT_EQ(0, fill_one(RSG_I386, RSG_CALLS - 1, fails(ENOSYS),
			      fails(0)));
	EXPECT_EQ(fails(ENOSYS), v.rules.verdicts[RSG_I386][RSG_CALLS - 1]);
	EXPECT_EQ(0, v.rules.tags[RSG_I386][RSG_CALLS - 1]);
	EXPECT_EQ(-1, v.rules.tags[RSG_I386][0]);
	EXPECT_EQ(1, others(fails(0)));
}

TEST(an_allowing_rule_beats_the_default)
{
	EXPECT_EQ(0, fill_one(RSG_X86_64, 0, fails(0), fails(EACCES)));
	EXPECT_EQ(fails(0), v.rules.verdicts[RSG_X86_64][0]);
	EXPECT_EQ(2, others(fails(EACCES)));
}

TEST(verdicts_in_range_and_out_of_it)
{
	static const struct {
		__u32 verdict;
		int error;
	} rows[] = {
		{ SECCOMP_RET_ALLOW, 0 }, { SECCOMP_RET_LOG, 0 },
		{ SECCOMP_RET_KILL_THREAD, 0 }, { SECCOMP_RET_KILL_PROCESS, 0 },
		{ RSG_RET_STOP, 0 }, { SECCOMP_RET_TRAP | 0xffff, 0 },
		{ SECCOMP_RET_ERRNO, 0 },
		{ SECCOMP_RET_ERRNO | RSG_ERROR_MAX, 0 },
		{ SECCOMP_RET_ERRNO | (RSG_ERROR_MAX + 1), -EINVAL },
		{ SECCOMP_RET_ALLOW | 1, -EINVAL },
		{ SECCOMP_RET_KILL_THREAD | 1, -EINVAL },
		{ RSG_RET_STOP | 1, -EINVAL },
		{ SECCOMP_RET_USER_NOTIF, -EINVAL },
		{ SECCOMP_RET_TRACE, -EINVAL },
		{ RSG_VERDICT_STEPS, -EINVAL },
		{ 0x12345678, -EINVAL }, { 0xffffffff, -EINVAL },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		EXPECT_EQ(rows[i].error,
			  fill_one(0, 1, rows[i].verdict, SECCOMP_RET_ALLOW));
		EXPECT_EQ(rows[i].error,
			  fill(NULL, 0, NULL, 0, rows[i].verdict));
	}
}

TEST(out_of_range_is_refused)
{
	EXPECT_EQ(-EINVAL, fill_one(RSG_ABIS, 0, fails(1), fails(0)));
	EXPECT_EQ(-EINVAL, fill_one(65535, 0, fails(1), fails(0)));
	EXPECT_EQ(-EINVAL, fill_one(0, RSG_CALLS, fails(1), fails(0)));
	EXPECT_EQ(-EINVAL, fill_one(0, 65535, fails(1), fails(0)));
}

TEST(vital_calls_may_be_allowed_only)
{
	EXPECT_EQ(-EINVAL, fill_one(RSG_X86_64, VITAL_NR, fails(1), fails(0)));
	EXPECT_EQ(-EINVAL, fill_one(RSG_X86_64, VITAL_NR,
				    SECCOMP_RET_KILL_THREAD, fails(0)));
	EXPECT_EQ(0, fill_one(RSG_X86_64, VITAL_NR, fails(0), fails(1)));
	EXPECT_EQ(0, fill_one(RSG_X86_64, VITAL_NR, SECCOMP_RET_LOG, fails(1)));
	EXPECT_EQ(0, fill_one(RSG_I386, VITAL_NR, fails(1), fails(0)));
}

TEST(a_rule_that_can_not_be_reached_is_refused)
{
	const struct rsg_arg args[] = { { .op = RSG_OP_EQ, .value = 1 } };
	struct rsg_rule rules[] = {
		{ .nr = 5, .verdict = fails(1) }, { .nr = 6 },
		{ .nr = 5, .verdict = fails(1) },
	};

	EXPECT_EQ(0, fill(rules, 2, args, 1, fails(0)));
	EXPECT_EQ(-EINVAL, fill(rules, 3, args, 1, fails(0)));
	rules[2].nr_args = 1;
	EXPECT_EQ(-EINVAL, fill(rules, 3, args, 1, fails(0)));
	rules[0].nr_args = 1;
	EXPECT_EQ(0, fill(rules, 3, args, 1, fails(0)));
	rules[2].nr_args = 0;
	EXPECT_EQ(0, fill(rules, 3, args, 1, fails(0)));
	rules[0].nr_args = 0;
	rules[2].abi = RSG_I386;
	EXPECT_EQ(0, fill(rules, 3, args, 1, fails(0)));
}

TEST(malformed_comparisons_are_refused)
{
	static const struct {
		struct rsg_arg arg;
		int error;
	} rows[] = {
		{ { .op = RSG_OP_NE }, 0 },
		{ { .op = RSG_OP_MASKED_EQ, .value_two = 1 }, 0 },
		{ { .index = RSG_ARGS - 1, .op = RSG_OP_EQ }, 0 },
		{ { .index = RSG_ARGS, .op = RSG_OP_EQ }, -EINVAL },
		{ { .op = 0 }, -EINVAL }, { { .op = 8 }, -EINVAL },
		{ { .op = RSG_OP_EQ, .value_two = 1 }, -EINVAL },
		{ { .op = RSG_OP_EQ, .__reserved = 1 }, -EINVAL },
	};
	struct rsg_rule rule = { .nr = 1, .nr_args = 1 };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		EXPECT_EQ(rows[i].error,
			  fill(&rule, 1, &rows[i].arg, 1, fails(0)));
	rule.first_arg = 1;
	EXPECT_EQ(-EINVAL, fill(&rule, 1, &rows[0].arg, 1, fails(0)));
	rule.first_arg = 0xffffffff;
	EXPECT_EQ(-EINVAL, fill(&rule, 1, &rows[0].arg, 1, fails(0)));
	rule.first_arg = 0;
	rule.nr_args = 2;
	EXPECT_EQ(-EINVAL, fill(&rule, 1, &rows[0].arg, 1, fails(0)));
	rule.nr_args = RSG_ARGS + 1;
	EXPECT_EQ(-EINVAL, fill(&rule, 1, &rows[0].arg, 1, fails(0)));
}

/* Each operator at, below and above its value, in 64 bits and in 32. */
TEST(operators)
{
	static const struct {
		unsigned int op;
		bool below, at, above;
	} rows[] = {
		{ RSG_OP_NE, true, false, true },
		{ RSG_OP_LT, true, false, false },
		{ RSG_OP_LE, true, true, false },
		{ RSG_OP_EQ, false, true, false },
		{ RSG_OP_GE, false, true, true },
		{ RSG_OP_GT, false, false, true },
	};
	const __u64 value = 0x8000000000000005ULL;
	unsigned long args[RSG_ARGS] = { 0 };
	struct rsg_arg arg = { .index = 3, .value = value };
	struct rsg_rule rule = { .nr = 9, .nr_args = 1, .verdict = fails(7) };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		arg.op = rows[i].op;
		rule.abi = RSG_X86_64;
		EXPECT_EQ(0, fill(&rule, 1, &arg, 1, fails(0)));
		args[3] = value - 1;
		EXPECT_EQ(fails(rows[i].below ? 7 : 0), verdict(0, 9, args));
		args[3] = value;
		EXPECT_EQ(fails(rows[i].at ? 7 : 0), verdict(0, 9, args));
		args[3] = value + 1;
		EXPECT_EQ(fails(rows[i].above ? 7 : 0), verdict(0, 9, args));
		args[3] = 5;
		EXPECT_EQ(fails(rows[i].below ? 7 : 0), verdict(0, 9, args));
		/* The upper half of both does not count. */
		rule.abi = RSG_I386;
		EXPECT_EQ(0, fill(&rule, 1, &arg, 1, fails(0)));
		EXPECT_EQ(fails(rows[i].at ? 7 : 0), verdict(1, 9, args));
		args[3] = 0x700000004;
		EXPECT_EQ(fails(rows[i].below ? 7 : 0), verdict(1, 9, args));
	}
}

TEST(masks)
{
	const struct rsg_arg arg = {
		.op = RSG_OP_MASKED_EQ, .value = 0xf0000000f0,
		.value_two = 0x50ff000050,
	};
	const struct rsg_rule rule = {
		.nr = 9, .nr_args = 1, .verdict = fails(7),
	};
	unsigned long args[RSG_ARGS] = { 0x5f1234565f };

	EXPECT_EQ(0, fill(&rule, 1, &arg, 1, fails(0)));
	EXPECT_EQ(fails(7), verdict(0, 9, args));
	args[0] ^= 0x10;
	EXPECT_EQ(fails(0), verdict(0, 9, args));
	args[0] ^= 0x1000000010;
	EXPECT_EQ(fails(0), verdict(0, 9, args));
}

TEST(the_first_rule_that_holds_counts)
{
	const struct rsg_arg args[] = {
		{ .index = 0, .op = RSG_OP_EQ, .value = 1 },
		{ .index = 1, .op = RSG_OP_EQ, .value = 2 },
		{ .index = 0, .op = RSG_OP_GE, .value = 1 },
	};
	const struct rsg_rule rules[] = {
		{ .nr = 9, .nr_args = 2, .verdict = fails(7), .tag = 1 },
		{ .nr = 8, .verdict = fails(6), .tag = 2 },
		{ .nr = 9, .nr_args = 1, .first_arg = 2, .verdict = fails(8),
		  .tag = 3 },
		{ .nr = 9, .verdict = fails(9), .tag = 4 },
	};
	const unsigned long both[RSG_ARGS] = { 1, 2 };
	const unsigned long second[RSG_ARGS] = { 1, 3 };
	const unsigned long none[RSG_ARGS] = { 0, 2 };
	__u32 steps;

	EXPECT_EQ(0, fill(rules, 4, args, 3, fails(0)));
	EXPECT_EQ(fails(7), verdict(0, 9, both));
	EXPECT_EQ(fails(8), verdict(0, 9, second));
	EXPECT_EQ(fails(9), verdict(0, 9, none));
	EXPECT_EQ(fails(6), verdict(0, 8, both));
	steps = v.rules.verdicts[0][9];
	EXPECT_EQ(1, rsg_rules_walk(&v.rules, steps, both)->tag);
	EXPECT_EQ(3, rsg_rules_walk(&v.rules, steps, second)->tag);
	EXPECT_EQ(4, rsg_rules_walk(&v.rules, steps, none)->tag);
}

TEST(what_decides_nothing_is_no_step)
{
	const struct rsg_arg arg = { .op = RSG_OP_EQ, .value = 1 };
	const struct rsg_rule rule = {
		.nr = 9, .nr_args = 1, .verdict = SECCOMP_RET_ALLOW,
	};

	EXPECT_EQ(0, fill(&rule, 1, &arg, 1, SECCOMP_RET_ALLOW));
	EXPECT_EQ(0, others(SECCOMP_RET_ALLOW));
	EXPECT_EQ(0, fill(&rule, 1, &arg, 1, fails(1)));
	EXPECT_EQ(2, others(fails(1)));
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
