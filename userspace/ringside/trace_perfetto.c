// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes the flight recorder in the Trace Event Format. One object a line, and
 * each by itself: a recording may be larger than the tree of it should be.
 *
 * Times are microseconds since the beginning with three digits after the point,
 * which are whole nanoseconds: what nests on a CPU nests in the file, digit by
 * digit.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "out_text.h"
#include "trace_perfetto.h"

/* The process whose threads are the CPUs. 0 would be the idle loop's. */
#define CPUS_PID	1

struct writer {
	FILE *f;
	const struct rs_flight *flight;
	const struct flight_choice *choice;
	uint64_t zero_ns;
	bool any;
};

bool flight_chosen(const struct flight_choice *choice, uint32_t cpu,
		   uint64_t start_ns, uint64_t duration_ns)
{
	return (choice->cpu == RS_TRACE_ALL_CPUS ||
		(uint32_t)choice->cpu == cpu) &&
	       start_ns + duration_ns >= choice->from_ns;
}

void flight_thread_name(const struct rs_flight_event *e, char *name, size_t len)
{
	snprintf(name, len, "%s [%u]", *e->comm ? e->comm :
		 e->pid ? "?" : "idle", e->pid);
}

void flight_name(const struct rs_flight_event *e, char *name, size_t len)
{
	switch (e->type) {
	case RS_TRACE_FLIGHT_CROSSING:
	case RS_TRACE_FLIGHT_UNTIMED:
	case RS_TRACE_FLIGHT_INTERRUPT:
		rs_trace_cause_name(e->kind, e->index, name, len);
		break;
	case RS_TRACE_FLIGHT_CRED:
		snprintf(name, len, "credentials");
		break;
	case RS_TRACE_FLIGHT_RESUME:
		snprintf(name, len, "recording");
		break;
	default:
		flight_thread_name(e, name, len);
	}
}

static bool is_call(const struct rs_flight_event *e)
{
	return (e->type == RS_TRACE_FLIGHT_CROSSING ||
		e->type == RS_TRACE_FLIGHT_UNTIMED) &&
	       e->kind <= RS_TRACE_SYSCALL_NONE;
}

static void call_outcome(int64_t result, char *text, size_t len)
{
	const char *name = NULL;

	if (result < 0 && result >= -4095)
		name = strerrorname_np(-result);
	if (name)
		snprintf(text, len, "= %" PRId64 " %s", result, name);
	else if (result < -4095 || result > INT32_MAX)
		snprintf(text, len, "= 0x%" PRIx64, result);
	else
		snprintf(text, len, "= %" PRId64, result);
}

static void cred_outcome(const struct rs_flight_event *e, char *text,
			 size_t len)
{
	static const char * const flaws[] = {
		"explained", "other credentials", "overwritten", "split",
		"committed unexplained"
	};
	const char *flaw = e->flaw < sizeof(flaws) / sizeof(flaws[0]) ?
			   flaws[e->flaw] : "unexplained";

	snprintf(text, len, "euid %u->%u%s, %s", e->old_euid, e->new_euid,
		 e->gained ? ", gains capabilities" : "", flaw);
}

void flight_outcome(const struct rs_flight_event *e, char *text, size_t len)
{
	*text = 0;
	if (is_call(e))
		call_outcome(e->result, text, len);
	else if (e->type == RS_TRACE_FLIGHT_CRED)
		cred_outcome(e, text, len);
}

static void put_time(const struct writer *w, const char *key, uint64_t ns)
{
	fprintf(w->f, ",\"%s\":%" PRIu64 ".%03u", key, ns / 1000,
		(unsigned int)(ns % 1000));
}

/* Names of threads are bytes, JSON is text. */
static json_t *text_of(const char *bytes)
{
	char *text = text_escape(bytes, false);
	json_t *json = text ? json_string(text) : NULL;

	free(text);
	return json ?: json_string("?");
}

/* Takes the reference. */
static void put_json(const struct writer *w, const char *key, json_t *value)
{
	fprintf(w->f, ",\"%s\":", key);
	if (!value || json_dumpf(value, w->f, JSON_ENCODE_ANY | JSON_COMPACT |
				 JSON_PRESERVE_ORDER))
		fputs("null", w->f);
	json_decref(value);
}

static void begin(struct writer *w, char phase, uint32_t cpu)
{
	fprintf(w->f, "%s{\"ph\":\"%c\",\"pid\":%d,\"tid\":%u",
		w->any ? ",\n" : "\n", phase, CPUS_PID, cpu + 1);
	w->any = true;
}

static void end(struct writer *w)
{
	fputs("}", w->f);
}

static json_t *args_of(const struct rs_flight_event *e)
{
	json_t *args = json_object();
	char text[FLIGHT_NAME_LEN];

	json_object_set_new(args, "pid", json_integer(e->pid));
	json_object_set_new(args, "comm", text_of(e->comm));
	flight_outcome(e, text, sizeof(text));
	if (is_call(e))
		json_object_set_new(args, "result", text_of(text + 2));
	else if (*text)
		json_object_set_new(args, "change", text_of(text));
	return args;
}

static const char *category(const struct rs_flight_event *e)
{
	switch (e->type) {
	case RS_TRACE_FLIGHT_CROSSING:
	case RS_TRACE_FLIGHT_UNTIMED:
	case RS_TRACE_FLIGHT_INTERRUPT:
		return rs_trace_kind_name(e->kind);
	case RS_TRACE_FLIGHT_CRED:
		return "credentials";
	case RS_TRACE_FLIGHT_SWITCH:
		return "thread";
	default:
		return "recorder";
	}
}

static void put_event(struct writer *w, const struct rs_flight_event *e)
{
	char name[FLIGHT_NAME_LEN];

	flight_name(e, name, sizeof(name));
	put_json(w, "name", text_of(name));
	put_json(w, "cat", json_string(category(e)));
	put_json(w, "args", args_of(e));
}

static void put_slice(struct writer *w, const struct rs_flight_slice *s)
{
	struct rs_flight_event e;

	if (!flight_chosen(w->choice, s->cpu, s->start_ns, s->duration_ns) ||
	    rs_flight_event(w->flight, s->event, &e))
		return;
	begin(w, 'X', s->cpu);
	put_time(w, "ts", s->start_ns - w->zero_ns);
	put_time(w, "dur", s->duration_ns);
	/* Whatever began it, it is the time of this thread. */
	if (e.type == RS_TRACE_FLIGHT_RESUME || e.type == RS_TRACE_FLIGHT_NAME)
		e.type = RS_TRACE_FLIGHT_SWITCH;
	put_event(w, &e);
	end(w);
}

static bool is_instant(const struct rs_flight_event *e)
{
	return e->type == RS_TRACE_FLIGHT_UNTIMED ||
	       e->type == RS_TRACE_FLIGHT_CRED ||
	       e->type == RS_TRACE_FLIGHT_RESUME;
}

static void put_instant(struct writer *w, const struct rs_flight_event *e)
{
	if (!is_instant(e) || !flight_chosen(w->choice, e->cpu, e->start_ns, 0))
		return;
	begin(w, 'i', e->cpu);
	put_time(w, "ts", e->start_ns - w->zero_ns);
	/* Credentials stand out from top to bottom, the rest on its CPU. */
	put_json(w, "s", json_string(e->type == RS_TRACE_FLIGHT_CRED ? "p" :
				     "t"));
	put_event(w, e);
	end(w);
}

static void put_name(struct writer *w, const char *what, uint32_t cpu,
		     json_t *value, const char *key)
{
	begin(w, 'M', cpu);
	put_time(w, "ts", 0);
	put_json(w, "name", json_string(what));
	put_json(w, "args", json_pack("{s:o}", key, value));
	end(w);
}

/* Tracks are named when something is on them, in the order of the CPUs. */
static void put_names(struct writer *w)
{
	size_t i, n = rs_flight_events(w->flight);
	struct rs_flight_event e;
	uint32_t cpu, cpus = 0;
	char name[32];

	for (i = 0; i < n; i++)
		if (!rs_flight_event(w->flight, i, &e) && e.cpu >= cpus)
			cpus = e.cpu + 1;
	put_name(w, "process_name", 0, json_string("CPUs"), "name");
	for (cpu = 0; cpu < cpus; cpu++) {
		if (w->choice->cpu != RS_TRACE_ALL_CPUS &&
		    (uint32_t)w->choice->cpu != cpu)
			continue;
		snprintf(name, sizeof(name), "CPU %u", cpu);
		put_name(w, "thread_name", cpu, json_string(name), "name");
		put_name(w, "thread_sort_index", cpu, json_integer(cpu),
			 "sort_index");
	}
}

/* The earliest beginning of whatever may be written. */
static uint64_t find_zero(const struct rs_flight *flight)
{
	struct rs_flight_event e;
	struct rs_flight_slice s;
	uint64_t zero = UINT64_MAX;
	size_t i;

	if (!rs_flight_event(flight, 0, &e))
		zero = e.start_ns;
	for (i = 0; !rs_flight_slice(flight, i, &s); i++)
		if (s.start_ns < zero)
			zero = s.start_ns;
	return zero;
}

void perfetto_write(const struct rs_flight *flight,
		    const struct flight_choice *choice, FILE *f)
{
	struct writer w = {
		.f = f, .flight = flight, .choice = choice,
		.zero_ns = find_zero(flight),
	};
	struct rs_flight_slice s;
	struct rs_flight_event e;
	size_t i;

	fputs("{\"displayTimeUnit\":\"ns\",\"otherData\":{\"producer\":\"ringside "
	      RS_VERSION "\"", f);
	fprintf(f, ",\"zero_ns\":\"%" PRIu64 "\"},\n\"traceEvents\":[",
		w.zero_ns);
	put_names(&w);
	for (i = 0; !rs_flight_slice(flight, i, &s); i++)
		put_slice(&w, &s);
	for (i = 0; !rs_flight_event(flight, i, &e); i++)
		put_instant(&w, &e);
	fputs("\n]}\n", f);
}
