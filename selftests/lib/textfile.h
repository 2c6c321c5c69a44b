/* SPDX-License-Identifier: GPL-2.0-only */
/* Whole files of sysfs, procfs and tracefs, as text. */
#ifndef RS_TEXTFILE_H
#define RS_TEXTFILE_H

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static inline int put_text(const char *path, int flags, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | flags), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* Truncates, which empties a trace. Return: 0 or -errno. */
static inline int write_text(const char *path, const char *text)
{
	return put_text(path, O_TRUNC, text);
}

/* For lists such as uprobe_events. Return: 0 or -errno. */
static inline int append_text(const char *path, const char *text)
{
	return put_text(path, O_APPEND, text);
}

/*
 * As much as fits in @len bytes with a NUL; "" if it can't be read. Return: how
 * long the text is.
 */
static inline size_t read_text(const char *path, char *text, size_t len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t n;

	while (fd >= 0 && (n = read(fd, text + used, len - 1 - used)) > 0)
		used += n;
	text[used] = '\0';
	if (fd >= 0)
		close(fd);
	return used;
}

#endif /* RS_TEXTFILE_H */
