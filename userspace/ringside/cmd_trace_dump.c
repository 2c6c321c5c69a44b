// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside trace dump: what happened last on each CPU? Reads the flight recorder
 * if it is on, else switches it on for as long as it is told to, and shows what
 * it kept: as text, as JSON, or in a file for Perfetto.
 */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include "cmd.h"
#include "cmd_trace.h"
#include "newfile.h"
#include "out.h"
#include "trace_perfetto.h"

#define MAX_SECONDS	(366 * 24 * 3600)
#define SEC		UINT64_C(1000000000)

/**
 * struct dump - what is wanted, and what came of it
 * @seconds: of the recording, 0 for all there is
 * @freeze: stop the recorder first
 * @thaw: let it go on afterwards
 * @perfetto: file to write, NULL for text
 * @command: to run meanwhile, NULL for none
 * @choice: of events
 * @flight: the recording
 */
struct dump {
	uint64_t seconds;
	bool freeze;
	bool thaw;
	const char *perfetto;
	char **command;
	struct flight_choice choice;
	struct rs_flight *flight;
};

static const struct out_col cols[] = {
	{ "time", "TIME", true },
	{ "cpu", "CPU", true },
	{ "thread", "THREAD", false },
	{ "event", "EVENT", false },
	{ "duration_ns", "TOOK", true },
	{ "outcome", "", false },
};

static const char * const types[] = {
	[RS_TRACE_FLIGHT_CROSSING] = "crossing",
	[RS_TRACE_FLIGHT_UNTIMED] = "untimed",
	[RS_TRACE_FLIGHT_INTERRUPT] = "interrupt",
	[RS_TRACE_FLIGHT_SWITCH] = "switch",
	[RS_TRACE_FLIGHT_CRED] = "credentials",
	[RS_TRACE_FLIGHT_RESUME] = "recording",
	[RS_TRACE_FLIGHT_NAME] = "name",
};

static const char * const reasons[] = {
	[RS_TRACE_FROZEN_NOT] = "no",
	[RS_TRACE_FROZEN_ASKED] = "asked",
	[RS_TRACE_FROZEN_CRED] = "credentials",
	[RS_TRACE_FROZEN_SLOW] = "slow",
};

static const char *word(const char * const *words, size_t nr, size_t i)
{
	return i < nr && words[i] ? words[i] : "unknown";
}

static void show_json_fields(const struct rs_flight_event *e)
{
	out_u64("start_ns", e->start_ns);
	out_str("type", word(types, CMD_ARRAY_SIZE(types), e->type));
	out_u64("pid", e->pid);
	if (e->type == RS_TRACE_FLIGHT_CROSSING ||
	    e->type == RS_TRACE_FLIGHT_UNTIMED ||
	    e->type == RS_TRACE_FLIGHT_INTERRUPT) {
		out_str("kind", rs_trace_kind_name(e->kind));
		out_u64("index", e->index);
		out_s64("result", e->result);
	}
}

static void show_event(const struct rs_flight_event *e)
{
	char text[FLIGHT_NAME_LEN];

	out_row();
	if (out_is_json())
		show_json_fields(e);
	else
		out_fmt("time", "%" PRIu64 ".%09" PRIu64, e->start_ns / SEC,
			e->start_ns % SEC);
	out_u64("cpu", e->cpu);
	flight_thread_name(e, text, sizeof(text));
	out_str("thread", text);
	if (e->type == RS_TRACE_FLIGHT_SWITCH)
		snprintf(text, sizeof(text), "gets the CPU");
	else if (e->type == RS_TRACE_FLIGHT_NAME)
		snprintf(text, sizeof(text), "is called so from now on");
	else
		flight_name(e, text, sizeof(text));
	out_str("event", text);
	if (e->type == RS_TRACE_FLIGHT_CROSSING ||
	    e->type == RS_TRACE_FLIGHT_INTERRUPT)
		trace_out_ns("duration_ns", e->duration_ns);
	else
		out_null("duration_ns");
	flight_outcome(e, text, sizeof(text));
	out_str("outcome", text);
	out_end();
}

static void show_end(const struct rs_flight_info *info)
{
	out_str("frozen", word(reasons, CMD_ARRAY_SIZE(reasons), info->frozen));
	out_u64("overwritten", info->overwritten);
}

static int show_text(const struct dump *d, const struct rs_flight_info *info)
{
	struct rs_flight_event e;
	size_t i;

	out_begin();
	out_table("events", "nothing was recorded", cols, CMD_ARRAY_SIZE(cols));
	for (i = 0; i < rs_flight_events(d->flight); i++)
		if (!rs_flight_event(d->flight, i, &e) &&
		    flight_chosen(&d->choice, e.cpu, e.start_ns, e.duration_ns))
			show_event(&e);
	out_end();
	show_end(info);
	return EXIT_OK;
}

static int show_perfetto(const struct dump *d,
			 const struct rs_flight_info *info)
{
	struct newfile new;
	int code = newfile_open(&new, d->perfetto);

	if (code)
		return code;
	perfetto_write(d->flight, &d->choice, new.f);
	code = newfile_commit(&new);
	if (code)
		return code;
	out_begin();
	out_str("file", d->perfetto);
	show_end(info);
	return EXIT_OK;
}

static int show(struct dump *d, const struct watch *w)
{
	struct rs_flight_info info;
	int code;

	rs_flight_info(d->flight, &info);
	if (d->seconds && !d->choice.from_ns)
		d->choice.from_ns = info.end_ns > d->seconds * SEC ?
				    info.end_ns - d->seconds * SEC : 0;
	code = d->perfetto ? show_perfetto(d, &info) : show_text(d, &info);
	if (code)
		return code;
	if (w->pid)
		code = watch_report(w);
	out_end();
	return code;
}

/* Record for the command, or for some seconds. */
static int record(struct dump *d, struct rs_trace *t, struct watch *w)
{
	int err, code;

	/* What a recorder that is on already had before is not wanted. */
	d->choice.from_ns = cmd_now_ns();
	err = rs_trace_set_level(t, RS_TRACE_LEVEL_FLIGHT, 0);
	if (err)
		return cmd_lib_error(err);
	if (d->command) {
		code = watch_run(w, d->command);
		if (code)
			return code;
	} else {
		watch_seconds(w, d->seconds);
	}
	watch_next(w, -1);
	return EXIT_OK;
}

static int take(struct dump *d, struct rs_trace *t, struct watch *w)
{
	int err, code;

	/* It is on already, and what it has is wanted. */
	if (!d->command && !rs_flight_take(t, &d->flight)) {
		rs_flight_free(d->flight);
		d->flight = NULL;
	} else if (d->command || d->seconds) {
		code = record(d, t, w);
		if (code)
			return code;
	}
	err = d->freeze ? rs_flight_freeze(t, true) : 0;
	if (!err)
		err = rs_flight_take(t, &d->flight);
	if (!err && d->thaw)
		err = rs_flight_freeze(t, false);
	return err ? cmd_lib_error(err) : EXIT_OK;
}

static int dump(struct dump *d)
{
	struct watch w = { .pidfd = -1, .sigfd = -1 };
	struct rs_trace *t;
	int err, code;

	code = watch_init(&w);
	if (code)
		return code;
	err = rs_trace_open(&t);
	if (!err) {
		code = take(d, t, &w);
		rs_trace_close(t);
	} else {
		code = cmd_lib_error(err);
	}
	if (!code)
		code = show(d, &w);
	rs_flight_free(d->flight);
	watch_end(&w);
	return code;
}

static const struct option longs[] = {
	{ "cpu", required_argument, NULL, 'c' },
	{ "freeze", no_argument, NULL, 'f' },
	{ "perfetto", required_argument, NULL, 'p' },
	{ "seconds", required_argument, NULL, 's' },
	{ "text", no_argument, NULL, 'x' },
	{ "thaw", no_argument, NULL, 't' },
	{ NULL, 0, NULL, 0 }
};

static int option(struct dump *d, int c)
{
	uint64_t cpu;
	int code;

	switch (c) {
	case 'c':
		code = cmd_parse_u64("--cpu", optarg, 0, INT32_MAX, &cpu);
		d->choice.cpu = code ? RS_TRACE_ALL_CPUS : (int)cpu;
		return code;
	case 'f':
		d->freeze = true;
		return EXIT_OK;
	case 'p':
		d->perfetto = optarg;
		return EXIT_OK;
	case 's':
		return cmd_parse_u64("--seconds", optarg, 1, MAX_SECONDS,
				     &d->seconds);
	case 't':
		d->thaw = true;
		return EXIT_OK;
	case 'x':
		d->perfetto = NULL;
		return EXIT_OK;
	default:
		return EXIT_USAGE;
	}
}

int trace_dump(int argc, char **argv)
{
	struct dump d = { .choice.cpu = RS_TRACE_ALL_CPUS };
	int c;

	while ((c = cmd_getopt(argc, argv, "c:fp:s:tx", longs)) != -1)
		if (option(&d, c))
			return EXIT_USAGE;
	if (optind < argc)
		d.command = argv + optind;
	if (d.command && d.seconds)
		return cmd_usage("--seconds or a command, not both");
	if (d.choice.cpu >= sysconf(_SC_NPROCESSORS_CONF))
		return cmd_error("there is no CPU %d", d.choice.cpu);
	return dump(&d);
}
