/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interrupts of the local APIC that have a pair of tracepoints, NAME_entry
 * and NAME_exit, which take the vector.
 */
#ifndef RST_VECTORS_H
#define RST_VECTORS_H

#define RST_VECTORS(row)		\
	row(local_timer)		\
	row(reschedule)			\
	row(call_function)		\
	row(call_function_single)	\
	row(irq_work)			\
	row(x86_platform_ipi)		\
	row(spurious_apic)		\
	row(error_apic)			\
	row(thermal_apic)		\
	row(threshold_apic)		\
	row(deferred_error_apic)

#endif /* RST_VECTORS_H */
