// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is what the tasks do in observe mode in the table, all of it, with its
 * arguments? And do they notice nothing? What becomes of it is cli.sh's
 * business.
 */
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>

#include "kselftest_harness.h"

#include "guard_test.h"

FIXTURE(learn) {
	int fd;
	long id;
	struct worker worker;
};

static long observe(int fd, pid_t pid)
{
	long id = guard_load(fd, "learn", RSG_LOAD_PERSIST, 0, NULL, 0), ret;

	if (id < 0)
		return id;
	ret = guard_attach(fd, id, RSG_SCOPE_TREE, pid, RSG_MODE_OBSERVE, 0);
	return ret ? ret : id;
}

FIXTURE_SETUP(learn)
{
	guard_clean();
	self->fd = guard_open();
	ASSERT_LE(0, self->fd);
	self->worker = worker_start();
	ASSERT_LT(0, self->worker.pid);
	self->id = observe(self->fd, self->worker.pid);
	ASSERT_LT(0, self->id);
}

FIXTURE_TEARDOWN(learn)
{
	worker_stop(&self->worker);
	guard_clean();
	close(self->fd);
}

static long dump(int fd, unsigned int id, struct rsg_learned *calls,
		 unsigned int *nr)
{
	struct rsg_learn_dump arg = {
		.size = sizeof(arg), .id = id, .calls = (uintptr_t)calls,
		.nr_calls = *nr,
	};
	long ret = guard_ioctl(fd, RSG_IOC_LEARN_DUMP, &arg);

	*nr = arg.nr_calls;
	return ret;
}

#define ROOM	(RSG_ABIS * RSG_CALLS)

/* What was learned of one call; its count is 0 if nothing was. */
static struct rsg_learned learned(int fd, unsigned int id, unsigned int abi,
				  unsigned int call)
{
	struct rsg_learned *calls = calloc(ROOM, sizeof(*calls)), found = {};
	unsigned int i, nr = ROOM;

	if (!dump(fd, id, calls, &nr))
		for (i = 0; i < nr; i++)
			if (calls[i].abi == abi && calls[i].nr == call)
				found = calls[i];
	free(calls);
	return found;
}

TEST_F(learn, calls_are_counted_and_made)
{
	struct rsg_learned call;
	int i;

	for (i = 0; i < 100; i++)
		EXPECT_EQ(getpid(), worker_call(&self->worker, RSG_X86_64,
						SYS_getppid));
	for (i = 0; i < 7; i++)
		EXPECT_EQ(getpid(), worker_call(&self->worker, RSG_I386,
						I386_GETPPID));
	call = learned(self->fd, self->id, RSG_X86_64, SYS_getppid);
	EXPECT_EQ(100, call.count);
	call = learned(self->fd, self->id, RSG_I386, I386_GETPPID);
	EXPECT_EQ(7, call.count);
	call = learned(self->fd, self->id, RSG_X86_64, SYS_getpid);
	EXPECT_EQ(0, call.count);
}

/* Makes what the tests below look for, each call with known arguments. */
static int workload(int go)
{
	char byte;
	int i;

	if (read(go, &byte, 1) != 1)
		return 1;
	for (i = 0; i < 1000; i++)
		raw64(SYS_socket, i % 3 ? AF_UNIX : 12345, i % 8, 0);
	for (i = 0; i < 9; i++)
		raw64(SYS_personality, 0xffffffffUL - i % 2 * 0x100000000UL,
		      0, 0);
	for (i = 0; i < 20; i++)
		raw64(SYS_umask, 022 + i % 9, 0, 0);
	raw32(I386_SOCKETCALL, 1, 0, 0);
	return 0;
}

TEST_F(learn, few_values_are_known_and_many_are_many)
{
	struct rsg_learned call;
	int go[2], status;
	pid_t pid;
	long id;

	ASSERT_EQ(0, pipe(go));
	pid = fork();
	if (!pid)
		_exit(workload(go[0]));
	guard_clean();
	id = observe(self->fd, pid);
	ASSERT_LT(0, id);
	ASSERT_EQ(1, write(go[1], "x", 1));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_EQ(0, status);

	call = learned(self->fd, id, RSG_X86_64, SYS_socket);
	EXPECT_EQ(1000, call.count);
	EXPECT_EQ(2, call.nr_values[0]);
	EXPECT_EQ(12345, call.values[0][0]);
	EXPECT_EQ(AF_UNIX, call.values[0][1]);
	EXPECT_EQ(8, call.nr_values[1]);
	EXPECT_EQ(0, call.many & 3);
	call = learned(self->fd, id, RSG_X86_64, SYS_personality);
	EXPECT_EQ(9, call.count);
	EXPECT_EQ(2, call.nr_values[0]);
	call = learned(self->fd, id, RSG_X86_64, SYS_umask);
	EXPECT_EQ(20, call.count);
	EXPECT_EQ(1, call.many & 1);
	call = learned(self->fd, id, RSG_I386, I386_SOCKETCALL);
	EXPECT_EQ(1, call.count);
	EXPECT_EQ(1, call.nr_values[0]);
	EXPECT_EQ(1, call.values[0][0]);
	close(go[0]);
	close(go[1]);
}

static void *call_often(void *arg)
{
	int i;

	for (i = 0; i < 5000; i++)
		raw64(SYS_umask, (long)arg, 0, 0);
	return NULL;
}

static int with_threads(int go)
{
	pthread_t threads[8];
	char byte;
	long i;

	if (read(go, &byte, 1) != 1)
		return 1;
	for (i = 0; i < 8; i++)
		if (pthread_create(&threads[i], NULL, call_often, (void *)i))
			return 2;
	for (i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

TEST_F(learn, no_call_of_threads_and_children_is_lost)
{
	struct rsg_learned call;
	int go[2], status, i;
	pid_t pid;
	long id;

	ASSERT_EQ(0, pipe(go));
	pid = fork();
	if (!pid) {
		for (i = 0; i < 2; i++)
			if (!fork())
				_exit(with_threads(go[0]));
		wait(&status);
		wait(&status);
		_exit(0);
	}
	sleep_ms(100);
	guard_clean();
	id = observe(self->fd, pid);
	ASSERT_LT(0, id);
	ASSERT_EQ(2, write(go[1], "xx", 2));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	call = learned(self->fd, id, RSG_X86_64, SYS_umask);
	EXPECT_EQ(80000, call.count);
	EXPECT_EQ(8, call.nr_values[0]);
	EXPECT_EQ(0, call.many & 1);
	close(go[0]);
	close(go[1]);
}

TEST_F(learn, it_outlives_the_attach)
{
	worker_call(&self->worker, RSG_X86_64, SYS_getppid);
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, self->id));
	worker_call(&self->worker, RSG_X86_64, SYS_getppid);
	EXPECT_EQ(1, learned(self->fd, self->id, RSG_X86_64,
			     SYS_getppid).count);
}

TEST_F(learn, arguments_are_checked)
{
	struct rsg_learned one = {};
	struct rsg_learn_dump arg = {
		.size = sizeof(arg), .id = self->id, .__reserved = 1,
	};
	unsigned int nr = 0;
	long other;

	worker_call(&self->worker, RSG_X86_64, SYS_getppid);
	EXPECT_EQ(-EINVAL, guard_ioctl(self->fd, RSG_IOC_LEARN_DUMP, &arg));
	/* The call, and the write that answers; perhaps the next read. */
	EXPECT_EQ(0, dump(self->fd, self->id, NULL, &nr));
	EXPECT_LE(2, nr);
	nr = 1;
	EXPECT_EQ(0, dump(self->fd, self->id, &one, &nr));
	EXPECT_LE(2, nr);
	EXPECT_NE(0, one.count);
	nr = 1;
	EXPECT_EQ(-EFAULT, dump(self->fd, self->id, (void *)8, &nr));
	EXPECT_EQ(-ENOENT, dump(self->fd, 4000, &one, &nr));
	other = guard_load(self->fd, "other", RSG_LOAD_PERSIST, 0, NULL, 0);
	ASSERT_LT(0, other);
	EXPECT_EQ(-ENODATA, dump(self->fd, other, &one, &nr));
}

TEST_HARNESS_MAIN
