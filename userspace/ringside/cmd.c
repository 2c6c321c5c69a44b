// SPDX-License-Identifier: GPL-2.0-only
/*
 * The frame of every command: looking up rows, help, options, complaints.
 * Knows no command by name.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "cmd.h"
#include "out.h"

/* The words that led here, "guard attach"; the prefix of every complaint. */
static char context[64];

void (*cmd_details)(const char *command, FILE *f);

static void push_context(const char *word)
{
	size_t len = strlen(context);

	snprintf(context + len, sizeof(context) - len, "%s%s",
		 len ? " " : "", word);
}

void cmd_context_reset(void)
{
	context[0] = '\0';
}

static void complain(const char *fmt, va_list ap)
{
	/* Keep the order of the two streams when both go to one terminal. */
	fflush(stdout);
	fprintf(stderr, "%s: %s%s", out_program, context,
		context[0] ? ": " : "");
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

void cmd_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(fmt, ap);
	va_end(ap);
}

int cmd_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(fmt, ap);
	va_end(ap);
	return EXIT_FAILED;
}

int cmd_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(fmt, ap);
	va_end(ap);
	fprintf(stderr, "Try '%s %s%s--help'.\n", out_program, context,
		context[0] ? " " : "");
	return EXIT_USAGE;
}

const struct cmd *cmd_find(const struct cmd *table, const char *name)
{
	for (; table->name; table++)
		if (!strcmp(table->name, name))
			return table;
	return NULL;
}

static void list_json(const struct cmd *table)
{
	out_begin();
	out_table("commands", "", NULL, 0);
	for (; table->name; table++) {
		out_row();
		out_str("name", table->name);
		if (table->args)
			out_str("args", table->args);
		else
			out_null("args");
		out_str("summary", table->summary);
		out_end();
	}
	out_end();
	out_end();
}

void cmd_list(const struct cmd *table, FILE *f)
{
	if (out_is_json() && f == stdout) {
		list_json(table);
		return;
	}
	for (; table->name; table++)
		fprintf(f, "  %-10s %s\n", table->name, table->summary);
}

/* Print a synopsis, broken at blanks to fit a terminal. */
static void print_synopsis(FILE *f, const char *head, const char *args)
{
	const char *word = args;
	int col = fprintf(f, "%s", head);

	while (*word) {
		int len = strcspn(word, " ");

		if (col + 1 + len > 79)
			col = fprintf(f, "\n          ") - 1;
		col += fprintf(f, " %.*s", len, word);
		word += len;
		word += strspn(word, " ");
	}
	fputc('\n', f);
}

static void list_verbs(const struct cmd *verbs, FILE *f)
{
	const struct cmd *v;
	char head[128];

	if (out_is_json() && f == stdout) {
		list_json(verbs);
		return;
	}
	fprintf(f, "usage:\n");
	for (v = verbs; v->name; v++) {
		snprintf(head, sizeof(head), "  %s %s %s", out_program,
			 context, v->name);
		print_synopsis(f, head, v->args);
	}
	fprintf(f, "\nverbs:\n");
	cmd_list(verbs, f);
}

/* --help counts only up to "--": what follows belongs to somebody else. */
static bool wants_help(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return true;
	return false;
}

static int help_row(const struct cmd *row)
{
	char head[128];

	if (out_is_json()) {
		const struct cmd table[] = { *row, { NULL, NULL, NULL, NULL } };

		list_json(table);
		return EXIT_OK;
	}
	snprintf(head, sizeof(head), "usage: %s %s", out_program, context);
	print_synopsis(stdout, head, row->args);
	printf("\n  %s\n", row->summary);
	if (cmd_details)
		cmd_details(row->name, stdout);
	return EXIT_OK;
}

int cmd_run(const struct cmd *row, int argc, char **argv)
{
	push_context(row->name);
	if (row->args) {
		if (wants_help(argc, argv))
			return help_row(row);
		if (!row->args[0] && argc > 1)
			return cmd_usage("takes no argument, but got '%s'",
					 argv[1]);
	}
	return row->run(argc, argv);
}

int cmd_verbs(const struct cmd *verbs, int argc, char **argv)
{
	const struct cmd *row;

	if (argc < 2) {
		list_verbs(verbs, stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help") ||
	    !strcmp(argv[1], "-h")) {
		list_verbs(verbs, stdout);
		return EXIT_OK;
	}
	row = cmd_find(verbs, argv[1]);
	if (row)
		return cmd_run(row, argc - 1, argv + 1);
	cmd_warn("no %s '%s'", argv[1][0] == '-' ? "option" : "verb", argv[1]);
	list_verbs(verbs, stderr);
	return EXIT_USAGE;
}

/*
 * getopt_long() takes "--for" for "--force" as long as nothing else begins
 * so; a script that relies on it breaks with the next option.
 */
static bool is_full_name(const char *arg, const struct option *longs)
{
	size_t len = strcspn(arg + 2, "=");

	for (; longs->name; longs++)
		if (strlen(longs->name) == len &&
		    !strncmp(longs->name, arg + 2, len))
			return true;
	return false;
}

int cmd_getopt(int argc, char **argv, const char *shorts,
	       const struct option *longs)
{
	const char *arg;
	char opts[64];
	int at, c;

	snprintf(opts, sizeof(opts), "+:%s", shorts);
	opterr = 0;
	at = optind ? optind : 1;
	arg = at < argc ? argv[at] : "";
	if (!strncmp(arg, "--", 2) && arg[2] && !is_full_name(arg, longs)) {
		cmd_usage("no option '%s'", arg);
		return '?';
	}
	c = getopt_long(argc, argv, opts, longs, NULL);
	if (c == ':') {
		cmd_usage("option '%s' needs a value", arg);
		return '?';
	}
	if (c == '?')
		cmd_usage("option '%s' is not known or takes no value", arg);
	return c;
}

static int parse_u64(const char *s, uint64_t *val)
{
	char *end;

	/* strtoull() would skip blanks and negate "-1" without a word. */
	if (s[0] < '0' || s[0] > '9')
		return -EINVAL;
	errno = 0;
	*val = strtoull(s, &end, 10);
	return *end ? -EINVAL : -errno;
}

int cmd_parse_u64(const char *what, const char *s, uint64_t min, uint64_t max,
		  uint64_t *val)
{
	int ret = parse_u64(s, val);

	if (ret == -EINVAL)
		return cmd_usage("%s: '%s' is not a number", what, s);
	if (ret || *val < min || *val > max)
		return cmd_usage("%s: %s is not in %" PRIu64 " to %" PRIu64,
				 what, s, min, max);
	return 0;
}

int cmd_parse_size(const char *what, const char *s, uint64_t min,
		   uint64_t *bytes)
{
	static const char units[] = "KMGT";
	size_t digits = strspn(s, "0123456789");
	unsigned int shift = 0;
	const char *unit;
	char number[24];

	if (s[digits]) {
		unit = strchr(units, s[digits]);
		if (!unit || s[digits + 1] || !digits)
			return cmd_usage("%s: '%s' is not a number with K, M, G, T or nothing",
					 what, s);
		shift = 10 * (unit - units + 1);
	}
	if (digits >= sizeof(number))
		return cmd_usage("%s: %s is too large", what, s);
	snprintf(number, sizeof(number), "%.*s", (int)digits, s);
	if (cmd_parse_u64(what, number, min, UINT64_MAX >> shift, bytes))
		return EXIT_USAGE;
	*bytes <<= shift;
	return 0;
}

int cmd_parse_seconds(const char *what, const char *s, uint64_t min_ms,
		      uint64_t max_ms, uint64_t *ms)
{
	size_t whole = strspn(s, "0123456789"), part = 0;
	unsigned int scale = 1000;
	const char *p;

	if (s[whole] == '.')
		part = strspn(s + whole + 1, "0123456789");
	if (!whole || s[whole + (part ? part + 1 : 0)])
		return cmd_usage("%s: '%s' is not a number of seconds", what,
				 s);
	*ms = 0;
	for (p = s; p < s + whole && *ms <= max_ms; p++)
		*ms = *ms * 10 + (*p - '0') * 1000;
	for (p = s + whole + 1; p <= s + whole + part; p++)
		*ms += (*p - '0') * (scale /= 10);
	if (*ms < min_ms || *ms > max_ms)
		return cmd_usage("%s: %s is not in %g to %g", what, s,
				 min_ms / 1e3, max_ms / 1e3);
	return 0;
}

uint64_t cmd_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * UINT64_C(1000000000) + ts.tv_nsec;
}
