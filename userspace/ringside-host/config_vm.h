/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files config*.c share among themselves.
 */
#ifndef RSH_CONFIG_VM_H
#define RSH_CONFIG_VM_H

#include "config.h"

/**
 * rsh_config_fail() - remember what is wrong
 * @c: its error is replaced
 * @error: positive errno
 * @fmt: as of printf()
 *
 * Return: -@error.
 */
__attribute__((format(printf, 3, 4)))
int rsh_config_fail(struct rsh_config *c, int error, const char *fmt, ...);

/**
 * rsh_config_vm_add() - one more VM, with the default limits
 * @c: where it goes
 * @name: its name, or "*"
 *
 * Return: 0, -EINVAL for no name, -EEXIST if the name is taken, -ENOMEM.
 */
int rsh_config_vm_add(struct rsh_config *c, const char *name);

/**
 * rsh_config_vm_set() - one setting of the VM that was added last
 * @c: has at least one VM
 * @key: socket, min, max, shares or observe
 * @value: as text
 *
 * Return: 0, -ENOENT if there is no such setting, -EINVAL for a wrong value,
 *	-ENOMEM.
 */
int rsh_config_vm_set(struct rsh_config *c, const char *key, const char *value);

#endif /* RSH_CONFIG_VM_H */
