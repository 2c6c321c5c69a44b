// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much of a QEMU process is QEMU itself? Its emulation, buffers and
 * translated code are tens to hundreds of MiB that no balloon moves; a number
 * set by hand is wrong for most. /proc/PID/smaps says what each mapping has:
 * guest RAM is where the sizes are those of the VM's memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "measure.h"
#include "measure_own.h"

/* It changes little, and each look costs a walk through all page tables. */
#define OWN_MS		10000
#define HURRY_MS	1000
#define MOST_BLOCKS	64

/**
 * struct walk - where one is in smaps
 * @ram: the guest's memory
 * @found: which of its blocks were seen
 * @left: how many were not
 * @is_guest: the mapping that is being read is one
 * @total: bytes of all mappings
 * @guest: bytes of those that are the guest's
 */
struct walk {
	const struct measure_ram *ram;
	bool found[MOST_BLOCKS];
	size_t left;
	bool is_guest;
	uint64_t total;
	uint64_t guest;
};

/* Translated code may be as large as a guest, but is executable. */
static bool is_block(struct walk *w, uint64_t size, const char *rights)
{
	size_t i;

	if (rights[0] != 'r' || rights[1] != 'w' || rights[2] == 'x')
		return false;
	for (i = 0; i < w->ram->n; i++) {
		if (w->found[i] || w->ram->blocks[i] != size)
			continue;
		w->found[i] = true;
		w->left--;
		return true;
	}
	return false;
}

static void take_line(struct walk *w, const char *line)
{
	static const char * const keys[] = {
		"Pss:", "SwapPss:", "Shared_Hugetlb:", "Private_Hugetlb:",
	};
	uint64_t start, end, bytes;
	char rights[5];
	size_t i, len;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &start, &end,
		   rights) == 3) {
		w->is_guest = is_block(w, end - start, rights);
		return;
	}
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		len = strlen(keys[i]);
		if (strncmp(line, keys[i], len))
			continue;
		bytes = strtoull(line + len, NULL, 10) << 10;
		w->total += bytes;
		w->guest += w->is_guest ? bytes : 0;
	}
}

/* The rest of a line that is too long, a path, is none by itself. */
static void read_lines(struct walk *w, FILE *file)
{
	bool whole = true;
	char line[512];

	while (fgets(line, sizeof(line), file)) {
		if (whole)
			take_line(w, line);
		whole = strchr(line, '\n');
	}
}

static int count(const struct measure *m, const struct measure_ram *ram,
		 uint64_t *bytes)
{
	struct walk w = { .ram = ram, .left = ram->n };
	int fd, bad;
	FILE *file;

	if (!ram->n || ram->n > MOST_BLOCKS)
		return -ENODATA;
	fd = openat(m->dir_fd, "smaps", O_RDONLY | O_CLOEXEC);
	file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file) {
		if (fd >= 0)
			close(fd);
		return -ENODATA;
	}
	read_lines(&w, file);
	bad = ferror(file);
	fclose(file);
	if (bad || w.left || !w.total)
		return -ENODATA;
	*bytes = w.total - w.guest;
	return 0;
}

int measure_own(struct measure *m, const struct measure_ram *ram, bool hurry,
		int64_t now_ms, uint64_t *bytes)
{
	int64_t began, pause;

	if (m->dir_fd < 0 || !ram->n)
		return -ENODATA;
	if (now_ms >= (hurry || m->own_of != ram->bytes ? m->sooner_own_ms :
							  m->next_own_ms)) {
		began = measure_cpu_us();
		m->own_of = count(m, ram, &m->own_bytes) ? 0 : ram->bytes;
		pause = measure_pause_ms(began);
		m->next_own_ms = now_ms + (pause > OWN_MS ? pause : OWN_MS);
		m->sooner_own_ms = now_ms + (pause > HURRY_MS ? pause :
								HURRY_MS);
	}
	if (!m->own_of || m->own_of != ram->bytes)
		return -ENODATA;
	*bytes = m->own_bytes;
	return 0;
}
