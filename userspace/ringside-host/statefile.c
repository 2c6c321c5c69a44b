// SPDX-License-Identifier: GPL-2.0-only
/*
 * How do a manager and those who look at it share a file? By rename, and by a
 * lock against a second writer, which the kernel drops however the first ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "statefile.h"

/* No state comes near; a file that does is not ours. */
#define MOST_BYTES	(8L << 20)

void state_none(struct state_file *file)
{
	memset(file, 0, sizeof(*file));
	file->dir_fd = -1;
	file->lock_fd = -1;
}

/* dirname() and basename() write into what they are given. */
static int open_dir(struct state_file *file, const char *path)
{
	char copy[PATH_MAX];
	const char *dir;

	if (strlen(path) >= sizeof(copy))
		return -ENAMETOOLONG;
	strcpy(copy, path);
	snprintf(file->name, sizeof(file->name), "%s", basename(copy));
	strcpy(copy, path);
	dir = dirname(copy);
	if (mkdir(dir, 0755) && errno != EEXIST && errno != EROFS)
		return -errno;
	file->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return file->dir_fd < 0 ? -errno : 0;
}

/* For nobody else to open: who can open a file can lock it. */
static int take_lock(struct state_file *file)
{
	char name[sizeof(file->name) + 8];

	snprintf(name, sizeof(name), ".%s.lock", file->name);
	file->lock_fd = openat(file->dir_fd, name, O_RDWR | O_CREAT |
			       O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file->lock_fd < 0)
		return -errno;
	if (!flock(file->lock_fd, LOCK_EX | LOCK_NB))
		return 0;
	return errno == EWOULDBLOCK ? -EBUSY : -errno;
}

int state_open(struct state_file *file, const char *path)
{
	int ret;

	state_none(file);
	ret = open_dir(file, path);
	if (!ret)
		ret = take_lock(file);
	if (!ret)
		return 0;
	if (file->dir_fd >= 0)
		close(file->dir_fd);
	if (file->lock_fd >= 0)
		close(file->lock_fd);
	state_none(file);
	return ret;
}

/* The lock's file stays: another may already wait for it. */
void state_close(struct state_file *file)
{
	if (file->dir_fd < 0)
		return;
	unlinkat(file->dir_fd, file->name, 0);
	close(file->dir_fd);
	close(file->lock_fd);
	state_none(file);
}

static int write_all(int fd, const char *text, size_t len)
{
	ssize_t n;

	while (len) {
		n = write(fd, text, len);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			text += n;
			len -= n;
		}
	}
	return 0;
}

int state_write(struct state_file *file, const char *text, size_t len)
{
	char temporary[sizeof(file->name) + 8];
	int fd, ret;

	snprintf(temporary, sizeof(temporary), ".%s.new", file->name);
	fd = openat(file->dir_fd, temporary, O_WRONLY | O_CREAT | O_TRUNC |
		    O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	ret = write_all(fd, text, len);
	close(fd);
	if (!ret && renameat(file->dir_fd, temporary, file->dir_fd,
			     file->name))
		ret = -errno;
	if (ret)
		unlinkat(file->dir_fd, temporary, 0);
	return ret;
}

/* One that was killed leaves its file behind. */
static bool is_running(const json_t *doc)
{
	pid_t pid = json_integer_value(json_object_get(doc, "pid"));

	return pid > 0 && (!kill(pid, 0) || errno != ESRCH);
}

int state_read(const char *path, json_t **doc)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	int ret;

	if (fd < 0)
		return -errno;
	*doc = NULL;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) &&
	    st.st_size <= MOST_BYTES)
		*doc = json_loadfd(fd, 0, NULL);
	close(fd);
	if (!json_is_array(json_object_get(*doc, "vms")))
		ret = -EPROTO;
	else if (!is_running(*doc))
		ret = -ESRCH;
	else
		return 0;
	json_decref(*doc);
	*doc = NULL;
	return ret;
}
