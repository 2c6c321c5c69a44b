/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_COMPILER_H
#define UNIT_LINUX_COMPILER_H

#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))

#define __aligned(x) __attribute__((__aligned__(x)))
#ifndef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#endif

#endif /* UNIT_LINUX_COMPILER_H */
