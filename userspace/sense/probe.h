/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the probes in assembly and the engine in C agree on: where everything
 * lies, and the layout of the block that a probe writes its findings to.
 */
#ifndef SENSE_PROBE_H
#define SENSE_PROBE_H

/* Where the copies, the block and the stack lie. */
#define SENSE_BASE	0x20000000
#define SENSE_CODE64	(SENSE_BASE)
#define SENSE_CODE32	(SENSE_BASE + 0x4000)
#define SENSE_CODE_SIZE	0x4000
#define SENSE_BLOCK	(SENSE_BASE + 0x8000)
#define SENSE_STACK	(SENSE_BASE + 0x9f00)	/* its top; zeros above it */
#define SENSE_SIZE	0xa000
/* Nobody maps this; the kernel lets nobody. */
#define SENSE_NOWHERE	0x10

/* Offsets in struct sense_block. */
#define BLOCK_VALUE(n)	((n) * 8)
#define BLOCK_STATE	32
#define BLOCK_BACK	48
#define BLOCK_SCRATCH	64

/* enum sense_state */
#define SENSE_STATE_DONE 1

/* Selectors of Linux on x86-64. */
#define KERNEL_CS	0x10
#define KERNEL_DS	0x18
#define USER32_CS	0x23
#define CPU_SEGMENT	0x7b	/* its limit is the number of the CPU */

#define EFLAGS_TF	0x100
#define EFLAGS_IF	0x200
#define EFLAGS_IOPL	0x3000

#endif /* SENSE_PROBE_H */
