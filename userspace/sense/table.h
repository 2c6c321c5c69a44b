/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a row of the table is written. Whoever includes this has said in MODE which
 * mode of the processor all of its rows are about.
 */
#ifndef SENSE_TABLE_H
#define SENSE_TABLE_H

#include "sense.h"

#define ROW(k, what, of, why, when, ...)				\
	{ .key = (k), .mode = MODE, .text = (what), .insn = (of),	\
	  .set = SENSE_##why, .runs = SENSE_##when, __VA_ARGS__ }

#define PAPER(k, what, of, when, ...)					\
	ROW(k, what, of, PAPER, when, __VA_ARGS__)
#define SINCE(k, what, of, when, ...)					\
	ROW(k, what, of, SINCE, when, __VA_ARGS__)
#define PRIV(k, what, of, ...)						\
	ROW(k, what, of, PRIVILEGED, RUNS, __VA_ARGS__)

/* It stores what a register of the system holds. */
#define STORE(k, what, of, ...)						\
	PAPER(k, what, of, LEAKS, .flags = SENSE_STEP, __VA_ARGS__)
/* It stores where a table is, which is not the same on each CPU. */
#define TABLE(k, what, of)						\
	PAPER(k, what, of, LEAKS, .flags = SENSE_STEP | SENSE_VARIES,	\
	      .values = 2)

#endif /* SENSE_TABLE_H */
