// SPDX-License-Identifier: GPL-2.0-only
/*
 * The writer's stack of open containers, and its JSON side. A document is
 * built with jansson and dumped when it is closed, so that a command that
 * fails half-way never prints half a document. Text is out_text.c's.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "out.h"
#include "out_text.h"

#define MAX_DEPTH 16

const char *out_program = "ringside";

static bool as_json, as_lines;
/* errno of the first write that failed; the stream forgets it. */
static int write_error;
/* Where JSON goes; NULL is the standard output. */
static FILE *to;
static json_t *stack[MAX_DEPTH];
static int depth;

/* A short JSON document is worse than none, and there is no way on. */
static void die(const char *why)
{
	fprintf(stderr, "%s: output: %s\n", out_program, why);
	exit(1);
}

void out_set_json(bool json)
{
	as_json = json;
}

bool out_is_json(void)
{
	return as_json;
}

void out_set_lines(bool lines)
{
	as_lines = lines;
}

void out_set_file(FILE *f)
{
	to = f;
}

/* Give val to the innermost container, which takes the reference. */
static void add(const char *key, json_t *val)
{
	json_t *top = depth ? stack[depth - 1] : NULL;
	int ret;

	if (!val)
		die("out of memory");
	if (json_is_array(top))
		ret = json_array_append_new(top, val);
	else
		ret = json_object_set_new(top, key, val);
	if (ret)
		die("value outside of a document, or without a key");
}

static void push(const char *key, json_t *container)
{
	if (depth == MAX_DEPTH)
		die("nested too deeply");
	if (depth)
		add(key, container);
	stack[depth++] = container;
}

void out_begin(void)
{
	if (as_json)
		push(NULL, json_object());
	else
		text_open(TEXT_OBJECT, NULL);
}

void out_object(const char *key)
{
	if (as_json)
		push(key, json_object());
	else
		text_open(TEXT_OBJECT, key);
}

void out_array(const char *key)
{
	if (as_json)
		push(key, json_array());
	else
		text_open(TEXT_ARRAY, key);
}

void out_table(const char *key, const char *none, const struct out_col *cols,
	       size_t ncols)
{
	if (as_json)
		push(key, json_array());
	else
		text_table(key, none, cols, ncols);
}

void out_row(void)
{
	if (as_json)
		push(NULL, json_object());
	else
		text_open(TEXT_ROW, NULL);
}

static void dump(json_t *doc)
{
	size_t flags = as_lines ? JSON_COMPACT : JSON_INDENT(2);
	FILE *f = to ? to : stdout;

	if (!json_dumpf(doc, f, flags | JSON_REAL_PRECISION(15)))
		fputc('\n', f);
	if (as_lines)
		out_flush();
	json_decref(doc);
}

void out_end(void)
{
	if (!as_json) {
		text_close();
		return;
	}
	if (!depth)
		die("nothing to close");
	if (--depth == 0)
		dump(stack[0]);
}

void out_str(const char *key, const char *val)
{
	char *safe = text_escape(val, !as_json);

	if (!safe)
		die("out of memory");
	if (as_json)
		add(key, json_string(safe));
	else
		text_value(key, safe);
	free(safe);
}

static char *format(const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) < 0)
		die("out of memory");
	return s;
}

void out_fmt(const char *key, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = format(fmt, ap);
	va_end(ap);
	out_str(key, s);
	free(s);
}

/*
 * JSON integers are signed 64-bit in jansson and doubles in most readers.
 * None of our counters gets there; a value that does must not wrap.
 */
static json_t *json_u64(uint64_t val)
{
	return val > INT64_MAX ? json_real((double)val) : json_integer(val);
}

void out_u64(const char *key, uint64_t val)
{
	char buf[32];

	if (as_json) {
		add(key, json_u64(val));
		return;
	}
	snprintf(buf, sizeof(buf), "%" PRIu64, val);
	text_value(key, buf);
}

void out_s64(const char *key, int64_t val)
{
	char buf[32];

	if (as_json) {
		add(key, json_integer(val));
		return;
	}
	snprintf(buf, sizeof(buf), "%" PRId64, val);
	text_value(key, buf);
}

void out_real(const char *key, double val, int digits)
{
	char buf[64];

	snprintf(buf, sizeof(buf), "%.*f", digits, val);
	if (as_json)
		add(key, json_real(strtod(buf, NULL)));
	else
		text_value(key, buf);
}

void out_bool(const char *key, bool val)
{
	if (as_json)
		add(key, json_boolean(val));
	else
		text_value(key, val ? "yes" : "no");
}

void out_null(const char *key)
{
	if (as_json)
		add(key, json_null());
	else
		text_value(key, "-");
}

void out_u64_text(const char *key, uint64_t val, const char *fmt, ...)
{
	va_list ap;
	char *s, *safe;

	if (as_json) {
		add(key, json_u64(val));
		return;
	}
	va_start(ap, fmt);
	s = format(fmt, ap);
	va_end(ap);
	safe = text_escape(s, true);
	if (!safe)
		die("out of memory");
	text_phrase(key, safe);
	free(safe);
	free(s);
}

void out_size(char *buf, size_t len, uint64_t val)
{
	static const char * const unit[] = { "KiB", "MiB", "GiB", "TiB" };
	double v = val / 1024.0;
	size_t u = 0;

	while (v >= 1024 && u < 3) {
		v /= 1024;
		u++;
	}
	snprintf(buf, len, "%.1f %s", v, unit[u]);
}

void out_bytes(const char *key, uint64_t val)
{
	char size[OUT_SIZE_LEN];

	out_size(size, sizeof(size), val);
	out_u64_text(key, val, "%s", size);
}

static void out_rate(const char *key, uint64_t val)
{
	char size[OUT_SIZE_LEN];

	out_size(size, sizeof(size), val);
	out_u64_text(key, val, "%s/s", size);
}

static bool ends_in(const char *s, const char *end)
{
	size_t len = strlen(s), cut = strlen(end);

	return len > cut && !strcmp(s + len - cut, end);
}

/* A number that is sure to fit into 64 bits. */
static bool is_number(const char *s)
{
	return *s && strlen(s) <= 18 && !s[strspn(s, "0123456789")];
}

/* Negative numbers are those of errors, which people know by their text. */
static void out_negative(const char *key, long long val)
{
	if (as_json)
		out_s64(key, val);
	else
		out_fmt(key, "%lld (%s)", val, strerror(-val));
}

void out_quantity(const char *key, const char *unit_of, const char *val)
{
	uint64_t n;

	if (*val == '-' && is_number(val + 1)) {
		out_negative(key, strtoll(val, NULL, 10));
		return;
	}
	if (!is_number(val)) {
		out_str(key, val);
		return;
	}
	n = strtoull(val, NULL, 10);
	if (ends_in(unit_of, "_bytes"))
		out_bytes(key, n);
	else if (ends_in(unit_of, "_bytes_per_sec"))
		out_rate(key, n);
	else
		out_u64(key, n);
}

void out_attribute(const char *attr, const char *val)
{
	out_quantity(attr, attr, val);
}

void out_note(const char *fmt, ...)
{
	va_list ap;
	char *s, *safe;

	if (as_json)
		return;
	va_start(ap, fmt);
	s = format(fmt, ap);
	va_end(ap);
	safe = text_escape(s, true);
	if (!safe)
		die("out of memory");
	text_note(safe);
	free(safe);
	free(s);
}

void out_discard(void)
{
	if (depth)
		json_decref(stack[0]);
	depth = 0;
	text_discard();
}

void out_flush(void)
{
	if (fflush(stdout) && !write_error)
		write_error = errno;
}

int out_finish(void)
{
	out_flush();
	if (!write_error && ferror(stdout))
		write_error = EIO;
	return -write_error;
}
