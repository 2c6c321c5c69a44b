// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which changes of credentials are explained?
 *
 * One that commit_creds() was asked for by a function of the table below, in
 * one of the system calls that lead there, and that gives the thread no more
 * than that function can give. Everything else is not: another caller (a
 * module, code that no compiler made), a call that has no business there, or a
 * gain that the rules of Linux do not allow.
 *
 * The table is what the kernels from 6.1 to 7.3 do, found by looking for calls
 * and jumps to commit_creds() in their text. A function that jumps there
 * instead of calling is not who it returns to: then its own caller is listed as
 * well. Functions that a kernel does not have do no harm.
 */
#include <linux/kernel.h>

#include "cred_table.h"

#define CAP_BIT_SETGID	0x40ULL
#define CAP_BIT_SETUID	0x80ULL

#define CALLS(...)	{ __VA_ARGS__ }

/* may, from, calls: a row for each of several functions. */
#define LISTED(_function, _what, _may, _x64, _i386)			\
	{ .function = _function, .what = _what, .may = _may,		\
	  .from = RST_FROM_LISTED, .x64 = _x64, .i386 = _i386 }
#define ANY(_function, _what)						\
	{ .function = _function, .what = _what,				\
	  .may = RST_MAY_NOTHING, .from = RST_FROM_ANY }
#define IDS(_function, _x64, ...)					\
	LISTED(_function, "ids", RST_MAY_IDS, CALLS(_x64),		\
	       CALLS(__VA_ARGS__))
#define GROUPS(_function)						\
	LISTED(_function, "groups", RST_MAY_NOTHING, CALLS(116),	\
	       CALLS(81, 206))
#define CAPSET(_function)						\
	LISTED(_function, "caps", RST_MAY_CAPS, CALLS(126), CALLS(185))
#define PRCTL(_function)						\
	LISTED(_function, "prctl", RST_MAY_CAPS, CALLS(157), CALLS(172))
#define SETNS(_function)						\
	LISTED(_function, "setns", RST_MAY_NS, CALLS(308), CALLS(346))
#define LANDLOCK(_function)						\
	LISTED(_function, "landlock", RST_MAY_NOTHING, CALLS(446),	\
	       CALLS(446))

const struct rst_cred_row rst_cred_rows[] = {
	/* execve, execveat, and those of x32 */
	{ .function = "begin_new_exec", .what = "exec", .may = RST_MAY_EXEC,
	  .from = RST_FROM_EXEC, .x64 = { 59, 322, 520, 545 },
	  .i386 = { 11, 358 } },
	{ .function = "call_usermodehelper_exec_async", .what = "helper",
	  .may = RST_MAY_ALL, .from = RST_FROM_KERNEL },
	IDS("__sys_setuid", 105, 23, 213),
	IDS("__sys_setgid", 106, 46, 214),
	IDS("__sys_setreuid", 113, 70, 203),
	IDS("__sys_setregid", 114, 71, 204),
	IDS("__sys_setresuid", 117, 164, 208),
	IDS("__sys_setresgid", 119, 170, 210),
	IDS("__sys_setfsuid", 122, 138, 215),
	IDS("__sys_setfsgid", 123, 139, 216),
	/* Jumps, so its callers count. */
	GROUPS("set_current_groups"),
	GROUPS("__do_sys_setgroups"),
	GROUPS("__x64_sys_setgroups"),
	GROUPS("__ia32_sys_setgroups"),
	GROUPS("__do_sys_setgroups16"),
	GROUPS("__ia32_sys_setgroups16"),
	CAPSET("__do_sys_capset"),
	CAPSET("__x64_sys_capset"),
	CAPSET("__ia32_sys_capset"),
	/* Jumps; the second is its caller. */
	PRCTL("cap_task_prctl"),
	PRCTL("security_task_prctl"),
	PRCTL("cap_prctl_drop"),
	LISTED("ksys_unshare", "unshare", RST_MAY_NS, CALLS(272), CALLS(310)),
	SETNS("commit_nsset"),
	SETNS("__do_sys_setns"),
	SETNS("__x64_sys_setns"),
	SETNS("__ia32_sys_setns"),
	LANDLOCK("__do_sys_landlock_restrict_self"),
	LANDLOCK("__x64_sys_landlock_restrict_self"),
	LANDLOCK("__ia32_sys_landlock_restrict_self"),
	/* In the other threads, on their way back from whatever they did. */
	ANY("restrict_one_thread", "landlock"),
	ANY("restrict_one_thread_callback", "landlock"),
	ANY("join_session_keyring", "keys"),
	/* Jumps; it is work of a task that the second function does. */
	ANY("key_change_session_keyring", "keys"),
	ANY("task_work_run", "keys"),
	ANY("install_thread_keyring", "keys"),
	ANY("install_process_keyring", "keys"),
	ANY("install_session_keyring", "keys"),
	ANY("lookup_user_key", "keys"),
	ANY("keyctl_assume_authority", "keys"),
	ANY("keyctl_change_reqkey_auth", "keys"),
	ANY("keyctl_instantiate_key_common", "keys"),
	ANY("keyctl_reject_key", "keys"),
	ANY("keyctl_set_reqkey_keyring", "keys"),
	ANY("selinux_setprocattr", "label"),
	ANY("selinux_lsm_setattr", "label"),
	ANY("smack_setprocattr", "label"),
	ANY("do_setattr", "label"),
	ANY("smk_write_relabel_self", "label"),
	ANY("aa_replace_current_label", "label"),
	ANY("aa_set_current_hat", "label"),
	ANY("aa_restore_previous_label", "label"),
};

const unsigned int rst_cred_nr_rows = ARRAY_SIZE(rst_cred_rows);

static bool is_listed(const u16 *calls, int nr)
{
	unsigned int i;

	for (i = 0; i < RST_CRED_CALLS && calls[i]; i++)
		if (calls[i] == nr)
			return true;
	return false;
}

/**
 * rst_cred_call_fits - does this system call lead to that place?
 * @row: the place
 * @call: the call
 *
 * Return: true if so.
 */
bool rst_cred_call_fits(const struct rst_cred_row *row,
			const struct rst_cred_call *call)
{
	if (row->from == RST_FROM_ANY)
		return true;
	if (call->abi == RST_ABI_NONE)
		return row->from != RST_FROM_LISTED;
	return is_listed(call->abi == RST_ABI_I386 ? row->i386 : row->x64,
			 call->nr);
}

static bool is_within(u64 caps, u64 limit)
{
	return !(caps & ~limit);
}

static bool same_ids(const struct rst_cred_set *old,
		     const struct rst_cred_set *new)
{
	int i;

	for (i = 0; i < RST_NR_PAIRS; i++)
		if (old->ids[i] != new->ids[i])
			return false;
	return true;
}

static bool same_caps(const struct rst_cred_set *old,
		      const struct rst_cred_set *new)
{
	int i;

	for (i = 0; i < RST_NR_CAPS; i++)
		if (old->caps[i] != new->caps[i])
			return false;
	return true;
}

static bool had_uid(const struct rst_cred_set *old, u32 uid)
{
	int i;

	for (i = 0; i < RST_NR_PAIRS; i++)
		if (rst_cred_uid(old, i) == uid)
			return true;
	return false;
}

static bool had_gid(const struct rst_cred_set *old, u32 gid)
{
	int i;

	for (i = 0; i < RST_NR_PAIRS; i++)
		if (rst_cred_gid(old, i) == gid)
			return true;
	return false;
}

/* Without the capability, only ids that the thread had. */
static bool may_set_ids(const struct rst_cred_set *old,
			const struct rst_cred_set *new)
{
	u64 effective = old->caps[RST_CAPS_EFFECTIVE];
	int i;

	for (i = 0; i < RST_NR_PAIRS; i++) {
		if (!(effective & CAP_BIT_SETUID) &&
		    !had_uid(old, rst_cred_uid(new, i)))
			return false;
		if (!(effective & CAP_BIT_SETGID) &&
		    !had_gid(old, rst_cred_gid(new, i)))
			return false;
	}
	return true;
}

/* What set ids do to capabilities: none comes that was not permitted. */
static bool fits_ids(const struct rst_cred_set *old,
		     const struct rst_cred_set *new)
{
	u64 permitted = old->caps[RST_CAPS_PERMITTED];

	return may_set_ids(old, new) &&
	       is_within(new->caps[RST_CAPS_PERMITTED], permitted) &&
	       is_within(new->caps[RST_CAPS_EFFECTIVE], permitted) &&
	       is_within(new->caps[RST_CAPS_AMBIENT],
			 old->caps[RST_CAPS_AMBIENT]) &&
	       new->caps[RST_CAPS_INHERITABLE] ==
			old->caps[RST_CAPS_INHERITABLE] &&
	       new->caps[RST_CAPS_BOUNDING] == old->caps[RST_CAPS_BOUNDING] &&
	       new->user_ns == old->user_ns;
}

static bool fits_caps(const struct rst_cred_set *old,
		      const struct rst_cred_set *new)
{
	u64 permitted = old->caps[RST_CAPS_PERMITTED];
	u64 bounding = old->caps[RST_CAPS_BOUNDING];

	return same_ids(old, new) &&
	       is_within(new->caps[RST_CAPS_PERMITTED], permitted) &&
	       is_within(new->caps[RST_CAPS_EFFECTIVE], permitted) &&
	       is_within(new->caps[RST_CAPS_AMBIENT], permitted) &&
	       is_within(new->caps[RST_CAPS_BOUNDING], bounding) &&
	       is_within(new->caps[RST_CAPS_INHERITABLE],
			 old->caps[RST_CAPS_INHERITABLE] | permitted |
			 bounding) &&
	       new->user_ns == old->user_ns;
}

/*
 * A program never changes the real ids. Capabilities come from the bounding
 * set, by set-user-id root or by those of the file, or were inherited.
 */
static bool fits_exec(const struct rst_cred_set *old,
		      const struct rst_cred_set *new, bool no_new_privs)
{
	u64 permitted = old->caps[RST_CAPS_PERMITTED];
	u64 limit = permitted | old->caps[RST_CAPS_BOUNDING] |
		    old->caps[RST_CAPS_INHERITABLE];

	if (new->ids[RST_PAIR_REAL] != old->ids[RST_PAIR_REAL] ||
	    new->user_ns != old->user_ns ||
	    !is_within(new->caps[RST_CAPS_BOUNDING],
		       old->caps[RST_CAPS_BOUNDING]))
		return false;
	if (!no_new_privs)
		return is_within(new->caps[RST_CAPS_PERMITTED], limit) &&
		       is_within(new->caps[RST_CAPS_EFFECTIVE], limit);
	return had_uid(old, rst_cred_uid(new, RST_PAIR_EFFECTIVE)) &&
	       had_gid(old, rst_cred_gid(new, RST_PAIR_EFFECTIVE)) &&
	       is_within(new->caps[RST_CAPS_PERMITTED], permitted) &&
	       is_within(new->caps[RST_CAPS_EFFECTIVE], permitted);
}

static bool fits(const struct rst_cred_row *row,
		 const struct rst_cred_set *old,
		 const struct rst_cred_set *new,
		 const struct rst_cred_call *call)
{
	switch (row->may) {
	case RST_MAY_NOTHING:
		return same_ids(old, new) && same_caps(old, new) &&
		       old->user_ns == new->user_ns &&
		       old->securebits == new->securebits;
	case RST_MAY_IDS:
		return fits_ids(old, new) && old->securebits == new->securebits;
	case RST_MAY_CAPS:
		return fits_caps(old, new);
	case RST_MAY_NS:
		/* All capabilities, but only over what is in it. */
		return same_ids(old, new) && old->user_ns != new->user_ns &&
		       !call->outwards;
	case RST_MAY_EXEC:
		return fits_exec(old, new, call->no_new_privs);
	case RST_MAY_ALL:
		return true;
	}
	return false;
}

/**
 * rst_cred_explain - is a change of credentials what it should be?
 * @row: the place that asked for it, NULL if it is in no row
 * @old: credentials until now
 * @new: credentials from now on
 * @call: how it came to that
 *
 * Return: RST_FLAW_NONE, or what is wrong.
 */
enum rst_cred_flaw rst_cred_explain(const struct rst_cred_row *row,
				    const struct rst_cred_set *old,
				    const struct rst_cred_set *new,
				    const struct rst_cred_call *call)
{
	if (!row)
		return RST_FLAW_CALLER;
	if (!rst_cred_call_fits(row, call))
		return RST_FLAW_CALL;
	return fits(row, old, new, call) ? RST_FLAW_NONE : RST_FLAW_GAIN;
}
