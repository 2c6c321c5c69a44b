// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside guard relax: let a process pass its own seccomp filter for a while,
 * say who does, and end it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cmd.h"
#include "cmd_guard.h"
#include "out.h"
#include "ringside.h"

/**
 * struct wish - the options
 * @relax: the grant that they ask for
 * @calls: value of --calls
 * @end: value of --end
 * @list: --list
 */
struct wish {
	struct rsg_relax relax;
	char *calls;
	uint64_t end;
	bool list;
};

/* "90s", "5m", "1h": a time as milliseconds. Return 0 or an exit code. */
static int parse_time(const char *text, uint64_t *ms)
{
	static const struct {
		char unit;
		unsigned int seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 } };
	unsigned int factor = 0;
	char *end;
	double n = strtod(text, &end);
	size_t i;

	for (i = 0; i < CMD_ARRAY_SIZE(units); i++)
		if (end != text && *end == units[i].unit && !end[1])
			factor = units[i].seconds;
	if (!factor || text[0] < '0' || text[0] > '9')
		return cmd_usage("--for: '%s' is no time such as 90s, 5m or 1h",
				 text);
	if (n * factor < 0.001 || n * factor > RSG_RELAX_MAX_MS / 1000)
		return cmd_usage("--for: %s is not in 0.001s to %dh", text,
				 RSG_RELAX_MAX_MS / 3600000);
	*ms = n * factor * 1000 + 0.5;
	return 0;
}

static int take_option(struct wish *wish, int c)
{
	uint64_t val;

	switch (c) {
	case 'p':
		if (cmd_parse_u64("pid", optarg, 1, INT32_MAX, &val))
			return EXIT_USAGE;
		wish->relax.pid = val;
		return 0;
	case 'c':
		wish->calls = optarg;
		return 0;
	case 'f':
		if (parse_time(optarg, &val))
			return EXIT_USAGE;
		wish->relax.ms = val;
		return 0;
	case 'e':
		return cmd_parse_u64("grant", optarg, 1, UINT32_MAX,
				     &wish->end);
	case 'l':
		wish->list = true;
		return 0;
	default:
		return EXIT_USAGE;
	}
}

static int check(const struct wish *wish)
{
	bool grant = wish->relax.pid || wish->calls || wish->relax.ms;

	if (grant + !!wish->end + wish->list != 1)
		return cmd_usage("give --pid, --calls and --for; or --list; or --end");
	if (!grant)
		return 0;
	if (!wish->relax.pid)
		return cmd_usage("no process: give --pid");
	if (!wish->calls)
		return cmd_usage("no calls: give --calls");
	if (!wish->relax.ms)
		return cmd_usage("no end: give --for");
	return 0;
}

static int add_calls(struct rsg_relax *relax, char *list)
{
	char *name, *save;
	int err;

	for (name = strtok_r(list, ",", &save); name;
	     name = strtok_r(NULL, ",", &save)) {
		err = rs_guard_relax_call(relax, name);
		if (err)
			return cmd_lib_error(err);
	}
	return 0;
}

static int do_grant(struct rs_guard *guard, struct rsg_relax *relax)
{
	int err = rs_guard_relax(guard, relax);

	if (err)
		return cmd_lib_error(err);
	out_begin();
	out_u64("id", relax->id);
	out_s64("pid", relax->pid);
	out_u64_text("left_ms", relax->ms, "%.3f s", relax->ms / 1000.0);
	out_note("to end it before: ringside guard relax --end %u", relax->id);
	out_end();
	return EXIT_OK;
}

static int do_list(struct rs_guard *guard)
{
	static const struct out_col cols[] = {
		{ "id", "ID", true }, { "pid", "PID", true },
		{ "uses", "USES", true }, { "left_ms", "MS LEFT", true },
	};
	struct rsg_relax relax;
	unsigned int id;
	int err;

	out_begin();
	out_table("grants", "no process passes its filters", cols,
		  CMD_ARRAY_SIZE(cols));
	for (id = 1; !(err = rs_guard_relax_next(guard, id, &relax));
	     id = relax.id + 1) {
		out_row();
		out_u64("id", relax.id);
		if (relax.pid)
			out_s64("pid", relax.pid);
		else
			out_null("pid");
		out_u64("uses", relax.uses);
		out_u64("left_ms", relax.ms);
		out_end();
	}
	out_end();
	out_end();
	return err == -ENOENT ? EXIT_OK : cmd_lib_error(err);
}

static int do_end(struct rs_guard *guard, unsigned int id)
{
	int err = rs_guard_relax_end(guard, id);

	if (err)
		return cmd_lib_error(err);
	out_begin();
	out_u64("id", id);
	out_str("state", "ended");
	out_end();
	return EXIT_OK;
}

int guard_relax(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "pid", required_argument, NULL, 'p' },
		{ "calls", required_argument, NULL, 'c' },
		{ "for", required_argument, NULL, 'f' },
		{ "end", required_argument, NULL, 'e' },
		{ "list", no_argument, NULL, 'l' },
		{ NULL, 0, NULL, 0 }
	};
	struct wish wish = { .calls = NULL };
	struct rs_guard *guard;
	int c, code, err;

	while ((c = cmd_getopt(argc, argv, "p:c:f:e:l", longs)) != -1)
		if (take_option(&wish, c))
			return EXIT_USAGE;
	if (optind < argc)
		return cmd_usage("'%s' is too much", argv[optind]);
	if (check(&wish))
		return EXIT_USAGE;
	if (wish.calls && add_calls(&wish.relax, wish.calls))
		return EXIT_FAILED;
	err = rs_guard_open(&guard);
	if (err)
		return cmd_lib_error(err);
	if (wish.list)
		code = do_list(guard);
	else if (wish.end)
		code = do_end(guard, wish.end);
	else
		code = do_grant(guard, &wish.relax);
	rs_guard_close(guard);
	return code;
}
