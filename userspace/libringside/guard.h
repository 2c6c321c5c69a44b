/* SPDX-License-Identifier: GPL-2.0-only */
/* What the guard's files in libringside share. Not exported. */
#ifndef RS_GUARD_H
#define RS_GUARD_H

#include "internal.h"

/* A call that no rule has named. Above every errno. */
#define RS_GUARD_UNSET	0xffff

/**
 * struct rs_guard_policy - a policy before it is loaded
 * @default_error: errno for calls without a rule, 0 to allow them
 * @allow_abis: bit N set: rules that allow a call do so in ABI N. Rules that
 *	deny hold in every ABI, so that no ABI is a way round
 * @error: the rules by ABI and number, or RS_GUARD_UNSET
 */
struct rs_guard_policy {
	unsigned int default_error;
	unsigned int allow_abis;
	uint16_t error[RSG_ABIS][RSG_CALLS];
};

/**
 * rs_guard_i386_direct() - i386 number of a call that is also multiplexed
 * @name: name of the call
 *
 * Return: the number of its direct entry, -1 for every other name.
 */
int rs_guard_i386_direct(const char *name);

/** rs_guard_fd() - the descriptor of the device */
int rs_guard_fd(const struct rs_guard *guard);

#endif /* RS_GUARD_H */
