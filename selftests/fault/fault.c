// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine: makes operations fail, and compares states. See fault.h.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kselftest.h"

#include "fault.h"

/* More places than any operation has. */
#define PLACES_MAX	20000
#define REFUSE		"/sys/module/rs_refuse/parameters/"

void (*describe)(struct state *s);

long or_errno(long ret)
{
	return ret < 0 ? -errno : ret;
}

int load_module(const char *name, const char *params)
{
	char path[128];
	int fd;
	long ret;

	snprintf(path, sizeof(path), KO_DIR "%s.ko", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = or_errno(syscall(SYS_finit_module, fd, params, 0));
	close(fd);
	return ret;
}

int unload_module(const char *name)
{
	return or_errno(syscall(SYS_delete_module, name, O_NONBLOCK));
}

bool module_is_loaded(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	return !access(path, F_OK);
}

void state_add(struct state *s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	s->len += vsnprintf(s->text + s->len, sizeof(s->text) - s->len, format,
			    args);
	va_end(args);
	if (s->len >= sizeof(s->text))
		ksft_exit_fail_msg("the state does not fit\n");
}

void state_add_file(struct state *s, const char *path)
{
	char text[256] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && read(fd, text, sizeof(text) - 1) < 0)
		snprintf(text, sizeof(text), "error %d", errno);
	if (fd >= 0)
		close(fd);
	text[strcspn(text, "\n")] = '\0';
	state_add(s, "%s: %s\n", path, fd < 0 ? "none" : text);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void state_add_dir(struct state *s, const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char *names[256];
	size_t nr = 0, i;

	while (dir && nr < 256 && (entry = readdir(dir)))
		names[nr++] = strdup(entry->d_name);
	if (dir)
		closedir(dir);
	qsort(names, nr, sizeof(names[0]), compare_names);
	state_add(s, "%s:", path);
	for (i = 0; i < nr; i++) {
		state_add(s, " %s", names[i]);
		free(names[i]);
	}
	state_add(s, "\n");
}

static unsigned int count_lines(const char *path)
{
	FILE *file = fopen(path, "re");
	unsigned int nr = 0;
	int c;

	while (file && (c = getc(file)) != EOF)
		nr += c == '\n';
	if (file)
		fclose(file);
	return nr;
}

void state_add_descriptors(struct state *s)
{
	state_add_dir(s, "/proc/self/fd");
}

unsigned int hooked_functions(void)
{
	return count_lines("/sys/kernel/tracing/enabled_functions");
}

void state_add_hooks(struct state *s)
{
	state_add(s, "hooked functions: %u\n", hooked_functions());
}

void report(bool good, const char *name)
{
	ksft_test_result(good, "%s\n", name);
}

void finish(void)
{
	ksft_set_plan(ksft_test_num());
	ksft_finished();
}

static void take(struct state *s)
{
	s->len = 0;
	s->text[0] = '\0';
	describe(s);
}

/* Up to @end, or all of it. Shows the first line that is not the same. */
static bool same(const struct state *a, const struct state *b, const char *end,
		 const char *when)
{
	const char *p = a->text, *q = b->text;
	size_t m, n;

	for (;;) {
		m = strcspn(p, "\n");
		n = strcspn(q, "\n");
		if (m != n || memcmp(p, q, m))
			break;
		if (!*p || (end && !strncmp(p, end, strlen(end))))
			return true;
		p += m + (p[m] == '\n');
		q += n + (q[n] == '\n');
	}
	ksft_print_msg("%s: '%.*s' became '%.*s'\n", when, (int)m, p, (int)n,
		       q);
	return false;
}

/* What makes operations fail. */
struct injector {
	void (*arm)(unsigned int place);
	bool (*fired)(void);
	bool (*is_its_error)(long error);
};

/* The kernel's fault injection. */

static int nth_fd = -1;

static void nth_write(unsigned int place)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", place);

	/* What is left from before may hit this. */
	while (pwrite(nth_fd, text, len, 0) != len)
		;
}

/* Reading is a copy to user space, too, and may be the place itself. */
static bool nth_fired(void)
{
	char text[16] = "";
	bool fired = pread(nth_fd, text, sizeof(text) - 1, 0) > 0 &&
		     atoi(text) == 0;

	nth_write(0);
	return fired;
}

static bool nth_error(long error)
{
	return error == -ENOMEM || error == -EFAULT;
}

static const struct injector fail_nth = { nth_write, nth_fired, nth_error };

/* Everything can fail, and nothing is printed about it. */
static const char *const knobs[][2] = {
	{ "failslab/ignore-gfp-wait", "N" },
	{ "failslab/verbose", "0" },
	{ "fail_page_alloc/ignore-gfp-wait", "N" },
	{ "fail_page_alloc/ignore-gfp-highmem", "N" },
	{ "fail_page_alloc/min-order", "0" },
	{ "fail_page_alloc/verbose", "0" },
	{ "fail_usercopy/verbose", "0" },
};

static bool prepare_fail_nth(void)
{
	char path[128];
	size_t i;

	nth_fd = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	if (nth_fd < 0)
		return false;
	for (i = 0; i < sizeof(knobs) / sizeof(knobs[0]); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s",
			 knobs[i][0]);
		if (write_text(path, knobs[i][1]))
			ksft_exit_fail_msg("%s: %s\n", path, strerror(errno));
	}
	/* Faults of our own pages would be counted. */
	mlockall(MCL_CURRENT);
	return true;
}

/* rs_refuse.ko */

static int refuse_value;

static void refuse_arm(unsigned int place)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", place);
	if (write_text(REFUSE "nth", text))
		ksft_exit_fail_msg("rs_refuse does not take it\n");
}

static bool refuse_fired(void)
{
	char text[16] = "";
	int fd = open(REFUSE "nth", O_RDONLY | O_CLOEXEC);
	bool fired = read(fd, text, sizeof(text) - 1) > 0 && atoi(text) == 0;

	close(fd);
	refuse_arm(0);
	return fired;
}

static bool refuse_error(long error)
{
	return error == refuse_value;
}

static const struct injector refuse = {
	refuse_arm, refuse_fired, refuse_error,
};

/* The states before, after, and after it was undone, without any fault. */
struct reference {
	struct state start, before, after;
};

/*
 * Return: 0, or -errno of the operation. A first round warms up what is made
 * once and kept.
 */
static long refer(const struct op *op, struct reference *ref)
{
	static struct state end;
	long ret;
	int round;

	for (round = 0; round < 2; round++) {
		take(&ref->start);
		ret = op->prepare ? op->prepare() : 0;
		if (ret < 0)
			return ret;
		take(&ref->before);
		ret = op->act();
		if (ret < 0)
			return ret;
		take(&ref->after);
		if (op->undo)
			op->undo();
		else if (op->clean)
			op->clean();
		take(&end);
	}
	return same(&ref->start, &end, "loose", "undone") ? 0 : -EUCLEAN;
}

/* One try. Sets @fired. Return: is all well? */
static bool try_place(const struct op *op, const struct injector *injector,
		      const struct reference *ref, unsigned int place,
		      bool *fired)
{
	static struct state before, after, end;
	bool good = true;
	long ret;

	if (op->prepare && op->prepare() < 0) {
		ksft_print_msg("place %u: no longer to be prepared\n", place);
		return false;
	}
	take(&before);
	injector->arm(place);
	ret = op->act();
	*fired = injector->fired();
	take(&after);
	if (ret >= 0) {
		good = same(&ref->after, &after, "loose", "it worked");
		if (op->undo)
			op->undo();
		else if (op->clean)
			op->clean();
	} else {
		good = same(&before, &after, NULL, "it failed");
		if (op->clean)
			op->clean();
	}
	take(&end);
	if (!same(&ref->start, &end, "loose", "in the end"))
		good = false;
	if (ret < 0 && (!*fired || !injector->is_its_error(ret))) {
		ksft_print_msg("%s: %s\n", *fired ? "the fault became" :
			       "it failed by itself", strerror(-ret));
		good = false;
	}
	if (!good)
		ksft_print_msg("place %u of '%s', which returned %ld\n", place,
			       op->name, ret);
	return good;
}

/* Return: how many places there are. Sets @good. */
static unsigned int try_all(const struct op *op,
			    const struct injector *injector, bool *good)
{
	static struct reference ref;
	unsigned int place, bad = 0;
	bool fired = true;
	long ret;

	ret = refer(op, &ref);
	*good = !ret;
	if (ret) {
		ksft_print_msg("without a fault: %s\n", strerror(-ret));
		return 0;
	}
	for (place = 1; place < PLACES_MAX; place++) {
		if (!try_place(op, injector, &ref, place, &fired))
			bad++;
		if (!fired || bad == 5)
			break;
	}
	*good = !bad && !fired;
	return place - 1;
}

void need_faults(void)
{
	if (nth_fd < 0 && !prepare_fail_nth())
		ksft_exit_skip("no CONFIG_FAULT_INJECTION\n");
}

void fail_allocations(const struct op *ops, size_t nr)
{
	unsigned int places;
	bool good;
	size_t i;

	if (load_module("rs_refuse", ""))
		ksft_exit_fail_msg("no rs_refuse.ko\n");
	for (i = 0; i < nr; i++) {
		places = try_all(&ops[i], &fail_nth, &good);
		/* Without one place the injection does not work. */
		ksft_test_result(good && places, "%s: %u places\n",
				 ops[i].name, places);
	}
	unload_module("rs_refuse");
}

void refuse_function(const char *function, int value, const struct op *ops,
		     size_t nr)
{
	unsigned int places, sum = 0, bad = 0;
	char text[128];
	bool good;
	size_t i;

	snprintf(text, sizeof(text), "function=%s value=%d", function, value);
	if (load_module("rs_refuse", text)) {
		ksft_test_result_skip("no %s to be refused\n", function);
		return;
	}
	snprintf(text, sizeof(text), "%d", getpid());
	write_text(REFUSE "pid", text);
	refuse_value = value;
	for (i = 0; i < nr; i++) {
		places = try_all(&ops[i], &refuse, &good);
		sum += places;
		bad += !good;
	}
	unload_module("rs_refuse");
	ksft_test_result(!bad && sum, "%s is refused: %u places\n", function,
			 sum);
}
