// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is marked, for how long, and does it always go again? Scopes and
 * exemptions, stacking, the transaction, and descriptors.
 */
#include <sys/mman.h>

#include "kselftest_harness.h"

#include "guard_test.h"

static const struct rsg_rule rules[] = {
	DENY(RSG_X86_64, SYS_unshare, EPERM),
	DENY(RSG_I386, I386_UNSHARE, EPERM),
};

FIXTURE(attach) {
	int fd;
	long id;
	struct worker worker;
};

FIXTURE_SETUP(attach)
{
	guard_clean();
	self->fd = guard_open();
	ASSERT_LE(0, self->fd);
	self->worker = worker_start();
	ASSERT_LT(0, self->worker.pid);
	self->id = guard_load(self->fd, "main", RSG_LOAD_PERSIST, 0, rules,
			      NR_RULES(rules));
	ASSERT_LT(0, self->id);
}

FIXTURE_TEARDOWN(attach)
{
	worker_stop(&self->worker);
	guard_clean();
	close(self->fd);
}

static long attach_worker(struct _test_data_attach *self,
			  unsigned int confirm_ms)
{
	return guard_attach(self->fd, self->id, RSG_SCOPE_PROCESS,
			    self->worker.pid, RSG_MODE_ENFORCE, confirm_ms);
}

static bool is_denied(struct _test_data_attach *self)
{
	return worker_call(&self->worker, RSG_X86_64, SYS_unshare) == -EPERM;
}

static unsigned int state(struct _test_data_attach *self)
{
	struct rsg_policy_info info;

	return guard_get(self->fd, self->id, &info) ? ~0U : info.state;
}

TEST_F(attach, rolls_back_when_time_is_up)
{
	uint64_t start, late;

	ASSERT_EQ(0, attach_worker(self, 1500));
	start = now_ms();
	EXPECT_TRUE(is_denied(self));
	EXPECT_EQ(1, guard_attr("pending"));
	while (is_denied(self) && now_ms() < start + 10000)
		sleep_ms(10);
	late = now_ms() - start;
	EXPECT_LE(1400, late);
	EXPECT_GE(2500, late);
	sleep_ms(500);
	EXPECT_EQ(RSG_STATE_LOADED, state(self));
	EXPECT_EQ(0, guard_attr("pending"));
	EXPECT_EQ(0, guard_attr("hooked_functions"));
}

TEST_F(attach, the_time_left_is_told)
{
	struct rsg_policy_info info;

	ASSERT_EQ(0, attach_worker(self, 0));
	ASSERT_EQ(0, guard_get(self->fd, self->id, &info));
	EXPECT_EQ(RSG_STATE_PENDING, info.state);
	EXPECT_LE(50000, info.pending_ms);
	EXPECT_GE(RSG_CONFIRM_DEFAULT_MS, info.pending_ms);
	EXPECT_EQ(RSG_SCOPE_PROCESS, info.scope);
	EXPECT_EQ(self->worker.pid, info.pid);
	EXPECT_EQ(1, info.tasks);
}

TEST_F(attach, confirmed_it_stays)
{
	ASSERT_EQ(0, attach_worker(self, 1000));
	ASSERT_EQ(0, guard_confirm(self->id));
	EXPECT_EQ(RSG_STATE_ATTACHED, state(self));
	EXPECT_EQ(1, guard_attr("attached"));
	sleep_ms(2000);
	EXPECT_TRUE(is_denied(self));
	EXPECT_EQ(-ENOTCONN, guard_confirm(self->id));
	EXPECT_EQ(-ENOTCONN, guard_id(self->fd, RSG_IOC_ROLLBACK, self->id));
	EXPECT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, self->id));
	EXPECT_FALSE(is_denied(self));
}

TEST_F(attach, an_old_descriptor_confirms_nothing)
{
	ASSERT_EQ(0, attach_worker(self, 0));
	EXPECT_EQ(-EACCES, guard_id(self->fd, RSG_IOC_CONFIRM, self->id));
	EXPECT_EQ(RSG_STATE_PENDING, state(self));
	EXPECT_EQ(0, guard_confirm(self->id));
}

TEST_F(attach, rollback_is_for_pending_and_detach_for_both)
{
	EXPECT_EQ(-ENOTCONN, guard_id(self->fd, RSG_IOC_ROLLBACK, self->id));
	EXPECT_EQ(-ENOTCONN, guard_id(self->fd, RSG_IOC_DETACH, self->id));
	EXPECT_EQ(-ENOTCONN, guard_confirm(self->id));
	ASSERT_EQ(0, attach_worker(self, 0));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_ROLLBACK, self->id));
	EXPECT_FALSE(is_denied(self));
	ASSERT_EQ(0, attach_worker(self, 0));
	EXPECT_TRUE(is_denied(self));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, self->id));
	EXPECT_FALSE(is_denied(self));
}

TEST_F(attach, a_stale_timer_does_not_end_the_next_attach)
{
	ASSERT_EQ(0, attach_worker(self, 500));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_ROLLBACK, self->id));
	ASSERT_EQ(0, attach_worker(self, 60000));
	sleep_ms(1500);
	EXPECT_EQ(RSG_STATE_PENDING, state(self));
	EXPECT_TRUE(is_denied(self));
}

TEST_F(attach, one_attachment_a_policy)
{
	ASSERT_EQ(0, attach_worker(self, 0));
	EXPECT_EQ(-EALREADY, attach_worker(self, 0));
	EXPECT_EQ(-EBUSY, guard_id(self->fd, RSG_IOC_UNLOAD, self->id));
	ASSERT_EQ(0, guard_confirm(self->id));
	EXPECT_EQ(-EALREADY, attach_worker(self, 0));
	EXPECT_EQ(-EBUSY, guard_id(self->fd, RSG_IOC_UNLOAD, self->id));
}

/* A task may be under RSG_STACK_MAX policies, and the one more harms none. */
TEST_F(attach, policies_stack_up_to_a_limit_and_the_conflict_is_named)
{
	struct worker other = worker_start();
	struct rsg_attach attach = {
		.size = sizeof(attach), .scope = RSG_SCOPE_TREE,
		.pid = getpid(), .mode = RSG_MODE_ENFORCE,
		.flags = RSG_ATTACH_FORCE,
	};
	long ids[RSG_STACK_MAX], last;
	char name[] = "stack0";
	int i;

	for (i = 0; i < RSG_STACK_MAX; i++, name[5]++) {
		ids[i] = guard_load(self->fd, name, RSG_LOAD_PERSIST, 0,
				    rules, NR_RULES(rules));
		ASSERT_LT(0, ids[i]);
		ASSERT_EQ(0, guard_attach(self->fd, ids[i], RSG_SCOPE_PROCESS,
					  self->worker.pid, RSG_MODE_ENFORCE,
					  0));
	}
	last = self->id;
	attach.id = last;
	EXPECT_EQ(-E2BIG, guard_ioctl(self->fd, RSG_IOC_ATTACH, &attach));
	EXPECT_EQ(self->worker.pid, attach.conflict_pid);
	EXPECT_EQ(0, attach.tasks);
	/* All or nothing: neither we nor the other worker is marked. */
	EXPECT_EQ(0, raw64(SYS_unshare, 0, 0, 0));
	EXPECT_EQ(0, worker_call(&other, RSG_X86_64, SYS_unshare));
	EXPECT_EQ(RSG_STATE_LOADED, state(self));
	/* One goes, and there is room. */
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, ids[3]));
	EXPECT_EQ(0, attach_worker(self, 0));
	/* Each of them is enough. */
	for (i = 0; i < RSG_STACK_MAX; i++) {
		EXPECT_TRUE(is_denied(self));
		guard_id(self->fd, RSG_IOC_DETACH, ids[i]);
	}
	EXPECT_TRUE(is_denied(self));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, last));
	EXPECT_FALSE(is_denied(self));
	EXPECT_EQ(0, guard_attr("hooked_functions"));
	worker_stop(&other);
}

/* A detach in any order takes away what was attached, and nothing else. */
TEST_F(attach, stacked_policies_go_in_any_order)
{
	static const unsigned long calls[] = {
		SYS_getppid, SYS_getuid, SYS_getgid, SYS_geteuid,
	};
	static const int orders[][4] = {
		{ 0, 1, 2, 3 }, { 3, 2, 1, 0 }, { 1, 3, 0, 2 }, { 2, 0, 3, 1 },
	};
	char name[] = "one0";
	long ids[4];
	unsigned int round;
	int i, k;

	for (i = 0; i < 4; i++, name[3]++) {
		const struct rsg_rule rule = DENY(RSG_X86_64, calls[i], EXDEV);

		ids[i] = guard_load(self->fd, name, RSG_LOAD_PERSIST, 0, &rule,
				    1);
		ASSERT_LT(0, ids[i]);
	}
	for (round = 0; round < 4; round++) {
		for (i = 0; i < 4; i++)
			ASSERT_EQ(0, guard_attach(self->fd, ids[i],
						  RSG_SCOPE_PROCESS,
						  self->worker.pid,
						  RSG_MODE_ENFORCE, 0));
		for (i = 0; i < 4; i++) {
			ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH,
					      ids[orders[round][i]]));
			for (k = 0; k < 4; k++) {
				long ret = worker_call(&self->worker,
						       RSG_X86_64,
						       calls[orders[round][k]]);

				EXPECT_EQ(k > i, ret == -EXDEV);
			}
		}
	}
	EXPECT_EQ(0, guard_attr("hooked_functions"));
}

TEST_F(attach, two_policies_do_not_mix)
{
	const struct rsg_rule others[] = {
		DENY(RSG_X86_64, SYS_getppid, EACCES),
	};
	struct worker other = worker_start();
	long second = guard_load(self->fd, "second", RSG_LOAD_PERSIST, 0,
				 others, NR_RULES(others));

	ASSERT_EQ(0, attach_worker(self, 0));
	ASSERT_EQ(0, guard_attach(self->fd, second, RSG_SCOPE_PROCESS,
				  other.pid, RSG_MODE_ENFORCE, 0));
	EXPECT_EQ(3, guard_attr("hooked_functions"));
	EXPECT_EQ(-EPERM, worker_call(&self->worker, RSG_X86_64, SYS_unshare));
	EXPECT_EQ(getpid(), worker_call(&self->worker, RSG_X86_64,
					SYS_getppid));
	EXPECT_EQ(-EACCES, worker_call(&other, RSG_X86_64, SYS_getppid));
	EXPECT_EQ(0, worker_call(&other, RSG_X86_64, SYS_unshare));
	/* One goes, the other stays in force. */
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, self->id));
	EXPECT_EQ(1, guard_attr("hooked_functions"));
	EXPECT_EQ(-EACCES, worker_call(&other, RSG_X86_64, SYS_getppid));
	EXPECT_FALSE(is_denied(self));
	worker_stop(&other);
}

TEST_F(attach, exempt_unless_forced)
{
	struct rsg_attach attach = {
		.size = sizeof(attach), .id = self->id,
		.scope = RSG_SCOPE_PROCESS, .pid = getpid(),
		.mode = RSG_MODE_ENFORCE,
	};

	EXPECT_EQ(-EPERM, guard_ioctl(self->fd, RSG_IOC_ATTACH, &attach));
	attach.pid = getppid();
	EXPECT_EQ(-EPERM, guard_ioctl(self->fd, RSG_IOC_ATTACH, &attach));
	attach.pid = 1;
	EXPECT_EQ(-EPERM, guard_ioctl(self->fd, RSG_IOC_ATTACH, &attach));
	attach.pid = getpid();
	attach.flags = RSG_ATTACH_FORCE;
	ASSERT_EQ(0, guard_ioctl(self->fd, RSG_IOC_ATTACH, &attach));
	EXPECT_EQ(-EPERM, raw64(SYS_unshare, 0, 0, 0));
	ASSERT_EQ(0, guard_confirm(self->id));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, self->id));
	EXPECT_EQ(0, raw64(SYS_unshare, 0, 0, 0));
}

TEST_F(attach, a_dead_target_is_ESRCH)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	/* A zombie runs nothing any more. */
	sleep_ms(200);
	EXPECT_EQ(-ESRCH, guard_attach(self->fd, self->id, RSG_SCOPE_PROCESS,
				       pid, RSG_MODE_ENFORCE, 0));
	waitpid(pid, NULL, 0);
	EXPECT_EQ(-ESRCH, guard_attach(self->fd, self->id, RSG_SCOPE_TREE, pid,
				       RSG_MODE_ENFORCE, 0));
	EXPECT_EQ(RSG_STATE_LOADED, state(self));
	EXPECT_EQ(0, guard_attr("hooked_functions"));
}

TEST_F(attach, a_tree_is_the_process_and_what_descends_from_it)
{
	int to_child[2], from_child[2], status;
	pid_t pid;
	char byte;

	ASSERT_EQ(0, pipe(to_child));
	ASSERT_EQ(0, pipe(from_child));
	pid = fork();
	if (!pid) {
		pid_t grandchild = fork();

		if (!grandchild) {
			if (write(from_child[1], "r", 1) != 1 ||
			    read(to_child[0], &byte, 1) != 1)
				_exit(2);
			_exit(raw64(SYS_unshare, 0, 0, 0) != -EPERM);
		}
		waitpid(grandchild, &status, 0);
		_exit(WEXITSTATUS(status) ||
		      raw64(SYS_unshare, 0, 0, 0) != -EPERM);
	}
	ASSERT_EQ(1, read(from_child[0], &byte, 1));
	ASSERT_EQ(0, guard_attach(self->fd, self->id, RSG_SCOPE_TREE, pid,
				  RSG_MODE_ENFORCE, 0));
	ASSERT_EQ(1, write(to_child[1], "x", 1));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, WEXITSTATUS(status));
	EXPECT_FALSE(is_denied(self));
	close(to_child[0]);
	close(to_child[1]);
	close(from_child[0]);
	close(from_child[1]);
}

TEST_F(attach, everyone_but_the_exempt)
{
	struct rsg_policy_info info;

	ASSERT_EQ(0, guard_attach(self->fd, self->id, RSG_SCOPE_EVERYONE, 0,
				  RSG_MODE_ENFORCE, 0));
	EXPECT_TRUE(is_denied(self));
	EXPECT_EQ(0, raw64(SYS_unshare, 0, 0, 0));
	EXPECT_EQ(0, system("busybox unshare -u true"));
	ASSERT_EQ(0, guard_get(self->fd, self->id, &info));
	EXPECT_LE(1, info.tasks);
	EXPECT_EQ(0, info.pid);
}

/* Is getpid() refused? Works without any other call. */
static bool is_locked_out(void)
{
	return raw64(SYS_getpid, 0, 0, 0) == -EPERM;
}

#define TRIAL_RATE	"/sys/class/misc/ringside-guard/trial_denials_per_s"

/* These are about the timer; a storm of denials would end the trial first. */
static bool let_storms_pass(void)
{
	return !system("echo 0 >" TRIAL_RATE);
}

/*
 * Everyone may do next to nothing, and nobody confirms. Those up to PID 1 are
 * exempt: the shell that made the mistake goes on, and after one second so
 * does everybody else.
 */
TEST_F(attach, a_locked_out_machine_comes_back)
{
	int *locked_out = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t start, late;
	pid_t pid;
	long id;

	ASSERT_NE(MAP_FAILED, locked_out);
	ASSERT_TRUE(let_storms_pass());
	pid = fork();
	while (!pid)
		__atomic_store_n(locked_out, is_locked_out(), __ATOMIC_SEQ_CST);
	id = guard_load(self->fd, "all", RSG_LOAD_PERSIST, EPERM, NULL, 0);
	ASSERT_LT(0, id);
	ASSERT_EQ(0, guard_attach(self->fd, id, RSG_SCOPE_EVERYONE, 0,
				  RSG_MODE_ENFORCE, 1000));
	start = now_ms();
	sleep_ms(200);
	EXPECT_EQ(1, __atomic_load_n(locked_out, __ATOMIC_SEQ_CST));
	EXPECT_EQ(0, system("true"));
	while (__atomic_load_n(locked_out, __ATOMIC_SEQ_CST) &&
	       now_ms() < start + 20000)
		sleep_ms(10);
	late = now_ms() - start;
	TH_LOG("back after %llu ms", (unsigned long long)late);
	EXPECT_LE(900, late);
	EXPECT_GE(2000, late);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* By force the caller locks out itself, and can not even confirm. */
TEST_F(attach, who_locks_out_himself_comes_back)
{
	struct rsg_attach attach = {
		.size = sizeof(attach), .scope = RSG_SCOPE_TREE,
		.pid = getpid(), .mode = RSG_MODE_ENFORCE,
		.flags = RSG_ATTACH_FORCE, .confirm_ms = 1000,
	};
	uint64_t start, late;

	ASSERT_TRUE(let_storms_pass());
	attach.id = guard_load(self->fd, "all", RSG_LOAD_PERSIST, EPERM, NULL,
			       0);
	ASSERT_EQ(0, guard_ioctl(self->fd, RSG_IOC_ATTACH, &attach));
	/* now_ms() needs no call: the vDSO tells the time. */
	start = now_ms();
	EXPECT_TRUE(is_locked_out());
	EXPECT_EQ(-EPERM, guard_confirm(attach.id));
	while (is_locked_out() && now_ms() < start + 20000)
		;
	late = now_ms() - start;
	EXPECT_FALSE(is_locked_out());
	EXPECT_LE(900, late);
	EXPECT_GE(2000, late);
}

TEST_F(attach, what_the_caller_can_not_be_told_of_is_undone)
{
	struct rsg_attach *attach = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct rsg_replace *replace = (void *)attach;

	ASSERT_NE(MAP_FAILED, attach);
	*attach = (struct rsg_attach){
		.size = sizeof(*attach), .id = self->id,
		.scope = RSG_SCOPE_PROCESS, .pid = self->worker.pid,
		.mode = RSG_MODE_ENFORCE,
	};
	ASSERT_EQ(0, mprotect(attach, 4096, PROT_READ));
	EXPECT_EQ(-EFAULT, guard_ioctl(self->fd, RSG_IOC_ATTACH, attach));
	EXPECT_EQ(RSG_STATE_LOADED, state(self));
	EXPECT_FALSE(is_denied(self));
	EXPECT_EQ(0, guard_attr("hooked_functions"));
	/* One that takes everything back would let the worker go. */
	ASSERT_EQ(0, attach_worker(self, 0));
	ASSERT_EQ(0, guard_confirm(self->id));
	ASSERT_EQ(0, mprotect(attach, 4096, PROT_READ | PROT_WRITE));
	*replace = (struct rsg_replace){
		.size = sizeof(*replace), .id = self->id,
		.default_verdict = FAIL_WITH(0),
	};
	ASSERT_EQ(0, mprotect(attach, 4096, PROT_READ));
	EXPECT_EQ(-EFAULT, guard_ioctl(self->fd, RSG_IOC_REPLACE, replace));
	EXPECT_EQ(RSG_STATE_ATTACHED, state(self));
	EXPECT_TRUE(is_denied(self));
	munmap(attach, 4096);
}

TEST_F(attach, closing_the_descriptor_undoes_it)
{
	struct rsg_policy_info info;
	long fd = guard_load(self->fd, "owned", 0, 0, rules, NR_RULES(rules));

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, guard_get(fd, 0, &info));
	ASSERT_EQ(0, guard_attach(self->fd, info.id, RSG_SCOPE_PROCESS,
				  self->worker.pid, RSG_MODE_ENFORCE, 0));
	ASSERT_EQ(0, guard_confirm(info.id));
	EXPECT_TRUE(is_denied(self));
	close(fd);
	EXPECT_FALSE(is_denied(self));
	EXPECT_EQ(1, guard_attr("policies"));
	EXPECT_EQ(0, guard_attr("hooked_functions"));
}

TEST_F(attach, so_does_the_end_of_its_owner)
{
	int pipes[2], status;
	char byte;
	pid_t pid;

	ASSERT_EQ(0, pipe(pipes));
	pid = fork();
	if (!pid) {
		struct rsg_policy_info info;
		long fd = guard_load(self->fd, "owned", 0, 0, rules,
				     NR_RULES(rules));

		if (fd < 0 || guard_get(fd, 0, &info) ||
		    guard_attach(self->fd, info.id, RSG_SCOPE_PROCESS,
				 self->worker.pid, RSG_MODE_ENFORCE, 0) ||
		    write(pipes[1], "r", 1) != 1)
			_exit(1);
		pause();
	}
	ASSERT_EQ(1, read(pipes[0], &byte, 1));
	EXPECT_TRUE(is_denied(self));
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	EXPECT_FALSE(is_denied(self));
	EXPECT_EQ(1, guard_attr("policies"));
	close(pipes[0]);
	close(pipes[1]);
}

TEST_HARNESS_MAIN
