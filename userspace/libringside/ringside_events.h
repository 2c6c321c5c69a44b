/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libringside: what the guard decided, and what it learned. Records and
 * constants are those of linux/ringside_guard.h; the conventions are those of
 * ringside.h.
 */
#ifndef RINGSIDE_EVENTS_H
#define RINGSIDE_EVENTS_H

#include <stddef.h>
#include <stdint.h>
#include <ringside.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rs_guard_events;

/**
 * rs_guard_events_open() - begin to read the guard's decisions
 * @events: receives the handle
 * @flags: RSG_EVENTS_HISTORY, to begin with those that the kernel keeps
 *
 * Return: 0, -RS_ENOMOD, -RS_EABI, -EPERM, -ENOMEM or another -errno.
 */
int rs_guard_events_open(struct rs_guard_events **events, unsigned int flags);

/**
 * rs_guard_events_fd() - what to poll for input
 * @events: the handle
 *
 * Return: the descriptor; reading it is left to rs_guard_events_next().
 */
int rs_guard_events_fd(const struct rs_guard_events *events);

/**
 * rs_guard_events_next() - the next record, without waiting
 * @events: the handle
 * @event: receives the record; its texts end in NUL
 *
 * Return: 1, 0 if there is none at the moment, or -errno.
 */
int rs_guard_events_next(struct rs_guard_events *events,
			 struct rsg_event *event);

/**
 * rs_guard_events_missed() - records that were overwritten before we read them
 * @events: the handle
 *
 * Those that were overwritten before the handle was opened do not count.
 *
 * Return: their number so far.
 */
uint64_t rs_guard_events_missed(const struct rs_guard_events *events);

/**
 * rs_guard_events_close() - stop reading
 * @events: the handle, or NULL
 */
void rs_guard_events_close(struct rs_guard_events *events);

/** Room for any text that rs_guard_event_caller() makes. */
#define RS_GUARD_CALLER_LEN	(RSG_PATH_LEN + 32)

/**
 * rs_guard_event_caller() - which code made the call
 * @event: the record
 * @caller: receives "/usr/lib/libc.so.6+0x10dd79", the file and the place in
 *	it; only the address if the process has ended, or runs another program
 *	by now
 * @len: size of @caller; RS_GUARD_CALLER_LEN is enough
 */
void rs_guard_event_caller(const struct rsg_event *event, char *caller,
			   size_t len);

/**
 * rs_guard_learned() - what the tasks under a policy did in observe mode
 * @guard: the handle
 * @id: the policy
 * @calls: receives the calls, to be freed with free()
 * @nr: receives their number
 * @beyond: receives how often a call was made that has no number in @calls
 *
 * Return: 0, -ENOENT, -ENODATA if it never was in observe mode, -ENOMEM or
 * another -errno.
 */
int rs_guard_learned(struct rs_guard *guard, unsigned int id,
		     struct rsg_learned **calls, size_t *nr, uint64_t *beyond);

/**
 * rs_guard_learned_profile() - the OCI profile that allows these calls
 * @calls: the calls
 * @nr: their number
 * @text: receives the profile, JSON with a newline at its end, to be freed
 *	with free()
 * @unnamed: receives how many of the calls have no name that a profile could
 *	state; it does not allow these. May be NULL
 *
 * Everything else fails with EPERM. The calls without which no process can end
 * are allowed too. An argument is restricted to its values if these are few
 * and the argument is one of those that rs_guard_argument() knows.
 *
 * Return: 0, or -ENOMEM.
 */
int rs_guard_learned_profile(const struct rsg_learned *calls, size_t nr,
			     char **text, size_t *unnamed);

/**
 * rs_guard_argument() - is an argument of a call worth restricting
 * @name: the call
 * @index: the argument, from 0
 *
 * Numbers that select what the kernel does are: a family of sockets, a
 * command, flags. Addresses, lengths and descriptors are not.
 *
 * Return: what the argument is, such as "family"; NULL if it is not worth it.
 */
const char *rs_guard_argument(const char *name, unsigned int index);

/**
 * rs_guard_save() - write a text file as a whole or not at all
 * @path: the file; what was there is replaced
 * @text: its content
 *
 * Return: 0 or -errno.
 */
int rs_guard_save(const char *path, const char *text);

#ifdef __cplusplus
}
#endif

#endif /* RINGSIDE_EVENTS_H */
