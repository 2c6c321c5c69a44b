/* SPDX-License-Identifier: GPL-2.0-only */
/* Limits that crossings may exceed, see slow.c. */
#ifndef RST_SLOW_H
#define RST_SLOW_H

#include "trace.h"

extern u64 rst_slow_limits[RST_BOOKS_END];

void rst_slow_init(void);
u64 rst_slow_default(void);
int rst_slow_set_all(u64 ns);
int rst_slow_set(unsigned int counter, u64 ns);
void rst_slow_report(unsigned int counter, u64 ticks, u64 off);

/* A crossing has ended. */
static inline void rst_slow_check(unsigned int counter, u64 ticks, u64 off)
{
	if (unlikely(ticks > READ_ONCE(rst_slow_limits[counter])))
		rst_slow_report(counter, ticks, off);
}

#endif /* RST_SLOW_H */
