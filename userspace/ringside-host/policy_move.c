// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is asked for what: memory that costs nothing is given back, VMs that need
 * more get it out of measured room, others are asked for what is missing, and
 * what is idle or spare is moved when nothing has happened for a while. Nobody
 * grows on memory that somebody else has only been asked for.
 */
#include "policy_step.h"

/* Smaller changes of target are not worth a message, unless it is urgent. */
#define STEP_MIN (4 * RSH_UNIT)

/* With the host under pressure, idle memory is not left alone for long. */
#define HOLD_UNDER_PRESSURE RSH_SEC

static void set_target(struct rsh_vm *vm, uint64_t target,
		       enum rsh_reason reason)
{
	vm->w.target = target;
	vm->w.reason = reason;
}

static enum rsh_reason idle_reason(const struct rsh_step *step, size_t i)
{
	const struct rsh_vm *vm = &step->vms[i];

	if (step->limits[i].observe)
		return RSH_R_OBSERVE;
	if (!vm->actual || vm->w.flags & RSH_F_UNRESPONSIVE)
		return RSH_R_SILENT;
	return vm->w.flags & RSH_F_NEW && !vm->w.movable ? RSH_R_NEW :
							   RSH_R_KEEP;
}

/* It may have been so before; what it was asked since has a chance, too. */
static bool is_stuck(const struct rsh_step *step, const struct rsh_vm *vm)
{
	return vm->w.flags & RSH_F_STUCK &&
	       step->now - vm->moved_ns >= step->s->settle_ns;
}

/*
 * To stop asking for what does not come. It costs nothing: what the VM has
 * counts anyway, whatever it was asked for.
 */
static void settle(struct rsh_step *step, size_t i)
{
	struct rsh_vm *vm = &step->vms[i];
	struct rsh_work *w = &vm->w;
	uint64_t has = rsh_min(vm->actual, w->cap);
	uint64_t level = rsh_round_down(rsh_min(w->level, w->cap));
	bool asked = step->samples[i].asked != RSH_UNKNOWN;

	set_target(vm, vm->target, idle_reason(step, i));
	if (w->reason != RSH_R_KEEP && !(w->flags & RSH_F_DISCARD_INHIBITED))
		return;
	if (step->limits[i].observe || w->flags & RSH_F_UNRESPONSIVE)
		return;
	if (w->flags & RSH_F_DISCARD_INHIBITED && !w->urged) {
		if (asked && level >= rsh_add(vm->target, STEP_MIN))
			set_target(vm, level, RSH_R_RELEASE);
	} else if (vm->target > w->cap) {
		set_target(vm, w->cap, RSH_R_SHRINK_MAX);
	} else if (has > rsh_add(vm->target, RSH_UNIT) && !w->held &&
		   (vm->self_open || is_stuck(step, vm))) {
		set_target(vm, has, RSH_R_RETREAT);
	} else if (asked && rsh_add(vm->actual, RSH_UNIT) < vm->target &&
		   step->now - vm->ask_ns >= step->s->retry_ns) {
		w->reason = RSH_R_REPEAT;
	}
}

/* A target is a multiple of a unit, but for the limits. */
static uint64_t growth_goal(const struct rsh_work *w)
{
	uint64_t goal = rsh_min(w->wish, w->ideal);

	return goal >= w->cap ? w->cap : rsh_max(w->low, rsh_round_down(goal));
}

/* A guest that lacks a quarter of its headroom still has the rest. */
static bool may_grow(const struct rsh_step *step, const struct rsh_vm *vm)
{
	const struct rsh_work *w = &vm->w;
	uint64_t least = w->urgent ? RSH_UNIT :
			 rsh_max(STEP_MIN, step->s->headroom / 4);
	uint64_t goal;

	if (!vm->known || !w->movable)
		return false;
	goal = growth_goal(w);
	if (goal <= w->target)
		return false;
	/* A lower target than what it has would take that from it again. */
	if (w->held && goal <= vm->actual)
		return false;
	return w->target < w->low || goal - w->target >= least;
}

static void clear_claims(struct rsh_step *step)
{
	size_t i;

	for (i = 0; i < step->n; i++) {
		step->vms[i].w.claim_floor = 0;
		step->vms[i].w.claim_active = 0;
		step->vms[i].w.claim_cap = 0;
	}
}

static void claim(struct rsh_work *w, uint64_t bytes)
{
	w->claim_cap = bytes;
	w->claim_active = bytes;
}

/*
 * Hand out @room to all who claim some. Returns what was promised, which is
 * less for the rounding.
 */
static uint64_t grant(struct rsh_step *step, uint64_t room)
{
	uint64_t promised = 0;
	size_t i;

	rsh_divide(step, room, 0);
	for (i = 0; i < step->n; i++) {
		struct rsh_vm *vm = &step->vms[i];
		struct rsh_work *w = &vm->w;
		uint64_t target = rsh_add(w->level, w->part);

		if (!vm->known || !w->claim_cap)
			continue;
		if (w->part < w->claim_cap)
			target = rsh_round_down(target);
		if (target <= rsh_max(w->target, w->level))
			continue;
		set_target(vm, target, vm->self_open ? RSH_R_GROW_OOM :
						       RSH_R_GROW);
		promised = rsh_add(promised, target - w->level);
	}
	return promised;
}

/* Those who suffer first; what is left of the room, for the others. */
static uint64_t grow_some(struct rsh_step *step, bool urgent, uint64_t room,
			  uint64_t *wanted)
{
	size_t i;

	clear_claims(step);
	for (i = 0; i < step->n; i++) {
		struct rsh_vm *vm = &step->vms[i];
		struct rsh_work *w = &vm->w;
		uint64_t goal;

		if (!may_grow(step, vm) || w->urgent != urgent)
			continue;
		goal = growth_goal(w);
		if (goal <= w->level) {
			set_target(vm, goal, RSH_R_GROW);
			continue;
		}
		set_target(vm, w->target, RSH_R_WAIT);
		claim(w, goal - w->level);
		*wanted = rsh_add(*wanted, goal - w->level);
	}
	return grant(step, room);
}

static void grow(struct rsh_step *step)
{
	struct rsh_summary *sum = &step->sum;
	uint64_t wanted = 0;

	sum->granted = grow_some(step, true, sum->room, &wanted);
	sum->granted += grow_some(step, false, sum->room - sum->granted,
				  &wanted);
	sum->short_of = rsh_sub(wanted, sum->granted);
}

/**
 * struct levy - one round of taking memory
 * @reason: for those who are asked
 * @hard: memory in use, too, from those who have more than their part
 * @held: also from those who helped themselves
 * @idle_ns: only from those who had too much for so long
 * @waiting: only from those who have given what they were asked before
 * @most: not more from one VM
 */
struct levy {
	enum rsh_reason reason;
	bool hard;
	bool held;
	bool waiting;
	uint64_t idle_ns;
	uint64_t most;
};

static uint64_t giveable(const struct rsh_step *step, size_t i,
			 const struct levy *levy)
{
	const struct rsh_vm *vm = &step->vms[i];
	const struct rsh_work *w = &vm->w;
	uint64_t keep = levy->hard ? w->ideal : rsh_max(w->ideal, w->soft);

	if (!vm->known || !w->movable || w->reason == RSH_R_WAIT ||
	    w->reason == RSH_R_GROW || w->reason == RSH_R_GROW_OOM)
		return 0;
	if (w->held && !levy->held)
		return 0;
	if (levy->idle_ns &&
	    !rsh_lasts(vm->above_since, step->now, levy->idle_ns))
		return 0;
	if (levy->waiting && w->level > rsh_add(w->target, RSH_UNIT))
		return 0;
	keep = rsh_max(keep, w->low);
	return rsh_min(rsh_sub(w->target, keep), levy->most);
}

static uint64_t all_giveable(const struct rsh_step *step,
			     const struct levy *levy)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < step->n; i++)
		sum = rsh_add(sum, giveable(step, i, levy));
	return sum;
}

/*
 * A driver that let memory go holds off until its target changes: the same one
 * once more would not be heard.
 */
static uint64_t new_target(const struct rsh_vm *vm, uint64_t target)
{
	target = rsh_max(vm->w.low, rsh_round_down(target));
	if (vm->self_open && target == vm->target)
		target = rsh_min(target + RSH_UNIT, vm->w.target);
	return target;
}

/*
 * Ask for @bytes, from each in proportion to what it has too much. Returns what
 * could not be asked for.
 */
static uint64_t take(struct rsh_step *step, uint64_t bytes,
		     const struct levy *levy)
{
	uint64_t all = all_giveable(step, levy), asked = 0;
	size_t i;

	if (!bytes || !all)
		return bytes;
	for (i = 0; i < step->n; i++) {
		struct rsh_vm *vm = &step->vms[i];
		uint64_t most = giveable(step, i, levy), x = most, target;

		if (bytes < all)
			x = rsh_min(most, rsh_add(rsh_scale(most, bytes, all),
						  RSH_UNIT));
		if (x < RSH_UNIT)
			continue;
		target = new_target(vm, vm->w.target - x);
		asked = rsh_add(asked, vm->w.target - target);
		set_target(vm, target, levy->reason);
	}
	return rsh_sub(bytes, asked);
}

/*
 * How much has to come back: so that no more is promised than there is, and for
 * those who wait. For the latter it is not worth while if even then nothing
 * could be promised to them, because a VM counts at its worst case.
 */
static uint64_t due(const struct rsh_step *step, const struct levy *levy)
{
	const struct rsh_summary *sum = &step->sum;
	uint64_t over = rsh_sub(step->expected, step->distributable);
	uint64_t debt = rsh_sub(sum->committed, step->distributable);
	uint64_t hope = rsh_add(all_giveable(step, levy), sum->returning);

	if (sum->short_of && hope > debt)
		over = rsh_max(over, rsh_add(debt, sum->short_of));
	return rsh_sub(over, sum->returning);
}

bool rsh_in_need(const struct rsh_step *step)
{
	size_t i;

	for (i = 0; i < step->n; i++)
		if (step->vms[i].known && step->vms[i].w.urgent &&
		    step->vms[i].w.reason == RSH_R_WAIT)
			return true;
	return false;
}

/*
 * The host itself is in danger when half of the slack is gone, by measure. A VM
 * that uses more than its part gives memory in use as well then; otherwise only
 * when one in need has waited in vain, or half of the slack is promised, and a
 * little at a time.
 */
static void shrink(struct rsh_step *step)
{
	const struct rsh_settings *s = step->s;
	struct levy levy = { .most = RSH_UNKNOWN };
	bool deep = step->expected > rsh_add(step->distributable, s->slack / 2);
	uint64_t left;

	levy.reason = step->expected > step->distributable ?
		      RSH_R_SHRINK_BUDGET : RSH_R_SHRINK_OTHERS;
	levy.hard = step->danger;
	levy.held = step->danger;
	left = take(step, due(step, &levy), &levy);
	rsh_clock(&step->policy->short_since, left && (deep || rsh_in_need(step)),
		  step->now);
	if (step->danger)
		return;
	if (!deep &&
	    !rsh_lasts(step->policy->short_since, step->now, s->settle_ns))
		return;
	levy.hard = true;
	levy.waiting = true;
	levy.most = rsh_max(RSH_UNIT, deep ? s->headroom : s->headroom / 4);
	take(step, left, &levy);
}

static bool has_too_much(const struct rsh_vm *vm)
{
	const struct rsh_work *w = &vm->w;

	return w->movable &&
	       w->target > rsh_add(rsh_max(w->ideal, w->soft),
				   rsh_max(STEP_MIN, w->target / 32));
}

/* Nobody needs it: the VMs may use it for their page caches. */
static void spread(struct rsh_step *step, uint64_t bytes)
{
	size_t i;

	clear_claims(step);
	for (i = 0; i < step->n; i++) {
		struct rsh_vm *vm = &step->vms[i];
		struct rsh_work *w = &vm->w;

		if (vm->known && w->movable &&
		    w->ideal >= rsh_add(rsh_max(w->target, w->level),
					STEP_MIN))
			claim(w, w->ideal - w->level);
	}
	step->sum.granted += grant(step, bytes);
	for (i = 0; i < step->n; i++) {
		struct rsh_vm *vm = &step->vms[i];

		if (vm->known && vm->w.claim_cap &&
		    vm->w.reason == RSH_R_GROW)
			vm->w.reason = RSH_R_SPREAD;
	}
}

static void mark_idle(struct rsh_step *step)
{
	size_t i;

	for (i = 0; i < step->n; i++) {
		struct rsh_vm *vm = &step->vms[i];

		if (!vm->known)
			continue;
		rsh_clock(&vm->above_since, has_too_much(vm), step->now);
		if (vm->above_since && step->policy->scarce_since &&
		    vm->w.reason == RSH_R_KEEP)
			vm->w.reason = RSH_R_HOLD;
	}
}

/*
 * Between half and one and a half of the reserve nothing happens, and outside
 * nothing happens at once: this is where a policy would oscillate.
 */
static void keep_reserve(struct rsh_step *step, bool calm)
{
	uint64_t room = step->sum.room, reserve = step->s->reserve;
	struct rsh_policy *policy = step->policy;
	struct levy levy = {
		.reason = RSH_R_SHRINK_IDLE, .most = RSH_UNKNOWN,
		.idle_ns = policy->psi_slack ? HOLD_UNDER_PRESSURE :
					       step->s->hold_ns,
	};

	rsh_clock(&policy->scarce_since, calm && room < reserve / 2,
		  step->now);
	rsh_clock(&policy->spare_since,
		  calm && room > reserve + reserve / 2 + STEP_MIN, step->now);
	mark_idle(step);
	if (rsh_lasts(policy->scarce_since, step->now, levy.idle_ns))
		take(step, rsh_sub(reserve, room), &levy);
	if (rsh_lasts(policy->spare_since, step->now, step->s->hold_ns))
		spread(step, room - reserve);
}

void rsh_move(struct rsh_step *step)
{
	const struct rsh_summary *sum = &step->sum;
	bool calm = step->expected <= step->distributable;
	size_t i;

	for (i = 0; i < step->n; i++)
		if (step->vms[i].known)
			settle(step, i);
	grow(step);
	shrink(step);
	calm = calm && !sum->short_of && !sum->granted && !sum->returning;
	keep_reserve(step, calm);
}
