/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ringside.ko offers to the other modules of the suite: sets of hooked
 * functions, tracepoints by name, and the ioctl dispatcher. Each attaches all
 * or nothing and is quiet when detach returns. No policy lives here.
 */
#ifndef _RINGSIDE_CORE_H
#define _RINGSIDE_CORE_H

#include <linux/ftrace.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct file;
struct module;
struct tracepoint;

/**
 * struct rs_fset - a changing set of kernel functions under one callback
 * @ops: the ftrace_ops; the owner sets @ops.func and @ops.flags before the
 *	first update and leaves it alone afterwards
 * @lock: serialises updates and checks; taken by the rs_fset_* functions. It
 *	nests outside ftrace's own locks
 * @ips: addresses hooked now, sorted; protected by @lock
 * @nr: length of @ips; @ops is registered if and only if it is not zero, for
 *	ftrace takes an empty filter to mean every function. Protected by @lock
 * @owner: the module of the callback; immutable
 * @stuck: ftrace has given up, @owner is held, and @ips are entered until the
 *	machine boots anew. Protected by @lock
 *
 * The callback runs in the context of the hooked function and may be preempted
 * there; it takes its own RCU read lock where it needs one. It must not call
 * anything that can be traced into the same set.
 */
struct rs_fset {
	struct ftrace_ops ops;
	struct mutex lock;
	unsigned long *ips;
	unsigned int nr;
	struct module *owner;
	bool stuck;
};

#define RS_FSET_INIT(_name, _func, _flags) {				\
	.ops = { .func = (_func), .flags = (_flags) },			\
	.lock = __MUTEX_INITIALIZER((_name).lock),			\
	.owner = THIS_MODULE,						\
}

/**
 * struct rs_fset_error - which function made an update fail
 * @ip: its address, 0 when no single function is to blame
 */
struct rs_fset_error {
	unsigned long ip;
};

int rs_fset_update(struct rs_fset *set, const unsigned long *ips,
		   unsigned int nr, struct rs_fset_error *error);
int rs_fset_check(struct rs_fset *set, struct rs_fset_error *error);
int rs_func_addresses(const char *const *names, unsigned long *addresses,
		      unsigned int nr);
unsigned long rs_func_address(const char *name);
bool rs_guard_allowed(void);

/**
 * struct rs_tracepoint - a probe on a kernel tracepoint, found by name
 * @name: name of the tracepoint, such as "page_fault_user"
 * @probe: the probe. Its prototype is not checked at run time: the owner calls
 *	check_trace_callback_type_<name>() on it, which breaks the build instead
 * @optional: attaching goes on without it if the kernel lacks the tracepoint
 * @tp: the tracepoint while attached, NULL otherwise; written by attach and
 *	detach only, which the owner serialises
 */
struct rs_tracepoint {
	const char *name;
	void *probe;
	bool optional;
	struct tracepoint *tp;
};

int rs_tracepoints_attach(struct rs_tracepoint *tps, unsigned int nr,
			  void *data, const char **failed);
void rs_tracepoints_detach(struct rs_tracepoint *tps, unsigned int nr,
			   void *data);

/**
 * struct rs_ioctl - one row of a device's ioctl table
 * @cmd: the command, _IO(RS_IOC_MAGIC, nr)
 * @size: size of the structure as this module knows it, at most one page
 * @min_size: size of the first version of the structure
 * @admin: the caller needs CAP_SYS_ADMIN in the initial user namespace
 * @write_back: copy the structure back to the caller on success. Must not be
 *	combined with a handler that installs a descriptor, for a fault of the
 *	copy would leak it
 * @write_error: copy it back when the handler fails, too: the structure tells
 *	what was to blame
 * @fn: the handler; gets the zero-extended kernel copy of the structure and
 *	checks reserved members. Returns 0 or a positive value for the caller,
 *	or a negative errno
 * @undo: takes back what @fn did when the caller can not be told of it; NULL
 *	where there is nothing to take back
 */
struct rs_ioctl {
	unsigned int cmd;
	size_t size;
	size_t min_size;
	bool admin;
	bool write_back;
	bool write_error;
	long (*fn)(struct file *file, void *arg);
	void (*undo)(struct file *file, void *arg);
};

long rs_ioctl_dispatch(struct file *file, unsigned int cmd, unsigned long uarg,
		       const struct rs_ioctl *table, unsigned int nr);

#endif /* _RINGSIDE_CORE_H */
