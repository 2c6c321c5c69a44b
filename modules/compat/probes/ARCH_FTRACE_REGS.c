// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ftrace.h>
struct pt_regs *rs_probe(struct ftrace_regs *r) { return &arch_ftrace_regs(r)->regs; }
