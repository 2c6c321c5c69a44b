/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libringside: what a program needs to drive the Ringside kernel modules.
 * Everything that the ringside command does goes through these calls.
 *
 * Conventions
 *   - Functions return 0 (or a non-negative result) on success and a negative
 *     error number on failure: -errno, or one of the -RS_E* codes below.
 *   - After a failure rs_error() returns one line that names the thing and
 *     the reason, for example "pid 12: No such process".
 *   - Handles are opaque and owned by the caller; a handle may be used by one
 *     thread at a time, different handles by different threads.
 *   - The library prints nothing, installs no signal handler and keeps no
 *     state besides the calling thread's error text.
 */
#ifndef RINGSIDE_H
#define RINGSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/ringside.h>
#include <linux/ringside_guard.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Errors of the library's own. They lie above every errno, so that "the
 * module is not there" is never confused with an ENODEV of a call.
 */
#define RS_ENOMOD	1000	/* the kernel module is not loaded */
#define RS_EABI		1001	/* the loaded module is too old for this call */

/**
 * rs_error() - why the calling thread's last failed call failed
 *
 * Return: one line without a trailing newline, never NULL; the empty string
 * when no call has failed yet. Valid until the thread's next call into the
 * library.
 */
const char *rs_error(void);

/**
 * rs_version() - version of the library, for example "0.1.0"
 *
 * Return: a constant string.
 */
const char *rs_version(void);

/**
 * rs_module_version() - version of a loaded kernel module
 * @module: name as in /proc/modules, for example "ringside_guard"
 * @buf: receives the version, NUL-terminated; empty if the module states none
 * @len: size of @buf; RS_VERSION_LEN is enough for every Ringside module
 *
 * Return: 0, -RS_ENOMOD when no such module is loaded, -EINVAL for a name
 * that can not be a module's, -ERANGE when @buf is too short, or the -errno
 * of reading sysfs.
 */
int rs_module_version(const char *module, char *buf, size_t len);

/**
 * rs_module_users() - how often a loaded kernel module is held
 * @module: name as in /proc/modules
 * @users: receives the number of holders: modules, descriptors, hooks
 *
 * Return: 0, -RS_ENOMOD, -EINVAL, or the -errno of reading sysfs.
 */
int rs_module_users(const char *module, uint64_t *users);

/**
 * rs_device_info() - ask a device of the suite what it is
 * @name: "guard" or "trace"
 * @info: receives ABI level, feature bits and module version
 *
 * Return: 0, -EINVAL for another name, -RS_ENOMOD when the module is not
 * loaded, -RS_EABI when it is too old for this library, -EACCES or -EPERM
 * without the privilege, or another -errno of open() or ioctl().
 */
int rs_device_info(const char *name, struct rs_info *info);

/**
 * rs_attributes() - read the one-value files of a device of the suite
 * @name: "guard" or "trace"; the balloon has rs_balloon_attributes()
 * @each: called for each file in alphabetical order with its name and its
 *	value; stops the walk by returning non-zero
 * @arg: handed to @each
 *
 * The files are documented in Documentation/ABI/testing of the source. Those
 * that can not be read are left out.
 *
 * Return: 0, what @each returned, -EINVAL for another name, -RS_ENOMOD when
 * the module is not loaded, or another -errno of reading the directory.
 */
int rs_attributes(const char *name,
		  int (*each)(const char *attr, const char *val, void *arg),
		  void *arg);

/*
 * Doctor: is this kernel able to run the suite, and is something in the way.
 */

/**
 * enum rs_check_state - what a check came to
 * @RS_CHECK_OK: nothing is lost
 * @RS_CHECK_NOTE: something is lost that not everybody needs
 * @RS_CHECK_UNKNOWN: it can not be seen from here
 * @RS_CHECK_FAIL: it is in the way
 */
enum rs_check_state {
	RS_CHECK_OK,
	RS_CHECK_NOTE,
	RS_CHECK_UNKNOWN,
	RS_CHECK_FAIL,
};

/**
 * struct rs_check - one finding; grows at its end only
 * @name: stable name, for example "ftrace_enabled"
 * @state: the verdict
 * @found: what was seen
 * @lost: what does not work because of it, or may not work if
 *	RS_CHECK_UNKNOWN; "" with RS_CHECK_OK
 * @todo: what can be done about it; "" with RS_CHECK_OK
 */
struct rs_check {
	const char *name;
	enum rs_check_state state;
	const char *found;
	const char *lost;
	const char *todo;
};

struct rs_doctor;

/**
 * rs_doctor_open() - examine the running kernel
 * @doctor: receives the handle
 *
 * Changes nothing. May take a second when the kernel's configuration has to
 * be learned from its symbols.
 *
 * Return: 0 or -ENOMEM.
 */
int rs_doctor_open(struct rs_doctor **doctor);

/**
 * rs_doctor_count() - number of findings
 * @doctor: the handle
 *
 * Return: the number.
 */
size_t rs_doctor_count(const struct rs_doctor *doctor);

/**
 * rs_doctor_check() - one finding
 * @doctor: the handle
 * @i: below rs_doctor_count()
 *
 * Return: the finding, valid until rs_doctor_close(); NULL when @i is too
 * large.
 */
const struct rs_check *rs_doctor_check(const struct rs_doctor *doctor,
				       size_t i);

/**
 * rs_doctor_close() - free the handle
 * @doctor: the handle, or NULL
 */
void rs_doctor_close(struct rs_doctor *doctor);

/*
 * Guard: refuse system calls to running processes, and take it back. What a
 * policy is, and each constant RSG_*, is told in linux/ringside_guard.h.
 */

struct rs_guard;
struct rs_guard_policy;

/**
 * rs_guard_open() - open the guard
 * @guard: receives the handle
 *
 * Return: 0, -RS_ENOMOD, -RS_EABI, -ENOMEM or another -errno of open().
 */
int rs_guard_open(struct rs_guard **guard);

/**
 * rs_guard_close() - close the guard; what is loaded stays
 * @guard: the handle, or NULL
 */
void rs_guard_close(struct rs_guard *guard);

/**
 * rs_guard_policy_new() - a policy in which no call has a rule
 * @policy: receives the policy
 * @default_verdict: the verdict on calls without a rule
 *
 * Verdicts are coded as linux/ringside_guard.h tells: SECCOMP_RET_ERRNO | EPERM
 *
 * Return: 0, -EINVAL if there is no such verdict, or -ENOMEM.
 */
int rs_guard_policy_new(struct rs_guard_policy **policy,
			uint32_t default_verdict);

/**
 * rs_guard_policy_read() - read a policy from an OCI seccomp profile
 * @policy: receives the policy
 * @path: a JSON file, or "-" for standard input
 *
 * What rs_guard_profile_read() and rs_guard_profile_compile() of
 * ringside_profile.h do, for the running kernel and unknown capabilities: a
 * profile that asks for these is refused.
 *
 * Return: 0, -EINVAL, -ENOMEM or the -errno of reading.
 */
int rs_guard_policy_read(struct rs_guard_policy **policy, const char *path);

/**
 * rs_guard_policy_rule() - give a call a rule, in every ABI that has it
 * @policy: the policy
 * @name: name of the system call, as libseccomp knows it
 * @verdict: the verdict on it, whatever its arguments are
 *
 * Return: 0; -ENOENT if no ABI has such a call; -EEXIST if it has another
 * rule; -E2BIG; -ENOMEM; -EINVAL if the call can not be denied, or there is no
 * such verdict.
 */
int rs_guard_policy_rule(struct rs_guard_policy *policy, const char *name,
			 uint32_t verdict);

/**
 * rs_guard_policy_origin() - say where a policy's rules come from
 * @policy: the policy
 * @origin: such as the path of a file; the end of it if it is too long for
 *	RSG_ORIGIN_LEN
 *
 * The kernel tells it again with each decision.
 */
void rs_guard_policy_origin(struct rs_guard_policy *policy, const char *origin);

/**
 * rs_guard_policy_free() - forget a policy; a loaded one stays loaded
 * @policy: the policy, or NULL
 */
void rs_guard_policy_free(struct rs_guard_policy *policy);

/**
 * rs_guard_load() - load a policy into the kernel
 * @guard: the handle
 * @name: its name there
 * @policy: the policy
 * @flags: RSG_LOAD_*
 *
 * Return: with RSG_LOAD_PERSIST the id of the policy; else a descriptor,
 * whose last close detaches and drops it; or -EINVAL, -EEXIST, -ENOSPC or
 * another -errno.
 */
int rs_guard_load(struct rs_guard *guard, const char *name,
		  const struct rs_guard_policy *policy, unsigned int flags);

/**
 * rs_guard_replace() - let a loaded policy say something else
 * @guard: the handle
 * @id: the policy
 * @policy: what it shall say
 * @confirm_ms: time for the confirmation if it is attached, 0 for the default
 *
 * Return: 0 or -errno, see struct rsg_replace.
 */
int rs_guard_replace(struct rs_guard *guard, unsigned int id,
		     const struct rs_guard_policy *policy,
		     unsigned int confirm_ms);

/**
 * rs_guard_test() - ask a loaded policy about a call, without making it
 * @guard: the handle
 * @test: policy and call; @test->size and the output members are filled in
 *
 * Return: 0 or -errno, see struct rsg_test.
 */
int rs_guard_test(struct rs_guard *guard, struct rsg_test *test);

/**
 * rs_guard_calls() - what a policy counted, call by call
 * @guard: the handle
 * @id: the policy
 * @counts: receives a row for each call on which something was counted
 * @nr: room in @counts; RSG_ABIS * RSG_CALLS are enough
 *
 * Return: number of rows, or -errno, see struct rsg_calls.
 */
int rs_guard_calls(struct rs_guard *guard, unsigned int id,
		   struct rsg_call_count *counts, unsigned int nr);

/**
 * rs_guard_call_name() - name of a system call
 * @abi: RSG_X86_64 or RSG_I386
 * @nr: its number in that ABI
 * @buf: receives the name
 * @len: size of @buf; longer names are cut
 *
 * Return: 0, or -ENOENT if no call has the number.
 */
int rs_guard_call_name(unsigned int abi, unsigned int nr, char *buf,
		       size_t len);

/**
 * rs_guard_jail() - make a policy that is a jail
 * @guard: the handle
 * @name: its name in the kernel
 * @root_fd: descriptor of its root directory
 * @flags: RSG_LOAD_*
 *
 * Return: as rs_guard_load().
 */
int rs_guard_jail(struct rs_guard *guard, const char *name, int root_fd,
		  unsigned int flags);

/**
 * rs_guard_attach() - put a loaded policy in force, until it is confirmed
 * @guard: the handle
 * @attach: what, to whom and for how long; @attach->size is filled in, and so
 *	are the output members
 *
 * Return: 0 or -errno, see struct rsg_attach.
 */
int rs_guard_attach(struct rs_guard *guard, struct rsg_attach *attach);

/**
 * rs_guard_confirm() - let a pending attach last
 * @guard: the handle
 * @id: the policy
 *
 * Opens the device anew: the kernel wants proof that somebody still can.
 *
 * Return: 0 or -errno, see struct rsg_id.
 */
int rs_guard_confirm(struct rs_guard *guard, unsigned int id);

/**
 * rs_guard_rollback() - undo a pending attach now
 * @guard: the handle
 * @id: the policy
 *
 * Return: 0 or -errno, see struct rsg_id.
 */
int rs_guard_rollback(struct rs_guard *guard, unsigned int id);

/**
 * rs_guard_detach() - undo an attach, pending or confirmed
 * @guard: the handle
 * @id: the policy
 *
 * Return: 0 or -errno, see struct rsg_id.
 */
int rs_guard_detach(struct rs_guard *guard, unsigned int id);

/**
 * rs_guard_unload() - drop a policy that is not attached
 * @guard: the handle
 * @id: the policy
 *
 * Return: 0 or -errno, see struct rsg_id.
 */
int rs_guard_unload(struct rs_guard *guard, unsigned int id);

/**
 * rs_guard_relax_call() - name a call, in every ABI that has it
 * @relax: where it is added
 * @name: name of the system call, as libseccomp knows it
 *
 * Return: 0, or -ENOENT if no ABI has such a call.
 */
int rs_guard_relax_call(struct rsg_relax *relax, const char *name);

/**
 * rs_guard_relax() - let a process pass its own seccomp filters for a while
 * @guard: the handle
 * @relax: which process, which calls, how long; @relax->size is filled in, and
 *	so is @relax->id
 *
 * Return: 0 or -errno, see struct rsg_relax.
 */
int rs_guard_relax(struct rs_guard *guard, struct rsg_relax *relax);

/**
 * rs_guard_relax_end() - end such a grant before its time
 * @guard: the handle
 * @id: number of the grant
 *
 * Return: 0, -ENOENT or another -errno.
 */
int rs_guard_relax_end(struct rs_guard *guard, unsigned int id);

/**
 * rs_guard_relax_next() - describe the grant with the smallest id not below @id
 * @guard: the handle
 * @id: where to start; 1 finds the first grant
 * @relax: receives the description
 *
 * Return: 0, -ENOENT if there is none, or another -errno.
 */
int rs_guard_relax_next(struct rs_guard *guard, unsigned int id,
			struct rsg_relax *relax);

/**
 * rs_guard_next() - describe the policy with the smallest id not below @id
 * @guard: the handle
 * @id: where to start; 1 finds the first policy
 * @info: receives the description
 *
 * Return: 0, -ENOENT if there is none, or another -errno.
 */
int rs_guard_next(struct rs_guard *guard, unsigned int id,
		  struct rsg_policy_info *info);

/**
 * rs_guard_find() - describe the policy with a name
 * @guard: the handle
 * @name: the name
 * @info: receives the description
 *
 * Return: 0, -ENOENT if there is none, or another -errno.
 */
int rs_guard_find(struct rs_guard *guard, const char *name,
		  struct rsg_policy_info *info);

#ifdef __cplusplus
}
#endif

#include "ringside_balloon.h"
#include "ringside_events.h"
#include "ringside_flight.h"
#include "ringside_trace.h"

#endif /* RINGSIDE_H */
