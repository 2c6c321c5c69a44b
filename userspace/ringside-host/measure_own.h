/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What counting pages may cost, for the two files that do it. Users include
 * measure.h.
 */
#ifndef RINGSIDE_HOST_MEASURE_OWN_H
#define RINGSIDE_HOST_MEASURE_OWN_H

#include <stdint.h>
#include <time.h>

/* Counts that took a millisecond in all are not repeated for fifty. */
#define MEASURE_COST 50

/* Processes that are measured, who share what counting may cost. */
extern unsigned int measure_count;

static inline int64_t measure_cpu_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000LL + ts.tv_nsec / 1000;
}

/* How long not to count again, after a count that began then. */
static inline int64_t measure_pause_ms(int64_t began_us)
{
	return (measure_cpu_us() - began_us) * MEASURE_COST * measure_count /
		1000;
}

#endif /* RINGSIDE_HOST_MEASURE_OWN_H */
