// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside guard diff: which calls end differently under two profiles, and
 * which rules on objects and limits differ. Needs no module. As with diff(1), 0
 * is the same, 1 different, 2 trouble.
 */
#include <inttypes.h>
#include <stdio.h>
#include "cmd.h"
#include "cmd_guard.h"
#include "out.h"

#define EXIT_DIFFERENT	1
#define EXIT_TROUBLE	2

/* "arg0=38 arg2=0", those that count */
static void print_args(char *buf, size_t len,
		       const struct rs_guard_difference *diff)
{
	size_t n = 0;
	unsigned int i;

	buf[0] = '\0';
	for (i = 0; i < RS_GUARD_ARGS; i++)
		if (diff->depends & 1U << i)
			n += snprintf(buf + n, len - n, "%sarg%u=%#" PRIx64,
				      n ? " " : "", i, diff->args[i]);
}

static int out_difference(const struct rs_guard_difference *diff, void *arg)
{
	char a[GUARD_VERDICT_LEN], b[GUARD_VERDICT_LEN], args[256];
	size_t *count = arg;

	(*count)++;
	guard_verdict(a, diff->a);
	guard_verdict(b, diff->b);
	print_args(args, sizeof(args), diff);
	out_row();
	out_str("call", diff->name);
	out_str("abi", guard_abis[diff->abi]);
	out_u64("nr", diff->nr);
	if (diff->sample) {
		out_str("first", a);
		out_str("second", b);
		out_str("for", diff->depends ? args : "any arguments");
	} else {
		out_null("first");
		out_null("second");
		out_str("for", "no example found, but the rules are not the same");
	}
	out_end();
	return 0;
}

static int out_rule(const struct rs_guard_object_difference *diff,
		    void *arg)
{
	(void)arg;
	out_row();
	out_str("rule", diff->text);
	out_str("in", !diff->in_b ? "first only" : !diff->in_a ? "second only" :
		"both, in another order");
	out_end();
	return 0;
}

static int count_rule(const struct rs_guard_object_difference *diff,
		      void *arg)
{
	size_t *count = arg;

	(void)diff;
	(*count)++;
	return 0;
}

/* In text there is no word about objects, nor limits, that do not differ. */
static size_t out_objects(const struct rs_guard_profile *a,
			  const struct rs_guard_profile *b)
{
	static const struct out_col cols[] = {
		{ "rule", "RULE ON OBJECTS", false }, { "in", "IN", false },
	};
	size_t count = 0;

	rs_guard_profile_diff_objects(a, b, count_rule, &count);
	if (!count && !out_is_json())
		return 0;
	out_table("objects", "", cols, CMD_ARRAY_SIZE(cols));
	rs_guard_profile_diff_objects(a, b, out_rule, NULL);
	out_end();
	return count;
}

static void out_limit(const char *key, uint64_t value)
{
	if (value)
		out_u64(key, value);
	else
		out_null(key);
}

static size_t out_limits(const struct rs_guard_profile *a,
			 const struct rs_guard_profile *b)
{
	static const struct out_col cols[] = {
		{ "limit", "LIMIT", false }, { "first", "FIRST", true },
		{ "second", "SECOND", true },
	};
	const struct rs_guard_limits *of_a = rs_guard_profile_limits(a);
	const struct rs_guard_limits *of_b = rs_guard_profile_limits(b);
	uint64_t first, second;
	size_t count = 0;
	const char *name;
	unsigned int i;

	for (i = 0; (name = rs_guard_limits_get(of_a, i, &first)); i++) {
		rs_guard_limits_get(of_b, i, &second);
		if (first == second)
			continue;
		if (!count++)
			out_table("limits", "", cols, CMD_ARRAY_SIZE(cols));
		out_row();
		out_str("limit", name);
		out_limit("first", first);
		out_limit("second", second);
		out_end();
	}
	if (!count && out_is_json())
		out_table("limits", "", cols, CMD_ARRAY_SIZE(cols));
	if (count || out_is_json())
		out_end();
	return count;
}

static int show(const struct rs_guard_profile *a,
		const struct rs_guard_profile *b,
		const struct guard_wish *wish)
{
	static const struct out_col cols[] = {
		{ "call", "CALL", false }, { "abi", "ABI", false },
		{ "first", "FIRST", false }, { "second", "SECOND", false },
		{ "for", "FOR", false },
	};
	size_t count = 0;
	int err;

	out_begin();
	guard_out_state(wish);
	out_table("differences", "every call ends the same", cols,
		  CMD_ARRAY_SIZE(cols));
	err = rs_guard_profile_diff(a, b, out_difference, &count);
	if (err) {
		out_discard();
		cmd_lib_error(err);
		return EXIT_TROUBLE;
	}
	out_end();
	count += out_objects(a, b);
	count += out_limits(a, b);
	out_bool("same", !count);
	out_end();
	return count ? EXIT_DIFFERENT : EXIT_OK;
}

static int read_both(const char * const *paths, const struct guard_wish *wish,
		     struct rs_guard_profile *profiles[2])
{
	int i, err;

	for (i = 0; i < 2; i++) {
		err = rs_guard_profile_read(&profiles[i], paths[i],
					    &wish->state, wish->flags);
		if (!err)
			continue;
		cmd_lib_error(err);
		return EXIT_TROUBLE;
	}
	return 0;
}

int guard_diff(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "pid", required_argument, NULL, 'p' },
		{ "caps", required_argument, NULL, 'c' },
		{ "kernel", required_argument, NULL, 'k' },
		{ "skip-unknown", no_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 }
	};
	struct rs_guard_profile *profiles[2] = { NULL, NULL };
	struct guard_wish wish = { .flags = 0 };
	const char *paths[2];
	int c, n, code;

	for (n = 0; n < 2; n++) {
		paths[n] = guard_take_operand(&argc, argv);
		if (!paths[n])
			break;
	}
	while ((c = cmd_getopt(argc, argv, GUARD_WISH_SHORTS, longs)) != -1)
		if (guard_wish_option(&wish, c))
			return EXIT_USAGE;
	for (; n < 2 && optind < argc; n++)
		paths[n] = argv[optind++];
	if (n < 2)
		return cmd_usage("two files are needed");
	if (optind < argc)
		return cmd_usage("'%s' is too much", argv[optind]);
	if (guard_wish_state(&wish))
		return EXIT_TROUBLE;
	code = read_both(paths, &wish, profiles);
	if (!code)
		code = show(profiles[0], profiles[1], &wish);
	rs_guard_profile_free(profiles[0]);
	rs_guard_profile_free(profiles[1]);
	return code;
}
