// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace top on a terminal: the books on top, a row each below, and the keys.
 * Plain ASCII, so that any terminal and any locale will do.
 */
#include <curses.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "cmd.h"
#include "trace_top.h"

#define MIN_COLS	60
#define MIN_ROWS	8
#define HEAD_ROWS	4
/* Columns behind the name: rate, share, three latencies; then the sparkline. */
#define NUMBER_COLS	(11 + 8 + 3 * 10)

static const char * const order_names[TOP_ORDERS] = {
	[TOP_CPU] = "CPU",
	[TOP_RATE] = "rate",
	[TOP_P99] = "P99",
	[TOP_NAME] = "name",
};

/**
 * struct screen - how it is looked at
 * @top: what is shown
 * @offset: rows that are scrolled away
 * @paused: nothing changes
 */
struct screen {
	struct top *top;
	int offset;
	bool paused;
};

static void ns_text(char *buf, size_t len, uint64_t ns)
{
	static const char * const units[] = { "ns", "us", "ms", "s" };
	double v = ns;
	unsigned int u = 0;

	for (; v >= 999.5 && u < 3; u++)
		v /= 1000;
	if (ns)
		snprintf(buf, len, u && v < 99.95 ? "%.1f %s" : "%.0f %s", v,
			 units[u]);
	else
		snprintf(buf, len, "-");
}

/* Each rate beside the greatest of the row. */
static void spark_text(char *buf, int width, const struct top_row *row)
{
	static const char marks[] = "_.:-=+*#";
	double most = 0;
	int i, first = TOP_HISTORY - width;

	for (i = 0; i < TOP_HISTORY; i++)
		if (row->past[i] > most)
			most = row->past[i];
	for (i = first; i < TOP_HISTORY; i++) {
		int level = most > 0 ? (int)(row->past[i] / most * 7 + 0.5) : 0;

		buf[i - first] = row->past[i] > 0 ? marks[level] : ' ';
	}
	buf[width] = 0;
}

static int spark_cols(void)
{
	int left = COLS - 20 - NUMBER_COLS - 2;

	return left < 0 ? 0 : left < TOP_HISTORY ? left : TOP_HISTORY;
}

static int name_cols(void)
{
	int sparks = spark_cols();

	return COLS - NUMBER_COLS - (sparks ? sparks + 2 : 0);
}

static void put_head(const struct top *top)
{
	const struct rs_trace_books *b = &top->books;
	double seconds = b->elapsed_ns / 1e9;
	char exit_text[32];

	attron(A_BOLD);
	mvprintw(0, 0, "returns %.0f/s   attributed %.3f %%   residual %" PRIu64
		 "%s", seconds > 0 ? b->returns / seconds : 0,
		 b->returns ? 100.0 * b->attributed / b->returns : 100.0,
		 b->residual, b->balanced || !top->looks ? "" :
		 "   THE BOOKS DO NOT BALANCE");
	attroff(A_BOLD);
	ns_text(exit_text, sizeof(exit_text), top->exit_ns);
	if (top->exit_ns)
		mvprintw(1, 0, "VM exit %s   steal %.1f %%", exit_text,
			 top->steal_percent);
	else
		mvprintw(1, 0, "no hypervisor");
	if (top->guarded)
		printw("   unexplained credentials %" PRIu64, top->unexplained);
	else
		printw("   credentials not guarded");
	mvprintw(2, 0, "halts %.0f/s   IPIs %.0f/s", top->halts_per_second,
		 top->ipis_per_second);
}

static void put_columns(const struct top *top)
{
	char title[32];

	snprintf(title, sizeof(title), "%s", top_by_name(top->by));
	title[0] -= 'a' - 'A';
	attron(A_REVERSE);
	mvhline(HEAD_ROWS - 1, 0, ' ', COLS);
	mvprintw(HEAD_ROWS - 1, 0, "%-*s%11s%8s%10s%10s%10s", name_cols(),
		 title, "RATE/s", "CPU %",
		 top->by == TOP_BY_CAUSE ? "P50" : "MEAN",
		 top->by == TOP_BY_CAUSE ? "P99" : "",
		 top->by == TOP_BY_CAUSE ? "MAX" : "");
	attroff(A_REVERSE);
}

/* Names come from users: what is not printable must not reach a terminal. */
static void put_name(int y, const char *name, int cols)
{
	int i;

	for (i = 0; i < cols - 1 && name[i]; i++)
		mvaddch(y, i, name[i] >= ' ' && name[i] <= '~' ?
			(chtype)name[i] : (chtype)'?');
}

static void put_row(int y, const struct top *top, const struct top_row *row)
{
	char first[32], p99[32] = "", max[32] = "", spark[TOP_HISTORY + 1];
	int width = spark_cols();

	put_name(y, row->name, name_cols());
	if (top->by == TOP_BY_CAUSE) {
		ns_text(first, sizeof(first), row->p50_ns);
		ns_text(p99, sizeof(p99), row->p99_ns);
		ns_text(max, sizeof(max), row->max_ns);
	} else {
		ns_text(first, sizeof(first), row->mean_ns);
	}
	mvprintw(y, name_cols(), "%11.1f%8.2f%10s%10s%10s", row->rate,
		 row->cpu_percent, first, p99, max);
	if (!width)
		return;
	spark_text(spark, width, row);
	attron(A_BOLD);
	mvprintw(y, COLS - width, "%s", spark);
	attroff(A_BOLD);
}

static void put_foot(const struct screen *s, int hidden)
{
	attron(A_REVERSE);
	mvhline(LINES - 1, 0, ' ', COLS);
	mvprintw(LINES - 1, 0,
		 "q quit  c cause  g cgroup  t task  s sort: %s  space %s",
		 order_names[s->top->order], s->paused ? "go on" : "pause");
	if (hidden > 0)
		printw("  (%d more)", hidden);
	attroff(A_REVERSE);
}

static void paint(struct screen *s)
{
	const struct top *top = s->top;
	int room = LINES - HEAD_ROWS - 1, y;

	erase();
	if (COLS < MIN_COLS || LINES < MIN_ROWS) {
		mvprintw(0, 0, "%d columns and %d rows are needed.", MIN_COLS,
			 MIN_ROWS);
		refresh();
		return;
	}
	if (s->offset > (int)top->n - room)
		s->offset = (int)top->n - room;
	if (s->offset < 0)
		s->offset = 0;
	put_head(top);
	put_columns(top);
	if (!top->looks)
		mvprintw(HEAD_ROWS, 0, "looking ...");
	for (y = 0; y < room && y + s->offset < (int)top->n; y++)
		put_row(HEAD_ROWS + y, top, &top->rows[y + s->offset]);
	put_foot(s, (int)top->n - s->offset - room);
	refresh();
}

/* Return: false when it is time to end. */
static bool take_key(struct screen *s, int key)
{
	struct top *top = s->top;

	switch (key) {
	case 'q':
	case 'Q':
		return false;
	case 'c':
		top_turn(top, TOP_BY_CAUSE);
		break;
	case 'g':
		top_turn(top, TOP_BY_CGROUP);
		break;
	case 't':
		top_turn(top, TOP_BY_TASK);
		break;
	case 's':
		top->order = (top->order + 1) % TOP_ORDERS;
		top_sort(top);
		break;
	case ' ':
		s->paused = !s->paused;
		break;
	case KEY_DOWN:
		s->offset++;
		break;
	case KEY_UP:
		s->offset--;
		break;
	case KEY_NPAGE:
		s->offset += LINES / 2;
		break;
	case KEY_PPAGE:
		s->offset -= LINES / 2;
		break;
	}
	return true;
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

/* Keys are served at once, whatever the interval is. */
static int run(struct screen *s, unsigned int interval_ms)
{
	uint64_t due = now_ms() + interval_ms;
	int code = EXIT_OK;

	do {
		uint64_t now = now_ms();

		if (now >= due) {
			if (!s->paused)
				code = top_look(s->top);
			due = now + interval_ms;
		}
		paint(s);
		timeout(due - now);
	} while (!code && take_key(s, getch()));
	return code;
}

int top_show(struct top *top, unsigned int interval_ms)
{
	struct screen s = { .top = top };
	const char *term = getenv("TERM");
	int code;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return cmd_error("needs a terminal; try --once");
	if (!term || !newterm(NULL, stdout, stdin))
		return cmd_error("the terminal '%s' is not known",
				 term ? term : "");
	cbreak();
	noecho();
	curs_set(0);
	keypad(stdscr, TRUE);
	code = run(&s, interval_ms);
	endwin();
	return code;
}
