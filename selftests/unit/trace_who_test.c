// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is the difference of two copies right although cgroups were removed, and
 * process numbers used again, in between?
 */
#include "../../userspace/libringside/trace_who.c"
#include "tap.h"

const struct rs_device rs_trace_device = { .path = "none" };

/* Ids of the root, a cgroup in it, and one in that. */
enum { ROOT = 1, SLICE = 10, UNIT = 20 };

static struct rs_trace_who *copy_of(size_t nr, const struct group *groups)
{
	struct rs_trace_who *w = calloc(1, sizeof(*w));
	size_t i;

	w->khz = 1000000;
	w->nr_calls = 1;
	w->nr_sums = 2;
	w->nr_groups = nr;
	w->group = calloc(nr, sizeof(*w->group));
	for (i = 0; i < nr; i++) {
		w->group[i] = groups[i];
		w->group[i].path = strdup("x");
		w->group[i].sum = calloc(2, sizeof(struct rs_trace_sum));
		memcpy(w->group[i].sum, groups[i].sum,
		       2 * sizeof(struct rs_trace_sum));
	}
	return w;
}

static uint64_t count_of(const struct rs_trace_who *w, uint64_t id)
{
	struct rs_trace_cgroup g;
	size_t i;

	for (i = 0; i < rs_trace_who_cgroups(w); i++)
		if (!rs_trace_who_cgroup(w, i, &g) && g.id == id)
			return g.count;
	return -1ULL;
}

static struct rs_trace_sum root[2] = { { 100, 1000 }, { 10, 100 } };
static struct rs_trace_sum slice[2] = { { 50, 500 }, { 5, 50 } };
static struct rs_trace_sum unit[2] = { { 7, 70 }, { 3, 30 } };

TEST(a_cgroup_that_stays_has_what_it_did)
{
	struct rs_trace_sum more[2] = { { 130, 1300 }, { 11, 100 } };
	const struct group before[] = { { ROOT, 0, NULL, root } };
	const struct group after[] = { { ROOT, 0, NULL, more } };
	struct rs_trace_who *a = copy_of(1, before), *b = copy_of(1, after);

	rs_trace_who_subtract(b, a);
	EXPECT_EQ(31, count_of(b, ROOT));
	rs_trace_who_free(a);
	rs_trace_who_free(b);
}

/* The grandparent has inherited all of it, and it is not counted again. */
TEST(what_was_inherited_is_no_difference)
{
	struct rs_trace_sum all[2] = { { 100 + 50 + 7 + 1, 0 }, { 18, 0 } };
	const struct group before[] = {
		{ ROOT, 0, NULL, root }, { SLICE, ROOT, NULL, slice },
		{ UNIT, SLICE, NULL, unit },
	};
	const struct group after[] = { { ROOT, 0, NULL, all } };
	struct rs_trace_who *a = copy_of(3, before), *b = copy_of(1, after);

	rs_trace_who_subtract(b, a);
	EXPECT_EQ(1, count_of(b, ROOT));
	rs_trace_who_free(a);
	rs_trace_who_free(b);
}

/* No kernel says so; a file that was written by somebody else may. */
TEST(a_cgroup_that_is_its_own_ancestor_has_no_heir)
{
	const struct group before[] = {
		{ SLICE, UNIT, NULL, slice }, { UNIT, SLICE, NULL, unit },
	};
	const struct group after[] = { { ROOT, 0, NULL, root } };
	struct rs_trace_who *a = copy_of(2, before), *b = copy_of(1, after);

	rs_trace_who_subtract(b, a);
	EXPECT_EQ(110, count_of(b, ROOT));
	rs_trace_who_free(a);
	rs_trace_who_free(b);
}

TEST(a_new_cgroup_has_all_of_it)
{
	const struct group before[] = { { ROOT, 0, NULL, root } };
	const struct group after[] = {
		{ ROOT, 0, NULL, root }, { SLICE, ROOT, NULL, slice },
	};
	struct rs_trace_who *a = copy_of(1, before), *b = copy_of(2, after);

	rs_trace_who_subtract(b, a);
	EXPECT_EQ(0, count_of(b, ROOT));
	EXPECT_EQ(55, count_of(b, SLICE));
	rs_trace_who_free(a);
	rs_trace_who_free(b);
}

TEST(a_number_that_is_used_again_is_another_thread)
{
	struct rs_trace_who *a = copy_of(0, NULL), *b = copy_of(0, NULL);
	struct rs_trace_thread t;

	a->nr_tasks = 2;
	b->nr_tasks = 2;
	a->task = calloc(2, sizeof(*a->task));
	b->task = calloc(2, sizeof(*b->task));
	a->task[0] = (struct rs_trace_task) { .pid = 5, .start_ns = 1,
					      .calls = 40 };
	a->task[1] = (struct rs_trace_task) { .pid = 3, .start_ns = 1,
					      .calls = 30 };
	b->task[0] = (struct rs_trace_task) { .pid = 5, .start_ns = 2,
					      .calls = 41 };
	b->task[1] = (struct rs_trace_task) { .pid = 3, .start_ns = 1,
					      .calls = 31 };
	rs_trace_who_subtract(b, a);
	EXPECT_EQ(0, rs_trace_who_task(b, 0, &t));
	EXPECT_EQ(41, t.count);
	EXPECT_EQ(0, rs_trace_who_task(b, 1, &t));
	EXPECT_EQ(1, t.count);
	EXPECT_EQ(-EINVAL, rs_trace_who_task(b, 2, &t));
	rs_trace_who_free(a);
	rs_trace_who_free(b);
}

/* Of a kernel side that does not keep to its ABI. */
TEST(cgroups_with_different_numbers_of_sums_are_refused)
{
	struct rs_trace_group arg = { .id = ROOT, .nr_sums = 2 };
	struct rs_trace_who *w = calloc(1, sizeof(*w));

	EXPECT_EQ(0, keep(w, &arg, "/", root));
	arg.nr_sums = 1;
	EXPECT_EQ(-EPROTO, keep(w, &arg, "/slice", slice));
	EXPECT_EQ(1, rs_trace_who_cgroups(w));
	rs_trace_who_free(w);
}

TEST_MAIN
