// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is a report one well-formed page, whatever cgroups and threads are called, and
 * does each nanosecond appear once in its stacks? The library is played here.
 * With a file name as argument the page is left there, to be looked at.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "trace_report.h"
#include "tap.h"

#define CAUSES	6
#define NATIVE	3

static const struct rs_trace_cause causes[CAUSES] = {
	{ RS_TRACE_SYSCALL_X64, 0, true, 52000 },
	{ RS_TRACE_SYSCALL_X64, 1, true, 18000 },
	{ RS_TRACE_SYSCALL_X64, 202, true, 900 },
	{ RS_TRACE_EXCEPTION, 14, true, 7000 },
	{ RS_TRACE_VECTOR, 236, true, 2400 },
	{ RS_TRACE_KERNEL_VECTOR, 236, false, 800 },
};

static const char * const paths[] = {
	"/", "/system.slice/web.service", "/<b>&\"x;y z",
};

size_t rs_trace_causes(const struct rs_trace_snapshot *s)
{
	return s ? CAUSES : 0;
}

int rs_trace_cause(const struct rs_trace_snapshot *s, size_t i,
		   struct rs_trace_cause *cause)
{
	*cause = causes[i];
	return !s;
}

int rs_trace_latency(const struct rs_trace_snapshot *s, size_t i,
		     struct rs_trace_latency *l)
{
	*l = (struct rs_trace_latency) {
		.timed = causes[i].count, .sum_ns = causes[i].count * 1500,
		.off_cpu_ns = i == 2 ? 1000000 : 0, .p50_ns = 1023,
		.p99_ns = 65535, .max_ns = 2000000 * (i + 1),
	};
	return !s;
}

int rs_trace_books(const struct rs_trace_snapshot *s, int cpu,
		   struct rs_trace_books *b)
{
	*b = (struct rs_trace_books) { 80300, 80297, 3, true, 6000000000 };
	return !s || cpu >= 0;
}

size_t rs_trace_who_cgroups(const struct rs_trace_who *who)
{
	return who ? 3 : 0;
}

int rs_trace_who_cgroup(const struct rs_trace_who *who, size_t i,
			struct rs_trace_cgroup *g)
{
	*g = (struct rs_trace_cgroup) { .id = i + 1, .path = paths[i] };
	return !who;
}

size_t rs_trace_who_causes(const struct rs_trace_who *who)
{
	return who ? NATIVE + 9 : 0;
}

/* Two calls, and page faults, in each; the last cgroup did nothing else. */
int rs_trace_who_cause(const struct rs_trace_who *who, size_t i, size_t cause,
		       struct rs_trace_part *p)
{
	*p = (struct rs_trace_part) {
		.single = cause < NATIVE,
		.kind = cause < NATIVE ? RS_TRACE_SYSCALL_X64 : cause - NATIVE,
		.index = cause < NATIVE ? cause : 0,
	};
	if (cause < 2 || p->kind == RS_TRACE_EXCEPTION) {
		p->count = 1000 * (i + 1);
		p->sum_ns = 1000000 * (i + 1) * (cause + 1);
	}
	return !who;
}

static void fill(struct report *r)
{
	static struct report_cell cell[2000];
	unsigned int i;

	memset(r, 0, sizeof(*r));
	r->title = "a <script> & more";
	r->total = (void *)cell;
	r->who = (void *)cell;
	r->start_ns = 1000000000;
	r->column_ns = 100000000;
	r->columns = 60;
	r->cell = cell;
	for (i = 0; i < 2000; i++)
		cell[i] = (struct report_cell) {
			.cause = i % CAUSES, .column = i * 7 % 60,
			.power = 9 + i * i % 11 * (i % 3), .count = 1 + i % 97,
		};
	r->cells = 2000;
	r->creds_watched = true;
	r->creds = 2;
	r->creds_all = 2;
	r->cred[0].time_ns = 3000000000;
	r->cred[0].nr = 105;
	r->cred[0].after.id[RS_TRACE_UID] = 1000;
	r->cred[0].after.caps[0] = 3;
	strcpy(r->cred[0].comm, "</td>");
	strcpy(r->cred[0].caller, "__sys_setuid+0x1/0x2");
	/* Changes nothing: has no row. */
	strcpy(r->cred[1].comm, "nothing");
}

static char *written(void (*write)(const struct report *r, FILE *f))
{
	static struct report r;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	fill(&r);
	write(&r, f);
	fclose(f);
	return text;
}

static unsigned int times(const char *text, const char *what)
{
	unsigned int n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

TEST(stacks_hold_each_nanosecond_once)
{
	char *text = written(report_write_folded), *line, *rest = text;
	uint64_t sum = 0, want = 0;
	unsigned int i;

	for (i = 0; i < 3; i++)
		want += 1000000 * (i + 1) * (1 + 2 + NATIVE + 5);
	while ((line = strsep(&rest, "\n")) && *line) {
		char *space = strchr(line, ' ');

		EXPECT_EQ(2, times(line, ";"));
		EXPECT_EQ(true, space && !strchr(space + 1, ' '));
		sum += space ? strtoull(space, NULL, 10) : 0;
	}
	EXPECT_EQ(want, sum);
	free(text);
}

/* Every tag that is opened is closed, and in order. */
static bool well_formed(const char *text)
{
	char stack[64][16], name[16];
	unsigned int depth = 0;

	while ((text = strchr(text, '<'))) {
		bool closes = text[1] == '/';
		const char *end = strchr(text, '>');

		if (!end || sscanf(text + 1 + closes, "%15[a-zA-Z0-9!]", name) != 1)
			return false;
		if (closes && (!depth || strcmp(stack[--depth], name)))
			return false;
		if (!closes && end[-1] != '/' && *name != '!' &&
		    strcmp(name, "meta")) {
			if (depth == 64)
				return false;
			strcpy(stack[depth++], name);
		}
		text = end;
	}
	return !depth;
}

TEST(the_page_is_well_formed_and_complete)
{
	char *text = written(report_write_html);

	EXPECT_EQ(true, well_formed(text));
	EXPECT_EQ(0, times(text, "<script"));
	EXPECT_EQ(0, times(text, "http"));
	EXPECT_EQ(0, times(text, "<b>&\"x"));
	EXPECT_EQ(true, times(text, "&lt;b&gt;&amp;&quot;x;y z") > 0);
	EXPECT_EQ(1, times(text, "The books balance"));
	/* A heat map for each cause. */
	EXPECT_EQ(CAUSES, times(text, "<figcaption>"));
	EXPECT_EQ(1, times(text, "uid 0&rarr;1000"));
	EXPECT_EQ(0, times(text, "nothing"));
	free(text);
}

TEST(a_report_of_nothing_says_so)
{
	static struct report r;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	r.title = "nothing";
	report_write_html(&r, f);
	fclose(f);
	EXPECT_EQ(true, well_formed(text));
	EXPECT_EQ(1, times(text, "No crossing was timed"));
	EXPECT_EQ(1, times(text, "could not be watched"));
	free(text);
}

TEST(the_page_can_be_looked_at)
{
	const char *path = getenv("REPORT");
	FILE *f = path ? fopen(path, "w") : NULL;
	static struct report r;

	if (!f)
		return;
	fill(&r);
	report_write_html(&r, f);
	fclose(f);
}

TEST_MAIN
