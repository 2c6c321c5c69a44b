/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one writer behind every command: the same calls give aligned text for
 * people, or JSON for programs after out_set_json(true).
 *
 *	out_begin();
 *	out_str("version", RS_VERSION);
 *	out_table("policies", "no policy is loaded", cols, CMD_ARRAY_SIZE(cols));
 *	out_row();
 *	out_u64("id", 3);
 *	out_str("name", "no-afalg");
 *	out_end();			(the row)
 *	out_end();			(the table)
 *	out_end();			(the document)
 *
 * Keys are the JSON keys: lower case, words joined by '_', units at the end
 * ("target_bytes"), never renamed. In text '_' becomes a blank; what people
 * should read differently goes through the _text variants or out_bytes().
 *
 * Strings may come from anywhere (command names, file names): bytes that are
 * not UTF-8, and in text control characters, appear as \xNN, so that no name
 * can drive the reader's terminal.
 */
#ifndef RINGSIDE_OUT_H
#define RINGSIDE_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** The name before every complaint, "ringside" unless a program sets it. */
extern const char *out_program;

/**
 * struct out_col - a column of a table
 * @key: JSON key of the cell
 * @head: what stands above it in text
 * @right: align to the right (numbers)
 */
struct out_col {
	const char *key;
	const char *head;
	bool right;
};

void out_set_json(bool json);
bool out_is_json(void);

/**
 * out_set_lines() - print each document on one line and at once
 * @lines: for commands that follow a stream; matters to JSON only
 */
void out_set_lines(bool lines);

/**
 * out_set_file() - let JSON documents go to a file
 * @f: where to, NULL for the standard output again
 */
void out_set_file(FILE *f);

/**
 * out_begin() - open a document, which is one object
 *
 * Closed by out_end(), which prints it. A command that ends with one document
 * prints exactly one; a stream prints one an event.
 */
void out_begin(void);

/** out_object() - open an object in the current object */
void out_object(const char *key);

/** out_array() - open an array of strings or numbers; its members take no key */
void out_array(const char *key);

/**
 * out_table() - open an array of objects, in text a table with a heading
 * @key: its name in the current object
 * @none: in text, the line that stands for an empty table
 * @cols: the columns, in the order of text; must outlive the table
 * @ncols: their number
 *
 * A cell whose key names no column appears in JSON only.
 */
void out_table(const char *key, const char *none, const struct out_col *cols,
	       size_t ncols);

/** out_row() - open a row of the current table */
void out_row(void);

/** out_end() - close what was opened last */
void out_end(void);

void out_str(const char *key, const char *val);
void out_fmt(const char *key, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void out_u64(const char *key, uint64_t val);
void out_s64(const char *key, int64_t val);
void out_real(const char *key, double val, int digits);
void out_bool(const char *key, bool val);
/** out_null() - a value that is not known; "-" in text */
void out_null(const char *key);

/**
 * out_u64_text() - a number in JSON, a phrase in text
 * @key: may end in a unit (_bytes, _bytes_per_sec, _ms, _us, _ns), which text
 *	leaves out
 * @val: the number
 * @fmt: the phrase
 */
void out_u64_text(const char *key, uint64_t val, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** out_bytes() - a size: key "x_bytes" is shown in text as "x: 512.0 MiB" */
void out_bytes(const char *key, uint64_t val);

#define OUT_SIZE_LEN 32

/** out_size() - write a size as people read it, "512.0 MiB" */
void out_size(char *buf, size_t len, uint64_t val);

/**
 * out_attribute() - a one-value file of a module
 * @attr: name of the file, which is the key
 * @val: its content: a decimal number becomes one, and a size or rate if @attr
 *	ends in "_bytes" or "_bytes_per_sec"; a negative number is an errno;
 *	everything else is a string
 */
void out_attribute(const char *attr, const char *val);

/**
 * out_quantity() - out_attribute() in a table, where the key is the column's
 * @key: the key
 * @unit_of: name of the file, whose end is the unit
 * @val: its content
 */
void out_quantity(const char *key, const char *unit_of, const char *val);

/** out_note() - a line of text for people; nothing in JSON */
void out_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * out_discard() - forget a document that is still open
 *
 * A command that fails half-way prints no half document.
 */
void out_discard(void);

/** out_flush() - let the reader see what was printed so far */
void out_flush(void);

/**
 * out_finish() - flush, and report whether everything was really written
 *
 * Return: 0 or -errno, for example -ENOSPC.
 */
int out_finish(void);

#endif /* RINGSIDE_OUT_H */
