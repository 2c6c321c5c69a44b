// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside: the command line of the suite. This file is the table of commands
 * and the global options; what a command does is in cmd_NAME.c.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cmd.h"
#include "out.h"
#include "ringside.h"

static int cmd_help(int argc, char **argv);

static const struct cmd commands[] = {
	{ "status", cmd_status, "",
	  "show what is loaded and active" },
	{ "doctor", cmd_doctor, "",
	  "check whether this kernel is able and nothing is in the way" },
	{ "guard", cmd_guard, NULL,
	  "refuse system calls to running processes, and take it back" },
	{ "trace", cmd_trace, NULL,
	  "count returns to user mode, show changes of credentials" },
	{ "balloon", cmd_balloon, NULL,
	  "give memory to the host, and see how much" },
	{ "version", cmd_version, "",
	  "show the versions of tool, library and modules" },
	{ "help", cmd_help, "[COMMAND]",
	  "list the commands, or the verbs of one" },
	{ NULL, NULL, NULL, NULL }
};

static void usage(FILE *f)
{
	fprintf(f, "usage: ringside [-j|--json] COMMAND [VERB] [ARGUMENT...]\n"
		   "       ringside --help | --version\n\n"
		   "commands:\n");
	cmd_list(commands, f);
	fprintf(f, "\n'ringside help COMMAND' lists the verbs of a command; "
		   "the manual is ringside(8).\n");
}

/* "ringside help guard" is "ringside guard --help". */
static int help_of(const char *name)
{
	const struct cmd *row = cmd_find(commands, name);
	char noun[32], option[8], *argv[3];

	if (!row)
		return cmd_usage("no command '%s'", name);
	cmd_context_reset();
	snprintf(noun, sizeof(noun), "%s", name);
	snprintf(option, sizeof(option), "--help");
	argv[0] = noun;
	argv[1] = option;
	argv[2] = NULL;
	return cmd_run(row, 2, argv);
}

static int cmd_help(int argc, char **argv)
{
	if (argc > 2)
		return cmd_usage("one command at most");
	if (argc == 2)
		return help_of(argv[1]);
	if (out_is_json())
		cmd_list(commands, stdout);
	else
		usage(stdout);
	return EXIT_OK;
}

/*
 * Take -j and --json out of the arguments wherever they stand, up to "--":
 * "ringside status --json" is what fingers type.
 */
static int take_json(int argc, char **argv)
{
	int from, to = 1;

	for (from = 1; from < argc; from++) {
		if (!strcmp(argv[from], "--"))
			break;
		if (!strcmp(argv[from], "-j") || !strcmp(argv[from], "--json"))
			out_set_json(true);
		else
			argv[to++] = argv[from];
	}
	while (from < argc)
		argv[to++] = argv[from++];
	argv[to] = NULL;
	return to;
}

static int dispatch(int argc, char **argv)
{
	const struct cmd *row;

	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return cmd_help(1, argv);
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		printf("ringside %s\n", RS_VERSION);
		return EXIT_OK;
	}
	row = cmd_find(commands, argv[1]);
	if (row)
		return cmd_run(row, argc - 1, argv + 1);
	fprintf(stderr, "ringside: no %s '%s'\n\n",
		argv[1][0] == '-' ? "option" : "command", argv[1]);
	usage(stderr);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	int code, err;

	argc = take_json(argc, argv);
	code = dispatch(argc, argv);
	out_discard();
	/* A full disk behind "> file" must not pass for success. */
	err = out_finish();
	if (err && err != -EPIPE) {
		fprintf(stderr, "ringside: standard output: %s\n",
			strerror(-err));
		return code ? code : EXIT_FAILED;
	}
	return code;
}
