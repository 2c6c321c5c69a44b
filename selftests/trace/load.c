// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "load.h"
#include "reader.h"
#include "textfile.h"

#define TRACEFS		"/sys/kernel/tracing/"
#define PAGE		4096
/* Stops in a row of one kind. */
#define STOPS		100

/*
 * The kernel executes the first instruction of the one somewhere else and steps
 * over it; it knows the effect of the other, or makes it a call of its own.
 */
static __attribute__((naked)) void probed_step(void)
{
	asm("xorl %eax, %eax\n\tret");
}

static __attribute__((naked)) void probed_nop(void)
{
	asm(".byte 0x0f, 0x1f, 0x44, 0x00, 0x00\n\tret");
}

static void touch_pages(void)
{
	size_t i, len = 64 * PAGE;
	volatile char *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (i = 0; i < len; i += PAGE)
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

void load_hit_probes(int n)
{
	while (n--) {
		probed_step();
		probed_nop();
	}
}

static void *hits_probes(void *arg)
{
	for (;;) {
		load_hit_probes(100);
		sched_yield();
	}
	return NULL;
}

static void traced(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	for (;;)
		syscall(SYS_getpid);
}

/* A child that is stepped through, and stopped at calls, in turn. */
static void *traces(void *arg)
{
	enum __ptrace_request how = PTRACE_SINGLESTEP;
	int status, i = 0;
	pid_t pid;

	pid = fork();
	if (!pid)
		traced();
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		if (++i % STOPS == 0)
			how = how == PTRACE_SINGLESTEP ? PTRACE_SYSCALL :
							 PTRACE_SINGLESTEP;
		ptrace(how, pid, NULL, NULL);
	}
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

static void start(void *(*fn)(void *))
{
	pthread_t thread;

	pthread_create(&thread, NULL, fn, NULL);
}

static void work(unsigned int what)
{
	struct itimerval timer = { { 0, 3000 }, { 0, 3000 } };
	int i;

	signal(SIGALRM, on_signal);
	signal(SIGUSR1, on_signal);
	setitimer(ITIMER_REAL, &timer, NULL);
	start(calls_and_faults);
	start(computes);
	if (what & LOAD_UPROBES)
		start(hits_probes);
	if (what & LOAD_PTRACE)
		start(traces);
	for (i = 0;; i++) {
		child(i & 1);
		raise(SIGUSR1);
		touch_pages();
	}
}

pid_t load_start(unsigned int what)
{
	pid_t pid = fork();

	if (!pid) {
		setpgid(0, 0);
		if (what & LOAD_ONE_CPU)
			pin_to_cpu(0);
		work(what);
	}
	setpgid(pid, pid);
	return pid;
}

void load_stop(pid_t pid)
{
	kill(-pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* What is at @address of this program is where in its file? */
static int find_offset(struct dl_phdr_info *info, size_t size, void *data)
{
	uintptr_t *address = data;
	int i;

	for (i = 0; i < info->dlpi_phnum; i++) {
		const Elf64_Phdr *p = &info->dlpi_phdr[i];
		uintptr_t at = *address - info->dlpi_addr - p->p_vaddr;

		if (p->p_type == PT_LOAD && at < p->p_filesz) {
			*address = p->p_offset + at;
			return 1;
		}
	}
	return 0;
}

static int probe(const char *what, void (*fn)(void))
{
	uintptr_t offset = (uintptr_t)fn;
	char text[512], exe[256];
	ssize_t len;

	len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	if (len < 0)
		return -errno;
	exe[len] = 0;
	if (dl_iterate_phdr(find_offset, &offset) != 1)
		return -EINVAL;
	snprintf(text, sizeof(text), "%s %s:0x%zx\n", what, exe,
		 (size_t)offset);
	return append_text(TRACEFS "uprobe_events", text);
}

int load_probe(void)
{
	int err;

	if (access(TRACEFS "README", F_OK))
		mount("none", TRACEFS, "tracefs", 0, NULL);
	if (access(TRACEFS "uprobe_events", F_OK))
		return -ENOENT;
	err = probe("p:rs_load/step", probed_step);
	if (!err)
		err = probe("p:rs_load/nop", probed_nop);
	if (!err)
		err = probe("r:rs_load/back", probed_step);
	if (!err)
		err = write_text(TRACEFS "events/rs_load/enable", "1");
	return err;
}

void load_unprobe(void)
{
	write_text(TRACEFS "events/rs_load/enable", "0");
	write_text(TRACEFS "uprobe_events", "");
}
