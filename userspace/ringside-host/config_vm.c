// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VMs of a configuration: their names, their limits, and what a pattern's
 * match is called.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include "config_value.h"
#include "config_vm.h"

#define SHARES_MAX 1000000

static bool name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("_.-", c));
}

static bool is_pattern(const char *name)
{
	return !strcmp(name, "*");
}

static int check_name(struct rsh_config *c, const char *name)
{
	size_t i;

	if (is_pattern(name))
		return 0;
	for (i = 0; name_char(name[i]); i++)
		;
	if (!i || name[i])
		return rsh_config_fail(c, EINVAL, "\"%.80s\": a name of letters, digits and _ . - is needed",
				       name);
	if (i >= RSH_NAME_MAX)
		return rsh_config_fail(c, EINVAL, "\"%.80s\": a name has at most %d characters",
				       name, RSH_NAME_MAX - 1);
	for (i = 0; i < c->n; i++)
		if (!strcmp(c->vms[i].name, name))
			return rsh_config_fail(c, EEXIST, "%s: there is already a VM of that name",
					       name);
	return 0;
}

int rsh_config_vm_add(struct rsh_config *c, const char *name)
{
	struct rsh_vm_config *vms;
	int ret = check_name(c, name);

	if (ret)
		return ret;
	vms = reallocarray(c->vms, c->n + 1, sizeof(*vms));
	if (!vms)
		return rsh_config_fail(c, ENOMEM, "%s: no memory", name);
	c->vms = vms;
	vms += c->n++;
	memset(vms, 0, sizeof(*vms));
	strcpy(vms->name, name);
	vms->limits = (struct rsh_limits){ .max = RSH_UNKNOWN, .shares = 1 };
	return 0;
}

static const char *set_shares(struct rsh_limits *limits, const char *value)
{
	const char *wrong;
	uint64_t shares;

	wrong = rsh_parse_count(value, &shares);
	if (wrong)
		return wrong;
	if (!shares || shares > SHARES_MAX)
		return "a number from 1 to 1000000 is needed";
	limits->shares = shares;
	return NULL;
}

static const char *set_socket(struct rsh_vm_config *vm, const char *value)
{
	char *copy;

	if (!*value)
		return "a path is needed";
	if (is_pattern(vm->name) &&
	    (!strchr(value, '*') || strcspn(value, "?[\\") < strcspn(value, "*")))
		return "a pattern is needed, its first special character an asterisk";
	copy = strdup(value);
	if (!copy)
		return "no memory";
	free(vm->socket);
	vm->socket = copy;
	return NULL;
}

int rsh_config_vm_set(struct rsh_config *c, const char *key, const char *value)
{
	struct rsh_vm_config *vm = &c->vms[c->n - 1];
	const char *wrong;

	if (!strcmp(key, "socket"))
		wrong = set_socket(vm, value);
	else if (!strcmp(key, "min"))
		wrong = rsh_parse_size(value, &vm->limits.min);
	else if (!strcmp(key, "max"))
		wrong = rsh_parse_size(value, &vm->limits.max);
	else if (!strcmp(key, "shares"))
		wrong = set_shares(&vm->limits, value);
	else if (!strcmp(key, "observe"))
		wrong = rsh_parse_bool(value, &vm->limits.observe);
	else
		return rsh_config_fail(c, ENOENT, "vm %s: %s: no such setting",
				       vm->name, key);
	if (wrong)
		return rsh_config_fail(c, EINVAL, "vm %s: %s: \"%s\": %s",
				       vm->name, key, value, wrong);
	return 0;
}

/* "KEY=VALUE" is cut in two; without a '=' it is an error. */
static int set_word(struct rsh_config *c, char *word, const char *text)
{
	char *value = strchr(word, '=');

	if (!value)
		return rsh_config_fail(c, EINVAL, "vm: \"%s\": \"%s\" is not KEY=VALUE",
				       text, word);
	*value++ = '\0';
	return rsh_config_vm_set(c, word, value);
}

/* NAME=SOCKET[,KEY=VALUE...]; @words is @text once more, and is cut up. */
static int set_words(struct rsh_config *c, char *words, const char *text)
{
	char *name = strsep(&words, ","), *word;
	char *socket = strchr(name, '=');
	int ret;

	if (!socket)
		return rsh_config_fail(c, EINVAL, "vm: \"%s\" is not NAME=SOCKET",
				       text);
	*socket++ = '\0';
	ret = rsh_config_vm_add(c, name);
	if (!ret)
		ret = rsh_config_vm_set(c, "socket", socket);
	while (!ret && words) {
		word = strsep(&words, ",");
		ret = set_word(c, word, text);
	}
	return ret;
}

int rsh_config_vm(struct rsh_config *c, const char *text)
{
	char *copy = strdup(text);
	int ret;

	if (!copy)
		return rsh_config_fail(c, ENOMEM, "vm: no memory");
	ret = set_words(c, copy, text);
	free(copy);
	return ret;
}

bool rsh_config_match(const char *pattern, const char *path,
		      char name[RSH_NAME_MAX])
{
	size_t head = strcspn(pattern, "*"), len, i;
	const char *text = path + head;

	if (!pattern[head] || strncmp(pattern, path, head))
		return false;
	/* The shortest text after which the rest of the path matches. */
	for (len = 0; text[len] && text[len] != '/'; len++)
		if (len && !fnmatch(pattern + head + 1, text + len,
				    FNM_PATHNAME))
			break;
	if (!len || len >= RSH_NAME_MAX ||
	    fnmatch(pattern + head + 1, text + len, FNM_PATHNAME))
		return false;
	for (i = 0; i < len; i++)
		name[i] = name_char(text[i]) ? text[i] : '_';
	name[len] = '\0';
	return true;
}
