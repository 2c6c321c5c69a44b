// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parts of the modules that need no kernel, beside models that are too slow
 * for one: tables of tasks, buckets of latencies, plans of the balloon,
 * explanations of credentials.
 */
#include "fuzz.h"
#include "modules/balloon/plan.h"
#include "modules/trace/cred_table.h"
#include "modules/trace/hist.h"
#include "modules/trace/pending.h"
#include "modules/trace/slot.h"
#include "trace_hist.h"

#define TASKS	64

static struct rst_pending pending;
static struct rst_slots slots;

/* Multiples of a large power of two meet in few buckets. */
static unsigned long task_of(unsigned int i)
{
	return (unsigned long)(i % TASKS + 1) << 54 | 0x40;
}

static void fuzz_pending(struct input *in)
{
	int cause[TASKS];
	unsigned int i;

	memset(&pending, 0, sizeof(pending));
	memset(cause, 0xff, sizeof(cause));
	while (in->len) {
		uint8_t what = in_u8(in), who = in_u8(in) % TASKS;
		bool known = cause[who] >= 0;

		MUST(rst_pending_has(&pending, task_of(who)) == known);
		if (what & 1) {
			MUST(rst_pending_take(&pending, task_of(who)) ==
			     cause[who]);
			cause[who] = -1;
		} else if (rst_pending_set(&pending, task_of(who), what)) {
			cause[who] = what;
		} else {
			MUST(!known);
		}
	}
	for (i = 0; i < TASKS; i++)
		MUST(rst_pending_take(&pending, task_of(i)) == cause[i]);
}

static void fuzz_slots(struct input *in)
{
	struct rst_slot *of[TASKS] = { NULL }, *slot;
	unsigned int i;

	memset(&slots, 0, sizeof(slots));
	while (in->len) {
		uint8_t what = in_u8(in), who = in_u8(in) % TASKS;

		MUST(rst_slot_find(&slots, task_of(who)) == of[who]);
		if (what & 1) {
			rst_slot_free(&slots, task_of(who));
			of[who] = NULL;
			continue;
		}
		slot = rst_slot_get(&slots, task_of(who));
		MUST(!of[who] || slot == of[who]);
		for (i = 0; slot && i < TASKS; i++)
			MUST(i == who || of[i] != slot);
		of[who] = slot;
		if (slot)
			slot->calls++;
	}
}

/* Both ends of a bucket are in it, and the tool agrees about them. */
static void fuzz_hist(struct input *in)
{
	uint64_t value = in_edge(in) & RST_HIST_LIMIT;
	unsigned int bits = in_u8(in) % 9;
	unsigned long b = rst_hist_bucket(value, bits);

	MUST(b < rst_hist_buckets(bits));
	MUST(rs_hist_low(b, bits) <= value && value <= rs_hist_high(b, bits));
	MUST(rst_hist_bucket(rs_hist_low(b, bits), bits) == b);
	MUST(rst_hist_bucket(rs_hist_high(b, bits) & RST_HIST_LIMIT, bits) ==
	     b);
}

static void follow(const struct rsb_plan *plan, unsigned long units,
		   unsigned long pages, unsigned long goal)
{
	unsigned long moved = plan->units * RSB_UNIT_PAGES + plan->pages;
	unsigned long held = units * RSB_UNIT_PAGES + pages;

	switch (plan->action) {
	case RSB_REST:
		MUST(held == goal);
		break;
	case RSB_INFLATE:
		MUST(held + moved == goal && !plan->split);
		break;
	case RSB_DEFLATE:
		MUST(held - moved == goal);
		MUST(plan->units + !!plan->split <= units);
		MUST(plan->pages <=
		     pages + (plan->split ? RSB_UNIT_PAGES : 0));
		break;
	}
}

static void fuzz_plan(struct input *in)
{
	unsigned long units = in_u16(in), pages = in_u16(in);
	unsigned long held = units * RSB_UNIT_PAGES + pages;
	struct rsb_target t = { .host = in_u32(in) & 0xffffff };
	struct rsb_plan plan, whole;
	struct rsb_room room = {
		.ram = in_u32(in), .available = in_u32(in),
		.floor = in_u32(in), .reserve = in_u8(in) << 8,
	};
	uint64_t rate = in_edge(in);

	t.extra = rsb_extra(t.host, in_u32(in) & 0xffffff);
	MUST(!(t.extra % RSB_UNIT_PAGES));
	MUST(rsb_actual(held, &t) <= held);
	rsb_plan(&plan, units, pages, &t);
	follow(&plan, units, pages, t.host + t.extra);
	whole = plan;
	rsb_plan_whole(&whole);
	MUST(!whole.split);
	rsb_limit(&plan, held, &room);
	if (plan.action == RSB_INFLATE && (plan.units || plan.pages))
		MUST(held + plan.units * RSB_UNIT_PAGES + plan.pages <=
		     room.ram - room.floor);
	MUST(rsb_rate_step(rate) > 0);
	MUST(rsb_rate_pause(in_u32(in), rate) <= 60000);
}

/* No page is lost or made, and neighbours have been joined. */
static void fuzz_merge(struct input *in)
{
	struct rsb_range r[32];
	unsigned int i, n = 0;
	unsigned long sum = 0;
	bool used[64] = { false };

	while (in->len && n < 32) {
		uint8_t at = in_u8(in) % 64;

		if (used[at])
			continue;
		used[at] = true;
		r[n++] = (struct rsb_range){ at * 8UL, 8 };
		sum += 8;
	}
	n = rsb_merge(r, n);
	for (i = 0; i < n; i++) {
		sum -= r[i].nr;
		MUST(!i || r[i - 1].pfn + r[i - 1].nr < r[i].pfn);
	}
	MUST(!sum);
}

static void take_set(struct input *in, struct rst_cred_set *set)
{
	unsigned int i;

	for (i = 0; i < RST_NR_PAIRS; i++)
		set->ids[i] = in_u8(in) % 4 | (uint64_t)(in_u8(in) % 4) << 32;
	for (i = 0; i < RST_NR_CAPS; i++)
		set->caps[i] = in_edge(in);
	set->user_ns = in_u8(in) % 3;
	set->securebits = in_u8(in);
}

static void fuzz_cred(struct input *in)
{
	const struct rst_cred_row *row =
		&rst_cred_rows[in_u8(in) % rst_cred_nr_rows];
	struct rst_cred_call call = {
		.abi = in_u8(in) % 4, .nr = row->x64[in_u8(in) % 4],
		.no_new_privs = in_u8(in) & 1, .outwards = in_u8(in) & 1,
	};
	struct rst_cred_set old, new;

	if (call.abi == RST_ABI_I386)
		call.nr = row->i386[in_u8(in) % 4];
	if (call.abi == RST_ABI_NONE)
		call.nr = -1;
	take_set(in, &old);
	new = old;
	if (in_u8(in) & 1)
		take_set(in, &new);
	if (rst_cred_explain(row, &old, &new, &call) != RST_FLAW_NONE)
		return;
	MUST(rst_cred_call_fits(row, &call));
	if (row->may == RST_MAY_NOTHING)
		MUST(!memcmp(old.caps, new.caps, sizeof(old.caps)));
	if (row->may == RST_MAY_CAPS)
		MUST(!(new.caps[RST_CAPS_PERMITTED] &
		       ~old.caps[RST_CAPS_PERMITTED]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static void (*const parts[])(struct input *in) = {
		fuzz_pending, fuzz_slots, fuzz_hist, fuzz_plan, fuzz_merge,
		fuzz_cred,
	};
	struct input in = { data, len };

	parts[in_u8(&in) % 6](&in);
	return 0;
}
