// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is there to be seen in the manager's document? Members that are missing
 * or of another type are not known; no string is longer than its place, and
 * none has a character that a terminal would obey.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "clock.h"
#include "out_text.h"
#include "statefile.h"
#include "view.h"

/* A manager that has not written for so long and ten intervals hangs. */
#define HANGS_MS	2000

static uint64_t number(const json_t *o, const char *key)
{
	const json_t *val = json_object_get(o, key);

	if (!json_is_integer(val) || json_integer_value(val) < 0)
		return VIEW_UNKNOWN;
	return json_integer_value(val);
}

static void copy(char *to, size_t size, const char *from)
{
	char *safe = text_escape(from ? from : "", true);

	snprintf(to, size, "%s", safe ? safe : "");
	free(safe);
}

static void string(char *to, size_t size, const json_t *o, const char *key)
{
	copy(to, size, json_string_value(json_object_get(o, key)));
}

__attribute__((format(printf, 3, 4)))
static void append(char *to, size_t size, const char *fmt, ...)
{
	size_t len = strlen(to);
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(to + len, size - len, "%s%s", len ? ", " : "", text);
}

static void read_trouble(struct view_vm *vm, const json_t *o)
{
	const json_t *monitor = json_object_get(o, "monitor");
	char state[32], error[160], flag[32];
	json_t *val;
	size_t i;

	string(state, sizeof(state), monitor, "state");
	string(error, sizeof(error), monitor, "error");
	if (strcmp(state, "connected"))
		append(vm->trouble, sizeof(vm->trouble), "%s", state);
	if (error[0])
		append(vm->trouble, sizeof(vm->trouble), "%s", error);
	json_array_foreach(json_object_get(o, "flags"), i, val) {
		copy(flag, sizeof(flag), json_string_value(val));
		/* Nobody can do anything about a machine's youth. */
		if (strcmp(flag, "new"))
			append(vm->trouble, sizeof(vm->trouble), "%s", flag);
	}
}

static void read_vm(struct view_vm *vm, const json_t *o)
{
	string(vm->name, sizeof(vm->name), o, "name");
	string(vm->why, sizeof(vm->why), o, "reason_text");
	vm->ram = number(o, "ram_bytes");
	vm->actual = number(o, "actual_bytes");
	vm->target = number(o, "target_bytes");
	vm->measured = number(o, "measured_bytes");
	vm->used = number(o, "used_bytes");
	read_trouble(vm, o);
}

static void read_manager(struct view *view, const json_t *o)
{
	uint64_t written = number(o, "written_ms");
	uint64_t interval = number(o, "interval_ms");
	int64_t age = clock_ms() - (int64_t)written;
	char error[512];

	string(error, sizeof(error), o, "config_error");
	if (error[0])
		append(view->trouble, sizeof(view->trouble),
		       "the new configuration was refused: %s", error);
	if (json_is_false(json_object_get(o, "guaranteed")))
		append(view->trouble, sizeof(view->trouble),
		       "the mins of all VMs are more than budget less slack");
	if (written != VIEW_UNKNOWN && interval < 3600000 &&
	    age > HANGS_MS + 10 * (int64_t)interval)
		append(view->trouble, sizeof(view->trouble),
		       "the manager has shown nothing new for %d seconds",
		       (int)(age / 1000));
}

int view_read(struct view *view, const json_t *doc)
{
	const json_t *vms = json_object_get(doc, "vms");
	size_t i;

	memset(view, 0, sizeof(*view));
	view->dry_run = json_is_true(json_object_get(doc, "dry_run"));
	view->over = json_is_true(json_object_get(doc, "over"));
	view->budget = number(doc, "budget_bytes");
	view->slack = number(doc, "slack_bytes");
	view->measured = number(doc, "measured_bytes");
	view->committed = number(doc, "committed_bytes");
	view->room = number(doc, "room_bytes");
	view->short_of = number(doc, "short_bytes");
	view->pressure = number(doc, "pressure_some_permille");
	read_manager(view, doc);
	view->vms = calloc(json_array_size(vms) + 1, sizeof(*view->vms));
	if (!view->vms)
		return -ENOMEM;
	view->n = json_array_size(vms);
	for (i = 0; i < view->n; i++)
		read_vm(&view->vms[i], json_array_get(vms, i));
	return 0;
}

void view_free(struct view *view)
{
	free(view->vms);
	memset(view, 0, sizeof(*view));
}

const char *view_why_not(const char *path, int err)
{
	static char text[512];
	const char *why = strerror(-err);

	if (err == -ENOENT)
		why = "not there; does 'ringside-host run' run?";
	else if (err == -ESRCH)
		why = "the manager that wrote it does not run any more";
	else if (err == -EPROTO)
		why = "not written by a manager";
	snprintf(text, sizeof(text), "%.300s: %s", path, why);
	return text;
}
