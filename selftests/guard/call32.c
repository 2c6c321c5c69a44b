// SPDX-License-Identifier: GPL-2.0-only
/*
 * A 32-bit program: makes getppid() by the entry that 32-bit programs use and
 * exits with its errno, 0 if it worked. No library, so that it needs no 32-bit
 * one to be built or run.
 */
static int call(int nr, int a)
{
	int ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "0"(nr), "b"(a) : "memory");
	return ret;
}

void _start(void)
{
	int ret = call(64, 0);

	call(1, ret < 0 ? -ret : 0);
	for (;;)
		;
}
