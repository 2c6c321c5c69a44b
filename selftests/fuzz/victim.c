// SPDX-License-Identifier: GPL-2.0-only
/*
 * The processes that all this is done to. They live for a second or two, make
 * calls that policies are about, fork, execute, change their root, have
 * threads, or a filter of their own. They are in the process group of who
 * started them, and end with it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest_fuzz.h"

/* Seldom enough that they leave the processors to who fuzzes. */
#define ROUNDS	200
#define PAUSE_NS	5000000

enum { PLAIN, FORKS, EXECS, CHROOTS, FILTERED, THREADS, NR_KINDS };

static long call32(unsigned int nr)
{
	long ret = nr;

	asm volatile("int $0x80" : "+a"(ret) : "b"(0), "c"(0), "d"(0)
		     : "r8", "r9", "r10", "r11", "memory");
	return ret;
}

static void make_call(unsigned int round)
{
	int fd = -1;

	switch (round % 8) {
	case 0:
		syscall(SYS_getppid);
		break;
	case 1:
		fd = open("/tmp", O_RDONLY | O_DIRECTORY);
		break;
	case 2:
		fd = socket(AF_UNIX, SOCK_STREAM, 0);
		break;
	case 3:
		syscall(SYS_unshare, 0);
		break;
	case 4:
		syscall(SYS_personality, round % 64);
		break;
	case 5:
		call32(64);
		break;
	case 6:
		kill(getpid(), 0);
		break;
	case 7:
		call32(310);
		break;
	}
	if (fd >= 0)
		close(fd);
}

static void *live(void *unused)
{
	struct timespec ts = { 0, PAUSE_NS };
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		make_call(i);
		nanosleep(&ts, NULL);
	}
	return unused;
}

static void fork_often(void)
{
	struct timespec ts = { 0, PAUSE_NS };
	unsigned int i;
	pid_t pid;

	for (i = 0; i < ROUNDS / 8; i++) {
		pid = fork();
		if (!pid) {
			make_call(i);
			_exit(0);
		}
		if (pid > 0)
			waitpid(pid, NULL, 0);
		nanosleep(&ts, NULL);
	}
}

static void install_filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_personality, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { ARRAY_LEN(code), code };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog);
}

static void have_threads(void)
{
	pthread_t thread[2];
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(thread); i++)
		if (pthread_create(&thread[i], NULL, live, NULL))
			return;
	for (i = 0; i < ARRAY_LEN(thread); i++)
		pthread_join(thread[i], NULL);
}

int victim_main(unsigned int kind)
{
	char next[] = { '0' + PLAIN, '\0' };

	switch (kind) {
	case FORKS:
		fork_often();
		break;
	case EXECS:
		execl("/proc/self/exe", "victim", VICTIM_ARG, next, NULL);
		break;
	case CHROOTS:
		if (chroot(VICTIM_ROOT) || chdir("/"))
			return 1;
		break;
	case FILTERED:
		install_filter();
		break;
	case THREADS:
		have_threads();
		break;
	}
	live(NULL);
	return 0;
}

void act_spawn(struct player *p, const struct op *op)
{
	unsigned int i = op->a % NR_VICTIMS, fd;

	if (p->victim[i] > 0)
		return;
	p->victim[i] = fork();
	if (p->victim[i])
		return;
	coverage_end();
	/* Some keep what they were handed on. */
	for (fd = 3; op->c % 4 && fd < 64; fd++)
		close(fd);
	_exit(victim_main(op->b % NR_KINDS));
}

void act_kill(struct player *p, const struct op *op)
{
	static const int signals[] = { SIGKILL, SIGKILL, SIGSTOP, SIGCONT,
				       SIGTERM };
	unsigned int i = op->a % NR_VICTIMS;
	int signal = signals[op->b % ARRAY_LEN(signals)];

	if (p->victim[i] <= 0)
		return;
	kill(p->victim[i], signal);
	if (signal != SIGKILL)
		return;
	waitpid(p->victim[i], NULL, 0);
	p->victim[i] = 0;
}

/* A controller that is killed, and whose victims live on for a while. */
void act_die(struct player *p, const struct op *op)
{
	if (op->b & 1)
		raise(SIGKILL);
	_exit(0);
}
