/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a probe is written. It is entered with its struct sense_block in %rdi
 * (%edi in 32-bit mode), on a stack of its own, and may change every register but
 * that one. It runs from a copy in low memory, so that 32-bit code and far
 * pointers can reach it: 64-bit code takes an address in a probe with LEA, in
 * 32-bit code it is LOW32(label), a constant of the assembler.
 */
#ifndef SENSE_ASM_H
#define SENSE_ASM_H

#include "probe.h"

#define PROBE(key)	.balign 16; .Lstart_##key:
/* The instruction that is asked about, and what comes after it. */
#define TEST(key, ...)	.Lat_##key: __VA_ARGS__; .Lafter_##key: nop; nop

#define DESCRIBE(key, mode)						\
	.Lend_##key:							\
	.pushsection .rodata; .Lname_##key: .asciz #key; .popsection;	\
	.pushsection sense_codes, "aw";					\
	.quad .Lname_##key, mode, .Lstart_##key, .Lat_##key,		\
		.Lafter_##key, .Lend_##key;				\
	.popsection

#define END64(key)	ret; DESCRIBE(key, 64)
#define END32(key)	ljmp *BLOCK_BACK(%edi); DESCRIBE(key, 32)
/* For probes that consist of nothing but their instruction. */
#define ONLY64(key, ...) PROBE(key) TEST(key, __VA_ARGS__); END64(key)
#define ONLY32(key, ...) PROBE(key) TEST(key, __VA_ARGS__); END32(key)

#define LOW32(label)	(SENSE_CODE32 + (label - sense_code32))

#endif /* SENSE_ASM_H */
