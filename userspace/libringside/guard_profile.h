/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files behind ringside_profile.h share. Not exported. */
#ifndef RS_GUARD_PROFILE_H
#define RS_GUARD_PROFILE_H

#include <linux/seccomp.h>
#include "guard.h"
#include "json_doc.h"
#include "ringside_profile.h"

/* Lists of enum rs_guard_text. */
#define RS_GUARD_TEXTS	(RS_GUARD_LIMIT + 1)

/**
 * struct rs_texts - a list of sentences
 * @text: the sentences, owned
 * @nr: their number
 */
struct rs_texts {
	char **text;
	size_t nr;
};

/**
 * struct rs_rules - what a profile says about one call of one ABI
 * @has_rule: there is a rule that asks for no argument
 * @verdict: its verdict
 * @entry: the entry that it stands in
 * @conditions: rules that depend on arguments, in the order of the file
 * @nr: their number
 */
struct rs_rules {
	bool has_rule;
	uint32_t verdict;
	unsigned int entry;
	struct rs_guard_condition *conditions;
	size_t nr;
};

/**
 * struct rs_guard_profile - a profile, resolved for a state
 * @state: that state
 * @flags: RS_GUARD_SKIP_UNKNOWN
 * @default_verdict: for calls without a rule
 * @abis: bit N set: ABI N is listed
 * @rules: by ABI and number
 * @texts: the sentences about it
 * @names: names of the calls, by ABI and number
 * @objects: rules on objects, owned
 * @nr_objects: their number
 * @limits: its limits
 */
struct rs_guard_profile {
	struct rs_guard_state state;
	unsigned int flags;
	uint32_t default_verdict;
	unsigned int abis;
	struct rs_rules rules[RSG_ABIS][RSG_CALLS];
	struct rs_texts texts[RS_GUARD_TEXTS];
	char *names[RSG_ABIS][RSG_CALLS];
	struct rs_object *objects;
	size_t nr_objects;
	struct rs_guard_limits limits;
};

/**
 * struct rs_entry - an entry of "syscalls" that applies
 * @index: the N of syscalls[N]
 * @verdict: its verdict
 * @args: its comparisons, owned
 * @nr_args: their number
 */
struct rs_entry {
	unsigned int index;
	uint32_t verdict;
	struct rs_guard_arg *args;
	size_t nr_args;
};

/**
 * rs_profile_objects() - read the "ringside" object
 * @profile: the profile, whose rules on calls are complete
 * @root: the document
 *
 * Return: 0, -EINVAL, -E2BIG or -ENOMEM.
 */
int rs_profile_objects(struct rs_guard_profile *profile,
		       const struct rs_json *root);

/**
 * rs_object_say() - a rule on objects in plain words
 * @object: the rule
 * @text: receives them
 * @len: size of @text, RS_GUARD_OBJECT_LEN is enough
 */
void rs_object_say(const struct rs_object *object, char *text, size_t len);

/**
 * rs_profile_limits() - read the "limits" of the "ringside" object
 * @profile: the profile
 * @object: the limits
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int rs_profile_limits(struct rs_guard_profile *profile,
		      const struct rs_json *object);

/**
 * rs_profile_say() - add a sentence about a value of the file
 * @profile: the profile
 * @which: the list
 * @at: the value
 * @fmt: what there is to say
 *
 * Return: 0 or -ENOMEM.
 */
int rs_profile_say(struct rs_guard_profile *profile, enum rs_guard_text which,
		   const struct rs_json *at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/**
 * rs_profile_add() - give a call the rules of an entry, in every listed ABI
 * @profile: the profile
 * @entry: the entry
 * @name: name of the call
 *
 * Return: 0 or -ENOMEM.
 */
int rs_profile_add(struct rs_guard_profile *profile,
		   const struct rs_entry *entry, const char *name);

/**
 * rs_profile_holds() - do all comparisons of a condition hold
 * @condition: the condition
 * @abi: RSG_I386 compares the low 32 bits
 * @args: the arguments
 *
 * Return: true if so.
 */
bool rs_profile_holds(const struct rs_guard_condition *condition,
		      unsigned int abi, const uint64_t *args);

/**
 * rs_profile_judge() - note why an entry can not be loaded
 * @profile: the profile, all entries of which are known
 * @entry: the entry
 * @name: name of one of its calls
 * @at: the name's place
 *
 * Return: 0 or -ENOMEM.
 */
int rs_profile_judge(struct rs_guard_profile *profile, struct rs_entry *entry,
		     const char *name, const struct rs_json *at);

/**
 * rs_profile_finish() - last touch, when all entries are known
 * @profile: the profile
 * @root: the document
 *
 * Return: 0 or -ENOMEM.
 */
int rs_profile_finish(struct rs_guard_profile *profile,
		      const struct rs_json *root);

/**
 * rs_profile_entry() - read an entry of "syscalls"
 * @profile: the profile
 * @at: the entry
 * @judge: false: add its rules; true: rs_profile_judge() them
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int rs_profile_entry(struct rs_guard_profile *profile,
		     const struct rs_json *at, bool judge);

/**
 * rs_profile_applies() - resolve "includes" and "excludes"
 * @profile: the profile, with the state
 * @entry: the entry
 * @quiet: do not note how it came out
 *
 * Return: 1 if the entry applies, 0 if not, -EINVAL or -ENOMEM.
 */
int rs_profile_applies(struct rs_guard_profile *profile,
		       const struct rs_json *entry, bool quiet);

/**
 * rs_profile_action() - read an action and its errno
 * @object: what they stand in
 * @keys: names of the action, of the errno as a number, of the errno as a name
 * @verdict: receives the verdict
 *
 * Return: 0 or -EINVAL.
 */
int rs_profile_action(const struct rs_json *object, const char * const keys[3],
		      uint32_t *verdict);

/**
 * rs_profile_arch() - "SCMP_ARCH_X86" as the ABIs that it stands for
 * @at: the string
 * @abis: receives bit N for ABI N; none for machines other than this
 *
 * Return: 0 or -EINVAL.
 */
int rs_profile_arch(const struct rs_json *at, unsigned int *abis);

/**
 * rs_profile_keys() - check that an object has known members only
 * @object: the object
 * @known: their names, closed by NULL
 *
 * Return: 0 or -EINVAL.
 */
int rs_profile_keys(const struct rs_json *object, const char * const *known);

/**
 * rs_cap_number() - number of a capability
 * @name: "CAP_SYS_ADMIN"; of @len bytes
 * @len: length of the name
 *
 * Return: the number, or -1.
 */
int rs_cap_number(const char *name, size_t len);

/**
 * rs_parse_kernel() - read "6.12.1-2-amd64" as far as "6.12"
 * @release: the text
 * @kernel: receives both numbers
 * @whole: nothing may follow them
 *
 * Return: true if it begins with two numbers.
 */
bool rs_parse_kernel(const char *release, unsigned int kernel[2], bool whole);

/**
 * rs_guard_resolve() - number of a call
 * @name: its name
 * @abi: RSG_X86_64 or RSG_I386
 *
 * Return: its number; __NR_SCMP_ERROR if no ABI has it; below zero otherwise
 * if this one has not.
 */
int rs_guard_resolve(const char *name, unsigned int abi);

/**
 * rs_guard_name() - name of a call
 * @abi: RSG_X86_64 or RSG_I386; calls of any other have none
 * @nr: its number
 *
 * Return: the name, which the caller frees; NULL if there is none.
 */
char *rs_guard_name(unsigned int abi, unsigned int nr);

/** rs_guard_allows() - does a verdict let the call be made */
static inline bool rs_guard_allows(uint32_t verdict)
{
	return verdict == SECCOMP_RET_ALLOW || verdict == SECCOMP_RET_LOG;
}

/** rs_guard_is_vital() - does the kernel side refuse to deny this call */
bool rs_guard_is_vital(const char *name);

#endif /* RS_GUARD_PROFILE_H */
