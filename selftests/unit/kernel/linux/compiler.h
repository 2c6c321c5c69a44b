/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_COMPILER_H
#define UNIT_LINUX_COMPILER_H

/* Has __always_inline. */
#include <sys/cdefs.h>

#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))

#define __aligned(x) __attribute__((__aligned__(x)))

#endif /* UNIT_LINUX_COMPILER_H */
