// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers that a kernel side gives only when it is newer than the library, or
 * wrong: more calls than were asked for, a name without an end.
 */
#include <stdarg.h>
#include <sys/ioctl.h>

static int answer(int fd, unsigned long cmd, ...);

#define ioctl answer
#include "../../userspace/libringside/guard.c"
#undef ioctl
#include "tap.h"

static int answer(int fd, unsigned long cmd, ...)
{
	struct rsg_learn_dump *dump;
	struct rsg_attach *attach;
	va_list ap;
	void *arg;

	(void)fd;
	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (cmd == RSG_IOC_LEARN_DUMP) {
		dump = arg;
		dump->nr_calls += 10;
		return 0;
	}
	attach = arg;
	memset(attach->function, 'f', sizeof(attach->function));
	errno = ENXIO;
	return -1;
}

TEST(no_more_calls_than_there_was_room_for)
{
	struct rs_guard guard = { .fd = -1 };
	struct rsg_learned *calls;
	uint64_t beyond;
	size_t nr;

	EXPECT_EQ(0, rs_guard_learned(&guard, 1, &calls, &nr, &beyond));
	EXPECT_EQ(RSG_ABIS * RSG_CALLS, nr);
	free(calls);
}

TEST(a_name_of_a_function_has_an_end)
{
	struct rs_guard guard = { .fd = -1 };
	struct {
		struct rsg_attach attach;
		char behind[8];
	} a = { .behind = "behind" };

	EXPECT_EQ(-ENXIO, rs_guard_attach(&guard, &a.attach));
	EXPECT_TRUE(strstr(rs_error(), "ffff"));
	EXPECT_FALSE(strstr(rs_error(), "behind"));
}

TEST_MAIN
