/* SPDX-License-Identifier: GPL-2.0-only */
/* What a report is made of, before it is written. */
#ifndef RINGSIDE_TRACE_REPORT_H
#define RINGSIDE_TRACE_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "ringside.h"

/* Columns of the heat maps; when they are full, two become one. */
#define REPORT_COLUMNS	120
#define REPORT_CREDS	200

/**
 * struct report_cell - crossings of a cause at a time that took so long
 * @cause: index in the snapshot
 * @column: when
 * @power: they took less than 2 to the power of this, in ns
 * @count: how many
 */
struct report_cell {
	uint32_t cause;
	uint16_t column;
	uint16_t power;
	uint64_t count;
};

/**
 * struct report - what was collected
 * @title: what was watched
 * @start_ns: CLOCK_MONOTONIC time when it began
 * @column_ns: time that a column stands for
 * @columns: in use
 * @cell: all of them, @cells
 * @total: of the counters
 * @who: of the sums by cgroup
 * @cred: changes of credentials, the first @creds
 * @creds_all: how many there were
 * @creds_watched: they could be
 */
struct report {
	const char *title;
	uint64_t start_ns;
	uint64_t column_ns;
	unsigned int columns;
	struct report_cell *cell;
	size_t cells;
	struct rs_trace_snapshot *total;
	struct rs_trace_who *who;
	struct rs_trace_cred cred[REPORT_CREDS];
	size_t creds;
	uint64_t creds_all;
	bool creds_watched;
};

/* Name of a part of a cgroup's sums: "openat", or "exception" for all of those. */
void report_part_name(const struct rs_trace_part *part, char *name, size_t len);

void report_write_folded(const struct report *r, FILE *f);
void report_write_html(const struct report *r, FILE *f);

#endif /* RINGSIDE_TRACE_REPORT_H */
