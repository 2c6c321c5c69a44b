// SPDX-License-Identifier: GPL-2.0-only
/*
 * How is each attack run in a plain chroot, in a jail and after release?
 * Sets up the outside (a victim, an accomplice, a secret) and a chroot with
 * little in it, and starts one server in there, which the jail is put on.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <stddef.h>

#include "kselftest.h"

#include "guard_test.h"
#include "jail_test.h"

#define CASE_SECONDS	30
#define KILLED		151	/* a case ended by a signal */

struct jail_stage stage;

static void die(const char *what)
{
	ksft_exit_fail_msg("%s: %s\n", what, strerror(errno));
}

int result(long ret)
{
	return ret < 0 ? errno : 0;
}

int result_fd(long fd)
{
	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

int put_file(const char *path, const char *text)
{
	ssize_t len = strlen(text);
	int error = 0;
	int fd = open(path, O_WRONLY);

	if (fd < 0)
		return errno;
	if (write(fd, text, len) != len)
		error = errno;
	close(fd);
	return error;
}

int reads_secret(int dirfd, const char *path)
{
	char text[sizeof(SECRET)] = "";
	int fd = openat(dirfd, path, O_RDONLY);
	ssize_t len;
	int error;

	if (fd < 0)
		return errno;
	len = read(fd, text, sizeof(text) - 1);
	error = len < 0 ? errno : strcmp(text, SECRET) ? EBADMSG : 0;
	close(fd);
	return error;
}

int climb(void)
{
	int i;

	for (i = 0; i < 8; i++) {
		if (!reads_secret(AT_FDCWD, "secret"))
			return 0;
		if (chdir(".."))
			return errno;
	}
	return reads_secret(AT_FDCWD, "." BASE "/secret");
}

int in_child(int (*fn)(void))
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return errno;
	if (!pid)
		_exit(fn());
	while (waitpid(pid, &status, 0) != pid)
		if (errno != EINTR)
			return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD;
}

/* --- The accomplice: a process outside, told what to do by the jail --- */

static int receive_fd(int sock, int *error)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { error, sizeof(*error) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;
	int fd = -1;

	if (recvmsg(sock, &msg, MSG_CMSG_CLOEXEC) != sizeof(*error)) {
		*error = EPIPE;
		return -1;
	}
	cmsg = CMSG_FIRSTHDR(&msg);
	if (cmsg && cmsg->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	return fd;
}

int jail_ask(char what, int *fd)
{
	int error, got;

	if (write(stage.accomplice, &what, 1) != 1)
		return errno;
	got = receive_fd(stage.accomplice, &error);
	if (fd)
		*fd = got;
	else if (got >= 0)
		close(got);
	return error;
}

static void answer(int sock, int error, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = "";
	struct iovec iov = { &error, sizeof(error) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cmsg;

	if (fd >= 0) {
		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	}
	if (sendmsg(sock, &msg, 0) < 0)
		_exit(1);
	if (fd >= 0)
		close(fd);
}

static int move_within(void)
{
	if (rename(ROOT "/moved/inner", ROOT "/moved/other"))
		return errno;
	return result(rename(ROOT "/moved/other", ROOT "/moved/inner"));
}

static void accomplice(int sock)
{
	char what;

	while (read(sock, &what, 1) == 1) {
		switch (what) {
		case ASK_RENAME:
			answer(sock, result(rename(ROOT "/moved/inner",
						   BASE "/inner")), -1);
			break;
		case ASK_RETURN:
			answer(sock, result(rename(BASE "/inner",
						   ROOT "/moved/inner")), -1);
			break;
		case ASK_RENAME_IN:
			answer(sock, move_within(), -1);
			break;
		case ASK_SEND_DIR:
			answer(sock, 0, open(BASE, O_RDONLY | O_DIRECTORY));
			break;
		case ASK_SEND_FILE:
			answer(sock, 0, open(ROOT "/file", O_RDONLY));
			break;
		default:
			answer(sock, reads_secret(AT_FDCWD, BASE "/secret"), -1);
		}
	}
	_exit(0);
}

/* --- The victim: a process outside with everything worth an attack --- */

static char word[] = SECRET;

struct handover {
	pid_t tid;
	int shm;
};

static void *second_thread(void *arg)
{
	*(pid_t *)arg = syscall(SYS_gettid);
	for (;;)
		pause();
	return NULL;
}

static int listen_abstract(const char *name, int type)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type, 0);

	memcpy(addr.sun_path + 1, name, strlen(name));
	if (bind(fd, (void *)&addr, offsetof(struct sockaddr_un, sun_path) +
		 1 + strlen(name)))
		die("bind outside");
	if (type == SOCK_STREAM && listen(fd, 64))
		die("listen outside");
	return fd;
}

static void victim(int to)
{
	struct handover hand = {};
	pthread_t thread;
	char *shm;

	signal(SIGUSR1, SIG_IGN);
	signal(SIGIO, SIG_IGN);
	setsid();
	hand.shm = shmget(SHM_KEY, 4096, IPC_CREAT | 0600);
	shm = shmat(hand.shm, NULL, 0);
	if (shm == (void *)-1)
		die("shared memory outside");
	strcpy(shm, SECRET);
	listen_abstract(ABSTRACT_STREAM, SOCK_STREAM);
	listen_abstract(ABSTRACT_DGRAM, SOCK_DGRAM);
	if (pthread_create(&thread, NULL, second_thread, &hand.tid))
		die("thread outside");
	while (!__atomic_load_n(&hand.tid, __ATOMIC_ACQUIRE))
		sched_yield();
	if (write(to, &hand, sizeof(hand)) != sizeof(hand))
		_exit(1);
	for (;;)
		pause();
}

/* The end that a program uses of a terminal that is outside. */
static int open_terminal(void)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY);

	if (fd < 0 || grantpt(fd) || unlockpt(fd))
		die("terminal");
	fd = open(ptsname(fd), O_RDWR | O_NOCTTY);
	if (fd < 0)
		die("terminal");
	return fd;
}

static void start_outside(void)
{
	struct handover hand;
	int link[2], sock[2];
	char path[64];
	pid_t pid;

	if (pipe(link) || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sock))
		die("pipe");
	stage.victim = fork();
	if (!stage.victim) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		victim(link[1]);
	}
	if (read(link[0], &hand, sizeof(hand)) != sizeof(hand))
		die("the victim");
	close(link[0]);
	close(link[1]);
	stage.victim_tid = hand.tid;
	stage.shm = hand.shm;
	stage.word = (unsigned long)word;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(sock[1]);
		accomplice(sock[0]);
	}
	close(sock[0]);
	stage.accomplice = sock[1];
	stage.tty = open_terminal();
	stage.leaked = open(BASE, O_RDONLY | O_DIRECTORY);
	snprintf(path, sizeof(path), ROOT "/proc/%d", stage.victim);
	stage.leaked_proc = open(path, O_RDONLY | O_DIRECTORY);
}

/* --- The chroot --- */

static void make_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, mode);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die(path);
	close(fd);
}

static void copy_file(const char *from, const char *to)
{
	static char buf[1 << 16];
	int in = open(from, O_RDONLY);
	int out = open(to, O_CREAT | O_TRUNC | O_WRONLY, 0755);
	ssize_t len;

	if (in < 0 || out < 0) /* the case that needs it will tell */
		goto out;
	while ((len = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, len) != len)
			die(to);
out:
	close(in);
	close(out);
}

static void mount_in(const char *type, const char *dir)
{
	if ((mkdir(dir, 0755) && errno != EEXIST) ||
	    mount(type, dir, type, 0, NULL))
		die(dir);
}

static void tear_down(void)
{
	if (stage.victim)
		kill(stage.victim, SIGKILL);
	if (stage.shm)
		shmctl(stage.shm, IPC_RMID, NULL);
	close(stage.leaked);
	close(stage.leaked_proc);
	umount2(BASE, MNT_DETACH);
}

static void set_up(void)
{
	struct stat st;

	umask(0);
	if (mkdir(BASE, 0755) && errno != EEXIST)
		die(BASE);
	if (mount("tmpfs", BASE, "tmpfs", 0, NULL))
		die(BASE);
	make_file(BASE "/secret", SECRET, 0600);
	mkdir(ROOT, 0755);
	mount_in("proc", ROOT "/proc");
	mount_in("sysfs", ROOT "/sys");
	mount_in("cgroup2", ROOT "/cg");
	mkdir(ROOT "/dev", 0755);
	mount_in("devpts", ROOT "/dev/pts");
	mkdir(ROOT "/tmp", 01777);
	mkdir(ROOT "/moved", 0755);
	make_file(ROOT "/file", "inside", 0644);
	copy_file("/proc/self/exe", ROOT "/self");
	copy_file("/lib/modules/ringside/rs_core_test.ko", ROOT "/module.ko");
	mknod(ROOT "/dev/null", S_IFCHR | 0666, 1 << 8 | 3);
	if (!stat("/dev/ringside-guard", &st))
		mknod(ROOT "/dev/guard", S_IFCHR | 0600, st.st_rdev);
	mknod(ROOT "/dev/ptmx", S_IFCHR | 0666, 5 << 8 | 2);
}

/* --- The server --- */

static int run_one(const struct jail_case *one)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return errno;
	if (!pid) {
		alarm(CASE_SECONDS);
		if (chdir("/"))
			_exit(errno);
		_exit(one->run());
	}
	while (waitpid(pid, &status, 0) != pid)
		if (errno != EINTR)
			return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : KILLED;
}

static void serve(const struct jail_case *cases, int from, int to)
{
	unsigned int index;
	int ret;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	if (chroot(ROOT) || chdir("/"))
		_exit(1);
	while (read(from, &index, sizeof(index)) == sizeof(index)) {
		ret = run_one(&cases[index]);
		if (write(to, &ret, sizeof(ret)) != sizeof(ret))
			break;
	}
	_exit(0);
}

static struct worker start_server(const struct jail_case *cases)
{
	struct worker server;
	int to[2], from[2];

	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		die("pipe");
	server.pid = fork();
	if (!server.pid) {
		close(to[1]);
		close(from[0]);
		serve(cases, to[0], from[1]);
	}
	close(to[0]);
	close(from[1]);
	server.to = to[1];
	server.from = from[0];
	return server;
}

static int ask_server(const struct worker *server, unsigned int index)
{
	int ret;

	if (write(server->to, &index, sizeof(index)) != sizeof(index) ||
	    read(server->from, &ret, sizeof(ret)) != sizeof(ret))
		ksft_exit_fail_msg("the server in the chroot died\n");
	return ret;
}

/* --- Three ways --- */

static const char *const phases[] = { "plain", "jailed", "released" };

static bool is_right(const struct jail_case *one, unsigned int phase, int got)
{
	if (phase != 1 || !one->error)
		return got == 0;
	return got == one->error || (one->also && got == one->also);
}

static const char *describe(int error)
{
	if (error == KILLED)
		return "killed";
	return error ? strerror(error) : "done";
}

static void run_phase(const struct worker *server, unsigned int phase,
		      const struct jail_case *cases, unsigned int nr)
{
	const struct jail_case *one;
	const char *kind;
	int got;

	for (one = cases; one < cases + nr; one++) {
		kind = one->error ? "attack" : "control";
		got = ask_server(server, one - cases);
		if (got == NOT_HERE)
			ksft_test_result_skip("%s %s %s: not on this kernel\n",
					      phases[phase], kind, one->name);
		else
			ksft_test_result(is_right(one, phase, got),
					 "%s %s %s: %s\n", phases[phase], kind,
					 one->name, describe(got));
	}
}

/* Put the jail on the server and what it forks; return its id. */
static unsigned int put_in_jail(int guard, const struct worker *server)
{
	struct rsg_jail_arg jail = {
		.size = sizeof(jail), .flags = RSG_LOAD_PERSIST,
		.root_fd = open(ROOT, O_PATH | O_DIRECTORY),
		.name = "attacks",
	};
	long id = guard_ioctl(guard, RSG_IOC_JAIL, &jail);
	long ret;

	close(jail.root_fd);
	if (id <= 0)
		ksft_exit_fail_msg("no jail: %s\n", strerror(-id));
	ret = guard_attach(guard, id, RSG_SCOPE_TREE, server->pid,
			   RSG_MODE_ENFORCE, 0);
	if (ret)
		ksft_exit_fail_msg("no attach: %s\n", strerror(-ret));
	guard_confirm(id);
	return id;
}

static void release(int guard, unsigned int id)
{
	if (guard_id(guard, RSG_IOC_DETACH, id) ||
	    guard_id(guard, RSG_IOC_UNLOAD, id))
		ksft_exit_fail_msg("the jail does not go\n");
}

/* With "plain" as argument: only what an unguarded kernel lets pass. */
int jail_main(int argc, char **argv, const struct jail_case *cases,
	      unsigned int nr)
{
	bool plain = argc > 1 && !strcmp(argv[1], "plain");
	struct worker server;
	unsigned int id;
	int guard;

	if (argc > 1 && !strcmp(argv[1], "exit"))
		return 0; /* a case executed this file */
	ksft_print_header();
	if (!plain)
		guard_clean();
	ksft_set_plan((plain ? 1 : 3) * nr);
	set_up();
	start_outside();
	server = start_server(cases);
	run_phase(&server, 0, cases, nr);
	if (!plain) {
		guard = guard_open();
		id = put_in_jail(guard, &server);
		run_phase(&server, 1, cases, nr);
		release(guard, id);
		run_phase(&server, 2, cases, nr);
	}
	worker_stop(&server);
	tear_down();
	ksft_finished();
}
