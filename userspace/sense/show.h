/* SPDX-License-Identifier: GPL-2.0-only */
/* What of sense is shown, and how: the documents of cmd_sense.c. */
#ifndef SENSE_SHOW_H
#define SENSE_SHOW_H

#include "sense.h"

/**
 * struct sense_result - a row and what came of it
 * @row: the row
 * @found: what came of it
 * @verdict: what that means
 */
struct sense_result {
	const struct sense_row *row;
	struct sense_found found;
	enum sense_verdict verdict;
};

/* Long enough for the name of any row. */
#define SENSE_NAME_LEN 32

/** sense_name() - the name of a row: its key, and "/32" in 32-bit mode */
void sense_name(const struct sense_row *row, char *name, size_t len);

/**
 * sense_show() - the whole document
 * @results: of all rows
 * @nr: their number
 * @theorem: what they add up to
 * @all: in text, show privileged instructions that trap, too
 */
void sense_show(const struct sense_result *results, size_t nr,
		const struct sense_theorem *theorem, bool all);

/** sense_show_rows() - the table without results */
void sense_show_rows(void);

/**
 * sense_explain() - the reason behind a row
 * @row: the row
 * @result: what came of it on this machine
 */
void sense_explain(const struct sense_result *result);

#endif /* SENSE_SHOW_H */
