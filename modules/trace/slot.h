/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When did a task enter the kernel? A table with one slot for each task that
 * ever entered while it was there. Knows nothing of clocks and hooks; the host
 * tests compile it, too.
 */
#ifndef RST_SLOT_H
#define RST_SLOT_H

#include <linux/compiler.h>
#include <linux/hash.h>
#include <linux/types.h>

struct rs_trace_sum;

#define RST_SLOT_BITS	15
/* Places that a task may have: a look-up touches no more. */
#define RST_SLOT_WINDOW	16

/**
 * struct rst_slot - a task
 * @task: its address, 0 if the slot is free. Claimed with cmpxchg() by the task
 *	itself and released by whoever frees the task
 * @start: time stamp of its entry, moved forward by what is to be left out;
 *	0 while it is in user mode. This and the rest are written in the task's
 *	own context, and by interrupts and the scheduler on its CPU
 * @out: time stamp since when it is off the CPU, 0 if it is on one
 * @off: ticks that it was off the CPU since @start
 * @sums: of its cgroup, see who.c; means nothing unless somebody wants to know
 * @calls: its returns to user mode, while somebody wants to know
 * @ticks: and how long it was in the kernel
 * @inner: ticks of the interrupts that @start was moved by. Only the flight
 *	recorder looks at it, and clears it at each return
 */
struct rst_slot {
	unsigned long task;
	u64 start;
	u64 out;
	u64 off;
	struct rs_trace_sum *sums;
	u64 calls;
	u64 ticks;
	u64 inner;
} __aligned(64);

struct rst_slots {
	struct rst_slot slot[(1 << RST_SLOT_BITS) + RST_SLOT_WINDOW];
};

/* The first place that a task may have, and most often has. */
static __always_inline struct rst_slot *rst_slot_first(struct rst_slots *table,
						       unsigned long task)
{
	return &table->slot[hash_long(task, RST_SLOT_BITS)];
}

struct rst_slot *rst_slot_find(struct rst_slots *table, unsigned long task);
struct rst_slot *rst_slot_get(struct rst_slots *table, unsigned long task);
void rst_slot_free(struct rst_slots *table, unsigned long task);

#endif /* RST_SLOT_H */
