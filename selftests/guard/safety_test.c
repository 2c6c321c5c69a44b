// SPDX-License-Identifier: GPL-2.0-only
/*
 * What ends a policy although nobody detaches it: the breaker, the SysRq key,
 * the cap of the mode; and who may confirm.
 */
#include "kselftest_harness.h"

#include "guard_test.h"

static const struct rsg_rule rules[] = {
	DENY(RSG_X86_64, SYS_unshare, EPERM),
};

FIXTURE(safety) {
	int fd;
	long id;
	struct worker worker;
};

/* Is the first word of an attribute @value? */
static bool attr_is(const char *name, const char *value)
{
	char path[128], text[32] = "";
	int fd;

	snprintf(path, sizeof(path), SYSFS "%s", name);
	fd = open(path, O_RDONLY);
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	text[strcspn(text, "\n")] = '\0';
	return !strcmp(text, value);
}

FIXTURE_SETUP(safety)
{
	guard_clean();
	self->fd = guard_open();
	ASSERT_LE(0, self->fd);
	self->worker = worker_start();
	self->id = guard_load(self->fd, "main", RSG_LOAD_PERSIST, 0, rules,
			      NR_RULES(rules));
	ASSERT_LT(0, self->id);
}

FIXTURE_TEARDOWN(safety)
{
	guard_put_attr("mode_max", "enforce");
	guard_put_attr("trial_denials_per_s", "10000");
	worker_stop(&self->worker);
	guard_clean();
	close(self->fd);
}

static long attach_worker(struct _test_data_safety *self)
{
	return guard_attach(self->fd, self->id, RSG_SCOPE_PROCESS,
			    self->worker.pid, RSG_MODE_ENFORCE, 0);
}

static bool is_denied(struct _test_data_safety *self)
{
	return worker_call(&self->worker, RSG_X86_64, SYS_unshare) == -EPERM;
}

static unsigned int state(struct _test_data_safety *self)
{
	struct rsg_policy_info info;

	return guard_get(self->fd, self->id, &info) ? ~0U : info.state;
}

/* Make denied calls until the policy is gone, at most @max. */
static long strike(struct _test_data_safety *self, long max)
{
	long n;

	for (n = 0; n < max && is_denied(self); n++)
		;
	return n;
}

TEST_F(safety, a_storm_of_denials_ends_a_trial)
{
	guard_put_attr("trial_denials_per_s", "20");
	ASSERT_EQ(0, attach_worker(self));
	EXPECT_TRUE(attr_is("state", "active"));
	/* Far more than the machine can do in the minute until roll-back. */
	EXPECT_GT(200000, strike(self, 200000));
	sleep_ms(200);
	EXPECT_EQ(RSG_STATE_LOADED, state(self));
	EXPECT_TRUE(attr_is("state", "idle"));
}

TEST_F(safety, but_not_what_was_confirmed_nor_a_few)
{
	guard_put_attr("trial_denials_per_s", "200");
	ASSERT_EQ(0, attach_worker(self));
	EXPECT_EQ(20, strike(self, 20));
	sleep_ms(1500);
	EXPECT_EQ(RSG_STATE_PENDING, state(self));
	ASSERT_EQ(0, guard_confirm(self->id));
	EXPECT_EQ(1000, strike(self, 1000));
	sleep_ms(300);
	EXPECT_EQ(RSG_STATE_ATTACHED, state(self));
}

TEST_F(safety, the_key_drops_everything)
{
	int fd = open("/proc/sysrq-trigger", O_WRONLY), i;

	if (fd < 0)
		SKIP(return, "no /proc/sysrq-trigger");
	ASSERT_EQ(0, attach_worker(self));
	ASSERT_EQ(0, guard_confirm(self->id));
	EXPECT_TRUE(is_denied(self));
	ASSERT_EQ(1, write(fd, "G", 1));
	EXPECT_FALSE(is_denied(self));
	for (i = 0; i < 100 && state(self) != RSG_STATE_LOADED; i++)
		sleep_ms(20);
	EXPECT_EQ(RSG_STATE_LOADED, state(self));
	EXPECT_EQ(0, guard_attr("hooked_functions"));
	/* And it can be attached anew. */
	ASSERT_EQ(0, attach_worker(self));
	EXPECT_TRUE(is_denied(self));
	close(fd);
}

TEST_F(safety, the_cap_holds_at_once_and_for_later)
{
	struct rsg_policy_info info;

	ASSERT_EQ(0, attach_worker(self));
	ASSERT_EQ(0, guard_confirm(self->id));
	EXPECT_TRUE(is_denied(self));
	guard_put_attr("mode_max", "audit");
	EXPECT_TRUE(attr_is("mode_max", "audit"));
	EXPECT_FALSE(is_denied(self));
	ASSERT_EQ(0, guard_get(self->fd, self->id, &info));
	EXPECT_EQ(RSG_MODE_AUDIT, info.mode);
	EXPECT_LT(0, info.audited);
	guard_put_attr("mode_max", "enforce");
	EXPECT_TRUE(is_denied(self));
	guard_put_attr("mode_max", "off");
	EXPECT_FALSE(is_denied(self));
	EXPECT_EQ(RSG_STATE_LOADED, state(self));
	EXPECT_EQ(-EACCES, attach_worker(self));
	EXPECT_EQ(0, guard_attr("hooked_functions"));
	guard_put_attr("mode_max", "audit");
	ASSERT_EQ(0, attach_worker(self));
	EXPECT_FALSE(is_denied(self));
}

TEST_F(safety, a_generation_is_a_change_that_lasted)
{
	long long before = guard_attr("generation");

	ASSERT_EQ(0, attach_worker(self));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_ROLLBACK, self->id));
	EXPECT_EQ(before, guard_attr("generation"));
	ASSERT_EQ(0, attach_worker(self));
	ASSERT_EQ(0, guard_confirm(self->id));
	EXPECT_EQ(before + 1, guard_attr("generation"));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, self->id));
	EXPECT_EQ(before + 2, guard_attr("generation"));
}

/* What a child of ours gets to hear when it confirms; -1 if it can not say. */
static int child_confirms(long id, bool new_session)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (new_session)
			setsid();
		_exit(-guard_confirm(id));
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* We are passed over, and so are our children: that proves nothing. */
TEST_F(safety, who_was_passed_over_can_not_confirm)
{
	ASSERT_EQ(0, guard_attach(self->fd, self->id, RSG_SCOPE_EVERYONE, 0,
				  RSG_MODE_ENFORCE, 0));
	EXPECT_EQ(-EACCES, guard_confirm(self->id));
	EXPECT_EQ(EACCES, child_confirms(self->id, false));
	EXPECT_EQ(RSG_STATE_PENDING, state(self));
	EXPECT_EQ(0, child_confirms(self->id, true));
	EXPECT_EQ(RSG_STATE_ATTACHED, state(self));
}

TEST_F(safety, who_is_governed_can)
{
	struct rsg_attach attach = {
		.size = sizeof(attach), .id = self->id,
		.scope = RSG_SCOPE_EVERYONE, .mode = RSG_MODE_ENFORCE,
		.flags = RSG_ATTACH_FORCE,
	};

	ASSERT_EQ(0, guard_ioctl(self->fd, RSG_IOC_ATTACH, &attach));
	EXPECT_EQ(0, child_confirms(self->id, false));
	EXPECT_EQ(RSG_STATE_ATTACHED, state(self));
}

/*
 * Nobody can do anything any more, not even confirm; the kernel ends it. From
 * the attach on this makes no call but the one that it tries. PID 1 is left
 * out: what is denied to it ends a trial at once, and it may not survive that.
 */
TEST_F_TIMEOUT(safety, all_that_is_denied_to_everyone_ends_by_itself, 120)
{
	struct rsg_except init = { .scope = RSG_SCOPE_PROCESS, .value = 1 };
	struct rsg_attach attach = {
		.size = sizeof(attach), .scope = RSG_SCOPE_EVERYONE,
		.mode = RSG_MODE_ENFORCE, .flags = RSG_ATTACH_FORCE,
		.confirm_ms = 1000,
		.excepts = (uintptr_t)&init, .nr_excepts = 1,
	};
	long id = guard_load(self->fd, "all", RSG_LOAD_PERSIST, EPERM, NULL, 0);
	long denied = 0, confirmed;
	uint64_t start, took;

	ASSERT_LT(0, id);
	attach.id = id;
	guard_put_attr("trial_denials_per_s", "0");
	start = now_ms();
	ASSERT_EQ(0, guard_ioctl(self->fd, RSG_IOC_ATTACH, &attach));
	confirmed = guard_confirm(id);
	while (raw64(SYS_getppid, 0, 0, 0) == -EPERM)
		denied++;
	took = now_ms() - start;
	TH_LOG("%ld calls denied, %llu ms", denied, (unsigned long long)took);
	EXPECT_NE(0, confirmed);
	EXPECT_LT(0, denied);
	/* The timer's second, far from the minute that is the default. */
	EXPECT_LT(900, took);
	EXPECT_GT(20000, took);
	EXPECT_EQ(0, system("exec /bin/sh -c true"));
	self->id = id;
	EXPECT_EQ(RSG_STATE_LOADED, state(self));
	EXPECT_EQ(0, guard_attr("hooked_functions"));
}

TEST_HARNESS_MAIN
