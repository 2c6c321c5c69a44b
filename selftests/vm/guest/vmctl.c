// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the guest talks to the harness outside: a word on QEMU's debug console
 * port, which no driver and no printk touches, and the end of the machine
 * through isa-debug-exit. It interprets nothing; selftests/vm/run reads the
 * words.
 *
 *	vmctl say TEXT...	one line to the harness
 *	vmctl off		stop the virtual machine, now
 */
#include <stdio.h>
#include <string.h>
#include <sys/io.h>
#include <unistd.h>

#define DEBUGCON_PORT	0xe9
#define DEBUG_EXIT_PORT	0xf4

static void put(const char *text)
{
	while (*text)
		outb(*text++, DEBUGCON_PORT);
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 2) {
		fprintf(stderr, "usage: vmctl say TEXT... | off\n");
		return 2;
	}
	if (iopl(3)) {
		perror("vmctl: iopl");
		return 1;
	}
	if (!strcmp(argv[1], "off")) {
		sync();
		outl(0, DEBUG_EXIT_PORT);
		return 1;
	}
	for (i = 2; i < argc; i++) {
		put(argv[i]);
		put(i + 1 < argc ? " " : "\n");
	}
	return 0;
}
