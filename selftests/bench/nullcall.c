// SPDX-License-Identifier: GPL-2.0-only
/*
 * What does a system call cost? Prints the least number of TSC ticks per call
 * that any batch needed; in a guest under "-icount shift=0" a tick is one
 * instruction, so that the figure is exact and the same in each run.
 *
 * With --seccomp it first puts itself under a container profile, the peer that
 * guard is measured against. It says nothing about time on a real processor.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <jansson.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <x86intrin.h>

#define BATCHES		2000
#define CALLS		10

struct profile {
	const char *path;
	const char *without;	/* a call to leave out, so that it is denied */
	bool tree;		/* libseccomp's binary tree instead of a list */
};

static void die(const char *what)
{
	fprintf(stderr, "nullcall: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long first_arg;

static long raw_call(long nr)
{
	long ret;

	asm volatile("syscall" : "=a" (ret)
		     : "0" (nr), "D" (first_arg), "S" (0L), "d" (0L)
		     : "rcx", "r11", "memory");
	return ret;
}

/* Of the first call if both are the same, of their average otherwise. */
static unsigned long measure(long nr, long other, long *ret)
{
	unsigned long best = -1UL;

	for (int b = 0; b < BATCHES; b++) {
		uint64_t start = __rdtsc();
		uint64_t ticks;

		for (int i = 0; i < CALLS; i += 2) {
			raw_call(other);
			*ret = raw_call(nr);
		}
		ticks = __rdtsc() - start;
		if (ticks < best)
			best = ticks;
	}
	return best / CALLS;
}

/* Ticks of opening and closing a file that costs no search. */
static unsigned long measure_open(void)
{
	unsigned long best = -1UL;

	for (int b = 0; b < BATCHES; b++) {
		uint64_t start = __rdtsc();
		uint64_t ticks;

		for (int i = 0; i < CALLS; i++)
			if (close(open("/", O_RDONLY)))
				die("open");
		ticks = __rdtsc() - start;
		if (ticks < best)
			best = ticks;
	}
	return best / CALLS;
}

static void pass_on(int from, int to)
{
	char c;

	if (read(from, &c, 1) != 1 || write(to, &c, 1) != 1)
		_exit(0);
}

/* Ticks from writing to a process on the same CPU until it has answered. */
static unsigned long measure_switch(void)
{
	unsigned long best = -1UL;
	int there[2], back[2];

	if (pipe(there) || pipe(back))
		die("pipe");
	if (!fork()) {
		close(there[1]);
		close(back[0]);
		for (;;)
			pass_on(there[0], back[1]);
	}
	if (write(there[1], "", 1) != 1)
		die("write");
	for (int b = 0; b < BATCHES; b++) {
		uint64_t start = __rdtsc();
		uint64_t ticks;

		for (int i = 0; i < CALLS; i++)
			pass_on(back[0], there[1]);
		ticks = __rdtsc() - start;
		if (ticks < best)
			best = ticks;
	}
	close(there[1]);
	return best / CALLS;
}

static enum scmp_compare compare_op(const char *name)
{
	static const struct {
		const char *name;
		enum scmp_compare op;
	} ops[] = {
		{ "SCMP_CMP_NE", SCMP_CMP_NE },
		{ "SCMP_CMP_LT", SCMP_CMP_LT },
		{ "SCMP_CMP_LE", SCMP_CMP_LE },
		{ "SCMP_CMP_EQ", SCMP_CMP_EQ },
		{ "SCMP_CMP_GE", SCMP_CMP_GE },
		{ "SCMP_CMP_GT", SCMP_CMP_GT },
		{ "SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ },
	};

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (!strcmp(name, ops[i].name))
			return ops[i].op;
	errno = EINVAL;
	die(name);
	return _SCMP_CMP_MIN;
}

static unsigned int read_args(const json_t *args, struct scmp_arg_cmp *cmp)
{
	unsigned int n = 0;
	const json_t *arg;
	size_t i;

	json_array_foreach(args, i, arg) {
		if (n == 6)
			break;
		cmp[n].arg = json_integer_value(json_object_get(arg, "index"));
		cmp[n].op = compare_op(json_string_value(json_object_get(arg, "op")));
		cmp[n].datum_a = json_integer_value(json_object_get(arg, "value"));
		cmp[n].datum_b = json_integer_value(json_object_get(arg, "valueTwo"));
		n++;
	}
	return n;
}

/* Does the rule hold for an unprivileged container on this machine? */
static bool applies(const json_t *rule)
{
	const json_t *includes = json_object_get(rule, "includes");
	const json_t *arches = json_object_get(includes, "arches");
	const json_t *name;
	size_t i;

	if (json_array_size(json_object_get(includes, "caps")))
		return false;
	if (!json_array_size(arches))
		return true;
	json_array_foreach(arches, i, name)
		if (!strcmp(json_string_value(name), "amd64"))
			return true;
	return false;
}

static uint32_t rule_action(const json_t *rule)
{
	const char *action = json_string_value(json_object_get(rule, "action"));
	const json_t *err = json_object_get(rule, "errnoRet");

	if (!strcmp(action, "SCMP_ACT_ALLOW"))
		return SCMP_ACT_ALLOW;
	return SCMP_ACT_ERRNO(json_is_integer(err) ? json_integer_value(err) : EPERM);
}

static void add_rule(scmp_filter_ctx ctx, const json_t *rule, const char *without)
{
	struct scmp_arg_cmp cmp[6];
	unsigned int n = read_args(json_object_get(rule, "args"), cmp);
	const json_t *name;
	size_t i;
	int nr;

	json_array_foreach(json_object_get(rule, "names"), i, name) {
		const char *call = json_string_value(name);

		if (without && !strcmp(call, without))
			continue;
		nr = seccomp_syscall_resolve_name(call);
		if (nr == __NR_SCMP_ERROR)
			continue;
		/* -EACCES: a rule that equals the default action */
		seccomp_rule_add_array(ctx, rule_action(rule), nr, n, cmp);
	}
}

static void load_profile(const struct profile *profile)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	const json_t *rule;
	json_error_t error;
	json_t *root;
	size_t i;

	root = json_load_file(profile->path, 0, &error);
	if (!root || !ctx) {
		errno = EINVAL;
		die(profile->path);
	}
	seccomp_arch_add(ctx, SCMP_ARCH_X86);
	seccomp_arch_add(ctx, SCMP_ARCH_X32);
	if (profile->tree)
		seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	json_array_foreach(json_object_get(root, "syscalls"), i, rule)
		if (applies(rule))
			add_rule(ctx, rule, profile->without);
	errno = -seccomp_load(ctx);
	if (errno)
		die("seccomp_load");
	seccomp_release(ctx);
	json_decref(root);
}

static void wait_for_go(void)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	puts("ready");
	fflush(stdout);
	sigwait(&set, &sig);
}

static void usage(void)
{
	fputs("usage: nullcall [--wait] [--expect ERRNO] [--seccomp PROFILE [--tree] [--without CALL]] [--in-turn CALL] [--arg N] CALL\n"
	      "       nullcall switch: two switches, two read() and two write()\n"
	      "       nullcall open-close: a pair of these\n"
	      "  --wait      print \"ready\" and measure after SIGUSR1\n"
	      "  --expect N  fail unless the call ends with errno N (0: succeeds)\n"
	      "  --in-turn   make this call before each, and measure their average\n"
	      "  --arg N     the first argument, instead of 0\n",
	      stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "wait", no_argument, NULL, 'w' },
		{ "expect", required_argument, NULL, 'e' },
		{ "seccomp", required_argument, NULL, 's' },
		{ "tree", no_argument, NULL, 't' },
		{ "without", required_argument, NULL, 'x' },
		{ "in-turn", required_argument, NULL, 'i' },
		{ "arg", required_argument, NULL, 'a' },
		{ }
	};
	struct profile profile = { };
	bool wait = false;
	int opt, nr, other = __NR_SCMP_ERROR, expect = 0;
	unsigned long ticks;
	long ret;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case 'w':
			wait = true;
			break;
		case 'e':
			expect = atoi(optarg);
			break;
		case 's':
			profile.path = optarg;
			break;
		case 't':
			profile.tree = true;
			break;
		case 'x':
			profile.without = optarg;
			break;
		case 'a':
			first_arg = atol(optarg);
			break;
		case 'i':
			other = seccomp_syscall_resolve_name(optarg);
			if (other == __NR_SCMP_ERROR)
				usage();
			break;
		default:
			usage();
		}
	}
	if (optind != argc - 1)
		usage();
	if (!strcmp(argv[optind], "switch")) {
		printf("%lu\n", measure_switch());
		return 0;
	}
	if (!strcmp(argv[optind], "open-close")) {
		printf("%lu\n", measure_open());
		return 0;
	}
	nr = seccomp_syscall_resolve_name(argv[optind]);
	if (nr == __NR_SCMP_ERROR)
		usage();
	if (profile.path)
		load_profile(&profile);
	if (wait)
		wait_for_go();
	ticks = measure(nr, other == __NR_SCMP_ERROR ? nr : other, &ret);
	if (expect ? ret != -expect : ret < 0) {
		fprintf(stderr, "nullcall: %s returned %ld, wanted errno %d\n",
			argv[optind], ret, expect);
		return 1;
	}
	printf("%lu\n", ticks);
	return 0;
}
