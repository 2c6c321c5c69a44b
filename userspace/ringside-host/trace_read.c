// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads a trace and replays it. A trace may come from anywhere: what is not
 * understood in full ends the reading with the line that has it.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "trace.h"
#include "trace_fields.h"

#define TRACE_VERSION 1
/* A trace with more VMs in a step is none of ours. */
#define VMS_MAX 65536

struct rsh_trace_reader {
	FILE *file;
	const char *path;
	unsigned int line;
	char *text;
	size_t text_size;
	struct rsh_settings settings;
	/* The VMs of the step read last, and room for how many. */
	size_t room;
	char **names;
	struct rsh_limits *limits;
	struct rsh_sample *samples;
	struct rsh_decision *decisions;
	json_t *root;
	char error[256];
};

__attribute__((format(printf, 2, 3)))
static int fail(struct rsh_trace_reader *r, const char *fmt, ...)
{
	int len = snprintf(r->error, sizeof(r->error), "%.100s:%u: ", r->path,
			   r->line);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->error + len, sizeof(r->error) - len, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static int no_memory(struct rsh_trace_reader *r)
{
	fail(r, "no memory");
	return -ENOMEM;
}

static bool read_number(const json_t *value, uint64_t *n)
{
	const char *text;
	char *end;

	if (json_is_integer(value) && json_integer_value(value) >= 0) {
		*n = json_integer_value(value);
		return true;
	}
	text = json_string_value(value);
	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	*n = strtoull(text, &end, 10);
	return !errno && !*end;
}

static bool read_field(const json_t *value, const struct rsh_field *f,
		       void *data)
{
	void *place = (char *)data + f->offset;
	uint64_t n = RSH_UNKNOWN;

	if (f->kind == RSH_FIELD_BOOL) {
		*(bool *)place = json_is_true(value);
		return !value || json_is_boolean(value);
	}
	if (value && !read_number(value, &n))
		return false;
	if (f->kind == RSH_FIELD_U32) {
		*(uint32_t *)place = n;
		return value && n <= UINT32_MAX;
	}
	*(uint64_t *)place = n;
	return true;
}

static int unpack(struct rsh_trace_reader *r, const json_t *object,
		  const char *what, const struct rsh_field *f, void *data)
{
	if (!json_is_object(object))
		return fail(r, "%s: an object is needed", what);
	for (; f->name; f++)
		if (!read_field(json_object_get(object, f->name), f, data))
			return fail(r, "%s.%s: wrong or missing", what,
				    f->name);
	return 0;
}

/* 1 with the next line in r->root, 0 at the end. */
static int read_root(struct rsh_trace_reader *r)
{
	json_error_t error;

	if (getline(&r->text, &r->text_size, r->file) < 0)
		return ferror(r->file) ? fail(r, "can not be read") : 0;
	r->line++;
	json_decref(r->root);
	r->root = json_loads(r->text, JSON_REJECT_DUPLICATES, &error);
	if (!r->root)
		return fail(r, "column %d: %s", error.column, error.text);
	return 1;
}

int rsh_trace_open(FILE *file, const char *path,
		   struct rsh_trace_reader **reader)
{
	struct rsh_trace_reader *r = calloc(1, sizeof(*r));
	const json_t *version;
	int ret;

	*reader = r;
	if (!r)
		return -ENOMEM;
	r->file = file;
	r->path = path;
	ret = read_root(r);
	if (ret < 0)
		return ret;
	version = json_object_get(r->root, "ringside_host_trace");
	if (!ret || json_integer_value(version) != TRACE_VERSION)
		return fail(r, "not a trace of ringside-host, version %d",
			    TRACE_VERSION);
	return unpack(r, json_object_get(r->root, "settings"), "settings",
		      rsh_settings_fields, &r->settings);
}

const struct rsh_settings *
rsh_trace_settings(const struct rsh_trace_reader *reader)
{
	return &reader->settings;
}

const char *rsh_trace_error(const struct rsh_trace_reader *reader)
{
	return reader->error;
}

void rsh_trace_close(struct rsh_trace_reader *r)
{
	if (!r)
		return;
	json_decref(r->root);
	free(r->text);
	free(r->names);
	free(r->limits);
	free(r->samples);
	free(r->decisions);
	free(r);
}

static int make_room(struct rsh_trace_reader *r, size_t n)
{
	if (n <= r->room)
		return 0;
	if (n > VMS_MAX)
		return fail(r, "vms: more than %d", VMS_MAX);
	free(r->names);
	free(r->limits);
	free(r->samples);
	free(r->decisions);
	r->names = calloc(n, sizeof(*r->names));
	r->limits = calloc(n, sizeof(*r->limits));
	r->samples = calloc(n, sizeof(*r->samples));
	r->decisions = calloc(n, sizeof(*r->decisions));
	r->room = 0;
	if (!r->names || !r->limits || !r->samples || !r->decisions)
		return no_memory(r);
	r->room = n;
	return 0;
}

static int read_reason(struct rsh_trace_reader *r, const json_t *decision,
		       enum rsh_reason *reason)
{
	const char *name = json_string_value(json_object_get(decision,
							     "reason"));
	unsigned int i;

	for (i = 0; name && i < RSH_REASONS_NR; i++) {
		if (!strcmp(name, rsh_reason_name(i))) {
			*reason = i;
			return 0;
		}
	}
	return fail(r, "decision.reason: wrong or missing");
}

static int read_stats(struct rsh_trace_reader *r, const json_t *stats,
		      struct rsh_stats *to)
{
	if (stats)
		return unpack(r, stats, "stats", rsh_stats_fields, to);
	memset(to, 0xff, sizeof(*to));
	to->stamp = 0;
	return 0;
}

static int read_vm(struct rsh_trace_reader *r, const json_t *vm, size_t i)
{
	const json_t *sample = json_object_get(vm, "sample");
	const json_t *decision = json_object_get(vm, "decision");
	const char *name = json_string_value(json_object_get(vm, "name"));
	int ret;

	if (!name)
		return fail(r, "vms[%zu].name: wrong or missing", i);
	/* It lives as long as r->root, and so until the next line. */
	r->names[i] = (char *)name;
	ret = unpack(r, json_object_get(vm, "limits"), "limits",
		     rsh_limits_fields, &r->limits[i]);
	if (!ret)
		ret = unpack(r, sample, "sample", rsh_sample_fields,
			     &r->samples[i]);
	if (!ret)
		ret = read_stats(r, json_object_get(sample, "stats"),
				 &r->samples[i].stats);
	if (!ret)
		ret = unpack(r, decision, "decision", rsh_decision_fields,
			     &r->decisions[i]);
	if (!ret)
		ret = read_reason(r, decision, &r->decisions[i].reason);
	return ret;
}

int rsh_trace_next(struct rsh_trace_reader *r, struct rsh_trace_step *step)
{
	const json_t *vms, *vm;
	size_t i;
	int ret = read_root(r);

	if (ret <= 0)
		return ret;
	vms = json_object_get(r->root, "vms");
	if (!json_is_array(vms))
		return fail(r, "vms: an array is needed");
	ret = make_room(r, json_array_size(vms));
	if (ret)
		return ret;
	if (!read_number(json_object_get(r->root, "now"), &step->now))
		return fail(r, "now: wrong or missing");
	ret = unpack(r, json_object_get(r->root, "host"), "host",
		     rsh_host_fields, &step->host);
	json_array_foreach(vms, i, vm) {
		if (ret)
			return ret;
		ret = read_vm(r, vm, i);
	}
	step->n = json_array_size(vms);
	step->names = (const char * const *)r->names;
	step->limits = r->limits;
	step->samples = r->samples;
	step->decisions = r->decisions;
	return ret ? ret : 1;
}
