// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state that a profile is resolved for: the target's capabilities, the
 * kernel, the machine. Read from a process, or given.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>
#include "guard_profile.h"
#include "ringside_trace.h"

/* Bits of the capabilities that this library knows by name. */
static uint64_t all_caps(void)
{
	uint64_t all = 0;
	unsigned int cap;

	for (cap = 0; rs_cap_name(cap); cap++)
		all |= 1ULL << cap;
	return all;
}

int rs_cap_number(const char *name, size_t len)
{
	unsigned int cap;
	const char *known;

	if (len > 4 && !strncasecmp(name, "CAP_", 4)) {
		name += 4;
		len -= 4;
	}
	for (cap = 0; (known = rs_cap_name(cap)); cap++)
		if (strlen(known + 4) == len &&
		    !strncasecmp(known + 4, name, len))
			return cap;
	return -1;
}

int rs_guard_state_caps(struct rs_guard_state *state, const char *list)
{
	uint64_t caps = 0;
	size_t len;
	int cap;

	if (!strcmp(list, "all")) {
		caps = all_caps();
	} else if (strcmp(list, "none")) {
		for (; ; list += len + 1) {
			len = strcspn(list, ",");
			cap = rs_cap_number(list, len);
			if (cap < 0)
				return rs_failx(EINVAL, "'%.*s' is no capability",
						(int)len, list);
			caps |= 1ULL << cap;
			if (!list[len])
				break;
		}
	}
	state->caps = caps;
	state->flags |= RS_GUARD_STATE_CAPS;
	return 0;
}

bool rs_parse_kernel(const char *release, unsigned int kernel[2], bool whole)
{
	char tail = '\0';
	int n;

	if (strspn(release, "0123456789.") < 3 || strlen(release) > 200)
		return false;
	n = sscanf(release, "%4u.%4u%c", &kernel[0], &kernel[1], &tail);
	return whole ? n == 2 : n >= 2;
}

int rs_guard_state_kernel(struct rs_guard_state *state, const char *release)
{
	if (rs_parse_kernel(release, state->kernel, false))
		return 0;
	return rs_failx(EINVAL, "'%s' is no kernel release such as 6.12",
			release);
}

static int read_caps(struct rs_guard_state *state, int pid)
{
	char path[64] = "/proc/self/status", line[256];
	unsigned long long caps;
	bool found = false;
	FILE *file;

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	if (!file)
		return errno == ENOENT ? rs_fail(ESRCH, "pid %d", pid) :
					 rs_fail(errno, "%s", path);
	while (!found && fgets(line, sizeof(line), file))
		found = sscanf(line, "CapBnd: %llx", &caps) == 1;
	fclose(file);
	if (!found)
		return rs_failx(EPROTO, "%s: no line CapBnd", path);
	state->caps = caps;
	state->flags = pid ? RS_GUARD_STATE_CAPS : 0;
	return 0;
}

int rs_guard_state_of(struct rs_guard_state *state, int pid)
{
	struct utsname uts;
	int ret;

	*state = (struct rs_guard_state){ .arch = "amd64" };
	ret = read_caps(state, pid);
	if (ret)
		return ret;
	if (uname(&uts))
		return rs_fail(errno, "uname");
	return rs_guard_state_kernel(state, uts.release);
}
