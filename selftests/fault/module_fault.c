// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults while a module is loaded: either it is there, or nothing of it is;
 * see fault.h. The kernel's own part of the work is hit as well.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kselftest.h"

#include "fault.h"

static int ko = -1;
static const char *loading;

static void describe_modules(struct state *s)
{
	static const char *const modules[] = {
		"ringside", "ringside_guard", "ringside_trace",
		"ringside_balloon",
	};
	size_t i;

	for (i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
		state_add(s, "%s: %d\n", modules[i],
			  module_is_loaded(modules[i]));
	state_add_dir(s, "/sys/class/misc");
	state_add_dir(s, "/sys/bus/virtio/drivers");
	state_add_dir(s, "/sys/kernel/tracing/events/ringside");
	state_add_dir(s, "/sys/kernel/debug");
	state_add_descriptors(s);
	state_add_hooks(s);
	state_add(s, "loose\n");
}

static int open_module(const char *name)
{
	char path[128];

	loading = name;
	snprintf(path, sizeof(path), KO_DIR "%s.ko", name);
	ko = open(path, O_RDONLY | O_CLOEXEC);
	return ko < 0 ? -1 : 0;
}

static long act_load(void)
{
	return or_errno(syscall(SYS_finit_module, ko, "", 0));
}

static void unload(void)
{
	unload_module(loading);
	close(ko);
}

static int open_core(void) { return open_module("ringside"); }
static int open_balloon(void) { return open_module("ringside_balloon"); }

static int with_core(const char *name)
{
	return load_module("ringside", "") ?: open_module(name);
}

static int open_guard(void) { return with_core("ringside_guard"); }
static int open_trace(void) { return with_core("ringside_trace"); }

static void unload_both(void)
{
	unload();
	unload_module("ringside");
}

static const struct op ops[] = {
	{ "loading ringside", open_core, act_load, NULL, unload },
	{ "loading ringside_guard", open_guard, act_load, NULL, unload_both },
	{ "loading ringside_trace", open_trace, act_load, NULL, unload_both },
	{ "loading ringside_balloon", open_balloon, act_load, NULL, unload },
};

/* What each of them registers. */
static const struct op registering[] = {
	{ "loading ringside_guard", open_guard, act_load, NULL, unload_both },
	{ "loading ringside_trace", open_trace, act_load, NULL, unload_both },
};

#define NR(array)	(sizeof(array) / sizeof((array)[0]))

int main(void)
{
	ksft_print_header();
	need_faults();
	describe = describe_modules;
	fail_allocations(ops, NR(ops));
	refuse_function("misc_register", -ENOMEM, registering,
			NR(registering));
	refuse_function("__register_virtio_driver", -ENOMEM, &ops[3], 1);
	finish();
}
