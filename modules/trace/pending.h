/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why did a task enter the kernel, when its registers do not say? A table from
 * tasks to causes that holds those that are inside an exception or interrupt
 * from user mode right now. Knows nothing of what a cause or a task is; the
 * host tests compile it too.
 */
#ifndef RST_PENDING_H
#define RST_PENDING_H

#include <linux/types.h>

/* One bucket is one cache line. */
#define RST_PENDING_BITS	10
#define RST_PENDING_WAYS	4

/**
 * struct rst_pending_entry - a task that is inside
 * @task: its address, 0 if the entry is free. Claimed with cmpxchg() by the
 *	task itself and released by it, or by whoever frees it when it is dead:
 *	so for any one task there is one writer at a time
 * @cause: meaningful while @task is set; only @task looks at it
 */
struct rst_pending_entry {
	unsigned long task;
	unsigned long cause;
};

struct rst_pending_bucket {
	struct rst_pending_entry way[RST_PENDING_WAYS];
};

struct rst_pending {
	struct rst_pending_bucket bucket[1 << RST_PENDING_BITS];
};

bool rst_pending_has(struct rst_pending *table, unsigned long task);
bool rst_pending_set(struct rst_pending *table, unsigned long task,
		     unsigned int cause);
int rst_pending_take(struct rst_pending *table, unsigned long task);

#endif /* RST_PENDING_H */
