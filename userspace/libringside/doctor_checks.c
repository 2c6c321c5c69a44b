// SPDX-License-Identifier: GPL-2.0-only
/*
 * The doctor's table: one function a question, each with what is lost and
 * what to do when the answer is bad. A check only looks.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <linux/ringside_trace.h>
#include "doctor.h"

#define TRACE_SYSFS	"/sys/class/misc/ringside-trace"

static void check_privilege(const struct rs_env *env, struct rs_finding *f)
{
	(void)env;
	if (geteuid())
		rs_found(f, RS_CHECK_UNKNOWN, "running as user %u", geteuid());
	else
		rs_found(f, RS_CHECK_OK, "running as root");
}

static void check_machine(const struct rs_env *env, struct rs_finding *f)
{
	struct utsname u;

	(void)env;
	if (uname(&u))
		rs_found(f, RS_CHECK_UNKNOWN, "uname does not answer");
	else if (!strcmp(u.machine, "x86_64"))
		rs_found(f, RS_CHECK_OK, "x86_64");
	else
		rs_found(f, RS_CHECK_FAIL, "%s", u.machine);
}

/* Is our module on disk for this kernel? modules.dep lists all that are. */
static enum rs_answer is_installed(const struct rs_env *env)
{
	char path[512], *line = NULL;
	enum rs_answer ret = RS_NO;
	size_t cap = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/lib/modules/%s/modules.dep",
		 env->root, env->release);
	f = fopen(path, "re");
	if (!f)
		return RS_UNKNOWN;
	while (ret == RS_NO && getline(&line, &cap, f) > 0) {
		line[strcspn(line, ":")] = '\0';
		if (strstr(line, "/ringside.ko"))
			ret = RS_YES;
	}
	free(line);
	fclose(f);
	return ret;
}

static bool is_loaded(const struct rs_env *env)
{
	return rs_env_exists(env, "/sys/module/ringside/initstate");
}

static void check_modules(const struct rs_env *env, struct rs_finding *f)
{
	if (is_loaded(env))
		rs_found(f, RS_CHECK_OK, "loaded");
	else if (is_installed(env) == RS_YES)
		rs_found(f, RS_CHECK_OK, "installed, not loaded");
	else
		rs_found(f, RS_CHECK_NOTE, "not installed for kernel %s",
			 env->release);
}

static void found_option(const struct rs_env *env, struct rs_finding *f,
			 const char *option, const char *symbol,
			 enum rs_check_state if_not)
{
	switch (rs_env_config(env, option, symbol)) {
	case RS_YES:
		rs_found(f, RS_CHECK_OK, "%s is set", option);
		break;
	case RS_NO:
		rs_found(f, if_not, "%s is not set", option);
		break;
	default:
		rs_found(f, RS_CHECK_UNKNOWN,
			 "%s: neither the kernel's configuration nor its symbols can be read",
			 option);
	}
}

static void check_ftrace(const struct rs_env *env, struct rs_finding *f)
{
	found_option(env, f, "CONFIG_DYNAMIC_FTRACE", "ftrace_set_filter_ip",
		     RS_CHECK_FAIL);
}

/* x86-64 has had the arguments with every dynamic ftrace since Linux 5.11. */
static void check_ftrace_args(const struct rs_env *env, struct rs_finding *f)
{
	found_option(env, f, "CONFIG_DYNAMIC_FTRACE_WITH_ARGS",
		     "ftrace_set_filter_ip", RS_CHECK_FAIL);
}

static void check_ftrace_enabled(const struct rs_env *env,
				 struct rs_finding *f)
{
	char val[16];

	if (rs_env_read(env, val, sizeof(val),
			"/proc/sys/kernel/ftrace_enabled") < 0)
		rs_found(f, RS_CHECK_UNKNOWN,
			 "kernel.ftrace_enabled can not be read");
	else if (!strcmp(val, "0"))
		rs_found(f, RS_CHECK_FAIL, "kernel.ftrace_enabled is 0");
	else
		rs_found(f, RS_CHECK_OK, "kernel.ftrace_enabled is %s", val);
}

static void check_kprobes(const struct rs_env *env, struct rs_finding *f)
{
	found_option(env, f, "CONFIG_KPROBES", "register_kprobe",
		     RS_CHECK_FAIL);
}

static void check_return_notifier(const struct rs_env *env,
				  struct rs_finding *f)
{
	found_option(env, f, "CONFIG_USER_RETURN_NOTIFIER",
		     "user_return_notifier_register", RS_CHECK_FAIL);
}

static void check_call_events(const struct rs_env *env, struct rs_finding *f)
{
	found_option(env, f, "CONFIG_HAVE_SYSCALL_TRACEPOINTS",
		     "__tracepoint_sys_enter", RS_CHECK_NOTE);
}

/* What is lost without each of the features of trace. */
static const struct {
	uint64_t feature;
	const char *what;
} trace_features[] = {
	{ RS_TRACE_F_PAGE_FAULT, "page faults" },
	{ RS_TRACE_F_EXCEPTION, "exceptions" },
	{ RS_TRACE_F_IRQ, "device interrupts" },
	{ RS_TRACE_F_VECTOR, "APIC interrupts" },
	{ RS_TRACE_F_SIGRETURN, "sigreturn" },
	{ RS_TRACE_F_LATENCY, "times of calls" },
	{ RS_TRACE_F_SOFTIRQ, "softirqs" },
	{ RS_TRACE_F_OFF_CPU, "time off the CPU" },
	{ RS_TRACE_F_WHO, "tasks and cgroups" },
	{ RS_TRACE_F_IDLE, "idle CPUs" },
	{ RS_TRACE_F_CRED, "credentials" },
};

static void check_trace_causes(const struct rs_env *env, struct rs_finding *f)
{
	uint64_t features;
	char val[32], lost[160] = "";
	size_t i, len = 0;

	if (!rs_env_exists(env, TRACE_SYSFS)) {
		rs_found(f, RS_CHECK_OK, "ringside_trace is not loaded");
		return;
	}
	if (rs_env_read(env, val, sizeof(val), TRACE_SYSFS "/features") < 0) {
		rs_found(f, RS_CHECK_UNKNOWN,
			 TRACE_SYSFS "/features can not be read");
		return;
	}
	features = strtoull(val, NULL, 0);
	for (i = 0; i < RS_ARRAY_SIZE(trace_features); i++)
		if (!(features & trace_features[i].feature) &&
		    len < sizeof(lost))
			len += snprintf(lost + len, sizeof(lost) - len, "%s%s",
					len ? ", " : "",
					trace_features[i].what);
	if (len)
		rs_found(f, RS_CHECK_NOTE, "trace can not tell: %s", lost);
	else
		rs_found(f, RS_CHECK_OK, "trace can tell all causes");
}

static void check_i386(const struct rs_env *env, struct rs_finding *f)
{
	/* Without the entry there is nothing to guard or to count. */
	found_option(env, f, "CONFIG_IA32_EMULATION", "entry_SYSCALL_compat",
		     RS_CHECK_NOTE);
}

static void check_tracefs(const struct rs_env *env, struct rs_finding *f)
{
	const char *dir = rs_env_tracefs(env);

	if (dir)
		rs_found(f, RS_CHECK_OK, "mounted on %s", dir);
	else
		rs_found(f, RS_CHECK_NOTE, "not mounted, or not readable");
}

/*
 * A line of enabled_functions: "NAME (COUNT) FLAGS  tramp: ...". I marks a
 * function whose entry a user may redirect (IPMODIFY, as guard does), D one
 * with a direct call (BPF trampolines).
 */
static bool is_taken(const char *line)
{
	const char *flags = strchr(line, ')'), *end;

	if (!flags || strstr(line, " [ringside"))
		return false;
	end = flags + strcspn(flags, ":");
	for (flags++; flags < end && !strchr("tdof-", *flags); flags++)
		if (*flags == 'I' || *flags == 'D')
			return true;
	return false;
}

static void check_hooks(const struct rs_env *env, struct rs_finding *f)
{
	const char *dir = rs_env_tracefs(env);
	char path[512], first[64] = "", *line = NULL;
	unsigned int taken = 0;
	size_t cap = 0;
	FILE *list;

	snprintf(path, sizeof(path), "%s%s/enabled_functions", env->root,
		 dir ? dir : "");
	list = dir ? fopen(path, "re") : NULL;
	if (!list) {
		rs_found(f, RS_CHECK_UNKNOWN,
			 "tracefs' enabled_functions can not be read");
		return;
	}
	while (getline(&line, &cap, list) > 0) {
		if (!is_taken(line))
			continue;
		if (!taken++)
			snprintf(first, sizeof(first), "%.*s",
				 (int)strcspn(line, " "), line);
	}
	free(line);
	fclose(list);
	if (taken)
		rs_found(f, RS_CHECK_NOTE,
			 "%u functions are redirected by others, first %s",
			 taken, first);
	else
		rs_found(f, RS_CHECK_OK, "no function is redirected by others");
}

static int is_entry(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static void check_livepatch(const struct rs_env *env, struct rs_finding *f)
{
	struct dirent **list;
	char path[512];
	int i, n;

	rs_env_path(env, path, sizeof(path), "/sys/kernel/livepatch");
	n = scandir(path, &list, is_entry, alphasort);
	if (n <= 0) {
		rs_found(f, RS_CHECK_OK, "no live patch is applied");
		if (!n)
			free(list);
		return;
	}
	rs_found(f, RS_CHECK_NOTE, "live patch %.64s is applied",
		 list[0]->d_name);
	for (i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

static void check_lkrg(const struct rs_env *env, struct rs_finding *f)
{
	if (rs_env_exists(env, "/sys/module/lkrg") ||
	    rs_env_exists(env, "/sys/module/p_lkrg"))
		rs_found(f, RS_CHECK_FAIL, "LKRG is loaded");
	else
		rs_found(f, RS_CHECK_OK, "LKRG is not loaded");
}

static void check_signatures(const struct rs_env *env, struct rs_finding *f)
{
	char val[8];

	if (rs_env_read(env, val, sizeof(val),
			"/sys/module/module/parameters/sig_enforce") < 0)
		rs_found(f, RS_CHECK_OK, "the kernel checks no signatures");
	else if (val[0] != 'Y')
		rs_found(f, RS_CHECK_OK, "unsigned modules are allowed");
	else if (is_loaded(env))
		rs_found(f, RS_CHECK_OK, "enforced, and ours are accepted");
	else
		rs_found(f, RS_CHECK_FAIL, "unsigned modules are refused");
}

static void check_lockdown(const struct rs_env *env, struct rs_finding *f)
{
	char val[64];

	if (rs_env_read(env, val, sizeof(val),
			"/sys/kernel/security/lockdown") < 0)
		rs_found(f, RS_CHECK_UNKNOWN,
			 "/sys/kernel/security/lockdown can not be read");
	else if (strstr(val, "[none]"))
		rs_found(f, RS_CHECK_OK, "the kernel is not locked down");
	else if (is_loaded(env))
		rs_found(f, RS_CHECK_OK, "locked down, and ours are accepted");
	else
		rs_found(f, RS_CHECK_FAIL, "the kernel is locked down");
}

/* Name of the driver bound to a virtio device; "" for none. */
static void driver_of(const struct rs_env *env, const char *dev, char *name,
		      size_t len)
{
	char path[512], target[256];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/sys/bus/virtio/devices/%.64s/driver",
		 env->root, dev);
	n = readlink(path, target, sizeof(target) - 1);
	target[n > 0 ? n : 0] = '\0';
	snprintf(name, len, "%.63s",
		 strrchr(target, '/') ? strrchr(target, '/') + 1 : target);
}

static bool is_balloon(const struct rs_env *env, const char *dev)
{
	char id[16];

	/* VIRTIO_ID_BALLOON is 5. */
	return rs_env_read(env, id, sizeof(id),
			   "/sys/bus/virtio/devices/%.64s/device", dev) > 0 &&
	       strtoul(id, NULL, 16) == 5;
}

/* Name of the first virtio-balloon device; false when there is none. */
static bool find_balloon(const struct rs_env *env, char *dev, size_t len)
{
	struct dirent **list;
	bool found = false;
	char path[512];
	int i, n;

	rs_env_path(env, path, sizeof(path), "/sys/bus/virtio/devices");
	n = scandir(path, &list, is_entry, alphasort);
	if (n < 0)
		return false;
	for (i = 0; i < n; i++) {
		if (!found && is_balloon(env, list[i]->d_name)) {
			snprintf(dev, len, "%.63s", list[i]->d_name);
			found = true;
		}
		free(list[i]);
	}
	free(list);
	return found;
}

static void check_balloon(const struct rs_env *env, struct rs_finding *f)
{
	char dev[64];

	if (find_balloon(env, dev, sizeof(dev)))
		rs_found(f, RS_CHECK_OK, "%s", dev);
	else
		rs_found(f, RS_CHECK_NOTE, "no virtio-balloon device");
}

static void check_balloon_driver(const struct rs_env *env,
				 struct rs_finding *f)
{
	char dev[64], driver[64];

	if (!find_balloon(env, dev, sizeof(dev))) {
		rs_found(f, RS_CHECK_OK, "no device, so no driver");
		return;
	}
	driver_of(env, dev, driver, sizeof(driver));
	if (!driver[0])
		rs_found(f, RS_CHECK_OK, "%s is free", dev);
	else if (!strcmp(driver, "ringside_balloon"))
		rs_found(f, RS_CHECK_OK, "%s is driven by %s", dev, driver);
	else
		rs_found(f, RS_CHECK_NOTE, "%s is driven by %s", dev, driver);
}

/* Bits of linux/virtio_balloon.h; sysfs shows them as a row of digits. */
#define F_DEFLATE_ON_OOM	2
#define F_REPORTING		5

/* What the host offers shows in what the driver took of it. */
static void found_feature(const struct rs_env *env, struct rs_finding *f,
			  unsigned int bit)
{
	char dev[64], driver[64], bits[256];
	int len;

	if (!find_balloon(env, dev, sizeof(dev))) {
		rs_found(f, RS_CHECK_OK, "no device, so nothing to offer");
		return;
	}
	driver_of(env, dev, driver, sizeof(driver));
	if (!driver[0]) {
		rs_found(f, RS_CHECK_OK, "%s is free, so nobody has asked", dev);
		return;
	}
	len = rs_env_read(env, bits, sizeof(bits),
			  "/sys/bus/virtio/devices/%.64s/features", dev);
	if (len <= (int)bit)
		rs_found(f, RS_CHECK_UNKNOWN,
			 "%s: its features can not be read", dev);
	else if (bits[bit] == '1')
		rs_found(f, RS_CHECK_OK, "%s: the host offers it", dev);
	else
		rs_found(f, RS_CHECK_NOTE, "%s: the host does not offer it",
			 dev);
}

static void check_reporting(const struct rs_env *env, struct rs_finding *f)
{
	found_feature(env, f, F_REPORTING);
}

static void check_balloon_oom(const struct rs_env *env, struct rs_finding *f)
{
	found_feature(env, f, F_DEFLATE_ON_OOM);
}

/* Bits of /proc/sys/kernel/tainted, Documentation/admin-guide. */
#define TAINT_DIE	0x080	/* D */
#define TAINT_WARN	0x200	/* W */

static void check_taint(const struct rs_env *env, struct rs_finding *f)
{
	unsigned long bits;
	char val[32];

	if (rs_env_read(env, val, sizeof(val),
			"/proc/sys/kernel/tainted") < 0) {
		rs_found(f, RS_CHECK_UNKNOWN,
			 "/proc/sys/kernel/tainted can not be read");
		return;
	}
	bits = strtoul(val, NULL, 10);
	if (bits & (TAINT_DIE | TAINT_WARN))
		rs_found(f, RS_CHECK_NOTE,
			 "the kernel has %s since it booted (taint %lu)",
			 bits & TAINT_DIE ? "oopsed" : "warned", bits);
	else
		rs_found(f, RS_CHECK_OK, "no oops or warning (taint %lu)",
			 bits);
}

#define ANOTHER_KERNEL "boot a kernel with the option; Debian's have it"
#define CONFIG_VISIBLE "install the kernel's /boot/config file, or run as root"
#define SIGNED "sign them and enroll the key with mokutil --import"

const struct rs_check_def rs_checks[] = {
	{ "privilege", check_privilege,
	  "some of the checks below can not see",
	  "", "run ringside doctor as root" },
	{ "machine", check_machine,
	  "everything: the modules know x86-64 only",
	  "use an x86-64 machine", "none" },
	{ "modules", check_modules,
	  "there is nothing to load yet",
	  "build and install them: make && make install", "" },
	{ "ftrace", check_ftrace,
	  "guard, and the credential events of trace",
	  ANOTHER_KERNEL, CONFIG_VISIBLE },
	{ "ftrace_args", check_ftrace_args,
	  "guard, and the credential events of trace",
	  ANOTHER_KERNEL, CONFIG_VISIBLE },
	{ "ftrace_enabled", check_ftrace_enabled,
	  "guard can attach no policy, trace can show no credential event",
	  "sysctl kernel.ftrace_enabled=1", "mount /proc" },
	{ "kprobes", check_kprobes,
	  "guard and trace can not find the functions they hook",
	  ANOTHER_KERNEL, CONFIG_VISIBLE },
	{ "user_return_notifier", check_return_notifier,
	  "trace can not count",
	  ANOTHER_KERNEL, CONFIG_VISIBLE },
	{ "syscall_events", check_call_events,
	  "trace can count system calls, but not time them",
	  ANOTHER_KERNEL, CONFIG_VISIBLE },
	{ "trace_causes", check_trace_causes,
	  "such returns are residual, or are not timed or not added up",
	  ANOTHER_KERNEL, "run as root" },
	{ "i386", check_i386,
	  "32-bit programs do not run here, so there are none to guard or count",
	  "nothing, unless you need them", CONFIG_VISIBLE },
	{ "tracefs", check_tracefs,
	  "the events of trace can not be read, and other users of hooks not be seen",
	  "mount -t tracefs nodev /sys/kernel/tracing, and run as root", "" },
	{ "hooks", check_hooks,
	  "guard can attach no policy that names one of these functions",
	  "see enabled_functions in tracefs; end its other user, or name other calls",
	  "mount tracefs, and run as root" },
	{ "livepatch", check_livepatch,
	  "guard can attach no policy that names a patched function",
	  "boot the patched kernel instead, or name other calls", "" },
	{ "lkrg", check_lkrg,
	  "LKRG may take guard's hooks for an attack and stop the machine",
	  "rmmod lkrg, or do not load guard and trace", "" },
	{ "signatures", check_signatures,
	  "modules load only if they are signed with an enrolled key",
	  SIGNED, "" },
	{ "lockdown", check_lockdown,
	  "modules load only if they are signed with an enrolled key",
	  SIGNED, "mount -t securityfs nodev /sys/kernel/security, and run as root" },
	{ "balloon_device", check_balloon,
	  "ringside_balloon has no device to drive",
	  "balloon is for virtual machines: give this one a virtio-balloon device",
	  "" },
	{ "balloon_driver", check_balloon_driver,
	  "ringside_balloon can not drive it while another driver does",
	  "unbind it from that driver: ringside balloon takeover", "" },
	{ "balloon_reporting", check_reporting,
	  "the host is told of memory page by page, and gets none that is just free",
	  "restart the machine with free-page-reporting=on (QEMU's virtio-balloon device) or freePageReporting='on' (libvirt's <memballoon>)",
	  "mount /sys" },
	{ "balloon_oom", check_balloon_oom,
	  "processes are killed for memory that the balloon could give back",
	  "restart the machine with deflate-on-oom=on (QEMU's virtio-balloon device) or autodeflate='on' (libvirt's <memballoon>)",
	  "mount /sys" },
	{ "taint", check_taint,
	  "what this kernel does can not be relied on, with or without Ringside",
	  "read dmesg, then boot afresh", "mount /proc" },
	{ NULL, NULL, NULL, NULL, NULL }
};
