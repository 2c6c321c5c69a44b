/* SPDX-License-Identifier: GPL-2.0-only */
/* The verbs of "ringside balloon", and what they share. */
#ifndef RINGSIDE_CMD_BALLOON_H
#define RINGSIDE_CMD_BALLOON_H

#include <stdbool.h>
#include "ringside.h"

/**
 * balloon_is_device() - can this operand only be a device
 * @operand: the operand
 *
 * Names of virtio devices are made by the kernel: "virtio" and a number. So
 * "mode virtio2" shows the mode, and a misspelt mode is none of a device.
 */
bool balloon_is_device(const char *operand);

/**
 * balloon_operand() - find the device that the last operand may name
 * @argc: number of operands
 * @argv: the operands
 * @at: where the name stands, if it does
 * @balloon: receives the device
 *
 * Return: an exit code, EXIT_OK to go on.
 */
int balloon_operand(int argc, char **argv, int at, struct rs_balloon *balloon);

/**
 * balloon_show_attribute() - print one attribute if the driver has it
 * @balloon: the device
 * @attr: the attribute
 *
 * Return: 0 or what the library returned.
 */
int balloon_show_attribute(const struct rs_balloon *balloon, const char *attr);

/** balloon_show_each() - print an attribute, for rs_balloon_attributes() */
int balloon_show_each(const char *attr, const char *val, void *arg);

int balloon_mode(int argc, char **argv);
int balloon_floor(int argc, char **argv);
int balloon_tune(int argc, char **argv);
int balloon_watch(int argc, char **argv);

#endif /* RINGSIDE_CMD_BALLOON_H */
