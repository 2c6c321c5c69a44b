// SPDX-License-Identifier: GPL-2.0-only
/*
 * Storms of forks and threads while policies come and go: nobody may escape.
 */
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>

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
	self->id = guard_load(self->fd, "main", RSG_LOAD_PERSIST, 0, rules,
			      NR_RULES(rules));
	ASSERT_LT(0, self->id);
}

FIXTURE_TEARDOWN(storm)
{
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

static struct storm *storm_run(struct _test_data_storm *self,
			       unsigned int scope,
			       void (*fn)(struct storm *storm), int rounds,
			       struct __test_metadata *_metadata)
{
	struct storm *storm = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;
	int i;

	ASSERT_NE(MAP_FAILED, storm);
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
		sleep_ms(100);
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

TEST_HARNESS_MAIN
