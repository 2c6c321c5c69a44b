// SPDX-License-Identifier: GPL-2.0-only
/*
 * How are kernel functions hooked so that either all of them are, or none is,
 * and nobody is left inside when the hooks are gone?
 *
 * One ftrace_ops serves a whole set. Changing the set hands ftrace the new
 * filter in one piece, so that a conflict (-EBUSY: livepatch or somebody else
 * modifies the same function) leaves the previous set in force. After an error
 * of its own ftrace switches itself off for good: it still calls whom it called
 * and takes nothing away any more, so the code that it calls has to stay. What
 * this file does not know is why a function is hooked; see the owner of the set.
 */
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/uaccess.h>

#include <ringside/core.h>

/* First byte of the instruction that ftrace puts at an armed entry. */
#define INSN_CALL	0xe8
#define INSN_JMP	0xe9

static int compare_ips(const void *a, const void *b)
{
	unsigned long x = *(const unsigned long *)a;
	unsigned long y = *(const unsigned long *)b;

	return x < y ? -1 : x > y;
}

/* Sorted copy of @ips without duplicates; *@nr is adjusted. */
static unsigned long *sorted_copy(const unsigned long *ips, unsigned int *nr)
{
	unsigned long *copy;
	unsigned int i, n = 0;

	copy = kvmalloc_array(*nr, sizeof(*copy), GFP_KERNEL_ACCOUNT);
	if (!copy)
		return NULL;
	memcpy(copy, ips, *nr * sizeof(*copy));
	sort(copy, *nr, sizeof(*copy), compare_ips, NULL);
	for (i = 0; i < *nr; i++)
		if (!n || copy[n - 1] != copy[i])
			copy[n++] = copy[i];
	*nr = n;
	return copy;
}

static bool contains(const struct rs_fset *set, unsigned long ip)
{
	unsigned int low = 0, high = set->nr;

	while (low < high) {
		unsigned int mid = low + (high - low) / 2;

		if (set->ips[mid] == ip)
			return true;
		if (set->ips[mid] < ip)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

static void notrace nothing(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
}

/* Would these functions be refused with the flags of @set? */
static bool is_refused(const struct rs_fset *set, unsigned long *ips,
		       unsigned int nr)
{
	struct ftrace_ops *probe;
	bool refused;

	probe = kzalloc(sizeof(*probe), GFP_KERNEL);
	if (!probe)
		return false;
	probe->func = nothing;
	probe->flags = set->ops.flags &
		(FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT);
	refused = ftrace_set_filter_ips(probe, ips, nr, 0, 1);
	if (!refused) {
		refused = register_ftrace_function(probe);
		if (!refused)
			unregister_ftrace_function(probe);
	}
	ftrace_free_filter(probe);
	kfree(probe);
	return refused;
}

/*
 * Which of the new @ips did ftrace refuse? Asked only after a failure, with
 * trial registrations of the functions that the set does not have yet. Each
 * takes ftrace up to a second, and the owner waits with its lock held, so the
 * list is halved and not walked. Reorders @ips.
 */
static void find_culprit(struct rs_fset *set, unsigned long *ips,
			 unsigned int nr, struct rs_fset_error *error)
{
	unsigned int i, n = 0;

	lockdep_assert_held(&set->lock);
	for (i = 0; i < nr; i++)
		if (!contains(set, ips[i]))
			ips[n++] = ips[i];
	while (n > 1 && !fatal_signal_pending(current)) {
		unsigned int half = n / 2;

		if (is_refused(set, ips, half)) {
			n = half;
		} else {
			ips += half;
			n -= half;
		}
	}
	/* The failure may have had another reason, such as memory. */
	if (n == 1 && is_refused(set, ips, n))
		error->ip = *ips;
}

/* Is there a call or jump at @ip, where an idle entry has a no-op? */
static bool is_armed(unsigned long ip)
{
	u8 insn;

	if (copy_from_kernel_nofault(&insn, (void *)ip, sizeof(insn)))
		return false;
	return insn == INSN_CALL || insn == INSN_JMP;
}

static int check_armed(const unsigned long *ips, unsigned int nr,
		       struct rs_fset_error *error)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (!is_armed(ips[i])) {
			error->ip = ips[i];
			return -ENXIO;
		}
	}
	return 0;
}

/* Flags that an owner may set; ftrace keeps its own state in the others. */
#define OWNER_FLAGS	(FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT | \
			 FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_RECURSION | \
			 FTRACE_OPS_FL_RCU)

/*
 * Make the ops as new. ftrace_free_filter() is meant for ops that are thrown
 * away: it leaves pointers to what it freed, and the next registration would
 * free that once more.
 */
static void reset_ops(struct rs_fset *set)
{
	ftrace_free_filter(&set->ops);
	set->ops = (struct ftrace_ops){
		.func = set->ops.func,
		.flags = set->ops.flags & OWNER_FLAGS,
	};
}

/* ftrace looks whether it is off before it sees that 0 is no function. */
static bool is_ftrace_off(void)
{
	struct ftrace_ops *probe;
	bool off;

	probe = kzalloc(sizeof(*probe), GFP_KERNEL);
	if (!probe)
		return false;
	probe->func = nothing;
	off = ftrace_set_filter_ip(probe, 0, 0, 1) == -ENODEV;
	ftrace_free_filter(probe);
	kfree(probe);
	return off;
}

/*
 * Hold the owner, for nobody can take the hooks away any more. Once its removal
 * has begun, that is too late; then this does not return, as if the module were
 * built in. Nothing else keeps a task from running into memory that is free.
 */
static void get_stuck(struct rs_fset *set)
{
	lockdep_assert_held(&set->lock);
	if (set->stuck)
		return;
	set->stuck = true;
	pr_crit("ringside: ftrace is off: hooks on %u functions stay, and so does %s, until reboot\n",
		set->nr, module_name(set->owner));
	if (try_module_get(set->owner))
		return;
	for (;;)
		schedule_timeout_idle(MAX_SCHEDULE_TIMEOUT);
}

static void unregister_set(struct rs_fset *set)
{
	lockdep_assert_held(&set->lock);
	if (unregister_ftrace_function(&set->ops)) {
		get_stuck(set);
		return;
	}
	/*
	 * A task that the callback diverted may still be preempted inside the
	 * owner's replacement function: it leaves that on its way to a voluntary
	 * context switch or to user mode. ftrace waits for as much after it has
	 * patched, for the trampoline that it made for ops of a module, and a
	 * second time would take another tenth of a second. It does not where
	 * it made no trampoline.
	 */
	if (!(set->ops.flags & FTRACE_OPS_FL_DYNAMIC))
		synchronize_rcu_tasks();
	reset_ops(set);
}

/* Put the filter of @ips, not empty, in force. */
static int apply(struct rs_fset *set, unsigned long *ips, unsigned int nr)
{
	int err;

	lockdep_assert_held(&set->lock);
	err = ftrace_set_filter_ips(&set->ops, ips, nr, 0, 1);
	if (err || set->nr)
		return err;
	err = register_ftrace_function(&set->ops);
	if (err)
		reset_ops(set);
	return err;
}

/* Return to the functions of @set->ips after an update that went wrong. */
static void restore(struct rs_fset *set)
{
	lockdep_assert_held(&set->lock);
	if (!set->nr)
		unregister_set(set);
	else if (ftrace_set_filter_ips(&set->ops, set->ips, set->nr, 0, 1))
		/* No memory. The callback has to put up with more calls. */
		pr_warn("ringside: %u functions and more stay hooked\n",
			set->nr);
}

/* Are these, sorted, the functions of the set? Patching nothing takes long. */
static bool is_same(const struct rs_fset *set, const unsigned long *ips,
		    unsigned int nr)
{
	lockdep_assert_held(&set->lock);
	return nr == set->nr && !memcmp(ips, set->ips, nr * sizeof(*ips));
}

/**
 * rs_fset_update - hook exactly these functions from now on
 * @set: the set
 * @ips: addresses as rs_func_address() gives them, in any order
 * @nr: how many; 0 takes all hooks away, which can not fail
 * @error: filled with the function to blame when the update fails
 *
 * All or nothing: on failure the set is what it was. On success every function
 * has been seen to be armed. When functions are removed while others stay, a
 * task may still be inside the owner's replacement function; only emptying the
 * set waits for it.
 *
 * Context: sleeps, for as long as ftrace needs to patch and RCU tasks to pass.
 * Return: 0; -EBUSY if another user modifies one of the functions or ftrace is
 * off; -ENODEV if ftrace has given up after an internal error, and then taking
 * hooks away succeeds without doing it; -EINVAL if an address is no traceable
 * entry; -ENXIO if ftrace agreed but an entry did not change; -ENOMEM.
 */
int rs_fset_update(struct rs_fset *set, const unsigned long *ips,
		   unsigned int nr, struct rs_fset_error *error)
{
	unsigned long *new = NULL;
	int err;

	error->ip = 0;
	guard(mutex)(&set->lock);
	if (set->stuck)
		return nr ? -ENODEV : 0;
	if (nr) {
		new = sorted_copy(ips, &nr);
		if (!new)
			return -ENOMEM;
		if (is_same(set, new, nr)) {
			err = check_armed(new, nr, error);
			kvfree(new);
			return err;
		}
		err = apply(set, new, nr);
		if (err) {
			/* Memory, and ftrace being off, are nobody's fault. */
			if (err != -ENOMEM && err != -ENODEV)
				find_culprit(set, new, nr, error);
			kvfree(new);
			return err;
		}
		err = check_armed(new, nr, error);
		if (err) {
			restore(set);
			kvfree(new);
			return err;
		}
	} else if (set->nr) {
		unregister_set(set);
		if (set->stuck)
			return 0;
	}
	kvfree(set->ips);
	set->ips = new;
	set->nr = nr;
	return 0;
}
EXPORT_SYMBOL_GPL(rs_fset_update);

/**
 * rs_fset_check - are all hooks of the set still in place?
 * @set: the set
 * @error: filled with the first function that is not armed
 *
 * ftrace switches itself off for good after an internal error, and says so
 * only in the log; this asks it, and looks at the instructions.
 *
 * Context: sleeps.
 * Return: 0; -ENODEV when ftrace is off, and the hooks can not be changed any
 * more; -ENXIO when a hook is gone.
 */
int rs_fset_check(struct rs_fset *set, struct rs_fset_error *error)
{
	error->ip = 0;
	guard(mutex)(&set->lock);
	if (set->nr && is_ftrace_off()) {
		get_stuck(set);
		return -ENODEV;
	}
	return check_armed(set->ips, set->nr, error);
}
EXPORT_SYMBOL_GPL(rs_fset_check);

/**
 * rs_func_addresses - where ftrace patches the entries of functions
 * @names: names of functions of the kernel
 * @addresses: filled with their addresses, 0 where there is no such function
 * @nr: how many
 *
 * A throw-away probe that is never armed looks each name up. Unlike ftrace's
 * own filter by name this finds aliases: __x64_sys_getppid is the same entry
 * as __do_sys_getppid, and only the latter has a record. Taking probes away
 * waits for a grace period, so ask for many names at once.
 *
 * Context: sleeps.
 * Return: 0, or -ENOMEM.
 */
int rs_func_addresses(const char *const *names, unsigned long *addresses,
		      unsigned int nr)
{
	struct kprobe *probes __free(kfree) = NULL;
	struct kprobe **found __free(kfree) = NULL;
	unsigned int i, nr_found = 0;
	int err = 0;

	if (!nr)
		return 0;
	probes = kcalloc(nr, sizeof(*probes), GFP_KERNEL);
	found = kcalloc(nr, sizeof(*found), GFP_KERNEL);
	if (!probes || !found)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		probes[i].symbol_name = names[i];
		probes[i].flags = KPROBE_FLAG_DISABLED;
		addresses[i] = 0;
		err = register_kprobe(&probes[i]);
		/* That does not mean that there is no such function. */
		if (err == -ENOMEM)
			break;
		if (err)
			continue;
		addresses[i] = (unsigned long)probes[i].addr;
		found[nr_found++] = &probes[i];
	}
	unregister_kprobes(found, nr_found);
	return err == -ENOMEM ? err : 0;
}
EXPORT_SYMBOL_GPL(rs_func_addresses);

/**
 * rs_func_address - where ftrace patches the entry of one function
 * @name: name of a function of the kernel
 *
 * Context: sleeps.
 * Return: the address, or 0 if the kernel has no such function.
 */
unsigned long rs_func_address(const char *name)
{
	unsigned long address;

	return rs_func_addresses(&name, &address, 1) ? 0 : address;
}
EXPORT_SYMBOL_GPL(rs_func_address);
