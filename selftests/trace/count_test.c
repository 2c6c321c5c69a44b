// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is each kind of return counted once, under its own cause, on its own CPU?
 * Counts are exact where nobody else in the guest does the same.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "reader.h"
#include "textfile.h"

#define N		1000
#define I386_GETPID	20
/* Faults and calls of the test itself between two readings. */
#define NOISE		16

FIXTURE(count)
{
	struct reader r;
};

FIXTURE_SETUP(count)
{
	self->r.fd = -1;
	if (access(TRACE_DEVICE, F_OK))
		SKIP(return, "no " TRACE_DEVICE ": load ringside_trace.ko");
	ASSERT_EQ(0, reader_open(&self->r, RS_TRACE_LEVEL_COUNT));
}

FIXTURE_TEARDOWN(count)
{
	if (self->r.fd >= 0)
		reader_close(&self->r);
}

static void getpids(int n)
{
	while (n--)
		syscall(SYS_getpid);
}

static uint64_t calls(const struct reader *r, long nr)
{
	return reader_count(r, RS_TRACE_SYSCALL_X64, nr);
}

TEST_F(count, native_calls)
{
	uint64_t before = calls(&self->r, SYS_getpid);

	getpids(N);
	EXPECT_EQ(N, calls(&self->r, SYS_getpid) - before);
}

TEST_F(count, int80_calls_are_those_of_i386)
{
	uint64_t native = calls(&self->r, I386_GETPID);
	uint64_t i386 = reader_count(&self->r, RS_TRACE_SYSCALL_I386,
				     I386_GETPID);
	int i, pid;

	for (i = 0; i < N; i++) {
		asm volatile("int $0x80" : "=a" (pid) : "a" (I386_GETPID) :
			     "memory", "r8", "r9", "r10", "r11");
		ASSERT_EQ(getpid(), pid);
	}
	EXPECT_EQ(N, reader_count(&self->r, RS_TRACE_SYSCALL_I386,
				  I386_GETPID) - i386);
	/* That number is writev() on the other side. */
	EXPECT_EQ(native, calls(&self->r, I386_GETPID));
}

TEST_F(count, numbers_that_no_call_has)
{
	uint64_t before = reader_section(&self->r, RS_TRACE_SYSCALL_NONE);
	uint64_t x32 = reader_section(&self->r, RS_TRACE_SYSCALL_X32);
	int i;

	for (i = 0; i < N; i++)
		EXPECT_EQ(-1, syscall(100000 + i));
	EXPECT_EQ(N, reader_section(&self->r, RS_TRACE_SYSCALL_NONE) - before);
	syscall(0x40000000 + SYS_getpid);
	EXPECT_EQ(1, reader_section(&self->r, RS_TRACE_SYSCALL_X32) - x32);
}

TEST_F(count, each_cpu_has_its_own)
{
	cpu_set_t old;
	unsigned int cpu;

	ASSERT_EQ(0, sched_getaffinity(0, sizeof(old), &old));
	for (cpu = 0; cpu < self->r.page->nr_blocks; cpu++) {
		uint64_t before;

		if (!CPU_ISSET(cpu, &old))
			continue;
		ASSERT_EQ(0, pin_to_cpu(cpu));
		before = reader_count_cpu(&self->r, cpu, RS_TRACE_SYSCALL_X64,
					  SYS_getpid);
		getpids(N);
		EXPECT_EQ(N, reader_count_cpu(&self->r, cpu,
					      RS_TRACE_SYSCALL_X64,
					      SYS_getpid) - before);
	}
	sched_setaffinity(0, sizeof(old), &old);
}

TEST_F(count, what_can_not_be_told_is_residual)
{
	uint64_t before = reader_section(&self->r, RS_TRACE_RESIDUAL);
	int i;

	/* The registers of an exception hold -1, too, and nobody saw one. */
	for (i = 0; i < N; i++)
		syscall(-1L);
	EXPECT_LE(N, reader_section(&self->r, RS_TRACE_RESIDUAL) - before);
	EXPECT_GE(N + NOISE,
		  reader_section(&self->r, RS_TRACE_RESIDUAL) - before);
}

/* Length of the instruction to step over; RIP is past a breakpoint already. */
static volatile int skip_bytes;

static void step_over(int sig, siginfo_t *info, void *context)
{
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] += skip_bytes;
}

static void invalid_opcode(void) { asm volatile("ud2"); }
static void breakpoint(void) { asm volatile("int3"); }
static void privileged(void) { asm volatile("hlt"); }

static void divide(void)
{
	asm volatile("xorl %%edx, %%edx\n\txorl %%ecx, %%ecx\n\tdivl %%ecx" :
		     : "a" (1) : "ecx", "edx");
}

static const struct {
	const char *name;
	void (*provoke)(void);
	int vector;
	int sig;
	int skip;
} exceptions[] = {
	{ "#DE", divide, 0, SIGFPE, 2 },
	{ "#BP", breakpoint, 3, SIGTRAP, 0 },
	{ "#UD", invalid_opcode, 6, SIGILL, 2 },
	{ "#GP", privileged, 13, SIGSEGV, 1 },
};

TEST_F(count, exceptions_by_vector_and_their_sigreturns)
{
	struct sigaction sa = { .sa_sigaction = step_over,
				.sa_flags = SA_SIGINFO };
	unsigned int i, j;

	for (i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++) {
		uint64_t sigreturn = calls(&self->r, SYS_rt_sigreturn);
		uint64_t before = reader_count(&self->r, RS_TRACE_EXCEPTION,
					       exceptions[i].vector);
		struct sigaction old;

		skip_bytes = exceptions[i].skip;
		sigaction(exceptions[i].sig, &sa, &old);
		for (j = 0; j < N; j++)
			exceptions[i].provoke();
		sigaction(exceptions[i].sig, &old, NULL);
		EXPECT_EQ(N, reader_count(&self->r, RS_TRACE_EXCEPTION,
					  exceptions[i].vector) - before)
			TH_LOG("%s", exceptions[i].name);
		EXPECT_EQ(N, calls(&self->r, SYS_rt_sigreturn) - sigreturn)
			TH_LOG("%s", exceptions[i].name);
	}
}

static long minor_faults(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_minflt;
}

TEST_F(count, page_faults_agree_with_getrusage)
{
	size_t len = N * 4096UL;
	volatile char *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t before, faults;
	long rusage;
	int i;

	ASSERT_NE(MAP_FAILED, p);
	madvise((void *)p, len, MADV_NOHUGEPAGE);
	before = reader_count(&self->r, RS_TRACE_EXCEPTION, 14);
	rusage = minor_faults();
	for (i = 0; i < N; i++)
		p[i * 4096UL] = 1;
	rusage = minor_faults() - rusage;
	faults = reader_count(&self->r, RS_TRACE_EXCEPTION, 14) - before;
	munmap((void *)p, len);
	EXPECT_LE(N, faults);
	EXPECT_GE(N + NOISE, faults);
	EXPECT_LE(faults, rusage + NOISE);
	EXPECT_LE(rusage, faults + NOISE);
}

TEST_F(count, children_are_apart_from_the_calls_that_make_them)
{
	uint64_t forks = calls(&self->r, SYS_fork);
	uint64_t children = reader_section(&self->r, RS_TRACE_CHILD);
	int i;

	for (i = 0; i < 100; i++) {
		pid_t pid = syscall(SYS_fork);

		ASSERT_LE(0, pid);
		if (!pid)
			syscall(SYS_exit_group, 0);
		ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	}
	EXPECT_EQ(100, calls(&self->r, SYS_fork) - forks);
	EXPECT_EQ(100, reader_section(&self->r, RS_TRACE_CHILD) - children);
}

TEST_F(count, interrupts_come_home_as_vectors)
{
	uint64_t before = reader_count(&self->r, RS_TRACE_VECTOR, 0xec);
	volatile unsigned long i;

	for (i = 0; i < 400000000UL; i++)
		if (!(i & 0xfffff) && reader_count(&self->r, RS_TRACE_VECTOR,
						   0xec) != before)
			break;
	EXPECT_LT(before, reader_count(&self->r, RS_TRACE_VECTOR, 0xec));
}

TEST_F(count, nothing_is_counted_at_level_0)
{
	uint64_t before, returns, later;

	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_OFF));
	before = calls(&self->r, SYS_getpid);
	ASSERT_EQ(0, sysfs_read("returns", &returns));
	getpids(N);
	EXPECT_EQ(before, calls(&self->r, SYS_getpid));
	ASSERT_EQ(0, sysfs_read("returns", &later));
	EXPECT_EQ(returns, later);
	EXPECT_EQ(0, reader_active(&self->r, 0));
	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_COUNT));
	getpids(N);
	EXPECT_EQ(before + N, calls(&self->r, SYS_getpid));
}

TEST_F(count, counters_outlive_their_reader)
{
	uint64_t before;

	getpids(N);
	before = calls(&self->r, SYS_getpid);
	reader_close(&self->r);
	ASSERT_EQ(0, reader_open(&self->r, RS_TRACE_LEVEL_OFF));
	EXPECT_EQ(before, calls(&self->r, SYS_getpid));
}

static int set_online(int cpu, const char *on)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online",
		 cpu);
	return write_text(path, on);
}

TEST_F(count, cpus_come_and_go)
{
	uint64_t before;
	cpu_set_t old;

	if (self->r.page->nr_blocks < 2)
		SKIP(return, "one CPU: boot with --smp 2");
	ASSERT_EQ(0, sched_getaffinity(0, sizeof(old), &old));
	ASSERT_EQ(0, pin_to_cpu(1));
	getpids(N);
	sched_setaffinity(0, sizeof(old), &old);
	before = reader_count_cpu(&self->r, 1, RS_TRACE_SYSCALL_X64,
				  SYS_getpid);
	ASSERT_EQ(0, set_online(1, "0"));
	EXPECT_EQ(0, reader_active(&self->r, 1));
	EXPECT_EQ(1, reader_active(&self->r, 0));
	/* Levels change while it is away. */
	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_OFF));
	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_COUNT));
	EXPECT_EQ(0, reader_active(&self->r, 1));
	EXPECT_EQ(before, reader_count_cpu(&self->r, 1, RS_TRACE_SYSCALL_X64,
					   SYS_getpid));
	ASSERT_EQ(0, set_online(1, "1"));
	EXPECT_EQ(1, reader_active(&self->r, 1));
	ASSERT_EQ(0, pin_to_cpu(1));
	getpids(N);
	EXPECT_EQ(before + N,
		  reader_count_cpu(&self->r, 1, RS_TRACE_SYSCALL_X64,
				   SYS_getpid));
	sched_setaffinity(0, sizeof(old), &old);
}

TEST_HARNESS_MAIN
