// SPDX-License-Identifier: GPL-2.0-only
/*
 * The report as one page that needs nothing else: no network, no script. The
 * pictures are SVG that takes its colours from the page, so that they suit light
 * and dark screens and paper.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "trace_report.h"

#define WIDTH		960.0
#define HEAT_CAUSES	12
#define HEAT_LEFT	70.0
#define HEAT_CELL	9.0
#define POWERS		50
#define KINDS		16
#define BAR		26.0
/* Narrower than this, a bar has no room for a letter. */
#define BAR_TEXT	24.0

static const char style[] =
	":root{--bg:#fff;--fg:#1b1f24;--dim:#5b6470;--line:#d5dae1;--heat:#b3261e;"
	"--k0:#cfe0fb;--k1:#fbdcc4;--k2:#cdebd3;--k3:#f6d3e2;--k4:#e3dafa;--k5:#e6e8eb}\n"
	"@media screen and (prefers-color-scheme:dark){:root{--bg:#14171c;--fg:#e4e8ee;"
	"--dim:#9aa4b2;--line:#343b46;--heat:#ff9a6b;--k0:#24406b;--k1:#6b4020;"
	"--k2:#1f5230;--k3:#662a48;--k4:#443570;--k5:#3a414c}}\n"
	"body{background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif;"
	"max-width:980px;margin:2em auto;padding:0 1em}\n"
	"h1{font-size:1.5em;margin:0}h2{font-size:1.15em;margin:2em 0 .3em;"
	"border-bottom:1px solid var(--line)}\n"
	"p{margin:.4em 0}.dim,figcaption{color:var(--dim)}figure{margin:.8em 0;"
	"break-inside:avoid}svg{width:100%;height:auto;display:block}\n"
	"svg text{fill:var(--fg);font:11px system-ui,sans-serif}svg .dim{fill:var(--dim)}\n"
	".heat{fill:var(--heat)}.grid{stroke:var(--line)}.dot{fill:var(--heat)}\n"
	".bar{stroke:var(--bg)}.k0{fill:var(--k0)}.k1{fill:var(--k1)}.k2{fill:var(--k2)}\n"
	".k3{fill:var(--k3)}.k4{fill:var(--k4)}.k5{fill:var(--k5)}\n"
	"table{border-collapse:collapse;width:100%;font-size:13px}\n"
	"th,td{text-align:left;padding:.15em .6em .15em 0;border-bottom:1px solid var(--line)}\n"
	"td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}\n"
	"@media print{body{margin:0;max-width:none;font-size:11px}\n"
	".heat,.dot,.bar{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n";

/* Names come from users, and a page is made of markup. */
static void put_text(FILE *f, const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '&':
			fputs("&amp;", f);
			break;
		case '<':
			fputs("&lt;", f);
			break;
		case '>':
			fputs("&gt;", f);
			break;
		case '"':
			fputs("&quot;", f);
			break;
		default:
			fputc((unsigned char)*text < ' ' ? '?' : *text, f);
		}
}

static void ns_text(char *buf, size_t len, uint64_t ns)
{
	static const char * const units[] = { "ns", "us", "ms", "s" };
	double v = ns;
	unsigned int u = 0;

	for (; v >= 999.5 && u < 3; u++)
		v /= 1000;
	snprintf(buf, len, u && v < 99.95 ? "%.1f %s" : "%.0f %s", v, units[u]);
}

static void put_ns(FILE *f, uint64_t ns)
{
	char text[32];

	ns_text(text, sizeof(text), ns);
	fputs(text, f);
}

/**
 * struct cause - a counter of the report
 * @index: in the snapshot
 * @on_cpu_ns: what the page sorts by
 */
struct cause {
	size_t index;
	char name[RS_TRACE_NAME_LEN];
	struct rs_trace_cause cause;
	struct rs_trace_latency latency;
	uint64_t on_cpu_ns;
};

static int by_time(const void *a, const void *b)
{
	const struct cause *x = a, *y = b;

	if (x->on_cpu_ns != y->on_cpu_ns)
		return x->on_cpu_ns < y->on_cpu_ns ? 1 : -1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* Those that occurred, the longest first. Return: NULL without memory. */
static struct cause *sort_causes(const struct rs_trace_snapshot *s, size_t *nr)
{
	size_t i, n = rs_trace_causes(s);
	struct cause *all = calloc(n + 1, sizeof(*all));

	*nr = 0;
	for (i = 0; all && i < n; i++) {
		struct cause *c = &all[*nr];

		if (rs_trace_cause(s, i, &c->cause) ||
		    rs_trace_latency(s, i, &c->latency) || !c->cause.count)
			continue;
		c->index = i;
		c->on_cpu_ns = c->latency.sum_ns - c->latency.off_cpu_ns;
		rs_trace_cause_name(c->cause.kind, c->cause.index, c->name,
				    sizeof(c->name));
		++*nr;
	}
	if (all)
		qsort(all, *nr, sizeof(*all), by_time);
	return all;
}

struct heat {
	uint64_t count[REPORT_COLUMNS][POWERS];
	uint64_t most;
	unsigned int low;
	unsigned int high;
};

static void fill_heat(struct heat *h, const struct report *r, size_t cause)
{
	size_t i;

	memset(h, 0, sizeof(*h));
	h->low = POWERS - 1;
	for (i = 0; i < r->cells; i++) {
		const struct report_cell *c = &r->cell[i];
		unsigned int power = c->power < POWERS ? c->power : POWERS - 1;
		uint64_t *count;

		if (c->cause != cause || c->column >= REPORT_COLUMNS)
			continue;
		count = &h->count[c->column][power];
		*count += c->count;
		if (*count > h->most)
			h->most = *count;
		if (power < h->low)
			h->low = power;
		if (power > h->high)
			h->high = power;
	}
}

static void put_cell(FILE *f, double x, double y, double width,
		     const struct heat *h, unsigned int column,
		     unsigned int power)
{
	uint64_t n = h->count[column][power];

	fprintf(f, "<rect class=\"heat\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\"\n"
		"height=\"%.1f\" fill-opacity=\"%.2f\"><title>%" PRIu64
		" of less than ", x, y, width, HEAT_CELL,
		0.12 + 0.88 * log1p(n) / log1p(h->most), n);
	put_ns(f, 1ULL << power);
	fputs("</title></rect>\n", f);
}

static void put_heat(FILE *f, const struct report *r, const struct cause *c)
{
	double width = (WIDTH - HEAT_LEFT) / (r->columns ? r->columns : 1);
	static struct heat h;
	unsigned int column, power;
	double height;

	fill_heat(&h, r, c->index);
	if (!h.most)
		return;
	height = (h.high - h.low + 1) * HEAT_CELL;
	fputs("<figure><figcaption><b>", f);
	put_text(f, c->name);
	fprintf(f, "</b>%s: %" PRIu64 " times, half within ",
		c->cause.in_books ? "" : " in kernel mode", c->cause.count);
	put_ns(f, c->latency.p50_ns);
	fputs(", 99 of 100 within ", f);
	put_ns(f, c->latency.p99_ns);
	fputs(", longest ", f);
	put_ns(f, c->latency.max_ns);
	fprintf(f, "</figcaption>\n<svg viewBox=\"0 0 %.0f %.1f\" role=\"img\">\n",
		WIDTH, height + 2);
	for (power = h.low; power <= h.high; power++) {
		double y = (h.high - power) * HEAT_CELL;

		if (power == h.low || power == h.high || power % 4 == 0) {
			fprintf(f, "<line class=\"grid\" x1=\"%.0f\" x2=\"%.0f\"\n"
				" y1=\"%.1f\" y2=\"%.1f\"/>", HEAT_LEFT, WIDTH,
				y + HEAT_CELL, y + HEAT_CELL);
			fprintf(f, "<text class=\"dim\" x=\"%.0f\" y=\"%.1f\"\n"
				" text-anchor=\"end\">", HEAT_LEFT - 6, y + 9);
			put_ns(f, 1ULL << power);
			fputs("</text>\n", f);
		}
		for (column = 0; column < r->columns; column++)
			if (h.count[column][power])
				put_cell(f, HEAT_LEFT + column * width, y,
					 width, &h, column, power);
	}
	fputs("</svg></figure>\n", f);
}

static void put_heats(FILE *f, const struct report *r,
		      const struct cause *causes, size_t n)
{
	size_t i;

	fputs("<h2>Latency over time</h2>\n<p class=\"dim\">Time goes to the\n"
	      "right, a column is ", f);
	put_ns(f, r->column_ns);
	fputs("; latency goes up, a row doubles. The darker, the more. Those that\n"
	      "took most of the CPUs' time come first.</p>\n", f);
	for (i = 0; i < n && i < HEAT_CAUSES; i++)
		put_heat(f, r, &causes[i]);
}

/**
 * struct icicle - what its bars need
 * @scale: units of the picture a nanosecond
 */
struct icicle {
	FILE *f;
	const struct rs_trace_who *who;
	double scale;
};

static void put_bar(const struct icicle *ice, double x, unsigned int row,
		    uint64_t ns, uint64_t count, unsigned int colour,
		    const char *name)
{
	double width = ns * ice->scale;

	if (width < 0.2)
		return;
	fprintf(ice->f, "<svg x=\"%.2f\" y=\"%.0f\" width=\"%.2f\" height=\"%.0f\">\n"
		"<rect class=\"bar k%u\" width=\"100%%\" height=\"100%%\"><title>",
		x, row * BAR, width, BAR, colour);
	put_text(ice->f, name);
	fputs(": ", ice->f);
	put_ns(ice->f, ns);
	fprintf(ice->f, ", %" PRIu64 " times</title></rect>", count);
	if (width >= BAR_TEXT) {
		fputs("<text x=\"4\" y=\"17\">", ice->f);
		put_text(ice->f, name);
		fputs("</text>", ice->f);
	}
	fputs("</svg>\n", ice->f);
}

/* What a cgroup did of a kind, call by call. */
static double put_calls(const struct icicle *ice, double x, size_t cgroup,
			uint32_t kind)
{
	char name[RS_TRACE_NAME_LEN];
	struct rs_trace_part part;
	size_t j;

	for (j = 0; j < rs_trace_who_causes(ice->who); j++) {
		if (rs_trace_who_cause(ice->who, cgroup, j, &part) ||
		    part.kind != kind || !part.sum_ns)
			continue;
		report_part_name(&part, name, sizeof(name));
		put_bar(ice, x, 3, part.sum_ns, part.count, kind % 6, name);
		x += part.sum_ns * ice->scale;
	}
	return x;
}

/* Time and number of what is of @kind; of all kinds for KINDS. */
static uint64_t sum_of(const struct rs_trace_who *who, size_t cgroup,
		       uint32_t kind, uint64_t *count)
{
	struct rs_trace_part part;
	uint64_t ns = 0;
	size_t j;

	for (j = 0; j < rs_trace_who_causes(who); j++)
		if (!rs_trace_who_cause(who, cgroup, j, &part) &&
		    (kind == KINDS || part.kind == kind)) {
			ns += part.sum_ns;
			*count += part.count;
		}
	return ns;
}

static uint64_t sum_all(const struct rs_trace_who *who, uint32_t kind,
			uint64_t *count)
{
	uint64_t ns = 0;
	size_t i;

	*count = 0;
	for (i = 0; i < rs_trace_who_cgroups(who); i++)
		ns += sum_of(who, i, kind, count);
	return ns;
}

static void put_kind(const struct icicle *ice, double x, uint32_t kind,
		     uint64_t ns, uint64_t count)
{
	struct rs_trace_cgroup g;
	size_t i;

	put_bar(ice, x, 1, ns, count, kind % 6, rs_trace_kind_name(kind));
	for (i = 0; i < rs_trace_who_cgroups(ice->who); i++) {
		uint64_t times = 0, part = sum_of(ice->who, i, kind, &times);

		if (!part || rs_trace_who_cgroup(ice->who, i, &g))
			continue;
		put_bar(ice, x, 2, part, times, kind % 6, g.path);
		x = put_calls(ice, x, i, kind);
	}
}

static void put_icicle(FILE *f, const struct report *r)
{
	struct icicle ice = { .f = f, .who = r->who };
	uint64_t count, all = sum_all(r->who, KINDS, &count);
	double x = 0;
	uint32_t kind;

	fputs("<h2>Time in ring 0</h2>\n", f);
	if (!all) {
		fputs("<p>No crossing was timed.</p>\n", f);
		return;
	}
	ice.scale = WIDTH / all;
	fputs("<p class=\"dim\">By cause, cgroup and call; a bar is as wide as the\n"
	      "time that CPUs spent on it, without sleeping. Point at one to read\n"
	      "it.</p>\n", f);
	fprintf(f, "<figure><svg viewBox=\"0 0 %.0f %.0f\" role=\"img\">\n", WIDTH,
		4 * BAR);
	put_bar(&ice, 0, 0, all, count, 5, "ring 0");
	for (kind = 0; kind < KINDS; kind++) {
		uint64_t ns = sum_all(r->who, kind, &count);

		if (!ns)
			continue;
		put_kind(&ice, x, kind, ns, count);
		x += ns * ice.scale;
	}
	fputs("</svg></figure>\n", f);
}

static void put_ids(FILE *f, const struct rs_trace_cred *c)
{
	static const char * const names[RS_TRACE_IDS_NR] = {
		"uid", "euid", "suid", "fsuid", "gid", "egid", "sgid", "fsgid"
	};
	static const char * const caps[RS_TRACE_CAPS_NR] = {
		"effective", "permitted", "inheritable", "bounding", "ambient"
	};
	unsigned int i;

	for (i = 0; i < RS_TRACE_IDS_NR; i++)
		if (c->before.id[i] != c->after.id[i])
			fprintf(f, "%s %" PRIu32 "&rarr;%" PRIu32 " ", names[i],
				c->before.id[i], c->after.id[i]);
	for (i = 0; i < RS_TRACE_CAPS_NR; i++)
		if (c->before.caps[i] != c->after.caps[i])
			fprintf(f, "%s +%d -%d ", caps[i],
				__builtin_popcountll(c->after.caps[i] &
						     ~c->before.caps[i]),
				__builtin_popcountll(c->before.caps[i] &
						     ~c->after.caps[i]));
	if (c->ns_changed)
		fputs("user namespace ", f);
}

static bool changes(const struct rs_trace_cred *c)
{
	return c->ns_changed || memcmp(&c->before, &c->after, sizeof(c->after));
}

static void put_cred(FILE *f, const struct report *r,
		     const struct rs_trace_cred *c)
{
	char call[RS_TRACE_NAME_LEN] = "-";

	if (c->nr >= 0)
		rs_trace_cause_name(!strcmp(c->abi, "i386") ?
				    RS_TRACE_SYSCALL_I386 :
				    RS_TRACE_SYSCALL_X64, c->nr, call,
				    sizeof(call));
	fprintf(f, "<tr><td class=\"n\">%.3f s</td><td>%d ",
		(int64_t)(c->time_ns - r->start_ns) / 1e9, c->pid);
	put_text(f, c->comm);
	fputs("</td><td>", f);
	put_text(f, call);
	fputs("</td><td>", f);
	put_ids(f, c);
	fputs("</td><td>", f);
	put_text(f, c->caller);
	fputs("</td></tr>\n", f);
}

static void put_cred_line(FILE *f, const struct report *r)
{
	double whole = (double)r->columns * r->column_ns;
	size_t i;

	fprintf(f, "<figure><svg viewBox=\"0 0 %.0f 30\" role=\"img\">\n"
		"<line class=\"grid\" x1=\"0\" x2=\"%.0f\" y1=\"15\" y2=\"15\"/>\n",
		WIDTH, WIDTH);
	for (i = 0; i < r->creds; i++) {
		const struct rs_trace_cred *c = &r->cred[i];
		double at = (int64_t)(c->time_ns - r->start_ns) / whole;

		if (!changes(c) || at < 0 || at > 1)
			continue;
		fprintf(f, "<circle class=\"dot\" cx=\"%.1f\" cy=\"15\" r=\"5\"\n"
			" fill-opacity=\"0.6\"><title>%d ",
			5 + at * (WIDTH - 10), c->pid);
		put_text(f, c->comm);
		fputs("</title></circle>\n", f);
	}
	fputs("</svg></figure>\n", f);
}

static void put_creds(FILE *f, const struct report *r)
{
	size_t i;

	fputs("<h2>Changes of credentials</h2>\n", f);
	if (!r->creds_watched) {
		fputs("<p>They could not be watched: no tracefs, or no right to\n"
		      "use it.</p>\n", f);
		return;
	}
	if (!r->creds) {
		fputs("<p>There were none.</p>\n", f);
		return;
	}
	put_cred_line(f, r);
	fprintf(f, "<p class=\"dim\">%" PRIu64 " commits; those that changed\n"
		"something%s:</p>\n", r->creds_all,
		r->creds_all > r->creds ? ", of the first of them" : "");
	fputs("<table><tr><th class=\"n\">Time</th><th>Thread</th><th>Call</th>\n"
	      "<th>Change</th><th>By</th></tr>\n", f);
	for (i = 0; i < r->creds; i++)
		if (changes(&r->cred[i]))
			put_cred(f, r, &r->cred[i]);
	fputs("</table>\n", f);
}

static void put_table(FILE *f, const struct cause *causes, size_t n)
{
	size_t i;

	fputs("<h2>All causes</h2>\n<table><tr><th>Cause</th><th>Kind</th>\n"
	      "<th class=\"n\">Count</th><th class=\"n\">On CPU</th>\n"
	      "<th class=\"n\">Off CPU</th><th class=\"n\">P50</th>\n"
	      "<th class=\"n\">P99</th><th class=\"n\">Max</th></tr>\n", f);
	for (i = 0; i < n; i++) {
		const struct cause *c = &causes[i];
		const uint64_t times[] = {
			c->on_cpu_ns, c->latency.off_cpu_ns, c->latency.p50_ns,
			c->latency.p99_ns, c->latency.max_ns,
		};
		size_t j;

		fputs("<tr><td>", f);
		put_text(f, c->name);
		fprintf(f, "</td><td>%s%s</td><td class=\"n\">%" PRIu64 "</td>",
			rs_trace_kind_name(c->cause.kind),
			c->cause.in_books ? "" : ", kernel mode",
			c->cause.count);
		for (j = 0; j < sizeof(times) / sizeof(times[0]); j++) {
			fputs("<td class=\"n\">", f);
			put_ns(f, times[j]);
			fputs("</td>", f);
		}
		fputs("</tr>\n", f);
	}
	fputs("</table>\n", f);
}

static void put_books(FILE *f, const struct report *r)
{
	struct rs_trace_books b;

	rs_trace_books(r->total, RS_TRACE_ALL_CPUS, &b);
	fputs("<p>During ", f);
	put_ns(f, b.elapsed_ns);
	fprintf(f, ", CPUs went back to user mode %" PRIu64 " times; of %.3f %% the\n"
		"cause is known (%" PRIu64 " are not explained). The books %s.</p>\n",
		b.returns, b.returns ? 100.0 * b.attributed / b.returns : 100.0,
		b.residual, b.balanced ? "balance" : "DO NOT BALANCE");
}

void report_write_html(const struct report *r, FILE *f)
{
	size_t n;
	struct cause *causes = sort_causes(r->total, &n);

	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\"><title>", f);
	put_text(f, r->title);
	fprintf(f, " - crossings</title>\n<style>%s</style></head><body>\n<h1>\n"
		"Crossings: ", style);
	put_text(f, r->title);
	fputs("</h1>\n", f);
	put_books(f, r);
	put_icicle(f, r);
	if (causes)
		put_heats(f, r, causes, n);
	else
		fputs("<p>There was no memory to sort the causes.</p>\n", f);
	put_creds(f, r);
	if (causes)
		put_table(f, causes, n);
	fputs("</body></html>\n", f);
	free(causes);
}
