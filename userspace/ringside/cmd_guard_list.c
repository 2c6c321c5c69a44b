// SPDX-License-Identifier: GPL-2.0-only
/* ringside guard list: the policies, their targets and counters. */
#include <errno.h>
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

int guard_list(int argc, char **argv)
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
	struct rs_guard *guard;
	unsigned int id;
	int err;

	if (argc > 1)
		return cmd_usage("'%s' is too much", argv[1]);
	err = rs_guard_open(&guard);
	if (err)
		return cmd_lib_error(err);
	out_begin();
	out_table("policies", "no policy is loaded", cols,
		  CMD_ARRAY_SIZE(cols));
	for (id = 1; !(err = rs_guard_next(guard, id, &info)); id = info.id + 1)
		list_row(&info);
	out_end();
	out_end();
	rs_guard_close(guard);
	return err == -ENOENT ? EXIT_OK : cmd_lib_error(err);
}
