/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the administrator wants: settings and VMs, from words of the command
 * line and from a file. Both go through the same table, so that --oom-hold 5s
 * and "oom-hold = 5s" are the same thing with the same errors. It opens no
 * socket and expands no pattern.
 *
 * The file:
 *
 *	# a comment
 *	budget = 14G
 *	tax = 75%
 *
 *	[vm web]
 *	socket = /run/vm/web.qmp
 *	min = 1G
 *	shares = 2
 *
 *	[vm *]
 *	socket = /run/guests/[a-z]*.qmp
 *
 * A VM called "*" stands for all sockets that match; each is called what the
 * first asterisk of the pattern stands for.
 */
#ifndef RSH_CONFIG_H
#define RSH_CONFIG_H

#include <stdio.h>
#include "policy.h"

/* Length of a VM's name, with the final NUL. */
#define RSH_NAME_MAX	64

/**
 * struct rsh_vm_config - one VM, or one pattern
 * @name: letters, digits, and _ . - ; or "*"
 * @socket: path of its QMP socket, or for "*" a pattern as of glob(7)
 * @limits: complete
 */
struct rsh_vm_config {
	char name[RSH_NAME_MAX];
	char *socket;
	struct rsh_limits limits;
};

/**
 * struct rsh_config - all of it
 * @settings: for the policy
 * @interval_ns: time between two steps
 * @stats_ns: how often guests are told to send statistics; whole seconds
 * @status: path where the state is written as JSON, or NULL
 * @prometheus: path of the textfile for node_exporter, or NULL
 * @record: path of the trace to record, or NULL
 * @dry_run: decide, but ask nobody
 * @vms: VMs and patterns, @n of them
 * @n: how many
 * @error: after a failure: what was wrong and where, without newline
 */
struct rsh_config {
	struct rsh_settings settings;
	uint64_t interval_ns;
	uint64_t stats_ns;
	char *status;
	char *prometheus;
	char *record;
	bool dry_run;
	struct rsh_vm_config *vms;
	size_t n;
	char error[512];
};

/**
 * rsh_config_init() - the defaults, and no VM
 * @c: what to initialise; give it back with rsh_config_free()
 */
void rsh_config_init(struct rsh_config *c);

/**
 * rsh_config_free() - free what it holds
 * @c: may be used again after rsh_config_init()
 */
void rsh_config_free(struct rsh_config *c);

/**
 * rsh_config_set() - one setting
 * @c: where it goes; a later value replaces an earlier one
 * @key: its name without dashes in front, "oom-hold"
 * @value: as text
 *
 * Return: 0, -ENOENT if there is no such setting, -EINVAL for a wrong value,
 *	-ENOMEM.
 */
int rsh_config_set(struct rsh_config *c, const char *key, const char *value);

/**
 * rsh_config_vm() - one VM from the command line
 * @c: where it goes
 * @text: NAME=SOCKET[,min=SIZE][,max=SIZE][,shares=N][,observe=yes]
 *
 * Return: 0, -EINVAL, -EEXIST if the name is taken, -ENOMEM.
 */
int rsh_config_vm(struct rsh_config *c, const char *text);

/**
 * rsh_config_read() - settings and VMs from a file
 * @c: where they go
 * @file: open for reading
 * @path: its name, for errors
 *
 * Return: 0, or a negative errno; @c->error then says "PATH:LINE: ...".
 */
int rsh_config_read(struct rsh_config *c, FILE *file, const char *path);

/**
 * rsh_config_check() - is it complete, and can all mins be honoured?
 * @c: everything was read; what is left unset gets its default
 *
 * A pattern's mins are for the caller to check with rsh_guaranteed(), when it
 * knows how many VMs match.
 *
 * Return: 0 or -EINVAL.
 */
int rsh_config_check(struct rsh_config *c);

/**
 * rsh_config_help() - all settings with their defaults, one a line
 * @out: where to
 */
void rsh_config_help(FILE *out);

/**
 * rsh_config_match() - the name of a VM found by pattern
 * @pattern: with an asterisk, and nothing else special before it
 * @path: that glob(3) found by it
 * @name: filled in with what the first asterisk stands for; characters that a
 *	name can not have become '_'
 *
 * Return: false if it stands for nothing or for more than fits.
 */
bool rsh_config_match(const char *pattern, const char *path,
		      char name[RSH_NAME_MAX]);

#endif /* RSH_CONFIG_H */
