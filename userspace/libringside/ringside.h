/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libringside: what a program needs to drive the Ringside kernel modules.
 * Everything that the ringside command does goes through these calls.
 *
 * Conventions
 *   - Functions return 0 (or a non-negative result) on success and a negative
 *     error number on failure: -errno, or one of the -RS_E* codes below.
 *   - After a failure rs_error() returns one line that names the thing and
 *     the reason, for example "pid 12: No such process".
 *   - Handles are opaque and owned by the caller; a handle may be used by one
 *     thread at a time, different handles by different threads.
 *   - The library prints nothing, installs no signal handler and keeps no
 *     state besides the calling thread's error text.
 */
#ifndef RINGSIDE_H
#define RINGSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/ringside.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Errors of the library's own. They lie above every errno, so that "the
 * module is not there" is never confused with an ENODEV of a call.
 */
#define RS_ENOMOD	1000	/* the kernel module is not loaded */
#define RS_EABI		1001	/* the loaded module is too old for this call */

/**
 * rs_error() - why the calling thread's last failed call failed
 *
 * Return: one line without a trailing newline, never NULL; the empty string
 * when no call has failed yet. Valid until the thread's next call into the
 * library.
 */
const char *rs_error(void);

/**
 * rs_version() - version of the library, for example "0.1.0"
 *
 * Return: a constant string.
 */
const char *rs_version(void);

/**
 * rs_module_version() - version of a loaded kernel module
 * @module: name as in /proc/modules, for example "ringside_guard"
 * @buf: receives the version, NUL-terminated; empty if the module states none
 * @len: size of @buf; RS_VERSION_LEN is enough for every Ringside module
 *
 * Return: 0, -RS_ENOMOD when no such module is loaded, -EINVAL for a name
 * that can not be a module's, -ERANGE when @buf is too short, or the -errno
 * of reading sysfs.
 */
int rs_module_version(const char *module, char *buf, size_t len);

/*
 * Guard
 */

/*
 * Trace
 */

/*
 * Balloon
 */

#ifdef __cplusplus
}
#endif

#endif /* RINGSIDE_H */
