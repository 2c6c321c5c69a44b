/* SPDX-License-Identifier: GPL-2.0-only */
/* For pure module code on the host: the few primitives that it uses. */
#ifndef UNIT_LINUX_ATOMIC_H
#define UNIT_LINUX_ATOMIC_H

#define cmpxchg(p, old, new) __sync_val_compare_and_swap(p, old, new)
#define smp_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)

#endif /* UNIT_LINUX_ATOMIC_H */
