// SPDX-License-Identifier: GPL-2.0-only
/*
 * The doctor, before kernels built out of files: each test writes the few
 * files that a kernel would show and looks at one finding.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "doctor.h"
#include "tap.h"

static char root[64];

static void begin(void)
{
	strcpy(root, "/tmp/ringside-doctor-XXXXXX");
	EXPECT_TRUE(mkdtemp(root));
}

static void end(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", root);
	EXPECT_EQ(0, system(command));
}

/* Make the directories above a path below the root. */
static void make_parents(char *path)
{
	char *p;

	for (p = path + strlen(root) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(path, 0755);
		*p = '/';
	}
}

static void put(const char *rel, const char *content)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s%s", root, rel);
	make_parents(path);
	f = fopen(path, "w");
	EXPECT_TRUE(f);
	if (f) {
		fputs(content, f);
		fclose(f);
	}
}

static void put_link(const char *rel, const char *target)
{
	char path[512];

	snprintf(path, sizeof(path), "%s%s", root, rel);
	make_parents(path);
	EXPECT_EQ(0, symlink(target, path));
}

/* Expect a state, and a word in what was found. */
static void expect(const char *name, enum rs_check_state state,
		   const char *word)
{
	const struct rs_check *c = NULL;
	struct rs_doctor *d;
	size_t i;

	EXPECT_EQ(0, rs_doctor_open_at(&d, root, "6.12-test"));
	for (i = 0; i < rs_doctor_count(d); i++) {
		c = rs_doctor_check(d, i);
		if (!strcmp(c->name, name))
			break;
	}
	EXPECT_TRUE(i < rs_doctor_count(d));
	EXPECT_FALSE(rs_doctor_check(d, rs_doctor_count(d)));
	if (c->state != state || !strstr(c->found, word))
		UNIT_FAIL("%s: state %d, found '%s'; expected %d, '%s'", name,
			  c->state, c->found, state, word);
	EXPECT_EQ(state == RS_CHECK_OK, c->lost[0] == '\0');
	EXPECT_EQ(state == RS_CHECK_OK, c->todo[0] == '\0');
	rs_doctor_close(d);
}

TEST(options_from_the_configuration_file)
{
	begin();
	put("/boot/config-6.12-test",
	    "# CONFIG_KPROBES is not set\n"
	    "CONFIG_DYNAMIC_FTRACE=y\n"
	    "CONFIG_DYNAMIC_FTRACE_WITH_ARGS_NOT=y\n");
	expect("ftrace", RS_CHECK_OK, "is set");
	expect("ftrace_args", RS_CHECK_FAIL, "not set");
	expect("kprobes", RS_CHECK_FAIL, "not set");
	expect("i386", RS_CHECK_NOTE, "not set");
	end();
}

TEST(options_from_the_symbols_when_there_is_no_configuration)
{
	begin();
	put("/proc/kallsyms",
	    "0000000000000000 T register_kprobe\n"
	    "0000000000000000 t not_register_kprobes\n"
	    "0000000000000000 T user_return_notifier_register\n"
	    "0000000000000000 t short\n");
	expect("kprobes", RS_CHECK_OK, "is set");
	expect("user_return_notifier", RS_CHECK_OK, "is set");
	expect("ftrace", RS_CHECK_FAIL, "not set");
	end();
}

TEST(options_unknown_without_either)
{
	begin();
	expect("kprobes", RS_CHECK_UNKNOWN, "can be read");
	end();
}

TEST(ftrace_switched_off)
{
	begin();
	expect("ftrace_enabled", RS_CHECK_UNKNOWN, "can not be read");
	put("/proc/sys/kernel/ftrace_enabled", "0\n");
	expect("ftrace_enabled", RS_CHECK_FAIL, "is 0");
	put("/proc/sys/kernel/ftrace_enabled", "1\n");
	expect("ftrace_enabled", RS_CHECK_OK, "is 1");
	end();
}

TEST(causes_that_trace_can_not_tell)
{
	const char *features = "/sys/class/misc/ringside-trace/features";

	begin();
	expect("trace_causes", RS_CHECK_OK, "not loaded");
	put("/sys/class/misc/ringside-trace/level", "0\n");
	expect("trace_causes", RS_CHECK_UNKNOWN, "can not be read");
	put(features, "0x11bff\n");
	expect("trace_causes", RS_CHECK_OK, "all causes");
	put(features, "0x11b7e\n");
	expect("trace_causes", RS_CHECK_NOTE, "page faults, softirqs");
	put(features, "0x0\n");
	expect("trace_causes", RS_CHECK_NOTE, "credentials");
	end();
}

static void put_hooks(const char *lines)
{
	put("/sys/kernel/tracing/README", "tracing\n");
	put("/sys/kernel/tracing/enabled_functions", lines);
}

TEST(hooks_of_others)
{
	begin();
	expect("hooks", RS_CHECK_UNKNOWN, "can not be read");
	put_hooks("");
	expect("hooks", RS_CHECK_OK, "no function");
	/* A tracer looks on; the capitals of its name are no flags. */
	put_hooks("__x64_sys_openat (1)   \ttramp: 0xffffffffc0 (IDLE_Dx+0x0/0x5) ->x\n"
		  "kfree (1) R     \tops: 0x12\n");
	expect("hooks", RS_CHECK_OK, "no function");
	put_hooks("schedule (1)   \t->x\n"
		  "__x64_sys_chroot (1) R I     \ttramp: 0xff (klp_ftrace_handler [livepatch])\n"
		  "bpf_fentry (1)     D   \tdirect-->x\n");
	expect("hooks", RS_CHECK_NOTE, "2 functions");
	expect("hooks", RS_CHECK_NOTE, "__x64_sys_chroot");
	end();
}

TEST(hooks_of_our_own_are_no_finding)
{
	begin();
	put_hooks("__x64_sys_bpf (1)   I     M \ttramp: 0xff (on_call+0x0 [ringside_guard])\n");
	expect("hooks", RS_CHECK_OK, "no function");
	end();
}

TEST(livepatch_and_lkrg)
{
	begin();
	expect("livepatch", RS_CHECK_OK, "no live patch");
	put("/sys/kernel/livepatch/fix_cve/enabled", "1\n");
	expect("livepatch", RS_CHECK_NOTE, "fix_cve");
	expect("lkrg", RS_CHECK_OK, "not loaded");
	put("/sys/module/lkrg/initstate", "live\n");
	expect("lkrg", RS_CHECK_FAIL, "is loaded");
	end();
}

TEST(signatures_matter_until_we_are_in)
{
	begin();
	expect("signatures", RS_CHECK_OK, "no signatures");
	put("/sys/module/module/parameters/sig_enforce", "N\n");
	expect("signatures", RS_CHECK_OK, "allowed");
	put("/sys/module/module/parameters/sig_enforce", "Y\n");
	expect("signatures", RS_CHECK_FAIL, "refused");
	put("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	expect("lockdown", RS_CHECK_FAIL, "locked down");
	put("/sys/module/ringside/initstate", "live\n");
	expect("signatures", RS_CHECK_OK, "accepted");
	expect("lockdown", RS_CHECK_OK, "accepted");
	put("/sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
	expect("lockdown", RS_CHECK_OK, "not locked down");
	end();
}

TEST(modules_on_disk)
{
	begin();
	expect("modules", RS_CHECK_NOTE, "6.12-test");
	put("/lib/modules/6.12-test/modules.dep",
	    "kernel/x.ko: updates/ringside.ko\n");
	expect("modules", RS_CHECK_NOTE, "not installed");
	put("/lib/modules/6.12-test/modules.dep",
	    "updates/modules/core/ringside.ko.xz:\n");
	expect("modules", RS_CHECK_OK, "installed");
	end();
}

TEST(balloon_device_and_its_driver)
{
	begin();
	expect("balloon_device", RS_CHECK_NOTE, "no virtio-balloon");
	expect("balloon_driver", RS_CHECK_OK, "no device");
	put("/sys/bus/virtio/devices/virtio0/device", "0x0002\n");
	expect("balloon_device", RS_CHECK_NOTE, "no virtio-balloon");
	put("/sys/bus/virtio/devices/virtio1/device", "0x0005\n");
	expect("balloon_device", RS_CHECK_OK, "virtio1");
	expect("balloon_driver", RS_CHECK_OK, "is free");
	put_link("/sys/bus/virtio/devices/virtio1/driver",
		 "../../bus/virtio/drivers/virtio_balloon");
	expect("balloon_driver", RS_CHECK_NOTE, "driven by virtio_balloon");
	end();
}

TEST(what_the_host_offers_the_balloon)
{
	begin();
	expect("balloon_reporting", RS_CHECK_OK, "no device");
	put("/sys/bus/virtio/devices/virtio1/device", "0x0005\n");
	expect("balloon_reporting", RS_CHECK_OK, "nobody has asked");
	put_link("/sys/bus/virtio/devices/virtio1/driver",
		 "../../bus/virtio/drivers/virtio_balloon");
	expect("balloon_reporting", RS_CHECK_UNKNOWN, "can not be read");
	put("/sys/bus/virtio/devices/virtio1/features", "01000100\n");
	expect("balloon_reporting", RS_CHECK_OK, "offers it");
	expect("balloon_oom", RS_CHECK_NOTE, "does not offer it");
	put("/sys/bus/virtio/devices/virtio1/features", "01100000\n");
	expect("balloon_reporting", RS_CHECK_NOTE, "does not offer it");
	expect("balloon_oom", RS_CHECK_OK, "offers it");
	end();
}

TEST(taint_of_others)
{
	begin();
	put("/proc/sys/kernel/tainted", "12288\n");
	expect("taint", RS_CHECK_OK, "12288");
	put("/proc/sys/kernel/tainted", "512\n");
	expect("taint", RS_CHECK_NOTE, "warned");
	put("/proc/sys/kernel/tainted", "640\n");
	expect("taint", RS_CHECK_NOTE, "oopsed");
	end();
}

TEST_MAIN
