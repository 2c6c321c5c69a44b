// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside guard events: what the guard denied, one record a line or one JSON
 * object a line. Repeats come once a second, with their number.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <linux/seccomp.h>
#include "cmd.h"
#include "cmd_guard.h"
#include "out.h"
#include "ringside_events.h"
#include "watch.h"

/**
 * struct wish - which records are shown
 * @follow: those that come, too
 * @policy: of this policy, NULL for all
 * @pid: of this process or thread, 0 for all
 */
struct wish {
	bool follow;
	const char *policy;
	int pid;
};

void guard_event_call(const struct rsg_event *event, char *name, size_t len)
{
	/* At an object it matters little by which call it was reached. */
	if (event->site) {
		snprintf(name, len, "%s", (const char *)event->function);
		return;
	}
	rs_trace_cause_name(event->abi == RSG_I386 ? RS_TRACE_SYSCALL_I386 :
						     RS_TRACE_SYSCALL_X64,
			    event->nr, name, len);
}

void guard_event_rule(const struct rsg_event *event, char rule[GUARD_RULE_LEN])
{
	/* Only a file has entries, and only its path begins like that. */
	bool is_file = event->origin[0] == '/' || event->origin[0] == '.';

	if (event->rule < 0)
		snprintf(rule, GUARD_RULE_LEN, "default");
	else if (is_file)
		snprintf(rule, GUARD_RULE_LEN, "syscalls[%d]", event->rule);
	else
		snprintf(rule, GUARD_RULE_LEN, "rule");
}

/* "2026-11-24 16:02:11.123456", in local time. */
void guard_event_time(uint64_t real_ns, char text[GUARD_TIME_LEN])
{
	time_t seconds = real_ns / 1000000000;
	struct tm tm;
	size_t used;

	localtime_r(&seconds, &tm);
	used = strftime(text, GUARD_TIME_LEN, "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(text + used, GUARD_TIME_LEN - used, ".%06u",
		 (unsigned int)(real_ns / 1000 % 1000000));
}

/* What came of it: the verdict is carried out in enforce mode only. */
static const char *outcome(const struct rsg_event *event)
{
	if (event->verdict == SECCOMP_RET_LOG)
		return "noted";
	return event->mode == RSG_MODE_ENFORCE ? "denied" : "would deny";
}

static void show_text(const struct rsg_event *e)
{
	char call[RS_TRACE_NAME_LEN], verdict[GUARD_VERDICT_LEN];
	char rule[GUARD_RULE_LEN], when[GUARD_TIME_LEN];
	char caller[RS_GUARD_CALLER_LEN], times[40] = "";

	guard_event_call(e, call, sizeof(call));
	guard_verdict(verdict, e->verdict);
	guard_event_rule(e, rule);
	guard_event_time(e->real_ns, when);
	rs_guard_event_caller(e, caller, sizeof(caller));
	if (e->count != 1)
		snprintf(times, sizeof(times), " %llu times",
			 (unsigned long long)e->count);
	out_note("%s %s %s %s to %s[%d] (%s)%s: %s by %s%s%s, from %s", when,
		 (const char *)e->name, outcome(e), call,
		 (const char *)e->comm, e->pid,
		 e->path[0] ? (const char *)e->path : "?", times, verdict,
		 rule, e->origin[0] ? " of " : "", (const char *)e->origin,
		 caller);
}

static void show_numbers(const struct rsg_event *e)
{
	unsigned int i;

	out_u64("nr", e->nr);
	out_array("args");
	for (i = 0; i < RSG_ARGS; i++)
		out_u64(NULL, e->args[i]);
	out_end();
	out_u64("ip", e->ip);
	out_u64("sp", e->sp);
	out_u64("cgroup", e->cgroup);
	out_u64("inode", e->inode);
	out_fmt("device", "%u:%u", e->dev_major, e->dev_minor);
	out_u64("site", e->site);
	out_str("function", (const char *)e->function);
}

static void show_json(const struct rsg_event *e)
{
	char call[RS_TRACE_NAME_LEN], verdict[GUARD_VERDICT_LEN];
	char rule[GUARD_RULE_LEN], caller[RS_GUARD_CALLER_LEN];

	guard_event_call(e, call, sizeof(call));
	guard_verdict(verdict, e->verdict);
	guard_event_rule(e, rule);
	rs_guard_event_caller(e, caller, sizeof(caller));
	out_u64("number", e->number);
	out_u64("time_ns", e->time_ns);
	out_u64("realtime_ns", e->real_ns);
	out_str("policy", (const char *)e->name);
	out_u64("policy_id", e->policy);
	out_str("mode", e->mode < GUARD_MODES && guard_modes[e->mode] ?
		guard_modes[e->mode] : "unknown");
	out_str("outcome", outcome(e));
	out_u64("count", e->count);
	out_str("verdict", verdict);
	out_u64("verdict_code", e->verdict);
	out_str("rule", rule);
	out_str("file", (const char *)e->origin);
	out_str("syscall", call);
	out_str("abi", e->abi < RSG_ABIS ? guard_abis[e->abi] : "unknown");
	out_s64("pid", e->tgid);
	out_s64("thread", e->pid);
	out_u64("uid", e->uid);
	out_str("comm", (const char *)e->comm);
	out_str("executable", (const char *)e->path);
	out_str("caller", caller);
	show_numbers(e);
}

static bool is_wished(const struct wish *wish, const struct rsg_event *e)
{
	if (wish->policy && strcmp(wish->policy, (const char *)e->name))
		return false;
	return !wish->pid || e->tgid == wish->pid || e->pid == wish->pid;
}

/* Everything that is there at the moment. Return: 0 or -errno. */
static int drain(struct rs_guard_events *events, const struct wish *wish)
{
	struct rsg_event event;
	int ret;

	while ((ret = rs_guard_events_next(events, &event)) > 0) {
		if (!is_wished(wish, &event))
			continue;
		out_begin();
		if (out_is_json())
			show_json(&event);
		else
			show_text(&event);
		out_end();
	}
	out_flush();
	return ret;
}

static int follow(struct rs_guard_events *events, const struct wish *wish)
{
	struct watch w;
	int code, err = 0;

	code = watch_init(&w);
	if (code)
		return code;
	/* Whoever reads our output may be gone: then so are we. */
	while (!err && !ferror(stdout) &&
	       watch_next(&w, rs_guard_events_fd(events)) == WATCH_READY)
		err = drain(events, wish);
	watch_end(&w);
	return err ? cmd_lib_error(err) : EXIT_OK;
}

static int show(const struct wish *wish)
{
	struct rs_guard_events *events;
	int err, code = EXIT_OK;

	err = rs_guard_events_open(&events, RSG_EVENTS_HISTORY);
	if (err)
		return cmd_lib_error(err);
	out_set_lines(true);
	err = drain(events, wish);
	if (err)
		code = cmd_lib_error(err);
	else if (wish->follow)
		code = follow(events, wish);
	if (rs_guard_events_missed(events))
		cmd_warn("%llu records were overwritten before they could be read",
			 (unsigned long long)rs_guard_events_missed(events));
	rs_guard_events_close(events);
	return code;
}

int guard_events(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "follow", no_argument, NULL, 'f' },
		{ "policy", required_argument, NULL, 'n' },
		{ "pid", required_argument, NULL, 'p' },
		{ NULL, 0, NULL, 0 }
	};
	struct wish wish = { 0 };
	uint64_t val;
	int c;

	while ((c = cmd_getopt(argc, argv, "fn:p:", longs)) != -1) {
		if (c == 'f')
			wish.follow = true;
		else if (c == 'n')
			wish.policy = optarg;
		else if (c == 'p' &&
			 !cmd_parse_u64("pid", optarg, 1, INT32_MAX, &val))
			wish.pid = val;
		else
			return EXIT_USAGE;
	}
	if (optind < argc)
		return cmd_usage("'%s' is too much", argv[optind]);
	return show(&wish);
}
