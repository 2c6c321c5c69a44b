/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The part of the ABI of /dev/ringside-guard that tells: what a policy is and
 * says, what was decided and counted, and what was observed. Comes with
 * linux/ringside_guard.h and is not included by itself.
 */
#ifndef _UAPI_LINUX_RINGSIDE_GUARD_EVENTS_H
#define _UAPI_LINUX_RINGSIDE_GUARD_EVENTS_H

#include <linux/ringside_guard.h>

/* States of a policy. */
#define RSG_STATE_LOADED	0
#define RSG_STATE_PENDING	1
#define RSG_STATE_ATTACHED	2

/**
 * struct rsg_policy_info - argument of RSG_IOC_GET_POLICY
 * @size: sizeof(struct rsg_policy_info)
 * @id: input: describe the policy with the smallest id that is not below this
 *	(a policy's own descriptor takes no notice); output: its id
 * @state: RSG_STATE_*
 * @flags: RSG_LOAD_* that it was loaded with
 * @scope: RSG_SCOPE_* of the attach, 0 while it is loaded only
 * @mode: RSG_MODE_* of the attach, RSG_MODE_OFF while it is loaded only
 * @pid: target of the attach, 0 if there is none or it is gone
 * @default_verdict: the verdict on calls of which no rule holds
 * @calls: how many system calls it does not simply allow, over all ABIs
 * @tasks: how many tasks it governs now
 * @pending_ms: milliseconds until roll-back, 0 unless pending
 * @denied: calls refused since the policy was loaded
 * @audited: calls that would have been refused, in audit mode
 * @observed: calls recorded otherwise: all of them in observe mode, elsewhere
 *	those whose verdict is SECCOMP_RET_LOG
 * @name: its name
 *
 * ENOENT  no policy has that id or a larger one
 */
struct rsg_policy_info {
	__u32 size;
	__u32 id;
	__u32 state;
	__u32 flags;
	__u32 scope;
	__u32 mode;
	__s32 pid;
	__u32 default_verdict;
	__u32 calls;
	__u32 tasks;
	__u64 pending_ms;
	__u64 denied;
	__u64 audited;
	__u64 observed;
	__u8 name[RSG_NAME_LEN];
};

/**
 * struct rsg_test - argument of RSG_IOC_TEST
 * @size: sizeof(struct rsg_test)
 * @id: the policy
 * @abi: RSG_X86_64 or RSG_I386
 * @nr: number of a call, any
 * @args: its arguments
 * @verdict: output: what the policy says about it, attached or not
 * @rule: output: tag of the rule that says so, -1 if it is the default
 *
 * Nothing is called and nothing is counted.
 *
 * EINVAL  also: no such ABI
 * ENOENT  no policy has that id
 * EINTR   a fatal signal came
 */
struct rsg_test {
	__u32 size;
	__u32 id;
	__u32 abi;
	__u32 nr;
	__u64 args[RSG_ARGS];
	__u32 verdict;
	__s32 rule;
};

/**
 * struct rsg_call_count - what a policy counted on one system call
 * @abi: RSG_X86_64 or RSG_I386
 * @nr: its number
 * @__reserved: zero
 * @denied: see struct rsg_policy_info
 * @audited: see there
 * @observed: see there
 */
struct rsg_call_count {
	__u16 abi;
	__u16 nr;
	__u32 __reserved;
	__u64 denied;
	__u64 audited;
	__u64 observed;
};

/**
 * struct rsg_calls - argument of RSG_IOC_GET_CALLS
 * @size: sizeof(struct rsg_calls)
 * @id: the policy
 * @counts: address of room for struct rsg_call_count
 * @nr: input: how many there is room for; output: how many there are, which
 *	may be more. RSG_ABIS * RSG_CALLS are always enough
 * @__reserved: must be zero
 *
 * Only calls on which something was counted have a row; by ABI, then number.
 *
 * ENOENT  no policy has that id
 * ENOMEM  out of memory
 * EINTR   a fatal signal came
 */
struct rsg_calls {
	__u32 size;
	__u32 id;
	__u64 counts;
	__u32 nr;
	__u32 __reserved;
};

/* Length of a program's path with its terminating NUL. */
#define RSG_PATH_LEN		256

/* Flags of struct rsg_events. */
#define RSG_EVENTS_HISTORY	(1 << 0)  /* begin with the records kept */

/**
 * struct rsg_events - argument of RSG_IOC_EVENTS
 * @size: sizeof(struct rsg_events)
 * @flags: RSG_EVENTS_*
 *
 * Returns a descriptor (close-on-exec) from which read(2) takes records,
 * struct rsg_event, as many whole ones as fit. It waits if there is none,
 * unless O_NONBLOCK is set, and poll(2) tells when there is. Each descriptor
 * sees every record; handing it on hands the right to read on. The module can
 * not be removed while one is open.
 *
 * EINVAL  also: an unknown flag; read(2): no record fits
 * ENOMEM, EMFILE, ENFILE  out of memory or descriptors
 */
struct rsg_events {
	__u32 size;
	__u32 flags;
};

/**
 * struct rsg_event - a decision, or several that are the same
 * @size: length of this record; it may grow at its end
 * @policy: id of the policy
 * @number: of the record, from 1. The kernel keeps about 1,000; a gap means
 *	that some were overwritten before they were read
 * @lost: decisions that got no record since the module was loaded, because
 *	very many different ones came at once. Counters of policies hold them
 * @count: for how many decisions it stands. The first is told at once, repeats
 *	by the same thread once a second
 * @time_ns: of the first of these, CLOCK_MONOTONIC
 * @real_ns: the same, CLOCK_REALTIME
 * @verdict: what the policy says. In audit mode the call was made all the same
 * @mode: RSG_MODE_* of the policy
 * @abi: RSG_X86_64 or RSG_I386
 * @nr: number of the call
 * @rule: tag of the rule, -1 if it is the default
 * @site: not 0 if an object was judged where the kernel uses it, instead of the
 *	call as it was made; two records with different numbers are about
 *	different places
 * @pid: the thread, as the initial PID namespace knows it
 * @tgid: its process
 * @uid: its real user, as the initial user namespace knows it
 * @__reserved: zero
 * @args: arguments of the first of these calls
 * @ip: where in the program the first of these calls returns to, 0 if no
 *	program made it
 * @sp: its stack pointer there
 * @cgroup: id of its cgroup v2
 * @inode: number of the program's inode, 0 if there is no program
 * @dev_major: of the device that the inode is on
 * @dev_minor: of the device
 * @comm: name of the thread, NUL-terminated; any bytes, as in all these
 * @name: name of the policy
 * @origin: where its rules come from
 * @function: the kernel function behind the call, or that place; empty if the
 *	kernel does not implement the call
 * @path: of the program, in its own mount namespace; empty if there is none or
 *	it is too long
 */
struct rsg_event {
	__u32 size;
	__u32 policy;
	__u64 number;
	__u64 lost;
	__u64 count;
	__u64 time_ns;
	__u64 real_ns;
	__u32 verdict;
	__u32 mode;
	__u16 abi;
	__u16 nr;
	__s16 rule;
	__u16 site;
	__s32 pid;
	__s32 tgid;
	__u32 uid;
	__u32 __reserved;
	__u64 args[RSG_ARGS];
	__u64 ip;
	__u64 sp;
	__u64 cgroup;
	__u64 inode;
	__u32 dev_major;
	__u32 dev_minor;
	__u8 comm[16];
	__u8 name[RSG_NAME_LEN];
	__u8 origin[RSG_ORIGIN_LEN];
	__u8 function[RSG_FUNCTION_LEN];
	__u8 path[RSG_PATH_LEN];
};

/* Different values of an argument that are remembered. */
#define RSG_LEARN_VALUES	8

/**
 * struct rsg_learned - what was observed of one call
 * @abi: RSG_X86_64 or RSG_I386
 * @nr: number of the call
 * @many: bit N: argument N had more values than those in @values
 * @count: how often it was made
 * @nr_values: how many values of each argument are known
 * @values: these values; all registers that can hold an argument are observed,
 *	whether the call has so many or not
 */
struct rsg_learned {
	__u16 abi;
	__u16 nr;
	__u32 many;
	__u64 count;
	__u8 nr_values[8];
	__u64 values[RSG_ARGS][RSG_LEARN_VALUES];
};

/**
 * struct rsg_learn_dump - argument of RSG_IOC_LEARN_DUMP
 * @size: sizeof(struct rsg_learn_dump)
 * @id: the policy
 * @calls: address of room for @nr_calls struct rsg_learned
 * @nr_calls: how many fit; output: how many there are. Of more than fit, the
 *	first are copied
 * @__reserved: must be zero
 * @beyond: output: how often a call was made whose number is not below
 *	RSG_CALLS
 *
 * Each call is entered before it is made, by the hook that would deny it: none
 * is lost. A call that began before the attach is not observed. What was
 * learned is kept as long as the policy is, and a second attach adds to it.
 *
 * ENOENT  no policy has that id
 * ENODATA the policy never was attached in observe mode
 * ENOMEM  out of memory
 * EINTR   a fatal signal came
 */
struct rsg_learn_dump {
	__u32 size;
	__u32 id;
	__u64 calls;
	__u32 nr_calls;
	__u32 __reserved;
	__u64 beyond;
};

#endif /* _UAPI_LINUX_RINGSIDE_GUARD_EVENTS_H */
