// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a kernel side of any age, and one that lies, could put into the mappings
 * of the trace device and answer its ioctls: is it read without leaving the
 * mapping, or refused?
 *
 * The input makes a mapping that is in order, with sizes of its choice, and then
 * patches bytes of it.
 */
#include <errno.h>
#include "fuzz.h"
#include "internal.h"
#include "ringside_trace.h"
#include "trace_hist.h"

#define PAGE		4096UL
#define AREA		(16 * PAGE)
#define LATENCIES	(64 * PAGE)

static struct input in;
static uint8_t area[AREA], latencies[LATENCIES];
static size_t area_len, latency_len;
static uint64_t last_group;

int seam_open(const char *path, int flags, ...)
{
	return 100;
}

int seam_close(int fd)
{
	return 0;
}

/* As the kernel does: nothing beyond what there is, and whole pages of it. */
void *seam_mmap(void *at, size_t len, int prot, int flags, int fd, off_t from)
{
	const struct rs_trace_page *page = (const void *)area;
	size_t rounded = (len + PAGE - 1) & -PAGE;
	const uint8_t *content = area;
	size_t most = area_len;
	void *copy;

	if (from) {
		content = latencies;
		most = latency_len;
		if ((uint64_t)from != page->latency_offset)
			len = 0;
	}
	if (!len || rounded < len || rounded > ((most + PAGE - 1) & -PAGE)) {
		errno = EINVAL;
		return MAP_FAILED;
	}
	copy = aligned_alloc(PAGE, rounded);
	MUST(copy);
	memcpy(copy, content, rounded);
	return copy;
}

int seam_munmap(void *at, size_t len)
{
	free(at);
	return 0;
}

static int next_group(struct rs_trace_group *arg)
{
	struct rs_trace_sum *sums = (void *)(uintptr_t)arg->sums;
	char *path = (void *)(uintptr_t)arg->path;
	unsigned int i, nr;

	if (!in.len || arg->id > 100)
		return -ENOENT;
	nr = in_u8(&in) % 5 * 1100;
	for (i = 0; i < nr && i < arg->nr_sums; i++)
		sums[i] = (struct rs_trace_sum){ i, i * 3 };
	snprintf(path, arg->path_size, "/group%u", in_u8(&in));
	arg->id += 10 + in_u8(&in);
	arg->parent = last_group;
	last_group = arg->id;
	arg->generation = in_u8(&in) / 64;
	arg->nr_sums = nr;
	return 0;
}

static int get_tasks(struct rs_trace_tasks *arg)
{
	struct rs_trace_task *tasks = (void *)(uintptr_t)arg->tasks;
	unsigned int i, nr = in_u16(&in);

	for (i = 0; i < nr && i < arg->nr; i++)
		in_bytes(&in, &tasks[i], sizeof(tasks[i]));
	arg->nr = nr;
	return 0;
}

int seam_ioctl(int fd, unsigned long cmd, ...)
{
	struct rs_info *info;
	va_list ap;
	void *arg;
	int err = 0;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	switch (cmd) {
	case RS_TRACE_GET_INFO:
		info = arg;
		memset(info->version, 'v', sizeof(info->version));
		info->abi = RS_TRACE_ABI;
		break;
	case RS_TRACE_NEXT_GROUP:
		err = next_group(arg);
		break;
	case RS_TRACE_GET_TASKS:
		err = get_tasks(arg);
		break;
	}
	errno = -err;
	return err ? -1 : 0;
}

static void make_sections(struct rs_trace_page *page)
{
	struct rs_trace_section *s = (void *)(area + page->section_offset);
	unsigned int i, first = 0;

	for (i = 0; i < page->nr_sections; i++, s++) {
		s->kind = i;
		s->flags = i < 9 ? RS_TRACE_SECTION_BOOKS : 0;
		s->first = first;
		s->nr = in_u8(&in) % 16;
		if (s->nr > page->nr_counters - first)
			s->nr = page->nr_counters - first;
		first += s->nr;
	}
}

static void make_page(void)
{
	struct rs_trace_page *page = (void *)area;
	unsigned int bits = in_u8(&in) % 4;

	*page = (struct rs_trace_page){
		.magic = RS_TRACE_MAGIC, .abi = RS_TRACE_ABI,
		.size = sizeof(*page), .nr_blocks = in_u8(&in) % 5,
		.section_offset = sizeof(*page),
		.section_size = sizeof(struct rs_trace_section),
		.nr_sections = in_u8(&in) % 16,
		.nr_counters = in_u8(&in) % 64,
		.tsc_khz = 1000 + in_u16(&in), .block_offset = PAGE,
		.latency_offset = 1 << 20, .bucket_bits = bits,
		.nr_buckets = (49 - bits) << bits,
	};
	page->block_size = sizeof(struct rs_trace_block) +
			   page->nr_counters * 8;
	page->length = PAGE + page->nr_blocks * page->block_size;
	page->record_size = sizeof(struct rs_trace_record) +
			    ((page->nr_buckets * 4 + 7) & -8);
	page->latency_length = (uint64_t)page->nr_blocks * page->nr_counters *
			       page->record_size;
	make_sections(page);
	area_len = page->length;
	latency_len = page->latency_length;
	if (latency_len > LATENCIES)
		latency_len = LATENCIES;
}

/* Other values, where it matters most: the first page, counters, records. */
static void patch(void)
{
	unsigned int n = in_u8(&in) % 32;

	while (n--) {
		uint16_t at = in_u16(&in);
		uint64_t val = in_edge(&in);
		uint8_t *to = area;
		size_t size = 4 << (at & 1);

		at >>= 1;
		if (at & 0x4000)
			to = latencies;
		else if (at & 0x2000)
			to = area + PAGE;
		memcpy(to + at % PAGE / size * size, &val, size);
	}
}

static void read_who(const struct rs_trace *trace)
{
	struct rs_trace_who *who, *later;
	struct rs_trace_thread thread;
	struct rs_trace_cgroup cgroup;
	struct rs_trace_part part;
	size_t i, j;

	if (rs_trace_who_take(trace, &who))
		return;
	last_group = 0;
	if (!rs_trace_who_take(trace, &later)) {
		rs_trace_who_subtract(later, who);
		rs_trace_who_free(later);
	}
	for (i = 0; i < rs_trace_who_cgroups(who); i++) {
		MUST(!rs_trace_who_cgroup(who, i, &cgroup));
		for (j = 0; j < rs_trace_who_causes(who); j++)
			MUST(!rs_trace_who_cause(who, i, j, &part));
	}
	for (i = 0; i < rs_trace_who_tasks(who); i++)
		MUST(!rs_trace_who_task(who, i, &thread));
	rs_trace_who_free(who);
}

static void read_causes(const struct rs_trace_snapshot *s)
{
	struct rs_trace_latency latency;
	struct rs_trace_bucket bucket;
	struct rs_trace_cause cause;
	size_t i, n = rs_trace_causes(s);
	unsigned int b;

	for (i = 0; i < n && i < 4096; i++) {
		MUST(!rs_trace_cause(s, i, &cause));
		MUST(!rs_trace_latency(s, i, &latency));
		for (b = 0; b < rs_trace_buckets(s); b++)
			MUST(!rs_trace_bucket(s, i, b, &bucket));
		MUST(rs_trace_bucket(s, i, b, &bucket) == -EINVAL);
	}
	MUST(rs_trace_cause(s, n, &cause) == -EINVAL);
}

static void read_books(const struct rs_trace_snapshot *s)
{
	struct rs_trace_books books;
	unsigned int cpu;

	MUST(!rs_trace_books(s, RS_TRACE_ALL_CPUS, &books));
	for (cpu = 0; cpu < rs_trace_cpus(s); cpu++)
		MUST(!rs_trace_books(s, cpu, &books));
	MUST(rs_trace_books(s, cpu, &books) == -EINVAL);
}

static void read_all(struct rs_trace *trace)
{
	struct rs_trace_snapshot *earlier, *later;

	rs_trace_features(trace);
	rs_trace_set_level(trace, RS_TRACE_LEVEL_LATENCY, 0);
	if (!rs_trace_snapshot_take(trace, &earlier)) {
		if (!rs_trace_snapshot_take(trace, &later)) {
			rs_trace_snapshot_subtract(later, earlier);
			read_books(later);
			read_causes(later);
			rs_trace_snapshot_free(later);
		}
		read_causes(earlier);
		rs_trace_snapshot_free(earlier);
	}
	read_who(trace);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct rs_trace *trace;

	in = (struct input){ data, len };
	memset(area, 0, sizeof(area));
	memset(latencies, 1, sizeof(latencies));
	last_group = 0;
	make_page();
	patch();
	if (rs_trace_open(&trace))
		return 0;
	read_all(trace);
	rs_trace_close(trace);
	return 0;
}
