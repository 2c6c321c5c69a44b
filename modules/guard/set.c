// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which policies does a mark stand for?
 *
 * A task has room for one small number, and may be under several policies. So
 * the number names a set of policies. Equal sets share one number, for most
 * tasks of a machine are under the same few combinations.
 *
 * A set never gains a member: attaching moves tasks to another set, and mark.c
 * does that. It does lose members, in place and all at once: the moment a
 * policy goes, rsg_sets_drop() takes it out of every set. That needs no memory,
 * so a detach can not fail, and it needs no look at any task, so it can not
 * miss one. What it leaves behind are sets that have become equal to others;
 * they are no longer `listed`, nobody is moved to them, mark.c moves their
 * tasks away, and rsg_sets_free() ends them.
 *
 * New sets are needed where one can not sleep: in the watch of forks and of
 * cgroups, and in the walk over all tasks. They come out of a reserve.
 */
#include <linux/err.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "guard.h"

/* How many sets are made ready; many more than forks and moves need at once. */
#define RESERVE		16

struct rsg_set __rcu *rsg_sets[RSG_SETS + 1];

/*
 * Protects all below, the entries of rsg_sets[] and the members of sets
 * against each other's writers. Innermost lock; raw, for tracepoints take it.
 */
static DEFINE_RAW_SPINLOCK(lock);
static struct hlist_head buckets[64];
static LIST_HEAD(spares);
static unsigned int nr_spares;
static u32 last_id;
static u16 last_generation;

static void refill(struct work_struct *work)
{
	rsg_sets_reserve();
}

static DECLARE_WORK(refill_work, refill);

static struct hlist_head *bucket(const struct rsg_members *members)
{
	unsigned int i;
	u32 sum = 0;

	for (i = 0; i < members->nr; i++)
		sum += members->policies[i]->id;
	return &buckets[hash_32(sum, ilog2(ARRAY_SIZE(buckets)))];
}

static bool contains(const struct rsg_members *members,
		     const struct rsg_policy *policy)
{
	unsigned int i;

	for (i = 0; i < members->nr; i++)
		if (members->policies[i] == policy)
			return true;
	return false;
}

static bool is_equal(const struct rsg_members *a, const struct rsg_members *b)
{
	unsigned int i;

	if (a->nr != b->nr)
		return false;
	for (i = 0; i < a->nr; i++)
		if (!contains(b, a->policies[i]))
			return false;
	return true;
}

static struct rsg_set *find(const struct rsg_members *members)
{
	struct rsg_set *set;

	lockdep_assert_held(&lock);
	hlist_for_each_entry(set, bucket(members), node)
		if (is_equal(&set->members, members))
			return set;
	return NULL;
}

/* The next free id, 0 if there is none. Ids go round. */
static u32 free_id(void)
{
	u32 i, id;

	lockdep_assert_held(&lock);
	for (i = 0; i < RSG_SETS; i++) {
		id = (last_id + i) % RSG_SETS + 1;
		if (!rcu_access_pointer(rsg_sets[id])) {
			last_id = id;
			return id;
		}
	}
	return 0;
}

/* Turn a spare into the set of @members. */
static struct rsg_set *make(const struct rsg_members *members)
{
	struct rsg_set *set;
	u32 id;

	lockdep_assert_held(&lock);
	if (list_empty(&spares))
		return ERR_PTR(-EAGAIN);
	id = free_id();
	if (!id)
		return ERR_PTR(-ENOSPC);
	set = list_first_entry(&spares, struct rsg_set, spare);
	list_del(&set->spare);
	nr_spares--;
	set->id = id;
	set->generation = ++last_generation;
	set->members = *members;
	set->listed = true;
	hlist_add_head(&set->node, bucket(members));
	rcu_assign_pointer(rsg_sets[id], set);
	return set;
}

static int add(struct rsg_members *members, struct rsg_policy *policy)
{
	/* A set made now would be missed by the drop that is under way. */
	if (policy->dropped || contains(members, policy))
		return 0;
	if (members->nr == RSG_STACK_MAX)
		return -E2BIG;
	members->policies[members->nr++] = policy;
	return 0;
}

/**
 * rsg_set_union - the set of what two sets and a policy stand for together
 * @a: a set, or NULL
 * @b: a set, or NULL
 * @policy: a policy, or NULL
 *
 * Context: any; under RCU, so that the sets stay.
 * Return: the set, NULL if it is empty, or an error pointer: -EAGAIN if none
 * is in reserve, -E2BIG if they are more than RSG_STACK_MAX, -ENOSPC if there
 * are too many sets.
 */
struct rsg_set *rsg_set_union(const struct rsg_set *a, const struct rsg_set *b,
			      struct rsg_policy *policy)
{
	struct rsg_members members = {};
	struct rsg_set *set = NULL;
	unsigned long flags;
	unsigned int i;
	int err = 0;

	raw_spin_lock_irqsave(&lock, flags);
	for (i = 0; a && i < a->members.nr && !err; i++)
		err = add(&members, a->members.policies[i]);
	for (i = 0; b && i < b->members.nr && !err; i++)
		err = add(&members, b->members.policies[i]);
	if (policy && !err)
		err = add(&members, policy);
	if (err)
		set = ERR_PTR(err);
	else if (members.nr)
		set = find(&members) ?: make(&members);
	raw_spin_unlock_irqrestore(&lock, flags);
	return set;
}

/**
 * rsg_sets_reserve - see to it that there are spare sets
 *
 * Context: sleeps.
 * Return: 0, or -ENOMEM if there is none at all.
 */
int rsg_sets_reserve(void)
{
	struct rsg_set *set;
	bool enough = false;

	while (!enough) {
		set = kzalloc(sizeof(*set), GFP_KERNEL_ACCOUNT);
		raw_spin_lock_irq(&lock);
		enough = !set || nr_spares == RESERVE;
		if (!enough) {
			list_add(&set->spare, &spares);
			nr_spares++;
			set = NULL;
		}
		raw_spin_unlock_irq(&lock);
	}
	kfree(set);
	return READ_ONCE(nr_spares) ? 0 : -ENOMEM;
}

/**
 * rsg_sets_used - a spare may be gone: have the reserve filled soon
 *
 * Context: any.
 */
void rsg_sets_used(void)
{
	if (READ_ONCE(nr_spares) < RESERVE / 2)
		queue_work(rsg_workqueue, &refill_work);
}

/**
 * rsg_set_has - does a set name a policy?
 * @set: a set, or NULL
 * @policy: the policy
 *
 * Return: whether it does, at this moment.
 */
bool rsg_set_has(const struct rsg_set *set, const struct rsg_policy *policy)
{
	unsigned int i, nr;

	if (!set)
		return false;
	nr = smp_load_acquire(&set->members.nr); /* pairs with remove() */
	for (i = 0; i < nr; i++)
		if (READ_ONCE(set->members.policies[i]) == policy)
			return true;
	return false;
}

/*
 * The last member takes the place of the one that goes, and only then does the
 * set get shorter: a reader that is in the midst of it finds each of the others
 * at least once.
 */
static void remove(struct rsg_set *set, const struct rsg_policy *policy)
{
	struct rsg_members *members = &set->members;
	unsigned int i = 0;

	lockdep_assert_held(&lock);
	while (members->policies[i] != policy)
		i++;
	WRITE_ONCE(members->policies[i], members->policies[members->nr - 1]);
	/* Pairs with the acquire of whoever reads the members. */
	smp_store_release(&members->nr, members->nr - 1);
}

static void drop_from(struct rsg_set *set, const struct rsg_policy *policy)
{
	lockdep_assert_held(&lock);
	if (!contains(&set->members, policy))
		return;
	if (set->listed)
		hlist_del(&set->node);
	remove(set, policy);
	set->listed = set->members.nr && !find(&set->members);
	if (set->listed)
		hlist_add_head(&set->node, bucket(&set->members));
}

/**
 * rsg_sets_admit - let sets name a policy from now on
 * @policy: a policy that is in no set
 */
void rsg_sets_admit(struct rsg_policy *policy)
{
	raw_spin_lock_irq(&lock);
	policy->dropped = false;
	raw_spin_unlock_irq(&lock);
}

/**
 * rsg_sets_drop - take a policy out of all sets
 * @policy: the policy; from now on no set is made that names it
 *
 * Context: after a grace period of RCU nobody uses the policy through a set.
 */
void rsg_sets_drop(struct rsg_policy *policy)
{
	u32 id;

	lockdep_assert_held(&rsg_lock);
	raw_spin_lock_irq(&lock);
	policy->dropped = true;
	raw_spin_unlock_irq(&lock);
	for (id = 1; id <= RSG_SETS; id++) {
		struct rsg_set *set;

		if (!rcu_access_pointer(rsg_sets[id]))
			continue;
		raw_spin_lock_irq(&lock);
		set = rcu_dereference_protected(rsg_sets[id],
						lockdep_is_held(&lock));
		if (set)
			drop_from(set, policy);
		raw_spin_unlock_irq(&lock);
	}
}

/**
 * rsg_sets_free - end the sets that have become equal to others, or empty
 *
 * Context: no task carries one, and a grace period has passed since.
 */
void rsg_sets_free(void)
{
	u32 id;

	lockdep_assert_held(&rsg_lock);
	for (id = 1; id <= RSG_SETS; id++) {
		struct rsg_set *set =
			rcu_dereference_protected(rsg_sets[id],
						  lockdep_is_held(&rsg_lock));

		if (!set || set->listed)
			continue;
		RCU_INIT_POINTER(rsg_sets[id], NULL);
		kfree_rcu(set, rcu);
	}
}

/**
 * rsg_sets_exit - give all memory back
 *
 * Context: sleeps. No policy is attached and nothing is watched any more.
 */
void rsg_sets_exit(void)
{
	struct rsg_set *set, *next;
	LIST_HEAD(old);

	lockdep_assert_held(&rsg_lock);
	cancel_work_sync(&refill_work);
	raw_spin_lock_irq(&lock);
	list_splice_init(&spares, &old);
	nr_spares = 0;
	raw_spin_unlock_irq(&lock);
	list_for_each_entry_safe(set, next, &old, spare)
		kfree(set);
}

/**
 * rsg_sets_nr - how many sets there are
 *
 * Return: the number, already history when it returns.
 */
unsigned int rsg_sets_nr(void)
{
	unsigned int nr = 0;
	u32 id;

	for (id = 1; id <= RSG_SETS; id++)
		nr += !!rcu_access_pointer(rsg_sets[id]);
	return nr;
}
