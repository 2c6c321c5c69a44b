/* SPDX-License-Identifier: GPL-2.0-only */
/* What the guard's files in libringside share. Not exported. */
#ifndef RS_GUARD_H
#define RS_GUARD_H

#include <linux/seccomp.h>
#include "internal.h"

/* A call that no rule without arguments has named; no verdict is coded so. */
#define RS_GUARD_UNSET	0xffffffffU

/**
 * struct rs_object - a rule on objects before it is loaded
 * @rule: the rule; its descriptor comes with rs_objects_open()
 * @path: with RSG_OBJECT_FILE the file or directory, owned
 */
struct rs_object {
	struct rsg_object_rule rule;
	char *path;
};

/** rs_objects_free() - free an array of @nr of them */
void rs_objects_free(struct rs_object *objects, size_t nr);

/**
 * rs_objects_copy() - copy an array
 * @from: the array
 * @nr: its length
 * @to: receives the copy, NULL if @nr is 0
 *
 * Return: 0 or -ENOMEM.
 */
int rs_objects_copy(const struct rs_object *from, size_t nr,
		    struct rs_object **to);

/**
 * rs_objects_open() - rules as the kernel takes them
 * @objects: an array
 * @nr: its length
 * @rules: receives them, with open descriptors for rs_objects_close()
 *
 * Return: 0 or the -errno of opening a path.
 */
int rs_objects_open(const struct rs_object *objects, size_t nr,
		    struct rsg_object_rule *rules);

/** rs_objects_close() - close what rs_objects_open() opened */
void rs_objects_close(struct rsg_object_rule *rules, size_t nr);

/**
 * struct rs_guard_policy - a policy before it is loaded
 * @default_verdict: the verdict on calls of which no rule holds
 * @allow_abis: bit N set: rules that allow a call do so in ABI N. Rules that
 *	deny hold in every ABI, so that no ABI is a way round
 * @plain: verdicts of the rules that ask for no argument, by ABI and number,
 *	or RS_GUARD_UNSET
 * @rules: all rules, as the kernel takes them
 * @args: their comparisons
 * @nr_rules: length of @rules
 * @nr_args: length of @args
 * @objects: rules on objects, owned
 * @nr_objects: their number
 * @origin: where they come from, empty for nowhere
 */
struct rs_guard_policy {
	uint32_t default_verdict;
	unsigned int allow_abis;
	uint32_t plain[RSG_ABIS][RSG_CALLS];
	struct rsg_rule *rules;
	struct rsg_arg *args;
	size_t nr_rules;
	size_t nr_args;
	struct rs_object *objects;
	size_t nr_objects;
	char origin[RSG_ORIGIN_LEN];
};

/**
 * rs_policy_add() - add a rule behind those that are there
 * @policy: the policy
 * @rule: the rule; where its comparisons are is filled in
 * @args: its comparisons
 *
 * Return: 0, -E2BIG or -ENOMEM.
 */
int rs_policy_add(struct rs_guard_policy *policy, const struct rsg_rule *rule,
		  const struct rsg_arg *args);

/**
 * rs_guard_i386_direct() - i386 number of a call that is also multiplexed
 * @name: name of the call
 *
 * Return: the number of its direct entry, -1 for every other name.
 */
int rs_guard_i386_direct(const char *name);

/** rs_guard_fd() - the descriptor of the device */
int rs_guard_fd(const struct rs_guard *guard);

/**
 * rs_guard_owner() - who modifies a function of the kernel?
 * @function: its name
 * @owner: receives the answer, fit for a sentence
 * @len: its size
 */
void rs_guard_owner(const char *function, char *owner, size_t len);

/**
 * rs_owner_in_line() - the same of one line of tracefs' enabled_functions
 * @line: the line
 * @function: name of the function
 * @owner: receives the answer
 * @len: its size
 *
 * Return: whether the line tells it.
 */
bool rs_owner_in_line(const char *line, const char *function, char *owner,
		      size_t len);

#endif /* RS_GUARD_H */
