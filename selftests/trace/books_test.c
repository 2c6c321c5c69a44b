// SPDX-License-Identifier: GPL-2.0-only
/*
 * Do the books balance, on each CPU, while threads, children, faults, signals
 * and interrupts go on at once, and how much stays unexplained?
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "reader.h"

#define SECONDS		4
/* Residual of all returns, in units of 1/1000. */
#define MAX_RESIDUAL	5

FIXTURE(books)
{
	struct reader r;
};

FIXTURE_VARIANT(books)
{
	int one_cpu;
	unsigned int level;
	unsigned int flags;
};

FIXTURE_VARIANT_ADD(books, one_cpu) {
	.one_cpu = 1, .level = RS_TRACE_LEVEL_COUNT
};

FIXTURE_VARIANT_ADD(books, all_cpus) {
	.level = RS_TRACE_LEVEL_COUNT
};

FIXTURE_VARIANT_ADD(books, timed) {
	.level = RS_TRACE_LEVEL_LATENCY
};

FIXTURE_VARIANT_ADD(books, timed_off_cpu) {
	.level = RS_TRACE_LEVEL_LATENCY, .flags = RS_TRACE_WANT_OFF_CPU
};

FIXTURE_SETUP(books)
{
	self->r.fd = -1;
	if (access(TRACE_DEVICE, F_OK))
		SKIP(return, "no " TRACE_DEVICE ": load ringside_trace.ko");
	ASSERT_EQ(0, reader_open(&self->r, RS_TRACE_LEVEL_OFF));
	ASSERT_EQ(0, reader_level_flags(&self->r, variant->level,
					variant->flags));
}

FIXTURE_TEARDOWN(books)
{
	if (self->r.fd >= 0)
		reader_close(&self->r);
}

static void touch_pages(void)
{
	size_t i, len = 64 * 4096;
	volatile char *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (i = 0; i < len; i += 4096)
		p[i] = 1;
	munmap((void *)p, len);
}

static void on_signal(int sig)
{
}

static void *calls_and_faults(void *arg)
{
	for (;;) {
		int i;

		for (i = 0; i < 200; i++)
			syscall(SYS_getpid);
		touch_pages();
		sched_yield();
	}
	return NULL;
}

static void *computes(void *arg)
{
	volatile unsigned long n = 0;

	for (;;)
		n++;
	return NULL;
}

/* A variable, or the compiler knows better. */
static volatile uintptr_t nowhere = 1;

/* A child that dies by SIGSEGV never returns from its last fault. */
static void child(int crash)
{
	pid_t pid = fork();

	if (!pid) {
		touch_pages();
		if (crash)
			*(volatile char *)nowhere = 1;
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void work(void)
{
	struct itimerval timer = { { 0, 3000 }, { 0, 3000 } };
	pthread_t thread;
	int i;

	signal(SIGALRM, on_signal);
	signal(SIGUSR1, on_signal);
	setitimer(ITIMER_REAL, &timer, NULL);
	pthread_create(&thread, NULL, calls_and_faults, NULL);
	pthread_create(&thread, NULL, computes, NULL);
	for (i = 0;; i++) {
		child(i & 1);
		raise(SIGUSR1);
		touch_pages();
	}
}

static pid_t start_work(int one_cpu)
{
	pid_t pid = fork();

	if (!pid) {
		setpgid(0, 0);
		if (one_cpu)
			pin_to_cpu(0);
		work();
	}
	setpgid(pid, pid);
	return pid;
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

TEST_F_TIMEOUT(books, balance_under_a_mixed_load, 120)
{
	unsigned int cpu, cpus = self->r.page->nr_blocks;
	uint64_t returns = 0, residual = 0;
	struct books start[cpus], b;
	time_t end = time(NULL) + SECONDS;
	unsigned long looks = 0;
	pid_t pid;

	for (cpu = 0; cpu < cpus; cpu++)
		reader_books(&self->r, cpu, &start[cpu]);
	pid = start_work(variant->one_cpu);
	while (time(NULL) < end) {
		ASSERT_TRUE(live_books_hold(&self->r));
		looks++;
		usleep(1000);
	}
	kill(-pid, SIGKILL);
	waitpid(pid, NULL, 0);
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
	EXPECT_LT(1000, returns);
	EXPECT_LE(residual * 1000, returns * MAX_RESIDUAL);
}

TEST_HARNESS_MAIN
