/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flight recorder: who calls it, and when. What it writes is in
 * linux/ringside_trace.h, why it looks as it does in
 * Documentation/design/flight.rst.
 */
#ifndef RST_FLIGHT_H
#define RST_FLIGHT_H

#include <linux/bits.h>
#include <linux/types.h>

struct attribute_group;
struct rst_cred_change;
struct task_struct;
struct vm_area_struct;

/* Beyond everything else that can be mapped, and room for the largest ring. */
#define RST_FLIGHT_OFFSET	BIT(40)
#define RST_FLIGHT_STRIDE	BIT(27)

#define RST_FLIGHT_KIB_MIN	4
#define RST_FLIGHT_KIB_MAX	65536

extern bool rst_flight_recording;

/* Is anything to be recorded? */
static __always_inline bool rst_flight_on(void)
{
	return READ_ONCE(rst_flight_recording);
}

/* Those that record. Context: interrupts are off, and this is no NMI. */
void rst_flight_crossing(unsigned int cause, u64 start, u64 ticks);
void rst_flight_untimed(unsigned int cause);
void rst_flight_interrupt(unsigned int cause, u64 start, u64 ticks);
void rst_flight_switch(const struct task_struct *next, unsigned int state,
		       u64 now);
/* Except for this one: any context short of NMI. */
void rst_flight_cred(const struct rst_cred_change *change, unsigned int flaw);

void rst_flight_trigger(u32 by);
int rst_flight_freeze(bool on);
u32 rst_flight_frozen(void);

/* latency.c, under level_lock */
int rst_flight_prepare(void);
void rst_flight_start(void);
void rst_flight_stop(void);
void rst_flight_free(void);

int rst_flight_map(struct vm_area_struct *vma);
bool rst_flight_check_params(void);
u32 rst_flight_kib(void);
int rst_flight_set_kib(u32 kib);
u32 rst_flight_stop_on(void);
void rst_flight_set_stop_on(u32 stop_on);

/* flight_attrs.c */
extern const struct attribute_group rst_flight_group;

#endif /* RST_FLIGHT_H */
