/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The running manager: its loop, its virtual machines, and what the policy
 * knows of them. host.c turns, vms.c keeps the list, status.c and metrics.c
 * show it.
 */
#ifndef RINGSIDE_HOST_HOST_H
#define RINGSIDE_HOST_HOST_H

#include <stdio.h>
#include "config.h"
#include "measure.h"
#include "policy.h"
#include "statefile.h"
#include "vm.h"

/* More are not looked after, which is said when it happens. */
#define HOST_VMS	256

/**
 * struct host - the manager
 * @config: what the administrator wants
 * @epoll_fd: what the loop waits for
 * @timer_fd: the next turn
 * @signal_fd: signals
 * @n: slots of the tables below that are or were in use
 * @vms: the virtual machine in each slot, NULL for none
 * @limits: of each
 * @memory: what the policy remembers of each
 * @samples: each as last seen
 * @decisions: on each
 * @policy: what the policy remembers of all
 * @summary: all together
 * @seen: the host as last seen
 * @pressure: since when @seen is counted
 * @pressure_ms: the time of that
 * @status: where the state is shown
 * @metrics: where it is shown to node_exporter
 * @record: what was seen and decided, NULL if it is not recorded
 * @steps: how many were taken
 * @asked_ms: when the machines were last asked
 * @slow_ms: when what is not done in every turn is done again
 * @waiting: asked, and waiting for the answers?
 * @broken_config: why the last configuration was refused, "" if it was not
 * @guaranteed: what the mins of all machines promise for good, bytes
 * @too_many: machines beyond HOST_VMS were left out
 */
struct host {
	struct rsh_config config;
	int epoll_fd;
	int timer_fd;
	int signal_fd;

	size_t n;
	struct vm *vms[HOST_VMS];
	struct rsh_limits limits[HOST_VMS];
	struct rsh_vm memory[HOST_VMS];
	struct rsh_sample samples[HOST_VMS];
	struct rsh_decision decisions[HOST_VMS];
	struct rsh_policy policy;
	struct rsh_summary summary;
	struct rsh_host seen;
	struct pressure pressure;
	int64_t pressure_ms;

	struct state_file status;
	struct state_file metrics;
	FILE *record;
	uint64_t steps;
	int64_t asked_ms;
	int64_t slow_ms;
	bool waiting;
	char broken_config[512];
	uint64_t guaranteed;
	bool too_many;
};

/**
 * host_run() - manage until a signal says to end
 * @host: zeroed, with @config complete; the caller frees that
 * @reload: reads the configuration again, for SIGHUP; returns 0, or another
 *	number with @error of the configuration set
 * @arg: for @reload
 *
 * Return: an exit code.
 */
int host_run(struct host *host,
	     int (*reload)(struct rsh_config *config, void *arg), void *arg);

/**
 * host_list() - bring the list of machines up to date
 * @host: the manager
 *
 * Machines that are named in the configuration, and those whose sockets match
 * a pattern now.
 */
void host_list(struct host *host);

/** host_forget() - close all connections and forget the machines */
void host_forget(struct host *host);

/**
 * host_status() - the state as one JSON document
 *
 * Return: a text that the caller frees, or NULL when memory runs out.
 */
char *host_status(const struct host *host, int64_t now_ms);

/**
 * host_metrics() - the state in the text format of Prometheus
 * @host: the manager
 * @len: receives the length
 *
 * Return: a text that the caller frees, or NULL when memory runs out.
 */
char *host_metrics(const struct host *host, size_t *len);

#endif /* RINGSIDE_HOST_HOST_H */
