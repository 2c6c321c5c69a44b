/* SPDX-License-Identifier: GPL-2.0-only */
/* The verbs of "ringside guard", and what they share. */
#ifndef RINGSIDE_CMD_GUARD_H
#define RINGSIDE_CMD_GUARD_H

#include <stdbool.h>
#include <stdint.h>
#include "ringside_profile.h"

int guard_load(int argc, char **argv);
int guard_replace(int argc, char **argv);
int guard_check(int argc, char **argv);
int guard_diff(int argc, char **argv);
int guard_attach(int argc, char **argv);
int guard_run(int argc, char **argv);
int guard_confirm(int argc, char **argv);
int guard_rollback(int argc, char **argv);
int guard_detach(int argc, char **argv);
int guard_relax(int argc, char **argv);
int guard_unload(int argc, char **argv);
int guard_restore(int argc, char **argv);
int guard_list(int argc, char **argv);
int guard_events(int argc, char **argv);
int guard_why(int argc, char **argv);
int guard_learn(int argc, char **argv);
int guard_jail(int argc, char **argv);

/* Words for the numbers of linux/ringside_guard.h. */
#define GUARD_STATES	3
#define GUARD_SCOPES	6
#define GUARD_MODES	4
extern const char * const guard_states[GUARD_STATES];
extern const char * const guard_scopes[GUARD_SCOPES];
extern const char * const guard_modes[GUARD_MODES];
extern const char * const guard_abis[RSG_ABIS];

/**
 * guard_take_operand() - take the first operand of a verb out of @argv
 * @argc: of the verb
 * @argv: of the verb
 *
 * So that "attach NAME --pid 1" and "attach --pid 1 NAME" both work; the
 * options are left to getopt.
 *
 * Return: the operand, NULL if an option or nothing comes first.
 */
const char *guard_take_operand(int *argc, char **argv);

/**
 * guard_parse_seconds() - read the value of --confirm-after
 * @text: "60", "0.5"
 * @ms: receives it in milliseconds
 *
 * Return: 0 or an exit code.
 */
int guard_parse_seconds(const char *text, unsigned int *ms);

/**
 * struct guard_wish - how the options of a verb want profiles to be read
 * @state: what they are resolved for
 * @flags: of rs_guard_profile_read()
 * @pid: value of --pid
 * @caps: value of --caps
 * @kernel: value of --kernel
 * @any: one of the options was given
 * @skip_limits: limits that can not be put on anybody are passed over
 */
struct guard_wish {
	struct rs_guard_state state;
	unsigned int flags;
	int pid;
	const char *caps;
	const char *kernel;
	bool any;
	bool skip_limits;
};

#define GUARD_TARGET_USAGE \
	"give one of --pid, --tree, --cgroup, --chroot and --everyone"
/* Letters of the options that name tasks, and --except. */
#define GUARD_TARGET_SHORTS	"p:t:g:r:ex:"

/**
 * struct guard_target - the tasks that the options of a verb name
 * @attach: scope, pid and descriptor are filled in
 * @excepts: its exceptions
 */
struct guard_target {
	struct rsg_attach attach;
	struct rsg_except excepts[RSG_EXCEPTS_MAX];
};

/**
 * guard_target_option() - take one of these options
 * @target: where it goes
 * @c: its letter
 *
 * Return: 0 or an exit code.
 */
int guard_target_option(struct guard_target *target, int c);

/** guard_target_attach() - what to give to rs_guard_attach() */
struct rsg_attach *guard_target_attach(struct guard_target *target);

/* Room for the name that guard_profile_name() makes. */
#define GUARD_PROFILE_NAME_LEN	(RSG_NAME_LEN + sizeof(".profile"))

/**
 * guard_profile_name() - name of the policy of the profile that goes with a jail
 * @name: receives it; too long for the kernel if the jail's name is
 * @jail: name of the jail
 */
void guard_profile_name(char name[GUARD_PROFILE_NAME_LEN], const char *jail);

/**
 * guard_policy_of_file() - the policy that an OCI profile describes
 * @wish: how to read it
 * @file: its path
 * @limits: receives its limits; NULL if they can not be put on anybody
 * @policy: receives the policy
 *
 * Return: 0 or an exit code; unknown calls are warned of.
 */
int guard_policy_of_file(struct guard_wish *wish, const char *file,
			 struct rs_guard_limits *limits,
			 struct rs_guard_policy **policy);

/* Letters of these options: pid, caps, kernel, skip-unknown. */
#define GUARD_WISH_SHORTS	"p:c:k:s"

/**
 * guard_wish_option() - take one of these options
 * @wish: where it goes
 * @c: its letter
 *
 * Return: 0 or EXIT_USAGE.
 */
int guard_wish_option(struct guard_wish *wish, int c);

/**
 * guard_wish_state() - find out the state that profiles are resolved for
 * @wish: what was wished; its state is filled in
 *
 * Return: 0 or an exit code.
 */
int guard_wish_state(struct guard_wish *wish);

/** guard_out_state() - print that state */
void guard_out_state(const struct guard_wish *wish);

#define GUARD_VERDICT_LEN 32

/**
 * guard_verdict() - a verdict in words, "fails with EPERM"
 * @buf: receives it
 * @verdict: the verdict
 */
void guard_verdict(char buf[GUARD_VERDICT_LEN], uint32_t verdict);

#define GUARD_RULE_LEN	24
#define GUARD_TIME_LEN	40

struct rsg_event;

/** guard_event_call() - name of the call that a record is about */
void guard_event_call(const struct rsg_event *event, char *name, size_t len);

/** guard_event_rule() - place of the rule in its file, "syscalls[4]" */
void guard_event_rule(const struct rsg_event *event,
		      char rule[GUARD_RULE_LEN]);

/** guard_event_time() - local time with microseconds */
void guard_event_time(uint64_t real_ns, char text[GUARD_TIME_LEN]);

#define GUARD_CONDITION_LEN 640

/**
 * guard_condition() - comparisons in words, "arg0 == 38 and arg1 < 2"
 * @buf: receives them
 * @condition: the comparisons
 */
void guard_condition(char buf[GUARD_CONDITION_LEN],
		     const struct rs_guard_condition *condition);

/* Groups of calls by what they are good for; the last one is the rest. */
#define GUARD_GROUPS	14

/** guard_group() - number of the group that a call belongs to */
unsigned int guard_group(const char *call);

/** guard_group_name() - name of a group, such as "module" */
const char *guard_group_name(unsigned int group);

#endif /* RINGSIDE_CMD_GUARD_H */
