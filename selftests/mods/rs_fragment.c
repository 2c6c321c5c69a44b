// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test-only: fragments the guest's memory while it is loaded. It takes free
 * memory in single pages and gives all of it back but one page in every 2 MiB,
 * which it cannot be talked out of: there is a lot of free memory then, and
 * not one huge page in it. What does not fit is not asked for; nobody is
 * reclaimed from or killed. Never installed.
 *
 *	insmod rs_fragment.ko			all but the reserve
 *	insmod rs_fragment.ko mib=400		so much
 *	cat /sys/module/rs_fragment/parameters/pinned
 */
#include <linux/bitmap.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sizes.h>

#define BLOCK_ORDER	(21 - PAGE_SHIFT)
#define PAGES_PER_MIB	(SZ_1M >> PAGE_SHIFT)

static unsigned int mib;
module_param(mib, uint, 0444);
MODULE_PARM_DESC(mib, "how much memory to fragment; 0 is all that is free");

static unsigned int reserve_mib = 16;
module_param(reserve_mib, uint, 0444);
MODULE_PARM_DESC(reserve_mib, "free memory to leave alone meanwhile");

static unsigned int pinned;
module_param(pinned, uint, 0444);
MODULE_PARM_DESC(pinned, "set by the module: how many pages it keeps");

/* The pages that are kept, through page->lru. */
static LIST_HEAD(pins);

static bool enough(unsigned long taken)
{
	if (mib && taken >= (unsigned long)mib * PAGES_PER_MIB)
		return true;
	return global_zone_page_state(NR_FREE_PAGES) <=
	       (unsigned long)reserve_mib * PAGES_PER_MIB;
}

/* Takes single pages; tells the highest page frame among them. */
static unsigned long take(struct list_head *taken)
{
	unsigned long nr = 0, highest = 0;
	struct page *page;

	while (!enough(nr)) {
		page = alloc_page(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN |
				  __GFP_NOMEMALLOC);
		if (!page)
			break;
		list_add(&page->lru, taken);
		highest = max(highest, page_to_pfn(page));
		nr++;
		cond_resched();
	}
	return highest;
}

/* Keeps the first page that is met of each block. */
static void keep_one_in_each(struct list_head *taken, unsigned long *blocks)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, taken, lru) {
		if (__test_and_set_bit(page_to_pfn(page) >> BLOCK_ORDER, blocks))
			continue;
		list_move(&page->lru, &pins);
		pinned++;
	}
}

static void free_list(struct list_head *list)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, list, lru) {
		list_del(&page->lru);
		__free_page(page);
		cond_resched();
	}
}

static int __init fragment_init(void)
{
	unsigned long highest, *blocks;
	LIST_HEAD(taken);

	pinned = 0;
	highest = take(&taken);
	blocks = bitmap_zalloc((highest >> BLOCK_ORDER) + 1, GFP_KERNEL);
	if (blocks)
		keep_one_in_each(&taken, blocks);
	bitmap_free(blocks);
	free_list(&taken);
	return blocks ? 0 : -ENOMEM;
}

static void __exit fragment_exit(void)
{
	free_list(&pins);
}

module_init(fragment_init);
module_exit(fragment_exit);

MODULE_DESCRIPTION("Ringside test: a guest without free huge pages");
MODULE_AUTHOR("The Ringside developers");
MODULE_LICENSE("GPL");
