/* SPDX-License-Identifier: GPL-2.0-only */
/* A file that takes the place of another: readers see the old or the new one. */
#ifndef RINGSIDE_NEWFILE_H
#define RINGSIDE_NEWFILE_H

#include <stdio.h>

/**
 * struct newfile - one that is being written
 * @f: to write to
 * @path: whose place it takes
 * @temporary: what it is called until then
 */
struct newfile {
	FILE *f;
	const char *path;
	char *temporary;
};

/**
 * newfile_open() - begin
 * @path: must outlive newfile_commit()
 *
 * Return: an exit code; unless EXIT_OK there is nothing to commit.
 */
int newfile_open(struct newfile *new, const char *path);

/** newfile_commit() - put it in place; nothing is left of it on failure */
int newfile_commit(struct newfile *new);

#endif /* RINGSIDE_NEWFILE_H */
