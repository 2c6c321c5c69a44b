/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files in which a running manager shows what it does: one with its whole
 * state, for the other commands, and one for node_exporter. A reader sees an
 * old state or a new one, never half of one.
 */
#ifndef RINGSIDE_HOST_STATEFILE_H
#define RINGSIDE_HOST_STATEFILE_H

#include <jansson.h>
#include <stddef.h>
#include <sys/types.h>

/* Where the state is unless told. */
#define STATE_PATH	"/run/ringside-host/status.json"

/**
 * struct state_file - a file that is replaced again and again
 * @dir_fd: its directory, -1 if there is no file
 * @name: its name there
 * @lock_fd: a lock beside it, held as long as the process lives; -1 if none
 * @error: of the last write, 0 or -errno, so that it is told once
 */
struct state_file {
	int dir_fd;
	char name[256];
	int lock_fd;
	int error;
};

/** state_none() - there is no file */
void state_none(struct state_file *file);

/**
 * state_open() - be the one who writes this file
 * @file: filled in
 * @path: where; its directory is made if only that is missing
 *
 * Return: 0 or -errno: -EBUSY if another process writes it.
 */
int state_open(struct state_file *file, const char *path);

/** state_close() - remove the file, so that nobody takes it for news */
void state_close(struct state_file *file);

/**
 * state_write() - replace the content
 *
 * Return: 0 or -errno.
 */
int state_write(struct state_file *file, const char *text, size_t len);

/**
 * state_read() - what the running manager last wrote
 * @path: the file
 * @doc: receives the document, which the caller drops
 *
 * Return: 0 or -errno: -ENOENT if there is none, -ESRCH if who wrote it does
 * not run any more, -EPROTO if it is not a manager's state.
 */
int state_read(const char *path, json_t **doc);

#endif /* RINGSIDE_HOST_STATEFILE_H */
