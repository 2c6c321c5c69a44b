/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Balloon: the part of ringside.h that finds virtio-balloon devices, hands
 * them from driver to driver, and reads, sets and watches ringside_balloon.
 * Programs include ringside.h, whose conventions hold here.
 *
 * Calls that take a device's name, "virtio2", take NULL for the first one
 * there is. The attributes of the driver are described, with every value, in
 * Documentation/ABI/testing of the source.
 */
#ifndef RINGSIDE_BALLOON_H
#define RINGSIDE_BALLOON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RS_BALLOON_NAME_LEN	64

/**
 * struct rs_balloon - a virtio-balloon device
 * @device: its name, for example "virtio2"
 * @driver: the driver that has it, "" if none
 */
struct rs_balloon {
	char device[RS_BALLOON_NAME_LEN];
	char driver[RS_BALLOON_NAME_LEN];
};

/**
 * rs_balloon_find() - look for a virtio-balloon device
 * @device: its name, or NULL for the first one
 * @balloon: receives what was found
 *
 * Return: 0, -ENODEV when there is none, -EINVAL when @device is another kind
 * of device.
 */
int rs_balloon_find(const char *device, struct rs_balloon *balloon);

/**
 * rs_balloon_takeover() - give a device to ringside_balloon
 * @device: its name, or NULL
 *
 * Takes it from the driver that has it, which gives the memory of its balloon
 * back to the guest first; the host's target stays and is reached again. When
 * ringside_balloon refuses the device, the driver that had it gets it back,
 * and rs_error() says so. Does nothing when ringside_balloon has it.
 *
 * Return: 0, -RS_ENOMOD when ringside_balloon is not loaded, or another -errno
 * of finding, unbinding or binding the device.
 */
int rs_balloon_takeover(const char *device);

/**
 * rs_balloon_release() - give a device to the kernel's own virtio_balloon
 * @device: its name, or NULL
 *
 * The other way round, with the same promises.
 *
 * Return: 0, -RS_ENOMOD when virtio_balloon is not loaded, or as
 * rs_balloon_takeover().
 */
int rs_balloon_release(const char *device);

/**
 * rs_balloon_attributes() - read what ringside_balloon says about a device
 * @device: its name, or NULL
 * @each: called for each file in alphabetical order, as for rs_attributes()
 * @arg: handed to @each
 *
 * Return: 0, what @each returned, -RS_ENOMOD when the module is not loaded,
 * -EBUSY when another driver has the device, or as rs_balloon_find().
 */
int rs_balloon_attributes(const char *device,
			  int (*each)(const char *attr, const char *val,
				      void *arg), void *arg);

/**
 * rs_balloon_get() - read one attribute
 * @device: the device's name, or NULL
 * @attr: name of the file, for example "state"
 * @buf: receives the value, NUL-terminated
 * @len: size of @buf
 *
 * Return: 0, -RS_EABI when the loaded module has no such attribute, -ERANGE
 * when @buf is too short, or as rs_balloon_attributes().
 */
int rs_balloon_get(const char *device, const char *attr, char *buf, size_t len);

/**
 * rs_balloon_set() - write one attribute
 * @device: the device's name, or NULL
 * @attr: name of the file, for example "mode"
 * @val: what to write
 *
 * rs_error() says what the driver's refusal means and what can be done.
 *
 * Return: 0, -RS_EABI when the loaded module has no such attribute, -EINVAL
 * for a value that makes no sense, -EOPNOTSUPP for what this device can not
 * do, -EBUSY while the balloon holds memory, -ERANGE for what this machine
 * does not have, -EACCES without the privilege, or as rs_balloon_attributes().
 */
int rs_balloon_set(const char *device, const char *attr, const char *val);

/**
 * rs_balloon_set_target() - let the guest hold more than the host asks for
 * @device: its name, or NULL
 * @bytes: multiple of 4096, what to hold in all; 0 for what the host asks for
 *
 * Return: 0, -EINVAL for another size, -ERANGE for more than the memory of
 * the guest, -EOPNOTSUPP when the device is not in report mode, or as
 * rs_balloon_attributes().
 */
int rs_balloon_set_target(const char *device, uint64_t bytes);

/**
 * struct rs_balloon_setting - an attribute that holds a number to be tuned
 * @attr: name of the file, for example "batch_bytes"; the unit is in it
 * @meaning: what it is for, in half a line
 */
struct rs_balloon_setting {
	const char *attr;
	const char *meaning;
};

/**
 * rs_balloon_setting() - the settings that this library knows
 * @i: 0 and up
 *
 * "mode" and "target" are no numbers and not among them.
 *
 * Return: one of them, or NULL when @i is too large.
 */
const struct rs_balloon_setting *rs_balloon_setting(size_t i);

/**
 * rs_balloon_resync() - tell the host again about everything that is held
 * @device: its name, or NULL
 * @bytes: receives how much that was; may be NULL
 *
 * Hosts drop what they are told in silence while a device is passed through,
 * a migration comes in, or a snapshot is taken in the background. Returns when
 * the host has answered.
 *
 * Return: 0, -EOPNOTSUPP, -EIO or -ETIMEDOUT, which rs_error() explains, or
 * as rs_balloon_set().
 */
int rs_balloon_resync(const char *device, uint64_t *bytes);

/*
 * Watching. The usual loop waits for rs_balloon_watch_fd() or some time,
 * whichever comes first, and then takes a sample: the descriptor tells of
 * state, size and target, while pressure and free memory change in silence.
 */

struct rs_balloon_watch;

/**
 * struct rs_balloon_sample - a device and its guest at one moment; grows at
 *	its end only
 * @time_ns: when, CLOCK_MONOTONIC
 * @state: what the driver is doing, a word of the attribute "state"
 * @mode: how it tells the host, a word of the attribute "mode" but "auto"
 * @target_bytes: the size that the host asks for
 * @actual_bytes: the size that the host was told
 * @held_bytes: what is held, that beyond the host's wish included
 * @units_2m: units of 2 MiB among it
 * @units_4k: pages of 4 KiB among it
 * @ram_bytes: what the guest has when the balloon is empty
 * @available_bytes: MemAvailable: what the guest could still use
 * @has_pressure: the kernel keeps pressure stall information; if not the
 *	members below are 0
 * @some_avg10: share of the last 10 s, in percent, in which some task waited
 *	for memory
 * @full_avg10: the same for all tasks at once
 * @some_us: microseconds since boot in which some task waited for memory
 * @full_us: the same for all tasks at once
 */
struct rs_balloon_sample {
	uint64_t time_ns;
	char state[16];
	char mode[16];
	uint64_t target_bytes;
	uint64_t actual_bytes;
	uint64_t held_bytes;
	uint64_t units_2m;
	uint64_t units_4k;
	uint64_t ram_bytes;
	uint64_t available_bytes;
	bool has_pressure;
	double some_avg10;
	double full_avg10;
	uint64_t some_us;
	uint64_t full_us;
};

/**
 * rs_balloon_watch_open() - begin to watch a device
 * @watch: receives the handle
 * @device: its name, or NULL
 *
 * Return: 0, -ENOMEM, or as rs_balloon_attributes().
 */
int rs_balloon_watch_open(struct rs_balloon_watch **watch, const char *device);

/**
 * rs_balloon_watch_fd() - what to poll(2) for POLLIN
 * @watch: the handle
 *
 * Return: a descriptor that is readable when state, size or target have
 * changed since the last sample. It belongs to the handle.
 */
int rs_balloon_watch_fd(const struct rs_balloon_watch *watch);

/**
 * rs_balloon_watch_sample() - look at the device now
 * @watch: the handle
 * @sample: receives a pointer to what is seen, good until the next call with
 *	the same handle
 *
 * Return: 0, -ENODEV when the device or its driver has gone, or another
 * -errno of reading.
 */
int rs_balloon_watch_sample(struct rs_balloon_watch *watch,
			    const struct rs_balloon_sample **sample);

/**
 * rs_balloon_watch_close() - free the handle
 * @watch: the handle, or NULL
 */
void rs_balloon_watch_close(struct rs_balloon_watch *watch);

#ifdef __cplusplus
}
#endif

#endif /* RINGSIDE_BALLOON_H */
