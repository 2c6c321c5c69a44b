// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does each crossing go to the sums of its task and its cgroup, wherever the
 * task is moved, and to the parent when the cgroup is gone? Makes cgroups in a
 * mount of its own.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "reader.h"
#include "textfile.h"

#define MOUNT		"/tmp/rst-cgroup"
#define TOP		MOUNT "/rst-test"
#define N		1000
#define CHURN		300
#define NR_SUMS		1024
/* What others do between two looks. */
#define NOISE		64
#define PATIENCE_US	10000000

struct group {
	struct rs_trace_group arg;
	char path[PATH_MAX];
	struct rs_trace_sum sum[NR_SUMS];
};

static void ask(struct group *g, uint64_t after)
{
	g->arg = (struct rs_trace_group) {
		.size = sizeof(g->arg), .path_size = sizeof(g->path),
		.id = after, .path = (uintptr_t)g->path,
		.sums = (uintptr_t)g->sum, .nr_sums = NR_SUMS,
	};
}

static int next_group(const struct reader *r, struct group *g, uint64_t after)
{
	ask(g, after);
	return ioctl(r->fd, RS_TRACE_NEXT_GROUP, &g->arg) ? -errno : 0;
}

static uint64_t id_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

static int get_group(const struct reader *r, struct group *g, uint64_t id)
{
	int err = next_group(r, g, id - 1);

	return err ? err : g->arg.id == id ? 0 : -ENOENT;
}

/* Calls of getppid() that the cgroup has, 0 if it has no sums. */
static uint64_t calls_of(const struct reader *r, uint64_t id)
{
	static struct group g;

	return get_group(r, &g, id) ? 0 : g.sum[SYS_getppid].count;
}

/* Return: does the cgroup have sums in time? */
static bool wait_for_group(const struct reader *r, uint64_t id, bool there)
{
	static struct group g;
	int i;

	for (i = 0; i < PATIENCE_US; i += 1000) {
		if (!get_group(r, &g, id) == there)
			return true;
		usleep(1000);
	}
	return false;
}

static int move(const char *group, pid_t pid)
{
	char path[PATH_MAX], text[16];

	snprintf(path, sizeof(path), "%s/cgroup.procs", group);
	snprintf(text, sizeof(text), "%d", pid);
	return write_text(path, text);
}

static void calls(int n)
{
	while (n--)
		syscall(SYS_getppid);
}

FIXTURE(who)
{
	struct reader r;
	uint64_t top;
};

FIXTURE_SETUP(who)
{
	self->r.fd = -1;
	if (access(TRACE_DEVICE, F_OK))
		SKIP(return, "no " TRACE_DEVICE ": load ringside_trace.ko");
	mkdir(MOUNT, 0700);
	if (mount("none", MOUNT, "cgroup2", 0, NULL) && errno != EBUSY)
		SKIP(return, "no cgroup2: CONFIG_CGROUPS");
	ASSERT_EQ(0, reader_open(&self->r, 0));
	if (!(self->r.page->features & RS_TRACE_F_WHO))
		SKIP(return, "no tracepoint cgroup_attach_task");
	rmdir(TOP);
	ASSERT_EQ(0, mkdir(TOP, 0700));
	self->top = id_of(TOP);
	ASSERT_EQ(0, reader_level_flags(&self->r, RS_TRACE_LEVEL_LATENCY,
					RS_TRACE_WANT_WHO));
	ASSERT_TRUE(wait_for_group(&self->r, self->top, true));
}

FIXTURE_TEARDOWN(who)
{
	move(MOUNT, getpid());
	rmdir(TOP "/a");
	rmdir(TOP);
	umount2(MOUNT, MNT_DETACH);
	if (self->r.fd >= 0)
		reader_close(&self->r);
}

TEST_F(who, calls_go_to_the_cgroup_of_their_task)
{
	struct group g;

	ASSERT_EQ(0, move(TOP, getpid()));
	calls(N);
	ASSERT_EQ(0, move(MOUNT, getpid()));
	calls(N);
	ASSERT_EQ(0, get_group(&self->r, &g, self->top));
	EXPECT_EQ(N, g.sum[SYS_getppid].count);
	EXPECT_LT(0, g.sum[SYS_getppid].ticks);
	EXPECT_STREQ("/rst-test", strrchr(g.path, '/'));
	EXPECT_EQ(id_of(MOUNT), g.arg.parent);
}

TEST_F(who, a_child_begins_in_the_cgroup_of_its_parent)
{
	pid_t pid;

	ASSERT_EQ(0, move(TOP, getpid()));
	pid = fork();
	if (!pid) {
		calls(N);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	EXPECT_EQ(N, calls_of(&self->r, self->top));
}

static volatile int go;

static void *spin_then_call(void *arg)
{
	while (!go)
		calls(1);
	calls(N);
	return NULL;
}

/* Threads that never stop entering the kernel are moved with their process. */
TEST_F(who, all_threads_of_a_process_move)
{
	uint64_t left, end;
	pthread_t thread[2];
	int i;

	go = 0;
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, spin_then_call,
					    NULL));
	ASSERT_EQ(0, move(TOP, getpid()));
	go = 1;
	for (i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	EXPECT_LE(2 * N, calls_of(&self->r, self->top));
	ASSERT_EQ(0, move(MOUNT, getpid()));
	left = calls_of(&self->r, self->top);
	calls(N);
	end = calls_of(&self->r, self->top);
	EXPECT_EQ(left, end);
}

TEST_F(who, a_removed_cgroup_leaves_its_sums_to_its_parent)
{
	struct group g;
	uint64_t a;

	ASSERT_EQ(0, mkdir(TOP "/a", 0700));
	a = id_of(TOP "/a");
	ASSERT_TRUE(wait_for_group(&self->r, a, true));
	ASSERT_EQ(0, move(TOP "/a", getpid()));
	calls(N);
	ASSERT_EQ(0, move(MOUNT, getpid()));
	ASSERT_EQ(N, calls_of(&self->r, a));
	EXPECT_EQ(0, calls_of(&self->r, self->top));
	ASSERT_EQ(0, get_group(&self->r, &g, a));
	EXPECT_EQ(self->top, g.arg.parent);
	ASSERT_EQ(0, rmdir(TOP "/a"));
	ASSERT_TRUE(wait_for_group(&self->r, a, false));
	EXPECT_EQ(N, calls_of(&self->r, self->top));
}

/* Too new to have sums of its own: but never lost, and never nowhere. */
TEST_F_TIMEOUT(who, calls_survive_cgroups_that_come_and_go, 300)
{
	struct group root;
	uint64_t before;
	int i;

	ASSERT_EQ(0, get_group(&self->r, &root, id_of(MOUNT)));
	before = root.sum[SYS_getppid].count;
	for (i = 0; i < CHURN; i++) {
		ASSERT_EQ(0, mkdir(TOP "/a", 0700));
		ASSERT_EQ(0, move(TOP "/a", getpid()));
		calls(10);
		ASSERT_EQ(0, move(MOUNT, getpid()));
		ASSERT_EQ(0, rmdir(TOP "/a"));
	}
	ASSERT_EQ(0, mkdir(TOP "/a", 0700));
	ASSERT_TRUE(wait_for_group(&self->r, id_of(TOP "/a"), true));
	EXPECT_EQ(10 * CHURN, calls_of(&self->r, self->top));
	ASSERT_EQ(0, get_group(&self->r, &root, id_of(MOUNT)));
	EXPECT_GE(before + NOISE, root.sum[SYS_getppid].count);
}

static uint64_t returns(const struct reader *r)
{
	struct books b;
	uint64_t sum = 0;
	unsigned int cpu;

	for (cpu = 0; cpu < r->page->nr_blocks; cpu++) {
		reader_books(r, cpu, &b);
		sum += b.after;
	}
	return sum;
}

static uint64_t all_counts(const struct reader *r)
{
	uint64_t sum = 0, after = 0;
	static struct group g;
	unsigned int i;

	while (!next_group(r, &g, after)) {
		after = g.arg.id;
		for (i = 0; i < g.arg.nr_sums; i++)
			sum += g.sum[i].count;
	}
	return sum;
}

TEST_F(who, cgroups_add_up_to_the_returns)
{
	uint64_t before, after, sums;
	volatile char *p;
	int i;

	before = returns(&self->r);
	sums = all_counts(&self->r);
	for (i = 0; i < 100; i++) {
		pid_t pid = fork();

		if (!pid) {
			p = mmap(NULL, 4096 * 8, PROT_WRITE, MAP_PRIVATE |
				 MAP_ANONYMOUS, -1, 0);
			p[0] = 1;
			calls(N);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
	sums = all_counts(&self->r) - sums;
	after = returns(&self->r);
	/* The reading itself, on each side, enters the kernel. */
	EXPECT_LE(100 * N, sums);
	EXPECT_LE(sums, after - before + 1);
	EXPECT_GE(sums + NOISE, after - before);
}

static int get_tasks(const struct reader *r, struct rs_trace_tasks *arg)
{
	return ioctl(r->fd, RS_TRACE_GET_TASKS, arg) ? -errno : 0;
}

static int find_task(const struct reader *r, pid_t pid, struct rs_trace_task *t)
{
	static struct rs_trace_task all[4096];
	struct rs_trace_tasks arg = {
		.size = sizeof(arg), .task_size = sizeof(all[0]),
		.tasks = (uintptr_t)all, .nr = 4096,
	};
	unsigned int i;
	int err = get_tasks(r, &arg);

	for (i = 0; !err && i < arg.nr && i < 4096; i++)
		if (all[i].pid == (uint32_t)pid) {
			*t = all[i];
			return 0;
		}
	return err ? err : -ESRCH;
}

TEST_F(who, a_task_has_its_own_sums)
{
	struct rs_trace_task t, later;
	pid_t me = getpid();

	ASSERT_EQ(0, move(TOP, me));
	ASSERT_EQ(0, find_task(&self->r, me, &t));
	calls(N);
	ASSERT_EQ(0, find_task(&self->r, me, &later));
	EXPECT_LE(N + 1, later.calls - t.calls);
	/* Interrupts and page faults of this task come in between. */
	EXPECT_GE(N + NOISE, later.calls - t.calls);
	EXPECT_LT(t.ticks, later.ticks);
	EXPECT_EQ(self->top, t.cgroup);
	EXPECT_EQ(me, t.tgid);
	EXPECT_STREQ("who_test", (char *)t.comm);
}

TEST_F(who, bad_requests_are_refused)
{
	struct rs_trace_tasks tasks = { .size = sizeof(tasks) };
	struct reader other;
	struct group g;

	EXPECT_EQ(-EINVAL, get_tasks(&self->r, &tasks));
	tasks.task_size = sizeof(struct rs_trace_task);
	tasks.reserved = 1;
	EXPECT_EQ(-EINVAL, get_tasks(&self->r, &tasks));
	tasks.reserved = 0;
	tasks.nr = 1;
	EXPECT_EQ(-EFAULT, get_tasks(&self->r, &tasks));
	EXPECT_EQ(-ENOENT, next_group(&self->r, &g, -1ULL));
	ask(&g, 0);
	g.arg.path_size = 1;
	EXPECT_EQ(-1, ioctl(self->r.fd, RS_TRACE_NEXT_GROUP, &g.arg));
	EXPECT_EQ(ERANGE, errno);
	ask(&g, 0);
	g.arg.sums = 0;
	EXPECT_EQ(-1, ioctl(self->r.fd, RS_TRACE_NEXT_GROUP, &g.arg));
	EXPECT_EQ(EFAULT, errno);
	ask(&g, 0);
	g.arg.reserved = 1;
	EXPECT_EQ(-1, ioctl(self->r.fd, RS_TRACE_NEXT_GROUP, &g.arg));
	EXPECT_EQ(EINVAL, errno);
	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_LATENCY));
	EXPECT_EQ(-ENODATA, next_group(&self->r, &g, 0));
	ASSERT_EQ(0, reader_open(&other, 0));
	EXPECT_EQ(-EINVAL, reader_level_flags(&other, RS_TRACE_LEVEL_COUNT,
					      RS_TRACE_WANT_WHO));
	reader_close(&other);
}

TEST_HARNESS_MAIN
