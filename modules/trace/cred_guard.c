// SPDX-License-Identifier: GPL-2.0-only
/*
 * When does the credential guard work, and in which order does it come and go?
 *
 * Descriptors and the administrator ask for it; the most demanding request is
 * in force. Other than levels, that of the administrator needs no reader: what
 * the guard does about an alarm, it does by itself.
 *
 * Arming: probes first, so that no thread is born or dies unseen; then the hook
 * on commit_creds(), and a wait for those that were past its entry already;
 * then every thread's credentials are recorded as they are; and only then does
 * anybody compare. Disarming goes the other way round, and the table is freed
 * when every probe, hook and notifier has been seen to be out of it.
 */
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/vmalloc.h>
#include <trace/events/sched.h>
#include <trace/events/task.h>

#include <ringside/compat.h>
#include <ringside/core.h>

#include "cred_guard.h"
#include "trace.h"

struct rst_cred_table *rst_cred_table;

/* Serialises requests, arming and disarming, see trace.h. */
static DEFINE_MUTEX(guard_lock);

/* All protected by guard_lock. */
static u32 wanted[RS_TRACE_GUARD_FULL + 1];	/* descriptors by request */
static u32 admin_wants;
static u32 in_force;

/* In the context of the parent; the child has not run yet. */
static void on_newtask(void *data, struct task_struct *task,
		       RS_CLONE_FLAGS clone_flags)
{
	struct rst_cred_record *record;
	bool is_new;

	record = rst_cred_claim(rst_cred_table, task, &is_new);
	/* Whatever another thread of that address has left behind. */
	if (record)
		rst_cred_write(record, rst_cred_of(task),
			       rst_real_cred_of(task));
}

static void on_task_free(void *data, struct task_struct *task)
{
	rst_cred_release(rst_cred_table, task);
}

static struct rs_tracepoint probes[] = {
	{ .name = "sched_process_free", .probe = on_task_free },
	{ .name = "task_newtask", .probe = on_newtask },
};

/* The build fails here if a probe does not fit its tracepoint. */
static void __maybe_unused check_types(void)
{
	check_trace_callback_type_sched_process_free(on_task_free);
	check_trace_callback_type_task_newtask(on_newtask);
}

/*
 * A thread that commits meanwhile writes its record itself, or has one already.
 * What another thread acts with at the moment is not what it will return with.
 */
static void record_one(struct task_struct *task)
{
	struct rst_cred_record *record;
	const struct cred *real;
	bool is_new;

	record = rst_cred_claim(rst_cred_table, task, &is_new);
	if (!record || !is_new)
		return;
	real = __task_cred(task);
	rst_cred_write(record, real, real);
}

static void record_all(void)
{
	struct task_struct *process, *task;

	rcu_read_lock();
	for_each_process_thread(process, task)
		record_one(task);
	rcu_read_unlock();
}

/* The hook may stay, for the event: wait until it has forgotten the table. */
static void disown_table(void)
{
	struct rst_cred_table *table = rst_cred_table;

	WRITE_ONCE(rst_cred_table, NULL);
	synchronize_rcu_tasks();
	vfree(table);
}

static int arm(u32 guard)
{
	const char *failed;
	int err;

	lockdep_assert_held(&guard_lock);
	rst_cred_table = rst_cred_table_create();
	if (!rst_cred_table)
		return -ENOMEM;
	err = rs_tracepoints_attach(probes, ARRAY_SIZE(probes), NULL, &failed);
	if (err) {
		pr_warn_ratelimited("tracepoint %s: error %d\n", failed, err);
		goto err_free;
	}
	err = rst_cred_hook_get();
	if (err)
		goto err_detach;
	synchronize_rcu_tasks();
	record_all();
	err = rst_border_start(guard == RS_TRACE_GUARD_FULL);
	if (err)
		goto err_unhook;
	rst_sweep_start();
	return 0;

err_unhook:
	rst_cred_hook_put();
err_detach:
	rs_tracepoints_detach(probes, ARRAY_SIZE(probes), NULL);
err_free:
	disown_table();
	return err;
}

static void disarm(void)
{
	lockdep_assert_held(&guard_lock);
	rst_sweep_stop();
	rst_border_stop();
	rst_cred_hook_put();
	rs_tracepoints_detach(probes, ARRAY_SIZE(probes), NULL);
	rst_report_flush();
	disown_table();
}

/* Put the most demanding request in force. Lowering can not fail. */
static int settle(void)
{
	u32 guard = RS_TRACE_GUARD_FULL;
	int err = 0;

	lockdep_assert_held(&guard_lock);
	while (guard && !wanted[guard])
		guard--;
	guard = max(guard, admin_wants);
	if (guard == in_force)
		return 0;
	if (!in_force)
		err = arm(guard);
	else if (!guard)
		disarm();
	else
		rst_border_use(guard == RS_TRACE_GUARD_FULL);
	if (!err)
		in_force = guard;
	return err;
}

/**
 * rst_guard_change - a descriptor asks for something else
 * @old: what it asked for before, RS_TRACE_GUARD_OFF at first
 * @new: what it asks for now
 *
 * Return: 0, or the error of arming; then @old stays in force.
 */
int rst_guard_change(u32 old, u32 new)
{
	int err;

	guard(mutex)(&guard_lock);
	wanted[old]--;
	wanted[new]++;
	err = settle();
	if (err) {
		wanted[new]--;
		wanted[old]++;
	}
	return err;
}

/**
 * rst_guard_set_admin - what the administrator asks for
 * @guard: RS_TRACE_GUARD_*
 *
 * Return: 0, or the error of arming; then nothing has changed.
 */
int rst_guard_set_admin(u32 guard)
{
	u32 old;
	int err;

	guard(mutex)(&guard_lock);
	old = admin_wants;
	admin_wants = guard;
	err = settle();
	if (err)
		admin_wants = old;
	return err;
}

/** rst_guard_state - who asks for what, and what came of it */
void rst_guard_state(struct rst_guard_state *state)
{
	scoped_guard(mutex, &guard_lock) {
		state->guard = in_force;
		state->admin = admin_wants;
	}
	state->untracked = rst_border_nr_untracked();
	state->sweeps = rst_sweep_rounds();
	rst_report_state(state);
}

/** rst_guard_exit - the module goes: whatever sysfs asked for ends */
void rst_guard_exit(void)
{
	rst_guard_set_admin(RS_TRACE_GUARD_OFF);
}
