// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text that comes out of the kernel, line by line: events of credentials,
 * memory maps, lists of hooked functions, numbers of sysfs. The first byte
 * chooses the reader.
 */
#include "../../../userspace/libringside/guard_events.c"
#include "fuzz.h"
#include "guard.h"
#include "trace_parse.h"

static void parse_cred(const char *line)
{
	struct rs_trace_cred cred;

	if (!rs_trace_parse_cred(line, &cred))
		return;
	MUST(memchr(cred.comm, 0, sizeof(cred.comm)));
	MUST(memchr(cred.caller, 0, sizeof(cred.caller)));
	MUST(memchr(cred.exe, 0, sizeof(cred.exe)));
	MUST(memchr(cred.why, 0, sizeof(cred.why)));
	MUST(memchr(cred.abi, 0, sizeof(cred.abi)));
}

static void parse_mapping(const char *line)
{
	struct rsg_event event = { .ip = 0x7f0000001000 };
	char caller[RS_GUARD_CALLER_LEN] = "";

	if (parse_map(line, &event, caller, sizeof(caller)))
		MUST(memchr(caller, 0, sizeof(caller)) && *caller);
}

static void parse_owner(const char *line)
{
	char owner[128] = "";

	if (rs_owner_in_line(line, "__x64_sys_openat", owner, sizeof(owner)))
		MUST(memchr(owner, 0, sizeof(owner)) && *owner);
}

static void parse_number(const char *line)
{
	char text[24];
	uint64_t val;

	if (rs_parse_u64(line, &val))
		return;
	snprintf(text, sizeof(text), "%" PRIu64, val);
	MUST(!rs_parse_u64(text, &val));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static void (*const parse[])(const char *line) = {
		parse_cred, parse_mapping, parse_owner, parse_number,
	};
	char *line;

	if (!len)
		return 0;
	line = malloc(len);
	MUST(line);
	memcpy(line, data + 1, len - 1);
	line[len - 1] = '\0';
	parse[data[0] % 4](line);
	free(line);
	return 0;
}
