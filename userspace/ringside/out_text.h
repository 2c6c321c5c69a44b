/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text side of the writer; out.c is its only caller. Text stays in memory
 * until the outermost container closes, as with JSON.
 */
#ifndef RINGSIDE_OUT_TEXT_H
#define RINGSIDE_OUT_TEXT_H

#include "out.h"

enum text_kind { TEXT_OBJECT, TEXT_ARRAY, TEXT_TABLE, TEXT_ROW };

void text_open(enum text_kind kind, const char *key);
void text_table(const char *key, const char *none, const struct out_col *cols,
		size_t ncols);
void text_close(void);
void text_value(const char *key, const char *val);
/** text_phrase() - a value that shows its unit, so that the label need not */
void text_phrase(const char *key, const char *val);
void text_note(const char *line);
void text_discard(void);

/**
 * text_escape() - make a string safe to show
 * @s: any bytes
 * @controls: escape control characters too, not only what is not UTF-8
 *
 * Return: a new string that the caller frees, or NULL when memory runs out.
 */
char *text_escape(const char *s, bool controls);

/** text_width() - columns that a UTF-8 string takes, one a code point */
size_t text_width(const char *s);

#endif /* RINGSIDE_OUT_TEXT_H */
