// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of settings, the list of VMs, and whether they go together.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "config.h"
#include "config_value.h"
#include "config_vm.h"

enum kind { SIZE, TIME, PERCENT, PERMILLE, PATH, BOOL };

struct option {
	const char *key;
	enum kind kind;
	size_t offset;
	/* For numbers, in the unit in which they are written (time: ns). */
	uint64_t least, most;
	const char *byname;
	const char *help;
};

#define AT(member) offsetof(struct rsh_config, member)
#define POLICY(member) AT(settings.member)
#define DAY (86400 * RSH_SEC)

static const struct option options[] = {
	{ "budget", SIZE, POLICY(budget), 64 * RSH_MIB, RSH_UNKNOWN - 1, NULL,
	  "what all VMs together may use, QEMU included" },
	{ "slack", SIZE, POLICY(slack), 0, RSH_UNKNOWN - 1,
	  "96M or 1/16 of budget", "part of budget that is never promised" },
	{ "reserve", SIZE, POLICY(reserve), 0, RSH_UNKNOWN - 1,
	  "1/32 of budget", "kept free beyond slack, to grow a VM at once" },
	{ "overhead", SIZE, POLICY(overhead), 0, RSH_UNKNOWN - 1, NULL,
	  "QEMU beyond the guest's RAM, where not measured" },
	{ "headroom", SIZE, POLICY(headroom), RSH_UNIT, RSH_UNKNOWN - 1, NULL,
	  "what a guest has beyond what it uses, at least" },
	{ "growth", TIME, POLICY(growth_ns), 0, 60 * RSH_SEC, NULL,
	  "how far a guest's growth is extrapolated" },
	{ "hold", TIME, POLICY(hold_ns), RSH_SEC, DAY, NULL,
	  "how long memory is idle until taken without need" },
	{ "stale", TIME, POLICY(stale_ns), RSH_SEC, DAY, NULL,
	  "older guest statistics are not believed" },
	{ "hang", TIME, POLICY(hang_ns), 100 * RSH_MS, DAY, NULL,
	  "a VM silent for so long is unresponsive" },
	{ "settle", TIME, POLICY(settle_ns), 100 * RSH_MS, DAY, NULL,
	  "in that time a balloon must move, and memory follow" },
	{ "retry", TIME, POLICY(retry_ns), RSH_SEC, DAY, NULL,
	  "pause after a VM could not give memory" },
	{ "oom-hold", TIME, POLICY(oom_hold_ns), 0, DAY, NULL,
	  "pause after a guest helped itself to memory" },
	{ "tax", PERCENT, POLICY(tax_percent), 0, 99, NULL,
	  "idle memory tax" },
	{ "psi", PERMILLE, POLICY(psi_permille), 0, 100, NULL,
	  "the host's pressure that raises slack, 0 for never" },
	{ "psi-slack", PERCENT, POLICY(psi_slack_percent), 0, 1000, NULL,
	  "by how much of itself slack is raised at most" },
	{ "interval", TIME, AT(interval_ns), 10 * RSH_MS, 10 * RSH_SEC, NULL,
	  "time between two decisions" },
	{ "stats-interval", TIME, AT(stats_ns), RSH_SEC, 60 * RSH_SEC, NULL,
	  "how often guests send statistics, in whole seconds" },
	{ "status", PATH, AT(status), 0, 0, "/run/ringside-host/status.json",
	  "write the state there as JSON" },
	{ "prometheus", PATH, AT(prometheus), 0, 0, "none",
	  "write the state there for node_exporter" },
	{ "record", PATH, AT(record), 0, 0, "none",
	  "write what was seen and decided there, for replay" },
	{ "dry-run", BOOL, AT(dry_run), 0, 0, NULL,
	  "decide, but ask no VM" },
};

#define OPTIONS_NR (sizeof(options) / sizeof(options[0]))

int rsh_config_fail(struct rsh_config *c, int error, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->error, sizeof(c->error), fmt, ap);
	va_end(ap);
	return -error;
}

void rsh_config_init(struct rsh_config *c)
{
	memset(c, 0, sizeof(*c));
	rsh_settings_init(&c->settings);
	c->interval_ns = 100 * RSH_MS;
	c->stats_ns = RSH_SEC;
}

void rsh_config_free(struct rsh_config *c)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		free(c->vms[i].socket);
	free(c->vms);
	free(c->status);
	free(c->prometheus);
	free(c->record);
	memset(c, 0, sizeof(*c));
}

static const struct option *find_option(const char *key)
{
	size_t i;

	for (i = 0; i < OPTIONS_NR; i++)
		if (!strcmp(options[i].key, key))
			return &options[i];
	return NULL;
}

static const char *parse_number(const struct option *o, const char *value,
				uint64_t *number)
{
	switch (o->kind) {
	case SIZE:
		return rsh_parse_size(value, number);
	case TIME:
		return rsh_parse_time(value, number);
	default:
		return rsh_parse_percent(value, number);
	}
}

/* A number in the unit in which people write it, for errors and help. */
static void print_number(char *buf, size_t len, enum kind kind, uint64_t n)
{
	static const char units[] = { 0, 'K', 'M', 'G', 'T' };
	unsigned int unit = 0;

	if (kind == TIME && n % RSH_SEC) {
		snprintf(buf, len, "%" PRIu64 "ms", n / RSH_MS);
	} else if (kind == TIME) {
		snprintf(buf, len, "%" PRIu64 "s", n / RSH_SEC);
	} else if (kind == SIZE) {
		for (; n && !(n % 1024) && unit + 1 < sizeof(units); unit++)
			n /= 1024;
		snprintf(buf, len, "%" PRIu64 "%c", n, units[unit]);
	} else {
		snprintf(buf, len, "%" PRIu64 "%%", n);
	}
}

static int set_number(struct rsh_config *c, const struct option *o,
		      const char *value)
{
	void *place = (char *)c + o->offset;
	char least[32], most[32];
	uint64_t number;
	const char *wrong = parse_number(o, value, &number);

	if (wrong)
		return rsh_config_fail(c, EINVAL, "%s: \"%s\": %s", o->key,
				       value, wrong);
	if (number < o->least || number > o->most) {
		print_number(least, sizeof(least), o->kind, o->least);
		print_number(most, sizeof(most), o->kind, o->most);
		if (o->most == RSH_UNKNOWN - 1)
			return rsh_config_fail(c, EINVAL,
					       "%s: \"%s\" is less than %s",
					       o->key, value, least);
		return rsh_config_fail(c, EINVAL,
				       "%s: \"%s\" is not between %s and %s",
				       o->key, value, least, most);
	}
	if (o->kind == PERMILLE)
		*(uint32_t *)place = number * 10;
	else if (o->kind == PERCENT)
		*(uint32_t *)place = number;
	else
		*(uint64_t *)place = number;
	return 0;
}

static int set_path(struct rsh_config *c, const struct option *o,
		    const char *value)
{
	char **place = (char **)((char *)c + o->offset);
	char *copy;

	if (!*value)
		return rsh_config_fail(c, EINVAL, "%s: a path is needed",
				       o->key);
	copy = strdup(value);
	if (!copy)
		return rsh_config_fail(c, ENOMEM, "%s: no memory", o->key);
	free(*place);
	*place = copy;
	return 0;
}

int rsh_config_set(struct rsh_config *c, const char *key, const char *value)
{
	const struct option *o = find_option(key);
	const char *wrong;

	if (!o)
		return rsh_config_fail(c, ENOENT, "%s: no such setting", key);
	switch (o->kind) {
	case PATH:
		return set_path(c, o, value);
	case BOOL:
		wrong = rsh_parse_bool(value, (bool *)((char *)c + o->offset));
		if (wrong)
			return rsh_config_fail(c, EINVAL, "%s: \"%s\": %s",
					       key, value, wrong);
		return 0;
	default:
		return set_number(c, o, value);
	}
}

static void default_text(char *buf, size_t len, const struct rsh_config *c,
			 const struct option *o)
{
	const void *place = (const char *)c + o->offset;

	if (o->byname)
		snprintf(buf, len, "%s", o->byname);
	else if (o->kind == BOOL)
		snprintf(buf, len, "%s", *(const bool *)place ? "yes" : "no");
	else if (o->kind == PERMILLE)
		print_number(buf, len, o->kind, *(const uint32_t *)place / 10);
	else if (o->kind == PERCENT)
		print_number(buf, len, o->kind, *(const uint32_t *)place);
	else if (*(const uint64_t *)place)
		print_number(buf, len, o->kind, *(const uint64_t *)place);
	else
		snprintf(buf, len, "needed");
}

void rsh_config_help(FILE *out)
{
	static const char * const values[] = {
		[SIZE] = "SIZE", [TIME] = "TIME", [PERCENT] = "PERCENT",
		[PERMILLE] = "PERCENT", [PATH] = "PATH", [BOOL] = "yes|no",
	};
	struct rsh_config c;
	char text[64];
	size_t i;

	rsh_config_init(&c);
	for (i = 0; i < OPTIONS_NR; i++) {
		const struct option *o = &options[i];
		int width = 24 - (int)strlen(o->key), col;

		default_text(text, sizeof(text), &c, o);
		col = fprintf(out, "  --%s %-*s %s", o->key, width - 3,
			      values[o->kind], o->help);
		/* No line is wider than a terminal. */
		fprintf(out, "%s(%s)\n", col + strlen(text) + 3 < 80 ? " " :
			"\n                           ", text);
	}
	rsh_config_free(&c);
}

static int check_vm(struct rsh_config *c, const struct rsh_vm_config *vm)
{
	char min[32], max[32];

	if (!vm->socket)
		return rsh_config_fail(c, EINVAL, "vm %s: socket is missing",
				       vm->name);
	if (vm->limits.min <= vm->limits.max)
		return 0;
	print_number(min, sizeof(min), SIZE, vm->limits.min);
	print_number(max, sizeof(max), SIZE, vm->limits.max);
	return rsh_config_fail(c, EINVAL, "vm %s: min %s is more than max %s",
			       vm->name, min, max);
}

/* The error has every number of the sum in it: somebody must change one. */
static int check_guarantee(struct rsh_config *c)
{
	const struct rsh_settings *s = &c->settings;
	uint64_t mins = 0, most = rsh_distributable(s), all = 0;
	size_t i, n = 0;

	for (i = 0; i < c->n; i++) {
		if (!strcmp(c->vms[i].name, "*"))
			continue;
		n++;
		if (__builtin_add_overflow(mins, c->vms[i].limits.min, &mins))
			mins = RSH_UNKNOWN;
		if (mins == RSH_UNKNOWN)
			break;
	}
	if (mins != RSH_UNKNOWN &&
	    (__builtin_mul_overflow(s->overhead, n, &all) ||
	     __builtin_add_overflow(all, mins, &all)))
		all = RSH_UNKNOWN;
	if (mins != RSH_UNKNOWN && all <= most)
		return 0;
	return rsh_config_fail(c, EINVAL,
		"the mins of %zu VMs, %" PRIu64 " MiB, and %" PRIu64
		" MiB of overhead each are more than budget less slack, %"
		PRIu64 " - %" PRIu64 " = %" PRIu64 " MiB",
		n, mins / RSH_MIB, s->overhead / RSH_MIB, s->budget / RSH_MIB,
		s->slack / RSH_MIB, most / RSH_MIB);
}

int rsh_config_check(struct rsh_config *c)
{
	struct rsh_settings *s = &c->settings;
	size_t i;
	int ret;

	if (!s->budget)
		return rsh_config_fail(c, EINVAL,
				       "budget is missing, the memory that all VMs together may use");
	rsh_settings_complete(s);
	if (s->slack >= s->budget)
		return rsh_config_fail(c, EINVAL,
				       "slack, %" PRIu64 " MiB, is not less than budget, %" PRIu64 " MiB",
				       s->slack / RSH_MIB,
				       s->budget / RSH_MIB);
	if (c->stats_ns % RSH_SEC)
		return rsh_config_fail(c, EINVAL, "stats-interval: whole seconds are needed");
	if (!c->n)
		return rsh_config_fail(c, EINVAL, "no VM is given");
	for (i = 0; i < c->n; i++) {
		ret = check_vm(c, &c->vms[i]);
		if (ret)
			return ret;
	}
	return check_guarantee(c);
}
