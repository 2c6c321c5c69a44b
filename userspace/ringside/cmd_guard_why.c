// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside guard why: what was denied to a process, how often, by which rule
 * of which file, and where in the program it asked for it. The answer comes
 * from the records that the kernel keeps, so the process may be gone.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cmd.h"
#include "cmd_guard.h"
#include "out.h"
#include "ringside_events.h"

/**
 * struct reasons - what is known about a process
 * @pid: the process or thread
 * @list: records, the first of each kind, with the sum of the counts and the
 *	time of the last
 * @nr: their number
 * @lost: decisions that found no record
 * @oldest: number of the oldest record that there still is
 */
struct reasons {
	int pid;
	struct rsg_event *list;
	size_t nr;
	uint64_t lost;
	uint64_t oldest;
};

static bool is_same(const struct rsg_event *a, const struct rsg_event *b)
{
	return a->policy == b->policy && a->verdict == b->verdict &&
	       a->mode == b->mode && a->abi == b->abi && a->nr == b->nr &&
	       a->rule == b->rule && a->site == b->site && a->ip == b->ip &&
	       !memcmp(a->path, b->path, sizeof(a->path)) &&
	       !memcmp(a->origin, b->origin, sizeof(a->origin));
}

/* Return: 0 or an exit code. */
static int add(struct reasons *r, const struct rsg_event *event)
{
	struct rsg_event *more;
	size_t i;

	for (i = 0; i < r->nr; i++) {
		if (!is_same(&r->list[i], event))
			continue;
		r->list[i].count += event->count;
		r->list[i].real_ns = event->real_ns;
		return 0;
	}
	more = reallocarray(r->list, r->nr + 1, sizeof(*more));
	if (!more)
		return cmd_error("%s", strerror(ENOMEM));
	r->list = more;
	r->list[r->nr++] = *event;
	return 0;
}

static int collect(struct reasons *r)
{
	struct rs_guard_events *events;
	struct rsg_event event;
	int ret, code = 0;

	ret = rs_guard_events_open(&events, RSG_EVENTS_HISTORY);
	if (ret)
		return cmd_lib_error(ret);
	while (!code && (ret = rs_guard_events_next(events, &event)) > 0) {
		if (!r->oldest)
			r->oldest = event.number;
		r->lost = event.lost;
		if (event.tgid == r->pid || event.pid == r->pid)
			code = add(r, &event);
	}
	rs_guard_events_close(events);
	if (!code && ret < 0)
		code = cmd_lib_error(ret);
	return code;
}

static void show_one(const struct rsg_event *e)
{
	char call[RS_TRACE_NAME_LEN], verdict[GUARD_VERDICT_LEN];
	char rule[GUARD_RULE_LEN], when[GUARD_TIME_LEN];
	char caller[RS_GUARD_CALLER_LEN];

	guard_event_call(e, call, sizeof(call));
	guard_verdict(verdict, e->verdict);
	guard_event_rule(e, rule);
	guard_event_time(e->real_ns, when);
	rs_guard_event_caller(e, caller, sizeof(caller));
	out_row();
	out_str("syscall", call);
	out_str("abi", e->abi < RSG_ABIS ? guard_abis[e->abi] : "unknown");
	out_u64("count", e->count);
	out_str("mode", e->mode < GUARD_MODES && guard_modes[e->mode] ?
		guard_modes[e->mode] : "unknown");
	out_str("verdict", verdict);
	out_str("policy", (const char *)e->name);
	out_str("rule", rule);
	out_str("file", e->origin[0] ? (const char *)e->origin : "-");
	out_str("caller", caller);
	out_u64("ip", e->ip);
	out_u64("sp", e->sp);
	out_str("executable", (const char *)e->path);
	out_str("last", when);
	out_end();
}

static void show(const struct reasons *r)
{
	static const struct out_col cols[] = {
		{ "syscall", "CALL", false }, { "abi", "ABI", false },
		{ "count", "TIMES", true }, { "mode", "MODE", false },
		{ "verdict", "VERDICT", false },
		{ "policy", "POLICY", false }, { "rule", "RULE", false },
		{ "file", "FILE", false }, { "caller", "CALLER", false },
		{ "last", "LAST", false },
	};
	const struct rsg_event *last = r->nr ? &r->list[r->nr - 1] : NULL;
	size_t i;

	out_begin();
	out_s64("pid", r->pid);
	if (last) {
		out_str("comm", (const char *)last->comm);
		out_str("executable", (const char *)last->path);
		out_u64("uid", last->uid);
	}
	out_table("denials", "no record of the guard is about it", cols,
		  CMD_ARRAY_SIZE(cols));
	for (i = 0; i < r->nr; i++)
		show_one(&r->list[i]);
	out_end();
	if (r->oldest > 1)
		out_note("%llu older records were overwritten",
			 (unsigned long long)r->oldest - 1);
	if (r->lost)
		out_note("%llu denials, of any process, have no record",
			 (unsigned long long)r->lost);
	out_end();
}

int guard_why(int argc, char **argv)
{
	struct reasons r = { 0 };
	uint64_t pid;
	int code;

	if (argc != 2)
		return cmd_usage(argc < 2 ? "no PID given" :
				 "one process at a time");
	if (cmd_parse_u64("PID", argv[1], 1, INT32_MAX, &pid))
		return EXIT_USAGE;
	r.pid = pid;
	code = collect(&r);
	if (!code)
		show(&r);
	free(r.list);
	return code;
}
