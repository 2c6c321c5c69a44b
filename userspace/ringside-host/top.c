// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside-host top: the state of the running manager as a picture that moves.
 * It only reads the manager's file, so it can be started and ended at will.
 */
#include <curses.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "cmd.h"
#include "cmds.h"
#include "out.h"
#include "screen.h"
#include "statefile.h"

#define REFRESH_MS	250

enum order { BY_LIST, BY_NAME, BY_SIZE, BY_MEASURED, ORDERS };

static const char * const order_names[ORDERS] = {
	[BY_LIST] = "as listed",
	[BY_NAME] = "by name",
	[BY_SIZE] = "by size",
	[BY_MEASURED] = "by measured memory",
};

/**
 * struct top - what is shown
 * @path: of the manager's file
 * @view: what it last said
 * @screen: the picture of that
 * @why_not: why it says nothing now, "" if it does
 * @order: of the machines
 * @offset: lines that are scrolled away
 */
struct top {
	const char *path;
	struct view view;
	struct screen screen;
	char why_not[512];
	enum order order;
	int offset;
};

static int by_name(const void *a, const void *b)
{
	const struct view_vm *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* The largest first, what is not known last. */
static int largest_first(uint64_t x, uint64_t y)
{
	x = x == VIEW_UNKNOWN ? 0 : x;
	y = y == VIEW_UNKNOWN ? 0 : y;
	return x < y ? 1 : x > y ? -1 : 0;
}

static int by_size(const void *a, const void *b)
{
	const struct view_vm *x = a, *y = b;
	int order = largest_first(x->actual, y->actual);

	return order ? order : by_name(a, b);
}

static int by_measured(const void *a, const void *b)
{
	const struct view_vm *x = a, *y = b;
	int order = largest_first(x->measured, y->measured);

	return order ? order : by_name(a, b);
}

static void sort(struct top *t)
{
	static int (* const compare[ORDERS])(const void *a, const void *b) = {
		[BY_NAME] = by_name,
		[BY_SIZE] = by_size,
		[BY_MEASURED] = by_measured,
	};

	if (compare[t->order])
		qsort(t->view.vms, t->view.n, sizeof(*t->view.vms),
		      compare[t->order]);
}

/* Return: 0, or -errno with the reason in words in @why_not. */
static int look(struct top *t)
{
	json_t *doc;
	int ret = state_read(t->path, &doc);

	t->why_not[0] = '\0';
	if (!ret) {
		view_free(&t->view);
		ret = view_read(&t->view, doc);
		json_decref(doc);
	}
	if (ret)
		snprintf(t->why_not, sizeof(t->why_not), "%s",
			 view_why_not(t->path, ret));
	sort(t);
	return ret;
}

static int print_once(struct top *t)
{
	struct winsize size;
	int cols = 80, i;

	if (look(t))
		return cmd_error("%s", t->why_not);
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) &&
	    size.ws_col >= SCREEN_MIN_COLS)
		cols = size.ws_col;
	screen_draw(&t->screen, &t->view, cols);
	for (i = 0; i < t->screen.n; i++)
		puts(t->screen.line[i].text);
	printf("\n%s\n", screen_legend());
	return EXIT_OK;
}

static void init_styles(void)
{
	if (!has_colors())
		return;
	start_color();
	use_default_colors();
	init_pair(STYLE_USED, COLOR_GREEN, -1);
	init_pair(STYLE_MEASURED, COLOR_YELLOW, -1);
	init_pair(STYLE_MAY, COLOR_CYAN, -1);
	init_pair(STYLE_TROUBLE, COLOR_RED, -1);
}

static chtype style(unsigned char which)
{
	static const chtype attributes[STYLES] = {
		[STYLE_HEAD] = A_BOLD,
		[STYLE_NAME] = A_BOLD,
		[STYLE_TARGET] = A_BOLD,
		[STYLE_TROUBLE] = A_BOLD,
	};
	chtype attribute = attributes[which];

	if (has_colors() && which >= STYLE_USED && which != STYLE_TARGET)
		attribute |= COLOR_PAIR(which);
	return attribute;
}

static void put_line(int row, const struct screen_line *line)
{
	int i;

	for (i = 0; line->text[i] && i < COLS; i++)
		mvaddch(row, i, (unsigned char)line->text[i] |
			style(line->style[i]));
}

/* The last two rows: what the marks mean, and what keys do. */
static void put_foot(const struct top *t, int hidden)
{
	mvaddnstr(LINES - 2, 0, screen_legend(), COLS);
	attron(A_REVERSE);
	mvhline(LINES - 1, 0, ' ', COLS);
	mvprintw(LINES - 1, 0, "q quit   s order: %s   up, down, page: scroll",
		 order_names[t->order]);
	if (hidden > 0)
		printw("   (%d more lines)", hidden);
	attroff(A_REVERSE);
}

static void paint(struct top *t)
{
	struct screen *s = &t->screen;
	int row, room, hidden;

	erase();
	if (COLS < SCREEN_MIN_COLS || LINES < SCREEN_MIN_ROWS) {
		mvprintw(0, 0, "%d columns and %d rows are needed.",
			 SCREEN_MIN_COLS, SCREEN_MIN_ROWS);
		refresh();
		return;
	}
	screen_draw(s, &t->view, COLS);
	if (t->why_not[0]) {
		s->n = 0;
		s->head = 0;
		mvaddnstr(0, 0, t->why_not, COLS);
	}
	room = LINES - 2 - s->head;
	hidden = s->n - s->head - room;
	if (t->offset > hidden)
		t->offset = hidden;
	if (t->offset < 0)
		t->offset = 0;
	for (row = 0; row < s->head && row < LINES - 2; row++)
		put_line(row, &s->line[row]);
	for (; row < LINES - 2 && row + t->offset < s->n; row++)
		put_line(row, &s->line[row + t->offset]);
	put_foot(t, hidden - t->offset);
	refresh();
}

/* Return: false when it is time to end. */
static bool take_key(struct top *t, int key)
{
	switch (key) {
	case 'q':
	case 'Q':
		return false;
	case 's':
		t->order = (t->order + 1) % ORDERS;
		break;
	case KEY_DOWN:
		t->offset++;
		break;
	case KEY_UP:
		t->offset--;
		break;
	case KEY_NPAGE:
		t->offset += LINES / 2;
		break;
	case KEY_PPAGE:
		t->offset -= LINES / 2;
		break;
	}
	return true;
}

static int show(struct top *t)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return cmd_error("needs a terminal; try --once");
	if (!getenv("TERM") || !newterm(NULL, stdout, stdin))
		return cmd_error("the terminal '%s' is not known",
				 getenv("TERM") ? getenv("TERM") : "");
	init_styles();
	cbreak();
	noecho();
	curs_set(0);
	keypad(stdscr, TRUE);
	timeout(REFRESH_MS);
	do {
		look(t);
		paint(t);
	} while (take_key(t, getch()));
	endwin();
	return EXIT_OK;
}

int cmd_host_top(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "file", required_argument, NULL, 'f' },
		{ "once", no_argument, NULL, 'o' },
		{ NULL, 0, NULL, 0 }
	};
	static struct top top = { .path = STATE_PATH };
	bool once = false;
	int c, code;

	while ((c = cmd_getopt(argc, argv, "", longs)) != -1) {
		if (c == 'f')
			top.path = optarg;
		else if (c == 'o')
			once = true;
		else
			return EXIT_USAGE;
	}
	if (optind < argc)
		return cmd_usage("takes no argument, but got '%s'",
				 argv[optind]);
	if (out_is_json())
		return cmd_usage("a picture is for people; 'status' has --json");
	code = once ? print_once(&top) : show(&top);
	view_free(&top.view);
	return code;
}
