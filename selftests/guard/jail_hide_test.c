// SPDX-License-Identifier: GPL-2.0-only
/*
 * Can a root in a jail see processes outside, or do anything to them by their
 * number?
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/capability.h>
#include <linux/ioprio.h>
#include <linux/kcmp.h>
#include <linux/perf_event.h>

#include "jail_test.h"

static char *victim_path(const char *file)
{
	static char path[64];

	snprintf(path, sizeof(path), "/proc/%d%s", stage.victim, file);
	return path;
}

/* Is there an entry called @nr in @dir? 0 or ENOENT. */
static int lists(const char *dir, pid_t nr)
{
	int error = ENOENT;
	struct dirent *entry;
	DIR *d = opendir(dir);

	if (!d)
		return errno;
	while ((entry = readdir(d)))
		if (atoi(entry->d_name) == nr)
			error = 0;
	closedir(d);
	return error;
}

static int reads_file(const char *path)
{
	char text[64];
	int fd = open(path, O_RDONLY);
	int error;

	if (fd < 0)
		return errno;
	error = result(read(fd, text, sizeof(text)));
	close(fd);
	return error;
}

/* --- /proc --- */

static int hide_readdir(void)
{
	return lists("/proc", stage.victim);
}

static int hide_stat(void)
{
	struct stat st;

	return result(stat(victim_path(""), &st));
}

static int hide_cmdline(void)
{
	return reads_file(victim_path("/cmdline"));
}

static int hide_status(void)
{
	return reads_file(victim_path("/status"));
}

static int hide_thread(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/comm", stage.victim_tid);
	return reads_file(path);
}

static int hide_environ(void)
{
	return reads_file(victim_path("/environ"));
}

static int hide_fdinfo(void)
{
	return reads_file(victim_path("/fdinfo/0"));
}

static int hide_task_dir(void)
{
	return lists(victim_path("/task"), stage.victim);
}

static int hide_proc_root(void)
{
	return reads_secret(AT_FDCWD, victim_path("/root" BASE "/secret"));
}

static int hide_proc_cwd(void)
{
	int fd = open(victim_path("/cwd"), O_RDONLY | O_DIRECTORY);

	return result_fd(fd);
}

/* The directory was opened before the jail; so it is by a process in it. */
static int hide_leaked_proc(void)
{
	int fd = openat(stage.leaked_proc, "status", O_RDONLY);

	return result_fd(fd);
}

/* --- Signals and tracing --- */

static int hide_kill(void)
{
	return result(kill(stage.victim, 0));
}

static int hide_kill_signal(void)
{
	return result(kill(stage.victim, SIGUSR1));
}

static int hide_kill_group(void)
{
	return result(kill(-stage.victim, SIGUSR1));
}

static int hide_tgkill(void)
{
	return result(syscall(SYS_tgkill, stage.victim, stage.victim_tid, 0));
}

static int hide_tkill(void)
{
	return result(syscall(SYS_tkill, stage.victim_tid, 0));
}

static int hide_sigqueue(void)
{
	return result(sigqueue(stage.victim, SIGUSR1, (union sigval){}));
}

static int hide_kill_i386(void)
{
	long ret;

	asm volatile("int $0x80" : "=a"(ret) : "0"(37), "b"(stage.victim),
		     "c"(0) : "r8", "r9", "r10", "r11", "memory");
	return -(int)ret;
}

/* A signal for I/O, ordered by somebody who may not send one. */
static int hide_sigio(void)
{
	int fds[2];

	if (pipe(fds))
		return errno;
	return result(fcntl(fds[0], F_SETOWN, stage.victim));
}

static int hide_pidfd(void)
{
	return result_fd(syscall(SYS_pidfd_open, stage.victim, 0));
}

static int hide_ptrace(void)
{
	int status;

	if (ptrace(PTRACE_ATTACH, stage.victim, 0, 0))
		return errno;
	waitpid(stage.victim, &status, __WALL);
	ptrace(PTRACE_DETACH, stage.victim, 0, 0);
	return 0;
}

static int hide_ptrace_seize(void)
{
	if (ptrace(PTRACE_SEIZE, stage.victim, 0, 0))
		return errno;
	ptrace(PTRACE_INTERRUPT, stage.victim, 0, 0);
	waitpid(stage.victim, NULL, __WALL);
	ptrace(PTRACE_DETACH, stage.victim, 0, 0);
	return 0;
}

static int hide_vm_read(void)
{
	char text[sizeof(SECRET)] = "";
	struct iovec to = { text, sizeof(text) };
	struct iovec from = { (void *)stage.word, sizeof(text) };

	if (process_vm_readv(stage.victim, &to, 1, &from, 1, 0) < 0)
		return errno;
	return strcmp(text, SECRET) ? EBADMSG : 0;
}

static int hide_vm_write(void)
{
	char text[] = SECRET;
	struct iovec from = { text, sizeof(text) };
	struct iovec to = { (void *)stage.word, sizeof(text) };

	return result(process_vm_writev(stage.victim, &from, 1, &to, 1, 0));
}

static int hide_mem_file(void)
{
	return result_fd(open(victim_path("/mem"), O_RDWR));
}

static int hide_kcmp(void)
{
	return result(syscall(SYS_kcmp, getpid(), stage.victim, KCMP_FS, 0, 0));
}

static int hide_perf(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
		.config = PERF_COUNT_SW_PAGE_FAULTS,
	};

	return result_fd(syscall(SYS_perf_event_open, &attr, stage.victim, -1,
				 -1, 0));
}

/* --- Identity, scheduling and limits --- */

static int hide_getpgid(void)
{
	return result(getpgid(stage.victim));
}

static int hide_getsid(void)
{
	return result(getsid(stage.victim));
}

static int hide_getaffinity(void)
{
	cpu_set_t set;

	return result(sched_getaffinity(stage.victim, sizeof(set), &set));
}

static int hide_setaffinity(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	return result(sched_setaffinity(stage.victim, sizeof(set), &set));
}

static int hide_getscheduler(void)
{
	return result(sched_getscheduler(stage.victim));
}

static int hide_setscheduler(void)
{
	struct sched_param param = {};

	return result(sched_setscheduler(stage.victim, SCHED_BATCH, &param));
}

static int hide_setpriority(void)
{
	return result(setpriority(PRIO_PROCESS, stage.victim, 5));
}

/* Everybody who runs as root. */
static int hide_setpriority_user(void)
{
	return result(setpriority(PRIO_USER, 0, 0));
}

static int hide_getpriority(void)
{
	errno = 0;
	getpriority(PRIO_PROCESS, stage.victim);
	return errno;
}

static int hide_ioprio(void)
{
	return result(syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, stage.victim,
			      IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 7)));
}

static int hide_prlimit(void)
{
	struct rlimit limit;

	return result(prlimit(stage.victim, RLIMIT_NOFILE, NULL, &limit));
}

static int hide_capget(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3, .pid = stage.victim,
	};
	struct __user_cap_data_struct data[2];

	return result(syscall(SYS_capget, &head, data));
}

static int hide_robust_list(void)
{
	size_t len;
	void *head;

	return result(syscall(SYS_get_robust_list, stage.victim, &head, &len));
}

static int hide_move_pages(void)
{
	void *page = (void *)(stage.word & ~4095UL);
	int status;

	return result(syscall(SYS_move_pages, stage.victim, 1UL, &page, NULL,
			      &status, 0));
}

/* --- Controls: the same among the jail's own --- */

static pid_t start_child(void)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	return pid;
}

static int end_child(pid_t pid, int error)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return error;
}

static int own_listed(void)
{
	pid_t pid = start_child();

	return end_child(pid, lists("/proc", pid));
}

static int own_proc_self(void)
{
	char link[64];
	int error = reads_file("/proc/self/status");

	if (!error)
		error = reads_file("/proc/self/environ");
	if (!error)
		error = reads_file("/proc/thread-self/comm");
	return error ?: result(readlink("/proc/self/exe", link, sizeof(link)));
}

static int own_child_proc(void)
{
	pid_t pid = start_child();
	char path[64];
	int error;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	error = reads_file(path);
	snprintf(path, sizeof(path), "/proc/%d/root/file", pid);
	return end_child(pid, error ?: reads_file(path));
}

static int own_kill(void)
{
	pid_t pid = start_child();
	int status;

	if (kill(pid, SIGTERM) || waitpid(pid, &status, 0) != pid)
		return end_child(pid, errno);
	return WIFSIGNALED(status) ? 0 : EBADMSG;
}

static int own_group_kill(void)
{
	pid_t pid = start_child();

	setpgid(pid, pid);
	return end_child(pid, result(kill(-pid, SIGTERM)));
}

static int own_missing(void)
{
	return kill(0x3ffff0, 0) && errno == ESRCH ? 0 : EBADMSG;
}

static int own_pidfd(void)
{
	pid_t pid = start_child();
	int fd = syscall(SYS_pidfd_open, pid, 0);
	int error = fd < 0 ? errno :
		    result(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0));

	return end_child(pid, error);
}

static int own_ptrace(void)
{
	pid_t pid = start_child();
	int error = result(ptrace(PTRACE_ATTACH, pid, 0, 0));

	if (!error) {
		waitpid(pid, NULL, __WALL);
		error = result(ptrace(PTRACE_DETACH, pid, 0, 0));
	}
	return end_child(pid, error);
}

static int own_vm_read(void)
{
	static char text[] = "mine", copy[sizeof(text)];
	struct iovec to = { copy, sizeof(copy) }, from = { text, sizeof(text) };
	pid_t pid = start_child();
	long ret = process_vm_readv(pid, &to, 1, &from, 1, 0);

	return end_child(pid, ret < 0 ? errno : strcmp(copy, text));
}

static int own_scheduling(void)
{
	pid_t pid = start_child();
	struct sched_param param = {};
	cpu_set_t set;
	int error = 0;

	if (sched_getaffinity(pid, sizeof(set), &set) ||
	    sched_setaffinity(pid, sizeof(set), &set) ||
	    sched_setscheduler(pid, SCHED_BATCH, &param) ||
	    setpriority(PRIO_PROCESS, pid, 5) || getpgid(pid) < 0 ||
	    getsid(pid) < 0 || setpgid(pid, pid))
		error = errno;
	return end_child(pid, error);
}

static int own_self_by_zero(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) || getpgid(0) < 0 ||
	    getsid(0) < 0 || kill(0, 0))
		return errno;
	return 0;
}

static int own_prlimit(void)
{
	pid_t pid = start_child();
	struct rlimit limit;

	return end_child(pid, result(prlimit(pid, RLIMIT_NOFILE, NULL,
					     &limit)));
}

static const struct jail_case cases[] = {
	ATTACK(hide_readdir, ENOENT),
	ATTACK(hide_stat, ENOENT),
	ATTACK(hide_cmdline, ENOENT),
	ATTACK(hide_status, ENOENT),
	ATTACK(hide_thread, ENOENT),
	ATTACK(hide_environ, ENOENT),
	ATTACK(hide_fdinfo, ENOENT),
	ATTACK(hide_task_dir, ENOENT),
	ATTACK(hide_proc_root, ENOENT),
	ATTACK(hide_proc_cwd, ENOENT),
	ATTACK(hide_leaked_proc, EBADF),
	ATTACK(hide_kill, ESRCH),
	ATTACK(hide_kill_signal, ESRCH),
	ATTACK(hide_kill_group, ESRCH),
	ATTACK(hide_tgkill, ESRCH),
	ATTACK(hide_tkill, ESRCH),
	ATTACK(hide_sigqueue, ESRCH),
	ATTACK(hide_kill_i386, ESRCH),
	ATTACK(hide_sigio, ESRCH),
	ATTACK(hide_pidfd, ESRCH),
	ATTACK(hide_ptrace, ESRCH),
	ATTACK(hide_ptrace_seize, ESRCH),
	ATTACK(hide_vm_read, ESRCH),
	ATTACK(hide_vm_write, ESRCH),
	ATTACK(hide_mem_file, ENOENT),
	ATTACK(hide_kcmp, ESRCH),
	ATTACK(hide_perf, ESRCH),
	ATTACK(hide_getpgid, ESRCH),
	ATTACK(hide_getsid, ESRCH),
	ATTACK(hide_getaffinity, ESRCH),
	ATTACK(hide_setaffinity, ESRCH),
	ATTACK(hide_getscheduler, ESRCH),
	ATTACK(hide_setscheduler, ESRCH),
	ATTACK(hide_setpriority, ESRCH),
	ATTACK(hide_setpriority_user, EPERM),
	ATTACK(hide_getpriority, ESRCH),
	ATTACK(hide_ioprio, ESRCH),
	ATTACK(hide_prlimit, ESRCH),
	ATTACK(hide_capget, ESRCH),
	ATTACK(hide_robust_list, ESRCH),
	ATTACK(hide_move_pages, ESRCH),
	CONTROL(own_listed),
	CONTROL(own_proc_self),
	CONTROL(own_child_proc),
	CONTROL(own_kill),
	CONTROL(own_group_kill),
	CONTROL(own_missing),
	CONTROL(own_pidfd),
	CONTROL(own_ptrace),
	CONTROL(own_vm_read),
	CONTROL(own_scheduling),
	CONTROL(own_self_by_zero),
	CONTROL(own_prlimit),
};

JAIL_MAIN(cases)
