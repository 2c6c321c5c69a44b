// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "reader.h"
#include "textfile.h"

static int map_all(struct reader *r)
{
	size_t length = sysconf(_SC_PAGESIZE);
	void *page = mmap(NULL, length, PROT_READ, MAP_SHARED, r->fd, 0);

	if (page == MAP_FAILED)
		return -errno;
	length = ((struct rs_trace_page *)page)->length;
	munmap(page, sysconf(_SC_PAGESIZE));
	page = mmap(NULL, length, PROT_READ, MAP_SHARED, r->fd, 0);
	if (page == MAP_FAILED)
		return -errno;
	r->page = page;
	return 0;
}

int reader_level(struct reader *r, unsigned int level)
{
	return reader_level_flags(r, level, 0);
}

int reader_level_flags(struct reader *r, unsigned int level, unsigned int flags)
{
	struct rs_trace_level arg = {
		.size = sizeof(arg), .level = level, .flags = flags
	};

	return ioctl(r->fd, RS_TRACE_SET_LEVEL, &arg) ? -errno : 0;
}

int reader_open(struct reader *r, unsigned int level)
{
	int err;

	r->page = NULL;
	r->latency = NULL;
	r->fd = open(TRACE_DEVICE, O_RDONLY | O_CLOEXEC);
	if (r->fd < 0)
		return -errno;
	err = map_all(r);
	if (!err)
		err = reader_level(r, level);
	if (err)
		reader_close(r);
	return err;
}

void reader_close(struct reader *r)
{
	if (r->latency)
		munmap((void *)r->latency, r->page->latency_length);
	r->latency = NULL;
	if (r->page)
		munmap((void *)r->page, r->page->length);
	close(r->fd);
	r->page = NULL;
	r->fd = -1;
}

static const struct rs_trace_section *section(const struct reader *r,
					      unsigned int i)
{
	return (const void *)((const char *)r->page + r->page->section_offset +
			      i * r->page->section_size);
}

static const struct rs_trace_section *section_of(const struct reader *r,
						 unsigned int kind)
{
	unsigned int i;

	for (i = 0; i < r->page->nr_sections; i++)
		if (section(r, i)->kind == kind)
			return section(r, i);
	fprintf(stderr, "# no section of kind %u\n", kind);
	exit(1);
}

static const struct rs_trace_block *block(const struct reader *r,
					  unsigned int cpu)
{
	return (const void *)((const char *)r->page + r->page->block_offset +
			      (size_t)cpu * r->page->block_size);
}

static uint64_t load(const __u64 *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static uint64_t sum_of(const struct reader *r, unsigned int cpu,
		       const struct rs_trace_section *s)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < s->nr; i++)
		sum += load(&block(r, cpu)->counter[s->first + i]);
	return sum;
}

uint64_t reader_count_cpu(const struct reader *r, unsigned int cpu,
			  unsigned int kind, unsigned int index)
{
	return load(&block(r, cpu)->counter[section_of(r, kind)->first +
					    index]);
}

uint64_t reader_count(const struct reader *r, unsigned int kind,
		      unsigned int index)
{
	uint64_t sum = 0;
	unsigned int cpu;

	for (cpu = 0; cpu < r->page->nr_blocks; cpu++)
		sum += reader_count_cpu(r, cpu, kind, index);
	return sum;
}

unsigned int reader_active(const struct reader *r, unsigned int cpu)
{
	return __atomic_load_n(&block(r, cpu)->active, __ATOMIC_ACQUIRE);
}

uint64_t reader_section(const struct reader *r, unsigned int kind)
{
	const struct rs_trace_section *s = section_of(r, kind);
	uint64_t sum = 0;
	unsigned int cpu;

	for (cpu = 0; cpu < r->page->nr_blocks; cpu++)
		sum += sum_of(r, cpu, s);
	return sum;
}

void reader_books(const struct reader *r, unsigned int cpu, struct books *b)
{
	unsigned int i;

	memset(b, 0, sizeof(*b));
	b->before = load(&block(r, cpu)->returns);
	for (i = 0; i < r->page->nr_sections; i++) {
		const struct rs_trace_section *s = section(r, i);
		uint64_t sum;

		if (!(s->flags & RS_TRACE_SECTION_BOOKS))
			continue;
		sum = sum_of(r, cpu, s);
		b->sum += sum;
		if (s->kind == RS_TRACE_RESIDUAL)
			b->residual = sum;
	}
	b->after = load(&block(r, cpu)->returns);
}

int reader_map_latency(struct reader *r)
{
	void *p;

	if (!r->page->latency_offset)
		return -ENOENT;
	p = mmap(NULL, r->page->latency_length, PROT_READ, MAP_SHARED, r->fd,
		 r->page->latency_offset);
	if (p == MAP_FAILED)
		return -errno;
	r->latency = p;
	return 0;
}

void reader_latency(const struct reader *r, unsigned int kind,
		    unsigned int index, struct latency *l)
{
	const struct rs_trace_page *p = r->page;
	unsigned int cpu, i, at = section_of(r, kind)->first + index;

	memset(l, 0, sizeof(*l));
	for (cpu = 0; cpu < p->nr_blocks; cpu++) {
		const volatile struct rs_trace_record *rec =
			r->latency + ((size_t)cpu * p->nr_counters + at) *
			p->record_size;

		l->sum += rec->sum;
		l->off_cpu += rec->off_cpu;
		l->slept += rec->slept;
		if (rec->max > l->max)
			l->max = rec->max;
		for (i = 0; i < p->nr_buckets; i++)
			l->timed += rec->bucket[i];
	}
}

int sysfs_read(const char *name, uint64_t *value)
{
	char path[128], text[32];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), TRACE_SYSFS "%s", name);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return -errno;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len <= 0)
		return -EIO;
	text[len] = 0;
	*value = strtoull(text, NULL, 10);
	return 0;
}

int sysfs_write(const char *name, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), TRACE_SYSFS "%s", name);
	return write_text(path, value);
}

int pin_to_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : 0;
}

int deny_getppid(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { 4, code };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog);
}
