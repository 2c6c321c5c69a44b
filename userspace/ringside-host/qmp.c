// SPDX-License-Identifier: GPL-2.0-only
/*
 * How does a conversation with QEMU go on whatever the other side does? This
 * file connects, reads, cuts messages and writes; what they mean is in
 * qmp_talk.c. What a peer can make us do between two ticks is limited by
 * bytes and by messages, how long we listen to silence by time.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "log.h"
#include "qmp.h"

#define TICK_BYTES	QMP_IN_LEN
#define TICK_MESSAGES	64

/* QEMU answers in order, and holds its big lock while it discards memory. */
#define SILENCE_MS	10000
#define BACKOFF_MIN_MS	200
#define BACKOFF_MAX_MS	10000
/* A connection that held for so long was a good one. */
#define GOOD_MS		10000
/* How often what changes rarely is asked. */
#define SLOW_MS		5000

int qmp_init(struct qmp *q, const char *path, const char *name)
{
	if (strlen(path) >= sizeof(q->path))
		return -ENAMETOOLONG;
	memset(q, 0, sizeof(*q));
	snprintf(q->path, sizeof(q->path), "%s", path);
	q->name = name;
	q->epoll_fd = -1;
	q->fd = -1;
	q->backoff_ms = BACKOFF_MIN_MS;
	q->asked = QMP_QUESTIONS;
	return 0;
}

void qmp_close(struct qmp *q)
{
	if (q->fd >= 0)
		close(q->fd);
	q->fd = -1;
	q->state = QMP_WAITING;
	q->pid = 0;
	q->asked = QMP_QUESTIONS;
	q->wanted = 0;
	q->in_len = 0;
	q->out_len = 0;
	q->paused = false;
}

/* End the connection and come back later, each time a little later. */
static void lose(struct qmp *q, const char *why, int64_t now_ms)
{
	if (q->state == QMP_READY && now_ms - q->since_ms >= GOOD_MS)
		q->backoff_ms = BACKOFF_MIN_MS;
	if (strcmp(q->error, why))
		host_log("%s: %s: %s", q->name, q->path, why);
	snprintf(q->error, sizeof(q->error), "%s", why);
	qmp_close(q);
	q->retry_ms = now_ms + q->backoff_ms;
	q->backoff_ms *= 2;
	if (q->backoff_ms > BACKOFF_MAX_MS)
		q->backoff_ms = BACKOFF_MAX_MS;
}

/* Tell epoll what we are waiting for now. */
static void watch(struct qmp *q, int op)
{
	struct epoll_event event = {
		.events = EPOLLIN | (q->out_len ? EPOLLOUT : 0),
		.data.ptr = q->tag,
	};

	epoll_ctl(q->epoll_fd, op, q->fd, &event);
}

static void dial(struct qmp *q, int64_t now_ms)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct ucred peer;
	socklen_t len = sizeof(peer);

	memcpy(address.sun_path, q->path, sizeof(q->path));
	q->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* A UNIX socket connects at once or not at all. */
	if (q->fd < 0 || connect(q->fd, (struct sockaddr *)&address,
				 sizeof(address))) {
		lose(q, strerror(errno), now_ms);
		return;
	}
	if (!getsockopt(q->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len))
		q->pid = peer.pid;
	q->state = QMP_GREETING;
	q->since_ms = now_ms;
	q->bytes_left = TICK_BYTES;
	q->messages_left = TICK_MESSAGES;
	q->scan = 0;
	q->depth = 0;
	q->in_string = false;
	qmp_greet(q);
	watch(q, EPOLL_CTL_ADD);
}

/*
 * Move @scan to where the first message of @in ends, or to the end of @in. A
 * message is an object; only blanks may stand between two of them.
 *
 * Return: 1 if the message is whole, 0 if not, -1 for what is not a message.
 */
static int find_end(struct qmp *q)
{
	for (; q->scan < q->in_len; q->scan++) {
		char c = q->in[q->scan];

		if (!q->depth && c != '{') {
			if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
				return -1;
		} else if (q->in_string) {
			if (!q->escaped && c == '"')
				q->in_string = false;
			q->escaped = !q->escaped && c == '\\';
		} else if (c == '"') {
			q->in_string = true;
			q->escaped = false;
		} else if (c == '{') {
			q->depth++;
		} else if (c == '}' && --q->depth == 0) {
			q->scan++;
			return 1;
		}
	}
	return 0;
}

static void drop(struct qmp *q, size_t len)
{
	memmove(q->in, q->in + len, q->in_len - len);
	q->in_len -= len;
	q->scan = 0;
}

/* Return: NULL, or why the connection has to end. */
static const char *hear_all(struct qmp *q, int64_t now_ms)
{
	const char *why;
	size_t done = 0;
	int found = 0;

	while (q->messages_left && (found = find_end(q)) == 1) {
		q->messages_left--;
		why = qmp_hear(q, q->in + done, q->scan - done, now_ms);
		if (why)
			return why;
		done = q->scan;
	}
	if (found < 0)
		return "what it sends is not QMP";
	/* Blanks between messages are nobody's. */
	if (!found && !q->depth)
		done = q->scan;
	if (done) {
		size_t begun = q->scan - done;

		drop(q, done);
		q->scan = begun;
	}
	if (q->in_len == sizeof(q->in) && q->messages_left)
		return "it sends a message longer than 64 KiB";
	return NULL;
}

/*
 * Write what there is. A peer that does not read fills the socket; then the
 * question waits, and its time runs.
 *
 * Return: NULL, or why the connection has to end.
 */
static const char *write_out(struct qmp *q)
{
	ssize_t n;

	while (q->out_done < q->out_len) {
		n = send(q->fd, q->out + q->out_done, q->out_len - q->out_done,
			 MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? NULL :
				strerror(errno);
		q->out_done += n;
	}
	q->out_len = 0;
	q->out_done = 0;
	return NULL;
}

/* Ask what is to be asked as long as the answers come at once. */
static void talk(struct qmp *q, int64_t now_ms)
{
	bool was_full = q->out_len;
	const char *why;

	if (q->fd < 0)
		return;
	qmp_ask(q, now_ms);
	why = write_out(q);
	if (why)
		lose(q, why, now_ms);
	else if (!q->paused && was_full != !!q->out_len)
		watch(q, EPOLL_CTL_MOD);
}

/* Not before the next tick: somebody sends faster than we care to read. */
static void pause_reading(struct qmp *q)
{
	if (!q->paused)
		epoll_ctl(q->epoll_fd, EPOLL_CTL_DEL, q->fd, NULL);
	q->paused = true;
}

static void hear(struct qmp *q, int64_t now_ms)
{
	const char *why = hear_all(q, now_ms);

	if (why) {
		lose(q, why, now_ms);
		return;
	}
	if (!q->messages_left || !q->bytes_left)
		pause_reading(q);
	talk(q, now_ms);
}

static void receive(struct qmp *q, int64_t now_ms)
{
	size_t room = sizeof(q->in) - q->in_len;
	ssize_t n;

	if (room > q->bytes_left)
		room = q->bytes_left;
	n = recv(q->fd, q->in + q->in_len, room, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		lose(q, n ? strerror(errno) : "it closed the connection",
		     now_ms);
		return;
	}
	q->bytes_left -= n;
	q->in_len += n;
	hear(q, now_ms);
}

void qmp_ready(struct qmp *q, uint32_t events, int64_t now_ms)
{
	/* An event of a connection that this round has already ended. */
	if (q->fd < 0 || q->paused)
		return;
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		receive(q, now_ms);
	else if (events & EPOLLOUT)
		talk(q, now_ms);
}

int64_t qmp_silent_ms(const struct qmp *q, int64_t now_ms)
{
	if (q->state == QMP_GREETING)
		return now_ms - q->since_ms;
	return q->asked == QMP_QUESTIONS ? 0 : now_ms - q->asked_ms;
}

/* What is asked in every tick, and what now and then. */
static void want(struct qmp *q, int64_t now_ms)
{
	if (q->state != QMP_READY)
		return;
	q->wanted |= 1u << QMP_ASK_ACTUAL;
	if (q->device[0])
		q->wanted |= 1u << QMP_ASK_STATS;
	if (now_ms < q->slow_ms)
		return;
	q->slow_ms = now_ms + SLOW_MS;
	q->wanted |= 1u << QMP_ASK_MEMORY | 1u << QMP_ASK_BLOCKS |
		1u << QMP_ASK_RUNNING;
	if (!q->device[0])
		q->wanted |= 1u << QMP_ASK_DEVICE | 1u << QMP_ASK_ANONYMOUS;
	else if (q->poll_seconds)
		q->wanted |= 1u << QMP_ASK_POLLING;
}

void qmp_tick(struct qmp *q, int64_t now_ms)
{
	if (q->fd < 0) {
		if (now_ms >= q->retry_ms)
			dial(q, now_ms);
		return;
	}
	if (qmp_silent_ms(q, now_ms) > SILENCE_MS) {
		lose(q, "it has not answered for 10 seconds", now_ms);
		return;
	}
	q->bytes_left = TICK_BYTES;
	q->messages_left = TICK_MESSAGES;
	want(q, now_ms);
	if (q->paused) {
		q->paused = false;
		watch(q, EPOLL_CTL_ADD);
		hear(q, now_ms);
	} else {
		talk(q, now_ms);
	}
}

void qmp_refresh(struct qmp *q, int64_t now_ms)
{
	if (q->state != QMP_READY || !q->device[0] || !q->poll_seconds)
		return;
	q->wanted |= 1u << QMP_ASK_REST | 1u << QMP_ASK_POLLING;
	talk(q, now_ms);
}

int qmp_set_target(struct qmp *q, uint64_t bytes, int64_t now_ms)
{
	if (q->state != QMP_READY || !q->has_device)
		return -ENOTCONN;
	q->target_bytes = bytes;
	q->wanted |= 1u << QMP_ASK_TARGET;
	talk(q, now_ms);
	return 0;
}
