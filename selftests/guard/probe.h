/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process that is put under a policy and then tries things: functions of the
 * test, by their place in a table, that return 0 or more, or -errno.
 */
#ifndef RSG_PROBE_H
#define RSG_PROBE_H

#include "guard_test.h"

typedef long (*probe_fn)(long arg);

struct probe_order {
	probe_fn fn;
	long arg;
};

static inline void probe_serve(int from, int to)
{
	struct probe_order order;
	long ret;

	while (read(from, &order, sizeof(order)) == sizeof(order)) {
		ret = order.fn(order.arg);
		if (write(to, &ret, sizeof(ret)) != sizeof(ret))
			break;
	}
	_exit(0);
}

static inline struct worker probe_start(void)
{
	return worker_spawn(probe_serve);
}

/* What @fn returns there; -1000 if the process is gone. */
static inline long probe(const struct worker *worker, probe_fn fn, long arg)
{
	struct probe_order order = { fn, arg };

	return worker_ask(worker, &order, sizeof(order));
}

/* For fixtures: the device, and a process to try things in; -1 without. */
static inline int probe_set_up(struct worker *worker)
{
	signal(SIGPIPE, SIG_IGN);
	guard_clean();
	*worker = probe_start();
	return worker->pid > 0 ? guard_open() : -1;
}

static inline void probe_tear_down(struct worker *worker, int fd)
{
	worker_stop(worker);
	guard_clean();
	close(fd);
}

static inline long or_errno(long ret)
{
	return ret < 0 ? -errno : ret;
}

#endif /* RSG_PROBE_H */
