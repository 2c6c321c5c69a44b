// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test-only: makes the host really have all of the guest's free memory, so
 * that a test which counts what comes back knows what was there. While it is
 * being loaded it takes free pages, the largest first, writes a word to each
 * 4 KiB and gives all of them back. It reclaims nothing and kills nobody.
 *
 *	insmod rs_touch.ko && rmmod rs_touch		all
 *	insmod rs_touch.ko order=9 && rmmod rs_touch	what is free in 2 MiB
 */
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>

#define LARGEST_ORDER	(21 - PAGE_SHIFT)

/* What an interrupt may need meanwhile. */
#define RESERVE_PAGES	256

/*
 * Without reclaim, not even in the background, but down through the
 * watermarks: with huge pages enabled the kernel keeps tens of MiB below them.
 */
#define GFP_FREE	((GFP_KERNEL & ~__GFP_RECLAIM) | __GFP_NOWARN | \
			 __GFP_MEMALLOC)

static unsigned int order;
module_param(order, uint, 0444);
MODULE_PARM_DESC(order, "the smallest pages to take, as the allocator counts");

static void touch(struct page *page, unsigned int nr)
{
	while (nr--)
		WRITE_ONCE(*(unsigned long *)page_address(page++), 1);
}

static void take(struct list_head *taken, unsigned int size, gfp_t gfp)
{
	struct page *page;

	while (global_zone_page_state(NR_FREE_PAGES) > RESERVE_PAGES) {
		page = alloc_pages(gfp, size);
		if (!page)
			break;
		touch(page, 1U << size);
		set_page_private(page, size);
		list_add(&page->lru, taken);
		cond_resched();
	}
}

static void give_back(struct list_head *taken)
{
	struct page *page, *next;
	unsigned int size;

	list_for_each_entry_safe(page, next, taken, lru) {
		size = page_private(page);
		list_del(&page->lru);
		set_page_private(page, 0);
		__free_pages(page, size);
		cond_resched();
	}
}

static void touch_all(gfp_t gfp)
{
	LIST_HEAD(taken);
	unsigned int size;

	for (size = LARGEST_ORDER + 1; size-- > order;)
		take(&taken, size, gfp);
	give_back(&taken);
}

/*
 * What was freed waits on lists of the processor, by kind, and is given to its
 * kind only; so every kind has its turn at all that is free.
 */
static int __init touch_init(void)
{
	if (order > LARGEST_ORDER)
		return -EINVAL;
	touch_all(GFP_FREE);
	touch_all(GFP_FREE | __GFP_MOVABLE);
	return 0;
}
module_init(touch_init);

static void __exit touch_exit(void)
{
}
module_exit(touch_exit);

MODULE_DESCRIPTION("Ringside test: touch the free memory of a guest");
MODULE_AUTHOR("The Ringside developers");
MODULE_LICENSE("GPL");
