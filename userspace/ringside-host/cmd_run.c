// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside-host run and check: the manager itself, and a look at what its
 * configuration means without touching any machine.
 */
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "cmd.h"
#include "cmds.h"
#include "host.h"
#include "options.h"
#include "out.h"

struct words {
	int argc;
	char **argv;
};

static int read_config(struct rsh_config *config, void *arg)
{
	const struct words *words = arg;
	int rest, code;

	code = options_read(config, words->argc, words->argv, &rest);
	if (code)
		return code;
	if (rest < words->argc) {
		snprintf(config->error, sizeof(config->error),
			 "takes no argument, but got '%s'", words->argv[rest]);
		return EXIT_USAGE;
	}
	return rsh_config_check(config) ? EXIT_USAGE : EXIT_OK;
}

static int complain(const struct rsh_config *config, int code)
{
	return code == EXIT_USAGE ? cmd_usage("%s", config->error) :
				    cmd_error("%s", config->error);
}

int cmd_host_run(int argc, char **argv)
{
	struct words words = { argc, argv };
	struct host *host = calloc(1, sizeof(*host));
	int code;

	if (!host)
		return cmd_error("out of memory");
	rsh_config_init(&host->config);
	code = read_config(&host->config, &words);
	if (code)
		code = complain(&host->config, code);
	else
		code = host_run(host, read_config, &words);
	rsh_config_free(&host->config);
	free(host);
	return code;
}

static void show_limits(const struct rsh_limits *limits)
{
	out_bytes("min_bytes", limits->min);
	if (limits->max == RSH_UNKNOWN)
		out_null("max_bytes");
	else
		out_bytes("max_bytes", limits->max);
	out_u64("shares", limits->shares);
	out_bool("observe", limits->observe);
}

static void show_socket(const char *name, const char *path,
			const struct rsh_limits *limits)
{
	struct stat st;

	out_row();
	out_str("name", name);
	show_limits(limits);
	if (stat(path, &st))
		out_str("state", errno == ENOENT ? "not there" :
			strerror(errno));
	else
		out_str("state", S_ISSOCK(st.st_mode) ? "a socket" :
			"not a socket");
	out_str("socket", path);
	out_end();
}

static void show_pattern(const struct rsh_vm_config *vm)
{
	char name[RSH_NAME_MAX];
	glob_t found;
	size_t i;

	if (!glob(vm->socket, 0, NULL, &found))
		for (i = 0; i < found.gl_pathc; i++)
			if (rsh_config_match(vm->socket, found.gl_pathv[i],
					     name))
				show_socket(name, found.gl_pathv[i],
					    &vm->limits);
	globfree(&found);
}

static void show_vms(const struct rsh_config *c)
{
	static const struct out_col cols[] = {
		{ "name", "VM", false }, { "min_bytes", "MIN", true },
		{ "max_bytes", "MAX", true }, { "shares", "SHARES", true },
		{ "state", "NOW", false }, { "socket", "SOCKET", false },
	};
	size_t i;

	out_table("vms", "no socket matches now", cols,
		  CMD_ARRAY_SIZE(cols));
	for (i = 0; i < c->n; i++) {
		if (!strcmp(c->vms[i].name, "*"))
			show_pattern(&c->vms[i]);
		else
			show_socket(c->vms[i].name, c->vms[i].socket,
				    &c->vms[i].limits);
	}
	out_end();
}

static void show_config(const struct rsh_config *c)
{
	const struct rsh_settings *s = &c->settings;

	out_begin();
	out_bytes("budget_bytes", s->budget);
	out_bytes("slack_bytes", s->slack);
	out_bytes("reserve_bytes", s->reserve);
	out_bytes("overhead_bytes", s->overhead);
	out_bytes("headroom_bytes", s->headroom);
	out_u64_text("interval_ms", c->interval_ns / RSH_MS, "%u ms",
		     (unsigned int)(c->interval_ns / RSH_MS));
	out_u64_text("tax_percent", s->tax_percent, "%u %%", s->tax_percent);
	show_vms(c);
	out_end();
}

int cmd_host_check(int argc, char **argv)
{
	struct words words = { argc, argv };
	struct rsh_config config;
	int code;

	rsh_config_init(&config);
	code = read_config(&config, &words);
	if (code)
		code = complain(&config, code);
	else
		show_config(&config);
	rsh_config_free(&config);
	return code;
}
