/* SPDX-License-Identifier: GPL-2.0-only */
/* Two results of ringside sense, side by side. */
#ifndef SENSE_DIFF_H
#define SENSE_DIFF_H

#include <jansson.h>
#include <stdio.h>

/**
 * struct sense_side - one of the results
 * @name: its file, or "this machine"
 * @doc: what sense --json printed
 */
struct sense_side {
	const char *name;
	json_t *doc;
};

/**
 * sense_write() - write a result, a row a line
 * @doc: what sense --json prints
 * @f: where to
 *
 * So that a result can be kept under version control, and its changes be read.
 */
void sense_write(const json_t *doc, FILE *f);

/**
 * sense_diff_load() - read a result
 * @side: receives it; json_decref() its doc
 * @path: the file
 *
 * Return: 0, or -1 after a complaint.
 */
int sense_diff_load(struct sense_side *side, const char *path);

/**
 * sense_diff() - show the rows that are not the same
 * @a: one side
 * @b: the other
 *
 * What varies anyway is not compared, nor are the names of the machines.
 *
 * Return: how many there are.
 */
size_t sense_diff(const struct sense_side *a, const struct sense_side *b);

#endif /* SENSE_DIFF_H */
