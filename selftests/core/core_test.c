// SPDX-License-Identifier: GPL-2.0-only
/*
 * Do hook sets, tracepoints by name and the ioctl dispatcher keep the promises
 * of include/ringside/core.h? Needs the test-only module rs_core_test.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../mods/rs_core_test.h"
#include "kselftest_harness.h"

#define NOBODY	65534

FIXTURE(core)
{
	int fd;
};

FIXTURE_SETUP(core)
{
	self->fd = open("/dev/" RSX_DEVICE, O_RDWR | O_CLOEXEC);
	if (self->fd < 0)
		SKIP(return, "no /dev/" RSX_DEVICE ": load rs_core_test.ko");
}

FIXTURE_TEARDOWN(core)
{
	struct rsx_hook none = { .size = sizeof(none) };

	if (self->fd < 0)
		return;
	ioctl(self->fd, RSX_IOC_HOOK, &none);
	none.set = 1;
	ioctl(self->fd, RSX_IOC_HOOK, &none);
	close(self->fd);
}

static int call(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) ? -errno : 0;
}

TEST_F(core, dispatch_unknown_number)
{
	struct rsx_echo e = { .size = sizeof(e) };

	EXPECT_EQ(-ENOTTY, call(self->fd, _IO(RS_IOC_MAGIC, 0xef), &e));
	EXPECT_EQ(-ENOTTY, call(self->fd, _IO('x', 0xf0), &e));
}

TEST_F(core, dispatch_null_pointer)
{
	EXPECT_EQ(-EFAULT, call(self->fd, RSX_IOC_ECHO, NULL));
}

TEST_F(core, dispatch_size_too_small)
{
	struct rsx_echo e = { .value = 21 };

	for (e.size = 0; e.size < RSX_ECHO_MIN; e.size++)
		EXPECT_EQ(-EINVAL, call(self->fd, RSX_IOC_ECHO, &e));
}

TEST_F(core, dispatch_first_version_is_enough)
{
	struct rsx_echo e = { .size = RSX_ECHO_MIN, .value = 21, .tail = 7 };

	ASSERT_EQ(0, call(self->fd, RSX_IOC_ECHO, &e));
	EXPECT_EQ(42, e.twice);
	EXPECT_EQ(7, e.tail);
}

TEST_F(core, dispatch_longer_structure)
{
	struct {
		struct rsx_echo e;
		char tail[64];
	} s = { .e = { .size = sizeof(s), .value = 21 } };

	ASSERT_EQ(0, call(self->fd, RSX_IOC_ECHO, &s));
	EXPECT_EQ(42, s.e.twice);
	s.tail[63] = 1;
	EXPECT_EQ(-E2BIG, call(self->fd, RSX_IOC_ECHO, &s));
}

TEST_F(core, dispatch_size_above_a_page)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, page);
	*(__u32 *)page = 4097;
	EXPECT_EQ(-E2BIG, call(self->fd, RSX_IOC_ECHO, page));
	munmap(page, 8192);
}

TEST_F(core, dispatch_half_a_structure_in_memory)
{
	char *map = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct rsx_echo *e = (void *)(map + 4096 - 8);

	ASSERT_NE(MAP_FAILED, map);
	e->size = sizeof(*e);
	munmap(map + 4096, 4096);
	EXPECT_EQ(-EFAULT, call(self->fd, RSX_IOC_ECHO, e));
	munmap(map, 4096);
}

TEST_F(core, dispatch_read_only_structure)
{
	struct rsx_echo *e = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, e);
	e->size = sizeof(*e);
	mprotect(e, 4096, PROT_READ);
	EXPECT_EQ(-EFAULT, call(self->fd, RSX_IOC_ECHO, e));
	munmap(e, 4096);
}

TEST_F(core, dispatch_capability_is_the_callers)
{
	struct rsx_echo e = { .size = sizeof(e), .value = 1 };
	int status;
	pid_t pid;

	EXPECT_EQ(0, call(self->fd, RSX_IOC_ADMIN, &e));
	pid = fork();
	ASSERT_GE(pid, 0);
	if (!pid) {
		if (setresuid(NOBODY, NOBODY, NOBODY))
			_exit(1);
		_exit(call(self->fd, RSX_IOC_ADMIN, &e) == -EPERM &&
		      call(self->fd, RSX_IOC_ECHO, &e) == 0 ? 0 : 2);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

static int update(int fd, struct rsx_hook *h, __u32 set, __u32 funcs)
{
	h->size = sizeof(*h);
	h->set = set;
	h->funcs = funcs;
	return call(fd, RSX_IOC_HOOK, h);
}

static void call_all(void)
{
	syscall(SYS_getppid);
	syscall(SYS_getpriority, PRIO_PROCESS, 0);
	umask(umask(0));
}

TEST_F(core, fset_counts_only_what_is_hooked)
{
	struct rsx_hook before = { }, after = { };

	ASSERT_EQ(0, update(self->fd, &before, 0, RSX_GETPRIORITY));
	ASSERT_EQ(0, before.error);
	EXPECT_EQ(1, before.armed);
	call_all();
	ASSERT_EQ(0, update(self->fd, &after, 0, 0));
	EXPECT_EQ(before.hits[0], after.hits[0]);
	EXPECT_EQ(before.hits[1] + 1, after.hits[1]);
	EXPECT_EQ(before.hits[2], after.hits[2]);
}

TEST_F(core, fset_finds_aliases)
{
	struct rsx_hook before = { }, after = { };

	ASSERT_EQ(0, update(self->fd, &before, 0, RSX_GETPPID));
	ASSERT_EQ(0, before.error);
	syscall(SYS_getppid);
	ASSERT_EQ(0, update(self->fd, &after, 0, 0));
	EXPECT_LT(before.hits[0], after.hits[0]);
}

TEST_F(core, fset_changes_while_registered)
{
	struct rsx_hook one = { }, two = { }, none = { };

	ASSERT_EQ(0, update(self->fd, &one, 0, RSX_UMASK));
	ASSERT_EQ(0, update(self->fd, &two, 0, RSX_GETPRIORITY));
	EXPECT_EQ(0, two.error);
	call_all();
	ASSERT_EQ(0, update(self->fd, &none, 0, 0));
	EXPECT_EQ(two.hits[2], none.hits[2]);
	EXPECT_EQ(two.hits[1] + 1, none.hits[1]);
}

/* An empty filter would mean "every function" to ftrace. */
TEST_F(core, fset_empty_hooks_nothing)
{
	struct rsx_hook a = { }, b = { };

	ASSERT_EQ(0, update(self->fd, &a, 0, RSX_UMASK));
	ASSERT_EQ(0, update(self->fd, &a, 0, 0));
	EXPECT_EQ(0, a.error);
	call_all();
	ASSERT_EQ(0, update(self->fd, &b, 0, 0));
	EXPECT_EQ(0, memcmp(a.hits, b.hits, sizeof(a.hits)));
}

TEST_F(core, fset_conflict_leaves_all_as_it_was)
{
	struct rsx_hook first = { }, second = { }, now = { };

	ASSERT_EQ(0, update(self->fd, &first, 0, RSX_UMASK));
	ASSERT_EQ(0, first.error);
	ASSERT_EQ(0, update(self->fd, &second, 1, RSX_GETPRIORITY | RSX_UMASK));
	EXPECT_EQ(-EBUSY, second.error);
	EXPECT_EQ(RSX_UMASK, second.blamed);
	call_all();
	ASSERT_EQ(0, update(self->fd, &now, 0, RSX_UMASK));
	EXPECT_EQ(second.hits[1], now.hits[1]);
	/* umask(umask(0)) is two calls */
	EXPECT_EQ(second.hits[2] + 2, now.hits[2]);
}

TEST_F(core, fset_conflict_while_registered)
{
	struct rsx_hook h = { }, now = { };

	ASSERT_EQ(0, update(self->fd, &h, 0, RSX_UMASK));
	ASSERT_EQ(0, update(self->fd, &h, 1, RSX_GETPRIORITY));
	ASSERT_EQ(0, h.error);
	ASSERT_EQ(0, update(self->fd, &h, 1, RSX_GETPPID | RSX_UMASK));
	EXPECT_EQ(-EBUSY, h.error);
	EXPECT_EQ(RSX_UMASK, h.blamed);
	call_all();
	ASSERT_EQ(0, update(self->fd, &now, 1, 0));
	EXPECT_EQ(h.hits[0], now.hits[0]);
	EXPECT_EQ(h.hits[1] + 1, now.hits[1]);
}

TEST_F(core, fset_refuses_an_address_inside_a_function)
{
	struct rsx_hook h = { };

	ASSERT_EQ(0, update(self->fd, &h, 0, RSX_GETPRIORITY | RSX_BAD));
	EXPECT_EQ(-EINVAL, h.error);
	EXPECT_EQ(RSX_BAD, h.blamed);
}

TEST_F(core, tracepoint_optional_may_be_missing)
{
	struct rsx_probe p = { .size = sizeof(p), .optional = 1 };

	ASSERT_EQ(0, call(self->fd, RSX_IOC_PROBE, &p));
	EXPECT_EQ(0, p.error);
	EXPECT_EQ(1, p.present);
	EXPECT_LT(0, p.switches);
}

TEST_F(core, tracepoint_missing_fails_as_a_whole)
{
	struct rsx_probe p = { .size = sizeof(p) };

	ASSERT_EQ(0, call(self->fd, RSX_IOC_PROBE, &p));
	EXPECT_EQ(-ENOENT, p.error);
	EXPECT_EQ(0, p.present);
}

TEST_HARNESS_MAIN
