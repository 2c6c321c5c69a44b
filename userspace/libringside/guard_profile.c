// SPDX-License-Identifier: GPL-2.0-only
/*
 * A profile in memory, and the verdicts that follow from it: those of the
 * filter that a container runtime makes of the same file with libseccomp.
 *
 *   - A rule that asks for no argument beats those that do; of several, the
 *     first counts.
 *   - A rule whose verdict is the default's is none.
 *   - Comparisons of one entry must all hold; but if two of them look at one
 *     argument, each stands for itself.
 *   - i386 has 32-bit arguments, and calls that socketcall() and ipc() make as
 *     well. A filter can not see the arguments of these: the first one is the
 *     number of the call, the others are compared where they are.
 */
#include <seccomp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "guard_profile.h"

#define I386_SOCKETCALL	102
#define I386_IPC	117

int rs_profile_say(struct rs_guard_profile *profile, enum rs_guard_text which,
		   const struct rs_json *at, const char *fmt, ...)
{
	struct rs_texts *list = &profile->texts[which];
	char reason[256], text[400], **more;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	rs_json_say(at, text, sizeof(text), "%s", reason);
	more = reallocarray(list->text, list->nr + 1, sizeof(*more));
	if (!more)
		return rs_fail(ENOMEM, "profile");
	list->text = more;
	list->text[list->nr] = strdup(text);
	if (!list->text[list->nr])
		return rs_fail(ENOMEM, "profile");
	list->nr++;
	return 0;
}

const char *rs_guard_profile_text(const struct rs_guard_profile *profile,
				  enum rs_guard_text which, size_t i)
{
	const struct rs_texts *list = &profile->texts[which];

	return i < list->nr ? list->text[i] : NULL;
}

void rs_guard_profile_free(struct rs_guard_profile *profile)
{
	unsigned int abi, nr, i;

	if (!profile)
		return;
	for (abi = 0; abi < RSG_ABIS; abi++) {
		for (nr = 0; nr < RSG_CALLS; nr++) {
			free(profile->rules[abi][nr].conditions);
			free(profile->names[abi][nr]);
		}
	}
	for (i = 0; i < RS_GUARD_TEXTS; i++) {
		while (profile->texts[i].nr)
			free(profile->texts[i].text[--profile->texts[i].nr]);
		free(profile->texts[i].text);
	}
	rs_objects_free(profile->objects, profile->nr_objects);
	free(profile);
}

static int add_condition(struct rs_rules *rules,
			 const struct rs_guard_condition *condition)
{
	struct rs_guard_condition *more;

	more = reallocarray(rules->conditions, rules->nr + 1, sizeof(*more));
	if (!more)
		return rs_fail(ENOMEM, "profile");
	rules->conditions = more;
	rules->conditions[rules->nr++] = *condition;
	return 0;
}

static uint64_t width(unsigned int abi)
{
	return abi == RSG_I386 ? UINT32_MAX : UINT64_MAX;
}

/* A comparison whose mask is empty asks for nothing. */
static void drop_empty(struct rs_guard_condition *condition, uint64_t mask)
{
	const struct rs_guard_arg *arg;
	unsigned int i, n = 0;

	for (i = 0; i < condition->nr_args; i++) {
		arg = &condition->args[i];
		if (arg->op != RS_GUARD_MASKED_EQ || arg->value & mask)
			condition->args[n++] = *arg;
	}
	condition->nr_args = n;
}

static int add_rule(struct rs_guard_profile *profile, unsigned int abi, int nr,
		    const struct rs_guard_condition *rule)
{
	struct rs_rules *rules = &profile->rules[abi][nr];
	struct rs_guard_condition condition = *rule;

	drop_empty(&condition, width(abi));
	if (condition.nr_args)
		return add_condition(rules, &condition);
	if (rules->has_rule)
		return 0;
	rules->has_rule = true;
	rules->verdict = rule->verdict;
	rules->entry = rule->entry;
	return 0;
}

/* The same through socketcall() or ipc(), whose argument 0 is @call. */
static int add_multiplexed(struct rs_guard_profile *profile, int nr,
			   unsigned int call,
			   const struct rs_guard_condition *condition)
{
	struct rs_guard_condition c = {
		.verdict = condition->verdict, .entry = condition->entry,
		.nr_args = 1, .args[0] = {
			.index = 0, .op = RS_GUARD_EQ, .value = call,
		},
	};
	unsigned int i;

	for (i = 0; i < condition->nr_args; i++)
		if (condition->args[i].index)
			c.args[c.nr_args++] = condition->args[i];
	return add_rule(profile, RSG_I386, nr, &c);
}

static int add_to_abi(struct rs_guard_profile *profile, unsigned int abi,
		      const char *name,
		      const struct rs_guard_condition *condition)
{
	int nr = rs_guard_resolve(name, abi), direct, ret = 0;

	if (abi == RSG_I386 && nr <= -100 && nr > -300) {
		ret = add_multiplexed(profile, nr > -200 ? I386_SOCKETCALL :
				      I386_IPC, -nr % 100, condition);
		direct = rs_guard_i386_direct(name);
		nr = direct;
	}
	if (ret || nr < 0 || nr >= RSG_CALLS)
		return ret;
	return add_rule(profile, abi, nr, condition);
}

static int add_to_abis(struct rs_guard_profile *profile, const char *name,
		       const struct rs_guard_condition *condition)
{
	unsigned int abi;
	int ret = 0;

	for (abi = 0; abi < RSG_ABIS && !ret; abi++)
		if (profile->abis & 1U << abi)
			ret = add_to_abi(profile, abi, name, condition);
	return ret;
}

/* Do two comparisons look at the same argument? */
static bool looks_twice(const struct rs_entry *entry)
{
	unsigned int seen = 0;
	size_t i;

	for (i = 0; i < entry->nr_args; i++) {
		if (seen & 1U << entry->args[i].index)
			return true;
		seen |= 1U << entry->args[i].index;
	}
	return false;
}

int rs_profile_add(struct rs_guard_profile *profile,
		   const struct rs_entry *entry, const char *name)
{
	struct rs_guard_condition c = {
		.verdict = entry->verdict, .entry = entry->index,
	};
	size_t i;
	int ret = 0;

	if (entry->verdict == profile->default_verdict)
		return 0;
	if (looks_twice(entry)) {
		c.nr_args = 1;
		for (i = 0; i < entry->nr_args && !ret; i++) {
			c.args[0] = entry->args[i];
			ret = add_to_abis(profile, name, &c);
		}
		return ret;
	}
	c.nr_args = entry->nr_args;
	for (i = 0; i < entry->nr_args; i++)
		c.args[i] = entry->args[i];
	return add_to_abis(profile, name, &c);
}

static bool holds(const struct rs_guard_arg *arg, uint64_t mask, uint64_t val)
{
	uint64_t want = arg->value & mask;

	val &= mask;
	switch (arg->op) {
	case RS_GUARD_NE:
		return val != want;
	case RS_GUARD_LT:
		return val < want;
	case RS_GUARD_LE:
		return val <= want;
	case RS_GUARD_EQ:
		return val == want;
	case RS_GUARD_GE:
		return val >= want;
	case RS_GUARD_GT:
		return val > want;
	default:
		return (val & want) == (arg->value_two & want);
	}
}

bool rs_profile_holds(const struct rs_guard_condition *condition,
		      unsigned int abi, const uint64_t *args)
{
	uint64_t mask = width(abi);
	unsigned int i;

	for (i = 0; i < condition->nr_args; i++)
		if (!holds(&condition->args[i], mask,
			   args[condition->args[i].index]))
			return false;
	return true;
}

uint32_t rs_guard_profile_default(const struct rs_guard_profile *profile)
{
	return profile->default_verdict;
}

bool rs_guard_profile_covers(const struct rs_guard_profile *profile,
			     unsigned int abi)
{
	return abi < RSG_ABIS && profile->abis & 1U << abi;
}

uint32_t rs_guard_profile_verdict(const struct rs_guard_profile *profile,
				  unsigned int abi, unsigned int nr,
				  const uint64_t *args)
{
	const struct rs_rules *rules;
	size_t i;

	if (!rs_guard_profile_covers(profile, abi))
		return SECCOMP_RET_KILL_THREAD;
	if (nr >= RSG_CALLS)
		return profile->default_verdict;
	rules = &profile->rules[abi][nr];
	if (rules->has_rule)
		return rules->verdict;
	for (i = 0; i < rules->nr; i++)
		if (rs_profile_holds(&rules->conditions[i], abi, args))
			return rules->conditions[i].verdict;
	return profile->default_verdict;
}

void rs_guard_profile_call(const struct rs_guard_profile *profile,
			   unsigned int abi, unsigned int nr,
			   struct rs_guard_call *call)
{
	const struct rs_rules *rules = &profile->rules[abi][nr];

	*call = (struct rs_guard_call){
		.name = profile->names[abi][nr],
		.verdict = profile->default_verdict,
	};
	if (!rs_guard_profile_covers(profile, abi))
		call->verdict = SECCOMP_RET_KILL_THREAD;
	else if (rules->has_rule)
		call->verdict = rules->verdict;
	call->has_rule = rules->has_rule;
	if (rules->has_rule)
		return;
	call->conditions = rules->conditions;
	call->nr_conditions = rules->nr;
}
