// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may read what trace knows, and does any of it give away where something is
 * in the kernel? Everything that can be read is read, by a user who has
 * CAP_PERFMON and nothing else, by one who has nothing, and by root.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <linux/capability.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "load.h"
#include "reader.h"
#include "textfile.h"

#define NOBODY		65534
#define TRACEFS		"/sys/kernel/tracing/"
/* With five levels of page tables; with four, it is higher. */
#define FIRST_ADDRESS	0xff00000000000000ULL
#define NR_SUMS		1024
#define NR_TASKS	4096

/* What is above may be any small negative number. */
#define LAST_ADDRESS	0xffffffffff800000ULL

static bool is_address(uint64_t word)
{
	return word >= FIRST_ADDRESS && word < LAST_ADDRESS;
}

/* Return: how many addresses there are, where addresses can be. */
static unsigned int addresses_in(const void *data, size_t len)
{
	unsigned int n = 0;
	uint64_t word;
	size_t i;

	for (i = 0; i + sizeof(word) <= len; i += sizeof(word)) {
		memcpy(&word, (const char *)data + i, sizeof(word));
		n += is_address(word);
	}
	return n;
}

/* The same in text: sixteen digits of which the first two are ff. */
static unsigned int addresses_in_text(const char *text)
{
	unsigned int n = 0;

	for (; *text; text++) {
		size_t len = strspn(text, "0123456789abcdef");

		n += len == 16 && is_address(strtoull(text, NULL, 16));
		text += len;
		if (!*text)
			break;
	}
	return n;
}

static unsigned int addresses_in_ioctls(int fd)
{
	static struct rs_trace_task task[NR_TASKS];
	static struct rs_trace_sum sum[NR_SUMS];
	static char path[PATH_MAX];
	struct rs_trace_guard_state guard = { .size = sizeof(guard) };
	struct rs_info info = { .size = sizeof(info) };
	struct rs_trace_tasks tasks = {
		.size = sizeof(tasks), .task_size = sizeof(task[0]),
		.nr = NR_TASKS,
	};
	struct rs_trace_group group = {
		.size = sizeof(group), .path_size = sizeof(path),
		.nr_sums = NR_SUMS,
	};
	unsigned int n = 0;

	tasks.tasks = (uintptr_t)task;
	group.path = (uintptr_t)path;
	group.sums = (uintptr_t)sum;
	if (ioctl(fd, RS_TRACE_GET_INFO, &info) ||
	    ioctl(fd, RS_TRACE_GET_GUARD, &guard) ||
	    ioctl(fd, RS_TRACE_GET_TASKS, &tasks) ||
	    ioctl(fd, RS_TRACE_NEXT_GROUP, &group))
		return -1U;
	n += addresses_in(&info, sizeof(info));
	n += addresses_in(&guard, sizeof(guard));
	n += addresses_in(task, sizeof(task));
	n += addresses_in(sum, sizeof(sum));
	n += addresses_in_text(path);
	group.path = 0;
	group.sums = 0;
	return n + addresses_in(&group, sizeof(group));
}

/* Return: addresses found, or -1 if something could not be read. */
static int read_everything(void)
{
	struct reader r;
	unsigned int n;
	pid_t pid;

	if (reader_open(&r, RS_TRACE_LEVEL_OFF) ||
	    reader_level_flags(&r, RS_TRACE_LEVEL_LATENCY,
			       RS_TRACE_WANT_OFF_CPU | RS_TRACE_WANT_WHO) ||
	    reader_map_latency(&r))
		return -1;
	pid = load_start(LOAD_PTRACE);
	usleep(500000);
	n = addresses_in(r.page, r.page->length);
	n += addresses_in(r.latency, r.page->latency_length);
	n += addresses_in_ioctls(r.fd);
	load_stop(pid);
	reader_close(&r);
	return n;
}

/* Nobody, with the one capability or none. */
static int become_nobody(uint64_t caps)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2] = {
		{ .effective = caps, .permitted = caps },
		{ .effective = caps >> 32, .permitted = caps >> 32 },
	};

	if (prctl(PR_SET_KEEPCAPS, 1) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		return -errno;
	return syscall(SYS_capset, &head, data) ? -errno : 0;
}

/* Return: what @fn returns in a process of such a user; 255 without one. */
static int as_nobody(uint64_t caps, int (*fn)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(become_nobody(caps) ? 255 : fn());
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 254;
}

FIXTURE(secret)
{
};

FIXTURE_SETUP(secret)
{
	if (access(TRACE_DEVICE, F_OK))
		SKIP(return, "no " TRACE_DEVICE ": load ringside_trace.ko");
	/* As an administrator's udev rule would, so that only the rest says no. */
	ASSERT_EQ(0, chmod(TRACE_DEVICE, 0666));
}

FIXTURE_TEARDOWN(secret)
{
	chmod(TRACE_DEVICE, 0600);
}

TEST(the_search_finds_an_address)
{
	uint64_t words[] = { 1, ~0ULL, 0xffffffff81000000ULL, -4096 };

	EXPECT_EQ(1, addresses_in(words, sizeof(words)));
	EXPECT_EQ(1, addresses_in_text("ip=0xffff888003a1c000 rc=ffffffff"));
	EXPECT_EQ(1, addresses_in_text("of 0xff72dbfe400d3e38"));
	EXPECT_EQ(0, addresses_in_text("ip=0x7fffffffe000 rc=-1 ffff88"));
}

TEST_F(secret, who_may_read_gets_no_address)
{
	EXPECT_EQ(0, read_everything());
	EXPECT_EQ(0, as_nobody(1ULL << CAP_PERFMON, read_everything));
}

static int open_device(void)
{
	int fd = open(TRACE_DEVICE, O_RDONLY);

	return fd < 0 ? errno : 0;
}

static bool is_of_the_device_core(const char *name)
{
	return name[0] == '.' || !strcmp(name, "uevent") ||
	       !strcmp(name, "dev") || !strcmp(name, "power") ||
	       !strcmp(name, "subsystem");
}

/* Calls @fn for each attribute of ours. Return: the sum of what it returns. */
static int each_attribute(int (*fn)(const char *path))
{
	DIR *dir = opendir(TRACE_SYSFS);
	struct dirent *entry;
	char path[320];
	int n = 0;

	if (!dir)
		return 253;
	while ((entry = readdir(dir))) {
		if (is_of_the_device_core(entry->d_name))
			continue;
		snprintf(path, sizeof(path), TRACE_SYSFS "%s", entry->d_name);
		n += fn(path);
	}
	closedir(dir);
	return n;
}

static int can_be_opened(const char *path)
{
	return open(path, O_RDONLY) >= 0 || errno != EACCES ||
	       open(path, O_WRONLY) >= 0 || errno != EACCES;
}

static int attributes_that_can_be_opened(void)
{
	return each_attribute(can_be_opened);
}

TEST_F(secret, who_may_not_read_gets_nothing)
{
	EXPECT_EQ(EPERM, as_nobody(0, open_device));
	EXPECT_EQ(0, as_nobody(0, attributes_that_can_be_opened));
	EXPECT_LT(10, attributes_that_can_be_opened());
}

static int addresses_in_file(const char *path)
{
	static char text[1 << 20];

	return read_text(path, text, sizeof(text)) ? addresses_in_text(text) : 0;
}

TEST_F(secret, no_attribute_shows_an_address)
{
	EXPECT_EQ(0, each_attribute(addresses_in_file));
}

/* Becoming nobody was the event. */
static int nothing(void)
{
	return 0;
}

TEST_F(secret, no_event_shows_an_address)
{
	static char text[1 << 20];
	struct reader r;
	pid_t pid;

	if (access(TRACEFS "README", F_OK))
		mount("none", TRACEFS, "tracefs", 0, NULL);
	write_text(TRACEFS "trace", "\n");
	ASSERT_EQ(0, write_text(TRACEFS "events/ringside/enable", "1"));
	ASSERT_EQ(0, reader_open(&r, RS_TRACE_LEVEL_LATENCY));
	ASSERT_EQ(0, sysfs_write("slow_ns", "1"));
	pid = load_start(LOAD_PTRACE);
	usleep(200000);
	load_stop(pid);
	ASSERT_EQ(0, sysfs_write("slow_ns", "0"));
	reader_close(&r);
	EXPECT_LT(1000, read_text(TRACEFS "trace", text, sizeof(text)));
	EXPECT_NE(NULL, strstr(text, "slow_crossing:"));
	EXPECT_EQ(0, addresses_in_text(text));
	/* Apart from those, of which there are too many. */
	write_text(TRACEFS "trace", "\n");
	EXPECT_EQ(0, as_nobody(0, nothing));
	ASSERT_EQ(0, write_text(TRACEFS "events/ringside/enable", "0"));
	EXPECT_LT(100, read_text(TRACEFS "trace", text, sizeof(text)));
	EXPECT_NE(NULL, strstr(text, " cred:"));
	EXPECT_EQ(0, addresses_in_text(text));
	write_text(TRACEFS "trace", "\n");
}

TEST_HARNESS_MAIN
