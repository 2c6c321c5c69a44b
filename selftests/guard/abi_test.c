// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does every ioctl refuse what it must, with the errno that
 * linux/ringside_guard.h documents? One table of malformed calls for all of
 * them, then what is particular to each; last the attributes.
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include <linux/capability.h>

#include "kselftest_harness.h"

#include "guard_test.h"

/* Every ioctl with a structure that is well-formed, if pointless. */
static const struct call {
	const char *name;
	unsigned long cmd;
	unsigned int size;
	bool admin;
	int well_formed;	/* errno of the call with zeroes and a size */
} calls[] = {
	{ "GET_INFO", RSG_IOC_GET_INFO, sizeof(struct rs_info), false, 0 },
	{ "LOAD", RSG_IOC_LOAD, sizeof(struct rsg_load), true, EINVAL },
	{ "ATTACH", RSG_IOC_ATTACH, sizeof(struct rsg_attach), true, EINVAL },
	{ "CONFIRM", RSG_IOC_CONFIRM, sizeof(struct rsg_id), true, ENOENT },
	{ "ROLLBACK", RSG_IOC_ROLLBACK, sizeof(struct rsg_id), true, ENOENT },
	{ "DETACH", RSG_IOC_DETACH, sizeof(struct rsg_id), true, ENOENT },
	{ "UNLOAD", RSG_IOC_UNLOAD, sizeof(struct rsg_id), true, ENOENT },
	{ "GET_POLICY", RSG_IOC_GET_POLICY, sizeof(struct rsg_policy_info),
	  true, ENOENT },
	{ "JAIL", RSG_IOC_JAIL, sizeof(struct rsg_jail_arg), true, EINVAL },
	{ "REPLACE", RSG_IOC_REPLACE, sizeof(struct rsg_replace), true,
	  ENOENT },
	{ "TEST", RSG_IOC_TEST, sizeof(struct rsg_test), true, ENOENT },
	{ "GET_CALLS", RSG_IOC_GET_CALLS, sizeof(struct rsg_calls), true,
	  ENOENT },
	{ "RELAX", RSG_IOC_RELAX, sizeof(struct rsg_relax), true, EINVAL },
	{ "RELAX_END", RSG_IOC_RELAX_END, sizeof(struct rsg_id), true,
	  ENOENT },
	{ "GET_RELAX", RSG_IOC_GET_RELAX, sizeof(struct rsg_relax), true,
	  ENOENT },
	{ "LEARN_DUMP", RSG_IOC_LEARN_DUMP, sizeof(struct rsg_learn_dump),
	  true, ENOENT },
};

#define NR_CALLS NR_RULES(calls)

union buffer {
	uint32_t size;
	unsigned char bytes[8192];
};

FIXTURE(abi) {
	int fd;
	union buffer buffer;
};

FIXTURE_SETUP(abi)
{
	guard_clean();
	memset(&self->buffer, 0, sizeof(self->buffer));
	self->fd = guard_open();
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(abi)
{
	guard_clean();
	close(self->fd);
}

static long call_sized(struct _test_data_abi *self, const struct call *call,
		       uint32_t size)
{
	self->buffer.size = size;
	return guard_ioctl(self->fd, call->cmd, &self->buffer);
}

TEST_F(abi, sizes)
{
	const struct call *call;

	for (call = calls; call < calls + NR_CALLS; call++) {
		memset(&self->buffer, 0, sizeof(self->buffer));
		EXPECT_EQ(-EINVAL, call_sized(self, call, 0))
			TH_LOG("%s", call->name);
		EXPECT_EQ(-EINVAL, call_sized(self, call, 4))
			TH_LOG("%s", call->name);
		EXPECT_EQ(-EINVAL, call_sized(self, call, call->size - 1))
			TH_LOG("%s", call->name);
		EXPECT_EQ(-call->well_formed,
			  call_sized(self, call, call->size))
			TH_LOG("%s", call->name);
		/* A future structure with a tail of zeroes is welcome. */
		memset(&self->buffer, 0, sizeof(self->buffer));
		EXPECT_EQ(-call->well_formed,
			  call_sized(self, call, call->size + 64))
			TH_LOG("%s", call->name);
		EXPECT_EQ(-E2BIG, call_sized(self, call, 4097))
			TH_LOG("%s", call->name);
		EXPECT_EQ(-E2BIG, call_sized(self, call, UINT32_MAX))
			TH_LOG("%s", call->name);
	}
}

TEST_F(abi, dirty_tails)
{
	const struct call *call;

	for (call = calls; call < calls + NR_CALLS; call++) {
		memset(&self->buffer, 0, sizeof(self->buffer));
		self->buffer.bytes[call->size + 63] = 1;
		EXPECT_EQ(-E2BIG, call_sized(self, call, call->size + 64))
			TH_LOG("%s", call->name);
	}
}

TEST_F(abi, pointers)
{
	long page = sysconf(_SC_PAGESIZE);
	char *map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const struct call *call;
	uint32_t *at;

	ASSERT_NE(MAP_FAILED, map);
	ASSERT_EQ(0, mprotect(map + page, page, PROT_NONE));
	for (call = calls; call < calls + NR_CALLS; call++) {
		EXPECT_EQ(-EFAULT, guard_ioctl(self->fd, call->cmd, NULL))
			TH_LOG("%s", call->name);
		EXPECT_EQ(-EFAULT, guard_ioctl(self->fd, call->cmd,
					       (void *)-4096L))
			TH_LOG("%s", call->name);
		/* The size can be read, the rest can not. */
		at = (uint32_t *)(map + page - sizeof(*at));
		*at = call->size;
		EXPECT_EQ(-EFAULT, guard_ioctl(self->fd, call->cmd, at))
			TH_LOG("%s", call->name);
	}
	munmap(map, 2 * page);
}

TEST_F(abi, what_can_not_be_written_back)
{
	struct rs_info *info = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, info);
	info->size = sizeof(*info);
	ASSERT_EQ(0, mprotect(info, 4096, PROT_READ));
	EXPECT_EQ(-EFAULT, guard_ioctl(self->fd, RSG_IOC_GET_INFO, info));
	munmap(info, 4096);
}

static bool is_known(unsigned int nr)
{
	unsigned int i;

	/* events_test and learn_test are about these. */
	if (_IO(RS_IOC_MAGIC, nr) == RSG_IOC_EVENTS ||
	    _IO(RS_IOC_MAGIC, nr) == RSG_IOC_LEARN_DUMP)
		return true;
	for (i = 0; i < NR_CALLS; i++)
		if (calls[i].cmd == _IO(RS_IOC_MAGIC, nr))
			return true;
	/* Makes a descriptor: events_test asks it. */
	return _IO(RS_IOC_MAGIC, nr) == RSG_IOC_EVENTS;
}

TEST_F(abi, unknown_commands)
{
	unsigned int nr;

	for (nr = 0; nr < 256; nr++)
		if (!is_known(nr))
			EXPECT_EQ(-ENOTTY,
				  guard_ioctl(self->fd, _IO(RS_IOC_MAGIC, nr),
					      &self->buffer));
	EXPECT_EQ(-ENOTTY, guard_ioctl(self->fd, _IO('R', 0), &self->buffer));
	EXPECT_EQ(-ENOTTY, guard_ioctl(self->fd,
				       _IOWR(RS_IOC_MAGIC, 0, struct rs_info),
				       &self->buffer));
}

/* In a child: drop all capabilities, then try everything by @fd. */
static int unprivileged(int fd)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {};
	union buffer buffer = {};
	unsigned int i;
	long want;

	if (syscall(SYS_capset, &header, data))
		return 100;
	for (i = 0; i < NR_CALLS; i++) {
		buffer.size = calls[i].size;
		want = calls[i].admin ? -EPERM : 0;
		if (guard_ioctl(fd, calls[i].cmd, &buffer) != want)
			return i + 1;
	}
	return 0;
}

TEST_F(abi, the_capability_is_the_callers)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(unprivileged(self->fd));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, WEXITSTATUS(status)) TH_LOG("1 + row of the table");
}

TEST_F(abi, the_device_is_roots)
{
	struct stat st;
	int status;
	pid_t pid;

	ASSERT_EQ(0, stat(DEVICE, &st));
	EXPECT_EQ((mode_t)(S_IFCHR | 0600), st.st_mode);
	pid = fork();
	if (!pid)
		_exit(setgid(65534) || setuid(65534) || guard_open() >= 0 ||
		      errno != EACCES);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_F(abi, get_info)
{
	struct rs_info info = { .size = sizeof(info), .abi = 77 };

	ASSERT_EQ(0, guard_ioctl(self->fd, RSG_IOC_GET_INFO, &info));
	EXPECT_EQ(sizeof(info), info.size);
	EXPECT_EQ(RSG_ABI_LEVEL, info.abi);
	EXPECT_EQ((uint64_t)RSG_FEATURE_I386, info.features);
	EXPECT_LT(0, strlen((char *)info.version));
}

static const struct rsg_rule unshare_rule = {
	.abi = RSG_X86_64, .nr = SYS_unshare, .verdict = FAIL_WITH(EPERM),
};

TEST_F(abi, load_rules)
{
	static const struct {
		struct rsg_rule rules[2];
		unsigned int nr, default_error;
		int error;
	} rows[] = {
		{ { DENY(RSG_ABIS, 1, 1) }, 1, 0, EINVAL },
		{ { DENY(0, RSG_CALLS, 1) }, 1, 0, EINVAL },
		{ { DENY(0, 65535, 1) }, 1, 0, EINVAL },
		{ { DENY(0, 1, RSG_ERROR_MAX + 1) }, 1, 0, EINVAL },
		{ { { .nr = 1, .tag = RSG_TAG_MAX + 1 } }, 1, 0, EINVAL },
		{ { DENY(0, 1, 1), DENY(0, 1, 1) }, 2, 0, EINVAL },
		{ { DENY(0, 1, 0), DENY(0, 1, 1) }, 2, 0, EINVAL },
		{ { DENY(0, 1, 1) }, 1, RSG_ERROR_MAX + 1, EINVAL },
		{ { DENY(0, SYS_exit, 1) }, 1, 0, EINVAL },
		{ { DENY(0, SYS_exit_group, 1) }, 1, 0, EINVAL },
		{ { DENY(0, SYS_rt_sigreturn, 1) }, 1, 0, EINVAL },
		{ { DENY(0, SYS_restart_syscall, 1) }, 1, 0, EINVAL },
		{ { DENY(RSG_I386, 1, 1) }, 1, 0, EINVAL },
		{ { DENY(RSG_I386, 252, 1) }, 1, 0, EINVAL },
		{ { DENY(RSG_I386, 119, 1) }, 1, 0, EINVAL },
		{ { DENY(RSG_I386, 173, 1) }, 1, 0, EINVAL },
		{ { DENY(RSG_I386, 0, 1) }, 1, 0, EINVAL },
		{ { DENY(0, SYS_exit, 0) }, 1, EPERM, 0 },
		/* Known to no kernel: it fails with ENOSYS by itself. */
		{ { DENY(0, 511, 1) }, 1, 0, 0 },
		{ {}, 0, RSG_ERROR_MAX, 0 },
		{ {}, 0, 0, 0 },
	};
	unsigned int i;
	long ret;

	for (i = 0; i < NR_RULES(rows); i++) {
		ret = guard_load(self->fd, "row", RSG_LOAD_PERSIST,
				 rows[i].default_error, rows[i].rules,
				 rows[i].nr);
		EXPECT_EQ(-rows[i].error, ret < 0 ? ret : 0)
			TH_LOG("row %u", i);
		guard_clean();
	}
}

TEST_F(abi, load_pointers_and_flags)
{
	struct rsg_load load = {
		.size = sizeof(load), .name = "x", .nr_rules = 1,
	};

	EXPECT_EQ(-EFAULT, guard_ioctl(self->fd, RSG_IOC_LOAD, &load));
	load.rules = (uintptr_t)-8L;
	EXPECT_EQ(-EFAULT, guard_ioctl(self->fd, RSG_IOC_LOAD, &load));
	load.rules = (uintptr_t)&unshare_rule;
	load.nr_rules = RSG_RULES_MAX + 1;
	EXPECT_EQ(-E2BIG, guard_ioctl(self->fd, RSG_IOC_LOAD, &load));
	load.nr_rules = UINT32_MAX;
	EXPECT_EQ(-E2BIG, guard_ioctl(self->fd, RSG_IOC_LOAD, &load));
	load.nr_rules = 1;
	load.flags = 4;
	EXPECT_EQ(-EINVAL, guard_ioctl(self->fd, RSG_IOC_LOAD, &load));
	load.flags = 1U << 31;
	EXPECT_EQ(-EINVAL, guard_ioctl(self->fd, RSG_IOC_LOAD, &load));
}

TEST_F(abi, load_names)
{
	static const char * const bad[] = {
		"", " ", "a b", "a/b", "\001", "\177", "\xc3\xa4", "a\n",
	};
	struct rsg_load load = {
		.size = sizeof(load), .flags = RSG_LOAD_PERSIST,
	};
	unsigned int i;

	for (i = 0; i < NR_RULES(bad); i++)
		EXPECT_EQ(-EINVAL, guard_load(self->fd, bad[i],
					      RSG_LOAD_PERSIST, 0, NULL, 0))
			TH_LOG("name %u", i);
	memset(load.name, 'n', sizeof(load.name));
	EXPECT_EQ(-EINVAL, guard_ioctl(self->fd, RSG_IOC_LOAD, &load));
	load.name[sizeof(load.name) - 1] = '\0';
	EXPECT_LT(0, guard_ioctl(self->fd, RSG_IOC_LOAD, &load));
	EXPECT_EQ(-EEXIST, guard_ioctl(self->fd, RSG_IOC_LOAD, &load));
}

TEST_F(abi, attach_arguments)
{
	static const struct {
		struct rsg_attach attach;
		int error;
	} rows[] = {
		{ { .scope = 0, .pid = 1, .mode = 1 }, EINVAL },
		{ { .scope = 6, .mode = 1 }, EINVAL },
		{ { .scope = 4, .mode = 1, .pid = 1 }, EINVAL },
		{ { .scope = 5, .mode = 1, .pid = 1 }, EINVAL },
		{ { .scope = 4, .mode = 1, .fd = 9999 }, EBADF },
		{ { .scope = 5, .mode = 1, .fd = 9999 }, EBADF },
		{ { .scope = 3, .mode = 1, .fd = 1 }, EINVAL },
		{ { .scope = 3, .mode = 1, .nr_excepts = RSG_EXCEPTS_MAX + 1 },
		  E2BIG },
		{ { .scope = 3, .mode = 1, .nr_excepts = 1, .excepts = 16 },
		  EFAULT },
		{ { .scope = 1, .pid = 0, .mode = 1 }, EINVAL },
		{ { .scope = 2, .pid = -1, .mode = 1 }, EINVAL },
		{ { .scope = 3, .pid = 1, .mode = 1 }, EINVAL },
		{ { .scope = 1, .pid = 1, .mode = 0 }, EINVAL },
		{ { .scope = 1, .pid = 1, .mode = 4 }, EINVAL },
		{ { .scope = 1, .pid = 1, .mode = 1, .flags = 2 }, EINVAL },
		{ { .scope = 1, .pid = 1, .mode = 1, .__reserved = 1 }, EINVAL },
		{ { .scope = 1, .pid = 1, .mode = 1,
		    .confirm_ms = RSG_CONFIRM_MAX_MS + 1 }, EINVAL },
		{ { .scope = 1, .pid = 1, .mode = 1 }, EPERM },
		{ { .scope = 2, .pid = 1, .mode = 1 }, EPERM },
		/* kthreadd */
		{ { .scope = 1, .pid = 2, .mode = 1 }, EINVAL },
		{ { .scope = 1, .pid = 2, .mode = 1,
		    .flags = RSG_ATTACH_FORCE }, EINVAL },
		{ { .scope = 1, .pid = INT32_MAX, .mode = 1 }, ESRCH },
	};
	struct rsg_attach attach;
	unsigned int i;
	long id;

	id = guard_load(self->fd, "args", RSG_LOAD_PERSIST, 0, &unshare_rule,
			1);
	ASSERT_LT(0, id);
	for (i = 0; i < NR_RULES(rows); i++) {
		attach = rows[i].attach;
		attach.size = sizeof(attach);
		attach.id = id;
		EXPECT_EQ(-rows[i].error,
			  guard_ioctl(self->fd, RSG_IOC_ATTACH, &attach))
			TH_LOG("row %u", i);
	}
	EXPECT_EQ(0, guard_attr("hooked_functions"));
}

TEST_F(abi, ids)
{
	static const unsigned int none[] = { 0, 77, RSG_POLICIES,
					     RSG_POLICIES + 1, UINT32_MAX };
	struct rsg_policy_info info;
	unsigned int i;

	for (i = 0; i < NR_RULES(none); i++) {
		EXPECT_EQ(-ENOENT, guard_id(self->fd, RSG_IOC_CONFIRM, none[i]));
		EXPECT_EQ(-ENOENT, guard_id(self->fd, RSG_IOC_DETACH, none[i]));
		EXPECT_EQ(-ENOENT, guard_id(self->fd, RSG_IOC_UNLOAD, none[i]));
		EXPECT_EQ(-ENOENT, guard_get(self->fd, none[i], &info));
		EXPECT_EQ(-ENOENT, guard_replace(self->fd, none[i], 0, NULL, 0,
						 0));
	}
}

TEST_F(abi, a_policy_describes_itself)
{
	struct rsg_policy_info info;
	long fd = guard_load(self->fd, "self", 0, 0, &unshare_rule, 1);

	ASSERT_LE(0, fd);
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	ASSERT_EQ(0, guard_get(fd, 4000, &info));
	EXPECT_STREQ("self", (char *)info.name);
	EXPECT_EQ(RSG_STATE_LOADED, info.state);
	EXPECT_EQ(0, info.flags);
	EXPECT_EQ(1, info.calls);
	EXPECT_EQ(0, info.tasks);
	EXPECT_EQ(0, info.pid);
	EXPECT_EQ(0, info.mode);
	EXPECT_EQ(-ENOTTY, guard_id(fd, RSG_IOC_DETACH, info.id));
	/* The descriptor owns it. */
	EXPECT_EQ(-EBUSY, guard_id(self->fd, RSG_IOC_UNLOAD, info.id));
	close(fd);
	EXPECT_EQ(-ENOENT, guard_get(self->fd, 1, &info));
}

TEST_F(abi, the_list_is_in_order_and_complete)
{
	struct rsg_policy_info info;
	unsigned int id, seen = 0, last = 0;
	char name[RSG_NAME_LEN];
	int i;

	for (i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		ASSERT_LT(0, guard_load(self->fd, name, RSG_LOAD_PERSIST, 0,
					&unshare_rule, 1));
	}
	for (id = 1; !guard_get(self->fd, id, &info); id = info.id + 1) {
		EXPECT_LT(last, info.id);
		EXPECT_EQ(RSG_LOAD_PERSIST, info.flags);
		last = info.id;
		seen++;
	}
	EXPECT_EQ(20, seen);
	EXPECT_EQ(20, guard_attr("policies"));
}

TEST_F_TIMEOUT(abi, as_many_policies_as_promised, 120)
{
	char name[RSG_NAME_LEN];
	int i;

	for (i = 0; i < RSG_POLICIES; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		ASSERT_LT(0, guard_load(self->fd, name, RSG_LOAD_PERSIST, 0,
					&unshare_rule, 1));
	}
	EXPECT_EQ(-ENOSPC, guard_load(self->fd, "more", RSG_LOAD_PERSIST, 0,
				      &unshare_rule, 1));
	EXPECT_EQ(RSG_POLICIES, guard_attr("policies"));
}

TEST_F(abi, attributes_are_numbers_and_read_only)
{
	static const char * const names[] = {
		"policies", "pending", "attached", "hooked_functions",
		"denied_total", "audited_total", "observed_total",
	};
	struct stat st;
	char path[128];
	unsigned int i;

	for (i = 0; i < NR_RULES(names); i++) {
		snprintf(path, sizeof(path), SYSFS "%s", names[i]);
		EXPECT_LE(0, guard_attr(names[i])) TH_LOG("%s", names[i]);
		ASSERT_EQ(0, stat(path, &st));
		EXPECT_EQ((mode_t)(S_IFREG | 0444), st.st_mode);
	}
	EXPECT_EQ(0, guard_attr("policies"));
	EXPECT_EQ(0, guard_attr("hooked_functions"));
}

TEST_HARNESS_MAIN
