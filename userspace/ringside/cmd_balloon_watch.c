// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside balloon watch: a balloon as it grows and shrinks, with the free
 * memory and the pressure of its guest. A picture that is drawn anew in place
 * on a terminal; a line, or a JSON object a line, anywhere else.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "cmd.h"
#include "cmd_balloon.h"
#include "out.h"
#include "watch.h"

#define NS_PER_MS	1000000ULL
#define NS_PER_SEC	1000000000ULL
#define MAX_SECONDS	(366 * 24 * 3600)

/* A balloon at work changes more often than anybody can read. */
#define LEAST_GAP_NS	(50 * NS_PER_MS)

/**
 * struct view - how it is shown, and what was shown last
 * @device: whose balloon
 * @picture: it is drawn on a terminal
 * @once: one look is enough
 * @interval_ns: longest time between two looks
 * @end_ns: CLOCK_MONOTONIC time of the end, 0 for never
 * @start_ns: time of the first look, 0 before it
 * @last_ns: time of the last look
 * @last_held: what was held then
 */
struct view {
	const char *device;
	bool picture;
	bool once;
	uint64_t interval_ns;
	uint64_t end_ns;
	uint64_t start_ns;
	uint64_t last_ns;
	uint64_t last_held;
};

/* Bytes a second since the last look. Return: false if that can not be told. */
static bool rate(const struct view *v, const struct rs_balloon_sample *s,
		 int64_t *bytes_per_sec)
{
	int64_t grown = s->held_bytes - v->last_held;

	/* At the first look, and if the clock did not move. */
	if (!v->start_ns || s->time_ns <= v->last_ns)
		return false;
	*bytes_per_sec = grown / ((s->time_ns - v->last_ns) / 1e9);
	return true;
}

static void rate_text(const struct view *v, const struct rs_balloon_sample *s,
		      char *buf, size_t len)
{
	char size[OUT_SIZE_LEN];
	int64_t r;

	if (!rate(v, s, &r)) {
		snprintf(buf, len, "-");
		return;
	}
	out_size(size, sizeof(size), r < 0 ? -r : r);
	snprintf(buf, len, "%s%s/s", r > 0 ? "+" : r < 0 ? "-" : "", size);
}

static void pressure_text(const struct rs_balloon_sample *s, char *buf,
			  size_t len)
{
	if (s->has_pressure)
		snprintf(buf, len, "%.2f %%", s->some_avg10);
	else
		snprintf(buf, len, "-");
}

static int terminal_columns(void)
{
	struct winsize ws;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) || ws.ws_col < 20)
		return 80;
	return ws.ws_col;
}

/* A row that wrapped would be one row too many for the next picture. */
static void draw_row(const char *row)
{
	out_note("%.*s", terminal_columns() - 1, row);
}

/* Where an amount stands in a bar that is as long as all memory. */
static int position(uint64_t bytes, uint64_t ram, int width)
{
	double at = ram ? (double)bytes / ram * width + 0.5 : 0;

	return at < width ? (int)at : width;
}

/* "[####|---] 1.0 GiB": held, target, and all memory that there is. */
static void draw_bar(const struct rs_balloon_sample *s)
{
	char row[512], size[OUT_SIZE_LEN];
	int i, width, held, target;

	out_size(size, sizeof(size), s->ram_bytes);
	width = terminal_columns() - 4 - (int)strlen(size);
	if (width > 400)
		width = 400;
	held = position(s->held_bytes, s->ram_bytes, width);
	target = position(s->target_bytes, s->ram_bytes, width - 1);
	row[0] = '[';
	for (i = 0; i < width; i++)
		row[i + 1] = i == target ? '|' : i < held ? '#' : '-';
	snprintf(row + width + 1, sizeof(row) - width - 1, "] %s", size);
	draw_row(row);
}

static void draw(const struct view *v, const struct rs_balloon_sample *s)
{
	char target[OUT_SIZE_LEN], actual[OUT_SIZE_LEN], free[OUT_SIZE_LEN];
	char speed[OUT_SIZE_LEN + 8], pressure[16], row[256];

	/* Up three rows, and clear what is below. */
	if (v->start_ns)
		fputs("\033[3A\r\033[J", stdout);
	rate_text(v, s, speed, sizeof(speed));
	pressure_text(s, pressure, sizeof(pressure));
	out_size(target, sizeof(target), s->target_bytes);
	out_size(actual, sizeof(actual), s->actual_bytes);
	out_size(free, sizeof(free), s->available_bytes);
	snprintf(row, sizeof(row),
		 "%s  %s (%s)  units %" PRIu64 " x 2 MiB + %" PRIu64 " x 4 KiB  %s",
		 v->device, s->state, s->mode, s->units_2m, s->units_4k, speed);
	draw_row(row);
	draw_bar(s);
	snprintf(row, sizeof(row),
		 "target %s  actual %s  available %s  pressure %s", target,
		 actual, free, pressure);
	draw_row(row);
}

static void show_line(const struct view *v, const struct rs_balloon_sample *s)
{
	char target[OUT_SIZE_LEN], actual[OUT_SIZE_LEN], held[OUT_SIZE_LEN];
	char speed[OUT_SIZE_LEN + 8], pressure[16], free[OUT_SIZE_LEN];
	uint64_t since = v->start_ns ? s->time_ns - v->start_ns : 0;

	rate_text(v, s, speed, sizeof(speed));
	pressure_text(s, pressure, sizeof(pressure));
	out_size(target, sizeof(target), s->target_bytes);
	out_size(actual, sizeof(actual), s->actual_bytes);
	out_size(held, sizeof(held), s->held_bytes);
	out_size(free, sizeof(free), s->available_bytes);
	out_note("%8.2f s  %-9s  target %s  actual %s  held %s  units %" PRIu64
		 " + %" PRIu64 "  rate %s  available %s  pressure %s",
		 since / 1e9, s->state, target, actual, held, s->units_2m,
		 s->units_4k, speed, free, pressure);
}

static void show_pressure(const struct rs_balloon_sample *s)
{
	if (!s->has_pressure) {
		out_null("pressure");
		return;
	}
	out_object("pressure");
	out_real("some_avg10_percent", s->some_avg10, 2);
	out_real("full_avg10_percent", s->full_avg10, 2);
	out_u64("some_us", s->some_us);
	out_u64("full_us", s->full_us);
	out_end();
}

static void show_json(const struct view *v, const struct rs_balloon_sample *s)
{
	int64_t r;

	out_u64("time_ns", s->time_ns);
	out_str("device", v->device);
	out_str("state", s->state);
	out_str("mode_active", s->mode);
	out_bytes("target_bytes", s->target_bytes);
	out_bytes("actual_bytes", s->actual_bytes);
	out_bytes("held_bytes", s->held_bytes);
	out_u64("units_2m", s->units_2m);
	out_u64("units_4k", s->units_4k);
	if (rate(v, s, &r))
		out_s64("rate_bytes_per_sec", r);
	else
		out_null("rate_bytes_per_sec");
	out_bytes("ram_bytes", s->ram_bytes);
	out_bytes("available_bytes", s->available_bytes);
	show_pressure(s);
}

static void show(struct view *v, const struct rs_balloon_sample *s)
{
	if (v->picture) {
		draw(v, s);
	} else {
		out_begin();
		if (out_is_json())
			show_json(v, s);
		else
			show_line(v, s);
		out_end();
	}
	out_flush();
	if (!v->start_ns)
		v->start_ns = s->time_ns;
	v->last_ns = s->time_ns;
	v->last_held = s->held_bytes;
}

/* Return: false when it is time to end. */
static bool wait_until(const struct view *v, struct watch *w, uint64_t ns,
		       int fd)
{
	bool last = v->end_ns && v->end_ns <= ns;
	enum watch_event event;

	watch_until(w, last ? v->end_ns : ns);
	event = watch_next(w, fd);
	return event != WATCH_STOP && !(last && event == WATCH_TIME);
}

/* Wait for a change, but neither too short nor too long. */
static bool wait_for_next(const struct view *v, struct watch *w, int fd)
{
	return wait_until(v, w, v->last_ns + LEAST_GAP_NS, -1) &&
	       wait_until(v, w, v->last_ns + v->interval_ns, fd);
}

static int follow(struct view *v, struct watch *w,
		  struct rs_balloon_watch *balloon)
{
	const struct rs_balloon_sample *s;
	int ret;

	do {
		ret = rs_balloon_watch_sample(balloon, &s);
		if (ret)
			return cmd_lib_error(ret);
		show(v, s);
		/* Whoever reads our output may be gone: then so are we. */
	} while (!v->once && !ferror(stdout) &&
		 wait_for_next(v, w, rs_balloon_watch_fd(balloon)));
	return EXIT_OK;
}

static bool can_draw(void)
{
	const char *term = getenv("TERM");

	return !out_is_json() && isatty(STDOUT_FILENO) && term &&
	       strcmp(term, "dumb");
}

static int run(struct view *v, uint64_t seconds)
{
	struct rs_balloon_watch *balloon;
	struct watch w;
	int code, ret;

	code = watch_init(&w);
	if (code)
		return code;
	ret = rs_balloon_watch_open(&balloon, v->device);
	if (ret) {
		code = cmd_lib_error(ret);
	} else {
		if (seconds)
			watch_seconds(&w, seconds);
		v->end_ns = w.deadline_ns;
		code = follow(v, &w, balloon);
		rs_balloon_watch_close(balloon);
	}
	watch_end(&w);
	return code;
}

static const struct option longs[] = {
	{ "interval", required_argument, NULL, 'i' },
	{ "once", no_argument, NULL, 'o' },
	{ "seconds", required_argument, NULL, 's' },
	{ NULL, 0, NULL, 0 }
};

int balloon_watch(int argc, char **argv)
{
	struct view v = { .interval_ns = NS_PER_SEC };
	struct rs_balloon balloon;
	uint64_t seconds = 0, ms;
	int c, code;

	while ((c = cmd_getopt(argc, argv, "i:os:", longs)) != -1) {
		switch (c) {
		case 'i':
			if (cmd_parse_seconds("--interval", optarg, 100,
					      3600 * 1000, &ms))
				return EXIT_USAGE;
			v.interval_ns = ms * NS_PER_MS;
			break;
		case 'o':
			v.once = true;
			break;
		case 's':
			if (cmd_parse_u64("--seconds", optarg, 1, MAX_SECONDS,
					  &seconds))
				return EXIT_USAGE;
			break;
		default:
			return EXIT_USAGE;
		}
	}
	code = balloon_operand(argc, argv, optind, &balloon);
	if (code)
		return code;
	v.device = balloon.device;
	v.picture = can_draw();
	out_set_lines(true);
	return run(&v, seconds);
}
