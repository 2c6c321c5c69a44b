// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside balloon mode, floor, tune: the settings of the driver. Each verb
 * shows what is set when nothing is to be set, and afterwards when something
 * was. Which values make sense is the driver's to say.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cmd.h"
#include "cmd_balloon.h"
#include "out.h"

static bool is_mode(const char *word)
{
	static const char * const modes[] = {
		"auto", "report", "strict", "pfn", "4k"
	};
	size_t i;

	for (i = 0; i < CMD_ARRAY_SIZE(modes); i++)
		if (!strcmp(word, modes[i]))
			return true;
	return false;
}

/* Print the device and some attributes. Return: an exit code. */
static int show(const struct rs_balloon *balloon, const char * const *attrs)
{
	int ret = 0;

	out_begin();
	out_str("device", balloon->device);
	for (; *attrs && !ret; attrs++)
		ret = balloon_show_attribute(balloon, *attrs);
	if (ret)
		return cmd_lib_error(ret);
	out_end();
	return EXIT_OK;
}

/*
 * A verb that takes a value, a device, both or none. Return: an exit code;
 * @val is NULL when there is no value.
 */
static int value_operand(int argc, char **argv, const char **val,
			 struct rs_balloon *balloon)
{
	*val = NULL;
	if (argc > 1 && !balloon_is_device(argv[1]))
		*val = argv[1];
	return balloon_operand(argc, argv, *val ? 2 : 1, balloon);
}

int balloon_mode(int argc, char **argv)
{
	static const char * const attrs[] = { "mode", "mode_active", NULL };
	struct rs_balloon balloon;
	const char *mode;
	int code, ret;

	if (argc > 1 && !is_mode(argv[1]) && !balloon_is_device(argv[1]))
		return cmd_usage("'%s' is no mode; there are auto, report, strict, pfn and 4k",
				 argv[1]);
	code = value_operand(argc, argv, &mode, &balloon);
	if (code)
		return code;
	ret = mode ? rs_balloon_set(balloon.device, "mode", mode) : 0;
	return ret ? cmd_lib_error(ret) : show(&balloon, attrs);
}

int balloon_floor(int argc, char **argv)
{
	static const char * const attrs[] = {
		"floor_bytes", "reserve_bytes", NULL
	};
	struct rs_balloon balloon;
	const char *operand;
	char val[32] = "default";
	uint64_t bytes;
	int code, ret = 0;

	code = value_operand(argc, argv, &operand, &balloon);
	if (code)
		return code;
	if (operand && strcmp(operand, "default")) {
		if (cmd_parse_size("SIZE", operand, 0, &bytes))
			return EXIT_USAGE;
		snprintf(val, sizeof(val), "%" PRIu64, bytes);
	}
	if (operand)
		ret = rs_balloon_set(balloon.device, "floor_bytes", val);
	return ret ? cmd_lib_error(ret) : show(&balloon, attrs);
}

#define MAX_CHANGES 32

/**
 * struct change - a setting to be made
 * @setting: which
 * @val: what the driver is to be told
 * @old: what it said before, to be put back if a later change fails
 */
struct change {
	const struct rs_balloon_setting *setting;
	char val[32];
	char old[32];
};

static const struct rs_balloon_setting *find_setting(const char *name,
						     size_t len)
{
	const struct rs_balloon_setting *s;
	size_t i;

	for (i = 0; (s = rs_balloon_setting(i)); i++)
		if (strlen(s->attr) == len && !strncmp(s->attr, name, len))
			return s;
	return NULL;
}

/* Sizes and rates may be written as sizes are everywhere. */
static int parse_change(const char *arg, struct change *change)
{
	const char *val = strchr(arg, '=') + 1;
	uint64_t number;

	change->setting = find_setting(arg, val - arg - 1);
	if (!change->setting)
		return cmd_usage("no setting '%.*s'; without NAME=VALUE 'tune' lists them",
				 (int)(val - arg - 1), arg);
	snprintf(change->val, sizeof(change->val), "default");
	if (!strcmp(val, "default"))
		return EXIT_OK;
	if (strstr(change->setting->attr, "_bytes")) {
		if (cmd_parse_size(change->setting->attr, val, 0, &number))
			return EXIT_USAGE;
	} else if (cmd_parse_u64(change->setting->attr, val, 0, INT64_MAX,
				 &number)) {
		return EXIT_USAGE;
	}
	snprintf(change->val, sizeof(change->val), "%" PRIu64, number);
	return EXIT_OK;
}

static int show_settings(const struct rs_balloon *balloon,
			 const struct change *changes, int n)
{
	static const struct out_col cols[] = {
		{ "name", "NAME", false }, { "value", "VALUE", true },
		{ "meaning", "MEANING", false },
	};
	const struct rs_balloon_setting *s;
	char val[32];
	size_t i;
	int ret = 0;

	out_begin();
	out_str("device", balloon->device);
	out_table("settings", "none", cols, CMD_ARRAY_SIZE(cols));
	for (i = 0; n ? i < (size_t)n : !!rs_balloon_setting(i); i++) {
		s = n ? changes[i].setting : rs_balloon_setting(i);
		ret = rs_balloon_get(balloon->device, s->attr, val,
				     sizeof(val));
		if (ret == -RS_EABI)
			continue;	/* what this driver does not have */
		if (ret)
			return cmd_lib_error(ret);
		out_row();
		out_str("name", s->attr);
		out_quantity("value", s->attr, val);
		out_str("meaning", s->meaning);
		out_end();
	}
	out_end();
	out_end();
	return EXIT_OK;
}

/* All of them or none. Return: an exit code. */
static int make_changes(const struct rs_balloon *balloon,
			struct change *changes, int n)
{
	int i, code, ret = 0;

	for (i = 0; i < n && !ret; i++)
		ret = rs_balloon_get(balloon->device, changes[i].setting->attr,
				     changes[i].old, sizeof(changes[i].old));
	for (i = 0; i < n && !ret; i++)
		ret = rs_balloon_set(balloon->device, changes[i].setting->attr,
				     changes[i].val);
	if (!ret)
		return EXIT_OK;
	code = cmd_lib_error(ret);
	/* The last one tried is the one that failed. */
	for (i -= 2; i >= 0; i--)
		rs_balloon_set(balloon->device, changes[i].setting->attr,
			       changes[i].old);
	return code;
}

int balloon_tune(int argc, char **argv)
{
	struct change changes[MAX_CHANGES];
	struct rs_balloon balloon;
	int code, n = 0;

	for (argc--, argv++; argc && strchr(*argv, '='); argc--, argv++) {
		if (n == MAX_CHANGES)
			return cmd_usage("%d settings at most", MAX_CHANGES);
		if (parse_change(*argv, &changes[n++]))
			return EXIT_USAGE;
	}
	if (argc && !balloon_is_device(*argv))
		return cmd_usage("'%s' is neither NAME=VALUE nor a device",
				 *argv);
	code = balloon_operand(argc, argv, 0, &balloon);
	if (!code)
		code = make_changes(&balloon, changes, n);
	return code ? code : show_settings(&balloon, changes, n);
}
