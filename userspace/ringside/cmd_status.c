// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside status: which modules are loaded, who holds them, and what their
 * devices say about themselves. Knows no attribute by name: a file that a
 * module adds to its device appears here.
 */
#include <stdio.h>
#include <string.h>
#include "cmd.h"
#include "cmd_balloon.h"
#include "out.h"
#include "ringside.h"

static const char * const modules[] = {
	"ringside", "ringside_balloon", "ringside_guard", "ringside_trace",
};

/* Returns whether the module is loaded. */
static bool show_module(const char *name)
{
	char version[RS_VERSION_LEN] = "";
	uint64_t users = 0;
	bool loaded = !rs_module_version(name, version, sizeof(version)) &&
		      !rs_module_users(name, &users);

	out_row();
	out_str("module", name);
	out_bool("loaded", loaded);
	if (loaded) {
		out_str("version", version);
		out_u64("users", users);
	} else {
		out_null("version");
		out_null("users");
	}
	out_end();
	return loaded;
}

static unsigned int show_modules(void)
{
	static const struct out_col cols[] = {
		{ "module", "MODULE", false }, { "loaded", "LOADED", false },
		{ "version", "VERSION", false }, { "users", "USERS", true },
	};
	unsigned int loaded = 0;
	size_t i;

	out_table("modules", "", cols, CMD_ARRAY_SIZE(cols));
	for (i = 0; i < CMD_ARRAY_SIZE(modules); i++)
		loaded += show_module(modules[i]);
	out_end();
	return loaded;
}

static int show_attribute(const char *attr, const char *val, void *arg)
{
	(void)arg;
	out_attribute(attr, val);
	return 0;
}

static void show_abi(const char *name)
{
	struct rs_info info;
	int ret;

	ret = rs_device_info(name, &info);
	if (ret) {
		out_null("abi");
		cmd_warn("%s", rs_error());
		return;
	}
	out_u64("abi", info.abi);
	out_fmt("features", "0x%llx", (unsigned long long)info.features);
}

static bool is_loaded(const char *module)
{
	char version[RS_VERSION_LEN];

	return !rs_module_version(module, version, sizeof(version));
}

static void begin_device(const char *name)
{
	out_note("%s", "");
	out_object(name);
}

static void show_device(const char *name)
{
	begin_device(name);
	show_abi(name);
	if (rs_attributes(name, show_attribute, NULL))
		cmd_warn("%s", rs_error());
	out_end();
}

/* What an administrator would want to know, and to do about it. */
static void note_balloon(const struct rs_balloon *balloon, bool ours)
{
	char features[256];

	if (!ours && balloon->driver[0])
		out_note("%s has it; 'ringside balloon takeover' gives it to ringside_balloon",
			 balloon->driver);
	else if (!ours)
		out_note("'ringside balloon takeover' gives it to ringside_balloon");
	else if (!rs_balloon_get(balloon->device, "features", features,
				 sizeof(features)) &&
		 !strstr(features, "reporting"))
		out_note("the host does not offer free page reporting; 'ringside doctor' tells more");
}

/* The balloon has no device node, but there may be a device to drive. */
static void show_balloon(void)
{
	struct rs_balloon balloon;
	bool ours;

	begin_device("balloon");
	if (rs_balloon_find(NULL, &balloon)) {
		out_null("device");
		out_end();
		return;
	}
	ours = !strcmp(balloon.driver, "ringside_balloon");
	out_str("device", balloon.device);
	if (balloon.driver[0])
		out_str("driver", balloon.driver);
	else
		out_null("driver");
	if (ours &&
	    rs_balloon_attributes(balloon.device, balloon_show_each, NULL))
		cmd_warn("%s", rs_error());
	note_balloon(&balloon, ours);
	out_end();
}

int cmd_status(int argc, char **argv)
{
	unsigned int loaded;

	(void)argc;
	(void)argv;
	out_begin();
	loaded = show_modules();
	if (is_loaded("ringside_balloon"))
		show_balloon();
	if (is_loaded("ringside_guard"))
		show_device("guard");
	if (is_loaded("ringside_trace"))
		show_device("trace");
	out_end();
	if (loaded)
		return EXIT_OK;
	cmd_warn("no module of the suite is loaded (try: modprobe ringside_guard)");
	return EXIT_NOMOD;
}
