// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside trace top: what enters the kernel now? A screen on a terminal; with
 * --once one look, and with --json one object for each look.
 */
#include <string.h>
#include "cmd.h"
#include "cmd_trace.h"
#include "out.h"
#include "trace_top.h"

#define MIN_INTERVAL_MS	100
#define MAX_INTERVAL_MS	3600000

static const struct out_col cause_cols[] = {
	{ "name", "CAUSE", false },
	{ "per_second", "PER SECOND", true },
	{ "cpu_percent", "CPU %", true },
	{ "p50_ns", "P50", true },
	{ "p99_ns", "P99", true },
	{ "max_ns", "MAX", true },
};

static const struct out_col who_cols[] = {
	{ "name", "WHO", false },
	{ "per_second", "PER SECOND", true },
	{ "cpu_percent", "CPU %", true },
	{ "mean_ns", "MEAN", true },
};

static void show_row(const struct top *top, const struct top_row *row)
{
	out_row();
	out_str("name", row->name);
	out_u64("count", row->count);
	out_real("per_second", row->rate, 1);
	out_real("cpu_percent", row->cpu_percent, 3);
	trace_out_ns("mean_ns", row->mean_ns);
	if (top->by == TOP_BY_CAUSE) {
		trace_out_ns("p50_ns", row->p50_ns);
		trace_out_ns("p99_ns", row->p99_ns);
		trace_out_ns("max_ns", row->max_ns);
	}
	out_end();
}

static void show_books(const struct top *top)
{
	const struct rs_trace_books *b = &top->books;

	if (out_is_json())
		out_u64("elapsed_ns", b->elapsed_ns);
	out_u64("returns", b->returns);
	out_u64("attributed", b->attributed);
	out_u64("residual", b->residual);
	out_bool("balanced", b->balanced);
	if (top->exit_ns)
		trace_out_ns("vm_exit_ns", top->exit_ns);
	else
		out_null("vm_exit_ns");
	out_real("steal_percent", top->steal_percent, 2);
	out_real("halts_per_second", top->halts_per_second, 1);
	out_real("ipis_per_second", top->ipis_per_second, 1);
	if (top->guarded)
		out_u64("unexplained_credentials", top->unexplained);
	else
		out_null("unexplained_credentials");
}

static void show_look(const struct top *top)
{
	size_t i;

	out_begin();
	out_str("by", top_by_name(top->by));
	show_books(top);
	if (top->by == TOP_BY_CAUSE)
		out_table("rows", "nothing entered the kernel", cause_cols,
			  CMD_ARRAY_SIZE(cause_cols));
	else
		out_table("rows", "nothing entered the kernel", who_cols,
			  CMD_ARRAY_SIZE(who_cols));
	for (i = 0; i < top->n; i++)
		if (top->rows[i].count)
			show_row(top, &top->rows[i]);
	out_end();
	out_end();
	out_flush();
}

static int show_looks(struct top *top, uint64_t interval_ms, bool once)
{
	enum watch_event event;
	struct watch w;
	int code;

	code = watch_init(&w);
	if (code)
		return code;
	do {
		watch_until(&w, cmd_now_ns() + interval_ms * 1000000);
		event = watch_next(&w, -1);
		if (event == WATCH_STOP)
			break;
		code = top_look(top);
		if (!code)
			show_look(top);
	} while (!code && !once && !ferror(stdout));
	watch_end(&w);
	return code;
}

static int parse_by(const char *word, enum top_by *by)
{
	unsigned int i;

	for (i = 0; i < TOP_BY_NR; i++)
		if (!strcmp(word, top_by_name(i))) {
			*by = i;
			return EXIT_OK;
		}
	return cmd_usage("--by takes cause, cgroup or task, not '%s'", word);
}

static const struct option longs[] = {
	{ "by", required_argument, NULL, 'b' },
	{ "interval", required_argument, NULL, 'i' },
	{ "once", no_argument, NULL, 'o' },
	{ NULL, 0, NULL, 0 }
};

int trace_top(int argc, char **argv)
{
	struct top top = { .by = TOP_BY_CAUSE };
	uint64_t interval_ms = 1000;
	bool once = false;
	int c, code;

	while ((c = cmd_getopt(argc, argv, "b:i:o", longs)) != -1) {
		if (c == 'o')
			once = true;
		else if (c == 'b' && !parse_by(optarg, &top.by))
			continue;
		else if (c != 'i' ||
			 cmd_parse_seconds("--interval", optarg, MIN_INTERVAL_MS,
					   MAX_INTERVAL_MS, &interval_ms))
			return EXIT_USAGE;
	}
	if (optind < argc)
		return cmd_usage("takes no argument, but got '%s'",
				 argv[optind]);
	code = top_open(&top);
	out_set_lines(out_is_json());
	if (!code)
		code = once || out_is_json() ?
		       show_looks(&top, interval_ms, once) :
		       top_show(&top, interval_ms);
	top_close(&top);
	return code;
}
