// SPDX-License-Identifier: GPL-2.0-only
/* Operations on the trace device: levels, sums, mappings. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/ringside_trace.h>

#include "guest_fuzz.h"

void act_trace_open(struct player *p, const struct op *op)
{
	shared->calls++;
	keep_handle(p, TRACE, open("/dev/ringside-trace",
				   (op->b & 1 ? O_RDONLY : O_RDWR) |
				   O_CLOEXEC));
}

void act_level(struct player *p, const struct op *op)
{
	struct rs_trace_level level = {
		.size = op->c & 1 ? 8 : sizeof(level), .level = op->b % 5,
		.flags = op->c & 1 ? 0 : op->v % 5,
	};

	call_ioctl(handle_of(p, TRACE, op->a), RS_TRACE_SET_LEVEL, &level);
}

static void ask_group(int fd, const struct op *op)
{
	static struct rs_trace_sum sums[512];
	static char path[4096];
	struct rs_trace_group group = {
		.size = sizeof(group), .path_size = op->v % sizeof(path),
		.id = op->c & 1 ? op->c : 0, .path = (uintptr_t)path,
		.sums = (uintptr_t)sums, .nr_sums = op->c * 2,
	};

	if (op->c & 2)
		group.path_size = sizeof(path);
	call_ioctl(fd, RS_TRACE_NEXT_GROUP, &group);
}

static void ask_tasks(int fd, const struct op *op)
{
	static struct rs_trace_task tasks[256];
	struct rs_trace_tasks arg = {
		.size = sizeof(arg), .task_size = sizeof(tasks[0]),
		.tasks = (uintptr_t)tasks, .nr = op->c,
	};

	if (op->v % 64 == 0)
		arg.task_size = op->c;
	call_ioctl(fd, RS_TRACE_GET_TASKS, &arg);
}

static void ask(struct player *p, const struct op *op)
{
	struct rs_trace_guard_state state = { .size = sizeof(state) };
	struct rs_info about = { .size = sizeof(about) };
	int fd = handle_of(p, TRACE, op->a);

	switch (op->b % 4) {
	case 0:
		ask_group(fd, op);
		break;
	case 1:
		ask_tasks(fd, op);
		break;
	case 2:
		call_ioctl(fd, RS_TRACE_GET_GUARD, &state);
		break;
	default:
		call_ioctl(fd, RS_TRACE_GET_INFO, &about);
	}
}

/* They cost little: several at once, each about something else. */
void act_who(struct player *p, const struct op *op)
{
	struct op next = *op;
	unsigned int i;

	for (i = 0; i < 1 + op->v % 16; i++, next.b++, next.c += 5, next.v += 77)
		ask(p, &next);
}

void act_cred_guard(struct player *p, const struct op *op)
{
	struct rs_trace_guard guard = {
		.size = sizeof(guard), .guard = op->b % 4,
	};

	call_ioctl(handle_of(p, TRACE, op->a), RS_TRACE_SET_GUARD, &guard);
}

static off_t records_of(int fd)
{
	struct rs_trace_page *page;
	off_t from;

	page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		return 0;
	from = page->latency_offset;
	munmap(page, 4096);
	return from;
}

/* From the beginning, from where the records are, or from anywhere. */
void act_map(struct player *p, const struct op *op)
{
	unsigned int i = op->c % NR_MAPS;
	int fd = handle_of(p, TRACE, op->a);
	size_t len = 4096 << op->b % 8;
	off_t from = 0;
	void *at;

	if (p->map[i])
		return;
	if (op->v & 1)
		from = op->v & 6 ? records_of(fd) : (off_t)(op->v & ~4095u);
	shared->calls++;
	at = mmap(NULL, len, op->v % 16 ? PROT_READ : PROT_READ | PROT_WRITE,
		  op->v & 64 ? MAP_PRIVATE : MAP_SHARED, fd, from);
	if (at == MAP_FAILED)
		return;
	p->map[i] = at;
	p->map_len[i] = len;
}

void act_unmap(struct player *p, const struct op *op)
{
	unsigned int i = op->c % NR_MAPS;
	volatile uint8_t *at = p->map[i];
	size_t page;

	if (!at)
		return;
	shared->calls++;
	switch (op->b % 4) {
	case 0:
		for (page = 0; page < p->map_len[i]; page += 4096)
			(void)at[page];
		break;
	case 1:
		mprotect((void *)at, p->map_len[i], PROT_READ | PROT_WRITE);
		break;
	case 2:
		madvise((void *)at, p->map_len[i], op->v % 25);
		break;
	default:
		munmap((void *)at, p->map_len[i]);
		p->map[i] = NULL;
	}
}
