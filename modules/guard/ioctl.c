// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device /dev/ringside-guard and the descriptors of policies. Every
 * structure, errno and rule is documented in
 * include/uapi/linux/ringside_guard.h; the decisions are taken elsewhere.
 */
#include <linux/anon_inodes.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "guard.h"
#include "mark.h"

/* No holes: each size is the sum of its members. */
static_assert(sizeof(struct rsg_rule) == 16);
static_assert(sizeof(struct rsg_arg) == 24);
static_assert(sizeof(struct rsg_load) ==
	      48 + RSG_NAME_LEN + RSG_ORIGIN_LEN);
static_assert(sizeof(struct rsg_object_rule) == 24);
static_assert(sizeof(struct rsg_attach) == 56 + RSG_FUNCTION_LEN);
static_assert(sizeof(struct rsg_except) == 8);
static_assert(sizeof(struct rsg_id) == 8);
static_assert(sizeof(struct rsg_relax) == 32 + 8 * RSG_RELAX_WORDS);
static_assert(sizeof(struct rsg_replace) ==
	      56 + RSG_ORIGIN_LEN + RSG_FUNCTION_LEN);
static_assert(sizeof(struct rsg_test) == 24 + 8 * RSG_ARGS);
static_assert(sizeof(struct rsg_call_count) == 32);
static_assert(sizeof(struct rsg_calls) == 24);
static_assert(sizeof(struct rsg_policy_info) == 72 + RSG_NAME_LEN);
/* The mark keeps the id of a set in 12 bits. */
static_assert(RSG_MARK_ID >= RSG_SETS);

/* Tick of rsg_clock at which a descriptor of the device was opened. */
static u64 opened_at(const struct file *file)
{
	return (unsigned long)file->private_data;
}

static int device_open(struct inode *inode, struct file *file)
{
	file->private_data = (void *)(unsigned long)
		atomic64_inc_return(&rsg_clock);
	return 0;
}

static long get_info(struct file *file, void *arg)
{
	struct rs_info *info = arg;

	*info = (struct rs_info){
		.size = sizeof(*info),
		.abi = RSG_ABI_LEVEL,
		.features = (IS_ENABLED(CONFIG_IA32_EMULATION) ?
			     RSG_FEATURE_I386 : 0) |
			    (rsg_relax_enabled ? RSG_FEATURE_RELAX : 0),
	};
	strscpy(info->version, RS_VERSION, sizeof(info->version));
	return 0;
}

static pid_t target_pid(const struct rsg_scope *scope)
{
	if (!scope || (scope->target.type != RSG_SCOPE_PROCESS &&
		       scope->target.type != RSG_SCOPE_TREE))
		return 0;
	return pid_vnr(scope->target.pid);
}

static void describe(const struct rsg_policy *policy,
		     struct rsg_policy_info *info)
{
	const struct rsg_rules *rules = rsg_policy_rules(policy);
	struct rsg_counts sum;

	rsg_policy_counts(policy, &sum);
	*info = (struct rsg_policy_info){
		.size = sizeof(*info),
		.id = policy->id,
		.state = policy->state,
		.flags = policy->flags,
		.scope = policy->scope ? policy->scope->target.type : 0,
		.mode = policy->armed,
		.pid = target_pid(policy->scope),
		.default_verdict = rules->default_verdict,
		.calls = rsg_calls_judged(rules),
		.pending_ms = rsg_pending_ms(policy),
		.denied = sum.denied,
		.audited = sum.audited,
		.observed = sum.observed,
	};
	if (policy->state != RSG_STATE_LOADED)
		info->tasks = rsg_marked(policy);
	memcpy(info->name, policy->name, sizeof(info->name));
}

static long get_policy(struct file *file, void *arg)
{
	struct rsg_policy_info *info = arg;
	struct rsg_policy *policy;

	if (mutex_lock_killable(&rsg_lock))
		return -EINTR;
	policy = rsg_policy_next(info->id);
	if (policy)
		describe(policy, info);
	mutex_unlock(&rsg_lock);
	return policy ? 0 : -ENOENT;
}

static long get_own_policy(struct file *file, void *arg)
{
	if (mutex_lock_killable(&rsg_lock))
		return -EINTR;
	describe(file->private_data, arg);
	mutex_unlock(&rsg_lock);
	return 0;
}

static const struct rs_ioctl policy_table[] = {
	{
		.cmd = RSG_IOC_GET_POLICY,
		.size = sizeof(struct rsg_policy_info),
		.min_size = sizeof(struct rsg_policy_info),
		.write_back = true,
		.fn = get_own_policy,
	},
};

static long policy_ioctl(struct file *file, unsigned int cmd,
			 unsigned long uarg)
{
	return rs_ioctl_dispatch(file, cmd, uarg, policy_table,
				 ARRAY_SIZE(policy_table));
}

/* The last close undoes what the descriptor stands for. */
static int policy_release(struct inode *inode, struct file *file)
{
	struct rsg_policy *policy = file->private_data;

	mutex_lock(&rsg_lock);
	rsg_detach(policy);
	rsg_policy_withdraw(policy);
	mutex_unlock(&rsg_lock);
	rsg_policy_destroy(policy);
	return 0;
}

static const struct file_operations policy_fops = {
	.owner = THIS_MODULE,
	.release = policy_release,
	.unlocked_ioctl = policy_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

/* Copy the @nr elements of @size bytes at @at; NULL if there are none. */
static const void *read_array(u64 at, u32 nr, size_t size)
{
	return nr ? vmemdup_user(u64_to_user_ptr(at), nr * size) : NULL;
}

static void free_source(const struct rsg_source *source)
{
	if (!IS_ERR(source->rules))
		kvfree(source->rules);
	if (!IS_ERR(source->args))
		kvfree(source->args);
	if (!IS_ERR(source->objects))
		kvfree(source->objects);
}

/* Fill @source, which free_source() takes afterwards in any case. */
static int read_source(const struct rsg_load *load, struct rsg_source *source)
{
	if (load->nr_rules > RSG_RULES_MAX || load->nr_args > RSG_ARGS_MAX ||
	    load->nr_objects > RSG_OBJECTS_MAX)
		return -E2BIG;
	if (strnlen((const char *)load->origin, RSG_ORIGIN_LEN) ==
	    RSG_ORIGIN_LEN)
		return -EINVAL;
	source->nr_rules = load->nr_rules;
	source->nr_args = load->nr_args;
	source->default_verdict = load->default_verdict;
	source->origin = load->origin;
	source->rules = read_array(load->rules, load->nr_rules,
				   sizeof(*source->rules));
	if (IS_ERR(source->rules))
		return PTR_ERR(source->rules);
	source->args = read_array(load->args, load->nr_args,
				  sizeof(*source->args));
	if (IS_ERR(source->args))
		return PTR_ERR(source->args);
	source->nr_objects = load->nr_objects;
	source->objects = read_array(load->objects, load->nr_objects,
				     sizeof(*source->objects));
	return PTR_ERR_OR_ZERO(source->objects);
}

static struct rsg_policy *read_policy(const struct rsg_load *load)
{
	struct rsg_source source = {};
	struct rsg_policy *policy;
	int err;

	if (load->flags & ~(RSG_LOAD_PERSIST | RSG_LOAD_SEAL))
		return ERR_PTR(-EINVAL);
	err = read_source(load, &source);
	policy = err ? ERR_PTR(err) : rsg_policy_create(load, &source);
	free_source(&source);
	return policy;
}

/* Under rsg_lock, so that nobody unloads the policy before it is complete. */
static long publish(struct rsg_policy *policy)
{
	long ret;

	lockdep_assert_held(&rsg_lock);
	ret = rsg_policy_publish(policy);
	if (ret)
		return ret;
	if (policy->flags & RSG_LOAD_PERSIST)
		return policy->id;
	ret = anon_inode_getfd("[ringside-guard-policy]", &policy_fops, policy,
			       O_RDWR | O_CLOEXEC);
	if (ret < 0)
		rsg_policy_withdraw(policy);
	return ret;
}

/* Publish @policy, which may be an error, or drop it. */
static long enter(struct rsg_policy *policy)
{
	long ret;

	if (IS_ERR(policy))
		return PTR_ERR(policy);
	ret = -EINTR;
	if (!mutex_lock_killable(&rsg_lock)) {
		ret = publish(policy);
		mutex_unlock(&rsg_lock);
	}
	if (ret < 0)
		rsg_policy_destroy(policy);
	return ret;
}

static long load(struct file *file, void *arg)
{
	return enter(read_policy(arg));
}

static long jail(struct file *file, void *arg)
{
	const struct rsg_jail_arg *jail = arg;
	struct rsg_load load = { .flags = jail->flags };

	if (jail->flags & ~RSG_LOAD_PERSIST || jail->__reserved)
		return -EINVAL;
	memcpy(load.name, jail->name, sizeof(load.name));
	return enter(rsg_jail_create(&load, jail->root_fd));
}

static struct rsg_scope *read_scope(const struct rsg_attach *attach)
{
	const struct rsg_except *excepts __free(kfree) = NULL;
	void *copy;
	int err;

	err = rsg_attach_check(attach);
	if (err)
		return ERR_PTR(err);
	if (attach->nr_excepts) {
		copy = memdup_user(u64_to_user_ptr(attach->excepts),
				   attach->nr_excepts * sizeof(*excepts));
		if (IS_ERR(copy))
			return ERR_CAST(copy);
		excepts = copy;
	}
	return rsg_scope_get(attach, excepts);
}

static long attach(struct file *file, void *arg)
{
	struct rsg_attach *attach = arg;
	struct rsg_policy *policy;
	struct rsg_scope *scope;
	long ret;

	attach->tasks = 0;
	attach->conflict_pid = 0;
	memset(attach->function, 0, sizeof(attach->function));
	if (attach->mode == RSG_MODE_OBSERVE) {
		ret = rsg_calls_resolve(NULL);
		if (ret)
			return ret;
	}
	scope = read_scope(attach);
	if (IS_ERR(scope))
		return PTR_ERR(scope);
	ret = -EINTR;
	if (!mutex_lock_killable(&rsg_lock)) {
		policy = rsg_policy_find(attach->id);
		ret = policy ? rsg_policy_prepare(policy) : -ENOENT;
		if (!ret)
			ret = rsg_attach(policy, attach, scope);
		mutex_unlock(&rsg_lock);
	}
	if (ret)
		rsg_scope_put(scope);
	return ret;
}

/* Of ATTACH and REPLACE; their structures begin as this one does. */
static void undo_pending(struct file *file, void *arg)
{
	const struct rsg_id *which = arg;
	struct rsg_policy *policy;

	mutex_lock(&rsg_lock);
	policy = rsg_policy_find(which->id);
	/* Who confirmed it meanwhile wants it. */
	if (policy)
		rsg_rollback(policy);
	mutex_unlock(&rsg_lock);
}

static struct rsg_rules *read_rules(const struct rsg_load *load)
{
	struct rsg_source source = {};
	struct rsg_rules *rules;
	int err;

	err = read_source(load, &source);
	rules = err ? ERR_PTR(err) : rsg_rules_create(&source);
	free_source(&source);
	return rules;
}

static long replace(struct file *file, void *arg)
{
	struct rsg_replace *replace = arg;
	struct rsg_load load = {
		.rules = replace->rules, .nr_rules = replace->nr_rules,
		.args = replace->args, .nr_args = replace->nr_args,
		.objects = replace->objects, .nr_objects = replace->nr_objects,
		.default_verdict = replace->default_verdict,
	};
	const char *function = NULL;
	struct rsg_policy *policy;
	struct rsg_rules *rules;
	long ret = -EINTR;

	memset(replace->function, 0, sizeof(replace->function));
	if (replace->confirm_ms > RSG_CONFIRM_MAX_MS || replace->__reserved)
		return -EINVAL;
	memcpy(load.origin, replace->origin, sizeof(load.origin));
	rules = read_rules(&load);
	if (IS_ERR(rules))
		return PTR_ERR(rules);
	if (!mutex_lock_killable(&rsg_lock)) {
		policy = rsg_policy_find(replace->id);
		ret = policy ? rsg_replace(policy, rules, replace->confirm_ms,
					   &function) : -ENOENT;
		mutex_unlock(&rsg_lock);
	}
	if (ret)
		rsg_rules_destroy(rules);
	if (ret && function)
		strscpy(replace->function, function, sizeof(replace->function));
	return ret;
}

static long test(struct file *file, void *arg)
{
	struct rsg_test *test = arg;
	struct rsg_policy *policy;
	s16 tag = -1;

	if (test->abi >= RSG_ABIS)
		return -EINVAL;
	if (mutex_lock_killable(&rsg_lock))
		return -EINTR;
	policy = rsg_policy_find(test->id);
	if (policy)
		test->verdict = rsg_policy_test(policy, test->abi, test->nr,
						test->args, &tag);
	mutex_unlock(&rsg_lock);
	test->rule = tag;
	return policy ? 0 : -ENOENT;
}

/* Fill @rows, of RSG_ABIS * RSG_CALLS; return how many there are. */
static u32 fill_rows(const struct rsg_call_counters *calls,
		     struct rsg_call_count *rows)
{
	unsigned int abi, nr;
	u32 n = 0;

	for (abi = 0; abi < RSG_ABIS; abi++) {
		for (nr = 0; nr < RSG_CALLS; nr++) {
			const struct rsg_call_count row = {
				.abi = abi, .nr = nr,
#define COUNT(kind)	atomic64_read(&calls->nr[kind][abi][nr])
				.denied = COUNT(RSG_COUNT_DENIED),
				.audited = COUNT(RSG_COUNT_AUDITED),
				.observed = COUNT(RSG_COUNT_OBSERVED),
#undef COUNT
			};

			if (row.denied || row.audited || row.observed)
				rows[n++] = row;
		}
	}
	return n;
}

static long get_calls(struct file *file, void *arg)
{
	struct rsg_calls *calls = arg;
	struct rsg_call_count *rows;
	struct rsg_policy *policy;
	u32 n = 0, room = calls->nr;
	long ret = 0;

	if (calls->__reserved)
		return -EINVAL;
	rows = kvcalloc(RSG_ABIS * RSG_CALLS, sizeof(*rows), GFP_KERNEL);
	if (!rows)
		return -ENOMEM;
	if (mutex_lock_killable(&rsg_lock)) {
		kvfree(rows);
		return -EINTR;
	}
	policy = rsg_policy_find(calls->id);
	if (policy && policy->calls)
		n = fill_rows(policy->calls, rows);
	mutex_unlock(&rsg_lock);
	if (!policy)
		ret = -ENOENT;
	else if (copy_to_user(u64_to_user_ptr(calls->counts), rows,
			      min(n, room) * sizeof(*rows)))
		ret = -EFAULT;
	calls->nr = n;
	kvfree(rows);
	return ret;
}

/* Do something to the policy that the caller names. */
static long with_policy(struct file *file, const struct rsg_id *which,
			long (*fn)(struct file *file,
				   struct rsg_policy *policy))
{
	struct rsg_policy *policy;
	long ret;

	if (mutex_lock_killable(&rsg_lock))
		return -EINTR;
	policy = rsg_policy_find(which->id);
	ret = policy ? fn(file, policy) : -ENOENT;
	mutex_unlock(&rsg_lock);
	return ret;
}

static long confirm_policy(struct file *file, struct rsg_policy *policy)
{
	return rsg_confirm(policy, opened_at(file));
}

static long confirm(struct file *file, void *arg)
{
	return with_policy(file, arg, confirm_policy);
}

static long rollback_policy(struct file *file, struct rsg_policy *policy)
{
	return rsg_rollback(policy);
}

static long rollback(struct file *file, void *arg)
{
	return with_policy(file, arg, rollback_policy);
}

static long detach_policy(struct file *file, struct rsg_policy *policy)
{
	return rsg_detach(policy);
}

static long detach(struct file *file, void *arg)
{
	return with_policy(file, arg, detach_policy);
}

/* Withdraw the policy if nothing depends on it. */
static long withdraw(struct rsg_policy *policy)
{
	if (!policy)
		return -ENOENT;
	if (!(policy->flags & RSG_LOAD_PERSIST) ||
	    policy->state != RSG_STATE_LOADED)
		return -EBUSY;
	rsg_policy_withdraw(policy);
	return 0;
}

static long unload(struct file *file, void *arg)
{
	const struct rsg_id *which = arg;
	struct rsg_policy *policy;
	long ret;

	if (mutex_lock_killable(&rsg_lock))
		return -EINTR;
	policy = rsg_policy_find(which->id);
	ret = withdraw(policy);
	mutex_unlock(&rsg_lock);
	if (!ret)
		rsg_policy_destroy(policy);
	return ret;
}

#define ROW(_cmd, _type, _fn, ...) {		\
	.cmd = _cmd,				\
	.size = sizeof(_type),			\
	.min_size = sizeof(_type),		\
	.fn = _fn,				\
	__VA_ARGS__				\
}

static const struct rs_ioctl device_table[] = {
	ROW(RSG_IOC_GET_INFO, struct rs_info, get_info, .write_back = true),
	ROW(RSG_IOC_LOAD, struct rsg_load, load, .admin = true),
	ROW(RSG_IOC_JAIL, struct rsg_jail_arg, jail, .admin = true),
	ROW(RSG_IOC_ATTACH, struct rsg_attach, attach, .admin = true,
	    .write_back = true, .write_error = true, .undo = undo_pending),
	ROW(RSG_IOC_CONFIRM, struct rsg_id, confirm, .admin = true),
	ROW(RSG_IOC_ROLLBACK, struct rsg_id, rollback, .admin = true),
	ROW(RSG_IOC_DETACH, struct rsg_id, detach, .admin = true),
	ROW(RSG_IOC_UNLOAD, struct rsg_id, unload, .admin = true),
	ROW(RSG_IOC_EVENTS, struct rsg_events, rsg_events_ioctl, .admin = true),
	ROW(RSG_IOC_LEARN_DUMP, struct rsg_learn_dump, rsg_learn_ioctl,
	    .admin = true, .write_back = true),
	ROW(RSG_IOC_GET_POLICY, struct rsg_policy_info, get_policy,
	    .admin = true, .write_back = true),
	ROW(RSG_IOC_REPLACE, struct rsg_replace, replace, .admin = true,
	    .write_back = true, .write_error = true, .undo = undo_pending),
	ROW(RSG_IOC_TEST, struct rsg_test, test, .admin = true,
	    .write_back = true),
	ROW(RSG_IOC_GET_CALLS, struct rsg_calls, get_calls, .admin = true,
	    .write_back = true),
	ROW(RSG_IOC_RELAX, struct rsg_relax, rsg_relax_ioctl, .admin = true,
	    .write_back = true, .undo = rsg_relax_undo),
	ROW(RSG_IOC_RELAX_END, struct rsg_id, rsg_relax_end_ioctl,
	    .admin = true),
	ROW(RSG_IOC_GET_RELAX, struct rsg_relax, rsg_relax_get_ioctl,
	    .admin = true, .write_back = true),
};

static long device_ioctl(struct file *file, unsigned int cmd,
			 unsigned long uarg)
{
	/* Who is in a jail holds no key to it, wherever the node came from. */
	if (rsg_jail_is_in_one())
		return -EPERM;
	return rs_ioctl_dispatch(file, cmd, uarg, device_table,
				 ARRAY_SIZE(device_table));
}

const struct file_operations rsg_device_fops = {
	.owner = THIS_MODULE,
	.open = device_open,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};
