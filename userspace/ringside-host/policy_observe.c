// SPDX-License-Identifier: GPL-2.0-only
/*
 * What has become of a VM since the last step, as its process and its balloon
 * show: is it new, silent, stuck, did it help itself, did measured memory
 * follow? What the guest says about itself is policy_demand.c.
 */
#include <string.h>
#include "policy_step.h"

/* Less than this may be noise of measuring, and is no reason for a verdict. */
#define NOTICEABLE (32 * RSH_MIB)

/* The last pause is 1 << 4 times as long as the first. */
#define FAILURES_MAX 4

static void begin_life(struct rsh_vm *vm, const struct rsh_sample *sample,
		       uint64_t now)
{
	memset(vm, 0, sizeof(*vm));
	vm->known = true;
	vm->epoch = sample->epoch;
	vm->first_ns = now;
	vm->answered_ns = now;
	vm->ask_ns = now;
	vm->moved_ns = now;
	vm->pss = RSH_UNKNOWN;
}

static void restart_marks(struct rsh_vm *vm)
{
	vm->least_actual = vm->actual;
	vm->moved_actual = vm->actual;
}

/* Hot-plug moves "actual" as well; that is no message from the guest. */
static void observe_ram(struct rsh_vm *vm, const struct rsh_sample *sample)
{
	if (!sample->ram || sample->ram == vm->ram)
		return;
	vm->ram = sample->ram;
	if (sample->answered) {
		vm->actual = rsh_min(sample->actual, vm->ram);
		restart_marks(vm);
	}
}

static void observe_overhead(const struct rsh_settings *s, struct rsh_vm *vm,
			     const struct rsh_sample *sample)
{
	if (sample->overhead != RSH_UNKNOWN && sample->pss != RSH_UNKNOWN) {
		vm->w.overhead = rsh_min(sample->overhead, sample->pss);
		vm->w.measured_overhead = true;
		return;
	}
	vm->overhead = rsh_max(vm->overhead, s->overhead);
	/* With an empty balloon all that is beyond RAM is QEMU's own. */
	if (sample->pss != RSH_UNKNOWN && vm->ram && vm->actual >= vm->ram)
		vm->overhead = rsh_max(vm->overhead,
				       rsh_sub(sample->pss, vm->ram));
	vm->w.overhead = vm->overhead;
}

/*
 * More than it ever had since it was last asked, and more than it was asked to
 * have: the guest took memory out of its balloon because it ran out of it.
 * After a reboot the balloon is empty as well, and it needs memory as much.
 */
static void observe_self_help(const struct rsh_settings *s, struct rsh_vm *vm,
			      uint64_t now)
{
	uint64_t had = rsh_max(vm->target, vm->least_actual);

	if (vm->actual <= rsh_add(had, RSH_UNIT))
		return;
	vm->self_ns = now;
	vm->self_until = rsh_add(now, s->oom_hold_ns);
	vm->self_actual = vm->actual;
	vm->self_open = true;
	/* It was on its way down, and will be asked again when it may. */
	vm->shrink_ns = 0;
	restart_marks(vm);
}

/* It is asked again, but not forever at the same pace. */
static uint64_t next_try(const struct rsh_settings *s, struct rsh_vm *vm,
			 uint64_t now)
{
	uint64_t pause = rsh_scale(s->retry_ns, 1 << vm->failures, 1);

	vm->urged_next = rsh_add(now, rsh_urge_pause(s));
	if (vm->failures < FAILURES_MAX)
		vm->failures++;
	return rsh_add(now, pause);
}

static void observe_progress(const struct rsh_settings *s, struct rsh_vm *vm,
			     uint64_t now)
{
	vm->least_actual = rsh_min(vm->least_actual, vm->actual);
	if (rsh_sub(vm->moved_actual, vm->actual) >= RSH_UNIT) {
		vm->moved_ns = now;
		vm->moved_actual = vm->actual;
	}
	if (vm->self_open || vm->actual <= rsh_add(vm->target, RSH_UNIT))
		return;
	if (now - vm->moved_ns < s->settle_ns)
		return;
	vm->stuck_actual = vm->actual;
	vm->stuck_used = vm->used_low;
	if (now >= vm->stuck_until)
		vm->stuck_until = next_try(s, vm, now);
}

static void observe_balloon(struct rsh_step *step, struct rsh_vm *vm,
			    const struct rsh_sample *sample)
{
	bool first = !vm->actual;

	vm->answered_ns = step->now;
	vm->prev_actual = first ? sample->actual : vm->actual;
	vm->actual = sample->actual;
	/* A guest may write any size of its balloon, a negative one too. */
	if (vm->ram && vm->actual > vm->ram) {
		vm->actual = vm->ram;
		vm->bad_until = rsh_add(step->now, step->s->stale_ns);
	}
	if (first)
		restart_marks(vm);
	/*
	 * As long as this process of ours has asked for nothing, what the VM
	 * has is what it should have, wherever it is on its way to.
	 */
	if (sample->asked == RSH_UNKNOWN) {
		vm->target = vm->actual;
		restart_marks(vm);
		return;
	}
	vm->target = sample->asked;
	observe_self_help(step->s, vm, step->now);
	observe_progress(step->s, vm, step->now);
}

/*
 * Since it was asked for memory the balloon took some. Has the process become
 * smaller? Not if discarding is inhibited (VFIO, postcopy, a snapshot), if host
 * pages are larger than what the guest gives, or if the guest only says so.
 */
static void observe_return(const struct rsh_settings *s, struct rsh_vm *vm,
			   uint64_t now)
{
	uint64_t given = rsh_sub(vm->shrink_actual, vm->actual);
	uint64_t allowed = rsh_add(vm->actual, vm->w.overhead);
	uint64_t due = rsh_min(given, rsh_sub(vm->shrink_pss, allowed));
	uint64_t fell = rsh_sub(vm->shrink_pss, vm->pss);

	vm->owes = vm->shrink_ns && due >= NOTICEABLE && fell < due / 2;
	if (!vm->shrink_ns)
		return;
	if (fell >= due / 2) {
		if (vm->actual > rsh_add(vm->target, RSH_UNIT))
			return;
		vm->shrink_ns = 0;
		if (given < RSH_UNIT)
			return;
		vm->failures = 0;
		if (due >= NOTICEABLE)
			vm->inhibited_until = 0;
	} else if (!vm->owes) {
		/* Too little to judge, but it may come to more. */
		return;
	} else if (now - rsh_max(vm->moved_ns, vm->shrink_ns) >= s->settle_ns ||
		   now - vm->shrink_ns >= 4 * s->settle_ns) {
		if (now >= vm->inhibited_until)
			vm->inhibited_until = next_try(s, vm, now);
		vm->inhibited_used = vm->used_high;
		vm->shrink_ns = 0;
	}
}

/*
 * Memory had come back, or was never there, and now the process is larger than
 * guest RAM less balloon can be.
 */
static void observe_excess(const struct rsh_settings *s, struct rsh_vm *vm,
			   const struct rsh_sample *sample, uint64_t now)
{
	uint64_t has = rsh_max(vm->actual, vm->target), most;
	bool settled = !vm->owes && now >= vm->inhibited_until;

	most = rsh_add(rsh_add(has, vm->w.overhead), NOTICEABLE + has / 32);
	if (!vm->w.measured_overhead)
		most = rsh_add(most, s->overhead);
	rsh_clock(&vm->beyond_since,
		  settled && sample->answered && sample->pss > most, now);
	if (rsh_lasts(vm->beyond_since, now, s->settle_ns))
		vm->liar_until = rsh_add(now, s->retry_ns);
}

static uint32_t flags(const struct rsh_step *step, const struct rsh_vm *vm,
		      const struct rsh_sample *sample)
{
	uint64_t now = step->now;
	uint32_t set = 0;

	if (!sample->answered && now - vm->answered_ns >= step->s->hang_ns)
		set |= RSH_F_UNRESPONSIVE;
	if (sample->pss == RSH_UNKNOWN)
		set |= RSH_F_UNMEASURED;
	if (now < vm->liar_until)
		set |= RSH_F_LIAR;
	if (now < vm->inhibited_until)
		set |= RSH_F_DISCARD_INHIBITED;
	if (now < vm->stuck_until)
		set |= RSH_F_STUCK;
	if (now < vm->self_until)
		set |= RSH_F_SELF_DEFLATED;
	return set;
}

void rsh_observe(struct rsh_step *step, size_t i)
{
	const struct rsh_sample *sample = &step->samples[i];
	struct rsh_vm *vm = &step->vms[i];
	uint64_t now = step->now;

	if (!sample->alive) {
		vm->known = false;
		return;
	}
	if (!vm->known || vm->epoch != sample->epoch)
		begin_life(vm, sample, now);
	memset(&vm->w, 0, sizeof(vm->w));
	observe_ram(vm, sample);
	if (sample->answered)
		observe_balloon(step, vm, sample);
	observe_overhead(step->s, vm, sample);
	vm->pss = sample->pss;
	if (sample->pss != RSH_UNKNOWN) {
		if (sample->answered)
			observe_return(step->s, vm, now);
		observe_excess(step->s, vm, sample, now);
	}
	vm->w.flags = flags(step, vm, sample);
}
