// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is a call that seccomp denies made while there is a grant, and only that
 * one, only then and only by that process? Needs a module with relax=1;
 * relax.sh loads it.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "kselftest_harness.h"

#include "probe.h"

FIXTURE(relax) {
	int fd;
	struct worker probe;
};

static long do_seccomp(long action)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { NR_RULES(filter), filter };

	return or_errno(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog));
}

static long do_unshare(long arg)
{
	return raw64(SYS_unshare, 0, 0, 0);
}

static long do_getppid(long arg)
{
	return raw64(SYS_getppid, 0, 0, 0);
}

static long do_child_unshare(long arg)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(-do_unshare(0));
	waitpid(pid, &status, 0);
	return -WEXITSTATUS(status);
}

/* What IORING would be: the same call by the other entry. */
static long do_unshare32(long arg)
{
	return raw32(I386_UNSHARE, 0, 0, 0);
}

static void name(struct rsg_relax *relax, unsigned int abi, unsigned int nr)
{
	unsigned int bit = abi * RSG_CALLS + nr;

	relax->calls[bit / 64] |= 1ULL << bit % 64;
}

static long grant(int fd, pid_t pid, unsigned int ms)
{
	struct rsg_relax relax = {
		.size = sizeof(relax), .pid = pid, .ms = ms,
	};
	long ret;

	name(&relax, RSG_X86_64, SYS_unshare);
	ret = guard_ioctl(fd, RSG_IOC_RELAX, &relax);
	return ret ? ret : relax.id;
}

FIXTURE_SETUP(relax)
{
	self->fd = probe_set_up(&self->probe);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, probe(&self->probe, do_unshare, 0));
}

FIXTURE_TEARDOWN(relax)
{
	struct rsg_relax relax = { .size = sizeof(relax) };

	while (!guard_ioctl(self->fd, RSG_IOC_GET_RELAX, &relax)) {
		guard_id(self->fd, RSG_IOC_RELAX_END, relax.id);
		relax.id = 0;
	}
	worker_stop(&self->probe);
	close(self->fd);
}

static long filter_with(struct worker *worker, unsigned int action)
{
	return probe(worker, do_seccomp, action);
}

TEST_F(relax, denied_then_allowed_then_denied_again)
{
	struct rsg_relax info = { .size = sizeof(info) };
	unsigned int i;
	long id;

	ASSERT_EQ(0, filter_with(&self->probe, SECCOMP_RET_ERRNO | EPERM));
	ASSERT_EQ(-EPERM, probe(&self->probe, do_unshare, 0));
	id = grant(self->fd, self->probe.pid, 3000);
	ASSERT_LT(0, id);
	EXPECT_EQ(0, probe(&self->probe, do_unshare, 0));
	EXPECT_EQ(0, probe(&self->probe, do_unshare, 0));
	/* Not named, another ABI, a child: as before. */
	EXPECT_EQ(-EPERM, probe(&self->probe, do_getppid, 0));
	EXPECT_EQ(-EPERM, probe(&self->probe, do_child_unshare, 0));
	ASSERT_EQ(0, guard_ioctl(self->fd, RSG_IOC_GET_RELAX, &info));
	EXPECT_EQ(id, info.id);
	EXPECT_EQ(self->probe.pid, info.pid);
	EXPECT_EQ(2, info.uses);
	EXPECT_GE(3000, info.ms);
	/* It ends by itself. */
	for (i = 0; i < 200 && !probe(&self->probe, do_unshare, 0); i++)
		sleep_ms(50);
	EXPECT_EQ(-EPERM, probe(&self->probe, do_unshare, 0));
	for (i = 0; i < 200; i++) {
		info.id = 0;
		if (guard_ioctl(self->fd, RSG_IOC_GET_RELAX, &info))
			break;
		sleep_ms(50);
	}
	EXPECT_GT(200, i);
}

TEST_F(relax, ended_before_its_time)
{
	long id;

	ASSERT_EQ(0, filter_with(&self->probe, SECCOMP_RET_ERRNO | EACCES));
	id = grant(self->fd, self->probe.pid, 60000);
	ASSERT_LT(0, id);
	EXPECT_EQ(0, probe(&self->probe, do_unshare, 0));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_RELAX_END, id));
	EXPECT_EQ(-EACCES, probe(&self->probe, do_unshare, 0));
	EXPECT_EQ(-ENOENT, guard_id(self->fd, RSG_IOC_RELAX_END, id));
}

TEST_F(relax, a_call_that_would_kill_passes_and_others_still_kill)
{
	ASSERT_EQ(0, filter_with(&self->probe, SECCOMP_RET_KILL_PROCESS));
	ASSERT_LT(0, grant(self->fd, self->probe.pid, 60000));
	EXPECT_EQ(0, probe(&self->probe, do_unshare, 0));
	EXPECT_EQ(-1000, probe(&self->probe, do_getppid, 0));
}

TEST_F(relax, a_policy_of_the_guard_still_holds)
{
	const struct rsg_rule rules[] = {
		DENY(RSG_X86_64, SYS_unshare, EXFULL),
	};
	long id;

	ASSERT_EQ(0, filter_with(&self->probe, SECCOMP_RET_ERRNO | EPERM));
	ASSERT_LT(0, grant(self->fd, self->probe.pid, 60000));
	id = guard_load(self->fd, "relax", RSG_LOAD_PERSIST, 0, rules, 1);
	ASSERT_LT(0, id);
	ASSERT_EQ(0, guard_attach(self->fd, id, RSG_SCOPE_PROCESS,
				  self->probe.pid, RSG_MODE_ENFORCE, 0));
	EXPECT_EQ(-EXFULL, probe(&self->probe, do_unshare, 0));
	guard_clean();
	EXPECT_EQ(0, probe(&self->probe, do_unshare, 0));
}

TEST_F(relax, other_entries_are_not_opened)
{
	ASSERT_EQ(0, filter_with(&self->probe, SECCOMP_RET_ERRNO | EPERM));
	ASSERT_EQ(0, probe(&self->probe, do_unshare32, 0));
	ASSERT_LT(0, grant(self->fd, self->probe.pid, 60000));
	/* x32 is either not there, or denied by its own number. */
	EXPECT_NE(-EXFULL, probe(&self->probe, do_unshare32, 0));
	EXPECT_EQ(0, probe(&self->probe, do_unshare, 0));
}

TEST_F(relax, what_is_malformed_is_refused)
{
	const struct rsg_relax good = {
		.size = sizeof(good), .pid = self->probe.pid, .ms = 1000,
		.calls = { 1 },
	};
	struct rsg_relax relax;

#define REFUSED(_error, _member, _value) do {				\
	relax = good;							\
	relax._member = (_value);					\
	EXPECT_EQ(-(_error), guard_ioctl(self->fd, RSG_IOC_RELAX,	\
					 &relax));			\
} while (0)

	REFUSED(ENODATA, flags, 0);	/* there is no filter yet */
	ASSERT_EQ(0, filter_with(&self->probe, SECCOMP_RET_ERRNO | EPERM));
	REFUSED(EINVAL, id, 1);
	REFUSED(EINVAL, pid, 0);
	REFUSED(EINVAL, pid, -1);
	REFUSED(EINVAL, flags, 1);
	REFUSED(EINVAL, uses, 1);
	REFUSED(EINVAL, ms, 0);
	REFUSED(EINVAL, ms, RSG_RELAX_MAX_MS + 1);
	REFUSED(EINVAL, calls[0], 0);
	REFUSED(ESRCH, pid, 4194303);
}

TEST_F(relax, there_is_a_limit)
{
	unsigned int i;

	ASSERT_EQ(0, filter_with(&self->probe, SECCOMP_RET_ERRNO | EPERM));
	for (i = 0; i < RSG_RELAX_MAX; i++)
		ASSERT_LT(0, grant(self->fd, self->probe.pid, 60000));
	EXPECT_EQ(-ENOSPC, grant(self->fd, self->probe.pid, 60000));
	EXPECT_EQ(0, probe(&self->probe, do_unshare, 0));
}

TEST_HARNESS_MAIN
