// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the words of a command line to a configuration. A setting of the file
 * is an option of the same name, so there is no second list of them here.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cmd.h"
#include "options.h"

#define FAIL(c, code, ...) \
	(snprintf((c)->error, sizeof((c)->error), __VA_ARGS__), (code))

/* An option, its name cut from its value. */
struct word {
	char key[32];
	const char *value;
};

/* Return: words taken, 0 for an operand, negative with an error. */
static int next_word(struct rsh_config *c, char **argv, int at,
		     struct word *w)
{
	const char *arg = argv[at];
	size_t len;

	if (!strcmp(arg, "--"))
		return 0;
	if (strncmp(arg, "--", 2))
		return arg[0] == '-' && arg[1] ?
			FAIL(c, -1, "no option '%s'", arg) : 0;
	len = strcspn(arg + 2, "=");
	if (!len || len >= sizeof(w->key))
		return FAIL(c, -1, "no option '%s'", arg);
	snprintf(w->key, sizeof(w->key), "%.*s", (int)len, arg + 2);
	w->value = arg[2 + len] ? arg + 2 + len + 1 : NULL;
	if (w->value)
		return 1;
	if (!strcmp(w->key, "dry-run")) {
		w->value = "yes";
		return 1;
	}
	w->value = argv[at + 1];
	return 2;
}

static int read_file(struct rsh_config *c, const char *path)
{
	FILE *file = fopen(path, "re");
	int ret;

	if (!file)
		return FAIL(c, EXIT_FAILED, "%s: %s", path, strerror(errno));
	ret = rsh_config_read(c, file, path);
	fclose(file);
	return ret ? EXIT_FAILED : EXIT_OK;
}

static int take_pattern(struct rsh_config *c, const char *value)
{
	char *text;
	int ret;

	if (asprintf(&text, "*=%s", value) < 0)
		return FAIL(c, EXIT_FAILED, "no memory");
	ret = rsh_config_vm(c, text);
	free(text);
	return ret;
}

static int take(struct rsh_config *c, const struct word *w)
{
	int ret;

	if (!strcmp(w->key, "config"))
		return EXIT_OK;
	if (!strcmp(w->key, "vm"))
		ret = rsh_config_vm(c, w->value);
	else if (!strcmp(w->key, "vms"))
		ret = take_pattern(c, w->value);
	else
		ret = rsh_config_set(c, w->key, w->value);
	if (ret == -ENOENT)
		return FAIL(c, EXIT_USAGE, "no option '--%s'", w->key);
	return ret ? EXIT_USAGE : EXIT_OK;
}

static bool is_own(const char *key)
{
	return !strcmp(key, "config") || !strcmp(key, "vm") ||
		!strcmp(key, "vms");
}

/* The last word; a name that nobody knows needs no value. */
static int needs_value(struct rsh_config *c, const char *key)
{
	if (!is_own(key) && rsh_config_set(c, key, "") == -ENOENT)
		return FAIL(c, EXIT_USAGE, "no option '--%s'", key);
	return FAIL(c, EXIT_USAGE, "option '--%s' needs a value", key);
}

/* Once for the file, which comes first wherever it is named, then the rest. */
static int go_through(struct rsh_config *c, int argc, char **argv, int *rest,
		      int (*each)(struct rsh_config *c, const struct word *w))
{
	struct word w;
	int at, n, code;

	for (at = 1; at < argc; at += n) {
		n = next_word(c, argv, at, &w);
		if (n < 0)
			return EXIT_USAGE;
		if (!n)
			break;
		if (!w.value)
			return needs_value(c, w.key);
		code = each(c, &w);
		if (code)
			return code;
	}
	*rest = at < argc && !strcmp(argv[at], "--") ? at + 1 : at;
	return EXIT_OK;
}

static int take_file(struct rsh_config *c, const struct word *w)
{
	return strcmp(w->key, "config") ? EXIT_OK : read_file(c, w->value);
}

int options_read(struct rsh_config *c, int argc, char **argv, int *rest)
{
	int code = go_through(c, argc, argv, rest, take_file);

	return code ? code : go_through(c, argc, argv, rest, take);
}

void options_help(FILE *f)
{
	fprintf(f, "\n"
"  --config PATH            read settings and VMs from a file; options replace\n"
"                           what it says\n"
"  --vm NAME=SOCKET[,min=SIZE][,max=SIZE][,shares=N][,observe=yes]\n"
"                           a VM, its QMP socket, and its limits\n"
"  --vms PATTERN[,min=SIZE][,max=SIZE][,shares=N][,observe=yes]\n"
"                           all sockets that match, also later; a VM is called\n"
"                           what the first * of the pattern stands for\n");
	rsh_config_help(f);
	fprintf(f, "\n%s\n",
		"SIZE is a number with K, M, G or T, TIME one with ms, s or min.");
}
