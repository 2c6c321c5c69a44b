// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on what is not a device of ours: attributes, the balloon's driver
 * and its device, processors, control groups.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest_fuzz.h"
#include "textfile.h"

#define CLASS		"/sys/class/misc/"
#define DRIVER		"/sys/bus/virtio/drivers/ringside_balloon/"
#define FAKE		"/sys/kernel/debug/rs_fakeballoon/"
#define CPU1		"/sys/devices/system/cpu/cpu1/online"
#define NR_ATTRS	160
#define PATH_LEN	160

static struct attribute {
	char path[PATH_LEN];
	char before[64];
	bool writable;
} attrs[NR_ATTRS];
static unsigned int nr_attrs;

/* The balloon's devices, as they are called on their bus. */
static char devices[4][16];
static unsigned int nr_devices;

static int only_files(const struct dirent *entry)
{
	return entry->d_type == DT_REG;
}

static void find_in(const char *dir)
{
	struct dirent **list;
	struct stat st;
	int i, n = scandir(dir, &list, only_files, alphasort);

	for (i = 0; i < n; i++) {
		struct attribute *a = &attrs[nr_attrs];

		if (nr_attrs < NR_ATTRS &&
		    snprintf(a->path, PATH_LEN, "%s%s", dir,
			     list[i]->d_name) < PATH_LEN &&
		    !stat(a->path, &st)) {
			a->writable = st.st_mode & 0200;
			if (st.st_mode & 0400)
				read_text(a->path, a->before,
					  sizeof(a->before));
			a->before[strcspn(a->before, "\n")] = '\0';
			nr_attrs++;
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

static void find_devices(void)
{
	struct dirent *entry;
	DIR *dir = opendir(DRIVER);

	nr_devices = 0;
	while (dir && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, "virtio", 6) &&
		    nr_devices < ARRAY_LEN(devices))
			snprintf(devices[nr_devices++], sizeof(devices[0]),
				 "%.15s", entry->d_name);
	if (dir)
		closedir(dir);
}

/* attributes_find - which there are, and what they say when all is well */
void attributes_find(void)
{
	char path[PATH_LEN];
	unsigned int i;

	nr_attrs = 0;
	find_in(CLASS "ringside-guard/");
	find_in(CLASS "ringside-trace/");
	find_devices();
	for (i = 0; i < nr_devices; i++) {
		snprintf(path, sizeof(path), DRIVER "%s/ringside/", devices[i]);
		find_in(path);
	}
}

void act_get_attr(struct player *p, const struct op *op)
{
	char text[4096];
	unsigned int i;

	for (i = 0; nr_attrs && i < 1 + op->v % 8; i++) {
		shared->calls += 3;
		read_text(attrs[(op->a + i) % nr_attrs].path, text,
			  op->b & 1 ? sizeof(text) : 1 + op->b);
	}
}

void act_set_attr(struct player *p, const struct op *op)
{
	static const char * const values[] = {
		"0", "1", "2", "3", "-1", "", "\n", " 1", "1\n", "0x10", "off",
		"audit", "observe", "enforce", "report", "pfn", "strict",
		"auto", "pointer", "full", "event", "log", "4096", "2097152",
		"33554432", "1000000", "18446744073709551615",
		"18446744073709551616", "read", "getppid", "page_fault", "y",
		"n", "none", "syscall 0", "any",
	};
	const struct attribute *a;
	char text[32];
	unsigned int i;

	for (i = 0; i < nr_attrs; i++) {
		a = &attrs[(op->a + i) % nr_attrs];
		if (a->writable)
			break;
	}
	if (i == nr_attrs)
		return;
	shared->wrote = true;
	shared->calls += 3;
	snprintf(text, sizeof(text), "%u", op->v >> op->c % 32);
	write_text(a->path, op->b & 1 ? text :
		   values[op->b / 2 % ARRAY_LEN(values)]);
}

/* The driver lets a device go, or takes it. */
void act_bind(struct player *p, const struct op *op)
{
	if (!nr_devices)
		return;
	shared->wrote = true;
	shared->calls += 3;
	write_text(op->b & 1 ? DRIVER "unbind" : DRIVER "bind",
		   devices[op->a % nr_devices]);
}

/* A device comes, goes, or wants something. */
void act_fake(struct player *p, const struct op *op)
{
	static const struct {
		const char *name;
		unsigned int most;
	} knobs[] = {
		{ "plugged", 1 }, { "plugged", 1 }, { "num_pages", 8192 },
		{ "num_pages", 2048 }, { "delay_ms", 5 }, { "storm", 20 },
		{ "ask_stats", 1 }, { "hint", 1 }, { "suspended", 1 },
		{ "break", 1 },
	};
	unsigned int i = op->a % ARRAY_LEN(knobs);
	char path[PATH_LEN], text[16];

	if (access(FAKE "plugged", W_OK))
		return;
	shared->wrote = true;
	shared->calls += 3;
	snprintf(path, sizeof(path), FAKE "%s", knobs[i].name);
	snprintf(text, sizeof(text), "%u", op->v % (knobs[i].most + 1));
	write_text(path, text);
}

void act_cpu(struct player *p, const struct op *op)
{
	shared->wrote = true;
	shared->calls += 3;
	write_text(CPU1, op->b & 1 ? "1" : "0");
}

/* Groups come and go, and victims between them. */
void act_cgroup(struct player *p, const struct op *op)
{
	static const char * const groups[] = {
		VICTIM_GROUP, VICTIM_GROUP "/a", VICTIM_GROUP "/b",
	};
	const char *group = groups[op->a % ARRAY_LEN(groups)];
	char path[PATH_LEN], text[16];

	shared->calls++;
	switch (op->b % 4) {
	case 0:
		mkdir(group, 0755);
		break;
	case 1:
		rmdir(group);
		break;
	default:
		snprintf(path, sizeof(path), "%s/cgroup.procs", group);
		snprintf(text, sizeof(text), "%d", victim_of(p, op->c));
		write_text(path, text);
	}
}

/* What a program may have left of the machine is as it was. */
void system_restore(void)
{
	unsigned int i;

	mkdir(VICTIM_GROUP, 0755);
	mkdir(VICTIM_GROUP "/a", 0755);
	if (!shared->wrote)
		return;
	shared->wrote = false;
	write_text(CPU1, "1");
	write_text(FAKE "delay_ms", "0");
	write_text(FAKE "num_pages", "0");
	write_text(FAKE "plugged", "0");
	for (i = 0; i < nr_devices; i++)
		write_text(DRIVER "bind", devices[i]);
	for (i = 0; i < nr_attrs; i++)
		if (attrs[i].writable && *attrs[i].before)
			write_text(attrs[i].path, attrs[i].before);
}
