// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM uses the kernel's return notifiers, too. Is somebody else who does (here
 * rs_return.ko, in KVM's way and in ours) called as if trace were not there, and
 * trace as if the other were not, at all levels and while they change?
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "reader.h"
#include "textfile.h"

#define PEER	"/sys/module/rs_return/parameters/"
#define N	500
/* Interrupts that came between two readings. */
#define NOISE	16

/* Calls on this CPU. */
static unsigned long peer_calls(void)
{
	char text[32];

	read_text(PEER "calls", text, sizeof(text));
	return strtoul(text, NULL, 10);
}

static uint64_t returns_here(const struct reader *r)
{
	struct books b;

	reader_books(r, 0, &b);
	return b.after;
}

static int guard(const struct reader *r, unsigned int mode)
{
	struct rs_trace_guard arg = { .size = sizeof(arg), .guard = mode };

	return ioctl(r->fd, RS_TRACE_SET_GUARD, &arg) ? -errno : 0;
}

FIXTURE(peer)
{
	struct reader r;
};

FIXTURE_VARIANT(peer)
{
	unsigned int level;
	unsigned int flags;
	unsigned int guard;
};

FIXTURE_VARIANT_ADD(peer, off) {
};

FIXTURE_VARIANT_ADD(peer, count) {
	.level = RS_TRACE_LEVEL_COUNT
};

FIXTURE_VARIANT_ADD(peer, latency) {
	.level = RS_TRACE_LEVEL_LATENCY,
	.flags = RS_TRACE_WANT_OFF_CPU | RS_TRACE_WANT_WHO
};

FIXTURE_VARIANT_ADD(peer, guard) {
	.guard = RS_TRACE_GUARD_FULL
};

FIXTURE_VARIANT_ADD(peer, all) {
	.level = RS_TRACE_LEVEL_LATENCY, .guard = RS_TRACE_GUARD_FULL
};

FIXTURE_SETUP(peer)
{
	self->r.fd = -1;
	if (access(TRACE_DEVICE, F_OK))
		SKIP(return, "no " TRACE_DEVICE ": load ringside_trace.ko");
	if (access(PEER "once", F_OK))
		SKIP(return, "no rs_return.ko");
	ASSERT_EQ(0, pin_to_cpu(0));
	ASSERT_EQ(0, reader_open(&self->r, RS_TRACE_LEVEL_OFF));
	ASSERT_EQ(0, guard(&self->r, variant->guard));
	ASSERT_EQ(0, reader_level_flags(&self->r, variant->level,
					variant->flags));
}

FIXTURE_TEARDOWN(peer)
{
	write_text(PEER "always", "0");
	if (self->r.fd >= 0)
		reader_close(&self->r);
}

TEST_F(peer, who_wants_one_return_gets_one)
{
	uint64_t returns = returns_here(&self->r);
	unsigned long before = peer_calls();
	int i;

	for (i = 0; i < N; i++)
		ASSERT_EQ(0, write_text(PEER "once", "1"));
	EXPECT_EQ(N, peer_calls() - before);
	if (variant->level)
		EXPECT_LE(3 * N, returns_here(&self->r) - returns);
	/* And no more. */
	for (i = 0; i < N; i++)
		syscall(SYS_getppid);
	EXPECT_EQ(N, peer_calls() - before);
}

TEST_F(peer, who_wants_all_returns_gets_all)
{
	unsigned long before;
	uint64_t returns;
	int i;

	ASSERT_EQ(0, write_text(PEER "always", "1"));
	before = peer_calls();
	returns = returns_here(&self->r);
	for (i = 0; i < N; i++)
		syscall(SYS_getppid);
	before = peer_calls() - before;
	returns = returns_here(&self->r) - returns;
	EXPECT_LE(N, before);
	if (variant->level) {
		EXPECT_LE(before, returns + NOISE);
		EXPECT_LE(returns, before + NOISE);
	}
}

TEST_F_TIMEOUT(peer, nobody_misses_what_happens_while_the_other_comes_and_goes,
	       120)
{
	uint64_t counted, calls;
	unsigned long before;
	int i;

	ASSERT_EQ(0, write_text(PEER "always", "1"));
	before = peer_calls();
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_LATENCY));
		ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_OFF));
		ASSERT_EQ(0, guard(&self->r, RS_TRACE_GUARD_POINTER));
		ASSERT_EQ(0, guard(&self->r, RS_TRACE_GUARD_OFF));
	}
	for (i = 0; i < N; i++)
		syscall(SYS_getppid);
	EXPECT_LE(N + 20, peer_calls() - before);
	/* Now the other way round. */
	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_COUNT));
	counted = reader_count(&self->r, RS_TRACE_SYSCALL_X64, SYS_getppid);
	for (calls = 0; calls < N; calls++) {
		if (calls % 50 == 0)
			ASSERT_EQ(0, write_text(PEER "always",
						calls % 100 ? "1" : "0"));
		syscall(SYS_getppid);
	}
	EXPECT_EQ(N, reader_count(&self->r, RS_TRACE_SYSCALL_X64, SYS_getppid) -
		  counted);
}

TEST_HARNESS_MAIN
