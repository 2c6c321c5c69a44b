/* SPDX-License-Identifier: GPL-2.0-only */
/* Limits of a jail: a control group of its own, and resource limits. */
#ifndef RINGSIDE_JAIL_LIMITS_H
#define RINGSIDE_JAIL_LIMITS_H

#include <stdint.h>
#include <sys/types.h>

/**
 * struct jail_limits - what the processes of a jail may use; 0: no limit
 * @pids: threads at one time, all together
 * @memory: bytes, all together
 * @cpu: hundredths of one CPU, all together
 * @fsize: bytes of one file
 * @nofile: open files of one process
 */
struct jail_limits {
	uint64_t pids;
	uint64_t memory;
	uint64_t cpu;
	uint64_t fsize;
	uint64_t nofile;
};

/**
 * jail_limits_parse() - read "pids=100,memory=64M"
 * @limits: receives them
 * @text: the text
 *
 * Return: 0, or EXIT_USAGE after a complaint.
 */
int jail_limits_parse(struct jail_limits *limits, const char *text);

/**
 * jail_limits_make() - make the control group of a jail
 * @limits: its limits
 * @name: name of the jail
 *
 * Return: 0, or an exit code after a complaint; nothing is left then.
 */
int jail_limits_make(const struct jail_limits *limits, const char *name);

/**
 * jail_limits_put() - put a process under the limits
 * @limits: the limits
 * @name: name of the jail
 * @pid: the process
 *
 * Return: 0, also for a process that has ended; or an exit code.
 */
int jail_limits_put(const struct jail_limits *limits, const char *name,
		    pid_t pid);

/**
 * jail_limits_remove() - remove the control group of a jail, if it has one
 * @name: name of the jail
 *
 * What is left in it moves to the root of the control groups. Resource limits
 * stay: what they were before is not known.
 */
void jail_limits_remove(const char *name);

#endif /* RINGSIDE_JAIL_LIMITS_H */
