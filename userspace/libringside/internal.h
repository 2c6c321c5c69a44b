/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of libringside share and no program sees: setting the error
 * text, opening a device of the suite, one-value files. Nothing here is
 * exported, see libringside.map.
 */
#ifndef RS_INTERNAL_H
#define RS_INTERNAL_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ringside.h"

/*
 * Prefix of the paths that tests make out of ordinary files: they compile the
 * library with "." for it. What is installed knows no other root.
 */
#ifndef RS_ROOT
#define RS_ROOT ""
#endif

#define RS_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/**
 * rs_fail() - set the error text to "THING: reason of err"
 * @err: positive errno
 * @fmt: names the thing, for example "pid %d"
 *
 * Return: -@err, so that callers can write return rs_fail(...).
 */
int rs_fail(int err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * rs_failx() - set the error text to exactly the given line
 * @err: positive errno or RS_E* code
 * @fmt: the whole line, for reasons that strerror() words badly
 *
 * Return: -@err.
 */
int rs_failx(int err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * struct rs_device - a character device of the suite
 * @path: the device node
 * @module: the kernel module that makes it
 * @get_info: request number of its GET_INFO
 * @min_abi: lowest ABI level that this library can drive
 */
struct rs_device {
	const char *path;
	const char *module;
	unsigned long get_info;
	uint32_t min_abi;
};

/**
 * rs_device_open() - open a device and check that its module is new enough
 * @dev: which device
 * @info: receives the answer of GET_INFO; may be NULL
 *
 * Return: a close-on-exec descriptor, -RS_ENOMOD when the module is not
 * loaded, -RS_EABI when it is too old, or -errno (-EACCES without root).
 */
int rs_device_open(const struct rs_device *dev, struct rs_info *info);

extern const struct rs_device rs_guard_device;
extern const struct rs_device rs_trace_device;

/**
 * rs_module_check() - is a kernel module loaded
 * @module: its name
 *
 * Return: 0, or -RS_ENOMOD with the error text set.
 */
int rs_module_check(const char *module);

/**
 * rs_attributes_in() - read the one-value files of a directory
 * @dir: the directory
 * @each: as for rs_attributes()
 * @arg: handed to @each
 *
 * Return: 0, what @each returned, or the -errno of reading @dir.
 */
int rs_attributes_in(const char *dir,
		     int (*each)(const char *attr, const char *val, void *arg),
		     void *arg);

/**
 * rs_sysfs_read() - read a one-value file
 * @path: the file
 * @buf: receives the value without its trailing newline, NUL-terminated
 * @len: size of @buf
 *
 * Return: length of the value, -ERANGE when it does not fit, or -errno.
 */
int rs_sysfs_read(const char *path, char *buf, size_t len);

/**
 * rs_sysfs_read_u64() - read a one-value file that holds a number
 * @path: the file
 * @val: receives the number
 *
 * Return: 0, -EINVAL when the file holds no number, -ERANGE when the number
 * exceeds 64 bits, or -errno of reading.
 */
int rs_sysfs_read_u64(const char *path, uint64_t *val);

/**
 * rs_sysfs_write() - write a value to a one-value file
 * @path: the file
 * @val: what to write, in one write() call
 *
 * Return: 0, or -errno of open() or write().
 */
int rs_sysfs_write(const char *path, const char *val);

/**
 * rs_sysfs_write_u64() - write a decimal number to a one-value file
 * @path: the file
 * @val: the number
 *
 * Return: as rs_sysfs_write().
 */
int rs_sysfs_write_u64(const char *path, uint64_t val);

/**
 * rs_parse_u64() - parse a whole string as an unsigned number
 * @s: decimal, or hexadecimal with 0x; no sign, no blanks, nothing after it
 * @val: receives the number
 *
 * Unlike strtoull() this takes neither "-1" nor " 1" nor "". Sets no error
 * text, the caller knows the name of the thing.
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
int rs_parse_u64(const char *s, uint64_t *val);

#endif /* RS_INTERNAL_H */
