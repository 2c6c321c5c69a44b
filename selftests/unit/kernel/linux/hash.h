/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_LINUX_HASH_H
#define UNIT_LINUX_HASH_H

static inline unsigned int hash_long(unsigned long val, unsigned int bits)
{
	return val * 0x61c8864680b583ebUL >> (64 - bits);
}

#endif /* UNIT_LINUX_HASH_H */
