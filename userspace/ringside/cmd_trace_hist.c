// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside trace hist CAUSE: how long did its crossings take? One histogram for
 * each cause of that name: an interrupt has one in user mode and one in kernel
 * mode.
 */
#include <string.h>
#include <strings.h>
#include "cmd.h"
#include "cmd_trace.h"
#include "out.h"

#define BAR	40

/* "#PF page fault" is known by both of its names as well. */
static bool is_called(const char *name, const char *wanted)
{
	const char *rest = strchr(name, ' ');

	if (!strcasecmp(name, wanted))
		return true;
	if (*name != '#' || !rest)
		return false;
	return !strcasecmp(rest + 1, wanted) ||
	       (strlen(wanted) == (size_t)(rest - name) &&
		!strncasecmp(name, wanted, rest - name));
}

static const struct out_col cols[] = {
	{ "low_ns", "FROM", true },
	{ "high_ns", "TO", true },
	{ "count", "COUNT", true },
	{ "bar", "", false },
};

static void show_bar(const struct rs_trace_bucket *b, uint64_t most)
{
	char bar[BAR + 1];
	size_t len = (b->count * BAR + most - 1) / most;

	memset(bar, '#', len);
	bar[len] = 0;
	out_row();
	trace_out_ns("low_ns", b->low_ns);
	trace_out_ns("high_ns", b->high_ns);
	out_u64("count", b->count);
	if (!out_is_json())
		out_str("bar", bar);
	out_end();
}

/* From the first that is not empty to the last, with the gaps between. */
static void show_buckets(const struct rs_trace_snapshot *s, size_t i)
{
	unsigned int b, first = 0, end = 0, n = rs_trace_buckets(s);
	struct rs_trace_bucket bucket;
	uint64_t most = 1;

	for (b = 0; b < n; b++) {
		if (rs_trace_bucket(s, i, b, &bucket) || !bucket.count)
			continue;
		if (!end)
			first = b;
		end = b + 1;
		if (bucket.count > most)
			most = bucket.count;
	}
	out_table("buckets", "no crossing was timed", cols,
		  CMD_ARRAY_SIZE(cols));
	for (b = first; b < end; b++)
		if (!rs_trace_bucket(s, i, b, &bucket))
			show_bar(&bucket, most);
	out_end();
}

static void show_cause(const struct rs_trace_snapshot *s, size_t i,
		       const struct rs_trace_cause *cause, const char *name,
		       bool off_cpu)
{
	struct rs_trace_latency l;

	if (rs_trace_latency(s, i, &l))
		return;
	out_begin();
	out_str("name", name);
	out_str("kind", rs_trace_kind_name(cause->kind));
	out_u64("count", cause->count);
	out_u64("timed", l.timed);
	show_buckets(s, i);
	trace_out_ns("sum_ns", l.sum_ns);
	if (off_cpu) {
		trace_out_ns("off_cpu_ns", l.off_cpu_ns);
		out_u64("slept", l.slept);
	}
	trace_out_ns("p50_ns", l.p50_ns);
	trace_out_ns("p99_ns", l.p99_ns);
	trace_out_ns("max_ns", l.max_ns);
	out_end();
}

/* Return: how many causes are called so; @occurred: and came at all. */
static size_t show_causes(const struct rs_trace_snapshot *s, const char *wanted,
			  bool off_cpu, size_t *occurred)
{
	size_t i, n = rs_trace_causes(s), known = 0;
	char name[RS_TRACE_NAME_LEN];
	struct rs_trace_cause cause;

	*occurred = 0;
	for (i = 0; i < n; i++) {
		if (rs_trace_cause(s, i, &cause))
			continue;
		rs_trace_cause_name(cause.kind, cause.index, name,
				    sizeof(name));
		if (!is_called(name, wanted))
			continue;
		known++;
		if (!cause.count)
			continue;
		++*occurred;
		show_cause(s, i, &cause, name, off_cpu);
	}
	return known;
}

static const struct option longs[] = {
	{ "off-cpu", no_argument, NULL, 'o' },
	{ "seconds", required_argument, NULL, 's' },
	{ NULL, 0, NULL, 0 }
};

static int show(const struct trace_measure *m, const struct watch *w,
		const char *wanted)
{
	size_t known, occurred;
	int code = EXIT_OK;

	known = show_causes(m->difference, wanted,
			    m->flags & RS_TRACE_WANT_OFF_CPU, &occurred);
	if (!known)
		return cmd_error("no cause is called '%s'", wanted);
	if (!occurred)
		cmd_warn("'%s' did not occur", wanted);
	if (w->pid) {
		out_begin();
		code = watch_report(w);
		out_end();
	}
	return code;
}

int trace_hist(int argc, char **argv)
{
	struct trace_measure m = { .level = RS_TRACE_LEVEL_LATENCY };
	const char *wanted;
	struct watch w;
	int c, code;

	while ((c = cmd_getopt(argc, argv, "os:", longs)) != -1)
		if (trace_measure_option(&m, c))
			return EXIT_USAGE;
	if (optind == argc)
		return cmd_usage("which cause?");
	wanted = argv[optind++];
	if (optind < argc && !strcmp(argv[optind], "--"))
		optind++;
	out_set_lines(true);
	code = trace_measure(&m, &w, optind < argc ? argv + optind : NULL);
	if (!code)
		code = show(&m, &w, wanted);
	trace_measure_end(&m, &w);
	return code;
}
