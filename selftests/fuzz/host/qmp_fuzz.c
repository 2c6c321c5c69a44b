// SPDX-License-Identifier: GPL-2.0-only
/*
 * A conversation with something that claims to be QEMU: does the manager keep
 * its limits, ask questions that are JSON, and believe only what can be true?
 *
 * The input is lines. The first character says what happens: g it greets, a it
 * answers with the rest of the line, e it refuses, v an event, r the rest as it
 * is; t time passes, s another target, f statistics at once, c it closes.
 */
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include "fuzz.h"
#include "log.h"
#include "qmp.h"

#define FD	100

static struct qmp q;
static char stream[4 * QMP_IN_LEN];
static size_t stream_len;
static bool closed, mute;

void host_log(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
}

int seam_socket(int domain, int type, int protocol)
{
	stream_len = 0;
	closed = false;
	return FD;
}

int seam_connect(int fd, const struct sockaddr *to, socklen_t len)
{
	return 0;
}

int seam_close(int fd)
{
	MUST(fd == FD);
	return 0;
}

int seam_epoll_ctl(int epoll_fd, int op, int fd, struct epoll_event *event)
{
	MUST(fd == FD);
	return 0;
}

ssize_t seam_recv(int fd, void *to, size_t len, int flags)
{
	size_t n = len < stream_len ? len : stream_len;

	if (!n && closed)
		return 0;
	if (!n) {
		errno = EAGAIN;
		return -1;
	}
	memcpy(to, stream, n);
	memmove(stream, stream + n, stream_len - n);
	stream_len -= n;
	return n;
}

/* A question is one line of JSON, whatever was said before. */
ssize_t seam_send(int fd, const void *from, size_t len, int flags)
{
	json_t *question;

	if (mute) {
		errno = EAGAIN;
		return -1;
	}
	question = json_loadb(from, len, JSON_DECODE_INT_AS_REAL, NULL);
	MUST(json_is_object(question));
	MUST(json_is_string(json_object_get(question, "execute")));
	json_decref(question);
	return len;
}

static void say(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(stream + stream_len, sizeof(stream) - stream_len, fmt,
		      ap);
	va_end(ap);
	if (n > 0 && n < (int)(sizeof(stream) - stream_len))
		stream_len += n;
}

static void act(char what, const char *rest, int64_t *now_ms)
{
	unsigned long long id = q.id;

	switch (what) {
	case 'g':
		say("{\"QMP\":{}}\r\n");
		break;
	case 'a':
		say("{\"return\":%s,\"id\":%llu}", rest, id);
		break;
	case 'e':
		say("{\"error\":{\"desc\":\"%s\"},\"id\":%llu}", rest, id);
		break;
	case 'v':
		say("{\"event\":%s}", rest);
		break;
	case 't':
		*now_ms += strtoul(rest, NULL, 10) % 100000;
		qmp_tick(&q, *now_ms);
		break;
	case 's':
		qmp_set_target(&q, strtoull(rest, NULL, 10), *now_ms);
		break;
	case 'f':
		qmp_refresh(&q, *now_ms);
		break;
	case 'c':
		closed = true;
		break;
	case 'm':
		mute = !mute;
		break;
	default:
		say("%s", rest);
	}
	qmp_ready(&q, EPOLLIN | EPOLLOUT, *now_ms);
}

static void check(void)
{
	size_t i;

	MUST(q.in_len <= sizeof(q.in));
	MUST(q.fd < 0 || q.scan <= q.in_len);
	MUST(q.out_len <= sizeof(q.out) && q.out_done <= q.out_len);
	MUST(q.blocks_n <= QMP_BLOCKS);
	MUST(memchr(q.device, 0, sizeof(q.device)));
	MUST(memchr(q.error, 0, sizeof(q.error)));
	MUST(!strpbrk(q.device, "\"\\\n"));
	MUST(q.actual_bytes <= 1ULL << 52 && q.ram_bytes <= 1ULL << 53);
	for (i = 0; i < q.blocks_n; i++)
		MUST(q.blocks[i] <= 1ULL << 52);
	MUST(q.fd >= 0 || q.state == QMP_WAITING);
	MUST(q.backoff_ms <= 10000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	int64_t now_ms = 1000000;
	char *text, *line, *next;

	text = malloc(len + 1);
	MUST(text);
	memcpy(text, data, len);
	text[len] = '\0';
	mute = false;
	MUST(!qmp_init(&q, "/monitor", "vm"));
	q.poll_seconds = 1;
	qmp_tick(&q, now_ms);
	for (line = text; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (*line)
			act(*line, line + 1, &now_ms);
		check();
	}
	qmp_close(&q);
	free(text);
	return 0;
}
