// SPDX-License-Identifier: GPL-2.0-only
/*
 * The frame of a program: global options, help, dispatch to a row of its table
 * of commands, and the exit code. Knows no command by name but "help".
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cmd.h"
#include "out.h"

static const struct cmd_tool *tool;

static void usage(FILE *f)
{
	fprintf(f, "usage: %s [-j|--json] %s\n"
		   "       %s --help | --version\n\n"
		   "commands:\n", tool->name, tool->synopsis, tool->name);
	cmd_list(tool->commands, f);
	fprintf(f, "\n'%s help COMMAND' %s; the manual is %s(8).\n",
		tool->name, tool->hint, tool->name);
}

/* "ringside help guard" is "ringside guard --help". */
static int help_of(const char *name)
{
	const struct cmd *row = cmd_find(tool->commands, name);
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

int cmd_help(int argc, char **argv)
{
	if (argc > 2)
		return cmd_usage("one command at most");
	if (argc == 2)
		return help_of(argv[1]);
	if (out_is_json())
		cmd_list(tool->commands, stdout);
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

static const struct cmd *implied_by(const char *word)
{
	if (!tool->implied || strncmp(word, "--", 2) || !word[2])
		return NULL;
	return cmd_find(tool->commands, tool->implied);
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
		printf("%s %s\n", tool->name, RS_VERSION);
		return EXIT_OK;
	}
	row = cmd_find(tool->commands, argv[1]);
	if (row)
		return cmd_run(row, argc - 1, argv + 1);
	row = implied_by(argv[1]);
	if (row)
		return cmd_run(row, argc, argv);
	fprintf(stderr, "%s: no %s '%s'\n\n", tool->name,
		argv[1][0] == '-' ? "option" : "command", argv[1]);
	usage(stderr);
	return EXIT_USAGE;
}

int cmd_main(const struct cmd_tool *which, int argc, char **argv)
{
	int code, err;

	tool = which;
	out_program = tool->name;
	cmd_details = tool->details;
	argc = take_json(argc, argv);
	code = dispatch(argc, argv);
	out_discard();
	/* A full disk behind "> file" must not pass for success. */
	err = out_finish();
	if (err && err != -EPIPE) {
		fprintf(stderr, "%s: standard output: %s\n", tool->name,
			strerror(-err));
		return code ? code : EXIT_FAILED;
	}
	return code;
}
