// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs programs one after the other, each in a process of its own, and judges
 * what is left when it has ended, by itself or killed: no policy, no hooked
 * function, no reader, no splat in the kernel's log. Never a target itself: it
 * is an ancestor of whoever attaches, and nothing is forced on others than
 * victims.
 *
 *	guest_fuzz [-s SEED] [-n CALLS] [-t SECONDS] [-f FIRST] [-u EVERY]
 *	guest_fuzz -r FILE
 *
 * -n and -t say when to stop; -u takes the modules out and puts them in again
 * after so many programs. -r plays what stands in a file, such as the lines that
 * a finding prints. The same seed makes the same programs, on a kernel without
 * KCOV from any FIRST on.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/ringside_guard.h>

#include "guest_fuzz.h"
#include "textfile.h"

#define KO_DIR		"/lib/modules/ringside/"
#define GUARD_ATTRS	"/sys/class/misc/ringside-guard/"
#define TRACE_ATTRS	"/sys/class/misc/ringside-trace/"
/* A program that has not ended by then hangs. */
#define PATIENCE_S	120
/* How many programs pass between two lines about how it goes. */
#define NEWS_EVERY	256

static struct {
	uint64_t seed, calls, seconds, first, reload_every;
	const char *replay;
} options = { .seed = 1, .calls = 20000, .seconds = 1 << 30 };

static struct {
	uint64_t programs, killed, reloads;
	unsigned int places;
	double started, playing, reaping, cleaning;
} so_far;

static int kmsg = -1;

static const struct {
	const char *name, *params;
} modules[] = {
	{ "ringside", "" }, { "ringside_guard", "relax=1" },
	{ "ringside_trace", "" }, { "rs_fakeballoon", "" },
	{ "ringside_balloon", "host_timeout_s=2" },
};

static int insert(const char *name, const char *params)
{
	char path[64];
	int fd, ret;

	snprintf(path, sizeof(path), KO_DIR "%s.ko", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = syscall(SYS_finit_module, fd, params, 0) ? -errno : 0;
	close(fd);
	return ret == -EEXIST ? 0 : ret;
}

/* The balloon and its device may be missing, the others may not. */
static bool load_modules(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_LEN(modules); i++) {
		err = insert(modules[i].name, modules[i].params);
		if (err && i < 3) {
			printf("# %s: %s\n", modules[i].name, strerror(-err));
			return false;
		}
	}
	attributes_find();
	coverage_modules();
	return true;
}

/* What is busy with ending may need a moment. */
static bool unload_modules(void)
{
	unsigned int i = ARRAY_LEN(modules), tries;

	while (i--) {
		for (tries = 0; tries < 200; tries++) {
			if (!syscall(SYS_delete_module, modules[i].name,
				     O_NONBLOCK) || errno == ENOENT)
				break;
			usleep(10000);
		}
		if (tries == 200) {
			printf("# %s can not be removed: %s\n", modules[i].name,
			       strerror(errno));
			return false;
		}
	}
	return true;
}

static bool is_splat(const char *line)
{
	static const char * const words[] = {
		"BUG: ", "WARNING: ", "Oops", "KASAN: ", "UBSAN: ", "KCSAN: ",
		"general protection fault", "refcount_t: ", "INFO: task ",
		"rcu: INFO:", "possible circular locking",
		"possible recursive locking", "suspicious RCU usage",
		"sleeping function called", "list_add corruption",
		"list_del corruption", "ODEBUG: ", "soft lockup",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(words); i++)
		if (strstr(line, words[i]))
			return true;
	return false;
}

/* The first line of the log, since the last look, that should not be there. */
static bool log_is_clean(void)
{
	char record[8192];
	bool clean = true;
	ssize_t n;

	while ((n = read(kmsg, record, sizeof(record) - 1)) != 0) {
		if (n < 0 && errno != EPIPE)
			break;
		record[n > 0 ? n : 0] = '\0';
		if (!clean || !is_splat(record))
			continue;
		printf("# in the log: %.200s", strchrnul(record, ';'));
		clean = false;
	}
	return clean;
}

/* Persistent policies are nobody's until somebody drops them. */
static void drop_policies(void)
{
	struct rsg_policy_info info = { .size = sizeof(info), .id = 1 };
	struct rsg_id id = { .size = sizeof(id) };
	int fd = open("/dev/ringside-guard", O_RDWR | O_CLOEXEC);

	while (!ioctl(fd, RSG_IOC_GET_POLICY, &info)) {
		id.id = info.id;
		ioctl(fd, RSG_IOC_DETACH, &id);
		ioctl(fd, RSG_IOC_UNLOAD, &id);
		info.id++;
	}
	close(fd);
}

static bool is_zero(const char *path)
{
	char text[32];

	read_text(path, text, sizeof(text));
	if (!strcmp(text, "0\n"))
		return true;
	printf("# %s is %.20s", path, *text ? text : "gone\n");
	return false;
}

/* As it was before the program began? */
static bool nothing_is_left(void)
{
	drop_policies();
	system_restore();
	return is_zero(GUARD_ATTRS "policies") &
	       is_zero(GUARD_ATTRS "hooked_functions") &
	       is_zero(TRACE_ATTRS "readers") &
	       is_zero(TRACE_ATTRS "armed");
}

/* Where is the process that does not end? */
static void show_hang(pid_t pid)
{
	char path[64], text[2048], *line;

	snprintf(path, sizeof(path), "/proc/%d/stack", pid);
	read_text(path, text, sizeof(text));
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		printf("# %s\n", line);
}

/* All that the program started are our children when their parents are gone. */
static bool reap(pid_t player)
{
	double deadline = now() + PATIENCE_S;
	pid_t pid;

	for (;;) {
		kill(-player, SIGKILL);
		pid = waitpid(-1, NULL, WNOHANG);
		if (pid < 0)
			return true;
		if (!pid) {
			if (now() > deadline)
				return false;
			usleep(200);
		}
	}
}

/* Until the program ends, or its time has come. */
static bool wait_for(pid_t player, struct rng *rng)
{
	double deadline = now() + PATIENCE_S, killed_at = deadline;
	int status;

	if (one_in(rng, 8))
		killed_at = now() + below(rng, 20000) / 1e6;
	while (waitpid(player, &status, WNOHANG) != player) {
		if (now() > killed_at) {
			so_far.killed++;
			kill(player, SIGKILL);
			killed_at = deadline;
		}
		if (now() > deadline) {
			printf("# it hangs in step %u\n", shared->step);
			show_hang(player);
			return false;
		}
		usleep(100);
	}
	return true;
}

/* What took how long, of the programs and of what is done after each. */
static void tell_times(void)
{
	unsigned int i;

	for (i = 0; i < nr_actions; i++)
		printf("# %s: %llu times, %.1f ms each\n", actions[i].name,
		       (unsigned long long)shared->played[i],
		       shared->played[i] ? shared->spent[i] * 1000 /
					   shared->played[i] : 0);
	printf("# programs took %.1f s, their end %.1f s, what they left %.1f s\n",
	       so_far.playing, so_far.reaping, so_far.cleaning);
}

static bool run(const struct program *program, uint64_t number)
{
	struct rng rng = { options.seed ^ number };
	double began = now(), ended, reaped;
	bool good;
	pid_t player;

	fflush(stdout);
	player = fork();
	if (!player) {
		setpgid(0, 0);
		coverage_begin();
		play(program);
		_exit(0);
	}
	setpgid(player, player);
	good = wait_for(player, &rng);
	ended = now();
	good &= reap(player);
	reaped = now();
	good &= nothing_is_left() & log_is_clean();
	so_far.playing += ended - began;
	so_far.reaping += reaped - ended;
	so_far.cleaning += now() - reaped;
	return good;
}

static bool finding(const struct program *program, uint64_t number)
{
	printf("# program %llu of seed %llu, guest_fuzz -r plays it again:\n",
	       (unsigned long long)number, (unsigned long long)options.seed);
	program_print(program, stdout, "#   ");
	fflush(stdout);
	return false;
}

static void tell(uint64_t number)
{
	double s = now() - so_far.started;

	printf("# program %llu: %llu calls, %.0f a second, %u places, %u kept\n",
	       (unsigned long long)number, (unsigned long long)shared->calls,
	       shared->calls / s, so_far.places, programs_kept());
	fflush(stdout);
}

static bool is_time_to_stop(void)
{
	return shared->calls >= options.calls ||
	       now() - so_far.started >= options.seconds;
}

static bool reload(void)
{
	so_far.reloads++;
	return unload_modules() && load_modules();
}

static bool fuzz(void)
{
	struct program program;
	uint64_t number;
	unsigned int new;

	for (number = options.first; !is_time_to_stop(); number++) {
		if (!(number % NEWS_EVERY))
			tell(number);
		program_make(&program, options.seed, number);
		if (!run(&program, number))
			return finding(&program, number);
		so_far.programs++;
		new = coverage_new();
		so_far.places += new;
		if (new)
			program_keep(&program, number);
		if (options.reload_every &&
		    !((number + 1) % options.reload_every) && !reload())
			return finding(&program, number);
	}
	return true;
}

static bool replay(void)
{
	FILE *file = fopen(options.replay, "re");
	struct program program;
	int ret = 0;

	if (!file) {
		perror(options.replay);
		return false;
	}
	while (!ret) {
		ret = program_read(&program, file);
		if (ret < 0 || !run(&program, 0))
			break;
	}
	fclose(file);
	return ret == 1;
}

static void parse(int argc, char **argv)
{
	uint64_t *numbers[128] = {
		['s'] = &options.seed, ['n'] = &options.calls,
		['t'] = &options.seconds, ['f'] = &options.first,
		['u'] = &options.reload_every,
	};
	int c;

	while ((c = getopt(argc, argv, "s:n:t:f:u:r:")) != -1) {
		if (c == 'r')
			options.replay = optarg;
		else if (c != '?')
			*numbers[c] = strtoull(optarg, NULL, 0);
		else
			exit(2);
	}
}

static bool set_up(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return false;
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	signal(SIGPIPE, SIG_IGN);
	mkdir(VICTIM_ROOT, 0755);
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	lseek(kmsg, 0, SEEK_END);
	if (!coverage_open())
		printf("# no KCOV: programs are drawn at random\n");
	if (!load_modules())
		return false;
	system_restore();
	so_far.started = now();
	return true;
}

int main(int argc, char **argv)
{
	bool good;

	if (argc == 3 && !strcmp(argv[1], VICTIM_ARG))
		return victim_main(atoi(argv[2]));
	parse(argc, argv);
	printf("TAP version 13\n1..1\n");
	if (!set_up()) {
		printf("not ok 1 - the modules can be loaded\n");
		return 1;
	}
	good = options.replay ? replay() : fuzz();
	tell(so_far.programs);
	tell_times();
	coverage_report();
	printf("# %llu calls in %llu programs and %.0f s, %llu killed, %llu loaded anew\n",
	       (unsigned long long)shared->calls,
	       (unsigned long long)so_far.programs, now() - so_far.started,
	       (unsigned long long)so_far.killed,
	       (unsigned long long)so_far.reloads);
	printf("%sok 1 - nothing is left of any program\n", good ? "" : "not ");
	return !good;
}
