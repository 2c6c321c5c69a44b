// SPDX-License-Identifier: GPL-2.0-only
/*
 * hammer N: N processes make calls that a policy denies, by both entries, and
 * fork now and then, until the group is killed. Exits with 1 as soon as an
 * answer is neither success nor EPERM.
 */
#include "guard_test.h"

static void strike(void)
{
	long round, ret;

	for (round = 0;; round++) {
		ret = raw64(SYS_unshare, 0, 0, 0);
		if (ret && ret != -EPERM)
			_exit(1);
		ret = raw32(I386_UNSHARE, 0, 0, 0);
		if (ret && ret != -EPERM)
			_exit(1);
		if (round % 1000)
			continue;
		if (!fork())
			_exit(0);
		wait(NULL);
	}
}

int main(int argc, char **argv)
{
	int i, n = argc > 1 ? atoi(argv[1]) : 1;
	int status;

	for (i = 0; i < n; i++)
		if (!fork())
			strike();
	wait(&status);
	return 1;
}
