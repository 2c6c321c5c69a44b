// SPDX-License-Identifier: GPL-2.0-only
/* Does a cause wait under its task, and only until it is taken? */
#include <stdlib.h>
#include "../../modules/trace/pending.h"
#include "tap.h"

#define ROOM (RST_PENDING_WAYS << RST_PENDING_BITS)

static struct rst_pending table;

TEST(unknown_task_has_no_cause)
{
	EXPECT_EQ(false, rst_pending_has(&table, 4096));
	EXPECT_EQ(-1, rst_pending_take(&table, 4096));
}

TEST(a_cause_is_taken_once)
{
	EXPECT_EQ(true, rst_pending_set(&table, 4096, 7));
	EXPECT_EQ(true, rst_pending_has(&table, 4096));
	EXPECT_EQ(7, rst_pending_take(&table, 4096));
	EXPECT_EQ(-1, rst_pending_take(&table, 4096));
}

TEST(the_last_cause_of_a_task_counts)
{
	EXPECT_EQ(true, rst_pending_set(&table, 4096, 1));
	EXPECT_EQ(true, rst_pending_set(&table, 4096, 2));
	EXPECT_EQ(2, rst_pending_take(&table, 4096));
	EXPECT_EQ(-1, rst_pending_take(&table, 4096));
}

TEST(cause_0_is_a_cause)
{
	EXPECT_EQ(true, rst_pending_set(&table, 4096, 0));
	EXPECT_EQ(0, rst_pending_take(&table, 4096));
}

/* Tasks are far apart in memory, as in the slab. */
static unsigned long task(unsigned int i)
{
	return 0xffff888000000000UL + i * 9472UL;
}

TEST(a_full_table_refuses_and_loses_nothing_else)
{
	static bool kept[2 * ROOM];
	unsigned int i, n = 0;

	for (i = 0; i < 2 * ROOM; i++) {
		kept[i] = rst_pending_set(&table, task(i), i);
		n += kept[i];
	}
	EXPECT_EQ(true, n <= ROOM);
	EXPECT_EQ(true, n > ROOM / 2);
	for (i = 0; i < 2 * ROOM; i++)
		EXPECT_EQ(kept[i] ? (int)i : -1,
			  rst_pending_take(&table, task(i)));
	/* All room is back. */
	EXPECT_EQ(true, rst_pending_set(&table, task(2 * ROOM), 1));
	EXPECT_EQ(1, rst_pending_take(&table, task(2 * ROOM)));
}

TEST_MAIN
