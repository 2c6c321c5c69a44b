/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * /dev/ringside-trace: how often, and why, each CPU went back to user mode.
 *
 * A reader opens the device, maps it from offset 0, asks for a level, and from
 * then on reads plain memory: no system call, no cost to the kernel. The
 * mapping starts with struct rs_trace_page, which says where everything else
 * is; a reader trusts its offsets and sizes and not those of this header, so
 * that it survives a newer kernel side.
 *
 * The books. Each return to user mode adds one to rs_trace_block.returns of its
 * CPU and one to exactly one counter of a section that has
 * RS_TRACE_SECTION_BOOKS; what could not be explained is counted too, as
 * RS_TRACE_RESIDUAL. The counter is increased first. So for a reader that takes
 * returns, then all counters of the books, then returns again:
 *
 *	returns before <= sum of the counters <= returns after + 1
 *
 * and all three are the same when the CPU did not return in between. Counters
 * only grow, wrap at 64 bits, and survive a level of 0, closing and the CPU
 * going offline: a reader takes differences.
 *
 * Latency. From RS_TRACE_LEVEL_LATENCY on there is a record for each counter:
 * how long such crossings took, from the entry to the return, in ticks of the
 * time stamp counter (rs_trace_page.tsc_khz a millisecond). Interrupts and
 * softirqs that a crossing was interrupted by are left out; they have records
 * of their own. Not all crossings are timed: a call that seccomp denies has no
 * entry, nor has the first return of a new task, nor the residual; exceptions
 * other than page faults, breakpoints and debug exceptions are timed from their
 * signal on. So the sum of the buckets, not the counter, is the number that @sum
 * belongs to. The records are a mapping of their own, from
 * rs_trace_page.latency_offset, which is 0 until the level has been reached for
 * the first time, and then never changes.
 *
 * Who. While a descriptor asks for RS_TRACE_WANT_WHO, crossings are added up for
 * each task and for each cgroup of the unified hierarchy as well, starting from
 * 0. There is nothing to map, for tasks and cgroups come and go: ioctls copy the
 * sums. A cgroup that is removed leaves its sums to its parent; one that is too
 * new or one too many (parameter max_cgroups) counts with its nearest ancestor
 * that has sums. So no crossing is without a cgroup, except those in
 * rs_trace_block.untimed.
 *
 * Flight recorder. While RS_TRACE_LEVEL_FLIGHT is in force each CPU has a ring of
 * what happened last: every crossing, every interrupt and softirq in kernel mode,
 * every context switch and every change of credentials, as one struct
 * rs_trace_flight_record each, written when it ends; the oldest is overwritten.
 * Context switches are watched as if RS_TRACE_WANT_OFF_CPU were asked for. The
 * ring of CPU n is a mapping of its own, from rs_trace_page.flight_offset + n *
 * flight_stride; it starts with struct rs_trace_flight. To read a ring while the
 * CPU goes on: take rs_trace_flight.head, copy records, take head again (each
 * load acquires); record i, counted from the first ever, is at i % nr_records,
 * and the copy of it is good if i + nr_records is above the second head. A ring
 * goes when the level does, but not before its last mapping; a mapping that is
 * older than rs_trace_page.flight_offset is of a ring that nobody writes to any
 * more. Not recorded are NMIs, calls that nobody returns from, and what began
 * before rs_trace_flight.since.
 *
 * Opening needs CAP_PERFMON or CAP_SYS_ADMIN in the initial user namespace,
 * else EPERM. The capability of the opener counts: a descriptor that is handed
 * on carries the right to read and to set its own level.
 *
 * mmap() fails with
 *   EPERM   for a writable or executable mapping; mprotect() can not add
 *           either later (EACCES)
 *   EINVAL  if the range exceeds rs_trace_page.length, or a ring
 *   ENXIO   for the ring of a CPU that has none
 *
 * ioctls; errors common to all are listed in linux/ringside.h
 */
#ifndef _UAPI_LINUX_RINGSIDE_TRACE_H
#define _UAPI_LINUX_RINGSIDE_TRACE_H

#include <linux/ringside.h>

/*
 * ABI level in struct rs_info and struct rs_trace_page. Raise it by one with
 * each new ioctl, section kind, flag or structure member.
 */
#define RS_TRACE_ABI		3

/* Levels: what is counted. */
#define RS_TRACE_LEVEL_OFF	0	/* nothing is registered, no cost */
#define RS_TRACE_LEVEL_COUNT	1	/* returns to user mode by cause */
#define RS_TRACE_LEVEL_LATENCY	2	/* and how long each crossing took */
#define RS_TRACE_LEVEL_FLIGHT	3	/* and each of the last ones by itself */

/*
 * Features of struct rs_info and struct rs_trace_page: what this kernel lets
 * be told apart. Without a bit, such returns end up as RS_TRACE_RESIDUAL.
 */
#define RS_TRACE_F_PAGE_FAULT	(1ULL << 0)	/* page faults */
#define RS_TRACE_F_EXCEPTION	(1ULL << 1)	/* exceptions that end in a signal */
#define RS_TRACE_F_IRQ		(1ULL << 2)	/* device interrupts by line */
#define RS_TRACE_F_VECTOR	(1ULL << 3)	/* local APIC interrupts by vector */
#define RS_TRACE_F_SIGRETURN	(1ULL << 4)	/* sigreturn, and calls of uprobes */
#define RS_TRACE_F_CRED		(1ULL << 5)	/* the event ringside:cred */
#define RS_TRACE_F_LATENCY	(1ULL << 6)	/* calls can be timed */
#define RS_TRACE_F_SOFTIRQ	(1ULL << 7)	/* softirqs are timed and left out */
#define RS_TRACE_F_OFF_CPU	(1ULL << 8)	/* RS_TRACE_WANT_OFF_CPU works */
#define RS_TRACE_F_WHO		(1ULL << 9)	/* RS_TRACE_WANT_WHO works */
#define RS_TRACE_F_FLIGHT	(1ULL << 10)	/* RS_TRACE_LEVEL_FLIGHT works */
#define RS_TRACE_F_VM_EXIT	(1ULL << 11)	/* VM exits can be sampled */
#define RS_TRACE_F_IDLE		(1ULL << 12)	/* idle CPUs are counted */
#define RS_TRACE_F_CRED_GUARD	(1ULL << 16)	/* RS_TRACE_SET_GUARD works */

/**
 * RS_TRACE_GET_INFO - which ABI, which features, which version
 *
 * Fills a struct rs_info.
 */
#define RS_TRACE_GET_INFO	_IO(RS_IOC_MAGIC, RS_IOC_TRACE_BASE + 0)

/*
 * Flags of struct rs_trace_level. Watch context switches, too, so that records
 * tell the time that a crossing slept or waited for its turn; from
 * RS_TRACE_LEVEL_LATENCY on.
 */
#define RS_TRACE_WANT_OFF_CPU	(1U << 0)
/* Add up by task and by cgroup; from RS_TRACE_LEVEL_LATENCY on, too. */
#define RS_TRACE_WANT_WHO	(1U << 1)

/**
 * struct rs_trace_level - argument of RS_TRACE_SET_LEVEL
 * @size: sizeof(struct rs_trace_level)
 * @level: RS_TRACE_LEVEL_*
 * @flags: RS_TRACE_WANT_*; in force while any descriptor asks for it
 * @reserved: 0
 */
struct rs_trace_level {
	__u32 size;
	__u32 level;
	/* ABI 2 */
	__u32 flags;
	__u32 reserved;
};

/**
 * RS_TRACE_SET_LEVEL - the level that this descriptor asks for
 *
 * The highest level that any descriptor or the administrator (sysfs) asks for
 * is in force. Closing the last copy of the descriptor withdraws the request.
 * Returns when the level is in force, or when nothing of it is left.
 *
 *   EINVAL  no such level or flag, or a flag without its level
 *   ENOMEM  no memory; the previous level stays in force
 */
#define RS_TRACE_SET_LEVEL	_IO(RS_IOC_MAGIC, RS_IOC_TRACE_BASE + 1)

/**
 * struct rs_trace_sum - crossings of a cgroup
 * @count: returns to user mode
 * @ticks: from the entries to the returns of those that were timed. Without the
 *	time off the CPU while RS_TRACE_WANT_OFF_CPU is in force
 */
struct rs_trace_sum {
	__u64 count;
	__u64 ticks;
};

/**
 * struct rs_trace_group - argument of RS_TRACE_NEXT_GROUP
 * @size: sizeof(struct rs_trace_group)
 * @path_size: bytes of room at @path
 * @id: in: 0, or an id of before; out: the least id above it. The id is the inode
 *	number of the cgroup's directory, never used again until the next boot
 * @parent: out: id of the ancestor that will inherit, 0 for the root
 * @generation: out: changes whenever a cgroup got its sums or left them. Whoever
 *	sees another one than at the first cgroup starts again
 * @path: user address of a buffer that receives the path, closed by 0. As it was
 *	when the cgroup got its sums
 * @sums: user address of an array of struct rs_trace_sum. The first, as many as
 *	the section RS_TRACE_SYSCALL_X64 has counters, are of one native call
 *	each; after them, index n is of all crossings of kind n
 * @nr_sums: in: room at @sums; out: how many there are
 * @reserved: 0
 */
struct rs_trace_group {
	__u32 size;
	__u32 path_size;
	__u64 id;
	__u64 parent;
	__u64 generation;
	__u64 path;
	__u64 sums;
	__u32 nr_sums;
	__u32 reserved;
};

/**
 * RS_TRACE_NEXT_GROUP - the sums of a cgroup and of all that it inherited
 *
 *   EINVAL   reserved is not 0
 *   ENOENT   no cgroup has a greater id: that was all
 *   ENODATA  no descriptor asks for RS_TRACE_WANT_WHO
 *   ERANGE   the path is longer than @path_size; PATH_MAX is always enough
 */
#define RS_TRACE_NEXT_GROUP	_IO(RS_IOC_MAGIC, RS_IOC_TRACE_BASE + 2)

/**
 * struct rs_trace_task - a thread that has entered the kernel
 * @pid: the thread, as the initial pid namespace sees it
 * @tgid: its process
 * @start_ns: CLOCK_MONOTONIC time when it was made; with @pid, nobody else's
 * @cgroup: id of its cgroup; one that has no sums has an ancestor that has
 * @calls: returns to user mode, since the sums are kept
 * @ticks: as in struct rs_trace_sum
 * @comm: name of the thread
 */
struct rs_trace_task {
	__u32 pid;
	__u32 tgid;
	__u64 start_ns;
	__u64 cgroup;
	__u64 calls;
	__u64 ticks;
	__u8 comm[16];
};

/**
 * struct rs_trace_tasks - argument of RS_TRACE_GET_TASKS
 * @size: sizeof(struct rs_trace_tasks)
 * @task_size: sizeof(struct rs_trace_task)
 * @tasks: user address of an array of struct rs_trace_task
 * @nr: in: room there; out: how many threads there are, which may be more
 * @reserved: 0
 */
struct rs_trace_tasks {
	__u32 size;
	__u32 task_size;
	__u64 tasks;
	__u32 nr;
	__u32 reserved;
};

/**
 * RS_TRACE_GET_TASKS - the sums of all threads that live
 *
 * What threads did that have ended is in the sums of their cgroups.
 *
 *   EINVAL   another task_size, or reserved is not 0
 *   ENODATA  no descriptor asks for RS_TRACE_WANT_WHO
 *   ENOMEM   no memory for the copy
 */
#define RS_TRACE_GET_TASKS	_IO(RS_IOC_MAGIC, RS_IOC_TRACE_BASE + 3)

/* Why the flight recorder stands still, see rs_trace_page.flight_frozen. */
#define RS_TRACE_FROZEN_NOT	0	/* it does not */
#define RS_TRACE_FROZEN_ASKED	1	/* RS_TRACE_SET_FREEZE, or sysfs */
#define RS_TRACE_FROZEN_CRED	2	/* credentials changed unexplained */
#define RS_TRACE_FROZEN_SLOW	3	/* a crossing exceeded its limit */

/**
 * struct rs_trace_freeze - argument of RS_TRACE_SET_FREEZE
 * @size: sizeof(struct rs_trace_freeze)
 * @frozen: 1 to stop recording, 0 to go on
 */
struct rs_trace_freeze {
	__u32 size;
	__u32 frozen;
};

/**
 * RS_TRACE_SET_FREEZE - stop the flight recorder, or let it go on
 *
 * For all descriptors, until one says otherwise or the level is lowered. What is
 * recorded stays; the rest of the level works on. Going on leaves a
 * RS_TRACE_FLIGHT_RESUME on each CPU.
 *
 *   EINVAL   frozen is neither 0 nor 1
 *   ENODATA  RS_TRACE_LEVEL_FLIGHT is not in force
 */
#define RS_TRACE_SET_FREEZE	_IO(RS_IOC_MAGIC, RS_IOC_TRACE_BASE + 4)

/*
 * The credential guard: each commit of credentials is judged by a table of what
 * the kernel has reasons for, and on each return to user mode the credentials
 * of the thread are compared with those that it was seen to commit. The guard
 * does not depend on the level. Files in sysfs choose what is done about an
 * alarm.
 */
#define RS_TRACE_GUARD_OFF	0
#define RS_TRACE_GUARD_POINTER	1	/* are they the same credentials? */
#define RS_TRACE_GUARD_FULL	2	/* and do they say the same? */

/**
 * struct rs_trace_guard - argument of RS_TRACE_SET_GUARD
 * @size: sizeof(struct rs_trace_guard)
 * @guard: RS_TRACE_GUARD_*
 */
struct rs_trace_guard {
	__u32 size;
	__u32 guard;
};

/**
 * RS_TRACE_SET_GUARD - the credential guard that this descriptor asks for
 *
 * The most demanding request of any descriptor and the administrator (sysfs) is
 * in force. Closing the last copy of the descriptor withdraws the request.
 *
 *   EINVAL  no such guard
 *   ENOENT  the kernel lets commit_creds() not be hooked, or lacks a tracepoint
 *   ENOMEM  no memory; what was in force stays
 */
#define RS_TRACE_SET_GUARD	_IO(RS_IOC_MAGIC, RS_IOC_TRACE_BASE + 16)

/* What is done about a change that nothing explains; each does all before it. */
#define RS_TRACE_ACTION_EVENT	0	/* count it, event cred_unexplained */
#define RS_TRACE_ACTION_LOG	1	/* a line in the kernel's log */
#define RS_TRACE_ACTION_STOP	2	/* SIGSTOP, */
#define RS_TRACE_ACTION_KILL	3	/* or SIGKILL, before it goes on */

/* How a change that nothing explains was made. */
#define RS_TRACE_CRED_POINTER	0	/* other credentials, not committed */
#define RS_TRACE_CRED_CONTENT	1	/* the same, overwritten */
#define RS_TRACE_CRED_SPLIT	2	/* acts with others than it is seen with */
#define RS_TRACE_CRED_COMMIT	3	/* committed, but without a reason */
#define RS_TRACE_CRED_NR	4

/**
 * struct rs_trace_guard_state - what RS_TRACE_GET_GUARD answers
 * @size: sizeof(struct rs_trace_guard_state)
 * @guard: RS_TRACE_GUARD_* in force
 * @action: RS_TRACE_ACTION_* in force
 * @reserved: 0
 * @unexplained: changes by RS_TRACE_CRED_*, since the module was loaded
 * @untracked: times that a thread came back whose credentials were not known,
 *	because there was no room for it, and were taken as they were
 * @sweeps: times that all threads were looked at, those that sleep included
 */
struct rs_trace_guard_state {
	__u32 size;
	__u32 guard;
	__u32 action;
	__u32 reserved;
	__u64 unexplained[RS_TRACE_CRED_NR];
	__u64 untracked;
	__u64 sweeps;
};

/**
 * RS_TRACE_GET_GUARD - what the credential guard does and has found
 *
 * Fills a struct rs_trace_guard_state.
 */
#define RS_TRACE_GET_GUARD	_IO(RS_IOC_MAGIC, RS_IOC_TRACE_BASE + 17)

/* What the counters of a section stand for; index is within the section. */
#define RS_TRACE_SYSCALL_X64	0	/* native system calls by number */
#define RS_TRACE_SYSCALL_I386	1	/* int 0x80 and 32-bit entries, by number */
#define RS_TRACE_SYSCALL_X32	2	/* by number without bit 30 */
#define RS_TRACE_SYSCALL_NONE	3	/* numbers beyond: of x64, i386, x32 */
#define RS_TRACE_EXCEPTION	4	/* by vector; 14 is the page fault */
#define RS_TRACE_IRQ		5	/* by line; the last one and all above */
#define RS_TRACE_VECTOR		6	/* local APIC interrupts by vector */
#define RS_TRACE_CHILD		7	/* first return of a new task */
#define RS_TRACE_RESIDUAL	8	/* not explained */
/* Of kernel mode: events, not returns, and not in the books. */
#define RS_TRACE_KERNEL_FAULT	9	/* page faults of the kernel */
#define RS_TRACE_KERNEL_IRQ	10	/* device interrupts of the kernel, by line */
#define RS_TRACE_KERNEL_VECTOR	11	/* APIC interrupts of the kernel, by vector */
/* From RS_TRACE_LEVEL_LATENCY on; events as well. */
#define RS_TRACE_SOFTIRQ	12	/* softirqs by number */
/* Of the hypervisor: what vm_exit_period_ms in sysfs asks for, at any level. */
#define RS_TRACE_VM_EXIT	13	/* samples of what an exit costs */
/*
 * Times that a CPU had nothing to do, by cpuidle's state. State 0 polls if
 * cpuidle has a driver, all else halts the CPU, which is an exit.
 */
#define RS_TRACE_IDLE		14

/* Flags of a section: it takes part in the sum. */
#define RS_TRACE_SECTION_BOOKS	(1U << 0)

/**
 * struct rs_trace_section - a run of counters within each block
 * @kind: RS_TRACE_SYSCALL_X64 and so on; readers skip kinds they do not know,
 *	but add them up if RS_TRACE_SECTION_BOOKS is set
 * @flags: RS_TRACE_SECTION_*
 * @first: index of its first counter in rs_trace_block.counter
 * @nr: how many counters
 */
struct rs_trace_section {
	__u32 kind;
	__u32 flags;
	__u32 first;
	__u32 nr;
};

/* "RsTr", first word of the mapping. */
#define RS_TRACE_MAGIC		0x72547352

/**
 * struct rs_trace_page - start of the mapping
 * @magic: RS_TRACE_MAGIC
 * @abi: RS_TRACE_ABI of the kernel side
 * @size: bytes of this structure that the kernel side knows
 * @nr_blocks: one block for each CPU that can exist
 * @length: bytes of the whole mapping
 * @features: RS_TRACE_F_*
 * @section_offset: bytes from the start to the first section
 * @section_size: bytes from one section to the next
 * @nr_sections: how many
 * @nr_counters: in each block
 * @block_offset: bytes from the start to the first block
 * @block_size: bytes from one block to the next
 * @level: level in force
 * @tsc_khz: rate of the time stamp counter, 0 if it can not be used
 * @armed_ns: CLOCK_MONOTONIC time when the level last left 0; 0 if never
 * @latency_offset: where to map the records, 0 if there are none yet. Read it
 *	first; when it is set, the rest is
 * @latency_length: bytes of that mapping
 * @record_size: bytes from one record to the next; each CPU has nr_counters of
 *	them, one after the other, and the CPUs follow each other
 * @nr_buckets: in each record
 * @bucket_bits: b of 1 << b buckets for each doubling
 * @reserved: not yet used
 * @flight_offset: where to map the ring of CPU 0; 0 unless RS_TRACE_LEVEL_FLIGHT
 *	is in force. Read it first; when it is set, the next two are
 * @flight_stride: bytes from where one ring is mapped to the next
 * @flight_length: bytes of each of these mappings
 * @flight_frozen: RS_TRACE_FROZEN_*
 * @reserved2: not yet used
 * @flight_frozen_ticks: time stamp when it was frozen last
 */
struct rs_trace_page {
	__u32 magic;
	__u32 abi;
	__u32 size;
	__u32 nr_blocks;
	__u64 length;
	__u64 features;
	__u32 section_offset;
	__u32 section_size;
	__u32 nr_sections;
	__u32 nr_counters;
	__u32 block_offset;
	__u32 block_size;
	__u32 level;
	__u32 tsc_khz;
	__u64 armed_ns;
	/* ABI 2 */
	__u64 latency_offset;
	__u64 latency_length;
	__u32 record_size;
	__u32 nr_buckets;
	__u32 bucket_bits;
	__u32 reserved;
	/* ABI 3 */
	__u64 flight_offset;
	__u64 flight_stride;
	__u64 flight_length;
	__u32 flight_frozen;
	__u32 reserved2;
	__u64 flight_frozen_ticks;
};

/**
 * struct rs_trace_block - the counters of one CPU
 * @cpu: its number
 * @active: 1 while the CPU is online and the level is above 0, else 0
 * @returns: returns to user mode
 * @untimed: crossings that were counted but not timed, because too many tasks
 *	were there to remember when each entered
 * @reserved: not yet used
 * @counter: counters, as the sections say
 */
struct rs_trace_block {
	__u32 cpu;
	__u32 active;
	__u64 returns;
	__u64 untimed;
	__u64 reserved[5];
	__u64 counter[];
};

/**
 * struct rs_trace_record - how long the crossings of one cause took, on one CPU
 * @sum: ticks of all of them, from entry to return
 * @max: ticks of the longest since the module was loaded; saturates at 2^48 - 1
 * @off_cpu: ticks of @sum that their tasks were not running
 * @slept: how many of them were off the CPU at all
 * @bucket: how many took so long; wraps at 32 bits, so read often enough. With
 *	s = max(0, floor(log2(ticks | 1 << b)) - b) for b = bucket_bits, it is
 *	bucket (s << b) + (ticks >> s)
 *
 * @off_cpu and @slept grow only while RS_TRACE_WANT_OFF_CPU is in force. A
 * reader that takes a record while its CPU goes on may find @sum and @bucket
 * one crossing apart.
 */
struct rs_trace_record {
	__u64 sum;
	__u64 max;
	__u64 off_cpu;
	__u64 slept;
	__u32 bucket[];
};

/**
 * struct rs_trace_flight - start of the ring of a CPU
 * @size: bytes of this structure that the kernel side knows
 * @cpu: whose ring it is
 * @record_offset: bytes from here to the first record
 * @record_size: bytes from one record to the next
 * @nr_records: room for so many, a power of two
 * @reserved: not yet used
 * @since: time stamp when recording began
 * @head: records written so far; the next is at head % nr_records
 * @reserved2: not yet used
 */
struct rs_trace_flight {
	__u32 size;
	__u32 cpu;
	__u32 record_offset;
	__u32 record_size;
	__u32 nr_records;
	__u32 reserved;
	__u64 since;
	__u64 head;
	__u64 reserved2[3];
};

/* What a record is; readers skip types they do not know. */
#define RS_TRACE_FLIGHT_CROSSING 1	/* from the entry to the return */
#define RS_TRACE_FLIGHT_UNTIMED	2	/* a return whose entry was not seen */
#define RS_TRACE_FLIGHT_INTERRUPT 3	/* interrupt or softirq, kernel mode */
#define RS_TRACE_FLIGHT_SWITCH	4	/* another thread gets the CPU */
#define RS_TRACE_FLIGHT_CRED	5	/* credentials change */
#define RS_TRACE_FLIGHT_RESUME	6	/* recording begins, or goes on */
#define RS_TRACE_FLIGHT_NAME	7	/* a thread gets another name */

/**
 * struct rs_trace_flight_record - something that happened
 * @time: time stamp of its beginning
 * @pid: the thread, as the initial pid namespace sees it; 0 if none. Of a
 *	switch, the one that gets the CPU
 * @type: RS_TRACE_FLIGHT_*
 * @cause: of a crossing or interrupt, its index in rs_trace_block.counter; of a
 *	switch, the state in which the other thread leaves, 0 if it would rather
 *	run; of credentials, 0 if the change is explained, else 1 +
 *	RS_TRACE_CRED_*
 * @ticks: how long it took, with everything in between; of credentials, the
 *	effective capabilities that were gained; of an untimed return, 0
 * @result: of a system call, what it returned; of other crossings and of
 *	sigreturn, where the thread goes on in user mode; of credentials, the
 *	effective user id before, in the upper half, and after
 *
 * In RS_TRACE_FLIGHT_SWITCH, RS_TRACE_FLIGHT_RESUME and RS_TRACE_FLIGHT_NAME,
 * @ticks and @result are instead the 16 bytes of the name of thread @pid; in the
 * first two, it has the CPU from then on.
 */
struct rs_trace_flight_record {
	__u64 time;
	__u32 pid;
	__u16 type;
	__u16 cause;
	__u64 ticks;
	__u64 result;
};

#endif /* _UAPI_LINUX_RINGSIDE_TRACE_H */
