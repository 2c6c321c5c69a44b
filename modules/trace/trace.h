/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of ringside_trace.ko share.
 *
 * Lock order: level_lock (level.c) > everything the kernel takes to register
 * hooks (tracepoints_mutex, ftrace_lock, cpu_hotplug_lock). So is guard_lock
 * (cred_guard.c), that of the credential guard; neither is taken inside the
 * other, but border_lock (cred_border.c) is inside both. The event ringside:cred
 * uses none of them, see cred.c. rings_lock (flight.c) is inside level_lock, and
 * inside the mmap_lock of who maps a ring. Probes take no lock, but for those of
 * the guard: that of a bucket of its table, innermost; and for what freezes the
 * flight recorder: freeze_lock, innermost as well.
 */
#ifndef RST_TRACE_H
#define RST_TRACE_H

#undef pr_fmt
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/percpu.h>
#include <linux/types.h>
#include <linux/user-return-notifier.h>
#include <asm/local.h>

#include <linux/ringside_trace.h>

#include "hist.h"
#include "layout.h"
#include "slot.h"

struct attribute_group;
struct miscdevice;
struct vm_area_struct;

/* Highest level that exists. */
#define RST_LEVEL_MAX	RS_TRACE_LEVEL_FLIGHT

/* Bytes from one record to the next. */
static __always_inline unsigned int rst_record_size(unsigned int bits)
{
	return ALIGN(sizeof(struct rs_trace_record) +
		     rst_hist_buckets(bits) * sizeof(__u32), 8);
}

/**
 * struct rst_cpu - what counting needs of a CPU
 * @notifier: runs on each return to user mode
 * @block: the counters, in the pages that readers map. Set before the notifier
 *	is registered for the first time, never changed
 * @records: latencies, in pages that readers map. Set before latency.c times
 *	anything for the first time, never changed
 * @slot: that of the task that was timed last, or one that is nobody's. Written
 *	on this CPU with preemption off while latencies are taken
 * @sums_offset: from the sums of a cgroup to those of this CPU. Set before any
 *	are kept for the first time, never changed
 */
struct rst_cpu {
	struct user_return_notifier notifier;
	struct rs_trace_block *block;
	void *records;
	struct rst_slot *slot;
	size_t sums_offset;
};

DECLARE_PER_CPU(struct rst_cpu, rst_cpus);

/* One instruction, so that an interrupt can not come between. */
static __always_inline void rst_inc(__u64 *counter)
{
	static_assert(sizeof(local_t) == sizeof(*counter));
	local_inc((local_t *)counter);
}

/* Count an event on this CPU. Preemption is off. */
static __always_inline void rst_count(unsigned int counter)
{
	rst_inc(&__this_cpu_read(rst_cpus.block)->counter[counter]);
}

/* area.c: the pages that readers map */
int rst_area_create(void);
void rst_area_destroy(void);
bool rst_area_exists(void);
int rst_area_map(struct vm_area_struct *vma);
struct rs_trace_page *rst_area_page(void);
struct rs_trace_block *rst_area_block(unsigned int cpu);
u64 rst_area_returns(void);
u64 rst_area_sum(unsigned int first, unsigned int end);

void rst_area_name(unsigned int counter, unsigned int *kind,
		   unsigned int *index);
unsigned int rst_area_counter(u32 kind, u32 index);
int rst_area_add_records(void);
bool rst_area_hdr(void);
bool rst_area_check_params(void);

/* cause.c: why a task is in the kernel */
int rst_causes_attach(void);
void rst_causes_detach(void);
unsigned int rst_cause_take(void);
u64 rst_causes_features(void);

/* count.c: every return to user mode */
int rst_count_start(void);
void rst_count_stop(void);
void rst_count_use(void (*notifier)(struct user_return_notifier *));
void rst_count_check(void (*check)(struct user_return_notifier *));
extern void (*rst_count_next)(struct user_return_notifier *notifier);
void rst_on_user_return(struct user_return_notifier *notifier);
void rst_on_user_return_log2(struct user_return_notifier *notifier);
void rst_on_user_return_hdr(struct user_return_notifier *notifier);
void rst_on_user_return_log2_who(struct user_return_notifier *notifier);
void rst_on_user_return_hdr_who(struct user_return_notifier *notifier);
void rst_on_user_return_all(struct user_return_notifier *notifier);
void rst_on_user_return_flight(struct user_return_notifier *notifier);

/* latency.c: how long it took */
extern struct rst_slots *rst_slots;
extern struct rst_slot rst_nobody;

void rst_latency_enter(void);
void rst_latency_interrupt(unsigned int counter, bool from_user);
int rst_latency_start(void);
void rst_latency_stop(void);
int rst_latency_off_cpu(bool on);
int rst_latency_who(bool on);
int rst_latency_flight(bool on);
bool rst_latency_sums(void);
void rst_latency_slow(bool on);
bool rst_latency_limited(void);
struct rst_slot *rst_latency_slot(struct rst_cpu *cpu);

/**
 * struct rst_request - what a descriptor asks for
 * @level: RS_TRACE_LEVEL_*
 * @off_cpu: watch context switches, too
 * @who: keep sums by task and cgroup, too
 */
struct rst_request {
	u32 level;
	bool off_cpu;
	bool who;
};

/* who.c: sums by task and cgroup */
int rst_who_start(void);
void rst_who_stop(void);
void rst_who_enter(struct rst_slot *slot);

/* who_ioctl.c */
int rst_who_next_group(struct rs_trace_group *arg);
int rst_who_tasks(struct rs_trace_tasks *arg);

/* cred_border.c: the guard looks at returns in the counter's notifier, or not */
void rst_border_join(void);
void rst_border_part(void);

/* level.c: who wants what */
int rst_level_open(void);
void rst_level_close(struct rst_request request);
int rst_level_change(struct rst_request old, struct rst_request new);
int rst_level_set_admin(u32 level);
int rst_level_set_always(bool always);
int rst_level_set_who(bool who);
int rst_level_set_slow(bool slow);
int rst_level_set_flight_kib(u32 kib);
void rst_level_exit(void);

/**
 * struct rst_level_state - who asks for what
 * @level: in force
 * @admin: asked for through sysfs
 * @always: @admin counts even if nobody has the device open
 * @who: and sums by task and cgroup are kept, if @admin is high enough
 * @slow: some cause has a limit
 * @readers: open descriptors
 */
struct rst_level_state {
	u32 level;
	u32 admin;
	bool always;
	bool who;
	bool slow;
	u32 readers;
};

struct rst_level_state rst_level_state(void);

/* cred.c: the event ringside:cred */
void rst_cred_init(void);
bool rst_cred_available(void);

/* ioctl.c and sysfs.c */
extern struct miscdevice rst_device;
extern const struct attribute_group *rst_groups[];
u64 rst_features(void);

#endif /* RST_TRACE_H */
