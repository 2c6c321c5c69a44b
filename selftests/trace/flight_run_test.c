// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flight recorder as somebody runs it: freezing, triggers, sizes, mappings,
 * CPUs and levels that come and go.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "flight_fixture.h"
#include "textfile.h"

#define N		1000
#define NANOSLEEP_MS	20
#define EXPLOIT		"/proc/rs_exploit"
#define CPU1_ONLINE	"/sys/devices/system/cpu/cpu1/online"

TEST_F(flight, what_is_frozen_stays)
{
	const struct rs_trace_flight *map = map_ring(&self->r, 0);
	pid_t me = syscall(SYS_gettid);
	uint64_t head, count;
	bool resumed = false;
	struct ring c;
	size_t i;

	ASSERT_NE(NULL, map);
	ASSERT_EQ(0, freeze(&self->r, 1));
	EXPECT_EQ(RS_TRACE_FROZEN_ASKED, self->r.page->flight_frozen);
	EXPECT_NE(0, self->r.page->flight_frozen_ticks);
	head = head_of(map);
	count = reader_count(&self->r, RS_TRACE_SYSCALL_X64, SYS_getppid);
	for (i = 0; i < N; i++)
		syscall(SYS_getppid);
	EXPECT_EQ(head, head_of(map));
	/* The rest of the level goes on. */
	EXPECT_EQ(N, reader_count(&self->r, RS_TRACE_SYSCALL_X64,
				  SYS_getppid) - count);
	ASSERT_EQ(0, freeze(&self->r, 0));
	EXPECT_EQ(RS_TRACE_FROZEN_NOT, self->r.page->flight_frozen);
	take_ring(&c, &self->r, 0);
	for (i = 0; i < c.nr; i++) {
		if (c.first + i < head)
			continue;
		EXPECT_FALSE(is_call(&c.rec[i], me, SYS_getppid));
		resumed |= c.rec[i].type == RS_TRACE_FLIGHT_RESUME;
	}
	EXPECT_TRUE(resumed);
	drop_ring(&c, &self->r);
	munmap((void *)map, self->r.page->flight_length);
}

TEST_F(flight, freezing_judges_its_argument)
{
	struct rs_trace_freeze arg = { 4, 1 };

	EXPECT_EQ(EINVAL, freeze(&self->r, 2));
	EXPECT_EQ(-1, ioctl(self->r.fd, RS_TRACE_SET_FREEZE, &arg));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, ioctl(self->r.fd, RS_TRACE_SET_FREEZE, NULL));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-EINVAL, sysfs_write("flight_frozen", "maybe"));
	EXPECT_EQ(0, sysfs_write("flight_frozen", "1"));
	EXPECT_EQ(RS_TRACE_FROZEN_ASKED, self->r.page->flight_frozen);
	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_LATENCY));
	EXPECT_EQ(RS_TRACE_FROZEN_NOT, self->r.page->flight_frozen);
	EXPECT_EQ(ENODATA, freeze(&self->r, 1));
	EXPECT_EQ(-ENODATA, sysfs_write("flight_frozen", "0"));
}

TEST_F(flight, a_slow_crossing_freezes_if_asked_to)
{
	struct timespec ts = { 0, NANOSLEEP_MS * 1000000L };
	pid_t me = syscall(SYS_gettid);
	struct ring c;
	size_t i, calls = 0;

	ASSERT_EQ(0, sysfs_write("slow_cause", "0 35 1000000"));
	syscall(SYS_nanosleep, &ts, NULL);
	EXPECT_EQ(RS_TRACE_FROZEN_NOT, self->r.page->flight_frozen);
	ASSERT_EQ(0, sysfs_write("flight_stop_on", "slow"));
	syscall(SYS_nanosleep, &ts, NULL);
	EXPECT_EQ(RS_TRACE_FROZEN_SLOW, self->r.page->flight_frozen);
	take_ring(&c, &self->r, 0);
	for (i = 0; i < c.nr; i++)
		if (is_call(&c.rec[i], me, SYS_nanosleep))
			calls++;
	EXPECT_EQ(2, calls);
	/* What led to it is the last that there is of us. */
	while (c.nr && !is_crossing(&c.rec[c.nr - 1], me))
		c.nr--;
	EXPECT_TRUE(c.nr && is_call(&c.rec[c.nr - 1], me, SYS_nanosleep));
	drop_ring(&c, &self->r);
	/* Asking does not hide why it stands still. */
	EXPECT_EQ(0, freeze(&self->r, 1));
	EXPECT_EQ(RS_TRACE_FROZEN_SLOW, self->r.page->flight_frozen);
}

/* As a user, who becomes root without asking. */
static int exploit(void)
{
	int fd = open(EXPLOIT, O_WRONLY | O_CLOEXEC), status;
	pid_t pid = fork();

	if (!pid) {
		if (setresuid(4711, 4711, 4711))
			_exit(1);
		_exit(write(fd, "pointer", 7) < 0 ? 2 : 0);
	}
	close(fd);
	waitpid(pid, &status, 0);
	return status ? -1 : pid;
}

TEST_F(flight, stolen_credentials_freeze_if_asked_to)
{
	bool found = false;
	struct ring c;
	size_t i, cpu;
	int pid;

	if (access(EXPLOIT, F_OK))
		SKIP(return, "no " EXPLOIT ": load rs_exploit.ko");
	ASSERT_EQ(0, sysfs_write("credentials", "pointer"));
	ASSERT_EQ(0, sysfs_write("flight_stop_on", "credentials"));
	pid = exploit();
	sysfs_write("credentials", "off");
	ASSERT_LT(0, pid);
	EXPECT_EQ(RS_TRACE_FROZEN_CRED, self->r.page->flight_frozen);
	for (cpu = 0; cpu < self->r.page->nr_blocks; cpu++) {
		take_ring(&c, &self->r, cpu);
		for (i = 0; i < c.nr; i++)
			if (c.rec[i].type == RS_TRACE_FLIGHT_CRED &&
			    c.rec[i].pid == (__u32)pid &&
			    c.rec[i].cause == 1 + RS_TRACE_CRED_POINTER) {
				found = true;
				/* From whom, and to whom. */
				EXPECT_EQ(4711ULL << 32, c.rec[i].result);
				EXPECT_NE(0, c.rec[i].ticks);
			}
		drop_ring(&c, &self->r);
	}
	EXPECT_TRUE(found);
}

TEST_F(flight, a_mapping_outlives_the_level)
{
	const struct rs_trace_flight *map = map_ring(&self->r, 0);
	uint64_t offset = self->r.page->flight_offset, head, first;
	size_t length = self->r.page->flight_length;

	ASSERT_NE(NULL, map);
	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_OFF));
	EXPECT_EQ(0, self->r.page->flight_offset);
	head = head_of(map);
	EXPECT_LT(0, head);
	first = ring_at(map, head - 1)->time;
	EXPECT_EQ(MAP_FAILED, mmap(NULL, length, PROT_READ, MAP_SHARED,
				   self->r.fd, offset));
	EXPECT_EQ(ENXIO, errno);
	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_FLIGHT));
	/* A new ring, and nobody touches the old one. */
	EXPECT_EQ(head, head_of(map));
	EXPECT_EQ(first, ring_at(map, head - 1)->time);
	munmap((void *)map, length);
}

TEST_F(flight, rings_are_for_reading_only)
{
	uint64_t offset = self->r.page->flight_offset;
	uint64_t stride = self->r.page->flight_stride;
	size_t length = self->r.page->flight_length;
	const struct rs_trace_flight *map = map_ring(&self->r, 0);
	int fd = open(TRACE_DEVICE, O_RDWR | O_CLOEXEC);

	ASSERT_NE(NULL, map);
	EXPECT_EQ(-1, mprotect((void *)map, length, PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, length, PROT_READ | PROT_WRITE,
				   MAP_SHARED, fd, offset));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, length + 4096, PROT_READ, MAP_SHARED,
				   fd, offset));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, length, PROT_READ, MAP_SHARED, fd,
				   offset + self->r.page->nr_blocks * stride));
	EXPECT_EQ(ENXIO, errno);
	/* A part of it is as good, and a fork takes it along. */
	EXPECT_NE(MAP_FAILED, mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd,
				   offset + 4096));
	if (!fork())
		_exit(0);
	wait(NULL);
	close(fd);
	munmap((void *)map, length);
}

TEST_F(flight, sizes_are_checked)
{
	EXPECT_EQ(-EBUSY, sysfs_write("flight_kib", "64"));
	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_LATENCY));
	EXPECT_EQ(0, sysfs_write("flight_kib", "64"));
	EXPECT_EQ(-EINVAL, sysfs_write("flight_kib", "0"));
	EXPECT_EQ(-EINVAL, sysfs_write("flight_kib", "2"));
	EXPECT_EQ(-EINVAL, sysfs_write("flight_kib", "96"));
	EXPECT_EQ(-EINVAL, sysfs_write("flight_kib", "131072"));
	EXPECT_EQ(-EINVAL, sysfs_write("flight_kib", "much"));
	EXPECT_EQ(-EINVAL, sysfs_write("flight_stop_on", "everything"));
	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_FLIGHT));
	EXPECT_EQ(4096 + 65536, self->r.page->flight_length);
}

static void calls_on_cpu1(void)
{
	pid_t pid = fork();
	int i;

	if (!pid) {
		pin_to_cpu(1);
		for (i = 0; i < N; i++)
			syscall(SYS_getppid);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static size_t getppids(const struct ring *c)
{
	size_t i, n = 0;

	for (i = 0; i < c->nr; i++)
		n += c->rec[i].type == RS_TRACE_FLIGHT_CROSSING &&
		     c->rec[i].cause == SYS_getppid;
	return n;
}

TEST_F_TIMEOUT(flight, cpus_come_and_go, 120)
{
	struct ring c;

	if (access(CPU1_ONLINE, W_OK))
		SKIP(return, "no second CPU that can be switched off");
	/* One that leaves keeps what it has, and goes on when it is back. */
	calls_on_cpu1();
	ASSERT_EQ(0, write_text(CPU1_ONLINE, "0"));
	take_ring(&c, &self->r, 1);
	ASSERT_NE(NULL, c.map);
	EXPECT_EQ(N, getppids(&c));
	drop_ring(&c, &self->r);
	ASSERT_EQ(0, write_text(CPU1_ONLINE, "1"));
	calls_on_cpu1();
	take_ring(&c, &self->r, 1);
	EXPECT_EQ(2 * N, getppids(&c));
	drop_ring(&c, &self->r);
	/* One that was not there gets a ring when it comes. */
	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_OFF));
	ASSERT_EQ(0, write_text(CPU1_ONLINE, "0"));
	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_FLIGHT));
	EXPECT_EQ(NULL, map_ring(&self->r, 1));
	EXPECT_EQ(ENXIO, errno);
	ASSERT_EQ(0, write_text(CPU1_ONLINE, "1"));
	calls_on_cpu1();
	take_ring(&c, &self->r, 1);
	ASSERT_NE(NULL, c.map);
	EXPECT_EQ(N, getppids(&c));
	drop_ring(&c, &self->r);
}

static volatile int stop;

static void *toggle(void *arg)
{
	struct reader other;
	int i;

	for (i = 0; i < 20; i++) {
		if (reader_open(&other, RS_TRACE_LEVEL_FLIGHT))
			arg = NULL;
		reader_level(&other, i % 3);
		reader_close(&other);
	}
	stop = 1;
	return arg;
}

TEST_F_TIMEOUT(flight, counts_are_exact_while_it_comes_and_goes, 120)
{
	uint64_t count, made = 0;
	pthread_t thread;
	void *good;
	int i;

	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_COUNT));
	stop = 0;
	count = reader_count(&self->r, RS_TRACE_SYSCALL_X64, SYS_getppid);
	ASSERT_EQ(0, pthread_create(&thread, NULL, toggle, self));
	while (!stop) {
		for (i = 0; i < N; i++)
			syscall(SYS_getppid);
		made += N;
	}
	pthread_join(thread, &good);
	EXPECT_NE(NULL, good);
	EXPECT_EQ(made, reader_count(&self->r, RS_TRACE_SYSCALL_X64,
				     SYS_getppid) - count);
}

TEST_HARNESS_MAIN
