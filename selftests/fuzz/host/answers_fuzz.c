// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel side of the guard could answer: each ioctl succeeds or fails
 * as the input says, and fills what it may fill with bytes of the input. Is
 * every answer understood or refused, and every text of it closed?
 */
#include <errno.h>
#include <stdarg.h>
#include "fuzz.h"
#include "guard.h"
#include "guard_profile.h"
#include "ringside_events.h"

#define LEARNED	"learned.json"

static struct input in;
static char *written;

int seam_open(const char *path, int flags, ...)
{
	return 100;
}

int seam_close(int fd)
{
	return 0;
}

int seam_fcntl(int fd, int cmd, ...)
{
	return 0;
}

ssize_t seam_read(int fd, void *to, size_t len)
{
	size_t n = in_u16(&in);

	if (n > len)
		n = len;
	in_bytes(&in, to, n);
	return n;
}

/* There is one file: what was learned. */
FILE *seam_fopen(const char *path, const char *mode)
{
	if (!strcmp(path, LEARNED))
		return fmemopen(written, strlen(written), "r");
	errno = ENOENT;
	return NULL;
}

static void fill_calls(struct rsg_calls *arg)
{
	struct rsg_call_count *counts = (void *)(uintptr_t)arg->counts;
	unsigned int i, nr = in_u8(&in);

	for (i = 0; i < nr && i < arg->nr; i++)
		in_bytes(&in, &counts[i], sizeof(counts[i]));
	arg->nr = nr;
}

static void fill_learned(struct rsg_learn_dump *arg)
{
	struct rsg_learned *calls = (void *)(uintptr_t)arg->calls;
	unsigned int i, nr = in_u8(&in) * 8;

	for (i = 0; i < nr && i < arg->nr_calls && in.len; i++) {
		in_bytes(&in, &calls[i], 24);
		calls[i].nr &= RSG_CALLS - 1;
		in_bytes(&in, calls[i].values[in_u8(&in) % RSG_ARGS], 24);
	}
	arg->nr_calls = nr;
	arg->beyond = in_u64(&in);
}

static void fill(unsigned long cmd, void *arg)
{
	struct rsg_replace *replace;

	switch (cmd) {
	case RSG_IOC_GET_INFO:
		in_bytes(&in, arg, sizeof(struct rs_info));
		break;
	case RSG_IOC_ATTACH:
		in_bytes(&in, arg, sizeof(struct rsg_attach));
		break;
	case RSG_IOC_REPLACE:
		replace = arg;
		in_bytes(&in, replace->function, RSG_FUNCTION_LEN);
		break;
	case RSG_IOC_GET_POLICY:
		in_bytes(&in, arg, sizeof(struct rsg_policy_info));
		break;
	case RSG_IOC_TEST:
		in_bytes(&in, arg, sizeof(struct rsg_test));
		break;
	case RSG_IOC_RELAX:
	case RSG_IOC_GET_RELAX:
		in_bytes(&in, arg, sizeof(struct rsg_relax));
		break;
	case RSG_IOC_GET_CALLS:
		fill_calls(arg);
		break;
	case RSG_IOC_LEARN_DUMP:
		fill_learned(arg);
		break;
	}
}

int seam_ioctl(int fd, unsigned long cmd, ...)
{
	unsigned int err = in_u8(&in);
	va_list ap;
	void *arg;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	fill(cmd, arg);
	/* Most succeed, or nothing would ever be decoded. */
	errno = err < 134 ? err : 0;
	return errno ? -1 : 0;
}

static void read_events(void)
{
	struct rs_guard_events *events;
	char caller[RS_GUARD_CALLER_LEN];
	struct rsg_event event;

	if (rs_guard_events_open(&events, 0))
		return;
	while (in.len && rs_guard_events_next(events, &event) > 0) {
		event.tgid = -1;
		rs_guard_event_caller(&event, caller, sizeof(caller));
		MUST(memchr(event.path, 0, sizeof(event.path)));
	}
	rs_guard_events_missed(events);
	rs_guard_events_close(events);
}

/* A profile that was learned can be read again. */
static void read_learned(struct rs_guard *guard)
{
	struct rs_guard_state state = { .arch = "amd64", .kernel = { 6, 12 } };
	struct rs_guard_profile *profile;
	struct rsg_learned *calls;
	uint64_t beyond;
	size_t nr;

	if (rs_guard_learned(guard, 1, &calls, &nr, &beyond))
		return;
	if (!rs_guard_learned_profile(calls, nr, &written, NULL)) {
		if (rs_guard_profile_read(&profile, LEARNED, &state, 0))
			BROKEN("%s\n%s", rs_error(), written);
		rs_guard_profile_free(profile);
		free(written);
	}
	free(calls);
}

static void change(struct rs_guard *guard)
{
	struct rsg_attach attach = { .scope = 1 + in_u8(&in) % 5, .pid = 5 };
	struct rs_guard_policy *policy;

	if (rs_guard_policy_new(&policy, SECCOMP_RET_ALLOW))
		return;
	rs_guard_load(guard, "fuzz", policy, 0);
	rs_guard_replace(guard, 1, policy, 0);
	rs_guard_policy_free(policy);
	if (!rs_guard_attach(guard, &attach))
		MUST(memchr(attach.function, 0, sizeof(attach.function)));
	rs_guard_confirm(guard, 1);
	rs_guard_rollback(guard, 1);
	rs_guard_detach(guard, 1);
	rs_guard_unload(guard, 1);
	rs_guard_jail(guard, "jail", 3, 0);
}

static void ask(struct rs_guard *guard)
{
	struct rsg_call_count counts[16];
	struct rsg_policy_info info;
	struct rsg_relax relax = { .pid = 5 };
	struct rsg_test test = { .id = 1 };

	if (!rs_guard_next(guard, 1, &info))
		MUST(memchr(info.name, 0, sizeof(info.name)));
	rs_guard_test(guard, &test);
	MUST(rs_guard_calls(guard, 1, counts, 16) <= 16);
	rs_guard_relax(guard, &relax);
	rs_guard_relax_end(guard, 1);
	rs_guard_relax_next(guard, 1, &relax);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct rs_guard *guard;
	uint8_t how;

	in = (struct input){ data, len };
	how = in_u8(&in);
	if (rs_guard_open(&guard))
		return 0;
	if (how & 1)
		ask(guard);
	if (how & 2)
		change(guard);
	if (how & 4)
		read_learned(guard);
	if (how & 8)
		read_events();
	rs_guard_close(guard);
	return 0;
}
