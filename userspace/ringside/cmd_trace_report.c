// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside trace report: collects while a command runs or for some time, and
 * writes one page that explains where the time in ring 0 went; or folded stacks,
 * for tools that draw flame graphs.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cmd.h"
#include "cmd_trace.h"
#include "newfile.h"
#include "trace_report.h"

#define DEFAULT_SECONDS	10
#define MAX_SECONDS	(366 * 24 * 3600)
#define LEAST_COLUMN_NS	100000000ULL

/**
 * struct collector - two looks, and what lies between
 * @report: what becomes of it
 * @trace: the handle
 * @creds: changes of credentials, NULL if they can not be watched
 * @before: counters at the start
 * @last: counters at the last look
 * @who: sums at the start
 * @room: for cells
 */
struct collector {
	struct report *report;
	struct rs_trace *trace;
	struct rs_trace_creds *creds;
	struct rs_trace_snapshot *before;
	struct rs_trace_snapshot *last;
	struct rs_trace_who *who;
	size_t room;
};

static unsigned int power_of(uint64_t ns)
{
	return ns ? 64 - __builtin_clzll(ns) : 0;
}

/* Two columns become one. Cells of the same place are added when drawn. */
static void halve(struct report *r)
{
	size_t i;

	for (i = 0; i < r->cells; i++)
		r->cell[i].column /= 2;
	r->columns = (r->columns + 1) / 2;
	r->column_ns *= 2;
}

static int add_cell(struct collector *c, size_t cause, uint64_t ns,
		    uint64_t count)
{
	struct report *r = c->report;

	if (r->cells == c->room) {
		size_t room = c->room ? 2 * c->room : 4096;
		struct report_cell *cell = realloc(r->cell,
						   room * sizeof(*cell));

		if (!cell)
			return cmd_error("%s", strerror(ENOMEM));
		r->cell = cell;
		c->room = room;
	}
	r->cell[r->cells++] = (struct report_cell) {
		.cause = cause, .column = r->columns, .power = power_of(ns),
		.count = count,
	};
	return EXIT_OK;
}

static int add_cells(struct collector *c, const struct rs_trace_snapshot *s)
{
	size_t i, n = rs_trace_causes(s);
	struct rs_trace_bucket bucket;
	struct rs_trace_cause cause;
	unsigned int b;
	int code = EXIT_OK;

	for (i = 0; i < n && !code; i++) {
		if (rs_trace_cause(s, i, &cause) || !cause.count)
			continue;
		for (b = 0; b < rs_trace_buckets(s) && !code; b++)
			if (!rs_trace_bucket(s, i, b, &bucket) && bucket.count)
				code = add_cell(c, i, bucket.high_ns,
						bucket.count);
	}
	return code;
}

/* A column is full. */
static int look(struct collector *c)
{
	struct rs_trace_snapshot *now, *difference;
	int err, code;

	err = rs_trace_snapshot_take(c->trace, &difference);
	if (err)
		return cmd_lib_error(err);
	rs_trace_snapshot_subtract(difference, c->last);
	code = add_cells(c, difference);
	rs_trace_snapshot_free(difference);
	err = code ? 0 : rs_trace_snapshot_take(c->trace, &now);
	if (code || err)
		return code ? code : cmd_lib_error(err);
	rs_trace_snapshot_free(c->last);
	c->last = now;
	if (++c->report->columns == REPORT_COLUMNS)
		halve(c->report);
	return EXIT_OK;
}

static int take_creds(struct collector *c)
{
	struct report *r = c->report;
	struct rs_trace_cred cred;
	int ret;

	while (c->creds && (ret = rs_trace_creds_next(c->creds, &cred)) != 0) {
		if (ret < 0)
			return cmd_lib_error(ret);
		if (r->creds < REPORT_CREDS)
			r->cred[r->creds++] = cred;
		r->creds_all++;
	}
	return EXIT_OK;
}

static int follow(struct collector *c, struct watch *w, uint64_t end_ns)
{
	uint64_t due = cmd_now_ns() + c->report->column_ns;
	enum watch_event event;
	int code = EXIT_OK;

	for (;;) {
		bool last = end_ns && end_ns <= due;

		watch_until(w, last ? end_ns : due);
		event = watch_next(w, c->creds ? rs_trace_creds_fd(c->creds) :
						 -1);
		if (event == WATCH_READY) {
			code = take_creds(c);
		} else {
			code = look(c);
			due = cmd_now_ns() + c->report->column_ns;
		}
		if (code || event == WATCH_EXIT || event == WATCH_STOP ||
		    (last && event == WATCH_TIME))
			return code ? code : take_creds(c);
	}
}

static int start(struct collector *c)
{
	int err;

	err = rs_trace_open(&c->trace);
	if (!err)
		err = rs_trace_set_level(c->trace, RS_TRACE_LEVEL_LATENCY,
					 RS_TRACE_WANT_OFF_CPU |
					 RS_TRACE_WANT_WHO);
	if (!err)
		err = rs_trace_who_take(c->trace, &c->who);
	if (!err)
		err = rs_trace_snapshot_take(c->trace, &c->before);
	if (!err)
		err = rs_trace_snapshot_take(c->trace, &c->last);
	if (err)
		return cmd_lib_error(err);
	/* The page says so if it has to do without. */
	c->report->creds_watched = !rs_trace_creds_open(&c->creds);
	if (!c->report->creds_watched)
		c->creds = NULL;
	c->report->start_ns = cmd_now_ns();
	return EXIT_OK;
}

static int finish(struct collector *c)
{
	int err;

	err = rs_trace_snapshot_take(c->trace, &c->report->total);
	if (!err)
		err = rs_trace_who_take(c->trace, &c->report->who);
	if (err)
		return cmd_lib_error(err);
	rs_trace_snapshot_subtract(c->report->total, c->before);
	rs_trace_who_subtract(c->report->who, c->who);
	return EXIT_OK;
}

static void end(struct collector *c)
{
	rs_trace_creds_close(c->creds);
	rs_trace_snapshot_free(c->before);
	rs_trace_snapshot_free(c->last);
	rs_trace_who_free(c->who);
	rs_trace_close(c->trace);
}

static int collect(struct report *r, struct watch *w, uint64_t seconds,
		   char **command)
{
	struct collector c = { .report = r };
	uint64_t end_ns = 0;
	int code = start(&c);

	if (!code && command)
		code = watch_run(w, command);
	else
		end_ns = cmd_now_ns() + seconds * 1000000000;
	if (!code)
		code = follow(&c, w, end_ns);
	if (!code)
		code = finish(&c);
	end(&c);
	return code;
}

static int write_file(const struct report *r, const char *file)
{
	struct newfile new;
	int code = newfile_open(&new, file);

	if (code)
		return code;
	report_write_html(r, new.f);
	return newfile_commit(&new);
}

static int report(struct watch *w, const char *file, uint64_t seconds,
		  char **command)
{
	struct report *r = calloc(1, sizeof(*r));
	int code;

	if (!r)
		return cmd_error("%s", strerror(ENOMEM));
	r->title = command ? command[0] : "the whole machine";
	r->column_ns = command ? LEAST_COLUMN_NS :
				 seconds * 1000000000 / (REPORT_COLUMNS / 2);
	if (r->column_ns < LEAST_COLUMN_NS)
		r->column_ns = LEAST_COLUMN_NS;
	code = collect(r, w, seconds, command);
	if (!code && file)
		code = write_file(r, file);
	else if (!code)
		report_write_folded(r, stdout);
	rs_trace_snapshot_free(r->total);
	rs_trace_who_free(r->who);
	free(r->cell);
	free(r);
	if (!code && command && w->status)
		code = EXIT_FAILED;
	return code;
}

static const struct option longs[] = {
	{ "folded", no_argument, NULL, 'f' },
	{ "seconds", required_argument, NULL, 's' },
	{ NULL, 0, NULL, 0 }
};

int trace_report(int argc, char **argv)
{
	uint64_t seconds = 0;
	const char *file = NULL;
	bool folded = false;
	struct watch w;
	int c, code;

	while ((c = cmd_getopt(argc, argv, "fs:", longs)) != -1) {
		if (c == 'f')
			folded = true;
		else if (c != 's' || cmd_parse_u64("--seconds", optarg, 1,
						   MAX_SECONDS, &seconds))
			return EXIT_USAGE;
	}
	if (!folded) {
		if (optind == argc || !strcmp(argv[optind - 1], "--"))
			return cmd_usage("which file?");
		file = argv[optind++];
		if (optind < argc && !strcmp(argv[optind], "--"))
			optind++;
	}
	if (seconds && optind < argc)
		return cmd_usage("--seconds or a command, not both");
	code = watch_init(&w);
	if (code)
		return code;
	code = report(&w, file, seconds ? seconds : DEFAULT_SECONDS,
		      optind < argc ? argv + optind : NULL);
	watch_end(&w);
	return code;
}
