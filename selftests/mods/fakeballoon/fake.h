/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Test-only: a virtio-balloon device inside the guest's kernel, with a host
 * that keeps books on every page and can be told to misbehave.
 *
 * main.c     the device: what it offers, its configuration space, its queues
 * host.c     the host: a thread that reads the rings and answers, or does not
 * books.c    what the host was told about each page, and who broke the rules
 * control.c  /sys/kernel/debug/rs_fakeballoon/, the tests' hand on all of it
 *
 * The host is in the guest's kernel and so sees the guest's pages: it writes
 * over each one that it is given, as a host that drops memory does, and looks
 * later whether the guest has used it meanwhile.
 *
 * Order of locks: rsf.control, then rsf.lock. The driver's entry points are
 * called under rsf.control alone, but for those of a queue that must not be
 * called into: they only wake somebody up and are called under rsf.lock.
 */
#ifndef _RS_FAKEBALLOON_H
#define _RS_FAKEBALLOON_H

#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/virtio.h>
#include <linux/virtio_balloon.h>
#include <linux/virtio_ring.h>
#include <linux/wait.h>

/* The queues in the order of the specification; a bit of the masks each. */
enum rsf_role {
	RSF_INFLATE,
	RSF_DEFLATE,
	RSF_STATS,
	RSF_HINT,
	RSF_REPORT,
	RSF_ROLES,
};

enum rsf_count {
	RSF_RESETS,
	RSF_INFLATED_NOW,	/* pages in the balloon, by the letter */
	RSF_INFLATED_PEAK,
	RSF_INFLATED_AT_RESET,	/* never taken out before the device's reset */
	RSF_INFLATED_UNREPORTED,	/* without having been reported before */
	RSF_HINT_STARTS,
	RSF_HINT_STOPS,
	RSF_HINTED_GIVEN,	/* hinted pages that the host had been given */
	/* From here on: breaches of the protocol. */
	RSF_BREACHES,
	RSF_DOUBLE_INFLATE = RSF_BREACHES,
	RSF_STRAY_DEFLATE,	/* of a page that is not in the balloon */
	RSF_BAD_PFN,		/* no memory there */
	RSF_BAD_BUFFER,		/* not of the kind that belongs in this queue */
	RSF_STRAY_HINT,		/* without the host having asked */
	RSF_TOUCHED_EARLY,	/* page used before the host had answered */
	RSF_TOUCHED_HELD,	/* page used while it was in the balloon */
	RSF_COUNTS,
};

/**
 * struct rsf_queue - one queue as the host sees it
 * @vq: the driver's end; NULL if the driver has not set it up
 * @seen: entries taken from the available ring
 * @used: entries put into the used ring
 * @buffers: how many buffers came
 * @pages: how many pages these named
 * @longest: the most that one descriptor named
 */
struct rsf_queue {
	struct virtqueue *vq;
	u16 seen;
	u16 used;
	u64 buffers;
	u64 pages;
	u64 longest;
};

#define RSF_STATS_MAX 32

/**
 * struct rsf - the device and its host
 * @control: one hand at a time on the device's life
 * @vdev: the device, NULL while it is not plugged; changes under both locks
 * @suspended: the driver was told to freeze, under @control
 * @lock: protects everything below but the knobs
 * @kick: wakes the host
 * @kicked: something is in a ring
 * @config: the configuration space
 * @status: the driver's progress
 * @generation: changes with each reset
 * @queues: by role
 * @stats: the last answer on the statistics queue
 * @nr_stats: length of @stats
 * @stats_head: the buffer that the host keeps until it wants new numbers
 * @stats_kept: whether it has one
 * @stats_asked: whether it is to return it
 * @hint_id: what the driver said last on the hinting queue
 * @next_hint_id: of the next request
 * @count: the books' sums
 * @pages: the books; one byte of flags for each page frame below @nr_pages
 * @nr_pages: length of @pages; immutable
 * @offer: the device's own feature bits, read when plugged
 * @ring_size: of every queue, read when plugged
 * @find_vqs_error: refuse to set up queues, with this errno
 * @mute: roles of queues that are not served
 * @twice: roles of queues whose buffers are returned twice
 * @stray: roles of queues on which a buffer is returned that never came
 * @delay_ms: how long each answer takes
 */
struct rsf {
	struct mutex control;
	struct virtio_device *vdev;
	bool suspended;

	struct mutex lock;
	wait_queue_head_t kick;
	bool kicked;
	struct virtio_balloon_config config;
	u8 status;
	unsigned int generation;
	struct rsf_queue queues[RSF_ROLES];
	struct virtio_balloon_stat stats[RSF_STATS_MAX];
	unsigned int nr_stats;
	u16 stats_head;
	bool stats_kept;
	bool stats_asked;
	u32 hint_id;
	u32 next_hint_id;
	u64 count[RSF_COUNTS];
	u8 *pages;
	unsigned long nr_pages;

	/* Knobs: written by the tests at any time, without a lock. */
	u64 offer;
	u32 ring_size;
	u32 find_vqs_error;
	u32 mute;
	u32 twice;
	u32 stray;
	u32 delay_ms;
};

/* main.c */
extern struct rsf rsf;
int rsf_plug(void);
void rsf_unplug(void);

/* host.c */
int rsf_host_start(void);
void rsf_host_stop(void);
void rsf_host_wake(void);

/* books.c */
int rsf_books_init(void);
void rsf_books_exit(void);
void rsf_books_clear(void);
void rsf_books_told(enum rsf_role role, const struct vring_desc *desc);
void rsf_books_before_answer(enum rsf_role role, const struct vring_desc *desc);
void rsf_books_reset(void);
u64 rsf_books_unused(void);

/* control.c */
void rsf_control_init(void);
void rsf_control_exit(void);

#endif /* _RS_FAKEBALLOON_H */
