// SPDX-License-Identifier: GPL-2.0-only
/*
 * What load, check and diff share about profiles: the options that say what a
 * profile is resolved for, and verdicts and conditions in words.
 */
#include <inttypes.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include "cmd.h"
#include "cmd_guard.h"
#include "out.h"
#include "ringside_trace.h"

const char * const guard_abis[RSG_ABIS] = {
	[RSG_X86_64] = "x86_64",
	[RSG_I386] = "i386",
};

int guard_wish_option(struct guard_wish *wish, int c)
{
	uint64_t val;

	wish->any = true;
	switch (c) {
	case 'p':
		if (cmd_parse_u64("pid", optarg, 1, INT32_MAX, &val))
			return EXIT_USAGE;
		wish->pid = val;
		break;
	case 'c':
		wish->caps = optarg;
		break;
	case 'k':
		wish->kernel = optarg;
		break;
	case 's':
		wish->flags |= RS_GUARD_SKIP_UNKNOWN;
		break;
	default:
		return EXIT_USAGE;
	}
	if (wish->pid && wish->caps)
		return cmd_usage("give one of --pid and --caps");
	return 0;
}

int guard_wish_state(struct guard_wish *wish)
{
	int err;

	err = rs_guard_state_of(&wish->state, wish->pid);
	if (err)
		return cmd_lib_error(err);
	if (wish->caps && rs_guard_state_caps(&wish->state, wish->caps))
		return cmd_usage("--caps: %s", rs_error());
	if (wish->kernel && rs_guard_state_kernel(&wish->state, wish->kernel))
		return cmd_usage("--kernel: %s", rs_error());
	return 0;
}

static bool has_all_caps(uint64_t caps)
{
	unsigned int cap;

	for (cap = 0; rs_cap_name(cap); cap++)
		if (!(caps >> cap & 1))
			return false;
	return true;
}

static void out_caps(uint64_t caps)
{
	unsigned int cap;

	if (!out_is_json() && has_all_caps(caps)) {
		out_str("capabilities", "all");
		return;
	}
	out_array("capabilities");
	for (cap = 0; rs_cap_name(cap); cap++)
		if (caps >> cap & 1)
			out_str(NULL, rs_cap_name(cap));
	out_end();
}

void guard_out_state(const struct guard_wish *wish)
{
	const struct rs_guard_state *state = &wish->state;

	out_object("resolved_for");
	out_str("machine", state->arch);
	out_fmt("kernel", "%u.%u", state->kernel[0], state->kernel[1]);
	out_str("capabilities_of", wish->pid ? "the process of --pid" :
		wish->caps ? "--caps" : "this process");
	out_caps(state->caps);
	out_end();
}

void guard_verdict(char buf[GUARD_VERDICT_LEN], uint32_t verdict)
{
	unsigned int error = verdict & SECCOMP_RET_DATA;
	const char *name = strerrorname_np(error);
	const char *words = NULL;

	switch (verdict & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		words = "allowed";
		break;
	case SECCOMP_RET_LOG:
		words = "allowed and logged";
		break;
	case RSG_RET_STOP:
		words = "stops the process";
		break;
	case SECCOMP_RET_TRAP:
		words = "SIGSYS";
		break;
	case SECCOMP_RET_KILL_THREAD:
		words = "ends the thread";
		break;
	case SECCOMP_RET_KILL_PROCESS:
		words = "ends the process";
		break;
	}
	if (words)
		snprintf(buf, GUARD_VERDICT_LEN, "%s", words);
	else if (name)
		snprintf(buf, GUARD_VERDICT_LEN, "fails: %s", name);
	else
		snprintf(buf, GUARD_VERDICT_LEN, "fails: errno %u", error);
}

/* Small numbers are counts, large ones are bits. */
static int print_number(char *buf, size_t len, uint64_t val)
{
	return snprintf(buf, len, val < 4096 ? "%" PRIu64 : "0x%" PRIx64, val);
}

static size_t print_arg(char *buf, size_t len, const struct rs_guard_arg *arg)
{
	static const char * const signs[] = {
		[RS_GUARD_NE] = "!=", [RS_GUARD_LT] = "<",
		[RS_GUARD_LE] = "<=", [RS_GUARD_EQ] = "==",
		[RS_GUARD_GE] = ">=", [RS_GUARD_GT] = ">",
	};
	size_t n = snprintf(buf, len, "arg%u ", arg->index);

	if (arg->op != RS_GUARD_MASKED_EQ) {
		n += snprintf(buf + n, len - n, "%s ", signs[arg->op]);
		return n + print_number(buf + n, len - n, arg->value);
	}
	n += snprintf(buf + n, len - n, "& 0x%" PRIx64 " == ", arg->value);
	return n + print_number(buf + n, len - n, arg->value_two & arg->value);
}

void guard_condition(char buf[GUARD_CONDITION_LEN],
		     const struct rs_guard_condition *condition)
{
	size_t n = 0;
	unsigned int i;

	for (i = 0; i < condition->nr_args; i++) {
		if (i)
			n += snprintf(buf + n, GUARD_CONDITION_LEN - n,
				      " and ");
		n += print_arg(buf + n, GUARD_CONDITION_LEN - n,
			       &condition->args[i]);
	}
}
