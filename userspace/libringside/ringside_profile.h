/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libringside: what an OCI seccomp profile says. A profile keeps everything
 * that stands in the file; what the guard can follow of it becomes a policy,
 * see ringside.h. Nothing here needs the kernel module. The conventions are
 * those of ringside.h.
 *
 * A verdict is what the seccomp filter of a container runtime would return:
 * SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO with the errno in its low 16 bits, or
 * another SECCOMP_RET_* of linux/seccomp.h.
 */
#ifndef RINGSIDE_PROFILE_H
#define RINGSIDE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <ringside.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Arguments of a system call. */
#define RS_GUARD_ARGS		6

/* Bits of struct rs_guard_state. */
#define RS_GUARD_STATE_CAPS	(1 << 0)  /* the capabilities are the target's */

/**
 * struct rs_guard_state - what a profile is resolved for; grows at its end only
 * @caps: capabilities of the bounding set, bit N for number N
 * @kernel: version and patch level of the kernel: 6 and 12
 * @flags: RS_GUARD_STATE_*
 * @arch: the machine, as Moby's profiles name it: "amd64"
 */
struct rs_guard_state {
	uint64_t caps;
	unsigned int kernel[2];
	unsigned int flags;
	char arch[16];
};

/**
 * rs_guard_state_of() - the state of a running process
 * @state: receives it
 * @pid: the process, 0 for the caller, whose capabilities then stand for
 *	those of an unknown target: RS_GUARD_STATE_CAPS is not set
 *
 * Return: 0, -ESRCH or another -errno of reading /proc.
 */
int rs_guard_state_of(struct rs_guard_state *state, int pid);

/**
 * rs_guard_state_caps() - set the capabilities
 * @state: the state
 * @list: names joined by commas, with or without "CAP_", in either case;
 *	"all" or "none"
 *
 * Return: 0 or -EINVAL.
 */
int rs_guard_state_caps(struct rs_guard_state *state, const char *list);

/**
 * rs_guard_state_kernel() - set the kernel
 * @state: the state
 * @release: as uname -r tells it; counts as far as "6.12"
 *
 * Return: 0 or -EINVAL.
 */
int rs_guard_state_kernel(struct rs_guard_state *state, const char *release);

struct rs_guard_profile;

/* Flags of rs_guard_profile_read(). */
#define RS_GUARD_SKIP_UNKNOWN	(1 << 0)  /* pass over unknown names */

/**
 * rs_guard_profile_read() - read a profile
 * @profile: receives the profile
 * @path: a JSON file, or "-" for standard input
 * @state: what its conditions on capabilities, architecture and kernel are
 *	resolved for
 * @flags: RS_GUARD_SKIP_UNKNOWN
 *
 * Takes the seccomp object of the OCI runtime specification, and what Moby and
 * containers-common add to it. A file that is not understood in full is
 * refused, and rs_error() names line, column and entry. That the guard can
 * not do all of it today is no reason to refuse it here.
 *
 * Return: 0, -EINVAL, -ENOMEM or the -errno of reading.
 */
int rs_guard_profile_read(struct rs_guard_profile **profile, const char *path,
			  const struct rs_guard_state *state,
			  unsigned int flags);

/**
 * rs_guard_profile_free() - forget a profile
 * @profile: the profile, or NULL
 */
void rs_guard_profile_free(struct rs_guard_profile *profile);

/**
 * rs_guard_profile_default() - the verdict on calls without a rule
 * @profile: the profile
 *
 * Return: the verdict.
 */
uint32_t rs_guard_profile_default(const struct rs_guard_profile *profile);

/**
 * rs_guard_profile_covers() - does the profile list the architecture of an ABI
 * @profile: the profile
 * @abi: RSG_X86_64 or RSG_I386
 *
 * Calls through an ABI that is not listed end the caller. A profile that lists
 * none covers all.
 *
 * Return: true if so.
 */
bool rs_guard_profile_covers(const struct rs_guard_profile *profile,
			     unsigned int abi);

/**
 * rs_guard_profile_verdict() - the verdict on one call
 * @profile: the profile
 * @abi: RSG_X86_64 or RSG_I386
 * @nr: number of the call in that ABI
 * @args: its RS_GUARD_ARGS arguments
 *
 * Return: the verdict.
 */
uint32_t rs_guard_profile_verdict(const struct rs_guard_profile *profile,
				  unsigned int abi, unsigned int nr,
				  const uint64_t *args);

/**
 * enum rs_guard_op - how an argument is compared
 * @RS_GUARD_NE: it is not the value
 * @RS_GUARD_LT: it is below it
 * @RS_GUARD_LE: it is not above it
 * @RS_GUARD_EQ: it is the value
 * @RS_GUARD_GE: it is not below it
 * @RS_GUARD_GT: it is above it
 * @RS_GUARD_MASKED_EQ: its bits that are set in the value are those of the
 *	second value
 */
enum rs_guard_op {
	RS_GUARD_NE = 1,
	RS_GUARD_LT,
	RS_GUARD_LE,
	RS_GUARD_EQ,
	RS_GUARD_GE,
	RS_GUARD_GT,
	RS_GUARD_MASKED_EQ,
};

/**
 * struct rs_guard_arg - one comparison; i386 compares the low 32 bits
 * @index: which argument, from 0
 * @op: enum rs_guard_op
 * @value: what it is compared with; the mask of RS_GUARD_MASKED_EQ
 * @value_two: what is left of the argument after the mask; bits outside of it
 *	do not count
 */
struct rs_guard_arg {
	unsigned int index;
	unsigned int op;
	uint64_t value;
	uint64_t value_two;
};

/**
 * struct rs_guard_condition - a rule that depends on arguments
 * @verdict: the verdict if all comparisons hold
 * @entry: the N of syscalls[N]
 * @nr_args: number of comparisons
 * @args: the comparisons, at most one for an argument
 */
struct rs_guard_condition {
	uint32_t verdict;
	unsigned int entry;
	unsigned int nr_args;
	struct rs_guard_arg args[RS_GUARD_ARGS];
};

/**
 * struct rs_guard_call - what a profile says about one call; grows at its end
 * @name: its name, NULL if no call has the number
 * @has_rule: a rule gives @verdict whatever the arguments are
 * @verdict: the verdict if no condition holds
 * @conditions: those that are looked at first, in their order
 * @nr_conditions: their number
 */
struct rs_guard_call {
	const char *name;
	bool has_rule;
	uint32_t verdict;
	const struct rs_guard_condition *conditions;
	size_t nr_conditions;
};

/**
 * rs_guard_profile_call() - what a profile says about one call
 * @profile: the profile
 * @abi: RSG_X86_64 or RSG_I386
 * @nr: number of the call, below RSG_CALLS
 * @call: receives it; the profile owns what it points to
 */
void rs_guard_profile_call(const struct rs_guard_profile *profile,
			   unsigned int abi, unsigned int nr,
			   struct rs_guard_call *call);

/**
 * enum rs_guard_text - the lists of sentences about a profile
 * @RS_GUARD_PROBLEM: why it can not be loaded; names the place
 * @RS_GUARD_UNKNOWN: names passed over under RS_GUARD_SKIP_UNKNOWN
 * @RS_GUARD_RESOLVED: what depended on the state, and how it came out
 * @RS_GUARD_NOTE: where the guard is stricter or laxer than seccomp(2)
 * @RS_GUARD_OBJECT: its rules on objects, in plain words
 * @RS_GUARD_LIMIT: its limits, in plain words
 */
enum rs_guard_text {
	RS_GUARD_PROBLEM,
	RS_GUARD_UNKNOWN,
	RS_GUARD_RESOLVED,
	RS_GUARD_NOTE,
	RS_GUARD_OBJECT,
	RS_GUARD_LIMIT,
};

/**
 * rs_guard_profile_text() - one of these sentences
 * @profile: the profile
 * @which: enum rs_guard_text
 * @i: which one, from 0
 *
 * Return: the sentence, NULL if @i is too large. The profile owns it.
 */
const char *rs_guard_profile_text(const struct rs_guard_profile *profile,
				  enum rs_guard_text which, size_t i);

/**
 * struct rs_guard_limits - what a group of processes may use; 0: no limit
 * @pids: threads at one time, all together
 * @memory: bytes, all together
 * @cpu: hundredths of one CPU, all together
 * @fsize: bytes of one file
 * @nofile: open files of one process
 */
struct rs_guard_limits {
	uint64_t pids;
	uint64_t memory;
	uint64_t cpu;
	uint64_t fsize;
	uint64_t nofile;
};

/**
 * rs_guard_limits_set() - set one limit
 * @limits: the limits
 * @name: its name, as its member's
 * @text: a number; of bytes, perhaps with K, M, G or T
 *
 * Return: 0, -ENOENT if there is no such limit, -EINVAL.
 */
int rs_guard_limits_set(struct rs_guard_limits *limits, const char *name,
			const char *text);

/**
 * rs_guard_limits_get() - one of the limits
 * @limits: the limits
 * @i: which one, from 0
 * @value: receives it; 0: no limit
 *
 * Return: its name, NULL if @i is too large.
 */
const char *rs_guard_limits_get(const struct rs_guard_limits *limits,
				unsigned int i, uint64_t *value);

/** rs_guard_limits_any() - is one of them set */
bool rs_guard_limits_any(const struct rs_guard_limits *limits);

/**
 * rs_guard_profile_limits() - the limits that a profile asks for
 * @profile: the profile
 *
 * They are no part of the policy: whoever starts the processes puts them there
 * before, by a control group and prlimit(2), and loads the policy with
 * RSG_LOAD_SEAL.
 *
 * Return: the limits, which the profile owns.
 */
const struct rs_guard_limits *
rs_guard_profile_limits(const struct rs_guard_profile *profile);

/**
 * rs_guard_profile_compile() - make the policy that the kernel takes
 * @profile: the profile
 * @policy: receives the policy
 *
 * The policy gives the verdicts of rs_guard_profile_verdict(), but that calls
 * without which no process can end or handle signals stay allowed.
 *
 * Return: 0, -ENOMEM, -E2BIG, or -EINVAL if there is a RS_GUARD_PROBLEM, which
 * becomes the error text.
 */
int rs_guard_profile_compile(const struct rs_guard_profile *profile,
			     struct rs_guard_policy **policy);

/**
 * struct rs_guard_difference - a call that ends differently; grows at its end
 * @abi: RSG_X86_64 or RSG_I386
 * @nr: number of the call
 * @name: its name
 * @depends: bit N set: it depends on argument N
 * @sample: @args is an example; if not, none was found, yet the rules differ
 * @args: the example
 * @a: verdict of the first profile on the example
 * @b: verdict of the second one
 */
struct rs_guard_difference {
	unsigned int abi;
	unsigned int nr;
	const char *name;
	unsigned int depends;
	bool sample;
	uint64_t args[RS_GUARD_ARGS];
	uint32_t a;
	uint32_t b;
};

/**
 * rs_guard_profile_diff() - which calls end differently under two profiles
 * @a: the first
 * @b: the second
 * @each: called for each of these calls, ABI by ABI, in the order of numbers;
 *	stops the walk by returning non-zero
 * @arg: handed to @each
 *
 * Return: 0, what @each returned, or -ENOMEM.
 */
int rs_guard_profile_diff(const struct rs_guard_profile *a,
			  const struct rs_guard_profile *b,
			  int (*each)(const struct rs_guard_difference *diff,
				      void *arg),
			  void *arg);

/* Room for a rule on objects in plain words. */
#define RS_GUARD_OBJECT_LEN	256

/**
 * struct rs_guard_object_difference - a rule on objects that is not the same
 * under two profiles; grows at its end
 * @in_a: the first profile has it
 * @in_b: the second one has it. Both do, but in another order, and of rules
 *	that are about one object the first counts
 * @text: the rule in plain words
 */
struct rs_guard_object_difference {
	bool in_a;
	bool in_b;
	char text[RS_GUARD_OBJECT_LEN];
};

/**
 * rs_guard_profile_diff_objects() - how the rules on objects of two profiles
 * differ
 * @a: the first
 * @b: the second
 * @each: called for each difference; stops the walk by returning non-zero
 * @arg: handed to @each
 *
 * Paths are compared as they are written.
 *
 * Return: 0, or what @each returned.
 */
int rs_guard_profile_diff_objects(const struct rs_guard_profile *a,
				  const struct rs_guard_profile *b,
				  int (*each)(const struct rs_guard_object_difference *diff,
					      void *arg),
				  void *arg);

#ifdef __cplusplus
}
#endif

#endif /* RINGSIDE_PROFILE_H */
