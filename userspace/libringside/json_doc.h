/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A JSON file that knows where each of its values stands, so that a complaint
 * can name line and column. Not exported.
 */
#ifndef RS_JSON_DOC_H
#define RS_JSON_DOC_H

#include <jansson.h>
#include "internal.h"

/* Larger files are no profiles. */
#define RS_JSON_MAX_BYTES	(16 << 20)

struct rs_json_span;

/**
 * struct rs_json_doc - a file that was read
 * @path: its name, for messages; the caller's
 * @text: its content, @len bytes and a NUL
 * @len: bytes of @text
 * @root: the document
 * @spans: the place of every value, in the order of the text
 * @nr_spans: their number
 */
struct rs_json_doc {
	const char *path;
	char *text;
	size_t len;
	json_t *root;
	struct rs_json_span *spans;
	size_t nr_spans;
};

/**
 * struct rs_json - a value and its place
 * @doc: the document; must outlive this
 * @value: the value, which the document owns
 * @key: its name if it is a member of an object, else NULL
 * @parent: what it is part of, NULL for the root
 * @iter: where an iteration over an object stands
 * @span: which of the document's spans
 */
struct rs_json {
	const struct rs_json_doc *doc;
	json_t *value;
	const char *key;
	json_t *parent;
	void *iter;
	size_t span;
};

/**
 * rs_json_read() - read a file
 * @doc: filled in; free it with rs_json_free() after success
 * @path: the file, or "-" for standard input
 *
 * Every number is kept as text, see rs_json_u64().
 *
 * Return: 0, -EINVAL if it is not well-formed, has a key twice, has something
 * after its end, nests too deeply or is too large; -ENOMEM, or the -errno of
 * reading.
 */
int rs_json_read(struct rs_json_doc *doc, const char *path);

/** rs_json_free() - free what rs_json_read() made */
void rs_json_free(struct rs_json_doc *doc);

/** rs_json_root() - the document as a value */
struct rs_json rs_json_root(const struct rs_json_doc *doc);

/**
 * rs_json_first() - first part of an array or object
 * @whole: the array or object
 * @part: receives it
 *
 * Return: false if there is none.
 */
bool rs_json_first(const struct rs_json *whole, struct rs_json *part);

/**
 * rs_json_next() - the part after this one
 * @part: as rs_json_first() left it
 *
 * Return: false if it was the last.
 */
bool rs_json_next(struct rs_json *part);

/**
 * rs_json_member() - member of an object
 * @object: the object
 * @key: its name
 * @member: receives it, if there is one
 *
 * Return: false if there is none, or if it is null.
 */
bool rs_json_member(const struct rs_json *object, const char *key,
		    struct rs_json *member);

/**
 * rs_json_u64() - the number that was written, all of its 64 bits
 * @number: the value
 * @max: the largest allowed
 * @val: receives the number
 *
 * Return: 0 or -EINVAL with the error text set.
 */
int rs_json_u64(const struct rs_json *number, uint64_t max, uint64_t *val);

/**
 * rs_json_string() - the text of a string
 * @string: the value
 * @text: receives the text, which the document owns
 *
 * Return: 0 or -EINVAL with the error text set.
 */
int rs_json_string(const struct rs_json *string, const char **text);

/** rs_json_index() - how many parts of the same whole precede a value */
size_t rs_json_index(const struct rs_json *at);

/**
 * rs_json_position() - where a value begins
 * @at: the value
 * @line: receives the line, from 1
 * @column: receives the byte of the line, from 1
 */
void rs_json_position(const struct rs_json *at, unsigned int *line,
		      unsigned int *column);

/**
 * rs_json_say() - "FILE: line N, column N: PLACE: " and a reason
 * @at: the value that the reason is about
 * @buf: receives the sentence, cut if need be; what could drive a terminal
 *	appears as '?'
 * @len: size of @buf
 * @fmt: the reason
 */
void rs_json_say(const struct rs_json *at, char *buf, size_t len,
		 const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/**
 * rs_json_refuse() - set the error text to what rs_json_say() says
 * @at: the value that the reason is about
 * @fmt: the reason
 *
 * Return: -EINVAL.
 */
int rs_json_refuse(const struct rs_json *at, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* RS_JSON_DOC_H */
