// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside-host replay: would the policy decide the same again? With other
 * settings: where would it have gone another way?
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "cmd.h"
#include "cmds.h"
#include "options.h"
#include "out.h"
#include "trace.h"

/**
 * struct replay_view - what is printed of a replay
 * @began: time of the first step, which all others are shown relative to
 * @begun: is there one?
 * @all: decisions that ask for nothing are printed, too
 * @others: settings are not the recorded ones, so what was reckoned on the way
 *	to a decision is no news
 */
struct replay_view {
	uint64_t began;
	bool begun;
	bool all;
	bool others;
};

static bool is_same(const struct replay_view *view,
		    const struct rsh_decision *then,
		    const struct rsh_decision *now)
{
	if (!view->others)
		return rsh_decision_same(then, now);
	return then->ask == now->ask && then->target == now->target &&
		then->reason == now->reason;
}

static void show_json(const struct rsh_trace_step *step, size_t i,
		      const struct rsh_decision *now, uint64_t ms, bool same)
{
	const struct rsh_decision *then = &step->decisions[i];

	out_begin();
	out_u64("time_ms", ms);
	out_str("vm", step->names[i]);
	out_bool("ask", now->ask);
	out_u64("target_bytes", now->target);
	out_str("reason", rsh_reason_name(now->reason));
	out_bool("same", same);
	out_bool("recorded_ask", then->ask);
	out_u64("recorded_target_bytes", then->target);
	out_str("recorded_reason", rsh_reason_name(then->reason));
	out_end();
}

static void show_text(const struct rsh_trace_step *step, size_t i,
		      const struct rsh_decision *now, uint64_t ms, bool same)
{
	const struct rsh_decision *then = &step->decisions[i];

	printf("%7" PRIu64 ".%03" PRIu64 "  %-12s %6" PRIu64 " MiB %s %6" PRIu64
	       " MiB  %s", ms / 1000, ms % 1000, step->names[i],
	       step->samples[i].actual / RSH_MIB, now->ask ? "->" : "==",
	       now->target / RSH_MIB, rsh_reason_name(now->reason));
	if (!same)
		printf("  RECORDED: %s %" PRIu64 " MiB %s",
		       then->ask ? "->" : "==", then->target / RSH_MIB,
		       rsh_reason_name(then->reason));
	putchar('\n');
}

static void show(const struct rsh_trace_step *step,
		 const struct rsh_decision *now, void *arg)
{
	struct replay_view *view = arg;
	uint64_t ms;
	bool same;
	size_t i;

	if (!view->begun)
		view->began = step->now;
	view->begun = true;
	ms = (step->now - view->began) / RSH_MS;
	for (i = 0; i < step->n; i++) {
		if (!step->samples[i].alive)
			continue;
		same = is_same(view, &step->decisions[i], &now[i]);
		if (!view->all && !now[i].ask && same)
			continue;
		if (out_is_json())
			show_json(step, i, &now[i], ms, same);
		else
			show_text(step, i, &now[i], ms, same);
	}
}

static void show_result(const struct rsh_replay *result)
{
	out_begin();
	out_u64("steps", result->steps);
	out_u64("decisions", result->decisions);
	out_u64("asked", result->changes);
	out_u64("different", result->differences);
	out_end();
}

static int replay(struct rsh_trace_reader *reader,
		  const struct rsh_settings *settings, bool all)
{
	struct replay_view view = { .all = all, .others = settings };
	struct rsh_replay result;
	int ret;

	out_set_lines(true);
	if (!out_is_json())
		printf("%11s  %-12s %10s    %10s  %s\n", "SECONDS", "VM",
		       "HAS", "TARGET", "WHY (-> asked, == left as it is)");
	ret = rsh_trace_replay_each(reader, settings, show, &view, &result);
	if (ret)
		return cmd_error("%s", ret == -ENOMEM ? "out of memory" :
				 rsh_trace_error(reader));
	show_result(&result);
	/* With other settings it is no surprise. */
	return result.differences && !settings ? EXIT_FAILED : EXIT_OK;
}

/* The recorded settings, with those of the command line in their place. */
static int with_settings(struct rsh_trace_reader *reader, int argc, char **argv,
			 bool all)
{
	struct rsh_config config;
	int rest, code;

	rsh_config_init(&config);
	config.settings = *rsh_trace_settings(reader);
	code = options_read(&config, argc, argv, &rest);
	if (code)
		code = cmd_usage("%s", config.error);
	else
		code = replay(reader, rest > 1 ? &config.settings : NULL, all);
	rsh_config_free(&config);
	return code;
}

/* Take --all out of the arguments; what is left are settings and the file. */
static bool take_all(int *argc, char **argv)
{
	bool all = false;
	int from, to = 1;

	for (from = 1; from < *argc; from++) {
		if (!strcmp(argv[from], "--all"))
			all = true;
		else
			argv[to++] = argv[from];
	}
	argv[to] = NULL;
	*argc = to;
	return all;
}

int cmd_host_replay(int argc, char **argv)
{
	bool all = take_all(&argc, argv);
	struct rsh_trace_reader *reader = NULL;
	const char *path;
	FILE *file;
	int code;

	if (argc < 2 || !strncmp(argv[argc - 1], "--", 2))
		return cmd_usage("give the file that 'run --record' wrote, as the last word");
	path = argv[--argc];
	argv[argc] = NULL;
	file = fopen(path, "re");
	if (!file)
		return cmd_error("%s: %s", path, strerror(errno));
	if (rsh_trace_open(file, path, &reader))
		code = cmd_error("%s", reader ? rsh_trace_error(reader) :
				 "out of memory");
	else
		code = with_settings(reader, argc, argv, all);
	rsh_trace_close(reader);
	fclose(file);
	return code;
}
