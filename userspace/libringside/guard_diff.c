// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which calls end differently under two profiles? Where rules depend on
 * arguments, both are asked about every value at which a comparison of either
 * may change its mind, and all combinations of these. That is exact as long as
 * no masks are compared and the combinations are not too many; beyond that,
 * rules that are not written the same are said to differ. Rules on objects are
 * compared one by one, as they are written.
 */
#include <stdlib.h>
#include <string.h>
#include "guard_profile.h"

/* Combinations that are tried for one call. */
#define MAX_SAMPLES	200000

/**
 * struct values - what one argument is set to
 * @val: the values
 * @nr: their number
 * @cap: how many there is room for
 */
struct values {
	uint64_t *val;
	size_t nr;
	size_t cap;
};

static int add_value(struct values *v, unsigned int abi, uint64_t val)
{
	uint64_t *more;
	size_t i;

	if (abi == RSG_I386)
		val &= UINT32_MAX;
	for (i = 0; i < v->nr; i++)
		if (v->val[i] == val)
			return 0;
	/* One of so many is too many anyway. */
	if (v->nr > MAX_SAMPLES / 100)
		return 0;
	if (v->nr == v->cap) {
		v->cap = v->cap ? v->cap * 2 : 16;
		more = reallocarray(v->val, v->cap, sizeof(*more));
		if (!more)
			return rs_fail(ENOMEM, "diff");
		v->val = more;
	}
	v->val[v->nr++] = val;
	return 0;
}

/* Values with the masked bits, without any one of them, and among others. */
static int add_masked(struct values *v, unsigned int abi,
		      const struct rs_guard_arg *arg)
{
	uint64_t base = arg->value_two & arg->value, bit;
	int ret;

	ret = add_value(v, abi, base);
	if (!ret)
		ret = add_value(v, abi, base | ~arg->value);
	for (bit = 1; bit && !ret; bit <<= 1)
		if (arg->value & bit)
			ret = add_value(v, abi, base ^ bit);
	return ret;
}

static int add_edges(struct values *v, unsigned int abi,
		     const struct rs_guard_arg *arg)
{
	int ret;

	if (arg->op == RS_GUARD_MASKED_EQ)
		return add_masked(v, abi, arg);
	ret = add_value(v, abi, arg->value);
	if (!ret)
		ret = add_value(v, abi, arg->value + 1);
	if (!ret)
		ret = add_value(v, abi, arg->value - 1);
	return ret;
}

/**
 * struct question - two rules of one call
 * @a: of the first profile
 * @b: of the second one
 * @abi: the ABI
 * @nr: the call
 * @values: what to set the arguments to
 * @masks: a comparison uses a mask
 */
struct question {
	const struct rs_guard_profile *a, *b;
	unsigned int abi, nr;
	struct values values[RS_GUARD_ARGS];
	bool masks;
};

static int add_call(struct question *q, const struct rs_guard_call *call)
{
	const struct rs_guard_arg *arg;
	unsigned int k;
	int ret = 0;
	size_t i;

	for (i = 0; i < call->nr_conditions && !ret; i++) {
		for (k = 0; k < call->conditions[i].nr_args && !ret; k++) {
			arg = &call->conditions[i].args[k];
			q->masks |= arg->op == RS_GUARD_MASKED_EQ;
			ret = add_edges(&q->values[arg->index], q->abi, arg);
		}
	}
	return ret;
}

static bool same_condition(const struct rs_guard_condition *a,
			   const struct rs_guard_condition *b)
{
	unsigned int i;

	if (a->verdict != b->verdict || a->nr_args != b->nr_args)
		return false;
	for (i = 0; i < a->nr_args; i++)
		if (a->args[i].index != b->args[i].index ||
		    a->args[i].op != b->args[i].op ||
		    a->args[i].value != b->args[i].value ||
		    a->args[i].value_two != b->args[i].value_two)
			return false;
	return true;
}

/* Are the rules the same, to the letter? */
static bool same_rules(const struct rs_guard_call *a,
		       const struct rs_guard_call *b)
{
	size_t i;

	if (a->verdict != b->verdict || a->nr_conditions != b->nr_conditions)
		return false;
	for (i = 0; i < a->nr_conditions; i++)
		if (!same_condition(&a->conditions[i], &b->conditions[i]))
			return false;
	return true;
}

/* Set the arguments to the next combination. */
static bool advance(const struct question *q, size_t *at, uint64_t *args)
{
	unsigned int i;

	for (i = 0; i < RS_GUARD_ARGS; i++) {
		if (++at[i] < q->values[i].nr) {
			args[i] = q->values[i].val[at[i]];
			return true;
		}
		at[i] = 0;
		args[i] = q->values[i].val[0];
	}
	return false;
}

static void ask(const struct question *q, struct rs_guard_difference *diff)
{
	diff->a = rs_guard_profile_verdict(q->a, q->abi, q->nr, diff->args);
	diff->b = rs_guard_profile_verdict(q->b, q->abi, q->nr, diff->args);
	diff->sample = diff->a != diff->b;
}

/* Try them all, or as many as there may be. Return true if it was all. */
static bool try_all(const struct question *q, struct rs_guard_difference *diff)
{
	size_t at[RS_GUARD_ARGS] = { 0 };
	unsigned int i, tried = 0;

	for (i = 0; i < RS_GUARD_ARGS; i++)
		diff->args[i] = q->values[i].val[0];
	do {
		ask(q, diff);
		if (diff->sample)
			return true;
		if (++tried == MAX_SAMPLES)
			return false;
	} while (advance(q, at, diff->args));
	return true;
}

/* Return 1 if they differ, 0 if not, or -ENOMEM. */
static int compare(struct question *q, struct rs_guard_difference *diff)
{
	struct rs_guard_call a, b;
	unsigned int i;
	bool all;
	int ret;

	rs_guard_profile_call(q->a, q->abi, q->nr, &a);
	rs_guard_profile_call(q->b, q->abi, q->nr, &b);
	if (same_rules(&a, &b))
		return 0;
	ret = add_call(q, &a);
	if (!ret)
		ret = add_call(q, &b);
	for (i = 0; i < RS_GUARD_ARGS && !ret; i++) {
		if (q->values[i].nr)
			diff->depends |= 1U << i;
		ret = add_value(&q->values[i], q->abi, 0);
		if (!ret && diff->depends & 1U << i)
			ret = add_value(&q->values[i], q->abi, UINT64_MAX);
	}
	if (ret)
		return ret;
	all = try_all(q, diff);
	return diff->sample || !all || q->masks;
}

int rs_guard_profile_diff(const struct rs_guard_profile *a,
			  const struct rs_guard_profile *b,
			  int (*each)(const struct rs_guard_difference *diff,
				      void *arg),
			  void *arg)
{
	unsigned int abi, nr, i;
	int ret = 0;

	for (abi = 0; abi < RSG_ABIS && !ret; abi++) {
		for (nr = 0; nr < RSG_CALLS && !ret; nr++) {
			struct rs_guard_difference diff = {
				.abi = abi, .nr = nr, .name = a->names[abi][nr],
			};
			struct question q = {
				.a = a, .b = b, .abi = abi, .nr = nr,
			};

			/* A number without a name is no call. */
			if (!diff.name)
				continue;
			ret = compare(&q, &diff);
			for (i = 0; i < RS_GUARD_ARGS; i++)
				free(q.values[i].val);
			if (ret > 0)
				ret = each(&diff, arg);
		}
	}
	return ret;
}

/* --- Rules on objects --- */

static bool same_object(const struct rs_object *a, const struct rs_object *b)
{
	return a->rule.object == b->rule.object &&
	       a->rule.verdict == b->rule.verdict &&
	       a->rule.access == b->rule.access &&
	       a->rule.family == b->rule.family &&
	       a->rule.type == b->rule.type &&
	       !strcmp(a->path ? a->path : "", b->path ? b->path : "");
}

/* Is one like @object among the first @nr of @profile? */
static bool has_object(const struct rs_guard_profile *profile, size_t nr,
		       const struct rs_object *object)
{
	while (nr)
		if (same_object(&profile->objects[--nr], object))
			return true;
	return false;
}

/* The next one from *@i on that @other has, too, and that is no repetition. */
static const struct rs_object *next_common(const struct rs_guard_profile *profile,
					   const struct rs_guard_profile *other,
					   size_t *i)
{
	const struct rs_object *object;

	while (*i < profile->nr_objects) {
		object = &profile->objects[(*i)++];
		if (!has_object(profile, *i - 1, object) &&
		    has_object(other, other->nr_objects, object))
			return object;
	}
	return NULL;
}

static bool same_order(const struct rs_guard_profile *a,
		       const struct rs_guard_profile *b)
{
	const struct rs_object *x, *y;
	size_t i = 0, j = 0;

	do {
		x = next_common(a, b, &i);
		y = next_common(b, a, &j);
		if (x && !same_object(x, y))
			return false;
	} while (x);
	return true;
}

int rs_guard_profile_diff_objects(const struct rs_guard_profile *a,
				  const struct rs_guard_profile *b,
				  int (*each)(const struct rs_guard_object_difference *diff,
					      void *arg),
				  void *arg)
{
	bool moved = !same_order(a, b);
	struct rs_guard_object_difference diff;
	int ret = 0;
	size_t i;

	for (i = 0; i < a->nr_objects && !ret; i++) {
		diff.in_a = true;
		diff.in_b = has_object(b, b->nr_objects, &a->objects[i]);
		if (diff.in_b && !moved)
			continue;
		rs_object_say(&a->objects[i], diff.text, sizeof(diff.text));
		ret = each(&diff, arg);
	}
	for (i = 0; i < b->nr_objects && !ret; i++) {
		diff.in_a = has_object(a, a->nr_objects, &b->objects[i]);
		diff.in_b = true;
		if (diff.in_a)
			continue;
		rs_object_say(&b->objects[i], diff.text, sizeof(diff.text));
		ret = each(&diff, arg);
	}
	return ret;
}
