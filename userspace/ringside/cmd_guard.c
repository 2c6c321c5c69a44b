// SPDX-License-Identifier: GPL-2.0-only
/* ringside guard: the table of its verbs, and what these share. */
#include <string.h>
#include "cmd.h"
#include "cmd_guard.h"

const char * const guard_states[GUARD_STATES] = {
	[RSG_STATE_LOADED] = "loaded",
	[RSG_STATE_PENDING] = "pending",
	[RSG_STATE_ATTACHED] = "attached",
};

const char * const guard_scopes[GUARD_SCOPES] = {
	[RSG_SCOPE_PROCESS] = "process",
	[RSG_SCOPE_TREE] = "tree",
	[RSG_SCOPE_EVERYONE] = "everyone",
	[RSG_SCOPE_CGROUP] = "cgroup",
	[RSG_SCOPE_CHROOT] = "chroot",
};

const char * const guard_modes[GUARD_MODES] = {
	[RSG_MODE_OBSERVE] = "observe",
	[RSG_MODE_AUDIT] = "audit",
	[RSG_MODE_ENFORCE] = "enforce",
};

/*
 * Take the one operand of a verb out of @argv, so that "attach NAME --pid 1"
 * and "attach --pid 1 NAME" both work; the options are left to getopt.
 */
const char *guard_take_operand(int *argc, char **argv)
{
	char *operand;

	if (*argc < 2 || (argv[1][0] == '-' && argv[1][1]))
		return NULL;
	operand = argv[1];
	memmove(&argv[1], &argv[2], (*argc - 1) * sizeof(*argv));
	(*argc)--;
	return operand;
}

int cmd_guard(int argc, char **argv)
{
	static const struct cmd verbs[] = {
		{ "load", guard_load,
		  "NAME (FILE [--pid N | --caps CAP[,CAP...]] [--kernel RELEASE] [--skip-unknown] [--skip-limits] | --deny NAME[,NAME...][:ACTION] | --allow-only NAME[,NAME...][:ACTION])",
		  "load a policy: an OCI seccomp profile, or a list of calls" },
		{ "replace", guard_replace,
		  "NAME (FILE [--pid N | --caps CAP[,CAP...]] [--kernel RELEASE] [--skip-unknown] [--skip-limits] | --deny NAME[,NAME...][:ACTION] | --allow-only NAME[,NAME...][:ACTION]) [--confirm-after SECONDS]",
		  "let a policy say something else, until it is confirmed" },
		{ "check", guard_check,
		  "FILE [--pid N | --caps CAP[,CAP...]] [--kernel RELEASE] [--skip-unknown]",
		  "explain a profile, and whether it can be loaded" },
		{ "diff", guard_diff,
		  "FILE FILE [--pid N | --caps CAP[,CAP...]] [--kernel RELEASE] [--skip-unknown]",
		  "compare what two profiles do" },
		{ "attach", guard_attach,
		  "NAME (--pid N | --tree N | --cgroup PATH | --chroot DIR | --everyone) [--except KIND:WHICH]... [--audit] [--confirm-after SECONDS] [--force]",
		  "put a policy in force, until it is confirmed" },
		{ "run", guard_run,
		  "(--profile FILE [--caps CAP[,CAP...]] [--kernel RELEASE] [--skip-unknown] | --policy NAME) [--audit] -- COMMAND [ARG...]",
		  "run a program under a policy from its start" },
		{ "confirm", guard_confirm, "NAME",
		  "let a pending attach last" },
		{ "rollback", guard_rollback, "NAME",
		  "undo a pending attach now" },
		{ "detach", guard_detach, "NAME",
		  "undo an attach, pending or confirmed" },
		{ "relax", guard_relax,
		  "--pid N --calls NAME[,NAME...] --for TIME | --list | --end ID",
		  "let a process pass its own seccomp filter for a while" },
		{ "unload", guard_unload, "NAME",
		  "drop a policy that is not attached" },
		{ "jail", guard_jail,
		  "(--root DIR [--name NAME] [--limits LIMIT=VALUE[,LIMIT=VALUE...]] [--profile FILE [--caps CAP[,CAP...]] [--kernel RELEASE] [--skip-unknown]] [--audit] [--confirm-after SECONDS] [-- COMMAND [ARG...]] | --release NAME)",
		  "keep a command, or what is chrooted already, in a directory" },
		{ "restore", guard_restore, "[DIR]",
		  "load, attach and confirm what the files of a directory say" },
		{ "list", guard_list, "[--calls]",
		  "list the policies, their targets and counters" },
		{ "events", guard_events, "[--follow] [--policy NAME] [--pid N]",
		  "show what was denied, repeats once a second" },
		{ "why", guard_why, "PID",
		  "what was denied to a process, by which rule, and where" },
		{ "learn", guard_learn,
		  "(--pid N | --tree N | --cgroup PATH | --chroot DIR | --everyone | [--] COMMAND [ARG...]) [--except KIND:WHICH]... [--for TIME] [--output FILE]",
		  "write the profile that allows what processes do" },
		{ NULL, NULL, NULL, NULL }
	};

	return cmd_verbs(verbs, argc, argv);
}
