// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside-host status: the state of the running manager, once.
 */
#include <inttypes.h>
#include <stdio.h>
#include "cmd.h"
#include "cmds.h"
#include "out.h"
#include "statefile.h"
#include "view.h"

static void show_size(const char *key, uint64_t bytes)
{
	if (bytes == VIEW_UNKNOWN)
		out_null(key);
	else
		out_bytes(key, bytes);
}

static void show_vms(const struct view *view)
{
	static const struct out_col cols[] = {
		{ "name", "VM", false }, { "ram", "RAM", true },
		{ "actual", "SIZE", true }, { "target", "TARGET", true },
		{ "measured", "MEASURED", true }, { "why", "WHY", false },
	};
	size_t i;

	out_table("vms", "no VM is looked after", cols,
		  CMD_ARRAY_SIZE(cols));
	for (i = 0; i < view->n; i++) {
		const struct view_vm *vm = &view->vms[i];

		out_row();
		out_str("name", vm->name);
		show_size("ram", vm->ram);
		show_size("actual", vm->actual);
		show_size("target", vm->target);
		show_size("measured", vm->measured);
		out_str("why", vm->why);
		out_end();
	}
	out_end();
}

static void show_troubles(const struct view *view)
{
	size_t i;

	if (view->trouble[0])
		out_note("manager: %s", view->trouble);
	for (i = 0; i < view->n; i++)
		if (view->vms[i].trouble[0])
			out_note("%s: %s", view->vms[i].name,
				 view->vms[i].trouble);
}

static void show(const struct view *view)
{
	out_begin();
	show_size("budget_bytes", view->budget);
	show_size("measured_bytes", view->measured);
	show_size("committed_bytes", view->committed);
	show_size("slack_bytes", view->slack);
	show_size("room_bytes", view->room);
	if (view->short_of && view->short_of != VIEW_UNKNOWN)
		out_bytes("short_bytes", view->short_of);
	if (view->over)
		out_str("over_budget", "yes");
	if (view->pressure == VIEW_UNKNOWN)
		out_null("pressure");
	else
		out_fmt("pressure", "%.1f %%", view->pressure / 10.0);
	if (view->dry_run)
		out_str("dry_run", "yes, no VM is asked for anything");
	show_vms(view);
	out_end();
	show_troubles(view);
}

int cmd_host_status(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "file", required_argument, NULL, 'f' },
		{ NULL, 0, NULL, 0 }
	};
	const char *path = STATE_PATH;
	struct view view;
	json_t *doc;
	int c, ret;

	while ((c = cmd_getopt(argc, argv, "", longs)) != -1) {
		if (c != 'f')
			return EXIT_USAGE;
		path = optarg;
	}
	if (optind < argc)
		return cmd_usage("takes no argument, but got '%s'",
				 argv[optind]);
	ret = state_read(path, &doc);
	if (ret)
		return cmd_error("%s", view_why_not(path, ret));
	if (out_is_json()) {
		json_dumpf(doc, stdout, JSON_INDENT(2));
		putchar('\n');
	} else if (!view_read(&view, doc)) {
		show(&view);
		view_free(&view);
	}
	json_decref(doc);
	return EXIT_OK;
}
