// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes of /sys/class/misc/ringside-guard/: totals over all policies, one
 * value a file. Documentation/ABI/testing/sysfs-class-misc-ringside-guard says
 * what each means. A single policy's figures come from RSG_IOC_GET_POLICY.
 */
#include <linux/device.h>
#include <linux/sysfs.h>

#include "guard.h"

/* How many policies are in @state, or in any state. */
static unsigned int count(int state)
{
	struct rsg_policy *policy;
	unsigned int nr = 0;
	u32 id;

	guard(mutex)(&rsg_lock);
	for (id = 1; (policy = rsg_policy_next(id)); id = policy->id + 1)
		nr += state < 0 || policy->state == state;
	return nr;
}

static ssize_t policies_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%u\n", count(-1));
}
static DEVICE_ATTR_RO(policies);

static ssize_t pending_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%u\n", count(RSG_STATE_PENDING));
}
static DEVICE_ATTR_RO(pending);

static ssize_t attached_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%u\n", count(RSG_STATE_ATTACHED));
}
static DEVICE_ATTR_RO(attached);

static ssize_t hooked_functions_show(struct device *dev,
				     struct device_attribute *attr, char *buf)
{
	guard(mutex)(&rsg_lock);
	return sysfs_emit(buf, "%u\n", rsg_hooks_nr());
}
static DEVICE_ATTR_RO(hooked_functions);

static ssize_t denied_total_show(struct device *dev,
				 struct device_attribute *attr, char *buf)
{
	struct rsg_counts sum;

	guard(mutex)(&rsg_lock);
	rsg_total_counts(&sum);
	return sysfs_emit(buf, "%llu\n", sum.denied);
}
static DEVICE_ATTR_RO(denied_total);

static ssize_t audited_total_show(struct device *dev,
				  struct device_attribute *attr, char *buf)
{
	struct rsg_counts sum;

	guard(mutex)(&rsg_lock);
	rsg_total_counts(&sum);
	return sysfs_emit(buf, "%llu\n", sum.audited);
}
static DEVICE_ATTR_RO(audited_total);

static ssize_t observed_total_show(struct device *dev,
				   struct device_attribute *attr, char *buf)
{
	struct rsg_counts sum;

	guard(mutex)(&rsg_lock);
	rsg_total_counts(&sum);
	return sysfs_emit(buf, "%llu\n", sum.observed);
}
static DEVICE_ATTR_RO(observed_total);

static ssize_t state_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	guard(mutex)(&rsg_lock);
	return sysfs_emit(buf, "%s\n", rsg_state());
}
static DEVICE_ATTR_RO(state);

static ssize_t generation_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	guard(mutex)(&rsg_lock);
	return sysfs_emit(buf, "%llu\n", rsg_generation());
}
static DEVICE_ATTR_RO(generation);

static ssize_t sets_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%u\n", rsg_sets_nr());
}
static DEVICE_ATTR_RO(sets);

static ssize_t missed_tasks_total_show(struct device *dev,
				       struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", rsg_marks_missed());
}
static DEVICE_ATTR_RO(missed_tasks_total);

static ssize_t mode_max_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	guard(mutex)(&rsg_lock);
	return sysfs_emit(buf, "%s\n", rsg_mode_max());
}

static ssize_t mode_max_store(struct device *dev, struct device_attribute *attr,
			      const char *buf, size_t count)
{
	int err;

	guard(mutex)(&rsg_lock);
	err = rsg_mode_max_set(buf);
	return err ?: count;
}
static DEVICE_ATTR_RW(mode_max);

static ssize_t trial_denials_per_s_show(struct device *dev,
					struct device_attribute *attr,
					char *buf)
{
	guard(mutex)(&rsg_lock);
	return sysfs_emit(buf, "%u\n", rsg_trial_denials());
}

static ssize_t trial_denials_per_s_store(struct device *dev,
					 struct device_attribute *attr,
					 const char *buf, size_t count)
{
	unsigned int nr;
	int err;

	err = kstrtouint(buf, 0, &nr);
	if (err)
		return err;
	guard(mutex)(&rsg_lock);
	rsg_trial_denials_set(nr);
	return count;
}
static DEVICE_ATTR_RW(trial_denials_per_s);

static struct attribute *rsg_attrs[] = {
	&dev_attr_state.attr,
	&dev_attr_generation.attr,
	&dev_attr_sets.attr,
	&dev_attr_missed_tasks_total.attr,
	&dev_attr_mode_max.attr,
	&dev_attr_trial_denials_per_s.attr,
	&dev_attr_policies.attr,
	&dev_attr_pending.attr,
	&dev_attr_attached.attr,
	&dev_attr_hooked_functions.attr,
	&dev_attr_denied_total.attr,
	&dev_attr_audited_total.attr,
	&dev_attr_observed_total.attr,
	NULL,
};

static const struct attribute_group rsg_group = {
	.attrs = rsg_attrs,
};

const struct attribute_group *rsg_groups[] = {
	&rsg_group,
	NULL,
};
