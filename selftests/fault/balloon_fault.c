// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults when the balloon's driver takes its device, and in each of its
 * attributes; see fault.h. Moving the balloon is the driver's own work, which
 * no system call fails for.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest.h"

#include "fault.h"

#define DRIVER	"/sys/bus/virtio/drivers/ringside_balloon/"
#define NR(array)	(sizeof(array) / sizeof((array)[0]))

static char device[32];
static int result = -1;
static const char *attr;
static char value[64];

static void path_of(char path[512], const char *name)
{
	snprintf(path, 512, DRIVER "%s/%.255s", device, name);
}

/* The files of the device that can be written, and what they say. */
static void describe_balloon(struct state *s)
{
	char path[512];

	state_add_dir(s, DRIVER);
	path_of(path, "");
	state_add_dir(s, path);
	path_of(path, "ringside");
	state_add_dir(s, path);
	path_of(path, "ringside/mode");
	state_add_file(s, path);
	path_of(path, "ringside/state");
	state_add_file(s, path);
	if (attr) {
		path_of(path, attr);
		state_add_file(s, path);
	}
	state_add_descriptors(s);
	state_add_hooks(s);
	state_add(s, "loose\n");
}

static int open_file(const char *path)
{
	result = open(path, O_WRONLY | O_CLOEXEC);
	return result < 0 ? -1 : 0;
}

static void unbind(void)
{
	write_text(DRIVER "unbind", device);
}

static void bind(void)
{
	write_text(DRIVER "bind", device);
}

static int open_bind(void)
{
	unbind();
	return open_file(DRIVER "bind");
}

static int open_unbind(void)
{
	return open_file(DRIVER "unbind");
}

static long write_device(void)
{
	return or_errno(write(result, device, strlen(device)));
}

static void close_and_bind(void)
{
	close(result);
	bind();
}

static int open_attr(void)
{
	char path[512];

	path_of(path, attr);
	return open_file(path);
}

static long write_value(void)
{
	return or_errno(write(result, value, strlen(value)));
}

static void close_result(void)
{
	close(result);
}

static const struct op binding[] = {
	{ "taking the device", open_bind, write_device, NULL, close_and_bind },
	{ "letting it go", open_unbind, write_device, NULL, close_and_bind },
};

/* Write to an attribute what it says, or 0 if it only can be written. */
static void fail_attribute(const char *name)
{
	const struct op op = { name, open_attr, write_value, NULL,
			       close_result };
	char path[512];
	ssize_t n = 0;
	int fd;

	attr = name;
	path_of(path, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		n = read(fd, value, sizeof(value) - 1);
	close(fd);
	value[n > 0 ? n : 0] = '\0';
	value[strcspn(value, "\n")] = '\0';
	if (n <= 0 || strchr(value, ' '))
		strcpy(value, "0");
	fail_allocations(&op, 1);
}

static void fail_attributes(void)
{
	static char names[64][64];
	char path[512];
	struct dirent *entry;
	struct stat st;
	size_t nr = 0, i;
	DIR *dir;

	path_of(path, "ringside");
	dir = opendir(path);
	while (dir && nr < NR(names) && (entry = readdir(dir))) {
		snprintf(names[nr], sizeof(names[0]), "ringside/%.50s",
			 entry->d_name);
		path_of(path, names[nr]);
		if (!stat(path, &st) && S_ISREG(st.st_mode) &&
		    st.st_mode & 0200)
			nr++;
	}
	if (dir)
		closedir(dir);
	report(nr > 0, "there are attributes");
	for (i = 0; i < nr; i++)
		fail_attribute(names[i]);
}

static void set_up(void)
{
	struct dirent *entry;
	DIR *dir;

	if (load_module("ringside_balloon", ""))
		ksft_exit_skip("no ringside_balloon.ko that loads\n");
	dir = opendir(DRIVER);
	while (dir && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, "virtio", 6))
			snprintf(device, sizeof(device), "%.30s",
				 entry->d_name);
	if (dir)
		closedir(dir);
	if (!*device)
		ksft_exit_fail_msg("no device for the driver\n");
	describe = describe_balloon;
}

int main(void)
{
	ksft_print_header();
	need_faults();
	set_up();
	fail_allocations(binding, NR(binding));
	fail_attributes();
	finish();
}
