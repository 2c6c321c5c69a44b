// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guard's device: load, attach, confirm, roll back, detach, unload, list.
 * Mostly this turns an errno into the reason that a person can act on; the
 * meanings are those of linux/ringside_guard.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "guard.h"
#include "ringside_events.h"

struct rs_guard {
	int fd;
};

int rs_guard_open(struct rs_guard **guard)
{
	struct rs_guard *g;
	int fd;

	fd = rs_device_open(&rs_guard_device, NULL);
	if (fd < 0)
		return fd;
	g = malloc(sizeof(*g));
	if (!g) {
		close(fd);
		return rs_fail(ENOMEM, "guard");
	}
	g->fd = fd;
	*guard = g;
	return 0;
}

void rs_guard_close(struct rs_guard *guard)
{
	if (!guard)
		return;
	close(guard->fd);
	free(guard);
}

int rs_guard_fd(const struct rs_guard *guard)
{
	return guard->fd;
}

static int load_failed(int err, const char *name)
{
	switch (err) {
	case EEXIST:
		return rs_failx(err, "%s: a policy of that name is loaded",
				name);
	case ENOSPC:
		return rs_failx(err, "%s: %u policies are loaded, the limit",
				name, RSG_POLICIES);
	case EOPNOTSUPP:
		return rs_failx(err, "%s: a denied call has no function here, see dmesg",
				name);
	default:
		return rs_fail(err, "%s", name);
	}
}

/* The kernel asks the same; said here, it names the reason. */
static int check_name(const char *name)
{
	const char *c;

	if (!*name || strlen(name) >= RSG_NAME_LEN)
		return rs_failx(EINVAL, "'%s': a name has 1 to %d characters",
				name, RSG_NAME_LEN - 1);
	for (c = name; *c; c++)
		if (*c <= ' ' || *c > '~' || *c == '/')
			return rs_failx(EINVAL, "'%s': printable ASCII without blank and '/' only",
					name);
	return 0;
}

int rs_guard_load(struct rs_guard *guard, const char *name,
		  const struct rs_guard_policy *policy, unsigned int flags)
{
	struct rsg_load load = {
		.size = sizeof(load),
		.flags = flags,
		.rules = (uintptr_t)policy->rules,
		.args = (uintptr_t)policy->args,
		.nr_rules = policy->nr_rules,
		.nr_args = policy->nr_args,
		.default_verdict = policy->default_verdict,
	};
	struct rsg_object_rule objects[RSG_OBJECTS_MAX];
	int ret, err;

	ret = check_name(name);
	if (ret)
		return ret;
	memcpy(load.name, name, strlen(name));
	ret = rs_objects_open(policy->objects, policy->nr_objects, objects);
	if (ret)
		return ret;
	load.nr_objects = policy->nr_objects;
	load.objects = (uintptr_t)objects;
	memcpy(load.origin, policy->origin, sizeof(load.origin));
	ret = ioctl(guard->fd, RSG_IOC_LOAD, &load);
	err = errno;
	rs_objects_close(objects, policy->nr_objects);
	errno = err;
	return ret < 0 ? load_failed(errno, name) : ret;
}

/* A function that could not be hooked, or 0 if it is not to blame. */
static int hook_failed(int err, const __u8 *name, const char *target)
{
	const char *function = (const char *)name;
	char owner[128];

	if (err == EBUSY && function[0]) {
		rs_guard_owner(function, owner, sizeof(owner));
		return rs_failx(err, "%s: %s modifies it", function, owner);
	}
	if (err == ENODEV)
		return rs_failx(err, "%s: ftrace has switched itself off; only a reboot helps",
				target);
	if (err == EOPNOTSUPP || err == ENXIO)
		return rs_failx(err, "%s: this kernel can not hook it",
				function[0] ? function : target);
	return 0;
}

int rs_guard_replace(struct rs_guard *guard, unsigned int id,
		     const struct rs_guard_policy *policy,
		     unsigned int confirm_ms)
{
	struct rsg_replace replace = {
		.size = sizeof(replace),
		.id = id,
		.rules = (uintptr_t)policy->rules,
		.args = (uintptr_t)policy->args,
		.nr_rules = policy->nr_rules,
		.nr_args = policy->nr_args,
		.default_verdict = policy->default_verdict,
		.confirm_ms = confirm_ms,
	};
	struct rsg_object_rule objects[RSG_OBJECTS_MAX];
	char target[32];
	int ret, err;

	ret = rs_objects_open(policy->objects, policy->nr_objects, objects);
	if (ret)
		return ret;
	replace.nr_objects = policy->nr_objects;
	replace.objects = (uintptr_t)objects;
	memcpy(replace.origin, policy->origin, sizeof(replace.origin));
	ret = ioctl(guard->fd, RSG_IOC_REPLACE, &replace);
	err = errno;
	rs_objects_close(objects, policy->nr_objects);
	if (!ret)
		return 0;
	replace.function[sizeof(replace.function) - 1] = '\0';
	snprintf(target, sizeof(target), "policy %u", id);
	if (hook_failed(err, replace.function, target))
		return -err;
	if (err == EBUSY)
		return rs_failx(err, "%s: a change of it waits for confirmation",
				target);
	return rs_fail(err, "%s", target);
}

int rs_guard_test(struct rs_guard *guard, struct rsg_test *test)
{
	test->size = sizeof(*test);
	if (ioctl(guard->fd, RSG_IOC_TEST, test))
		return rs_fail(errno, "policy %u", test->id);
	return 0;
}

int rs_guard_calls(struct rs_guard *guard, unsigned int id,
		   struct rsg_call_count *counts, unsigned int nr)
{
	struct rsg_calls calls = {
		.size = sizeof(calls), .id = id,
		.counts = (uintptr_t)counts, .nr = nr,
	};

	if (ioctl(guard->fd, RSG_IOC_GET_CALLS, &calls))
		return rs_fail(errno, "policy %u", id);
	return calls.nr < nr ? calls.nr : nr;
}

int rs_guard_jail(struct rs_guard *guard, const char *name, int root_fd,
		  unsigned int flags)
{
	struct rsg_jail_arg jail = {
		.size = sizeof(jail), .flags = flags, .root_fd = root_fd,
	};
	int ret;

	ret = check_name(name);
	if (ret)
		return ret;
	memcpy(jail.name, name, strlen(name));
	ret = ioctl(guard->fd, RSG_IOC_JAIL, &jail);
	if (ret < 0 && errno == EOPNOTSUPP)
		return rs_failx(EOPNOTSUPP, "%s: no jails on this kernel: it is built with PREEMPT_RT, or dmesg names a function that it lacks",
				name);
	return ret < 0 ? load_failed(errno, name) : ret;
}

/* Thing and reason of a failed attach. */
static int attach_failed(int err, const struct rsg_attach *attach)
{
	char target[32] = "everyone";

	if (attach->scope == RSG_SCOPE_CGROUP)
		snprintf(target, sizeof(target), "the control group");
	else if (attach->scope == RSG_SCOPE_CHROOT)
		snprintf(target, sizeof(target), "the root directory");
	else if (attach->scope != RSG_SCOPE_EVERYONE)
		snprintf(target, sizeof(target), "pid %d", attach->pid);
	if (err == E2BIG && attach->conflict_pid)
		return rs_failx(err, "%s: pid %d is under %d policies, the limit",
				target, attach->conflict_pid, RSG_STACK_MAX);
	if (err == EACCES)
		return rs_failx(err, "the guard is switched off (mode_max, or ringside.guard=off at boot)");
	if (err == ENOSPC)
		return rs_failx(err, "%s: too many combinations of policies on this machine",
				target);
	if (err == ESRCH && !attach->pid)
		return rs_failx(err, "%s: no task to put under the policy",
				target);
	if (hook_failed(err, attach->function, target))
		return -err;
	if (err == EBUSY)
		return rs_failx(err, "%s: ftrace is off (sysctl kernel.ftrace_enabled)",
				target);
	if (err == EPERM && attach->pid == 1)
		return rs_failx(err, "pid 1: exempt unless forced");
	if (err == EPERM)
		return rs_failx(err, "%s: without privilege, or exempt unless forced",
				target);
	if (err == EXDEV)
		return rs_failx(err, "%s: root or working directory of pid %d is not in the jail",
				target, attach->conflict_pid);
	if (err == EALREADY)
		return rs_failx(err, "the policy is attached already");
	return rs_fail(err, "%s", target);
}

int rs_guard_learned(struct rs_guard *guard, unsigned int id,
		     struct rsg_learned **calls, size_t *nr, uint64_t *beyond)
{
	const unsigned int room = RSG_ABIS * RSG_CALLS;
	struct rsg_learn_dump dump = {
		.size = sizeof(dump), .id = id, .nr_calls = room,
	};

	*calls = calloc(room, sizeof(**calls));
	if (!*calls)
		return rs_fail(ENOMEM, "policy %u", id);
	dump.calls = (uintptr_t)*calls;
	if (ioctl(guard->fd, RSG_IOC_LEARN_DUMP, &dump)) {
		int err = errno;

		free(*calls);
		return err == ENODATA ?
		       rs_failx(err, "policy %u never observed anything", id) :
		       rs_fail(err, "policy %u", id);
	}
	/* A kernel side that knows more calls has copied those that fit. */
	*nr = dump.nr_calls < room ? dump.nr_calls : room;
	*beyond = dump.beyond;
	return 0;
}

int rs_guard_attach(struct rs_guard *guard, struct rsg_attach *attach)
{
	int ret;

	attach->size = sizeof(*attach);
	ret = ioctl(guard->fd, RSG_IOC_ATTACH, attach);
	attach->function[sizeof(attach->function) - 1] = '\0';
	return ret ? attach_failed(errno, attach) : 0;
}

static int on_policy(int fd, unsigned long cmd, unsigned int id)
{
	struct rsg_id which = { .size = sizeof(which), .id = id };

	if (!ioctl(fd, cmd, &which))
		return 0;
	switch (errno) {
	case ENOENT:
		return rs_failx(ENOENT, "no policy has the id %u", id);
	case ENOTCONN:
		return rs_failx(ENOTCONN, cmd == RSG_IOC_DETACH ?
				"it is not attached" :
				"no attach is waiting for confirmation");
	case EBUSY:
		return rs_failx(EBUSY, "it is attached, or another program holds it");
	case EACCES:
		return rs_failx(EACCES, "that you were passed over proves nothing: confirm from a new login, or from a process under the policy");
	default:
		return rs_fail(errno, "policy %u", id);
	}
}

int rs_guard_confirm(struct rs_guard *guard, unsigned int id)
{
	int fd, ret;

	(void)guard;
	fd = rs_device_open(&rs_guard_device, NULL);
	if (fd < 0)
		return fd;
	ret = on_policy(fd, RSG_IOC_CONFIRM, id);
	close(fd);
	return ret;
}

int rs_guard_rollback(struct rs_guard *guard, unsigned int id)
{
	return on_policy(guard->fd, RSG_IOC_ROLLBACK, id);
}

int rs_guard_detach(struct rs_guard *guard, unsigned int id)
{
	return on_policy(guard->fd, RSG_IOC_DETACH, id);
}

int rs_guard_unload(struct rs_guard *guard, unsigned int id)
{
	return on_policy(guard->fd, RSG_IOC_UNLOAD, id);
}

int rs_guard_next(struct rs_guard *guard, unsigned int id,
		  struct rsg_policy_info *info)
{
	*info = (struct rsg_policy_info){ .size = sizeof(*info), .id = id };
	if (ioctl(guard->fd, RSG_IOC_GET_POLICY, info))
		return rs_fail(errno, "policy %u", id);
	info->name[sizeof(info->name) - 1] = '\0';
	return 0;
}

int rs_guard_find(struct rs_guard *guard, const char *name,
		  struct rsg_policy_info *info)
{
	unsigned int id;
	int ret;

	for (id = 1; !(ret = rs_guard_next(guard, id, info)); id = info->id + 1)
		if (!strcmp((const char *)info->name, name))
			return 0;
	if (ret == -ENOENT)
		return rs_failx(ENOENT, "%s: no such policy", name);
	return ret;
}
