// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that a process may make for a while in spite of its own seccomp
 * filters; the meanings are those of struct rsg_relax.
 */
#include <seccomp.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include "guard_profile.h"

int rs_guard_relax_call(struct rsg_relax *relax, const char *name)
{
	unsigned int abi, bit;
	bool found = false;
	int nr;

	for (abi = 0; abi < RSG_ABIS; abi++) {
		nr = abi == RSG_I386 ? rs_guard_i386_direct(name) : -1;
		if (nr < 0)
			nr = rs_guard_resolve(name, abi);
		found |= nr != __NR_SCMP_ERROR;
		if (nr < 0 || nr >= RSG_CALLS)
			continue;
		bit = abi * RSG_CALLS + nr;
		relax->calls[bit / 64] |= 1ULL << bit % 64;
	}
	return found ? 0 : rs_failx(ENOENT, "%s: no such system call", name);
}

static int relax_failed(int err, int pid)
{
	switch (err) {
	case EOPNOTSUPP:
		return rs_failx(err, "the module was not loaded with relax=1");
	case ENODATA:
		return rs_failx(err, "pid %d: it has no seccomp filter", pid);
	case ENOSPC:
		return rs_failx(err, "pid %d: %d processes pass their filters, the limit",
				pid, RSG_RELAX_MAX);
	case EBUSY:
		return rs_failx(err, "pid %d: somebody else modifies the gate of seccomp",
				pid);
	default:
		return rs_fail(err, "pid %d", pid);
	}
}

int rs_guard_relax(struct rs_guard *guard, struct rsg_relax *relax)
{
	relax->size = sizeof(*relax);
	if (ioctl(rs_guard_fd(guard), RSG_IOC_RELAX, relax))
		return relax_failed(errno, relax->pid);
	return 0;
}

int rs_guard_relax_end(struct rs_guard *guard, unsigned int id)
{
	struct rsg_id which = { .size = sizeof(which), .id = id };

	if (!ioctl(rs_guard_fd(guard), RSG_IOC_RELAX_END, &which))
		return 0;
	if (errno == ENOENT)
		return rs_failx(ENOENT, "%u: no such grant", id);
	return rs_fail(errno, "%u", id);
}

int rs_guard_relax_next(struct rs_guard *guard, unsigned int id,
			struct rsg_relax *relax)
{
	*relax = (struct rsg_relax){ .size = sizeof(*relax), .id = id };
	if (ioctl(rs_guard_fd(guard), RSG_IOC_GET_RELAX, relax))
		return rs_fail(errno, "grant %u", id);
	return 0;
}
