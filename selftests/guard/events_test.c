// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who hears of a decision, and what? Records: complete, counted, for every
 * reader, and what happens to readers that are slow, killed or many. The
 * tracepoint, the audit trail. One worker is under the policy.
 */
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>

#include "kselftest_harness.h"

#include "guard_test.h"
#include "textfile.h"

#define TRACEFS		"/sys/kernel/tracing"
#define INSTANCE	TRACEFS "/instances/ringside-guard-test"
#define RING		1024

FIXTURE(events) {
	int fd, stream;
	long id;
	struct worker worker;
};

static int open_stream(int fd, unsigned int flags)
{
	struct rsg_events events = { .size = sizeof(events), .flags = flags };

	return guard_ioctl(fd, RSG_IOC_EVENTS, &events);
}

static long load(int fd, const struct rsg_rule *rules, unsigned int nr)
{
	struct rsg_load load = {
		.size = sizeof(load), .flags = RSG_LOAD_PERSIST,
		.rules = (uintptr_t)rules, .nr_rules = nr,
		.default_verdict = SECCOMP_RET_ALLOW,
		.name = "events", .origin = "/etc/some profile.json",
	};

	return guard_ioctl(fd, RSG_IOC_LOAD, &load);
}

static const struct rsg_rule rules[] = {
	{ .abi = RSG_X86_64, .nr = SYS_unshare, .tag = 7,
	  .verdict = SECCOMP_RET_ERRNO | EPERM },
	{ .abi = RSG_I386, .nr = I386_GETPPID, .tag = 8,
	  .verdict = SECCOMP_RET_ERRNO | EXFULL },
};

static long put(int fd, pid_t pid, unsigned int mode)
{
	long id = load(fd, rules, NR_RULES(rules)), ret;

	if (id < 0)
		return id;
	ret = guard_attach(fd, id, RSG_SCOPE_PROCESS, pid, mode, 0);
	return ret ? ret : id;
}

FIXTURE_SETUP(events)
{
	guard_clean();
	self->fd = guard_open();
	ASSERT_LE(0, self->fd);
	self->worker = worker_start();
	ASSERT_LT(0, self->worker.pid);
	self->stream = open_stream(self->fd, 0);
	ASSERT_LE(0, self->stream);
}

FIXTURE_TEARDOWN(events)
{
	worker_stop(&self->worker);
	guard_clean();
	close(self->stream);
	close(self->fd);
}

/* The next record within 5 s; false if none comes. */
static bool next(int stream, struct rsg_event *event)
{
	struct pollfd poll_fd = { .fd = stream, .events = POLLIN };

	return poll(&poll_fd, 1, 5000) == 1 &&
	       read(stream, event, sizeof(*event)) == sizeof(*event);
}

/* Add up records until they stand for @wanted decisions, or none comes. */
static unsigned long long sum(int stream, unsigned long long wanted)
{
	unsigned long long total = 0;
	struct rsg_event event;

	while (total < wanted && next(stream, &event))
		total += event.count;
	return total;
}

TEST_F(events, a_record_is_complete)
{
	struct timespec before, after;
	struct rsg_event event;
	char exe[RSG_PATH_LEN] = "";

	ASSERT_LT(0, readlink("/proc/self/exe", exe, sizeof(exe) - 1));
	self->id = put(self->fd, self->worker.pid, RSG_MODE_ENFORCE);
	ASSERT_LT(0, self->id);
	clock_gettime(CLOCK_MONOTONIC, &before);
	EXPECT_EQ(-EPERM, worker_call(&self->worker, RSG_X86_64, SYS_unshare));
	clock_gettime(CLOCK_MONOTONIC, &after);
	ASSERT_TRUE(next(self->stream, &event));
	EXPECT_EQ(sizeof(event), event.size);
	EXPECT_EQ(self->id, event.policy);
	EXPECT_EQ(1, event.count);
	EXPECT_EQ(SECCOMP_RET_ERRNO | EPERM, event.verdict);
	EXPECT_EQ(RSG_MODE_ENFORCE, event.mode);
	EXPECT_EQ(RSG_X86_64, event.abi);
	EXPECT_EQ(SYS_unshare, event.nr);
	EXPECT_EQ(7, event.rule);
	EXPECT_EQ(0, event.site);
	EXPECT_EQ(self->worker.pid, event.pid);
	EXPECT_EQ(self->worker.pid, event.tgid);
	EXPECT_EQ(getuid(), event.uid);
	EXPECT_EQ(0, event.__reserved);
	EXPECT_STREQ("events", (char *)event.name);
	EXPECT_STREQ("/etc/some profile.json", (char *)event.origin);
	EXPECT_STREQ(exe, (char *)event.path);
	EXPECT_STREQ("events_test", (char *)event.comm);
	EXPECT_NE(0, event.inode);
	EXPECT_NE(0, event.cgroup);
	EXPECT_LE(before.tv_sec * 1000000000ULL + before.tv_nsec, event.time_ns);
	EXPECT_GE(after.tv_sec * 1000000000ULL + after.tv_nsec, event.time_ns);
	/* The worker is our child: the same program at the same place. */
	EXPECT_LE((uintptr_t)worker_serve - 65536, event.ip);
	EXPECT_GE((uintptr_t)worker_serve + 65536, event.ip);
	EXPECT_NE(0, event.sp);
}

TEST_F(events, i386_calls_tell_their_abi_and_arguments)
{
	struct rsg_event event;

	ASSERT_LT(0, put(self->fd, self->worker.pid, RSG_MODE_AUDIT));
	EXPECT_EQ(getpid(), worker_call(&self->worker, RSG_I386, I386_GETPPID));
	ASSERT_TRUE(next(self->stream, &event));
	EXPECT_EQ(RSG_I386, event.abi);
	EXPECT_EQ(I386_GETPPID, event.nr);
	EXPECT_EQ(8, event.rule);
	EXPECT_EQ(RSG_MODE_AUDIT, event.mode);
	EXPECT_EQ(0, event.args[0]);
}

TEST_F(events, repeats_are_few_records_and_no_decision_is_lost)
{
	unsigned long long total = 0;
	struct rsg_policy_info info;
	struct rsg_event event;
	int i, nr = 0;

	self->id = put(self->fd, self->worker.pid, RSG_MODE_ENFORCE);
	ASSERT_LT(0, self->id);
	/* So many denials would end a trial. */
	ASSERT_EQ(0, guard_confirm(self->id));
	for (i = 0; i < 20000; i++)
		worker_call(&self->worker, RSG_X86_64, SYS_unshare);
	while (total < 20000 && next(self->stream, &event)) {
		total += event.count;
		nr++;
	}
	EXPECT_EQ(20000, total);
	/* One a second at most; how long it took is the machine's business. */
	EXPECT_LT(nr, 1000);
	ASSERT_EQ(0, guard_get(self->fd, self->id, &info));
	EXPECT_EQ(20000, info.denied);
}

TEST_F(events, every_reader_sees_every_record)
{
	int other = open_stream(self->fd, 0), late;
	struct rsg_event a, b;

	ASSERT_LE(0, other);
	ASSERT_LT(0, put(self->fd, self->worker.pid, RSG_MODE_ENFORCE));
	worker_call(&self->worker, RSG_X86_64, SYS_unshare);
	ASSERT_TRUE(next(self->stream, &a));
	ASSERT_TRUE(next(other, &b));
	EXPECT_EQ(0, memcmp(&a, &b, sizeof(a)));
	/* Who comes later sees it only if it asks for the past. */
	late = open_stream(self->fd, 0);
	EXPECT_EQ(0, fcntl(late, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-1, read(late, &b, sizeof(b)));
	EXPECT_EQ(EAGAIN, errno);
	close(late);
	late = open_stream(self->fd, RSG_EVENTS_HISTORY);
	EXPECT_EQ(0, fcntl(late, F_SETFL, O_NONBLOCK));
	while (read(late, &b, sizeof(b)) == sizeof(b))
		if (b.number == a.number)
			break;
	EXPECT_EQ(a.number, b.number);
	close(late);
	close(other);
}

/* A child with a name of its own for each record: many different decisions. */
static void deny_by_children(int nr)
{
	int i;

	for (i = 0; i < nr; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(raw64(SYS_unshare, 0, 0, 0) == -EPERM ? 0 : 1);
		waitpid(pid, NULL, 0);
	}
	_exit(0);
}

TEST_F_TIMEOUT(events, a_slow_reader_sees_a_gap_and_the_rest, 180)
{
	unsigned long long counted = 0, first = 0, last = 0, lost;
	struct rsg_policy_info info;
	struct rsg_event event;
	int go[2], status;
	char byte;
	pid_t pid;

	ASSERT_EQ(0, pipe(go));
	pid = fork();
	if (!pid) {
		if (read(go[0], &byte, 1) == 1)
			deny_by_children(RING + 200);
		_exit(1);
	}
	self->id = put(self->fd, pid, RSG_MODE_ENFORCE);
	ASSERT_LT(0, self->id);
	ASSERT_EQ(1, write(go[1], "x", 1));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_EQ(0, status);
	ASSERT_EQ(0, guard_get(self->fd, self->id, &info));
	EXPECT_EQ(RING + 200, info.denied);
	sleep_ms(1500);
	ASSERT_EQ(0, fcntl(self->stream, F_SETFL, O_NONBLOCK));
	while (read(self->stream, &event, sizeof(event)) == sizeof(event)) {
		if (!first)
			first = event.number;
		else
			EXPECT_EQ(last + 1, event.number);
		last = event.number;
		lost = event.lost;
		counted++;
	}
	EXPECT_EQ(RING, counted);
	EXPECT_LT(RING, last);
	TH_LOG("records %llu to %llu, %llu decisions without", first, last,
	       lost);
	close(go[0]);
	close(go[1]);
}

TEST_F(events, reading_whole_records_only)
{
	struct rsg_event two[2];
	char byte;

	EXPECT_EQ(-1, read(self->stream, &byte, 1));
	EXPECT_EQ(EINVAL, errno);
	ASSERT_LT(0, put(self->fd, self->worker.pid, RSG_MODE_ENFORCE));
	worker_call(&self->worker, RSG_X86_64, SYS_unshare);
	worker_call(&self->worker, RSG_I386, I386_GETPPID);
	sleep_ms(300);
	/* A fault takes nothing. */
	EXPECT_EQ(-1, read(self->stream, (void *)8, sizeof(two)));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(sizeof(two), read(self->stream, two, sizeof(two) + 100));
	EXPECT_EQ(two[0].number + 1, two[1].number);
	EXPECT_LE(two[0].time_ns, two[1].time_ns);
}

TEST_F(events, poll_and_read_wake_up)
{
	struct pollfd poll_fd = { .fd = self->stream, .events = POLLIN };
	struct rsg_event event;
	int status;
	pid_t pid;

	ASSERT_LT(0, put(self->fd, self->worker.pid, RSG_MODE_ENFORCE));
	EXPECT_EQ(0, poll(&poll_fd, 1, 0));
	pid = fork();
	if (!pid)
		_exit(read(self->stream, &event, sizeof(event)) ==
		      sizeof(event) ? 0 : 1);
	sleep_ms(200);
	worker_call(&self->worker, RSG_X86_64, SYS_unshare);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	/* The child read it: both share one place. */
	EXPECT_EQ(0, poll(&poll_fd, 1, 0));
	worker_call(&self->worker, RSG_I386, I386_GETPPID);
	EXPECT_EQ(1, poll(&poll_fd, 1, 5000));
	EXPECT_EQ(POLLIN, poll_fd.revents);
}

TEST_F(events, a_reader_may_be_killed)
{
	struct rsg_event event;
	pid_t pid;
	int i;

	ASSERT_LT(0, put(self->fd, self->worker.pid, RSG_MODE_ENFORCE));
	for (i = 0; i < 20; i++) {
		pid = fork();
		if (!pid)
			while (read(self->stream, &event, sizeof(event)) > 0)
				;
		sleep_ms(5 * i);
		kill(pid, SIGKILL);
		ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	}
	worker_call(&self->worker, RSG_X86_64, SYS_unshare);
	EXPECT_EQ(1, sum(self->stream, 1));
}

TEST_F(events, it_outlives_policy_and_device)
{
	struct rsg_event event;

	ASSERT_LT(0, put(self->fd, self->worker.pid, RSG_MODE_ENFORCE));
	worker_call(&self->worker, RSG_X86_64, SYS_unshare);
	guard_clean();
	close(self->fd);
	EXPECT_TRUE(next(self->stream, &event));
	EXPECT_STREQ("events", (char *)event.name);
	self->fd = guard_open();
}

TEST_F(events, an_open_stream_holds_the_module)
{
	int users = open("/sys/module/ringside_guard/refcnt", O_RDONLY);
	char text[16] = "";

	close(self->fd);
	ASSERT_LT(0, read(users, text, sizeof(text) - 1));
	EXPECT_LE(1, atoi(text));
	EXPECT_EQ(-1, syscall(SYS_delete_module, "ringside_guard", O_NONBLOCK));
	EXPECT_EQ(EAGAIN, errno);
	close(users);
	self->fd = guard_open();
}

TEST_F(events, a_new_program_is_a_new_record)
{
	struct rsg_event event;
	int go[2];
	char byte;
	pid_t pid;

	ASSERT_EQ(0, pipe(go));
	pid = fork();
	if (!pid) {
		if (read(go[0], &byte, 1) != 1 ||
		    raw64(SYS_unshare, 0, 0, 0) != -EPERM)
			_exit(1);
		execl("/bin/busybox", "unshare", "-u", "true", NULL);
		_exit(2);
	}
	ASSERT_LT(0, put(self->fd, pid, RSG_MODE_ENFORCE));
	ASSERT_EQ(1, write(go[1], "x", 1));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	ASSERT_TRUE(next(self->stream, &event));
	EXPECT_EQ(pid, event.pid);
	EXPECT_STREQ("events_test", (char *)event.comm);
	/* Gone, and yet its path is known. */
	ASSERT_TRUE(next(self->stream, &event));
	EXPECT_EQ(pid, event.pid);
	EXPECT_STREQ("busybox", (char *)event.comm);
	EXPECT_STREQ("/bin/busybox", strrchr((char *)event.path, '/') - 4);
	close(go[0]);
	close(go[1]);
}

TEST_F(events, arguments_are_checked)
{
	struct rsg_load load = {
		.size = sizeof(load), .name = "x",
		.default_verdict = SECCOMP_RET_ALLOW,
	};

	EXPECT_EQ(-EINVAL, open_stream(self->fd, 2));
	memset(load.origin, 'x', sizeof(load.origin));
	EXPECT_EQ(-EINVAL, guard_ioctl(self->fd, RSG_IOC_LOAD, &load));
}

TEST_F(events, the_tracepoint_sees_every_decision)
{
	char text[16384] = "", *line;
	int fd, n = 0, i;
	ssize_t len;

	if (access(TRACEFS "/instances", F_OK))
		SKIP(return, "no tracefs");
	ASSERT_EQ(0, mkdir(INSTANCE, 0700));
	ASSERT_EQ(0, write_text(INSTANCE
				"/events/ringside/guard_decision/enable", "1"));
	self->id = put(self->fd, self->worker.pid, RSG_MODE_ENFORCE);
	ASSERT_LT(0, self->id);
	for (i = 0; i < 5; i++)
		worker_call(&self->worker, RSG_X86_64, SYS_unshare);
	fd = open(INSTANCE "/trace", O_RDONLY);
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	rmdir(INSTANCE);
	ASSERT_LT(0, len);
	for (line = text; (line = strstr(line, "guard_decision: ")); line++) {
		if (strstr(line, "verdict=0x00050001 mode=enforce abi=x86_64 nr=272 rule=7"))
			n++;
	}
	EXPECT_LE(5, n);
	EXPECT_NE(NULL, strstr(text, "name=events comm=events_test"));
}

/* A socket on which the kernel sends what it audits, or -1. */
static int audit_open(void)
{
	struct sockaddr_nl addr = {
		.nl_family = AF_NETLINK, .nl_groups = 1 /* AUDIT_NLGRP_READLOG */,
	};
	struct {
		struct nlmsghdr head;
		struct audit_status status;
	} msg = {
		.head = {
			.nlmsg_len = sizeof(msg), .nlmsg_type = AUDIT_SET,
			.nlmsg_flags = NLM_F_REQUEST,
		},
		.status = { .mask = AUDIT_STATUS_ENABLED, .enabled = 1 },
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);

	if (fd >= 0 && !bind(fd, (void *)&addr, sizeof(addr)) &&
	    send(fd, &msg, sizeof(msg), 0) == sizeof(msg))
		return fd;
	close(fd);
	return -1;
}

TEST_F(events, the_audit_trail_has_it)
{
	int audit = audit_open();
	struct pollfd poll_fd = { .fd = audit, .events = POLLIN };
	bool found = false;
	char text[2048];
	ssize_t len;

	if (audit < 0)
		SKIP(return, "no CONFIG_AUDIT");
	ASSERT_LT(0, put(self->fd, self->worker.pid, RSG_MODE_ENFORCE));
	worker_call(&self->worker, RSG_X86_64, SYS_unshare);
	while (!found && poll(&poll_fd, 1, 5000) == 1) {
		len = recv(audit, text, sizeof(text) - 1, 0);
		if (len < 0)
			break;
		text[len] = '\0';
		if (((struct nlmsghdr *)text)->nlmsg_type != AUDIT_KERNEL_OTHER)
			continue;
		TH_LOG("%s", text + sizeof(struct nlmsghdr));
		found = strstr(text + sizeof(struct nlmsghdr),
			       "ringside_guard: op=enforce verdict=0x00050001 count=1 arch=c000003e syscall=272");
		/* A blank in a name makes it hexadecimal. */
		EXPECT_NE(NULL, strstr(text + sizeof(struct nlmsghdr),
				       "comm=\"events_test\""));
		EXPECT_NE(NULL, strstr(text + sizeof(struct nlmsghdr),
				       "origin=2F6574632F736F6D652070726F66696C652E6A736F6E"));
	}
	EXPECT_TRUE(found);
	close(audit);
}

TEST_HARNESS_MAIN
