// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rows of trace top: two looks at the counters, what lies between them, and
 * how each row did before.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cmd.h"
#include "hypervisor.h"
#include "trace_top.h"

static const char * const by_names[TOP_BY_NR] = {
	[TOP_BY_CAUSE] = "cause",
	[TOP_BY_CGROUP] = "cgroup",
	[TOP_BY_TASK] = "task",
};

const char *top_by_name(enum top_by by)
{
	return by_names[by];
}

static void look_at_steal(struct top *top)
{
	struct hypervisor_steal now = hypervisor_steal();
	uint64_t passed = now.all - top->steal.all;

	if (top->steal.all && passed)
		top->steal_percent = 100.0 * (now.stolen - top->steal.stolen) /
				     passed;
	top->steal = now;
}

/* What trace samples is with interrupts off, and better. */
static void look_at_exits(struct top *top)
{
	top->exit_ns = hypervisor_exit_ns();
	if (!top->exit_ns)
		top->exit_ns = hypervisor_measure_exit_ns();
}

/* @s is a difference. */
static void look_at_reasons(struct top *top, const struct rs_trace_snapshot *s)
{
	struct hypervisor_counts counts = hypervisor_counts(s);
	double seconds = top->books.elapsed_ns / 1e9;

	top->halts_per_second = seconds > 0 ? counts.halts / seconds : 0;
	top->ipis_per_second = seconds > 0 ? counts.ipis / seconds : 0;
}

static void look_at_guard(struct top *top)
{
	struct rs_trace_guard_state state;
	unsigned int i;

	top->guarded = !rs_trace_guard_get(top->trace, &state) && state.guard;
	top->unexplained = 0;
	for (i = 0; top->guarded && i < RS_TRACE_CRED_NR; i++)
		top->unexplained += state.unexplained[i];
}

static int by_key(const void *a, const void *b)
{
	const struct top_row *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

/* The largest first; equal ones by name, so that rows stand still. */
static int largest_first(double x, double y, const struct top_row *a,
			 const struct top_row *b)
{
	if (x != y)
		return x < y ? 1 : -1;
	return strcmp(a->name, b->name);
}

static int by_cpu(const void *a, const void *b)
{
	const struct top_row *x = a, *y = b;

	return largest_first(x->cpu_percent, y->cpu_percent, x, y);
}

static int by_rate(const void *a, const void *b)
{
	const struct top_row *x = a, *y = b;

	return largest_first(x->rate, y->rate, x, y);
}

static int by_p99(const void *a, const void *b)
{
	const struct top_row *x = a, *y = b;

	return largest_first(x->p99_ns, y->p99_ns, x, y);
}

static int by_name(const void *a, const void *b)
{
	const struct top_row *x = a, *y = b;

	return strcmp(x->name, y->name);
}

void top_sort(struct top *top)
{
	static int (* const compare[TOP_ORDERS])(const void *a,
						 const void *b) = {
		[TOP_CPU] = by_cpu,
		[TOP_RATE] = by_rate,
		[TOP_P99] = by_p99,
		[TOP_NAME] = by_name,
	};

	if (top->n)
		qsort(top->rows, top->n, sizeof(*top->rows),
		      compare[top->order]);
}

static void measure(struct top_row *row, uint64_t count, uint64_t on_cpu_ns,
		    uint64_t elapsed_ns)
{
	row->count = count;
	row->mean_ns = count ? on_cpu_ns / count : 0;
	if (!elapsed_ns)
		return;
	row->rate = count * 1e9 / elapsed_ns;
	row->cpu_percent = 100.0 * on_cpu_ns / elapsed_ns;
}

static void cause_row(const struct rs_trace_snapshot *s, size_t i,
		      struct top_row *row, uint64_t elapsed_ns)
{
	struct rs_trace_latency l;
	struct rs_trace_cause c;

	if (rs_trace_cause(s, i, &c) || rs_trace_latency(s, i, &l))
		return;
	row->key = i;
	rs_trace_cause_name(c.kind, c.index, row->name, sizeof(row->name));
	if (!c.in_books)
		strcat(row->name, " (kernel)");
	measure(row, c.count, l.sum_ns - l.off_cpu_ns, elapsed_ns);
	row->p50_ns = l.p50_ns;
	row->p99_ns = l.p99_ns;
	row->max_ns = l.max_ns;
}

static void cgroup_row(const struct rs_trace_who *w, size_t i,
		       struct top_row *row, uint64_t elapsed_ns)
{
	struct rs_trace_cgroup g;

	if (rs_trace_who_cgroup(w, i, &g))
		return;
	row->key = g.id;
	snprintf(row->name, sizeof(row->name), "%s", g.path);
	measure(row, g.count, g.sum_ns, elapsed_ns);
}

static void task_row(const struct rs_trace_who *w, size_t i,
		     struct top_row *row, uint64_t elapsed_ns)
{
	struct rs_trace_thread t;

	if (rs_trace_who_task(w, i, &t))
		return;
	row->key = t.pid;
	snprintf(row->name, sizeof(row->name), "%" PRIu32 " %s  %s", t.pid,
		 t.comm, t.cgroup);
	measure(row, t.count, t.sum_ns, elapsed_ns);
}

static void remember(struct top_row *row, const struct top_row *old)
{
	if (old)
		memcpy(row->past, old->past + 1,
		       sizeof(row->past) - sizeof(row->past[0]));
	row->past[TOP_HISTORY - 1] = row->rate;
}

/* Was there anything within what is shown? */
static bool is_of_interest(const struct top_row *row)
{
	unsigned int i;

	for (i = 0; i < TOP_HISTORY; i++)
		if (row->past[i] > 0)
			return true;
	return false;
}

static size_t candidates(const struct top *top,
			 const struct rs_trace_snapshot *s,
			 const struct rs_trace_who *w)
{
	switch (top->by) {
	case TOP_BY_CGROUP:
		return rs_trace_who_cgroups(w);
	case TOP_BY_TASK:
		return rs_trace_who_tasks(w);
	default:
		return rs_trace_causes(s);
	}
}

/* @s and @w are differences. */
static int fill(struct top *top, const struct rs_trace_snapshot *s,
		const struct rs_trace_who *w)
{
	size_t i, n = candidates(top, s, w), used = 0;
	struct top_row *rows = calloc(n ? n : 1, sizeof(*rows));

	if (!rows)
		return cmd_error("%s", strerror(ENOMEM));
	if (top->n)
		qsort(top->rows, top->n, sizeof(*top->rows), by_key);
	for (i = 0; i < n; i++) {
		struct top_row *row = &rows[used];

		memset(row, 0, sizeof(*row));
		if (top->by == TOP_BY_CGROUP)
			cgroup_row(w, i, row, top->books.elapsed_ns);
		else if (top->by == TOP_BY_TASK)
			task_row(w, i, row, top->books.elapsed_ns);
		else
			cause_row(s, i, row, top->books.elapsed_ns);
		remember(row, top->n ? bsearch(row, top->rows, top->n,
					       sizeof(*row), by_key) : NULL);
		used += is_of_interest(row);
	}
	free(top->rows);
	top->rows = rows;
	top->n = used;
	top_sort(top);
	return EXIT_OK;
}

/*
 * Differences change the later copy, but the next look needs it as it is: so
 * everything is copied twice. It is some hundred kilobytes.
 */
static int differ(struct top *top)
{
	struct rs_trace_snapshot *s = NULL;
	struct rs_trace_who *w = NULL;
	int code = EXIT_OK, err;

	err = rs_trace_snapshot_take(top->trace, &s);
	if (!err)
		err = rs_trace_who_take(top->trace, &w);
	if (!err) {
		rs_trace_snapshot_subtract(s, top->snapshot);
		rs_trace_who_subtract(w, top->who);
		err = rs_trace_books(s, RS_TRACE_ALL_CPUS, &top->books);
		look_at_reasons(top, s);
	}
	code = err ? cmd_lib_error(err) : fill(top, s, w);
	rs_trace_snapshot_free(s);
	rs_trace_who_free(w);
	return code;
}

static int keep_copies(struct top *top)
{
	int err;

	rs_trace_snapshot_free(top->snapshot);
	rs_trace_who_free(top->who);
	top->snapshot = NULL;
	top->who = NULL;
	err = rs_trace_snapshot_take(top->trace, &top->snapshot);
	if (!err)
		err = rs_trace_who_take(top->trace, &top->who);
	return err ? cmd_lib_error(err) : EXIT_OK;
}

int top_look(struct top *top)
{
	int code;

	if (top->snapshot) {
		code = differ(top);
		if (code)
			return code;
		top->looks++;
	}
	look_at_steal(top);
	look_at_guard(top);
	look_at_exits(top);
	return keep_copies(top);
}

void top_turn(struct top *top, enum top_by by)
{
	top->by = by;
	top->n = 0;
	top->looks = 0;
}

int top_open(struct top *top)
{
	int err = rs_trace_open(&top->trace);

	if (!err)
		err = rs_trace_set_level(top->trace, RS_TRACE_LEVEL_LATENCY,
					 RS_TRACE_WANT_OFF_CPU |
					 RS_TRACE_WANT_WHO);
	return err ? cmd_lib_error(err) : top_look(top);
}

void top_close(struct top *top)
{
	rs_trace_snapshot_free(top->snapshot);
	rs_trace_who_free(top->who);
	rs_trace_close(top->trace);
	free(top->rows);
}
