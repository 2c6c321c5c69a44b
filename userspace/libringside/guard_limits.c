// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits of a group of processes: which there are, what they may be, and what
 * a profile says of them. How they are put on processes is not known here.
 */
#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include "guard_profile.h"

/**
 * struct limit - one of them
 * @name: its name in profiles and options
 * @offset: of its member
 * @is_size: bytes, which may be written with a unit
 * @min: the least that makes sense
 * @max: the most that the kernel takes
 * @what: of what it is the most, for people
 */
struct limit {
	const char *name;
	size_t offset;
	bool is_size;
	uint64_t min;
	uint64_t max;
	const char *what;
};

#define LIMIT(_name, _is_size, _min, _max, _what) {		\
	.name = #_name,						\
	.offset = offsetof(struct rs_guard_limits, _name),	\
	.is_size = _is_size,					\
	.min = _min,						\
	.max = _max,						\
	.what = _what,						\
}

static const struct limit limits[] = {
	LIMIT(pids, false, 1, 4194304, "threads of all together"),
	LIMIT(memory, true, 1, INT64_MAX, "bytes of memory of all together"),
	LIMIT(cpu, false, 1, 102400, "hundredths of one CPU for all together"),
	LIMIT(fsize, true, 1, INT64_MAX, "bytes in one file"),
	LIMIT(nofile, false, 3, 1 << 20, "open files of one process"),
};

#define NAMES	"pids, memory, cpu, fsize and nofile"

static const struct limit *find_limit(const char *name)
{
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE(limits); i++)
		if (!strcmp(limits[i].name, name))
			return &limits[i];
	return NULL;
}

/* Decimal digits and, for sizes, K, M, G or T. What overflows is the largest. */
static bool parse(const struct limit *limit, const char *text, uint64_t *val)
{
	static const char units[] = "KMGT";
	size_t i, digits = strspn(text, "0123456789");
	unsigned int shift = 0;
	const char *unit;

	if (!digits)
		return false;
	if (text[digits]) {
		unit = strchr(units, text[digits]);
		if (!limit->is_size || !unit || text[digits + 1])
			return false;
		shift = 10 * (unit - units + 1);
	}
	for (*val = 0, i = 0; i < digits; i++)
		if (__builtin_mul_overflow(*val, 10, val) ||
		    __builtin_add_overflow(*val, text[i] - '0', val))
			*val = UINT64_MAX;
	*val = *val > UINT64_MAX >> shift ? UINT64_MAX : *val << shift;
	return true;
}

static const char *form(const struct limit *limit)
{
	return limit->is_size ? "a number, perhaps with K, M, G or T" :
				"a number";
}

static bool fits(const struct limit *limit, uint64_t val)
{
	return val >= limit->min && val <= limit->max;
}

static void store(struct rs_guard_limits *to, const struct limit *limit,
		  uint64_t val)
{
	*(uint64_t *)((char *)to + limit->offset) = val;
}

int rs_guard_limits_set(struct rs_guard_limits *to, const char *name,
			const char *text)
{
	const struct limit *limit = find_limit(name);
	uint64_t val;

	if (!limit)
		return rs_failx(ENOENT, "'%s' is none of " NAMES, name);
	if (!parse(limit, text, &val))
		return rs_failx(EINVAL, "%s: '%s' is not %s", name, text,
				form(limit));
	if (!fits(limit, val))
		return rs_failx(EINVAL, "%s: %s is not in %" PRIu64 " to %" PRIu64,
				name, text, limit->min, limit->max);
	store(to, limit, val);
	return 0;
}

const char *rs_guard_limits_get(const struct rs_guard_limits *from,
				unsigned int i, uint64_t *value)
{
	if (i >= RS_ARRAY_SIZE(limits))
		return NULL;
	*value = *(const uint64_t *)((const char *)from + limits[i].offset);
	return limits[i].name;
}

bool rs_guard_limits_any(const struct rs_guard_limits *from)
{
	static const struct rs_guard_limits none;

	return memcmp(from, &none, sizeof(none));
}

static int read_limit(struct rs_guard_profile *profile,
		      const struct rs_json *at, const struct limit *limit)
{
	uint64_t val;

	if (!json_is_string(at->value)) {
		if (rs_json_u64(at, UINT64_MAX, &val))
			return -EINVAL;
	} else if (!parse(limit, json_string_value(at->value), &val)) {
		return rs_json_refuse(at, "'%s' is not %s",
				      json_string_value(at->value),
				      form(limit));
	}
	if (!fits(limit, val))
		return rs_json_refuse(at, "not in %" PRIu64 " to %" PRIu64,
				      limit->min, limit->max);
	store(&profile->limits, limit, val);
	return rs_profile_say(profile, RS_GUARD_LIMIT, at,
			      "at most %" PRIu64 " %s", val, limit->what);
}

int rs_profile_limits(struct rs_guard_profile *profile,
		      const struct rs_json *object)
{
	static const char * const keys[] = {
		"pids", "memory", "cpu", "fsize", "nofile", "comment", NULL
	};
	struct rs_json at;
	int ret = 0;
	size_t i;

	if (!json_is_object(object->value))
		return rs_json_refuse(object, "an object is needed");
	if (rs_profile_keys(object, keys))
		return -EINVAL;
	for (i = 0; i < RS_ARRAY_SIZE(limits) && !ret; i++)
		if (rs_json_member(object, limits[i].name, &at))
			ret = read_limit(profile, &at, &limits[i]);
	return ret;
}

const struct rs_guard_limits *
rs_guard_profile_limits(const struct rs_guard_profile *profile)
{
	return &profile->limits;
}
