/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the guard's tests share: the ioctls as calls that return 0 or -errno,
 * raw system calls by every entry, and workers: processes that make one call
 * at a time when told to.
 */
#ifndef RSG_GUARD_TEST_H
#define RSG_GUARD_TEST_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/seccomp.h>
#include <linux/ringside_guard.h>

#define DEVICE	"/dev/ringside-guard"
#define SYSFS	"/sys/class/misc/ringside-guard/"

/* i386 numbers; <asm/unistd_32.h> clashes with the native one. */
#define I386_GETPPID	64
#define I386_GETPID	20
#define I386_UNSHARE	310
#define I386_SOCKETCALL	102

/* 0 allows the call. */
#define FAIL_WITH(_error) \
	((_error) ? SECCOMP_RET_ERRNO | (_error) : SECCOMP_RET_ALLOW)
#define DENY(_abi, _nr, _error) \
	{ .abi = (_abi), .nr = (_nr), .verdict = FAIL_WITH(_error) }
#define NR_RULES(rules)	(sizeof(rules) / sizeof((rules)[0]))

static inline int guard_open(void)
{
	return open(DEVICE, O_RDWR | O_CLOEXEC);
}

static inline long guard_ioctl(int fd, unsigned long cmd, void *arg)
{
	long ret = ioctl(fd, cmd, arg);

	return ret < 0 ? -errno : ret;
}

/* With RSG_LOAD_PERSIST the id, otherwise a descriptor. */
static inline long guard_load(int fd, const char *name, unsigned int flags,
			      unsigned int default_error,
			      const struct rsg_rule *rules, unsigned int nr)
{
	struct rsg_load load = {
		.size = sizeof(load), .flags = flags,
		.rules = (uintptr_t)rules, .nr_rules = nr,
		.default_verdict = FAIL_WITH(default_error),
	};

	snprintf((char *)load.name, sizeof(load.name), "%s", name);
	return guard_ioctl(fd, RSG_IOC_LOAD, &load);
}

static inline long guard_attach(int fd, unsigned int id, unsigned int scope,
				pid_t pid, unsigned int mode,
				unsigned int confirm_ms)
{
	struct rsg_attach attach = {
		.size = sizeof(attach), .id = id, .scope = scope, .pid = pid,
		.mode = mode, .confirm_ms = confirm_ms,
	};

	return guard_ioctl(fd, RSG_IOC_ATTACH, &attach);
}

static inline long guard_id(int fd, unsigned long cmd, unsigned int id)
{
	struct rsg_id which = { .size = sizeof(which), .id = id };

	return guard_ioctl(fd, cmd, &which);
}

/* Confirm as a shell would: through a descriptor of its own. */
static inline long guard_confirm(unsigned int id)
{
	int fd = guard_open();
	long ret = fd < 0 ? -errno : guard_id(fd, RSG_IOC_CONFIRM, id);

	close(fd);
	return ret;
}

static inline long guard_get(int fd, unsigned int id,
			     struct rsg_policy_info *info)
{
	*info = (struct rsg_policy_info){ .size = sizeof(*info), .id = id };
	return guard_ioctl(fd, RSG_IOC_GET_POLICY, info);
}

/* Like guard_load(): no arguments. */
static inline long guard_replace(int fd, unsigned int id,
				 unsigned int default_error,
				 const struct rsg_rule *rules, unsigned int nr,
				 unsigned int confirm_ms)
{
	struct rsg_replace replace = {
		.size = sizeof(replace), .id = id,
		.rules = (uintptr_t)rules, .nr_rules = nr,
		.default_verdict = FAIL_WITH(default_error),
		.confirm_ms = confirm_ms,
	};

	return guard_ioctl(fd, RSG_IOC_REPLACE, &replace);
}

/* Detach and unload whatever a failed test left behind. */
static inline void guard_clean(void)
{
	struct rsg_policy_info info;
	int fd = guard_open();
	unsigned int id;

	for (id = 1; !guard_get(fd, id, &info); id = info.id + 1) {
		guard_id(fd, RSG_IOC_DETACH, info.id);
		guard_id(fd, RSG_IOC_UNLOAD, info.id);
	}
	close(fd);
}

/* Value of one of the device's attributes, or -1. */
static inline long long guard_attr(const char *name)
{
	char path[128], text[32] = "";
	int fd;

	snprintf(path, sizeof(path), SYSFS "%s", name);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return -1;
	if (read(fd, text, sizeof(text) - 1) <= 0)
		text[0] = '\0';
	close(fd);
	return *text ? atoll(text) : -1;
}

static inline void guard_put_attr(const char *name, const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), SYSFS "%s", name);
	fd = open(path, O_WRONLY);
	if (write(fd, value, strlen(value)) < 0)
		perror(name);
	close(fd);
}

static inline void sleep_ms(unsigned int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}

static inline uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

/* All 64 bits of @nr reach the kernel. */
static inline long raw64(unsigned long nr, long a, long b, long c)
{
	long ret;

	asm volatile("syscall" : "=a"(ret) : "0"(nr), "D"(a), "S"(b), "d"(c)
		     : "rcx", "r11", "memory");
	return ret;
}

static inline long raw32(unsigned int nr, int a, int b, int c)
{
	int ret;

	asm volatile("int $0x80" : "=a"(ret) : "0"(nr), "b"(a), "c"(b), "d"(c)
		     : "r8", "r9", "r10", "r11", "memory");
	return ret;
}

struct order {
	unsigned long nr;
	unsigned int abi;
};

struct worker {
	pid_t pid;
	int to, from;
};

static inline void worker_serve(int from, int to)
{
	struct order order;
	long ret;

	while (read(from, &order, sizeof(order)) == sizeof(order)) {
		ret = order.abi == RSG_I386 ? raw32(order.nr, 0, 0, 0) :
					      raw64(order.nr, 0, 0, 0);
		if (write(to, &ret, sizeof(ret)) != sizeof(ret))
			break;
	}
	_exit(0);
}

/* A process that does @serve, with a pipe to it and one from it. */
static inline struct worker worker_spawn(void (*serve)(int from, int to))
{
	struct worker worker = { -1, -1, -1 };
	int to[2], from[2];

	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		return worker;
	worker.pid = fork();
	if (!worker.pid) {
		close(to[1]);
		close(from[0]);
		serve(to[0], from[1]);
	}
	close(to[0]);
	close(from[1]);
	worker.to = to[1];
	worker.from = from[0];
	return worker;
}

static inline struct worker worker_start(void)
{
	return worker_spawn(worker_serve);
}

/* What the worker answers to an order, -1000 if it is gone. */
static inline long worker_ask(const struct worker *worker, const void *order,
			      size_t size)
{
	long ret;

	if (write(worker->to, order, size) != (ssize_t)size ||
	    read(worker->from, &ret, sizeof(ret)) != sizeof(ret))
		return -1000;
	return ret;
}

/* What the kernel answers the worker. */
static inline long worker_call(const struct worker *worker, unsigned int abi,
			       unsigned long nr)
{
	struct order order = { nr, abi };

	return worker_ask(worker, &order, sizeof(order));
}

static inline void worker_stop(struct worker *worker)
{
	close(worker->to);
	close(worker->from);
	kill(worker->pid, SIGKILL);
	waitpid(worker->pid, NULL, 0);
}

#endif /* RSG_GUARD_TEST_H */
