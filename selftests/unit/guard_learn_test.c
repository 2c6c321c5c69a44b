// SPDX-License-Identifier: GPL-2.0-only
/*
 * The profile that is made of what was learned: read back, it allows all of
 * that, and nothing else. And saving it: as a whole or not at all.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "guard_profile.h"
#include "ringside_events.h"
#include "tap.h"

#define ALLOW		SECCOMP_RET_ALLOW
#define DENY		(SECCOMP_RET_ERRNO | EPERM)
#define I386_SOCKETCALL	102
#define I386_GETPPID	64
#define PATH		"guard-learn-test.json"

static struct rs_guard_state state = {
	.arch = "amd64", .kernel = { 6, 12 }, .flags = RS_GUARD_STATE_CAPS,
};

/* Write the profile of @calls, and read it back. */
static struct rs_guard_profile *profile(const struct rsg_learned *calls,
					size_t nr, size_t *unnamed)
{
	struct rs_guard_profile *p = NULL;
	char *text = NULL;

	EXPECT_EQ(0, rs_guard_learned_profile(calls, nr, &text, unnamed));
	EXPECT_EQ(0, rs_guard_save(PATH, text));
	free(text);
	if (rs_guard_profile_read(&p, PATH, &state, 0))
		UNIT_FAIL("%s", rs_error());
	unlink(PATH);
	return p;
}

static uint32_t verdict(const struct rs_guard_profile *p, unsigned int abi,
			unsigned int nr, uint64_t arg0, uint64_t arg1)
{
	const uint64_t args[RS_GUARD_ARGS] = { arg0, arg1 };

	return p ? rs_guard_profile_verdict(p, abi, nr, args) : 0;
}

TEST(what_was_seen_is_allowed_and_nothing_else)
{
	const struct rsg_learned calls[] = {
		{ .abi = RSG_X86_64, .nr = SYS_read, .count = 3, .many = 0x3f },
		{ .abi = RSG_X86_64, .nr = SYS_socket, .count = 2,
		  .nr_values = { 2, 1, 1, 1, 1, 1 },
		  .values = { { 1, 2 }, { 524289 } } },
	};
	size_t unnamed = 1;
	struct rs_guard_profile *p = profile(calls, 2, &unnamed);

	EXPECT_EQ(0, unnamed);
	EXPECT_EQ(DENY, rs_guard_profile_default(p));
	EXPECT_EQ(ALLOW, verdict(p, RSG_X86_64, SYS_read, 1, 2));
	EXPECT_EQ(DENY, verdict(p, RSG_X86_64, SYS_write, 1, 2));
	EXPECT_EQ(ALLOW, verdict(p, RSG_X86_64, SYS_socket, 1, 524289));
	EXPECT_EQ(ALLOW, verdict(p, RSG_X86_64, SYS_socket, 2, 524289));
	EXPECT_EQ(DENY, verdict(p, RSG_X86_64, SYS_socket, 38, 524289));
	EXPECT_EQ(DENY, verdict(p, RSG_X86_64, SYS_socket, 1, 3));
	/* An int has 32 bits, whatever the register holds. */
	EXPECT_EQ(ALLOW, verdict(p, RSG_X86_64, SYS_socket,
				 1 | 0xabcd00000000ULL, 524289));
	/* No process could end without them. */
	EXPECT_EQ(ALLOW, verdict(p, RSG_X86_64, SYS_exit_group, 0, 0));
	EXPECT_EQ(ALLOW, verdict(p, RSG_X86_64, SYS_rt_sigreturn, 0, 0));
	/* What was not seen through an ABI is not allowed there. */
	EXPECT_EQ(false, rs_guard_profile_covers(p, RSG_I386));
	rs_guard_profile_free(p);
}

/* As a kernel side could tell it that is newer, or wrong. */
TEST(calls_of_an_unknown_abi_have_no_name)
{
	const struct rsg_learned calls[] = {
		{ .abi = RSG_ABIS, .nr = SYS_read }, { .abi = 0xffff },
	};
	size_t unnamed = 0;
	struct rs_guard_profile *p = profile(calls, 2, &unnamed);

	EXPECT_EQ(2, unnamed);
	EXPECT_EQ(DENY, verdict(p, RSG_X86_64, SYS_read, 0, 0));
	rs_guard_profile_free(p);
}

TEST(a_call_that_is_told_too_often_is_not_restricted)
{
	struct rsg_learned calls[4] = { { 0 } };
	struct rs_guard_profile *p;
	unsigned int i, j;

	for (i = 0; i < 4; i++) {
		calls[i].nr = SYS_prctl;
		calls[i].nr_values[0] = RSG_LEARN_VALUES;
		for (j = 0; j < RSG_LEARN_VALUES; j++)
			calls[i].values[0][j] = 100 * i + j;
	}
	p = profile(calls, 4, NULL);
	EXPECT_EQ(ALLOW, verdict(p, RSG_X86_64, SYS_prctl, 1234, 0));
	rs_guard_profile_free(p);
}

TEST(both_abis_have_their_calls)
{
	const struct rsg_learned calls[] = {
		{ .abi = RSG_X86_64, .nr = SYS_write, .count = 1 },
		{ .abi = RSG_I386, .nr = I386_GETPPID, .count = 1 },
		{ .abi = RSG_I386, .nr = I386_SOCKETCALL, .count = 1,
		  .nr_values = { 1, 1 }, .values = { { 1 }, { 0xffffd00c } } },
	};
	struct rs_guard_profile *p = profile(calls, 3, NULL);

	EXPECT_EQ(true, rs_guard_profile_covers(p, RSG_I386));
	EXPECT_EQ(ALLOW, verdict(p, RSG_I386, I386_GETPPID, 0, 0));
	EXPECT_EQ(ALLOW, verdict(p, RSG_I386, I386_SOCKETCALL, 1, 77));
	EXPECT_EQ(DENY, verdict(p, RSG_I386, I386_SOCKETCALL, 3, 77));
	rs_guard_profile_free(p);
}

TEST(many_values_are_no_restriction)
{
	struct rsg_learned call = {
		.abi = RSG_X86_64, .nr = SYS_ioctl, .count = 9, .many = 2,
		.nr_values = { 1, 8 },
	};
	struct rs_guard_profile *p = profile(&call, 1, NULL);

	EXPECT_EQ(ALLOW, verdict(p, RSG_X86_64, SYS_ioctl, 3, 0x5401));
	rs_guard_profile_free(p);
	/* 8 families times 8 types are too many entries: the type goes. */
	call.nr = SYS_socket;
	call.many = 0;
	call.nr_values[0] = 8;
	for (unsigned int i = 0; i < 8; i++) {
		call.values[0][i] = i;
		call.values[1][i] = i;
	}
	p = profile(&call, 1, NULL);
	EXPECT_EQ(ALLOW, verdict(p, RSG_X86_64, SYS_socket, 7, 12345));
	EXPECT_EQ(DENY, verdict(p, RSG_X86_64, SYS_socket, 8, 1));
	rs_guard_profile_free(p);
}

TEST(values_beyond_what_json_can_say_are_no_restriction)
{
	const struct rsg_learned call = {
		.abi = RSG_X86_64, .nr = SYS_unshare, .count = 1,
		.nr_values = { 1 }, .values = { { 1ULL << 63 } },
	};
	struct rs_guard_profile *p = profile(&call, 1, NULL);

	EXPECT_EQ(ALLOW, verdict(p, RSG_X86_64, SYS_unshare, 0, 0));
	rs_guard_profile_free(p);
}

TEST(a_call_without_a_name_is_told)
{
	const struct rsg_learned call = {
		.abi = RSG_X86_64, .nr = 400, .count = 1,
	};
	size_t unnamed = 0;
	struct rs_guard_profile *p = profile(&call, 1, &unnamed);

	EXPECT_EQ(1, unnamed);
	EXPECT_EQ(DENY, verdict(p, RSG_X86_64, 400, 0, 0));
	rs_guard_profile_free(p);
	p = profile(&call, 0, &unnamed);
	EXPECT_EQ(0, unnamed);
	EXPECT_EQ(DENY, verdict(p, RSG_X86_64, SYS_read, 0, 0));
	rs_guard_profile_free(p);
}

static uint64_t pick(const struct rsg_learned *call, unsigned int arg)
{
	unsigned int nr = call->nr_values[arg];

	return nr ? call->values[arg][random() % nr] : (uint64_t)random();
}

/* A table as the kernel could have filled it, with every named call once. */
static size_t make_table(struct rsg_learned *calls)
{
	unsigned int abi, nr, arg, i;
	size_t n = 0;
	char *name;

	for (abi = 0; abi < RSG_ABIS; abi++) {
		for (nr = 0; nr < RSG_CALLS; nr++) {
			struct rsg_learned *call = &calls[n];

			name = rs_guard_name(abi, nr);
			free(name);
			if (!name || random() % 3)
				continue;
			*call = (struct rsg_learned){
				.abi = abi, .nr = nr, .count = 1,
				.many = random() & random() & 0x3f,
			};
			for (arg = 0; arg < RSG_ARGS; arg++) {
				call->nr_values[arg] = 1 + random() % 8;
				for (i = 0; i < call->nr_values[arg]; i++)
					call->values[arg][i] = random() % 40;
			}
			n++;
		}
	}
	return n;
}

TEST(no_call_that_was_seen_is_ever_denied)
{
	static struct rsg_learned calls[RSG_ABIS * RSG_CALLS];
	struct rs_guard_profile *p;
	uint64_t args[RS_GUARD_ARGS];
	unsigned int round, arg;
	size_t i, n;

	srandom(1);
	for (round = 0; round < 20; round++) {
		n = make_table(calls);
		p = profile(calls, n, NULL);
		for (i = 0; p && i < n; i++) {
			for (arg = 0; arg < RSG_ARGS; arg++)
				args[arg] = pick(&calls[i], arg);
			if (rs_guard_profile_verdict(p, calls[i].abi,
						     calls[i].nr, args) != ALLOW)
				UNIT_FAIL("abi %u call %u is denied",
					  calls[i].abi, calls[i].nr);
		}
		rs_guard_profile_free(p);
	}
}

TEST(arguments_that_are_worth_it)
{
	EXPECT_STREQ("family", rs_guard_argument("socket", 0));
	EXPECT_EQ(true, !rs_guard_argument("socket", 2));
	EXPECT_EQ(true, !rs_guard_argument("read", 0));
}

TEST(a_file_is_saved_whole_or_not_at_all)
{
	struct stat st;
	mode_t mask = umask(027);

	EXPECT_EQ(0, rs_guard_save(PATH, "old\n"));
	EXPECT_EQ(0, stat(PATH, &st));
	EXPECT_EQ(0640, st.st_mode & 0777);
	EXPECT_EQ(0, rs_guard_save(PATH, "newer\n"));
	EXPECT_EQ(0, stat(PATH, &st));
	EXPECT_EQ(6, st.st_size);
	umask(mask);
	unlink(PATH);
	EXPECT_EQ(-ENOENT, rs_guard_save("no-such-directory/x", "text"));
	EXPECT_EQ(0, mkdir(PATH, 0700));
	EXPECT_EQ(-EISDIR, rs_guard_save(PATH, "text"));
	rmdir(PATH);
}

TEST_MAIN
