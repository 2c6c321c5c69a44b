// SPDX-License-Identifier: GPL-2.0-only
/* ringside trace: the table of its verbs. */
#include "cmd.h"
#include "cmd_trace.h"

static const struct cmd verbs[] = {
	{ "stat", trace_stat, "[--seconds N] [-- COMMAND [ARGUMENT...]]",
	  "count returns to user mode by cause" },
	{ "creds", trace_creds, "[--all] --follow | -- COMMAND [ARGUMENT...]",
	  "show changes of credentials" },
	{ NULL, NULL, NULL, NULL }
};

int cmd_trace(int argc, char **argv)
{
	return cmd_verbs(verbs, argc, argv);
}
