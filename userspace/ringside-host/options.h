/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The options that "run", "check" and "replay" have in common, which are the
 * settings of the configuration.
 */
#ifndef RINGSIDE_HOST_OPTIONS_H
#define RINGSIDE_HOST_OPTIONS_H

#include <stdio.h>
#include "config.h"

/**
 * options_read() - the configuration file, if one is named, and what the
 *	command line says on top of it
 * @config: after rsh_config_init()
 * @argc: as given to the command
 * @argv: as given to the command
 * @rest: receives the index of the first operand
 *
 * Return: 0 or an exit code, with @error of @config set.
 */
int options_read(struct rsh_config *config, int argc, char **argv, int *rest);

/** options_help() - list them */
void options_help(FILE *f);

#endif /* RINGSIDE_HOST_OPTIONS_H */
