/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_MINMAX_H
#define UNIT_LINUX_MINMAX_H

#define min(a, b) ({						\
	__typeof__(a) unit_a = (a);				\
	__typeof__(b) unit_b = (b);				\
	unit_a < unit_b ? unit_a : unit_b; })
#define max(a, b) ({						\
	__typeof__(a) unit_a = (a);				\
	__typeof__(b) unit_b = (b);				\
	unit_a > unit_b ? unit_a : unit_b; })
#define min_t(type, a, b) min((type)(a), (type)(b))

#endif /* UNIT_LINUX_MINMAX_H */
