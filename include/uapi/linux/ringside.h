/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * What the devices of the Ringside suite have in common: the ioctl magic, the
 * rules of every ioctl structure and the meaning of every errno.
 *
 * Rules
 *   - The first member of each structure is __u32 size: the caller sets it to
 *     sizeof() the structure it was compiled with. A kernel side that knows a
 *     longer structure takes the missing tail as zero; one that knows a
 *     shorter structure accepts the call only if the tail is zero. Structures
 *     grow at their end and never shrink.
 *   - Unused bits and reserved members must be zero.
 *   - Programs test the feature bits of GET_INFO, never the kernel's release.
 *
 * Errors that mean the same for every ioctl
 *   ENOTTY  the device has no such ioctl
 *   EINVAL  size is smaller than the first version of the structure, a
 *           reserved member or an unknown bit is set, or a value is out of
 *           its documented range
 *   E2BIG   a tail that this kernel side does not know is not zero, or size
 *           exceeds one page
 *   EFAULT  the structure can not be read or written; what was done before
 *           that was found out has been undone
 *   EPERM   the caller lacks the capability that the call demands
 */
#ifndef _UAPI_LINUX_RINGSIDE_H
#define _UAPI_LINUX_RINGSIDE_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* One magic for the suite; each device has its own block of numbers. */
#define RS_IOC_MAGIC		0xBB
#define RS_IOC_GUARD_BASE	0x00
#define RS_IOC_TRACE_BASE	0x40

/* Length of the version string in struct rs_info, with its terminating NUL. */
#define RS_VERSION_LEN		32

/**
 * struct rs_info - what GET_INFO of every device answers
 * @size: sizeof(struct rs_info)
 * @abi: ABI level of the device; rises by one whenever an ioctl, a structure
 *	member or a flag is added. Nothing is ever removed.
 * @features: one bit for each optional ability, see the device's own header
 * @version: version of the module, NUL-terminated
 */
struct rs_info {
	__u32 size;
	__u32 abi;
	__u64 features;
	__u8 version[RS_VERSION_LEN];
};

#endif /* _UAPI_LINUX_RINGSIDE_H */
