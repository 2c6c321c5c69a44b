// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is io_uring a way round? It is one round seccomp; the same calls denied by
 * the guard stay denied, in the submitter and in the kernel's own thread.
 */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "kselftest_harness.h"

#include "uring.h"

static struct ring ring;

FIXTURE(uring) {
	int fd;
	struct worker probe;
};

FIXTURE_SETUP(uring)
{
	self->fd = probe_set_up(&self->probe);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(uring)
{
	probe_tear_down(&self->probe, self->fd);
}

static long put(int fd, const struct rsg_rule *rules, unsigned int nr,
		unsigned int default_error, pid_t pid)
{
	long id = guard_load(fd, "uring", RSG_LOAD_PERSIST, default_error,
			     rules, nr);
	long ret;

	if (id < 0)
		return id;
	ret = guard_attach(fd, id, RSG_SCOPE_PROCESS, pid, RSG_MODE_ENFORCE, 0);
	return ret ? ret : id;
}

static long do_open_ring(long flags)
{
	return ring_open(&ring, flags);
}

static long do_openat(long arg)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD,
		.addr = (uintptr_t)"/dev/null", .open_flags = O_RDONLY,
	};
	long ret = ring_do(&ring, &sqe);

	return ret < 0 ? ret : close(ret);
}

static long do_socket(long family)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_SOCKET, .fd = family, .off = SOCK_DGRAM,
	};
	long ret = ring_do(&ring, &sqe);

	return ret < 0 ? ret : close(ret);
}

static long do_nop(long arg)
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_NOP };

	return ring_do(&ring, &sqe);
}

/* Any operation, on nothing in particular. */
static long do_op(long op)
{
	struct io_uring_sqe sqe = { .opcode = op, .fd = -1 };

	return ring_do(&ring, &sqe);
}

static long do_enter(long arg)
{
	return or_errno(syscall(SYS_io_uring_enter, ring.fd, 0, 0, 0, NULL, 0));
}

static long do_plain_openat(long arg)
{
	int fd = open("/dev/null", O_RDONLY);

	return fd < 0 ? -errno : close(fd);
}

static long do_seccomp(long arg)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { NR_RULES(filter), filter };

	return or_errno(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog));
}

static const struct rsg_rule open_and_socket[] = {
	DENY(RSG_X86_64, SYS_openat, EPERM),
	DENY(RSG_X86_64, SYS_socket, EACCES),
};

TEST_F(uring, seccomp_is_bypassed_and_the_guard_is_not)
{
	long id;

	ASSERT_EQ(0, probe(&self->probe, do_open_ring, 0));
	ASSERT_EQ(0, probe(&self->probe, do_seccomp, 0));
	EXPECT_EQ(-EPERM, probe(&self->probe, do_plain_openat, 0));
	EXPECT_EQ(0, probe(&self->probe, do_openat, 0));
	EXPECT_EQ(0, probe(&self->probe, do_socket, AF_UNIX));
	id = put(self->fd, open_and_socket, 2, 0, self->probe.pid);
	ASSERT_LT(0, id);
	EXPECT_EQ(-EPERM, probe(&self->probe, do_openat, 0));
	EXPECT_EQ(-EACCES, probe(&self->probe, do_socket, AF_UNIX));
	EXPECT_EQ(0, probe(&self->probe, do_nop, 0));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, id));
	EXPECT_EQ(0, probe(&self->probe, do_openat, 0));
	EXPECT_EQ(0, probe(&self->probe, do_socket, AF_UNIX));
}

TEST_F(uring, the_kernels_own_thread_is_under_the_policy)
{
	struct rsg_policy_info info;
	long id;

	ASSERT_EQ(0, probe(&self->probe, do_open_ring, IORING_SETUP_SQPOLL));
	ASSERT_EQ(0, probe(&self->probe, do_openat, 0));
	id = put(self->fd, open_and_socket, 2, 0, self->probe.pid);
	ASSERT_LT(0, id);
	EXPECT_EQ(-EPERM, probe(&self->probe, do_openat, 0));
	EXPECT_EQ(-EACCES, probe(&self->probe, do_socket, AF_UNIX));
	EXPECT_EQ(0, probe(&self->probe, do_nop, 0));
	ASSERT_EQ(0, guard_get(self->fd, id, &info));
	EXPECT_EQ(2, info.denied);
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, id));
	EXPECT_EQ(0, probe(&self->probe, do_openat, 0));
}

TEST_F(uring, a_thread_born_under_the_policy_is_too)
{
	ASSERT_LT(0, put(self->fd, open_and_socket, 2, 0, self->probe.pid));
	ASSERT_EQ(0, probe(&self->probe, do_open_ring, IORING_SETUP_SQPOLL));
	EXPECT_EQ(-EPERM, probe(&self->probe, do_openat, 0));
	EXPECT_EQ(0, probe(&self->probe, do_nop, 0));
}

TEST_F(uring, a_polled_ring_ends_with_io_uring_enter)
{
	const struct rsg_rule rules[] = {
		DENY(RSG_X86_64, SYS_io_uring_enter, EPERM),
	};

	long ret;

	ASSERT_EQ(0, probe(&self->probe, do_open_ring, IORING_SETUP_SQPOLL));
	ASSERT_EQ(0, probe(&self->probe, do_nop, 0));
	ASSERT_LT(0, put(self->fd, rules, 1, 0, self->probe.pid));
	EXPECT_EQ(-EPERM, probe(&self->probe, do_enter, 0));
	/* Refused; or the thread sleeps by now, and nobody can wake it. */
	ret = probe(&self->probe, do_openat, 0);
	EXPECT_TRUE(ret == -EPERM || ret == -1001);
}

TEST_F(uring, what_depends_on_arguments_gets_the_strictest_verdict)
{
	const struct rsg_arg args[] = {
		{ .index = 0, .op = RSG_OP_EQ, .value = AF_ALG },
	};
	struct rsg_rule rules[] = { DENY(RSG_X86_64, SYS_socket, EPERM) };
	struct rsg_load load = {
		.size = sizeof(load), .flags = RSG_LOAD_PERSIST, .name = "args",
		.rules = (uintptr_t)rules, .nr_rules = 1,
		.args = (uintptr_t)args, .nr_args = 1,
		.default_verdict = SECCOMP_RET_ALLOW,
	};
	long id;

	rules[0].nr_args = 1;
	id = guard_ioctl(self->fd, RSG_IOC_LOAD, &load);
	ASSERT_LT(0, id);
	ASSERT_EQ(0, probe(&self->probe, do_open_ring, 0));
	ASSERT_EQ(0, guard_attach(self->fd, id, RSG_SCOPE_PROCESS,
				  self->probe.pid, RSG_MODE_ENFORCE, 0));
	EXPECT_EQ(-EPERM, probe(&self->probe, do_socket, AF_UNIX));
	EXPECT_EQ(0, probe(&self->probe, do_openat, 0));
}

TEST_F(uring, a_socket_family_is_closed_here_too)
{
	const struct rsg_object_rule rule = {
		.object = RSG_OBJECT_SOCKET, .family = AF_UNIX, .type = -1,
		.verdict = FAIL_WITH(EAFNOSUPPORT),
	};
	struct rsg_load load = {
		.size = sizeof(load), .flags = RSG_LOAD_PERSIST, .name = "obj",
		.default_verdict = SECCOMP_RET_ALLOW,
		.objects = (uintptr_t)&rule, .nr_objects = 1,
	};
	long id = guard_ioctl(self->fd, RSG_IOC_LOAD, &load);

	ASSERT_LT(0, id);
	ASSERT_EQ(0, probe(&self->probe, do_open_ring, 0));
	ASSERT_EQ(0, guard_attach(self->fd, id, RSG_SCOPE_PROCESS,
				  self->probe.pid, RSG_MODE_ENFORCE, 0));
	EXPECT_EQ(-EAFNOSUPPORT, probe(&self->probe, do_socket, AF_UNIX));
	EXPECT_EQ(0, probe(&self->probe, do_socket, AF_INET));
}

/* Which operations does this kernel have? Bit by opcode; 0 on failure. */
static unsigned int supported(bool *ops, unsigned int max)
{
	struct {
		struct io_uring_probe head;
		struct io_uring_probe_op ops[256];
	} probe = {};
	struct ring own;
	unsigned int i, nr = 0;

	if (ring_open(&own, 0) ||
	    syscall(SYS_io_uring_register, own.fd, IORING_REGISTER_PROBE,
		    &probe, 256))
		return 0;
	for (i = 0; i < probe.head.ops_len && i < max; i++) {
		ops[i] = probe.ops[i].flags & IO_URING_OP_SUPPORTED;
		nr += ops[i];
	}
	close(own.fd);
	return nr;
}

TEST_F_TIMEOUT(uring, no_operation_escapes_a_default_deny, 120)
{
	/* What the probe needs to answer; the ring needs no call. */
	const struct rsg_rule serve[] = {
		DENY(RSG_X86_64, SYS_read, 0),
		DENY(RSG_X86_64, SYS_write, 0),
		DENY(RSG_X86_64, SYS_clock_nanosleep, 0),
		DENY(RSG_X86_64, SYS_io_uring_enter, 0),
	};
	/* Operations that have no call but io_uring_enter to be judged by. */
	static const unsigned char own[] = {
		IORING_OP_NOP, IORING_OP_POLL_REMOVE, IORING_OP_TIMEOUT,
		IORING_OP_TIMEOUT_REMOVE, IORING_OP_ASYNC_CANCEL,
		IORING_OP_LINK_TIMEOUT, IORING_OP_FILES_UPDATE,
		IORING_OP_PROVIDE_BUFFERS, IORING_OP_REMOVE_BUFFERS, 40, 63,
	};
	unsigned int op, i, nr, refused = 0, spared = 0;
	bool ops[256] = {};
	long ret;

	nr = supported(ops, 256);
	ASSERT_LT(40, nr);
	ASSERT_EQ(0, probe(&self->probe, do_open_ring, IORING_SETUP_SQE128));
	ASSERT_LT(0, put(self->fd, serve, 4, EXFULL, self->probe.pid));
	for (op = 0; op < 256; op++) {
		if (!ops[op])
			continue;
		for (i = 0; i < sizeof(own) && own[i] != op; i++)
			;
		if (i < sizeof(own)) {
			spared++;
			continue;
		}
		ret = probe(&self->probe, do_op, op);
		refused += ret == -EXFULL;
		if (ret != -EXFULL)
			TH_LOG("operation %u: %ld", op, ret);
	}
	TH_LOG("%u operations, %u refused, %u have no call", nr, refused,
	       spared);
	EXPECT_EQ(nr, refused + spared);
}

/* The calls that stand for nothing but themselves are judged by the ring. */
TEST_F_TIMEOUT(uring, nothing_is_left_without_io_uring_enter, 120)
{
	const struct rsg_rule rules[] = {
		DENY(RSG_X86_64, SYS_io_uring_enter, EXFULL),
	};
	unsigned int op, nr, refused = 0;
	bool ops[256] = {};
	long ret;

	nr = supported(ops, 256);
	ASSERT_LT(40, nr);
	ASSERT_EQ(0, probe(&self->probe, do_open_ring, IORING_SETUP_SQE128 |
			   IORING_SETUP_SQPOLL));
	ASSERT_EQ(0, probe(&self->probe, do_nop, 0));
	ASSERT_LT(0, put(self->fd, rules, 1, 0, self->probe.pid));
	for (op = 0; op < 256; op++) {
		if (!ops[op])
			continue;
		ret = probe(&self->probe, do_op, op);
		/* It went to sleep, so that nothing is done any more at all. */
		if (ret == -1001)
			break;
		refused += ret == -EXFULL;
		if (ret != -EXFULL)
			TH_LOG("operation %u: %ld", op, ret);
	}
	TH_LOG("%u of %u operations refused", refused, nr);
	EXPECT_LT(0, refused);
	EXPECT_TRUE(refused == nr || ret == -1001);
}

TEST_HARNESS_MAIN
