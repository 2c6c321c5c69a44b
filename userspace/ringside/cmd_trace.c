// SPDX-License-Identifier: GPL-2.0-only
/* ringside trace: the table of its verbs. */
#include "cmd.h"
#include "cmd_trace.h"

static const struct cmd verbs[] = {
	{ "stat", trace_stat,
	  "[--latency] [--off-cpu] [--seconds N] [-- COMMAND [ARGUMENT...]]",
	  "count returns to user mode by cause, and time them" },
	{ "hist", trace_hist,
	  "[--off-cpu] [--seconds N] CAUSE [-- COMMAND [ARGUMENT...]]",
	  "show how long the crossings of a cause took" },
	{ "creds", trace_creds, "[--all] --follow | -- COMMAND [ARGUMENT...]",
	  "show changes of credentials" },
	{ "cost", trace_cost, "",
	  "measure what each kind of crossing costs on this machine" },
	{ "dump", trace_dump,
	  "[--seconds N] [--cpu N] [--freeze] [--thaw] [--text | --perfetto FILE] [-- COMMAND [ARGUMENT...]]",
	  "show what the flight recorder has of each CPU" },
	{ "top", trace_top, "[--by cause|cgroup|task] [--interval SECONDS] [--once]",
	  "watch what enters the kernel, on a screen" },
	{ "report", trace_report,
	  "{FILE | --folded} [--seconds N] [-- COMMAND [ARGUMENT...]]",
	  "write a page, or folded stacks, of where the kernel spent its time" },
	{ NULL, NULL, NULL, NULL }
};

int cmd_trace(int argc, char **argv)
{
	return cmd_verbs(verbs, argc, argv);
}
