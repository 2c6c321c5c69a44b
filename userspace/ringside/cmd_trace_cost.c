// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside trace cost: what does each kind of crossing cost on this machine?
 * Provokes each of them many times and takes the fastest of many batches, which
 * is the one that nothing else disturbed. Needs no module.
 */
#include <cpuid.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "cmd.h"
#include "cmd_trace.h"
#include "hypervisor.h"
#include "out.h"

#define BATCH		100
#define BATCHES		200
#define PAGE		4096
#define I386_GETPID	20

/* Volatile, or the compiler leaves out what nobody reads. */
static volatile char *pages;

static void nothing(void)
{
	asm volatile("" : : : "memory");
}

static void vdso(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
}

static void null_call(void)
{
	long ret;

	asm volatile("syscall" : "=a" (ret) : "0" ((long)SYS_getppid) :
		     "rcx", "r11", "memory");
}

static void int80(void)
{
	int pid;

	asm volatile("int $0x80" : "=a" (pid) : "0" (I386_GETPID) :
		     "memory", "r8", "r9", "r10", "r11");
}

static void on_signal(int sig)
{
	(void)sig;
}

static void handle_usr1(void)
{
	signal(SIGUSR1, on_signal);
}

static void send_signal(void)
{
	raise(SIGUSR1);
}

static void handle_trap(void)
{
	signal(SIGTRAP, on_signal);
}

static void breakpoint(void)
{
	asm volatile("int3" : : : "memory");
}

static void map_pages(void)
{
	pages = mmap(NULL, BATCH * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED)
		_exit(EXIT_FAILED);
	madvise((void *)pages, BATCH * PAGE, MADV_NOHUGEPAGE);
}

static void drop_pages(void)
{
	madvise((void *)pages, BATCH * PAGE, MADV_DONTNEED);
}

static void touch_page(void)
{
	static unsigned int next;

	pages[(next++ % BATCH) * PAGE] = 1;
}

static void cpuid(void)
{
	unsigned int a, b, c, d;

	__cpuid(0, a, b, c, d);
	asm volatile("" : : "r" (a), "r" (b), "r" (c), "r" (d));
}

/*
 * @prepare: once, @before: before each batch and not measured; either may be
 * NULL.
 */
static const struct crossing {
	const char *key;
	const char *what;
	void (*prepare)(void);
	void (*before)(void);
	void (*cross)(void);
} crossings[] = {
	{ "call", "function call: no crossing", NULL, NULL, nothing },
	{ "vdso", "clock_gettime() of the vDSO: no crossing", NULL, NULL,
	  vdso },
	{ "syscall", "system call (getppid)", NULL, NULL, null_call },
	{ "int80", "32-bit system call by int 0x80", NULL, NULL, int80 },
	{ "page_fault", "page fault, with a page of zeros", map_pages,
	  drop_pages, touch_page },
	{ "breakpoint", "breakpoint, with its signal and sigreturn",
	  handle_trap, NULL, breakpoint },
	{ "signal", "signal to oneself: tgkill, handler, sigreturn",
	  handle_usr1, NULL, send_signal },
	{ "cpuid", "CPUID", NULL, NULL, cpuid },
};

/* Picoseconds, for a call takes less than one nanosecond. */
static uint64_t measure(const struct crossing *c)
{
	uint64_t best = UINT64_MAX, start, took;
	unsigned int i, j;

	if (c->prepare)
		c->prepare();
	for (i = 0; i < BATCHES; i++) {
		if (c->before)
			c->before();
		start = cmd_now_ns();
		for (j = 0; j < BATCH; j++)
			c->cross();
		took = cmd_now_ns() - start;
		if (took < best)
			best = took;
	}
	return best * 1000 / BATCH;
}

/*
 * In a process of its own, because what the machine does not have, such as
 * 32-bit calls, ends it. Return: false then.
 */
static bool measure_apart(const struct crossing *c, uint64_t *ps)
{
	int fd[2], status;
	bool got;
	pid_t pid;

	if (pipe(fd))
		return false;
	pid = fork();
	if (!pid) {
		*ps = measure(c);
		_exit(write(fd[1], ps, sizeof(*ps)) != sizeof(*ps));
	}
	close(fd[1]);
	got = pid > 0 && read(fd[0], ps, sizeof(*ps)) == sizeof(*ps);
	close(fd[0]);
	if (pid > 0)
		waitpid(pid, &status, 0);
	return got;
}

static const struct out_col cols[] = {
	{ "what", "CROSSING", false },
	{ "ns", "NS", true },
	{ "times_a_syscall", "TIMES A SYSTEM CALL", true },
};

static void show_row(const struct crossing *c, uint64_t ps, uint64_t call_ps)
{
	const char *what = c->what;

	if (c->cross == cpuid && hypervisor_present())
		what = "CPUID: to the hypervisor and back";
	out_row();
	out_str("crossing", c->key);
	out_str("what", what);
	out_real("ns", ps / 1000.0, 1);
	out_real("times_a_syscall", call_ps ? (double)ps / call_ps : 0, 2);
	out_end();
}

int trace_cost(int argc, char **argv)
{
	static const struct option longs[] = { { NULL, 0, NULL, 0 } };
	uint64_t ps[CMD_ARRAY_SIZE(crossings)] = { 0 }, call_ps = 0;
	bool there[CMD_ARRAY_SIZE(crossings)];
	size_t i;

	if (cmd_getopt(argc, argv, "", longs) != -1)
		return EXIT_USAGE;
	if (optind < argc)
		return cmd_usage("'%s' is one argument too many", argv[optind]);
	for (i = 0; i < CMD_ARRAY_SIZE(crossings); i++) {
		there[i] = measure_apart(&crossings[i], &ps[i]);
		if (there[i] && crossings[i].cross == null_call)
			call_ps = ps[i];
	}
	out_begin();
	out_bool("hypervisor", hypervisor_present());
	out_table("crossings", "nothing could be measured", cols,
		  CMD_ARRAY_SIZE(cols));
	for (i = 0; i < CMD_ARRAY_SIZE(crossings); i++)
		if (there[i])
			show_row(&crossings[i], ps[i], call_ps);
	out_end();
	out_end();
	return EXIT_OK;
}
