// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules as user space hands them to the kernel: are malformed ones refused,
 * and do the others give the verdict of the first rule that holds, as
 * linux/ringside_guard.h promises?
 */
#include <errno.h>
#include "fuzz.h"
#include "modules/guard/verdict.h"

#define MOST	64
#define VITAL	60

static rsg_frame_layout layout = {
	{ 0, 8, 16, 24, 32, 40 }, { 0, 8, 16, 24, 32, 40 },
};

static struct rsg_rule rules[MOST];
static struct rsg_arg args[MOST];

bool rsg_call_is_vital(unsigned int abi, unsigned int nr)
{
	return abi == RSG_X86_64 && nr == VITAL;
}

static __u32 take_verdict(struct input *in)
{
	static const __u32 verdicts[] = {
		SECCOMP_RET_ALLOW, SECCOMP_RET_LOG, SECCOMP_RET_KILL_THREAD,
		SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_ERRNO | 1,
		SECCOMP_RET_TRAP | 7, RSG_RET_STOP,
	};
	uint8_t how = in_u8(in);

	return how < 0xf0 ? verdicts[how % 7] : in_u32(in);
}

/* Few calls, so that rules meet; sometimes any number at all. */
static __u16 take_call(struct input *in)
{
	uint8_t how = in_u8(in);

	if (how < 0xe0)
		return how % 4 + 58;
	return how < 0xf0 ? RSG_CALLS - 1 + how % 2 : in_u16(in);
}

static void take_rules(struct input *in, struct rsg_source *source)
{
	unsigned int i;

	source->nr_rules = in_u8(in) % (MOST + 1);
	source->nr_args = in_u8(in) % (MOST + 1);
	source->default_verdict = take_verdict(in);
	for (i = 0; i < source->nr_args; i++) {
		uint8_t how = in_u8(in);

		args[i] = (struct rsg_arg){
			.index = how % 6, .op = 1 + (how >> 3) % 7,
			.value = in_edge(in),
		};
		if (args[i].op == RSG_OP_MASKED_EQ || how == 0xff)
			args[i].value_two = in_edge(in);
		if (how == 0xfe)
			in_bytes(in, &args[i], sizeof(args[i]));
	}
	for (i = 0; i < source->nr_rules; i++) {
		uint8_t how = in_u8(in);

		rules[i] = (struct rsg_rule){
			.abi = how & 1, .nr = take_call(in), .tag = i,
			.nr_args = (how >> 1) % 4, .verdict = take_verdict(in),
			.first_arg = in_u8(in) % (MOST + 2),
		};
		if (how == 0xfe)
			in_bytes(in, &rules[i], sizeof(rules[i]));
		/* What is in range is the rule's place, for check(). */
		if (rules[i].tag <= RSG_TAG_MAX)
			rules[i].tag = i;
	}
}

static bool holds(const struct rsg_arg *arg, __u64 width, __u64 val)
{
	__u64 value = arg->value & width;

	val &= width;
	switch (arg->op) {
	case RSG_OP_NE: return val != value;
	case RSG_OP_LT: return val < value;
	case RSG_OP_LE: return val <= value;
	case RSG_OP_EQ: return val == value;
	case RSG_OP_GE: return val >= value;
	case RSG_OP_GT: return val > value;
	default: return (val & value) == (arg->value_two & value);
	}
}

/* What the header promises, word by word. */
static __u32 promised(const struct rsg_source *source, unsigned int abi,
		      unsigned int nr, const __u64 *frame)
{
	__u64 width = abi == RSG_I386 ? 0xffffffffULL : ~0ULL;
	unsigned int i, a;

	for (i = 0; i < source->nr_rules; i++) {
		const struct rsg_rule *rule = &source->rules[i];

		if (rule->abi != abi || rule->nr != nr)
			continue;
		for (a = 0; a < rule->nr_args; a++) {
			const struct rsg_arg *arg =
				&source->args[rule->first_arg + a];

			if (!holds(arg, width, frame[arg->index]))
				break;
		}
		if (a == rule->nr_args)
			return rule->verdict;
	}
	if (!rsg_verdict_allows(source->default_verdict) &&
	    rsg_call_is_vital(abi, nr))
		return SECCOMP_RET_ALLOW;
	return source->default_verdict;
}

static void check(const struct rsg_rules *filled,
		  const struct rsg_source *source, unsigned int abi,
		  unsigned int nr, const __u64 *frame)
{
	__u32 want = promised(source, abi, nr, frame), entry;
	unsigned int bit = abi * RSG_CALLS + nr;
	__s16 tag;

	MUST(rsg_rules_verdict(filled, abi, nr, frame) == want);
	MUST(rsg_rules_judge(filled, abi, nr, frame, &tag) == want);
	entry = filled->verdicts[abi][nr];
	MUST(!(filled->wanted[bit / 64] >> bit % 64 & 1) ==
	     (entry == SECCOMP_RET_ALLOW));
	MUST(tag == -1 || rules[tag].verdict == want);
}

static void check_rule(const struct rsg_rules *filled,
		       const struct rsg_source *source,
		       const struct rsg_rule *rule, __u64 *frame)
{
	unsigned int a, delta;

	for (a = 0; a < rule->nr_args; a++) {
		const struct rsg_arg *arg = &args[rule->first_arg + a];

		for (delta = 0; delta < 3; delta++) {
			frame[arg->index] = arg->value + delta - 1;
			check(filled, source, rule->abi, rule->nr, frame);
		}
		frame[arg->index] = arg->op == RSG_OP_MASKED_EQ ?
				    arg->value_two : arg->value;
		check(filled, source, rule->abi, rule->nr, frame);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static __u8 name[RSG_NAME_LEN];
	struct input in = { data, len };
	struct rsg_source source = { .rules = rules, .args = args };
	struct rsg_rules *filled;
	__u64 frame[RSG_ARGS];
	unsigned int i, max;

	take_rules(&in, &source);
	in_bytes(&in, frame, sizeof(frame));
	in_bytes(&in, name, sizeof(name));
	if (!rsg_name_check(name))
		MUST(name[0] && memchr(name, 0, sizeof(name)) &&
		     !memchr(name, '/', strlen((char *)name)));
	max = rsg_rules_max_steps(&source);
	filled = malloc(sizeof(*filled) + max * sizeof(filled->steps[0]));
	MUST(filled);
	if (!rsg_rules_fill(filled, &source, layout)) {
		MUST(filled->nr_steps <= max);
		for (i = 0; i < RSG_ABIS * RSG_CALLS; i++)
			check(filled, &source, i / RSG_CALLS, i % RSG_CALLS,
			      frame);
		for (i = 0; i < source.nr_rules; i++)
			check_rule(filled, &source, &rules[i], frame);
	}
	free(filled);
	return 0;
}
