/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One more crossing in the sums of its task and of its cgroup. Inline, because
 * every system call pays for it while somebody wants to know.
 */
#ifndef RST_WHO_H
#define RST_WHO_H

#include "trace.h"

/* Of the calls each, of all else what there is of a kind. */
#define RST_NR_KINDS	16
#define RST_NR_SUMS	(RST_NR_X64 + RST_NR_KINDS)

/* Bytes of the sums of one cgroup on one CPU. */
#define RST_SUMS_STRIDE	(RST_NR_SUMS * sizeof(struct rs_trace_sum))

/**
 * struct rst_who_copy - the sums of a cgroup at one moment
 * @id: of the cgroup
 * @parent: of the one that will inherit, 0 for the root
 * @generation: changes whenever a cgroup got its sums or left them
 * @sums: RST_NR_SUMS of them
 * @path: where the cgroup is
 */
struct rst_who_copy {
	u64 id;
	u64 parent;
	u64 generation;
	struct rs_trace_sum *sums;
	char *path;
};

int rst_who_copy_group(u64 after, struct rst_who_copy *copy);
void rst_who_copy_free(struct rst_who_copy *copy);
int rst_who_copy_tasks(struct rs_trace_task *tasks, u32 *nr);

static __always_inline struct rs_trace_sum *
rst_who_sum(const struct rst_cpu *cpu, const struct rst_slot *slot,
	    unsigned long counter)
{
	unsigned int kind, index;
	struct rs_trace_sum *sum;

	if (unlikely(counter >= RST_NR_X64)) {
		rst_area_name(counter, &kind, &index);
		counter = RST_NR_X64 + kind;
	}
	sum = (void *)READ_ONCE(slot->sums) + cpu->sums_offset;
	return &sum[counter];
}

/* The crossing ends, whether it was timed or not. */
static __always_inline void rst_who_count(struct rst_slot *slot,
					  struct rs_trace_sum *sum)
{
	slot->calls++;
	sum->count++;
}

static __always_inline void rst_who_time(struct rst_slot *slot,
					 struct rs_trace_sum *sum, u64 ticks)
{
	slot->ticks += ticks;
	sum->ticks += ticks;
}

#endif /* RST_WHO_H */
