/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long may a test take? What kselftest_harness.h says, and four times as
 * long on a kernel that checks itself, as in selftests/vm/guest/runtests. The
 * linker lets the harness, like everybody, call this alarm() (ksft.mk).
 */
#ifndef RS_SLOW_H
#define RS_SLOW_H

/* <unistd.h> would settle what the test wants to see of the C library. */
int access(const char *name, int type);
unsigned int __real_alarm(unsigned int seconds);
unsigned int __wrap_alarm(unsigned int seconds);

__attribute__((weak)) unsigned int __wrap_alarm(unsigned int seconds)
{
	if (access("/sys/kernel/debug/kmemleak", 0) &&
	    access("/sys/kernel/debug/kcsan", 0))
		return __real_alarm(seconds);
	return __real_alarm(4 * seconds);
}

#endif /* RS_SLOW_H */
