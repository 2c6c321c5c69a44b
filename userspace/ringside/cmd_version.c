// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside version: the versions that a bug report needs. The loaded modules
 * may be older or newer than the tool; that is why they are asked.
 */
#include <sys/utsname.h>
#include "cmd.h"
#include "out.h"
#include "ringside.h"

static const char * const modules[] = {
	"ringside", "ringside_balloon", "ringside_guard", "ringside_trace",
};

static void module_row(const char *name)
{
	char version[RS_VERSION_LEN];

	out_row();
	out_str("module", name);
	if (rs_module_version(name, version, sizeof(version)))
		out_null("version");
	else
		out_str("version", version);
	out_end();
}

int cmd_version(int argc, char **argv)
{
	static const struct out_col cols[] = {
		{ "module", "MODULE", false }, { "version", "LOADED", false },
	};
	struct utsname u;
	size_t i;

	(void)argc;
	(void)argv;
	if (uname(&u))
		return cmd_error("uname: %m");
	out_begin();
	out_str("ringside", RS_VERSION);
	out_str("libringside", rs_version());
	out_str("kernel", u.release);
	out_table("modules", "", cols, CMD_ARRAY_SIZE(cols));
	for (i = 0; i < CMD_ARRAY_SIZE(modules); i++)
		module_row(modules[i]);
	out_end();
	out_end();
	return EXIT_OK;
}
