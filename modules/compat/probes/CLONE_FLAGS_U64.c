// SPDX-License-Identifier: GPL-2.0-only
#include <linux/sched.h>
#include <trace/events/task.h>
static void handler(void *data, struct task_struct *task, u64 flags) { }
static void __used rs_probe(void) { check_trace_callback_type_task_newtask(handler); }
