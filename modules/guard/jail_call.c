// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which system calls have no place in a jail, whatever they are asked for?
 *
 * Only those are here that do nothing but administer the machine or its
 * mounts. Where a call is right for some objects and wrong for others, a judge
 * in another file looks at the object. Calls are named, and found in both ABIs
 * by the names of their functions.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "jail.h"

static const char *const denied[] = {
	/* Mounts, and what sees all of them. */
	"mount", "umount", "oldumount", "pivot_root", "fsopen", "fsconfig",
	"fsmount", "fspick", "move_mount", "mount_setattr", "open_tree_attr",
	"statmount", "listmount",
	/* Any file of a file system, by a number. */
	"open_by_handle_at",
	/* The kernel and the machine. */
	"init_module", "finit_module", "delete_module", "kexec_load",
	"kexec_file_load", "reboot", "bpf", "iopl", "ioperm", "swapon",
	"swapoff", "acct", "quotactl", "quotactl_fd", "sethostname",
	"setdomainname",
	/* Calls made where no judge looks. */
	"io_uring_setup", "io_uring_enter", "io_uring_register",
};

/* Those that are denied by an argument. */
static const struct {
	const char *name;
	struct rsg_arg arg;
} denied_if[] = {
	/* OPEN_TREE_CLONE makes a mount. */
	{ "open_tree", { .index = 2, .op = RSG_OP_MASKED_EQ,
			 .value = 1, .value_two = 1 } },
	/* All processes of a CPU. */
	{ "perf_event_open", { .index = 1, .op = RSG_OP_MASKED_EQ,
			       .value = U32_MAX, .value_two = U32_MAX } },
};

/* Is @function, such as "__x64_sys_mount", the one of the call @name? */
static bool is_function_of(const char *function, const char *name)
{
	const char *end = function ? strstr(function, "_sys_") : NULL;

	return end && !strcmp(end + strlen("_sys_"), name);
}

static struct rsg_rule *add_rule(struct rsg_rule *rule, unsigned int abi,
				 unsigned int nr)
{
	const char *function = rsg_call_function(abi, nr);
	unsigned int i;

	*rule = (struct rsg_rule){
		.abi = abi, .nr = nr, .verdict = RSG_JAIL_DENY(EPERM),
	};
	for (i = 0; i < ARRAY_SIZE(denied); i++)
		if (is_function_of(function, denied[i]))
			return rule + 1;
	for (i = 0; i < ARRAY_SIZE(denied_if); i++) {
		if (!is_function_of(function, denied_if[i].name))
			continue;
		rule->nr_args = 1;
		rule->first_arg = i;
		return rule + 1;
	}
	return rule;
}

/**
 * rsg_jail_source - the rules of every jail
 * @source: filled; its rules are the caller's to free
 *
 * Return: 0 or -ENOMEM.
 */
int rsg_jail_source(struct rsg_source *source)
{
	static struct rsg_arg args[ARRAY_SIZE(denied_if)];
	const unsigned int most = 2 * RSG_ABIS *
		(ARRAY_SIZE(denied) + ARRAY_SIZE(denied_if));
	struct rsg_rule *rules, *end;
	unsigned int abi, nr, i;

	rules = kcalloc(most, sizeof(*rules), GFP_KERNEL);
	if (!rules)
		return -ENOMEM;
	end = rules;
	for (abi = 0; abi < RSG_ABIS; abi++)
		for (nr = 0; nr < RSG_CALLS && end < rules + most; nr++)
			end = add_rule(end, abi, nr);
	/* Always the same values, so that it does not matter who is faster. */
	for (i = 0; i < ARRAY_SIZE(args); i++)
		args[i] = denied_if[i].arg;
	*source = (struct rsg_source){
		.rules = rules, .nr_rules = end - rules,
		.args = args, .nr_args = ARRAY_SIZE(args),
		.default_verdict = SECCOMP_RET_ALLOW,
	};
	return 0;
}
