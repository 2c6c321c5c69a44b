// SPDX-License-Identifier: GPL-2.0-only
/*
 * What does it cost to put a container's profile in force, to change it and to
 * take it back, what memory does it take, and does a call cost more with many
 * policies or tasks? Prints "NAME VALUE" lines for calls-guest.sh; in a guest
 * under "-icount shift=0" a nanosecond is one instruction or one of idling.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>
#include "ringside_profile.h"

#define SWAPS		20
#define MANY		1000
#define ATTACHED	256
#define ATTACHED_MEMORY	64
#define ROUNDS		9
#define TASKS		10000
#define BATCHES		200
#define CALLS		10

static struct rs_guard *guard;
static pid_t others[ATTACHED];

static void die(const char *what)
{
	fprintf(stderr, "guardcost: %s: %s\n", what, rs_error());
	exit(1);
}

static long must(long ret, const char *what)
{
	if (ret < 0)
		die(what);
	return ret;
}

static unsigned long now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000UL + ts.tv_nsec / 1000;
}

/* Least number of ticks of a getppid(). */
static unsigned long getppid_ticks(void)
{
	unsigned long best = -1UL;

	for (int b = 0; b < BATCHES; b++) {
		unsigned long start = __rdtsc();

		for (int i = 0; i < CALLS; i++) {
			long ret;

			asm volatile("syscall" : "=a"(ret) : "0"(SYS_getppid)
				     : "rcx", "r11", "memory");
		}
		start = __rdtsc() - start;
		best = start < best ? start : best;
	}
	return best / CALLS;
}

static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	if (pid < 0)
		exit(1);
	return pid;
}

/*
 * A child that is told a number at @order: to fork so many children, which then
 * are under the same policies, or to measure if it is 0.
 */
static pid_t probe_start(int *order, int *answer)
{
	int to[2], from[2], nr;
	pid_t pid;

	if (pipe(to) || pipe(from))
		exit(1);
	fflush(stdout);
	pid = fork();
	if (!pid)
		setpgid(0, 0);
	while (!pid) {
		unsigned long ticks = 0;

		if (read(to[0], &nr, sizeof(nr)) != sizeof(nr))
			_exit(0);
		if (!nr)
			ticks = getppid_ticks();
		while (nr--)
			sleeper();
		if (write(from[1], &ticks, sizeof(ticks)) != sizeof(ticks))
			_exit(1);
	}
	*order = to[1];
	*answer = from[0];
	return pid;
}

static unsigned long probe(int order, int answer, int nr)
{
	unsigned long ticks = 0;

	if (write(order, &nr, sizeof(nr)) != sizeof(nr) ||
	    read(answer, &ticks, sizeof(ticks)) != sizeof(ticks))
		exit(1);
	return ticks;
}

static struct rs_guard_policy *policy_of(const char *path)
{
	struct rs_guard_profile *profile;
	struct rs_guard_policy *policy;
	struct rs_guard_state state;

	must(rs_guard_state_of(&state, 0), "state");
	must(rs_guard_state_caps(&state, "none"), "state");
	must(rs_guard_profile_read(&profile, path, &state,
				   RS_GUARD_SKIP_UNKNOWN), path);
	must(rs_guard_profile_compile(profile, &policy), path);
	rs_guard_profile_free(profile);
	return policy;
}

static struct rs_guard_policy *policy_denying(const char *call)
{
	struct rs_guard_policy *policy;

	must(rs_guard_policy_new(&policy, SECCOMP_RET_ALLOW), "policy");
	must(rs_guard_policy_rule(policy, call, SECCOMP_RET_ERRNO | EPERM),
	     call);
	return policy;
}

static long load(const char *name, const struct rs_guard_policy *policy)
{
	return must(rs_guard_load(guard, name, policy, RSG_LOAD_PERSIST), name);
}

static void attach(unsigned int id, pid_t pid)
{
	struct rsg_attach attach = {
		.id = id, .pid = pid, .scope = RSG_SCOPE_TREE,
		.mode = RSG_MODE_ENFORCE,
	};

	must(rs_guard_attach(guard, &attach), "attach");
	must(rs_guard_confirm(guard, id), "confirm");
}

static void drop(unsigned int id)
{
	rs_guard_detach(guard, id);
	must(rs_guard_unload(guard, id), "unload");
}

static void whole_profile(const char *path)
{
	struct rs_guard_policy *policy = policy_of(path);
	unsigned long start, worst = 0, took;
	pid_t pid = sleeper();
	long id;

	start = now_us();
	id = load("whole", policy);
	printf("guard.load_us %lu\n", now_us() - start);
	start = now_us();
	attach(id, pid);
	printf("guard.attach_us %lu\n", now_us() - start);
	for (int i = 0; i < SWAPS; i++) {
		start = now_us();
		must(rs_guard_replace(guard, id, policy, 0), "replace");
		took = now_us() - start;
		worst = took > worst ? took : worst;
		must(rs_guard_confirm(guard, id), "confirm");
	}
	printf("guard.replace_us %lu\n", worst);
	start = now_us();
	must(rs_guard_detach(guard, id), "detach");
	printf("guard.detach_us %lu\n", now_us() - start);
	drop(id);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	rs_guard_policy_free(policy);
}

static long free_kib(void)
{
	long kib = 0;
	char line[128];
	FILE *f = fopen("/proc/meminfo", "re");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "MemFree: %ld", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib;
}

static long hooked(void)
{
	FILE *f = fopen("/sys/class/misc/ringside-guard/hooked_functions", "re");
	long nr = -1;

	if (!f || fscanf(f, "%ld", &nr) != 1)
		exit(1);
	fclose(f);
	return nr;
}

static int compare(const void *a, const void *b)
{
	const long *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/*
 * Memory of policies: loaded, and attached. The first of those that are
 * attached pays for the hooks; that is so little that it is measured anew
 * ROUNDS times, and the median taken.
 */
static void memory(const char *path)
{
	struct rs_guard_policy *policy = policy_of(path);
	static long ids[MANY], hooks[ROUNDS];
	char name[RSG_NAME_LEN];
	pid_t pid = sleeper();
	pid_t pids[ATTACHED_MEMORY];
	long before, each, nr = 0;
	int i;

	before = free_kib();
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "m%d", i);
		ids[i] = load(name, policy);
	}
	printf("guard.policy_bytes %ld\n", (before - free_kib()) * 1024 / MANY);
	for (i = 0; i < ATTACHED_MEMORY; i++)
		pids[i] = sleeper();
	attach(ids[0], pid);
	before = free_kib();
	for (i = 1; i < ATTACHED_MEMORY; i++)
		attach(ids[i], pids[i]);
	each = (before - free_kib()) * 1024 / (ATTACHED_MEMORY - 1);
	printf("guard.attached_bytes %ld\n", each);
	for (i = 0; i < ATTACHED_MEMORY; i++) {
		must(rs_guard_detach(guard, ids[i]), "detach");
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	for (i = 0; i < ROUNDS; i++) {
		before = free_kib();
		attach(ids[0], pid);
		hooks[i] = (before - free_kib()) * 1024;
		nr = hooked();
		must(rs_guard_detach(guard, ids[0]), "detach");
	}
	qsort(hooks, ROUNDS, sizeof(hooks[0]), compare);
	printf("guard.hooks %ld\n", nr);
	printf("guard.hook_bytes %ld\n", hooks[ROUNDS / 2] / nr);
	for (i = 0; i < MANY; i++)
		must(rs_guard_unload(guard, ids[i]), "unload");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	rs_guard_policy_free(policy);
}

/* Does a call cost more with @nr policies, each on a task of its own? */
static void by_policies(int nr)
{
	struct rs_guard_policy *policy = policy_denying("getppid");
	int order, answer, i;
	pid_t pid = probe_start(&order, &answer);
	long id = load("probe", policy);
	static long ids[RSG_POLICIES];
	char name[RSG_NAME_LEN];

	attach(id, pid);
	for (i = 0; i < nr - 1; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		ids[i] = load(name, policy);
		if (i < ATTACHED - 1) {
			others[i] = sleeper();
			attach(ids[i], others[i]);
		}
	}
	printf("scale.policies.%d.denied %lu\n", nr, probe(order, answer, 0));
	printf("scale.policies.%d.other %lu\n", nr, getppid_ticks());
	for (i = 0; i < nr - 1; i++) {
		drop(ids[i]);
		if (i >= ATTACHED - 1)
			continue;
		kill(others[i], SIGKILL);
		waitpid(others[i], NULL, 0);
	}
	drop(id);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	rs_guard_policy_free(policy);
}

/* The same with @nr tasks under one policy. */
static void by_tasks(int nr)
{
	struct rs_guard_policy *policy = policy_denying("getppid");
	int order, answer;
	pid_t pid = probe_start(&order, &answer);
	long id = load("tasks", policy);

	attach(id, pid);
	if (nr > 1)
		probe(order, answer, nr - 1);
	printf("scale.tasks.%d.denied %lu\n", nr, probe(order, answer, 0));
	printf("scale.tasks.%d.other %lu\n", nr, getppid_ticks());
	kill(-pid, SIGKILL);
	waitpid(pid, NULL, 0);
	drop(id);
	rs_guard_policy_free(policy);
}

int main(int argc, char **argv)
{
	static const int policies[] = { 1, 16, 256, RSG_POLICIES };
	static const int tasks[] = { 1, 10, 100, 1000, TASKS };
	size_t i;

	if (argc != 2) {
		fputs("usage: guardcost PROFILE\n", stderr);
		return 2;
	}
	must(rs_guard_open(&guard), "open");
	whole_profile(argv[1]);
	memory(argv[1]);
	for (i = 0; i < sizeof(policies) / sizeof(policies[0]); i++)
		by_policies(policies[i]);
	for (i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++)
		by_tasks(tasks[i]);
	rs_guard_close(guard);
	return 0;
}
