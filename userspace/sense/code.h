/* SPDX-License-Identifier: GPL-2.0-only */
/* What the assembly gives to the engine; no other file needs it. */
#ifndef SENSE_CODE_H
#define SENSE_CODE_H

#include "sense.h"

/**
 * struct sense_code - a probe, as DESCRIBE() writes it down
 * @key: the name of its row
 * @mode: 64 or 32
 * @start: its first instruction
 * @at: the one that it is about
 * @after: the one behind that
 * @end: behind its last
 */
struct sense_code {
	const char *key;
	uint64_t mode;
	const char *start;
	const char *at;
	const char *after;
	const char *end;
};

/* Sections, whose ends the linker names. */
extern const struct sense_code __start_sense_codes[], __stop_sense_codes[];
extern const char __start_sense_text64[], __stop_sense_text64[];
extern const char __start_sense_text32[], __stop_sense_text32[];

/* Where a 32-bit probe leaves to, and where it is entered from. */
extern const char sense_back[], sense_jump32[];

/*
 * Into a probe: @probe is its address in low memory, @flags the flags that it
 * starts with. Neither returns.
 */
void sense_enter64(struct sense_block *block, uint64_t probe, uint64_t flags);
void sense_enter32(struct sense_block *block, uint64_t probe, uint64_t flags);

/* Out of a signal handler, without libc. */
__attribute__((noreturn)) void sense_exit(void);

#endif /* SENSE_CODE_H */
