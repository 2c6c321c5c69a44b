/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files about the balloon share. */
#ifndef RS_BALLOON_H
#define RS_BALLOON_H

#include "internal.h"

#define BALLOON_DEVICES	RS_ROOT "/sys/bus/virtio/devices"
#define BALLOON_DRIVERS	RS_ROOT "/sys/bus/virtio/drivers"
#define BALLOON_OURS	"ringside_balloon"
#define BALLOON_STOCK	"virtio_balloon"

/**
 * rs_balloon_find_ours() - rs_balloon_find() for devices that ours drives
 * @device: its name, or NULL
 * @balloon: receives what was found
 *
 * Return: 0, -RS_ENOMOD when ringside_balloon is not loaded, -EBUSY when it
 * does not have the device, or as rs_balloon_find().
 */
int rs_balloon_find_ours(const char *device, struct rs_balloon *balloon);

/**
 * rs_balloon_path() - the file of an attribute
 * @balloon: the device
 * @attr: the attribute; "" for the directory of them all
 * @path: receives the path
 * @len: size of @path; PATH_MAX is enough
 */
void rs_balloon_path(const struct rs_balloon *balloon, const char *attr,
		     char *path, size_t len);

/**
 * rs_balloon_refused() - set the error text to what a refusal means
 * @balloon: the device
 * @attr: the attribute
 * @val: what was written to it
 * @err: positive errno of write()
 *
 * Leaves the text that is there when it has nothing better to say.
 *
 * Return: -@err.
 */
int rs_balloon_refused(const struct rs_balloon *balloon, const char *attr,
		       const char *val, int err);

#endif /* RS_BALLOON_H */
