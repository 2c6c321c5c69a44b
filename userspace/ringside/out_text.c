// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text for people: aligned pairs, tables, lists. Values collect in the open
 * container and are laid out when their widths are known, which is when the
 * next container opens or this one closes.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "out_text.h"

#define MAX_DEPTH 16
#define GAP 2		/* blanks between columns */

/* A key and its value, both owned; label_len of the key are shown. */
struct pair {
	char *key;
	char *val;
	size_t label_len;
};

/**
 * struct frame - an open container
 * @kind: what it is
 * @key: its name, owned; NULL for the document and for rows
 * @pairs: values not yet laid out
 * @npairs: their number
 * @cols: columns of a table
 * @ncols: their number
 * @none: what stands for an empty table
 * @cells: nrows * ncols cells of a table, owned; NULL where a row has none
 * @nrows: rows closed so far
 */
struct frame {
	enum text_kind kind;
	char *key;
	struct pair *pairs;
	size_t npairs;
	const struct out_col *cols;
	size_t ncols;
	const char *none;
	char **cells;
	size_t nrows;
};

static struct frame stack[MAX_DEPTH];
static int depth;
static char *doc;
static size_t doc_len;
static FILE *mem;

static void die(const char *why)
{
	fprintf(stderr, "%s: output: %s\n", out_program, why);
	exit(1);
}

static void *need(void *p)
{
	if (!p)
		die("out of memory");
	return p;
}

static struct frame *top(void)
{
	if (!depth)
		die("value outside of a document");
	return &stack[depth - 1];
}

/* Containers in the document indent by two; rows never print themselves. */
static int indent(void)
{
	return depth > 1 ? (depth - 1) * 2 : 0;
}

static void pad(size_t n)
{
	fprintf(mem, "%*s", (int)n, "");
}

/* '_' is for programs. */
static void print_label(const char *key, size_t len)
{
	for (; len; len--, key++)
		fputc(*key == '_' ? ' ' : *key, mem);
}

static size_t length_without_unit(const char *key)
{
	static const char * const units[] = {
		"_bytes_per_sec", "_bytes", "_ms", "_us", "_ns", NULL
	};
	const char * const *unit;
	size_t len = strlen(key);

	for (unit = units; *unit; unit++) {
		size_t cut = strlen(*unit);

		if (len > cut && !strcmp(key + len - cut, *unit))
			return len - cut;
	}
	return len;
}

static void free_pairs(struct frame *f)
{
	size_t i;

	for (i = 0; i < f->npairs; i++) {
		free(f->pairs[i].key);
		free(f->pairs[i].val);
	}
	free(f->pairs);
	f->pairs = NULL;
	f->npairs = 0;
}

/* Is the label of pair @i, without its unit, the whole key of another? */
static bool is_ambiguous(const struct frame *f, size_t i)
{
	const struct pair *p = &f->pairs[i];
	size_t j;

	for (j = 0; j < f->npairs; j++)
		if (j != i && strlen(f->pairs[j].key) == p->label_len &&
		    !strncmp(f->pairs[j].key, p->key, p->label_len))
			return true;
	return false;
}

static void flush_object(struct frame *f)
{
	size_t i, width = 0;

	for (i = 0; i < f->npairs; i++)
		if (is_ambiguous(f, i))
			f->pairs[i].label_len = strlen(f->pairs[i].key);
	for (i = 0; i < f->npairs; i++)
		if (f->pairs[i].label_len > width)
			width = f->pairs[i].label_len;
	for (i = 0; i < f->npairs; i++) {
		pad(indent());
		print_label(f->pairs[i].key, f->pairs[i].label_len);
		fputc(':', mem);
		pad(width - f->pairs[i].label_len + GAP);
		fprintf(mem, "%s\n", f->pairs[i].val);
	}
}

static void flush_pairs(struct frame *f)
{
	if (f->kind == TEXT_OBJECT)
		flush_object(f);
	free_pairs(f);
}

static struct frame *push(enum text_kind kind, const char *key)
{
	struct frame *f;

	if (depth == MAX_DEPTH)
		die("nested too deeply");
	if (!depth)
		mem = need(open_memstream(&doc, &doc_len));
	f = &stack[depth++];
	*f = (struct frame){ .kind = kind };
	if (key)
		f->key = need(strdup(key));
	return f;
}

void text_open(enum text_kind kind, const char *key)
{
	if (depth && kind == TEXT_OBJECT) {
		flush_pairs(top());
		pad(indent());
		print_label(key, strlen(key));
		fprintf(mem, ":\n");
	}
	push(kind, key);
}

void text_table(const char *key, const char *none, const struct out_col *cols,
		size_t ncols)
{
	struct frame *f;

	flush_pairs(top());
	f = push(TEXT_TABLE, key);
	f->none = none;
	f->cols = cols;
	f->ncols = ncols;
}

static struct pair *add_pair(struct frame *f, const char *key,
			     const char *val)
{
	struct pair *p;

	f->pairs = need(realloc(f->pairs, (f->npairs + 1) * sizeof(*p)));
	p = &f->pairs[f->npairs++];
	p->key = need(strdup(key ? key : ""));
	p->val = need(strdup(val));
	p->label_len = strlen(p->key);
	return p;
}

void text_value(const char *key, const char *val)
{
	add_pair(top(), key, val);
}

void text_phrase(const char *key, const char *val)
{
	struct pair *p = add_pair(top(), key, val);

	p->label_len = length_without_unit(p->key);
}

void text_note(const char *line)
{
	/* A remark outside of any document has nothing to wait for. */
	if (!depth) {
		puts(line);
		return;
	}
	flush_pairs(top());
	pad(top()->kind == TEXT_TABLE ? indent() - 2 : indent());
	fprintf(mem, "%s\n", line);
}

/* Move the values of a closed row into the cells of its table. */
static void keep_row(struct frame *row)
{
	struct frame *t;
	size_t c, i;
	char **cell;

	if (depth < 2 || stack[depth - 2].kind != TEXT_TABLE)
		die("row outside of a table");
	t = &stack[depth - 2];
	if (!t->ncols)
		return;
	t->cells = need(realloc(t->cells, (t->nrows + 1) * t->ncols *
				sizeof(*t->cells)));
	cell = t->cells + t->nrows++ * t->ncols;
	for (c = 0; c < t->ncols; c++) {
		cell[c] = NULL;
		for (i = 0; i < row->npairs && !cell[c]; i++)
			if (!strcmp(row->pairs[i].key, t->cols[c].key))
				cell[c] = need(strdup(row->pairs[i].val));
	}
}

static size_t col_width(const struct frame *t, size_t c)
{
	size_t r, width = text_width(t->cols[c].head);

	for (r = 0; r < t->nrows; r++) {
		const char *cell = t->cells[r * t->ncols + c];

		if (cell && text_width(cell) > width)
			width = text_width(cell);
	}
	return width;
}

static void print_cell(const struct frame *t, size_t c, const char *s,
		       size_t width)
{
	size_t fill = width - text_width(s);

	if (c)
		pad(GAP);
	if (t->cols[c].right)
		pad(fill);
	fputs(s, mem);
	/* No blanks at the end of a line. */
	if (!t->cols[c].right && c + 1 < t->ncols)
		pad(fill);
}

static void print_table(const struct frame *t)
{
	size_t c, r, *width = need(calloc(t->ncols + 1, sizeof(*width)));

	for (c = 0; c < t->ncols; c++)
		width[c] = col_width(t, c);
	pad(indent() - 2);
	for (c = 0; c < t->ncols; c++)
		print_cell(t, c, t->cols[c].head, width[c]);
	fputc('\n', mem);
	for (r = 0; r < t->nrows; r++) {
		pad(indent() - 2);
		for (c = 0; c < t->ncols; c++) {
			const char *s = t->cells[r * t->ncols + c];

			print_cell(t, c, s ? s : "", width[c]);
		}
		fputc('\n', mem);
	}
	free(width);
}

static void close_table(struct frame *t)
{
	size_t i;

	if (ftell(mem) > 0 && t->ncols)
		fputc('\n', mem);
	if (t->nrows)
		print_table(t);
	else if (t->none && *t->none)
		fprintf(mem, "%*s%s\n", indent() - 2, "", t->none);
	for (i = 0; i < t->nrows * t->ncols; i++)
		free(t->cells[i]);
	free(t->cells);
}

/* A closed list becomes one value of the container around it. */
static void keep_list(const struct frame *list)
{
	char *line;
	size_t i, len;
	FILE *f;

	if (depth < 2)
		die("list outside of a document");
	f = need(open_memstream(&line, &len));
	for (i = 0; i < list->npairs; i++)
		fprintf(f, "%s%s", i ? ", " : "", list->pairs[i].val);
	if (!list->npairs)
		fprintf(f, "none");
	fclose(f);
	add_pair(&stack[depth - 2], list->key, line);
	free(line);
}

void text_close(void)
{
	struct frame *f = top();

	if (f->kind == TEXT_ROW)
		keep_row(f);
	else if (f->kind == TEXT_TABLE)
		close_table(f);
	else if (f->kind == TEXT_ARRAY)
		keep_list(f);
	else
		flush_pairs(f);
	free_pairs(f);
	free(f->key);
	if (--depth)
		return;
	fclose(mem);
	fwrite(doc, 1, doc_len, stdout);
	free(doc);
}

void text_discard(void)
{
	size_t i;

	if (!depth)
		return;
	while (depth) {
		struct frame *f = &stack[--depth];

		free_pairs(f);
		for (i = 0; i < f->nrows * f->ncols; i++)
			free(f->cells[i]);
		free(f->cells);
		free(f->key);
	}
	fclose(mem);
	free(doc);
}
