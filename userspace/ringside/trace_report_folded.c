// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time in ring 0 as folded stacks, "kind;cgroup;call nanoseconds", which is what
 * tools that draw flame graphs read.
 */
#include <inttypes.h>
#include <string.h>
#include "trace_report.h"

void report_part_name(const struct rs_trace_part *part, char *name, size_t len)
{
	if (part->single)
		rs_trace_cause_name(part->kind, part->index, name, len);
	else
		snprintf(name, len, "%s", rs_trace_kind_name(part->kind));
}

/* A frame ends at a semicolon, and a line at its end. */
static void frame(FILE *f, const char *text)
{
	for (; *text; text++)
		fputc(*text == ';' || (unsigned char)*text <= ' ' ? '_' : *text,
		      f);
}

static void line(FILE *f, const struct rs_trace_cgroup *g,
		 const struct rs_trace_part *part)
{
	char name[RS_TRACE_NAME_LEN];

	report_part_name(part, name, sizeof(name));
	frame(f, rs_trace_kind_name(part->kind));
	fputc(';', f);
	frame(f, g->path);
	fputc(';', f);
	frame(f, name);
	fprintf(f, " %" PRIu64 "\n", part->sum_ns);
}

void report_write_folded(const struct report *r, FILE *f)
{
	size_t i, j, n = rs_trace_who_causes(r->who);
	struct rs_trace_cgroup g;
	struct rs_trace_part part;

	for (i = 0; i < rs_trace_who_cgroups(r->who); i++) {
		if (rs_trace_who_cgroup(r->who, i, &g))
			continue;
		for (j = 0; j < n; j++)
			if (!rs_trace_who_cause(r->who, i, j, &part) &&
			    part.sum_ns)
				line(f, &g, &part);
	}
}
