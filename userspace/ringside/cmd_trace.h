/* SPDX-License-Identifier: GPL-2.0-only */
/* The verbs of "ringside trace", one file each. */
#ifndef RINGSIDE_CMD_TRACE_H
#define RINGSIDE_CMD_TRACE_H

#include <stdbool.h>
#include <stdint.h>
#include "ringside.h"
#include "watch.h"

/**
 * struct trace_measure - what happened while a command ran, or for some time
 * @level: RS_TRACE_LEVEL_* to measure at
 * @flags: RS_TRACE_WANT_*
 * @seconds: for how long without a command, 0 until Ctrl-C
 * @command: its arguments, or NULL
 * @difference: the result
 */
struct trace_measure {
	uint32_t level;
	uint32_t flags;
	uint64_t seconds;
	char **command;
	struct rs_trace_snapshot *difference;
};

/* What getopt() gave: 'l' latencies, 'o' time off the CPU, 's' seconds. */
int trace_measure_option(struct trace_measure *m, int c);
/* Return: an exit code. trace_measure_end() is called in any case. */
int trace_measure(struct trace_measure *m, struct watch *w, char **command);
void trace_measure_end(struct trace_measure *m, struct watch *w);

/* A duration in the unit that suits it: "1.25 us". */
void trace_out_ns(const char *key, uint64_t ns);

int trace_cost(int argc, char **argv);
int trace_dump(int argc, char **argv);
int trace_hist(int argc, char **argv);
int trace_report(int argc, char **argv);
int trace_top(int argc, char **argv);
int trace_stat(int argc, char **argv);
int trace_creds(int argc, char **argv);

#endif /* RINGSIDE_CMD_TRACE_H */
