/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioctls of the test-only module rs_core_test, which lets a test program drive
 * the core's hook sets, tracepoints and ioctl dispatcher from user space.
 */
#ifndef RS_CORE_TEST_H
#define RS_CORE_TEST_H

#include <linux/ringside.h>

#define RSX_DEVICE	"ringside-core-test"

#define RSX_IOC_ECHO	_IO(RS_IOC_MAGIC, 0xf0)
#define RSX_IOC_ADMIN	_IO(RS_IOC_MAGIC, 0xf1)
#define RSX_IOC_HOOK	_IO(RS_IOC_MAGIC, 0xf2)
#define RSX_IOC_PROBE	_IO(RS_IOC_MAGIC, 0xf3)

/* ECHO and ADMIN: @twice is 2 * @value. @tail came with a later version. */
struct rsx_echo {
	__u32 size;
	__u32 value;
	__u64 twice;
	__u64 tail;
};

#define RSX_ECHO_MIN	16

/* Functions that HOOK knows, as bits. */
#define RSX_GETPPID	0x1	/* an alias: no ftrace record has this name */
#define RSX_GETPRIORITY	0x2
#define RSX_UMASK	0x4
#define RSX_BAD		0x8	/* an address inside a function */
#define RSX_FUNCS	4

/*
 * HOOK: set number @set (0 or 1, both modify the instruction pointer) hooks
 * exactly @funcs. @hits counts calls of the callback since load, @blamed is the
 * bit of the function that made the update fail and @error its errno; the ioctl
 * itself succeeds then, so that both can be read. @armed is 1 when the check of
 * the set afterwards finds every hook in place.
 */
struct rsx_hook {
	__u32 size;
	__u32 set;
	__u32 funcs;
	__u32 blamed;
	__s32 error;
	__u32 armed;
	__u64 hits[RSX_FUNCS];
};

/*
 * PROBE: attaches to sched_switch, then to a tracepoint that does not exist
 * (optional if @optional), counts for a moment, detaches. @error is what attach
 * returned, @switches what the probe counted.
 */
struct rsx_probe {
	__u32 size;
	__u32 optional;
	__s32 error;
	__u32 present;
	__u64 switches;
};

#endif /* RS_CORE_TEST_H */
