// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who became what, by which call, and does that explain it? Every lasting
 * change of credentials passes commit_creds(); this judges each before it takes
 * effect, tells the guard about it, and makes it the event ringside:cred. What
 * does not pass there is the business of cred_guard.c.
 *
 * The hook is there exactly while somebody has the event enabled, the guard is
 * on, or the flight recorder. Arming from the event's own reg function nests,
 * outermost first:
 *
 *	event_mutex (tracefs, perf) > tracepoints_mutex > hook_lock >
 *	rs_fset.lock > ftrace_lock > text_mutex
 *
 * That is safe because the reverse does not exist: ftrace registers no
 * tracepoint and enables no event while it holds ftrace_lock, and event_mutex >
 * ftrace_lock is the order of the kernel's own function triggers. hook_lock and
 * rs_fset.lock are this file's own and taken nowhere else. Taking the hook away
 * waits for RCU tasks under those mutexes; whoever blocks on one of them sleeps
 * voluntarily, which such a grace period does not wait for, and
 * unregister_ftrace_function() itself waits the same way under ftrace_lock.
 *
 * When the module goes with the event enabled in tracefs, the kernel disables
 * it (and so calls rst_cred_unreg()) after the exit function and before the
 * text is freed. perf and BPF pin the module instead.
 */
#include <linux/compat.h>
#include <linux/cred.h>
#include <linux/mutex.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/user_namespace.h>
#include <asm/ptrace.h>
#include <asm/thread_info.h>
#include <asm/unistd.h>

#include <ringside/compat.h>
#include <ringside/core.h>

#include "cred_guard.h"
#include "flight.h"
#include "trace.h"

#define CREATE_TRACE_POINTS
#include "cred_event.h"

/* Address of commit_creds(), 0 if it can not be hooked; set once, at load. */
static unsigned long commit_creds_ip __ro_after_init;

/**
 * struct place - a row of the table, found in this kernel
 * @start: address of its function
 * @size: bytes of it
 * @row: the row
 * @call: number of the native call that has led here last and fits @row
 */
struct place {
	unsigned long start;
	unsigned long size;
	const struct rst_cred_row *row;
	unsigned long call;
};

/* No call has this number. */
#define NO_CALL		(-1UL)

#define MAX_PLACES	64

/* Sorted by address; written once, before the first hook, under hook_lock. */
static struct place places[MAX_PLACES];
static unsigned int nr_places;

/* Where the last commit came from: a guess for the next. */
static struct place *last_place = places;

/* Who needs the hook: event, guard, recorder. Protected by hook_lock. */
static unsigned int hook_users;
static DEFINE_MUTEX(hook_lock);

/* Does @ip, to which a call returns, lie in the function? */
static bool is_in(const struct place *place, unsigned long ip)
{
	return ip - 1 - place->start < place->size;
}

static struct place *search_place(unsigned long ip)
{
	unsigned int low = 0, high = nr_places;

	while (low < high) {
		unsigned int mid = low + (high - low) / 2;

		if (is_in(&places[mid], ip))
			return &places[mid];
		if (ip > places[mid].start)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static struct place *place_of(unsigned long ip)
{
	struct place *place = READ_ONCE(last_place);

	if (likely(is_in(place, ip)))
		return place;
	place = search_place(ip);
	if (place)
		WRITE_ONCE(last_place, place);
	return place;
}

static int compare_places(const void *a, const void *b)
{
	const struct place *p = a, *q = b;

	return p->start < q->start ? -1 : p->start > q->start;
}

/* kallsyms tells the size of a function only in its text: "f+0x0/0x1d0". */
static unsigned long function_size(unsigned long start)
{
	char text[KSYM_SYMBOL_LEN];
	unsigned long size = 0;
	const char *slash;

	snprintf(text, sizeof(text), "%pS", (void *)start);
	slash = strrchr(text, '/');
	if (!slash || sscanf(slash, "/0x%lx", &size) != 1)
		return 0;
	return size;
}

/* Takes a while, so not at load. */
static int find_places(void)
{
	const char **names __free(kfree) = NULL;
	unsigned long *starts __free(kfree) = NULL;
	unsigned int i, n = 0;
	int err;

	lockdep_assert_held(&hook_lock);
	if (nr_places)
		return 0;
	names = kcalloc(rst_cred_nr_rows, sizeof(*names), GFP_KERNEL);
	starts = kcalloc(rst_cred_nr_rows, sizeof(*starts), GFP_KERNEL);
	if (!names || !starts)
		return -ENOMEM;
	for (i = 0; i < rst_cred_nr_rows; i++)
		names[i] = rst_cred_rows[i].function;
	err = rs_func_addresses(names, starts, rst_cred_nr_rows);
	if (err)
		return err;
	for (i = 0; i < rst_cred_nr_rows && n < MAX_PLACES; i++) {
		if (!starts[i])
			continue;
		places[n++] = (struct place) {
			.start = starts[i],
			.size = function_size(starts[i]),
			.row = &rst_cred_rows[i],
			.call = NO_CALL,
		};
	}
	sort(places, n, sizeof(places[0]), compare_places, NULL);
	nr_places = n;
	return 0;
}

/**
 * rst_cred_find_call - which system call is this?
 * @call: filled with it; not with what the call did
 */
void rst_cred_find_call(struct rst_cred_call *call)
{
	struct pt_regs *regs = task_pt_regs(current);

	call->abi = RST_ABI_NONE;
	call->nr = -1;
	call->no_new_privs = task_no_new_privs(current);
	call->outwards = false;
	/*
	 * A kernel thread has no registers of a user; nor has, before its first
	 * execve() ends, a program that the kernel starts by itself.
	 */
	if (current->flags & PF_KTHREAD || !user_mode(regs) ||
	    (int)regs->orig_ax == -1)
		return;
	call->nr = regs->orig_ax;
	if (current_thread_info()->status & TS_COMPAT) {
		call->abi = RST_ABI_I386;
	} else if (call->nr >= 0 && call->nr & __X32_SYSCALL_BIT) {
		call->abi = RST_ABI_X32;
		call->nr &= ~__X32_SYSCALL_BIT;
	} else {
		call->abi = RST_ABI_X64;
	}
}

static const char *word_of(enum rst_cred_flaw flaw,
			   const struct rst_cred_row *row)
{
	switch (flaw) {
	case RST_FLAW_NONE:
		return row->what;
	case RST_FLAW_CALLER:
		return "caller";
	case RST_FLAW_CALL:
		return "call";
	case RST_FLAW_GAIN:
		return "gain";
	}
	return "unknown";
}

/* Is the first one around the second? */
static bool contains(const struct user_namespace *outer,
		     const struct user_namespace *inner)
{
	while ((inner = inner->parent))
		if (inner == outer)
			return true;
	return false;
}

/* What lies in no function is printed as a number, which is nobody's business. */
static void name_caller(char *buf, size_t len, unsigned long from)
{
	snprintf(buf, len, "%pS", (void *)from);
	if (buf[0] == '0')
		strscpy(buf, "unknown", len);
}

/* Judge a commit in full, and say so to whoever listens. */
static noinline void judge(const struct rst_cred_row *row,
			   const struct rst_cred_call *call, unsigned long from,
			   struct rst_cred_record *record,
			   const struct cred *new)
{
	struct rst_cred_change change = { .task = current, .call = *call };
	const struct cred *old = current_cred();
	enum rst_cred_flaw flaw;

	/* What the guard has seen can not have been overwritten since. */
	if (record)
		change.old = record->set;
	else
		rst_cred_read(&change.old, old, NULL);
	rst_cred_read(&change.new, new, &change.old);
	change.call.outwards = contains(new->user_ns, old->user_ns);
	flaw = rst_cred_explain(row, &change.old, &change.new, &change.call);
	if (record)
		rst_cred_write_commit(record, new, &change.new);
	/* What the guard reports, it records as well. */
	if (rst_flight_on() && !(flaw && rst_guard_is_on()))
		rst_flight_cred(&change, flaw ? 1 + RST_PATTERN_COMMIT : 0);
	if (!flaw && !trace_cred_enabled())
		return;
	change.explained = !flaw;
	change.why = word_of(flaw, row);
	rst_cred_name_exe(change.exe, current->mm);
	name_caller(change.caller, sizeof(change.caller), from);
	trace_cred(&change);
	if (flaw && rst_guard_is_on())
		rst_cred_report(&change, RST_PATTERN_COMMIT);
}

/* A native call's next commit here need not be looked up. */
static void remember(struct place *place, const struct rst_cred_call *call)
{
	if (call->abi == RST_ABI_X64 && rst_cred_call_fits(place->row, call))
		WRITE_ONCE(place->call, call->nr);
}

/*
 * Most commits change nothing that is watched, and need no judge if the call
 * leads to the place.
 */
static noinline void look_closer(unsigned long from, const struct cred *new)
{
	struct rst_cred_record *record = rst_guard_record();
	struct place *place = place_of(from);
	const struct rst_cred_row *row = place ? place->row : NULL;
	struct rst_cred_call call;

	rst_cred_find_call(&call);
	if (place)
		remember(place, &call);
	if (record && row && !trace_cred_enabled() &&
	    rst_cred_is_same(new, record) && rst_cred_call_fits(row, &call))
		rst_cred_write_same(record, new);
	else
		judge(row, &call, from, record, new);
}

/*
 * Does the native call that the thread is in lead to the place, as it did last?
 * Threads of the kernel, whose registers say nothing, commit elsewhere.
 */
static __always_inline bool is_usual(const struct place *place,
				     unsigned long from)
{
	return is_in(place, from) &&
	       task_pt_regs(current)->orig_ax == READ_ONCE(place->call) &&
	       !(current_thread_info()->status & TS_COMPAT);
}

/* Nothing but the usual case, to spare it a frame. */
static void notrace on_commit_creds(unsigned long ip, unsigned long parent_ip,
				    struct ftrace_ops *ops,
				    struct ftrace_regs *fregs)
{
	const struct cred *new = (const struct cred *)rs_ftrace_arg0(fregs);
	struct rst_cred_record *record = raw_cpu_read(rst_cred_cpus.record);

	if (likely(rst_guard_is_on() && rst_guard_is_ours(record) &&
		   is_usual(READ_ONCE(last_place), parent_ip) &&
		   !trace_cred_enabled() && rst_cred_is_same(new, record)))
		rst_cred_write_same(record, new);
	else
		look_closer(parent_ip, new);
}

static struct rs_fset hook = RS_FSET_INIT(hook, on_commit_creds, 0);

/**
 * rst_cred_hook_get - one more needs to know of commits
 *
 * Return: 0, -ENOENT if the kernel does not let commit_creds() be hooked,
 * -ENOMEM, or the error of rs_fset_update().
 */
int rst_cred_hook_get(void)
{
	struct rs_fset_error error;
	int err;

	if (!commit_creds_ip)
		return -ENOENT;
	guard(mutex)(&hook_lock);
	if (!hook_users) {
		err = find_places();
		if (err)
			return err;
		err = rs_fset_update(&hook, &commit_creds_ip, 1, &error);
		if (err)
			return err;
	}
	hook_users++;
	return 0;
}

/** rst_cred_hook_put - one less; the last one waits until the hook is quiet */
void rst_cred_hook_put(void)
{
	struct rs_fset_error error;

	guard(mutex)(&hook_lock);
	if (!--hook_users)
		rs_fset_update(&hook, NULL, 0, &error);
}

/**
 * rst_cred_reg - somebody enables the event, the first one
 *
 * Return: as rst_cred_hook_get().
 */
int rst_cred_reg(void)
{
	return rst_cred_hook_get();
}

/** rst_cred_unreg - the last one disabled it */
void rst_cred_unreg(void)
{
	rst_cred_hook_put();
}

/** rst_cred_tell_unexplained - make a change the event cred_unexplained */
void rst_cred_tell_unexplained(const struct rst_cred_change *change)
{
	trace_cred_unexplained(change);
}

/** rst_cred_init - find commit_creds() */
void __init rst_cred_init(void)
{
	commit_creds_ip = rs_func_address("commit_creds");
}

/** rst_cred_available - can the event be enabled? */
bool rst_cred_available(void)
{
	return commit_creds_ip;
}
