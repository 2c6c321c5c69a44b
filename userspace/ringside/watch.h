/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiting for a command, a descriptor, the clock or the user's Ctrl-C, with the
 * signals taken in order so that whoever watches always gets to clean up.
 */
#ifndef RINGSIDE_WATCH_H
#define RINGSIDE_WATCH_H

#include <stdint.h>
#include <sys/types.h>

enum watch_event {
	WATCH_READY,	/* the descriptor can be read */
	WATCH_EXIT,	/* the command has ended */
	WATCH_STOP,	/* the user has had enough, and there is no command */
	WATCH_TIME,	/* the time is up */
};

/**
 * struct watch - what is waited for
 * @pid: the command, 0 without one
 * @status: of the command, as waitpid() gives it, after WATCH_EXIT
 * @deadline_ns: CLOCK_MONOTONIC time when the time is up, 0 for never
 * @pidfd: of the command, -1 without one
 * @sigfd: where signals arrive
 * @gate: what a held command waits for
 * @told: where it tells that it can not be executed
 */
struct watch {
	pid_t pid;
	int status;
	uint64_t deadline_ns;
	int pidfd;
	int sigfd;
	int gate;
	int told;
};

/**
 * watch_init() - from now on signals end watch_next() and not the program
 *
 * Return: an exit code, EXIT_OK to go on.
 */
int watch_init(struct watch *w);

/**
 * watch_run() - start a command
 * @argv: its arguments, closed by NULL; found along PATH
 *
 * Return: an exit code; not EXIT_OK if it can not be executed.
 */
int watch_run(struct watch *w, char **argv);

/**
 * watch_hold() - make the process of a command, which waits to become it
 * @argv: its arguments, closed by NULL; must outlive watch_go()
 *
 * Whatever is done to the process in between holds from the command's first
 * instruction on. It ends when this program does.
 *
 * Return: an exit code.
 */
int watch_hold(struct watch *w, char **argv);

/** watch_go() - let it become the command; returns as watch_run() does */
int watch_go(struct watch *w, char **argv);

/** watch_seconds() - let the time be up in so many seconds */
void watch_seconds(struct watch *w, uint64_t seconds);

/** watch_until() - let the time be up at a time of CLOCK_MONOTONIC, 0 never */
void watch_until(struct watch *w, uint64_t ns);

/**
 * watch_next() - wait
 * @fd: to read from, or -1
 *
 * Signals that end a program are handed on to the command, if there is one.
 */
enum watch_event watch_next(struct watch *w, int fd);

/** watch_end() - free what was opened; a command that still runs goes on */
void watch_end(struct watch *w);

/**
 * watch_report() - put the command's end into the document that is open
 *
 * Return: EXIT_OK if it ended with status 0, else EXIT_FAILED.
 */
int watch_report(const struct watch *w);

#endif /* RINGSIDE_WATCH_H */
