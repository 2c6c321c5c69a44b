/* SPDX-License-Identifier: GPL-2.0-only */
/* What a policy says about objects, and about operations of io_uring. */
#ifndef _RSG_OBJECT_H
#define _RSG_OBJECT_H

#include <linux/path.h>

#include "verdict.h"

/* Operations of io_uring that we know; the last row is for those we do not. */
#define RSG_URING_OPS	65

/**
 * struct rsg_object - a rule on objects, as the hooks need it
 * @rule: as user space gave it
 * @path: with RSG_OBJECT_FILE what it is about, referenced
 */
struct rsg_object {
	struct rsg_object_rule rule;
	struct path path;
};

/**
 * struct rsg_objects - the part of struct rsg_rules that is judged at sites
 * @uring: verdicts on operations of io_uring, by opcode
 * @kinds: bit N: there is a rule on RSG_OBJECT_N
 * @access: RSG_ACCESS_* that the rules on files are about
 * @nr: length of @rules
 * @rules: in the order in which user space gave them
 *
 * Immutable once a policy points to it.
 */
struct rsg_objects {
	u32 uring[RSG_URING_OPS + 1];
	u32 kinds;
	u32 access;
	unsigned int nr;
	struct rsg_object rules[];
};

struct rsg_objects *rsg_objects_create(const struct rsg_source *source);
void rsg_objects_destroy(struct rsg_objects *objects);
void rsg_uring_fill(u32 *verdicts, const struct rsg_source *source);

#endif /* _RSG_OBJECT_H */
