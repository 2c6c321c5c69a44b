// SPDX-License-Identifier: GPL-2.0-only
/*
 * Do counts stay right, and is nothing left behind, when CPUs go, readers are
 * killed, clocks are set, tasks are many and short or do not come back for long?
 *
 * WEATHER=N in the environment makes each that can be long N times as long.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "load.h"
#include "reader.h"
#include "textfile.h"

#define N		1000
#define ALL_FLAGS	(RS_TRACE_WANT_OFF_CPU | RS_TRACE_WANT_WHO)
#define CPU1_ONLINE	"/sys/devices/system/cpu/cpu1/online"
#define NR_SUMS		1024
#define MS		1000000ULL
/* What others do between two looks. */
#define NOISE		64

static unsigned int times(unsigned int n)
{
	const char *factor = getenv("WEATHER");

	return factor ? n * atoi(factor) : n;
}

static bool has_word(const char *path, const char *word)
{
	char text[128];

	read_text(path, text, sizeof(text));
	return strstr(text, word);
}

static void calls(int n)
{
	while (n--)
		syscall(SYS_getppid);
}

static uint64_t called(const struct reader *r)
{
	return reader_count(r, RS_TRACE_SYSCALL_X64, SYS_getppid);
}

FIXTURE(weather)
{
	struct reader r;
};

FIXTURE_SETUP(weather)
{
	self->r.fd = -1;
	if (access(TRACE_DEVICE, F_OK))
		SKIP(return, "no " TRACE_DEVICE ": load ringside_trace.ko");
	ASSERT_EQ(0, reader_open(&self->r, RS_TRACE_LEVEL_OFF));
}

FIXTURE_TEARDOWN(weather)
{
	write_text(CPU1_ONLINE, "1");
	if (self->r.fd >= 0)
		reader_close(&self->r);
}

/* Exactly, for nothing counts. Return: the returns of all CPUs, 0 if not. */
static uint64_t balance(const struct reader *r)
{
	uint64_t returns = 0;
	unsigned int cpu;
	struct books b;

	for (cpu = 0; cpu < r->page->nr_blocks; cpu++) {
		reader_books(r, cpu, &b);
		if (b.before != b.sum)
			return 0;
		returns += b.after;
	}
	return returns;
}

static uint64_t residual(const struct reader *r)
{
	return reader_section(r, RS_TRACE_RESIDUAL);
}

static uint64_t untimed(const struct reader *r)
{
	uint64_t sum = 0;
	unsigned int cpu;

	for (cpu = 0; cpu < r->page->nr_blocks; cpu++) {
		const struct rs_trace_block *block = (const void *)
			((const char *)r->page + r->page->block_offset +
			 (size_t)cpu * r->page->block_size);

		sum += __atomic_load_n(&block->untimed, __ATOMIC_RELAXED);
	}
	return sum;
}

struct group {
	struct rs_trace_group arg;
	char path[PATH_MAX];
	struct rs_trace_sum sum[NR_SUMS];
};

/* The one with the least id above @after. */
static int next_group(const struct reader *r, struct group *g, uint64_t after)
{
	g->arg = (struct rs_trace_group) {
		.size = sizeof(g->arg), .path_size = sizeof(g->path),
		.id = after, .path = (uintptr_t)g->path,
		.sums = (uintptr_t)g->sum, .nr_sums = NR_SUMS,
	};
	return ioctl(r->fd, RS_TRACE_NEXT_GROUP, &g->arg) ? -errno : 0;
}

static uint64_t add_up(const struct group *g, int call)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < g->arg.nr_sums && i < NR_SUMS; i++)
		if (call < 0 || i == (unsigned int)call)
			sum += g->sum[i].count;
	return sum;
}

/*
 * What the cgroups below @path have counted: one call, or everything if it is
 * -1. Again from the start if one was folded into another meanwhile.
 */
static uint64_t sum_groups(const struct reader *r, const char *path, int call,
			   unsigned int *nr)
{
	static struct group g;
	uint64_t sum, after, generation = 0;

again:
	for (sum = 0, after = 0, *nr = 0; !next_group(r, &g, after); ++*nr) {
		if (after && g.arg.generation != generation)
			goto again;
		generation = g.arg.generation;
		after = g.arg.id;
		if (strstr(g.path, path))
			sum += add_up(&g, call);
	}
	return sum;
}

static uint64_t sums_of_groups(const struct reader *r, unsigned int *nr)
{
	return sum_groups(r, "", -1, nr);
}

static uint64_t returns_now(const struct reader *r)
{
	uint64_t returns = 0;
	unsigned int cpu;
	struct books b;

	for (cpu = 0; cpu < r->page->nr_blocks; cpu++) {
		reader_books(r, cpu, &b);
		returns += b.after;
	}
	return returns;
}

/* The books, and the sums by cgroup beside them, after a time of all levels. */
#define EXPECT_ALL_COUNTED(r, first_returns, first_untimed)		\
do {									\
	unsigned int _nr;						\
	uint64_t _sums = sums_of_groups(r, &_nr);			\
	uint64_t _returns = returns_now(r) - (first_returns);		\
	uint64_t _untimed = untimed(r) - (first_untimed);		\
									\
	EXPECT_LE(_sums + _untimed, _returns + NOISE);			\
	EXPECT_GE(_sums + _untimed + NOISE, _returns);			\
} while (0)

TEST_F_TIMEOUT(weather, cpus_come_and_go_while_everything_is_summed_up, 240)
{
	unsigned int i, rounds = times(4);
	uint64_t returns, lost, left;
	pid_t pid;

	if (access(CPU1_ONLINE, W_OK))
		SKIP(return, "one CPU: boot with --smp 2");
	left = residual(&self->r);
	ASSERT_EQ(0, reader_level_flags(&self->r, RS_TRACE_LEVEL_LATENCY,
					ALL_FLAGS));
	returns = returns_now(&self->r);
	lost = untimed(&self->r);
	pid = load_start(0);
	for (i = 0; i < rounds; i++) {
		ASSERT_EQ(0, write_text(CPU1_ONLINE, "0"));
		EXPECT_EQ(0, reader_active(&self->r, 1));
		calls(N);
		usleep(100000);
		ASSERT_EQ(0, write_text(CPU1_ONLINE, "1"));
		EXPECT_EQ(1, reader_active(&self->r, 1));
		usleep(300000);
	}
	load_stop(pid);
	EXPECT_ALL_COUNTED(&self->r, returns, lost);
	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_OFF));
	ASSERT_NE(0, balance(&self->r));
	returns = returns_now(&self->r) - returns;
	EXPECT_LT(rounds * N, returns);
	EXPECT_LE((residual(&self->r) - left) * 200, returns);
}

/* All CPUs but the first go, and the first sleeps, until the clock wakes it. */
TEST_F_TIMEOUT(weather, the_machine_sleeps_and_wakes, 120)
{
	uint64_t before, returns;

	if (!has_word("/sys/power/state", "mem"))
		SKIP(return, "no suspend to RAM");
	if (access("/sys/class/rtc/rtc0/wakealarm", W_OK))
		SKIP(return, "no clock that wakes");
	ASSERT_EQ(0, reader_level_flags(&self->r, RS_TRACE_LEVEL_LATENCY,
					ALL_FLAGS));
	before = called(&self->r);
	returns = returns_now(&self->r);
	calls(N);
	write_text("/sys/class/rtc/rtc0/wakealarm", "0");
	ASSERT_EQ(0, write_text("/sys/class/rtc/rtc0/wakealarm", "+5"));
	ASSERT_EQ(0, write_text("/sys/power/state", "mem"));
	calls(N);
	EXPECT_EQ(2 * N, called(&self->r) - before);
	EXPECT_EQ(1, reader_active(&self->r, 0));
	if (!access(CPU1_ONLINE, W_OK)) {
		EXPECT_EQ(1, reader_active(&self->r, 1));
		ASSERT_EQ(0, pin_to_cpu(1));
		before = reader_count_cpu(&self->r, 1, RS_TRACE_SYSCALL_X64,
					  SYS_getppid);
		calls(N);
		EXPECT_EQ(N, reader_count_cpu(&self->r, 1, RS_TRACE_SYSCALL_X64,
					      SYS_getppid) - before);
	}
	EXPECT_ALL_COUNTED(&self->r, returns, untimed(&self->r));
	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_OFF));
	EXPECT_NE(0, balance(&self->r));
}

static uint64_t nr_tasks(const struct reader *r)
{
	struct rs_trace_tasks arg = {
		.size = sizeof(arg),
		.task_size = sizeof(struct rs_trace_task),
	};

	return ioctl(r->fd, RS_TRACE_GET_TASKS, &arg) ? 0 : arg.nr;
}

static void short_lives(unsigned int n)
{
	pid_t pid;

	while (n--) {
		pid = syscall(SYS_fork);
		if (!pid) {
			calls(3);
			syscall(SYS_exit_group, 0);
		}
		syscall(SYS_wait4, pid, NULL, 0, NULL);
	}
}

/*
 * Each leaves its slot to the next; WEATHER=4 makes more of them than there are
 * slots. From two processes, so that they are born and die on both CPUs.
 */
TEST_F_TIMEOUT(weather, ten_thousand_short_lives_are_counted_and_forgotten, 600)
{
	uint64_t forks, children, before, tasks, returns, lost;
	unsigned int n = times(10000);
	pid_t pid;

	ASSERT_EQ(0, reader_level_flags(&self->r, RS_TRACE_LEVEL_LATENCY,
					ALL_FLAGS));
	returns = returns_now(&self->r);
	lost = untimed(&self->r);
	tasks = nr_tasks(&self->r);
	forks = reader_count(&self->r, RS_TRACE_SYSCALL_X64, SYS_fork);
	children = reader_section(&self->r, RS_TRACE_CHILD);
	before = called(&self->r);
	pid = fork();
	if (!pid) {
		short_lives(n / 2);
		_exit(0);
	}
	short_lives(n / 2);
	waitpid(pid, NULL, 0);
	EXPECT_EQ(n / 2 * 2,
		  reader_count(&self->r, RS_TRACE_SYSCALL_X64, SYS_fork) -
		  forks);
	EXPECT_LE(n / 2 * 2, reader_section(&self->r, RS_TRACE_CHILD) -
		  children);
	EXPECT_EQ(n / 2 * 2 * 3, called(&self->r) - before);
	EXPECT_EQ(0, untimed(&self->r) - lost);
	EXPECT_LE(nr_tasks(&self->r), tasks + NOISE);
	EXPECT_ALL_COUNTED(&self->r, returns, lost);
}

/* Reads all it can find, until it is killed in the middle. */
static void read_for_ever(void)
{
	volatile uint64_t sum = 0;
	struct reader r;
	unsigned int nr;

	if (reader_open(&r, RS_TRACE_LEVEL_OFF) ||
	    reader_level_flags(&r, RS_TRACE_LEVEL_LATENCY, ALL_FLAGS) ||
	    reader_map_latency(&r))
		_exit(1);
	for (;;) {
		sum += returns_now(&r);
		sum += sums_of_groups(&r, &nr);
		sum += nr_tasks(&r);
	}
}

/* Maps and unmaps all the time, so that one is killed inside of that, too. */
static void map_for_ever(void)
{
	struct reader r;

	for (;;)
		if (reader_open(&r, RS_TRACE_LEVEL_LATENCY) ||
		    reader_map_latency(&r))
			_exit(1);
		else
			reader_close(&r);
}

TEST_F_TIMEOUT(weather, readers_that_are_killed_leave_nothing, 240)
{
	unsigned int i, rounds = times(20);
	uint64_t armed, readers;
	int status;

	for (i = 0; i < rounds; i++) {
		pid_t pid = fork();

		if (!pid) {
			if (i & 1)
				read_for_ever();
			map_for_ever();
		}
		usleep(20000 + 7000 * (i % 10));
		ASSERT_EQ(0, kill(pid, SIGKILL));
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		ASSERT_TRUE(WIFSIGNALED(status));
	}
	ASSERT_EQ(0, sysfs_read("readers", &readers));
	EXPECT_EQ(1, readers);
	ASSERT_EQ(0, sysfs_read("armed", &armed));
	EXPECT_EQ(0, armed);
	EXPECT_EQ(0, reader_active(&self->r, 0));
	EXPECT_NE(0, balance(&self->r));
}

/* The one that stays misses nothing while another comes, goes, wants more. */
TEST_F_TIMEOUT(weather, two_readers_see_the_same, 120)
{
	uint64_t before, levels;
	struct reader other;
	unsigned int i, nr;

	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_COUNT));
	before = called(&self->r);
	for (i = 0; i < 10; i++) {
		ASSERT_EQ(0, reader_open(&other, RS_TRACE_LEVEL_OFF));
		ASSERT_EQ(0, reader_level_flags(&other, RS_TRACE_LEVEL_LATENCY,
						i & 1 ? ALL_FLAGS : 0));
		calls(N);
		EXPECT_EQ(called(&self->r), called(&other));
		EXPECT_EQ(i & 1 ? 1 : 0, sums_of_groups(&self->r, &nr) > 0);
		reader_close(&other);
		ASSERT_EQ(0, sysfs_read("armed", &levels));
		EXPECT_EQ(RS_TRACE_LEVEL_COUNT, levels);
		calls(N);
	}
	EXPECT_EQ(20 * N, called(&self->r) - before);
}

static int set_clock(int seconds)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec += seconds;
	return clock_settime(CLOCK_REALTIME, &now) ? -errno : 0;
}

#define YEAR	(365 * 24 * 3600)

TEST_F(weather, setting_the_clock_makes_no_crossing_longer)
{
	struct timespec pause = { .tv_nsec = 20 * MS };
	struct latency l, later;
	uint64_t khz;
	int i;

	ASSERT_EQ(0, reader_level_flags(&self->r, RS_TRACE_LEVEL_LATENCY,
					ALL_FLAGS));
	ASSERT_EQ(0, reader_map_latency(&self->r));
	khz = self->r.page->tsc_khz;
	reader_latency(&self->r, RS_TRACE_SYSCALL_X64, SYS_nanosleep, &l);
	for (i = 0; i < 10; i++) {
		pid_t pid = fork();

		if (!pid) {
			syscall(SYS_nanosleep, &pause, NULL);
			_exit(0);
		}
		ASSERT_EQ(0, set_clock(i & 1 ? -YEAR : YEAR));
		waitpid(pid, NULL, 0);
	}
	reader_latency(&self->r, RS_TRACE_SYSCALL_X64, SYS_nanosleep, &later);
	EXPECT_EQ(10, later.timed - l.timed);
	EXPECT_LE(10 * 20 * khz, later.sum - l.sum);
	/* A year is 31 million seconds; none took one of its days. */
	EXPECT_GT(24ULL * 3600 * 1000 * khz, later.sum - l.sum);
}

static void *wait_for_long(void *fd)
{
	struct pollfd p = { .fd = *(int *)fd, .events = POLLIN };

	syscall(SYS_poll, &p, 1, -1);
	return NULL;
}

/* Levels come and go around it; it is counted by the one it comes home to. */
TEST_F_TIMEOUT(weather, a_call_that_takes_for_ever_holds_up_nobody, 120)
{
	struct latency l, later;
	pthread_t thread;
	uint64_t before;
	int fd[2], i;
	char byte;

	ASSERT_EQ(0, pipe(fd));
	ASSERT_EQ(0, reader_level_flags(&self->r, RS_TRACE_LEVEL_LATENCY,
					ALL_FLAGS));
	ASSERT_EQ(0, reader_map_latency(&self->r));
	before = reader_count(&self->r, RS_TRACE_SYSCALL_X64, SYS_poll);
	reader_latency(&self->r, RS_TRACE_SYSCALL_X64, SYS_poll, &l);
	ASSERT_EQ(0, pthread_create(&thread, NULL, wait_for_long, &fd[0]));
	usleep(100000);
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_OFF));
		ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_COUNT));
		ASSERT_EQ(0, reader_level_flags(&self->r,
						RS_TRACE_LEVEL_LATENCY,
						ALL_FLAGS));
	}
	EXPECT_EQ(before, reader_count(&self->r, RS_TRACE_SYSCALL_X64,
				       SYS_poll));
	ASSERT_EQ(1, write(fd[1], "", 1));
	pthread_join(thread, NULL);
	EXPECT_EQ(before + 1, reader_count(&self->r, RS_TRACE_SYSCALL_X64,
					   SYS_poll));
	/* Nobody has seen when it began, so it is counted and not timed. */
	reader_latency(&self->r, RS_TRACE_SYSCALL_X64, SYS_poll, &later);
	EXPECT_EQ(l.timed, later.timed);

	/* One that was seen all the time is timed, and has slept. */
	ASSERT_EQ(1, read(fd[0], &byte, 1));
	ASSERT_EQ(0, pthread_create(&thread, NULL, wait_for_long, &fd[0]));
	usleep(100000);
	ASSERT_EQ(1, write(fd[1], "", 1));
	pthread_join(thread, NULL);
	reader_latency(&self->r, RS_TRACE_SYSCALL_X64, SYS_poll, &later);
	EXPECT_EQ(l.timed + 1, later.timed);
	EXPECT_EQ(l.slept + 1, later.slept);
	EXPECT_LE(50ULL * self->r.page->tsc_khz, later.off_cpu - l.off_cpu);
	close(fd[0]);
	close(fd[1]);
}

#define MOUNT	"/tmp/rst-weather"
#define CHURNERS 4

/* Makes cgroups, works in them, leaves and removes them. */
static void churn(unsigned int who, unsigned int rounds)
{
	char dir[64], procs[80];
	unsigned int i;

	for (i = 0; i < rounds; i++) {
		snprintf(dir, sizeof(dir), MOUNT "/top/%u-%u", who, i);
		snprintf(procs, sizeof(procs), "%s/cgroup.procs", dir);
		if (mkdir(dir, 0700) || write_text(procs, "0"))
			_exit(1);
		calls(10);
		if (write_text(MOUNT "/top/cgroup.procs", "0") || rmdir(dir))
			_exit(1);
	}
	_exit(0);
}

static bool wait_for_path(const struct reader *r, const char *path)
{
	static struct group g;
	struct stat st;
	int i;

	if (stat(path, &st))
		return false;
	for (i = 0; i < 10000; i++) {
		if (!next_group(r, &g, st.st_ino - 1) && g.arg.id == st.st_ino)
			return true;
		usleep(1000);
	}
	return false;
}

TEST_F_TIMEOUT(weather, cgroups_in_and_out_on_all_cpus_lose_no_call, 600)
{
	unsigned int i, rounds = times(100), nr;
	pid_t pid[CHURNERS];
	int status;

	mkdir(MOUNT, 0700);
	if (mount("none", MOUNT, "cgroup2", 0, NULL) && errno != EBUSY)
		SKIP(return, "no cgroup2: CONFIG_CGROUPS");
	ASSERT_EQ(0, mkdir(MOUNT "/top", 0700));
	ASSERT_EQ(0, reader_level_flags(&self->r, RS_TRACE_LEVEL_LATENCY,
					ALL_FLAGS));
	ASSERT_TRUE(wait_for_path(&self->r, MOUNT "/top"));
	for (i = 0; i < CHURNERS; i++) {
		pid[i] = fork();
		if (!pid[i])
			churn(i, rounds);
	}
	for (i = 0; i < CHURNERS; i++) {
		waitpid(pid[i], &status, 0);
		EXPECT_EQ(0, status);
	}
	EXPECT_EQ(10 * CHURNERS * rounds,
		  sum_groups(&self->r, "/top", SYS_getppid, &nr));
	/* What was removed is gone, sooner or later. */
	for (i = 0; i < 10000; i++) {
		sums_of_groups(&self->r, &nr);
		if (nr < NOISE)
			break;
		usleep(1000);
	}
	EXPECT_GT(NOISE, nr);
	EXPECT_EQ(0, rmdir(MOUNT "/top"));
	umount2(MOUNT, MNT_DETACH);
}

TEST_HARNESS_MAIN
