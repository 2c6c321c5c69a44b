// SPDX-License-Identifier: GPL-2.0-only
/*
 * Can a root in a jail reach files outside, through directories and
 * descriptors, or leave files behind that give power outside?
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <linux/capability.h>

#include "jail_test.h"

/* --- Out through directories --- */

static int esc_double_chroot(void)
{
	mkdir("/tmp/x", 0700);
	if (chroot("/tmp/x"))
		return errno;
	return climb();
}

static int esc_chroot_i386(void)
{
	static char low[] = "/tmp/x";
	char *path = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	int ret;

	if (path == MAP_FAILED)
		return errno;
	memcpy(path, low, sizeof(low));
	mkdir(low, 0700);
	asm volatile("int $0x80" : "=a"(ret) : "0"(61), "b"(path)
		     : "r8", "r9", "r10", "r11", "memory");
	return ret ? -ret : climb();
}

static int esc_fchdir(void)
{
	if (fchdir(stage.leaked))
		return errno;
	return reads_secret(AT_FDCWD, "secret");
}

static int esc_openat(void)
{
	return reads_secret(stage.leaked, "secret");
}

static int esc_openat_up(void)
{
	return reads_secret(stage.leaked, "../rsg-jail/secret");
}

struct open_how_arg {
	unsigned long long flags, mode, resolve;
};

static int esc_openat2(void)
{
	struct open_how_arg how = { .flags = O_RDONLY };

	return result_fd(syscall(SYS_openat2, stage.leaked, "secret", &how,
				 sizeof(how)));
}

static int esc_fstatat(void)
{
	struct stat st;

	return result(fstatat(stage.leaked, "secret", &st, 0));
}

static int esc_statx(void)
{
	struct statx st;

	return result(statx(stage.leaked, "secret", 0, STATX_SIZE, &st));
}

static int esc_linkat(void)
{
	int error = result(linkat(stage.leaked, "secret", AT_FDCWD,
				  "/tmp/linked", 0));

	unlink("/tmp/linked");
	return error;
}

static int esc_mkdirat(void)
{
	int error = result(mkdirat(stage.leaked, "made", 0700));

	unlinkat(stage.leaked, "made", AT_REMOVEDIR);
	return error;
}

static int esc_renameat(void)
{
	int error = result(renameat(stage.leaked, "secret", stage.leaked,
				    "moved-secret"));

	renameat(stage.leaked, "moved-secret", stage.leaked, "secret");
	return error;
}

static int esc_unlinkat(void)
{
	int fd = openat(stage.leaked, "victim", O_CREAT | O_WRONLY, 0600);

	if (fd < 0)
		return errno;
	close(fd);
	return result(unlinkat(stage.leaked, "victim", 0));
}

static int esc_faccessat(void)
{
	return result(faccessat(stage.leaked, "secret", R_OK, 0));
}

static int esc_execveat(void)
{
	char *argv[] = { "true", NULL };

	syscall(SYS_execveat, stage.leaked, "root/self-not-there", argv, argv,
		0);
	/* It looked for the file: the name is what is missing. */
	return errno == ENOENT ? 0 : errno;
}

static int esc_proc_self_fd(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d/secret", stage.leaked);
	return reads_secret(AT_FDCWD, path);
}

static int esc_inotify(void)
{
	int fd = inotify_init1(0);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", stage.leaked);
	return result(inotify_add_watch(fd, path, IN_ALL_EVENTS));
}

static int esc_rename_cwd(void)
{
	int error;

	if (mkdir("/moved/inner", 0700) && errno != EEXIST)
		return errno;
	if (chdir("/moved/inner"))
		return errno;
	error = jail_ask(ASK_RENAME, NULL);
	if (error)
		return error;
	error = climb();
	jail_ask(ASK_RETURN, NULL);
	return error;
}

static int esc_scm_rights(void)
{
	int fd, error;

	error = jail_ask(ASK_SEND_DIR, &fd);
	return error ?: reads_secret(fd, "secret");
}

/* --- Files that give power --- */

static int esc_mknod_device(void)
{
	static char record[8192];
	int fd, error;

	unlink("/tmp/kmsg");
	if (mknod("/tmp/kmsg", S_IFCHR | 0600, makedev(1, 11)))
		return errno;
	fd = open("/tmp/kmsg", O_RDONLY | O_NONBLOCK);
	error = fd < 0 ? errno : result(read(fd, record, sizeof(record)));
	close(fd);
	unlink("/tmp/kmsg");
	return error;
}

static int esc_mknod_disk(void)
{
	int error = result(mknod("/tmp/disk", S_IFBLK | 0600, makedev(7, 0)));

	unlink("/tmp/disk");
	return error;
}

/* Did a call that returned @ret leave a file with more rights than its user? */
static int gives_rights(long ret, const char *path, mode_t bit)
{
	int error = result(ret);
	struct stat st;

	if (!error && (stat(path, &st) || !(st.st_mode & bit)))
		error = EBADMSG;
	unlink(path);
	return error;
}

static int esc_suid_chmod(void)
{
	close(open("/tmp/su", O_CREAT | O_RDWR, 0755));
	return gives_rights(chmod("/tmp/su", 04755), "/tmp/su", S_ISUID);
}

static int esc_sgid_fchmod(void)
{
	int fd = open("/tmp/su", O_CREAT | O_RDWR, 0755);

	return gives_rights(fchmod(fd, 02755), "/tmp/su", S_ISGID);
}

static int esc_suid_create(void)
{
	int fd = open("/tmp/su", O_CREAT | O_EXCL | O_RDWR, 04755);

	return gives_rights(fd, "/tmp/su", S_ISUID);
}

static int esc_suid_mknod(void)
{
	return gives_rights(mknod("/tmp/su", S_IFREG | 04755, 0), "/tmp/su",
			    S_ISUID);
}

static int esc_suid_tmpfile(void)
{
	int fd = open("/tmp", O_TMPFILE | O_RDWR, 04755);
	struct stat st;

	if (fd < 0)
		return errno;
	return fstat(fd, &st) || !(st.st_mode & S_ISUID) ? EBADMSG : 0;
}

static int esc_file_caps(void)
{
	struct vfs_cap_data caps = {
		.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
		.data[0].permitted = 1 << CAP_DAC_OVERRIDE,
	};
	int error;

	close(open("/tmp/caps", O_CREAT | O_RDWR, 0755));
	error = result(setxattr("/tmp/caps", "security.capability", &caps,
				sizeof(caps), 0));
	unlink("/tmp/caps");
	return error;
}

/* --- Controls --- */

static int own_files(void)
{
	int error = put_file("/file", "inside");
	struct stat st;

	if (!error)
		error = result(mkdir("/tmp/d", 0755));
	if (!error)
		error = result(rename("/tmp/d", "/tmp/e"));
	if (!error)
		error = result(chdir("/tmp/e"));
	if (!error)
		error = result(chdir(".."));
	if (!error)
		error = result(rmdir("/tmp/e"));
	return error ?: result(stat("/file", &st));
}

static int own_chroot_here(void)
{
	return result(chroot("/"));
}

static int own_fchdir(void)
{
	int fd = open("/tmp", O_RDONLY | O_DIRECTORY);

	return fd < 0 ? errno : result(fchdir(fd));
}

static int own_openat(void)
{
	int dir = open("/", O_RDONLY | O_DIRECTORY);
	struct stat st;

	if (dir < 0 || fstatat(dir, "file", &st, 0))
		return errno;
	return result_fd(openat(dir, "file", O_RDONLY));
}

static int own_openat_file(void)
{
	struct stat st;
	int fd = open("/file", O_RDONLY);

	return fd < 0 ? errno : result(fstatat(fd, "", &st, AT_EMPTY_PATH));
}

static int own_openat_proc(void)
{
	int dir = open("/proc/self", O_RDONLY | O_DIRECTORY);

	return dir < 0 ? errno : result_fd(openat(dir, "status", O_RDONLY));
}

static int own_nodes(void)
{
	int error = result(mkfifo("/tmp/fifo", 0600));

	if (!error)
		error = result(mknod("/tmp/plain", S_IFREG | 0644, 0));
	if (!error)
		error = result(mknod("/tmp/white", S_IFCHR, 0));
	unlink("/tmp/fifo");
	unlink("/tmp/plain");
	unlink("/tmp/white");
	return error;
}

static int own_chmod(void)
{
	int error = result(chmod("/file", 0600));

	if (!error)
		error = result(chmod("/file", 0644));
	if (!error)
		error = result(mkdir("/tmp/shared", 0755));
	if (!error)
		error = result(chmod("/tmp/shared", 02775));
	rmdir("/tmp/shared");
	return error;
}

static int own_xattr(void)
{
	int error = result(setxattr("/file", "trusted.mark", "x", 1, 0));

	return error ?: result(removexattr("/file", "trusted.mark"));
}

static int own_tmpfile(void)
{
	return result_fd(open("/tmp", O_TMPFILE | O_RDWR, 0600));
}

static int own_rename_from_outside(void)
{
	if (mkdir("/moved/inner", 0700) && errno != EEXIST)
		return errno;
	if (chdir("/moved/inner"))
		return errno;
	return jail_ask(ASK_RENAME_IN, NULL);
}

static int own_receive_file(void)
{
	int fd, error;

	error = jail_ask(ASK_SEND_FILE, &fd);
	return error ?: result_fd(fd < 0 ? (errno = EBADF, -1) : fd);
}

static int own_inotify(void)
{
	int fd = inotify_init1(0);

	return result(inotify_add_watch(fd, "/tmp", IN_ALL_EVENTS));
}

static int run_self(void)
{
	char *argv[] = { "self", "exit", NULL };

	execv("/self", argv);
	return errno;
}

static int own_exec(void)
{
	return in_child(run_self);
}

static int run_memfd(void)
{
	char *argv[] = { "self", "exit", NULL }, *envp[] = { NULL };
	char buf[4096];
	ssize_t len;
	int in = open("/self", O_RDONLY), fd = memfd_create("copy", 0);

	if (in < 0 || fd < 0)
		return errno;
	while ((len = read(in, buf, sizeof(buf))) > 0)
		if (write(fd, buf, len) != len)
			return errno;
	fexecve(fd, argv, envp);
	return errno;
}

static int own_memfd_exec(void)
{
	return in_child(run_memfd);
}

static const struct jail_case cases[] = {
	ATTACK(esc_double_chroot, EPERM),
	ATTACK(esc_chroot_i386, EPERM),
	ATTACK(esc_fchdir, EBADF),
	ATTACK(esc_openat, EBADF),
	ATTACK(esc_openat_up, EBADF),
	ATTACK(esc_openat2, EBADF),
	ATTACK(esc_fstatat, EBADF),
	ATTACK(esc_statx, EBADF),
	ATTACK(esc_linkat, EBADF),
	ATTACK(esc_mkdirat, EBADF),
	ATTACK(esc_renameat, EBADF),
	ATTACK(esc_unlinkat, EBADF),
	ATTACK(esc_faccessat, EBADF),
	ATTACK(esc_execveat, EBADF),
	ATTACK(esc_proc_self_fd, EPERM),
	ATTACK(esc_inotify, EPERM),
	ATTACK(esc_rename_cwd, EBUSY),
	ATTACK(esc_scm_rights, EBADF),
	ATTACK(esc_mknod_device, EPERM),
	ATTACK(esc_mknod_disk, EPERM),
	ATTACK(esc_suid_chmod, EPERM),
	ATTACK(esc_sgid_fchmod, EPERM),
	ATTACK(esc_suid_create, EPERM),
	ATTACK(esc_suid_mknod, EPERM),
	ATTACK(esc_suid_tmpfile, EPERM),
	ATTACK(esc_file_caps, EPERM),
	CONTROL(own_files),
	CONTROL(own_chroot_here),
	CONTROL(own_fchdir),
	CONTROL(own_openat),
	CONTROL(own_openat_file),
	CONTROL(own_openat_proc),
	CONTROL(own_nodes),
	CONTROL(own_chmod),
	CONTROL(own_xattr),
	CONTROL(own_tmpfile),
	CONTROL(own_rename_from_outside),
	CONTROL(own_receive_file),
	CONTROL(own_inotify),
	CONTROL(own_exec),
	CONTROL(own_memfd_exec),
};

JAIL_MAIN(cases)
