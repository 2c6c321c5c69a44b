// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hook remembers what it refused last. Is a refusal ever repeated to whom,
 * or when, it does not hold, and is each repeat counted where it belongs?
 */
#include <poll.h>

#include "kselftest_harness.h"

#include "guard_test.h"

#define REPEATS	5
#define RENAMED	"/tmp/guard-renamed"

/* One number, and another call in each ABI. */
#define NR_BOTH	I386_GETPPID

static const struct rsg_rule rules[] = {
	DENY(RSG_X86_64, SYS_getppid, EPERM),
	DENY(RSG_X86_64, NR_BOTH, EXFULL),
	DENY(RSG_I386, I386_GETPID, ENOANO),
};

FIXTURE(repeat) {
	int fd;
	long id;
	struct worker worker;
};

/* What a_new_program_has_records_of_its_own() becomes. */
static void __attribute__((constructor)) again(int argc, char **argv)
{
	if (argc != 2 || strcmp(argv[1], "--again"))
		return;
	for (int i = 0; i < REPEATS; i++)
		raw64(SYS_getppid, 0, 0, 0);
	_exit(0);
}

static long put(int fd, const char *name, pid_t pid)
{
	long id = guard_load(fd, name, RSG_LOAD_PERSIST, 0, rules,
			     NR_RULES(rules));
	long ret;

	if (id < 0)
		return id;
	ret = guard_attach(fd, id, RSG_SCOPE_TREE, pid, RSG_MODE_ENFORCE, 0);
	if (!ret)
		ret = guard_confirm(id);
	return ret ? ret : id;
}

FIXTURE_SETUP(repeat)
{
	guard_clean();
	self->fd = guard_open();
	ASSERT_LE(0, self->fd);
	self->worker = worker_start();
	ASSERT_LT(0, self->worker.pid);
	self->id = put(self->fd, "first", self->worker.pid);
	ASSERT_LT(0, self->id);
}

FIXTURE_TEARDOWN(repeat)
{
	guard_put_attr("mode_max", "enforce");
	worker_stop(&self->worker);
	guard_clean();
	close(self->fd);
}

static unsigned long long denied(int fd, long id)
{
	struct rsg_policy_info info;

	return guard_get(fd, id, &info) ? 0 : info.denied;
}

static bool is_refused(struct _test_data_repeat *self)
{
	for (int i = 0; i < REPEATS; i++)
		if (worker_call(&self->worker, RSG_X86_64, SYS_getppid) !=
		    -EPERM)
			return false;
	return true;
}

TEST_F(repeat, each_is_counted)
{
	struct rsg_call_count row = {};
	struct rsg_calls calls = {
		.size = sizeof(calls), .id = self->id,
		.counts = (uintptr_t)&row, .nr = 1,
	};

	ASSERT_TRUE(is_refused(self));
	ASSERT_TRUE(is_refused(self));
	EXPECT_EQ(2 * REPEATS, denied(self->fd, self->id));
	ASSERT_EQ(0, guard_ioctl(self->fd, RSG_IOC_GET_CALLS, &calls));
	EXPECT_EQ(1, calls.nr);
	EXPECT_EQ(SYS_getppid, row.nr);
	EXPECT_EQ(2 * REPEATS, row.denied);
}

TEST_F(repeat, another_mode_holds_at_once)
{
	ASSERT_TRUE(is_refused(self));
	guard_put_attr("mode_max", "audit");
	EXPECT_EQ(getpid(),
		  worker_call(&self->worker, RSG_X86_64, SYS_getppid));
	guard_put_attr("mode_max", "enforce");
	EXPECT_TRUE(is_refused(self));
	EXPECT_EQ(2 * REPEATS, denied(self->fd, self->id));
}

TEST_F(repeat, so_does_a_detach)
{
	ASSERT_TRUE(is_refused(self));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, self->id));
	EXPECT_EQ(getpid(),
		  worker_call(&self->worker, RSG_X86_64, SYS_getppid));
}

TEST_F(repeat, other_contents_and_back_again)
{
	static const struct rsg_rule others[] = {
		DENY(RSG_X86_64, SYS_getppid, EXFULL),
	};

	ASSERT_TRUE(is_refused(self));
	ASSERT_EQ(0, guard_replace(self->fd, self->id, 0, others, 1, 0));
	EXPECT_EQ(-EXFULL,
		  worker_call(&self->worker, RSG_X86_64, SYS_getppid));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_ROLLBACK, self->id));
	EXPECT_TRUE(is_refused(self));
}

TEST_F(repeat, a_second_policy_is_asked_too)
{
	long second;

	ASSERT_TRUE(is_refused(self));
	second = put(self->fd, "second", self->worker.pid);
	ASSERT_LT(0, second);
	EXPECT_TRUE(is_refused(self));
	EXPECT_EQ(REPEATS, denied(self->fd, second));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, self->id));
	EXPECT_TRUE(is_refused(self));
	EXPECT_EQ(2 * REPEATS, denied(self->fd, self->id));
	EXPECT_EQ(2 * REPEATS, denied(self->fd, second));
}

TEST_F(repeat, the_same_number_of_the_other_abi_is_another_call)
{
	for (int i = 0; i < REPEATS; i++) {
		EXPECT_EQ(-EXFULL,
			  worker_call(&self->worker, RSG_X86_64, NR_BOTH));
		EXPECT_EQ(getpid(),
			  worker_call(&self->worker, RSG_I386, NR_BOTH));
		EXPECT_EQ(-ENOANO,
			  worker_call(&self->worker, RSG_I386, I386_GETPID));
	}
	EXPECT_EQ(2 * REPEATS, denied(self->fd, self->id));
}

static void serve_and_change(int from, int to)
{
	char byte;

	if (read(from, &byte, 1) != 1)
		_exit(1);
	for (int i = 0; i < REPEATS; i++)
		raw64(SYS_getppid, 0, 0, 0);
	execl(RENAMED, RENAMED, "--again", NULL);
	_exit(1);
}

/* Decisions of @pid by program: [0] before it changed, [1] after. */
static void add_up(int stream, pid_t pid, unsigned long long sums[2])
{
	struct pollfd poll_fd = { .fd = stream, .events = POLLIN };
	struct rsg_event event;

	while (sums[0] + sums[1] < 2 * REPEATS &&
	       poll(&poll_fd, 1, 5000) == 1 &&
	       read(stream, &event, sizeof(event)) == sizeof(event))
		if (event.pid == pid)
			sums[!strcmp((char *)event.comm, "guard-renamed")] +=
				event.count;
}

TEST_F(repeat, a_new_program_has_records_of_its_own)
{
	struct rsg_events events = { .size = sizeof(events) };
	int stream = guard_ioctl(self->fd, RSG_IOC_EVENTS, &events);
	struct worker worker = worker_spawn(serve_and_change);
	unsigned long long sums[2] = {};
	char exe[256] = "";

	ASSERT_LE(0, stream);
	ASSERT_LT(0, worker.pid);
	ASSERT_LT(0, readlink("/proc/self/exe", exe, sizeof(exe) - 1));
	unlink(RENAMED);
	ASSERT_EQ(0, symlink(exe, RENAMED));
	ASSERT_LT(0, put(self->fd, "changing", worker.pid));
	ASSERT_EQ(1, write(worker.to, "x", 1));
	add_up(stream, worker.pid, sums);
	EXPECT_EQ(REPEATS, sums[0]);
	EXPECT_EQ(REPEATS, sums[1]);
	worker_stop(&worker);
	unlink(RENAMED);
	close(stream);
}

TEST_HARNESS_MAIN
