// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules that look at arguments, and what becomes of a call that is denied
 * otherwise than by an errno. The worker of a test is a child that makes one
 * call when told to.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <ucontext.h>
#include <linux/audit.h>

#include "kselftest_harness.h"

#include "guard_test.h"

/* A call with arguments that does nothing: fails with EINVAL or EPERM. */
#define NR		SYS_fchown
#define I386_FCHOWN	95
/* What it answers when it is made. */
#define MADE		(-EBADF)

FIXTURE(rules) {
	int fd;
	unsigned int id;
	int go[2];
};

FIXTURE_SETUP(rules)
{
	guard_clean();
	self->fd = guard_open();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, pipe(self->go));
}

FIXTURE_TEARDOWN(rules)
{
	guard_clean();
	close(self->fd);
	close(self->go[0]);
	close(self->go[1]);
}

static void wait_for_go(struct _test_data_rules *self)
{
	char byte;

	if (read(self->go[0], &byte, 1) != 1)
		_exit(99);
}

static long load(int fd, const struct rsg_rule *rules, unsigned int nr,
		 const struct rsg_arg *args, unsigned int nr_args)
{
	struct rsg_load load = {
		.size = sizeof(load), .flags = RSG_LOAD_PERSIST,
		.rules = (uintptr_t)rules, .nr_rules = nr,
		.args = (uintptr_t)args, .nr_args = nr_args,
		.default_verdict = SECCOMP_RET_ALLOW, .name = "rules",
	};

	return guard_ioctl(fd, RSG_IOC_LOAD, &load);
}

/* Put @pid under the rules, then let it go. Return the policy's id. */
static long confine(struct _test_data_rules *self, pid_t pid,
		    const struct rsg_rule *rules, unsigned int nr,
		    const struct rsg_arg *args, unsigned int nr_args)
{
	long id = load(self->fd, rules, nr, args, nr_args), ret;

	if (id < 0)
		return id;
	ret = guard_attach(self->fd, id, RSG_SCOPE_PROCESS, pid,
			   RSG_MODE_ENFORCE, 0);
	if (ret)
		return ret;
	return write(self->go[1], "x", 1) == 1 ? id : -EIO;
}

static long ask(int fd, unsigned int id, unsigned int abi, unsigned int nr,
		uint64_t arg, struct rsg_test *test)
{
	*test = (struct rsg_test){
		.size = sizeof(*test), .id = id, .abi = abi, .nr = nr,
		.args = { arg, arg, arg, arg, arg, arg },
	};
	return guard_ioctl(fd, RSG_IOC_TEST, test);
}

/* Each operator on argument 1, as made by the entry of both ABIs. */
static int all_operators(struct _test_data_rules *self)
{
	static const bool holds[][3] = {
		[RSG_OP_NE] = { 1, 0, 1 }, [RSG_OP_LT] = { 1, 0, 0 },
		[RSG_OP_LE] = { 1, 1, 0 }, [RSG_OP_EQ] = { 0, 1, 0 },
		[RSG_OP_GE] = { 0, 1, 1 }, [RSG_OP_GT] = { 0, 0, 1 },
		[RSG_OP_MASKED_EQ] = { 0, 1, 0 },
	};
	unsigned int op, i;
	long got;

	wait_for_go(self);
	/* Argument 0 selects the rule of the operator. */
	for (op = RSG_OP_NE; op <= RSG_OP_MASKED_EQ; op++) {
		for (i = 0; i < 3; i++) {
			got = raw64(NR, -(long)op, 0x7fffffff + i, 0);
			if (got != (holds[op][i] ? -EXFULL : MADE))
				return 10 * op + i;
			got = raw32(I386_FCHOWN, -op, 0x7fffffff + i, 0);
			if (got != (holds[op][i] ? -EXFULL : MADE))
				return 100 + 10 * op + i;
		}
	}
	return 0;
}

TEST_F(rules, operators_compare_what_the_caller_passed)
{
	struct rsg_rule rules[14] = {};
	struct rsg_arg args[28] = {};
	unsigned int op, abi, n = 0;
	int status;
	pid_t pid;

	for (abi = 0; abi < RSG_ABIS; abi++) {
		for (op = RSG_OP_NE; op <= RSG_OP_MASKED_EQ; op++, n++) {
			args[2 * n] = (struct rsg_arg){
				.index = 0, .op = RSG_OP_EQ,
				.value = -(long)op,
			};
			args[2 * n + 1] = (struct rsg_arg){
				.index = 1, .op = op, .value = 0x80000000,
			};
			if (op == RSG_OP_MASKED_EQ) {
				args[2 * n + 1].value = 0xffffffff;
				args[2 * n + 1].value_two = 0x80000000;
			}
			rules[n] = (struct rsg_rule){
				.abi = abi, .nr = abi ? I386_FCHOWN : NR,
				.nr_args = 2, .first_arg = 2 * n,
				.verdict = FAIL_WITH(EXFULL),
			};
		}
	}
	pid = fork();
	if (!pid)
		_exit(all_operators(self));
	ASSERT_LT(0, confine(self, pid, rules, n, args, 2 * n));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, WEXITSTATUS(status));
}

/* Each register is found, in each ABI: argument N must be N + 1. */
static long getppid_with_six(void)
{
	register long r10 asm("r10") = 4;
	register long r8 asm("r8") = 5;
	register long r9 asm("r9") = 6;
	long ret;

	asm volatile("syscall" : "=a"(ret) : "0"(SYS_getppid), "D"(1), "S"(2),
		     "d"(3), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11");
	return ret;
}

static int all_registers(struct _test_data_rules *self)
{
	long ret;

	wait_for_go(self);
	if (getppid_with_six() != -EXFULL)
		return 1;
	asm volatile("push %%rbp; mov $6, %%ebp; int $0x80; pop %%rbp"
		     : "=a"(ret) : "0"(I386_GETPPID), "b"(1), "c"(2), "d"(3),
		     "S"(4), "D"(5) : "r8", "r9", "r10", "r11", "memory");
	return (int)ret == -EXFULL ? 0 : 2;
}

TEST_F(rules, every_argument_is_found_in_its_register)
{
	struct rsg_rule rules[] = {
		{ .abi = RSG_X86_64, .nr = SYS_getppid, .nr_args = 6,
		  .verdict = FAIL_WITH(EXFULL) },
		{ .abi = RSG_I386, .nr = I386_GETPPID, .nr_args = 6,
		  .verdict = FAIL_WITH(EXFULL) },
	};
	struct rsg_arg args[6];
	unsigned int i;
	int status;
	pid_t pid;

	for (i = 0; i < 6; i++)
		args[i] = (struct rsg_arg){
			.index = i, .op = RSG_OP_EQ, .value = i + 1,
		};
	pid = fork();
	if (!pid)
		_exit(all_registers(self));
	ASSERT_LT(0, confine(self, pid, rules, 2, args, 6));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, WEXITSTATUS(status));
}

/* Status of a child that makes the call under @verdict and then exits. */
static int end_of(struct _test_data_rules *self, uint32_t verdict,
		  struct __test_metadata *_metadata)
{
	const struct rsg_rule rule = {
		.abi = RSG_X86_64, .nr = SYS_getppid, .verdict = verdict,
	};
	const pid_t parent = getpid();
	int status = -1;
	long id;
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_DUMPABLE, 0);
		wait_for_go(self);
		_exit(raw64(SYS_getppid, 0, 0, 0) == parent ? 7 : 8);
	}
	id = confine(self, pid, &rule, 1, NULL, 0);
	EXPECT_LT(0, id);
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	guard_clean();
	return status;
}

TEST_F(rules, ends)
{
	int status;

	EXPECT_EQ(7 << 8, end_of(self, SECCOMP_RET_ALLOW, _metadata));
	EXPECT_EQ(8 << 8, end_of(self, SECCOMP_RET_ERRNO, _metadata));
	status = end_of(self, SECCOMP_RET_KILL_PROCESS, _metadata);
	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
	/* The only thread of a process ends as the process does. */
	status = end_of(self, SECCOMP_RET_KILL_THREAD, _metadata);
	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
	status = end_of(self, SECCOMP_RET_TRAP, _metadata);
	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

TEST_F(rules, log_allows_and_is_counted)
{
	const struct rsg_rule rule = {
		.nr = SYS_getppid, .verdict = SECCOMP_RET_LOG,
	};
	struct rsg_policy_info info;
	int status;
	pid_t pid = fork();
	long id;

	if (!pid) {
		wait_for_go(self);
		_exit(raw64(SYS_getppid, 0, 0, 0) != getppid());
	}
	id = confine(self, pid, &rule, 1, NULL, 0);
	ASSERT_LT(0, id);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	ASSERT_EQ(0, guard_get(self->fd, id, &info));
	EXPECT_LE(1, info.observed);
	EXPECT_EQ(0, info.denied);
}

static siginfo_t seen;
static long seen_ax;

static void on_sigsys(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	seen = *info;
	seen_ax = uc->uc_mcontext.gregs[REG_RAX];
	uc->uc_mcontext.gregs[REG_RAX] = -EXFULL;
}

/* As seccomp_bpf.c asks of SECCOMP_RET_TRAP. */
static int trapped(struct _test_data_rules *self)
{
	struct sigaction action = {
		.sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO,
	};

	sigaction(SIGSYS, &action, NULL);
	wait_for_go(self);
	if (raw64(SYS_getppid, 0, 0, 0) != -EXFULL)
		return 1;
	if (seen.si_signo != SIGSYS || seen.si_code != 1 /* SYS_SECCOMP */)
		return 2;
	if (seen.si_errno != 0x1234 || seen.si_syscall != SYS_getppid)
		return 3;
	if (seen.si_arch != AUDIT_ARCH_X86_64 || !seen.si_call_addr)
		return 4;
	if (seen_ax != SYS_getppid)
		return 5;
	if ((int)raw32(I386_GETPPID, 0, 0, 0) != -EXFULL)
		return 6;
	if (seen.si_arch != AUDIT_ARCH_I386 ||
	    seen.si_syscall != I386_GETPPID || seen.si_errno != 0x4321)
		return 7;
	return 0;
}

TEST_F(rules, a_trap_tells_what_seccomp_tells)
{
	const struct rsg_rule rules[] = {
		{ .nr = SYS_getppid, .verdict = SECCOMP_RET_TRAP | 0x1234 },
		{ .abi = RSG_I386, .nr = I386_GETPPID,
		  .verdict = SECCOMP_RET_TRAP | 0x4321 },
	};
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(trapped(self));
	ASSERT_LT(0, confine(self, pid, rules, 2, NULL, 0));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_F(rules, a_blocked_trap_is_deadly)
{
	const struct rsg_rule rule = {
		.nr = SYS_getppid, .verdict = SECCOMP_RET_TRAP,
	};
	sigset_t set;
	int status;
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_DUMPABLE, 0);
		signal(SIGSYS, SIG_IGN);
		sigemptyset(&set);
		sigaddset(&set, SIGSYS);
		sigprocmask(SIG_BLOCK, &set, NULL);
		wait_for_go(self);
		raw64(SYS_getppid, 0, 0, 0);
		_exit(0);
	}
	ASSERT_LT(0, confine(self, pid, &rule, 1, NULL, 0));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

static void *end_here(void *arg)
{
	raw64(SYS_getppid, 0, 0, 0);
	*(int *)arg = 1;
	return NULL;
}

TEST_F(rules, a_thread_ends_and_the_others_go_on)
{
	const struct rsg_rule rule = {
		.nr = SYS_getppid, .verdict = SECCOMP_RET_KILL_THREAD,
	};
	int status, returned = 0;
	pthread_t thread;
	pid_t pid = fork();

	if (!pid) {
		wait_for_go(self);
		if (pthread_create(&thread, NULL, end_here, &returned))
			_exit(2);
		pthread_join(thread, NULL);
		_exit(returned);
	}
	ASSERT_LT(0, confine(self, pid, &rule, 1, NULL, 0));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_F(rules, stop_waits_and_judges_anew)
{
	const struct rsg_rule rule = {
		.nr = SYS_getppid, .verdict = RSG_RET_STOP,
	};
	int status;
	pid_t pid = fork();
	long id;

	if (!pid) {
		wait_for_go(self);
		_exit(raw64(SYS_getppid, 0, 0, 0) != getppid());
	}
	id = confine(self, pid, &rule, 1, NULL, 0);
	ASSERT_LT(0, id);
	ASSERT_EQ(pid, waitpid(pid, &status, WUNTRACED));
	ASSERT_TRUE(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
	/* Still under the policy, it stops again. */
	kill(pid, SIGCONT);
	ASSERT_EQ(pid, waitpid(pid, &status, WUNTRACED));
	ASSERT_TRUE(WIFSTOPPED(status));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, id));
	kill(pid, SIGCONT);
	ASSERT_EQ(pid, waitpid(pid, &status, WUNTRACED));
	EXPECT_EQ(0, status);
}

TEST_F(rules, a_test_says_what_the_hook_does)
{
	const struct rsg_arg args[] = {
		{ .index = 5, .op = RSG_OP_GE, .value = 0x100000001 },
	};
	const struct rsg_rule rules[] = {
		{ .nr = 1, .nr_args = 1, .verdict = FAIL_WITH(7), .tag = 3 },
		{ .abi = RSG_I386, .nr = 1, .verdict = SECCOMP_RET_ALLOW },
		{ .abi = RSG_I386, .nr = 2, .nr_args = 1,
		  .verdict = SECCOMP_RET_TRAP, .tag = RSG_TAG_MAX },
	};
	struct rsg_test test;
	long id = load(self->fd, rules, 3, args, 1);

	ASSERT_LT(0, id);
	ASSERT_EQ(0, ask(self->fd, id, 0, 1, 0x100000001, &test));
	EXPECT_EQ(FAIL_WITH(7), test.verdict);
	EXPECT_EQ(3, test.rule);
	ASSERT_EQ(0, ask(self->fd, id, 0, 1, 0x100000000, &test));
	EXPECT_EQ(SECCOMP_RET_ALLOW, test.verdict);
	EXPECT_EQ(-1, test.rule);
	ASSERT_EQ(0, ask(self->fd, id, RSG_I386, 2, 0xf00000001, &test));
	EXPECT_EQ(SECCOMP_RET_TRAP, test.verdict);
	EXPECT_EQ(RSG_TAG_MAX, test.rule);
	ASSERT_EQ(0, ask(self->fd, id, RSG_I386, 2, 0xf00000000, &test));
	EXPECT_EQ(SECCOMP_RET_ALLOW, test.verdict);
	ASSERT_EQ(0, ask(self->fd, id, 0, UINT32_MAX, 0, &test));
	EXPECT_EQ(SECCOMP_RET_ALLOW, test.verdict);
	EXPECT_EQ(-EINVAL, ask(self->fd, id, RSG_ABIS, 0, 0, &test));
}

TEST_F(rules, calls_are_counted_one_by_one)
{
	static struct rsg_call_count rows[RSG_ABIS * RSG_CALLS];
	const struct rsg_rule rules[] = {
		{ .nr = SYS_getppid, .verdict = FAIL_WITH(1) },
		{ .nr = SYS_getpid, .verdict = SECCOMP_RET_LOG },
		{ .abi = RSG_I386, .nr = I386_GETPPID,
		  .verdict = FAIL_WITH(1) },
	};
	struct rsg_calls calls = {
		.size = sizeof(calls), .counts = (uintptr_t)rows,
		.nr = NR_RULES(rows),
	};
	int status, i;
	pid_t pid = fork();

	if (!pid) {
		wait_for_go(self);
		for (i = 0; i < 3; i++)
			raw64(SYS_getppid, 0, 0, 0);
		raw32(I386_GETPPID, 0, 0, 0);
		raw64(SYS_getpid, 0, 0, 0);
		_exit(0);
	}
	calls.id = confine(self, pid, rules, 3, NULL, 0);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_EQ(0, guard_ioctl(self->fd, RSG_IOC_GET_CALLS, &calls));
	ASSERT_EQ(3, calls.nr);
	EXPECT_EQ(SYS_getpid, rows[0].nr);
	EXPECT_LE(1, rows[0].observed);
	EXPECT_EQ(SYS_getppid, rows[1].nr);
	EXPECT_EQ(3, rows[1].denied);
	EXPECT_EQ(0, rows[1].audited);
	EXPECT_EQ(RSG_I386, rows[2].abi);
	EXPECT_EQ(1, rows[2].denied);
	/* Room for one: the first, and how many there are. */
	memset(rows, 0, sizeof(rows));
	calls.nr = 1;
	ASSERT_EQ(0, guard_ioctl(self->fd, RSG_IOC_GET_CALLS, &calls));
	EXPECT_EQ(3, calls.nr);
	EXPECT_EQ(SYS_getpid, rows[0].nr);
	EXPECT_EQ(0, rows[1].nr);
	calls.counts = 8;
	EXPECT_EQ(-EFAULT, guard_ioctl(self->fd, RSG_IOC_GET_CALLS, &calls));
	calls.__reserved = 1;
	EXPECT_EQ(-EINVAL, guard_ioctl(self->fd, RSG_IOC_GET_CALLS, &calls));
}

TEST_F(rules, observe_records_what_no_rule_names)
{
	struct rsg_policy_info info;
	int status;
	pid_t pid = fork();
	long id;

	if (!pid) {
		wait_for_go(self);
		_exit(raw64(SYS_getppid, 0, 0, 0) != getppid());
	}
	id = load(self->fd, NULL, 0, NULL, 0);
	ASSERT_EQ(0, guard_attach(self->fd, id, RSG_SCOPE_PROCESS, pid,
				  RSG_MODE_OBSERVE, 0));
	EXPECT_LT(700, guard_attr("hooked_functions"));
	ASSERT_EQ(1, write(self->go[1], "x", 1));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	ASSERT_EQ(0, guard_get(self->fd, id, &info));
	EXPECT_LE(3, info.observed);
	EXPECT_EQ(0, info.denied);
}

TEST_HARNESS_MAIN
