// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside status: which modules are loaded, who holds them, and what their
 * devices say about themselves. Knows no attribute by name: a file that a
 * module adds to its device appears here.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "cmd.h"
#include "out.h"
#include "ringside.h"

static const char * const modules[] = {
	"ringside", "ringside_balloon", "ringside_guard", "ringside_trace",
};

static const char * const devices[] = { "balloon", "guard", "trace" };

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

static bool is_number(const char *s)
{
	return *s && strlen(s) < 19 && strspn(s, "0123456789") == strlen(s);
}

/* A size reads better in MiB, everything else as the module words it. */
static int show_attribute(const char *attr, const char *val, void *arg)
{
	size_t len = strlen(attr);
	uint64_t n;

	(void)arg;
	if (!is_number(val)) {
		out_str(attr, val);
		return 0;
	}
	sscanf(val, "%" SCNu64, &n);
	if (len > 6 && !strcmp(attr + len - 6, "_bytes"))
		out_bytes(attr, n);
	else
		out_u64(attr, n);
	return 0;
}

static void show_abi(const char *name)
{
	struct rs_info info;
	int ret;

	if (!strcmp(name, "balloon"))
		return;
	ret = rs_device_info(name, &info);
	if (ret) {
		out_null("abi");
		cmd_warn("%s", rs_error());
		return;
	}
	out_u64("abi", info.abi);
	out_fmt("features", "0x%llx", (unsigned long long)info.features);
}

static void show_device(const char *name)
{
	char module[32], version[RS_VERSION_LEN];
	int ret;

	snprintf(module, sizeof(module), "ringside_%s", name);
	if (rs_module_version(module, version, sizeof(version)))
		return;
	if (!out_is_json())
		out_note("%s", "");
	out_object(name);
	show_abi(name);
	ret = rs_attributes(name, show_attribute, NULL);
	if (ret == -ENODEV)
		out_null("device");
	else if (ret)
		cmd_warn("%s", rs_error());
	out_end();
}

int cmd_status(int argc, char **argv)
{
	unsigned int loaded;
	size_t i;

	(void)argc;
	(void)argv;
	out_begin();
	loaded = show_modules();
	for (i = 0; i < CMD_ARRAY_SIZE(devices); i++)
		show_device(devices[i]);
	out_end();
	if (loaded)
		return EXIT_OK;
	cmd_warn("no module of the suite is loaded (try: modprobe ringside_guard)");
	return EXIT_NOMOD;
}
