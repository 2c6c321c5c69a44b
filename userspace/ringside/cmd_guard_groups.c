// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is a system call good for? Names are put into groups by what somebody
 * who could make the call would gain; a call is in one group only, and in the
 * last if in no other. The table is in ringside-guard(8) as well.
 */
#include <string.h>
#include "cmd.h"
#include "cmd_guard.h"

static const struct {
	const char *name;
	const char *calls[16];
} groups[GUARD_GROUPS] = {
	{ "module", {
		"init_module", "finit_module", "delete_module", "create_module",
		"query_module", "get_kernel_syms",
	} },
	{ "kexec", {
		"kexec_load", "kexec_file_load", "reboot",
	} },
	{ "mount", {
		"mount", "umount", "umount2", "pivot_root", "chroot", "fsopen",
		"fsconfig", "fsmount", "fspick", "open_tree", "move_mount",
		"mount_setattr", "statmount", "listmount",
	} },
	{ "namespace", {
		"clone", "clone3", "unshare", "setns",
	} },
	{ "bpf", {
		"bpf", "perf_event_open", "lookup_dcookie", "seccomp",
	} },
	{ "uring", {
		"io_uring_setup", "io_uring_enter", "io_uring_register",
	} },
	{ "ptrace", {
		"ptrace", "process_vm_readv", "process_vm_writev", "kcmp",
		"pidfd_getfd", "process_madvise",
	} },
	{ "keyring", {
		"add_key", "keyctl", "request_key",
	} },
	{ "clock", {
		"settimeofday", "stime", "clock_settime", "clock_settime64",
		"adjtimex", "clock_adjtime", "clock_adjtime64",
	} },
	{ "raw I/O", {
		"iopl", "ioperm", "vm86", "vm86old", "modify_ldt",
		"pciconfig_read", "pciconfig_write", "pciconfig_iobase",
	} },
	{ "handle", {
		"open_by_handle_at", "name_to_handle_at", "fanotify_init",
		"userfaultfd",
	} },
	{ "admin", {
		"acct", "swapon", "swapoff", "quotactl", "quotactl_fd",
		"sethostname", "setdomainname", "vhangup", "syslog",
		"nfsservctl",
	} },
	{ "network", {
		"socket", "socketcall", "socketpair", "bind", "connect",
		"listen", "accept", "accept4",
	} },
	{ "other", { NULL } },
};

unsigned int guard_group(const char *call)
{
	const char * const *known;
	unsigned int i;

	for (i = 0; i < GUARD_GROUPS - 1; i++)
		for (known = groups[i].calls; *known; known++)
			if (!strcmp(*known, call))
				return i;
	return GUARD_GROUPS - 1;
}

const char *guard_group_name(unsigned int group)
{
	return groups[group].name;
}
