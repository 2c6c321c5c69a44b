// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which kernel function does a system call end in?
 *
 * The answer comes from the kernel's own generated tables, at build time. It
 * is a name, for the functions are not exported; the address is looked up when
 * a policy first needs it. Numbers without a function are left alone: they
 * fail with ENOSYS by themselves.
 *
 * x32 calls end in the functions of the x86_64 calls of the same number. Those
 * from 512 up are x86_64 calls by another number, and most of them by another
 * function, too: what follows from a rule on the x86_64 call holds for both.
 */
#include <linux/array_size.h>
#include <linux/bitmap.h>
#include <linux/init.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <asm/unistd.h>

#include "guard.h"

#define __SYSCALL_NORETURN(nr, sym)	__SYSCALL(nr, sym)

#define __SYSCALL(nr, sym)	\
	[nr] = "__x64_" #sym,

static const char *const x86_64_functions[RSG_CALLS] = {
#include <asm/syscalls_64.h>
};

#undef __SYSCALL
/* The table of a 64-bit kernel: where both are named, compat is the one. */
#define __SYSCALL(nr, sym)	\
	[nr] = "__ia32_" #sym,
#define __SYSCALL_WITH_COMPAT(nr, native, compat)	\
	[nr] = IS_ENABLED(CONFIG_64BIT) ? "__ia32_" #compat : "__ia32_" #native,

static const char *const i386_functions[RSG_CALLS] = {
#include <asm/syscalls_32.h>
};

#undef __SYSCALL_WITH_COMPAT
#undef __SYSCALL

#ifdef CONFIG_X86_X32_ABI
#define __SYSCALL(nr, sym)	\
	[nr] = "__x64_" #sym,

static const char *const x32_functions[] = {
#include <asm/syscalls_x32.h>
};

#undef __SYSCALL
#else
static const char *const x32_functions[0];
#endif

/* x86_64 numbers of the x32 calls from RSG_CALLS up: for good, says the ABI. */
static const u16 x32_calls[] = {
	__NR_rt_sigaction, __NR_rt_sigreturn, __NR_ioctl, __NR_readv,
	__NR_writev, __NR_recvfrom, __NR_sendmsg, __NR_recvmsg, __NR_execve,
	__NR_ptrace, __NR_rt_sigpending, __NR_rt_sigtimedwait,
	__NR_rt_sigqueueinfo, __NR_sigaltstack, __NR_timer_create,
	__NR_mq_notify, __NR_kexec_load, __NR_waitid, __NR_set_robust_list,
	__NR_get_robust_list, __NR_vmsplice, __NR_move_pages, __NR_preadv,
	__NR_pwritev, __NR_rt_tgsigqueueinfo, __NR_recvmmsg, __NR_sendmmsg,
	__NR_process_vm_readv, __NR_process_vm_writev, __NR_setsockopt,
	__NR_getsockopt, __NR_io_setup, __NR_io_submit, __NR_execveat,
	__NR_preadv2, __NR_pwritev2,
};

/* The kernel's table ends where ours does. */
static_assert(!IS_ENABLED(CONFIG_X86_X32_ABI) ||
	      ARRAY_SIZE(x32_functions) == RSG_CALLS + ARRAY_SIZE(x32_calls));

static const char *const *const functions[RSG_ABIS] = {
	[RSG_X86_64] = x86_64_functions,
	[RSG_I386] = i386_functions,
};

/* Ends of the names of the functions that rsg_call_is_vital() is about. */
static const char *const vital[] __initconst = {
	"_sys_exit", "_sys_exit_group", "_sys_restart_syscall",
	"_sys_rt_sigreturn", "_sys_sigreturn",
};

/*
 * Where the functions are, once known; 0 before. Written under resolve_lock,
 * and for good; who reads an address has resolved it first.
 */
static unsigned long addresses[RSG_ABIS][RSG_CALLS];
/* The same for @x32_calls. */
static unsigned long x32_addresses[ARRAY_SIZE(x32_calls)];
/* Not rsg_lock: a long look-up must not hold up a roll-back. */
static DEFINE_MUTEX(resolve_lock);

/*
 * Which numbers have a function, and which of these a task can not do without:
 * each policy that is loaded asks for all of them, and names are long.
 */
static DECLARE_BITMAP(implemented, RSG_ABIS * RSG_CALLS) __ro_after_init;
static DECLARE_BITMAP(needed, RSG_ABIS * RSG_CALLS) __ro_after_init;

/* Names to look up in one go: each round waits for RCU once. */
#define BATCH	64

struct batch {
	const char *names[BATCH];
	unsigned long found[BATCH];
	unsigned long *slots[BATCH];
	unsigned int nr;
};

static bool __init ends_with(const char *name, const char *end)
{
	size_t length = strlen(name), tail = strlen(end);

	return length > tail && !strcmp(name + length - tail, end);
}

static bool __init is_vital(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vital); i++)
		if (ends_with(name, vital[i]))
			return true;
	return false;
}

/**
 * rsg_calls_init - find out what this kernel implements
 */
void __init rsg_calls_init(void)
{
	unsigned int abi, nr;
	const char *name;

	for (abi = 0; abi < RSG_ABIS; abi++) {
		if (abi == RSG_I386 && !IS_ENABLED(CONFIG_IA32_EMULATION))
			continue;
		for (nr = 0; nr < RSG_CALLS; nr++) {
			name = functions[abi][nr];
			if (!name || ends_with(name, "_sys_ni_syscall"))
				continue;
			__set_bit(abi * RSG_CALLS + nr, implemented);
			if (is_vital(name))
				__set_bit(abi * RSG_CALLS + nr, needed);
		}
	}
}

/**
 * rsg_call_function - name of the function behind a system call
 * @abi: RSG_X86_64 or RSG_I386
 * @nr: number of the call, below RSG_CALLS
 *
 * Return: the name, or NULL if this kernel does not implement the call.
 */
const char *rsg_call_function(unsigned int abi, unsigned int nr)
{
	return test_bit(abi * RSG_CALLS + nr, implemented) ?
	       functions[abi][nr] : NULL;
}

/**
 * rsg_call_is_vital - can a task not end or return from a signal without it?
 * @abi: RSG_X86_64 or RSG_I386
 * @nr: number of the call, below RSG_CALLS
 *
 * Return: whether the call must never be denied.
 */
bool rsg_call_is_vital(unsigned int abi, unsigned int nr)
{
	return test_bit(abi * RSG_CALLS + nr, needed);
}

static int flush(struct batch *batch)
{
	unsigned int i;
	int err;

	lockdep_assert_held(&resolve_lock);
	if (fatal_signal_pending(current))
		return -EINTR;
	err = rs_func_addresses(batch->names, batch->found, batch->nr);
	if (err)
		return err;
	for (i = 0; i < batch->nr; i++) {
		if (!batch->found[i]) {
			pr_warn_ratelimited("this kernel has no %s\n",
					    batch->names[i]);
			return -EOPNOTSUPP;
		}
		WRITE_ONCE(*batch->slots[i], batch->found[i]);
	}
	batch->nr = 0;
	return 0;
}

static int resolve_name(struct batch *batch, const char *name,
			unsigned long *slot)
{
	if (!name || *slot)
		return 0;
	batch->names[batch->nr] = name;
	batch->slots[batch->nr] = slot;
	return ++batch->nr < BATCH ? 0 : flush(batch);
}

/* The call @nr of x86_64 may have a second function. */
static int resolve_x32(struct batch *batch, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i + RSG_CALLS < ARRAY_SIZE(x32_functions); i++)
		if (x32_calls[i] == nr)
			return resolve_name(batch, x32_functions[RSG_CALLS + i],
					    &x32_addresses[i]);
	return 0;
}

static int resolve_one(struct batch *batch, unsigned int abi, unsigned int nr)
{
	int err = resolve_name(batch, rsg_call_function(abi, nr),
			       &addresses[abi][nr]);

	return err || abi != RSG_X86_64 ? err : resolve_x32(batch, nr);
}

/**
 * rsg_calls_resolve - learn the addresses that a policy's denials need
 * @rules: the policy's rules, NULL to learn all of them
 *
 * Functions of the kernel proper do not move, so each is looked up once. A
 * look-up costs hundreds of thousands of instructions: that is why it is done
 * when a policy is loaded, not when it is attached.
 *
 * Context: sleeps, without rsg_lock.
 * Return: 0; -EOPNOTSUPP if the kernel lacks one of the functions, which would
 * leave a hole (the log names it); -EINTR; -ENOMEM.
 */
int rsg_calls_resolve(const struct rsg_rules *rules)
{
	struct batch *batch __free(kfree) = kzalloc(sizeof(*batch), GFP_KERNEL);
	unsigned int abi, nr;
	int err;

	if (!batch)
		return -ENOMEM;
	guard(mutex)(&resolve_lock);
	/* Some actions need it. */
	err = resolve_one(batch, RSG_X86_64, __NR_exit);
	if (err)
		return err;
	for (abi = 0; abi < RSG_ABIS; abi++) {
		for (nr = 0; nr < RSG_CALLS; nr++) {
			if (rules &&
			    rules->verdicts[abi][nr] == SECCOMP_RET_ALLOW)
				continue;
			err = resolve_one(batch, abi, nr);
			if (err)
				return err;
		}
	}
	return flush(batch);
}

/**
 * rsg_call_address - where a call is hooked
 * @abi: RSG_X86_64 or RSG_I386
 * @nr: number of the call, below RSG_CALLS
 *
 * Return: the address, or 0 if it was never resolved or has no function.
 */
unsigned long rsg_call_address(unsigned int abi, unsigned int nr)
{
	return READ_ONCE(addresses[abi][nr]);
}

/**
 * rsg_call_of_x32 - the x86_64 call that an x32 call from RSG_CALLS up is
 * @nr: its number, without the bit of x32
 *
 * Return: the number of the x86_64 call, or @nr if there is no such x32 call.
 */
notrace unsigned int rsg_call_of_x32(unsigned int nr)
{
	return nr - RSG_CALLS < ARRAY_SIZE(x32_calls) ?
	       x32_calls[nr - RSG_CALLS] : nr;
}

/**
 * rsg_call_x32_address - where an x86_64 call is hooked when it is made as x32
 * @nr: its number in x86_64
 *
 * Return: the address; 0 if that function was never resolved, or if there is
 * no other than that of rsg_call_address().
 */
unsigned long rsg_call_x32_address(unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(x32_calls); i++)
		if (x32_calls[i] == nr)
			return READ_ONCE(x32_addresses[i]);
	return 0;
}

/**
 * rsg_call_at - name of the function at an address
 * @ip: an address that rsg_call_address() or rsg_call_x32_address() gave
 *
 * Return: the name, or NULL.
 */
const char *rsg_call_at(unsigned long ip)
{
	unsigned int abi, nr;

	for (abi = 0; ip && abi < RSG_ABIS; abi++)
		for (nr = 0; nr < RSG_CALLS; nr++)
			if (rsg_call_address(abi, nr) == ip)
				return functions[abi][nr];
	for (nr = RSG_CALLS; ip && nr < ARRAY_SIZE(x32_functions); nr++)
		if (READ_ONCE(x32_addresses[nr - RSG_CALLS]) == ip)
			return x32_functions[nr];
	return NULL;
}
