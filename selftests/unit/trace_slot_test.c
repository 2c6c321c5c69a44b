// SPDX-License-Identifier: GPL-2.0-only
/* Has each task one slot, its own, until it is freed? */
#include <stdlib.h>
#include "../../modules/trace/slot.h"
#include "tap.h"

#define TASKS 10000

static struct rst_slots table;

/* Tasks are far apart in memory, as in the slab. */
static unsigned long task(unsigned int i)
{
	return 0xffff888000000000UL + i * 9472UL;
}

TEST(unknown_task_has_no_slot)
{
	EXPECT_EQ(true, !rst_slot_find(&table, task(0)));
	rst_slot_free(&table, task(0));
}

TEST(a_slot_stays_that_of_its_task)
{
	struct rst_slot *slot = rst_slot_get(&table, task(1));

	EXPECT_EQ(true, slot && slot->task == task(1));
	EXPECT_EQ(true, slot == rst_slot_get(&table, task(1)));
	EXPECT_EQ(true, slot == rst_slot_find(&table, task(1)));
	rst_slot_free(&table, task(1));
}

TEST(a_recycled_address_inherits_nothing)
{
	struct rst_slot *slot = rst_slot_get(&table, task(2));

	slot->start = 1;
	slot->out = 2;
	slot->off = 3;
	rst_slot_free(&table, task(2));
	EXPECT_EQ(true, !rst_slot_find(&table, task(2)));
	slot = rst_slot_get(&table, task(2));
	EXPECT_EQ(0, slot->start);
	EXPECT_EQ(0, slot->out);
	EXPECT_EQ(0, slot->off);
	rst_slot_free(&table, task(2));
}

TEST(ten_thousand_tasks_fit)
{
	unsigned int i;

	for (i = 0; i < TASKS; i++)
		EXPECT_EQ(true, !!rst_slot_get(&table, task(i)));
	for (i = 0; i < TASKS; i++) {
		struct rst_slot *slot = rst_slot_find(&table, task(i));

		EXPECT_EQ(true, slot && slot->task == task(i));
	}
}

TEST(a_full_table_refuses_and_loses_nothing_else)
{
	unsigned int i;

	for (i = TASKS; i < 8 * TASKS; i++)
		rst_slot_get(&table, task(i));
	EXPECT_EQ(true, !rst_slot_get(&table, task(8 * TASKS)));
	for (i = 0; i < TASKS; i++)
		EXPECT_EQ(true, !!rst_slot_find(&table, task(i)));
	for (i = 0; i < 8 * TASKS; i++)
		rst_slot_free(&table, task(i));
	EXPECT_EQ(true, !!rst_slot_get(&table, task(8 * TASKS)));
}

TEST_MAIN
