/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one clock by which the manager measures how old something is.
 */
#ifndef RINGSIDE_HOST_CLOCK_H
#define RINGSIDE_HOST_CLOCK_H

#include <stdint.h>
#include <time.h>

/** clock_ms() - milliseconds of CLOCK_MONOTONIC, the same in all processes */
static inline int64_t clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

#endif /* RINGSIDE_HOST_CLOCK_H */
