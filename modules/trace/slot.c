// SPDX-License-Identifier: GPL-2.0-only
/*
 * The slots of tasks: open addressing within a window, so that a slot can be
 * freed without moving others.
 *
 * No locks, because probes of any context short of NMI look here:
 *   1. Only a task itself claims its slot, with preemption off, and finds it
 *      first if there is one: so no task has two. An interrupt looks, but does
 *      not claim.
 *   2. Two tasks may want the same free slot: cmpxchg() decides.
 *   3. A slot is freed when its task can not run any more and before its
 *      address can be used again. A fork clears what an earlier task of that
 *      address left behind, should its end have been missed.
 *   4. Whoever keeps a pointer to a slot compares slot->task each time. After
 *      the table is freed there are no such pointers, see latency.c.
 * A full window means no slot: such crossings are counted, but not timed.
 */
#include <linux/atomic.h>
#include <linux/compiler.h>

#include "slot.h"

/**
 * rst_slot_find - the slot of a task
 * @table: the table
 * @task: any task
 *
 * Return: its slot, or NULL.
 */
struct rst_slot *rst_slot_find(struct rst_slots *table, unsigned long task)
{
	struct rst_slot *window = rst_slot_first(table, task);
	unsigned int i;

	for (i = 0; i < RST_SLOT_WINDOW; i++)
		if (READ_ONCE(window[i].task) == task)
			return &window[i];
	return NULL;
}

/**
 * rst_slot_get - the slot of the current task, a new one if need be
 * @table: the table
 * @task: the current task
 *
 * Return: its slot, or NULL if there is no room.
 */
struct rst_slot *rst_slot_get(struct rst_slots *table, unsigned long task)
{
	struct rst_slot *slot = rst_slot_find(table, task);
	struct rst_slot *window = rst_slot_first(table, task);
	unsigned int i;

	if (slot)
		return slot;
	for (i = 0; i < RST_SLOT_WINDOW; i++)
		if (!READ_ONCE(window[i].task) &&
		    !cmpxchg(&window[i].task, 0, task))
			return &window[i];
	return NULL;
}

/**
 * rst_slot_free - a task is dead
 * @table: the table
 * @task: the task, which may have no slot
 */
void rst_slot_free(struct rst_slots *table, unsigned long task)
{
	struct rst_slot *slot = rst_slot_find(table, task);

	if (!slot)
		return;
	slot->start = 0;
	slot->out = 0;
	slot->off = 0;
	slot->calls = 0;
	slot->ticks = 0;
	slot->inner = 0;
	/* Pairs with cmpxchg() in rst_slot_get(): the next owner comes after. */
	smp_store_release(&slot->task, 0);
}
