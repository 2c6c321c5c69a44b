// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is said in a conversation with QEMU: the questions, one at a time, and
 * what is learnt from answers and events. Nothing is taken from an answer but
 * what was asked for, and numbers only within their range.
 */
#include <ctype.h>
#include <inttypes.h>
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "log.h"
#include "qmp.h"

/* No machine has more: everything beyond is a lie or an error. */
#define MOST_BYTES	(1ULL << 52)
#define MOST_SECONDS	(1ULL << 40)

/* Statistics of one second that are told apart. */
#define MORE_PER_SECOND	1000

/* Where devices are in QEMU's tree of objects. */
#define WITH_ID		"/machine/peripheral"
#define WITHOUT_ID	"/machine/peripheral-anon"

static const struct {
	const char *name;
	size_t offset;
} stats[] = {
	{ "stat-total-memory", offsetof(struct rsh_stats, total) },
	{ "stat-available-memory", offsetof(struct rsh_stats, available) },
	{ "stat-free-memory", offsetof(struct rsh_stats, free) },
	{ "stat-disk-caches", offsetof(struct rsh_stats, caches) },
	{ "stat-swap-in", offsetof(struct rsh_stats, swap_in) },
	{ "stat-swap-out", offsetof(struct rsh_stats, swap_out) },
	{ "stat-major-faults", offsetof(struct rsh_stats, major_faults) },
	{ "stat-minor-faults", offsetof(struct rsh_stats, minor_faults) },
	{ "stat-alloc-stall", offsetof(struct rsh_stats, alloc_stalls) },
	{ "stat-oom-kill", offsetof(struct rsh_stats, oom_kills) },
};

#define STATS (sizeof(stats) / sizeof(stats[0]))

static void set_stat(struct rsh_stats *s, size_t i, uint64_t val)
{
	*(uint64_t *)((char *)s + stats[i].offset) = val;
}

static void forget_stats(struct qmp *q)
{
	size_t i;

	for (i = 0; i < STATS; i++)
		set_stat(&q->stats, i, RSH_UNKNOWN);
	q->stats.stamp = 0;
	q->stats.age_ns = 0;
	q->stats_ms = 0;
}

void qmp_greet(struct qmp *q)
{
	q->asked = QMP_QUESTIONS;
	q->wanted = 0;
	q->slow_ms = 0;
	q->has_device = false;
	q->device[0] = '\0';
	q->is_running = false;
	q->ram_bytes = 0;
	q->blocks_n = 0;
	q->actual_ms = 0;
	q->target_bytes = 0;
	q->sent_bytes = 0;
	forget_stats(q);
}

static const char * const commands[QMP_QUESTIONS] = {
	[QMP_ASK_COMMANDS]	= "qmp_capabilities",
	[QMP_ASK_TARGET]	= "balloon",
	[QMP_ASK_ACTUAL]	= "query-balloon",
	[QMP_ASK_STATS]		= "qom-get",
	[QMP_ASK_REST]		= "qom-set",
	[QMP_ASK_POLLING]	= "qom-set",
	[QMP_ASK_MEMORY]	= "query-memory-size-summary",
	[QMP_ASK_BLOCKS]	= "query-memdev",
	[QMP_ASK_RUNNING]	= "query-status",
	[QMP_ASK_DEVICE]	= "qom-list",
	[QMP_ASK_ANONYMOUS]	= "qom-list",
};

static void write_arguments(const struct qmp *q, enum qmp_question what,
			    char *buf, size_t size)
{
	switch (what) {
	case QMP_ASK_TARGET:
		snprintf(buf, size, "{\"value\":%" PRIu64 "}", q->target_bytes);
		break;
	case QMP_ASK_STATS:
		snprintf(buf, size, "{\"path\":\"%s\",\"property\":\"%s\"}",
			 q->device, "guest-stats");
		break;
	case QMP_ASK_REST:
	case QMP_ASK_POLLING:
		snprintf(buf, size,
			 "{\"path\":\"%s\",\"property\":\"%s\",\"value\":%u}",
			 q->device, "guest-stats-polling-interval",
			 what == QMP_ASK_REST ? 0 : q->poll_seconds);
		break;
	case QMP_ASK_DEVICE:
		snprintf(buf, size, "{\"path\":\"%s\"}", WITH_ID);
		break;
	case QMP_ASK_ANONYMOUS:
		snprintf(buf, size, "{\"path\":\"%s\"}", WITHOUT_ID);
		break;
	default:
		snprintf(buf, size, "{}");
	}
}

/* QEMU takes a few commands at once; one at a time can never fill it. */
void qmp_ask(struct qmp *q, int64_t now_ms)
{
	enum qmp_question what;
	char arguments[512];

	if (q->state < QMP_SETUP || q->asked != QMP_QUESTIONS || q->out_len)
		return;
	for (what = 0; what < QMP_QUESTIONS; what++)
		if (q->wanted & 1u << what)
			break;
	if (what == QMP_QUESTIONS)
		return;
	q->wanted &= ~(1u << what);
	write_arguments(q, what, arguments, sizeof(arguments));
	q->out_len = snprintf(q->out, sizeof(q->out),
			      "{\"execute\":\"%s\",\"arguments\":%s,\"id\":%" PRIu64 "}\r\n",
			      commands[what], arguments, ++q->id);
	q->out_done = 0;
	q->asked = what;
	q->asked_ms = now_ms;
	if (what == QMP_ASK_TARGET)
		q->sent_bytes = q->target_bytes;
}

/* Integers are decoded as doubles: QEMU's 2^64-1 for "unknown" is too much. */
static bool get_number(const json_t *object, const char *key, double most,
		       uint64_t *val)
{
	const json_t *number = json_object_get(object, key);
	double v = json_number_value(number);

	if (!json_is_number(number) || v < 0 || v > most)
		return false;
	*val = (uint64_t)v;
	return true;
}

static void take_actual(struct qmp *q, const json_t *answer, int64_t now_ms)
{
	if (!get_number(answer, "actual", MOST_BYTES, &q->actual_bytes))
		return;
	q->actual_ms = now_ms;
	q->actual_count++;
	q->has_device = true;
}

static void take_memory(struct qmp *q, const json_t *answer)
{
	uint64_t base, plugged = 0;

	if (!get_number(answer, "base-memory", MOST_BYTES, &base))
		return;
	get_number(answer, "plugged-memory", MOST_BYTES, &plugged);
	q->ram_bytes = base + plugged;
}

/* All or nothing: with some of them missing the rest would be of no use. */
static void take_blocks(struct qmp *q, const json_t *list)
{
	json_t *entry;
	size_t i;

	q->blocks_n = 0;
	if (json_array_size(list) > QMP_BLOCKS)
		return;
	json_array_foreach(list, i, entry)
		if (!get_number(entry, "size", MOST_BYTES, &q->blocks[i]))
			return;
	q->blocks_n = json_array_size(list);
}

/*
 * Statistics are new if they came in another second or say something else. How
 * often the latter happens in one second is the last part of the stamp.
 */
static bool is_news(struct qmp *q, const struct rsh_stats *said,
		    uint64_t seconds)
{
	if (seconds != q->stats_seconds || !q->stats.stamp) {
		q->stats_seconds = seconds;
		q->stats_more = 0;
		return true;
	}
	if (!memcmp(said, &q->stats, sizeof(*said)) ||
	    q->stats_more == MORE_PER_SECOND - 1)
		return false;
	q->stats_more++;
	return true;
}

/*
 * QEMU stamps them with whole seconds of its clock, which may be set; how old
 * what we have is comes from our own, except the first time.
 */
static void take_stats(struct qmp *q, const json_t *answer, int64_t now_ms)
{
	const json_t *list = json_object_get(answer, "stats");
	struct rsh_stats said = q->stats;
	uint64_t seconds, val;
	int64_t age = 0;
	size_t i;

	if (!get_number(answer, "last-update", MOST_SECONDS, &seconds) ||
	    !seconds)
		return;
	for (i = 0; i < STATS; i++)
		set_stat(&said, i, get_number(list, stats[i].name, MOST_BYTES,
					      &val) ? val : RSH_UNKNOWN);
	if (!is_news(q, &said, seconds))
		return;
	if (!q->stats.stamp)
		age = (int64_t)time(NULL) - (int64_t)seconds;
	if (age < 0)
		age = 0;
	q->stats = said;
	q->stats.stamp = seconds * MORE_PER_SECOND + q->stats_more;
	q->stats_ms = now_ms - age * 1000;
}

static bool is_balloon(const char *type)
{
	return type && !strncmp(type, "child<virtio-balloon", 20);
}

/* A name goes into questions as it is, so it must need no escaping. */
static bool is_plain(const char *name)
{
	size_t i;

	for (i = 0; name && name[i]; i++)
		if (!isalnum((unsigned char)name[i]) &&
		    !strchr("-_.[]", name[i]))
			return false;
	return name && name[0];
}

static void take_device(struct qmp *q, const json_t *list, const char *parent)
{
	char path[QMP_DEVICE_LEN];
	const char *name, *type;
	json_t *entry;
	size_t i;
	int len;

	json_array_foreach(list, i, entry) {
		name = json_string_value(json_object_get(entry, "name"));
		type = json_string_value(json_object_get(entry, "type"));
		if (!is_balloon(type) || !is_plain(name))
			continue;
		len = snprintf(path, sizeof(path), "%s/%s", parent, name);
		if (len >= (int)sizeof(path))
			continue;
		memcpy(q->device, path, sizeof(path));
		q->wanted &= ~(1u << QMP_ASK_ANONYMOUS);
		q->wanted |= 1u << QMP_ASK_STATS;
		if (q->poll_seconds)
			q->wanted |= 1u << QMP_ASK_POLLING;
		return;
	}
}

static void take_answer(struct qmp *q, enum qmp_question what,
			const json_t *answer, int64_t now_ms)
{
	switch (what) {
	case QMP_ASK_COMMANDS:
		q->state = QMP_READY;
		q->connections++;
		q->error[0] = '\0';
		q->wanted |= 1u << QMP_ASK_ACTUAL | 1u << QMP_ASK_MEMORY |
			1u << QMP_ASK_BLOCKS | 1u << QMP_ASK_RUNNING | 1u << QMP_ASK_DEVICE |
			1u << QMP_ASK_ANONYMOUS;
		host_log("%s: connected to process %d", q->name, (int)q->pid);
		break;
	case QMP_ASK_ACTUAL:
		take_actual(q, answer, now_ms);
		break;
	case QMP_ASK_STATS:
		take_stats(q, answer, now_ms);
		break;
	case QMP_ASK_MEMORY:
		take_memory(q, answer);
		break;
	case QMP_ASK_BLOCKS:
		take_blocks(q, answer);
		break;
	case QMP_ASK_RUNNING:
		q->is_running = json_is_true(json_object_get(answer, "running"));
		break;
	case QMP_ASK_DEVICE:
		take_device(q, answer, WITH_ID);
		break;
	case QMP_ASK_ANONYMOUS:
		take_device(q, answer, WITHOUT_ID);
		break;
	case QMP_ASK_TARGET:
	case QMP_ASK_REST:
	case QMP_ASK_POLLING:
	case QMP_QUESTIONS:
		break;
	}
}

/* A machine without a balloon refuses to tell its size; that is no secret. */
static void take_refusal(struct qmp *q, enum qmp_question what,
			 const json_t *error)
{
	const char *desc = json_string_value(json_object_get(error, "desc"));

	if (what == QMP_ASK_ACTUAL) {
		q->has_device = false;
		q->actual_ms = 0;
	} else if (what == QMP_ASK_STATS || what == QMP_ASK_REST ||
		   what == QMP_ASK_POLLING) {
		q->device[0] = '\0';
		forget_stats(q);
	} else if (what == QMP_ASK_TARGET) {
		q->target_errors++;
	}
	if (what > QMP_ASK_ACTUAL)
		return;
	if (!desc)
		desc = "it refused and gave no reason";
	if (strncmp(q->error, desc, sizeof(q->error) - 1))
		host_log("%s: %s", q->name, desc);
	snprintf(q->error, sizeof(q->error), "%s", desc);
}

static void take_event(struct qmp *q, const char *event, const json_t *data,
		       int64_t now_ms)
{
	if (!strcmp(event, "BALLOON_CHANGE")) {
		take_actual(q, data, now_ms);
	} else if (!strcmp(event, "RESET")) {
		/* What the guest said before it started anew is history. */
		forget_stats(q);
		q->slow_ms = 0;
	} else if (!strcmp(event, "STOP")) {
		q->is_running = false;
	} else if (!strcmp(event, "RESUME")) {
		q->is_running = true;
	} else if (!strcmp(event, "DEVICE_DELETED")) {
		q->device[0] = '\0';
		q->slow_ms = 0;
	}
}

static const char *hear_greeting(struct qmp *q, const json_t *message)
{
	if (!json_object_get(message, "QMP"))
		return "it does not greet as QEMU does";
	q->state = QMP_SETUP;
	q->wanted = 1u << QMP_ASK_COMMANDS;
	return NULL;
}

static const char *hear_answer(struct qmp *q, const json_t *message,
			       int64_t now_ms)
{
	const json_t *answer = json_object_get(message, "return");
	const json_t *error = json_object_get(message, "error");
	enum qmp_question what = q->asked;
	uint64_t id;

	if (!answer == !error)
		return "it sends what is neither an answer nor an event";
	if (what == QMP_QUESTIONS ||
	    !get_number(message, "id", 1e15, &id) || id != q->id)
		return "it answers what was not asked";
	q->asked = QMP_QUESTIONS;
	q->answered_ms = now_ms;
	if (error && what == QMP_ASK_COMMANDS)
		return "it takes no commands";
	if (error)
		take_refusal(q, what, error);
	else
		take_answer(q, what, answer, now_ms);
	return NULL;
}

const char *qmp_hear(struct qmp *q, const char *text, size_t len,
		     int64_t now_ms)
{
	json_t *message = json_loadb(text, len, JSON_DECODE_INT_AS_REAL, NULL);
	const char *event, *why = NULL;

	if (!json_is_object(message)) {
		json_decref(message);
		return "what it sends is not JSON";
	}
	event = json_string_value(json_object_get(message, "event"));
	if (q->state == QMP_GREETING)
		why = hear_greeting(q, message);
	else if (event)
		take_event(q, event, json_object_get(message, "data"), now_ms);
	else
		why = hear_answer(q, message, now_ms);
	json_decref(message);
	return why;
}
