// SPDX-License-Identifier: GPL-2.0-only
/*
 * Can a root in a jail change the machine, talk to the outside through System
 * V objects, abstract sockets and terminals, or leave its limits?
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <linux/ringside_guard.h>
#include <linux/sched.h>

#include "jail_test.h"

#define CORE_PATTERN	"/proc/sys/kernel/core_pattern"

/* --- The machine --- */

static int esc_module(void)
{
	int fd = open("/module.ko", O_RDONLY);

	if (fd < 0)
		return errno;
	if (syscall(SYS_finit_module, fd, "", 0))
		return errno;
	return result(syscall(SYS_delete_module, "rs_core_test", O_NONBLOCK));
}

static int esc_module_remove(void)
{
	syscall(SYS_delete_module, "not_there", O_NONBLOCK);
	return errno == ENOENT ? 0 : errno; /* it was looked for */
}

/* Nothing to load means: unload what is loaded. */
static int esc_kexec(void)
{
	return result(syscall(SYS_kexec_load, 0UL, 0UL, NULL, 0UL));
}

static int esc_reboot(void)
{
	return result(reboot(RB_DISABLE_CAD));
}

static int esc_bpf(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4,
		.max_entries = 1,
	};

	return result_fd(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)));
}

static int esc_uring(void)
{
	struct io_uring_params params = {};

	return result_fd(syscall(SYS_io_uring_setup, 1, &params));
}

static int esc_perf_cpu(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
	};

	return result_fd(syscall(SYS_perf_event_open, &attr, -1, 0, -1, 0));
}

static int esc_ports(void)
{
	return result(ioperm(0x80, 1, 1));
}

static int esc_port_level(void)
{
	return result(iopl(3));
}

static int esc_core_pattern(void)
{
	char was[128] = "";
	int fd = open(CORE_PATTERN, O_RDONLY);
	int error;

	if (fd < 0 || read(fd, was, sizeof(was) - 1) < 0)
		return errno;
	close(fd);
	error = put_file(CORE_PATTERN, "|/tmp/rsg-jail/root/self");
	if (!error)
		put_file(CORE_PATTERN, was);
	return error;
}

static int esc_sysctl(void)
{
	char was[16] = "";
	int fd = open("/proc/sys/vm/swappiness", O_RDWR);

	if (fd < 0 || read(fd, was, sizeof(was) - 1) < 0)
		return errno;
	return result(pwrite(fd, was, strlen(was), 0));
}

static int esc_uevent(void)
{
	return put_file("/sys/devices/virtual/mem/null/uevent", "change");
}

static int esc_sysrq(void)
{
	return put_file("/proc/sysrq-trigger", "h");
}

static int esc_kcore(void)
{
	return result_fd(open("/proc/kcore", O_RDONLY));
}

static int esc_syslog(void)
{
	char text[256];

	return result(klogctl(3, text, sizeof(text)));
}

static int esc_clock(void)
{
	struct timezone zone = {};
	struct timeval now;

	gettimeofday(&now, NULL);
	return result(settimeofday(NULL, &zone)) ?:
	       result(settimeofday(&now, NULL));
}

static int esc_hostname(void)
{
	struct utsname name;

	uname(&name);
	return result(sethostname(name.nodename, strlen(name.nodename)));
}

static int esc_swap(void)
{
	swapoff("/file");
	return errno == EINVAL ? 0 : errno; /* it was looked at */
}

static int esc_acct(void)
{
	int error = result(acct("/tmp/acct"));

	if (errno == ENOENT) {
		close(open("/tmp/acct", O_CREAT | O_RDWR, 0600));
		error = result(acct("/tmp/acct"));
	}
	acct(NULL);
	return error == ENOSYS ? NOT_HERE : error;
}

/* The device that the jail itself is ruled by. */
static int esc_guard(void)
{
	struct rs_info info = { .size = sizeof(info) };
	int fd = open("/dev/guard", O_RDWR);

	return fd < 0 ? errno : result(ioctl(fd, RSG_IOC_GET_INFO, &info));
}

/* --- Talking to the outside --- */

static int esc_shm(void)
{
	int id = shmget(SHM_KEY, 0, 0);
	const char *text;
	int error;

	if (id < 0)
		return errno;
	text = shmat(id, NULL, 0);
	if (text == (void *)-1)
		return errno;
	error = strcmp(text, SECRET) ? EBADMSG : 0;
	shmdt(text);
	return error;
}

static int esc_shm_by_id(void)
{
	const char *text = shmat(stage.shm, NULL, SHM_RDONLY);

	if (text == (void *)-1)
		return errno;
	return result(shmdt(text));
}

static int esc_shm_stat(void)
{
	struct shmid_ds ds;

	return result(shmctl(stage.shm, IPC_STAT, &ds));
}

static int esc_shm_set(void)
{
	struct shmid_ds ds = { .shm_perm.mode = 0600 };

	return result(shmctl(stage.shm, IPC_SET, &ds));
}

static int to_abstract(const char *name, int type)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type, 0);
	int error;

	memcpy(addr.sun_path + 1, name, strlen(name));
	error = result(connect(fd, (void *)&addr,
			       offsetof(struct sockaddr_un, sun_path) + 1 +
			       strlen(name)));
	close(fd);
	return error;
}

static int esc_abstract_stream(void)
{
	return to_abstract(ABSTRACT_STREAM, SOCK_STREAM);
}

static int esc_abstract_dgram(void)
{
	return to_abstract(ABSTRACT_DGRAM, SOCK_DGRAM);
}

/* Type into the terminal that the outside gave us. */
static int esc_tiocsti(void)
{
	return result(ioctl(stage.tty, TIOCSTI, "x"));
}

/* --- Limits --- */

static int esc_raise_limit(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_CORE, &limit);
	limit = (struct rlimit){ 4096, 4096 };
	if (setrlimit(RLIMIT_CORE, &limit))
		return errno;
	limit.rlim_max = RLIM_INFINITY;
	return result(setrlimit(RLIMIT_CORE, &limit));
}

static int esc_raise_limit_of_child(void)
{
	struct rlimit limit = { 4096, 4096 };
	pid_t pid = fork();
	int error;

	if (!pid)
		for (;;)
			pause();
	error = result(prlimit(pid, RLIMIT_CORE, &limit, NULL));
	limit.rlim_max = RLIM_INFINITY;
	if (!error)
		error = result(prlimit(pid, RLIMIT_CORE, &limit, NULL));
	kill(pid, 9);
	waitpid(pid, NULL, 0);
	return error;
}

static int esc_cgroup_leave(void)
{
	return put_file("/cg/cgroup.procs", "0");
}

static int esc_cgroup_make(void)
{
	int error = result(mkdir("/cg/rsg-made", 0755));

	rmdir("/cg/rsg-made");
	return error;
}

static int esc_clone_into_cgroup(void)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD,
	};
	pid_t pid;

	args.cgroup = open("/cg", O_RDONLY | O_DIRECTORY);
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		return errno;
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	return 0;
}

/* --- Controls --- */

static int own_shm(void)
{
	int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
	struct shmid_ds ds;
	void *p;

	if (id < 0)
		return errno;
	p = shmat(id, NULL, 0);
	if (p == (void *)-1)
		return errno;
	memset(p, 1, 4096);
	if (shmctl(id, IPC_STAT, &ds) || shmdt(p))
		return errno;
	return result(shmctl(id, IPC_RMID, NULL));
}

static int own_semaphore(void)
{
	struct sembuf up = { .sem_op = 1 };
	int id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);

	if (id < 0)
		return errno;
	return result(semop(id, &up, 1)) ?: result(semctl(id, 0, IPC_RMID));
}

static int own_messages(void)
{
	struct {
		long type;
		char text[4];
	} msg = { 1, "abc" };
	int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);

	if (id < 0)
		return errno;
	return result(msgsnd(id, &msg, 4, 0)) ?:
	       result(msgctl(id, IPC_RMID, NULL));
}

static int own_abstract(int type)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX,
				    .sun_path = "\0rsg-inside" };
	socklen_t len = offsetof(struct sockaddr_un, sun_path) + 11;
	int server = socket(AF_UNIX, type, 0);
	int client = socket(AF_UNIX, type, 0);

	if (bind(server, (void *)&addr, len) ||
	    (type == SOCK_STREAM && listen(server, 1)))
		return errno;
	if (connect(client, (void *)&addr, len))
		return errno;
	return result(send(client, "x", 1, 0));
}

static int own_abstract_stream(void)
{
	return own_abstract(SOCK_STREAM);
}

static int own_abstract_dgram(void)
{
	return own_abstract(SOCK_DGRAM);
}

static int own_pass_fd(void)
{
	char control[CMSG_SPACE(sizeof(int))] = "", byte = 'x';
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	int sock[2], dir = open("/tmp", O_RDONLY | O_DIRECTORY);

	if (dir < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, sock))
		return errno;
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &dir, sizeof(int));
	if (sendmsg(sock[0], &msg, 0) < 0 || recvmsg(sock[1], &msg, 0) < 0)
		return errno;
	return msg.msg_flags & MSG_CTRUNC ? EBADF : 0;
}

static int own_pipe(void)
{
	char byte;
	int fds[2];

	if (pipe(fds) || write(fds[1], "x", 1) != 1)
		return errno;
	return result(read(fds[0], &byte, 1));
}

static int own_memfd(void)
{
	int fd = memfd_create("mine", 0);

	return fd < 0 ? errno : result(ftruncate(fd, 4096));
}

static int own_inet(void)
{
	return result_fd(socket(AF_INET, SOCK_STREAM, 0));
}

static int own_terminal(void)
{
	int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	struct winsize size;

	return fd < 0 ? errno : result(ioctl(fd, TIOCGWINSZ, &size));
}

static int own_read_sysctl(void)
{
	char text[64];
	int fd = open("/proc/sys/kernel/osrelease", O_RDONLY);

	return fd < 0 ? errno : result(read(fd, text, sizeof(text)));
}

static int own_read_sysfs(void)
{
	char text[64];
	int fd = open("/sys/kernel/uevent_seqnum", O_RDONLY);

	return fd < 0 ? errno : result(read(fd, text, sizeof(text)));
}

static int own_network_namespace(void)
{
	int here, error;

	error = result(unshare(CLONE_NEWNET));
	here = open("/proc/self/ns/net", O_RDONLY);
	if (error || here < 0)
		return error ?: errno;
	return result(setns(here, CLONE_NEWNET));
}

static int own_lower_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_CORE, &limit))
		return errno;
	limit = (struct rlimit){ 4096, 4096 };
	return result(setrlimit(RLIMIT_CORE, &limit));
}

static int own_perf(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
		.config = PERF_COUNT_SW_PAGE_FAULTS,
	};

	return result_fd(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0));
}

static int own_clone3(void)
{
	struct clone_args args = { .exit_signal = SIGCHLD };
	pid_t pid = syscall(SYS_clone3, &args, sizeof(args));

	if (pid < 0)
		return errno;
	if (!pid)
		_exit(0);
	return result(waitpid(pid, NULL, 0));
}

static const struct jail_case cases[] = {
	ATTACK(esc_module, EPERM),
	ATTACK(esc_module_remove, EPERM),
	ATTACK(esc_kexec, EPERM),
	ATTACK(esc_reboot, EPERM),
	ATTACK(esc_bpf, EPERM),
	ATTACK(esc_uring, EPERM),
	ATTACK(esc_perf_cpu, EPERM),
	ATTACK(esc_ports, EPERM),
	ATTACK(esc_port_level, EPERM),
	ATTACK(esc_core_pattern, EPERM),
	ATTACK(esc_sysctl, EPERM),
	ATTACK(esc_uevent, EPERM),
	ATTACK(esc_sysrq, EPERM),
	ATTACK(esc_kcore, EPERM),
	ATTACK(esc_syslog, EPERM),
	ATTACK(esc_clock, EPERM),
	ATTACK(esc_hostname, EPERM),
	ATTACK(esc_swap, EPERM),
	ATTACK(esc_acct, EPERM),
	ATTACK(esc_guard, EPERM),
	ATTACK(esc_shm, EACCES),
	ATTACK(esc_shm_by_id, EACCES),
	ATTACK(esc_shm_stat, EACCES),
	ATTACK2(esc_shm_set, EPERM, EACCES),
	ATTACK(esc_abstract_stream, ECONNREFUSED),
	ATTACK(esc_abstract_dgram, ECONNREFUSED),
	ATTACK(esc_tiocsti, EPERM),
	ATTACK(esc_raise_limit, EPERM),
	ATTACK(esc_raise_limit_of_child, EPERM),
	ATTACK(esc_cgroup_leave, EPERM),
	ATTACK(esc_cgroup_make, EPERM),
	ATTACK(esc_clone_into_cgroup, EPERM),
	CONTROL(own_shm),
	CONTROL(own_semaphore),
	CONTROL(own_messages),
	CONTROL(own_abstract_stream),
	CONTROL(own_abstract_dgram),
	CONTROL(own_pass_fd),
	CONTROL(own_pipe),
	CONTROL(own_memfd),
	CONTROL(own_inet),
	CONTROL(own_terminal),
	CONTROL(own_read_sysctl),
	CONTROL(own_read_sysfs),
	CONTROL(own_network_namespace),
	CONTROL(own_lower_limit),
	CONTROL(own_perf),
	CONTROL(own_clone3),
};

JAIL_MAIN(cases)
