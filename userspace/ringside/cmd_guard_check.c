// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside guard check: what a profile does, in words, and whether it can be
 * loaded today. Needs no module.
 */
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include "cmd.h"
#include "cmd_guard.h"
#include "out.h"

/* Room for the names in a row of text. */
#define NAMES_WIDTH	48

/**
 * struct item - a call and its verdict
 * @name: its name
 * @group: its group
 * @verdict: the verdict
 * @abis: bit N set: in ABI N
 */
struct item {
	const char *name;
	unsigned int group;
	uint32_t verdict;
	unsigned int abis;
};

struct items {
	struct item item[RSG_ABIS * RSG_CALLS];
	size_t nr;
};

static void add_item(struct items *items, const char *name, uint32_t verdict,
		     unsigned int abi)
{
	struct item *i;

	for (i = items->item; i < items->item + items->nr; i++) {
		if (!strcmp(i->name, name) && i->verdict == verdict) {
			i->abis |= 1U << abi;
			return;
		}
	}
	*i = (struct item){
		.name = name, .group = guard_group(name), .verdict = verdict,
		.abis = 1U << abi,
	};
	items->nr++;
}

/*
 * What differs from the default; and where the default denies, what it does to
 * the calls that are in a group, for that is what people look for.
 */
static void collect(const struct rs_guard_profile *profile,
		    struct items *items)
{
	uint32_t fallback = rs_guard_profile_default(profile);
	struct rs_guard_call call;
	unsigned int abi, nr;

	for (abi = 0; abi < RSG_ABIS; abi++) {
		if (!rs_guard_profile_covers(profile, abi))
			continue;
		for (nr = 0; nr < RSG_CALLS; nr++) {
			rs_guard_profile_call(profile, abi, nr, &call);
			if (!call.name || call.nr_conditions)
				continue;
			if (call.verdict == fallback &&
			    (fallback == SECCOMP_RET_ALLOW ||
			     guard_group(call.name) == GUARD_GROUPS - 1))
				continue;
			add_item(items, call.name, call.verdict, abi);
		}
	}
}

static int compare(const void *left, const void *right)
{
	const struct item *a = left, *b = right;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	if (a->verdict != b->verdict)
		return a->verdict < b->verdict ? -1 : 1;
	if (a->abis != b->abis)
		return a->abis > b->abis ? -1 : 1;
	return strcmp(a->name, b->name);
}

static bool same_row(const struct item *a, const struct item *b)
{
	return a->group == b->group && a->verdict == b->verdict &&
	       a->abis == b->abis;
}

static void out_abis(unsigned int abis)
{
	unsigned int abi;

	out_array("abis");
	for (abi = 0; abi < RSG_ABIS; abi++)
		if (abis & 1U << abi)
			out_str(NULL, guard_abis[abi]);
	out_end();
}

static void out_verdict(const char *key, uint32_t verdict)
{
	char words[GUARD_VERDICT_LEN];

	guard_verdict(words, verdict);
	out_str(key, words);
}

/* One row of those from @i that are alike, or as many as a line takes. */
static size_t out_items(const struct items *items, size_t i)
{
	const struct item *first = &items->item[i];
	size_t width = 0;

	out_row();
	out_str("group", guard_group_name(first->group));
	out_verdict("verdict", first->verdict);
	out_abis(first->abis);
	out_array("calls");
	for (; i < items->nr && same_row(first, &items->item[i]); i++) {
		width += strlen(items->item[i].name) + 2;
		if (!out_is_json() && &items->item[i] != first &&
		    width > NAMES_WIDTH)
			break;
		out_str(NULL, items->item[i].name);
	}
	out_end();
	out_end();
	return i;
}

static void out_calls(const struct rs_guard_profile *profile)
{
	static const struct out_col cols[] = {
		{ "group", "GROUP", false }, { "verdict", "VERDICT", false },
		{ "abis", "ABI", false }, { "calls", "CALLS", false },
	};
	static struct items items;
	size_t i;

	items.nr = 0;
	collect(profile, &items);
	qsort(items.item, items.nr, sizeof(*items.item), compare);
	out_table("calls", "every call gets the default", cols,
		  CMD_ARRAY_SIZE(cols));
	for (i = 0; i < items.nr;)
		i = out_items(&items, i);
	out_end();
}

static void out_conditions_of(const struct rs_guard_call *call,
			      unsigned int abi)
{
	const struct rs_guard_condition *c;
	char words[GUARD_CONDITION_LEN];
	size_t i;

	for (i = 0; i < call->nr_conditions; i++) {
		c = &call->conditions[i];
		guard_condition(words, c);
		out_row();
		out_str("group", guard_group_name(guard_group(call->name)));
		out_str("call", call->name);
		out_str("abi", guard_abis[abi]);
		out_verdict("verdict", c->verdict);
		out_str("if", words);
		out_fmt("rule", "syscalls[%u]", c->entry);
		out_end();
	}
	out_row();
	out_str("call", call->name);
	out_str("abi", guard_abis[abi]);
	out_verdict("verdict", call->verdict);
	out_str("if", "otherwise");
	out_str("rule", "default");
	out_end();
}

static void out_conditions(const struct rs_guard_profile *profile)
{
	static const struct out_col cols[] = {
		{ "call", "CALL", false }, { "abi", "ABI", false },
		{ "verdict", "VERDICT", false }, { "if", "IF", false },
		{ "rule", "RULE", false },
	};
	struct rs_guard_call call;
	unsigned int abi, nr;

	out_table("conditions", "no call depends on its arguments", cols,
		  CMD_ARRAY_SIZE(cols));
	for (abi = 0; abi < RSG_ABIS; abi++) {
		if (!rs_guard_profile_covers(profile, abi))
			continue;
		for (nr = 0; nr < RSG_CALLS; nr++) {
			rs_guard_profile_call(profile, abi, nr, &call);
			if (call.name && call.nr_conditions)
				out_conditions_of(&call, abi);
		}
	}
	out_end();
}

/* In text an empty list is left out. */
static void out_texts(const struct rs_guard_profile *profile,
		      enum rs_guard_text which, const char *key,
		      const char *head)
{
	const struct out_col col = { "text", head, false };
	const char *text;
	size_t i;

	if (!out_is_json() && !rs_guard_profile_text(profile, which, 0))
		return;
	out_table(key, "", &col, 1);
	for (i = 0; (text = rs_guard_profile_text(profile, which, i)); i++) {
		out_row();
		out_str("text", text);
		out_end();
	}
	out_end();
}

static void out_covered(const struct rs_guard_profile *profile)
{
	unsigned int abi, abis = 0;

	for (abi = 0; abi < RSG_ABIS; abi++)
		if (rs_guard_profile_covers(profile, abi))
			abis |= 1U << abi;
	out_abis(abis);
}

static int explain(const struct rs_guard_profile *profile, const char *path,
		   const struct guard_wish *wish)
{
	bool loadable = !rs_guard_profile_text(profile, RS_GUARD_PROBLEM, 0);

	out_begin();
	out_str("profile", path);
	out_verdict("default", rs_guard_profile_default(profile));
	out_covered(profile);
	out_bool("loadable", loadable);
	guard_out_state(wish);
	out_calls(profile);
	out_conditions(profile);
	out_texts(profile, RS_GUARD_OBJECT, "objects", "RULES ON OBJECTS");
	out_texts(profile, RS_GUARD_LIMIT, "limits",
		  "LIMITS OF WHAT 'guard run' STARTS");
	out_texts(profile, RS_GUARD_RESOLVED, "resolved",
		  "WHAT DEPENDED ON CAPABILITIES, KERNEL OR MACHINE");
	out_texts(profile, RS_GUARD_UNKNOWN, "unknown", "NAMES PASSED OVER");
	out_texts(profile, RS_GUARD_NOTE, "notes", "NOTES");
	out_texts(profile, RS_GUARD_PROBLEM, "problems",
		  "WHY IT CAN NOT BE LOADED");
	out_end();
	return loadable ? EXIT_OK : EXIT_FAILED;
}

int guard_check(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "pid", required_argument, NULL, 'p' },
		{ "caps", required_argument, NULL, 'c' },
		{ "kernel", required_argument, NULL, 'k' },
		{ "skip-unknown", no_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 }
	};
	const char *path = guard_take_operand(&argc, argv);
	struct rs_guard_profile *profile;
	struct guard_wish wish = { .flags = 0 };
	int c, code;

	while ((c = cmd_getopt(argc, argv, GUARD_WISH_SHORTS, longs)) != -1)
		if (guard_wish_option(&wish, c))
			return EXIT_USAGE;
	if (!path && optind < argc)
		path = argv[optind++];
	if (!path)
		return cmd_usage("no file named");
	if (optind < argc)
		return cmd_usage("'%s' is too much", argv[optind]);
	code = guard_wish_state(&wish);
	if (code)
		return code;
	code = rs_guard_profile_read(&profile, path, &wish.state, wish.flags);
	if (code)
		return cmd_lib_error(code);
	code = explain(profile, path, &wish);
	rs_guard_profile_free(profile);
	return code;
}
