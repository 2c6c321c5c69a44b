// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is each crossing timed once, and for as long as it took? Never by the clock
 * on the wall alone: how often is exact, how long is told by ratios.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "reader.h"

#define N		1000
#define SLEEPS		20
#define PAGE_FAULT	14
/* Other tasks' calls of the same name. */
#define NOISE		16

FIXTURE(latency)
{
	struct reader r;
};

FIXTURE_SETUP(latency)
{
	self->r.fd = -1;
	if (access(TRACE_DEVICE, F_OK))
		SKIP(return, "no " TRACE_DEVICE ": load ringside_trace.ko");
	ASSERT_EQ(0, reader_open(&self->r, RS_TRACE_LEVEL_LATENCY));
	if (!(self->r.page->features & RS_TRACE_F_LATENCY))
		SKIP(return, "no tracepoint sys_enter");
	ASSERT_EQ(0, reader_map_latency(&self->r));
}

FIXTURE_TEARDOWN(latency)
{
	if (self->r.fd >= 0)
		reader_close(&self->r);
}

static void calls(int n)
{
	while (n--)
		syscall(SYS_getppid);
}

static void diff(const struct reader *r, unsigned int kind, unsigned int index,
		 struct latency *l)
{
	struct latency now;

	reader_latency(r, kind, index, &now);
	l->timed = now.timed - l->timed;
	l->sum = now.sum - l->sum;
	l->off_cpu = now.off_cpu - l->off_cpu;
	l->slept = now.slept - l->slept;
	l->max = now.max;
}

TEST_F(latency, each_call_is_timed_once)
{
	uint64_t count = reader_count(&self->r, RS_TRACE_SYSCALL_X64,
				      SYS_getppid);
	struct latency l;

	reader_latency(&self->r, RS_TRACE_SYSCALL_X64, SYS_getppid, &l);
	calls(N);
	diff(&self->r, RS_TRACE_SYSCALL_X64, SYS_getppid, &l);
	EXPECT_EQ(N, reader_count(&self->r, RS_TRACE_SYSCALL_X64,
				  SYS_getppid) - count);
	EXPECT_EQ(N, l.timed);
	EXPECT_LT(0, l.sum);
	EXPECT_LE(l.sum, N * l.max);
	EXPECT_EQ(0, l.slept);
}

static void sleep_ms(int ms)
{
	struct timespec ts = { 0, ms * 1000000L };

	syscall(SYS_nanosleep, &ts, NULL);
}

TEST_F(latency, a_sleep_is_long_and_not_on_the_cpu)
{
	uint64_t least = SLEEPS * 5ULL * self->r.page->tsc_khz;
	struct latency l, call;
	int i;

	ASSERT_EQ(0, reader_level_flags(&self->r, RS_TRACE_LEVEL_LATENCY,
					RS_TRACE_WANT_OFF_CPU));
	reader_latency(&self->r, RS_TRACE_SYSCALL_X64, SYS_nanosleep, &l);
	reader_latency(&self->r, RS_TRACE_SYSCALL_X64, SYS_getppid, &call);
	for (i = 0; i < SLEEPS; i++)
		sleep_ms(5);
	calls(N);
	diff(&self->r, RS_TRACE_SYSCALL_X64, SYS_nanosleep, &l);
	diff(&self->r, RS_TRACE_SYSCALL_X64, SYS_getppid, &call);
	EXPECT_EQ(SLEEPS, l.timed);
	EXPECT_EQ(SLEEPS, l.slept);
	/* nanosleep() never sleeps too short, whatever else goes on. */
	EXPECT_LE(least - least / 50, l.sum);
	EXPECT_LT(l.off_cpu, l.sum);
	EXPECT_LT(l.sum / 2, l.off_cpu);
	EXPECT_EQ(N, call.timed);
	EXPECT_LT(call.sum / N, (l.sum - l.off_cpu) / SLEEPS);
}

TEST_F(latency, page_faults_are_timed)
{
	size_t len = N * 4096UL;
	volatile char *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct latency l;
	uint64_t count;
	size_t i;

	ASSERT_NE(MAP_FAILED, (void *)p);
	madvise((void *)p, len, MADV_NOHUGEPAGE);
	count = reader_count(&self->r, RS_TRACE_EXCEPTION, PAGE_FAULT);
	reader_latency(&self->r, RS_TRACE_EXCEPTION, PAGE_FAULT, &l);
	for (i = 0; i < len; i += 4096)
		p[i] = 1;
	diff(&self->r, RS_TRACE_EXCEPTION, PAGE_FAULT, &l);
	count = reader_count(&self->r, RS_TRACE_EXCEPTION, PAGE_FAULT) - count;
	munmap((void *)p, len);
	EXPECT_LE(N, l.timed);
	EXPECT_GE(N + NOISE, l.timed);
	EXPECT_LE(count - NOISE, l.timed);
}

TEST_F(latency, what_seccomp_denies_is_counted_and_not_timed)
{
	uint64_t count = reader_count(&self->r, RS_TRACE_SYSCALL_X64,
				      SYS_getppid);
	struct latency l;
	int status;
	pid_t pid;

	reader_latency(&self->r, RS_TRACE_SYSCALL_X64, SYS_getppid, &l);
	pid = fork();
	if (!pid) {
		if (deny_getppid())
			_exit(2);
		calls(N);
		_exit(syscall(SYS_getppid) != -1);
	}
	waitpid(pid, &status, 0);
	ASSERT_EQ(0, status);
	diff(&self->r, RS_TRACE_SYSCALL_X64, SYS_getppid, &l);
	EXPECT_EQ(N + 1, reader_count(&self->r, RS_TRACE_SYSCALL_X64,
				      SYS_getppid) - count);
	EXPECT_EQ(0, l.timed);
}

static volatile int stop;

static void *toggle(void *arg)
{
	struct reader other;
	int i;

	for (i = 0; i < 10 && !stop; i++) {
		if (reader_open(&other, RS_TRACE_LEVEL_LATENCY))
			return (void *)1;
		reader_level_flags(&other, RS_TRACE_LEVEL_LATENCY,
				   RS_TRACE_WANT_OFF_CPU);
		sched_yield();
		reader_close(&other);
	}
	stop = 1;
	return NULL;
}

/* Nothing is lost while others come for more, and go. */
TEST_F_TIMEOUT(latency, counts_are_exact_while_the_level_changes, 120)
{
	uint64_t count, made = 0;
	pthread_t thread;
	void *failed;

	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_COUNT));
	stop = 0;
	count = reader_count(&self->r, RS_TRACE_SYSCALL_X64, SYS_getppid);
	ASSERT_EQ(0, pthread_create(&thread, NULL, toggle, NULL));
	while (!stop) {
		calls(N);
		made += N;
	}
	pthread_join(thread, &failed);
	EXPECT_EQ(NULL, failed);
	EXPECT_EQ(made, reader_count(&self->r, RS_TRACE_SYSCALL_X64,
				     SYS_getppid) - count);
}

TEST_F_TIMEOUT(latency, short_lived_tasks_are_timed, 120)
{
	struct latency l, wait;
	int i;

	reader_latency(&self->r, RS_TRACE_SYSCALL_X64, SYS_getppid, &l);
	reader_latency(&self->r, RS_TRACE_SYSCALL_X64, SYS_wait4, &wait);
	for (i = 0; i < N; i++) {
		pid_t pid = fork();

		if (!pid) {
			calls(1);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
	diff(&self->r, RS_TRACE_SYSCALL_X64, SYS_getppid, &l);
	diff(&self->r, RS_TRACE_SYSCALL_X64, SYS_wait4, &wait);
	EXPECT_EQ(N, l.timed);
	/* A stamp of a task that had the same address would be seconds old. */
	EXPECT_LT(l.sum, wait.sum);
	EXPECT_LE(N, wait.timed);
}

TEST_F(latency, the_records_can_not_be_written)
{
	const struct rs_trace_page *p = self->r.page;

	EXPECT_EQ(MAP_FAILED, mmap(NULL, p->latency_length,
				   PROT_READ | PROT_WRITE, MAP_SHARED,
				   self->r.fd, p->latency_offset));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, p->latency_length + 4096, PROT_READ,
				   MAP_SHARED, self->r.fd, p->latency_offset));
	EXPECT_EQ(EINVAL, errno);
}

static int set_level(const struct reader *r, unsigned int size,
		     unsigned int level, unsigned int flags,
		     unsigned int reserved)
{
	struct rs_trace_level arg = { size, level, flags, reserved };

	return ioctl(r->fd, RS_TRACE_SET_LEVEL, &arg) ? errno : 0;
}

TEST_F(latency, flags_are_checked)
{
	const struct reader *r = &self->r;
	unsigned int all = sizeof(struct rs_trace_level);

	EXPECT_EQ(EINVAL, set_level(r, all, RS_TRACE_LEVEL_COUNT,
				    RS_TRACE_WANT_OFF_CPU, 0));
	EXPECT_EQ(EINVAL, set_level(r, all, RS_TRACE_LEVEL_LATENCY, 1U << 31, 0));
	EXPECT_EQ(EINVAL, set_level(r, all, RS_TRACE_LEVEL_LATENCY, 0, 1));
	EXPECT_EQ(EINVAL, set_level(r, all, RS_TRACE_LEVEL_FLIGHT + 1, 0, 0));
	/* The first version of the structure had no flags. */
	EXPECT_EQ(0, set_level(r, 8, RS_TRACE_LEVEL_LATENCY, 1U << 31, 1));
}

TEST_HARNESS_MAIN
