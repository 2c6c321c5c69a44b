// SPDX-License-Identifier: GPL-2.0-only
/*
 * What becomes of the records of the flight recorder: are events in order, has
 * each thread its name, do slices nest on each CPU, and is what Perfetto gets
 * exactly that? One tick is one nanosecond here, and the clock starts at 0.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "trace_flight.h"
#include "trace_perfetto.h"
#include "tap.h"

#define CALL	RS_TRACE_FLIGHT_CROSSING
#define UNTIMED	RS_TRACE_FLIGHT_UNTIMED
#define IRQ	RS_TRACE_FLIGHT_INTERRUPT
#define SWITCH	RS_TRACE_FLIGHT_SWITCH
#define CRED	RS_TRACE_FLIGHT_CRED
#define RESUME	RS_TRACE_FLIGHT_RESUME
#define NAME	RS_TRACE_FLIGHT_NAME
/* Causes of the sections below. */
#define READ	0
#define GETPPID	110
#define TIMER	(1000 + 236)
#define ALL	((struct flight_choice) { 0, RS_TRACE_ALL_CPUS })

static const struct rs_trace_section sections[] = {
	{ RS_TRACE_SYSCALL_X64, RS_TRACE_SECTION_BOOKS, 0, 512 },
	{ RS_TRACE_EXCEPTION, RS_TRACE_SECTION_BOOKS, 512, 32 },
	{ RS_TRACE_KERNEL_VECTOR, 0, 1000, 256 },
};

/* A record that ends at @end; a switch to @pid, called @comm. */
static struct rs_trace_flight_record rec(unsigned int type, unsigned int pid,
					 unsigned int cause, uint64_t start,
					 uint64_t end, int64_t result)
{
	return (struct rs_trace_flight_record) {
		.time = start, .pid = pid, .type = type, .cause = cause,
		.ticks = end - start, .result = result,
	};
}

static struct rs_trace_flight_record named(unsigned int type, unsigned int pid,
					   uint64_t time, const char *comm)
{
	struct rs_trace_flight_record r = {
		.time = time, .pid = pid, .type = type,
	};
	char bytes[16] = "";

	memcpy(bytes, comm, strlen(comm));
	memcpy(&r.ticks, bytes, 8);
	memcpy(&r.result, bytes + 8, 8);
	return r;
}

struct ring_in {
	uint64_t overwritten;
	size_t nr;
	const struct rs_trace_flight_record *record;
};

static struct rs_flight *decode(const struct ring_in *rings, size_t nr,
				uint64_t end)
{
	struct rs_flight *f = calloc(1, sizeof(*f));
	size_t i;

	f->time = (struct rs_flight_time) { 1000000, 0, 0 };
	f->end = end;
	f->section = malloc(sizeof(sections));
	memcpy(f->section, sections, sizeof(sections));
	f->nr_sections = sizeof(sections) / sizeof(sections[0]);
	f->ring = calloc(nr, sizeof(*f->ring));
	f->nr_rings = nr;
	for (i = 0; i < nr; i++) {
		size_t size = rings[i].nr * sizeof(*rings[i].record);

		f->ring[i] = (struct rs_flight_ring) {
			.cpu = i, .overwritten = rings[i].overwritten,
			.nr = rings[i].nr, .record = malloc(size + 1),
		};
		if (size)
			memcpy(f->ring[i].record, rings[i].record, size);
	}
	EXPECT_EQ(0, rs_flight_decode(f));
	return f;
}

#define RING(_records, _overwritten) \
	{ _overwritten, sizeof(_records) / sizeof((_records)[0]), _records }

static struct rs_flight_event event_at(const struct rs_flight *f, size_t i)
{
	struct rs_flight_event e;

	EXPECT_EQ(0, rs_flight_event(f, i, &e));
	return e;
}

/* The only one of that type and thread. */
static struct rs_flight_event event_of(const struct rs_flight *f,
				       unsigned int type, unsigned int pid)
{
	struct rs_flight_event e = { 0 }, found = { 0 };
	size_t i, n = 0;

	for (i = 0; i < rs_flight_events(f); i++) {
		e = event_at(f, i);
		if (e.type == type && e.pid == pid) {
			found = e;
			n++;
		}
	}
	EXPECT_EQ(1, n);
	return found;
}

/* "cpu:depth start-end what; ..." of all slices. */
static char *slices_of(const struct rs_flight *f)
{
	char *text = NULL, name[FLIGHT_NAME_LEN];
	struct rs_flight_slice s;
	size_t i, len;
	FILE *out = open_memstream(&text, &len);

	for (i = 0; i < rs_flight_slices(f); i++) {
		struct rs_flight_event e;

		EXPECT_EQ(0, rs_flight_slice(f, i, &s));
		e = event_at(f, s.event);
		if (e.type == RESUME || e.type == NAME)
			e.type = SWITCH;
		flight_name(&e, name, sizeof(name));
		fprintf(out, "%s%u:%u %" PRIu64 "-%" PRIu64 " %s",
			i ? "; " : "", s.cpu, s.depth, s.start_ns,
			s.start_ns + s.duration_ns, name);
	}
	fclose(out);
	return text;
}

static void expect_slices(const struct rs_flight *f, const char *want)
{
	char *got = slices_of(f);

	EXPECT_STREQ(want, got);
	free(got);
}

TEST(events_are_sorted_by_their_beginning)
{
	const struct rs_trace_flight_record a[] = {
		named(RESUME, 7, 100, "seven"),
		rec(IRQ, 7, TIMER, 130, 140, 0),
		rec(CALL, 7, READ, 120, 150, 5),
		rec(IRQ, 7, TIMER, 160, 165, 0),
		rec(CALL, 7, GETPPID, 160, 170, 1),
	}, b[] = {
		rec(CALL, 9, GETPPID, 110, 115, -38),
	};
	const struct ring_in rings[] = { RING(a, 0), RING(b, 3) };
	struct rs_flight *f = decode(rings, 2, 200);
	static const uint64_t starts[] = { 100, 110, 120, 130, 160, 160 };
	struct rs_flight_info info;
	size_t i;

	EXPECT_EQ(6, rs_flight_events(f));
	for (i = 0; i < 6; i++)
		EXPECT_EQ(starts[i], event_at(f, i).start_ns);
	EXPECT_EQ(30, event_at(f, 2).duration_ns);
	EXPECT_EQ(5, event_at(f, 2).result);
	EXPECT_EQ(-38, event_at(f, 1).result);
	EXPECT_EQ(1, event_at(f, 1).cpu);
	EXPECT_EQ(RS_TRACE_KERNEL_VECTOR, event_at(f, 3).kind);
	EXPECT_EQ(236, event_at(f, 3).index);
	/* The outer one first. */
	EXPECT_EQ(CALL, event_at(f, 4).type);
	rs_flight_info(f, &info);
	EXPECT_EQ(3, info.overwritten);
	EXPECT_EQ(2, info.cpus);
	EXPECT_EQ(200, info.end_ns);
	rs_flight_free(f);
}

TEST(a_thread_has_the_name_of_its_time)
{
	const struct rs_trace_flight_record a[] = {
		rec(CALL, 7, GETPPID, 10, 20, 0),
		named(SWITCH, 7, 30, "sh"),
		rec(UNTIMED, 7, 59, 40, 40, 0),
		named(SWITCH, 7, 50, "sixteen-letters!"),
		rec(IRQ, 7, TIMER, 60, 70, 0),
		rec(CALL, 8, GETPPID, 80, 90, 0),
	};
	const struct ring_in rings[] = { RING(a, 0) };
	struct rs_flight *f = decode(rings, 1, 100);

	/* Nothing tells earlier: the first name that it has. */
	EXPECT_STREQ("sh", event_of(f, CALL, 7).comm);
	EXPECT_STREQ("sh", event_of(f, UNTIMED, 7).comm);
	EXPECT_STREQ("sixteen-letters!", event_of(f, IRQ, 7).comm);
	EXPECT_STREQ("", event_of(f, CALL, 8).comm);
	rs_flight_free(f);
}

TEST(interrupts_are_in_calls_and_calls_in_threads)
{
	const struct rs_trace_flight_record a[] = {
		named(RESUME, 7, 100, "seven"),
		rec(IRQ, 7, TIMER, 132, 138, 0),
		rec(IRQ, 7, TIMER, 130, 140, 0),
		rec(CALL, 7, READ, 120, 150, 5),
		named(SWITCH, 0, 160, "swapper/0"),
		rec(IRQ, 0, TIMER, 170, 180, 0),
		named(SWITCH, 7, 190, "seven"),
	};
	const struct ring_in rings[] = { RING(a, 0) };
	struct rs_flight *f = decode(rings, 1, 200);

	expect_slices(f, "0:0 100-160 seven [7]; 0:1 120-150 read; "
		      "0:2 130-140 local timer; 0:3 132-138 local timer; "
		      "0:0 170-180 local timer; 0:0 190-200 seven [7]");
	rs_flight_free(f);
}

TEST(a_call_that_sleeps_is_cut)
{
	const struct rs_trace_flight_record a[] = {
		named(RESUME, 7, 100, "seven"),
		named(SWITCH, 8, 130, "eight"),
		rec(CALL, 8, GETPPID, 140, 150, 0),
		named(SWITCH, 7, 160, "seven"),
		named(SWITCH, 0, 170, "swapper/0"),
	}, b[] = {
		named(SWITCH, 7, 180, "seven"),
		rec(CALL, 7, READ, 120, 190, 0),
	};
	const struct ring_in rings[] = { RING(a, 0), RING(b, 0) };
	struct rs_flight *f = decode(rings, 2, 200);

	/* It ends on another CPU. */
	expect_slices(f, "0:0 100-130 seven [7]; 0:1 120-130 read; "
		      "0:0 130-160 eight [8]; 0:1 140-150 getppid; "
		      "0:0 160-170 seven [7]; 0:1 160-170 read; "
		      "1:0 180-200 seven [7]; 1:1 180-190 read");
	EXPECT_EQ(70, event_of(f, CALL, 7).duration_ns);
	rs_flight_free(f);
}

TEST(nothing_is_made_up_where_records_are_gone)
{
	const struct rs_trace_flight_record a[] = {
		rec(CALL, 7, READ, 10, 100, 0),
		rec(CALL, 7, GETPPID, 110, 120, 0),
		named(SWITCH, 8, 130, "eight"),
	};
	const struct ring_in rings[] = { RING(a, 5) };
	struct rs_flight *f = decode(rings, 1, 140);

	expect_slices(f, "0:0 110-120 getppid; 0:0 130-140 eight [8]");
	rs_flight_free(f);
}

TEST(a_freeze_leaves_a_gap)
{
	const struct rs_trace_flight_record a[] = {
		named(RESUME, 7, 100, "seven"),
		rec(CALL, 7, GETPPID, 110, 120, 0),
		named(RESUME, 8, 200, "eight"),
		rec(CALL, 8, READ, 150, 210, 0),
	};
	const struct ring_in rings[] = { RING(a, 0) };
	struct rs_flight *f = decode(rings, 1, 220);

	expect_slices(f, "0:0 100-120 seven [7]; 0:1 110-120 getppid; "
		      "0:0 200-220 eight [8]; 0:1 200-210 read");
	rs_flight_free(f);
}

TEST(counters_that_disagree_still_nest)
{
	const struct rs_trace_flight_record a[] = {
		named(RESUME, 7, 100, "seven"),
		rec(IRQ, 7, TIMER, 145, 153, 0),
		rec(CALL, 7, READ, 120, 150, 0),
	};
	const struct ring_in rings[] = { RING(a, 0) };
	struct rs_flight *f = decode(rings, 1, 160);

	expect_slices(f, "0:0 100-160 seven [7]; 0:1 120-150 read; "
		      "0:2 145-150 local timer");
	rs_flight_free(f);
}

TEST(a_thread_that_is_renamed_goes_on_as_another)
{
	const struct rs_trace_flight_record a[] = {
		named(SWITCH, 7, 100, "sh"),
		named(NAME, 8, 110, "elsewhere"),
		named(NAME, 7, 120, "ls"),
		rec(CALL, 7, 59, 105, 130, 0),
		rec(CALL, 7, READ, 140, 150, 0),
	};
	const struct ring_in rings[] = { RING(a, 0) };
	struct rs_flight *f = decode(rings, 1, 160);

	expect_slices(f, "0:0 100-120 sh [7]; 0:1 105-120 execve; "
		      "0:0 120-160 ls [7]; 0:1 120-130 execve; "
		      "0:1 140-150 read");
	rs_flight_free(f);
}

TEST(newer_types_are_skipped)
{
	const struct rs_trace_flight_record a[] = {
		rec(0, 7, 1, 10, 20, 0), rec(77, 7, 1, 10, 20, 0),
		rec(CALL, 7, 60000, 30, 40, 0),
	};
	const struct ring_in rings[] = { RING(a, 0) };
	struct rs_flight *f = decode(rings, 1, 50);

	EXPECT_EQ(1, rs_flight_events(f));
	EXPECT_EQ(UINT32_MAX, event_at(f, 0).kind);
	rs_flight_free(f);
}

TEST(empty_rings_are_nothing)
{
	const struct ring_in rings[] = { { 0, 0, NULL }, { 0, 0, NULL } };
	struct rs_flight *f = decode(rings, 2, 50);
	struct rs_flight_slice s;
	struct rs_flight_event e;

	EXPECT_EQ(0, rs_flight_events(f));
	EXPECT_EQ(0, rs_flight_slices(f));
	EXPECT_EQ(-EINVAL, rs_flight_event(f, 0, &e));
	EXPECT_EQ(-EINVAL, rs_flight_slice(f, 0, &s));
	rs_flight_free(f);
}

/* 3 GHz, far from the moment that is known, on either side of it. */
TEST(time_never_goes_back)
{
	struct rs_flight f = { .time = { 2999999, 1000000000, 500000000 } };
	uint64_t last = 0, t;

	for (t = 0; t < 2000000000; t += 9999991) {
		uint64_t a = rs_flight_to_ns(&f, t), b = rs_flight_to_ns(&f,
									 t + 1);

		EXPECT_TRUE(last <= a && a <= b && b <= a + 1);
		last = b;
	}
	EXPECT_EQ(500000000, rs_flight_to_ns(&f, 1000000000));
	EXPECT_EQ(500000003, rs_flight_to_ns(&f, 1000000009 + 1));
	EXPECT_EQ(499999996, rs_flight_to_ns(&f, 1000000000 - 10));
	EXPECT_EQ(166666555, rs_flight_to_ns(&f, 0));
}

static void expect_outcome(const char *want, unsigned int type,
			   unsigned int kind, int64_t result)
{
	struct rs_flight_event e = {
		.type = type, .kind = kind, .result = result, .comm = "",
	};
	char text[FLIGHT_NAME_LEN];

	flight_outcome(&e, text, sizeof(text));
	EXPECT_STREQ(want, text);
}

TEST(outcomes_read_as_people_write_them)
{
	expect_outcome("= 3", CALL, RS_TRACE_SYSCALL_X64, 3);
	expect_outcome("= -2 ENOENT", CALL, RS_TRACE_SYSCALL_I386, -2);
	expect_outcome("= -4000", UNTIMED, RS_TRACE_SYSCALL_X64, -4000);
	expect_outcome("= 0x7f0000000000", CALL, RS_TRACE_SYSCALL_X64,
		       0x7f0000000000);
	expect_outcome("= 0xffffffffff600000", CALL, RS_TRACE_SYSCALL_X64,
		       0xffffffffff600000);
	expect_outcome("", CALL, RS_TRACE_EXCEPTION, 1);
	expect_outcome("", IRQ, RS_TRACE_KERNEL_VECTOR, 0);
	expect_outcome("euid 0->0, explained", CRED, 0, 0);
}

static struct rs_flight *example(void)
{
	const struct rs_trace_flight_record a[] = {
		named(RESUME, 7, 1001, "a\"b\\c\xff\n"),
		rec(IRQ, 7, TIMER, 1130, 1140, 0),
		rec(CALL, 7, READ, 1120, 1150, -9),
		rec(CRED, 7, 0, 1160, 1160 + 4, 0x3e8),
		rec(CRED, 7, 4, 1161, 1161, 0),
		rec(UNTIMED, 7, GETPPID, 1170, 1170, -1),
		named(SWITCH, 8, 1200, "eight"),
	}, b[] = {
		rec(CALL, 9, GETPPID, 1110, 1115, 0),
	};
	const struct ring_in rings[] = { RING(a, 0), RING(b, 1) };

	return decode(rings, 2, 3001);
}

static json_t *perfetto(const struct rs_flight *f,
			const struct flight_choice *choice)
{
	char *text = NULL;
	json_error_t error;
	json_t *root;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	perfetto_write(f, choice, out);
	fclose(out);
	root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		printf("# %s at line %d\n%s\n", error.text, error.line, text);
	free(text);
	EXPECT_TRUE(root);
	return root;
}

/* How many have this phase and name. */
static unsigned int count(json_t *root, const char *phase, const char *name)
{
	unsigned int n = 0;
	json_t *e;
	size_t i;

	json_array_foreach(json_object_get(root, "traceEvents"), i, e)
		n += !strcmp(json_string_value(json_object_get(e, "ph")),
			     phase) &&
		     !strcmp(json_string_value(json_object_get(e, "name")),
			     name);
	return n;
}

TEST(perfetto_gets_slices_instants_and_names)
{
	struct rs_flight *f = example();
	json_t *root = perfetto(f, &ALL);
	json_t *events = json_object_get(root, "traceEvents");

	EXPECT_EQ(1, count(root, "X", "read"));
	EXPECT_EQ(1, count(root, "X", "local timer"));
	EXPECT_EQ(1, count(root, "X", "a\"b\\c\\xff\n [7]"));
	EXPECT_EQ(1, count(root, "X", "eight [8]"));
	EXPECT_EQ(2, count(root, "i", "credentials"));
	EXPECT_EQ(1, count(root, "i", "getppid"));
	EXPECT_EQ(1, count(root, "i", "recording"));
	EXPECT_EQ(2, count(root, "M", "thread_name"));
	EXPECT_EQ(1, count(root, "M", "process_name"));
	/* Names: 1 + 2 * 2. Slices: 4, and the other CPU's is not whole. */
	EXPECT_EQ(5 + 4 + 4, json_array_size(events));
	json_decref(root);
	rs_flight_free(f);
}

TEST(perfetto_gets_whole_nanoseconds)
{
	struct rs_flight *f = example();
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	perfetto_write(f, &ALL, out);
	fclose(out);
	EXPECT_TRUE(strstr(text, "\"tid\":1,\"ts\":0.119,\"dur\":0.030,\"name\":\"read\""));
	EXPECT_TRUE(strstr(text, "\"tid\":1,\"ts\":0.199,\"dur\":1.801,\"name\":\"eight [8]\""));
	EXPECT_TRUE(strstr(text, "\"result\":\"-9 EBADF\""));
	EXPECT_TRUE(strstr(text, "euid 0->1000, gains capabilities, explained"));
	EXPECT_TRUE(strstr(text, "euid 0->0, committed unexplained"));
	free(text);
	rs_flight_free(f);
}

TEST(a_choice_leaves_the_rest_out)
{
	struct flight_choice late = { 1190, RS_TRACE_ALL_CPUS }, second = { 0, 1 };
	struct rs_flight *f = example();
	json_t *root = perfetto(f, &late);

	EXPECT_EQ(0, count(root, "X", "read"));
	EXPECT_EQ(0, count(root, "i", "credentials"));
	/* It goes on until then. */
	EXPECT_EQ(1, count(root, "X", "a\"b\\c\\xff\n [7]"));
	json_decref(root);
	root = perfetto(f, &second);
	EXPECT_EQ(0, count(root, "X", "read"));
	EXPECT_EQ(1, count(root, "M", "thread_name"));
	json_decref(root);
	rs_flight_free(f);
}

TEST_MAIN
