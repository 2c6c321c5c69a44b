// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where does each value of a JSON file stand? jansson judges the file and
 * makes values of it, but forgets their places. A second pass over the text,
 * which is known to be well-formed by then, notes them. Both keep the order of
 * the text, so the two are walked side by side.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "json_doc.h"

#define NONE	SIZE_MAX

/**
 * struct rs_json_span - the place of a value
 * @start: offset of its first byte
 * @key: offset of the quote that opens its name, NONE in an array
 * @parent: what it is part of, NONE for the root
 * @index: how many parts of the same whole precede it
 * @parts: how many parts it has itself
 * @next: the first span behind it and all its parts
 */
struct rs_json_span {
	size_t start;
	size_t key;
	size_t parent;
	size_t index;
	size_t parts;
	size_t next;
};

/* Read all of @file into @doc. */
static int slurp(struct rs_json_doc *doc, FILE *file)
{
	size_t cap = 1 << 16, got;
	char *more;

	doc->text = malloc(cap + 1);
	while (doc->text) {
		got = fread(doc->text + doc->len, 1, cap - doc->len, file);
		doc->len += got;
		if (ferror(file))
			return rs_fail(errno, "%s", doc->path);
		if (doc->len < cap) {
			doc->text[doc->len] = '\0';
			return 0;
		}
		if (doc->len > RS_JSON_MAX_BYTES)
			return rs_failx(EINVAL, "%s: larger than %d MiB",
					doc->path, RS_JSON_MAX_BYTES >> 20);
		cap *= 2;
		more = realloc(doc->text, cap + 1);
		if (!more)
			break;
		doc->text = more;
	}
	return rs_fail(ENOMEM, "%s", doc->path);
}

/**
 * struct scan - the second pass
 * @doc: whose text it is, and where the spans go
 * @cap: how many spans there is room for
 * @whole: the array or object that is open, NONE for none
 * @key: offset of the name that was read last, NONE if it has its value
 */
struct scan {
	struct rs_json_doc *doc;
	size_t cap;
	size_t whole;
	size_t key;
};

static int add_span(struct scan *s, size_t start)
{
	struct rs_json_doc *doc = s->doc;
	struct rs_json_span *spans = doc->spans;

	if (doc->nr_spans == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 256;
		spans = reallocarray(spans, s->cap, sizeof(*spans));
		if (!spans)
			return rs_fail(ENOMEM, "%s", doc->path);
		doc->spans = spans;
	}
	spans[doc->nr_spans] = (struct rs_json_span){
		.start = start, .key = s->key, .parent = s->whole,
		.index = s->whole == NONE ? 0 : spans[s->whole].parts++,
		.next = doc->nr_spans + 1,
	};
	doc->nr_spans++;
	s->key = NONE;
	return 0;
}

/* The offset behind the string whose quote is at @at. */
static size_t skip_string(const char *text, size_t at)
{
	for (at++; text[at] != '"'; at++)
		if (text[at] == '\\')
			at++;
	return at + 1;
}

static bool expects_key(const struct scan *s)
{
	return s->whole != NONE && s->key == NONE &&
	       s->doc->text[s->doc->spans[s->whole].start] == '{';
}

/* Take what begins at @*at. */
static int scan_token(struct scan *s, size_t *at)
{
	const char *text = s->doc->text;
	size_t start = *at;

	if (text[start] == '"') {
		*at = skip_string(text, start);
		if (!expects_key(s))
			return add_span(s, start);
		s->key = start;
		return 0;
	}
	if (text[start] == '}' || text[start] == ']') {
		struct rs_json_span *whole = &s->doc->spans[s->whole];

		whole->next = s->doc->nr_spans;
		s->whole = whole->parent;
		(*at)++;
		return 0;
	}
	if (text[start] != '{' && text[start] != '[') {
		*at += strcspn(text + start, ",]} \t\r\n");
		return add_span(s, start);
	}
	(*at)++;
	if (add_span(s, start))
		return -ENOMEM;
	s->whole = s->doc->nr_spans - 1;
	return 0;
}

static int scan_text(struct rs_json_doc *doc)
{
	struct scan s = { .doc = doc, .whole = NONE, .key = NONE };
	size_t at = 0;
	int ret;

	while (true) {
		at += strspn(doc->text + at, ",: \t\r\n");
		if (at >= doc->len)
			return 0;
		ret = scan_token(&s, &at);
		if (ret)
			return ret;
	}
}

/* A message of jansson may quote what stands in the file. */
static int malformed(const struct rs_json_doc *doc, const json_error_t *error)
{
	char why[sizeof(error->text)];
	size_t i;

	snprintf(why, sizeof(why), "%s", error->text);
	for (i = 0; why[i]; i++)
		if (why[i] < ' ' || why[i] > '~')
			why[i] = '?';
	return rs_failx(EINVAL, "%s: line %d, column %d: %s", doc->path,
			error->line, error->column, why);
}

/* Integers as reals, lest jansson refuse those above 2^63. */
static int parse(struct rs_json_doc *doc)
{
	json_error_t error;

	doc->root = json_loadb(doc->text, doc->len, JSON_REJECT_DUPLICATES |
			       JSON_DECODE_INT_AS_REAL, &error);
	if (!doc->root)
		return malformed(doc, &error);
	return scan_text(doc);
}

int rs_json_read(struct rs_json_doc *doc, const char *path)
{
	bool use_stdin = !strcmp(path, "-");
	FILE *file = use_stdin ? stdin : fopen(path, "re");
	int ret;

	*doc = (struct rs_json_doc){ .path = path };
	if (!file)
		return rs_fail(errno, "%s", path);
	ret = slurp(doc, file);
	if (!use_stdin)
		fclose(file);
	if (!ret)
		ret = parse(doc);
	if (ret)
		rs_json_free(doc);
	return ret;
}

void rs_json_free(struct rs_json_doc *doc)
{
	json_decref(doc->root);
	free(doc->spans);
	free(doc->text);
	*doc = (struct rs_json_doc){ .path = doc->path };
}

struct rs_json rs_json_root(const struct rs_json_doc *doc)
{
	return (struct rs_json){ .doc = doc, .value = doc->root };
}

static void settle(struct rs_json *part)
{
	size_t index = part->doc->spans[part->span].index;

	if (json_is_array(part->parent)) {
		part->value = json_array_get(part->parent, index);
		return;
	}
	part->key = json_object_iter_key(part->iter);
	part->value = json_object_iter_value(part->iter);
}

bool rs_json_first(const struct rs_json *whole, struct rs_json *part)
{
	if (!whole->doc->spans[whole->span].parts)
		return false;
	*part = (struct rs_json){
		.doc = whole->doc, .parent = whole->value,
		.iter = json_object_iter(whole->value),
		.span = whole->span + 1,
	};
	settle(part);
	return true;
}

bool rs_json_next(struct rs_json *part)
{
	const struct rs_json_span *spans = part->doc->spans, *at;

	at = &spans[part->span];
	if (at->index + 1 == spans[at->parent].parts)
		return false;
	part->span = at->next;
	if (part->iter)
		part->iter = json_object_iter_next(part->parent, part->iter);
	settle(part);
	return true;
}

bool rs_json_member(const struct rs_json *object, const char *key,
		    struct rs_json *member)
{
	struct rs_json part;
	bool more;

	if (!json_is_object(object->value))
		return false;
	for (more = rs_json_first(object, &part); more;
	     more = rs_json_next(&part)) {
		if (strcmp(part.key, key))
			continue;
		if (json_is_null(part.value))
			return false;
		*member = part;
		return true;
	}
	return false;
}

int rs_json_u64(const struct rs_json *number, uint64_t max, uint64_t *val)
{
	const char *text = number->doc->text +
			   number->doc->spans[number->span].start;
	size_t len = strspn(text, "0123456789");
	char digits[24];

	if (json_is_number(number->value) && len && len < sizeof(digits) &&
	    !strchr(".eE", text[len])) {
		snprintf(digits, sizeof(digits), "%.*s", (int)len, text);
		if (!rs_parse_u64(digits, val) && *val <= max)
			return 0;
	}
	return rs_json_refuse(number,
			      "a whole number from 0 to %llu is needed",
			      (unsigned long long)max);
}

int rs_json_string(const struct rs_json *string, const char **text)
{
	*text = json_string_value(string->value);
	return *text ? 0 : rs_json_refuse(string, "a string is needed");
}

size_t rs_json_index(const struct rs_json *at)
{
	return at->doc->spans[at->span].index;
}

void rs_json_position(const struct rs_json *at, unsigned int *line,
		      unsigned int *column)
{
	const char *text = at->doc->text, *c;
	const char *end = text + at->doc->spans[at->span].start;

	*line = 1;
	*column = 1;
	for (c = text; c < end; c++) {
		(*column)++;
		if (*c == '\n') {
			(*line)++;
			*column = 1;
		}
	}
}

/* "syscalls[3].names[0]" */
static void print_place(const struct rs_json_doc *doc, size_t span, FILE *f)
{
	const struct rs_json_span *at = &doc->spans[span];

	if (at->parent == NONE)
		return;
	print_place(doc, at->parent, f);
	if (at->key == NONE) {
		fprintf(f, "[%zu]", at->index);
		return;
	}
	fprintf(f, "%s%.*s", doc->spans[at->parent].parent == NONE ? "" : ".",
		(int)(skip_string(doc->text, at->key) - at->key - 2),
		doc->text + at->key + 1);
}

static void say(const struct rs_json *at, char *buf, size_t len,
		const char *fmt, va_list ap)
{
	unsigned int line, column;
	size_t head;
	FILE *f;

	rs_json_position(at, &line, &column);
	head = snprintf(buf, len, "%s: ", at->doc->path);
	if (head >= len)
		return;
	f = fmemopen(buf + head, len - head, "w");
	if (!f)
		return;
	fprintf(f, "line %u, column %u: ", line, column);
	print_place(at->doc, at->span, f);
	if (at->span)
		fprintf(f, ": ");
	vfprintf(f, fmt, ap);
	fclose(f);
	buf[len - 1] = '\0';
	for (; buf[head]; head++)
		if (buf[head] < ' ' || buf[head] > '~')
			buf[head] = '?';
}

void rs_json_say(const struct rs_json *at, char *buf, size_t len,
		 const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(at, buf, len, fmt, ap);
	va_end(ap);
}

int rs_json_refuse(const struct rs_json *at, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	say(at, text, sizeof(text), fmt, ap);
	va_end(ap);
	return rs_failx(EINVAL, "%s", text);
}
