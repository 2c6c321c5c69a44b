/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What of a thread's credentials is watched, as plain numbers. Which keyrings,
 * security labels and supplementary groups it has is not. The host tests
 * compile it, too.
 */
#ifndef RST_CRED_SET_H
#define RST_CRED_SET_H

#include <linux/types.h>

/* Ids lie in pairs, a user's and a group's, as in struct cred. */
enum {
	RST_PAIR_REAL, RST_PAIR_SAVED, RST_PAIR_EFFECTIVE, RST_PAIR_FS,
	RST_NR_PAIRS
};

enum {
	RST_CAPS_INHERITABLE, RST_CAPS_PERMITTED, RST_CAPS_EFFECTIVE,
	RST_CAPS_BOUNDING, RST_CAPS_AMBIENT, RST_NR_CAPS
};

/**
 * struct rst_cred_set - credentials
 * @ids: user id in the lower half, group id in the upper one, as the initial
 *	user namespace sees them
 * @caps: capability sets
 * @user_ns: address of the user namespace; for comparing, never shown
 * @ns: number of the user namespace, as in /proc/PID/ns/user
 * @securebits: see capabilities(7)
 */
struct rst_cred_set {
	u64 ids[RST_NR_PAIRS];
	u64 caps[RST_NR_CAPS];
	u64 user_ns;
	u32 ns;
	u32 securebits;
};

static inline u32 rst_cred_uid(const struct rst_cred_set *set, int pair)
{
	return set->ids[pair];
}

static inline u32 rst_cred_gid(const struct rst_cred_set *set, int pair)
{
	return set->ids[pair] >> 32;
}

#endif /* RST_CRED_SET_H */
