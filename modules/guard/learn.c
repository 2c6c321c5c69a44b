// SPDX-License-Identifier: GPL-2.0-only
/*
 * What do the governed tasks do? In observe mode each call is counted here, by
 * the hook that would deny it, and the values of its arguments are kept as long
 * as they are few. There is no stream that could overflow: what was called is
 * in the table when the call begins. What to make of it is decided in user
 * space, which also knows which arguments are numbers and which are addresses.
 *
 * An argument with many values costs nothing any more: its bit is set.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "guard.h"

/**
 * struct seen - what is known about one call
 * @count: how often it was made
 * @many: bit N: argument N had more than RSG_LEARN_VALUES values. Written
 *	under the lock
 * @nr: how many values of each argument are known. Written under the lock,
 *	after the value
 * @values: the values
 */
struct seen {
	atomic64_t count;
	u32 many;
	u8 nr[RSG_ARGS];
	u64 values[RSG_ARGS][RSG_LEARN_VALUES];
};

/**
 * struct rsg_learn - what the tasks under one policy did
 * @lock: for new values; taken by the hook, with interrupts on or off
 * @beyond: calls with a number that the table has no place for
 * @calls: the table
 */
struct rsg_learn {
	raw_spinlock_t lock;
	atomic64_t beyond;
	struct seen calls[RSG_ABIS][RSG_CALLS];
};

static bool is_known(const struct seen *seen, unsigned int arg, u64 value)
{
	/* Pairs with add(): values below the number are complete. */
	unsigned int i, nr = smp_load_acquire(&seen->nr[arg]);

	for (i = 0; i < nr; i++)
		if (seen->values[arg][i] == value)
			return true;
	return false;
}

static noinline notrace void add(struct rsg_learn *learn, struct seen *seen,
				 unsigned int arg, u64 value)
{
	unsigned long flags;
	unsigned int nr;

	raw_spin_lock_irqsave(&learn->lock, flags);
	nr = seen->nr[arg];
	if (is_known(seen, arg, value)) {
		/* Another CPU was faster. */
	} else if (nr < RSG_LEARN_VALUES) {
		seen->values[arg][nr] = value;
		/* Pairs with is_known() and copy_one(). */
		smp_store_release(&seen->nr[arg], nr + 1);
	} else {
		WRITE_ONCE(seen->many, seen->many | 1U << arg);
	}
	raw_spin_unlock_irqrestore(&learn->lock, flags);
}

static noinline notrace void give_up(struct rsg_learn *learn, struct seen *seen)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&learn->lock, flags);
	WRITE_ONCE(seen->many, GENMASK(RSG_ARGS - 1, 0));
	raw_spin_unlock_irqrestore(&learn->lock, flags);
}

/**
 * rsg_learn - enter a call in the table
 * @policy: a policy in observe mode
 * @decision: the call
 *
 * Context: any process context, preemption disabled.
 */
notrace void rsg_learn(const struct rsg_policy *policy,
		       const struct rsg_decision *decision)
{
	struct rsg_learn *learn = READ_ONCE(policy->learn);
	unsigned long args[RSG_ARGS];
	unsigned long unseen;
	struct seen *seen;
	unsigned int arg;

	if (!learn)
		return;
	if (decision->nr >= RSG_CALLS) {
		atomic64_inc(&learn->beyond);
		return;
	}
	seen = &learn->calls[decision->abi][decision->nr];
	atomic64_inc(&seen->count);
	/* By another way than the call itself: what it got is not known. */
	if (decision->site)
		give_up(learn, seen);
	unseen = GENMASK(RSG_ARGS - 1, 0) & ~READ_ONCE(seen->many);
	if (!unseen)
		return;
	rsg_call_args(decision->abi, args);
	for (arg = 0; arg < RSG_ARGS; arg++)
		if (unseen & BIT(arg) && !is_known(seen, arg, args[arg]))
			add(learn, seen, arg, args[arg]);
}

/**
 * rsg_learn_prepare - give a policy a table
 * @policy: a policy that is about to be attached in observe mode
 *
 * A table that is there already goes on to be filled.
 *
 * Return: 0 or -ENOMEM.
 */
int rsg_learn_prepare(struct rsg_policy *policy)
{
	struct rsg_learn *learn;

	lockdep_assert_held(&rsg_lock);
	if (policy->learn)
		return 0;
	learn = kvzalloc(sizeof(*learn), GFP_KERNEL_ACCOUNT);
	if (!learn)
		return -ENOMEM;
	raw_spin_lock_init(&learn->lock);
	WRITE_ONCE(policy->learn, learn);
	return 0;
}

/**
 * rsg_learn_free - free the table of a policy that no hook uses any more
 * @policy: the policy
 */
void rsg_learn_free(struct rsg_policy *policy)
{
	kvfree(policy->learn);
}

static void copy_one(struct rsg_learned *to, const struct seen *seen)
{
	unsigned int arg;

	to->many = READ_ONCE(seen->many);
	for (arg = 0; arg < RSG_ARGS; arg++) {
		/* Pairs with add(). */
		to->nr_values[arg] = smp_load_acquire(&seen->nr[arg]);
		memcpy(to->values[arg], seen->values[arg],
		       to->nr_values[arg] * sizeof(to->values[arg][0]));
	}
}

/**
 * rsg_learn_dump - copy what a policy has seen
 * @policy: the policy
 * @calls: where to, zeroed
 * @room: how many fit
 * @beyond: set to the number of calls that the table has no place for
 *
 * Return: how many different calls there were; more than @room if they do not
 * fit. -ENODATA if the policy never was in observe mode.
 */
int rsg_learn_dump(const struct rsg_policy *policy, struct rsg_learned *calls,
		   unsigned int room, u64 *beyond)
{
	const struct rsg_learn *learn = policy->learn;
	unsigned int abi, nr, n = 0;
	u64 count;

	lockdep_assert_held(&rsg_lock);
	if (!learn)
		return -ENODATA;
	*beyond = atomic64_read(&learn->beyond);
	for (abi = 0; abi < RSG_ABIS; abi++) {
		for (nr = 0; nr < RSG_CALLS; nr++) {
			count = atomic64_read(&learn->calls[abi][nr].count);
			if (!count || n++ >= room)
				continue;
			calls[n - 1].abi = abi;
			calls[n - 1].nr = nr;
			calls[n - 1].count = count;
			copy_one(&calls[n - 1], &learn->calls[abi][nr]);
		}
	}
	return n;
}
