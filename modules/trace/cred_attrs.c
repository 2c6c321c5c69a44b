// SPDX-License-Identifier: GPL-2.0-only
/*
 * What of the credential guard is in /sys/class/misc/ringside-trace/: as in
 * sysfs.c, one value a file, for root.
 */
#include <linux/device.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "cred_guard.h"
#include "trace.h"

static const char * const guards[] = {
	[RS_TRACE_GUARD_OFF] = "off",
	[RS_TRACE_GUARD_POINTER] = "pointer",
	[RS_TRACE_GUARD_FULL] = "full",
};

static const char * const actions[] = {
	[RS_TRACE_ACTION_EVENT] = "event",
	[RS_TRACE_ACTION_LOG] = "log",
	[RS_TRACE_ACTION_STOP] = "stop",
	[RS_TRACE_ACTION_KILL] = "kill",
};

static ssize_t credentials_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	struct rst_guard_state state;

	rst_guard_state(&state);
	return sysfs_emit(buf, "%s\n", guards[state.admin]);
}

static ssize_t credentials_store(struct device *dev,
				 struct device_attribute *attr,
				 const char *buf, size_t len)
{
	int guard = sysfs_match_string(guards, buf);
	int err;

	if (guard < 0)
		return guard;
	err = rst_guard_set_admin(guard);
	return err ?: len;
}
static DEVICE_ATTR_ADMIN_RW(credentials);

static ssize_t credentials_armed_show(struct device *dev,
				      struct device_attribute *attr, char *buf)
{
	struct rst_guard_state state;

	rst_guard_state(&state);
	return sysfs_emit(buf, "%s\n", guards[state.guard]);
}
static DEVICE_ATTR_ADMIN_RO(credentials_armed);

static ssize_t credentials_action_show(struct device *dev,
				       struct device_attribute *attr, char *buf)
{
	struct rst_guard_state state;

	rst_guard_state(&state);
	return sysfs_emit(buf, "%s\n", actions[state.action]);
}

static ssize_t credentials_action_store(struct device *dev,
					struct device_attribute *attr,
					const char *buf, size_t len)
{
	int action = sysfs_match_string(actions, buf);

	if (action < 0)
		return action;
	rst_report_set_action(action);
	return len;
}
static DEVICE_ATTR_ADMIN_RW(credentials_action);

#define COUNTER(_name, _value)						\
static ssize_t _name##_show(struct device *dev,				\
			    struct device_attribute *attr, char *buf)	\
{									\
	struct rst_guard_state state;					\
									\
	rst_guard_state(&state);					\
	return sysfs_emit(buf, "%llu\n", state._value);			\
}									\
static DEVICE_ATTR_ADMIN_RO(_name)

COUNTER(unexplained_pointer, unexplained[RST_PATTERN_POINTER]);
COUNTER(unexplained_content, unexplained[RST_PATTERN_CONTENT]);
COUNTER(unexplained_split, unexplained[RST_PATTERN_SPLIT]);
COUNTER(unexplained_commit, unexplained[RST_PATTERN_COMMIT]);
COUNTER(credentials_untracked, untracked);
COUNTER(credentials_sweeps, sweeps);

static struct attribute *attrs[] = {
	&dev_attr_credentials.attr,
	&dev_attr_credentials_armed.attr,
	&dev_attr_credentials_action.attr,
	&dev_attr_unexplained_pointer.attr,
	&dev_attr_unexplained_content.attr,
	&dev_attr_unexplained_split.attr,
	&dev_attr_unexplained_commit.attr,
	&dev_attr_credentials_untracked.attr,
	&dev_attr_credentials_sweeps.attr,
	NULL
};

const struct attribute_group rst_cred_group = {
	.attrs = attrs,
};
