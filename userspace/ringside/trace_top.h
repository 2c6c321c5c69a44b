/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What "ringside trace top" shows, before it is drawn: rows with what happened
 * since the last look, and the rates of the looks before.
 */
#ifndef RINGSIDE_TRACE_TOP_H
#define RINGSIDE_TRACE_TOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "hypervisor.h"
#include "ringside.h"

#define TOP_HISTORY	24
#define TOP_NAME_LEN	256

enum top_by { TOP_BY_CAUSE, TOP_BY_CGROUP, TOP_BY_TASK, TOP_BY_NR };
enum top_order { TOP_CPU, TOP_RATE, TOP_P99, TOP_NAME, TOP_ORDERS };

/**
 * struct top_row - a cause, a cgroup or a thread
 * @key: tells it from others of the same look
 * @name: what people call it
 * @count: crossings since the last look
 * @rate: of them, a second
 * @cpu_percent: time in the kernel on a CPU; 100 is one CPU
 * @mean_ns: of such a crossing
 * @p50_ns: 0 unless rows are causes; so are the next two
 * @p99_ns: 99 of 100 did not take longer
 * @max_ns: none did
 * @past: rates, the newest last
 */
struct top_row {
	uint64_t key;
	char name[TOP_NAME_LEN];
	uint64_t count;
	double rate;
	double cpu_percent;
	uint64_t mean_ns;
	uint64_t p50_ns;
	uint64_t p99_ns;
	uint64_t max_ns;
	double past[TOP_HISTORY];
};

/**
 * struct top - what is shown
 * @trace: the handle
 * @by: what a row is
 * @order: of the rows
 * @looks: so many there were since @by changed, including this one
 * @books: of all CPUs since the last look
 * @steal_percent: of the CPUs' time, taken by the hypervisor
 * @exit_ns: one way to the hypervisor and back; 0 without one
 * @halts_per_second: CPUs that had nothing to do, which is an exit
 * @ipis_per_second: interrupts from CPU to CPU, which may be one
 * @guarded: the guard for credentials is armed
 * @unexplained: credentials that it could not explain, since it was loaded
 * @rows: sorted by @order
 * @n: how many
 * @snapshot: of the last look; so is @who
 * @who: sums by cgroup and task
 * @steal: ticks at the last look
 */
struct top {
	struct rs_trace *trace;
	enum top_by by;
	enum top_order order;
	unsigned int looks;
	struct rs_trace_books books;
	double steal_percent;
	uint64_t exit_ns;
	double halts_per_second;
	double ipis_per_second;
	bool guarded;
	uint64_t unexplained;
	struct top_row *rows;
	size_t n;
	struct rs_trace_snapshot *snapshot;
	struct rs_trace_who *who;
	struct hypervisor_steal steal;
};

/**
 * top_open() - arm what is needed
 * @top: @by and @order are set, the rest is 0
 *
 * Return: an exit code; EXIT_OK to go on. top_close() is called in any case.
 */
int top_open(struct top *top);

/**
 * top_look() - what happened since the last look; nothing at the first
 *
 * Return: an exit code.
 */
int top_look(struct top *top);

/** top_sort() - after @order has changed */
void top_sort(struct top *top);

/** top_turn() - rows are something else from now on */
void top_turn(struct top *top, enum top_by by);

void top_close(struct top *top);

/** top_by_name() - "cause", "cgroup", "task" */
const char *top_by_name(enum top_by by);

/** top_show() - the curses screen; returns an exit code */
int top_show(struct top *top, unsigned int interval_ms);

#endif /* RINGSIDE_TRACE_TOP_H */
