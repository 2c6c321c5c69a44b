// SPDX-License-Identifier: GPL-2.0-only
/* ringside guard list: the policies, their targets and counters. */
#include <errno.h>
#include <stdio.h>
#include "cmd.h"
#include "cmd_guard.h"
#include "out.h"
#include "ringside.h"

/* A newer kernel side may know values that this program does not. */
static const char *word(const char * const *words, size_t nr, unsigned int i)
{
	return i < nr && words[i] ? words[i] : NULL;
}

static void out_word(const char *key, const char * const *words, size_t nr,
		     unsigned int i)
{
	const char *text = word(words, nr, i);

	if (text)
		out_str(key, text);
	else
		out_null(key);
}

static void list_row(const struct rsg_policy_info *info)
{
	char verdict[GUARD_VERDICT_LEN];

	out_row();
	out_str("name", (const char *)info->name);
	out_u64("id", info->id);
	out_word("state", guard_states, GUARD_STATES, info->state);
	out_word("scope", guard_scopes, GUARD_SCOPES, info->scope);
	if (info->pid)
		out_s64("pid", info->pid);
	else
		out_null("pid");
	out_word("mode", guard_modes, GUARD_MODES, info->mode);
	out_u64("tasks", info->tasks);
	out_u64("calls", info->calls);
	guard_verdict(verdict, info->default_verdict);
	out_str("default", verdict);
	out_u64("denied", info->denied);
	out_u64("audited", info->audited);
	out_u64("observed", info->observed);
	out_u64("pending_ms", info->pending_ms);
	out_bool("persistent", info->flags & RSG_LOAD_PERSIST);
	out_end();
}

static void call_row(const struct rsg_policy_info *info,
		     const struct rsg_call_count *count)
{
	char name[64];

	if (rs_guard_call_name(count->abi, count->nr, name, sizeof(name)))
		snprintf(name, sizeof(name), "%u", count->nr);
	out_row();
	out_str("name", (const char *)info->name);
	out_word("abi", guard_abis, RSG_ABIS, count->abi);
	out_u64("nr", count->nr);
	out_str("call", name);
	out_u64("denied", count->denied);
	out_u64("audited", count->audited);
	out_u64("observed", count->observed);
	out_end();
}

/* What each policy counted, by call. Return 0 or -errno. */
static int list_calls(struct rs_guard *guard)
{
	static struct rsg_call_count counts[RSG_ABIS * RSG_CALLS];
	static const struct out_col cols[] = {
		{ "name", "NAME", false }, { "abi", "ABI", false },
		{ "call", "CALL", false }, { "denied", "DENIED", true },
		{ "audited", "AUDITED", true },
		{ "observed", "OBSERVED", true },
	};
	struct rsg_policy_info info;
	unsigned int id;
	int err, i, n;

	out_table("calls", "no policy has counted a call", cols,
		  CMD_ARRAY_SIZE(cols));
	for (id = 1; !(err = rs_guard_next(guard, id, &info));
	     id = info.id + 1) {
		n = rs_guard_calls(guard, info.id, counts,
				   CMD_ARRAY_SIZE(counts));
		/* It may have gone since. */
		for (i = 0; i < n; i++)
			call_row(&info, &counts[i]);
	}
	out_end();
	return err;
}

/* Return 0 or -errno; -ENOENT is the end of the list. */
static int list_policies(struct rs_guard *guard)
{
	static const struct out_col cols[] = {
		{ "name", "NAME", false }, { "state", "STATE", false },
		{ "scope", "SCOPE", false }, { "pid", "PID", true },
		{ "mode", "MODE", false }, { "tasks", "TASKS", true },
		{ "calls", "CALLS", true }, { "denied", "DENIED", true },
		{ "audited", "AUDITED", true },
		{ "pending_ms", "MS LEFT", true },
	};
	struct rsg_policy_info info;
	unsigned int id;
	int err;

	out_table("policies", "no policy is loaded", cols,
		  CMD_ARRAY_SIZE(cols));
	for (id = 1; !(err = rs_guard_next(guard, id, &info)); id = info.id + 1)
		list_row(&info);
	out_end();
	return err;
}

int guard_list(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "calls", no_argument, NULL, 'c' },
		{ NULL, 0, NULL, 0 }
	};
	struct rs_guard *guard;
	bool calls = false;
	int c, err;

	while ((c = cmd_getopt(argc, argv, "c", longs)) != -1) {
		if (c != 'c')
			return EXIT_USAGE;
		calls = true;
	}
	if (optind < argc)
		return cmd_usage("'%s' is too much", argv[optind]);
	err = rs_guard_open(&guard);
	if (err)
		return cmd_lib_error(err);
	out_begin();
	err = list_policies(guard);
	if (calls && err == -ENOENT)
		err = list_calls(guard);
	out_end();
	rs_guard_close(guard);
	return err == -ENOENT ? EXIT_OK : cmd_lib_error(err);
}
