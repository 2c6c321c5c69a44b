// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who modifies a function that the guard could not hook? The kernel says no
 * more than EBUSY; but livepatches list their functions in sysfs, and tracefs
 * lists every function that is hooked, and whose callback is entered there.
 */
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include "guard.h"

#define LIVEPATCHES	RS_ROOT "/sys/kernel/livepatch/"

static const char * const hooked_lists[] = {
	RS_ROOT "/sys/kernel/tracing/enabled_functions",
	RS_ROOT "/sys/kernel/debug/tracing/enabled_functions",
};

/* .../livepatch/PATCH/vmlinux/FUNCTION,POSITION */
static bool find_livepatch(const char *function, char *owner, size_t len)
{
	char pattern[256];
	const char *patch;
	glob_t found;
	bool is;

	snprintf(pattern, sizeof(pattern), LIVEPATCHES "*/vmlinux/%s,*",
		 function);
	is = !glob(pattern, 0, NULL, &found) && found.gl_pathc;
	if (is) {
		patch = found.gl_pathv[0] + strlen(LIVEPATCHES);
		snprintf(owner, len, "the livepatch %.*s",
			 (int)strcspn(patch, "/"), patch);
	}
	globfree(&found);
	return is;
}

/* Is the line about @function, or about what ftrace calls an alias of it? */
static const char *after_name(const char *line, const char *function)
{
	const char *rest = strstr(function, "_sys_");
	size_t len = strlen(function);

	if (!strncmp(line, function, len) && line[len] == ' ')
		return line + len;
	if (!rest || strncmp(line, "__do", 4))
		return NULL;
	len = strlen(rest);
	return !strncmp(line + 4, rest, len) && line[4 + len] == ' ' ?
	       line + 4 + len : NULL;
}

bool rs_owner_in_line(const char *line, const char *function, char *owner,
		      size_t len)
{
	const char *flags = after_name(line, function), *callback, *module;
	const char *end;

	callback = flags ? strstr(flags, " ->") : NULL;
	flags = flags ? strchr(flags, ')') : NULL;
	/* "I" stands for a callback that may change where the function goes. */
	if (!callback || !flags || !memchr(flags, 'I', strcspn(flags, "\t->")))
		return false;
	callback += strlen(" ->");
	end = callback + strcspn(callback, "+\n ");
	/* Several are entered by way of a list, which tells none of them. */
	if (end == callback || memmem(callback, end - callback, "ftrace_ops_",
				      strlen("ftrace_ops_")))
		return false;
	module = strchr(end, '[');
	if (module)
		snprintf(owner, len, "the module %.*s",
			 (int)strcspn(module + 1, "]\n"), module + 1);
	else
		snprintf(owner, len, "%.*s()", (int)(end - callback), callback);
	return true;
}

static bool find_callback(const char *function, char *owner, size_t len)
{
	FILE *file = NULL;
	char line[512];
	bool is = false;
	size_t i;

	for (i = 0; i < sizeof(hooked_lists) / sizeof(*hooked_lists); i++)
		if (!file)
			file = fopen(hooked_lists[i], "re");
	while (file && !is && fgets(line, sizeof(line), file))
		is = rs_owner_in_line(line, function, owner, len);
	if (file)
		fclose(file);
	return is;
}

void rs_guard_owner(const char *function, char *owner, size_t len)
{
	if (find_livepatch(function, owner, len) ||
	    find_callback(function, owner, len))
		return;
	snprintf(owner, len, "somebody else, such as a livepatch,");
}
