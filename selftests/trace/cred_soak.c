// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is the credential guard quiet while programs do everything with credentials
 * that Linux has for them? Workers change theirs, or make the kernel act with
 * those of others, until the CPUs have returned to user mode so many times;
 * there must be no alarm. Each worker must have got round, or say what it
 * lacks; and at the end an exploit must be noticed, so that the quiet means
 * something.
 *
 *	cred_soak [RETURNS [DIRECTORY]]
 *
 * The directory is on an overlay, or one is mounted.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/ringside_trace.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "textfile.h"

#define USER		1000
#define SYS		"/sys/class/misc/ringside-trace/"
#define EXPLOIT		"/proc/rs_exploit"
#define SUID_FILE	"/tmp/cred-soak-suid"
#define OVERLAY		"/tmp/cred-soak"

/**
 * struct worker - something done again and again
 * @name: what
 * @round: once; 0, or the errno of what went wrong
 */
struct worker {
	const char *name;
	int (*round)(void);
};

/**
 * struct tally - what a worker tells, in shared memory
 * @rounds: how many were complete
 * @missing: errno of one that was not
 */
struct tally {
	unsigned long rounds;
	int missing;
};

/* NULL if there is no overlay. */
static const char *directory;

/* In a child, whose credentials are lost afterwards. */
static int apart(int (*fn)(void))
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(fn());
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

static int be_user(void)
{
	return setresgid(USER, USER, USER) || setresuid(USER, USER, USER) ?
	       errno : 0;
}

/* The kernel writes to the lower layers as whoever mounted it. */
static int use_overlay(void)
{
	char path[128], other[160];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/file-%d", directory, getpid());
	snprintf(other, sizeof(other), "%s-2", path);
	fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0644);
	if (fd < 0)
		return errno;
	if (write(fd, path, sizeof(path)) < 0 || fchmod(fd, 0600) ||
	    fchown(fd, USER, USER) || rename(path, other) ||
	    stat(other, &st) || access(other, W_OK))
		return errno;
	close(fd);
	return unlink(other) ? errno : 0;
}

static int use_overlay_as_user(void)
{
	return be_user() ?: use_overlay();
}

static int overlay(void)
{
	if (!directory) {
		errno = ENODEV;
		return errno;
	}
	return use_overlay() ?: apart(use_overlay_as_user);
}

/* Each thread has its own credentials; the C library would keep them alike. */
static void *thread(void *arg)
{
	int i;

	for (i = 0; i < 20; i++) {
		syscall(SYS_setresuid, -1, i % 2 ? 0 : USER, -1);
		syscall(SYS_setfsuid, USER);
		syscall(SYS_getppid);
	}
	return NULL;
}

static int threads_of_one(void)
{
	pthread_t id[4];
	int i;

	for (i = 0; i < 4; i++) {
		errno = pthread_create(&id[i], NULL, thread, NULL);
		if (errno)
			return errno;
	}
	for (i = 0; i < 4; i++)
		pthread_join(id[i], NULL);
	return 0;
}

static int threads(void)
{
	return apart(threads_of_one);
}

static int exec_suid(void)
{
	char *argv[] = { SUID_FILE, "--nothing", NULL };
	int err = be_user();

	if (!err)
		execv(SUID_FILE, argv);
	return err ?: errno;
}

static int suid(void)
{
	return apart(exec_suid);
}

static int enter_namespace(void)
{
	int err = be_user();

	if (err)
		return err;
	/* Its files in /proc are root's, else. */
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) || unshare(CLONE_NEWUSER))
		return errno;
	err = write_text("/proc/self/uid_map", "0 1000 1") ?:
	      write_text("/proc/self/setgroups", "deny") ?:
	      write_text("/proc/self/gid_map", "0 1000 1");
	if (err)
		return -err;
	if (setresuid(0, 0, 0) || unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return errno;
	return 0;
}

static int namespaces(void)
{
	return apart(enter_namespace);
}

static long keyctl(int op, long a, long b)
{
	return syscall(SYS_keyctl, op, a, b, 0, 0);
}

/* The parent's session changes on its own way to user mode. */
static int give_session(void)
{
	if (keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0, 0) < 0)
		return errno;
	return keyctl(KEYCTL_SESSION_TO_PARENT, 0, 0) < 0 ? errno : 0;
}

static int use_keys(void)
{
	if (keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_THREAD_KEYRING, 1) < 0 ||
	    keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1) < 0 ||
	    keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0, 0) < 0)
		return errno;
	if (syscall(SYS_add_key, "user", "soak", "x", 1,
		    KEY_SPEC_THREAD_KEYRING) < 0)
		return errno;
	keyctl(KEYCTL_SET_REQKEY_KEYRING, KEY_REQKEY_DEFL_THREAD_KEYRING, 0);
	return apart(give_session);
}

static int keys(void)
{
	return apart(use_keys);
}

struct ring {
	int fd;
	unsigned int *tail, *mask, *array, *head, *cq_mask, *cq_tail;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
};

static int ring_open(struct ring *r, unsigned int flags)
{
	struct io_uring_params p = { .flags = flags, .sq_thread_idle = 20 };
	char *sq, *cq;

	r->fd = syscall(SYS_io_uring_setup, 4, &p);
	if (r->fd < 0)
		return errno;
	sq = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd,
		  IORING_OFF_SQ_RING);
	cq = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd,
		  IORING_OFF_CQ_RING);
	r->sqes = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd,
		       IORING_OFF_SQES);
	if (sq == MAP_FAILED || cq == MAP_FAILED || r->sqes == MAP_FAILED)
		return errno;
	r->tail = (void *)(sq + p.sq_off.tail);
	r->mask = (void *)(sq + p.sq_off.ring_mask);
	r->array = (void *)(sq + p.sq_off.array);
	r->head = (void *)(cq + p.cq_off.head);
	r->cq_tail = (void *)(cq + p.cq_off.tail);
	r->cq_mask = (void *)(cq + p.cq_off.ring_mask);
	r->cqes = (void *)(cq + p.cq_off.cqes);
	return 0;
}

/* Open a directory as @personality, by a thread of the kernel. */
static int ring_do(struct ring *r, int personality)
{
	unsigned int tail = *r->tail, at = tail & *r->mask;

	r->sqes[at] = (struct io_uring_sqe) {
		.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD,
		.addr = (unsigned long)"/",
		.open_flags = O_RDONLY | O_DIRECTORY,
		.flags = IOSQE_ASYNC, .personality = personality,
	};
	r->array[at] = at;
	__atomic_store_n(r->tail, tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, r->fd, 1, 1,
		    IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP, NULL,
		    0) < 0)
		return errno;
	if (__atomic_load_n(r->cq_tail, __ATOMIC_ACQUIRE) != *r->head) {
		int res = r->cqes[*r->head & *r->cq_mask].res;

		__atomic_store_n(r->head, *r->head + 1, __ATOMIC_RELEASE);
		if (res >= 0)
			close(res);
	}
	return 0;
}

static int use_ring(unsigned int flags)
{
	struct ring r = { };
	int err = ring_open(&r, flags), root, i;

	if (err)
		return err;
	/* What root registers, the user acts with. */
	root = syscall(SYS_io_uring_register, r.fd, IORING_REGISTER_PERSONALITY,
		       NULL, 0);
	if (root < 0)
		return errno;
	err = be_user();
	for (i = 0; i < 8 && !err; i++)
		err = ring_do(&r, i % 2 ? root : 0);
	return err;
}

static int submit(void)
{
	return use_ring(0);
}

static int submit_polled(void)
{
	return use_ring(IORING_SETUP_SQPOLL);
}

static int io_uring(void)
{
	return apart(submit) ?: apart(submit_polled);
}

/* As nfsd does it: the credentials of a client, for a moment. */
static int override(void)
{
	static int fd = -1;
	int i;

	if (fd < 0)
		fd = open(EXPLOIT, O_WRONLY | O_CLOEXEC);
	for (i = 0; i < 100; i++)
		if (write(fd, "override", 8) != 8)
			return errno;
	return 0;
}

static int drop_bit_by_bit(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];
	gid_t groups[] = { 4, 24 };

	if (setgroups(2, groups) || prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) ||
	    prctl(PR_CAPBSET_DROP, CAP_SYS_BOOT, 0, 0, 0) ||
	    prctl(PR_SET_SECUREBITS, 1 << 4, 0, 0, 0) ||
	    syscall(SYS_capget, &header, data))
		return errno;
	data[0].inheritable = 1 << CAP_KILL;
	if (syscall(SYS_capset, &header, data) ||
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0) ||
	    be_user())
		return errno;
	data[0].permitted = 1 << CAP_KILL;
	data[0].effective = 1 << CAP_KILL;
	data[1] = (struct __user_cap_data_struct) { };
	if (syscall(SYS_capset, &header, data) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return errno;
	return exec_suid();
}

static int capabilities(void)
{
	return apart(drop_bit_by_bit);
}

static int plain_calls(void)
{
	int i;

	for (i = 0; i < 1000; i++)
		syscall(SYS_getppid);
	return 0;
}

static const struct worker workers[] = {
	{ "overlay", overlay }, { "threads", threads },
	{ "set-user-id programs", suid }, { "user namespaces", namespaces },
	{ "keys", keys }, { "io_uring", io_uring },
	{ "credentials of others", override },
	{ "capabilities", capabilities }, { "plain calls", plain_calls },
};

#define NR_WORKERS	(sizeof(workers) / sizeof(workers[0]))

static unsigned long long get_number(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && read(fd, text, sizeof(text) - 1) < 0)
		perror(path);
	close(fd);
	return strtoull(text, NULL, 10);
}

static void work(const struct worker *worker, struct tally *tally)
{
	while (!tally->missing) {
		tally->missing = worker->round();
		tally->rounds += !tally->missing;
	}
	for (;;)
		pause();
}

static void mount_overlay(void)
{
	mkdir(OVERLAY, 0755);
	if (mount("soak", OVERLAY, "tmpfs", 0, "mode=0755"))
		return;
	mkdir(OVERLAY "/lower", 0777);
	mkdir(OVERLAY "/upper", 0777);
	mkdir(OVERLAY "/work", 0777);
	mkdir(OVERLAY "/merged", 0777);
	chmod(OVERLAY "/upper", 0777);
	if (mount("soak", OVERLAY "/merged", "overlay", 0, "lowerdir=" OVERLAY
		  "/lower,upperdir=" OVERLAY "/upper,workdir=" OVERLAY "/work"))
		perror("# overlay");
	else
		directory = OVERLAY "/merged";
}

static void unmount_overlay(void)
{
	umount2(OVERLAY "/merged", MNT_DETACH);
	umount2(OVERLAY, MNT_DETACH);
	rmdir(OVERLAY);
}

static int copy_self(void)
{
	char cmd[96];

	snprintf(cmd, sizeof(cmd), "cp /proc/%d/exe " SUID_FILE, getpid());
	return system(cmd) || chmod(SUID_FILE, 04755);
}

static unsigned long long alarms(int dev)
{
	struct rs_trace_guard_state state = { .size = sizeof(state) };
	unsigned long long n = 0;
	int i;

	if (ioctl(dev, RS_TRACE_GET_GUARD, &state))
		return ~0ULL;
	for (i = 0; i < RS_TRACE_CRED_NR; i++)
		n += state.unexplained[i];
	return n;
}

static int arm(void)
{
	struct rs_trace_level level = {
		.size = sizeof(level), .level = RS_TRACE_LEVEL_COUNT,
	};
	struct rs_trace_guard guard = { sizeof(guard), RS_TRACE_GUARD_FULL };
	int dev = open("/dev/ringside-trace", O_RDONLY | O_CLOEXEC);

	if (dev < 0 || ioctl(dev, RS_TRACE_SET_LEVEL, &level) ||
	    ioctl(dev, RS_TRACE_SET_GUARD, &guard)) {
		perror("# /dev/ringside-trace");
		return -1;
	}
	return dev;
}

/* Has each worker got round, or stopped? */
static int all_round(const struct tally *tally)
{
	size_t i;

	for (i = 0; i < NR_WORKERS; i++)
		if (!tally[i].rounds && !tally[i].missing)
			return 0;
	return 1;
}

static unsigned long long soak(struct tally *tally, unsigned long long goal)
{
	unsigned long long from = get_number(SYS "returns"), now;
	pid_t pids[NR_WORKERS];
	size_t i;

	for (i = 0; i < NR_WORKERS; i++) {
		pids[i] = fork();
		if (!pids[i]) {
			setpgid(0, 0);
			work(&workers[i], &tally[i]);
		}
	}
	do {
		usleep(200000);
		now = get_number(SYS "returns") - from;
	} while (now < goal || !all_round(tally));
	for (i = 0; i < NR_WORKERS; i++) {
		kill(-pids[i], SIGKILL);
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	return now;
}

static int result(int ok, int nr, const char *what)
{
	printf("%sok %d - %s\n", ok ? "" : "not ", nr, what);
	return !ok;
}

int main(int argc, char **argv)
{
	unsigned long long goal, before, returns, after;
	struct tally *tally;
	int dev, bad = 0;
	size_t i;

	/* The set-user-id copy only had to be executed. */
	if (argc == 2 && !strcmp(argv[1], "--nothing"))
		return 0;
	goal = argc > 1 ? strtoull(argv[1], NULL, 0) : 100000;
	if (argc > 2)
		directory = argv[2];
	if (access(EXPLOIT, F_OK)) {
		printf("1..0 # SKIP no " EXPLOIT ": load rs_exploit.ko\n");
		return 4;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	tally = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	dev = arm();
	if (tally == MAP_FAILED || dev < 0 || copy_self())
		return 1;
	if (argc < 3)
		mount_overlay();
	before = alarms(dev);
	returns = soak(tally, goal);
	after = alarms(dev);
	printf("TAP version 13\n1..%zu\n", NR_WORKERS + 2);
	printf("# %llu returns to user mode\n", returns);
	bad += result(before == after, 1, "no alarm");
	printf("# %llu alarms\n", after - before);
	for (i = 0; i < NR_WORKERS; i++) {
		printf("# %s: %lu rounds, error %d\n", workers[i].name,
		       tally[i].rounds, tally[i].missing);
		if (tally[i].missing == ENODEV)
			printf("ok %zu - %s # SKIP %s\n", i + 2,
			       workers[i].name, strerror(tally[i].missing));
		else
			bad += result(tally[i].rounds && !tally[i].missing,
				      i + 2, workers[i].name);
	}
	i = open(EXPLOIT, O_WRONLY | O_CLOEXEC);
	if (write(i, "pointer", 7) != 7)
		perror("# " EXPLOIT);
	bad += result(alarms(dev) == after + 1, NR_WORKERS + 2,
		      "an exploit is an alarm");
	if (argc < 3)
		unmount_overlay();
	unlink(SUID_FILE);
	return bad ? 1 : 0;
}
