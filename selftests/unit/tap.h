/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unit tests that print TAP. The words are those of kselftest_harness.h
 * (TEST, EXPECT_EQ, ...), so that a reader learns them once; what is missing
 * is its fork for each test: these tests run under ASan and UBSan, where the
 * first fault ends the program and the plan, printed first, shows what did
 * not run.
 *
 *	TEST(empty_list_is_valid)
 *	{
 *		EXPECT_EQ(0, parse(""));
 *	}
 *	TEST_MAIN
 */
#ifndef UNIT_TAP_H
#define UNIT_TAP_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct unit_test {
	const char *name;
	void (*run)(void);
	struct unit_test *next;
};

static struct unit_test *unit_first, **unit_last = &unit_first;
static bool unit_ok;

#define TEST(fn)							\
	static void fn(void);						\
	static struct unit_test unit_##fn = { #fn, fn, NULL };		\
	__attribute__((constructor)) static void unit_add_##fn(void)	\
	{								\
		*unit_last = &unit_##fn;				\
		unit_last = &unit_##fn.next;				\
	}								\
	static void fn(void)

#define UNIT_FAIL(fmt, ...) do {					\
	unit_ok = false;						\
	printf("# %s:%d: " fmt "\n", __FILE__, __LINE__, __VA_ARGS__);	\
} while (0)

/* Integers of any type up to 64 bits; expected value first. */
#define EXPECT_EQ(want, got) do {					\
	__typeof__((want) + 0) unit_w = (want);				\
	__typeof__((got) + 0) unit_g = (got);				\
	if ((unsigned long long)unit_w != (unsigned long long)unit_g)	\
		UNIT_FAIL("%s is %lld (0x%llx), expected %lld", #got,	\
			  (long long)unit_g, (unsigned long long)unit_g, \
			  (long long)unit_w);				\
} while (0)

#define EXPECT_STREQ(want, got) do {					\
	const char *unit_w = (want), *unit_g = (got);			\
	if (!unit_g || strcmp(unit_w, unit_g))				\
		UNIT_FAIL("%s is \"%s\", expected \"%s\"", #got,	\
			  unit_g ? unit_g : "(null)", unit_w);		\
} while (0)

#define EXPECT_TRUE(cond) do {						\
	if (!(cond))							\
		UNIT_FAIL("%s is not true", #cond);			\
} while (0)

#define EXPECT_FALSE(cond) do {						\
	if (cond)							\
		UNIT_FAIL("%s is true", #cond);				\
} while (0)

static inline int unit_main(void)
{
	int n = 0, failed = 0;
	struct unit_test *t;

	for (t = unit_first; t; t = t->next)
		n++;
	printf("TAP version 13\n1..%d\n", n);
	n = 0;
	for (t = unit_first; t; t = t->next) {
		unit_ok = true;
		t->run();
		failed += !unit_ok;
		printf("%sok %d %s\n", unit_ok ? "" : "not ", ++n, t->name);
		fflush(stdout);
	}
	return failed ? 1 : 0;
}

#define TEST_MAIN							\
	int main(void)							\
	{								\
		return unit_main();					\
	}

#endif /* UNIT_TAP_H */
