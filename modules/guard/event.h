/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How decisions get from the hook to their readers. event.c notes them in a
 * table of slots, one for what is the same again and again; record.c turns
 * slots into records, at most one a second for each, and keeps the last
 * records for whoever reads.
 */
#ifndef _RSG_EVENT_H
#define _RSG_EVENT_H

#include <linux/atomic.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include <linux/ringside_guard.h>

struct file;
struct mm_struct;

#define RSG_BUCKETS	128
#define RSG_WAYS	4

/**
 * struct rsg_key - what repeats of one decision have in common
 * @what: verdict, mode, call, rule: struct rsg_decision as far as its @args
 * @policy: id of the policy
 * @pid: the thread
 * @mm: its address space, which changes with the program; compared only
 */
struct rsg_key {
	u64 what[2];
	u32 policy;
	pid_t pid;
	const struct mm_struct *mm;
};

/**
 * struct rsg_slot - a decision and its repeats
 * @key: which one. Written under the bucket's lock while @fresh is not set,
 *	read without it while it is
 * @fresh: @event tells of a decision that no record has told of yet, so that a
 *	repeat need only be counted. Set under the bucket's lock
 * @used: it holds a decision. Set by the hook, cleared by record.c, both under
 *	the bucket's lock
 * @count: decisions that no record has told of yet
 * @exe: the program, referenced, until its path is known. Moves from the hook
 *	to record.c under the bucket's lock
 * @told: jiffies of the last record; record.c's alone, as all that follows
 * @is_told: there was one
 * @event: the record, but for what only record.c knows. Protected by the
 *	bucket's lock, except that record.c alone writes the path of a slot that
 *	is used
 */
struct rsg_slot {
	struct rsg_key key;
	bool fresh;
	bool used;
	atomic64_t count;
	struct file *exe;
	unsigned long told;
	bool is_told;
	struct rsg_event event;
};

/**
 * struct rsg_bucket - slots with the same hash
 * @lock: see struct rsg_slot. Innermost, taken with interrupts off
 * @slots: the slots
 */
struct rsg_bucket {
	raw_spinlock_t lock;
	struct rsg_slot slots[RSG_WAYS];
};

/* event.c: the table, NULL until there is a policy; and what found no slot. */
extern struct rsg_bucket *rsg_buckets;
extern atomic64_t rsg_decisions_lost;

/* record.c: a new slot is used. From any context with interrupts on or off. */
void rsg_records_kick(void);

/**
 * struct rsg_reader - who reads records
 * @next: number of the record that it reads next
 */
struct rsg_reader {
	u64 next;
};

int rsg_records_start(void);
void rsg_records_stop(void);
void rsg_reader_init(struct rsg_reader *reader, bool history);
bool rsg_reader_ready(const struct rsg_reader *reader);
bool rsg_reader_peek(struct rsg_reader *reader, struct rsg_event *event);
void rsg_reader_advance(struct rsg_reader *reader);
extern struct wait_queue_head rsg_readers;

#endif /* _RSG_EVENT_H */
