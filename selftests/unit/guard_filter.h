/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random profiles, real ones, and the filters that libseccomp makes of them the
 * way that container runtimes ask for it: what else gives verdicts is asked
 * about every number of both ABIs and about arguments around every comparison,
 * and must agree. Who includes this says how often (TIMES) and defines
 * oracle() and is_spared().
 */
#ifndef UNIT_GUARD_FILTER_H
#define UNIT_GUARD_FILTER_H

#include <errno.h>
#include <jansson.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "bpf.h"
#include "guard_profile.h"
#include "tap.h"

#define MAX_RULES	12
#define MAX_LEN		8192

/*
 * Calls of one ABI and of both, multiplexed ones, and the multiplexers. Without
 * those that i386 has through a multiplexer only, such as send: where one comes
 * first, the filter of libseccomp 2.5 never loads the number of the call.
 */
static const char * const pool[] = {
	"getpid", "personality", "clone", "socket", "accept4", "connect",
	"bind", "recvmsg", "sendto", "msgget", "shmat", "semget", "msgrcv",
	"stat64", "_llseek", "arch_prctl", "keyctl", "ioctl", "bpf",
	"io_uring_setup", "futex", "prctl",
	"socketcall", "ipc",
};

/* The last so many of them. */
#define MULTIPLEXERS	2

static const char * const op_names[] = {
	"", "SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ",
	"SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ",
};

static const struct {
	const char *name;
	uint32_t act;
} acts[] = {
	{ "SCMP_ACT_ALLOW", SCMP_ACT_ALLOW },
	{ "SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(13) },
	{ "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS },
	{ "SCMP_ACT_TRAP", SCMP_ACT_TRAP },
	{ "SCMP_ACT_LOG", SCMP_ACT_LOG },
};

/**
 * struct rule - one entry of a random profile
 * @name: its call
 * @act: index into acts
 * @nr_args: comparisons
 * @args: these, of different arguments
 */
struct rule {
	const char *name;
	unsigned int act;
	unsigned int nr_args;
	struct scmp_arg_cmp args[RS_GUARD_ARGS];
};

/**
 * struct random - a random profile
 * @act: its default
 * @nr: rules
 * @rules: these
 */
struct random {
	unsigned int act;
	unsigned int nr;
	struct rule rules[MAX_RULES];
};

static uint64_t seed = 1;

/* xorshift64: the same profiles at every run. */
static uint64_t draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed * 0x2545f4914f6cdd1dULL;
}

static unsigned int below(unsigned int n)
{
	return (draw() >> 33) % n;
}

static uint64_t draw_value(void)
{
	static const uint64_t edges[] = {
		0, 1, 2, 38, 40, 0x7fffffff, 0x80000000, 0xffffffff,
		0x100000000, 0x100000001, 0x1ffffffff, 1ULL << 63,
		UINT64_MAX - 1, UINT64_MAX,
	};

	switch (below(4)) {
	case 0:
		return draw();
	case 1:
		return draw() >> 40;
	default:
		return edges[below(RS_ARRAY_SIZE(edges))];
	}
}

static void draw_arg(struct scmp_arg_cmp *arg, unsigned int index)
{
	arg->arg = index;
	arg->op = 1 + below(7);
	arg->datum_a = draw_value();
	arg->datum_b = 0;
	if (arg->op == SCMP_CMP_MASKED_EQ)
		arg->datum_b = draw_value();
}

/* How many rules before @rule are for its call. */
static unsigned int rules_before(const struct random *r,
				 const struct rule *rule)
{
	const struct rule *other;
	unsigned int n = 0;

	for (other = r->rules; other < rule; other++)
		n += other->name == rule->name;
	return n;
}

/*
 * A call has one rule with any arguments, or several that look at one, say the
 * same and compare 32 bits unless they ask for equality. libseccomp 2.5 merges
 * other rules wrongly (GHSA-4q85-33p6-j5g6): what matches none of them may get
 * the verdict of one.
 */
static void draw_rule(struct random *r, struct rule *rule)
{
	unsigned int word = below(RS_ARRAY_SIZE(pool)), i;
	bool many = word & 1;

	rule->name = pool[word];
	rule->act = (word + r->act + 1) % RS_ARRAY_SIZE(acts);
	rule->nr_args = 0;
	if (!below(5) || word >= RS_ARRAY_SIZE(pool) - MULTIPLEXERS) {
		rule->act = below(RS_ARRAY_SIZE(acts));
		return;
	}
	if (many) {
		draw_arg(rule->args, word % RS_GUARD_ARGS);
		if (rule->args->op != SCMP_CMP_EQ)
			rule->args->datum_a &= UINT32_MAX;
		rule->nr_args = 1;
		return;
	}
	if (rules_before(r, rule))
		return;
	for (i = 0; i < RS_GUARD_ARGS; i++)
		if (!below(3))
			draw_arg(&rule->args[rule->nr_args++], i);
}

static void draw_profile(struct random *r)
{
	unsigned int i;

	r->act = below(RS_ARRAY_SIZE(acts));
	r->nr = 1 + below(MAX_RULES);
	for (i = 0; i < r->nr; i++)
		draw_rule(r, &r->rules[i]);
}

static void print_rule(FILE *f, const struct rule *rule)
{
	unsigned int i;

	fprintf(f, "{\"names\": [\"%s\"], \"action\": \"%s\"", rule->name,
		acts[rule->act].name);
	if (rule->act == 1)
		fprintf(f, ", \"errnoRet\": 13");
	fprintf(f, ", \"args\": [");
	for (i = 0; i < rule->nr_args; i++)
		fprintf(f, "%s{\"index\": %u, \"value\": %llu, \"valueTwo\": %llu, \"op\": \"%s\"}",
			i ? "," : "", rule->args[i].arg,
			(unsigned long long)rule->args[i].datum_a,
			(unsigned long long)rule->args[i].datum_b,
			op_names[rule->args[i].op]);
	fprintf(f, "]}");
}

static void print_profile(FILE *f, const struct random *r)
{
	unsigned int i;

	fprintf(f, "{\"defaultAction\": \"%s\",\n", acts[r->act].name);
	if (r->act == 1)
		fprintf(f, "\"defaultErrnoRet\": 13,\n");
	fprintf(f, "\"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\"],\n");
	fprintf(f, "\"syscalls\": [");
	for (i = 0; i < r->nr; i++) {
		fprintf(f, i ? ",\n" : "\n");
		print_rule(f, &r->rules[i]);
	}
	fprintf(f, "\n]}\n");
}

/* Read what print_profile() printed. */
static struct rs_guard_profile *read_back(const struct random *r)
{
	char path[] = "/tmp/guard-filter-XXXXXX";
	struct rs_guard_state state = { .arch = "amd64" };
	struct rs_guard_profile *profile = NULL;
	int fd = mkstemp(path);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (!f)
		return NULL;
	print_profile(f, r);
	fclose(f);
	if (rs_guard_profile_read(&profile, path, &state, 0))
		UNIT_FAIL("%s", rs_error());
	unlink(path);
	return profile;
}

/* The filter that a runtime would install, in @prog. Return its length or 0. */
static size_t filter_of(const struct random *r, struct sock_filter *prog)
{
	scmp_filter_ctx ctx = seccomp_init(acts[r->act].act);
	const struct rule *rule;
	FILE *f = tmpfile();
	ssize_t len;
	unsigned int i;
	int nr, ret = 0;

	if (!ctx || !f || seccomp_arch_add(ctx, SCMP_ARCH_X86))
		abort();
	for (i = 0; i < r->nr; i++) {
		rule = &r->rules[i];
		if (acts[rule->act].act == acts[r->act].act)
			continue;
		nr = seccomp_syscall_resolve_name(rule->name);
		ret = seccomp_rule_add_array(ctx, acts[rule->act].act, nr,
					     rule->nr_args, rule->args);
		if (ret)
			break;
	}
	/* Two rules of one multiplexed call may be refused as the same. */
	if (ret != 0 && ret != -EEXIST)
		UNIT_FAIL("libseccomp refuses %s: %d", rule->name, ret);
	if (!ret && seccomp_export_bpf(ctx, fileno(f)))
		abort();
	seccomp_release(ctx);
	len = ret ? 0 : pread(fileno(f), prog, MAX_LEN * sizeof(*prog), 0);
	fclose(f);
	return len > 0 ? len / sizeof(*prog) : 0;
}

/* A value near one that some rule compares argument @index with. */
static uint64_t near(const struct random *r, unsigned int index)
{
	const struct rule *rule = &r->rules[below(r->nr)];
	unsigned int i;
	uint64_t val;

	for (i = 0; i < rule->nr_args; i++) {
		if (rule->args[i].arg != index)
			continue;
		val = rule->args[i].datum_a;
		if (rule->args[i].op == SCMP_CMP_MASKED_EQ)
			val = rule->args[i].datum_b | (draw() & ~val);
		return val + below(3) - 1;
	}
	return draw_value();
}

/* The answer that is compared with that of the filter. */
static uint32_t oracle(const struct rs_guard_profile *profile, unsigned int abi,
		       unsigned int nr, const uint64_t *args);
/* May it differ for this call? */
static bool is_spared(unsigned int abi, unsigned int nr, uint32_t want,
		      uint32_t got);

/* Ask both about @nr. i386 has 32-bit arguments. */
static bool agree(const struct random *r,
		  const struct rs_guard_profile *profile,
		  const struct sock_filter *prog, size_t len,
		  struct seccomp_data *data, unsigned int abi)
{
	uint64_t args[RS_GUARD_ARGS];
	uint32_t want, got;
	unsigned int i;

	for (i = 0; i < RS_GUARD_ARGS; i++) {
		args[i] = near(r, i);
		if (abi == RSG_I386)
			args[i] &= UINT32_MAX;
		/* The number of a multiplexed call, often. */
		if (abi == RSG_I386 && !i && below(2))
			args[i] = below(26);
		data->args[i] = args[i];
	}
	want = bpf_run(prog, len, data);
	got = oracle(profile, abi, data->nr, args);
	if (is_spared(abi, data->nr, want, got))
		return true;
	if (want == got)
		return true;
	UNIT_FAIL("abi %u nr %d (%llx %llx %llx %llx %llx %llx): %08x, seccomp says %08x",
		  abi, data->nr, (unsigned long long)args[0],
		  (unsigned long long)args[1], (unsigned long long)args[2],
		  (unsigned long long)args[3], (unsigned long long)args[4],
		  (unsigned long long)args[5], got, want);
	print_profile(stdout, r);
	return false;
}

/* Does a rule with arguments lead to this call? It is asked more often. */
static unsigned int times(const struct rs_guard_profile *profile,
			  unsigned int abi, unsigned int nr)
{
	struct rs_guard_call call;

	if (nr >= RSG_CALLS)
		return 1;
	rs_guard_profile_call(profile, abi, nr, &call);
	return call.nr_conditions ? TIMES : 1;
}

static bool agree_everywhere(const struct random *r,
			     const struct rs_guard_profile *profile,
			     const struct sock_filter *prog, size_t len)
{
	static const uint32_t arches[] = {
		[RSG_X86_64] = AUDIT_ARCH_X86_64, [RSG_I386] = AUDIT_ARCH_I386,
	};
	struct seccomp_data data = { .nr = 0 };
	unsigned int abi, nr, i;

	for (abi = 0; abi < RSG_ABIS; abi++) {
		data.arch = arches[abi];
		for (nr = 0; nr < RSG_CALLS + 8; nr++) {
			data.nr = nr;
			for (i = times(profile, abi, nr); i; i--)
				if (!agree(r, profile, prog, len, &data, abi))
					return false;
		}
	}
	return true;
}

/* For a container without capabilities on amd64 and Linux 6.12. */
static bool is_meant(const json_t *entry)
{
	const json_t *in = json_object_get(entry, "includes");
	const json_t *arches = json_object_get(in, "arches");
	const char *kernel = json_string_value(json_object_get(in, "minKernel"));
	unsigned int major = 0, minor = 0;
	const char *arch;
	size_t i;

	if (json_array_size(json_object_get(in, "caps")))
		return false;
	if (kernel && sscanf(kernel, "%u.%u", &major, &minor) == 2 &&
	    (major > 6 || (major == 6 && minor > 12)))
		return false;
	for (i = 0; i < json_array_size(arches); i++) {
		arch = json_string_value(json_array_get(arches, i));
		if (!strcmp(arch, "amd64"))
			return true;
	}
	return !i;
}

static int op_of(const char *name)
{
	int op;

	for (op = SCMP_CMP_NE; strcmp(op_names[op], name); op++)
		;
	return op;
}

static unsigned int args_of(const json_t *entry, struct scmp_arg_cmp *cmp)
{
	json_t *args = json_object_get(entry, "args"), *arg;
	size_t i;

	json_array_foreach(args, i, arg) {
		cmp[i].arg = json_integer_value(json_object_get(arg, "index"));
		cmp[i].datum_a = json_integer_value(json_object_get(arg, "value"));
		cmp[i].datum_b = json_integer_value(json_object_get(arg, "valueTwo"));
		cmp[i].op = op_of(json_string_value(json_object_get(arg, "op")));
	}
	return i;
}

static void add_entry(scmp_filter_ctx ctx, const json_t *entry)
{
	struct scmp_arg_cmp cmp[RS_GUARD_ARGS] = { { .arg = 0 } };
	json_t *ret = json_object_get(entry, "errnoRet");
	json_t *names = json_object_get(entry, "names"), *name;
	unsigned int n = args_of(entry, cmp);
	uint32_t act;
	size_t i;
	int nr;

	act = ret ? SCMP_ACT_ERRNO(json_integer_value(ret)) : SCMP_ACT_ALLOW;
	json_array_foreach(names, i, name) {
		nr = seccomp_syscall_resolve_name(json_string_value(name));
		seccomp_rule_add_array(ctx, act, nr, n, cmp);
	}
}

/*
 * The filter that a runtime makes of a file. Here the rules come from the file
 * by another way than in the library: jansson's tree, and only what container
 * engines' own profiles use.
 */
static size_t filter_of_file(const char *path, struct sock_filter *prog)
{
	json_t *root = json_load_file(path, 0, NULL), *entry;
	json_t *error = json_object_get(root, "defaultErrnoRet");
	int code = error ? json_integer_value(error) : EPERM;
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(code));
	FILE *f = tmpfile();
	ssize_t len;
	size_t i;

	if (!root || !f || seccomp_arch_add(ctx, SCMP_ARCH_X86))
		abort();
	json_array_foreach(json_object_get(root, "syscalls"), i, entry)
		if (is_meant(entry))
			add_entry(ctx, entry);
	json_decref(root);
	if (seccomp_export_bpf(ctx, fileno(f)))
		abort();
	seccomp_release(ctx);
	len = pread(fileno(f), prog, MAX_LEN * sizeof(*prog), 0);
	fclose(f);
	return len > 0 ? len / sizeof(*prog) : 0;
}

/* Rules around which agree() looks for these files: what they compare. */
static const struct random around = {
	.nr = 4, .rules = {
		{ .name = "personality", .nr_args = 1, .args = {
			{ .arg = 0, .datum_a = 131080 } } },
		{ .name = "personality", .nr_args = 1, .args = {
			{ .arg = 0, .datum_a = UINT32_MAX } } },
		{ .name = "personality", .nr_args = 1, .args = {
			{ .arg = 0, .datum_a = 8 } } },
		{ .name = "socket", .nr_args = 2, .args = {
			{ .arg = 0, .datum_a = 16 },
			{ .arg = 2, .datum_a = 9 } } },
	},
};

#endif /* UNIT_GUARD_FILTER_H */
