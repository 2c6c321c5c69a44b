/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the host itself sees: memory that a process of QEMU really has, and how
 * much the host suffers from lack of memory. Nothing here believes a guest.
 */
#ifndef RINGSIDE_HOST_MEASURE_H
#define RINGSIDE_HOST_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
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
 * @own_bytes: its memory that is not its guest's, when last told apart; of use
 *	if @own_of is not 0
 * @own_of: memory of the guest at that time, had it all been there
 * @next_own_ms: when it may be told apart again
 * @sooner_own_ms: when that may be if there is a reason to
 */
struct measure {
	int dir_fd;
	pid_t pid;
	uint64_t life;
	uint64_t exact_bytes;
	uint64_t rough_bytes;
	int64_t next_exact_ms;
	uint64_t own_bytes;
	uint64_t own_of;
	int64_t next_own_ms;
	int64_t sooner_own_ms;
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
 * struct measure_ram - the guest's memory, as the monitor describes it
 * @blocks: sizes of the pieces, bytes
 * @n: how many
 * @bytes: their sum
 */
struct measure_ram {
	const uint64_t *blocks;
	size_t n;
	uint64_t bytes;
};

/**
 * measure_own() - how much of its memory is not its guest's?
 * @m: what is measured
 * @ram: memory of the guest
 * @hurry: there is reason to think that the last answer is no longer true
 * @now_ms: CLOCK_MONOTONIC
 * @bytes: receives the answer, which may be some seconds old
 *
 * Guest RAM is recognized among the mappings of the process by its size. A wrong
 * one of the same size would have less of the guest's memory in it, so the
 * answer would be too large, which is safe.
 *
 * Return: 0, or -ENODATA when it can not be told apart.
 */
int measure_own(struct measure *m, const struct measure_ram *ram, bool hurry,
		int64_t now_ms, uint64_t *bytes);

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
