// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside_guard.ko: refuse system calls to running processes, and take it
 * back. This file is wiring; guard.h says what the other files do.
 *
 * A loaded, idle guard hooks nothing and watches nothing.
 */
#include <linux/miscdevice.h>
#include <linux/module.h>

#include "guard.h"
#include "event.h"

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "ringside-guard",
	.fops = &rsg_device_fops,
	.groups = rsg_groups,
	.mode = 0600,
};

/**
 * rsg_device - the device in sysfs
 *
 * Return: the device, while a descriptor of it is open or a policy attached.
 */
struct device *rsg_device(void)
{
	return device.this_device;
}

static int __init ringside_guard_init(void)
{
	int err;

	rsg_calls_init();
	err = rsg_safety_init();
	if (err)
		return err;
	err = rsg_marks_check();
	if (err)
		return err;
	/* A roll-back must not wait for memory to make a thread for it. */
	rsg_workqueue = alloc_workqueue("ringside_guard",
					WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!rsg_workqueue)
		return -ENOMEM;
	err = misc_register(&device);
	if (err)
		goto err_workqueue;
	pr_info("version %s loaded\n", RS_VERSION);
	return 0;

err_workqueue:
	destroy_workqueue(rsg_workqueue);
	return err;
}

/* No descriptor is open now, so only persistent policies are left. */
static void __exit ringside_guard_exit(void)
{
	struct rsg_policy *policy;

	rsg_relax_exit();
	for (;;) {
		mutex_lock(&rsg_lock);
		policy = rsg_policy_next(1);
		if (policy) {
			rsg_detach(policy);
			rsg_policy_withdraw(policy);
		}
		mutex_unlock(&rsg_lock);
		if (!policy)
			break;
		rsg_policy_destroy(policy);
	}
	rsg_safety_exit();
	misc_deregister(&device);
	rsg_records_stop();
	/* Contents that were replaced are freed by works that RCU queues. */
	rcu_barrier();
	destroy_workqueue(rsg_workqueue);
}

module_init(ringside_guard_init);
module_exit(ringside_guard_exit);

MODULE_DESCRIPTION("Ringside guard: deny system calls to running processes");
MODULE_AUTHOR("The Ringside developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(RS_VERSION);
