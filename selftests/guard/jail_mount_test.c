// SPDX-License-Identifier: GPL-2.0-only
/*
 * Can a root in a jail get at files outside by mounts, mount namespaces or
 * handles?
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/fanotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jail_test.h"

/* Not in bookworm's headers. */
#ifndef SYS_statmount
#define SYS_statmount	457
#define SYS_listmount	458
#endif

static int esc_handle(void)
{
	union {
		struct file_handle head;
		char space[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} handle = { .head.handle_bytes = MAX_HANDLE_SZ };
	int root = open("/", O_RDONLY | O_DIRECTORY);
	int id;

	if (name_to_handle_at(AT_FDCWD, "/file", &handle.head, &id, 0))
		return errno;
	return result_fd(open_by_handle_at(root, &handle.head, O_RDONLY));
}

static int esc_mount_tmpfs(void)
{
	mkdir("/tmp/m", 0700);
	if (mount("tmpfs", "/tmp/m", "tmpfs", 0, NULL))
		return errno;
	return result(umount("/tmp/m"));
}

static int esc_mount_bind(void)
{
	mkdir("/tmp/m", 0700);
	if (mount("/proc", "/tmp/m", NULL, MS_BIND, NULL))
		return errno;
	return result(umount("/tmp/m"));
}

static int esc_remount(void)
{
	return result(mount(NULL, "/proc", NULL, MS_REMOUNT | MS_BIND, NULL));
}

static int esc_umount(void)
{
	if (umount2("/sys", MNT_DETACH))
		return errno;
	return result(mount("sysfs", "/sys", "sysfs", 0, NULL));
}

static int esc_fsopen(void)
{
	return result_fd(syscall(SYS_fsopen, "proc", 0));
}

static int esc_fspick(void)
{
	return result_fd(syscall(SYS_fspick, AT_FDCWD, "/proc", 0));
}

/* A file system that is never attached anywhere, used by its descriptor. */
static int esc_fsmount(void)
{
	int fs = syscall(SYS_fsopen, "tmpfs", 0);

	if (fs < 0)
		return errno;
	if (syscall(SYS_fsconfig, fs, 6 /* CMD_CREATE */, NULL, NULL, 0))
		return errno;
	return result_fd(syscall(SYS_fsmount, fs, 0, 0));
}

static int esc_open_tree(void)
{
	return result_fd(syscall(SYS_open_tree, AT_FDCWD, "/proc",
				 1 /* OPEN_TREE_CLONE */ | O_CLOEXEC));
}

static int esc_move_mount(void)
{
	int error;

	mkdir("/tmp/m", 0700);
	error = result(syscall(SYS_move_mount, AT_FDCWD, "/sys", AT_FDCWD,
			       "/tmp/m", 0));
	if (!error)
		syscall(SYS_move_mount, AT_FDCWD, "/tmp/m", AT_FDCWD, "/sys",
			0);
	return error;
}

static int esc_mount_setattr(void)
{
	struct {
		unsigned long long set, clr, propagation, userns;
	} attr = { .set = 8 /* MOUNT_ATTR_NOEXEC */ };

	return result(syscall(SYS_mount_setattr, AT_FDCWD, "/sys", 0, &attr,
			      sizeof(attr)));
}

/* The old root must be a mount, so the attacker makes it one first. */
static int new_root(void)
{
	mkdir("/tmp/n", 0700);
	mkdir("/tmp/p", 0700);
	if (mount("/", "/tmp/n", NULL, MS_BIND, NULL) || chroot("/tmp/n") ||
	    chdir("/") || mount("/tmp/p", "/tmp/p", NULL, MS_BIND, NULL))
		return errno;
	mkdir("/tmp/p/old", 0700);
	return result(syscall(SYS_pivot_root, "/tmp/p", "/tmp/p/old"));
}

static int esc_pivot(void)
{
	int error = result(unshare(CLONE_NEWNS));

	return error ?: new_root();
}

static int esc_unshare_mounts(void)
{
	return result(unshare(CLONE_NEWNS));
}

static int esc_setns_mounts(void)
{
	int fd = open("/proc/self/ns/mnt", O_RDONLY);

	if (fd < 0)
		return errno;
	if (setns(fd, CLONE_NEWNS))
		return errno;
	return reads_secret(AT_FDCWD, BASE "/secret");
}

static int esc_listmount(void)
{
	unsigned long long request[4] = { 24, 0xffffffffffffffffULL };
	unsigned long long ids[64];
	long ret = syscall(SYS_listmount, request, ids, 64UL, 0);

	if (ret < 0)
		return errno == ENOSYS ? NOT_HERE : errno;
	return 0;
}

/* Events of the whole file system come with descriptors of its files. */
static int esc_fanotify(void)
{
	struct fanotify_event_metadata event;
	int fd = fanotify_init(FAN_CLASS_NOTIF, O_RDONLY);
	int error;

	if (fd < 0)
		return errno;
	if (fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_OPEN,
			  AT_FDCWD, "/file"))
		return errno;
	jail_ask(ASK_TOUCH, NULL);
	if (read(fd, &event, sizeof(event)) < 0)
		return errno;
	error = event.fd < 0 ? EBADF : 0;
	close(event.fd);
	return error;
}

/* --- Controls --- */

static int own_open_tree(void)
{
	return result_fd(syscall(SYS_open_tree, AT_FDCWD, "/proc", O_CLOEXEC));
}

static int own_handle(void)
{
	union {
		struct file_handle head;
		char space[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} handle = { .head.handle_bytes = MAX_HANDLE_SZ };
	int id;

	return result(name_to_handle_at(AT_FDCWD, "/file", &handle.head, &id,
					0));
}

static int own_statfs(void)
{
	struct statfs st;

	return result(statfs("/", &st));
}

static const struct jail_case cases[] = {
	ATTACK(esc_handle, EPERM),
	ATTACK(esc_mount_tmpfs, EPERM),
	ATTACK(esc_mount_bind, EPERM),
	ATTACK(esc_remount, EPERM),
	ATTACK(esc_umount, EPERM),
	ATTACK(esc_fsopen, EPERM),
	ATTACK(esc_fspick, EPERM),
	ATTACK(esc_fsmount, EPERM),
	ATTACK(esc_open_tree, EPERM),
	ATTACK(esc_move_mount, EPERM),
	ATTACK(esc_mount_setattr, EPERM),
	ATTACK(esc_pivot, EPERM),
	ATTACK(esc_unshare_mounts, EPERM),
	ATTACK(esc_setns_mounts, EPERM),
	ATTACK(esc_listmount, EPERM),
	ATTACK(esc_fanotify, EPERM),
	CONTROL(own_open_tree),
	CONTROL(own_handle),
	CONTROL(own_statfs),
};

JAIL_MAIN(cases)
