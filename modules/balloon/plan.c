// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arithmetic declared in plan.h. Pure: also compiled by the host's tests.
 */
#include <linux/minmax.h>

#include "plan.h"

static void sort_by_pfn(struct rsb_range *r, unsigned int n)
{
	unsigned int i, j;

	/* n is the size of one kick, 32 at most: no need for better. */
	for (i = 1; i < n; i++) {
		struct rsb_range x = r[i];

		for (j = i; j > 0 && r[j - 1].pfn > x.pfn; j--)
			r[j] = r[j - 1];
		r[j] = x;
	}
}

/**
 * rsb_merge - sort ranges and join neighbours
 * @r: ranges that do not overlap; rewritten
 * @n: how many
 *
 * Return: how many ranges are left in @r.
 */
unsigned int rsb_merge(struct rsb_range *r, unsigned int n)
{
	unsigned int i, last = 0;

	if (!n)
		return 0;
	sort_by_pfn(r, n);
	for (i = 1; i < n; i++) {
		if (r[last].pfn + r[last].nr == r[i].pfn)
			r[last].nr += r[i].nr;
		else
			r[++last] = r[i];
	}
	return last + 1;
}

/**
 * rsb_backoff - the next pause after a failure
 * @ms: the last pause, 0 when there was none since the target changed
 *
 * Return: twice as long, between RSB_BACKOFF_MIN_MS and RSB_BACKOFF_MAX_MS.
 */
unsigned int rsb_backoff(unsigned int ms)
{
	if (ms < RSB_BACKOFF_MIN_MS)
		return RSB_BACKOFF_MIN_MS;
	if (ms > RSB_BACKOFF_MAX_MS / 2)
		return RSB_BACKOFF_MAX_MS;
	return 2 * ms;
}

/**
 * rsb_extra - what the guest's own target adds to the host's
 * @host: pages that the host asks for
 * @guest: pages that the guest wants held in all, 0 for "as the host says"
 *
 * Only whole units, because the extra is reported to the host and never put
 * on the inflate queue, and only units are reported.
 *
 * Return: pages.
 */
unsigned long rsb_extra(unsigned long host, unsigned long guest)
{
	if (guest <= host)
		return 0;
	return (guest - host) & ~(RSB_UNIT_PAGES - 1);
}

/**
 * rsb_actual - the size of the balloon as the host is told
 * @held: pages held
 * @t: pages wanted
 *
 * The host's part is filled first and given back last.
 *
 * Return: pages.
 */
unsigned long rsb_actual(unsigned long held, const struct rsb_target *t)
{
	if (held <= t->host || !t->extra)
		return held;
	if (held - t->host <= t->extra)
		return t->host;
	return held - t->extra;
}

/*
 * Units go first, since they need no word with the host in report mode; the
 * rest comes out of single pages, and out of a broken unit if they run out.
 */
static void plan_deflate(struct rsb_plan *plan, unsigned long units,
			 unsigned long pages, unsigned long surplus)
{
	plan->action = RSB_DEFLATE;
	plan->units = surplus / RSB_UNIT_PAGES;
	if (plan->units > units)
		plan->units = units;
	plan->pages = surplus - plan->units * RSB_UNIT_PAGES;
	plan->split = plan->pages > pages;
}

/**
 * rsb_plan - how to get from what is held to what is wanted
 * @plan: filled in
 * @units: units held
 * @pages: pages of 4 KiB held outside units
 * @t: what is wanted
 *
 * Following the plan of a deflation leads to the target exactly: @split asks
 * for at most one unit, and one is there whenever it asks.
 */
void rsb_plan(struct rsb_plan *plan, unsigned long units, unsigned long pages,
	      const struct rsb_target *t)
{
	unsigned long held = units * RSB_UNIT_PAGES + pages;
	unsigned long goal = t->host + t->extra;

	*plan = (struct rsb_plan){ .action = RSB_REST };
	if (goal < held) {
		plan_deflate(plan, units, pages, held - goal);
	} else if (goal > held) {
		plan->action = RSB_INFLATE;
		plan->units = (goal - held) / RSB_UNIT_PAGES;
		plan->pages = (goal - held) % RSB_UNIT_PAGES;
	}
}

#define MIB_PAGES	256UL

/* @a - @b, but never below zero. */
static unsigned long less(unsigned long a, unsigned long b)
{
	return a > b ? a - b : 0;
}

/**
 * rsb_default_floor - what a guest needs to stay usable
 * @ram: its memory, in pages
 *
 * The kernel itself and a few services, and a part that grows with what the
 * kernel keeps about its memory.
 *
 * Return: pages.
 */
unsigned long rsb_default_floor(unsigned long ram)
{
	return 64 * MIB_PAGES + ram / 16;
}

/**
 * rsb_default_reserve - what should be left for the next moment
 * @ram: the guest's memory, in pages
 *
 * Return: pages.
 */
unsigned long rsb_default_reserve(unsigned long ram)
{
	return max(16 * MIB_PAGES, ram / 64);
}

/**
 * rsb_limit - cut a plan down to what the guest can spare
 * @plan: from rsb_plan(); plans of other kinds than inflation stay as they are
 * @held: pages held
 * @room: what the guest has and must keep
 *
 * What can't be had whole is cut to whole units: creeping up to a limit page
 * by page would only break up the memory that is left.
 *
 * Return: true if the plan was cut to nothing.
 */
bool rsb_limit(struct rsb_plan *plan, unsigned long held,
	       const struct rsb_room *room)
{
	unsigned long want = plan->units * RSB_UNIT_PAGES + plan->pages;
	unsigned long spare;

	if (plan->action != RSB_INFLATE)
		return false;
	spare = less(less(room->ram, room->floor), held);
	/* Without a reserve the guest may be driven into reclaim. */
	if (room->reserve)
		spare = min(spare, less(room->available, room->reserve));
	if (want <= spare)
		return false;
	plan->pages = plan->units ? 0 : spare;
	plan->units = min(plan->units, spare / RSB_UNIT_PAGES);
	return !plan->units && !plan->pages;
}

/**
 * rsb_rate_step - the largest step of a limited rate
 * @rate: bytes a second, 0 for no limit
 *
 * A tenth of a second's worth, so that a low rate is not one jump a minute.
 *
 * Return: pages, at least one.
 */
unsigned long rsb_rate_step(u64 rate)
{
	unsigned long pages = rate / 10 / 4096;

	if (!rate)
		return ~0UL;
	return pages ? pages : 1;
}

/**
 * rsb_rate_pause - how long to rest after a step
 * @pages: what the step took
 * @rate: bytes a second, 0 for no limit
 *
 * Return: milliseconds, rounded up, a minute at most.
 */
unsigned int rsb_rate_pause(unsigned long pages, u64 rate)
{
	u64 ms;

	if (!rate)
		return 0;
	/* No step is so large that this overflows: 2^32 pages are 16 TiB. */
	ms = ((u64)pages * 4096 * 1000 + rate - 1) / rate;
	return min_t(u64, ms, 60000);
}

/**
 * rsb_distressed - has the guest suffered since the last look?
 * @was: the counters at the last look
 * @is: the counters now
 * @refaults: so many in between are too many
 *
 * Return: true if it has.
 */
bool rsb_distressed(const struct rsb_distress *was,
		    const struct rsb_distress *is, unsigned long refaults)
{
	return is->stalls != was->stalls ||
	       is->refaults - was->refaults > refaults;
}

/**
 * rsb_plan_whole - plan in units only
 * @plan: from rsb_plan(); rewritten
 *
 * The balloon then ends at the target or less than a unit below it: what is
 * left over is not taken, and a unit that would have to be split is given back
 * whole. Single pages that are held already go back as before.
 */
void rsb_plan_whole(struct rsb_plan *plan)
{
	if (plan->action == RSB_INFLATE) {
		plan->pages = 0;
		if (!plan->units)
			plan->action = RSB_REST;
	} else if (plan->split) {
		plan->units++;
		plan->pages = 0;
		plan->split = 0;
	}
}
