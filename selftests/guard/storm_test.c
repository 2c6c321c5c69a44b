// SPDX-License-Identifier: GPL-2.0-only
/*
 * Storms of forks and threads while policies come and go: nobody may escape.
 */
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <linux/sched.h>

#include "kselftest_harness.h"

#include "guard_test.h"

static const struct rsg_rule rules[] = {
	DENY(RSG_X86_64, SYS_unshare, EPERM),
	DENY(RSG_I386, I386_UNSHARE, EPERM),
};

FIXTURE(storm) {
	int fd;
	long id;
};

FIXTURE_SETUP(storm)
{
	guard_clean();
	self->fd = guard_open();
	ASSERT_LE(0, self->fd);
	/* A storm of denials is what we make here. */
	guard_put_attr("trial_denials_per_s", "0");
	self->id = guard_load(self->fd, "main", RSG_LOAD_PERSIST, 0, rules,
			      NR_RULES(rules));
	ASSERT_LT(0, self->id);
}

FIXTURE_TEARDOWN(storm)
{
	guard_put_attr("trial_denials_per_s", "10000");
	guard_clean();
	close(self->fd);
}

/*
 * Storms: a process forks or makes threads as fast as it can while a policy
 * comes and goes. The memory is shared with all of them. @attached is the number
 * of the round from attach's return on, so whoever sees it and then succeeds has
 * escaped; @inside tells the test when nobody is between the two any more.
 */
struct storm {
	int attached;
	int stop;
	long inside;
	long tries;
	long escaped;
	int fd;
};

#define GET(member)	__atomic_load_n(&(member), __ATOMIC_SEQ_CST)
#define PUT(member, to)	__atomic_store_n(&(member), to, __ATOMIC_SEQ_CST)
#define ADD(member, n)	__atomic_fetch_add(&(member), n, __ATOMIC_SEQ_CST)

/* @round: the one in which the caller must be under the policy, -1 for all. */
static void storm_try(struct storm *storm, int round)
{
	int attached;

	ADD(storm->inside, 1);
	attached = GET(storm->attached);
	if (attached && (round == -1 || round == attached)) {
		ADD(storm->tries, 1);
		if (raw64(SYS_unshare, 0, 0, 0) != -EPERM)
			ADD(storm->escaped, 1);
	}
	ADD(storm->inside, -1);
}

static void *storm_thread(void *arg)
{
	storm_try(arg, -1);
	return NULL;
}

static void storm_of_threads(struct storm *storm)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	while (!GET(storm->stop)) {
		if (!pthread_create(&thread, &attr, storm_thread, storm))
			pthread_join(thread, NULL);
		storm_try(storm, -1);
	}
}

/*
 * Each child forks once more and dies first: the grandchild is an orphan. Who
 * was orphaned before an attach does not belong to the tree, so the child says
 * in which round it was still alive, if any, and only then is the grandchild
 * judged. It may have been forked before that round, though.
 */
static void orphan_one(struct storm *storm)
{
	int *seen = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (seen == MAP_FAILED)
		return;
	if (fork()) {
		/* 0 stands for "not said yet". */
		PUT(*seen, GET(storm->attached) + 1);
		return;
	}
	while (!GET(*seen))
		sched_yield();
	if (GET(*seen) > 1)
		storm_try(storm, GET(*seen) - 1);
}

static void storm_of_orphans(struct storm *storm)
{
	while (!GET(storm->stop)) {
		pid_t pid = fork();

		if (!pid) {
			orphan_one(storm);
			_exit(0);
		}
		if (pid > 0)
			waitpid(pid, NULL, 0);
		storm_try(storm, -1);
	}
}

/* Memory that makes a fork last: it copies the tables of so many pages. */
#define BULK	(64UL << 20)
/* Children at one time, and how long each waits for an attach to come. */
#define LITTER	6
#define LINGER_MS	150

/*
 * A child that was in the making when the policy came. Its mark was copied
 * before, and it can not try before the attach has returned, so it waits.
 */
static void linger(struct storm *storm)
{
	uint64_t end = now_ms() + LINGER_MS;

	while (!GET(storm->attached) && now_ms() < end)
		sleep_ms(1);
	storm_try(storm, -1);
}

/* A child that has become another program; see bear(). Runs before main(). */
__attribute__((constructor)) static void after_exec(int argc, char **argv)
{
	struct storm *storm;

	if (argc != 3 || strcmp(argv[1], "--linger"))
		return;
	storm = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
		     atoi(argv[2]), 0);
	if (storm != MAP_FAILED)
		linger(storm);
	_exit(0);
}

static pid_t clone3_plain(void)
{
	struct clone_args args = { .exit_signal = SIGCHLD };

	return syscall(SYS_clone3, &args, sizeof(args));
}

/* Make a child in one of the ways that there are. */
static pid_t bear(struct storm *storm, unsigned int way)
{
	char fd[16];
	pid_t pid;

	snprintf(fd, sizeof(fd), "%d", storm->fd);
	switch (way % 4) {
	case 0:
		pid = vfork();
		if (!pid) {
			execl("/proc/self/exe", "storm", "--linger", fd, NULL);
			_exit(1);
		}
		return pid;
	case 1:
		pid = clone3_plain();
		break;
	default:
		pid = fork();
	}
	if (!pid) {
		linger(storm);
		_exit(0);
	}
	return pid;
}

static void storm_of_slow_forks(struct storm *storm)
{
	unsigned int way, alive = 0;
	char *bulk = mmap(NULL, BULK, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t i;

	if (bulk == MAP_FAILED)
		return;
	madvise(bulk, BULK, MADV_NOHUGEPAGE);
	for (i = 0; i < BULK; i += 4096)
		bulk[i] = 1;
	for (way = 0; !GET(storm->stop); way++) {
		if (bear(storm, way) > 0)
			alive++;
		while (alive && waitpid(-1, NULL,
					alive < LITTER ? WNOHANG : 0) > 0)
			alive--;
	}
	while (waitpid(-1, NULL, 0) > 0)
		;
}

/* How many tries a round sees at least, and how long it waits for them. */
#define TRIES_A_ROUND	2
#define PATIENCE_MS	10000

/* Let the storm rage: for a while, and longer where the kernel is slow. */
static void rage(struct storm *storm)
{
	long enough = GET(storm->tries) + TRIES_A_ROUND;
	uint64_t end = now_ms() + PATIENCE_MS;

	sleep_ms(100);
	while (GET(storm->tries) < enough && now_ms() < end)
		sleep_ms(10);
}

static struct storm *storm_run(struct _test_data_storm *self,
			       unsigned int scope,
			       void (*fn)(struct storm *storm), int rounds,
			       struct __test_metadata *_metadata)
{
	int fd = memfd_create("storm", 0), i;
	struct storm *storm;
	pid_t pid;

	ASSERT_EQ(0, ftruncate(fd, 4096));
	storm = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, storm);
	storm->fd = fd;
	pid = fork();
	if (!pid) {
		fn(storm);
		_exit(0);
	}
	for (i = 0; i < rounds; i++) {
		sleep_ms(20);
		ASSERT_EQ(0, guard_attach(self->fd, self->id, scope, pid,
					  RSG_MODE_ENFORCE, 0));
		PUT(storm->attached, i + 1);
		rage(storm);
		PUT(storm->attached, 0);
		while (GET(storm->inside))
			sleep_ms(1);
		ASSERT_EQ(0, guard_id(self->fd, RSG_IOC_DETACH, self->id));
	}
	PUT(storm->stop, 1);
	waitpid(pid, NULL, 0);
	TH_LOG("%ld tries, %ld escaped", storm->tries, storm->escaped);
	return storm;
}

TEST_F_TIMEOUT(storm, no_thread_escapes_a_storm, 120)
{
	struct storm *storm = storm_run(self, RSG_SCOPE_PROCESS,
					storm_of_threads, 40, _metadata);

	EXPECT_LT(40, storm->tries);
	EXPECT_EQ(0, storm->escaped);
}

TEST_F_TIMEOUT(storm, no_orphan_escapes_a_storm, 120)
{
	struct storm *storm;

	/* Orphans come to us, not to PID 1, and leave no zombies. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	signal(SIGCHLD, SIG_DFL);
	storm = storm_run(self, RSG_SCOPE_TREE, storm_of_orphans, 40,
			  _metadata);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	EXPECT_LT(40, storm->tries);
	EXPECT_EQ(0, storm->escaped);
	EXPECT_EQ(0, guard_attr("hooked_functions"));
}

/*
 * The one that finds a watch of forks that does nothing: a fork here takes
 * longer than all passes over the tasks.
 */
TEST_F_TIMEOUT(storm, no_child_in_the_making_escapes, 120)
{
	struct storm *storm = storm_run(self, RSG_SCOPE_TREE,
					storm_of_slow_forks, 40, _metadata);

	EXPECT_LT(40, storm->tries);
	EXPECT_EQ(0, storm->escaped);
}

/* The same where the child must get the union of two policies. */
TEST_F_TIMEOUT(storm, nor_one_that_is_under_a_policy_already, 120)
{
	const struct rsg_rule other = DENY(RSG_X86_64, SYS_sethostname, EPERM);
	long id = guard_load(self->fd, "other", RSG_LOAD_PERSIST, 0, &other, 1);
	struct rsg_attach attach = {
		.size = sizeof(attach), .id = id, .scope = RSG_SCOPE_PROCESS,
		.pid = getpid(), .mode = RSG_MODE_ENFORCE,
		.flags = RSG_ATTACH_FORCE,
	};
	struct storm *storm;

	/* The storm inherits it from us. */
	ASSERT_LT(0, id);
	ASSERT_EQ(0, guard_ioctl(self->fd, RSG_IOC_ATTACH, &attach));
	storm = storm_run(self, RSG_SCOPE_TREE, storm_of_slow_forks, 20,
			  _metadata);
	EXPECT_LT(20, storm->tries);
	EXPECT_EQ(0, storm->escaped);
	EXPECT_EQ(0, guard_attr("missed_tasks_total"));
}

TEST_HARNESS_MAIN
