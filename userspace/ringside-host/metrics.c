// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state as node_exporter's textfile collector reads it. The only label is
 * the name of the VM, which the configuration limits to letters, digits
 * and _ . - and of which there are HOST_VMS at the most; what has no value is
 * left out, since Prometheus knows how to tell that something is missing.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "host.h"

static void head(FILE *f, const char *name, const char *type, const char *help)
{
	fprintf(f, "# HELP ringside_host_%s %s\n# TYPE ringside_host_%s %s\n",
		name, help, name, type);
}

static void one(FILE *f, const char *name, const char *help, uint64_t val)
{
	if (val == RSH_UNKNOWN)
		return;
	head(f, name, "gauge", help);
	fprintf(f, "ringside_host_%s %" PRIu64 "\n", name, val);
}

static uint64_t ram(const struct host *host, size_t i)
{
	return host->samples[i].ram ? host->samples[i].ram : RSH_UNKNOWN;
}

static uint64_t actual(const struct host *host, size_t i)
{
	return host->samples[i].actual ? host->samples[i].actual : RSH_UNKNOWN;
}

static uint64_t measured(const struct host *host, size_t i)
{
	return host->samples[i].pss;
}

static uint64_t overhead(const struct host *host, size_t i)
{
	return host->samples[i].overhead;
}

static uint64_t target(const struct host *host, size_t i)
{
	return host->decisions[i].target ? host->decisions[i].target :
					   RSH_UNKNOWN;
}

static uint64_t used(const struct host *host, size_t i)
{
	return host->decisions[i].used;
}

static uint64_t demand(const struct host *host, size_t i)
{
	return host->decisions[i].demand;
}

static uint64_t min(const struct host *host, size_t i)
{
	return host->limits[i].min;
}

static uint64_t up(const struct host *host, size_t i)
{
	return host->vms[i]->qmp.state == QMP_READY;
}

static uint64_t asks(const struct host *host, size_t i)
{
	return host->vms[i]->asks;
}

static uint64_t connections(const struct host *host, size_t i)
{
	return host->vms[i]->qmp.connections;
}

static const struct {
	const char *name;
	const char *type;
	uint64_t (*get)(const struct host *host, size_t i);
	const char *help;
} of_vm[] = {
	{ "vm_ram_bytes", "gauge", ram,
	  "Memory of the VM without a balloon." },
	{ "vm_actual_bytes", "gauge", actual,
	  "Memory of the VM with its balloon." },
	{ "vm_measured_bytes", "gauge", measured,
	  "Memory of the host that its process has." },
	{ "vm_overhead_bytes", "gauge", overhead,
	  "Part of that which is not memory of the guest." },
	{ "vm_target_bytes", "gauge", target,
	  "Memory that the VM shall have." },
	{ "vm_used_bytes", "gauge", used,
	  "Memory that the guest uses." },
	{ "vm_demand_bytes", "gauge", demand,
	  "Memory that the guest uses, and headroom." },
	{ "vm_min_bytes", "gauge", min,
	  "Memory below which the VM is not asked to go." },
	{ "vm_connected", "gauge", up,
	  "Whether the monitor of the VM is connected." },
	{ "vm_asks_total", "counter", asks,
	  "Targets that the VM was asked for." },
	{ "vm_connections_total", "counter", connections,
	  "Connections to the monitor of the VM." },
};

static void machines(FILE *f, const struct host *host)
{
	uint64_t val;
	size_t m, i;

	for (m = 0; m < sizeof(of_vm) / sizeof(of_vm[0]); m++) {
		head(f, of_vm[m].name, of_vm[m].type, of_vm[m].help);
		for (i = 0; i < host->n; i++) {
			val = host->vms[i] ? of_vm[m].get(host, i) :
					     RSH_UNKNOWN;
			if (val != RSH_UNKNOWN)
				fprintf(f, "ringside_host_%s{vm=\"%s\"} %"
					PRIu64 "\n", of_vm[m].name,
					host->vms[i]->name, val);
		}
	}
}

/* One line a flag that is set: alerts ask for the flag by name. */
static void flags(FILE *f, const struct host *host)
{
	unsigned int bit;
	size_t i;

	head(f, "vm_flag", "gauge", "What is remarkable about the VM.");
	for (i = 0; i < host->n; i++)
		for (bit = 0; host->vms[i] && bit < RSH_FLAGS_NR; bit++)
			if (host->decisions[i].flags >> bit & 1)
				fprintf(f, "ringside_host_vm_flag{vm=\"%s\",flag=\"%s\"} 1\n",
					host->vms[i]->name, rsh_flag_name(bit));
}

char *host_metrics(const struct host *host, size_t *len)
{
	const struct rsh_summary *s = &host->summary;
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	if (!f)
		return NULL;
	one(f, "budget_bytes", "Memory that all VMs together may use.",
	    host->config.settings.budget);
	one(f, "slack_bytes", "Part of the budget that is not promised.",
	    s->slack);
	one(f, "measured_bytes", "Memory that all VMs together have.",
	    s->measured);
	one(f, "committed_bytes", "Memory that they have or were promised.",
	    s->committed);
	one(f, "room_bytes", "Memory that could be promised.", s->room);
	one(f, "short_bytes", "Memory that is needed and could not be promised.",
	    s->short_of);
	one(f, "over_budget", "Whether more is committed than the budget allows.",
	    s->over);
	one(f, "pressure_some_permille", "Time in which a task waited for memory.",
	    host->seen.psi_some);
	head(f, "steps_total", "counter", "Steps since the manager started.");
	fprintf(f, "ringside_host_steps_total %" PRIu64 "\n", host->steps);
	machines(f, host);
	flags(f, host);
	if (!fclose(f))
		return text;
	free(text);
	return NULL;
}
