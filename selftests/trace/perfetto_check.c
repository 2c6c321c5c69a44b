// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is a file what Perfetto reads, to the letter of the Trace Event Format, and do
 * the slices of each track nest? Stricter than any viewer: those forgive.
 *
 *	perfetto_check FILE [PHASE:NAME]...
 *
 *	perfetto_check --json FILE MEMBER...	any JSON that has these members
 *
 * Each PHASE:NAME, such as "X:read" or "i:credentials", is an event that has to
 * be there; a NAME that ends in '*' begins so. Prints how many of each phase
 * there are. Exits 1 with the first thing that is wrong.
 */
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH	64
#define MAX_TRACKS	256

/* Ends of the slices that are open on a track, outermost first. */
static struct track {
	long long ends[MAX_DEPTH];
	unsigned int depth;
	long long last;
} tracks[MAX_TRACKS];

static size_t at;

__attribute__((format(printf, 1, 2), noreturn))
static void bad(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "event %zu: ", at);
	vfprintf(stderr, fmt, ap);
	fputs("\n", stderr);
	va_end(ap);
	exit(1);
}

static const char *text(json_t *e, const char *key)
{
	const char *s = json_string_value(json_object_get(e, key));

	if (!s)
		bad("%s is no string", key);
	return s;
}

static long long integer(json_t *e, const char *key)
{
	json_t *n = json_object_get(e, key);

	if (!json_is_integer(n))
		bad("%s is no integer", key);
	return json_integer_value(n);
}

/* Microseconds in the file; nanoseconds here, which they have to be whole of. */
static long long time_of(json_t *e, const char *key)
{
	json_t *n = json_object_get(e, key);
	double ns;

	if (!json_is_number(n))
		bad("%s is no number", key);
	ns = json_number_value(n) * 1000;
	if (ns < 0 || fabs(ns - llround(ns)) > 0.01)
		bad("%s is %g ns", key, ns);
	return llround(ns);
}

static struct track *track_of(json_t *e)
{
	long long tid = integer(e, "tid");

	if (integer(e, "pid") < 1 || tid < 1 || tid >= MAX_TRACKS)
		bad("no such track");
	return &tracks[tid];
}

/* They are in the order of their beginnings, the outer one first. */
static void check_slice(json_t *e)
{
	struct track *t = track_of(e);
	long long start = time_of(e, "ts"), end = start + time_of(e, "dur");

	if (start < t->last)
		bad("begins before the one before");
	t->last = start;
	while (t->depth && t->ends[t->depth - 1] <= start)
		t->depth--;
	if (t->depth && end > t->ends[t->depth - 1])
		bad("%s ends %lld ns after what it is in", text(e, "name"),
		    end - t->ends[t->depth - 1]);
	if (t->depth == MAX_DEPTH)
		bad("too deep");
	t->ends[t->depth++] = end;
	text(e, "cat");
	if (!json_is_object(json_object_get(e, "args")))
		bad("no args");
}

static void check_instant(json_t *e)
{
	track_of(e);
	time_of(e, "ts");
	if (strlen(text(e, "s")) != 1 || !strchr("tpg", *text(e, "s")))
		bad("scope is %s", text(e, "s"));
}

static void check_metadata(json_t *e)
{
	json_t *args = json_object_get(e, "args");
	const char *name = text(e, "name");

	track_of(e);
	if (!strcmp(name, "process_name") || !strcmp(name, "thread_name"))
		text(args, "name");
	else if (!strcmp(name, "thread_sort_index"))
		integer(args, "sort_index");
	else
		bad("metadata %s", name);
}

static char check_event(json_t *e)
{
	const char *phase;

	if (!json_is_object(e))
		bad("no object");
	phase = text(e, "ph");
	text(e, "name");
	if (!strcmp(phase, "X"))
		check_slice(e);
	else if (!strcmp(phase, "i"))
		check_instant(e);
	else if (!strcmp(phase, "M"))
		check_metadata(e);
	else
		bad("phase %s", phase);
	return *phase;
}

static int is_called(const char *name, const char *wanted)
{
	size_t len = strlen(wanted);

	if (len && wanted[len - 1] == '*')
		return !strncmp(name, wanted, len - 1);
	return !strcmp(name, wanted);
}

static void need(json_t *events, const char *wanted)
{
	json_t *e;

	json_array_foreach(events, at, e)
		if (*text(e, "ph") == *wanted &&
		    is_called(text(e, "name"), wanted + 2))
			return;
	bad("there is no %s", wanted);
}

static json_t *load(const char *file)
{
	json_error_t error;
	json_t *root = json_load_file(file, JSON_REJECT_DUPLICATES, &error);

	if (!root) {
		fprintf(stderr, "line %d: %s\n", error.line, error.text);
		exit(1);
	}
	return root;
}

static int check_members(const char *file, char **members)
{
	json_t *root = load(file);

	for (; *members; members++)
		if (!json_object_get(root, *members))
			bad("no %s", *members);
	json_decref(root);
	return 0;
}

int main(int argc, char **argv)
{
	size_t slices = 0, instants = 0;
	json_t *root, *events, *e;
	int i;

	if (argc > 2 && !strcmp(argv[1], "--json"))
		return check_members(argv[2], argv + 3);
	if (argc < 2)
		return 2;
	root = load(argv[1]);
	if (strcmp(text(root, "displayTimeUnit"), "ns"))
		bad("unit is not ns");
	events = json_object_get(root, "traceEvents");
	if (!json_is_array(events))
		bad("no events");
	json_array_foreach(events, at, e) {
		char phase = check_event(e);

		slices += phase == 'X';
		instants += phase == 'i';
	}
	for (i = 2; i < argc; i++)
		need(events, argv[i]);
	printf("slices %zu instants %zu\n", slices, instants);
	json_decref(root);
	return 0;
}
