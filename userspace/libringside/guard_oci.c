// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the seccomp object of the OCI runtime specification, as far as the
 * guard can follow it. Fails closed: an entry that is not understood in full
 * refuses the file, for a profile that is followed in part protects nobody.
 */
#include <jansson.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include "guard.h"

/* Where in the file we are, for messages: "syscalls[3].action". */
struct place {
	const char *path;
	char text[96];
};

static int refuse(const struct place *at, const char *why)
{
	return rs_failx(EINVAL, "%s: %s%s%s", at->path, at->text,
			at->text[0] ? ": " : "", why);
}

static int fail_at(struct place *at, const char *key, const char *why)
{
	size_t len = strlen(at->text);

	snprintf(at->text + len, sizeof(at->text) - len, "%s%s",
		 len ? "." : "", key);
	return refuse(at, why);
}

static bool is_one_of(const char *key, const char * const *known)
{
	for (; *known; known++)
		if (!strcmp(key, *known))
			return true;
	return false;
}

/* Comments and empty containers ask for nothing. */
static bool is_void(const char *key, const json_t *value)
{
	if (!strcmp(key, "comment"))
		return json_is_string(value);
	return json_is_null(value) ||
	       (json_is_array(value) && !json_array_size(value)) ||
	       (json_is_object(value) && !json_object_size(value));
}

static int check_keys(struct place *at, json_t *object,
		      const char * const *known)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
		if (!is_one_of(key, known) && !is_void(key, value))
			return fail_at(at, key, "the guard can not follow it");
	return 0;
}

/* "SCMP_ACT_ALLOW" gives 0, "SCMP_ACT_ERRNO" the errno of @errno_key. */
static int read_action(struct place *at, json_t *object, const char *key,
		       const char *errno_key, unsigned int *error)
{
	const char *action = json_string_value(json_object_get(object, key));
	json_t *ret = json_object_get(object, errno_key);

	if (!action)
		return fail_at(at, key, "a string is needed");
	if (!strcmp(action, "SCMP_ACT_ALLOW")) {
		if (ret && strcmp(key, "defaultAction"))
			return fail_at(at, errno_key, "the call is allowed");
		*error = 0;
		return 0;
	}
	if (strcmp(action, "SCMP_ACT_ERRNO"))
		return fail_at(at, key, "only SCMP_ACT_ALLOW and SCMP_ACT_ERRNO are possible");
	*error = EPERM;
	if (!ret)
		return 0;
	if (!json_is_integer(ret) || json_integer_value(ret) < 1 ||
	    json_integer_value(ret) > RSG_ERROR_MAX)
		return fail_at(at, errno_key, "an errno from 1 to 4095 is needed");
	*error = json_integer_value(ret);
	return 0;
}

static int read_arch(struct place *at, const json_t *value, unsigned int *abis)
{
	const char *name = json_string_value(value);
	char lower[32];
	size_t i;

	if (!name || strncmp(name, "SCMP_ARCH_", 10))
		return refuse(at, "a string SCMP_ARCH_* is needed");
	snprintf(lower, sizeof(lower), "%s", name + 10);
	for (i = 0; lower[i]; i++)
		if (lower[i] >= 'A' && lower[i] <= 'Z')
			lower[i] += 'a' - 'A';
	switch (seccomp_arch_resolve_name(lower)) {
	case 0:
		return refuse(at, "no such architecture");
	case SCMP_ARCH_X86_64:
		*abis |= 1 << RSG_X86_64;
		break;
	case SCMP_ARCH_X86:
		*abis |= 1 << RSG_I386;
		break;
	}
	/* Others run no program on this machine. x32 goes with x86_64. */
	return 0;
}

static int read_arches(struct place *at, json_t *root,
		       struct rs_guard_policy *policy)
{
	json_t *list = json_object_get(root, "architectures"), *value;
	unsigned int abis = 0;
	size_t i;
	int ret;

	if (!list)
		return 0;
	if (!json_is_array(list))
		return fail_at(at, "architectures", "an array is needed");
	json_array_foreach(list, i, value) {
		snprintf(at->text, sizeof(at->text), "architectures[%zu]", i);
		ret = read_arch(at, value, &abis);
		if (ret)
			return ret;
	}
	at->text[0] = '\0';
	policy->allow_abis = abis;
	return 0;
}

static int read_entry(struct place *at, json_t *entry,
		      struct rs_guard_policy *policy)
{
	static const char * const known[] = {
		"names", "action", "errnoRet", NULL
	};
	json_t *names = json_object_get(entry, "names"), *name;
	unsigned int error;
	size_t i;
	int ret;

	if (!json_is_object(entry))
		return refuse(at, "an object is needed");
	ret = check_keys(at, entry, known);
	if (ret)
		return ret;
	if (!json_is_array(names) || !json_array_size(names))
		return fail_at(at, "names", "an array of names is needed");
	ret = read_action(at, entry, "action", "errnoRet", &error);
	if (ret)
		return ret;
	json_array_foreach(names, i, name) {
		if (!json_is_string(name))
			return fail_at(at, "names", "an array of names is needed");
		ret = rs_guard_policy_rule(policy, json_string_value(name),
					   error);
		if (ret)
			return rs_failx(-ret, "%s: %s: %s", at->path, at->text,
					rs_error());
	}
	return 0;
}

static int read_entries(struct place *at, json_t *root,
			struct rs_guard_policy *policy)
{
	json_t *list = json_object_get(root, "syscalls"), *entry;
	size_t i;
	int ret;

	if (!list)
		return 0;
	if (!json_is_array(list))
		return fail_at(at, "syscalls", "an array is needed");
	json_array_foreach(list, i, entry) {
		snprintf(at->text, sizeof(at->text), "syscalls[%zu]", i);
		ret = read_entry(at, entry, policy);
		if (ret)
			return ret;
	}
	return 0;
}

static int read_root(struct place *at, json_t *root,
		     struct rs_guard_policy **policy)
{
	static const char * const known[] = {
		"defaultAction", "defaultErrnoRet", "architectures",
		"syscalls", NULL
	};
	struct rs_guard_policy *p;
	unsigned int error;
	int ret;

	if (!json_is_object(root))
		return refuse(at, "an object is needed");
	ret = check_keys(at, root, known);
	if (ret)
		return ret;
	ret = read_action(at, root, "defaultAction", "defaultErrnoRet", &error);
	if (ret)
		return ret;
	ret = rs_guard_policy_new(&p, error);
	if (ret)
		return ret;
	ret = read_arches(at, root, p);
	if (!ret)
		ret = read_entries(at, root, p);
	if (ret) {
		rs_guard_policy_free(p);
		return ret;
	}
	*policy = p;
	return 0;
}

int rs_guard_policy_read(struct rs_guard_policy **policy, const char *path)
{
	struct place at = { .path = path };
	bool use_stdin = !strcmp(path, "-");
	FILE *file = use_stdin ? stdin : fopen(path, "re");
	json_error_t error;
	json_t *root;
	int ret;

	if (!file)
		return rs_fail(errno, "%s", path);
	root = json_loadf(file, JSON_REJECT_DUPLICATES, &error);
	if (!use_stdin)
		fclose(file);
	if (!root)
		return rs_failx(EINVAL, "%s: line %d, column %d: %s", path,
				error.line, error.column, error.text);
	ret = read_root(&at, root, policy);
	json_decref(root);
	return ret;
}
