// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arithmetic declared in plan.h. Pure: also compiled by the host's tests.
 */
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
