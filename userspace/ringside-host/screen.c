// SPDX-License-Identifier: GPL-2.0-only
/*
 * How does the state look as a picture? All bars of machines have one scale,
 * so that the longer one is the larger machine; the budget has its own.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "screen.h"

/* Columns: name, sizes, the reason; on a wide terminal more of all of them. */
#define NAME_COLS	11
#define SIZE_COLS	11
#define WIDE_COLS	110
#define WIDE_NAME_COLS	24

static struct screen_line *new_line(struct screen *s)
{
	struct screen_line *line = &s->line[s->n];

	if (s->n + 1 < SCREEN_ROWS)
		s->n++;
	memset(line, 0, sizeof(*line));
	return line;
}

/* Put text at column @at; what does not fit is cut. */
__attribute__((format(printf, 5, 6)))
static void put(const struct screen *s, struct screen_line *line, int at,
		enum screen_style style, const char *fmt, ...)
{
	char text[SCREEN_COLS + 1];
	int len = strlen(line->text), i;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (; len < at && len < s->cols; len++)
		line->text[len] = ' ';
	for (i = 0; text[i] && at + i < s->cols; i++) {
		/* One character is one column, so no UTF-8. */
		line->text[at + i] = text[i] & 0x80 ? '?' : text[i];
		line->style[at + i] = style;
	}
}

/* "512.0 MiB", nine characters at the most. */
static void size_text(char *buf, size_t len, uint64_t bytes)
{
	static const char * const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB" };
	double v = bytes / 1024.0;
	size_t u = 0;

	if (bytes == VIEW_UNKNOWN) {
		snprintf(buf, len, "-");
		return;
	}
	for (; v >= 999.95 && u < 4; u++)
		v /= 1024;
	snprintf(buf, len, "%.1f %s", v, units[u]);
}

static void put_size(const struct screen *s, struct screen_line *line, int at,
		     uint64_t bytes)
{
	char text[24];

	size_text(text, sizeof(text), bytes);
	put(s, line, at + SIZE_COLS - (int)strlen(text), STYLE_PLAIN, "%s",
	    text);
}

/**
 * struct part - a piece of a bar
 * @end: where it ends, in bytes; it begins where the one before it ends
 * @mark: how it is drawn
 * @style: in what style
 */
struct part {
	uint64_t end;
	char mark;
	enum screen_style style;
};

static int cells(uint64_t bytes, uint64_t scale, int width)
{
	if (!scale || bytes == VIEW_UNKNOWN)
		return 0;
	if (bytes >= scale)
		return width;
	return (int)((double)bytes / scale * width + 0.5);
}

/* A bar between brackets; what all is as wide as @width has @scale bytes. */
static void put_bar(const struct screen *s, struct screen_line *line, int at,
		    int width, uint64_t scale, const struct part *parts,
		    size_t n)
{
	int cell = 0;
	size_t i;

	put(s, line, at, STYLE_PLAIN, "[");
	for (i = 0; i < n; i++)
		for (; cell < cells(parts[i].end, scale, width); cell++)
			put(s, line, at + 1 + cell, parts[i].style, "%c",
			    parts[i].mark);
	put(s, line, at + 1 + cell, STYLE_PLAIN, "]");
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t known(uint64_t bytes)
{
	return bytes == VIEW_UNKNOWN ? 0 : bytes;
}

static void draw_budget(struct screen *s, const struct view *v)
{
	uint64_t measured = known(v->measured);
	uint64_t usable = known(v->budget) - least(known(v->slack),
						   known(v->budget));
	const struct part parts[] = {
		{ measured, '=', v->over ? STYLE_TROUBLE : STYLE_MEASURED },
		{ known(v->committed), '-', STYLE_MAY },
		{ usable, ' ', STYLE_PLAIN },
		{ known(v->budget), '/', STYLE_PLAIN },
	};
	char size[4][24];
	struct screen_line *line;

	line = new_line(s);
	put_bar(s, line, 0, s->cols - 2, v->budget, parts, 4);
	size_text(size[0], sizeof(size[0]), v->measured);
	size_text(size[1], sizeof(size[1]), v->committed);
	size_text(size[2], sizeof(size[2]), v->room);
	size_text(size[3], sizeof(size[3]), v->slack);
	line = new_line(s);
	put(s, line, 0, STYLE_PLAIN,
	    "= measured %s  - promised %s  free %s  / slack %s",
	    size[0], size[1], size[2], size[3]);
}

/* Return: columns that the name has. */
static int name_cols(const struct screen *s)
{
	return s->cols < WIDE_COLS ? NAME_COLS : WIDE_NAME_COLS;
}

static void put_right(const struct screen *s, struct screen_line *line, int at,
		      const char *text)
{
	put(s, line, at + SIZE_COLS - (int)strlen(text), STYLE_HEAD, "%s",
	    text);
}

static void draw_columns(struct screen *s)
{
	struct screen_line *line = new_line(s);
	int at = name_cols(s);

	put(s, line, 0, STYLE_HEAD, "VM");
	put_right(s, line, at, "SIZE");
	put_right(s, line, at += SIZE_COLS, "TARGET");
	put_right(s, line, at += SIZE_COLS, "MEASURED");
	if (s->cols >= WIDE_COLS) {
		put_right(s, line, at += SIZE_COLS, "GUEST USES");
		put_right(s, line, at += SIZE_COLS, "OF RAM");
	}
	put(s, line, at + SIZE_COLS + 2, STYLE_HEAD, "WHY");
}

static void draw_head(struct screen *s, const struct view *v)
{
	struct screen_line *line = new_line(s);
	char size[24];

	size_text(size, sizeof(size), v->budget);
	put(s, line, 0, STYLE_HEAD, "%zu VM%s share%s a budget of %s",
	    v->n, v->n == 1 ? "" : "s", v->n == 1 ? "s" : "", size);
	if (v->dry_run)
		put(s, line, (int)strlen(line->text), STYLE_HEAD,
		    " (dry run: none is asked)");
	draw_budget(s, v);
	line = new_line(s);
	if (v->pressure == VIEW_UNKNOWN)
		put(s, line, 0, STYLE_PLAIN,
		    "This kernel does not tell of memory pressure.");
	else
		put(s, line, 0, STYLE_PLAIN,
		    "Some task of the host waits for memory %.1f %% of the time.",
		    v->pressure / 10.0);
	if (v->over || (v->short_of && v->short_of != VIEW_UNKNOWN)) {
		size_text(size, sizeof(size), v->short_of);
		line = new_line(s);
		put(s, line, 0, STYLE_TROUBLE,
		    v->over ? "! more is promised than the budget allows" :
			      "! the VMs need %s more",
		    size);
	}
	if (v->trouble[0])
		put(s, new_line(s), 0, STYLE_TROUBLE, "! %s", v->trouble);
	new_line(s);
	draw_columns(s);
	s->head = s->n;
}

/* Measured memory has a part that is QEMU's own, which no bar shows. */
static void draw_bar(struct screen *s, const struct view_vm *vm,
		     uint64_t scale)
{
	struct screen_line *line = new_line(s);
	uint64_t actual = known(vm->actual), ram = known(vm->ram);
	uint64_t has = least(known(vm->measured), actual);
	int width = s->cols - 4, at;
	const struct part parts[] = {
		{ least(known(vm->used), has), '#', STYLE_USED },
		{ has, '=', STYLE_MEASURED },
		{ actual, '-', STYLE_MAY },
		{ ram, ' ', STYLE_PLAIN },
	};

	put_bar(s, line, 2, width, scale, parts, 4);
	if (vm->target == VIEW_UNKNOWN || vm->target == vm->actual)
		return;
	at = cells(vm->target, scale, width);
	put(s, line, 2 + (at ? at : 1), STYLE_TARGET, "|");
}

static void draw_vm(struct screen *s, const struct view_vm *vm,
		    uint64_t scale)
{
	struct screen_line *line = new_line(s);
	int at = name_cols(s);

	put(s, line, 0, STYLE_NAME, "%.*s", at, vm->name);
	put_size(s, line, at, vm->actual);
	put_size(s, line, at += SIZE_COLS, vm->target);
	put_size(s, line, at += SIZE_COLS, vm->measured);
	if (s->cols >= WIDE_COLS) {
		put_size(s, line, at += SIZE_COLS, vm->used);
		put_size(s, line, at += SIZE_COLS, vm->ram);
	}
	put(s, line, at + SIZE_COLS + 2, STYLE_PLAIN, "%s", vm->why);
	if (vm->ram != VIEW_UNKNOWN)
		draw_bar(s, vm, scale);
	if (vm->trouble[0])
		put(s, new_line(s), 2, STYLE_TROUBLE, "! %s", vm->trouble);
}

void screen_draw(struct screen *s, const struct view *v, int cols)
{
	uint64_t scale = 0;
	size_t i;

	s->cols = cols < SCREEN_COLS ? cols : SCREEN_COLS;
	s->n = 0;
	draw_head(s, v);
	for (i = 0; i < v->n; i++)
		if (known(v->vms[i].ram) > scale)
			scale = known(v->vms[i].ram);
	for (i = 0; i < v->n; i++)
		draw_vm(s, &v->vms[i], scale);
	if (!v->n)
		put(s, new_line(s), 0, STYLE_PLAIN,
		    "No VM is looked after.");
}

const char *screen_legend(void)
{
	return "# guest uses  = host has given  - may be taken  blank: balloon  | target";
}
