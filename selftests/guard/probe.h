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
	struct worker worker = { -1, -1, -1 };
	int to[2], from[2];

	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		return worker;
	worker.pid = fork();
	if (!worker.pid) {
		close(to[1]);
		close(from[0]);
		probe_serve(to[0], from[1]);
	}
	close(to[0]);
	close(from[1]);
	worker.to = to[1];
	worker.from = from[0];
	return worker;
}

/* What @fn returns there; -1000 if the process is gone. */
static inline long probe(const struct worker *worker, probe_fn fn, long arg)
{
	struct probe_order order = { fn, arg };
	long ret;

	if (write(worker->to, &order, sizeof(order)) != sizeof(order) ||
	    read(worker->from, &ret, sizeof(ret)) != sizeof(ret))
		return -1000;
	return ret;
}

static inline long or_errno(long ret)
{
	return ret < 0 ? -errno : ret;
}

#endif /* RSG_PROBE_H */
