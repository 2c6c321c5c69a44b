/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests with the fake device share: its files in debugfs, the
 * driver's attributes, and waiting for either. See selftests/mods/fakeballoon.
 */
#ifndef RSB_FAKEBALLOON_H
#define RSB_FAKEBALLOON_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <linux/virtio_balloon.h>
#include "textfile.h"

#define FAKE	"/sys/kernel/debug/rs_fakeballoon/"
#define DRIVER	"/sys/bus/virtio/drivers/ringside_balloon/"
#define MODULES	"/lib/modules/ringside/"

#define F(name)	(1u << VIRTIO_BALLOON_F_##name)
#define NR_FEATURES 6

/* Queues, as the device's masks name them. */
#define Q_INFLATE	1
#define Q_DEFLATE	2
#define Q_STATS		4
#define Q_HINT		8
#define Q_REPORT	16
#define Q_ALL		31

#define UNIT		512ul
#define PATIENCE_S	30

/* The whole of a file without the last newline; "" if it can't be read. */
static inline const char *read_file(const char *path)
{
	static char text[8192];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	if (n > 0 && text[n - 1] == '\n')
		text[n - 1] = '\0';
	return text;
}

static inline int put(const char *name, unsigned long value)
{
	char path[128], text[32];

	snprintf(path, sizeof(path), FAKE "%s", name);
	snprintf(text, sizeof(text), "%lu", value);
	return write_text(path, text);
}

static inline unsigned long get(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), FAKE "%s", name);
	return strtoul(read_file(path), NULL, 0);
}

/* One line of the books; ULONG_MAX if there is no such line. */
static inline unsigned long book(const char *name)
{
	const char *line = read_file(FAKE "books");
	size_t len = strlen(name);

	while (line) {
		if (!strncmp(line, name, len) && line[len] == ' ')
			return strtoul(line + len, NULL, 10);
		line = strchr(line, '\n');
		line += !!line;
	}
	return -1ul;
}

/* "virtio1", while the device is plugged. */
static inline const char *device_name(void)
{
	static char name[64];

	if (sscanf(read_file(FAKE "device"), "%63s", name) != 1)
		name[0] = '\0';
	return name;
}

static inline unsigned long long accepted(void)
{
	unsigned long long features;

	if (sscanf(read_file(FAKE "device"), "%*s %llx", &features) != 1)
		return 0;
	return features;
}

static inline bool is_bound(void)
{
	return strstr(read_file(FAKE "device"), " ringside_balloon");
}

static inline void attr_path(char *path, size_t size, const char *name)
{
	snprintf(path, size, "/sys/bus/virtio/devices/%s/ringside/%s",
		 device_name(), name);
}

static inline const char *attr(const char *name)
{
	char path[192];

	attr_path(path, sizeof(path), name);
	return read_file(path);
}

static inline unsigned long attr_number(const char *name)
{
	return strtoul(attr(name), NULL, 10);
}

static inline int set_attr(const char *name, const char *value)
{
	char path[192];

	attr_path(path, sizeof(path), name);
	return write_text(path, value);
}

static inline double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Until the condition is true or patience is at its end; whether it is. */
#define UNTIL(condition) ({						\
	double deadline_ = now() + PATIENCE_S;				\
	bool ok_;							\
									\
	while (!(ok_ = (condition)) && now() < deadline_)		\
		usleep(2000);						\
	ok_;								\
})

#define STATE_IS(name)	UNTIL(!strcmp(attr("state"), (name)))

/* A number of /proc/meminfo or /proc/vmstat; 0 without such a line. */
static inline unsigned long proc_number(const char *path, const char *name)
{
	const char *line = strstr(read_file(path), name);

	return line ? strtoul(line + strlen(name), NULL, 10) : 0;
}

static inline unsigned long meminfo_kib(const char *name)
{
	return proc_number("/proc/meminfo", name);
}

static inline int load_module(const char *name, const char *params)
{
	char path[128];
	int fd, err;

	snprintf(path, sizeof(path), MODULES "%s.ko", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = syscall(SYS_finit_module, fd, params, 0) ? -errno : 0;
	close(fd);
	return err;
}

static inline int unload_module(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

/* Only one device at a time can report free pages: QEMU's lets go. */
static inline void unbind_others(void)
{
	DIR *dir = opendir(DRIVER);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, "virtio", 6) &&
		    strcmp(entry->d_name, device_name()))
			write_text(DRIVER "unbind", entry->d_name);
	if (dir)
		closedir(dir);
}

/* The driver's module, impatient with a silent host. */
static inline int load_driver(void)
{
	int err = load_module("ringside_balloon", "host_timeout_s=2");

	if (!err)
		unbind_others();
	return err;
}

static inline int unload_both(void)
{
	put("plugged", 0);
	return unload_module("ringside_balloon") ?:
	       unload_module("rs_fakeballoon");
}

/* Both modules afresh, also after a test that died half way. */
static inline int load_both(void)
{
	unload_both();
	return load_module("rs_fakeballoon", "") ?: load_driver();
}

static inline unsigned long held(void)
{
	unsigned long units = attr_number("units_2m");

	return units * UNIT + attr_number("units_4k");
}

/* The host's wish, and until it is fulfilled. */
static inline bool balloon(unsigned long pages)
{
	put("num_pages", pages);
	return UNTIL(get("actual") == pages) && STATE_IS("idle");
}

static inline void plug(unsigned int features)
{
	put("num_pages", 0);
	put("offer", features);
	put("clear", 1);
	put("plugged", 1);
}

#endif /* RSB_FAKEBALLOON_H */
