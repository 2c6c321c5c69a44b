// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults in every ioctl, mapping and attribute of the trace; see fault.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/ringside_trace.h>

#include "kselftest.h"

#include "fault.h"

#define DEVICE	"/dev/ringside-trace"
#define SYSFS	"/sys/class/misc/ringside-trace/"
#define NR(array)	(sizeof(array) / sizeof((array)[0]))

static int trace = -1, result = -1;
static const struct rs_trace_page *page;
static void *map;

/*
 * A kernel that does not let sigreturn be hooked is documented, as long as it
 * is told of: then the number is what it is with those hooks.
 */
static void describe_hooks(struct state *s)
{
	static unsigned int armed;
	unsigned int nr = hooked_functions();

	if (page->level && !(page->features & RS_TRACE_F_SIGRETURN))
		nr = armed;
	else if (page->level)
		armed = nr;
	state_add(s, "hooked functions: %u\n", nr);
}

static void describe_trace(struct state *s)
{
	state_add_file(s, SYSFS "level");
	state_add_file(s, SYSFS "always");
	state_add_file(s, SYSFS "armed");
	state_add_file(s, SYSFS "readers");
	state_add(s, "level of the page: %u\n", page->level);
	state_add(s, "flight recorder: %s, frozen by %u\n",
		  page->flight_offset ? "on" : "off", page->flight_frozen);
	state_add_descriptors(s);
	describe_hooks(s);
	state_add(s, "loose\n");
}

static long set_level(unsigned int level, unsigned int flags)
{
	struct rs_trace_level arg = {
		.size = sizeof(arg), .level = level, .flags = flags,
	};

	return or_errno(ioctl(trace, RS_TRACE_SET_LEVEL, &arg));
}

static long level_off(void) { return set_level(RS_TRACE_LEVEL_OFF, 0); }
static long level_count(void) { return set_level(RS_TRACE_LEVEL_COUNT, 0); }
static long level_latency(void) { return set_level(RS_TRACE_LEVEL_LATENCY, 0); }

static long level_off_cpu(void)
{
	return set_level(RS_TRACE_LEVEL_LATENCY, RS_TRACE_WANT_OFF_CPU);
}

static long level_flight(void) { return set_level(RS_TRACE_LEVEL_FLIGHT, 0); }

static void off(void)
{
	level_off();
}

static int have_count(void)
{
	return level_count() ? -1 : 0;
}

static int have_latency(void)
{
	return level_latency() ? -1 : 0;
}

static int have_flight(void)
{
	return level_flight() ? -1 : 0;
}

static long get_info(void)
{
	struct rs_info info = { .size = sizeof(info) };

	return or_errno(ioctl(trace, RS_TRACE_GET_INFO, &info));
}

static long act_open(void)
{
	return result = or_errno(open(DEVICE, O_RDONLY | O_CLOEXEC));
}

static void close_result(void)
{
	close(result);
}

/* An open that arms what the administrator asked for. */
static int want_two(void)
{
	close(trace);
	return write_text(SYSFS "level", "2");
}

static void want_none(void)
{
	write_text(SYSFS "level", "0");
	trace = open(DEVICE, O_RDONLY | O_CLOEXEC);
}

static void close_and_want_none(void)
{
	close_result();
	want_none();
}

static long map_counts(void)
{
	map = mmap(NULL, page->length, PROT_READ, MAP_SHARED, trace, 0);
	return map == MAP_FAILED ? -errno : 0;
}

static void unmap_counts(void)
{
	munmap(map, page->length);
}

static long map_latencies(void)
{
	map = mmap(NULL, page->latency_length, PROT_READ, MAP_SHARED, trace,
		   page->latency_offset);
	return map == MAP_FAILED ? -errno : 0;
}

static void unmap_latencies(void)
{
	munmap(map, page->latency_length);
}

static long map_flight(void)
{
	map = mmap(NULL, page->flight_length, PROT_READ, MAP_SHARED, trace,
		   page->flight_offset);
	return map == MAP_FAILED ? -errno : 0;
}

static void unmap_flight(void)
{
	munmap(map, page->flight_length);
}

static long freeze_flight(void)
{
	struct rs_trace_freeze arg = { .size = sizeof(arg), .frozen = 1 };

	return or_errno(ioctl(trace, RS_TRACE_SET_FREEZE, &arg));
}

static int open_attr(const char *path)
{
	result = open(path, O_WRONLY | O_CLOEXEC);
	return result < 0 ? -1 : 0;
}

static int open_level(void) { return open_attr(SYSFS "level"); }

static int open_always(void)
{
	return write_text(SYSFS "level", "2") ?: open_attr(SYSFS "always");
}

static long write_two(void)
{
	return or_errno(write(result, "2", 1));
}

static long write_one(void)
{
	return or_errno(write(result, "1", 1));
}

static void restore(void)
{
	close_result();
	write_text(SYSFS "always", "0");
	write_text(SYSFS "level", "0");
}

static const struct op ops[] = {
	{ "GET_INFO", NULL, get_info },
	{ "SET_LEVEL 1", NULL, level_count, NULL, off },
	{ "SET_LEVEL 2", NULL, level_latency, NULL, off },
	{ "SET_LEVEL 2 from 1", have_count, level_latency, NULL, off },
	{ "SET_LEVEL 2 with off-CPU times", NULL, level_off_cpu, NULL, off },
	{ "SET_LEVEL 3", NULL, level_flight, NULL, off },
	{ "SET_LEVEL 3 from 1", have_count, level_flight, NULL, off },
	{ "SET_LEVEL 3 from 2", have_latency, level_flight, NULL, off },
	{ "SET_LEVEL 2 from 3", have_flight, level_latency, NULL, off },
	{ "SET_LEVEL 0 from 3", have_flight, level_off, NULL, off },
	{ "SET_FREEZE", have_flight, freeze_flight, NULL, off },
	{ "SET_LEVEL 1 from 2", have_latency, level_count, NULL, off },
	{ "SET_LEVEL 0 from 2", have_latency, level_off, NULL, off },
	{ "open", NULL, act_open, close_result },
	{ "open at level 2", want_two, act_open, close_and_want_none,
	  want_none },
	{ "mmap of the counts", NULL, map_counts, unmap_counts },
	{ "mmap of the latencies", have_latency, map_latencies,
	  unmap_latencies, off },
	{ "mmap of the flight recorder", have_flight, map_flight, unmap_flight,
	  off },
	{ "write to level", open_level, write_two, NULL, restore },
	{ "write to always", open_always, write_one, NULL, restore },
};

/* Those that put hooks and probes in place. */
static const struct op hooking[] = {
	{ "SET_LEVEL 1", NULL, level_count, NULL, off },
	{ "SET_LEVEL 2", NULL, level_latency, NULL, off },
	{ "SET_LEVEL 2 with off-CPU times", NULL, level_off_cpu, NULL, off },
	{ "SET_LEVEL 3", NULL, level_flight, NULL, off },
	{ "write to always", open_always, write_one, NULL, restore },
};

static void set_up(void)
{
	if (load_module("ringside", "") || load_module("ringside_trace", ""))
		ksft_exit_skip("no ringside_trace.ko that loads\n");
	trace = open(DEVICE, O_RDONLY | O_CLOEXEC);
	page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, trace, 0);
	if (trace < 0 || page == MAP_FAILED)
		ksft_exit_fail_msg("no device, or no page of it\n");
	describe = describe_trace;
}

int main(void)
{
	ksft_print_header();
	need_faults();
	set_up();
	fail_allocations(ops, NR(ops));
	refuse_function("tracepoint_probe_register", -ENOMEM, hooking,
			NR(hooking));
	refuse_function("register_ftrace_function", -EBUSY, hooking,
			NR(hooking));
	refuse_function("__cpuhp_setup_state", -ENOMEM, hooking, NR(hooking));
	finish();
}
