// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside balloon: what the balloon holds, what the guest wants it to hold
 * on top of the host's wish, and taking the device over from another driver.
 */
#include <stdio.h>
#include <string.h>
#include "cmd.h"
#include "out.h"
#include "ringside.h"

/* The one operand that may stand at argv[@at]: the device, or NULL. */
static const char *device_operand(int argc, char **argv, int at, int *code)
{
	*code = EXIT_OK;
	if (argc > at + 1)
		*code = cmd_usage("one device at most");
	return argc > at ? argv[at] : NULL;
}

static int show_attribute(const char *attr, const char *val, void *arg)
{
	(void)arg;
	out_attribute(attr, val);
	return 0;
}

static void show_driver(const char *key, const char *driver)
{
	if (driver[0])
		out_str(key, driver);
	else
		out_null(key);
}

static int balloon_status(int argc, char **argv)
{
	struct rs_balloon balloon;
	const char *device;
	int code, ret;

	device = device_operand(argc, argv, 1, &code);
	if (code)
		return code;
	ret = rs_balloon_find(device, &balloon);
	if (ret)
		return cmd_lib_error(ret);
	out_begin();
	out_str("device", balloon.device);
	show_driver("driver", balloon.driver);
	ret = rs_balloon_attributes(balloon.device, show_attribute, NULL);
	out_end();
	/* Who drives it is an answer too, but not the whole one. */
	return ret ? cmd_lib_error(ret) : EXIT_OK;
}

static int balloon_set(int argc, char **argv)
{
	struct rs_balloon balloon;
	const char *device;
	uint64_t bytes = 0;
	int code, ret;

	if (argc < 2)
		return cmd_usage("give a size, or 'auto'");
	if (strcmp(argv[1], "auto") &&
	    cmd_parse_size("SIZE", argv[1], 1, &bytes))
		return EXIT_USAGE;
	device = device_operand(argc, argv, 2, &code);
	if (code)
		return code;
	ret = rs_balloon_set_target(device, bytes);
	if (!ret)
		ret = rs_balloon_find(device, &balloon);
	if (ret)
		return cmd_lib_error(ret);
	out_begin();
	out_str("device", balloon.device);
	if (bytes)
		out_bytes("target_bytes", bytes);
	else
		out_str("target", "auto");
	out_end();
	return EXIT_OK;
}

static int balloon_takeover(int argc, char **argv)
{
	struct rs_balloon before, after;
	const char *device;
	int code, ret;

	device = device_operand(argc, argv, 1, &code);
	if (code)
		return code;
	ret = rs_balloon_find(device, &before);
	if (!ret)
		ret = rs_balloon_takeover(before.device);
	if (!ret)
		ret = rs_balloon_find(before.device, &after);
	if (ret)
		return cmd_lib_error(ret);
	out_begin();
	out_str("device", after.device);
	show_driver("driver_before", before.driver);
	show_driver("driver", after.driver);
	out_end();
	return EXIT_OK;
}

static const struct cmd verbs[] = {
	{ "status", balloon_status, "[DEVICE]",
	  "show what the balloon holds and what it is doing" },
	{ "set", balloon_set, "SIZE|auto [DEVICE]",
	  "hold more than the host asks for, or exactly that" },
	{ "takeover", balloon_takeover, "[DEVICE]",
	  "take the device from the driver that has it" },
	{ NULL, NULL, NULL, NULL }
};

int cmd_balloon(int argc, char **argv)
{
	return cmd_verbs(verbs, argc, argv);
}
