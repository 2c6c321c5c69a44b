/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much to move, in which units, and when to try again: the arithmetic of
 * the balloon. Nothing here touches memory, locks or the device, so that the
 * host's tests compile this file and plan.c as they are.
 */
#ifndef _RSB_PLAN_H
#define _RSB_PLAN_H

#include <linux/types.h>

#define RSB_UNIT_ORDER		9
#define RSB_UNIT_PAGES		512UL

#define RSB_BACKOFF_MIN_MS	200
#define RSB_BACKOFF_MAX_MS	30000

/**
 * struct rsb_range - neighbouring guest pages
 * @pfn: frame number of the first one
 * @nr: how many
 */
struct rsb_range {
	unsigned long pfn;
	unsigned long nr;
};

/**
 * struct rsb_target - what the balloon should hold, in pages of 4 KiB
 * @host: what the host asks for
 * @extra: what the guest wants on top; whole units, never part of 'actual'
 */
struct rsb_target {
	unsigned long host;
	unsigned long extra;
};

enum rsb_action {
	RSB_REST,
	RSB_INFLATE,
	RSB_DEFLATE,
};

/**
 * struct rsb_plan - the way from what is held to what is wanted
 * @action: what to do at all
 * @units: 2 MiB units to take or to give back
 * @pages: pages of 4 KiB to take or to give back, after @units
 * @split: (deflate) not 0: break up one more unit first, @pages needs it
 */
struct rsb_plan {
	enum rsb_action action;
	unsigned long units;
	unsigned long pages;
	int split;
};

/**
 * struct rsb_room - what the guest must keep, in pages of 4 KiB
 * @ram: all memory of the guest, what is held included
 * @available: what could be had without swapping, as MemAvailable
 * @floor: this much of @ram is never taken
 * @reserve: @available never falls below this by inflating; 0 for none
 */
struct rsb_room {
	unsigned long ram;
	unsigned long available;
	unsigned long floor;
	unsigned long reserve;
};

/**
 * struct rsb_distress - events that tell of a guest short of memory
 * @stalls: allocations that had to reclaim memory themselves
 * @refaults: pages that were reclaimed and wanted back soon after
 */
struct rsb_distress {
	unsigned long stalls;
	unsigned long refaults;
};

unsigned int rsb_merge(struct rsb_range *r, unsigned int n);
unsigned int rsb_backoff(unsigned int ms);
unsigned long rsb_extra(unsigned long host, unsigned long guest);
unsigned long rsb_actual(unsigned long held, const struct rsb_target *t);
unsigned long rsb_default_floor(unsigned long ram);
unsigned long rsb_default_reserve(unsigned long ram);
bool rsb_limit(struct rsb_plan *plan, unsigned long held,
	       const struct rsb_room *room);
unsigned long rsb_rate_step(u64 rate);
unsigned int rsb_rate_pause(unsigned long pages, u64 rate);
bool rsb_distressed(const struct rsb_distress *was,
		    const struct rsb_distress *is, unsigned long refaults);
void rsb_plan_whole(struct rsb_plan *plan);
void rsb_plan(struct rsb_plan *plan, unsigned long units, unsigned long pages,
	      const struct rsb_target *t);

#endif /* _RSB_PLAN_H */
