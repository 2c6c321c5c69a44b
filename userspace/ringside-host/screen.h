/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The live picture as lines of characters, each with a style, before it goes
 * to a terminal or to a file.
 */
#ifndef RINGSIDE_HOST_SCREEN_H
#define RINGSIDE_HOST_SCREEN_H

#include "view.h"

#define SCREEN_COLS	240
#define SCREEN_ROWS	1200
/* A terminal that is smaller shows nothing of use. */
#define SCREEN_MIN_COLS	60
#define SCREEN_MIN_ROWS	10

/** enum screen_style - what a character is part of */
enum screen_style {
	STYLE_PLAIN,
	STYLE_HEAD,
	STYLE_NAME,
	STYLE_USED,
	STYLE_MEASURED,
	STYLE_MAY,
	STYLE_TARGET,
	STYLE_TROUBLE,
	STYLES,
};

/** struct screen_line - one line, without blanks at its end */
struct screen_line {
	char text[SCREEN_COLS + 1];
	unsigned char style[SCREEN_COLS];
};

/**
 * struct screen - the picture
 * @cols: its width
 * @n: lines in use
 * @head: so many of them stay on top when the others scroll
 * @line: the lines
 */
struct screen {
	int cols;
	int n;
	int head;
	struct screen_line line[SCREEN_ROWS];
};

/**
 * screen_draw() - draw the state
 * @screen: filled in
 * @view: what is drawn
 * @cols: how wide, at most SCREEN_COLS
 */
void screen_draw(struct screen *screen, const struct view *view, int cols);

/** screen_legend() - what the characters of a bar mean */
const char *screen_legend(void);

#endif /* RINGSIDE_HOST_SCREEN_H */
