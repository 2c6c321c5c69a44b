// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much memory does the host really give, and does it suffer? Reads /proc.
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

/* Where /proc/PID/stat has the start time, as proc(5) counts. */
#define START_FIELD	22

/* Return: bytes read, the text is closed by NUL; or -errno. */
static int read_file(int dir_fd, const char *name, char *buf, size_t size)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	int err;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	err = errno;
	close(fd);
	if (n < 0)
		return -err;
	buf[n] = '\0';
	return n;
}

/* The sum of the lines "KEY:   N kB" for each of the keys, in bytes. */
static uint64_t sum_kb(const char *text, const char * const *keys)
{
	uint64_t sum = 0;

	for (; *keys; keys++) {
		size_t len = strlen(*keys);
		const char *line = text;

		while (line && strncmp(line, *keys, len)) {
			line = strchr(line, '\n');
			line = line ? line + 1 : NULL;
		}
		if (line)
			sum += strtoull(line + len, NULL, 10) << 10;
	}
	return sum;
}

static int count_exactly(const struct measure *m, uint64_t *bytes)
{
	/* Pss leaves huge pages of hugetlbfs out. */
	static const char * const keys[] = {
		"Pss:", "SwapPss:", "Shared_Hugetlb:", "Private_Hugetlb:", NULL
	};
	char text[4096];
	int ret = read_file(m->dir_fd, "smaps_rollup", text, sizeof(text));

	if (ret < 0)
		return ret;
	*bytes = sum_kb(text, keys);
	return 0;
}

static int count_roughly(const struct measure *m, uint64_t *bytes)
{
	static const char * const keys[] = {
		"VmRSS:", "VmSwap:", "HugetlbPages:", NULL
	};
	char text[8192];
	int ret = read_file(m->dir_fd, "status", text, sizeof(text));

	if (ret < 0)
		return ret;
	/* What has ended and was not waited for has no memory, and no line. */
	if (!strstr(text, "\nVmRSS:"))
		return -ESRCH;
	*bytes = sum_kb(text, keys);
	return 0;
}

/* When the process was started, in ticks of the kernel's clock. */
static int start_time(const struct measure *m, uint64_t *ticks)
{
	unsigned int field;
	char text[1024], *p;
	int ret = read_file(m->dir_fd, "stat", text, sizeof(text));

	if (ret < 0)
		return ret;
	/* A command's name may hold anything, but is the last in brackets. */
	p = strrchr(text, ')');
	for (field = 2; p && field < START_FIELD; field++)
		p = strchr(p + 1, ' ');
	if (!p)
		return -EINVAL;
	*ticks = strtoull(p, NULL, 10);
	return 0;
}

unsigned int measure_count;

void measure_init(struct measure *m)
{
	memset(m, 0, sizeof(*m));
	m->dir_fd = -1;
}

int measure_open(struct measure *m, pid_t pid)
{
	uint64_t ticks;
	char path[32];
	int ret;

	measure_close(m);
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	m->dir_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (m->dir_fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	ret = start_time(m, &ticks);
	if (ret) {
		close(m->dir_fd);
		measure_init(m);
		return ret;
	}
	m->pid = pid;
	measure_count++;
	m->life = ticks << 22 | (pid & ((1 << 22) - 1));
	return 0;
}

void measure_close(struct measure *m)
{
	if (m->dir_fd < 0)
		return;
	close(m->dir_fd);
	measure_count--;
	measure_init(m);
}

int measure_read(struct measure *m, int64_t now_ms, uint64_t *bytes)
{
	uint64_t rough, exact;
	int64_t began;
	int ret;

	if (m->dir_fd < 0)
		return -ESRCH;
	ret = count_roughly(m, &rough);
	if (ret)
		return ret;
	if (now_ms >= m->next_exact_ms) {
		began = measure_cpu_us();
		ret = count_exactly(m, &exact);
		/* Not ours to look at: what it shares counts in full, then. */
		if (ret == -EACCES || ret == -EPERM)
			exact = rough;
		else if (ret)
			return ret;
		m->next_exact_ms = now_ms + measure_pause_ms(began);
		m->exact_bytes = exact;
		m->rough_bytes = rough;
	}
	*bytes = m->exact_bytes + rough - m->rough_bytes;
	/* Pages that others share may leave both counts at different times. */
	if (m->exact_bytes + rough < m->rough_bytes)
		*bytes = 0;
	return 0;
}

void measure_pressure(struct pressure *p)
{
	char text[512], *full;
	int n;

	memset(p, 0, sizeof(*p));
	n = read_file(AT_FDCWD, "/proc/pressure/memory", text, sizeof(text));
	if (n <= 0)
		return;
	full = strstr(text, "full ");
	n = sscanf(text, "some avg10=%lf avg60=%*f avg300=%*f total=%" SCNu64,
		   &p->some_avg10, &p->some_us);
	if (n != 2 || !full)
		return;
	n = sscanf(full, "full avg10=%lf avg60=%*f avg300=%*f total=%" SCNu64,
		   &p->full_avg10, &p->full_us);
	p->known = n == 2;
}
