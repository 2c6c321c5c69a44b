// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which virtual machines are there? The list follows the configuration, when
 * it is read again, and patterns, whenever it is gone through. A machine keeps
 * its slot as long as it is listed, and its connection whatever happens to the
 * others.
 */
#include <glob.h>
#include <string.h>
#include "host.h"
#include "log.h"

static size_t find_name(const struct host *host, const char *name)
{
	size_t i;

	for (i = 0; i < host->n; i++)
		if (host->vms[i] && !strcmp(host->vms[i]->name, name))
			break;
	return i;
}

static size_t find_path(const struct host *host, const char *path)
{
	size_t i;

	for (i = 0; i < host->n; i++)
		if (host->vms[i] && !strcmp(host->vms[i]->qmp.path, path))
			break;
	return i;
}

/* The policy is to see that a machine has gone, so its slot is kept. */
static void forget(struct host *host, size_t i)
{
	host_log("%s: no longer looked after", host->vms[i]->name);
	vm_destroy(host->vms[i]);
	host->vms[i] = NULL;
}

static size_t free_slot(struct host *host)
{
	size_t i;

	for (i = 0; i < host->n; i++)
		if (!host->vms[i])
			return i;
	return i;
}

static void add(struct host *host, const struct rsh_vm_config *config,
		const char *name, const char *path)
{
	size_t i = free_slot(host);
	struct vm *vm;

	if (i == HOST_VMS) {
		if (!host->too_many)
			host_log("%s and maybe others are left out: more than %d VMs",
				 name, HOST_VMS);
		host->too_many = true;
		return;
	}
	vm = vm_create(name, path);
	if (!vm)
		return;
	vm->listed = true;
	vm->found = !strcmp(config->name, "*");
	vm->qmp.epoll_fd = host->epoll_fd;
	host->vms[i] = vm;
	host->limits[i] = config->limits;
	if (i == host->n)
		host->n++;
}

/* One name and one socket belong together; the first to say so is right. */
static void list(struct host *host, const struct rsh_vm_config *config,
		 const char *name, const char *path)
{
	size_t i = find_name(host, name);
	struct vm *vm = i < host->n ? host->vms[i] : NULL;

	if (vm && !strcmp(vm->qmp.path, path)) {
		if (vm->listed)
			return;
		vm->listed = true;
		vm->found = !strcmp(config->name, "*");
		host->limits[i] = config->limits;
		return;
	}
	if (vm && vm->listed)
		return;
	if (vm)
		forget(host, i);
	if (find_path(host, path) == host->n)
		add(host, config, name, path);
}

static void list_pattern(struct host *host, const struct rsh_vm_config *config)
{
	char name[RSH_NAME_MAX];
	glob_t found;
	size_t i;

	if (!glob(config->socket, 0, NULL, &found))
		for (i = 0; i < found.gl_pathc; i++)
			if (rsh_config_match(config->socket, found.gl_pathv[i],
					     name))
				list(host, config, name, found.gl_pathv[i]);
	globfree(&found);
}

/* A socket that was removed may still be connected, and its process lives. */
static bool is_over(const struct vm *vm)
{
	return !vm->found || (vm->qmp.fd < 0 && vm->measure.dir_fd < 0);
}

/* A sum that is too large for a number is too large for any host. */
static uint64_t plus(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* Those of patterns can not be added up before it is known who matches. */
static void add_up_mins(struct host *host)
{
	const struct rsh_settings *s = &host->config.settings;
	uint64_t before = host->guaranteed;
	uint64_t most = rsh_distributable(s);
	size_t i, n = 0;

	host->guaranteed = 0;
	for (i = 0; i < host->n; i++) {
		const struct rsh_sample *sample = &host->samples[i];
		uint64_t own = s->overhead;

		if (!host->vms[i])
			continue;
		if (sample->alive && sample->overhead != RSH_UNKNOWN)
			own = sample->overhead;
		host->guaranteed = plus(host->guaranteed,
					plus(host->limits[i].min, own));
		n++;
	}
	if (host->guaranteed > most && before <= most)
		host_log("the mins of %zu VMs can not all be kept", n);
}

void host_list(struct host *host)
{
	const struct rsh_config *c = &host->config;
	size_t i;

	for (i = 0; i < host->n; i++)
		if (host->vms[i])
			host->vms[i]->listed = false;
	/* What is named goes before what is found. */
	for (i = 0; i < c->n; i++)
		if (strcmp(c->vms[i].name, "*"))
			list(host, &c->vms[i], c->vms[i].name,
			     c->vms[i].socket);
	for (i = 0; i < c->n; i++)
		if (!strcmp(c->vms[i].name, "*"))
			list_pattern(host, &c->vms[i]);
	for (i = 0; i < host->n; i++) {
		struct vm *vm = host->vms[i];

		if (!vm)
			continue;
		if (!vm->listed && is_over(vm)) {
			forget(host, i);
			continue;
		}
		vm->qmp.poll_seconds = c->dry_run ? 0 : c->stats_ns / RSH_SEC;
	}
	add_up_mins(host);
}

void host_forget(struct host *host)
{
	size_t i;

	for (i = 0; i < host->n; i++) {
		vm_destroy(host->vms[i]);
		host->vms[i] = NULL;
	}
}
