// SPDX-License-Identifier: GPL-2.0-only
/* The kernel that has nothing: what a fuzzer does not take the place of. */
#include <errno.h>

static int nothing(void)
{
	errno = ENOENT;
	return -1;
}

__attribute__((weak)) int seam_open(const char *path, int flags, ...)
{
	return nothing();
}

__attribute__((weak)) int seam_close(int fd)
{
	return 0;
}

__attribute__((weak)) int seam_fcntl(int fd, int cmd, ...)
{
	return nothing();
}

__attribute__((weak)) int seam_ioctl(int fd, unsigned long cmd, ...)
{
	return nothing();
}

__attribute__((weak)) ssize_t seam_read(int fd, void *to, size_t len)
{
	return nothing();
}

__attribute__((weak)) FILE *seam_fopen(const char *path, const char *mode)
{
	nothing();
	return NULL;
}
