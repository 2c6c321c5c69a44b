// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the doctor can see of a kernel: its configuration where a distribution
 * puts it, else the symbols that stand for an option, and files of /proc and
 * /sys. Judges nothing.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "doctor.h"

void rs_env_path(const struct rs_env *env, char *path, size_t len,
		 const char *rel)
{
	snprintf(path, len, "%s%s", env->root, rel);
}

int rs_env_read(const struct rs_env *env, char *buf, size_t len,
		const char *fmt, ...)
{
	char path[512], rel[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(rel, sizeof(rel), fmt, ap);
	va_end(ap);
	rs_env_path(env, path, sizeof(path), rel);
	return rs_sysfs_read(path, buf, len);
}

bool rs_env_exists(const struct rs_env *env, const char *rel)
{
	char path[512];

	rs_env_path(env, path, sizeof(path), rel);
	return !access(path, F_OK);
}

const char *rs_env_tracefs(const struct rs_env *env)
{
	if (rs_env_exists(env, "/sys/kernel/tracing/README"))
		return "/sys/kernel/tracing";
	if (rs_env_exists(env, "/sys/kernel/debug/tracing/README"))
		return "/sys/kernel/debug/tracing";
	return NULL;
}

/*
 * Copy the lines of f that keep() wants, with a newline in front so that
 * every line can be found as "\nLINE". Returns NULL for no line, or no memory.
 */
static char *slurp(FILE *f, bool (*keep)(char *line))
{
	char *text = NULL, *line = NULL;
	size_t len = 0, cap = 0;
	ssize_t n;

	while ((n = getline(&line, &cap, f)) > 0) {
		char *grown;

		if (!keep(line))
			continue;
		n = strlen(line);
		grown = realloc(text, len + n + 2);
		if (!grown)
			break;
		text = grown;
		if (!len)
			text[len++] = '\n';
		memcpy(text + len, line, n + 1);
		len += n;
	}
	free(line);
	return text;
}

static bool is_option(char *line)
{
	return !strncmp(line, "CONFIG_", 7);
}

static char *read_config(const struct rs_env *env)
{
	static const char * const places[] = {
		"%s/boot/config-%s", "%s/lib/modules/%s/config",
		"%s/lib/modules/%s/build/.config",
	};
	char path[512], *text = NULL;
	size_t i;
	FILE *f;

	for (i = 0; i < RS_ARRAY_SIZE(places) && !text; i++) {
		snprintf(path, sizeof(path), places[i], env->root,
			 env->release);
		f = fopen(path, "re");
		if (!f)
			continue;
		text = slurp(f, is_option);
		fclose(f);
	}
	return text;
}

/*
 * Few kernels have /proc/config.gz and each has gzip beside it, so a pipe
 * does, instead of one more library under every program of ours.
 */
static char *read_config_gz(const struct rs_env *env)
{
	char path[512], command[600], *text;
	FILE *f;

	rs_env_path(env, path, sizeof(path), "/proc/config.gz");
	if (access(path, R_OK) || strchr(path, '\''))
		return NULL;
	snprintf(command, sizeof(command), "exec gzip -dc '%s' 2>/dev/null",
		 path);
	f = popen(command, "re");
	if (!f)
		return NULL;
	text = slurp(f, is_option);
	pclose(f);
	return text;
}

/* Symbols that checks name; the whole list would be some ten megabytes. */
static bool is_wanted_symbol(char *line)
{
	static const char * const wanted[] = {
		"ftrace_set_filter_ip", "register_kprobe",
		"user_return_notifier_register", "entry_SYSCALL_compat",
	};
	char name[128];
	size_t i;

	if (sscanf(line, "%*s %*s %126s", name) != 1)
		return false;
	for (i = 0; i < RS_ARRAY_SIZE(wanted); i++) {
		if (!strcmp(name, wanted[i])) {
			sprintf(line, "%s\n", wanted[i]);
			return true;
		}
	}
	return false;
}

static char *read_symbols(const struct rs_env *env)
{
	char path[512], *text;
	FILE *f;

	rs_env_path(env, path, sizeof(path), "/proc/kallsyms");
	f = fopen(path, "re");
	if (!f)
		return NULL;
	text = slurp(f, is_wanted_symbol);
	fclose(f);
	return text;
}

int rs_env_init(struct rs_env *env, const char *root, const char *release)
{
	*env = (struct rs_env){ .root = root };
	snprintf(env->release, sizeof(env->release), "%s", release);
	env->config = read_config(env);
	if (!env->config)
		env->config = read_config_gz(env);
	if (!env->config)
		env->symbols = read_symbols(env);
	return 0;
}

void rs_env_exit(struct rs_env *env)
{
	free(env->config);
	free(env->symbols);
}

enum rs_answer rs_env_config(const struct rs_env *env, const char *option,
			     const char *symbol)
{
	char line[128];

	if (env->config) {
		snprintf(line, sizeof(line), "\n%s=y\n", option);
		return strstr(env->config, line) ? RS_YES : RS_NO;
	}
	if (!env->symbols || !symbol)
		return RS_UNKNOWN;
	snprintf(line, sizeof(line), "\n%s\n", symbol);
	return strstr(env->symbols, line) ? RS_YES : RS_NO;
}
