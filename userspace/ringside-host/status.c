// SPDX-License-Identifier: GPL-2.0-only
/*
 * What does the manager know, and what does it do about it? The whole answer
 * as one JSON document; the commands "status" and "top" and programs of others
 * read it. Keys are never renamed. What is not known is null.
 */
#include <jansson.h>
#include <unistd.h>
#include "host.h"

static void put(json_t *object, const char *key, json_t *val)
{
	json_object_set_new(object, key, val);
}

static void put_u64(json_t *object, const char *key, uint64_t val)
{
	put(object, key, val > INT64_MAX ? json_null() : json_integer(val));
}

static const char *monitor_state(const struct qmp *q)
{
	static const char * const names[] = {
		[QMP_WAITING] = "disconnected",
		[QMP_GREETING] = "connecting",
		[QMP_SETUP] = "connecting",
		[QMP_READY] = "connected",
	};

	if (q->state == QMP_READY && !q->has_device)
		return "no-balloon";
	return names[q->state];
}

static json_t *monitor(const struct qmp *q, int64_t now_ms)
{
	json_t *o = json_object();

	put(o, "socket", json_string(q->path));
	put(o, "state", json_string(monitor_state(q)));
	put(o, "error", q->error[0] ? json_string(q->error) : json_null());
	put_u64(o, "connections", q->connections);
	put_u64(o, "silent_ms", qmp_silent_ms(q, now_ms));
	put_u64(o, "refused_targets", q->target_errors);
	put(o, "device", q->device[0] ? json_string(q->device) : json_null());
	put(o, "running", q->state == QMP_READY ?
	    json_boolean(q->is_running) : json_null());
	return o;
}

static json_t *guest(const struct rsh_stats *s)
{
	json_t *o;

	if (!s->stamp)
		return json_null();
	o = json_object();
	put_u64(o, "age_ms", s->age_ns / RSH_MS);
	put_u64(o, "total_bytes", s->total);
	put_u64(o, "available_bytes", s->available);
	put_u64(o, "free_bytes", s->free);
	put_u64(o, "caches_bytes", s->caches);
	put_u64(o, "swap_in_bytes", s->swap_in);
	put_u64(o, "swap_out_bytes", s->swap_out);
	put_u64(o, "major_faults", s->major_faults);
	put_u64(o, "minor_faults", s->minor_faults);
	put_u64(o, "alloc_stalls", s->alloc_stalls);
	put_u64(o, "oom_kills", s->oom_kills);
	return o;
}

static json_t *flags(uint32_t bits)
{
	json_t *list = json_array();
	unsigned int bit;

	for (bit = 0; bit < RSH_FLAGS_NR; bit++)
		if (bits >> bit & 1)
			json_array_append_new(list,
					      json_string(rsh_flag_name(bit)));
	return list;
}

static void put_limits(json_t *o, const struct rsh_limits *limits)
{
	put_u64(o, "min_bytes", limits->min);
	put_u64(o, "max_bytes", limits->max);
	put_u64(o, "shares", limits->shares);
	put(o, "observe", json_boolean(limits->observe));
}

static void put_sizes(json_t *o, const struct rsh_sample *s,
		      const struct rsh_decision *d)
{
	const uint64_t unknown = RSH_UNKNOWN;

	put_u64(o, "ram_bytes", s->ram ? s->ram : unknown);
	put_u64(o, "actual_bytes", s->actual ? s->actual : unknown);
	put_u64(o, "measured_bytes", s->pss);
	put_u64(o, "overhead_bytes", s->overhead);
	put_u64(o, "asked_bytes", s->asked);
	put_u64(o, "target_bytes", d->target ? d->target : unknown);
	put_u64(o, "used_bytes", d->used);
	put_u64(o, "demand_bytes", d->demand);
	put_u64(o, "ideal_bytes", d->ideal);
	put_u64(o, "committed_bytes", d->committed);
}

static json_t *machine(const struct host *host, size_t i, int64_t now_ms)
{
	const struct rsh_decision *d = &host->decisions[i];
	const struct rsh_sample *s = &host->samples[i];
	const struct vm *vm = host->vms[i];
	json_t *o = json_object();

	put(o, "name", json_string(vm->name));
	put(o, "alive", json_boolean(s->alive));
	put_u64(o, "pid", vm->measure.pid ? (uint64_t)vm->measure.pid :
		RSH_UNKNOWN);
	put_sizes(o, s, d);
	put_limits(o, &host->limits[i]);
	put(o, "reason", json_string(rsh_reason_name(d->reason)));
	put(o, "reason_text", json_string(rsh_reason_text(d->reason)));
	put(o, "flags", flags(d->flags));
	put_u64(o, "asks", vm->asks);
	put(o, "monitor", monitor(&vm->qmp, now_ms));
	put(o, "guest", guest(&s->stats));
	return o;
}

static void put_summary(json_t *o, const struct host *host)
{
	const struct rsh_summary *s = &host->summary;
	const struct rsh_settings *settings = &host->config.settings;

	put_u64(o, "budget_bytes", settings->budget);
	put_u64(o, "slack_bytes", s->slack);
	put_u64(o, "reserve_bytes", settings->reserve);
	put_u64(o, "guaranteed_bytes", host->guaranteed);
	put(o, "guaranteed", json_boolean(host->guaranteed <=
					  rsh_distributable(settings)));
	put_u64(o, "measured_bytes", s->measured);
	put_u64(o, "committed_bytes", s->committed);
	put_u64(o, "room_bytes", s->room);
	put_u64(o, "granted_bytes", s->granted);
	put_u64(o, "returning_bytes", s->returning);
	put_u64(o, "short_bytes", s->short_of);
	put(o, "over", json_boolean(s->over));
	put_u64(o, "pressure_some_permille", host->seen.psi_some);
	put_u64(o, "pressure_full_permille", host->seen.psi_full);
}

char *host_status(const struct host *host, int64_t now_ms)
{
	json_t *o = json_object(), *vms = json_array();
	char *text;
	size_t i;

	put(o, "version", json_string(RS_VERSION));
	put_u64(o, "pid", getpid());
	put_u64(o, "written_ms", now_ms);
	put_u64(o, "interval_ms", host->config.interval_ns / RSH_MS);
	put_u64(o, "steps", host->steps);
	put(o, "dry_run", json_boolean(host->config.dry_run));
	put(o, "config_error", host->broken_config[0] ?
	    json_string(host->broken_config) : json_null());
	put_summary(o, host);
	for (i = 0; i < host->n; i++)
		if (host->vms[i])
			json_array_append_new(vms, machine(host, i, now_ms));
	put(o, "vms", vms);
	text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	return text;
}
