/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trace: the part of ringside.h that reads counters and changes of
 * credentials. Programs include ringside.h, whose conventions hold here.
 * Kinds, levels and feature bits are those of linux/ringside_trace.h.
 */
#ifndef RINGSIDE_TRACE_H
#define RINGSIDE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/ringside_trace.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rs_trace;
struct rs_trace_snapshot;

/**
 * rs_trace_open() - open the trace device and map its counters
 * @trace: receives the handle
 *
 * Nothing is counted yet, unless somebody else asked for it.
 *
 * Return: 0, -RS_ENOMOD when ringside_trace is not loaded, -RS_EABI when it is
 * too old, -EPERM without CAP_PERFMON, -EPROTO when the mapping makes no
 * sense, -ENOMEM, or the -errno of open() or mmap().
 */
int rs_trace_open(struct rs_trace **trace);

/**
 * rs_trace_close() - close the handle and withdraw its level
 * @trace: the handle, or NULL
 */
void rs_trace_close(struct rs_trace *trace);

/**
 * rs_trace_set_level() - ask for a level
 * @trace: the handle
 * @level: RS_TRACE_LEVEL_*
 * @flags: RS_TRACE_WANT_*
 *
 * Return: 0 once the level is in force, -EINVAL for no such level or flag,
 * -ENOMEM, -EPROTO when the mapping of latencies makes no sense.
 */
int rs_trace_set_level(struct rs_trace *trace, uint32_t level, uint32_t flags);

/**
 * rs_trace_with_latency() - put latencies into snapshots whatever the level
 * @trace: the handle
 *
 * For those that were taken before, or for somebody else. A handle that asks
 * for RS_TRACE_LEVEL_LATENCY has them anyway.
 *
 * Return: 0, also if none were taken yet, or as rs_trace_set_level().
 */
int rs_trace_with_latency(struct rs_trace *trace);

/**
 * rs_trace_features() - what this kernel lets be told apart
 * @trace: the handle
 *
 * Return: RS_TRACE_F_* bits.
 */
uint64_t rs_trace_features(const struct rs_trace *trace);

/**
 * rs_trace_guard_get() - what the credential guard does and has found
 * @trace: the handle
 * @state: receives it
 *
 * Return: 0, -RS_EABI when ringside_trace is too old to have a guard, or the
 * -errno of asking.
 */
int rs_trace_guard_get(const struct rs_trace *trace,
		       struct rs_trace_guard_state *state);

/**
 * rs_trace_snapshot_take() - copy the counters of all CPUs
 * @trace: the handle
 * @snapshot: receives the copy
 *
 * Makes no system call that depends on the number of counters: it reads the
 * mapping.
 *
 * Return: 0 or -ENOMEM.
 */
int rs_trace_snapshot_take(const struct rs_trace *trace,
			   struct rs_trace_snapshot **snapshot);

/**
 * rs_trace_snapshot_free() - free a copy
 * @snapshot: the copy, or NULL
 */
void rs_trace_snapshot_free(struct rs_trace_snapshot *snapshot);

/**
 * rs_trace_snapshot_subtract() - what happened in between
 * @later: becomes the difference
 * @earlier: another snapshot of the same handle
 */
void rs_trace_snapshot_subtract(struct rs_trace_snapshot *later,
				const struct rs_trace_snapshot *earlier);

/**
 * struct rs_trace_books - the books of a CPU, or of all
 * @returns: returns to user mode, by the counter of returns itself
 * @attributed: returns whose cause is known
 * @residual: returns whose cause is not known
 * @balanced: @attributed + @residual are the @returns, to within the returns
 *	that took place while they were being read
 * @elapsed_ns: time covered; that since boot for what is no difference
 */
struct rs_trace_books {
	uint64_t returns;
	uint64_t attributed;
	uint64_t residual;
	bool balanced;
	uint64_t elapsed_ns;
};

/** Stands for the sum over all CPUs. */
#define RS_TRACE_ALL_CPUS	(-1)

/**
 * rs_trace_books() - the books
 * @snapshot: a snapshot or difference
 * @cpu: a CPU below rs_trace_cpus(), or RS_TRACE_ALL_CPUS
 * @books: receives them
 *
 * Return: 0, or -EINVAL for no such CPU.
 */
int rs_trace_books(const struct rs_trace_snapshot *snapshot, int cpu,
		   struct rs_trace_books *books);

/**
 * rs_trace_cpus() - number of CPUs that can exist
 * @snapshot: a snapshot or difference
 *
 * Return: the number.
 */
unsigned int rs_trace_cpus(const struct rs_trace_snapshot *snapshot);

/**
 * struct rs_trace_cause - one counter, summed over the CPUs
 * @kind: RS_TRACE_SYSCALL_X64 and so on
 * @index: within the kind: number, vector or line
 * @in_books: it counts returns to user mode; otherwise events in kernel mode
 * @count: how many
 */
struct rs_trace_cause {
	uint32_t kind;
	uint32_t index;
	bool in_books;
	uint64_t count;
};

/**
 * rs_trace_causes() - number of counters
 * @snapshot: a snapshot or difference
 *
 * Return: the number.
 */
size_t rs_trace_causes(const struct rs_trace_snapshot *snapshot);

/**
 * rs_trace_cause() - one counter
 * @snapshot: a snapshot or difference
 * @i: below rs_trace_causes()
 * @cause: receives it
 *
 * Return: 0, or -EINVAL when @i is too large.
 */
int rs_trace_cause(const struct rs_trace_snapshot *snapshot, size_t i,
		   struct rs_trace_cause *cause);

/**
 * struct rs_trace_latency - how long the crossings of a cause took
 * @timed: how many were timed; at most those that were counted, and the few
 *	that came between the copies of the two
 * @sum_ns: all of them together, from entry to return, without the interrupts
 *	in between
 * @off_cpu_ns: of that, not on the CPU; 0 unless RS_TRACE_WANT_OFF_CPU was asked
 *	for
 * @slept: how many were off the CPU at all, under the same condition
 * @p50_ns: half of them took at most so long, to within a bucket
 * @p99_ns: 99 of 100
 * @max_ns: none took longer, to within a bucket
 */
struct rs_trace_latency {
	uint64_t timed;
	uint64_t sum_ns;
	uint64_t off_cpu_ns;
	uint64_t slept;
	uint64_t p50_ns;
	uint64_t p99_ns;
	uint64_t max_ns;
};

/**
 * rs_trace_latency() - latencies of a cause
 * @snapshot: a snapshot or difference
 * @i: below rs_trace_causes()
 * @latency: receives them; all 0 if the level was too low for them
 *
 * Return: 0, or -EINVAL when @i is too large.
 */
int rs_trace_latency(const struct rs_trace_snapshot *snapshot, size_t i,
		     struct rs_trace_latency *latency);

/**
 * struct rs_trace_bucket - one bar of a histogram
 * @low_ns: shortest latency in it
 * @high_ns: longest
 * @count: how many
 */
struct rs_trace_bucket {
	uint64_t low_ns;
	uint64_t high_ns;
	uint64_t count;
};

/**
 * rs_trace_buckets() - number of bars of each histogram
 * @snapshot: a snapshot or difference
 *
 * Return: the number, 0 if the level was too low.
 */
unsigned int rs_trace_buckets(const struct rs_trace_snapshot *snapshot);

/**
 * rs_trace_bucket() - one bar
 * @snapshot: a snapshot or difference
 * @i: below rs_trace_causes()
 * @b: below rs_trace_buckets()
 * @bucket: receives it
 *
 * Return: 0, or -EINVAL when @i or @b is too large.
 */
int rs_trace_bucket(const struct rs_trace_snapshot *snapshot, size_t i,
		    unsigned int b, struct rs_trace_bucket *bucket);

struct rs_trace_who;

/**
 * rs_trace_who_take() - copy the sums by cgroup and by task
 * @trace: the handle, which asks for RS_TRACE_WANT_WHO
 * @who: receives the copy
 *
 * Return: 0, -ENODATA if nobody asks for them, -EPROTO when they make no sense,
 * -ENOMEM.
 */
int rs_trace_who_take(const struct rs_trace *trace, struct rs_trace_who **who);

/**
 * rs_trace_who_free() - free a copy
 * @who: the copy, or NULL
 */
void rs_trace_who_free(struct rs_trace_who *who);

/**
 * rs_trace_who_subtract() - what happened in between
 * @later: becomes the difference
 * @earlier: another copy of the same handle; its order may change
 *
 * What a cgroup did that is gone since is its parent's.
 */
void rs_trace_who_subtract(struct rs_trace_who *later,
			   struct rs_trace_who *earlier);

/**
 * struct rs_trace_cgroup - crossings of a cgroup without those below it
 * @id: inode number of its directory
 * @parent: of the cgroup that inherits, 0 for the root
 * @path: from the root of the hierarchy; valid as long as the copy
 * @count: returns to user mode
 * @sum_ns: time in the kernel. Without RS_TRACE_WANT_OFF_CPU, sleeping counts
 */
struct rs_trace_cgroup {
	uint64_t id;
	uint64_t parent;
	const char *path;
	uint64_t count;
	uint64_t sum_ns;
};

/**
 * rs_trace_who_cgroups() - how many cgroups have sums
 * @who: a copy or difference
 *
 * Return: the number.
 */
size_t rs_trace_who_cgroups(const struct rs_trace_who *who);

/**
 * rs_trace_who_cgroup() - one of them
 * @who: a copy or difference
 * @i: below rs_trace_who_cgroups()
 * @cgroup: receives it
 *
 * Return: 0, or -EINVAL when @i is too large.
 */
int rs_trace_who_cgroup(const struct rs_trace_who *who, size_t i,
			struct rs_trace_cgroup *cgroup);

/**
 * struct rs_trace_part - what a cgroup did of a cause
 * @single: it is one native system call, @index; else all there is of @kind
 * @kind: RS_TRACE_SYSCALL_X64 and so on
 * @index: number of the call
 * @count: returns to user mode
 * @sum_ns: as in struct rs_trace_cgroup
 */
struct rs_trace_part {
	bool single;
	uint32_t kind;
	uint32_t index;
	uint64_t count;
	uint64_t sum_ns;
};

/**
 * rs_trace_who_causes() - how many parts each cgroup has
 * @who: a copy or difference
 *
 * Return: the number.
 */
size_t rs_trace_who_causes(const struct rs_trace_who *who);

/**
 * rs_trace_who_cause() - one of them
 * @who: a copy or difference
 * @i: below rs_trace_who_cgroups()
 * @cause: below rs_trace_who_causes()
 * @part: receives it
 *
 * Return: 0, or -EINVAL when @i or @cause is too large.
 */
int rs_trace_who_cause(const struct rs_trace_who *who, size_t i, size_t cause,
		       struct rs_trace_part *part);

/**
 * struct rs_trace_thread - crossings of a thread
 * @pid: its number, as the initial pid namespace sees it
 * @tgid: its process
 * @comm: its name
 * @cgroup: path of its cgroup, "" if that has no sums
 * @count: returns to user mode
 * @sum_ns: as in struct rs_trace_cgroup
 */
struct rs_trace_thread {
	uint32_t pid;
	uint32_t tgid;
	char comm[16];
	const char *cgroup;
	uint64_t count;
	uint64_t sum_ns;
};

/**
 * rs_trace_who_tasks() - how many threads live that entered the kernel
 * @who: a copy or difference
 *
 * Return: the number.
 */
size_t rs_trace_who_tasks(const struct rs_trace_who *who);

/**
 * rs_trace_who_task() - one of them
 * @who: a copy or difference
 * @i: below rs_trace_who_tasks()
 * @thread: receives it
 *
 * Return: 0, or -EINVAL when @i is too large.
 */
int rs_trace_who_task(const struct rs_trace_who *who, size_t i,
		      struct rs_trace_thread *thread);

/** Room for any name that rs_trace_cause_name() makes. */
#define RS_TRACE_NAME_LEN	64

/**
 * rs_trace_cause_name() - what people call a cause
 * @kind: its kind
 * @index: its index
 * @name: receives for example "openat", "i386 read" or "local timer"
 * @len: size of @name; RS_TRACE_NAME_LEN is enough
 */
void rs_trace_cause_name(uint32_t kind, uint32_t index, char *name,
			 size_t len);

/**
 * rs_trace_kind_name() - the word for a kind, for example "syscall"
 * @kind: RS_TRACE_SYSCALL_X64 and so on
 *
 * Return: a constant string, "unknown" for a kind of a newer kernel side.
 */
const char *rs_trace_kind_name(uint32_t kind);

/* The capability sets of struct rs_trace_cred. */
enum rs_trace_caps {
	RS_TRACE_CAPS_EFFECTIVE,
	RS_TRACE_CAPS_PERMITTED,
	RS_TRACE_CAPS_INHERITABLE,
	RS_TRACE_CAPS_BOUNDING,
	RS_TRACE_CAPS_AMBIENT,
	RS_TRACE_CAPS_NR
};

/* The ids of struct rs_trace_cred. */
enum rs_trace_ids {
	RS_TRACE_UID, RS_TRACE_EUID, RS_TRACE_SUID, RS_TRACE_FSUID,
	RS_TRACE_GID, RS_TRACE_EGID, RS_TRACE_SGID, RS_TRACE_FSGID,
	RS_TRACE_IDS_NR
};

/**
 * struct rs_trace_cred_set - credentials before or after a change
 * @id: user and group ids as the initial user namespace sees them
 * @caps: capability sets, bit n is capability n
 * @securebits: see capabilities(7)
 * @ns: the user namespace, by the number of /proc/PID/ns/user; 0 if the module
 *	does not say
 */
struct rs_trace_cred_set {
	uint32_t id[RS_TRACE_IDS_NR];
	uint64_t caps[RS_TRACE_CAPS_NR];
	uint32_t securebits;
	uint32_t ns;
};

/**
 * struct rs_trace_cred - a change of credentials
 * @time_ns: CLOCK_MONOTONIC
 * @pid: the thread, as the initial pid namespace sees it
 * @abi: "x86_64", "i386", "x32", or "none" if no system call made it
 * @nr: number of the system call, -1 if none
 * @ns_changed: the user namespace is another one
 * @before: credentials until then
 * @after: credentials from then on
 * @no_new_privs: the thread can not gain privileges by execve()
 * @seccomp: 0 none, 1 strict, 2 a filter
 * @caller: function of the kernel that committed the change
 * @comm: name of the thread
 * @alarm: seen by the credential guard, and nothing explains it. Commits that
 *	are not explained come twice: as such, and as an alarm
 * @explained: the module has a reason for it
 * @why: the reason, such as "exec" or "ids", or what is wrong, such as
 *	"caller" or "pointer"; empty if the module does not say
 * @exe: the program, by the last parts of its path on its file system
 */
struct rs_trace_cred {
	uint64_t time_ns;
	int pid;
	char abi[8];
	int nr;
	bool ns_changed;
	struct rs_trace_cred_set before;
	struct rs_trace_cred_set after;
	bool no_new_privs;
	unsigned int seccomp;
	char caller[64];
	char comm[16];
	bool alarm;
	bool explained;
	char why[16];
	char exe[128];
};

struct rs_trace_creds;

/**
 * rs_trace_creds_open() - watch changes of credentials from now on
 * @creds: receives the handle
 *
 * Both events of the module are watched. The credential guard is not switched
 * on: without it, only commits are seen.
 *
 * Uses a tracefs instance of its own, "ringside-PID", and removes those that
 * dead processes left behind.
 *
 * Return: 0, -RS_ENOMOD when ringside_trace is not loaded, -ENOENT when
 * tracefs is not mounted, or the -errno of using it.
 */
int rs_trace_creds_open(struct rs_trace_creds **creds);

/**
 * rs_trace_creds_close() - stop watching and remove the instance
 * @creds: the handle, or NULL
 */
void rs_trace_creds_close(struct rs_trace_creds *creds);

/**
 * rs_trace_creds_fd() - descriptor to poll() for POLLIN
 * @creds: the handle
 *
 * Return: the descriptor; it stays the library's.
 */
int rs_trace_creds_fd(const struct rs_trace_creds *creds);

/**
 * rs_trace_creds_next() - the next change
 * @creds: the handle
 * @cred: receives it
 *
 * Never waits.
 *
 * Return: 1, 0 when there is none at the moment, or -errno.
 */
int rs_trace_creds_next(struct rs_trace_creds *creds,
			struct rs_trace_cred *cred);

/**
 * rs_trace_creds_lost() - changes that the kernel had no room to keep
 * @creds: the handle
 *
 * Return: how many, since rs_trace_creds_open().
 */
uint64_t rs_trace_creds_lost(const struct rs_trace_creds *creds);

/**
 * rs_cap_name() - name of a capability
 * @cap: its number
 *
 * Return: for example "cap_chown"; NULL for a number that the library does not
 * know.
 */
const char *rs_cap_name(unsigned int cap);

#ifdef __cplusplus
}
#endif

#endif /* RINGSIDE_TRACE_H */
