// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hook remembers what it refused last. Is a refusal ever repeated to whom,
 * or when, it does not hold, and is each repeat counted where it belongs?
 */
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "kselftest_harness.h"

#include "guard_test.h"

#define REPEATS	5
#define RENAMED	"/tmp/guard-renamed"
#define CGROUPS	"/tmp/guard-cgroups"

/* One number, and another call in each ABI. */
#define NR_BOTH	I386_GETPPID

static const struct rsg_rule rules[] = {
	DENY(RSG_X86_64, SYS_getppid, EPERM),
	DENY(RSG_X86_64, NR_BOTH, EXFULL),
	DENY(RSG_I386, I386_GETPID, ENOANO),
	/* Remembered in the same place as getppid: 64 below it. */
	DENY(RSG_X86_64, SYS_sendmsg, ENOTTY),
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
	for (int i = 0; i < REPEATS; i++)
		EXPECT_EQ(-EXFULL, worker_call(&self->worker, RSG_X86_64,
					       SYS_getppid));
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

TEST_F(repeat, a_number_that_is_remembered_in_the_same_place_is_another_call)
{
	for (int i = 0; i < REPEATS; i++) {
		EXPECT_EQ(-EPERM, worker_call(&self->worker, RSG_X86_64,
					      SYS_getppid));
		EXPECT_EQ(-ENOTTY, worker_call(&self->worker, RSG_X86_64,
					       SYS_sendmsg));
	}
}

/* Put @policy in force on a control group, for who comes. */
static long put_on_group(int fd, const struct rsg_rule *rule, const char *group)
{
	struct rsg_attach attach = {
		.size = sizeof(attach), .scope = RSG_SCOPE_CGROUP,
		.mode = RSG_MODE_ENFORCE,
		.fd = open(group, O_PATH | O_DIRECTORY),
	};
	long ret = guard_load(fd, "group", RSG_LOAD_PERSIST, 0, rule, 1);

	attach.id = ret;
	if (ret > 0)
		ret = guard_ioctl(fd, RSG_IOC_ATTACH, &attach);
	close(attach.fd);
	return ret;
}

static int enter_group(const char *procs, pid_t pid)
{
	int fd = open(procs, O_WRONLY), len;
	char text[16];

	len = snprintf(text, sizeof(text), "%d", pid);
	len -= write(fd, text, len);
	close(fd);
	return len;
}

/* No epoch begins when a task enters; its mark is what tells. */
TEST_F(repeat, who_enters_a_stricter_group_is_refused_otherwise)
{
	const struct rsg_rule kill = {
		.abi = RSG_X86_64, .nr = SYS_getppid,
		.verdict = SECCOMP_RET_KILL_PROCESS,
	};

	mkdir(CGROUPS, 0755);
	if (mount("none", CGROUPS, "cgroup2", 0, NULL) && errno != EBUSY)
		SKIP(return, "no cgroup2");
	mkdir(CGROUPS "/strict", 0755);
	EXPECT_EQ(0, put_on_group(self->fd, &kill, CGROUPS "/strict"));
	EXPECT_TRUE(is_refused(self));
	EXPECT_EQ(0, enter_group(CGROUPS "/strict/cgroup.procs",
				 self->worker.pid));
	signal(SIGPIPE, SIG_IGN);
	EXPECT_EQ(-1000, worker_call(&self->worker, RSG_X86_64, SYS_getppid));
	waitpid(self->worker.pid, NULL, 0);
	guard_clean();
	rmdir(CGROUPS "/strict");
	umount(CGROUPS);
}

static void *repeat_in_thread(void *arg)
{
	(void)arg;
	for (int i = 0; i < REPEATS; i++)
		raw64(SYS_getppid, 0, 0, 0);
	return NULL;
}

/* One thread after the other on one processor. */
static void serve_two_threads(int from, int to)
{
	cpu_set_t first;
	pthread_t thread;
	char byte;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	sched_setaffinity(0, sizeof(first), &first);
	if (read(from, &byte, 1) != 1)
		_exit(1);
	/* The first record makes the CPU forget once more, a moment later. */
	repeat_in_thread(NULL);
	sleep_ms(200);
	repeat_in_thread(NULL);
	if (!pthread_create(&thread, NULL, repeat_in_thread, NULL))
		pthread_join(thread, NULL);
	_exit(write(to, "x", 1) != 1);
}

TEST_F(repeat, each_thread_has_records_of_its_own)
{
	struct rsg_events events = { .size = sizeof(events) };
	int stream = guard_ioctl(self->fd, RSG_IOC_EVENTS, &events);
	struct worker worker = worker_spawn(serve_two_threads);
	struct pollfd poll_fd = { .fd = stream, .events = POLLIN };
	unsigned long long first = 0, second = 0;
	struct rsg_event event;

	ASSERT_LE(0, stream);
	ASSERT_LT(0, put(self->fd, "threads", worker.pid));
	ASSERT_EQ(1, write(worker.to, "x", 1));
	while (first + second < 3 * REPEATS && poll(&poll_fd, 1, 5000) == 1 &&
	       read(stream, &event, sizeof(event)) == sizeof(event)) {
		if (event.tgid == worker.pid && event.pid == worker.pid)
			first += event.count;
		else if (event.tgid == worker.pid)
			second += event.count;
	}
	EXPECT_EQ(2 * REPEATS, first);
	EXPECT_EQ(REPEATS, second);
	worker_stop(&worker);
	close(stream);
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
