// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whom does an attach govern? Control groups and those who enter them, root
 * directories, everyone with exceptions.
 */
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <linux/sched.h>

#include "kselftest_harness.h"

#include "guard_test.h"

#define CGROUPS	"/tmp/guard-cgroups"
#define ROOT	"/tmp/guard-root"

static const struct rsg_rule rules[] = {
	DENY(RSG_X86_64, SYS_unshare, EPERM),
};

FIXTURE(scope) {
	int fd;
	long id;
	struct worker worker;
};

FIXTURE_SETUP(scope)
{
	guard_clean();
	mkdir(CGROUPS, 0755);
	mkdir(ROOT, 0755);
	mkdir(ROOT "/below", 0755);
	if (mount("none", CGROUPS, "cgroup2", 0, NULL) && errno != EBUSY)
		SKIP(return, "no cgroup2");
	mkdir(CGROUPS "/one", 0755);
	mkdir(CGROUPS "/one/below", 0755);
	mkdir(CGROUPS "/two", 0755);
	self->fd = guard_open();
	ASSERT_LE(0, self->fd);
	self->worker = worker_start();
	self->id = guard_load(self->fd, "main", RSG_LOAD_PERSIST, 0, rules,
			      NR_RULES(rules));
	ASSERT_LT(0, self->id);
}

FIXTURE_TEARDOWN(scope)
{
	worker_stop(&self->worker);
	guard_clean();
	close(self->fd);
	rmdir(CGROUPS "/one/below");
	rmdir(CGROUPS "/one");
	rmdir(CGROUPS "/two");
	umount(CGROUPS);
}

static bool is_denied(const struct worker *worker)
{
	return worker_call(worker, RSG_X86_64, SYS_unshare) == -EPERM;
}

static int enter(const char *cgroup, pid_t pid)
{
	char path[128], text[16];
	int fd, len, ret;

	snprintf(path, sizeof(path), CGROUPS "%s/cgroup.procs", cgroup);
	fd = open(path, O_WRONLY);
	len = snprintf(text, sizeof(text), "%d", pid);
	ret = write(fd, text, len) == len ? 0 : -errno;
	close(fd);
	return ret;
}

static long attach_dir(struct _test_data_scope *self, unsigned int scope,
		       const char *path)
{
	struct rsg_attach attach = {
		.size = sizeof(attach), .id = self->id, .scope = scope,
		.mode = RSG_MODE_ENFORCE,
		.fd = open(path, O_PATH | O_DIRECTORY),
	};
	long ret = guard_ioctl(self->fd, RSG_IOC_ATTACH, &attach);

	close(attach.fd);
	return ret;
}

TEST_F(scope, a_cgroup_is_its_tasks_and_those_below)
{
	struct worker below = worker_start(), other = worker_start();

	ASSERT_EQ(0, enter("/one", self->worker.pid));
	ASSERT_EQ(0, enter("/one/below", below.pid));
	ASSERT_EQ(0, enter("/two", other.pid));
	ASSERT_EQ(0, attach_dir(self, RSG_SCOPE_CGROUP, CGROUPS "/one"));
	EXPECT_TRUE(is_denied(&self->worker));
	EXPECT_TRUE(is_denied(&below));
	EXPECT_FALSE(is_denied(&other));
	/* To leave does not help. */
	ASSERT_EQ(0, enter("/two", below.pid));
	EXPECT_TRUE(is_denied(&below));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, self->id));
	EXPECT_FALSE(is_denied(&self->worker));
	EXPECT_FALSE(is_denied(&below));
	worker_stop(&below);
	worker_stop(&other);
}

TEST_F(scope, who_enters_a_cgroup_is_governed)
{
	/* It is empty, and that is no mistake. */
	ASSERT_EQ(0, attach_dir(self, RSG_SCOPE_CGROUP, CGROUPS "/one"));
	EXPECT_FALSE(is_denied(&self->worker));
	ASSERT_EQ(0, enter("/one/below", self->worker.pid));
	EXPECT_TRUE(is_denied(&self->worker));
	/* Nobody else, and nobody after the detach. */
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, self->id));
	ASSERT_EQ(0, enter("/two", self->worker.pid));
	ASSERT_EQ(0, enter("/one", self->worker.pid));
	EXPECT_FALSE(is_denied(&self->worker));
}

TEST_F(scope, who_is_born_into_a_cgroup_is_governed)
{
	struct clone_args args = { .flags = CLONE_INTO_CGROUP,
				   .exit_signal = SIGCHLD };
	int status;
	pid_t pid;

	ASSERT_EQ(0, attach_dir(self, RSG_SCOPE_CGROUP, CGROUPS "/one"));
	args.cgroup = open(CGROUPS "/one", O_RDONLY | O_DIRECTORY);
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (!pid)
		_exit(raw64(SYS_unshare, 0, 0, 0) == -EPERM ? 7 : 1);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(7, WEXITSTATUS(status));
	EXPECT_EQ(0, raw64(SYS_unshare, 0, 0, 0));
	close(args.cgroup);
}

TEST_F(scope, a_cgroup_that_is_removed_leaves_its_tasks_governed)
{
	ASSERT_EQ(0, enter("/one/below", self->worker.pid));
	ASSERT_EQ(0, attach_dir(self, RSG_SCOPE_CGROUP, CGROUPS "/one/below"));
	ASSERT_EQ(0, enter("/two", self->worker.pid));
	ASSERT_EQ(0, rmdir(CGROUPS "/one/below"));
	EXPECT_TRUE(is_denied(&self->worker));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, self->id));
	EXPECT_FALSE(is_denied(&self->worker));
}

TEST_F(scope, what_is_no_cgroup_is_refused)
{
	EXPECT_EQ(-EBADF, attach_dir(self, RSG_SCOPE_CGROUP, "/tmp"));
	EXPECT_EQ(-EBADF, attach_dir(self, RSG_SCOPE_CGROUP, "/none"));
	EXPECT_EQ(0, guard_attr("hooked_functions"));
}

/* A worker in a root of its own. */
static struct worker jailed(const char *root)
{
	struct worker worker = { -1, -1, -1 };
	int to[2], from[2];

	if (pipe(to) || pipe(from))
		return worker;
	worker.pid = fork();
	if (!worker.pid) {
		if (chroot(root))
			_exit(1);
		worker_serve(to[0], from[1]);
	}
	worker.to = to[1];
	worker.from = from[0];
	/* Once it answers it is inside. */
	worker_call(&worker, RSG_X86_64, SYS_getpid);
	return worker;
}

TEST_F(scope, a_chroot_is_who_has_that_root_or_one_below)
{
	struct worker inside = jailed(ROOT), below = jailed(ROOT "/below");

	ASSERT_EQ(0, attach_dir(self, RSG_SCOPE_CHROOT, ROOT));
	EXPECT_TRUE(is_denied(&inside));
	EXPECT_TRUE(is_denied(&below));
	EXPECT_FALSE(is_denied(&self->worker));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, self->id));
	EXPECT_FALSE(is_denied(&inside));
	ASSERT_EQ(0, attach_dir(self, RSG_SCOPE_CHROOT, ROOT "/below"));
	EXPECT_FALSE(is_denied(&inside));
	EXPECT_TRUE(is_denied(&below));
	worker_stop(&inside);
	worker_stop(&below);
}

TEST_F(scope, what_is_no_root_is_refused)
{
	EXPECT_EQ(-EBADF, attach_dir(self, RSG_SCOPE_CHROOT, "/nothing"));
	EXPECT_EQ(0, guard_attr("hooked_functions"));
}

TEST_F(scope, who_changes_its_root_is_governed)
{
	struct worker inside, below, elsewhere, late;

	/* Nobody is there, and that is no mistake. */
	ASSERT_EQ(0, attach_dir(self, RSG_SCOPE_CHROOT, ROOT));
	inside = jailed(ROOT);
	below = jailed(ROOT "/below");
	elsewhere = jailed("/tmp");
	EXPECT_TRUE(is_denied(&inside));
	EXPECT_TRUE(is_denied(&below));
	EXPECT_FALSE(is_denied(&elsewhere));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, self->id));
	EXPECT_FALSE(is_denied(&inside));
	late = jailed(ROOT);
	EXPECT_FALSE(is_denied(&late));
	worker_stop(&inside);
	worker_stop(&below);
	worker_stop(&elsewhere);
	worker_stop(&late);
}

static int change_root(void *unused)
{
	return chroot(ROOT);
}

/* Its root is changed by another process, with which it shares it. */
static void serve_shared(int from, int to)
{
	static char stack[16384] __attribute__((aligned(16)));
	int status;

	if (clone(change_root, stack + sizeof(stack), CLONE_FS | SIGCHLD,
		  NULL) < 0 || wait(&status) < 0 || status)
		_exit(1);
	worker_serve(from, to);
}

TEST_F(scope, who_shares_a_root_that_changes_is_governed)
{
	struct worker sharer;

	ASSERT_EQ(0, attach_dir(self, RSG_SCOPE_CHROOT, ROOT));
	sharer = worker_spawn(serve_shared);
	EXPECT_TRUE(is_denied(&sharer));
	worker_stop(&sharer);
}

#define RUNNERS	20

/* Changes its root when told to, and says what it may do when told to. */
static int run_in(int start, int look)
{
	char byte;

	if (read(start, &byte, 1) != 1 || chroot(ROOT))
		return 1;
	if (read(look, &byte, 1) != 1)
		return 2;
	return raw64(SYS_unshare, 0, 0, 0) == -EPERM ? 0 : 3;
}

/* How many of them were missed by an attach that they ran into? */
static int missed(struct __test_metadata *_metadata, struct _test_data_scope *self)
{
	static const char bytes[RUNNERS];
	int start[2], look[2], i, status, nr = 0;

	ASSERT_EQ(0, pipe(start));
	ASSERT_EQ(0, pipe(look));
	for (i = 0; i < RUNNERS; i++)
		if (!fork())
			_exit(run_in(start[0], look[0]));
	ASSERT_EQ(RUNNERS, write(start[1], bytes, RUNNERS));
	ASSERT_EQ(0, attach_dir(self, RSG_SCOPE_CHROOT, ROOT));
	ASSERT_EQ(RUNNERS, write(look[1], bytes, RUNNERS));
	for (i = 0; i < RUNNERS; i++)
		nr += waitpid(-1, &status, 0) < 0 || status;
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, self->id));
	for (i = 0; i < 2; i++) {
		close(start[i]);
		close(look[i]);
	}
	return nr;
}

TEST_F(scope, nobody_runs_into_a_root_past_an_attach)
{
	int round;

	worker_stop(&self->worker);
	for (round = 0; round < 5; round++)
		EXPECT_EQ(0, missed(_metadata, self));
	self->worker = worker_start();
}

/* Changes its root, and its working directory when asked for a chdir(). */
static void serve_late(int from, int to)
{
	struct order order;
	long ret;

	if (chroot(ROOT))
		_exit(1);
	while (read(from, &order, sizeof(order)) == sizeof(order)) {
		ret = order.nr == SYS_chdir ? chdir("/") :
					      raw64(order.nr, 0, 0, 0);
		if (write(to, &ret, sizeof(ret)) != sizeof(ret))
			break;
	}
	_exit(0);
}

TEST_F(scope, a_jail_takes_in_whom_it_surrounds)
{
	struct rsg_jail_arg jail = {
		.size = sizeof(jail), .flags = RSG_LOAD_PERSIST, .name = "jail",
		.root_fd = open(ROOT, O_PATH | O_DIRECTORY),
	};
	struct worker late;

	self->id = guard_ioctl(self->fd, RSG_IOC_JAIL, &jail);
	ASSERT_LT(0, self->id);
	ASSERT_EQ(0, attach_dir(self, RSG_SCOPE_CHROOT, ROOT));
	late = worker_spawn(serve_late);
	/* Its working directory is outside. */
	EXPECT_EQ(-EINVAL, worker_call(&late, RSG_X86_64, SYS_reboot));
	EXPECT_EQ(0, worker_call(&late, RSG_X86_64, SYS_chdir));
	EXPECT_EQ(-EPERM, worker_call(&late, RSG_X86_64, SYS_reboot));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, self->id));
	EXPECT_EQ(-EINVAL, worker_call(&late, RSG_X86_64, SYS_reboot));
	worker_stop(&late);
	close(jail.root_fd);
}

TEST_F(scope, everyone_with_exceptions)
{
	struct worker in_cgroup = worker_start(), other = worker_start();
	struct rsg_except excepts[] = {
		{ RSG_SCOPE_PROCESS, self->worker.pid },
		{ RSG_SCOPE_CGROUP, open(CGROUPS "/one", O_PATH) },
	};
	struct rsg_attach attach = {
		.size = sizeof(attach), .id = self->id,
		.scope = RSG_SCOPE_EVERYONE, .mode = RSG_MODE_ENFORCE,
		.excepts = (uintptr_t)excepts, .nr_excepts = 2,
	};

	ASSERT_EQ(0, enter("/one", in_cgroup.pid));
	ASSERT_EQ(0, guard_ioctl(self->fd, RSG_IOC_ATTACH, &attach));
	EXPECT_FALSE(is_denied(&self->worker));
	EXPECT_FALSE(is_denied(&in_cgroup));
	EXPECT_TRUE(is_denied(&other));
	ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, self->id));
	excepts[0].scope = RSG_SCOPE_EVERYONE;
	EXPECT_EQ(-EINVAL, guard_ioctl(self->fd, RSG_IOC_ATTACH, &attach));
	excepts[0].scope = RSG_SCOPE_PROCESS;
	excepts[0].value = INT32_MAX;
	EXPECT_EQ(-ESRCH, guard_ioctl(self->fd, RSG_IOC_ATTACH, &attach));
	EXPECT_EQ(0, guard_attr("hooked_functions"));
	worker_stop(&in_cgroup);
	worker_stop(&other);
}

TEST_HARNESS_MAIN
