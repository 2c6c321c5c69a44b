// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside export: what trace has counted, as a file for the textfile collector
 * of Prometheus' node_exporter. Reads and changes nothing; what is counted is
 * up to the administrator (sysfs) and to other readers.
 *
 * The series are bounded: one for each cause that ever occurred, of which the
 * kernel has some hundreds, and a fixed number of bars.
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>
#include "cmd.h"
#include "hypervisor.h"
#include "newfile.h"
#include "ringside.h"

/* Upper ends of the bars, in nanoseconds; how they are written follows. */
static const struct bound {
	uint64_t ns;
	const char *text;
} bounds[] = {
	{ 1000, "1e-06" }, { 10000, "1e-05" }, { 100000, "0.0001" },
	{ 1000000, "0.001" }, { 10000000, "0.01" }, { 100000000, "0.1" },
	{ 1000000000, "1" }, { UINT64_MAX, "+Inf" },
};

static void head(FILE *f, const char *name, const char *type, const char *help)
{
	fprintf(f, "# HELP ringside_%s %s\n# TYPE ringside_%s %s\n", name, help,
		name, type);
}

/* kind="syscall",cause="read"; a name may hold what a label must not. */
static void labels(FILE *f, const struct rs_trace_cause *cause)
{
	char name[RS_TRACE_NAME_LEN];
	const char *c;

	rs_trace_cause_name(cause->kind, cause->index, name, sizeof(name));
	fprintf(f, "kind=\"%s\",cause=\"", rs_trace_kind_name(cause->kind));
	for (c = name; *c; c++)
		if (*c == '"' || *c == '\\')
			fprintf(f, "\\%c", *c);
		else
			fputc((unsigned char)*c < ' ' ? '?' : *c, f);
	fputc('"', f);
}

static void books(FILE *f, const struct rs_trace_snapshot *s)
{
	struct rs_trace_books b;
	unsigned int cpu;

	head(f, "returns_total", "counter", "Returns to user mode.");
	for (cpu = 0; cpu < rs_trace_cpus(s); cpu++)
		if (!rs_trace_books(s, cpu, &b) && b.returns)
			fprintf(f, "ringside_returns_total{cpu=\"%u\"} %" PRIu64
				"\n", cpu, b.returns);
	head(f, "residual_total", "counter",
	     "Returns to user mode whose cause is not known.");
	for (cpu = 0; cpu < rs_trace_cpus(s); cpu++)
		if (!rs_trace_books(s, cpu, &b) && b.returns)
			fprintf(f, "ringside_residual_total{cpu=\"%u\"} %" PRIu64
				"\n", cpu, b.residual);
}

static void counts(FILE *f, const struct rs_trace_snapshot *s, bool in_books,
		   const char *name, const char *help)
{
	size_t i, n = rs_trace_causes(s);
	struct rs_trace_cause cause;

	head(f, name, "counter", help);
	for (i = 0; i < n; i++) {
		if (rs_trace_cause(s, i, &cause) || !cause.count ||
		    cause.in_books != in_books)
			continue;
		fprintf(f, "ringside_%s{", name);
		labels(f, &cause);
		fprintf(f, "} %" PRIu64 "\n", cause.count);
	}
}

/* A bucket that reaches beyond a bound is counted above it. */
static void histogram(FILE *f, const struct rs_trace_snapshot *s, size_t i,
		      const struct rs_trace_cause *cause)
{
	struct rs_trace_bucket bucket;
	struct rs_trace_latency l;
	unsigned int b = 0, bound;
	uint64_t sum = 0;

	if (rs_trace_latency(s, i, &l) || !l.timed)
		return;
	for (bound = 0; bound < CMD_ARRAY_SIZE(bounds); bound++) {
		for (; b < rs_trace_buckets(s); b++) {
			if (rs_trace_bucket(s, i, b, &bucket) ||
			    bucket.high_ns > bounds[bound].ns)
				break;
			sum += bucket.count;
		}
		fprintf(f, "ringside_crossing_seconds_bucket{");
		labels(f, cause);
		fprintf(f, ",le=\"%s\"} %" PRIu64 "\n", bounds[bound].text, sum);
	}
	fprintf(f, "ringside_crossing_seconds_sum{");
	labels(f, cause);
	fprintf(f, "} %.9f\nringside_crossing_seconds_count{", l.sum_ns / 1e9);
	labels(f, cause);
	fprintf(f, "} %" PRIu64 "\n", l.timed);
}

static void histograms(FILE *f, const struct rs_trace_snapshot *s)
{
	size_t i, n = rs_trace_causes(s);
	struct rs_trace_cause cause;

	if (!rs_trace_buckets(s))
		return;
	head(f, "crossing_seconds", "histogram",
	     "How long crossings took, from entry to return.");
	for (i = 0; i < n; i++)
		if (!rs_trace_cause(s, i, &cause))
			histogram(f, s, i, &cause);
}

static void hypervisor(FILE *f, const struct rs_trace_snapshot *s)
{
	struct hypervisor_counts counts = hypervisor_counts(s);
	struct hypervisor_steal steal = hypervisor_steal();
	uint64_t exit_ns = hypervisor_exit_ns();

	head(f, "halts_total", "counter", "CPUs that had nothing to do.");
	fprintf(f, "ringside_halts_total %" PRIu64 "\n", counts.halts);
	head(f, "ipis_total", "counter", "Interrupts from CPU to CPU.");
	fprintf(f, "ringside_ipis_total %" PRIu64 "\n", counts.ipis);
	head(f, "steal_seconds_total", "counter",
	     "Time that the hypervisor took from CPUs with work to do.");
	fprintf(f, "ringside_steal_seconds_total %.2f\n",
		(double)steal.stolen / sysconf(_SC_CLK_TCK));
	if (!exit_ns)
		return;
	head(f, "vm_exit_seconds", "gauge",
	     "One way to the hypervisor and back, as sampled last.");
	fprintf(f, "ringside_vm_exit_seconds %.9f\n", exit_ns / 1e9);
}

static void write_metrics(FILE *f, const struct rs_trace_snapshot *s)
{
	books(f, s);
	counts(f, s, true, "crossings_total",
	       "Returns to user mode by cause.");
	counts(f, s, false, "kernel_events_total",
	       "Page faults, interrupts and softirqs of kernel mode.");
	histograms(f, s);
	hypervisor(f, s);
}

static int replace(const char *file, const struct rs_trace_snapshot *s)
{
	struct newfile new;
	int code = newfile_open(&new, file);

	if (code)
		return code;
	write_metrics(new.f, s);
	return newfile_commit(&new);
}

static int export(const char *file)
{
	struct rs_trace_snapshot *s = NULL;
	struct rs_trace *t;
	int err, code;

	err = rs_trace_open(&t);
	if (err)
		return cmd_lib_error(err);
	err = rs_trace_with_latency(t);
	if (!err)
		err = rs_trace_snapshot_take(t, &s);
	code = err ? cmd_lib_error(err) : replace(file, s);
	rs_trace_snapshot_free(s);
	rs_trace_close(t);
	return code;
}

int cmd_export(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "prometheus", required_argument, NULL, 'p' },
		{ NULL, 0, NULL, 0 }
	};
	const char *file = NULL;
	int c;

	while ((c = cmd_getopt(argc, argv, "p:", longs)) != -1) {
		if (c != 'p')
			return EXIT_USAGE;
		file = optarg;
	}
	if (optind < argc)
		return cmd_usage("'%s' is one argument too many", argv[optind]);
	if (!file)
		return cmd_usage("to which file? --prometheus FILE");
	return export(file);
}
