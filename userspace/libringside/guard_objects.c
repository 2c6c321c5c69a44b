// SPDX-License-Identifier: GPL-2.0-only
/*
 * The "ringside" object of a profile: what the specification of container
 * runtimes has no words for. Groups of calls to deny, and rules on objects;
 * limits are read in guard_limits.c.
 * ringside-profile(5) describes it. As strict as the rest of the file: what is
 * not understood is refused.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "guard_profile.h"

/**
 * struct group - calls, and objects, that are denied together
 * @name: its name in a profile
 * @calls: the calls, a NULL after the last
 * @objects: bit N: rules on RSG_OBJECT_N that need no more said
 * @groups: groups that are part of it
 */
struct group {
	const char *name;
	const char *calls[16];
	unsigned int objects;
	const char *groups[8];
};

#define BIT(_object)	(1U << RSG_OBJECT_ ## _object)

static const struct group groups[] = {
	{ .name = "@module",
	  .calls = { "init_module", "finit_module", "delete_module" } },
	{ .name = "@kexec",
	  .calls = { "kexec_load", "kexec_file_load", "reboot" } },
	{ .name = "@mount",
	  .calls = { "mount", "umount", "umount2", "pivot_root", "fsopen",
		     "fsconfig", "fsmount", "fspick", "open_tree",
		     "move_mount", "mount_setattr" },
	  .objects = BIT(MOUNT) },
	{ .name = "@namespace", .calls = { "unshare", "setns" } },
	{ .name = "@bpf", .calls = { "bpf", "perf_event_open" } },
	{ .name = "@uring",
	  .calls = { "io_uring_setup", "io_uring_enter",
		     "io_uring_register" } },
	{ .name = "@keyring",
	  .calls = { "add_key", "keyctl", "request_key" } },
	{ .name = "@clock",
	  .calls = { "settimeofday", "stime", "clock_settime",
		     "clock_settime64", "adjtimex", "clock_adjtime",
		     "clock_adjtime64" } },
	{ .name = "@raw-io", .calls = { "iopl", "ioperm" } },
	{ .name = "@handle",
	  .calls = { "open_by_handle_at", "fanotify_init" } },
	{ .name = "@outside", .objects = BIT(PTRACE) | BIT(SIGNAL) },
	{ .name = "@admin-escape",
	  .calls = { "acct", "swapon", "swapoff", "quotactl", "quotactl_fd",
		     "sethostname", "setdomainname", "vhangup" },
	  .groups = { "@module", "@kexec", "@mount", "@bpf", "@raw-io",
		      "@handle", "@clock" } },
	{ .name = "@jail",
	  .calls = { "chroot" },
	  .groups = { "@admin-escape", "@namespace", "@uring", "@keyring",
		      "@outside" } },
};

static const char * const kinds[] = {
	[RSG_OBJECT_SOCKET] = "socket", [RSG_OBJECT_MOUNT] = "mount",
	[RSG_OBJECT_PTRACE] = "ptrace", [RSG_OBJECT_SIGNAL] = "signal",
	[RSG_OBJECT_FILE] = "file",
};

#define WORD(_name)	{ #_name, _name }

struct word {
	const char *name;
	int value;
};

static const struct word families[] = {
	WORD(AF_UNIX), WORD(AF_INET), WORD(AF_INET6), WORD(AF_NETLINK),
	WORD(AF_PACKET), WORD(AF_ALG), WORD(AF_VSOCK), WORD(AF_BLUETOOTH),
	WORD(AF_CAN), WORD(AF_TIPC), WORD(AF_XDP), WORD(AF_KEY), WORD(AF_RDS),
	WORD(AF_AX25), WORD(AF_X25), WORD(AF_KCM), WORD(AF_PPPOX),
	WORD(AF_LLC), WORD(AF_NFC), WORD(AF_QIPCRTR), WORD(AF_PHONET),
	WORD(AF_IEEE802154), WORD(AF_RXRPC), WORD(AF_APPLETALK),
};

static const struct word types[] = {
	WORD(SOCK_STREAM), WORD(SOCK_DGRAM), WORD(SOCK_RAW), WORD(SOCK_RDM),
	WORD(SOCK_SEQPACKET), WORD(SOCK_DCCP), WORD(SOCK_PACKET),
};

static const struct word accesses[] = {
	{ "read", RSG_ACCESS_READ }, { "write", RSG_ACCESS_WRITE },
	{ "exec", RSG_ACCESS_EXEC },
};

/* What is denied without a word about how. */
static const char * const on_deny_keys[] = { "action", "errnoRet", "errno" };

static bool find_word(const struct word *words, size_t nr, const char *name,
		      int *value)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (!strcmp(words[i].name, name)) {
			*value = words[i].value;
			return true;
		}
	}
	return false;
}

/* A word or a number as @value. */
static int read_word(const struct rs_json *at, const struct word *words,
		     size_t nr, const char *what, __s32 *value)
{
	const char *name;
	uint64_t number;

	if (!json_is_string(at->value)) {
		if (rs_json_u64(at, INT16_MAX, &number))
			return -EINVAL;
		*value = number;
		return 0;
	}
	name = json_string_value(at->value);
	if (find_word(words, nr, name, value))
		return 0;
	return rs_json_refuse(at, "'%s' is no %s", name, what);
}

/* What can happen to somebody who uses an object. */
static int read_verdict(const struct rs_json *object, uint32_t *verdict)
{
	struct rs_json at;

	if (!rs_json_member(object, "action", &at)) {
		if (rs_json_member(object, "errnoRet", &at))
			return rs_json_refuse(&at, "there is no action");
		return 0;
	}
	if (rs_profile_action(object, on_deny_keys, verdict))
		return -EINVAL;
	switch (*verdict & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
	case SECCOMP_RET_LOG:
	case SECCOMP_RET_ERRNO:
	case SECCOMP_RET_KILL_PROCESS:
		return 0;
	default:
		return rs_json_refuse(&at, "objects know SCMP_ACT_ALLOW, SCMP_ACT_LOG, SCMP_ACT_ERRNO and SCMP_ACT_KILL_PROCESS only");
	}
}

static const char *word_of(const struct word *words, size_t nr, int value,
			   const char *any)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (words[i].value == value)
			return words[i].name;
	return value < 0 ? any : "another one";
}

static void say_verdict(char *buf, size_t len, uint32_t verdict)
{
	const char *name = strerrorname_np(verdict & SECCOMP_RET_DATA);

	switch (verdict & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		snprintf(buf, len, "allowed");
		break;
	case SECCOMP_RET_LOG:
		snprintf(buf, len, "allowed and logged");
		break;
	case SECCOMP_RET_KILL_PROCESS:
		snprintf(buf, len, "ends the process");
		break;
	default:
		snprintf(buf, len, "fails: %s", name ? name : "an errno");
	}
}

void rs_object_say(const struct rs_object *object, char *text, size_t len)
{
	const struct rsg_object_rule *rule = &object->rule;
	char verdict[64];

	say_verdict(verdict, sizeof(verdict), rule->verdict);
	switch (rule->object) {
	case RSG_OBJECT_SOCKET:
		snprintf(text, len, "making a socket of %s (%d), %s (%d): %s",
			 word_of(families, RS_ARRAY_SIZE(families),
				 rule->family, "any family"), rule->family,
			 word_of(types, RS_ARRAY_SIZE(types), rule->type,
				 "any type"), rule->type, verdict);
		break;
	case RSG_OBJECT_MOUNT:
		snprintf(text, len, "mounting, moving and unmounting: %s",
			 verdict);
		break;
	case RSG_OBJECT_PTRACE:
		snprintf(text, len,
			 "tracing or reading a process that is not under the policy: %s",
			 verdict);
		break;
	case RSG_OBJECT_SIGNAL:
		snprintf(text, len,
			 "signalling a process that is not under the policy: %s",
			 verdict);
		break;
	default:
		snprintf(text, len, "%s%s%s of %.120s and below: %s",
			 rule->access & RSG_ACCESS_READ ? "reading " : "",
			 rule->access & RSG_ACCESS_WRITE ? "writing " : "",
			 rule->access & RSG_ACCESS_EXEC ? "executing" : "",
			 object->path, verdict);
	}
}

static int add_object(struct rs_guard_profile *profile,
		      const struct rs_json *at,
		      const struct rsg_object_rule *rule, const char *path)
{
	char text[RS_GUARD_OBJECT_LEN];
	struct rs_object *more;

	if (profile->nr_objects == RSG_OBJECTS_MAX)
		return rs_failx(E2BIG, "more than %d rules on objects",
				RSG_OBJECTS_MAX);
	more = reallocarray(profile->objects, profile->nr_objects + 1,
			    sizeof(*more));
	if (!more)
		return rs_fail(ENOMEM, "profile");
	profile->objects = more;
	more += profile->nr_objects;
	*more = (struct rs_object){ .rule = *rule };
	more->rule.tag = profile->nr_objects;
	if (path) {
		more->path = strdup(path);
		if (!more->path)
			return rs_fail(ENOMEM, "profile");
	}
	profile->nr_objects++;
	rs_object_say(more, text, sizeof(text));
	return rs_profile_say(profile, RS_GUARD_OBJECT, at, "%s", text);
}

static int read_access(const struct rs_json *object, __u32 *access)
{
	struct rs_json list, at;
	const char *name;
	bool more;
	int bit;

	if (!rs_json_member(object, "access", &list)) {
		*access = RSG_ACCESS_READ | RSG_ACCESS_WRITE | RSG_ACCESS_EXEC;
		return 0;
	}
	if (!json_array_size(list.value))
		return rs_json_refuse(&list, "an array is needed, of \"read\", \"write\" and \"exec\"");
	for (more = rs_json_first(&list, &at); more; more = rs_json_next(&at)) {
		if (rs_json_string(&at, &name))
			return -EINVAL;
		if (!find_word(accesses, RS_ARRAY_SIZE(accesses), name, &bit))
			return rs_json_refuse(&at, "'%s' is none of read, write and exec",
					      name);
		*access |= bit;
	}
	return 0;
}

static int read_file(const struct rs_json *object,
		     struct rsg_object_rule *rule, const char **path)
{
	static const char * const keys[] = {
		"object", "path", "access", "action", "errnoRet", "comment",
		NULL
	};
	struct rs_json at;

	if (rs_profile_keys(object, keys))
		return -EINVAL;
	if (!rs_json_member(object, "path", &at))
		return rs_json_refuse(object, "path: a string is needed");
	if (rs_json_string(&at, path))
		return -EINVAL;
	if ((*path)[0] != '/')
		return rs_json_refuse(&at, "'%s' does not begin with '/'",
				      *path);
	return read_access(object, &rule->access);
}

static int read_socket(const struct rs_json *object,
		       struct rsg_object_rule *rule)
{
	static const char * const keys[] = {
		"object", "family", "type", "action", "errnoRet", "comment",
		NULL
	};
	struct rs_json at;

	rule->family = -1;
	rule->type = -1;
	if (rs_profile_keys(object, keys))
		return -EINVAL;
	if (rs_json_member(object, "family", &at) &&
	    read_word(&at, families, RS_ARRAY_SIZE(families),
		      "address family", &rule->family))
		return -EINVAL;
	if (rs_json_member(object, "type", &at) &&
	    read_word(&at, types, RS_ARRAY_SIZE(types), "socket type",
		      &rule->type))
		return -EINVAL;
	return 0;
}

static int read_plain(const struct rs_json *object)
{
	static const char * const keys[] = {
		"object", "action", "errnoRet", "comment", NULL
	};

	return rs_profile_keys(object, keys);
}

static int read_object(struct rs_guard_profile *profile,
		       const struct rs_json *object, uint32_t on_deny)
{
	struct rsg_object_rule rule = { .verdict = on_deny };
	const char *kind, *path = NULL;
	struct rs_json at;
	int ret;

	if (!json_is_object(object->value) ||
	    !rs_json_member(object, "object", &at))
		return rs_json_refuse(object, "an object with \"object\" is needed");
	if (rs_json_string(&at, &kind))
		return -EINVAL;
	for (rule.object = RSG_OBJECT_SOCKET; rule.object <= RSG_OBJECT_FILE;
	     rule.object++)
		if (!strcmp(kinds[rule.object], kind))
			break;
	if (rule.object > RSG_OBJECT_FILE)
		return rs_json_refuse(&at, "'%s' is none of socket, mount, ptrace, signal and file",
				      kind);
	if (rule.object == RSG_OBJECT_SOCKET)
		ret = read_socket(object, &rule);
	else if (rule.object == RSG_OBJECT_FILE)
		ret = read_file(object, &rule, &path);
	else
		ret = read_plain(object);
	if (ret || read_verdict(object, &rule.verdict))
		return -EINVAL;
	return add_object(profile, object, &rule, path);
}

static int read_objects(struct rs_guard_profile *profile,
			const struct rs_json *list, uint32_t on_deny)
{
	struct rs_json at;
	bool more;
	int ret = 0;

	if (!json_is_array(list->value))
		return rs_json_refuse(list, "an array is needed");
	for (more = rs_json_first(list, &at); more && !ret;
	     more = rs_json_next(&at))
		ret = read_object(profile, &at, on_deny);
	return ret;
}

/* A group denies whatever the rest of the file says, unless that is stricter. */
static void deny_nr(struct rs_guard_profile *profile, unsigned int abi, int nr,
		    uint32_t verdict)
{
	struct rs_rules *rules;
	uint32_t now;

	if (nr < 0 || nr >= RSG_CALLS)
		return;
	rules = &profile->rules[abi][nr];
	now = rules->has_rule ? rules->verdict : profile->default_verdict;
	if (!rules->nr && (int32_t)now <= (int32_t)verdict)
		return;
	free(rules->conditions);
	rules->conditions = NULL;
	rules->nr = 0;
	rules->has_rule = true;
	rules->verdict = verdict;
	rules->entry = RSG_TAG_MAX;
}

static const struct group *find_group(const char *name)
{
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE(groups); i++)
		if (!strcmp(groups[i].name, name))
			return &groups[i];
	return NULL;
}

static int deny_group(struct rs_guard_profile *profile,
		      const struct rs_json *at, const struct group *group,
		      uint32_t verdict)
{
	struct rsg_object_rule rule = { .verdict = verdict };
	unsigned int abi, kind, i;
	int ret = 0;

	for (i = 0; group->calls[i]; i++)
		for (abi = 0; abi < RSG_ABIS; abi++)
			deny_nr(profile, abi,
				rs_guard_resolve(group->calls[i], abi),
				verdict);
	for (kind = RSG_OBJECT_SOCKET; kind <= RSG_OBJECT_FILE; kind++) {
		rule.object = kind;
		if (group->objects & 1U << kind && !ret)
			ret = add_object(profile, at, &rule, NULL);
	}
	for (i = 0; i < RS_ARRAY_SIZE(group->groups) && group->groups[i] &&
	     !ret; i++)
		ret = deny_group(profile, at, find_group(group->groups[i]),
				 verdict);
	return ret;
}

static int read_groups(struct rs_guard_profile *profile,
		       const struct rs_json *list, uint32_t on_deny)
{
	const struct group *group;
	struct rs_json at;
	const char *name;
	bool more;
	int ret = 0;

	if (!json_is_array(list->value))
		return rs_json_refuse(list, "an array is needed");
	for (more = rs_json_first(list, &at); more && !ret;
	     more = rs_json_next(&at)) {
		if (rs_json_string(&at, &name))
			return -EINVAL;
		group = find_group(name);
		if (!group)
			return rs_json_refuse(&at, "'%s' is no group", name);
		ret = deny_group(profile, &at, group, on_deny);
	}
	return ret;
}

static int read_on_deny(const struct rs_json *at, uint32_t *verdict)
{
	static const char * const keys[] = { "action", "errnoRet", NULL };
	struct rs_json action;

	if (!json_is_object(at->value))
		return rs_json_refuse(at, "an object with \"action\" is needed");
	if (rs_profile_keys(at, keys))
		return -EINVAL;
	if (!rs_json_member(at, "action", &action))
		return rs_json_refuse(at, "action: a string is needed");
	if (read_verdict(at, verdict))
		return -EINVAL;
	if (*verdict == SECCOMP_RET_ALLOW)
		return rs_json_refuse(&action, "that denies nothing");
	return 0;
}

int rs_profile_objects(struct rs_guard_profile *profile,
		       const struct rs_json *root)
{
	static const char * const keys[] = {
		"groups", "objects", "onDeny", "limits", "comment", NULL
	};
	uint32_t on_deny = SECCOMP_RET_ERRNO | EPERM;
	struct rs_json ringside, at;
	int ret = 0;

	if (!rs_json_member(root, "ringside", &ringside))
		return 0;
	if (!json_is_object(ringside.value))
		return rs_json_refuse(&ringside, "an object is needed");
	if (rs_profile_keys(&ringside, keys))
		return -EINVAL;
	if (rs_json_member(&ringside, "onDeny", &at) &&
	    read_on_deny(&at, &on_deny))
		return -EINVAL;
	/* Rules of the file's own come first, and the first one counts. */
	if (rs_json_member(&ringside, "objects", &at))
		ret = read_objects(profile, &at, on_deny);
	if (!ret && rs_json_member(&ringside, "groups", &at))
		ret = read_groups(profile, &at, on_deny);
	if (!ret && rs_json_member(&ringside, "limits", &at))
		ret = rs_profile_limits(profile, &at);
	return ret;
}

void rs_objects_free(struct rs_object *objects, size_t nr)
{
	while (objects && nr)
		free(objects[--nr].path);
	free(objects);
}

int rs_objects_copy(const struct rs_object *from, size_t nr,
		    struct rs_object **to)
{
	size_t i;

	*to = NULL;
	if (!nr)
		return 0;
	*to = calloc(nr, sizeof(**to));
	if (!*to)
		return rs_fail(ENOMEM, "policy");
	for (i = 0; i < nr; i++) {
		(*to)[i].rule = from[i].rule;
		if (!from[i].path)
			continue;
		(*to)[i].path = strdup(from[i].path);
		if (!(*to)[i].path) {
			rs_objects_free(*to, i);
			*to = NULL;
			return rs_fail(ENOMEM, "policy");
		}
	}
	return 0;
}

void rs_objects_close(struct rsg_object_rule *rules, size_t nr)
{
	while (nr--)
		if (rules[nr].object == RSG_OBJECT_FILE)
			close(rules[nr].fd);
}

int rs_objects_open(const struct rs_object *objects, size_t nr,
		    struct rsg_object_rule *rules)
{
	size_t i;
	int err;

	for (i = 0; i < nr; i++) {
		rules[i] = objects[i].rule;
		if (rules[i].object != RSG_OBJECT_FILE)
			continue;
		rules[i].fd = open(objects[i].path, O_PATH | O_CLOEXEC);
		if (rules[i].fd >= 0)
			continue;
		err = errno;
		rs_objects_close(rules, i);
		return rs_fail(err, "%s", objects[i].path);
	}
	return 0;
}
