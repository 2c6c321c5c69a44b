// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is known about a virtual machine right now? Two sources that fail
 * independently: the monitor, and /proc for the process behind it. A machine
 * whose monitor is silent is still measured.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "log.h"
#include "vm.h"

/* Less than this is no reason to look into the process once more. */
#define SURPRISING (16 * RSH_MIB)

struct vm *vm_create(const char *name, const char *path)
{
	struct vm *vm = calloc(1, sizeof(*vm));

	if (!vm)
		return NULL;
	snprintf(vm->name, sizeof(vm->name), "%s", name);
	if (qmp_init(&vm->qmp, path, vm->name)) {
		host_log("%s: %s: the path of a socket has less than %d bytes",
			 name, path, QMP_PATH_LEN);
		free(vm);
		return NULL;
	}
	measure_init(&vm->measure);
	vm->asked = RSH_UNKNOWN;
	vm->qmp.tag = vm;
	return vm;
}

void vm_destroy(struct vm *vm)
{
	if (!vm)
		return;
	qmp_close(&vm->qmp);
	measure_close(&vm->measure);
	free(vm);
}

bool vm_has_answered(const struct vm *vm)
{
	const unsigned int needed = 1u << QMP_ASK_ACTUAL | 1u << QMP_ASK_STATS;
	const struct qmp *q = &vm->qmp;

	if (q->state != QMP_READY)
		return true;
	return !(q->wanted & needed) &&
		!(q->asked < QMP_QUESTIONS && 1u << q->asked & needed);
}

/* Another process than before is another machine, whatever its name. */
static void meet(struct vm *vm)
{
	struct qmp *q = &vm->qmp;
	uint64_t life;

	if (q->pid && q->pid != vm->measure.pid)
		measure_open(&vm->measure, q->pid);
	if (vm->measure.dir_fd >= 0)
		life = vm->measure.life;
	else if (q->state == QMP_READY && !q->pid)
		life = q->connections;
	else
		return;
	if (life == vm->life)
		return;
	vm->life = life;
	vm->asked = RSH_UNKNOWN;
	vm->most_actual = 0;
}

static void sample_stats(const struct qmp *q, int64_t now_ms,
			 struct rsh_stats *stats)
{
	*stats = q->stats;
	if (stats->stamp)
		stats->age_ns = (now_ms - q->stats_ms) * RSH_MS;
}

static void sample_monitor(struct vm *vm, int64_t now_ms,
			   struct rsh_sample *sample)
{
	const struct qmp *q = &vm->qmp;

	sample->answered = q->state == QMP_READY && q->has_device &&
		q->actual_count != vm->answers;
	vm->answers = q->actual_count;
	if (q->actual_bytes > vm->most_actual)
		vm->most_actual = q->actual_bytes;
	if (q->sent_bytes)
		vm->asked = q->sent_bytes;
	sample->actual = q->actual_bytes;
	sample->ram = q->ram_bytes ? q->ram_bytes : vm->most_actual;
	/* What is about to be sent can not be taken back, and so counts. */
	sample->asked = q->wanted & 1u << QMP_ASK_TARGET ? q->target_bytes :
							   vm->asked;
	sample_stats(q, now_ms, &sample->stats);
}

/*
 * What the monitor says of guest RAM must add up, or else something else than
 * guest RAM is among it.
 */
static struct measure_ram guest_ram(const struct qmp *q)
{
	struct measure_ram ram = {
		.blocks = q->blocks, .n = q->blocks_n, .bytes = q->ram_bytes,
	};
	uint64_t sum = 0;
	size_t i;

	/* An old QEMU names none where there is only one. */
	if (!ram.n && ram.bytes) {
		ram.blocks = &q->ram_bytes;
		ram.n = 1;
	}
	for (i = 0; i < ram.n; i++)
		sum += ram.blocks[i];
	if (sum != ram.bytes)
		ram.n = 0;
	return ram;
}

/* A process that is larger than can be explained may have grown itself. */
static void sample_overhead(struct vm *vm, int64_t now_ms,
			    struct rsh_sample *sample)
{
	struct measure_ram ram = guest_ram(&vm->qmp);
	uint64_t most = sample->actual + vm->measure.own_bytes + SURPRISING;

	if (measure_own(&vm->measure, &ram, sample->pss > most, now_ms,
			&sample->overhead))
		sample->overhead = RSH_UNKNOWN;
}

void vm_sample(struct vm *vm, int64_t now_ms, struct rsh_sample *sample)
{
	int ret;

	memset(sample, 0, sizeof(*sample));
	meet(vm);
	sample->epoch = vm->life;
	sample->pss = RSH_UNKNOWN;
	sample->overhead = RSH_UNKNOWN;
	sample_monitor(vm, now_ms, sample);
	ret = measure_read(&vm->measure, now_ms, &sample->pss);
	if (ret == -ESRCH)
		measure_close(&vm->measure);
	if (ret)
		sample->pss = RSH_UNKNOWN;
	else
		sample_overhead(vm, now_ms, sample);
	sample->alive = !ret || vm->qmp.state == QMP_READY;
}

void vm_refresh(struct vm *vm, int64_t now_ms)
{
	qmp_refresh(&vm->qmp, now_ms);
}

void vm_ask(struct vm *vm, uint64_t target, int64_t now_ms)
{
	if (!qmp_set_target(&vm->qmp, target, now_ms))
		vm->asks++;
}
