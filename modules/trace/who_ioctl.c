// SPDX-License-Identifier: GPL-2.0-only
/* Hands the sums by cgroup and by task to user space. */
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "who.h"

/* No more tasks than this have slots. */
#define MAX_TASKS	ARRAY_SIZE(((struct rst_slots *)0)->slot)

static int copy_out(const struct rs_trace_group *arg,
		    const struct rst_who_copy *copy)
{
	size_t len = strlen(copy->path) + 1;
	u32 nr = min_t(u32, arg->nr_sums, RST_NR_SUMS);

	if (len > arg->path_size)
		return -ERANGE;
	if (copy_to_user(u64_to_user_ptr(arg->path), copy->path, len) ||
	    copy_to_user(u64_to_user_ptr(arg->sums), copy->sums,
			 nr * sizeof(*copy->sums)))
		return -EFAULT;
	return 0;
}

/**
 * rst_who_next_group - RS_TRACE_NEXT_GROUP
 * @arg: what is asked, and the answer
 *
 * Return: 0, or what the uapi header says.
 */
int rst_who_next_group(struct rs_trace_group *arg)
{
	struct rst_who_copy copy;
	int err;

	if (arg->reserved)
		return -EINVAL;
	err = rst_who_copy_group(arg->id, &copy);
	if (err)
		return err;
	err = copy_out(arg, &copy);
	arg->id = copy.id;
	arg->parent = copy.parent;
	arg->generation = copy.generation;
	arg->nr_sums = RST_NR_SUMS;
	rst_who_copy_free(&copy);
	return err;
}

/**
 * rst_who_tasks - RS_TRACE_GET_TASKS
 * @arg: what is asked, and the answer
 *
 * Return: 0, or what the uapi header says.
 */
int rst_who_tasks(struct rs_trace_tasks *arg)
{
	u32 room = min_t(u32, arg->nr, MAX_TASKS);
	struct rs_trace_task *tasks;
	int err;

	if (arg->task_size != sizeof(*tasks) || arg->reserved)
		return -EINVAL;
	tasks = kvcalloc(room + 1, sizeof(*tasks), GFP_KERNEL_ACCOUNT);
	if (!tasks)
		return -ENOMEM;
	arg->nr = room;
	err = rst_who_copy_tasks(tasks, &arg->nr);
	if (!err && copy_to_user(u64_to_user_ptr(arg->tasks), tasks,
				 min(room, arg->nr) * sizeof(*tasks)))
		err = -EFAULT;
	kvfree(tasks);
	return err;
}
