/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_KERNEL_H
#define UNIT_LINUX_KERNEL_H

#define ARRAY_SIZE(x) (sizeof(x) / sizeof((x)[0]))

#endif /* UNIT_LINUX_KERNEL_H */
