// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside balloon: what the balloon holds, what the guest wants it to hold
 * on top of the host's wish, telling the host again, and who drives it. The
 * settings are in cmd_balloon_set.c, the live view in cmd_balloon_watch.c.
 */
#include <stdio.h>
#include <string.h>
#include "cmd.h"
#include "cmd_balloon.h"
#include "out.h"

bool balloon_is_device(const char *operand)
{
	size_t len = strlen("virtio");

	return !strncmp(operand, "virtio", len) && operand[len] &&
	       !operand[len + strspn(operand + len, "0123456789")];
}

int balloon_operand(int argc, char **argv, int at, struct rs_balloon *balloon)
{
	char version[RS_VERSION_LEN];
	int ret;

	if (argc > at + 1)
		return cmd_usage("one device at most");
	ret = rs_balloon_find(argc > at ? argv[at] : NULL, balloon);
	if (!ret)
		return EXIT_OK;
	/* Of two things that are missing, the module is the one to get. */
	if (rs_module_version("ringside_balloon", version, sizeof(version)))
		return cmd_lib_error(-RS_ENOMOD);
	rs_balloon_find(argc > at ? argv[at] : NULL, balloon);
	return cmd_lib_error(ret);
}

int balloon_show_attribute(const struct rs_balloon *balloon, const char *attr)
{
	char val[256];
	int ret = rs_balloon_get(balloon->device, attr, val, sizeof(val));

	if (!ret)
		out_attribute(attr, val);
	return ret;
}

int balloon_show_each(const char *attr, const char *val, void *arg)
{
	(void)arg;
	/* A word, or a size without a unit in its name. */
	out_quantity(attr, strcmp(attr, "target") ? attr : "target_bytes", val);
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
	int code, ret;

	code = balloon_operand(argc, argv, 1, &balloon);
	if (code)
		return code;
	out_begin();
	out_str("device", balloon.device);
	show_driver("driver", balloon.driver);
	ret = rs_balloon_attributes(balloon.device, balloon_show_each, NULL);
	out_end();
	/* Who drives it is an answer too, but not the whole one. */
	return ret ? cmd_lib_error(ret) : EXIT_OK;
}

static int balloon_set(int argc, char **argv)
{
	struct rs_balloon balloon;
	uint64_t bytes = 0;
	int code, ret;

	if (argc < 2)
		return cmd_usage("give a size, or 'auto'");
	if (strcmp(argv[1], "auto") &&
	    cmd_parse_size("SIZE", argv[1], 1, &bytes))
		return EXIT_USAGE;
	code = balloon_operand(argc, argv, 2, &balloon);
	if (code)
		return code;
	ret = rs_balloon_set_target(balloon.device, bytes);
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

static int balloon_resync(int argc, char **argv)
{
	struct rs_balloon balloon;
	uint64_t bytes, start, ns;
	int code, ret;

	code = balloon_operand(argc, argv, 1, &balloon);
	if (code)
		return code;
	start = cmd_now_ns();
	ret = rs_balloon_resync(balloon.device, &bytes);
	if (ret)
		return cmd_lib_error(ret);
	ns = cmd_now_ns() - start;
	out_begin();
	out_str("device", balloon.device);
	out_bytes("resynced_bytes", bytes);
	out_u64_text("elapsed_ns", ns, "%.1f ms", ns / 1e6);
	out_end();
	return EXIT_OK;
}

/* Give the device to another driver, and show from whom to whom it went. */
static int change_driver(int argc, char **argv, int (*change)(const char *))
{
	struct rs_balloon before, after;
	int ret;

	if (argc > 2)
		return cmd_usage("one device at most");
	ret = rs_balloon_find(argv[1], &before);
	if (!ret)
		ret = change(before.device);
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

static int balloon_takeover(int argc, char **argv)
{
	return change_driver(argc, argv, rs_balloon_takeover);
}

static int balloon_release(int argc, char **argv)
{
	return change_driver(argc, argv, rs_balloon_release);
}

static const struct cmd verbs[] = {
	{ "status", balloon_status, "[DEVICE]",
	  "show what the balloon holds and what it is doing" },
	{ "watch", balloon_watch,
	  "[--once] [--interval SECONDS] [--seconds N] [DEVICE]",
	  "follow its size, its target and the guest's free memory" },
	{ "set", balloon_set, "SIZE|auto [DEVICE]",
	  "hold more than the host asks for, or exactly that" },
	{ "mode", balloon_mode, "[auto|report|strict|pfn|4k] [DEVICE]",
	  "show or set how the host is told about memory" },
	{ "floor", balloon_floor, "[SIZE|default] [DEVICE]",
	  "show or set how much memory the guest keeps" },
	{ "tune", balloon_tune, "[NAME=VALUE...] [DEVICE]",
	  "show or set the driver's other settings" },
	{ "resync", balloon_resync, "[DEVICE]",
	  "tell the host again about everything held" },
	{ "takeover", balloon_takeover, "[DEVICE]",
	  "take the device from the driver that has it" },
	{ "release", balloon_release, "[DEVICE]",
	  "give the device to the kernel's virtio_balloon" },
	{ NULL, NULL, NULL, NULL }
};

int cmd_balloon(int argc, char **argv)
{
	return cmd_verbs(verbs, argc, argv);
}
