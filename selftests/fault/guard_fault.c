// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults in every ioctl and every attribute of the guard; see fault.h.
 */
#define _GNU_SOURCE
#include <sys/prctl.h>
#include <sys/stat.h>
#include <linux/filter.h>

#include "kselftest.h"

#include "../guard/guard_test.h"
#include "fault.h"

#define NR(array)	(sizeof(array) / sizeof((array)[0]))

static int guard = -1, root = -1, cgroup = -1, result = -1;
static struct worker worker;
/* Has a seccomp filter, which a grant is about. */
static pid_t filtered;
static long policy, grant;

static const struct rsg_arg args[] = {
	{ .index = 0, .op = RSG_OP_EQ, .value = 7 },
};

static const struct rsg_rule rules[] = {
	DENY(RSG_X86_64, SYS_unshare, EPERM),
	DENY(RSG_I386, I386_UNSHARE, EPERM),
	{ .abi = RSG_X86_64, .nr = SYS_umask, .nr_args = 1,
	  .verdict = FAIL_WITH(EACCES) },
};

static struct rsg_object_rule objects[] = {
	{ .object = RSG_OBJECT_SOCKET, .verdict = FAIL_WITH(EACCES),
	  .family = 16, .type = -1 },
	{ .object = RSG_OBJECT_FILE, .verdict = FAIL_WITH(EACCES),
	  .access = RSG_ACCESS_WRITE },
};

/* The state: what the device tells of itself and of each policy. */

static void describe_policies(struct state *s)
{
	struct rsg_policy_info info;
	unsigned int id;

	for (id = 1; !guard_get(guard, id, &info); id = info.id + 1)
		state_add(s, "policy %s: state %u flags %u scope %u mode %u pid %d verdict %x calls %u tasks %u\n",
			  (char *)info.name, info.state, info.flags, info.scope,
			  info.mode, info.pid, info.default_verdict,
			  info.calls, info.tasks);
}

static void describe_grants(struct state *s)
{
	struct rsg_relax relax = { .size = sizeof(relax) };

	for (; !guard_ioctl(guard, RSG_IOC_GET_RELAX, &relax); relax.id++)
		state_add(s, "grant for %d\n", relax.pid);
}

static void describe_guard(struct state *s)
{
	static const char *const attrs[] = {
		"state", "mode_max", "trial_denials_per_s", "policies",
		"pending", "attached", "hooked_functions",
		"missed_tasks_total",
	};
	size_t i;

	for (i = 0; i < NR(attrs); i++) {
		char path[128];

		snprintf(path, sizeof(path), SYSFS "%s", attrs[i]);
		state_add_file(s, path);
	}
	describe_policies(s);
	describe_grants(s);
	state_add(s, "unshare() of the worker: %ld\n",
		  worker_call(&worker, RSG_X86_64, SYS_unshare));
	state_add_descriptors(s);
	state_add_hooks(s);
	/* A change that lasts counts, whoever takes it back. */
	state_add(s, "loose\n");
	state_add_file(s, SYSFS "generation");
	state_add_file(s, SYSFS "sets");
}

/* Loading */

/* All that a policy can have. */
static struct rsg_load a_load(unsigned int flags)
{
	struct rsg_load load = {
		.size = sizeof(load), .flags = flags,
		.rules = (uintptr_t)rules, .nr_rules = NR(rules),
		.args = (uintptr_t)args, .nr_args = NR(args),
		.objects = (uintptr_t)objects, .nr_objects = NR(objects),
		.default_verdict = SECCOMP_RET_ALLOW,
		.name = "fault", .origin = "guard_fault",
	};

	return load;
}

static long load_persistent(void)
{
	struct rsg_load load = a_load(RSG_LOAD_PERSIST);
	long ret = guard_ioctl(guard, RSG_IOC_LOAD, &load);

	policy = ret;
	return ret;
}

static int have_policy(void)
{
	return load_persistent() < 0 ? -1 : 0;
}

static int have_small_policy(void)
{
	policy = guard_load(guard, "small", RSG_LOAD_PERSIST, 0, rules, 1);
	return policy < 0 ? -1 : 0;
}

static void unload(void)
{
	guard_id(guard, RSG_IOC_DETACH, policy);
	guard_id(guard, RSG_IOC_UNLOAD, policy);
}

static long act_unload(void)
{
	return guard_id(guard, RSG_IOC_UNLOAD, policy);
}

static long load_owned(void)
{
	struct rsg_load load = a_load(0);

	return result = guard_ioctl(guard, RSG_IOC_LOAD, &load);
}

static void close_result(void)
{
	close(result);
}

static long jail(void)
{
	struct rsg_jail_arg arg = {
		.size = sizeof(arg), .flags = RSG_LOAD_PERSIST,
		.root_fd = root, .name = "fault",
	};

	return policy = guard_ioctl(guard, RSG_IOC_JAIL, &arg);
}

/* Attaching */

static const struct rsg_except excepts[] = {
	{ .scope = RSG_SCOPE_PROCESS, .value = 1 },
};

static long attach_to(unsigned int scope, int fd, unsigned int mode)
{
	bool named = scope == RSG_SCOPE_PROCESS || scope == RSG_SCOPE_TREE;
	struct rsg_attach attach = {
		.size = sizeof(attach), .id = policy, .scope = scope,
		.pid = named ? worker.pid : 0, .fd = fd, .mode = mode,
		.excepts = (uintptr_t)excepts, .nr_excepts = NR(excepts),
	};

	return guard_ioctl(guard, RSG_IOC_ATTACH, &attach);
}

static long attach_process(void)
{
	return attach_to(RSG_SCOPE_PROCESS, 0, RSG_MODE_ENFORCE);
}

static long attach_tree(void)
{
	return attach_to(RSG_SCOPE_TREE, 0, RSG_MODE_AUDIT);
}

static long attach_observing(void)
{
	return attach_to(RSG_SCOPE_TREE, 0, RSG_MODE_OBSERVE);
}

static long attach_everyone(void)
{
	return attach_to(RSG_SCOPE_EVERYONE, 0, RSG_MODE_AUDIT);
}

static long attach_cgroup(void)
{
	return attach_to(RSG_SCOPE_CGROUP, cgroup, RSG_MODE_AUDIT);
}

static long attach_chroot(void)
{
	return attach_to(RSG_SCOPE_CHROOT, root, RSG_MODE_AUDIT);
}

static int have_pending(void)
{
	return have_small_policy() || attach_process() ? -1 : 0;
}

static int have_attached(void)
{
	return have_pending() || guard_confirm(policy) ? -1 : 0;
}

static int have_observing(void)
{
	return have_small_policy() || attach_observing() ? -1 : 0;
}

static long confirm(void)
{
	return guard_id(result, RSG_IOC_CONFIRM, policy);
}

/* Only a descriptor that is younger than the attach confirms. */
static int have_pending_and_descriptor(void)
{
	if (have_pending())
		return -1;
	result = guard_open();
	return result < 0 ? -1 : 0;
}

static void unload_and_close(void)
{
	unload();
	close_result();
}

static long rollback(void)
{
	return guard_id(guard, RSG_IOC_ROLLBACK, policy);
}

static long detach(void)
{
	return guard_id(guard, RSG_IOC_DETACH, policy);
}

static long replace(void)
{
	struct rsg_replace arg = {
		.size = sizeof(arg), .id = policy,
		.rules = (uintptr_t)rules, .nr_rules = NR(rules),
		.args = (uintptr_t)args, .nr_args = NR(args),
		.default_verdict = SECCOMP_RET_ALLOW,
		.confirm_ms = 60000, .origin = "replaced",
	};

	return guard_ioctl(guard, RSG_IOC_REPLACE, &arg);
}

/* Asking */

static long act_open(void)
{
	return result = or_errno(open(DEVICE, O_RDWR | O_CLOEXEC));
}

static long get_info(void)
{
	struct rs_info info = { .size = sizeof(info) };

	return guard_ioctl(guard, RSG_IOC_GET_INFO, &info);
}

static long get_policy(void)
{
	struct rsg_policy_info info;

	return guard_get(guard, policy, &info);
}

static long test(void)
{
	struct rsg_test arg = {
		.size = sizeof(arg), .id = policy, .nr = SYS_unshare,
	};

	return guard_ioctl(guard, RSG_IOC_TEST, &arg);
}

static long get_calls(void)
{
	static struct rsg_call_count counts[64];
	struct rsg_calls arg = {
		.size = sizeof(arg), .id = policy,
		.counts = (uintptr_t)counts, .nr = NR(counts),
	};

	return guard_ioctl(guard, RSG_IOC_GET_CALLS, &arg);
}

static long learn_dump(void)
{
	static struct rsg_learned calls[64];
	struct rsg_learn_dump arg = {
		.size = sizeof(arg), .id = policy,
		.calls = (uintptr_t)calls, .nr_calls = NR(calls),
	};

	return guard_ioctl(guard, RSG_IOC_LEARN_DUMP, &arg);
}

static long events(void)
{
	struct rsg_events arg = {
		.size = sizeof(arg), .flags = RSG_EVENTS_HISTORY,
	};

	return result = guard_ioctl(guard, RSG_IOC_EVENTS, &arg);
}

/* There is something to read: the worker was refused. */
static int have_events(void)
{
	if (have_pending() || events() < 0)
		return -1;
	return worker_call(&worker, RSG_X86_64, SYS_unshare) == -EPERM ? 0 : -1;
}

static long read_event(void)
{
	struct rsg_event event;

	return or_errno(read(result, &event, sizeof(event)));
}

/* Grants */

static long relax(void)
{
	struct rsg_relax arg = {
		.size = sizeof(arg), .pid = filtered, .ms = 60000,
		.calls = { 1 },
	};
	long ret = guard_ioctl(guard, RSG_IOC_RELAX, &arg);

	grant = arg.id;
	return ret;
}

static int have_grant(void)
{
	return relax() ? -1 : 0;
}

static long relax_end(void)
{
	return guard_id(guard, RSG_IOC_RELAX_END, grant);
}

static void end_grant(void)
{
	relax_end();
}

static long get_relax(void)
{
	struct rsg_relax arg = { .size = sizeof(arg) };

	return guard_ioctl(guard, RSG_IOC_GET_RELAX, &arg);
}

/* Attributes; the descriptor is open, so that the write alone can fail. */

static int open_attr(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), SYSFS "%s", name);
	result = open(path, O_WRONLY | O_CLOEXEC);
	return result < 0 ? -1 : 0;
}

static int open_mode_max(void) { return open_attr("mode_max"); }
static int open_trial(void) { return open_attr("trial_denials_per_s"); }

static long write_audit(void)
{
	return or_errno(write(result, "audit", 5));
}

static long write_five(void)
{
	return or_errno(write(result, "5", 1));
}

static void restore_mode_max(void)
{
	close_result();
	guard_put_attr("mode_max", "enforce");
}

static void restore_trial(void)
{
	close_result();
	guard_put_attr("trial_denials_per_s", "10000");
}

static const struct op ops[] = {
	{ "open", NULL, act_open, close_result },
	{ "GET_INFO", NULL, get_info },
	{ "LOAD", NULL, load_persistent, unload },
	{ "LOAD with a descriptor", NULL, load_owned, close_result },
	{ "JAIL", NULL, jail, unload },
	{ "UNLOAD", have_policy, act_unload, NULL, unload },
	{ "GET_POLICY", have_policy, get_policy, NULL, unload },
	{ "TEST", have_policy, test, NULL, unload },
	{ "ATTACH to a process", have_policy, attach_process, NULL, unload },
	/* Rules on objects and arguments are in the one above. */
	{ "ATTACH to a tree", have_small_policy, attach_tree, NULL, unload },
	{ "ATTACH to observe", have_policy, attach_observing, NULL, unload },
	{ "ATTACH to everyone", have_small_policy, attach_everyone, NULL, unload },
	{ "ATTACH to a cgroup", have_small_policy, attach_cgroup, NULL, unload },
	{ "ATTACH to a root", have_small_policy, attach_chroot, NULL, unload },
	{ "CONFIRM", have_pending_and_descriptor, confirm, NULL,
	  unload_and_close },
	{ "ROLLBACK", have_pending, rollback, NULL, unload },
	{ "DETACH", have_attached, detach, NULL, unload },
	{ "REPLACE", have_attached, replace, NULL, unload },
	{ "GET_CALLS", have_attached, get_calls, NULL, unload },
	{ "LEARN_DUMP", have_observing, learn_dump, NULL, unload },
	{ "EVENTS", NULL, events, close_result },
	{ "read of an event", have_events, read_event, NULL,
	  unload_and_close },
	{ "RELAX", NULL, relax, end_grant },
	{ "RELAX_END", have_grant, relax_end, NULL, end_grant },
	{ "GET_RELAX", have_grant, get_relax, NULL, end_grant },
	{ "write to mode_max", open_mode_max, write_audit, NULL,
	  restore_mode_max },
	{ "write to trial_denials_per_s", open_trial, write_five, NULL,
	  restore_trial },
};

/* Those that put hooks in place. */
static const struct op hooking[] = {
	{ "ATTACH to a process", have_policy, attach_process, NULL, unload },
	{ "ATTACH to observe", have_policy, attach_observing, NULL, unload },
	{ "RELAX", NULL, relax, end_grant },
};

static pid_t start_filtered(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { .len = 1, .filter = &allow };
	int pipes[2];
	char byte;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC))
		return -1;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) ||
		    write(pipes[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(pipes[1]);
	if (read(pipes[0], &byte, 1) != 1)
		pid = -1;
	close(pipes[0]);
	return pid;
}

static void set_up(void)
{
	if (load_module("ringside", "") ||
	    load_module("ringside_guard", "relax=1"))
		ksft_exit_skip("no ringside_guard.ko that loads\n");
	guard = guard_open();
	root = open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC);
	mkdir("/sys/fs/cgroup/fault", 0755);
	cgroup = open("/sys/fs/cgroup/fault", O_PATH | O_DIRECTORY | O_CLOEXEC);
	objects[1].fd = root;
	worker = worker_start();
	filtered = start_filtered();
	if (guard < 0 || root < 0 || cgroup < 0 || worker.pid <= 0 ||
	    filtered <= 0)
		ksft_exit_fail_msg("no device, directory or worker\n");
	signal(SIGPIPE, SIG_IGN);
	describe = describe_guard;
}

int main(void)
{
	ksft_print_header();
	need_faults();
	set_up();
	fail_allocations(ops, NR(ops));
	refuse_function("register_ftrace_function", -EBUSY, hooking,
			NR(hooking));
	refuse_function("ftrace_set_filter_ips", -ENOMEM, hooking,
			NR(hooking));
	refuse_function("tracepoint_probe_register", -ENOMEM, hooking,
			NR(hooking));
	worker_stop(&worker);
	kill(filtered, SIGKILL);
	rmdir("/sys/fs/cgroup/fault");
	finish();
}
