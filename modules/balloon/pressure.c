// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gives memory back to a guest that is short of it, before it is out of it, if
 * the administrator asked for that. It watches for what memory pressure costs:
 * allocations that had to reclaim by themselves, and pages that were reclaimed
 * and wanted back soon after. What is released, and when the balloon may grow
 * again, follows the same settings as on OOM; the worker does it.
 *
 * It looks only while it is switched on and something is held.
 */
#include <linux/mm.h>
#include <linux/vmstat.h>

#include "balloon.h"

#define LOOK_MS 200

static struct rsb_distress distress(void)
{
	unsigned long events[NR_VM_EVENT_ITEMS];

	all_vm_events(events);
	return (struct rsb_distress){
		.stalls = rsb_allocation_stalls(events),
		.refaults = global_node_page_state(WORKINGSET_REFAULT_ANON) +
			    global_node_page_state(WORKINGSET_REFAULT_FILE),
	};
}

static void look_later(struct rsb *b)
{
	if (!READ_ONCE(b->stopping) && rsb_get(b, RSB_S_PRESSURE_DEFLATE))
		queue_delayed_work(b->wq, &b->pressure_work,
				   msecs_to_jiffies(LOOK_MS));
}

/*
 * Our own inflating makes stalls as well, in the worker. Such a balloon is too
 * large all the same.
 */
static void pressure_work(struct work_struct *work)
{
	struct rsb *b = container_of(work, struct rsb, pressure_work.work);
	unsigned long per_look = rsb_get(b, RSB_S_PRESSURE_REFAULTS) *
				 LOOK_MS / 1000;
	struct rsb_distress now = distress();

	if (rsb_distressed(&b->distress, &now, per_look) &&
	    rsb_pool_size(&b->pool)) {
		atomic_long_set(&b->early,
				rsb_get_pages(b, RSB_S_OOM_RELEASE));
		rsb_worker_wake(b);
	}
	b->distress = now;
	look_later(b);
}

/**
 * rsb_pressure_init - prepare, do not look yet
 * @b: the device
 */
void rsb_pressure_init(struct rsb *b)
{
	INIT_DELAYED_WORK(&b->pressure_work, pressure_work);
}

/**
 * rsb_pressure_start - follow RSB_S_PRESSURE_DEFLATE
 * @b: a device that is ready
 */
void rsb_pressure_start(struct rsb *b)
{
	/* Not running yet unless it was on before: nobody else writes this. */
	if (!delayed_work_pending(&b->pressure_work))
		b->distress = distress();
	look_later(b);
}

/**
 * rsb_pressure_stop - do not look any more
 * @b: the device, with rsb.stopping set
 */
void rsb_pressure_stop(struct rsb *b)
{
	cancel_delayed_work_sync(&b->pressure_work);
}
