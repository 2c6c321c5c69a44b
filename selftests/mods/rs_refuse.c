// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test-only: one function of the kernel refuses to work, once, for one
 * process. What fails seldom, such as registering with ftrace, can be made to
 * fail at each of its calls in turn. Never installed.
 *
 *	insmod rs_refuse.ko function=register_ftrace_function value=-16
 *	echo PID >/sys/module/rs_refuse/parameters/pid
 *	echo 3 >/sys/module/rs_refuse/parameters/nth	the third call from now
 *
 * nth counts down, and is 0 once the call was refused. Meanwhile the kernel
 * keeps silent about memory that it cannot have: those tests want that, and
 * what it would print looks like an error.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/sched.h>

static char *function = "";
module_param(function, charp, 0444);
MODULE_PARM_DESC(function, "that refuses; none by default");

static int value = -ENOMEM;
module_param(value, int, 0444);
MODULE_PARM_DESC(value, "that it returns then");

static int pid;
module_param(pid, int, 0600);
MODULE_PARM_DESC(pid, "the process that is refused");

static unsigned int nth;
module_param(nth, uint, 0600);
MODULE_PARM_DESC(nth, "call from now on that is refused; 0 is none");

static notrace long answer(void)
{
	return value;
}

static notrace void silence(void)
{
}

/* As if the function had done nothing but return. */
static int refuse(struct kprobe *kp, struct pt_regs *regs)
{
	unsigned int left = READ_ONCE(nth);

	if (!left || task_tgid_nr(current) != READ_ONCE(pid))
		return 0;
	WRITE_ONCE(nth, left - 1);
	if (left > 1)
		return 0;
	regs->ip = (unsigned long)answer;
	return 1;
}

static int hush(struct kprobe *kp, struct pt_regs *regs)
{
	regs->ip = (unsigned long)silence;
	return 1;
}

/* A probe that has one may change the instruction pointer. */
static void nothing(struct kprobe *kp, struct pt_regs *regs,
		    unsigned long flags)
{
}

static struct kprobe refusal = {
	.pre_handler = refuse,
	.post_handler = nothing,
};

static struct kprobe warning = {
	.symbol_name = "warn_alloc",
	.pre_handler = hush,
	.post_handler = nothing,
};

static int __init refuse_init(void)
{
	int err;

	err = register_kprobe(&warning);
	if (err || !*function)
		return err;
	refusal.symbol_name = function;
	err = register_kprobe(&refusal);
	if (err)
		unregister_kprobe(&warning);
	return err;
}

static void __exit refuse_exit(void)
{
	if (*function)
		unregister_kprobe(&refusal);
	unregister_kprobe(&warning);
}

module_init(refuse_init);
module_exit(refuse_exit);

MODULE_DESCRIPTION("Ringside test: a function of the kernel that refuses");
MODULE_AUTHOR("The Ringside developers");
MODULE_LICENSE("GPL");
