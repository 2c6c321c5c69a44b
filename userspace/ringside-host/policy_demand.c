// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much memory a guest uses and how much it should have, from what it says
 * and from what is measured. Its word is never enough to get memory: what it
 * uses is bounded by what its process has. It is enough to lose some, for that
 * hurts nobody else.
 */
#include "policy_step.h"

/* What may be missing between a guest's reckoning and the host's. */
#define TOLERANCE (64 * RSH_MIB)

#define RATE_NS (500 * RSH_MS)

static bool is_known(uint64_t x)
{
	return x != RSH_UNKNOWN;
}

/* Can a guest of that size have said so, and meant it? */
static bool is_absurd(const struct rsh_vm *vm, const struct rsh_stats *st)
{
	if (st->stamp < vm->stamp)
		return true;
	if (vm->ram && (st->available > vm->ram ||
			(is_known(st->total) && st->total > vm->ram)))
		return true;
	if (!is_known(st->total))
		return false;
	return st->available > st->total ||
	       (is_known(st->free) && st->free > st->total);
}

static bool grew(uint64_t old, uint64_t new)
{
	return is_known(old) && is_known(new) && new > old;
}

/* Counters of a guest only start again when the guest does. */
static void take_counters(const struct rsh_settings *s, struct rsh_vm *vm,
			  const struct rsh_stats *st, uint64_t now)
{
	bool first = !vm->reports;

	vm->pressed = !first && (grew(vm->stalls, st->alloc_stalls) ||
				 grew(vm->oom_kills, st->oom_kills));
	if (!first && is_known(st->minor_faults) && is_known(vm->faults) &&
	    st->minor_faults < vm->faults) {
		vm->rebooted_until = rsh_add(now, s->hold_ns);
		vm->pressed = false;
		vm->reports = 0;
	}
	vm->faults = st->minor_faults;
	vm->stalls = st->alloc_stalls;
	vm->oom_kills = st->oom_kills;
}

/* Statistics may come thick and fast; growth is that of some time. */
static void take_rate(struct rsh_vm *vm, uint64_t now)
{
	uint64_t ns = now - vm->rate_ns;

	if (vm->reports && ns < RATE_NS)
		return;
	vm->prev_rate = vm->reports ? vm->rate : 0;
	vm->rate = 0;
	if (vm->reports)
		vm->rate = rsh_scale(rsh_sub(vm->used_low, vm->rate_used),
				     RSH_SEC, ns);
	vm->rate_ns = now;
	vm->rate_used = vm->used_high;
}

/*
 * Statistics are up to a second old when they are seen, "actual" is not. They
 * were made at some size of the balloon between the one of the last step and
 * the one of this step, hence two answers. Growth is reckoned with the smaller
 * and shrinking with the larger one, so that a moving balloon causes neither.
 */
static void take_used(const struct rsh_settings *s, struct rsh_vm *vm,
		      const struct rsh_stats *st, uint64_t now)
{
	uint64_t low = rsh_min(vm->actual, vm->prev_actual);
	uint64_t high = rsh_max(vm->actual, vm->prev_actual);
	uint64_t most = RSH_UNKNOWN;

	if (is_known(vm->pss))
		most = rsh_sub(vm->pss,
			       vm->w.measured_overhead ? vm->w.overhead : 0);
	low = rsh_sub(low, st->available);
	high = rsh_sub(high, st->available);
	if (low > rsh_add(rsh_add(most, most / 4), TOLERANCE))
		vm->liar_until = rsh_add(now, s->retry_ns);
	vm->used_low = rsh_min(low, most);
	vm->used_high = rsh_min(high, most);
	take_rate(vm, now);
}

static void take_stats(struct rsh_step *step, struct rsh_vm *vm,
		       const struct rsh_stats *st)
{
	uint64_t now = step->now, age = 0;
	bool absurd;

	if (!st->stamp || st->stamp == vm->stamp || !is_known(st->available))
		return;
	/* Only the first ones have come at a time that nobody saw. */
	if (!vm->stamp)
		age = rsh_min(st->age_ns, now);
	absurd = is_absurd(vm, st);
	vm->stamp = st->stamp;
	if (absurd) {
		vm->bad_until = rsh_add(now, step->s->stale_ns);
		return;
	}
	take_counters(step->s, vm, st, now);
	take_used(step->s, vm, st, now);
	vm->available = st->available;
	vm->stats_ns = now - age;
	if (vm->reports < 2)
		vm->reports++;
}

/*
 * Beyond what it uses: the fixed headroom, or what it will have used up soon.
 * A jump is no growth yet; growth is seen twice, or the guest suffers from it.
 * A quarter of what is in use bounds it, so that it can overshoot no further.
 */
static uint64_t headroom(const struct rsh_settings *s, const struct rsh_vm *vm,
			 uint64_t used)
{
	uint64_t rate = vm->w.urgent ? rsh_max(vm->rate, vm->prev_rate) :
				       rsh_min(vm->rate, vm->prev_rate);
	uint64_t growth = rsh_scale(rate, s->growth_ns, RSH_SEC);

	return rsh_max(s->headroom, rsh_min(growth, used / 4));
}

static void demand_by_stats(const struct rsh_settings *s, struct rsh_vm *vm,
			    bool self)
{
	uint64_t low = vm->used_low, high = vm->used_high, head;
	struct rsh_work *w = &vm->w;

	/* It needed all that it had, and then some. */
	if (self) {
		low = vm->self_actual;
		high = vm->self_actual;
	}
	w->urgent = self || (!(w->flags & RSH_F_LIAR) &&
			     (vm->available < s->headroom / 4 ||
			      (vm->pressed && vm->available < s->headroom)));
	head = headroom(s, vm, low);
	w->used = high;
	w->soft = rsh_add(high, s->headroom / 4);
	w->need = rsh_add(high, w->urgent ? head : s->headroom / 2);
	w->demand = rsh_add(high, head);
	w->wish = rsh_add(low, head);
}

/*
 * The guest says nothing that can be believed. What is measured is used, as
 * far as anybody knows; that grows with every page it touches, so there is no
 * headroom to grow into, or it would have all of the host one day.
 */
static void demand_by_measure(const struct rsh_settings *s, struct rsh_vm *vm,
			      bool self)
{
	struct rsh_work *w = &vm->w;
	uint64_t used = vm->actual;

	if (is_known(vm->pss))
		used = rsh_min(used, rsh_sub(vm->pss, w->overhead));
	if (self)
		used = vm->self_actual;
	w->urgent = self;
	w->used = used;
	w->soft = used;
	w->need = used;
	w->demand = self ? rsh_add(used, s->headroom) : used;
	w->wish = w->demand;
}

static void set_limits(struct rsh_vm *vm, const struct rsh_limits *limits)
{
	struct rsh_work *w = &vm->w;

	w->cap = rsh_min(limits->max, vm->ram ? vm->ram : vm->actual);
	w->low = rsh_min(limits->min, w->cap);
	/* It has shown that it can not give; what it got since it still can. */
	if (w->flags & RSH_F_STUCK && !w->urged)
		w->low = rsh_clamp(rsh_min(vm->actual, vm->stuck_actual),
				   w->low, w->cap);
	w->soft = rsh_clamp(w->soft, w->low, w->cap);
	w->need = rsh_clamp(w->need, w->low, w->cap);
	w->demand = rsh_clamp(w->demand, w->low, w->cap);
	w->wish = rsh_clamp(w->wish, w->low, w->cap);
}

/*
 * What it could not give when it was full it may be able to give now that it
 * says it is not. It is only asked, and has time to answer.
 */
static void look_at_stuck(const struct rsh_settings *s, struct rsh_vm *vm,
			  uint64_t now)
{
	if (!(vm->w.flags & RSH_F_STUCK) ||
	    rsh_add(vm->used_high, s->headroom / 2) > vm->stuck_used)
		return;
	vm->stuck_until = 0;
	vm->moved_ns = now;
	/* A driver that holds off until its target changes does not hear else. */
	vm->self_open = true;
	vm->w.flags &= ~RSH_F_STUCK;
}

/*
 * What it gave in vain may have been all that it could spare, in pieces too
 * small for the host. A guest that has since come to use less can give others.
 * Where nothing ever comes back, that would be a new attempt after every burst;
 * so the fall must be twice as deep after each failure.
 */
static void look_at_inhibited(const struct rsh_settings *s, struct rsh_vm *vm)
{
	uint64_t fall = rsh_scale(s->headroom / 4, 1 << vm->failures, 1);

	if (!(vm->w.flags & RSH_F_DISCARD_INHIBITED))
		return;
	vm->inhibited_used = rsh_max(vm->inhibited_used, vm->used_high);
	if (rsh_add(vm->used_high, fall) > vm->inhibited_used)
		return;
	vm->inhibited_until = 0;
	vm->w.flags &= ~RSH_F_DISCARD_INHIBITED;
}

/*
 * When the host is in danger, who failed is asked as well: what it loses by
 * that is less than what all lose otherwise. One attempt at a time, though, for
 * it has most likely nothing to give.
 */
static bool is_urged(const struct rsh_step *step, struct rsh_vm *vm)
{
	const struct rsh_settings *s = step->s;

	if (!step->danger ||
	    !(vm->w.flags & (RSH_F_STUCK | RSH_F_DISCARD_INHIBITED)))
		return false;
	if (step->now >= vm->urged_next) {
		vm->urged_until = rsh_add(step->now, s->settle_ns);
		vm->urged_next = rsh_add(vm->urged_until, rsh_urge_pause(s));
	}
	return step->now < vm->urged_until;
}

void rsh_demand(struct rsh_step *step, size_t i)
{
	const struct rsh_sample *sample = &step->samples[i];
	const struct rsh_settings *s = step->s;
	struct rsh_vm *vm = &step->vms[i];
	uint64_t now = step->now;
	bool fresh, self;

	if (sample->answered)
		take_stats(step, vm, &sample->stats);
	fresh = vm->reports && now - vm->stats_ns < s->stale_ns;
	/* Newer statistics know better. */
	self = vm->self_until && vm->self_ns >= vm->stats_ns &&
	       now - vm->self_ns < s->oom_hold_ns;
	if (!fresh)
		vm->w.flags |= RSH_F_STALE;
	if (now < vm->liar_until)
		vm->w.flags |= RSH_F_LIAR;
	if (now < vm->bad_until)
		vm->w.flags |= RSH_F_BAD_STATS;
	if (now < vm->rebooted_until)
		vm->w.flags |= RSH_F_REBOOTED;
	if (fresh) {
		look_at_stuck(s, vm, now);
		look_at_inhibited(s, vm);
		demand_by_stats(s, vm, self);
	} else {
		demand_by_measure(s, vm, self);
	}
	if (vm->w.urgent)
		vm->w.flags |= RSH_F_STARVING;
	if (vm->reports < 2 && now - vm->first_ns < s->hang_ns)
		vm->w.flags |= RSH_F_NEW;
	vm->w.urged = is_urged(step, vm);
	set_limits(vm, &step->limits[i]);
	/* Once its statistics say that it has enough, it may be asked again. */
	vm->w.held = now < vm->self_until &&
		     (self || !fresh || vm->available < s->headroom / 2);
	vm->w.shares = vm->actual && !step->limits[i].observe &&
		       !(vm->w.flags & RSH_F_UNRESPONSIVE) &&
		       (vm->w.urged ||
			!(vm->w.flags & RSH_F_DISCARD_INHIBITED));
	vm->w.movable = vm->w.shares && !(vm->w.flags & RSH_F_NEW);
}
