/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The ABI of /dev/ringside-guard: refuse system calls to running processes,
 * and take it back.
 *
 * Life of a policy
 *
 *   LOAD -> loaded -- ATTACH --> pending -- CONFIRM --> attached
 *             ^                     |                      |
 *             +---- ROLLBACK, time -+------- DETACH -------+
 *
 * REPLACE swaps what a policy says. In an attached one that is a transaction as
 * well: the policy is pending until CONFIRM, and what undoes it brings back what
 * it said before, still attached.
 *
 * A policy gives a verdict on each system call of each entry ABI, and the
 * verdict may depend on the call's arguments. It is attached to one process, to
 * a process and its descendants, to a control group, to a directory that is
 * somebody's root, or to everyone, and then governs each of their threads and
 * whatever these fork or execute later. An attach that nobody confirms in time
 * is undone by the kernel, even if no process is able to ask for it any more.
 *
 * A policy has one attachment at a time; load it under a second name to attach
 * it to a second target. A task may be under several policies: the strictest
 * verdict holds. No policy can lift what another one denies.
 *
 * What ringside.h says about structures and common errors holds here. Every
 * call but GET_INFO needs CAP_SYS_ADMIN in the initial user namespace.
 */
#ifndef _UAPI_LINUX_RINGSIDE_GUARD_H
#define _UAPI_LINUX_RINGSIDE_GUARD_H

#include <linux/ringside.h>

/*
 * Level of this ABI, in rs_info.abi. Raise it by one with each addition of an
 * ioctl, a structure member, a flag or a value that user space may pass.
 */
#define RSG_ABI_LEVEL		2

/* Feature bits, in rs_info.features. */
#define RSG_FEATURE_I386	(1 << 0)  /* the kernel takes i386 calls */
#define RSG_FEATURE_RELAX	(1 << 8)  /* loaded with relax=1 */

/* Length of a policy's name with its terminating NUL. */
#define RSG_NAME_LEN		32
/* Length of a kernel function's name with its terminating NUL. */
#define RSG_FUNCTION_LEN	64
/* System call numbers end here, in each ABI. */
#define RSG_CALLS		512
/* Live policies at one time. */
#define RSG_POLICIES		4095
/* Policies that one task can be under at one time. */
#define RSG_STACK_MAX		8
/* Combinations of policies that tasks can be under at one time. */
#define RSG_SETS		4095
/* Largest errno that a call can fail with. */
#define RSG_ERROR_MAX		4095

/*
 * Entry ABIs. RSG_I386 is whatever uses the numbers of 32-bit x86: 32-bit
 * programs, and "int $0x80" of 64-bit ones. An x32 call follows the rules of the
 * RSG_X86_64 call of the same number, or, from RSG_CALLS up, of the same name.
 */
#define RSG_X86_64		0
#define RSG_I386		1
#define RSG_ABIS		2

/*
 * A verdict is coded as the SECCOMP_RET_* of linux/seccomp.h are: an action in
 * the upper 16 bits, data in the lower ones, and of two verdicts the smaller
 * one, as a signed number, is the stricter. These are taken:
 *
 * SECCOMP_RET_ALLOW         make the call
 * SECCOMP_RET_LOG           make the call and record it
 * SECCOMP_RET_ERRNO         fail; the data is the errno, at most RSG_ERROR_MAX
 * SECCOMP_RET_TRAP          do not make the call; send the thread SIGSYS with
 *                           si_code SYS_SECCOMP and the data in si_errno
 * SECCOMP_RET_KILL_THREAD   end the thread
 * SECCOMP_RET_KILL_PROCESS  end the process by SIGSYS, with a core dump
 * RSG_RET_STOP              stop the process as SIGSTOP does, and make and
 *                           judge the call anew after SIGCONT. What can not be
 *                           stopped, the init of a PID namespace, gets EPERM
 *
 * Only SECCOMP_RET_ERRNO and SECCOMP_RET_TRAP have data; elsewhere it must be
 * zero. Where this differs from seccomp(2): a thread that is ended while others
 * go on exits with status 31, as by exit(2), and not by a signal.
 */
#define RSG_RET_STOP		0x00060000U

/* How an argument is compared; numbers are those of libseccomp. */
#define RSG_OP_NE		1  /* it is not the value */
#define RSG_OP_LT		2  /* it is below it */
#define RSG_OP_LE		3  /* it is not above it */
#define RSG_OP_EQ		4  /* it is the value */
#define RSG_OP_GE		5  /* it is not below it */
#define RSG_OP_GT		6  /* it is above it */
#define RSG_OP_MASKED_EQ	7  /* see struct rsg_arg */

/* Arguments of a system call. */
#define RSG_ARGS		6
/* Rules, and comparisons, of one policy. */
#define RSG_RULES_MAX		8192
#define RSG_ARGS_MAX		8192
/* Length of the place that a policy comes from, with NUL. */
#define RSG_ORIGIN_LEN		128
/* Largest tag of a rule. */
#define RSG_TAG_MAX		32767

/**
 * struct rsg_arg - a comparison that a rule asks for
 * @index: which argument, below RSG_ARGS
 * @op: RSG_OP_*
 * @__reserved: must be zero
 * @value: what it is compared with, without sign; with RSG_OP_MASKED_EQ the
 *	bits of the argument that count
 * @value_two: with RSG_OP_MASKED_EQ what these bits must be, and the others do
 *	not count here either; else it must be zero
 *
 * All 64 bits of the register are compared, or, with RSG_I386, the lower 32 of
 * it and of both values.
 */
struct rsg_arg {
	__u16 index;
	__u16 op;
	__u32 __reserved;
	__u64 value;
	__u64 value_two;
};

/**
 * struct rsg_rule - a verdict on one system call
 * @abi: RSG_X86_64 or RSG_I386
 * @nr: number of the call in that ABI, below RSG_CALLS
 * @nr_args: how many comparisons must hold, at most RSG_ARGS; 0: it always
 *	holds
 * @tag: any number up to RSG_TAG_MAX, such as the rule's place in a file; told
 *	with each decision that follows from the rule
 * @verdict: the verdict
 * @first_arg: index of its first comparison in rsg_load.args
 *
 * Of the rules of one call the first one that holds gives the verdict; if none
 * holds the default does. A number that the running kernel does not implement
 * is accepted: the call fails with ENOSYS, as ever.
 */
struct rsg_rule {
	__u16 abi;
	__u16 nr;
	__u16 nr_args;
	__u16 tag;
	__u32 verdict;
	__u32 first_arg;
};

/* Rules on objects of one policy. */
#define RSG_OBJECTS_MAX		256

/* What a rule on objects is about. */
#define RSG_OBJECT_SOCKET	1  /* creating a socket, by whatever entry */
#define RSG_OBJECT_MOUNT	2  /* mounting, remounting, moving, unmounting */
#define RSG_OBJECT_PTRACE	3  /* tracing, or reading, an outside process */
#define RSG_OBJECT_SIGNAL	4  /* sending a signal to an outside process */
#define RSG_OBJECT_FILE		5  /* a file or what is below a directory */

/* With RSG_OBJECT_FILE: what is done to it. */
#define RSG_ACCESS_READ		(1 << 0)  /* opening it for reading */
#define RSG_ACCESS_WRITE	(1 << 1)  /* opening it for writing, or changing */
#define RSG_ACCESS_EXEC		(1 << 2)  /* executing it */

/**
 * struct rsg_object_rule - a verdict on what is done to an object
 * @object: RSG_OBJECT_*
 * @tag: as in struct rsg_rule
 * @verdict: SECCOMP_RET_ALLOW, SECCOMP_RET_LOG, SECCOMP_RET_ERRNO or
 *	SECCOMP_RET_KILL_PROCESS
 * @access: RSG_ACCESS_*, not zero, with RSG_OBJECT_FILE; else zero
 * @family: address family with RSG_OBJECT_SOCKET, -1 for any; else zero
 * @type: socket type with RSG_OBJECT_SOCKET, -1 for any; else zero
 * @fd: with RSG_OBJECT_FILE a descriptor, O_PATH will do, of the file or
 *	directory; else zero. The policy keeps it, and its mount, in use
 *
 * Objects are judged where the kernel uses them: at an object that a process
 * names by memory it is not the process that can change it in between, and no
 * entry is a way round. Of the rules that apply to an object the first gives
 * the verdict; if none applies, it is allowed. A process is outside if it is
 * not under the same policy. A rule on files holds for what is reached by any
 * mount or name, as far as the directory is above it on its file system, or it
 * is mounted below the directory. Descriptors and mappings that a process has
 * are not taken away. A signal that is refused with ESRCH is with EPERM.
 */
struct rsg_object_rule {
	__u16 object;
	__u16 tag;
	__u32 verdict;
	__u32 access;
	__s32 family;
	__s32 type;
	__s32 fd;
};

/* Flags of struct rsg_load. */
#define RSG_LOAD_PERSIST	(1 << 0)  /* the policy outlives its loader */
#define RSG_LOAD_SEAL		(1 << 1)  /* limits stay */

/**
 * struct rsg_load - argument of RSG_IOC_LOAD
 * @size: sizeof(struct rsg_load)
 * @flags: RSG_LOAD_*
 * @rules: address of @nr_rules struct rsg_rule
 * @args: address of @nr_args struct rsg_arg
 * @nr_rules: how many, at most RSG_RULES_MAX
 * @nr_args: how many, at most RSG_ARGS_MAX
 * @default_verdict: the verdict on calls of which no rule holds
 * @nr_objects: how many, at most RSG_OBJECTS_MAX
 * @objects: address of @nr_objects struct rsg_object_rule
 * @name: NUL-terminated, printable ASCII without space and slash, not empty
 * @origin: NUL-terminated, where the rules come from, such as the path of a
 *	file; only told again with each decision. May be empty
 *
 * exit, exit_group, rt_sigreturn, sigreturn and restart_syscall can not be
 * denied: without them a process could not even fail in order.
 * @default_verdict leaves them allowed.
 *
 * Returns a descriptor (close-on-exec) whose last close detaches the policy
 * and drops it; or, with RSG_LOAD_PERSIST, the id of the policy, 1 or more.
 * The descriptor answers RSG_IOC_GET_POLICY about its own policy.
 *
 * With RSG_LOAD_SEAL nobody under the policy raises a hard resource limit,
 * writes to a control group or its files, makes or removes one, or has a child
 * born in another: EPERM, with whatever capabilities. Who puts limits on a
 * process does it before the attach. Jails are sealed without the flag.
 *
 * EINVAL  also: the name is malformed, the origin has no NUL, a member of a
 *         rule or of a comparison or a verdict is out of range, a rule follows
 *         one of the same call that always holds, or a rule denies one of the
 *         calls above
 * E2BIG   also: too many rules or comparisons
 * EEXIST  a policy has that name
 * ENOSPC  there are RSG_POLICIES policies
 * EOPNOTSUPP  this kernel lacks the function of a denied call; its log tells
 * ENOMEM, EMFILE, ENFILE  out of memory or descriptors
 * EINTR   a fatal signal came
 */
struct rsg_load {
	__u32 size;
	__u32 flags;
	__u64 rules;
	__u64 args;
	__u32 nr_rules;
	__u32 nr_args;
	__u32 default_verdict;
	__u32 nr_objects;
	__u64 objects;
	__u8 name[RSG_NAME_LEN];
	__u8 origin[RSG_ORIGIN_LEN];
};

/*
 * Scopes: which tasks an attach is about. Descendants inherit in all of them.
 *
 * With RSG_SCOPE_CGROUP these are the tasks of a control group of version 2 and
 * of the groups below it, and whoever is moved or born into one of them while
 * the policy is attached. To leave the group frees nobody.
 * With RSG_SCOPE_CHROOT these are the tasks whose root is that very directory
 * or one below it, and whoever changes its root to one of them by chroot(2)
 * while the policy is attached, with those that share its root. Into a jail a
 * task comes when its working directory is in there, too. The same directory
 * in another mount is another directory.
 */
#define RSG_SCOPE_PROCESS	1  /* all threads of one process */
#define RSG_SCOPE_TREE		2  /* a process and its descendants */
#define RSG_SCOPE_EVERYONE	3  /* every task of user space */
#define RSG_SCOPE_CGROUP	4  /* a control group */
#define RSG_SCOPE_CHROOT	5  /* a root directory */

/* Exceptions of one attach. */
#define RSG_EXCEPTS_MAX		64

/**
 * struct rsg_except - tasks that an attach passes over
 * @scope: RSG_SCOPE_* but RSG_SCOPE_EVERYONE
 * @value: what @scope is about: a pid, or a descriptor of a directory
 *
 * As the scope itself, it tells whom the attach looks at, and who enters a
 * control group or a root later. A task that is passed over, and what it forks,
 * is free.
 */
struct rsg_except {
	__u32 scope;
	__s32 value;
};

/*
 * Modes. Observing slows every system call of those observed down, by whatever
 * entry; the others only those calls on which the policy has a verdict other
 * than to allow them.
 */
#define RSG_MODE_OFF		0  /* not attached */
#define RSG_MODE_OBSERVE	1  /* record every call */
#define RSG_MODE_AUDIT		2  /* record what would be denied */
#define RSG_MODE_ENFORCE	3  /* deny */

/* Flags of struct rsg_attach. */
#define RSG_ATTACH_FORCE	(1 << 0)  /* mark exempt tasks too */

/* What confirm_ms may be; 0 stands for the default. */
#define RSG_CONFIRM_DEFAULT_MS	60000
#define RSG_CONFIRM_MAX_MS	86400000

/**
 * struct rsg_attach - argument of RSG_IOC_ATTACH
 * @size: sizeof(struct rsg_attach)
 * @id: the policy
 * @scope: RSG_SCOPE_*
 * @pid: the target as the caller's PID namespace knows it; any thread stands
 *	for its process. 0 unless @scope is RSG_SCOPE_PROCESS or RSG_SCOPE_TREE
 * @mode: RSG_MODE_*, not RSG_MODE_OFF; output: the mode that it is in, which
 *	the attribute mode_max may have made less strict
 * @flags: RSG_ATTACH_*
 * @confirm_ms: roll back unless confirmed in so many milliseconds; 0 means
 *	RSG_CONFIRM_DEFAULT_MS. At most RSG_CONFIRM_MAX_MS
 * @tasks: output: how many tasks were marked
 * @conflict_pid: output after E2BIG: the thread that is under RSG_STACK_MAX
 *	policies already, 0 if no thread is to blame
 * @fd: a descriptor of the directory with RSG_SCOPE_CGROUP (in a mounted
 *	cgroup2) and RSG_SCOPE_CHROOT, also one opened with O_PATH; otherwise 0
 * @excepts: address of @nr_excepts struct rsg_except
 * @nr_excepts: how many, at most RSG_EXCEPTS_MAX
 * @__reserved: must be zero
 * @function: output after EBUSY, EOPNOTSUPP or ENXIO: the kernel function that
 *	could not be hooked, empty if none is to blame
 *
 * Exempt are PID 1, the caller and its ancestors: wide scopes pass them over.
 * Tasks of the kernel are never marked. All or nothing: no call is judged
 * before all tasks are marked, and a failure leaves none marked.
 *
 * The output members are written on success and on failure.
 *
 * EINVAL  also: scope, mode, flag, confirm_ms, pid or an exception is out of
 *         range, or the target is a task of the kernel
 * E2BIG   also: too many exceptions; or @conflict_pid can not be under one
 *         policy more
 * ENOSPC  the tasks would be under more than RSG_SETS different combinations
 * EBADF   a descriptor is not open, or belongs to no control group of version 2
 * ENOTDIR a descriptor is not of a directory
 * EPERM   also: the target is exempt and RSG_ATTACH_FORCE is not set
 * ENOENT  no policy has that id
 * EACCES  the guard is switched off: its attribute mode_max is "off"
 * EALREADY  the policy is attached, or pending
 * ESRCH   no such process, or it ended meanwhile; or there is no task that the
 *         scope is about. A control group and a root may be empty
 * EBUSY   somebody else modifies @function (livepatch, another tracer); or
 *         kernel.ftrace_enabled is 0, and @function is then just one of those
 *         that could not be hooked
 * EXDEV   the policy is a jail, and root or working directory of @conflict_pid
 *         is not in its root directory
 * ENODEV  ftrace has shut itself down after an error of its own, until reboot
 * EOPNOTSUPP  this kernel can not hook @function
 * ENXIO   ftrace accepted @function but its entry did not change
 * ENOMEM  out of memory
 * EINTR   a fatal signal came
 */
struct rsg_attach {
	__u32 size;
	__u32 id;
	__u32 scope;
	__s32 pid;
	__u32 mode;
	__u32 flags;
	__u32 confirm_ms;
	__u32 tasks;
	__s32 conflict_pid;
	__s32 fd;
	__u64 excepts;
	__u32 nr_excepts;
	__u32 __reserved;
	__u8 function[RSG_FUNCTION_LEN];
};

/**
 * struct rsg_id - argument of the calls that act on one policy
 * @size: sizeof(struct rsg_id)
 * @id: the policy
 *
 * CONFIRM makes a pending attach or REPLACE last. It must come through a
 * descriptor of the device that was opened after that: who can still open the
 * device is not locked out. If the scope covers the task that attached, and it was
 * passed over because it is exempt, then neither it nor its children prove
 * anything: the caller must be under the policy, or be of a session whose
 * leader was started after the attach, as a new login is.
 * ROLLBACK undoes a pending attach or REPLACE now. It does not touch a
 * confirmed one.
 * DETACH undoes an attach, pending or confirmed, and a pending REPLACE.
 * UNLOAD drops a policy that is not attached and belongs to no descriptor.
 *
 * ENOENT    no policy has that id
 * EACCES    CONFIRM: the descriptor is older than the attach, or the caller
 *           proves nothing. In observe mode there is nothing to prove
 * ENOTCONN  CONFIRM, ROLLBACK: nothing is pending; DETACH: it is not attached
 * EBUSY     UNLOAD: the policy is attached, or a descriptor owns it
 * EINTR     a fatal signal came
 */
struct rsg_id {
	__u32 size;
	__u32 id;
};

/**
 * struct rsg_jail_arg - argument of RSG_IOC_JAIL
 * @size: sizeof(struct rsg_jail_arg)
 * @flags: RSG_LOAD_*
 * @root_fd: descriptor of a directory, the root of the jail; one opened with
 *	O_PATH will do
 * @__reserved: must be zero
 * @name: as in struct rsg_load
 *
 * Makes a policy that keeps the tasks it is attached to in a root directory.
 * It is attached, confirmed, detached and dropped as any other policy; what it
 * denies is fixed, and looks at objects: processes, files, System V objects and
 * sockets of the jail's own tasks are free to use. Documentation lists it.
 *
 * RSG_IOC_ATTACH changes no root directory. It fails with EXDEV if root or
 * working directory of one of the tasks, @conflict_pid, is not in @root_fd.
 *
 * Returns what RSG_IOC_LOAD returns.
 *
 * EINVAL   also: the name is malformed
 * EBADF    @root_fd is not open
 * ENOTDIR  @root_fd is no directory
 * EEXIST, ENOSPC, ENOMEM, EMFILE, ENFILE, EINTR  as RSG_IOC_LOAD
 * EOPNOTSUPP  also: the kernel was built with PREEMPT_RT
 */
struct rsg_jail_arg {
	__u32 size;
	__u32 flags;
	__s32 root_fd;
	__u32 __reserved;
	__u8 name[RSG_NAME_LEN];
};

/**
 * struct rsg_replace - argument of RSG_IOC_REPLACE
 * @size: sizeof(struct rsg_replace)
 * @id: the policy
 * @rules: as in struct rsg_load, like the next four
 * @args: comparisons
 * @nr_rules: number of rules
 * @nr_args: number of comparisons
 * @default_verdict: the verdict on calls of which no rule holds
 * @confirm_ms: as in struct rsg_attach; only an attached policy needs it
 * @objects: rules on objects, as in struct rsg_load
 * @nr_objects: number of these
 * @__reserved: must be zero
 * @origin: where the new rules come from, as in struct rsg_load
 * @function: output after EBUSY, EOPNOTSUPP or ENXIO: the kernel function that
 *	could not be hooked, empty if none is to blame
 *
 * Every call is judged by what the policy said before or by what it says now,
 * and never by something between the two. Counters go on.
 *
 * EINVAL  also: the policy is a jail, whose contents are fixed
 * EINVAL, E2BIG, EOPNOTSUPP, ENOMEM, EINTR  as for RSG_IOC_LOAD
 * ENOENT  no policy has that id
 * EBUSY   an attach or a REPLACE of the policy is pending; or as for
 *         RSG_IOC_ATTACH
 * ENODEV, ENXIO  as for RSG_IOC_ATTACH
 */
struct rsg_replace {
	__u32 size;
	__u32 id;
	__u64 rules;
	__u64 args;
	__u32 nr_rules;
	__u32 nr_args;
	__u32 default_verdict;
	__u32 confirm_ms;
	__u64 objects;
	__u32 nr_objects;
	__u32 __reserved;
	__u8 origin[RSG_ORIGIN_LEN];
	__u8 function[RSG_FUNCTION_LEN];
};

/* Grants at one time, what one may last, and words of its bitmap of calls. */
#define RSG_RELAX_MAX		16
#define RSG_RELAX_MAX_MS	86400000
#define RSG_RELAX_WORDS		16

/**
 * struct rsg_relax - argument of RSG_IOC_RELAX and RSG_IOC_GET_RELAX
 * @size: sizeof(struct rsg_relax)
 * @id: RELAX: zero, and output: number of the grant; GET_RELAX: describe the
 *	grant with the smallest number that is not below this, and output
 * @pid: the process as the caller's PID namespace knows it; any thread stands
 *	for its process. GET_RELAX: output, 0 if it is gone
 * @flags: must be zero
 * @ms: for how many milliseconds, at most RSG_RELAX_MAX_MS, and not 0.
 *	GET_RELAX: output: how many are left
 * @uses: zero; GET_RELAX: output: how often the grant was used
 * @calls: the calls, at least one: bit nr % 64 of word (abi * RSG_CALLS + nr)
 *	/ 64. GET_RELAX: output
 *
 * RELAX lets a process make some system calls that its own seccomp filters
 * deny, whatever these do about them: they are not asked, nor is a tracer or a
 * supervisor that they would notify. The grant holds for all threads of the
 * process, not for its children, and ends by itself. RELAX_END, which takes a
 * struct rsg_id with the number of a grant, ends one before. Policies of the
 * guard still hold. A process in the strict mode of seccomp has no filters and
 * gets no grant.
 *
 * Each grant, each use and each end leaves an audit record. It needs a module
 * that was loaded with relax=1.
 *
 * EINVAL  also: a member is out of range, or no call is named
 * EOPNOTSUPP  RELAX: the module was not loaded with relax=1, or the kernel has
 *         no seccomp
 * ESRCH   RELAX: no such process
 * ENODATA  RELAX: the process has no seccomp filter
 * ENOSPC  RELAX: there are RSG_RELAX_MAX grants
 * EBUSY   RELAX: somebody else modifies the gate of seccomp
 * ENOENT  RELAX_END: no such grant; GET_RELAX: none with that number or above
 * ENODEV, ENXIO, ENOMEM  as with RSG_IOC_ATTACH
 */
struct rsg_relax {
	__u32 size;
	__u32 id;
	__s32 pid;
	__u32 flags;
	__u64 ms;
	__u64 uses;
	__u64 calls[RSG_RELAX_WORDS];
};

/* What GET_POLICY, TEST, GET_CALLS, EVENTS and LEARN_DUMP are about. */
#include <linux/ringside_guard_events.h>

/*
 * The calls. Each takes the address of the structure named here.
 *
 * RSG_IOC_GET_INFO    struct rs_info: level, features, version; for everyone
 *                     who may open the device
 * RSG_IOC_LOAD        struct rsg_load: make a policy
 * RSG_IOC_ATTACH      struct rsg_attach: put a policy in force
 * RSG_IOC_CONFIRM     struct rsg_id: let a pending attach last
 * RSG_IOC_ROLLBACK    struct rsg_id: undo a pending attach
 * RSG_IOC_DETACH      struct rsg_id: undo an attach
 * RSG_IOC_UNLOAD      struct rsg_id: drop a policy
 * RSG_IOC_GET_POLICY  struct rsg_policy_info: describe a policy
 * RSG_IOC_RELAX       struct rsg_relax: let a process pass its seccomp filters
 * RSG_IOC_RELAX_END   struct rsg_id: end that before its time
 * RSG_IOC_GET_RELAX   struct rsg_relax: describe such a grant
 * RSG_IOC_JAIL        struct rsg_jail_arg: make a policy that is a jail
 * RSG_IOC_REPLACE     struct rsg_replace: swap what a policy says
 * RSG_IOC_TEST        struct rsg_test: ask a policy about a call
 * RSG_IOC_GET_CALLS   struct rsg_calls: what a policy counted, by call
 * RSG_IOC_EVENTS      struct rsg_events: read decisions
 * RSG_IOC_LEARN_DUMP  struct rsg_learn_dump: what was observed
 */
#define RSG_IOC_GET_INFO	_IO(RS_IOC_MAGIC, RS_IOC_GUARD_BASE + 0)
#define RSG_IOC_LOAD		_IO(RS_IOC_MAGIC, RS_IOC_GUARD_BASE + 1)
#define RSG_IOC_ATTACH		_IO(RS_IOC_MAGIC, RS_IOC_GUARD_BASE + 2)
#define RSG_IOC_CONFIRM		_IO(RS_IOC_MAGIC, RS_IOC_GUARD_BASE + 3)
#define RSG_IOC_ROLLBACK	_IO(RS_IOC_MAGIC, RS_IOC_GUARD_BASE + 4)
#define RSG_IOC_DETACH		_IO(RS_IOC_MAGIC, RS_IOC_GUARD_BASE + 5)
#define RSG_IOC_UNLOAD		_IO(RS_IOC_MAGIC, RS_IOC_GUARD_BASE + 6)
#define RSG_IOC_GET_POLICY	_IO(RS_IOC_MAGIC, RS_IOC_GUARD_BASE + 7)
#define RSG_IOC_REPLACE		_IO(RS_IOC_MAGIC, RS_IOC_GUARD_BASE + 8)
#define RSG_IOC_TEST		_IO(RS_IOC_MAGIC, RS_IOC_GUARD_BASE + 9)
#define RSG_IOC_GET_CALLS	_IO(RS_IOC_MAGIC, RS_IOC_GUARD_BASE + 10)
#define RSG_IOC_RELAX		_IO(RS_IOC_MAGIC, RS_IOC_GUARD_BASE + 24)
#define RSG_IOC_RELAX_END	_IO(RS_IOC_MAGIC, RS_IOC_GUARD_BASE + 25)
#define RSG_IOC_GET_RELAX	_IO(RS_IOC_MAGIC, RS_IOC_GUARD_BASE + 26)
#define RSG_IOC_JAIL		_IO(RS_IOC_MAGIC, RS_IOC_GUARD_BASE + 32)
#define RSG_IOC_EVENTS		_IO(RS_IOC_MAGIC, RS_IOC_GUARD_BASE + 16)
#define RSG_IOC_LEARN_DUMP	_IO(RS_IOC_MAGIC, RS_IOC_GUARD_BASE + 17)

#endif /* _UAPI_LINUX_RINGSIDE_GUARD_H */
