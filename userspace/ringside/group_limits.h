/* SPDX-License-Identifier: GPL-2.0-only */
/* Limits of processes: a control group of their own, and resource limits. */
#ifndef RINGSIDE_GROUP_LIMITS_H
#define RINGSIDE_GROUP_LIMITS_H

#include <sys/types.h>
#include "ringside_profile.h"

/**
 * limits_parse() - read "pids=100,memory=64M"
 * @limits: receives them
 * @text: the text
 *
 * Return: 0, or EXIT_USAGE after a complaint.
 */
int limits_parse(struct rs_guard_limits *limits, const char *text);

/**
 * limits_default() - take limits where there are none yet
 * @limits: the limits
 * @more: where they are taken from
 */
void limits_default(struct rs_guard_limits *limits,
		    const struct rs_guard_limits *more);

/**
 * limits_make() - make the control group
 * @limits: its limits
 * @name: name of the group, after "ringside-"
 *
 * Return: 0, or an exit code after a complaint; nothing is left then.
 */
int limits_make(const struct rs_guard_limits *limits, const char *name);

/**
 * limits_put() - put a process under the limits
 * @limits: the limits
 * @name: name of the group, after "ringside-"
 * @pid: the process
 *
 * Return: 0, also for a process that has ended; or an exit code.
 */
int limits_put(const struct rs_guard_limits *limits, const char *name,
	       pid_t pid);

/**
 * limits_remove() - remove the control group, if there is one
 * @name: name of the group, after "ringside-"
 *
 * What is left in it moves to the root of the control groups. Resource limits
 * stay: what they were before is not known.
 */
void limits_remove(const char *name);

#endif /* RINGSIDE_GROUP_LIMITS_H */
