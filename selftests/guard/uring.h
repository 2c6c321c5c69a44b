/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Just enough of io_uring, without a library: a ring, and one operation at a
 * time, submitted by a call or by the kernel's own thread.
 */
#ifndef RSG_URING_H
#define RSG_URING_H

#include <linux/io_uring.h>
#include <sys/mman.h>

#include "probe.h"

#define RING_WAIT_MS	10000
/*
 * How long the kernel's thread looks for work before it sleeps. Not long: it
 * does not let anybody pass who waits for all tasks to have been scheduled,
 * and that is what taking hooks away does.
 */
#define RING_IDLE_MS	2000

struct ring {
	int fd;
	bool polled;
	unsigned int *sq_tail, *sq_mask, *sq_array, *sq_flags;
	unsigned int *cq_head, *cq_tail, *cq_mask;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
	size_t sqe_size;
};

static inline long ring_open(struct ring *ring, unsigned int flags)
{
	struct io_uring_params p = {
		.flags = flags, .sq_thread_idle = RING_IDLE_MS,
	};
	char *sq, *cq;

	ring->fd = syscall(SYS_io_uring_setup, 8, &p);
	if (ring->fd < 0)
		return -errno;
	sq = mmap(NULL, p.sq_off.array + p.sq_entries * 4,
		  PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd,
		  IORING_OFF_SQ_RING);
	cq = mmap(NULL, p.cq_off.cqes + p.cq_entries * sizeof(*ring->cqes),
		  PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd,
		  IORING_OFF_CQ_RING);
	ring->sqe_size = flags & IORING_SETUP_SQE128 ? 128 : 64;
	ring->sqes = mmap(NULL, p.sq_entries * ring->sqe_size,
			  PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd,
			  IORING_OFF_SQES);
	if (sq == MAP_FAILED || cq == MAP_FAILED ||
	    (void *)ring->sqes == MAP_FAILED)
		return -errno;
	ring->polled = flags & IORING_SETUP_SQPOLL;
	ring->sq_tail = (void *)(sq + p.sq_off.tail);
	ring->sq_mask = (void *)(sq + p.sq_off.ring_mask);
	ring->sq_array = (void *)(sq + p.sq_off.array);
	ring->sq_flags = (void *)(sq + p.sq_off.flags);
	ring->cq_head = (void *)(cq + p.cq_off.head);
	ring->cq_tail = (void *)(cq + p.cq_off.tail);
	ring->cq_mask = (void *)(cq + p.cq_off.ring_mask);
	ring->cqes = (void *)(cq + p.cq_off.cqes);
	return 0;
}

/* Its result; -1001 if there was none in time. */
static inline long ring_do(struct ring *ring, const struct io_uring_sqe *sqe)
{
	unsigned int tail = *ring->sq_tail, at = tail & *ring->sq_mask;
	unsigned int head = *ring->cq_head, ms;
	long ret = -1001;

	memset((char *)ring->sqes + at * ring->sqe_size, 0, ring->sqe_size);
	memcpy((char *)ring->sqes + at * ring->sqe_size, sqe, sizeof(*sqe));
	ring->sq_array[at] = at;
	__atomic_store_n(ring->sq_tail, tail + 1, __ATOMIC_SEQ_CST);
	if (!ring->polled && syscall(SYS_io_uring_enter, ring->fd, 1, 0, 0,
				     NULL, 0) < 0)
		return -errno;
	if (ring->polled && __atomic_load_n(ring->sq_flags, __ATOMIC_SEQ_CST) &
	    IORING_SQ_NEED_WAKEUP)
		syscall(SYS_io_uring_enter, ring->fd, 1, 0,
			IORING_ENTER_SQ_WAKEUP, NULL, 0);
	for (ms = 0; ms < RING_WAIT_MS; ms++) {
		if (__atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE) != head) {
			ret = ring->cqes[head & *ring->cq_mask].res;
			__atomic_store_n(ring->cq_head, head + 1,
					 __ATOMIC_RELEASE);
			break;
		}
		sleep_ms(1);
	}
	return ret;
}

#endif /* RSG_URING_H */
