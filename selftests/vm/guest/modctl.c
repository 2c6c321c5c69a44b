// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads and unloads one module and says exactly what the kernel answered:
 * busybox's insmod and rmmod translate some errors and retry others. Prints
 * the errno's name and exits 1 when the call failed.
 *
 *	modctl load FILE [PARAMETER=VALUE]...
 *	modctl unload NAME
 *
 * and two things that the lifecycle tests need and a shell cannot do:
 *
 *	modctl map DEVICE SECONDS	keep a page mapped, but no descriptor
 *	modctl badmagic FILE NEW	a copy with another version magic
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int answer(const char *what, long ret)
{
	if (!ret)
		return 0;
	fprintf(stderr, "%s: %s: %s\n", what, strerrorname_np(errno),
		strerror(errno));
	return 1;
}

static int load(const char *file, int argc, char **argv)
{
	char params[1024] = "";
	int fd, i;

	for (i = 0; i < argc; i++) {
		if (strlen(params) + strlen(argv[i]) + 2 > sizeof(params)) {
			fprintf(stderr, "%s: too many parameters\n", file);
			return 2;
		}
		strcat(params, argv[i]);
		strcat(params, " ");
	}
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr, "%s: %s\n", file, strerror(errno));
		return 2;
	}
	return answer(file, syscall(SYS_finit_module, fd, params, 0));
}

static int map(const char *device, unsigned int seconds)
{
	int fd = open(device, O_RDWR | O_CLOEXEC);
	void *page;

	if (fd < 0)
		return answer(device, fd);
	page = mmap(NULL, getpagesize(), PROT_READ, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		return answer(device, -1);
	close(fd);
	puts("mapped");
	fflush(stdout);
	sleep(seconds);
	return 0;
}

/*
 * With symbol versions the kernel does not compare the release in the magic
 * string, so it is the "SMP" that is altered.
 */
static int badmagic(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char *image, *magic, *smp = NULL;
	struct stat st;

	if (in < 0 || out < 0 || fstat(in, &st))
		return answer(from, -1);
	image = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, in, 0);
	if (image == MAP_FAILED)
		return answer(from, -1);
	magic = memmem(image, st.st_size, "vermagic=", 9);
	if (magic)
		smp = strstr(magic, " SMP ");
	if (!smp) {
		fprintf(stderr, "%s: no SMP in its version magic\n", from);
		return 2;
	}
	smp[3] = 'X';
	return write(out, image, st.st_size) == st.st_size ? 0 : 2;
}

int main(int argc, char **argv)
{
	if (argc >= 3 && !strcmp(argv[1], "load"))
		return load(argv[2], argc - 3, argv + 3);
	if (argc == 3 && !strcmp(argv[1], "unload"))
		return answer(argv[2], syscall(SYS_delete_module, argv[2],
					       O_NONBLOCK));
	if (argc == 4 && !strcmp(argv[1], "map"))
		return map(argv[2], atoi(argv[3]));
	if (argc == 4 && !strcmp(argv[1], "badmagic"))
		return badmagic(argv[2], argv[3]);
	fprintf(stderr,
		"usage: modctl load FILE [PARAM=VALUE]... | unload NAME | map DEVICE SECONDS | badmagic FILE NEW\n");
	return 2;
}
