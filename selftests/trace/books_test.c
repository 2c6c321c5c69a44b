// SPDX-License-Identifier: GPL-2.0-only
/*
 * Do the books balance, on each CPU, while threads, children, faults, signals,
 * interrupts, uprobes and ptrace go on at once, and how much stays unexplained?
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "load.h"
#include "reader.h"

#define SECONDS		4
#define PATIENCE	60
/* Residual of all returns, in units of 1/1000. */
#define MAX_RESIDUAL	5
/* Of each ingredient of the load, at least. */
#define ENOUGH		20

FIXTURE(books)
{
	struct reader r;
	int probed;
};

FIXTURE_VARIANT(books)
{
	unsigned int load;
	unsigned int level;
	unsigned int flags;
};

FIXTURE_VARIANT_ADD(books, one_cpu) {
	.load = LOAD_ONE_CPU | LOAD_UPROBES | LOAD_PTRACE,
	.level = RS_TRACE_LEVEL_COUNT
};

FIXTURE_VARIANT_ADD(books, all_cpus) {
	.load = LOAD_UPROBES | LOAD_PTRACE,
	.level = RS_TRACE_LEVEL_COUNT
};

FIXTURE_VARIANT_ADD(books, timed) {
	.load = LOAD_UPROBES | LOAD_PTRACE,
	.level = RS_TRACE_LEVEL_LATENCY
};

FIXTURE_VARIANT_ADD(books, all_that_there_is) {
	.load = LOAD_UPROBES | LOAD_PTRACE,
	.level = RS_TRACE_LEVEL_LATENCY,
	.flags = RS_TRACE_WANT_OFF_CPU | RS_TRACE_WANT_WHO
};

FIXTURE_SETUP(books)
{
	self->r.fd = -1;
	if (access(TRACE_DEVICE, F_OK))
		SKIP(return, "no " TRACE_DEVICE ": load ringside_trace.ko");
	self->probed = load_probe();
	if (self->probed == -ENOENT)
		SKIP(return, "no CONFIG_UPROBE_EVENTS");
	ASSERT_EQ(0, self->probed);
	ASSERT_EQ(0, reader_open(&self->r, RS_TRACE_LEVEL_OFF));
	ASSERT_EQ(0, reader_level_flags(&self->r, variant->level,
					variant->flags));
}

FIXTURE_TEARDOWN(books)
{
	if (self->r.fd >= 0)
		reader_close(&self->r);
	if (!self->probed)
		load_unprobe();
}

/* While it goes on: the inequality of the uapi header. */
static int live_books_hold(const struct reader *r)
{
	struct books b;
	unsigned int cpu;

	for (cpu = 0; cpu < r->page->nr_blocks; cpu++) {
		reader_books(r, cpu, &b);
		if (b.before > b.sum || b.sum > b.after + 1)
			return 0;
	}
	return 1;
}

/* Or a load that has lost one of them would prove nothing. */
static const struct {
	const char *what;
	unsigned int kind;
	unsigned int index;
} ingredients[] = {
	{ "page faults", RS_TRACE_EXCEPTION, 14 },
	{ "uprobes", RS_TRACE_EXCEPTION, 3 },
	{ "steps", RS_TRACE_EXCEPTION, 1 },
	{ "ptrace()", RS_TRACE_SYSCALL_X64, SYS_ptrace },
	{ "signals", RS_TRACE_SYSCALL_X64, SYS_rt_sigreturn },
	{ "children", RS_TRACE_CHILD, 0 },
	{ "threads", RS_TRACE_SYSCALL_X64, SYS_sched_yield },
};

#define NR_INGREDIENTS	(sizeof(ingredients) / sizeof(ingredients[0]))

static uint64_t ingredient(const struct reader *r, unsigned int i)
{
	return reader_count(r, ingredients[i].kind, ingredients[i].index);
}

static int has_enough(const struct reader *r, const uint64_t *before)
{
	unsigned int i;

	for (i = 0; i < NR_INGREDIENTS; i++)
		if (ingredient(r, i) - before[i] < ENOUGH)
			return 0;
	return 1;
}

TEST_F_TIMEOUT(books, balance_under_a_mixed_load, 120)
{
	unsigned int cpu, cpus = self->r.page->nr_blocks;
	uint64_t returns = 0, residual = 0;
	uint64_t before[NR_INGREDIENTS];
	struct books start[cpus], b;
	time_t start_time = time(NULL);
	unsigned long looks = 0;
	unsigned int i;
	pid_t pid;

	for (i = 0; i < NR_INGREDIENTS; i++)
		before[i] = ingredient(&self->r, i);

	for (cpu = 0; cpu < cpus; cpu++)
		reader_books(&self->r, cpu, &start[cpu]);
	pid = load_start(variant->load);
	/* Longer, if the machine is so busy that something is missing. */
	while (time(NULL) < start_time + SECONDS ||
	       (!has_enough(&self->r, before) &&
		time(NULL) < start_time + PATIENCE)) {
		ASSERT_TRUE(live_books_hold(&self->r));
		looks++;
		usleep(1000);
	}
	load_stop(pid);
	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_OFF));
	for (cpu = 0; cpu < cpus; cpu++) {
		reader_books(&self->r, cpu, &b);
		/* Nothing moves now: exactly. */
		EXPECT_EQ(b.before, b.sum);
		EXPECT_EQ(b.after, b.sum);
		returns += b.after - start[cpu].after;
		residual += b.residual - start[cpu].residual;
	}
	TH_LOG("%llu returns, %llu residual (%.3f %%), looked %lu times",
	       (unsigned long long)returns, (unsigned long long)residual,
	       100.0 * residual / (returns ? returns : 1), looks);
	for (i = 0; i < NR_INGREDIENTS; i++) {
		EXPECT_LE(ENOUGH, ingredient(&self->r, i) - before[i])
			TH_LOG("too few %s", ingredients[i].what);
	}
	EXPECT_LE(residual * 1000, returns * MAX_RESIDUAL);
}

TEST_HARNESS_MAIN
