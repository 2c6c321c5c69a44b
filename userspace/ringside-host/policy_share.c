// SPDX-License-Identifier: GPL-2.0-only
/*
 * How memory is divided: everybody's min; then what is in use, by shares; then
 * the rest, by shares, where idle memory is taxed. The tax is that of
 * C. A. Waldspurger, "Memory Resource Management in VMware ESX Server" (OSDI
 * 2002): the price in shares of an idle byte is k = 1 / (1 - tax) times that of
 * a used one, so that of two VMs with equal shares, one idle and one not, the
 * idle one keeps some of its idle memory, but not all.
 */
#include "policy_step.h"

/* What a VM gets when a share is worth @price bytes. */
static uint64_t part(const struct rsh_work *w, uint32_t shares, uint64_t price,
		     uint32_t tax_percent)
{
	uint64_t x;

	if (__builtin_mul_overflow(price, (uint64_t)shares, &x))
		x = UINT64_MAX;
	if (x > w->claim_active)
		x = rsh_add(w->claim_active,
			    rsh_scale(x - w->claim_active, 100 - tax_percent,
				      100));
	return rsh_clamp(x, w->claim_floor, w->claim_cap);
}

static uint64_t divide_at(struct rsh_step *step, uint64_t price,
			  uint32_t tax_percent)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < step->n; i++) {
		struct rsh_work *w = &step->vms[i].w;

		w->part = 0;
		if (!step->vms[i].known || !w->claim_cap)
			continue;
		w->part = part(w, step->limits[i].shares, price, tax_percent);
		sum = rsh_add(sum, w->part);
	}
	return sum;
}

/*
 * The higher the price of a share, the more everybody gets: the highest one at
 * which it is enough for all is found by halving. At price 0 all have their
 * floors.
 */
uint64_t rsh_divide(struct rsh_step *step, uint64_t total, uint32_t tax_percent)
{
	uint64_t price = 0, bit;

	for (bit = (uint64_t)1 << 62; bit; bit >>= 1)
		if (divide_at(step, price | bit, tax_percent) <= total)
			price |= bit;
	return divide_at(step, price, tax_percent);
}

/* Sum of what is above the mins: of needs. */
static uint64_t claim(struct rsh_step *step)
{
	uint64_t needs = 0;
	size_t i;

	for (i = 0; i < step->n; i++) {
		struct rsh_work *w = &step->vms[i].w;

		w->claim_cap = 0;
		if (!step->vms[i].known || !w->shares)
			continue;
		w->claim_floor = w->need - w->low;
		w->claim_active = w->demand - w->low;
		w->claim_cap = w->cap - w->low;
		needs = rsh_add(needs, w->claim_floor);
	}
	return needs;
}

/* Not even what is in use fits: nothing else is claimed. */
static void claim_needs_only(struct rsh_step *step)
{
	size_t i;

	for (i = 0; i < step->n; i++) {
		struct rsh_work *w = &step->vms[i].w;

		if (!w->claim_cap)
			continue;
		w->claim_cap = w->claim_floor;
		w->claim_active = w->claim_cap;
		w->claim_floor = 0;
	}
}

/* What is left above the mins, after those whom nobody can move. */
static uint64_t above_mins(const struct rsh_step *step)
{
	uint64_t taken = 0;
	size_t i;

	for (i = 0; i < step->n; i++) {
		const struct rsh_work *w = &step->vms[i].w;

		if (!step->vms[i].known)
			continue;
		taken = rsh_add(taken, w->shares ?
				       rsh_add(w->low, w->overhead) :
				       w->expected);
	}
	return rsh_sub(step->distributable, taken);
}

/* Those whom nobody can move have what they have. */
static void set_ideals(struct rsh_step *step)
{
	size_t i;

	for (i = 0; i < step->n; i++) {
		struct rsh_work *w = &step->vms[i].w;

		if (!step->vms[i].known)
			continue;
		w->ideal = w->shares ? w->low + w->part : w->level;
	}
}

/*
 * The reserve is for changes: it is not handed out, unless memory in use would
 * not fit without it.
 */
void rsh_share(struct rsh_step *step)
{
	uint64_t all = above_mins(step), needs = claim(step);
	uint64_t total = rsh_sub(all, step->s->reserve);
	uint32_t tax = step->s->tax_percent;

	if (needs > all) {
		claim_needs_only(step);
		total = all;
		tax = 0;
	}
	rsh_divide(step, rsh_max(total, rsh_min(needs, all)), tax);
	set_ideals(step);
}
