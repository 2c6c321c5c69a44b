// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long does a page fault of an innocent process take while something else
 * happens in the guest? Faults pages in one after the other; from SIGUSR1 on it
 * records for so many milliseconds, then prints "COUNT P99 MAX" of a fault in
 * nanoseconds; under "-icount shift=0" these are instructions.
 *
 * usage: neighbour MILLISECONDS
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define REGION		(4UL << 20)
#define PAGE		4096UL
#define MAX_FAULTS	(1U << 20)

static uint32_t faults[MAX_FAULTS];
static volatile sig_atomic_t recording;

static void start(int signal)
{
	(void)signal;
	recording = 1;
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static uint64_t fault(char *page)
{
	uint64_t before = now();

	*(volatile char *)page = 1;
	return now() - before;
}

/* One round over fresh memory. Returns how many faults are recorded by now. */
static unsigned int round_of_faults(unsigned int nr, uint64_t *end, uint64_t ns)
{
	char *region = mmap(NULL, REGION, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t at;

	if (region == MAP_FAILED || madvise(region, REGION, MADV_NOHUGEPAGE)) {
		perror("neighbour");
		exit(1);
	}
	for (at = 0; at < REGION; at += PAGE) {
		uint64_t took = fault(region + at);

		if (recording && !*end)
			*end = now() + ns;
		if (*end && nr < MAX_FAULTS)
			faults[nr++] = took < UINT32_MAX ? took : UINT32_MAX;
	}
	munmap(region, REGION);
	return nr;
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	uint64_t ns, end = 0;
	unsigned int nr;
	size_t i;

	if (argc != 2)
		return 2;
	ns = strtoull(argv[1], NULL, 10) * 1000000;
	/* The record itself shall not fault. */
	for (i = 0; i < MAX_FAULTS; i += PAGE / sizeof(faults[0]))
		faults[i] = 1;
	signal(SIGUSR1, start);
	for (nr = 0; !end || now() < end;)
		nr = round_of_faults(nr, &end, ns);
	qsort(faults, nr, sizeof(faults[0]), compare);
	printf("%u %u %u\n", nr, faults[nr - 1 - nr / 100], faults[nr - 1]);
	return 0;
}
