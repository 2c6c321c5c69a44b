// SPDX-License-Identifier: GPL-2.0-only
/*
 * REPLACE: does a policy in force change from one call to the next, is a change
 * that nobody confirms undone, and does no call ever see half of one?
 */
#include <sys/mman.h>

#include "kselftest_harness.h"

#include "guard_test.h"

static const struct rsg_rule one[] = {
	DENY(RSG_X86_64, SYS_getppid, EPERM),
	DENY(RSG_X86_64, SYS_getpgid, EACCES),
};

static const struct rsg_rule two[] = {
	DENY(RSG_X86_64, SYS_getppid, EXFULL),
	DENY(RSG_X86_64, SYS_getpgid, ENOANO),
};

static const struct rsg_rule other[] = {
	DENY(RSG_X86_64, SYS_unshare, EPERM),
};

FIXTURE(replace) {
	int fd;
	long id;
	struct worker worker;
};

FIXTURE_SETUP(replace)
{
	guard_clean();
	self->fd = guard_open();
	ASSERT_LE(0, self->fd);
	self->worker = worker_start();
	ASSERT_LT(0, self->worker.pid);
	self->id = guard_load(self->fd, "main", RSG_LOAD_PERSIST, 0, one, 2);
	ASSERT_LT(0, self->id);
}

FIXTURE_TEARDOWN(replace)
{
	worker_stop(&self->worker);
	guard_clean();
	close(self->fd);
}

static void attach_confirmed(struct _test_data_replace *self,
			     struct __test_metadata *_metadata)
{
	ASSERT_EQ(0, guard_attach(self->fd, self->id, RSG_SCOPE_PROCESS,
				  self->worker.pid, RSG_MODE_ENFORCE, 0));
	ASSERT_EQ(0, guard_confirm(self->id));
}

static long replace(struct _test_data_replace *self,
		    const struct rsg_rule *rules, unsigned int nr,
		    unsigned int ms)
{
	return guard_replace(self->fd, self->id, 0, rules, nr, ms);
}

static long call(struct _test_data_replace *self, unsigned long nr)
{
	return worker_call(&self->worker, RSG_X86_64, nr);
}

static unsigned int state(struct _test_data_replace *self)
{
	struct rsg_policy_info info;

	return guard_get(self->fd, self->id, &info) ? ~0U : info.state;
}

TEST_F(replace, before_it_is_attached)
{
	struct rsg_policy_info info;

	ASSERT_EQ(0, replace(self, other, 1, 0));
	EXPECT_EQ(RSG_STATE_LOADED, state(self));
	ASSERT_EQ(0, guard_get(self->fd, self->id, &info));
	EXPECT_EQ(1, info.calls);
	attach_confirmed(self, _metadata);
	EXPECT_EQ(-EPERM, call(self, SYS_unshare));
	EXPECT_EQ(getpid(), call(self, SYS_getppid));
}

TEST_F(replace, takes_place_and_stays_when_confirmed)
{
	attach_confirmed(self, _metadata);
	EXPECT_EQ(-EPERM, call(self, SYS_getppid));
	ASSERT_EQ(0, replace(self, two, 2, 1000));
	EXPECT_EQ(RSG_STATE_PENDING, state(self));
	EXPECT_EQ(-EXFULL, call(self, SYS_getppid));
	ASSERT_EQ(0, guard_confirm(self->id));
	EXPECT_EQ(RSG_STATE_ATTACHED, state(self));
	sleep_ms(2000);
	EXPECT_EQ(-EXFULL, call(self, SYS_getppid));
	EXPECT_EQ(-ENOTCONN, guard_id(self->fd, RSG_IOC_ROLLBACK, self->id));
}

TEST_F(replace, time_brings_back_what_was_confirmed)
{
	attach_confirmed(self, _metadata);
	ASSERT_EQ(0, replace(self, two, 2, 500));
	EXPECT_EQ(-EXFULL, call(self, SYS_getppid));
	sleep_ms(1500);
	EXPECT_EQ(RSG_STATE_ATTACHED, state(self));
	EXPECT_EQ(-EPERM, call(self, SYS_getppid));
	EXPECT_EQ(-EACCES, call(self, SYS_getpgid));
	/* And another one may follow. */
	ASSERT_EQ(0, replace(self, two, 2, 0));
	EXPECT_EQ(-EXFULL, call(self, SYS_getppid));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_ROLLBACK, self->id));
	EXPECT_EQ(RSG_STATE_ATTACHED, state(self));
	EXPECT_EQ(-EPERM, call(self, SYS_getppid));
}

TEST_F(replace, functions_are_hooked_before_and_released_after)
{
	attach_confirmed(self, _metadata);
	EXPECT_EQ(2, guard_attr("hooked_functions"));
	ASSERT_EQ(0, replace(self, other, 1, 0));
	/* What it may return to stays hooked. */
	EXPECT_EQ(3, guard_attr("hooked_functions"));
	EXPECT_EQ(-EPERM, call(self, SYS_unshare));
	EXPECT_EQ(getpid(), call(self, SYS_getppid));
	ASSERT_EQ(0, guard_confirm(self->id));
	EXPECT_EQ(1, guard_attr("hooked_functions"));
	ASSERT_EQ(0, replace(self, one, 2, 0));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_ROLLBACK, self->id));
	EXPECT_EQ(1, guard_attr("hooked_functions"));
	EXPECT_EQ(-EPERM, call(self, SYS_unshare));
}

TEST_F(replace, one_transaction_at_a_time)
{
	ASSERT_EQ(0, guard_attach(self->fd, self->id, RSG_SCOPE_PROCESS,
				  self->worker.pid, RSG_MODE_ENFORCE, 0));
	EXPECT_EQ(-EBUSY, replace(self, two, 2, 0));
	ASSERT_EQ(0, guard_confirm(self->id));
	ASSERT_EQ(0, replace(self, two, 2, 0));
	EXPECT_EQ(-EBUSY, replace(self, one, 2, 0));
	EXPECT_EQ(-EXFULL, call(self, SYS_getppid));
	EXPECT_EQ(-EACCES, guard_id(self->fd, RSG_IOC_CONFIRM, self->id));
}

TEST_F(replace, detach_drops_what_is_pending)
{
	struct rsg_policy_info info;

	attach_confirmed(self, _metadata);
	ASSERT_EQ(0, replace(self, other, 1, 0));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, self->id));
	EXPECT_EQ(0, guard_attr("hooked_functions"));
	ASSERT_EQ(0, guard_get(self->fd, self->id, &info));
	EXPECT_EQ(2, info.calls);
}

TEST_F(replace, bad_contents_change_nothing)
{
	const struct rsg_rule bad[] = { DENY(RSG_X86_64, SYS_exit, EPERM) };

	attach_confirmed(self, _metadata);
	EXPECT_EQ(-EINVAL, replace(self, bad, 1, 0));
	EXPECT_EQ(-EINVAL, replace(self, two, 2, RSG_CONFIRM_MAX_MS + 1));
	EXPECT_EQ(-EFAULT, replace(self, NULL, 1, 0));
	EXPECT_EQ(RSG_STATE_ATTACHED, state(self));
	EXPECT_EQ(-EPERM, call(self, SYS_getppid));
}

/* Calls of the stress, and what came of them; shared. */
struct stress {
	int stop;
	long calls;
	long swaps_seen;
	long wrong;
};

/* One call a step, and each must be judged by one of the two. */
static void hammer(struct stress *s)
{
	long ppid, pgid, last = 0;

	while (!__atomic_load_n(&s->stop, __ATOMIC_ACQUIRE)) {
		ppid = raw64(SYS_getppid, 0, 0, 0);
		pgid = raw64(SYS_getpgid, 0, 0, 0);
		s->calls += 2;
		s->wrong += ppid != -EPERM && ppid != -EXFULL;
		s->wrong += pgid != -EACCES && pgid != -ENOANO;
		s->swaps_seen += ppid != last;
		last = ppid;
	}
}

#define SWAPS	1000
#define CALLS	1000000

TEST_F_TIMEOUT(replace, no_call_sees_half_a_policy, 300)
{
	struct stress *s = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;
	long ret;
	int i;

	ASSERT_NE(MAP_FAILED, s);
	pid = fork();
	if (!pid) {
		hammer(s);
		_exit(0);
	}
	/* Everything is refused first, then it hammers. */
	ASSERT_EQ(0, guard_attach(self->fd, self->id, RSG_SCOPE_PROCESS, pid,
				  RSG_MODE_ENFORCE, 0));
	ASSERT_EQ(0, guard_confirm(self->id));
	sleep_ms(50);
	s->wrong = 0;
	for (i = 0; i < SWAPS || s->calls < CALLS; i++) {
		ASSERT_EQ(0, guard_replace(self->fd, self->id, 0,
					   i % 2 ? one : two, 2, 0));
		ret = i % 3 ? guard_confirm(self->id) :
			      guard_id(self->fd, RSG_IOC_ROLLBACK, self->id);
		ASSERT_EQ(0, ret);
		if (i >= SWAPS)
			sleep_ms(1);
	}
	__atomic_store_n(&s->stop, 1, __ATOMIC_RELEASE);
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	TH_LOG("%ld calls, %d swaps, %ld of them seen", s->calls, i,
	       s->swaps_seen);
	EXPECT_EQ(0, s->wrong);
	EXPECT_LT(10, s->swaps_seen);
}

TEST_HARNESS_MAIN
