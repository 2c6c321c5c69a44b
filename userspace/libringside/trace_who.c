// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who entered the kernel: copies of the sums by cgroup and by task, and what
 * changed between two copies although cgroups came and went.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include "internal.h"
#include "trace_snapshot.h"

/* Between two cgroups that are copied, others come and go: then start again. */
#define TRIES		8
#define NR_SUMS_MAX	4096

struct group {
	uint64_t id;
	uint64_t parent;
	char *path;
	struct rs_trace_sum *sum;
};

struct rs_trace_who {
	uint32_t khz;
	unsigned int nr_calls;	/* native calls, which come first */
	unsigned int nr_sums;
	size_t nr_groups;
	struct group *group;
	size_t nr_tasks;
	struct rs_trace_task *task;
};

static void free_groups(struct rs_trace_who *w)
{
	size_t i;

	for (i = 0; i < w->nr_groups; i++) {
		free(w->group[i].path);
		free(w->group[i].sum);
	}
	free(w->group);
	w->group = NULL;
	w->nr_groups = 0;
}

void rs_trace_who_free(struct rs_trace_who *who)
{
	if (!who)
		return;
	free_groups(who);
	free(who->task);
	free(who);
}

/* Return: 1, 0 after the last one, or -errno. */
static int ask(const struct rs_trace *t, struct rs_trace_group *arg,
	       uint64_t after, char *path, struct rs_trace_sum *sums)
{
	*arg = (struct rs_trace_group) {
		.size = sizeof(*arg), .path_size = PATH_MAX, .id = after,
		.path = (uintptr_t)path, .sums = (uintptr_t)sums,
		.nr_sums = NR_SUMS_MAX,
	};
	if (!ioctl(t->fd, RS_TRACE_NEXT_GROUP, arg))
		return arg->nr_sums > NR_SUMS_MAX || arg->id <= after ?
		       rs_failx(EPROTO, "%s: the sums make no sense",
				rs_trace_device.path) : 1;
	return errno == ENOENT ? 0 : rs_fail(errno, "sums of cgroups");
}

static int keep(struct rs_trace_who *w, const struct rs_trace_group *arg,
		const char *path, const struct rs_trace_sum *sums)
{
	struct group *g;

	/* As many for each, or one would be read beyond its end. */
	if (w->nr_groups && arg->nr_sums != w->nr_sums)
		return rs_failx(EPROTO, "%s: the sums make no sense",
				rs_trace_device.path);
	g = realloc(w->group, (w->nr_groups + 1) * sizeof(*g));
	if (!g)
		return rs_fail(ENOMEM, "sums of cgroups");
	w->group = g;
	g += w->nr_groups;
	g->id = arg->id;
	g->parent = arg->parent;
	g->path = strdup(path);
	g->sum = malloc(arg->nr_sums * sizeof(*sums));
	w->nr_sums = arg->nr_sums;
	w->nr_groups++;
	if (!g->path || !g->sum)
		return rs_fail(ENOMEM, "sums of cgroups");
	memcpy(g->sum, sums, arg->nr_sums * sizeof(*sums));
	return 0;
}

/* Return: 1 when all are of one moment, 0 when not, or -errno. */
static int copy_groups(const struct rs_trace *t, struct rs_trace_who *w,
		       char *path, struct rs_trace_sum *sums)
{
	uint64_t generation = 0, after = 0;
	struct rs_trace_group arg;
	bool same = true;
	int ret;

	free_groups(w);
	while ((ret = ask(t, &arg, after, path, sums)) > 0) {
		if (after && arg.generation != generation)
			same = false;
		generation = arg.generation;
		after = arg.id;
		ret = keep(w, &arg, path, sums);
		if (ret)
			return ret;
	}
	return ret ? ret : same;
}

static int take_groups(const struct rs_trace *t, struct rs_trace_who *w)
{
	struct rs_trace_sum *sums = calloc(NR_SUMS_MAX, sizeof(*sums));
	char *path = malloc(PATH_MAX);
	int i, ret = 0;

	if (sums && path)
		for (i = 0; i < TRIES && !ret; i++)
			ret = copy_groups(t, w, path, sums);
	else
		ret = rs_fail(ENOMEM, "sums of cgroups");
	free(path);
	free(sums);
	return ret < 0 ? ret : 0;
}

static int take_tasks(const struct rs_trace *t, struct rs_trace_who *w)
{
	struct rs_trace_tasks arg = {
		.size = sizeof(arg), .task_size = sizeof(*w->task),
	};
	uint32_t room = 0;

	/* With some to spare, or it would never be enough. */
	do {
		room = arg.nr + arg.nr / 4 + 64;
		free(w->task);
		w->task = calloc(room, sizeof(*w->task));
		if (!w->task)
			return rs_fail(ENOMEM, "sums of tasks");
		arg.tasks = (uintptr_t)w->task;
		arg.nr = room;
		if (ioctl(t->fd, RS_TRACE_GET_TASKS, &arg))
			return rs_fail(errno, "sums of tasks");
	} while (arg.nr > room);
	w->nr_tasks = arg.nr;
	return 0;
}

static unsigned int native_calls(const struct rs_trace *t)
{
	const struct rs_trace_page *p = t->page;
	unsigned int i;

	for (i = 0; i < p->nr_sections; i++) {
		const struct rs_trace_section *s = (const void *)
			((const char *)p + p->section_offset +
			 (uint64_t)i * p->section_size);

		if (s->kind == RS_TRACE_SYSCALL_X64)
			return s->nr;
	}
	return 0;
}

int rs_trace_who_take(const struct rs_trace *trace, struct rs_trace_who **who)
{
	struct rs_trace_who *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return rs_fail(ENOMEM, "sums");
	w->khz = trace->page->tsc_khz;
	w->nr_calls = native_calls(trace);
	err = take_groups(trace, w);
	if (!err)
		err = take_tasks(trace, w);
	if (!err && w->nr_sums < w->nr_calls)
		err = rs_failx(EPROTO, "%s: the sums make no sense",
			       rs_trace_device.path);
	if (err) {
		rs_trace_who_free(w);
		return err;
	}
	*who = w;
	return 0;
}

static struct group *find_group(const struct rs_trace_who *w, uint64_t id)
{
	size_t i;

	for (i = 0; i < w->nr_groups; i++)
		if (w->group[i].id == id)
			return &w->group[i];
	return NULL;
}

/*
 * Where the sums of an earlier cgroup are now: itself, or who inherited. No
 * path is longer than there are cgroups, unless it goes round in a circle.
 */
static struct group *heir(struct rs_trace_who *later,
			  const struct rs_trace_who *earlier,
			  const struct group *g)
{
	struct group *found = NULL;
	size_t steps = 0;

	while (g && !found && steps++ < earlier->nr_groups) {
		found = find_group(later, g->id);
		g = find_group(earlier, g->parent);
	}
	return found;
}

static void subtract_groups(struct rs_trace_who *later,
			    const struct rs_trace_who *earlier)
{
	unsigned int j;
	size_t i;

	for (i = 0; i < earlier->nr_groups; i++) {
		struct group *g = heir(later, earlier, &earlier->group[i]);

		for (j = 0; g && j < later->nr_sums; j++) {
			g->sum[j].count -= earlier->group[i].sum[j].count;
			g->sum[j].ticks -= earlier->group[i].sum[j].ticks;
		}
	}
}

static int by_pid(const void *a, const void *b)
{
	const struct rs_trace_task *x = a, *y = b;

	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

static void subtract_tasks(struct rs_trace_who *later,
			   struct rs_trace_who *earlier)
{
	struct rs_trace_task *t, *old;

	if (!earlier->nr_tasks)
		return;
	qsort(earlier->task, earlier->nr_tasks, sizeof(*old), by_pid);
	for (t = later->task; t < later->task + later->nr_tasks; t++) {
		old = bsearch(t, earlier->task, earlier->nr_tasks,
			      sizeof(*old), by_pid);
		if (!old || old->start_ns != t->start_ns)
			continue;
		t->calls -= old->calls;
		t->ticks -= old->ticks;
	}
}

void rs_trace_who_subtract(struct rs_trace_who *later,
			   struct rs_trace_who *earlier)
{
	if (later->nr_sums == earlier->nr_sums)
		subtract_groups(later, earlier);
	subtract_tasks(later, earlier);
}

static uint64_t to_ns(const struct rs_trace_who *w, uint64_t ticks)
{
	return w->khz ? (__uint128_t)ticks * 1000000 / w->khz : 0;
}

size_t rs_trace_who_cgroups(const struct rs_trace_who *who)
{
	return who->nr_groups;
}

int rs_trace_who_cgroup(const struct rs_trace_who *who, size_t i,
			struct rs_trace_cgroup *cgroup)
{
	const struct group *g;
	uint64_t ticks = 0;
	unsigned int j;

	if (i >= who->nr_groups)
		return rs_fail(EINVAL, "cgroup");
	g = &who->group[i];
	*cgroup = (struct rs_trace_cgroup) {
		.id = g->id, .parent = g->parent, .path = g->path,
	};
	for (j = 0; j < who->nr_sums; j++) {
		cgroup->count += g->sum[j].count;
		ticks += g->sum[j].ticks;
	}
	cgroup->sum_ns = to_ns(who, ticks);
	return 0;
}

size_t rs_trace_who_causes(const struct rs_trace_who *who)
{
	return who->nr_sums;
}

int rs_trace_who_cause(const struct rs_trace_who *who, size_t i, size_t cause,
		       struct rs_trace_part *part)
{
	const struct rs_trace_sum *sum;

	if (i >= who->nr_groups || cause >= who->nr_sums)
		return rs_fail(EINVAL, "cause of a cgroup");
	sum = &who->group[i].sum[cause];
	part->single = cause < who->nr_calls;
	part->kind = part->single ? RS_TRACE_SYSCALL_X64 :
				    cause - who->nr_calls;
	part->index = part->single ? cause : 0;
	part->count = sum->count;
	part->sum_ns = to_ns(who, sum->ticks);
	return 0;
}

size_t rs_trace_who_tasks(const struct rs_trace_who *who)
{
	return who->nr_tasks;
}

int rs_trace_who_task(const struct rs_trace_who *who, size_t i,
		      struct rs_trace_thread *thread)
{
	const struct rs_trace_task *t;
	const struct group *g;

	if (i >= who->nr_tasks)
		return rs_fail(EINVAL, "task");
	t = &who->task[i];
	g = find_group(who, t->cgroup);
	*thread = (struct rs_trace_thread) {
		.pid = t->pid, .tgid = t->tgid, .cgroup = g ? g->path : "",
		.count = t->calls, .sum_ns = to_ns(who, t->ticks),
	};
	memcpy(thread->comm, t->comm, sizeof(thread->comm) - 1);
	return 0;
}
