/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Layout of the mark in thread_info.syscall_work; mark.c explains it.
 *
 *   63    60..62   48..59   32..47         0..31
 *   zero  tag      set's id its generation the kernel's
 */
#ifndef _RSG_MARK_H
#define _RSG_MARK_H

#define RSG_MARK_SHIFT	48
#define RSG_MARK_TAG	0x5000UL
#define RSG_MARK_ID	0x0fffUL
#define RSG_MARK_LOW	32

#endif /* _RSG_MARK_H */
