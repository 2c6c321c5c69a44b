// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the verbs of trace that measure have in common: two snapshots, and in
 * between a command, some seconds or the user's patience.
 */
#include <stdio.h>
#include "cmd.h"
#include "cmd_trace.h"
#include "out.h"

#define MAX_SECONDS	(366 * 24 * 3600)

int trace_measure_option(struct trace_measure *m, int c)
{
	switch (c) {
	case 'o':
		m->flags |= RS_TRACE_WANT_OFF_CPU;
		m->level = RS_TRACE_LEVEL_LATENCY;
		return EXIT_OK;
	case 'l':
		m->level = RS_TRACE_LEVEL_LATENCY;
		return EXIT_OK;
	case 's':
		return cmd_parse_u64("--seconds", optarg, 1, MAX_SECONDS,
				     &m->seconds);
	default:
		return EXIT_USAGE;
	}
}

static int between(struct trace_measure *m, struct rs_trace *t, struct watch *w)
{
	struct rs_trace_snapshot *before = NULL;
	int err, code = EXIT_OK;

	err = rs_trace_snapshot_take(t, &before);
	/* Arming takes its time, which is none of what was asked for. */
	if (m->seconds)
		watch_seconds(w, m->seconds);
	if (!err && m->command)
		code = watch_run(w, m->command);
	if (!err && !code) {
		watch_next(w, -1);
		err = rs_trace_snapshot_take(t, &m->difference);
	}
	if (!err && !code)
		rs_trace_snapshot_subtract(m->difference, before);
	rs_trace_snapshot_free(before);
	return err ? cmd_lib_error(err) : code;
}

int trace_measure(struct trace_measure *m, struct watch *w, char **command)
{
	struct rs_trace *t;
	int err, code;

	*w = (struct watch){ .pidfd = -1, .sigfd = -1 };
	m->command = command;
	if (m->command && m->seconds)
		return cmd_usage("--seconds or a command, not both");
	code = watch_init(w);
	if (code)
		return code;
	err = rs_trace_open(&t);
	if (err)
		return cmd_lib_error(err);
	err = rs_trace_set_level(t, m->level, m->flags);
	code = err ? cmd_lib_error(err) : between(m, t, w);
	rs_trace_close(t);
	return code;
}

void trace_measure_end(struct trace_measure *m, struct watch *w)
{
	rs_trace_snapshot_free(m->difference);
	watch_end(w);
}

void trace_out_ns(const char *key, uint64_t ns)
{
	static const char * const units[] = { "ns", "us", "ms", "s" };
	double value = ns;
	unsigned int i = 0;

	while (value >= 1000 && i < 3) {
		value /= 1000;
		i++;
	}
	out_u64_text(key, ns, i && value < 100 ? "%.2f %s" : "%.0f %s", value,
		     units[i]);
}
