/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frame of every command: verb tables, options, errors, exit codes.
 */
#ifndef RINGSIDE_CMD_H
#define RINGSIDE_CMD_H

#include <getopt.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CMD_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Exit codes; documented in ringside(8). */
#define EXIT_OK		0
#define EXIT_FAILED	1
#define EXIT_USAGE	2
#define EXIT_NOMOD	3	/* module not loaded, or too old */

/**
 * struct cmd - a command or a verb of one
 * @name: the word that selects it; full names only
 * @run: gets its own name as argv[0]; returns an exit code
 * @args: synopsis of what may follow; "" for nothing, NULL for a command that
 *	has verbs and hands over to cmd_verbs(). Long options in it are what
 *	shell completion offers
 * @summary: one line for help
 */
struct cmd {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *args;
	const char *summary;
};

/**
 * struct cmd_tool - a program
 * @name: the name it is called by, and of its manual page
 * @synopsis: what follows the global options
 * @hint: what its "help COMMAND" does: "lists the verbs of a command"
 * @commands: the table, closed by a row without a name
 * @implied: the command that is meant where options stand in place of one; may
 *	be NULL
 * @details: prints what --help of a command shows besides; may be NULL
 */
struct cmd_tool {
	const char *name;
	const char *synopsis;
	const char *hint;
	const struct cmd *commands;
	const char *implied;
	void (*details)(const char *command, FILE *f);
};

/**
 * cmd_main() - be that program
 * @tool: what is run; must outlive the call
 * @argc: of main()
 * @argv: of main()
 *
 * Serves the global options and flushes standard output.
 *
 * Return: the exit code.
 */
int cmd_main(const struct cmd_tool *tool, int argc, char **argv);

/** cmd_details() - set by cmd_main(), see struct cmd_tool */
extern void (*cmd_details)(const char *command, FILE *f);

/** cmd_help() - the command "help", for the table of any program */
int cmd_help(int argc, char **argv);

/**
 * cmd_run() - run one row of a table
 * @row: the row; its name joins the prefix of error messages
 * @argc: with the name as argv[0]
 * @argv: with the name as argv[0]
 *
 * Serves --help of a row without verbs. Return: the row's exit code.
 */
int cmd_run(const struct cmd *row, int argc, char **argv);

/** cmd_context_reset() - the next cmd_run() starts a new message prefix */
void cmd_context_reset(void);

/**
 * cmd_find() - the row of that name
 * @table: closed by a row without a name
 * @name: the whole name
 *
 * Return: the row, or NULL.
 */
const struct cmd *cmd_find(const struct cmd *table, const char *name);

/**
 * cmd_list() - list a table for people, or for programs with --json
 * @table: closed by a row without a name
 * @f: where to; JSON goes to standard output only
 */
void cmd_list(const struct cmd *table, FILE *f);

/**
 * cmd_verbs() - run the verb of a command that argv[1] names
 * @verbs: table, closed by a row without a name
 * @argc: as given to the command
 * @argv: as given to the command
 *
 * Also serves "help" and --help. Return: the verb's exit code, EXIT_USAGE
 * with the list of verbs on standard error when there is no such verb.
 */
int cmd_verbs(const struct cmd *verbs, int argc, char **argv);

/**
 * cmd_getopt() - getopt_long() in the manners of this program
 * @argc: as given to the verb
 * @argv: as given to the verb
 * @shorts: as for getopt_long(), without leading '+' or ':'; every short
 *	option has a long one
 * @longs: as for getopt_long()
 *
 * Takes full names only, stops at the first operand, and words its own
 * complaints, after which the verb returns EXIT_USAGE.
 *
 * Return: as getopt_long(); '?' after a complaint.
 */
int cmd_getopt(int argc, char **argv, const char *shorts,
	       const struct option *longs);

/**
 * cmd_usage() - complain about the command line
 * @fmt: what is wrong, for example "no policy file given"
 *
 * Return: EXIT_USAGE.
 */
int cmd_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * cmd_lib_error() - report the library's last error
 * @err: what the library returned
 *
 * Return: EXIT_NOMOD for -RS_ENOMOD and -RS_EABI, else EXIT_FAILED.
 */
int cmd_lib_error(int err);

/**
 * cmd_error() - report a failure that is not the library's
 * @fmt: thing and reason
 *
 * Return: EXIT_FAILED.
 */
int cmd_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** cmd_warn() - say something on standard error and go on */
void cmd_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * cmd_parse_u64() - parse an operand or the value of an option
 * @what: its name for the complaint, for example "PID"
 * @s: the text
 * @min: least value allowed
 * @max: greatest value allowed
 * @val: receives the number
 *
 * Return: 0, or EXIT_USAGE after a complaint.
 */
int cmd_parse_u64(const char *what, const char *s, uint64_t min, uint64_t max,
		  uint64_t *val);

/**
 * cmd_parse_size() - parse a number of bytes
 * @what: its name for the complaint, for example "SIZE"
 * @s: the text: a number that K, M, G or T, powers of 1024, may follow
 * @min: least value allowed
 * @bytes: receives the number
 *
 * Return: 0, or EXIT_USAGE after a complaint.
 */
int cmd_parse_size(const char *what, const char *s, uint64_t min,
		   uint64_t *bytes);

/**
 * cmd_parse_seconds() - parse a time such as "2" or "0.5"
 * @what: its name for the complaint, for example "--interval"
 * @s: the text; what is finer than a millisecond is cut off
 * @min_ms: least value allowed
 * @max_ms: greatest value allowed
 * @ms: receives the time in milliseconds
 *
 * Return: 0, or EXIT_USAGE after a complaint.
 */
int cmd_parse_seconds(const char *what, const char *s, uint64_t min_ms,
		      uint64_t max_ms, uint64_t *ms);

/** cmd_now_ns() - nanoseconds of CLOCK_MONOTONIC */
uint64_t cmd_now_ns(void);

/* One function a row of the table in main.c, each in cmd_NAME.c. */
int cmd_balloon(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_sense(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_guard(int argc, char **argv);
int cmd_trace(int argc, char **argv);
int cmd_version(int argc, char **argv);

#endif /* RINGSIDE_CMD_H */
