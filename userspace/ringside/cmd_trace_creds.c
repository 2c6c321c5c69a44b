// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside trace creds: who became what, by which call? Shows the changes of
 * credentials of the whole machine, one a line or one JSON object a line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cmd.h"
#include "cmd_trace.h"
#include "out.h"
#include "ringside.h"
#include "watch.h"

static const char * const id_names[RS_TRACE_IDS_NR] = {
	"uid", "euid", "suid", "fsuid", "gid", "egid", "sgid", "fsgid"
};

static const char * const caps_names[RS_TRACE_CAPS_NR] = {
	"effective", "permitted", "inheritable", "bounding", "ambient"
};

/* An exec commits credentials even if all of them stay what they were. */
static bool changes_nothing(const struct rs_trace_cred *c)
{
	return !c->ns_changed &&
	       !memcmp(c->before.id, c->after.id, sizeof(c->before.id)) &&
	       !memcmp(c->before.caps, c->after.caps, sizeof(c->before.caps)) &&
	       c->before.securebits == c->after.securebits;
}

static void call_name(const struct rs_trace_cred *c, char *name, size_t len)
{
	uint32_t kind = RS_TRACE_SYSCALL_X64;

	if (c->nr < 0) {
		snprintf(name, len, "no system call");
		return;
	}
	if (!strcmp(c->abi, "i386"))
		kind = RS_TRACE_SYSCALL_I386;
	else if (!strcmp(c->abi, "x32"))
		kind = RS_TRACE_SYSCALL_X32;
	rs_trace_cause_name(kind, c->nr, name, len);
}

static void cap_name(unsigned int cap, char *name, size_t len)
{
	if (rs_cap_name(cap))
		snprintf(name, len, "%s", rs_cap_name(cap));
	else
		snprintf(name, len, "cap_%u", cap);
}

/* Bits that no capability of this kernel has are in no bounding set. */
static uint64_t all_caps(const struct rs_trace_cred *c)
{
	return c->before.caps[RS_TRACE_CAPS_BOUNDING] |
	       c->after.caps[RS_TRACE_CAPS_BOUNDING];
}

/* "+cap_setuid,+cap_kill" to @text; what does not fit ends in dots. */
static void list_caps(char sign, uint64_t caps, char *text, size_t len)
{
	size_t used = strlen(text);
	unsigned int cap;
	char name[32];

	for (cap = 0; cap < 64; cap++) {
		if (!(caps >> cap & 1))
			continue;
		cap_name(cap, name, sizeof(name));
		if (used + strlen(name) + 8 > len) {
			strcpy(text + used, ",...");
			return;
		}
		used += snprintf(text + used, len - used, "%s%c%s",
				 used ? "," : "", sign, name);
	}
}

static void describe_caps(const struct rs_trace_cred *c, uint64_t old,
			  uint64_t new, char *text, size_t len)
{
	uint64_t all = all_caps(c);

	*text = 0;
	if (!old && new == all) {
		snprintf(text, len, "none->all");
	} else if (old == all && !new) {
		snprintf(text, len, "all->none");
	} else {
		list_caps('+', new & ~old, text, len);
		list_caps('-', old & ~new, text, len);
	}
}

/* Both may grow to all ids and sets. */
static void describe(const struct rs_trace_cred *c, char *text, size_t len)
{
	char caps[1024];
	size_t i, used = 0;

	*text = 0;
	for (i = 0; i < RS_TRACE_IDS_NR; i++)
		if (c->before.id[i] != c->after.id[i])
			used += snprintf(text + used, len - used, " %s %u->%u",
					 id_names[i], c->before.id[i],
					 c->after.id[i]);
	for (i = 0; i < RS_TRACE_CAPS_NR; i++) {
		if (c->before.caps[i] == c->after.caps[i])
			continue;
		describe_caps(c, c->before.caps[i], c->after.caps[i], caps,
			      sizeof(caps));
		used += snprintf(text + used, len - used, " %s %s",
				 caps_names[i], caps);
	}
	if (c->before.securebits != c->after.securebits)
		used += snprintf(text + used, len - used,
				 " securebits 0x%x->0x%x", c->before.securebits,
				 c->after.securebits);
	if (c->ns_changed)
		used += snprintf(text + used, len - used,
				 " other user namespace");
	if (!used)
		snprintf(text, len, " nothing changed");
}

static void show_text(const struct rs_trace_cred *c)
{
	char call[RS_TRACE_NAME_LEN], text[8192];

	call_name(c, call, sizeof(call));
	describe(c, text, sizeof(text));
	out_note("%.6f %s%s[%d] %s:%s (%s%s%s%s%s%s%s)", c->time_ns / 1e9,
		 !*c->why || c->explained ? "" : "UNEXPLAINED ", c->comm,
		 c->pid, call, text, c->why, *c->why ? ", " : "", c->caller,
		 *c->exe ? ", " : "", c->exe,
		 c->no_new_privs ? ", no_new_privs" : "",
		 c->seccomp ? ", seccomp" : "");
}

static void show_set(const char *key, const struct rs_trace_cred_set *set)
{
	unsigned int cap;
	char name[32];
	size_t i;

	out_object(key);
	for (i = 0; i < RS_TRACE_IDS_NR; i++)
		out_u64(id_names[i], set->id[i]);
	out_u64("securebits", set->securebits);
	if (set->ns)
		out_u64("user_ns", set->ns);
	for (i = 0; i < RS_TRACE_CAPS_NR; i++) {
		out_array(caps_names[i]);
		for (cap = 0; cap < 64; cap++) {
			if (!(set->caps[i] >> cap & 1))
				continue;
			cap_name(cap, name, sizeof(name));
			out_str(NULL, name);
		}
		out_end();
	}
	out_end();
}

static void show_json(const struct rs_trace_cred *c)
{
	char call[RS_TRACE_NAME_LEN];

	call_name(c, call, sizeof(call));
	out_u64("time_ns", c->time_ns);
	out_str("comm", c->comm);
	out_u64("pid", c->pid);
	out_str("abi", c->abi);
	out_s64("nr", c->nr);
	if (c->nr >= 0)
		out_str("syscall", call);
	else
		out_null("syscall");
	out_str("caller", c->caller);
	out_bool("ns_changed", c->ns_changed);
	out_bool("no_new_privs", c->no_new_privs);
	out_u64("seccomp", c->seccomp);
	if (*c->why) {
		out_bool("explained", c->explained);
		out_str("why", c->why);
		out_str("exe", c->exe);
	}
	show_set("old", &c->before);
	show_set("new", &c->after);
}

static void show(const struct rs_trace_cred *c)
{
	out_begin();
	if (out_is_json())
		show_json(c);
	else
		show_text(c);
	out_end();
	out_flush();
}

/*
 * A commit that is not explained comes as an alarm as well when the guard is
 * on; one of the two is enough.
 */
static bool is_shown(const struct rs_trace_cred *c, bool all)
{
	if (c->alarm)
		return !strcmp(c->caller, "none");
	return all || !changes_nothing(c) || (*c->why && !c->explained);
}

/* Everything that is there at the moment. Return: 0 or -errno. */
static int drain(struct rs_trace_creds *creds, bool all)
{
	struct rs_trace_cred c;
	int ret;

	while ((ret = rs_trace_creds_next(creds, &c)) > 0)
		if (is_shown(&c, all))
			show(&c);
	return ret;
}

static int finish(const struct rs_trace_creds *creds, const struct watch *w)
{
	uint64_t lost = rs_trace_creds_lost(creds);
	int code = EXIT_OK;

	if (lost)
		cmd_warn("%llu changes were lost", (unsigned long long)lost);
	if (w->pid) {
		out_begin();
		code = watch_report(w);
		out_end();
	}
	return code;
}

static int follow(struct watch *w, char **command, bool all)
{
	struct rs_trace_creds *creds;
	int err, code = EXIT_OK;

	err = rs_trace_creds_open(&creds);
	if (err)
		return cmd_lib_error(err);
	if (command)
		code = watch_run(w, command);
	/* Whoever reads our output may be gone: then so are we. */
	while (!code && !err && !ferror(stdout) &&
	       watch_next(w, rs_trace_creds_fd(creds)) == WATCH_READY)
		err = drain(creds, all);
	if (!code && !err)
		err = drain(creds, all);
	if (err)
		code = cmd_lib_error(err);
	else if (!code)
		code = finish(creds, w);
	rs_trace_creds_close(creds);
	return code;
}

static const struct option longs[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "follow", no_argument, NULL, 'f' },
	{ NULL, 0, NULL, 0 }
};

int trace_creds(int argc, char **argv)
{
	bool all = false, forever = false;
	char **command;
	struct watch w;
	int c, code;

	while ((c = cmd_getopt(argc, argv, "af", longs)) != -1) {
		if (c == 'a')
			all = true;
		else if (c == 'f')
			forever = true;
		else
			return EXIT_USAGE;
	}
	command = optind < argc ? argv + optind : NULL;
	if (!command == !forever)
		return cmd_usage("either --follow or a command");
	code = watch_init(&w);
	if (code)
		return code;
	out_set_lines(true);
	code = follow(&w, command, all);
	watch_end(&w);
	return code;
}
