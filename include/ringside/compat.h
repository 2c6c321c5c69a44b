/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What 6.1 to 7.3 spell differently. The rest of the suite reads as if written
 * in-tree for the newest kernel; each shim goes when its kernel leaves the
 * matrix. The only file with tests of versions, macros or probes.
 */
#ifndef _RINGSIDE_COMPAT_H
#define _RINGSIDE_COMPAT_H

#include <linux/ftrace.h>

/* struct ftrace_regs became opaque; before, its pt_regs were a plain member. */
static __always_inline struct pt_regs *rs_ftrace_regs(struct ftrace_regs *fregs)
{
#ifdef RS_HAVE_ARCH_FTRACE_REGS
	return &arch_ftrace_regs(fregs)->regs;
#else
	return &fregs->regs;
#endif
}

/* First argument of the function that is being entered. */
static __always_inline unsigned long rs_ftrace_arg0(struct ftrace_regs *fregs)
{
	return rs_ftrace_regs(fregs)->di;
}

/* Leave for @target, as if it had been called with @arg0, when tracing ends. */
static __always_inline void
rs_ftrace_divert(struct ftrace_regs *fregs, void *target, unsigned long arg0)
{
	rs_ftrace_regs(fregs)->di = arg0;
	rs_ftrace_regs(fregs)->ip = (unsigned long)target;
}

#endif /* _RINGSIDE_COMPAT_H */
