/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the manager has to say, on standard error, where systemd's journal
 * picks it up.
 */
#ifndef RINGSIDE_HOST_LOG_H
#define RINGSIDE_HOST_LOG_H

/**
 * host_log() - one line
 * @fmt: without the end of the line; control characters come out as \xNN
 *
 * Never blocks, and never floods: lines that come too fast are counted and
 * left out.
 */
void host_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif /* RINGSIDE_HOST_LOG_H */
