/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the host itself sees: memory that a process of QEMU really has, and how
 * much the host suffers from lack of memory. Nothing here believes a guest.
 */
#ifndef RINGSIDE_HOST_MEASURE_H
#define RINGSIDE_HOST_MEASURE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct measure - the memory of one process
 * @dir_fd: its directory in /proc, which no later process can have; -1 if none
 * @pid: its number
 * @life: differs between two processes even if they have the same number
 * @exact_bytes: its share of what it maps (Pss), huge pages and what is swapped
 *	out included, when last counted page by page
 * @rough_bytes: what the kernel's counters said at that time
 * @next_exact_ms: when it may be counted again
 */
struct measure {
	int dir_fd;
	pid_t pid;
	uint64_t life;
	uint64_t exact_bytes;
	uint64_t rough_bytes;
	int64_t next_exact_ms;
};

/** measure_init() - nothing is measured yet */
void measure_init(struct measure *m);

/**
 * measure_open() - measure this process from now on
 *
 * Return: 0, or -errno: -ESRCH if there is no such process.
 */
int measure_open(struct measure *m, pid_t pid);

/** measure_close() - stop measuring */
void measure_close(struct measure *m);

/**
 * measure_read() - how much memory does the process have?
 * @m: what is measured
 * @now_ms: CLOCK_MONOTONIC
 * @bytes: receives the answer
 *
 * Counting page by page (smaps_rollup) takes long for a large process, so it
 * is done only as often as it costs one part in fifty of a processor; in
 * between the kernel's counters say how much was added or went. For a process
 * that is not ours to look at there are only the counters (RSS).
 *
 * Return: 0, or -errno: -ESRCH if the process has ended.
 */
int measure_read(struct measure *m, int64_t now_ms, uint64_t *bytes);

/**
 * struct pressure - how long tasks waited for memory (PSI)
 * @known: does this kernel tell?
 * @some_us: time in which at least one task waited, since boot
 * @full_us: time in which all did
 * @some_avg10: the share of the last ten seconds, percent
 * @full_avg10: the same for all tasks
 */
struct pressure {
	bool known;
	uint64_t some_us;
	uint64_t full_us;
	double some_avg10;
	double full_avg10;
};

/** measure_pressure() - of this host; @known is false where PSI is off */
void measure_pressure(struct pressure *p);

#endif /* RINGSIDE_HOST_MEASURE_H */
