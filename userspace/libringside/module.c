// SPDX-License-Identifier: GPL-2.0-only
/*
 * The modules as sysfs shows them: is one loaded, which version, who holds
 * it, and the one-value files of its device. Opens no device node.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "internal.h"

/* The kernel's MODULE_NAME_LEN is 56 on 64 bits. */
static bool is_module_name(const char *s)
{
	if (!*s || strlen(s) > 55)
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '_')
			return false;
	return true;
}

int rs_module_check(const char *module)
{
	char path[128];

	/* Built-in drivers have a directory too; only modules an initstate. */
	snprintf(path, sizeof(path), RS_ROOT "/sys/module/%s/initstate", module);
	if (!access(path, F_OK))
		return 0;
	return rs_failx(RS_ENOMOD,
			"kernel module %s is not loaded (try: modprobe %s)",
			module, module);
}

/* Read /sys/module/MODULE/FILE; returns the length or a negative error. */
static int read_module_file(const char *module, const char *file, char *buf,
			    size_t len)
{
	char path[128];
	int ret;

	if (!is_module_name(module))
		return rs_failx(EINVAL, "'%s' is not a module name", module);
	ret = rs_module_check(module);
	if (ret)
		return ret;
	snprintf(path, sizeof(path), RS_ROOT "/sys/module/%s/%s", module, file);
	return rs_sysfs_read(path, buf, len);
}

int rs_module_version(const char *module, char *buf, size_t len)
{
	int ret;

	if (!len)
		return rs_fail(ERANGE, "version of %s", module);
	ret = read_module_file(module, "version", buf, len);
	if (ret == -ENOENT) {
		buf[0] = '\0';
		return 0;
	}
	return ret < 0 ? ret : 0;
}

int rs_module_users(const char *module, uint64_t *users)
{
	char buf[32];
	int ret = read_module_file(module, "refcnt", buf, sizeof(buf));

	if (ret < 0)
		return ret;
	ret = rs_parse_u64(buf, users);
	if (ret)
		return rs_failx(-ret, "%s: '%s' is not a reference count",
				module, buf);
	return 0;
}

/* What the driver core puts beside the attributes of every device. */
static int is_attribute(const struct dirent *e)
{
	return e->d_name[0] != '.' && strcmp(e->d_name, "dev") &&
	       strcmp(e->d_name, "uevent");
}

/* Returns 1 with the value in buf, 0 for what is no readable value. */
static int read_attribute(const char *dir, const char *attr, char *buf,
			  size_t len)
{
	char path[512];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, attr);
	return !lstat(path, &st) && S_ISREG(st.st_mode) &&
	       (st.st_mode & 0444) && rs_sysfs_read(path, buf, len) >= 0;
}

int rs_attributes_in(const char *dir,
		     int (*each)(const char *attr, const char *val, void *arg),
		     void *arg)
{
	struct dirent **list;
	char val[4096];
	int i, n, ret = 0;

	n = scandir(dir, &list, is_attribute, alphasort);
	if (n < 0)
		return rs_fail(errno, "%s", dir);
	for (i = 0; i < n; i++) {
		if (!ret && read_attribute(dir, list[i]->d_name, val,
					   sizeof(val)))
			ret = each(list[i]->d_name, val, arg);
		free(list[i]);
	}
	free(list);
	return ret;
}

int rs_attributes(const char *name,
		  int (*each)(const char *attr, const char *val, void *arg),
		  void *arg)
{
	char module[32], dir[64];
	int ret;

	if (strcmp(name, "guard") && strcmp(name, "trace"))
		return rs_failx(EINVAL, "'%s' has no device node", name);
	snprintf(module, sizeof(module), "ringside_%s", name);
	ret = rs_module_check(module);
	if (ret)
		return ret;
	snprintf(dir, sizeof(dir), "/sys/class/misc/ringside-%s", name);
	return rs_attributes_in(dir, each, arg);
}
