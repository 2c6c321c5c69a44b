// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside guard restore: put in force what the files of a directory say. The
 * service that runs at boot uses it.
 *
 * A file NAME.conf says how the policy NAME is loaded and attached, in the very
 * words of the command line:
 *
 *	load /etc/ringside/web.json --skip-unknown
 *	attach --cgroup system.slice --audit
 *
 * Each line becomes a command of its own, so that what holds for people holds
 * here: the confirmation comes from a process that opens the device anew. A
 * policy is in force as a whole or not at all.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cmd.h"
#include "cmd_guard.h"
#include "out.h"

#define RESTORE_DIR	"/etc/ringside/guard.d"
#define SUFFIX		".conf"
#define WORDS_MAX	64
#define LINE_LEN	4096

/* Run "ringside guard WORDS..." without its output. Return 0 or an exit code. */
static int run_tool(const char * const *words)
{
	char *argv[WORDS_MAX + 3] = { "ringside", "guard" };
	posix_spawn_file_actions_t actions;
	int err, status, i;
	pid_t pid;

	for (i = 0; words[i]; i++)
		argv[i + 2] = (char *)words[i];
	err = posix_spawn_file_actions_init(&actions);
	if (err)
		return cmd_error("%s", strerror(err));
	err = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO,
					       "/dev/null", O_WRONLY, 0);
	if (!err)
		err = posix_spawn(&pid, "/proc/self/exe", &actions, NULL, argv,
				  environ);
	posix_spawn_file_actions_destroy(&actions);
	if (err)
		return cmd_error("%s: %s", words[0], strerror(err));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return cmd_error("wait: %s", strerror(errno));
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILED;
}

static int run_verb(const char *verb, const char *name)
{
	const char *words[] = { verb, name, NULL };

	return run_tool(words);
}

/**
 * struct restore - a file that is being read
 * @file: its path
 * @name: of its policy
 * @line: the number of the line
 * @loaded: the policy is loaded
 * @attached: and attached
 */
struct restore {
	const char *file;
	const char *name;
	unsigned int line;
	bool loaded;
	bool attached;
};

/* Cut @text into words, with the policy's name after the first. */
static int split(const struct restore *re, char *text, const char **words)
{
	char *save, *word;
	int n = 0;

	for (word = strtok_r(text, " \t\n", &save); word && *word != '#';
	     word = strtok_r(NULL, " \t\n", &save)) {
		if (n == WORDS_MAX - 1)
			return cmd_error("%s:%u: more than %d words", re->file,
					 re->line, WORDS_MAX - 2);
		words[n++] = word;
		if (n == 1)
			words[n++] = re->name;
	}
	words[n] = NULL;
	return 0;
}

/* A line is "load ..." or, once that is done, "attach ...". */
static int do_line(struct restore *re, char *text)
{
	const char *words[WORDS_MAX + 1];
	bool *done;
	int code;

	code = split(re, text, words);
	if (code || !words[0])
		return code;
	if (!strcmp(words[0], "load"))
		done = &re->loaded;
	else if (!strcmp(words[0], "attach"))
		done = &re->attached;
	else
		return cmd_error("%s:%u: '%s' is neither load nor attach",
				 re->file, re->line, words[0]);
	if (*done || (done == &re->attached && !re->loaded))
		return cmd_error("%s:%u: one load and then one attach",
				 re->file, re->line);
	code = run_tool(words);
	if (code)
		return cmd_error("%s:%u: %s failed", re->file, re->line,
				 words[0]);
	*done = true;
	return 0;
}

static int do_lines(struct restore *re, FILE *f)
{
	char text[LINE_LEN];
	int code;

	while (fgets(text, sizeof(text), f)) {
		re->line++;
		if (!strchr(text, '\n') && !feof(f))
			return cmd_error("%s:%u: longer than %d characters",
					 re->file, re->line, LINE_LEN - 2);
		code = do_line(re, text);
		if (code)
			return code;
	}
	if (ferror(f))
		return cmd_error("%s: %s", re->file, strerror(errno));
	if (!re->attached)
		return cmd_error("%s: no line attach", re->file);
	return run_verb("confirm", re->name);
}

/* What was begun must not stay half done. */
static void undo(const struct restore *re)
{
	if (re->attached)
		run_verb("detach", re->name);
	if (re->loaded)
		run_verb("unload", re->name);
}

static int restore_file(const char *file, const char *name)
{
	struct restore re = { .file = file, .name = name };
	FILE *f = fopen(file, "re");
	int code;

	if (!f)
		return cmd_error("%s: %s", file, strerror(errno));
	code = do_lines(&re, f);
	fclose(f);
	if (code)
		undo(&re);
	return code;
}

/* NAME.conf in @dir. Return 0 or an exit code; @name is cut. */
static int restore_one(const char *dir, char *name)
{
	char *file;
	int code;

	if (asprintf(&file, "%s/%s", dir, name) < 0)
		return cmd_error("%s: %s", name, strerror(ENOMEM));
	name[strlen(name) - strlen(SUFFIX)] = '\0';
	code = restore_file(file, name);
	free(file);
	out_row();
	out_str("name", name);
	out_str("state", code ? "failed" : guard_states[RSG_STATE_ATTACHED]);
	out_end();
	return code;
}

static int is_conf(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > strlen(SUFFIX) &&
	       !strcmp(entry->d_name + len - strlen(SUFFIX), SUFFIX);
}

/* All files, in the order of their names; one that fails stops no other. */
static int restore_dir(const char *dir)
{
	static const struct out_col cols[] = {
		{ "name", "NAME", false }, { "state", "STATE", false },
	};
	struct dirent **entries;
	int n, i, code = EXIT_OK;

	n = scandir(dir, &entries, is_conf, alphasort);
	if (n < 0)
		return cmd_error("%s: %s", dir, strerror(errno));
	out_begin();
	out_table("policies", "no policy is saved", cols,
		  CMD_ARRAY_SIZE(cols));
	for (i = 0; i < n; i++) {
		if (restore_one(dir, entries[i]->d_name))
			code = EXIT_FAILED;
		free(entries[i]);
	}
	free(entries);
	out_end();
	out_end();
	return code;
}

int guard_restore(int argc, char **argv)
{
	if (argc > 2)
		return cmd_usage("'%s' is too much", argv[2]);
	if (argc == 2 && argv[1][0] == '-')
		return cmd_usage("no option '%s'", argv[1]);
	return restore_dir(argc == 2 ? argv[1] : RESTORE_DIR);
}
