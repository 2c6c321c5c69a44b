// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the device keep to its header: every ioctl with every kind of wrong
 * argument, who may open it, what can be mapped, what sysfs takes?
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "reader.h"

#define NOBODY	65534

FIXTURE(abi)
{
	struct reader r;
};

FIXTURE_SETUP(abi)
{
	self->r.fd = -1;
	if (access(TRACE_DEVICE, F_OK))
		SKIP(return, "no " TRACE_DEVICE ": load ringside_trace.ko");
	ASSERT_EQ(0, reader_open(&self->r, RS_TRACE_LEVEL_OFF));
}

FIXTURE_TEARDOWN(abi)
{
	if (self->r.fd >= 0)
		reader_close(&self->r);
}

/* One row is one call: the bytes are what the caller passes. */
struct row {
	const char *what;
	unsigned long cmd;
	__u32 words[16];
	int want;
};

#define LEVEL	RS_TRACE_SET_LEVEL
#define INFO	RS_TRACE_GET_INFO

static const struct row rows[] = {
	{ "level 0", LEVEL, { 8, 0 }, 0 },
	{ "level 1", LEVEL, { 8, 1 }, 0 },
	{ "level 2", LEVEL, { 8, 2 }, 0 },
	{ "level 3", LEVEL, { 8, 3 }, 0 },
	{ "level 4 does not exist", LEVEL, { 8, 4 }, EINVAL },
	{ "level 0xffffffff", LEVEL, { 8, ~0U }, EINVAL },
	{ "size 0", LEVEL, { 0, 1 }, EINVAL },
	{ "size 4", LEVEL, { 4, 1 }, EINVAL },
	{ "size 7", LEVEL, { 7, 1 }, EINVAL },
	{ "with flags", LEVEL, { 16, 2, RS_TRACE_WANT_OFF_CPU, 0 }, 0 },
	{ "flags that need level 2", LEVEL, { 16, 1, 1, 0 }, EINVAL },
	{ "unknown flag", LEVEL, { 16, 2, 1U << 31, 0 }, EINVAL },
	{ "reserved", LEVEL, { 16, 1, 0, 1 }, EINVAL },
	{ "longer, clean tail", LEVEL, { 24, 1, 0, 0, 0, 0 }, 0 },
	{ "longer, dirty tail", LEVEL, { 24, 1, 0, 0, 0, 1 }, E2BIG },
	{ "more than a page", LEVEL, { 1 << 20, 1 }, E2BIG },
	{ "info", INFO, { sizeof(struct rs_info) }, 0 },
	{ "info, size 0", INFO, { 0 }, EINVAL },
	{ "info, one byte short", INFO, { sizeof(struct rs_info) - 1 },
	  EINVAL },
	{ "info, longer, clean tail", INFO, { 60 }, 0 },
	{ "unknown number", _IO(RS_IOC_MAGIC, RS_IOC_TRACE_BASE + 63), { 8 },
	  ENOTTY },
	{ "the guard's number", _IO(RS_IOC_MAGIC, RS_IOC_GUARD_BASE), { 48 },
	  ENOTTY },
	{ "another magic", _IO('T', RS_IOC_TRACE_BASE + 1), { 8 }, ENOTTY },
};

TEST_F(abi, every_ioctl_judges_its_argument)
{
	unsigned int i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct row row = rows[i];
		int err = ioctl(self->r.fd, row.cmd, row.words) ? errno : 0;

		EXPECT_EQ(row.want, err)
			TH_LOG("%s", row.what);
	}
}

TEST_F(abi, bad_pointers_are_efault)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	__u32 *edge = (__u32 *)(page + 4092);

	ASSERT_NE(MAP_FAILED, page);
	ASSERT_EQ(0, munmap(page + 4096, 4096));
	*edge = 8;
	EXPECT_EQ(-1, ioctl(self->r.fd, LEVEL, NULL));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, ioctl(self->r.fd, INFO, NULL));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, ioctl(self->r.fd, LEVEL, edge));
	EXPECT_EQ(EFAULT, errno);
}

TEST_F(abi, info_and_page_agree)
{
	struct rs_info info = { .size = sizeof(info) };

	ASSERT_EQ(0, ioctl(self->r.fd, RS_TRACE_GET_INFO, &info));
	EXPECT_EQ(RS_TRACE_ABI, info.abi);
	EXPECT_EQ(self->r.page->abi, info.abi);
	EXPECT_EQ(self->r.page->features, info.features);
	EXPECT_EQ(RS_TRACE_F_PAGE_FAULT | RS_TRACE_F_EXCEPTION |
		  RS_TRACE_F_IRQ | RS_TRACE_F_VECTOR | RS_TRACE_F_SIGRETURN |
		  RS_TRACE_F_CRED | RS_TRACE_F_CRED_GUARD | RS_TRACE_F_WHO |
		  RS_TRACE_F_LATENCY | RS_TRACE_F_OFF_CPU |
		  RS_TRACE_F_IDLE | RS_TRACE_F_FLIGHT,
		  info.features & ~(RS_TRACE_F_SOFTIRQ |
				    RS_TRACE_F_VM_EXIT));
	EXPECT_NE(0, info.version[0]);
	EXPECT_EQ(RS_TRACE_MAGIC, self->r.page->magic);
	EXPECT_LE(self->r.page->block_offset +
		  (uint64_t)self->r.page->nr_blocks * self->r.page->block_size,
		  self->r.page->length);
}

TEST_F(abi, mapping_is_for_reading_only)
{
	size_t len = self->r.page->length;
	void *p;

	EXPECT_EQ(MAP_FAILED, mmap(NULL, len, PROT_READ | PROT_WRITE,
				   MAP_SHARED, self->r.fd, 0));
	EXPECT_NE(0, errno);
	EXPECT_EQ(-1, mprotect((void *)self->r.page, len,
			       PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, mprotect((void *)self->r.page, len,
			       PROT_READ | PROT_EXEC));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, len + 4096, PROT_READ, MAP_SHARED,
				   self->r.fd, 0));
	EXPECT_EQ(EINVAL, errno);
	/* Beyond it are the latencies, or nothing yet. */
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ, MAP_SHARED,
				   self->r.fd,
				   len + self->r.page->latency_length));
	EXPECT_EQ(EINVAL, errno);
	p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, self->r.fd, 0);
	ASSERT_NE(MAP_FAILED, p);
	EXPECT_EQ(-1, mprotect(p, 4096, PROT_READ | PROT_WRITE));
	munmap(p, 4096);
}

TEST_F(abi, writable_mapping_of_a_writable_descriptor_is_eperm)
{
	int fd = open(TRACE_DEVICE, O_RDWR | O_CLOEXEC);

	ASSERT_LE(0, fd);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				   MAP_SHARED, fd, 0));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ | PROT_EXEC,
				   MAP_SHARED, fd, 0));
	EXPECT_EQ(EPERM, errno);
	close(fd);
}

/* Keep the capabilities of @caps, as root otherwise: file modes do not bite. */
static int open_with(uint64_t caps)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ caps, caps, 0 }, { caps >> 32, caps >> 32, 0 } };
	int status, fd;
	pid_t pid = fork();

	if (!pid) {
		if (syscall(SYS_capset, &head, data))
			_exit(255);
		fd = open(TRACE_DEVICE, O_RDONLY);
		_exit(fd < 0 ? errno : 0);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

TEST_F(abi, opening_needs_perfmon_or_admin)
{
	EXPECT_EQ(EPERM, open_with(0));
	EXPECT_EQ(EPERM, open_with(1ULL << CAP_NET_ADMIN));
	EXPECT_EQ(0, open_with(1ULL << CAP_PERFMON));
	EXPECT_EQ(0, open_with(1ULL << CAP_SYS_ADMIN));
}

TEST_F(abi, others_can_not_open_at_all)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (setresuid(NOBODY, NOBODY, NOBODY))
			_exit(255);
		_exit(open(TRACE_DEVICE, O_RDONLY) < 0 ? errno : 0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(EACCES, WEXITSTATUS(status));
}

static uint64_t value(const char *name)
{
	uint64_t v = ~0ULL;

	sysfs_read(name, &v);
	return v;
}

TEST_F(abi, descriptors_share_the_highest_level)
{
	struct reader other;

	ASSERT_EQ(0, value("armed"));
	EXPECT_EQ(1, value("readers"));
	ASSERT_EQ(0, reader_open(&other, RS_TRACE_LEVEL_COUNT));
	EXPECT_EQ(1, value("armed"));
	EXPECT_EQ(1, self->r.page->level);
	EXPECT_EQ(2, value("readers"));
	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_COUNT));
	reader_close(&other);
	EXPECT_EQ(1, value("armed"));
	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_OFF));
	EXPECT_EQ(0, value("armed"));
	EXPECT_EQ(0, self->r.page->level);
}

TEST_F(abi, sysfs_level_needs_a_reader_or_always)
{
	ASSERT_EQ(0, value("armed"));
	ASSERT_EQ(0, sysfs_write("level", "1"));
	EXPECT_EQ(1, value("level"));
	EXPECT_EQ(1, value("armed"));
	reader_close(&self->r);
	EXPECT_EQ(0, value("armed"));
	EXPECT_EQ(0, sysfs_write("always", "1"));
	EXPECT_EQ(1, value("armed"));
	EXPECT_EQ(0, sysfs_write("level", "0"));
	EXPECT_EQ(0, value("armed"));
	EXPECT_EQ(0, sysfs_write("always", "0"));
}

TEST_F(abi, sysfs_refuses_nonsense)
{
	EXPECT_EQ(-EINVAL, sysfs_write("level", "4"));
	EXPECT_EQ(-EINVAL, sysfs_write("level", "-1"));
	EXPECT_EQ(-EINVAL, sysfs_write("level", "one"));
	EXPECT_EQ(-ERANGE, sysfs_write("level", "99999999999"));
	EXPECT_EQ(-EINVAL, sysfs_write("always", "maybe"));
	EXPECT_NE(0, sysfs_write("returns", "0"));
	EXPECT_EQ(0, value("level"));
	EXPECT_EQ(0, value("always"));
}

TEST_HARNESS_MAIN
