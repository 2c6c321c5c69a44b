// SPDX-License-Identifier: GPL-2.0-only
/*
 * What of our modules did a program run? KCOV writes down every place of the
 * kernel that a task comes by; those in the modules become bits, by module and
 * offset, so that they mean the same after a module was loaded anew. Without
 * KCOV nothing is ever new, and programs are drawn without memory.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <linux/kcov.h>

#include "guest_fuzz.h"

#define KCOV		"/sys/kernel/debug/kcov"
#define ENTRIES		(256 << 10)
#define NR_MODULES	6

static int kcov = -1;
static unsigned long *area;
static struct {
	char name[32];
	unsigned long start, end;
	unsigned int reached;
} modules[NR_MODULES];
static unsigned int nr_modules;
/* Bits that were there before this program, and how many. */
static unsigned long known[COVERAGE_BITS / 64];
static unsigned int nr_known;

/* coverage_modules - where they are now */
void coverage_modules(void)
{
	char line[512], name[64];
	unsigned long start, size;
	FILE *f = fopen("/proc/modules", "re");
	unsigned int i;

	for (i = 0; i < nr_modules; i++)
		modules[i].end = 0;
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63s %lu %*s %*s %*s %lx", name, &size,
			   &start) != 3 || strncmp(name, "ringside", 8))
			continue;
		for (i = 0; i < nr_modules; i++)
			if (!strcmp(modules[i].name, name))
				break;
		if (i == NR_MODULES)
			continue;
		if (i == nr_modules)
			nr_modules++;
		snprintf(modules[i].name, sizeof(modules[i].name), "%.31s",
			 name);
		modules[i].start = start;
		modules[i].end = start + size;
	}
	if (f)
		fclose(f);
}

bool coverage_open(void)
{
	kcov = open(KCOV, O_RDWR | O_CLOEXEC);
	if (kcov < 0 || ioctl(kcov, KCOV_INIT_TRACE, ENTRIES))
		return false;
	area = mmap(NULL, ENTRIES * sizeof(*area), PROT_READ | PROT_WRITE,
		    MAP_SHARED, kcov, 0);
	if (area == MAP_FAILED)
		area = NULL;
	return area;
}

/* In the task that plays. */
void coverage_begin(void)
{
	if (!area)
		return;
	if (ioctl(kcov, KCOV_ENABLE, KCOV_TRACE_PC))
		area = NULL;
	else
		__atomic_store_n(&area[0], 0, __ATOMIC_RELAXED);
}

static void mark(unsigned long pc)
{
	unsigned int i, found = NR_MODULES, bit;

	/* Sizes are those of code and data, which need not be neighbours. */
	for (i = 0; i < nr_modules; i++)
		if (pc >= modules[i].start && pc < modules[i].end &&
		    (found == NR_MODULES ||
		     modules[i].start > modules[found].start))
			found = i;
	if (found == NR_MODULES)
		return;
	i = found;
	bit = (pc - modules[i].start + i * 0x9e3779b1u) % COVERAGE_BITS;
	shared->reached[bit / 64] |= 1ul << bit % 64;
	shared->owner[bit] = i;
}

/* coverage_take - note what came since the last time, and begin anew */
void coverage_take(void)
{
	unsigned long i, n;

	if (!area)
		return;
	n = __atomic_load_n(&area[0], __ATOMIC_RELAXED);
	for (i = 0; i < n && i + 1 < ENTRIES; i++)
		mark(area[i + 1]);
	__atomic_store_n(&area[0], 0, __ATOMIC_RELAXED);
}

/* A child must not write where its parent reads. */
void coverage_end(void)
{
	area = NULL;
}

/* coverage_new - how many places were reached for the first time */
unsigned int coverage_new(void)
{
	unsigned int i, n = 0;
	unsigned long bits;

	for (i = 0; i < COVERAGE_BITS / 64; i++) {
		bits = shared->reached[i] & ~known[i];
		known[i] |= bits;
		for (; bits; bits &= bits - 1) {
			modules[shared->owner[i * 64 +
				__builtin_ctzl(bits)]].reached++;
			n++;
		}
	}
	nr_known += n;
	return n;
}

/* coverage_report - places of each module, as comments */
void coverage_report(void)
{
	unsigned int i;

	if (!nr_known)
		return;
	for (i = 0; i < nr_modules; i++)
		printf("# reached %s %u\n", modules[i].name,
		       modules[i].reached);
}
