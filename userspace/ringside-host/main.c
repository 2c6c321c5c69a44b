// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside-host: lets virtual machines share memory of which they have more
 * than the host. This file is the table of commands.
 */
#include <string.h>
#include "cmd.h"
#include "cmds.h"
#include "options.h"

static const struct cmd commands[] = {
	{ "run", cmd_host_run, "[--config PATH] [--budget SIZE] [--vm NAME=SOCKET[,...]] [--vms PATTERN] [--dry-run] [--record PATH] [OPTION...]",
	  "share memory among VMs until told to end" },
	{ "check", cmd_host_check, "[--config PATH] [OPTION...]",
	  "show what a configuration means, and whether it can be kept" },
	{ "status", cmd_host_status, "[--file PATH]",
	  "show what the running manager knows and does" },
	{ "top", cmd_host_top, "[--file PATH] [--once]",
	  "the same as a live picture" },
	{ "replay", cmd_host_replay, "[--all] [OPTION...] FILE",
	  "decide a recorded run once more, and compare" },
	{ "help", cmd_help, "[COMMAND]",
	  "list the commands, or the options of one" },
	{ NULL, NULL, NULL, NULL }
};

static void details(const char *command, FILE *f)
{
	if (!strcmp(command, "run") || !strcmp(command, "check"))
		options_help(f);
}

static const struct cmd_tool tool = {
	.name = "ringside-host",
	.synopsis = "[COMMAND] [OPTION...]",
	.hint = "shows its options",
	.commands = commands,
	.implied = "run",
	.details = details,
};

int main(int argc, char **argv)
{
	return cmd_main(&tool, argc, argv);
}
