// SPDX-License-Identifier: GPL-2.0-only
/*
 * What does it cost to open and close a file? Prints the least number of TSC
 * ticks per pair that any batch needed; in a guest under "-icount shift=0" a
 * tick is one instruction. With an argument the file is opened from a
 * descriptor of that directory, otherwise by its name from the root.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include <x86intrin.h>

#define BATCHES	500
#define PAIRS	10

int main(int argc, char **argv)
{
	int dir = argc > 1 ? open(argv[1], O_PATH | O_DIRECTORY) : AT_FDCWD;
	const char *name = argc > 1 ? "file" : "/file";
	uint64_t best = UINT64_MAX, start, ticks;
	int batch, i, fd;

	for (batch = 0; batch < BATCHES; batch++) {
		start = __rdtsc();
		for (i = 0; i < PAIRS; i++) {
			fd = openat(dir, name, O_RDONLY);
			if (fd < 0 || close(fd)) {
				perror(name);
				return 1;
			}
		}
		ticks = __rdtsc() - start;
		if (ticks < best)
			best = ticks;
	}
	printf("%lu\n", (unsigned long)(best / PAIRS));
	return 0;
}
