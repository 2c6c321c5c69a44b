// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program holds while it is played, and the operations that any
 * descriptor takes. Who chooses what is not there gets something else: a number
 * that means nothing is worth a try, too.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <linux/ringside_guard.h>
#include <linux/ringside_trace.h>

#include "guest_fuzz.h"

struct shared *shared;

/* handle_of - a descriptor of a kind, seldom one of another, or -1 */
int handle_of(const struct player *p, enum handle_kind kind, unsigned int a)
{
	int found[NR_HANDLES];
	unsigned int i, n = 0;

	if (a >= 250)
		return p->handle[a % NR_HANDLES];
	for (i = 0; i < NR_HANDLES; i++)
		if (p->kind[i] == kind)
			found[n++] = p->handle[i];
	return n ? found[a % n] : -1;
}

/* keep_handle - remember a descriptor; the oldest of the place is closed */
int keep_handle(struct player *p, enum handle_kind kind, int fd)
{
	static unsigned int next;
	unsigned int i;

	if (fd < 0)
		return fd;
	for (i = 0; i < NR_HANDLES && p->kind[i] != NOTHING; i++)
		;
	if (i == NR_HANDLES) {
		i = next++ % NR_HANDLES;
		close(p->handle[i]);
	}
	p->handle[i] = fd;
	p->kind[i] = kind;
	return fd;
}

uint32_t id_of(const struct player *p, unsigned int a)
{
	if (!p->nr_ids || a >= 250)
		return a % 4;
	return p->id[a % p->nr_ids];
}

void keep_id(struct player *p, uint32_t id)
{
	unsigned int i;

	for (i = 0; i < p->nr_ids; i++)
		if (p->id[i] == id)
			return;
	if (p->nr_ids == NR_IDS)
		p->id[id % NR_IDS] = id;
	else
		p->id[p->nr_ids++] = id;
}

/* victim_of - a process to do something to; 0 if there is none */
pid_t victim_of(const struct player *p, unsigned int a)
{
	pid_t found[NR_VICTIMS];
	unsigned int i, n = 0;

	for (i = 0; i < NR_VICTIMS; i++)
		if (p->victim[i] > 0)
			found[n++] = p->victim[i];
	return n ? found[a % n] : 0;
}

long call_ioctl(int fd, unsigned long cmd, void *arg)
{
	long ret;

	shared->calls++;
	ret = ioctl(fd, cmd, arg);
	return ret < 0 ? -errno : ret;
}

void act_close(struct player *p, const struct op *op)
{
	unsigned int i = op->a % NR_HANDLES;

	if (p->kind[i] == NOTHING)
		return;
	shared->calls++;
	close(p->handle[i]);
	p->handle[i] = -1;
	p->kind[i] = NOTHING;
}

/* Never waits: what is not there now does not come. */
void act_read(struct player *p, const struct op *op)
{
	enum handle_kind kind = op->b & 1 ? EVENTS : 1 + op->b / 2 % 4;
	int fd = handle_of(p, kind, op->a);
	struct pollfd pollfd = { .fd = fd, .events = POLLIN | POLLOUT };
	static char buf[16384];

	fcntl(fd, F_SETFL, O_NONBLOCK);
	shared->calls += 2;
	poll(&pollfd, 1, 0);
	switch (op->c % 8) {
	case 0:
		if (write(fd, buf, op->v % sizeof(buf)) < 0)
			return;
		break;
	case 1:
		lseek(fd, op->v, op->b % 3);
		break;
	case 2:
		if (read(fd, (void *)(uintptr_t)(op->v & 0xfff),
			 sizeof(buf)) < 0)
			return;
		break;
	default:
		if (read(fd, buf, op->v % sizeof(buf)) < 0)
			return;
	}
}

/*
 * An attach by force to somebody who is no victim could lock the fuzzer out of
 * the machine.
 */
static void spare_others(const struct player *p, struct rsg_attach *attach)
{
	unsigned int i;

	for (i = 0; i < NR_VICTIMS; i++)
		if (attach->pid > 0 && attach->pid == p->victim[i])
			return;
	attach->flags &= ~RSG_ATTACH_FORCE;
}

/* Any number, a structure of any size with anything in it. */
static void call_wildly(const struct player *p, struct rng *rng, int fd)
{
	unsigned long cmd = _IO(RS_IOC_MAGIC, below(rng, 0x60));
	unsigned int size, i;
	union {
		uint64_t words[600];
		uint32_t halves[1200];
		uint8_t bytes[4800];
		struct rsg_attach attach;
	} u = { .words = { 0 } };
	void *arg = &u;

	if (one_in(rng, 64))
		cmd = draw(rng);
	size = 8 * (1 + below(rng, 40));
	for (i = 1; i < size / 8; i++)
		if (one_in(rng, 3))
			u.words[i] = one_in(rng, 2) ? below(rng, 8) :
						     draw(rng);
	u.halves[0] = one_in(rng, 8) ? below(rng, 5000) : size;
	if (one_in(rng, 3))
		u.halves[1] = id_of(p, below(rng, 256));
	if (one_in(rng, 16))
		u.bytes[below(rng, sizeof(u))] = 1;
	if (one_in(rng, 32))
		arg = (void *)(uintptr_t)(draw(rng) & 0xffff);
	if (cmd == RSG_IOC_ATTACH)
		spare_others(p, &u.attach);
	call_ioctl(fd, cmd, arg);
}

void act_wild(struct player *p, const struct op *op)
{
	struct rng rng = { op->v };
	int fd = handle_of(p, 1 + op->b % 4, op->a);
	unsigned int i;

	for (i = 0; i < 1 + op->c % 32u; i++)
		call_wildly(p, &rng, fd);
}

void act_idle(struct player *p, const struct op *op)
{
	struct timespec ts = { 0, op->v % 3000000 };

	nanosleep(&ts, NULL);
}

/* play - from the first operation to the last, or to the end of us */
void play(const struct program *program)
{
	struct player p = { .nr_ids = 0 };
	unsigned int i;

	for (i = 0; i < NR_HANDLES; i++)
		p.handle[i] = -1;
	for (i = 0; i < program->nr; i++) {
		const struct op *op = &program->op[i];
		double began = now();

		shared->step = i;
		actions[op->what].act(&p, op);
		shared->spent[op->what] += now() - began;
		shared->played[op->what]++;
		coverage_take();
	}
}
