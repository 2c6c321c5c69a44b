// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pages that readers map: what is where, and who may map them how.
 *
 * One run of pages for all CPUs, made when the device is opened for the first
 * time and kept until the module goes, so that counts outlive their readers.
 * Mappings need no care here: each pins its file, and that the module.
 */
#include <linux/build_bug.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/vmalloc.h>
#include <asm/tsc.h>

#include <ringside/compat.h>

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
};

#define BLOCK_STRIDE	PAGE_ALIGN(sizeof(struct rs_trace_block) + \
				   RST_NR_COUNTERS * sizeof(__u64))

static_assert(sizeof(struct rs_trace_level) == 8);
static_assert(sizeof(struct rs_trace_section) == 16);
static_assert(sizeof(struct rs_trace_page) == 72);
static_assert(sizeof(struct rs_trace_block) == 64);
static_assert(sizeof(struct rs_trace_page) + sizeof(sections) <= PAGE_SIZE);

/*
 * The first page, followed by the blocks. Written once, under create_lock;
 * readers of the pointer either hold that lock or come after an open that did.
 */
static void *area;
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
	vfree(area);
	area = NULL;
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
 * the area.
 */
int rst_area_map(struct vm_area_struct *vma)
{
	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EPERM;
	rs_vm_flags_clear(vma, VM_MAYWRITE | VM_MAYEXEC);
	return remap_vmalloc_range(vma, area, vma->vm_pgoff);
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
