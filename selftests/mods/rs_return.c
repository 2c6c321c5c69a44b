// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test-only: somebody else who wants to know of returns to user mode. Parameters,
 * which are about the CPU that reads or writes them:
 *
 *	once	write anything: be told of the next return, and of no other. KVM
 *		does so: after a guest has run it waits for the return to put
 *		back what the guest's registers have replaced, and its notifier
 *		takes itself off the list
 *	always	write 1: be told of each return on every CPU, until 0
 *	calls	how often it was told
 */
#include <linux/cpu.h>
#include <linux/irqflags.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <linux/user-return-notifier.h>

/**
 * struct listener - what this module has on a CPU
 * @notifier: its notifier
 * @on: it is on the list; written on its CPU with interrupts off
 * @stay: it stays there
 * @calls: how often it was called
 */
struct listener {
	struct user_return_notifier notifier;
	bool on;
	bool stay;
	unsigned long calls;
};

static DEFINE_PER_CPU(struct listener, listeners);

static void leave(struct listener *this)
{
	if (this->on)
		user_return_notifier_unregister(&this->notifier);
	this->on = false;
}

static void on_return(struct user_return_notifier *notifier)
{
	struct listener *this = container_of(notifier, struct listener,
					     notifier);

	this->calls++;
	if (!this->stay)
		leave(this);
}

/* Interrupts are off. */
static void listen(void *stay)
{
	struct listener *this = this_cpu_ptr(&listeners);

	this->stay = stay;
	this->notifier.on_user_return = on_return;
	if (!this->on)
		user_return_notifier_register(&this->notifier);
	this->on = true;
}

static void listen_no_more(void *unused)
{
	leave(this_cpu_ptr(&listeners));
}

static int set_once(const char *val, const struct kernel_param *kp)
{
	local_irq_disable();
	listen(NULL);
	local_irq_enable();
	return 0;
}

static int set_always(const char *val, const struct kernel_param *kp)
{
	static bool stay = true;
	bool on;
	int err = kstrtobool(val, &on);

	if (err)
		return err;
	on_each_cpu(on ? listen : listen_no_more, &stay, 1);
	return 0;
}

static int get_calls(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%lu\n", raw_cpu_read(listeners.calls));
}

static const struct kernel_param_ops once_ops = { .set = set_once };
static const struct kernel_param_ops always_ops = { .set = set_always };
static const struct kernel_param_ops calls_ops = { .get = get_calls };

module_param_cb(once, &once_ops, NULL, 0200);
module_param_cb(always, &always_ops, NULL, 0200);
module_param_cb(calls, &calls_ops, NULL, 0400);

static int __init return_init(void)
{
	return 0;
}

static void __exit return_exit(void)
{
	on_each_cpu(listen_no_more, NULL, 1);
}

module_init(return_init);
module_exit(return_exit);

MODULE_DESCRIPTION("Ringside test: another user of return notifiers");
MODULE_AUTHOR("The Ringside developers");
MODULE_LICENSE("GPL");
