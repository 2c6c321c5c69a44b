/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which counter stands for what: the index of each section in a block, as
 * area.c tells readers. A "cause" in this module is such an index.
 */
#ifndef RST_LAYOUT_H
#define RST_LAYOUT_H

/*
 * Sizes leave room: the newest kernels have fewer than 480 native and i386
 * calls, x32 numbers end at 547. Calls beyond are still in the books.
 */
#define RST_NR_X64	512
#define RST_NR_I386	512
#define RST_NR_X32	576
#define RST_NR_ABI	3
#define RST_NR_EXCEPTION 32
#define RST_NR_IRQ	256
#define RST_NR_VECTOR	256
#define RST_NR_SOFTIRQ	16
#define RST_NR_IDLE	16

enum {
	/* The native calls come first, which saves the hot path an addition. */
	RST_X64		= 0,
	RST_I386	= RST_X64 + RST_NR_X64,
	RST_X32		= RST_I386 + RST_NR_I386,
	RST_NONE	= RST_X32 + RST_NR_X32,
	RST_EXCEPTION	= RST_NONE + RST_NR_ABI,
	RST_IRQ		= RST_EXCEPTION + RST_NR_EXCEPTION,
	RST_VECTOR	= RST_IRQ + RST_NR_IRQ,
	RST_CHILD	= RST_VECTOR + RST_NR_VECTOR,
	RST_RESIDUAL,
	RST_BOOKS_END,
	RST_KERNEL_FAULT = RST_BOOKS_END,
	RST_KERNEL_IRQ,
	RST_KERNEL_VECTOR = RST_KERNEL_IRQ + RST_NR_IRQ,
	RST_SOFTIRQ	= RST_KERNEL_VECTOR + RST_NR_VECTOR,
	RST_VM_EXIT	= RST_SOFTIRQ + RST_NR_SOFTIRQ,
	RST_IDLE,
	RST_NR_COUNTERS	= RST_IDLE + RST_NR_IDLE,
};

/* Index in the section RST_NONE. */
enum { RST_NONE_X64, RST_NONE_I386, RST_NONE_X32 };

#endif /* RST_LAYOUT_H */
