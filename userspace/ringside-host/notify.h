/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the service manager is told (sd_notify(3)): that the manager works, is
 * reading its configuration, ends, and, for a watchdog, still turns. Says
 * nothing where nobody asked: $NOTIFY_SOCKET is not set.
 */
#ifndef RINGSIDE_HOST_NOTIFY_H
#define RINGSIDE_HOST_NOTIFY_H

#include <stdint.h>

/** notify_open() - find out who wants to know, and how often */
void notify_open(void);

/** notify_close() - nobody is told any more */
void notify_close(void);

/**
 * notify() - tell it
 * @format: lines as in sd_notify(3), "READY=1" for example
 *
 * Never waits: what the other side has no room for is lost.
 */
__attribute__((format(printf, 1, 2)))
void notify(const char *format, ...);

/**
 * notify_alive() - the loop still turns; tells the watchdog when it is time
 * @now_ms: CLOCK_MONOTONIC
 */
void notify_alive(int64_t now_ms);

#endif /* RINGSIDE_HOST_NOTIFY_H */
