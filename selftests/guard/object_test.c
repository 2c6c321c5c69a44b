// SPDX-License-Identifier: GPL-2.0-only
/*
 * Do rules on objects hold where the kernel uses the object, by every entry,
 * and leave everything else alone? One process is under the policy.
 */
#include <sched.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "kselftest_harness.h"

#include "probe.h"

#define ERRNO(_errno)	(SECCOMP_RET_ERRNO | (_errno))

FIXTURE(object) {
	int fd;
	struct worker probe;
};

FIXTURE_SETUP(object)
{
	self->fd = probe_set_up(&self->probe);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(object)
{
	probe_tear_down(&self->probe, self->fd);
}

static long load(int fd, const struct rsg_object_rule *rules, unsigned int nr)
{
	struct rsg_load load = {
		.size = sizeof(load), .flags = RSG_LOAD_PERSIST,
		.default_verdict = SECCOMP_RET_ALLOW, .name = "object",
		.objects = (uintptr_t)rules, .nr_objects = nr,
	};

	return guard_ioctl(fd, RSG_IOC_LOAD, &load);
}

static long put(int fd, const struct rsg_object_rule *rules, unsigned int nr,
		pid_t pid, unsigned int mode)
{
	long id = load(fd, rules, nr);
	long ret;

	if (id < 0)
		return id;
	ret = guard_attach(fd, id, RSG_SCOPE_PROCESS, pid, mode, 0);
	return ret ? ret : id;
}

static long try_socket(long family)
{
	int fd = socket(family, SOCK_DGRAM, 0);
	long ret = or_errno(fd);

	if (fd >= 0)
		close(fd);
	return ret < 0 ? ret : 0;
}

static long try_stream(long family)
{
	int fd = socket(family, SOCK_STREAM, 0);
	long ret = or_errno(fd);

	if (fd >= 0)
		close(fd);
	return ret < 0 ? ret : 0;
}

static long try_pair(long family)
{
	int fds[2];

	if (socketpair(family, SOCK_STREAM, 0, fds))
		return -errno;
	close(fds[0]);
	close(fds[1]);
	return 0;
}

/* The i386 multiplexer, whose arguments are in memory. */
static long try_socketcall(long family)
{
	static unsigned int args[3];
	long ret;

	args[0] = family;
	args[1] = SOCK_DGRAM;
	args[2] = 0;
	/* A static program without PIE: the address has 32 bits. */
	ret = raw32(I386_SOCKETCALL, 1, (int)(uintptr_t)args, 0);
	if (ret >= 0)
		close(ret);
	return ret < 0 ? ret : 0;
}

TEST_F(object, a_socket_family_is_closed_by_every_entry)
{
	const struct rsg_object_rule rules[] = { {
		.object = RSG_OBJECT_SOCKET, .verdict = ERRNO(EAFNOSUPPORT),
		.family = AF_UNIX, .type = -1,
	} };
	struct rsg_policy_info info;
	long id;

	ASSERT_EQ(0, probe(&self->probe, try_socket, AF_UNIX));
	ASSERT_EQ(0, probe(&self->probe, try_socketcall, AF_UNIX));
	id = put(self->fd, rules, 1, self->probe.pid, RSG_MODE_ENFORCE);
	ASSERT_LT(0, id);
	EXPECT_EQ(-EAFNOSUPPORT, probe(&self->probe, try_socket, AF_UNIX));
	EXPECT_EQ(-EAFNOSUPPORT, probe(&self->probe, try_stream, AF_UNIX));
	EXPECT_EQ(-EAFNOSUPPORT, probe(&self->probe, try_pair, AF_UNIX));
	EXPECT_EQ(-EAFNOSUPPORT, probe(&self->probe, try_socketcall, AF_UNIX));
	EXPECT_EQ(0, probe(&self->probe, try_socket, AF_INET));
	EXPECT_EQ(0, probe(&self->probe, try_socketcall, AF_INET));
	EXPECT_EQ(0, try_socket(AF_UNIX));
	ASSERT_EQ(0, guard_get(self->fd, id, &info));
	EXPECT_EQ(4, info.denied);
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, id));
	EXPECT_EQ(0, probe(&self->probe, try_socket, AF_UNIX));
	EXPECT_EQ(0, probe(&self->probe, try_socketcall, AF_UNIX));
}

TEST_F(object, the_first_rule_that_applies_counts)
{
	const struct rsg_object_rule rules[] = {
		{ .object = RSG_OBJECT_SOCKET, .verdict = SECCOMP_RET_ALLOW,
		  .family = AF_UNIX, .type = SOCK_STREAM },
		{ .object = RSG_OBJECT_SOCKET, .verdict = ERRNO(EACCES),
		  .family = AF_UNIX, .type = -1 },
		{ .object = RSG_OBJECT_SOCKET, .verdict = ERRNO(EPERM),
		  .family = -1, .type = SOCK_DGRAM },
	};

	ASSERT_LT(0, put(self->fd, rules, 3, self->probe.pid,
			 RSG_MODE_ENFORCE));
	EXPECT_EQ(0, probe(&self->probe, try_stream, AF_UNIX));
	EXPECT_EQ(-EACCES, probe(&self->probe, try_socket, AF_UNIX));
	EXPECT_EQ(-EPERM, probe(&self->probe, try_socket, AF_INET));
	EXPECT_EQ(0, probe(&self->probe, try_stream, AF_INET));
}

TEST_F(object, audit_counts_and_lets_pass)
{
	const struct rsg_object_rule rules[] = { {
		.object = RSG_OBJECT_SOCKET, .verdict = ERRNO(EPERM),
		.family = AF_UNIX, .type = -1,
	} };
	struct rsg_policy_info info;
	long id;

	id = put(self->fd, rules, 1, self->probe.pid, RSG_MODE_AUDIT);
	ASSERT_LT(0, id);
	EXPECT_EQ(0, probe(&self->probe, try_socket, AF_UNIX));
	ASSERT_EQ(0, guard_get(self->fd, id, &info));
	EXPECT_EQ(1, info.audited);
	EXPECT_EQ(0, info.denied);
}

TEST_F(object, who_is_killed_for_it_is_gone)
{
	const struct rsg_object_rule rules[] = { {
		.object = RSG_OBJECT_SOCKET,
		.verdict = SECCOMP_RET_KILL_PROCESS,
		.family = AF_UNIX, .type = -1,
	} };

	ASSERT_LT(0, put(self->fd, rules, 1, self->probe.pid,
			 RSG_MODE_ENFORCE));
	EXPECT_EQ(0, probe(&self->probe, try_socket, AF_INET));
	EXPECT_EQ(-1000, probe(&self->probe, try_socket, AF_UNIX));
}

static long try_kill(long pid)
{
	return or_errno(kill(pid, 0));
}

/* Kill, trace and read a child that is born under the policy. */
static long try_own_child(long arg)
{
	char byte = 7, copy = 0;
	struct iovec to = { &copy, 1 }, from = { &byte, 1 };
	pid_t pid = fork();
	long ret = 0;

	if (!pid)
		for (;;)
			pause();
	if (kill(pid, 0))
		ret = -1;
	else if (process_vm_readv(pid, &to, 1, &from, 1, 0) != 1 || copy != 7)
		ret = -2;
	else if (ptrace(PTRACE_SEIZE, pid, 0, 0))
		ret = -3;
	if (kill(pid, SIGKILL) || waitpid(pid, NULL, 0) != pid)
		ret = -4;
	return ret;
}

static long try_read_memory(long pid)
{
	static char byte = 7, copy;
	struct iovec to = { &copy, 1 }, from = { &byte, 1 };

	return or_errno(process_vm_readv(pid, &to, 1, &from, 1, 0));
}

static long try_trace(long pid)
{
	long ret = or_errno(ptrace(PTRACE_SEIZE, pid, 0, 0));

	if (!ret)
		ptrace(PTRACE_DETACH, pid, 0, 0);
	return ret;
}

TEST_F(object, outside_processes_are_out_of_reach_and_own_ones_are_not)
{
	const struct rsg_object_rule rules[] = {
		{ .object = RSG_OBJECT_SIGNAL, .verdict = ERRNO(ESRCH) },
		{ .object = RSG_OBJECT_PTRACE, .verdict = ERRNO(EPERM) },
	};
	struct worker other = worker_start();
	long id;

	ASSERT_EQ(0, probe(&self->probe, try_kill, other.pid));
	ASSERT_EQ(1, probe(&self->probe, try_read_memory, other.pid));
	id = put(self->fd, rules, 2, self->probe.pid, RSG_MODE_ENFORCE);
	ASSERT_LT(0, id);
	/* Not ESRCH: the kernel would look for the process for ever. */
	EXPECT_EQ(-EPERM, probe(&self->probe, try_kill, other.pid));
	EXPECT_EQ(-EPERM, probe(&self->probe, try_read_memory, other.pid));
	EXPECT_EQ(-EPERM, probe(&self->probe, try_trace, other.pid));
	EXPECT_EQ(0, probe(&self->probe, try_own_child, 0));
	EXPECT_EQ(0, probe(&self->probe, try_kill, self->probe.pid));
	EXPECT_EQ(0, try_kill(other.pid));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, id));
	EXPECT_EQ(0, probe(&self->probe, try_kill, other.pid));
	EXPECT_EQ(1, probe(&self->probe, try_read_memory, other.pid));
	worker_stop(&other);
}

#define DIR	"/tmp/rsg_object"

static long open_and_close(const char *path, int flags)
{
	int fd = open(path, flags);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static long try_open(long flags)
{
	return open_and_close(DIR "/in/file", flags);
}

static long try_open_elsewhere(long flags)
{
	return open_and_close(DIR "/out", flags);
}

static long try_open_mounted(long flags)
{
	return open_and_close(DIR "/bind/file", flags);
}

static long try_unlink(long arg)
{
	return or_errno(unlink(DIR "/in/gone"));
}

static long try_rename_in(long arg)
{
	return or_errno(rename(DIR "/out", DIR "/in/out"));
}

static long try_link_out(long arg)
{
	return or_errno(link(DIR "/in/file", DIR "/alias"));
}

static long try_truncate(long arg)
{
	return or_errno(truncate(DIR "/in/file", 0));
}

static long try_create(long arg)
{
	int fd = open(DIR "/in/new", O_CREAT | O_EXCL | O_WRONLY, 0600);
	long ret = or_errno(fd);

	if (fd >= 0)
		close(fd);
	return ret < 0 ? ret : 0;
}

static long try_exec(long arg)
{
	int status;
	pid_t pid = vfork();

	if (!pid) {
		execl(DIR "/in/true", "true", NULL);
		_exit(errno == EACCES ? 100 : 101);
	}
	waitpid(pid, &status, 0);
	return -WEXITSTATUS(status);
}

static void make_tree(void)
{
	static const char *const commands[] = {
		"rm -rf " DIR, "mkdir -p " DIR "/in " DIR "/bind",
		"echo x >" DIR "/in/file", "echo x >" DIR "/in/gone",
		"echo x >" DIR "/out", "cp /bin/busybox " DIR "/in/true",
		"mount --bind " DIR "/in " DIR "/bind",
	};
	unsigned int i;

	for (i = 0; i < NR_RULES(commands); i++)
		if (system(commands[i]))
			perror(commands[i]);
}

static void drop_tree(void)
{
	if (system("umount " DIR "/bind; rm -rf " DIR))
		perror(DIR);
}

TEST_F(object, a_directory_is_closed_by_any_name)
{
	struct rsg_object_rule rules[] = { {
		.object = RSG_OBJECT_FILE, .verdict = ERRNO(EACCES),
		.access = RSG_ACCESS_READ | RSG_ACCESS_WRITE | RSG_ACCESS_EXEC,
	} };
	long id;

	make_tree();
	rules[0].fd = open(DIR "/in", O_PATH | O_CLOEXEC);
	ASSERT_LE(0, rules[0].fd);
	ASSERT_EQ(0, probe(&self->probe, try_open, O_RDONLY));
	ASSERT_EQ(0, probe(&self->probe, try_exec, 0));
	id = put(self->fd, rules, 1, self->probe.pid, RSG_MODE_ENFORCE);
	ASSERT_LT(0, id);
	close(rules[0].fd);
	EXPECT_EQ(-EACCES, probe(&self->probe, try_open, O_RDONLY));
	EXPECT_EQ(-EACCES, probe(&self->probe, try_open, O_WRONLY));
	EXPECT_EQ(-EACCES, probe(&self->probe, try_open_mounted, O_RDWR));
	EXPECT_EQ(0, probe(&self->probe, try_open_elsewhere, O_RDWR));
	EXPECT_EQ(-EACCES, probe(&self->probe, try_unlink, 0));
	EXPECT_EQ(-EACCES, probe(&self->probe, try_rename_in, 0));
	EXPECT_EQ(-EACCES, probe(&self->probe, try_link_out, 0));
	EXPECT_EQ(-EACCES, probe(&self->probe, try_truncate, 0));
	EXPECT_EQ(-EACCES, probe(&self->probe, try_create, 0));
	EXPECT_EQ(-100, probe(&self->probe, try_exec, 0));
	EXPECT_EQ(0, try_open(O_RDWR));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, id));
	EXPECT_EQ(0, probe(&self->probe, try_open, O_RDWR));
	EXPECT_EQ(0, probe(&self->probe, try_unlink, 0));
	guard_clean();
	drop_tree();
}

TEST_F(object, reading_and_writing_are_told_apart)
{
	struct rsg_object_rule rules[] = { {
		.object = RSG_OBJECT_FILE, .verdict = ERRNO(EROFS),
		.access = RSG_ACCESS_WRITE,
	} };

	make_tree();
	rules[0].fd = open(DIR "/in", O_PATH | O_CLOEXEC);
	ASSERT_LT(0, put(self->fd, rules, 1, self->probe.pid,
			 RSG_MODE_ENFORCE));
	close(rules[0].fd);
	EXPECT_EQ(0, probe(&self->probe, try_open, O_RDONLY));
	EXPECT_EQ(0, probe(&self->probe, try_exec, 0));
	EXPECT_EQ(-EROFS, probe(&self->probe, try_open, O_RDWR));
	EXPECT_EQ(-EROFS, probe(&self->probe, try_open, O_RDONLY | O_TRUNC));
	EXPECT_EQ(-EROFS, probe(&self->probe, try_unlink, 0));
	guard_clean();
	drop_tree();
}

static long try_mount(long arg)
{
	long ret = or_errno(mount("none", DIR "/bind", "tmpfs", 0, NULL));

	if (!ret)
		umount(DIR "/bind");
	return ret;
}

static long try_remount(long arg)
{
	return or_errno(mount(NULL, DIR "/bind", NULL,
			      MS_REMOUNT | MS_BIND, NULL));
}

static long try_umount(long arg)
{
	return or_errno(umount(DIR "/bind"));
}

TEST_F(object, mounts_are_closed)
{
	const struct rsg_object_rule rules[] = {
		{ .object = RSG_OBJECT_MOUNT, .verdict = ERRNO(EPERM) },
	};

	make_tree();
	ASSERT_EQ(0, probe(&self->probe, try_mount, 0));
	ASSERT_LT(0, put(self->fd, rules, 1, self->probe.pid,
			 RSG_MODE_ENFORCE));
	EXPECT_EQ(-EPERM, probe(&self->probe, try_mount, 0));
	EXPECT_EQ(-EPERM, probe(&self->probe, try_remount, 0));
	EXPECT_EQ(-EPERM, probe(&self->probe, try_umount, 0));
	guard_clean();
	EXPECT_EQ(0, probe(&self->probe, try_mount, 0));
	drop_tree();
}

TEST_F(object, malformed_rules_are_refused)
{
	static const struct {
		struct rsg_object_rule rule;
		long wanted;
	} rows[] = {
		{ { .object = 0 }, -EINVAL },
		{ { .object = 6 }, -EINVAL },
		{ { .object = RSG_OBJECT_MOUNT, .verdict = RSG_RET_STOP },
		  -EINVAL },
		{ { .object = RSG_OBJECT_MOUNT, .verdict = SECCOMP_RET_TRAP },
		  -EINVAL },
		{ { .object = RSG_OBJECT_MOUNT, .verdict = ERRNO(4096) },
		  -EINVAL },
		{ { .object = RSG_OBJECT_MOUNT, .verdict = ERRNO(1),
		    .access = 1 }, -EINVAL },
		{ { .object = RSG_OBJECT_MOUNT, .verdict = ERRNO(1),
		    .fd = 1 }, -EINVAL },
		{ { .object = RSG_OBJECT_MOUNT, .verdict = ERRNO(1),
		    .family = -1 }, -EINVAL },
		{ { .object = RSG_OBJECT_MOUNT, .verdict = ERRNO(1),
		    .tag = 32768 }, -EINVAL },
		{ { .object = RSG_OBJECT_SOCKET, .verdict = ERRNO(1),
		    .family = -2 }, -EINVAL },
		{ { .object = RSG_OBJECT_FILE, .verdict = ERRNO(1) },
		  -EINVAL },
		{ { .object = RSG_OBJECT_FILE, .verdict = ERRNO(1),
		    .access = 8 }, -EINVAL },
		{ { .object = RSG_OBJECT_FILE, .verdict = ERRNO(1),
		    .access = 1, .fd = 4095 }, -EBADF },
	};
	struct rsg_load big = {
		.size = sizeof(big), .flags = RSG_LOAD_PERSIST, .name = "big",
		.default_verdict = SECCOMP_RET_ALLOW,
		.nr_objects = RSG_OBJECTS_MAX + 1,
	};
	unsigned int i;

	for (i = 0; i < NR_RULES(rows); i++) {
		EXPECT_EQ(rows[i].wanted, load(self->fd, &rows[i].rule, 1))
			TH_LOG("row %u", i);
	}
	EXPECT_EQ(-E2BIG, guard_ioctl(self->fd, RSG_IOC_LOAD, &big));
	big.nr_objects = 1;
	EXPECT_EQ(-EFAULT, guard_ioctl(self->fd, RSG_IOC_LOAD, &big));
}

TEST_HARNESS_MAIN
