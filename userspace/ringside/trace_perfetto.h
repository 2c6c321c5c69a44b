/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flight recorder in the Trace Event Format, which Perfetto
 * (ui.perfetto.dev) and chrome://tracing load: a track for each CPU, with the
 * threads that had it, their crossings and what interrupted these.
 */
#ifndef RINGSIDE_TRACE_PERFETTO_H
#define RINGSIDE_TRACE_PERFETTO_H

#include <stdbool.h>
#include <stdio.h>
#include "ringside.h"

/**
 * struct flight_choice - what of a copy is wanted
 * @from_ns: what ended before is not
 * @cpu: the CPU, or RS_TRACE_ALL_CPUS
 */
struct flight_choice {
	uint64_t from_ns;
	int cpu;
};

bool flight_chosen(const struct flight_choice *choice, uint32_t cpu,
		   uint64_t start_ns, uint64_t duration_ns);

/* Room for what flight_name() makes. */
#define FLIGHT_NAME_LEN	128

/* What people call an event: "openat", "softirq timer", "bash [123]". */
void flight_name(const struct rs_flight_event *e, char *name, size_t len);

/* Whose it is: "bash [123]". */
void flight_thread_name(const struct rs_flight_event *e, char *name, size_t len);

/* What came of it: "= 3", "= -2 ENOENT", "euid 0->1000, explained" or "". */
void flight_outcome(const struct rs_flight_event *e, char *text, size_t len);

/* Errors are those of the stream. */
void perfetto_write(const struct rs_flight *flight,
		    const struct flight_choice *choice, FILE *f);

#endif /* RINGSIDE_TRACE_PERFETTO_H */
