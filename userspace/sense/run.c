// SPDX-License-Identifier: GPL-2.0-only
/*
 * Executes the instruction of a row in a child that may die of it, and brings
 * back what came of it: values, a trap, or nothing. It judges nothing.
 *
 * Three children at most for a row: one executes the instruction. If that ran
 * and the kernel may have emulated it, another one single-steps over it: the
 * debug exception of an instruction that the processor executed comes right
 * after it, while that of one that was skipped in an exception handler comes
 * one instruction later. If there is a switch that may close it, a third one
 * throws the switch and tries again.
 */
#include <asm/prctl.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>
#include "code.h"

#define TIME_LIMIT	10	/* seconds, for one that does not come back */

/* How a child runs the probe. */
enum way { PLAIN, STEPPING, SWITCHED };

static struct sense_block *const block = (void *)(uintptr_t)SENSE_BLOCK;

/**
 * struct task - what a child is to do; it shares our memory
 * @row: the row
 * @code: its probe
 * @way: how
 * @at: where the instruction is
 * @seen_at: a step has arrived there
 */
static struct task {
	const struct sense_row *row;
	const struct sense_code *code;
	enum way way;
	uint64_t at;
	bool seen_at;
} task;

static const struct sense_code *find_code(const struct sense_row *row)
{
	const struct sense_code *c;

	for (c = __start_sense_codes; c < __stop_sense_codes; c++)
		if (c->mode == row->mode && !strcmp(c->key, row->key))
			return c;
	return NULL;
}

bool sense_has_probe(const struct sense_row *row)
{
	return find_code(row);
}

size_t sense_nr_probes(void)
{
	return __stop_sense_codes - __start_sense_codes;
}

/* Where the copy of that instruction is. */
static uint64_t low(const struct sense_code *code, const char *insn)
{
	if (code->mode == 32)
		return SENSE_CODE32 + (insn - __start_sense_text32);
	return SENSE_CODE64 + (insn - __start_sense_text64);
}

int sense_prepare(void)
{
	void *base = (void *)(uintptr_t)SENSE_BASE, *got;
	cpu_set_t one;
	int cpu;

	got = mmap(base, SENSE_SIZE, PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (got == MAP_FAILED)
		return -errno;
	memcpy((void *)(uintptr_t)SENSE_CODE64, __start_sense_text64,
	       __stop_sense_text64 - __start_sense_text64);
	memcpy((void *)(uintptr_t)SENSE_CODE32, __start_sense_text32,
	       __stop_sense_text32 - __start_sense_text32);
	if (mprotect(base, 2 * SENSE_CODE_SIZE, PROT_READ | PROT_EXEC))
		return -errno;
	/* Not vital: without it, rows may come from several CPUs. */
	cpu = sched_getcpu();
	if (cpu >= 0 && cpu < CPU_SETSIZE) {
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		sched_setaffinity(0, sizeof(one), &one);
	}
	return 0;
}

/*
 * No libc and no thread-local memory from here on, the stack protector's
 * included: the probe may have taken FS away.
 */
static __attribute__((no_stack_protector))
void on_trap(int signal, siginfo_t *info, void *context)
{
	const greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
	bool step = task.way == STEPPING && signal == SIGTRAP;

	(void)info;
	block->ip = regs[REG_RIP];
	if (step && !task.seen_at) {
		task.seen_at = block->ip == task.at;
		return;
	}
	block->state = step ? SENSE_STEPPED : SENSE_TRAPPED;
	block->vector = regs[REG_TRAPNO];
	block->error = regs[REG_ERR];
	block->signal = signal;
	sense_exit();
}

static void catch_traps(void)
{
	static const int signals[] = { SIGSEGV, SIGILL, SIGTRAP, SIGBUS,
				       SIGFPE };
	static char stack[65536] __attribute__((aligned(16)));
	struct sigaction action = {
		.sa_sigaction = on_trap,
		.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER,
	};
	stack_t alternative = { .ss_sp = stack, .ss_size = sizeof(stack) };
	size_t i;

	sigaltstack(&alternative, NULL);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
}

static bool throw_switch(enum sense_switch which)
{
	if (which == SENSE_CPUID_FAULT)
		return !syscall(SYS_arch_prctl, ARCH_SET_CPUID, 0);
	if (which == SENSE_TSC_FAULT)
		return !prctl(PR_SET_TSC, PR_TSC_SIGSEGV);
	return false;
}

static int child(void *arg)
{
	const struct task *t = arg;
	struct rlimit no_core = { 0, 0 };
	uint64_t flags = EFLAGS_IF | 2;

	setrlimit(RLIMIT_CORE, &no_core);
	alarm(TIME_LIMIT);
	catch_traps();
	block->back[0] = SENSE_CODE64 + (sense_back - __start_sense_text64);
	asm("mov %%cs, %0" : "=r" (block->back[1]));
	if (t->way == SWITCHED && !throw_switch(t->row->close)) {
		block->state = SENSE_NOT_RUN;
		_exit(0);
	}
	if (t->way == STEPPING)
		flags |= EFLAGS_TF;
	if (t->code->mode == 32)
		sense_enter32(block, low(t->code, t->code->start), flags);
	else
		sense_enter64(block, low(t->code, t->code->start), flags);
	return 1;
}

/*
 * Run the probe and wait for its end; @killed receives the signal of that. The
 * child shares our memory, as that of vfork() does, because to copy it would
 * take longer than everything else; registers, signal handlers, limits and
 * switches are its own.
 */
static int run_way(const struct sense_row *row, const struct sense_code *code,
		   enum way how, int *killed)
{
	static char stack[65536] __attribute__((aligned(16)));
	int status;
	pid_t pid;

	memset(block, 0, sizeof(*block));
	task = (struct task){ .row = row, .code = code, .way = how,
			      .at = low(code, code->at) };
	pid = clone(child, stack + sizeof(stack),
		    CLONE_VM | CLONE_VFORK | SIGCHLD, &task);
	if (pid < 0)
		return -errno;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	*killed = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	return 0;
}

static bool is_inside(const struct sense_code *code, uint64_t ip)
{
	return ip >= low(code, code->at) && ip <= low(code, code->after);
}

int sense_run(const struct sense_row *row, struct sense_found *found)
{
	const struct sense_code *code = find_code(row);
	int ret, killed;

	*found = (struct sense_found){ .state = SENSE_NOT_RUN };
	if (!code)
		return -ENOENT;
	found->feature = sense_has_feature(row->feature);
	ret = run_way(row, code, PLAIN, &found->killed);
	if (ret)
		return ret;
	found->state = block->state;
	found->vector = block->vector;
	found->error = block->error;
	if (found->state == SENSE_TRAPPED &&
	    block->ip == (uint64_t)(uintptr_t)sense_jump32)
		found->state = SENSE_NO_MODE;
	found->astray = found->state == SENSE_TRAPPED &&
			!is_inside(code, block->ip);
	memcpy(found->values, block->values, sizeof(found->values));
	if (found->state != SENSE_DONE)
		return 0;
	if (row->flags & SENSE_STEP &&
	    !run_way(row, code, STEPPING, &killed))
		found->emulated = block->state == SENSE_STEPPED &&
				  block->ip != low(code, code->after);
	if (row->close != SENSE_NO_SWITCH &&
	    !run_way(row, code, SWITCHED, &killed))
		found->closed = block->state == SENSE_TRAPPED &&
				is_inside(code, block->ip);
	return 0;
}
