// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a trace, one compact JSON object a line. Reading is in trace_read.c.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include "trace.h"
#include "trace_fields.h"

#define TRACE_VERSION 1

/*
 * JSON's integers, as jansson knows them, have a sign. A guest may well send a
 * number beyond that, and the replay must see the same one.
 */
static json_t *number(uint64_t n)
{
	char text[32];

	if (n <= INT64_MAX)
		return json_integer(n);
	snprintf(text, sizeof(text), "%" PRIu64, n);
	return json_string(text);
}

/* NULL for what is left out: false, and numbers that are not known. */
static int add_field(json_t *object, const struct rsh_field *f,
		     const void *data)
{
	const void *place = (const char *)data + f->offset;
	uint64_t n;

	switch (f->kind) {
	case RSH_FIELD_BOOL:
		if (!*(const bool *)place)
			return 0;
		return json_object_set_new(object, f->name, json_true());
	case RSH_FIELD_U32:
		n = *(const uint32_t *)place;
		return json_object_set_new(object, f->name, number(n));
	case RSH_FIELD_U64:
		n = *(const uint64_t *)place;
		if (n == RSH_UNKNOWN)
			return 0;
		return json_object_set_new(object, f->name, number(n));
	}
	return -1;
}

static json_t *pack(const struct rsh_field *f, const void *data)
{
	json_t *object = json_object();

	for (; object && f->name; f++) {
		if (add_field(object, f, data)) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

static json_t *pack_vm(const struct rsh_trace_step *step, size_t i)
{
	const struct rsh_decision *d = &step->decisions[i];
	json_t *sample = pack(rsh_sample_fields, &step->samples[i]);
	json_t *decision = pack(rsh_decision_fields, d);

	if (sample && step->samples[i].stats.stamp)
		json_object_set_new(sample, "stats",
				    pack(rsh_stats_fields,
					 &step->samples[i].stats));
	if (decision)
		json_object_set_new(decision, "reason",
				    json_string(rsh_reason_name(d->reason)));
	/* A missing part makes the whole of it NULL. */
	return json_pack("{s:s, s:o, s:o, s:o}", "name", step->names[i],
			 "limits", pack(rsh_limits_fields, &step->limits[i]),
			 "sample", sample, "decision", decision);
}

/* Takes @line, which may be NULL for lack of memory. */
static int write_line(FILE *out, json_t *line)
{
	int ret;

	if (!line)
		return -ENOMEM;
	ret = json_dumpf(line, out, JSON_COMPACT);
	json_decref(line);
	return ret || putc('\n', out) == EOF ? -EIO : 0;
}

int rsh_trace_begin(FILE *out, const struct rsh_settings *s)
{
	return write_line(out, json_pack("{s:i, s:o}", "ringside_host_trace",
					 TRACE_VERSION, "settings",
					 pack(rsh_settings_fields, s)));
}

int rsh_trace_write(FILE *out, const struct rsh_trace_step *step)
{
	json_t *vms = json_array();
	size_t i;

	for (i = 0; vms && i < step->n; i++) {
		if (json_array_append_new(vms, pack_vm(step, i))) {
			json_decref(vms);
			vms = NULL;
		}
	}
	return write_line(out, json_pack("{s:o, s:o, s:o}",
					 "now", number(step->now),
					 "host", pack(rsh_host_fields,
						      &step->host),
					 "vms", vms));
}
