// SPDX-License-Identifier: GPL-2.0-only
/*
 * What do the host's own calls for a balloon cost? QEMU makes one for each page
 * that it is told of by number. Prints CPU time in milliseconds for all pages
 * of so much memory: dropping those that are in huge pages, dropping those
 * that are not there, asking for them.
 *
 * usage: discard MIB
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define MIB	((size_t)1 << 20)
#define HUGE	(2 * MIB)
#define PAGE	((size_t)4096)
#define TURNS	3

static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static double advise(char *memory, size_t size, int advice)
{
	double begin = cpu_ms();
	size_t at;

	for (at = 0; at < size; at += PAGE) {
		if (madvise(memory + at, PAGE, advice)) {
			perror("madvise");
			exit(1);
		}
	}
	return cpu_ms() - begin;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double median(double *samples)
{
	qsort(samples, TURNS, sizeof(*samples), by_size);
	return samples[TURNS / 2];
}

int main(int argc, char **argv)
{
	size_t size = argc == 2 ? strtoul(argv[1], NULL, 10) * MIB : 0;
	double there[TURNS], gone[TURNS], asked[TURNS];
	char *memory;
	int i;

	if (!size) {
		fprintf(stderr, "usage: discard MIB\n");
		return 2;
	}
	memory = mmap(NULL, size + HUGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED) {
		perror("mmap");
		return 1;
	}
	memory += -(uintptr_t)memory % HUGE;
	/* Fails on a host without huge pages, which then has none to break. */
	madvise(memory, size, MADV_HUGEPAGE);
	for (i = 0; i < TURNS; i++) {
		memset(memory, 1, size);
		there[i] = advise(memory, size, MADV_DONTNEED);
		gone[i] = advise(memory, size, MADV_DONTNEED);
		asked[i] = advise(memory, size, MADV_WILLNEED);
	}
	printf("%.2f %.2f %.2f\n", median(there), median(gone), median(asked));
	return 0;
}
