/* SPDX-License-Identifier: GPL-2.0-only */
/* A reader on CPU 0 while the flight recorder is on. One file of tests each. */
#ifndef RST_TEST_FLIGHT_FIXTURE_H
#define RST_TEST_FLIGHT_FIXTURE_H

#include <unistd.h>
#include "kselftest_harness.h"
#include "flight.h"

FIXTURE(flight)
{
	struct reader r;
};

FIXTURE_SETUP(flight)
{
	self->r.fd = -1;
	if (access(TRACE_DEVICE, F_OK))
		SKIP(return, "no " TRACE_DEVICE ": load ringside_trace.ko");
	ASSERT_EQ(0, pin_to_cpu(0));
	ASSERT_EQ(0, reader_open(&self->r, RS_TRACE_LEVEL_OFF));
	if (!(self->r.page->features & RS_TRACE_F_FLIGHT))
		SKIP(return, "no tracepoint sys_enter or sched_switch");
	ASSERT_EQ(0, reader_level(&self->r, RS_TRACE_LEVEL_FLIGHT));
}

FIXTURE_TEARDOWN(flight)
{
	if (self->r.fd >= 0)
		reader_close(&self->r);
	restore_flight();
}

#endif /* RST_TEST_FLIGHT_FIXTURE_H */
