// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was observed becomes an OCI profile. Which calls were made, and with
 * which arguments, comes from the kernel; which arguments mean something by
 * themselves is known here.
 */
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "guard.h"
#include "guard_profile.h"
#include "ringside_events.h"

/* Entries that one call may take, one for each combination of values. */
#define COMBINATIONS	16

/**
 * struct argument - an argument that selects what the kernel does
 * @call: name of the call
 * @index: which argument
 * @wide: all bits count; else it is an int, and the kernel looks at 32 bits
 *	whatever the compiler left in the others
 * @what: what it is
 */
struct argument {
	const char *call;
	unsigned int index;
	bool wide;
	const char *what;
};

/*
 * A new family, option or command reaches code that the program never ran.
 * Left out: addresses, lengths, descriptors and times, which say nothing by
 * themselves; protections of memory and operations of futex, which the C
 * library chooses by what happens to be free or contended.
 */
static const struct argument arguments[] = {
	{ "arch_prctl", 0, false, "code" },
	{ "bpf", 0, false, "command" },
	{ "clone", 0, true, "flags" },
	{ "fcntl", 1, false, "command" },
	{ "fcntl64", 1, false, "command" },
	{ "io_uring_register", 1, false, "operation" },
	{ "ioctl", 1, false, "command" },
	{ "ipc", 0, false, "call" },
	{ "keyctl", 0, false, "operation" },
	{ "modify_ldt", 0, false, "function" },
	{ "mount", 3, true, "flags" },
	{ "msgctl", 1, false, "command" },
	{ "personality", 0, false, "personality" },
	{ "prctl", 0, false, "option" },
	{ "prlimit64", 1, false, "resource" },
	{ "ptrace", 0, true, "request" },
	{ "sched_setscheduler", 1, false, "policy" },
	{ "seccomp", 0, false, "operation" },
	{ "semctl", 2, false, "command" },
	{ "setns", 1, false, "namespace type" },
	{ "setrlimit", 0, false, "resource" },
	{ "setsockopt", 1, false, "level" },
	{ "setsockopt", 2, false, "option" },
	{ "shmctl", 1, false, "command" },
	{ "socket", 0, false, "family" },
	{ "socket", 1, false, "type" },
	{ "socketcall", 0, false, "call" },
	{ "socketpair", 0, false, "family" },
	{ "socketpair", 1, false, "type" },
	{ "syslog", 0, false, "type" },
	{ "umount2", 1, false, "flags" },
	{ "unshare", 0, true, "flags" },
	{ "userfaultfd", 0, false, "flags" },
};

static const struct argument *find_argument(const char *name,
					    unsigned int index)
{
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE(arguments); i++)
		if (arguments[i].index == index &&
		    !strcmp(arguments[i].call, name))
			return &arguments[i];
	return NULL;
}

const char *rs_guard_argument(const char *name, unsigned int index)
{
	const struct argument *argument = find_argument(name, index);

	return argument ? argument->what : NULL;
}

/**
 * struct values - what an argument may be
 * @argument: the argument, NULL if it is not restricted
 * @nr: number of values
 * @value: the values
 */
struct values {
	const struct argument *argument;
	unsigned int nr;
	uint64_t value[RSG_ABIS * RSG_LEARN_VALUES];
};

/**
 * struct named - what was observed of all calls of one name
 * @name: the name, owned
 * @values: by argument
 */
struct named {
	char *name;
	struct values values[RSG_ARGS];
};

/* Return: false if there is no room, for a call was told more than once. */
static bool add_value(struct values *values, uint64_t value)
{
	unsigned int i;

	if (!values->argument->wide)
		value &= UINT32_MAX;
	for (i = 0; i < values->nr; i++)
		if (values->value[i] == value)
			return true;
	if (values->nr == RS_ARRAY_SIZE(values->value))
		return false;
	values->value[values->nr++] = value;
	return true;
}

/* JSON as it is read and written here has numbers with sign. */
static bool is_writable(const struct values *values)
{
	unsigned int i;

	for (i = 0; i < values->nr; i++)
		if (values->value[i] > INT64_MAX)
			return false;
	return true;
}

static void add_call(struct named *named, const struct rsg_learned *call)
{
	unsigned int arg, i, nr;
	bool fits;

	for (arg = 0; arg < RSG_ARGS; arg++) {
		struct values *values = &named->values[arg];

		if (!values->argument)
			continue;
		nr = call->nr_values[arg];
		if (call->many & 1U << arg || !nr || nr > RSG_LEARN_VALUES) {
			values->argument = NULL;
			continue;
		}
		for (i = 0, fits = true; i < nr && fits; i++)
			fits = add_value(values, call->values[arg][i]);
		if (!fits || !is_writable(values))
			values->argument = NULL;
	}
}

/* What @name is known as; room for one more is there. */
static struct named *find_named(struct named *list, size_t *nr, char *name)
{
	unsigned int arg;
	size_t i;

	for (i = 0; i < *nr; i++) {
		if (!strcmp(list[i].name, name)) {
			free(name);
			return &list[i];
		}
	}
	list[i].name = name;
	for (arg = 0; arg < RSG_ARGS; arg++)
		list[i].values[arg].argument = find_argument(name, arg);
	(*nr)++;
	return &list[i];
}

/* How many entries does the call take? 1 also if nothing is restricted. */
static unsigned int combinations(const struct named *named)
{
	unsigned int arg, n = 1;

	for (arg = 0; arg < RSG_ARGS; arg++)
		if (named->values[arg].argument)
			n *= named->values[arg].nr;
	return n;
}

static bool is_restricted(const struct named *named)
{
	unsigned int arg;

	for (arg = 0; arg < RSG_ARGS; arg++)
		if (named->values[arg].argument)
			return true;
	return false;
}

/* Too many combinations: give the restrictions up from the last one on. */
static void simplify(struct named *named)
{
	unsigned int arg = RSG_ARGS;

	while (combinations(named) > COMBINATIONS && arg)
		named->values[--arg].argument = NULL;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->name,
		      ((const struct named *)b)->name);
}

static json_t *comparison(const struct argument *argument, uint64_t value)
{
	if (argument->wide)
		return json_pack("{s:I, s:I, s:s}", "index",
				 (json_int_t)argument->index, "value",
				 (json_int_t)value, "op", "SCMP_CMP_EQ");
	return json_pack("{s:I, s:I, s:I, s:s}", "index",
			 (json_int_t)argument->index, "value",
			 (json_int_t)UINT32_MAX, "valueTwo", (json_int_t)value,
			 "op", "SCMP_CMP_MASKED_EQ");
}

/* The comparisons of combination number @i of the call's values. */
static json_t *comparisons(const struct named *named, unsigned int i)
{
	json_t *args = json_array();
	unsigned int arg;

	for (arg = 0; arg < RSG_ARGS; arg++) {
		const struct values *values = &named->values[arg];

		if (!values->argument)
			continue;
		if (json_array_append_new(args,
					  comparison(values->argument,
						     values->value[i % values->nr]))) {
			json_decref(args);
			return NULL;
		}
		i /= values->nr;
	}
	return args;
}

static int add_restricted(json_t *syscalls, const struct named *named)
{
	unsigned int i, n = combinations(named);
	json_t *entry;

	for (i = 0; i < n; i++) {
		entry = json_pack("{s:[s], s:s, s:o}", "names", named->name,
				  "action", "SCMP_ACT_ALLOW", "args",
				  comparisons(named, i));
		if (json_array_append_new(syscalls, entry))
			return -ENOMEM;
	}
	return 0;
}

static json_t *make_syscalls(const struct named *list, size_t nr)
{
	json_t *syscalls = json_array(), *names = json_array(), *entry;
	int err = 0;
	size_t i;

	for (i = 0; i < nr; i++)
		if (!is_restricted(&list[i]))
			err |= json_array_append_new(names,
						     json_string(list[i].name));
	entry = json_pack("{s:o, s:s}", "names", names, "action",
			  "SCMP_ACT_ALLOW");
	err |= json_array_append_new(syscalls, entry);
	for (i = 0; i < nr && !err; i++)
		if (is_restricted(&list[i]))
			err = add_restricted(syscalls, &list[i]);
	if (!err)
		return syscalls;
	json_decref(syscalls);
	return NULL;
}

static int make_text(const struct named *list, size_t nr, bool i386,
		     char **text)
{
	json_t *arches = i386 ?
		json_pack("[s, s]", "SCMP_ARCH_X86_64", "SCMP_ARCH_X86") :
		json_pack("[s]", "SCMP_ARCH_X86_64");
	json_t *root;
	char *json = NULL;
	int len = -1;

	root = json_pack("{s:s, s:i, s:o, s:o}", "defaultAction",
			 "SCMP_ACT_ERRNO", "defaultErrnoRet", EPERM,
			 "architectures", arches, "syscalls",
			 make_syscalls(list, nr));
	if (root)
		json = json_dumps(root, JSON_INDENT(2));
	json_decref(root);
	if (json)
		len = asprintf(text, "%s\n", json);
	free(json);
	return len < 0 ? rs_fail(ENOMEM, "profile") : 0;
}

/* The calls that the kernel side always allows; a filter has to be told. */
static int add_vital(struct named *list, size_t *nr)
{
	static const char * const vital[] = {
		"exit", "exit_group", "restart_syscall", "rt_sigreturn",
		"sigreturn",
	};
	char *name;
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE(vital); i++) {
		name = strdup(vital[i]);
		if (!name)
			return -ENOMEM;
		find_named(list, nr, name);
	}
	return 0;
}

#define VITAL	5

int rs_guard_learned_profile(const struct rsg_learned *calls, size_t nr,
			     char **text, size_t *unnamed)
{
	struct named *list = calloc(nr + VITAL, sizeof(*list));
	size_t i, n = 0, nameless = 0;
	bool i386 = false;
	char *name;
	int err;

	if (!list)
		return rs_fail(ENOMEM, "profile");
	for (i = 0; i < nr; i++) {
		i386 |= calls[i].abi == RSG_I386;
		name = rs_guard_name(calls[i].abi, calls[i].nr);
		if (name)
			add_call(find_named(list, &n, name), &calls[i]);
		else
			nameless++;
	}
	err = add_vital(list, &n);
	for (i = 0; i < n; i++)
		simplify(&list[i]);
	qsort(list, n, sizeof(*list), compare_names);
	err = err ? rs_fail(ENOMEM, "profile") :
		    make_text(list, n, i386, text);
	while (n)
		free(list[--n].name);
	free(list);
	if (unnamed)
		*unnamed = nameless;
	return err;
}

static int write_all(int fd, const char *text)
{
	size_t left = strlen(text);
	ssize_t n;

	while (left) {
		n = write(fd, text, left);
		if (n < 0)
			return -errno;
		text += n;
		left -= n;
	}
	return fsync(fd) ? -errno : 0;
}

/* The new content grows beside the file and takes its place at the end. */
int rs_guard_save(const char *path, const char *text)
{
	char *beside;
	int fd, err;

	if (asprintf(&beside, "%s.%d.new", path, getpid()) < 0)
		return rs_fail(ENOMEM, "%s", path);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0) {
		err = errno;
		free(beside);
		return rs_fail(err, "%s", path);
	}
	err = write_all(fd, text);
	if (close(fd) && !err)
		err = -errno;
	if (!err && rename(beside, path))
		err = -errno;
	if (err)
		unlink(beside);
	free(beside);
	return err ? rs_fail(-err, "%s", path) : 0;
}
