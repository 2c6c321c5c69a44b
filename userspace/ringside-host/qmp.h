/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One virtual machine's monitor: what QEMU says about the balloon and the
 * guest, and the one thing that is ever asked of it, another target.
 *
 * Nothing here blocks. A peer that does not answer, closes, floods or sends
 * what is not QMP costs a bounded amount of time and memory in each tick and is
 * connected to again later, after a pause that doubles.
 */
#ifndef RINGSIDE_HOST_QMP_H
#define RINGSIDE_HOST_QMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "policy.h"

#define QMP_PATH_LEN	108		/* of sockaddr_un */
#define QMP_IN_LEN	65536		/* longest message that is taken */
#define QMP_OUT_LEN	1024		/* longest question that is asked */
#define QMP_DEVICE_LEN	128		/* longest QOM path of a balloon */
#define QMP_BLOCKS	32		/* pieces of guest RAM that are told apart */

/** enum qmp_state - how far a connection is */
enum qmp_state {
	QMP_WAITING,	/* there is none; the next try is due at retry_ms */
	QMP_GREETING,	/* connected, and QEMU has not said a word */
	QMP_SETUP,	/* it greeted, and was asked to take commands */
	QMP_READY,	/* it takes commands */
};

/** enum qmp_question - what is asked; the lower the number the earlier */
enum qmp_question {
	QMP_ASK_COMMANDS,	/* qmp_capabilities */
	QMP_ASK_TARGET,		/* balloon */
	QMP_ASK_ACTUAL,		/* query-balloon */
	QMP_ASK_STATS,		/* qom-get guest-stats */
	QMP_ASK_REST,		/* qom-set guest-stats-polling-interval 0 */
	QMP_ASK_POLLING,	/* qom-set guest-stats-polling-interval */
	QMP_ASK_MEMORY,		/* query-memory-size-summary */
	QMP_ASK_BLOCKS,		/* query-memdev */
	QMP_ASK_RUNNING,	/* query-status */
	QMP_ASK_DEVICE,		/* qom-list: a balloon with an id */
	QMP_ASK_ANONYMOUS,	/* qom-list: one without */
	QMP_QUESTIONS,
};

/**
 * struct qmp - a monitor and what it last said
 * @path: the socket
 * @name: the virtual machine's, for messages; owned by the caller
 * @epoll_fd: where the socket is registered, with @tag as data
 * @tag: what the caller's loop gets back
 * @poll_seconds: how often the guest shall send statistics, 0 to leave that
 *	as it is
 * @fd: the connection, -1 without one
 * @state: how far it is
 * @pid: of the process that listens on the socket, 0 without a connection
 * @connections: how many times that process greeted
 * @retry_ms: when to connect again, in QMP_WAITING
 * @backoff_ms: how long the next pause is
 * @since_ms: when the connection was made
 * @answered_ms: when it last answered a question; of use in QMP_READY
 * @error: why there is no connection, or what QEMU refused; "" if neither
 * @has_device: is there a balloon?
 * @device: QOM path of the balloon, "" if it is not known
 * @is_running: are the virtual processors running?
 * @ram_bytes: memory that the machine has without the balloon, 0 if unknown
 * @blocks: sizes of the pieces that this is made of
 * @blocks_n: how many; 0 if there are more than fit, or it is not known
 * @actual_bytes: memory that it has with it; of use if @actual_ms is not 0
 * @actual_ms: when QEMU said so
 * @actual_count: how many times it said so
 * @stats: the guest's own view; its age is for the caller to fill in
 * @stats_seconds: when it came, by QEMU's clock
 * @stats_more: how many came in that second, less one
 * @stats_ms: when its stamp was seen to change; of use if there is a stamp
 * @target_bytes: what the machine was last asked to be, 0 for nothing
 * @sent_bytes: the target in the question that was sent last
 * @target_errors: how many times it refused
 * @wanted: questions not yet sent, one bit each
 * @asked: the one that waits for its answer, QMP_QUESTIONS if none does
 * @asked_ms: since when
 * @id: its number
 * @slow_ms: when what changes rarely is asked again
 * @paused: not read until the next tick, because there is too much
 * @bytes_left: to be read before the next tick
 * @messages_left: to be looked at before the next tick
 * @in: what was read and not yet looked at
 * @in_len: how much of it there is
 * @scan: how much of it belongs to the message so far
 * @depth: braces open at @scan
 * @in_string: is @scan within a string?
 * @escaped: was the last character of it a backslash?
 * @out: what is to be written
 * @out_len: how much of it there is
 * @out_done: how much of that was written
 */
struct qmp {
	char path[QMP_PATH_LEN];
	const char *name;
	int epoll_fd;
	void *tag;
	unsigned int poll_seconds;

	int fd;
	enum qmp_state state;
	pid_t pid;
	uint64_t connections;
	int64_t retry_ms;
	int64_t backoff_ms;
	int64_t since_ms;
	int64_t answered_ms;
	char error[160];

	bool has_device;
	char device[QMP_DEVICE_LEN];
	bool is_running;
	uint64_t ram_bytes;
	uint64_t blocks[QMP_BLOCKS];
	size_t blocks_n;
	uint64_t actual_bytes;
	int64_t actual_ms;
	uint64_t actual_count;
	struct rsh_stats stats;
	uint64_t stats_seconds;
	unsigned int stats_more;
	int64_t stats_ms;
	uint64_t target_bytes;
	uint64_t sent_bytes;
	uint64_t target_errors;

	unsigned int wanted;
	enum qmp_question asked;
	int64_t asked_ms;
	uint64_t id;
	int64_t slow_ms;

	bool paused;
	size_t bytes_left;
	unsigned int messages_left;
	char in[QMP_IN_LEN];
	size_t in_len;
	size_t scan;
	unsigned int depth;
	bool in_string;
	bool escaped;
	char out[QMP_OUT_LEN];
	size_t out_len;
	size_t out_done;
};

/**
 * qmp_init() - a monitor that is not yet connected
 * @q: the monitor, which is too large for a stack
 * @path: its socket
 * @name: the virtual machine's; must outlive @q
 *
 * The caller sets @epoll_fd, @tag and @poll_seconds before the first tick.
 *
 * Return: 0, or -ENAMETOOLONG for a path that no socket can have.
 */
int qmp_init(struct qmp *q, const char *path, const char *name);

/** qmp_close() - end the connection, for good; the target stays as it is */
void qmp_close(struct qmp *q);

/**
 * qmp_tick() - connect if it is time, give up on who is silent, ask again
 * @q: the monitor
 * @now_ms: CLOCK_MONOTONIC
 */
void qmp_tick(struct qmp *q, int64_t now_ms);

/**
 * qmp_ready() - the socket can be read or written, or is at its end
 * @q: the monitor
 * @events: of epoll
 * @now_ms: CLOCK_MONOTONIC
 */
void qmp_ready(struct qmp *q, uint32_t events, int64_t now_ms);

/**
 * qmp_set_target() - let the virtual machine have so much memory
 * @q: the monitor
 * @bytes: the target; one that has not been sent yet is replaced
 * @now_ms: CLOCK_MONOTONIC
 *
 * Return: 0, or -ENOTCONN when there is no connection or no balloon.
 */
int qmp_set_target(struct qmp *q, uint64_t bytes, int64_t now_ms);

/**
 * qmp_refresh() - let the guest send statistics at once
 * @q: the monitor
 * @now_ms: CLOCK_MONOTONIC
 *
 * QEMU has no command for that, but asks the guest when polling begins. Does
 * nothing if there is no connection or no polling.
 */
void qmp_refresh(struct qmp *q, int64_t now_ms);

/**
 * qmp_silent_ms() - for how long has a question waited for its answer?
 * @q: the monitor
 * @now_ms: CLOCK_MONOTONIC
 *
 * Return: milliseconds, 0 if no question waits.
 */
int64_t qmp_silent_ms(const struct qmp *q, int64_t now_ms);

/* Inside: qmp.c moves bytes, qmp_talk.c knows what they mean. */

/** qmp_greet() - forget what the last connection said and start a new one */
void qmp_greet(struct qmp *q);

/** qmp_ask() - write the most urgent question into @out, if there is one */
void qmp_ask(struct qmp *q, int64_t now_ms);

/**
 * qmp_hear() - take one whole message
 *
 * Return: NULL, or why the peer does not speak QMP.
 */
const char *qmp_hear(struct qmp *q, const char *text, size_t len,
		     int64_t now_ms);

#endif /* RINGSIDE_HOST_QMP_H */
