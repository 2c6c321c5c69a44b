// SPDX-License-Identifier: GPL-2.0-only
/*
 * How does a module probe tracepoints whose symbols are not exported, and go
 * on when a kernel lacks one of them?
 *
 * Tracepoints of the kernel proper are found by name in the one walk that is
 * exported. Those that belong to modules are not looked for.
 */
#include <linux/module.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include <ringside/core.h>

struct lookup {
	struct rs_tracepoint *tps;
	unsigned int nr;
};

static void match(struct tracepoint *tp, void *priv)
{
	const struct lookup *lookup = priv;
	unsigned int i;

	for (i = 0; i < lookup->nr; i++)
		if (!strcmp(tp->name, lookup->tps[i].name))
			lookup->tps[i].tp = tp;
}

static void detach_first(struct rs_tracepoint *tps, unsigned int nr, void *data)
{
	while (nr--) {
		if (!tps[nr].tp)
			continue;
		tracepoint_probe_unregister(tps[nr].tp, tps[nr].probe, data);
		tps[nr].tp = NULL;
	}
	tracepoint_synchronize_unregister();
}

/**
 * rs_tracepoints_attach - register a list of probes, all or nothing
 * @tps: the list; @tps[].tp tells afterwards which optional ones are there
 * @nr: its length
 * @data: first argument of every probe
 * @failed: set to the name of the tracepoint that made it fail
 *
 * Context: sleeps. The caller serialises attach and detach of a list.
 * Return: 0, -ENOENT if a tracepoint that is not optional does not exist, or
 * what tracepoint_probe_register() returned. Nothing stays registered then.
 */
int rs_tracepoints_attach(struct rs_tracepoint *tps, unsigned int nr,
			  void *data, const char **failed)
{
	struct lookup lookup = { .tps = tps, .nr = nr };
	unsigned int i;
	int err;

	for (i = 0; i < nr; i++)
		tps[i].tp = NULL;
	for_each_kernel_tracepoint(match, &lookup);
	for (i = 0; i < nr; i++) {
		if (!tps[i].tp && tps[i].optional)
			continue;
		err = -ENOENT;
		if (tps[i].tp)
			err = tracepoint_probe_register(tps[i].tp, tps[i].probe,
							data);
		if (err) {
			*failed = tps[i].name;
			goto err_detach;
		}
	}
	return 0;

err_detach:
	detach_first(tps, i, data);
	for (; i < nr; i++)
		tps[i].tp = NULL;
	return err;
}
EXPORT_SYMBOL_GPL(rs_tracepoints_attach);

/**
 * rs_tracepoints_detach - unregister a list and wait for its probes to end
 * @tps: a list that rs_tracepoints_attach() accepted
 * @nr: its length
 * @data: the pointer given to rs_tracepoints_attach()
 *
 * Context: sleeps. When it returns no CPU is inside a probe of the list.
 */
void rs_tracepoints_detach(struct rs_tracepoint *tps, unsigned int nr,
			   void *data)
{
	detach_first(tps, nr, data);
}
EXPORT_SYMBOL_GPL(rs_tracepoints_detach);
