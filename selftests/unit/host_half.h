/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One VM that has half of its memory and is known for a while: where tests of
 * how the policy judges a guest begin.
 */
#ifndef HOST_HALF_H
#define HOST_HALF_H

#include "host_world.h"

static struct world w;

/* One VM of 1 GiB, with half of it, known for a while, using @used. */
static inline void one_half(uint64_t used)
{
	world_init(&w, 4 * GIB, 1, GIB);
	w.samples[0].asked = 512 * MIB;
	world_settle(&w, 0, 512 * MIB);
	world_use(&w, 0, used);
	world_step(&w);
	w.now += RSH_SEC;
	world_use(&w, 0, used);
	world_step(&w);
	EXPECT_FALSE(w.decisions[0].flags & RSH_F_NEW);
}

static inline void second(uint64_t used)
{
	w.now += 900 * RSH_MS;
	world_use(&w, 0, used);
	world_step(&w);
}

/* Nothing happens for @ms, but for statistics. */
static inline void wait_ms(unsigned int ms)
{
	unsigned int i;

	for (i = 0; i < ms / 100; i++) {
		if (i % 10 == 9)
			world_use(&w, 0, 200 * MIB);
		world_step(&w);
	}
}

#endif /* HOST_HALF_H */
