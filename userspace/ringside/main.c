// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside: the command line of the suite. This file is the table of commands;
 * what a command does is in cmd_NAME.c.
 */
#include "cmd.h"

static const struct cmd commands[] = {
	{ "status", cmd_status, "",
	  "show what is loaded and active" },
	{ "doctor", cmd_doctor, "",
	  "check whether this kernel is able and nothing is in the way" },
	{ "guard", cmd_guard, NULL,
	  "refuse system calls to running processes, and take it back" },
	{ "trace", cmd_trace, NULL,
	  "count and time returns to user mode, show changes of credentials" },
	{ "balloon", cmd_balloon, NULL,
	  "give memory to the host, and see how much" },
	{ "export", cmd_export, "--prometheus FILE",
	  "write what trace has counted, for node_exporter" },
	{ "sense", cmd_sense, "[--all] [--risky] [--save FILE] [--diff FILE [FILE]] [--explain ROW] [--list]",
	  "find instructions that ought to trap in user mode and do not" },
	{ "version", cmd_version, "",
	  "show the versions of tool, library and modules" },
	{ "help", cmd_help, "[COMMAND]",
	  "list the commands, or the verbs of one" },
	{ NULL, NULL, NULL, NULL }
};

static const struct cmd_tool tool = {
	.name = "ringside",
	.synopsis = "COMMAND [VERB] [ARGUMENT...]",
	.hint = "lists the verbs of a command",
	.commands = commands,
};

int main(int argc, char **argv)
{
	return cmd_main(&tool, argc, argv);
}
