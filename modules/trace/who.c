// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who enters the kernel? Keeps sums for each cgroup of the unified hierarchy,
 * with its path, and decides which of them the crossings of a task go to; those
 * of the task itself are in its slot.
 *
 * The hot path knows a task's cgroup by a pointer in the slot, and nothing here
 * makes it slower, however many cgroups there are. The pointer is set when a task
 * enters the kernel for the first time and when it is moved. A cgroup that has no
 * sums, because it is too new or there are too many, counts with the nearest
 * ancestor that has: the root always does.
 *
 * Cgroups come and go in probes that must not sleep; they only wake sync(),
 * which compares what there is with what is known.
 *
 * Sums of a cgroup are freed when nobody can add to them any more:
 *   1. Off the table: nobody new finds them. Whoever has found them before, with
 *      preemption off, has written the pointer after a grace period.
 *   2. All slots that point there are turned to the parent. A crossing that has
 *      read the pointer before, with interrupts off, is over after another one.
 *   3. The parent gets what they hold, in a block that no CPU writes to.
 *
 * Lock order: level_lock > who_lock.
 */
#include <linux/cgroup.h>
#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <trace/events/cgroup.h>

#include <ringside/core.h>

#include "who.h"

static unsigned int max_cgroups = 256;
module_param(max_cgroups, uint, 0444);
MODULE_PARM_DESC(max_cgroups,
		 "cgroups that have sums of their own, others count with their parents");

/**
 * struct group - a cgroup
 * @node: in the table, under RCU
 * @list: in groups; who_lock
 * @parent: nearest ancestor that had sums when this one got them; older than
 *	this, and outlives it. NULL for the root
 * @id: of the cgroup, never used again. Immutable
 * @pass: of sync(), when it was seen last; who_lock
 * @sums: for each CPU, and then those of its children that are gone. Immutable
 * @path: where it was when it was seen first. Immutable
 */
struct group {
	struct hlist_node node;
	struct list_head list;
	struct group *parent;
	u64 id;
	unsigned int pass;
	struct rs_trace_sum *sums;
	char *path;
};

static DEFINE_MUTEX(who_lock);

/* Written under who_lock; the table is read under RCU. */
static DEFINE_HASHTABLE(table, 8);
static LIST_HEAD(groups);	/* newest first */
static unsigned int nr_groups;
static unsigned int pass;
static u64 generation;

/* Slots are kept up to date. Written under level_lock and who_lock. */
static bool running;

static struct rs_trace_sum *block(const struct group *group, unsigned int i)
{
	return (void *)group->sums + i * RST_SUMS_STRIDE;
}

/* What has been folded into it, after the blocks of the CPUs. */
static struct rs_trace_sum *folded(const struct group *group)
{
	return block(group, nr_cpu_ids);
}

/* Under RCU or who_lock. */
static struct group *find(u64 id)
{
	struct group *group;

	hash_for_each_possible_rcu(table, group, node, id,
				   lockdep_is_held(&who_lock))
		if (group->id == id)
			return group;
	return NULL;
}

/* NULL only before the root has its sums. Under RCU or who_lock. */
static struct group *nearest(struct cgroup *cgrp)
{
	struct group *group = NULL;

	while (cgrp && !group) {
		group = find(cgroup_id(cgrp));
		cgrp = cgroup_parent(cgrp);
	}
	return group;
}

static struct cgroup *cgroup_of(struct task_struct *task)
{
	return task_css_set(task)->dfl_cgrp;
}

/*
 * Whoever comes later with an older view of the task sees that it is old: the
 * barrier pairs with that of another settle() and with the kernel's locks
 * around a move.
 */
static void settle(struct rst_slot *slot, struct task_struct *task)
{
	struct cgroup *cgrp;
	struct group *group;

	rcu_read_lock();
	do {
		cgrp = cgroup_of(task);
		group = nearest(cgrp);
		if (group)
			WRITE_ONCE(slot->sums, group->sums);
		/* See above. */
		smp_mb();
	} while (cgrp != cgroup_of(task));
	rcu_read_unlock();
}

/**
 * rst_who_enter - current has a slot now, preemption is off
 * @slot: its slot
 */
void rst_who_enter(struct rst_slot *slot)
{
	if (READ_ONCE(running))
		settle(slot, current);
}

/* A task that is on the list has its slot until RCU readers are gone. */
static void settle_task(struct task_struct *task)
{
	struct rst_slot *slot = rst_slot_find(rst_slots, (unsigned long)task);

	if (slot)
		settle(slot, task);
}

static void settle_all(void)
{
	struct task_struct *process, *thread;

	rcu_read_lock();
	for_each_process_thread(process, thread)
		if (!(thread->flags & PF_KTHREAD))
			settle_task(thread);
	rcu_read_unlock();
}

static char *path_of(struct cgroup *cgrp)
{
	char *path = kmalloc(PATH_MAX, GFP_KERNEL), *copy = NULL;

	/* Longer ones than that can not be typed, either. */
	if (path && cgroup_path(cgrp, path, PATH_MAX) >= 0)
		copy = kstrdup(path, GFP_KERNEL);
	kfree(path);
	return copy;
}

static void free_group(struct group *group)
{
	vfree(group->sums);
	kfree(group->path);
	kfree(group);
}

static int add(struct cgroup *cgrp)
{
	struct group *group = kzalloc(sizeof(*group), GFP_KERNEL);

	lockdep_assert_held(&who_lock);
	if (!group)
		return -ENOMEM;
	group->sums = vzalloc((nr_cpu_ids + 1) * RST_SUMS_STRIDE);
	group->path = path_of(cgrp);
	if (!group->sums || !group->path) {
		free_group(group);
		return -ENOMEM;
	}
	group->id = cgroup_id(cgrp);
	group->parent = nearest(cgrp);
	group->pass = pass;
	list_add(&group->list, &groups);
	hash_add_rcu(table, &group->node, group->id);
	nr_groups++;
	generation++;
	return 0;
}

static struct cgroup *cgroup_of_css(struct cgroup_subsys_state *css)
{
	return container_of(css, struct cgroup, self);
}

/* Notes which are still there. Return: one that has no sums, or NULL. */
static struct cgroup *look_around(void)
{
	struct cgroup_subsys_state *css;
	struct cgroup *missing = NULL;
	struct group *group;

	lockdep_assert_held(&who_lock);
	rcu_read_lock();
	css_for_each_descendant_pre(css, &cgrp_dfl_root.cgrp.self) {
		if (!(css->flags & CSS_ONLINE))
			continue;
		group = find(cgroup_id(cgroup_of_css(css)));
		if (group)
			group->pass = pass;
		else if (!missing && css_tryget(css))
			missing = cgroup_of_css(css);
	}
	rcu_read_unlock();
	return missing;
}

/* Parents before their children. Return: 0 or -ENOMEM. */
static int add_missing(void)
{
	struct cgroup *missing;
	int err = 0;

	lockdep_assert_held(&who_lock);
	while (!err && nr_groups < max_cgroups) {
		missing = look_around();
		if (!missing)
			return 0;
		err = add(missing);
		css_put(&missing->self);
	}
	return err;
}

static const struct group *heir_of(const struct rs_trace_sum *sums,
				   const struct list_head *dead)
{
	const struct group *group;

	list_for_each_entry(group, dead, list)
		if (group->sums == sums)
			return group->parent;
	return NULL;
}

/* A heir may be dead, too. */
static void turn_slot(struct rst_slot *slot, const struct list_head *dead)
{
	struct rs_trace_sum *old = READ_ONCE(slot->sums);
	struct rs_trace_sum *new = old;
	const struct group *heir;

	while ((heir = heir_of(new, dead)))
		new = heir->sums;
	if (new != old)
		cmpxchg(&slot->sums, old, new);
}

static void turn_slots(const struct list_head *dead)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rst_slots->slot); i++)
		turn_slot(&rst_slots->slot[i], dead);
}

static void add_up(struct rs_trace_sum *to, const struct group *group)
{
	unsigned int i, j;

	for (i = 0; i <= nr_cpu_ids; i++)
		for (j = 0; j < RST_NR_SUMS; j++) {
			to[j].count += READ_ONCE(block(group, i)[j].count);
			to[j].ticks += READ_ONCE(block(group, i)[j].ticks);
		}
}

static void unlist_dead(struct list_head *dead)
{
	struct group *group, *next;

	lockdep_assert_held(&who_lock);
	list_for_each_entry_safe(group, next, &groups, list)
		if (group->pass != pass) {
			hash_del_rcu(&group->node);
			list_move_tail(&group->list, dead);
			nr_groups--;
			generation++;
		}
}

/* Newest first, so that children come before their parents. */
static void fold_dead(void)
{
	struct group *group, *next;
	LIST_HEAD(dead);

	unlist_dead(&dead);
	if (list_empty(&dead))
		return;
	synchronize_rcu();
	turn_slots(&dead);
	synchronize_rcu();
	list_for_each_entry_safe(group, next, &dead, list) {
		add_up(folded(group->parent), group);
		free_group(group);
	}
}

static void sync(struct work_struct *work)
{
	struct cgroup *missing;
	u64 before;

	guard(mutex)(&who_lock);
	if (!running)
		return;
	pass++;
	missing = look_around();
	if (missing)
		css_put(&missing->self);
	fold_dead();
	before = generation;
	/* Without memory, they count with their parents. */
	add_missing();
	if (generation == before)
		return;
	/* Whoever has looked before they were there has written the slot. */
	synchronize_rcu();
	settle_all();
}

static DECLARE_WORK(sync_work, sync);

static void on_cgroup(void *data, struct cgroup *cgrp, const char *path)
{
	schedule_work(&sync_work);
}

/* The task, or all threads of its process, have been moved. */
static void on_attach(void *data, struct cgroup *cgrp, const char *path,
		      struct task_struct *task, bool threadgroup)
{
	struct task_struct *thread;

	if (!READ_ONCE(running))
		return;
	if (!threadgroup) {
		settle_task(task);
		return;
	}
	rcu_read_lock();
	for_each_thread(task, thread)
		settle_task(thread);
	rcu_read_unlock();
}

static struct rs_tracepoint probes[] = {
	{ .name = "cgroup_mkdir", .probe = on_cgroup },
	{ .name = "cgroup_rmdir", .probe = on_cgroup },
	{ .name = "cgroup_attach_task", .probe = on_attach },
	{ .name = "cgroup_transfer_tasks", .probe = on_attach },
};

/* The build fails here if a probe does not fit its tracepoint. */
static void __maybe_unused check_types(void)
{
	check_trace_callback_type_cgroup_mkdir(on_cgroup);
	check_trace_callback_type_cgroup_rmdir(on_cgroup);
	check_trace_callback_type_cgroup_attach_task(on_attach);
	check_trace_callback_type_cgroup_transfer_tasks(on_attach);
}

static void free_all(void)
{
	struct group *group, *next;

	guard(mutex)(&who_lock);
	list_for_each_entry_safe(group, next, &groups, list) {
		hash_del_rcu(&group->node);
		list_del(&group->list);
		free_group(group);
	}
	nr_groups = 0;
	generation++;
}

/* Free slots, too: whoever gets one has somewhere to count from the start. */
static void turn_to_root(void)
{
	struct group *root = list_last_entry(&groups, struct group, list);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rst_slots->slot); i++) {
		WRITE_ONCE(rst_slots->slot[i].sums, root->sums);
		WRITE_ONCE(rst_slots->slot[i].calls, 0);
		WRITE_ONCE(rst_slots->slot[i].ticks, 0);
	}
}

static int add_all(void)
{
	unsigned int cpu;
	int err;

	guard(mutex)(&who_lock);
	for_each_possible_cpu(cpu)
		per_cpu(rst_cpus, cpu).sums_offset = cpu * RST_SUMS_STRIDE;
	pass++;
	err = add(&cgrp_dfl_root.cgrp);
	if (!err)
		err = add_missing();
	if (!err)
		WRITE_ONCE(running, true);
	return err;
}

/**
 * rst_who_start - keep the pointers of all slots up to date
 *
 * The table of slots is there. Crossings may be added up once it has returned.
 *
 * Return: 0, -ENOMEM, or what registering a tracepoint returned.
 */
int rst_who_start(void)
{
	const char *failed;
	int err;

	err = add_all();
	if (err)
		goto err_free;
	err = rs_tracepoints_attach(probes, ARRAY_SIZE(probes), NULL, &failed);
	if (err)
		goto err_stop;
	turn_to_root();
	/* Those that saw us not running have found their slots. */
	synchronize_rcu();
	settle_all();
	/* What came and went before the probes were there. */
	schedule_work(&sync_work);
	return 0;

err_stop:
	WRITE_ONCE(running, false);
	synchronize_rcu();
err_free:
	free_all();
	return err;
}

static void stop_running(void)
{
	guard(mutex)(&who_lock);
	WRITE_ONCE(running, false);
}

/** rst_who_stop - forget all sums; nobody adds to them any more */
void rst_who_stop(void)
{
	stop_running();
	rs_tracepoints_detach(probes, ARRAY_SIZE(probes), NULL);
	cancel_work_sync(&sync_work);
	/* Who looks for sums while entering. */
	synchronize_rcu();
	free_all();
}

/* The one with the least id above @after, or NULL. */
static struct group *next_group(u64 after)
{
	struct group *group, *best = NULL;

	lockdep_assert_held(&who_lock);
	list_for_each_entry(group, &groups, list)
		if (group->id > after && (!best || group->id < best->id))
			best = group;
	return best;
}

static int copy_group(struct rst_who_copy *copy, const struct group *group)
{
	copy->sums = vzalloc(RST_SUMS_STRIDE);
	copy->path = kstrdup(group->path, GFP_KERNEL_ACCOUNT);
	if (!copy->sums || !copy->path) {
		rst_who_copy_free(copy);
		return -ENOMEM;
	}
	add_up(copy->sums, group);
	copy->id = group->id;
	copy->parent = group->parent ? group->parent->id : 0;
	copy->generation = generation;
	return 0;
}

/**
 * rst_who_copy_group - the sums of a cgroup
 * @after: its id is the least above this
 * @copy: receives them; ends with rst_who_copy_free()
 *
 * Return: 0, -ENODATA if none are kept, -ENOENT if no id is greater, -ENOMEM.
 */
int rst_who_copy_group(u64 after, struct rst_who_copy *copy)
{
	struct group *group;

	guard(mutex)(&who_lock);
	if (!running)
		return -ENODATA;
	group = next_group(after);
	return group ? copy_group(copy, group) : -ENOENT;
}

/** rst_who_copy_free - free what a copy holds */
void rst_who_copy_free(struct rst_who_copy *copy)
{
	vfree(copy->sums);
	kfree(copy->path);
}

static bool fill_task(struct rs_trace_task *to, struct task_struct *task)
{
	struct rst_slot *slot = rst_slot_find(rst_slots, (unsigned long)task);

	if (!slot)
		return false;
	*to = (struct rs_trace_task) {
		.pid = task_pid_nr(task),
		.tgid = task_tgid_nr(task),
		.start_ns = task->start_time,
		.cgroup = cgroup_id(cgroup_of(task)),
		.calls = READ_ONCE(slot->calls),
		.ticks = READ_ONCE(slot->ticks),
	};
	strscpy(to->comm, task->comm, sizeof(to->comm));
	return true;
}

/* Return: how many there are; the first @room of them in @tasks. */
static unsigned int fill_tasks(struct rs_trace_task *tasks, unsigned int room)
{
	struct task_struct *process, *thread;
	struct rs_trace_task task;
	unsigned int nr = 0;

	rcu_read_lock();
	for_each_process_thread(process, thread) {
		if (thread->flags & PF_KTHREAD || !fill_task(&task, thread))
			continue;
		if (nr < room)
			tasks[nr] = task;
		nr++;
	}
	rcu_read_unlock();
	return nr;
}

/**
 * rst_who_copy_tasks - the sums of all threads
 * @tasks: receives them
 * @nr: in: room in @tasks; out: how many there are
 *
 * Return: 0, or -ENODATA if none are kept.
 */
int rst_who_copy_tasks(struct rs_trace_task *tasks, u32 *nr)
{
	guard(mutex)(&who_lock);
	if (!running)
		return -ENODATA;
	*nr = fill_tasks(tasks, *nr);
	return 0;
}
