// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's books: what it was told about each page, and every breach of the
 * protocol that shows. A page that the host is given is written over, all of
 * it; if the pattern is gone later then the guest has used the page.
 *
 * This file touches memory that the guest considers free: free page reporting
 * names such. It is built without KASAN, which would object.
 */
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/virtio_config.h>
#include <linux/vmalloc.h>

#include "fake.h"

/* Flags of a page frame. */
#define IN	BIT(0)	/* in the balloon by the inflate queue */
#define GIVEN	BIT(1)	/* the host has written over it */

static unsigned long end_of_memory(void)
{
	unsigned long end = 0;
	int nid;

	for_each_online_node(nid)
		end = max(end, node_end_pfn(nid));
	return end;
}

/* A host that was told what a free page must read as keeps to it. */
static u64 pattern(unsigned long pfn)
{
	u64 poison = le32_to_cpu(rsf.config.poison_val);

	if (__virtio_test_bit(rsf.vdev, VIRTIO_BALLOON_F_PAGE_POISON))
		return poison << 32 | poison;
	return 0xbad0bad000000000ULL | pfn;
}

static void write_over(unsigned long pfn)
{
	u64 *word = pfn_to_kaddr(pfn), value = pattern(pfn);
	unsigned int i;

	for (i = 0; i < PAGE_SIZE / sizeof(*word); i++)
		WRITE_ONCE(word[i], value);
}

static bool intact(unsigned long pfn)
{
	u64 *word = pfn_to_kaddr(pfn), value = pattern(pfn);
	unsigned int i;

	for (i = 0; i < PAGE_SIZE / sizeof(*word); i++)
		if (READ_ONCE(word[i]) != value)
			return false;
	return true;
}

static bool is_memory(unsigned long pfn)
{
	return pfn < rsf.nr_pages && pfn_valid(pfn);
}

static void inflate(unsigned long pfn)
{
	u8 *page = &rsf.pages[pfn];

	if (*page & IN)
		rsf.count[RSF_DOUBLE_INFLATE]++;
	else
		rsf.count[RSF_INFLATED_NOW]++;
	if (!(*page & GIVEN))
		rsf.count[RSF_INFLATED_UNREPORTED]++;
	if (rsf.count[RSF_INFLATED_PEAK] < rsf.count[RSF_INFLATED_NOW])
		rsf.count[RSF_INFLATED_PEAK] = rsf.count[RSF_INFLATED_NOW];
	*page |= IN | GIVEN;
	write_over(pfn);
}

static void deflate(unsigned long pfn)
{
	u8 *page = &rsf.pages[pfn];

	if (!(*page & IN)) {
		rsf.count[RSF_STRAY_DEFLATE]++;
		return;
	}
	rsf.count[RSF_INFLATED_NOW]--;
	if (!intact(pfn))
		rsf.count[RSF_TOUCHED_HELD]++;
	*page = 0;
}

static void report(unsigned long pfn)
{
	rsf.pages[pfn] |= GIVEN;
	write_over(pfn);
}

static void hint(unsigned long pfn)
{
	if (rsf.pages[pfn] & GIVEN)
		rsf.count[RSF_HINTED_GIVEN]++;
}

static void expect_intact(unsigned long pfn)
{
	if (!intact(pfn))
		rsf.count[RSF_TOUCHED_EARLY]++;
}

typedef void (*page_fn)(unsigned long pfn);

/* @desc is a list of PFNs. Return: how many. */
static unsigned long each_pfn(const struct vring_desc *desc, page_fn fn)
{
	const __le32 *pfns = phys_to_virt(virtio64_to_cpu(rsf.vdev, desc->addr));
	unsigned long i, n;

	n = virtio32_to_cpu(rsf.vdev, desc->len) / sizeof(*pfns);
	for (i = 0; i < n; i++) {
		if (is_memory(le32_to_cpu(pfns[i])))
			fn(le32_to_cpu(pfns[i]));
		else
			rsf.count[RSF_BAD_PFN]++;
	}
	return n;
}

/* @desc is the memory itself. Return: how many pages. */
static unsigned long each_page(const struct vring_desc *desc, page_fn fn)
{
	u64 addr = virtio64_to_cpu(rsf.vdev, desc->addr);
	u32 len = virtio32_to_cpu(rsf.vdev, desc->len);
	unsigned long i, pfn = addr >> PAGE_SHIFT;

	if (!len || ((addr | len) & ~PAGE_MASK))
		rsf.count[RSF_BAD_BUFFER]++;
	for (i = 0; i < len >> PAGE_SHIFT; i++) {
		if (is_memory(pfn + i))
			fn(pfn + i);
		else
			rsf.count[RSF_BAD_PFN]++;
	}
	return len >> PAGE_SHIFT;
}

static void take_stats(const struct vring_desc *desc)
{
	u32 len = virtio32_to_cpu(rsf.vdev, desc->len);

	if (len > sizeof(rsf.stats) || len % sizeof(rsf.stats[0]))
		rsf.count[RSF_BAD_BUFFER]++;
	len = min_t(u32, len, sizeof(rsf.stats));
	memcpy(rsf.stats, phys_to_virt(virtio64_to_cpu(rsf.vdev, desc->addr)), len);
	rsf.nr_stats = len / sizeof(rsf.stats[0]);
}

/* As in QEMU, the number of the request is shown until it is answered. */
static void start_hints(void)
{
	rsf.count[RSF_HINT_STARTS]++;
	rsf.config.free_page_hint_cmd_id =
		cpu_to_le32(VIRTIO_BALLOON_CMD_ID_STOP);
}

/* The driver names the request that it works on, or says that it is done. */
static void take_hint_id(const struct vring_desc *desc)
{
	const __le32 *id = phys_to_virt(virtio64_to_cpu(rsf.vdev, desc->addr));

	if (virtio32_to_cpu(rsf.vdev, desc->len) != sizeof(*id)) {
		rsf.count[RSF_BAD_BUFFER]++;
		return;
	}
	rsf.hint_id = le32_to_cpu(*id);
	if (rsf.hint_id == VIRTIO_BALLOON_CMD_ID_STOP)
		rsf.count[RSF_HINT_STOPS]++;
	else if (*id == rsf.config.free_page_hint_cmd_id)
		start_hints();
	else
		rsf.count[RSF_STRAY_HINT]++;
}

static unsigned long take_hint(const struct vring_desc *desc)
{
	if (rsf.hint_id == VIRTIO_BALLOON_CMD_ID_STOP)
		rsf.count[RSF_STRAY_HINT]++;
	return each_page(desc, hint);
}

/* Is the buffer for the host to read (@role's are) or to write? */
static bool right_direction(enum rsf_role role, bool to_write)
{
	switch (role) {
	case RSF_INFLATE:
	case RSF_DEFLATE:
	case RSF_STATS:
		return !to_write;
	case RSF_REPORT:
		return to_write;
	default:
		return true;
	}
}

/**
 * rsf_books_told - a descriptor has come
 * @role: on which queue
 * @desc: what it says
 */
void rsf_books_told(enum rsf_role role, const struct vring_desc *desc)
{
	bool to_write = virtio16_to_cpu(rsf.vdev, desc->flags) & VRING_DESC_F_WRITE;
	struct rsf_queue *q = &rsf.queues[role];
	unsigned long n = 0;

	lockdep_assert_held(&rsf.lock);
	if (!right_direction(role, to_write)) {
		rsf.count[RSF_BAD_BUFFER]++;
		return;
	}
	if (role == RSF_INFLATE)
		n = each_pfn(desc, inflate);
	else if (role == RSF_DEFLATE)
		n = each_pfn(desc, deflate);
	else if (role == RSF_REPORT)
		n = each_page(desc, report);
	else if (role == RSF_STATS)
		take_stats(desc);
	else if (to_write)
		n = take_hint(desc);
	else
		take_hint_id(desc);
	q->pages += n;
	q->longest = max_t(u64, q->longest, n);
}

/**
 * rsf_books_before_answer - the guest is about to hear that this was seen
 * @role: on which queue it came
 * @desc: what it said
 *
 * Until then the guest must not use what it gave away. What it takes back it
 * may use at once, unless the host insists on being told first.
 */
void rsf_books_before_answer(enum rsf_role role, const struct vring_desc *desc)
{
	lockdep_assert_held(&rsf.lock);
	if (role == RSF_INFLATE ||
	    (role == RSF_DEFLATE &&
	     __virtio_test_bit(rsf.vdev, VIRTIO_BALLOON_F_MUST_TELL_HOST)))
		each_pfn(desc, expect_intact);
	else if (role == RSF_REPORT)
		each_page(desc, expect_intact);
}

/**
 * rsf_books_reset - the device is reset: all memory is the guest's again
 */
void rsf_books_reset(void)
{
	lockdep_assert_held(&rsf.lock);
	rsf.count[RSF_RESETS]++;
	rsf.count[RSF_INFLATED_AT_RESET] += rsf.count[RSF_INFLATED_NOW];
	rsf.count[RSF_INFLATED_NOW] = 0;
	memset(rsf.pages, 0, rsf.nr_pages);
}

/**
 * rsf_books_clear - begin new sums; what is in the balloon stays there
 */
void rsf_books_clear(void)
{
	u64 now = rsf.count[RSF_INFLATED_NOW];
	enum rsf_role role;

	lockdep_assert_held(&rsf.lock);
	memset(rsf.count, 0, sizeof(rsf.count));
	rsf.count[RSF_INFLATED_NOW] = now;
	rsf.count[RSF_INFLATED_PEAK] = now;
	for (role = 0; role < RSF_ROLES; role++) {
		rsf.queues[role].buffers = 0;
		rsf.queues[role].pages = 0;
		rsf.queues[role].longest = 0;
	}
}

/**
 * rsf_books_unused - how much of the guest's memory is the host's
 *
 * Return: pages that the host was given and that were not used since.
 */
u64 rsf_books_unused(void)
{
	unsigned long pfn;
	u64 n = 0;

	lockdep_assert_held(&rsf.lock);
	if (!rsf.vdev)
		return 0;
	for (pfn = 0; pfn < rsf.nr_pages; pfn++)
		n += (rsf.pages[pfn] & GIVEN) && intact(pfn);
	return n;
}

/**
 * rsf_books_init - empty books for all memory there is
 *
 * Return: 0 or -ENOMEM.
 */
int rsf_books_init(void)
{
	rsf.nr_pages = end_of_memory();
	rsf.pages = vzalloc(rsf.nr_pages);
	return rsf.pages ? 0 : -ENOMEM;
}

/**
 * rsf_books_exit - undo rsf_books_init()
 */
void rsf_books_exit(void)
{
	vfree(rsf.pages);
}
