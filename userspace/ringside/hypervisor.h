/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest can see of its hypervisor: time that was stolen, what an exit
 * costs, and how often there was reason for one.
 */
#ifndef RINGSIDE_HYPERVISOR_H
#define RINGSIDE_HYPERVISOR_H

#include <stdbool.h>
#include <stdint.h>
#include "ringside.h"

/**
 * struct hypervisor_steal - the first line of /proc/stat
 * @stolen: ticks that the hypervisor took
 * @all: ticks of all states
 */
struct hypervisor_steal {
	uint64_t stolen;
	uint64_t all;
};

/**
 * struct hypervisor_counts - reasons to leave for the hypervisor
 * @halts: times that a CPU went to sleep for want of work
 * @ipis: interrupts that CPUs sent each other
 */
struct hypervisor_counts {
	uint64_t halts;
	uint64_t ipis;
};

/** hypervisor_present() - does this run in a virtual machine? */
bool hypervisor_present(void);

/** hypervisor_steal() - since boot; zeros if it can not be read */
struct hypervisor_steal hypervisor_steal(void);

/** hypervisor_counts() - of a copy of the counters, or a difference */
struct hypervisor_counts hypervisor_counts(const struct rs_trace_snapshot *s);

/** hypervisor_exit_ns() - one exit, as trace has sampled it; 0 if it does not */
uint64_t hypervisor_exit_ns(void);

/** hypervisor_measure_exit_ns() - one exit, here and now; 0 without hypervisor */
uint64_t hypervisor_measure_exit_ns(void);

#endif /* RINGSIDE_HYPERVISOR_H */
