// SPDX-License-Identifier: GPL-2.0-only
/*
 * learn_work PROCESSES ROUNDS: work of a service, for a profile to be learned
 * from and to be tried on. Each process does it in several threads, and starts
 * others by fork and by exec. Exits with 0 if not a single call was refused.
 */
#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "guard_test.h"

#define THREADS	4

static int rounds;

static void need(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	_exit(1);
}

static void *serve(void *arg)
{
	int pair[2], fd, i;
	struct stat st;
	char byte = 0;
	void *p;

	for (i = 0; i < rounds; i++) {
		fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
		need(fd >= 0 && read(fd, &byte, 1) == 1 && !fstat(fd, &st),
		     "file");
		close(fd);
		need(!socketpair(AF_UNIX, arg ? SOCK_STREAM : SOCK_DGRAM, 0,
				 pair), "socketpair");
		need(send(pair[0], &byte, 1, 0) == 1 &&
		     recv(pair[1], &byte, 1, 0) == 1, "message");
		close(pair[0]);
		close(pair[1]);
		p = mmap(NULL, 65536, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);
		need(p != MAP_FAILED && !munmap(p, 65536), "memory");
	}
	return NULL;
}

static void child_ends_well(pid_t pid)
{
	int status;

	need(pid > 0 && waitpid(pid, &status, 0) == pid && !status, "child");
}

static int one_process(void)
{
	pthread_t threads[THREADS];
	pid_t pid;
	long i;

	for (i = 0; i < THREADS; i++)
		need(!pthread_create(&threads[i], NULL, serve,
				     (void *)(i % 2)), "thread");
	for (i = 0; i < rounds; i++) {
		pid = fork();
		if (!pid && i % 2)
			_exit(execl("/bin/busybox", "true", NULL));
		if (!pid)
			_exit(chdir("/"));
		child_ends_well(pid);
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

int main(int argc, char **argv)
{
	int i, status, bad = 0, nr = argc > 2 ? atoi(argv[1]) : 0;

	if (!nr)
		return 2;
	rounds = atoi(argv[2]);
	for (i = 0; i < nr; i++)
		if (!fork())
			_exit(one_process());
	for (i = 0; i < nr; i++)
		bad |= wait(&status) < 0 || status;
	return bad;
}
