// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pages that readers map: what is where, and who may map them how.
 *
 * One run of pages for all CPUs, made when the device is opened for the first
 * time and kept until the module goes, so that counts outlive their readers.
 * The records of latencies are thirty times as long, and another run, made by the
 * first who wants them and kept as long.
 * Mappings need no care here: each pins its file, and that the module.
 */
#include <linux/build_bug.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/vmalloc.h>
#include <asm/tsc.h>

#include <ringside/compat.h>

#include "flight.h"
#include "trace.h"

static const struct rs_trace_section sections[] = {
	{ RS_TRACE_SYSCALL_X64, RS_TRACE_SECTION_BOOKS, RST_X64, RST_NR_X64 },
	{ RS_TRACE_SYSCALL_I386, RS_TRACE_SECTION_BOOKS, RST_I386, RST_NR_I386 },
	{ RS_TRACE_SYSCALL_X32, RS_TRACE_SECTION_BOOKS, RST_X32, RST_NR_X32 },
	{ RS_TRACE_SYSCALL_NONE, RS_TRACE_SECTION_BOOKS, RST_NONE, RST_NR_ABI },
	{ RS_TRACE_EXCEPTION, RS_TRACE_SECTION_BOOKS, RST_EXCEPTION,
	  RST_NR_EXCEPTION },
	{ RS_TRACE_IRQ, RS_TRACE_SECTION_BOOKS, RST_IRQ, RST_NR_IRQ },
	{ RS_TRACE_VECTOR, RS_TRACE_SECTION_BOOKS, RST_VECTOR, RST_NR_VECTOR },
	{ RS_TRACE_CHILD, RS_TRACE_SECTION_BOOKS, RST_CHILD, 1 },
	{ RS_TRACE_RESIDUAL, RS_TRACE_SECTION_BOOKS, RST_RESIDUAL, 1 },
	{ RS_TRACE_KERNEL_FAULT, 0, RST_KERNEL_FAULT, 1 },
	{ RS_TRACE_KERNEL_IRQ, 0, RST_KERNEL_IRQ, RST_NR_IRQ },
	{ RS_TRACE_KERNEL_VECTOR, 0, RST_KERNEL_VECTOR, RST_NR_VECTOR },
	{ RS_TRACE_SOFTIRQ, 0, RST_SOFTIRQ, RST_NR_SOFTIRQ },
	{ RS_TRACE_VM_EXIT, 0, RST_VM_EXIT, 1 },
	{ RS_TRACE_IDLE, 0, RST_IDLE, RST_NR_IDLE },
};

#define BLOCK_STRIDE	PAGE_ALIGN(sizeof(struct rs_trace_block) + \
				   RST_NR_COUNTERS * sizeof(__u64))

static_assert(sizeof(struct rs_trace_level) == 16);
static_assert(sizeof(struct rs_trace_section) == 16);
static_assert(sizeof(struct rs_trace_page) == 144);
static_assert(sizeof(struct rs_trace_block) == 64);
static_assert(sizeof(struct rs_trace_record) == 32);
static_assert(sizeof(struct rs_trace_sum) == 16);
static_assert(sizeof(struct rs_trace_group) == 56);
static_assert(sizeof(struct rs_trace_task) == 56);
static_assert(sizeof(struct rs_trace_tasks) == 24);
static_assert(sizeof(struct rs_trace_page) + sizeof(sections) <= PAGE_SIZE);

static unsigned int histogram_bits;
module_param(histogram_bits, uint, 0444);
MODULE_PARM_DESC(histogram_bits,
		 "latency buckets for each doubling: 0 one, 2 four");

/*
 * The first page, followed by the blocks. Written once, under create_lock;
 * readers of the pointer either hold that lock or come after an open that did.
 */
static void *area;

/* The records of all CPUs, made by the first level that needs them. */
static void *records;
static DEFINE_MUTEX(create_lock);

static void describe(struct rs_trace_page *page, size_t length)
{
	*page = (struct rs_trace_page) {
		.magic = RS_TRACE_MAGIC,
		.abi = RS_TRACE_ABI,
		.size = sizeof(*page),
		.nr_blocks = nr_cpu_ids,
		.length = length,
		.features = rst_features(),
		.section_offset = sizeof(*page),
		.section_size = sizeof(sections[0]),
		.nr_sections = ARRAY_SIZE(sections),
		.nr_counters = RST_NR_COUNTERS,
		.block_offset = PAGE_SIZE,
		.block_size = BLOCK_STRIDE,
		.tsc_khz = tsc_khz,
	};
	memcpy(page + 1, sections, sizeof(sections));
}

/**
 * rst_area_create - make the pages unless they are there
 *
 * Return: 0 or -ENOMEM.
 */
int rst_area_create(void)
{
	size_t length = PAGE_SIZE + nr_cpu_ids * BLOCK_STRIDE;
	unsigned int cpu;
	void *pages;

	guard(mutex)(&create_lock);
	if (area)
		return 0;
	pages = vmalloc_user(length);
	if (!pages)
		return -ENOMEM;
	describe(pages, length);
	WRITE_ONCE(area, pages);
	for_each_possible_cpu(cpu) {
		rst_area_block(cpu)->cpu = cpu;
		per_cpu(rst_cpus, cpu).block = rst_area_block(cpu);
	}
	return 0;
}

/** rst_area_destroy - free the pages when nothing counts any more */
void rst_area_destroy(void)
{
	vfree(records);
	records = NULL;
	vfree(area);
	area = NULL;
}

static u32 record_stride(unsigned int bits)
{
	return bits ? rst_record_size(RST_HIST_BITS_HDR) : rst_record_size(0);
}

/* Everything else before the offset, which tells readers to look. */
static void publish_records(struct rs_trace_page *page, size_t length)
{
	page->latency_length = length;
	page->record_size = record_stride(histogram_bits);
	page->bucket_bits = histogram_bits;
	page->nr_buckets = histogram_bits ?
			   rst_hist_buckets(RST_HIST_BITS_HDR) :
			   rst_hist_buckets(0);
	/* Pairs with rst_area_map() and the acquire of readers. */
	smp_store_release(&page->latency_offset, page->length);
}

/**
 * rst_area_add_records - make the records unless they are there
 *
 * Return: 0 or -ENOMEM.
 */
int rst_area_add_records(void)
{
	size_t stride = (size_t)RST_NR_COUNTERS * record_stride(histogram_bits);
	size_t length = PAGE_ALIGN(nr_cpu_ids * stride);
	unsigned int cpu;

	guard(mutex)(&create_lock);
	if (records)
		return 0;
	records = vmalloc_user(length);
	if (!records)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		per_cpu(rst_cpus, cpu).records = records + cpu * stride;
	publish_records(area, length);
	return 0;
}

/** rst_area_hdr - do doublings have more than one bucket? */
bool rst_area_hdr(void)
{
	return histogram_bits;
}

/** rst_area_check_params - can the module work with its parameters? */
bool rst_area_check_params(void)
{
	return !histogram_bits || histogram_bits == RST_HIST_BITS_HDR;
}

/** rst_area_exists - has anybody opened the device yet? */
bool rst_area_exists(void)
{
	return READ_ONCE(area);
}

/** rst_area_page - the first page; it exists */
struct rs_trace_page *rst_area_page(void)
{
	return area;
}

/** rst_area_block - the counters of a CPU; the area exists */
struct rs_trace_block *rst_area_block(unsigned int cpu)
{
	return area + PAGE_SIZE + cpu * BLOCK_STRIDE;
}

/**
 * rst_area_map - give a reader its mapping
 * @vma: the mapping wanted, of a descriptor of the device
 *
 * Return: 0, -EPERM if it could be written or executed, -EINVAL if it exceeds
 * the area, or as rst_flight_map().
 */
int rst_area_map(struct vm_area_struct *vma)
{
	struct rs_trace_page *page = area;
	unsigned long first = page->length >> PAGE_SHIFT;

	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EPERM;
	rs_vm_flags_clear(vma, VM_MAYWRITE | VM_MAYEXEC);
	if (vma->vm_pgoff < first)
		return remap_vmalloc_range(vma, area, vma->vm_pgoff);
	if (vma->vm_pgoff >= RST_FLIGHT_OFFSET >> PAGE_SHIFT)
		return rst_flight_map(vma);
	/* Pairs with publish_records(). */
	if (!smp_load_acquire(&page->latency_offset))
		return -EINVAL;
	return remap_vmalloc_range(vma, records, vma->vm_pgoff - first);
}

/**
 * rst_area_name - what a counter stands for
 * @counter: below RST_NR_COUNTERS
 * @kind: receives RS_TRACE_SYSCALL_X64 and so on
 * @index: receives its place within the kind
 */
void rst_area_name(unsigned int counter, unsigned int *kind,
		   unsigned int *index)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sections) - 1; i++)
		if (counter - sections[i].first < sections[i].nr)
			break;
	*kind = sections[i].kind;
	*index = counter - sections[i].first;
}

/**
 * rst_area_counter - the counter of a cause that is in the books
 * @kind: RS_TRACE_SYSCALL_X64 and so on
 * @index: its place within the kind
 *
 * Return: the counter, RST_NR_COUNTERS for no such cause.
 */
unsigned int rst_area_counter(u32 kind, u32 index)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sections); i++)
		if (sections[i].kind == kind && index < sections[i].nr &&
		    sections[i].flags & RS_TRACE_SECTION_BOOKS)
			return sections[i].first + index;
	return RST_NR_COUNTERS;
}

/** rst_area_sum - sum of the counters from @first to before @end, all CPUs */
u64 rst_area_sum(unsigned int first, unsigned int end)
{
	unsigned int cpu, i;
	u64 sum = 0;

	if (!rst_area_exists())
		return 0;
	for_each_possible_cpu(cpu)
		for (i = first; i < end; i++)
			sum += READ_ONCE(rst_area_block(cpu)->counter[i]);
	return sum;
}

/** rst_area_returns - returns to user mode on all CPUs */
u64 rst_area_returns(void)
{
	unsigned int cpu;
	u64 sum = 0;

	if (!rst_area_exists())
		return 0;
	for_each_possible_cpu(cpu)
		sum += READ_ONCE(rst_area_block(cpu)->returns);
	return sum;
}
