// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is everything in order after a controller was killed in the middle of
 * whatever it did, and while a CPU comes and goes?
 *
 * KILLS=10000 kills so many; by default few, for this is part of the suite.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <sys/mman.h>

#include "kselftest_harness.h"

#include "../guard/guard_test.h"
#include "textfile.h"
#include <linux/ringside_trace.h>

#define MODULES		"/lib/modules/ringside/"
#define TRACE		"/dev/ringside-trace"
#define TRACE_SYSFS	"/sys/class/misc/ringside-trace/"
#define CPU		"/sys/devices/system/cpu/cpu1/online"

static const struct rsg_rule rules[] = {
	DENY(RSG_X86_64, SYS_unshare, EPERM),
	DENY(RSG_I386, I386_UNSHARE, EPERM),
};

FIXTURE(chaos) {
	struct worker worker;
};

static int insert(const char *name)
{
	char path[64];
	int fd, ret;

	snprintf(path, sizeof(path), MODULES "%s.ko", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ret = syscall(SYS_finit_module, fd, "", 0);
	close(fd);
	return ret && errno != EEXIST ? -errno : 0;
}

FIXTURE_SETUP(chaos)
{
	ASSERT_EQ(0, insert("ringside"));
	ASSERT_EQ(0, insert("ringside_guard"));
	ASSERT_EQ(0, insert("ringside_trace"));
	self->worker = worker_start();
	ASSERT_LT(0, self->worker.pid);
}

FIXTURE_TEARDOWN(chaos)
{
	worker_stop(&self->worker);
}

static long trace_attr(const char *name)
{
	char path[128], text[32] = "";
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), TRACE_SYSFS "%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	return n > 0 ? atol(text) : -1;
}

/* One life of a policy: 0, or which step went wrong. */
static int guard_life(int fd, pid_t target, unsigned int flags)
{
	struct rsg_events events = { .size = sizeof(events) };
	struct rsg_policy_info info;
	long id, owner;
	int news;

	owner = guard_load(fd, "chaos", flags, 0, rules, NR_RULES(rules));
	if (owner < 0)
		return 1;
	if (flags)
		id = owner;
	else
		id = guard_get(owner, 0, &info) ? -1 : (long)info.id;
	news = guard_ioctl(fd, RSG_IOC_EVENTS, &events);
	if (guard_attach(fd, id, RSG_SCOPE_PROCESS, target, RSG_MODE_ENFORCE,
			 0))
		return 2;
	if (guard_confirm(id))
		return 3;
	if (guard_replace(fd, id, 0, rules, 1, 0))
		return 4;
	if (guard_id(fd, RSG_IOC_DETACH, id))
		return 5;
	close(news);
	if (flags)
		return guard_id(fd, RSG_IOC_UNLOAD, id) ? 6 : 0;
	close(owner);
	return 0;
}

static int trace_life(void)
{
	int fd = open(TRACE, O_RDONLY | O_CLOEXEC);
	unsigned int i;
	void *map;

	if (fd < 0)
		return 11;
	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	for (i = 0; i < 5; i++) {
		struct rs_trace_level arg = {
			.size = sizeof(arg), .level = (i + 1) % 4,
		};

		if (ioctl(fd, RS_TRACE_SET_LEVEL, &arg))
			return 12;
	}
	munmap(map, 4096);
	close(fd);
	return 0;
}

/* Until it is killed, or something goes wrong. */
static void control(pid_t target)
{
	int fd = guard_open(), err = 0;

	while (!err) {
		err = guard_life(fd, target, 0);
		if (!err)
			err = guard_life(fd, target, RSG_LOAD_PERSIST);
		if (!err)
			err = trace_life();
	}
	_exit(err);
}

TEST_F_TIMEOUT(chaos, a_killed_controller_leaves_nothing, 3600)
{
	const char *text = getenv("KILLS");
	int kills = text ? atoi(text) : 25, i, status;
	unsigned int seed = 1;
	uint64_t life;
	pid_t pid;

	/* How long is a life here? It is to die at any time of it. */
	life = now_ms();
	ASSERT_EQ(0, guard_life(guard_open(), self->worker.pid, 0));
	ASSERT_EQ(0, trace_life());
	life = now_ms() - life;
	TH_LOG("a life takes %llu ms", (unsigned long long)life);
	for (i = 0; i < kills; i++) {
		pid = fork();
		if (!pid)
			control(self->worker.pid);
		sleep_ms(rand_r(&seed) % (3 * life + 1));
		kill(pid, SIGKILL);
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		ASSERT_TRUE(WIFSIGNALED(status)) {
			TH_LOG("step %d failed by itself", WEXITSTATUS(status));
		}
		guard_clean();
		ASSERT_EQ(0, guard_attr("policies"));
		ASSERT_EQ(0, guard_attr("hooked_functions"));
		ASSERT_EQ(0, trace_attr("readers"));
		ASSERT_EQ(0, trace_attr("armed"));
		ASSERT_EQ(0, worker_call(&self->worker, RSG_X86_64,
					 SYS_unshare));
	}
}

TEST_F_TIMEOUT(chaos, a_cpu_comes_and_goes_meanwhile, 600)
{
	unsigned int lives = 0;
	int fd = guard_open(), status;
	pid_t pid;

	if (access(CPU, W_OK))
		SKIP(return, "no second CPU that can go");
	pid = fork();
	while (!pid)
		if (write_text(CPU, "0") || write_text(CPU, "1"))
			_exit(1);
	for (; lives < 12; lives++) {
		ASSERT_EQ(0, guard_life(fd, self->worker.pid, lives & 1));
		ASSERT_EQ(0, trace_life());
		ASSERT_EQ(0, worker_call(&self->worker, RSG_X86_64,
					 SYS_unshare));
	}
	ASSERT_EQ(0, waitpid(pid, &status, WNOHANG));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	write_text(CPU, "1");
	EXPECT_EQ(0, guard_attr("hooked_functions"));
	EXPECT_EQ(0, trace_attr("armed"));
	close(fd);
}

TEST_HARNESS_MAIN
