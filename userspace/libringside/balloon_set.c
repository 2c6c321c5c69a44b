// SPDX-License-Identifier: GPL-2.0-only
/*
 * What can be set on a balloon, and what the driver means when it refuses.
 * The driver checks values; nothing here knows a limit of its own.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "balloon.h"

static const struct rs_balloon_setting settings[] = {
	{ "floor_bytes", "memory that the guest keeps in all" },
	{ "reserve_bytes", "available memory that inflating leaves" },
	{ "max_rate_bytes_per_sec", "how fast it may grow, 0 for no limit" },
	{ "batch_bytes", "what the host is told at once" },
	{ "compact", "1: make room for units of 2 MiB" },
	{ "fallback_4k", "1: pages of 4 KiB where units can not be had" },
	{ "pfns_per_buf", "page numbers in one buffer" },
	{ "oom_release_bytes", "given back when memory runs out" },
	{ "oom_holdoff_ms", "pause after that, 0 until the target changes" },
	{ "pressure_deflate", "1: give back under pressure, too" },
	{ "pressure_refaults_per_sec", "page refaults that mean pressure" },
	{ "free_page_reporting", "1: tell the host of free memory, too" },
};

const struct rs_balloon_setting *rs_balloon_setting(size_t i)
{
	return i < RS_ARRAY_SIZE(settings) ? &settings[i] : NULL;
}

/**
 * struct refusal - what an errno of an attribute means
 * @attr: the attribute; NULL stands for each one
 * @err: the errno
 * @why: the sentence; one %s is the value
 */
struct refusal {
	const char *attr;
	int err;
	const char *why;
};

/* The first that fits counts. */
static const struct refusal refusals[] = {
	{ "target", EINVAL, "'%s' is neither auto nor a multiple of 4096 bytes" },
	{ "target", ERANGE, "%s bytes is more than this machine has" },
	{ "target", EOPNOTSUPP,
	  "only report mode can hold more than the host asks for (see: ringside balloon mode)" },
	{ "mode", EINVAL, "'%s' is no mode; there are auto, report, strict, pfn and 4k" },
	{ "mode", EOPNOTSUPP,
	  "%s is not possible with this host: it takes free page reporting (QEMU: free-page-reporting=on, libvirt: freePageReporting='on'), and report one that does not insist on being told first"
	},
	{ "mode", EBUSY,
	  "the mode can change only while the balloon is empty: end 'ringside balloon set' with auto, let the host set its target to the full size, then try again"
	},
	{ "floor_bytes", EINVAL, "%s is not a multiple of 4096" },
	{ "reserve_bytes", EINVAL, "%s is not a multiple of 4096" },
	{ "batch_bytes", EINVAL, "%s is not a multiple of 2 MiB" },
	{ "batch_bytes", ERANGE, "%s is not in 2 MiB to 64 MiB" },
	{ "oom_release_bytes", EINVAL, "%s is not a multiple of 2 MiB" },
	{ "pfns_per_buf", ERANGE, "%s is not in 1 to 1024" },
	{ "pfns_per_buf", EBUSY,
	  "the host has a buffer that it has not given back; try again" },
	{ "free_page_reporting", EOPNOTSUPP,
	  "the host does not offer free page reporting (QEMU: free-page-reporting=on, libvirt: freePageReporting='on'), or this kernel fills free pages"
	},
	{ "resync", EIO, "the device has gone" },
	{ NULL, ETIMEDOUT,
	  "the host does not answer; is the machine being saved or migrated? try again when it is done"
	},
	{ NULL, EINVAL, "'%s' is not a value that the driver takes" },
	{ NULL, ERANGE, "%s is out of range" },
	{ NULL, EACCES, "only root may change it" },
	{ NULL, EPERM, "only root may change it" },
	{ NULL, EINTR, "interrupted; nothing was changed" },
};

static const struct refusal *find_refusal(const char *attr, int err)
{
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE(refusals); i++)
		if (refusals[i].err == err &&
		    (!refusals[i].attr || !strcmp(refusals[i].attr, attr)))
			return &refusals[i];
	return NULL;
}

/* One %s of @why becomes @val. Without printf(), for @why is no constant. */
static void fill_in(char *text, size_t len, const char *why, const char *val)
{
	const char *gap = strstr(why, "%s");

	if (gap)
		snprintf(text, len, "%.*s%s%s", (int)(gap - why), why, val,
			 gap + 2);
	else
		snprintf(text, len, "%s", why);
}

int rs_balloon_refused(const struct rs_balloon *balloon, const char *attr,
		       const char *val, int err)
{
	const struct refusal *refusal = find_refusal(attr, err);
	char text[384];

	if (!refusal)
		return -err;
	fill_in(text, sizeof(text), refusal->why, val);
	return rs_failx(err, "%s: %s: %s", balloon->device, attr, text);
}

int rs_balloon_set_target(const char *device, uint64_t bytes)
{
	char val[32] = "auto";

	if (bytes)
		snprintf(val, sizeof(val), "%" PRIu64, bytes);
	return rs_balloon_set(device, "target", val);
}

static int read_resynced(const char *device, uint64_t *bytes)
{
	char val[32];
	int ret = rs_balloon_get(device, "resynced_bytes", val, sizeof(val));

	if (ret)
		return ret;
	ret = rs_parse_u64(val, bytes);
	if (ret)
		return rs_failx(-ret, "resynced_bytes: '%s' is not a number",
				val);
	return 0;
}

int rs_balloon_resync(const char *device, uint64_t *bytes)
{
	uint64_t before, after;
	int ret = read_resynced(device, &before);

	if (!ret)
		ret = rs_balloon_set(device, "resync", "1");
	if (!ret)
		ret = read_resynced(device, &after);
	if (!ret && bytes)
		*bytes = after - before;
	return ret;
}
