// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the flight recorder keep what happened last, all of it, in order and
 * nothing else?
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "flight_fixture.h"

#define N		1000
#define CPUS		2
#define NANOSLEEP_MS	20

static int nth_call(int i)
{
	static const int calls[] = { SYS_getppid, SYS_getuid, SYS_getsid };

	return calls[i % 3 ? i % 3 : i % 2 * 2];
}

/* After close(-1): exactly these, with nothing of ours in between. */
TEST_F(flight, records_are_what_the_program_did)
{
	pid_t me = syscall(SYS_gettid);
	uint64_t last = 0;
	struct ring c;
	size_t i, n = 0;
	bool marked = false;

	syscall(SYS_close, -1);
	for (i = 0; i < N; i++)
		syscall(nth_call(i), 0);
	syscall(SYS_close, -1);
	ASSERT_EQ(0, freeze(&self->r, 1));
	take_ring(&c, &self->r, 0);
	ASSERT_NE(NULL, c.map);
	for (i = 0; i < c.nr && n < N; i++) {
		const struct rs_trace_flight_record *rec = &c.rec[i];
		bool page_fault = rec->cause != SYS_close &&
				  rec->cause != SYS_getppid &&
				  rec->cause != SYS_getuid &&
				  rec->cause != SYS_getsid;

		if (!is_crossing(rec, me))
			continue;
		if (!marked) {
			marked = is_call(rec, me, SYS_close);
			last = end_of(rec);
			if (marked)
				EXPECT_EQ(-EBADF, (long)rec->result);
			continue;
		}
		EXPECT_LE(last, rec->time);
		last = end_of(rec);
		/* An interrupt or page fault from user mode is no call. */
		if (page_fault)
			continue;
		ASSERT_EQ(nth_call(n), rec->cause) TH_LOG("call %zu", n);
		EXPECT_EQ(syscall(nth_call(n), 0), (long)rec->result);
		n++;
	}
	EXPECT_EQ(N, n);
	drop_ring(&c, &self->r);
}

TEST_F(flight, level_3_counts_and_times_as_level_2)
{
	uint64_t count = reader_count(&self->r, RS_TRACE_SYSCALL_X64,
				      SYS_getppid);
	struct latency before, after;
	int i;

	ASSERT_EQ(0, reader_map_latency(&self->r));
	reader_latency(&self->r, RS_TRACE_SYSCALL_X64, SYS_getppid, &before);
	for (i = 0; i < N; i++)
		syscall(SYS_getppid);
	reader_latency(&self->r, RS_TRACE_SYSCALL_X64, SYS_getppid, &after);
	EXPECT_EQ(N, after.timed - before.timed);
	EXPECT_EQ(N, reader_count(&self->r, RS_TRACE_SYSCALL_X64,
				  SYS_getppid) - count);
}

/* Each is inside of another, or beside it. */
static bool nest(const struct rs_trace_flight_record *a,
		 const struct rs_trace_flight_record *b)
{
	if (end_of(a) <= b->time || end_of(b) <= a->time)
		return true;
	return (a->time <= b->time && end_of(b) <= end_of(a)) ||
	       (b->time <= a->time && end_of(a) <= end_of(b));
}

static void work_in_kernel(void)
{
	static char buf[1 << 20];
	int fd = open("/dev/zero", O_RDONLY), i;

	/* Pages first: no fault is to end in the calls. */
	memset(buf, 1, sizeof(buf));
	for (i = 0; i < 300; i++)
		if (read(fd, buf, sizeof(buf)) != sizeof(buf))
			break;
	close(fd);
}

TEST_F(flight, interrupts_nest_in_what_they_interrupt)
{
	pid_t me = syscall(SYS_gettid);
	unsigned int inside = 0;
	size_t i, j;
	struct ring c;

	work_in_kernel();
	ASSERT_EQ(0, freeze(&self->r, 1));
	take_ring(&c, &self->r, 0);
	ASSERT_NE(NULL, c.map);
	for (i = 0; i < c.nr; i++) {
		const struct rs_trace_flight_record *irq = &c.rec[i];

		if (irq->type != RS_TRACE_FLIGHT_INTERRUPT)
			continue;
		/* What it is in ends later; its kind can not be far. */
		for (j = i ? i - 1 : 0; j < c.nr && j < i + 64; j++) {
			const struct rs_trace_flight_record *rec = &c.rec[j];

			if (rec->type == RS_TRACE_FLIGHT_INTERRUPT ||
			    is_crossing(rec, me))
				EXPECT_TRUE(nest(irq, rec))
					TH_LOG("records %zu and %zu", i, j);
			if (is_call(rec, me, SYS_read) &&
			    rec->time <= irq->time &&
			    end_of(irq) <= end_of(rec))
				inside++;
		}
	}
	EXPECT_LT(0, inside);
	drop_ring(&c, &self->r);
}

TEST_F(flight, records_come_in_the_order_of_their_ends)
{
	uint64_t last = 0;
	struct ring c;
	size_t i;

	work_in_kernel();
	take_ring(&c, &self->r, 0);
	ASSERT_NE(NULL, c.map);
	for (i = 0; i < c.nr; i++) {
		EXPECT_LE(last, end_of(&c.rec[i])) TH_LOG("record %zu", i);
		EXPECT_LE(c.map->since, end_of(&c.rec[i]));
		last = end_of(&c.rec[i]);
	}
	drop_ring(&c, &self->r);
}

TEST_F(flight, a_sleep_shows_who_ran_instead)
{
	struct timespec ts = { 0, NANOSLEEP_MS * 1000000L };
	const struct rs_trace_flight_record *sleep = NULL;
	pid_t me = syscall(SYS_gettid);
	bool left = false, came = false, named = false;
	struct ring c;
	size_t i;

	prctl(PR_SET_NAME, "flight-sleeper");
	syscall(SYS_nanosleep, &ts, NULL);
	ASSERT_EQ(0, freeze(&self->r, 1));
	take_ring(&c, &self->r, 0);
	ASSERT_NE(NULL, c.map);
	for (i = 0; i < c.nr && !sleep; i++)
		if (is_call(&c.rec[i], me, SYS_nanosleep))
			sleep = &c.rec[i];
	ASSERT_NE(NULL, sleep);
	EXPECT_LE(NANOSLEEP_MS * 98ULL / 100 * self->r.page->tsc_khz,
		  sleep->ticks);
	for (i = 0; i < c.nr; i++) {
		const struct rs_trace_flight_record *rec = &c.rec[i];

		if (rec->type == RS_TRACE_FLIGHT_NAME && rec->pid == (__u32)me)
			named = !memcmp(&rec->ticks, "flight-sleeper", 15);
		if (rec->type != RS_TRACE_FLIGHT_SWITCH ||
		    rec->time < sleep->time || rec->time > end_of(sleep))
			continue;
		if (rec->pid != (__u32)me) {
			left = true;
		} else {
			came = left;
			EXPECT_EQ(0, memcmp(&rec->ticks, "flight-sleeper", 15));
		}
	}
	EXPECT_TRUE(came);
	EXPECT_TRUE(named);
	drop_ring(&c, &self->r);
}

TEST_F(flight, the_newest_records_stay)
{
	pid_t me = syscall(SYS_gettid);
	struct ring c;
	size_t i, mine = 0;

	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_OFF));
	ASSERT_EQ(0, sysfs_write("flight_kib", "4"));
	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_FLIGHT));
	for (i = 0; i < N; i++)
		syscall(SYS_getppid);
	ASSERT_EQ(0, freeze(&self->r, 1));
	take_ring(&c, &self->r, 0);
	ASSERT_NE(NULL, c.map);
	EXPECT_EQ(4096 / sizeof(struct rs_trace_flight_record),
		  c.map->nr_records);
	EXPECT_LE(N, c.head);
	/* The one that could be being written is not good. */
	EXPECT_EQ(c.map->nr_records - 1, c.nr);
	for (i = 0; i < c.nr; i++)
		mine += is_call(&c.rec[i], me, SYS_getppid);
	EXPECT_LT(c.nr / 2, mine);
	drop_ring(&c, &self->r);
}

static volatile int stop;

static void *caller(void *arg)
{
	pid_t *tid = arg;

	pin_to_cpu(1);
	*tid = syscall(SYS_gettid);
	while (!stop)
		syscall(SYS_getppid);
	return NULL;
}

TEST_F(flight, each_cpu_has_its_own)
{
	pid_t me = syscall(SYS_gettid), other = 0;
	size_t i, mine = 0, others = 0;
	struct ring c[CPUS];
	pthread_t thread;

	if (sysconf(_SC_NPROCESSORS_ONLN) < CPUS)
		SKIP(return, "one CPU");
	stop = 0;
	ASSERT_EQ(0, pthread_create(&thread, NULL, caller, &other));
	for (i = 0; i < N; i++)
		syscall(SYS_getppid);
	sleep(1);
	ASSERT_EQ(0, freeze(&self->r, 1));
	stop = 1;
	pthread_join(thread, NULL);
	take_ring(&c[0], &self->r, 0);
	take_ring(&c[1], &self->r, 1);
	ASSERT_NE(NULL, c[1].map);
	EXPECT_EQ(0, c[0].map->cpu);
	EXPECT_EQ(1, c[1].map->cpu);
	for (i = 0; i < c[0].nr; i++) {
		mine += is_call(&c[0].rec[i], me, SYS_getppid);
		EXPECT_FALSE(is_call(&c[0].rec[i], other, SYS_getppid));
	}
	for (i = 0; i < c[1].nr; i++) {
		others += is_call(&c[1].rec[i], other, SYS_getppid);
		EXPECT_FALSE(is_crossing(&c[1].rec[i], me));
	}
	EXPECT_EQ(N, mine);
	EXPECT_LT(0, others);
	drop_ring(&c[0], &self->r);
	drop_ring(&c[1], &self->r);
}

/* With the smallest ring, which is overwritten all the time. */
TEST_F(flight, a_copy_of_a_busy_ring_is_whole)
{
	pid_t other = 0, parent = getppid();
	size_t i, good = 0;
	pthread_t thread;
	struct ring c;
	int round;

	if (sysconf(_SC_NPROCESSORS_ONLN) < CPUS)
		SKIP(return, "one CPU");
	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_OFF));
	ASSERT_EQ(0, sysfs_write("flight_kib", "4"));
	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_FLIGHT));
	stop = 0;
	ASSERT_EQ(0, pthread_create(&thread, NULL, caller, &other));
	for (round = 0; round < 500; round++) {
		uint64_t last = 0;

		take_ring(&c, &self->r, 1);
		ASSERT_NE(NULL, c.map);
		for (i = 0; i < c.nr; i++) {
			const struct rs_trace_flight_record *rec = &c.rec[i];

			ASSERT_LE(1, rec->type);
			ASSERT_GE(RS_TRACE_FLIGHT_NAME, rec->type);
			ASSERT_LE(last, end_of(rec));
			last = end_of(rec);
			if (!is_call(rec, other, SYS_getppid))
				continue;
			ASSERT_EQ(parent, (pid_t)rec->result);
			good++;
		}
		drop_ring(&c, &self->r);
	}
	stop = 1;
	pthread_join(thread, NULL);
	EXPECT_LT(0, good);
}

TEST_F(flight, credentials_are_recorded)
{
	bool dropped = false;
	struct ring c;
	int status;
	size_t i;
	pid_t pid;

	if (!(self->r.page->features & RS_TRACE_F_CRED))
		SKIP(return, "commit_creds() can not be hooked");
	pid = fork();
	if (!pid)
		_exit(setresuid(4711, 4711, 4711) != 0);
	waitpid(pid, &status, 0);
	ASSERT_EQ(0, status);
	ASSERT_EQ(0, freeze(&self->r, 1));
	take_ring(&c, &self->r, 0);
	for (i = 0; i < c.nr; i++)
		if (c.rec[i].type == RS_TRACE_FLIGHT_CRED &&
		    c.rec[i].pid == (__u32)pid && c.rec[i].result == 4711) {
			dropped = true;
			EXPECT_EQ(0, c.rec[i].cause);
			EXPECT_EQ(0, c.rec[i].ticks);
		}
	EXPECT_TRUE(dropped);
	drop_ring(&c, &self->r);
}

TEST_F(flight, what_seccomp_denies_is_recorded_without_a_time)
{
	size_t i, denied = 0, born = 0;
	struct ring c;
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (deny_getppid())
			_exit(2);
		for (i = 0; i < 10; i++)
			syscall(SYS_getppid);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	ASSERT_EQ(0, status);
	ASSERT_EQ(0, freeze(&self->r, 1));
	take_ring(&c, &self->r, 0);
	for (i = 0; i < c.nr; i++) {
		if (c.rec[i].pid != (__u32)pid)
			continue;
		EXPECT_FALSE(is_call(&c.rec[i], pid, SYS_getppid));
		if (c.rec[i].type != RS_TRACE_FLIGHT_UNTIMED)
			continue;
		if (c.rec[i].cause != SYS_getppid) {
			born++;
			continue;
		}
		denied++;
		EXPECT_EQ(-EPERM, (long)c.rec[i].result);
	}
	EXPECT_EQ(10, denied);
	EXPECT_EQ(1, born);
	drop_ring(&c, &self->r);
}

TEST_HARNESS_MAIN
