// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which calls fail, with what, for whom and by which entry? One worker is
 * under the policy, the test itself never is.
 */
#include <pthread.h>
#include <sched.h>

#include "kselftest_harness.h"

#include "guard_test.h"

FIXTURE(deny) {
	int fd;
	unsigned int id;
	struct worker worker;
};

FIXTURE_SETUP(deny)
{
	guard_clean();
	self->fd = guard_open();
	ASSERT_LE(0, self->fd);
	self->worker = worker_start();
	ASSERT_LT(0, self->worker.pid);
}

FIXTURE_TEARDOWN(deny)
{
	worker_stop(&self->worker);
	guard_clean();
	close(self->fd);
}

static long put(int fd, const struct rsg_rule *rules, unsigned int nr,
		unsigned int default_error, pid_t pid, unsigned int mode)
{
	long id = guard_load(fd, "deny", RSG_LOAD_PERSIST, default_error,
			     rules, nr);
	long ret;

	if (id < 0)
		return id;
	ret = guard_attach(fd, id, RSG_SCOPE_PROCESS, pid, mode, 0);
	return ret ? ret : id;
}

TEST_F(deny, only_the_named_call_and_only_while_attached)
{
	const struct rsg_rule rules[] = { DENY(RSG_X86_64, SYS_unshare, EPERM) };
	long id;

	ASSERT_EQ(0, worker_call(&self->worker, RSG_X86_64, SYS_unshare));
	id = put(self->fd, rules, NR_RULES(rules), 0, self->worker.pid,
		 RSG_MODE_ENFORCE);
	ASSERT_LT(0, id);
	EXPECT_EQ(-EPERM, worker_call(&self->worker, RSG_X86_64, SYS_unshare));
	EXPECT_EQ(self->worker.pid,
		  worker_call(&self->worker, RSG_X86_64, SYS_getpid));
	/* Others are not affected, by this entry or another. */
	EXPECT_EQ(0, raw64(SYS_unshare, 0, 0, 0));
	EXPECT_EQ(0, worker_call(&self->worker, RSG_I386, I386_UNSHARE));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, id));
	EXPECT_EQ(0, worker_call(&self->worker, RSG_X86_64, SYS_unshare));
}

TEST_F(deny, calls_without_arguments_share_a_function_but_not_a_verdict)
{
	const struct rsg_rule rules[] = {
		DENY(RSG_X86_64, SYS_getppid, ENOSYS),
	};

	ASSERT_LT(0, put(self->fd, rules, NR_RULES(rules), 0, self->worker.pid,
			 RSG_MODE_ENFORCE));
	EXPECT_EQ(-ENOSYS, worker_call(&self->worker, RSG_X86_64, SYS_getppid));
	EXPECT_EQ(getpid(), worker_call(&self->worker, RSG_I386, I386_GETPPID));
}

TEST_F(deny, int80_follows_the_i386_rules)
{
	const struct rsg_rule rules[] = {
		DENY(RSG_I386, I386_GETPPID, EACCES),
		DENY(RSG_I386, I386_UNSHARE, EPERM),
	};

	ASSERT_LT(0, put(self->fd, rules, NR_RULES(rules), 0, self->worker.pid,
			 RSG_MODE_ENFORCE));
	EXPECT_EQ(-EACCES, worker_call(&self->worker, RSG_I386, I386_GETPPID));
	EXPECT_EQ(-EPERM, worker_call(&self->worker, RSG_I386, I386_UNSHARE));
	EXPECT_EQ(getpid(), worker_call(&self->worker, RSG_X86_64, SYS_getppid));
	EXPECT_EQ(0, worker_call(&self->worker, RSG_X86_64, SYS_unshare));
}

TEST_F(deny, the_upper_half_of_the_number_register_is_no_way_round)
{
	const struct rsg_rule rules[] = { DENY(RSG_X86_64, SYS_unshare, EPERM) };
	const unsigned long nr = SYS_unshare | 0xdead00000000UL;

	ASSERT_EQ(0, worker_call(&self->worker, RSG_X86_64, nr));
	ASSERT_LT(0, put(self->fd, rules, NR_RULES(rules), 0, self->worker.pid,
			 RSG_MODE_ENFORCE));
	EXPECT_EQ(-EPERM, worker_call(&self->worker, RSG_X86_64, nr));
}

static long x32_call(const struct worker *worker, unsigned int nr)
{
	return worker_call(worker, RSG_X86_64, 0x40000000UL | nr);
}

/* Debian's kernels that have it want syscall.x32=y on the command line. */
#define SKIP_WITHOUT_X32()						\
	do {								\
		if (x32_call(&self->worker, SYS_getppid) == -ENOSYS)	\
			SKIP(return, "no x32");				\
	} while (0)

TEST_F(deny, x32_is_no_way_round)
{
	const struct rsg_rule rules[] = { DENY(RSG_X86_64, SYS_unshare, EPERM) };

	SKIP_WITHOUT_X32();
	ASSERT_EQ(0, x32_call(&self->worker, SYS_unshare));
	ASSERT_LT(0, put(self->fd, rules, NR_RULES(rules), 0, self->worker.pid,
			 RSG_MODE_ENFORCE));
	EXPECT_EQ(-EPERM, x32_call(&self->worker, SYS_unshare));
}

/* The x32 calls with numbers of their own, from 512 up. */
static const unsigned int x32_calls[] = {
	SYS_rt_sigaction, SYS_rt_sigreturn, SYS_ioctl, SYS_readv, SYS_writev,
	SYS_recvfrom, SYS_sendmsg, SYS_recvmsg, SYS_execve, SYS_ptrace,
	SYS_rt_sigpending, SYS_rt_sigtimedwait, SYS_rt_sigqueueinfo,
	SYS_sigaltstack, SYS_timer_create, SYS_mq_notify, SYS_kexec_load,
	SYS_waitid, SYS_set_robust_list, SYS_get_robust_list, SYS_vmsplice,
	SYS_move_pages, SYS_preadv, SYS_pwritev, SYS_rt_tgsigqueueinfo,
	SYS_recvmmsg, SYS_sendmmsg, SYS_process_vm_readv,
	SYS_process_vm_writev, SYS_setsockopt, SYS_getsockopt, SYS_io_setup,
	SYS_io_submit, SYS_execveat, SYS_preadv2, SYS_pwritev2,
};

#define X32_FIRST	512
#define X32_SIGRETURN	513
#define X32_END		(X32_FIRST + NR_RULES(x32_calls))

TEST_F(deny, x32_calls_of_other_numbers_follow_the_rule_of_their_name)
{
	struct rsg_rule rules[NR_RULES(x32_calls)];
	unsigned int i, nr = 0;

	SKIP_WITHOUT_X32();
	/* Each fails with an errno of its own. */
	for (i = 0; i < NR_RULES(x32_calls); i++)
		if (X32_FIRST + i != X32_SIGRETURN)
			rules[nr++] = (struct rsg_rule)
				DENY(RSG_X86_64, x32_calls[i], 1000 + i);
	ASSERT_LT(0, put(self->fd, rules, nr, 0, self->worker.pid,
			 RSG_MODE_ENFORCE));
	for (i = 0; i < NR_RULES(x32_calls); i++)
		if (X32_FIRST + i != X32_SIGRETURN)
			EXPECT_EQ(-1000 - (long)i,
				  x32_call(&self->worker, X32_FIRST + i));
}

TEST_F(deny, x32_calls_of_other_numbers_are_no_others)
{
	/* The lower bits of 532, vmsplice, are those of 20, writev. */
	const struct rsg_rule rules[] = {
		DENY(RSG_X86_64, SYS_writev, EPERM),
		DENY(RSG_X86_64, SYS_vmsplice, EXFULL),
	};
	long before;

	SKIP_WITHOUT_X32();
	before = x32_call(&self->worker, 532);
	ASSERT_NE(-EPERM, before);
	ASSERT_LT(0, put(self->fd, rules, 1, 0, self->worker.pid,
			 RSG_MODE_ENFORCE));
	EXPECT_EQ(before, x32_call(&self->worker, 532));
	EXPECT_EQ(-EPERM, x32_call(&self->worker, 516));
	guard_clean();
	ASSERT_LT(0, put(self->fd, rules + 1, 1, 0, self->worker.pid,
			 RSG_MODE_ENFORCE));
	EXPECT_EQ(-EXFULL, x32_call(&self->worker, 532));
	EXPECT_EQ(-EXFULL, worker_call(&self->worker, RSG_X86_64, SYS_vmsplice));
}

TEST_F(deny, every_errno_arrives)
{
	static const unsigned int errors[] = { 1, 38, 133, RSG_ERROR_MAX };
	unsigned int i;

	for (i = 0; i < NR_RULES(errors); i++) {
		const struct rsg_rule rules[] = {
			DENY(RSG_X86_64, SYS_unshare, errors[i]),
		};

		ASSERT_LT(0, put(self->fd, rules, NR_RULES(rules), 0,
				 self->worker.pid, RSG_MODE_ENFORCE));
		EXPECT_EQ(-(long)errors[i],
			  worker_call(&self->worker, RSG_X86_64, SYS_unshare));
		guard_clean();
	}
}

TEST_F(deny, audit_counts_and_lets_pass)
{
	const struct rsg_rule rules[] = { DENY(RSG_X86_64, SYS_unshare, EPERM) };
	struct rsg_policy_info info;
	long id;
	int i;

	id = put(self->fd, rules, NR_RULES(rules), 0, self->worker.pid,
		 RSG_MODE_AUDIT);
	ASSERT_LT(0, id);
	for (i = 0; i < 7; i++)
		EXPECT_EQ(0, worker_call(&self->worker, RSG_X86_64,
					 SYS_unshare));
	ASSERT_EQ(0, guard_get(self->fd, id, &info));
	EXPECT_EQ(7, info.audited);
	EXPECT_EQ(0, info.denied);
	EXPECT_EQ(RSG_MODE_AUDIT, info.mode);
}

TEST_F(deny, counters_are_exact)
{
	const struct rsg_rule rules[] = {
		DENY(RSG_X86_64, SYS_unshare, EPERM),
		DENY(RSG_I386, I386_GETPPID, EPERM),
	};
	long long before = guard_attr("denied_total");
	struct rsg_policy_info info;
	long id;
	int i;

	id = put(self->fd, rules, NR_RULES(rules), 0, self->worker.pid,
		 RSG_MODE_ENFORCE);
	ASSERT_LT(0, id);
	for (i = 0; i < 1000; i++) {
		worker_call(&self->worker, RSG_X86_64, SYS_unshare);
		worker_call(&self->worker, RSG_X86_64, SYS_getpid);
		worker_call(&self->worker, RSG_I386, I386_GETPPID);
	}
	ASSERT_EQ(0, guard_get(self->fd, id, &info));
	EXPECT_EQ(2000, info.denied);
	EXPECT_EQ(0, info.audited);
	EXPECT_EQ(before + 2000, guard_attr("denied_total"));
	/* The total outlives the policy. */
	guard_clean();
	EXPECT_EQ(before + 2000, guard_attr("denied_total"));
}

/* What a worker, and the pages it touches, needs to go on. */
static const struct rsg_rule serve[] = {
	DENY(RSG_X86_64, SYS_read, 0),
	DENY(RSG_X86_64, SYS_write, 0),
	DENY(RSG_I386, I386_GETPPID, 0),
};

TEST_F(deny, default_deny_leaves_what_is_allowed)
{
	struct rsg_policy_info info;
	long id;

	id = put(self->fd, serve, NR_RULES(serve), EPERM, self->worker.pid,
		 RSG_MODE_ENFORCE);
	ASSERT_LT(0, id);
	EXPECT_EQ(-EPERM, worker_call(&self->worker, RSG_X86_64, SYS_getpid));
	EXPECT_EQ(-EPERM, worker_call(&self->worker, RSG_X86_64, SYS_unshare));
	EXPECT_EQ(-EPERM, worker_call(&self->worker, RSG_I386, I386_GETPID));
	EXPECT_EQ(getpid(), worker_call(&self->worker, RSG_I386, I386_GETPPID));
	ASSERT_EQ(0, guard_get(self->fd, id, &info));
	EXPECT_LT(500, info.calls);
	EXPECT_EQ(FAIL_WITH(EPERM), info.default_verdict);
}

/* Calls that the sweep below can not survive, or that never return. */
static bool is_spared(unsigned int abi, unsigned int nr)
{
	if (abi == RSG_X86_64)
		return nr == SYS_read || nr == SYS_write || nr == SYS_exit ||
		       nr == SYS_exit_group || nr == SYS_rt_sigreturn ||
		       nr == SYS_restart_syscall;
	return nr == 0 || nr == 1 || nr == 119 || nr == 173 || nr == 252 ||
	       nr == I386_GETPPID;
}

TEST_F_TIMEOUT(deny, no_implemented_call_escapes_a_default_deny, 120)
{
	static const unsigned int abis[] = { RSG_X86_64, RSG_I386 };
	unsigned int i, nr, escaped = 0, denied = 0;
	long ret;

	ASSERT_LT(0, put(self->fd, serve, NR_RULES(serve), EXFULL,
			 self->worker.pid, RSG_MODE_ENFORCE));
	for (i = 0; i < 2; i++) {
		for (nr = 0; nr < RSG_CALLS; nr++) {
			if (is_spared(abis[i], nr))
				continue;
			ret = worker_call(&self->worker, abis[i], nr);
			denied += ret == -EXFULL;
			if (ret == -EXFULL || ret == -ENOSYS)
				continue;
			TH_LOG("abi %u call %u: %ld", abis[i], nr, ret);
			escaped++;
		}
	}
	EXPECT_EQ(0, escaped);
	EXPECT_LT(700, denied);
}

TEST_F_TIMEOUT(deny, no_x32_call_escapes_a_default_deny, 120)
{
	unsigned int nr, escaped = 0, denied = 0;
	long ret;

	SKIP_WITHOUT_X32();
	ASSERT_LT(0, put(self->fd, serve, NR_RULES(serve), EXFULL,
			 self->worker.pid, RSG_MODE_ENFORCE));
	for (nr = 0; nr < X32_END; nr++) {
		if (nr == X32_SIGRETURN || is_spared(RSG_X86_64, nr))
			continue;
		ret = x32_call(&self->worker, nr);
		denied += ret == -EXFULL;
		if (ret == -EXFULL || ret == -ENOSYS)
			continue;
		TH_LOG("x32 call %u: %ld", nr, ret);
		escaped++;
	}
	EXPECT_EQ(0, escaped);
	EXPECT_LT(300, denied);
}

TEST_F(deny, a_32_bit_program_is_under_the_policy)
{
	const struct rsg_rule rules[] = { DENY(RSG_I386, I386_GETPPID, EXFULL) };
	char self_path[256], path[300];
	ssize_t len = readlink("/proc/self/exe", self_path,
			       sizeof(self_path) - 1);
	int go[2], status;
	char byte;
	pid_t pid;

	ASSERT_LT(0, len);
	self_path[len] = '\0';
	*strrchr(self_path, '/') = '\0';
	snprintf(path, sizeof(path), "%s/call32", self_path);
	if (access(path, X_OK))
		SKIP(return, "no call32 beside the test");
	ASSERT_EQ(0, pipe(go));
	pid = fork();
	if (!pid) {
		if (read(go[0], &byte, 1) != 1)
			_exit(99);
		execl(path, path, NULL);
		_exit(98);
	}
	ASSERT_LT(0, put(self->fd, rules, NR_RULES(rules), 0, pid,
			 RSG_MODE_ENFORCE));
	ASSERT_EQ(1, write(go[1], "x", 1));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	/* call32 exits with the errno of getppid(). */
	EXPECT_EQ(EXFULL, WEXITSTATUS(status));
	close(go[0]);
	close(go[1]);
}

static void *thread_call(void *arg)
{
	*(long *)arg = raw64(SYS_unshare, 0, 0, 0);
	return NULL;
}

/* Under the policy: does it hold in a child, a thread, and after exec? */
static int heir(int go)
{
	pthread_t thread;
	long ret = 0;
	int status;
	char byte;
	pid_t pid;

	if (read(go, &byte, 1) != 1)
		return 1;
	pid = fork();
	if (!pid)
		_exit(raw64(SYS_unshare, 0, 0, 0) == -EPERM ? 0 : 1);
	if (waitpid(pid, &status, 0) != pid || status)
		return 2;
	if (pthread_create(&thread, NULL, thread_call, &ret) ||
	    pthread_join(thread, NULL) || ret != -EPERM)
		return 3;
	execl("/bin/busybox", "unshare", "-u", "true", NULL);
	return 4;
}

TEST_F(deny, children_threads_and_programs_inherit)
{
	const struct rsg_rule rules[] = { DENY(RSG_X86_64, SYS_unshare, EPERM) };
	int go[2], status;
	pid_t pid;

	ASSERT_EQ(0, pipe(go));
	pid = fork();
	if (!pid)
		_exit(heir(go[0]));
	ASSERT_LT(0, put(self->fd, rules, NR_RULES(rules), 0, pid,
			 RSG_MODE_ENFORCE));
	ASSERT_EQ(1, write(go[1], "x", 1));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	/* busybox unshare exits with 1 when the call fails. */
	EXPECT_EQ(1, WEXITSTATUS(status));
	close(go[0]);
	close(go[1]);
}

static void *thread_loop(void *arg)
{
	while (!__atomic_load_n((int *)arg, __ATOMIC_ACQUIRE))
		sleep_ms(5);
	return (void *)raw64(SYS_unshare, 0, 0, 0);
}

static int with_threads(int ready, int go)
{
	int stop = 0;
	pthread_t threads[8];
	void *ret;
	char byte;
	int i, bad = 0;

	for (i = 0; i < 8; i++)
		if (pthread_create(&threads[i], NULL, thread_loop, &stop))
			return 99;
	if (write(ready, "r", 1) != 1 || read(go, &byte, 1) != 1)
		return 98;
	__atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
	for (i = 0; i < 8; i++) {
		pthread_join(threads[i], &ret);
		bad += (long)ret != -EPERM;
	}
	return bad;
}

TEST_F(deny, every_thread_of_the_target_is_marked)
{
	const struct rsg_rule rules[] = { DENY(RSG_X86_64, SYS_unshare, EPERM) };
	struct rsg_policy_info info;
	int ready[2], go[2], status;
	char byte;
	pid_t pid;
	long id;

	ASSERT_EQ(0, pipe(ready));
	ASSERT_EQ(0, pipe(go));
	pid = fork();
	if (!pid)
		_exit(with_threads(ready[1], go[0]));
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	id = put(self->fd, rules, NR_RULES(rules), 0, pid, RSG_MODE_ENFORCE);
	ASSERT_LT(0, id);
	ASSERT_EQ(0, guard_get(self->fd, id, &info));
	EXPECT_EQ(9, info.tasks);
	ASSERT_EQ(1, write(go[1], "x", 1));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, WEXITSTATUS(status));
	close(ready[0]);
	close(ready[1]);
	close(go[0]);
	close(go[1]);
}

TEST_HARNESS_MAIN
