// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads single values. Nothing is skipped, rounded or guessed: a size without
 * sense is refused, not read as far as it goes.
 */
#include <ctype.h>
#include <string.h>
#include "config_value.h"

static const char size_wanted[] =
	"a size is needed: bytes, or a whole number and K, M, G or T";
static const char time_wanted[] =
	"a time is needed: a whole number and ms, s or min";
static const char percent_wanted[] = "a whole number of per cent is needed";
static const char count_wanted[] = "a whole number is needed";

/* Digits into a number; *end is what follows. Not even a blank comes first. */
static bool parse_digits(const char *text, uint64_t *value, const char **end)
{
	uint64_t sum = 0;

	if (!isdigit((unsigned char)*text))
		return false;
	for (; isdigit((unsigned char)*text); text++)
		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, *text - '0', &sum))
			return false;
	*value = sum;
	*end = text;
	return true;
}

static bool size_unit(const char *text, unsigned int *shift)
{
	static const char units[] = "KMGT";
	const char *unit;

	*shift = 0;
	if (!*text)
		return true;
	unit = strchr(units, toupper((unsigned char)*text));
	if (!unit)
		return false;
	*shift = 10 * (unit - units + 1);
	return !text[1] || !strcmp(text + 1, "iB");
}

const char *rsh_parse_size(const char *text, uint64_t *bytes)
{
	unsigned int shift;
	uint64_t value;

	if (!parse_digits(text, &value, &text) || !size_unit(text, &shift) ||
	    value > UINT64_MAX >> shift)
		return size_wanted;
	/* The largest number means "not known" everywhere else. */
	if (value << shift == UINT64_MAX)
		return size_wanted;
	*bytes = value << shift;
	return NULL;
}

const char *rsh_parse_time(const char *text, uint64_t *ns)
{
	uint64_t value, unit;

	if (!parse_digits(text, &value, &text))
		return time_wanted;
	if (!strcmp(text, "ms"))
		unit = 1000000;
	else if (!strcmp(text, "s"))
		unit = 1000000000;
	else if (!strcmp(text, "min"))
		unit = 60000000000;
	else
		return time_wanted;
	/* Half the range, so that sums of a time and a setting stay in it. */
	if (__builtin_mul_overflow(value, unit, &value) ||
	    value > UINT64_MAX / 2)
		return time_wanted;
	*ns = value;
	return NULL;
}

const char *rsh_parse_percent(const char *text, uint64_t *percent)
{
	if (!parse_digits(text, percent, &text) ||
	    (*text && strcmp(text, "%")))
		return percent_wanted;
	return NULL;
}

const char *rsh_parse_count(const char *text, uint64_t *count)
{
	if (!parse_digits(text, count, &text) || *text)
		return count_wanted;
	return NULL;
}

const char *rsh_parse_bool(const char *text, bool *value)
{
	if (strcmp(text, "yes") && strcmp(text, "no"))
		return "yes or no is needed";
	*value = !strcmp(text, "yes");
	return NULL;
}
