// SPDX-License-Identifier: GPL-2.0-only
/* Does the table explain what Linux does to credentials, and nothing else? */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "tap.h"
#include "modules/trace/cred_table.h"

#define ALL	0x1ffffffffffULL
#define SETGID	(1ULL << 6)
#define SETUID	(1ULL << 7)
#define ID(uid, gid)	((u64)(gid) << 32 | (uid))

static const struct rst_cred_set root = {
	.caps = { 0, ALL, ALL, ALL, 0 }, .user_ns = 1, .ns = 1,
};

static const struct rst_cred_set user = {
	.ids = { ID(1000, 1000), ID(1000, 1000), ID(1000, 1000),
		 ID(1000, 1000) },
	.caps = { 0, 0, 0, ALL, 0 }, .user_ns = 1, .ns = 1,
};

static const struct rst_cred_row *row_of(const char *function)
{
	unsigned int i;

	for (i = 0; i < rst_cred_nr_rows; i++)
		if (!strcmp(rst_cred_rows[i].function, function))
			return &rst_cred_rows[i];
	printf("# no row of %s\n", function);
	return NULL;
}

static enum rst_cred_flaw judge(const char *function, int nr,
				const struct rst_cred_set *old,
				const struct rst_cred_set *new)
{
	struct rst_cred_call call = { .abi = RST_ABI_X64, .nr = nr };

	if (nr < 0)
		call.abi = RST_ABI_NONE;
	return rst_cred_explain(row_of(function), old, new, &call);
}

TEST(a_caller_without_a_row)
{
	struct rst_cred_call call = { .abi = RST_ABI_X64, .nr = 1 };

	EXPECT_EQ(RST_FLAW_CALLER,
		  rst_cred_explain(NULL, &user, &user, &call));
}

TEST(each_row_is_sound)
{
	unsigned int i, j;

	for (i = 0; i < rst_cred_nr_rows; i++) {
		const struct rst_cred_row *row = &rst_cred_rows[i];

		EXPECT_EQ(true, row->function && row->what);
		/* It fits the event's field. */
		EXPECT_EQ(true, strlen(row->what) < 16);
		EXPECT_EQ(row->from == RST_FROM_LISTED ||
			  row->from == RST_FROM_EXEC, row->x64[0] != 0);
		/* Whoever may change everything may do so from one place. */
		EXPECT_EQ(true, row->may != RST_MAY_ALL ||
			  row->from == RST_FROM_KERNEL);
		EXPECT_EQ(true, row->from != RST_FROM_ANY ||
			  row->may == RST_MAY_NOTHING);
		for (j = 0; j < i; j++)
			EXPECT_EQ(true, strcmp(rst_cred_rows[j].function,
					       row->function) != 0);
	}
}

TEST(the_call_must_fit_the_place)
{
	struct rst_cred_call call = { .abi = RST_ABI_I386, .nr = 213 };
	const struct rst_cred_row *row = row_of("__sys_setuid");

	EXPECT_EQ(RST_FLAW_NONE, judge("__sys_setuid", 105, &root, &root));
	EXPECT_EQ(RST_FLAW_CALL, judge("__sys_setuid", 1, &root, &root));
	EXPECT_EQ(RST_FLAW_CALL, judge("__sys_setuid", 213, &root, &root));
	EXPECT_EQ(RST_FLAW_CALL, judge("__sys_setuid", -1, &root, &root));
	EXPECT_EQ(true, rst_cred_call_fits(row, &call));
	call.nr = 105;
	EXPECT_EQ(false, rst_cred_call_fits(row, &call));
	EXPECT_EQ(RST_FLAW_NONE, judge("begin_new_exec", -1, &root, &root));
	EXPECT_EQ(RST_FLAW_NONE, judge("join_session_keyring", 7, &user,
				       &user));
	EXPECT_EQ(RST_FLAW_CALL, judge("call_usermodehelper_exec_async", 59,
				       &root, &root));
	EXPECT_EQ(RST_FLAW_NONE, judge("call_usermodehelper_exec_async", -1,
				       &root, &root));
}

TEST(root_becomes_a_user_and_not_back)
{
	struct rst_cred_set back = root;

	EXPECT_EQ(RST_FLAW_NONE, judge("__sys_setresuid", 117, &root, &user));
	EXPECT_EQ(RST_FLAW_GAIN, judge("__sys_setresuid", 117, &user, &root));
	/* Not even without the capabilities. */
	memset(back.caps, 0, sizeof(back.caps));
	back.caps[RST_CAPS_BOUNDING] = ALL;
	EXPECT_EQ(RST_FLAW_GAIN, judge("__sys_setresuid", 117, &user, &back));
}

TEST(a_saved_id_comes_back)
{
	struct rst_cred_set suid = user, back;

	suid.ids[RST_PAIR_SAVED] = ID(0, 1000);
	suid.caps[RST_CAPS_PERMITTED] = ALL;
	back = suid;
	back.ids[RST_PAIR_EFFECTIVE] = ID(0, 1000);
	back.ids[RST_PAIR_FS] = ID(0, 1000);
	back.caps[RST_CAPS_EFFECTIVE] = ALL;
	EXPECT_EQ(RST_FLAW_NONE, judge("__sys_setresuid", 117, &suid, &back));
	/* The capabilities were not permitted. */
	suid.caps[RST_CAPS_PERMITTED] = 0;
	EXPECT_EQ(RST_FLAW_GAIN, judge("__sys_setresuid", 117, &suid, &back));
}

TEST(each_capability_is_for_its_ids)
{
	struct rst_cred_set with = user, new = user;

	new.ids[RST_PAIR_EFFECTIVE] = ID(1000, 5);
	with.caps[RST_CAPS_EFFECTIVE] = SETUID;
	EXPECT_EQ(RST_FLAW_GAIN, judge("__sys_setregid", 114, &with, &new));
	with.caps[RST_CAPS_EFFECTIVE] = SETGID;
	EXPECT_EQ(RST_FLAW_NONE, judge("__sys_setregid", 114, &with, &new));
	new.ids[RST_PAIR_EFFECTIVE] = ID(5, 1000);
	EXPECT_EQ(RST_FLAW_GAIN, judge("__sys_setreuid", 113, &with, &new));
}

TEST(capabilities_only_go)
{
	struct rst_cred_set less = root, more;

	less.caps[RST_CAPS_PERMITTED] = SETUID;
	less.caps[RST_CAPS_EFFECTIVE] = SETUID;
	EXPECT_EQ(RST_FLAW_NONE, judge("__do_sys_capset", 126, &root, &less));
	EXPECT_EQ(RST_FLAW_GAIN, judge("__do_sys_capset", 126, &less, &root));
	more = less;
	more.caps[RST_CAPS_EFFECTIVE] = SETUID | SETGID;
	EXPECT_EQ(RST_FLAW_GAIN, judge("__do_sys_capset", 126, &less, &more));
	more = less;
	more.caps[RST_CAPS_INHERITABLE] = SETUID;
	more.caps[RST_CAPS_AMBIENT] = SETUID;
	EXPECT_EQ(RST_FLAW_NONE, judge("security_task_prctl", 157, &less,
				       &more));
	more.caps[RST_CAPS_AMBIENT] = SETGID;
	EXPECT_EQ(RST_FLAW_GAIN, judge("security_task_prctl", 157, &less,
				       &more));
	less.caps[RST_CAPS_BOUNDING] = SETUID;
	EXPECT_EQ(RST_FLAW_NONE, judge("cap_task_prctl", 157, &root, &less));
	EXPECT_EQ(RST_FLAW_GAIN, judge("cap_task_prctl", 157, &less, &root));
}

TEST(a_program_gains_by_its_file)
{
	struct rst_cred_set suid = user, capped = user;
	struct rst_cred_call call = {
		.abi = RST_ABI_X64, .nr = 59, .no_new_privs = true,
	};

	suid.ids[RST_PAIR_EFFECTIVE] = ID(0, 1000);
	suid.ids[RST_PAIR_SAVED] = ID(0, 1000);
	suid.ids[RST_PAIR_FS] = ID(0, 1000);
	suid.caps[RST_CAPS_PERMITTED] = ALL;
	suid.caps[RST_CAPS_EFFECTIVE] = ALL;
	EXPECT_EQ(RST_FLAW_NONE, judge("begin_new_exec", 59, &user, &suid));
	/* Unless the thread has promised that it does not, */
	EXPECT_EQ(RST_FLAW_GAIN, rst_cred_explain(row_of("begin_new_exec"),
						  &user, &suid, &call));
	EXPECT_EQ(RST_FLAW_NONE, rst_cred_explain(row_of("begin_new_exec"),
						  &user, &user, &call));
	/* or what it gains is out of its bounds. */
	capped.caps[RST_CAPS_BOUNDING] = SETUID;
	EXPECT_EQ(RST_FLAW_GAIN, judge("begin_new_exec", 59, &capped, &suid));
	/* No program changes the real ids. */
	EXPECT_EQ(RST_FLAW_GAIN, judge("begin_new_exec", 59, &user, &root));
}

TEST(a_namespace_gives_all_inside)
{
	struct rst_cred_set inside = user;
	struct rst_cred_call call = {
		.abi = RST_ABI_X64, .nr = 308, .outwards = true,
	};

	inside.caps[RST_CAPS_PERMITTED] = ALL;
	inside.caps[RST_CAPS_EFFECTIVE] = ALL;
	EXPECT_EQ(RST_FLAW_GAIN, judge("ksys_unshare", 272, &user, &inside));
	inside.user_ns = 2;
	EXPECT_EQ(RST_FLAW_NONE, judge("ksys_unshare", 272, &user, &inside));
	EXPECT_EQ(RST_FLAW_NONE, judge("__do_sys_setns", 308, &user, &inside));
	EXPECT_EQ(RST_FLAW_GAIN, rst_cred_explain(row_of("__do_sys_setns"),
						  &inside, &user, &call));
	inside.ids[RST_PAIR_REAL] = 0;
	EXPECT_EQ(RST_FLAW_GAIN, judge("ksys_unshare", 272, &user, &inside));
}

TEST(keys_and_labels_change_nothing_of_it)
{
	struct rst_cred_set other = user;

	EXPECT_EQ(RST_FLAW_NONE, judge("task_work_run", 0, &user, &other));
	other.securebits = 1;
	EXPECT_EQ(RST_FLAW_GAIN, judge("task_work_run", 0, &user, &other));
	other = user;
	other.ids[RST_PAIR_FS] = 0;
	EXPECT_EQ(RST_FLAW_GAIN, judge("aa_set_current_hat", 1, &user,
				       &other));
	EXPECT_EQ(RST_FLAW_GAIN, judge("set_current_groups", 116, &user,
				       &other));
}

TEST_MAIN
