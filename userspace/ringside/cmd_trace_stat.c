// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside trace stat: why did the CPUs go back to user mode, how often, and
 * how long had they been away?
 * Counts the whole machine while a command runs, for some seconds or until
 * Ctrl-C.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cmd.h"
#include "cmd_trace.h"
#include "out.h"
#include "ringside.h"
#include "watch.h"

struct row {
	struct rs_trace_cause cause;
	struct rs_trace_latency latency;
	char name[RS_TRACE_NAME_LEN];
};

static double percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * part / whole : 0;
}

/* Most frequent first; equal ones in the order of the kernel's sections. */
static int compare_rows(const void *a, const void *b)
{
	const struct rs_trace_cause *x = &((const struct row *)a)->cause;
	const struct rs_trace_cause *y = &((const struct row *)b)->cause;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* The causes that occurred. Return: NULL when memory runs out. */
static struct row *collect(const struct rs_trace_snapshot *s, bool in_books,
			   size_t *nr)
{
	size_t i, n = rs_trace_causes(s);
	struct row *rows = calloc(n ? n : 1, sizeof(*rows));

	*nr = 0;
	for (i = 0; rows && i < n; i++) {
		struct row *row = &rows[*nr];

		if (rs_trace_cause(s, i, &row->cause) ||
		    rs_trace_latency(s, i, &row->latency) ||
		    !row->cause.count || row->cause.in_books != in_books)
			continue;
		rs_trace_cause_name(row->cause.kind, row->cause.index,
				    row->name, sizeof(row->name));
		++*nr;
	}
	if (rows)
		qsort(rows, *nr, sizeof(*rows), compare_rows);
	return rows;
}

static const struct out_col cause_cols[] = {
	{ "name", "CAUSE", false },
	{ "kind", "KIND", false },
	{ "count", "COUNT", true },
	{ "share_percent", "SHARE %", true },
	{ "per_second", "PER SECOND", true },
};

/* With --latency there is no room for what can be worked out. */
static const struct out_col timed_cols[] = {
	{ "name", "CAUSE", false },
	{ "count", "COUNT", true },
	{ "timed", "TIMED", true },
	{ "sum_ns", "TOTAL", true },
	{ "off_cpu_ns", "OFF CPU", true },
	{ "p50_ns", "P50", true },
	{ "p99_ns", "P99", true },
	{ "max_ns", "MAX", true },
};

static void show_latency(const struct rs_trace_latency *l)
{
	out_u64("timed", l->timed);
	trace_out_ns("sum_ns", l->sum_ns);
	trace_out_ns("off_cpu_ns", l->off_cpu_ns);
	out_u64("slept", l->slept);
	trace_out_ns("p50_ns", l->p50_ns);
	trace_out_ns("p99_ns", l->p99_ns);
	trace_out_ns("max_ns", l->max_ns);
}

/* Shares are of @whole; 0 leaves them out. */
static void show_rows(const struct row *rows, size_t nr, uint64_t whole,
		      double seconds, bool timed)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		const struct rs_trace_cause *c = &rows[i].cause;

		out_row();
		out_str("name", rows[i].name);
		out_str("kind", rs_trace_kind_name(c->kind));
		out_u64("index", c->index);
		out_u64("count", c->count);
		if (whole)
			out_real("share_percent", percent(c->count, whole), 2);
		out_real("per_second", seconds > 0 ? c->count / seconds : 0, 0);
		if (timed)
			show_latency(&rows[i].latency);
		out_end();
	}
}

static int show_causes(const struct rs_trace_snapshot *s,
		       const struct rs_trace_books *all)
{
	bool timed = rs_trace_buckets(s);
	double seconds = all->elapsed_ns / 1e9;
	struct row *rows;
	size_t nr;

	rows = collect(s, true, &nr);
	if (!rows)
		return cmd_error("%s", strerror(ENOMEM));
	if (timed)
		out_table("causes", "no return to user mode", timed_cols,
			  CMD_ARRAY_SIZE(timed_cols));
	else
		out_table("causes", "no return to user mode", cause_cols,
			  CMD_ARRAY_SIZE(cause_cols));
	show_rows(rows, nr, all->returns, seconds, timed);
	out_end();
	free(rows);
	return EXIT_OK;
}

static const struct out_col kernel_cols[] = {
	{ "name", "IN KERNEL MODE", false },
	{ "kind", "KIND", false },
	{ "count", "COUNT", true },
	{ "per_second", "PER SECOND", true },
};

static const struct out_col timed_kernel_cols[] = {
	{ "name", "IN KERNEL MODE", false },
	{ "count", "COUNT", true },
	{ "timed", "TIMED", true },
	{ "sum_ns", "TOTAL", true },
	{ "p50_ns", "P50", true },
	{ "p99_ns", "P99", true },
	{ "max_ns", "MAX", true },
};

static int show_kernel(const struct rs_trace_snapshot *s, double seconds)
{
	static const char none[] = "no page fault or interrupt in kernel mode";
	bool timed = rs_trace_buckets(s);
	struct row *rows;
	size_t nr;

	rows = collect(s, false, &nr);
	if (!rows)
		return cmd_error("%s", strerror(ENOMEM));
	if (timed)
		out_table("kernel", none, timed_kernel_cols,
			  CMD_ARRAY_SIZE(timed_kernel_cols));
	else
		out_table("kernel", none, kernel_cols,
			  CMD_ARRAY_SIZE(kernel_cols));
	show_rows(rows, nr, 0, seconds, timed);
	out_end();
	free(rows);
	return EXIT_OK;
}

static const struct out_col cpu_cols[] = {
	{ "cpu", "CPU", true },
	{ "returns", "RETURNS", true },
	{ "attributed", "= ATTRIBUTED", true },
	{ "residual", "+ RESIDUAL", true },
	{ "residual_percent", "RESIDUAL %", true },
};

static void show_cpus(const struct rs_trace_snapshot *s)
{
	unsigned int cpu;

	out_table("cpus", "no CPU returned to user mode", cpu_cols,
		  CMD_ARRAY_SIZE(cpu_cols));
	for (cpu = 0; cpu < rs_trace_cpus(s); cpu++) {
		struct rs_trace_books b;

		if (rs_trace_books(s, cpu, &b) || !b.returns)
			continue;
		out_row();
		out_u64("cpu", cpu);
		out_u64("returns", b.returns);
		out_u64("attributed", b.attributed);
		out_u64("residual", b.residual);
		out_real("residual_percent", percent(b.residual, b.returns), 3);
		out_end();
	}
	out_end();
}

static void show_totals(const struct rs_trace_books *all)
{
	out_u64("returns", all->returns);
	out_u64_text("attributed", all->attributed, "%llu (%.3f %%)",
		     (unsigned long long)all->attributed,
		     percent(all->attributed, all->returns));
	out_u64_text("residual", all->residual, "%llu (%.3f %%)",
		     (unsigned long long)all->residual,
		     percent(all->residual, all->returns));
	out_bool("balanced", all->balanced);
}

/* The books hold by construction; if they ever do not, say it loudly. */
static int show(const struct rs_trace_snapshot *s, const struct watch *w,
		char **command)
{
	struct rs_trace_books all;
	int code, child;

	rs_trace_books(s, RS_TRACE_ALL_CPUS, &all);
	out_begin();
	out_note("Returns to user mode of the whole machine%s%s, %.2f s",
		 command ? " during " : "", command ? *command : "",
		 all.elapsed_ns / 1e9);
	if (out_is_json()) {
		out_u64("elapsed_ns", all.elapsed_ns);
		out_str("scope", "system");
	}
	code = show_causes(s, &all);
	if (!code)
		code = show_kernel(s, all.elapsed_ns / 1e9);
	if (code)
		return code;
	show_cpus(s);
	show_totals(&all);
	child = watch_report(w);
	out_end();
	if (!all.balanced)
		return cmd_error("the books do not balance");
	return child;
}

static const struct option longs[] = {
	{ "latency", no_argument, NULL, 'l' },
	{ "off-cpu", no_argument, NULL, 'o' },
	{ "seconds", required_argument, NULL, 's' },
	{ NULL, 0, NULL, 0 }
};

int trace_stat(int argc, char **argv)
{
	struct trace_measure m = { .level = RS_TRACE_LEVEL_COUNT };
	struct watch w;
	int c, code;

	while ((c = cmd_getopt(argc, argv, "los:", longs)) != -1)
		if (trace_measure_option(&m, c))
			return EXIT_USAGE;
	code = trace_measure(&m, &w, optind < argc ? argv + optind : NULL);
	if (!code)
		code = show(m.difference, &w, m.command);
	trace_measure_end(&m, &w);
	return code;
}
