// SPDX-License-Identifier: GPL-2.0-only
/*
 * How does the manager turn? Each turn has two halves: all machines are asked
 * at once; when all have answered, or after a short while without those who
 * have not, everything is measured, the policy decides, and its decisions are
 * sent. Nothing in it waits for a machine.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "clock.h"
#include "cmd.h"
#include "host.h"
#include "log.h"
#include "notify.h"
#include "trace.h"

/* Who has not answered by then is decided upon with what is known. */
#define ANSWER_MS	25
/* Looking for new machines, metrics, flushing a recording. */
#define SLOW_MS		1000
#define EVENTS		64

static int64_t interval_ms(const struct host *host)
{
	return host->config.interval_ns / RSH_MS;
}

static void wake_in(struct host *host, int64_t ms)
{
	struct itimerspec when = { .it_value = {
		.tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000,
	} };

	if (ms <= 0)
		when.it_value.tv_nsec = 1;
	timerfd_settime(host->timer_fd, 0, &when, NULL);
}

static void ask(struct host *host, int64_t now_ms)
{
	int64_t patience = interval_ms(host) / 4;
	size_t i;

	if (now_ms >= host->slow_ms)
		host_list(host);
	for (i = 0; i < host->n; i++)
		if (host->vms[i])
			qmp_tick(&host->vms[i]->qmp, now_ms);
	host->asked_ms = now_ms;
	host->waiting = true;
	wake_in(host, patience < ANSWER_MS ? patience : ANSWER_MS);
}

/* Shares of the last second or so, from counters that only grow. */
static void see_host(struct host *host, int64_t now_ms)
{
	int64_t ms = now_ms - host->pressure_ms;
	struct pressure now;

	if (host->pressure_ms && ms < SLOW_MS)
		return;
	measure_pressure(&now);
	host->seen.psi_some = RSH_UNKNOWN;
	host->seen.psi_full = RSH_UNKNOWN;
	if (now.known && host->pressure.known) {
		host->seen.psi_some =
			(now.some_us - host->pressure.some_us) / ms;
		host->seen.psi_full =
			(now.full_us - host->pressure.full_us) / ms;
	}
	host->pressure = now;
	host->pressure_ms = now_ms;
}

static void sample(struct host *host, int64_t now_ms)
{
	size_t i;

	see_host(host, now_ms);
	for (i = 0; i < host->n; i++) {
		if (host->vms[i])
			vm_sample(host->vms[i], now_ms, &host->samples[i]);
		else
			memset(&host->samples[i], 0, sizeof(host->samples[i]));
	}
}

/* What is remarkable is told when it begins, not as long as it lasts. */
static void tell_flags(const struct vm *vm, uint32_t before, uint32_t now)
{
	const uint32_t usual = RSH_F_NEW | RSH_F_STALE | RSH_F_STARVING;
	unsigned int bit;

	for (bit = 0; bit < RSH_FLAGS_NR; bit++)
		if ((now & ~before & ~usual) >> bit & 1)
			host_log("%s: %s", vm->name, rsh_flag_name(bit));
}

static void tell_dry(const struct host *host, size_t i)
{
	const struct rsh_decision *d = &host->decisions[i];

	printf("%s: would ask for %" PRIu64 " MiB, has %" PRIu64 " MiB: %s\n",
	       host->vms[i]->name, d->target / RSH_MIB,
	       host->samples[i].actual / RSH_MIB, rsh_reason_text(d->reason));
}

static void decide(struct host *host, int64_t now_ms)
{
	uint32_t before[HOST_VMS];
	bool was_over = host->summary.over;
	size_t i;

	for (i = 0; i < host->n; i++)
		before[i] = host->decisions[i].flags;
	rsh_step(&host->config.settings, &host->policy, host->memory,
		 host->limits, host->samples, host->n, &host->seen,
		 now_ms * RSH_MS, host->decisions, &host->summary);
	host->steps++;
	for (i = 0; i < host->n; i++) {
		const struct rsh_decision *d = &host->decisions[i];

		if (!host->vms[i])
			continue;
		tell_flags(host->vms[i], before[i], d->flags);
		if (d->ask && host->config.dry_run)
			tell_dry(host, i);
		else if (d->ask)
			vm_ask(host->vms[i], d->target, now_ms);
		if (d->refresh)
			vm_refresh(host->vms[i], now_ms);
	}
	if (host->summary.over && !was_over)
		host_log("more is in use or promised than the budget allows");
	fflush(stdout);
}

static void end_record(struct host *host, const char *why)
{
	if (!host->record)
		return;
	host_log("%s: the recording ends: %s", host->config.record, why);
	fclose(host->record);
	host->record = NULL;
}

static void record(struct host *host, int64_t now_ms, bool flush)
{
	const char *names[HOST_VMS];
	const struct rsh_trace_step step = {
		.now = now_ms * RSH_MS,
		.host = host->seen,
		.n = host->n,
		.names = names,
		.limits = host->limits,
		.samples = host->samples,
		.decisions = host->decisions,
	};
	size_t i;
	int ret;

	if (!host->record)
		return;
	for (i = 0; i < host->n; i++)
		names[i] = host->vms[i] ? host->vms[i]->name : "-";
	ret = rsh_trace_write(host->record, &step);
	if (!ret && flush && fflush(host->record))
		ret = -errno;
	if (ret)
		end_record(host, strerror(-ret));
}

/* A full disk is told once, and tried again. */
static void show(struct state_file *file, char *text, size_t len)
{
	int ret = text ? state_write(file, text, len) : -ENOMEM;

	if (ret && ret != file->error)
		host_log("%s: %s", file->name, strerror(-ret));
	file->error = ret;
	free(text);
}

static void show_all(struct host *host, int64_t now_ms, bool slow)
{
	size_t len;
	char *text;

	if (host->status.dir_fd >= 0) {
		text = host_status(host, now_ms);
		show(&host->status, text, text ? strlen(text) : 0);
	}
	if (slow && host->metrics.dir_fd >= 0) {
		text = host_metrics(host, &len);
		show(&host->metrics, text, len);
	}
}

/* Half a turn is left to others even if the machine can not keep up. */
static void step(struct host *host)
{
	int64_t now_ms = clock_ms(), next;
	bool slow = now_ms >= host->slow_ms;

	host->waiting = false;
	if (slow)
		host->slow_ms = now_ms + SLOW_MS;
	sample(host, now_ms);
	decide(host, now_ms);
	record(host, now_ms, slow);
	show_all(host, now_ms, slow);
	if (host->steps == 1)
		notify("READY=1");
	notify_alive(now_ms);
	next = host->asked_ms + interval_ms(host) - clock_ms();
	if (next < interval_ms(host) / 2)
		next = interval_ms(host) / 2;
	wake_in(host, next);
}

static bool all_have_answered(const struct host *host)
{
	size_t i;

	for (i = 0; i < host->n; i++)
		if (host->vms[i] && !vm_has_answered(host->vms[i]))
			return false;
	return true;
}

static void turn(struct host *host)
{
	uint64_t expired;

	if (read(host->timer_fd, &expired, sizeof(expired)) < 0)
		return;
	if (host->waiting)
		step(host);
	else
		ask(host, clock_ms());
}

/*
 * A configuration that can not be taken is refused as a whole. What is open
 * stays open: other places for files, and whether to act at all, take effect
 * when the manager is started again.
 */
static void reload(struct host *host,
		   int (*read_config)(struct rsh_config *config, void *arg),
		   void *arg)
{
	struct rsh_config config;
	bool other;

	notify("RELOADING=1\nMONOTONIC_USEC=%" PRId64, clock_ms() * 1000);
	rsh_config_init(&config);
	if (read_config(&config, arg)) {
		host_log("the configuration stays as it is: %s", config.error);
		snprintf(host->broken_config, sizeof(host->broken_config),
			 "%s", config.error);
		notify("READY=1\nSTATUS=The configuration was refused: %.150s",
		       config.error);
		rsh_config_free(&config);
		return;
	}
	other = memcmp(&config.settings, &host->config.settings,
		       sizeof(config.settings));
	config.dry_run = host->config.dry_run;
	free(config.record);
	config.record = host->config.record;
	host->config.record = NULL;
	rsh_config_free(&host->config);
	host->config = config;
	host->broken_config[0] = '\0';
	if (other)
		end_record(host, "other settings begin");
	host->too_many = false;
	host_list(host);
	host_log("the configuration was read again");
	notify("READY=1\nSTATUS=");
}

static void ready(struct host *host, const struct epoll_event *events, int n)
{
	int64_t now_ms = clock_ms();
	int i;

	for (i = 0; i < n; i++) {
		struct vm *vm = events[i].data.ptr;

		if (vm)
			qmp_ready(&vm->qmp, events[i].events, now_ms);
	}
	if (host->waiting && all_have_answered(host))
		step(host);
}

static int open_loop(struct host *host)
{
	struct epoll_event event = { .events = EPOLLIN };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	host->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	host->timer_fd = timerfd_create(CLOCK_MONOTONIC,
					TFD_CLOEXEC | TFD_NONBLOCK);
	host->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	/* Timer and signals are looked at in every round, so NULL will do. */
	if (host->epoll_fd < 0 || host->timer_fd < 0 || host->signal_fd < 0 ||
	    epoll_ctl(host->epoll_fd, EPOLL_CTL_ADD, host->timer_fd, &event) ||
	    epoll_ctl(host->epoll_fd, EPOLL_CTL_ADD, host->signal_fd, &event))
		return cmd_error("%s", strerror(errno));
	return EXIT_OK;
}

static void close_loop(struct host *host)
{
	close(host->signal_fd);
	close(host->timer_fd);
	close(host->epoll_fd);
}

static int open_file(struct state_file *file, const char *path, bool needed)
{
	int ret;

	state_none(file);
	if (!path)
		return EXIT_OK;
	ret = state_open(file, path);
	if (ret == -EBUSY)
		return cmd_error("%s: another manager writes this file", path);
	if (ret && needed)
		return cmd_error("%s: %s", path, strerror(-ret));
	if (ret)
		cmd_warn("%s: %s; 'status' and 'top' will show nothing",
			 path, strerror(-ret));
	return EXIT_OK;
}

static int open_record(struct host *host)
{
	const char *path = host->config.record;

	if (!path)
		return EXIT_OK;
	host->record = fopen(path, "we");
	if (!host->record)
		return cmd_error("%s: %s", path, strerror(errno));
	if (rsh_trace_begin(host->record, &host->config.settings))
		return cmd_error("%s: can not be written", path);
	return EXIT_OK;
}

static int open_files(struct host *host)
{
	const char *status = host->config.status;
	int code = open_file(&host->status, status ? status : STATE_PATH,
			     status);

	state_none(&host->metrics);
	if (!code)
		code = open_file(&host->metrics, host->config.prometheus, true);
	if (!code)
		code = open_record(host);
	return code;
}

static void close_files(struct host *host)
{
	state_close(&host->status);
	state_close(&host->metrics);
	if (host->record)
		fclose(host->record);
}

/*
 * A manager that has to wait for its own pages when memory is short is of no
 * use then. Only without a limit: one that is reached later makes malloc() fail.
 */
static void stay_in_memory(void)
{
	struct rlimit limit;

	if (!getrlimit(RLIMIT_MEMLOCK, &limit) &&
	    limit.rlim_cur == RLIM_INFINITY &&
	    mlockall(MCL_CURRENT | MCL_FUTURE))
		host_log("memory can not be locked: %s", strerror(errno));
}

/* Return: true when it is time to end. */
static bool take_signals(struct host *host,
			 int (*read_config)(struct rsh_config *config,
					    void *arg),
			 void *arg)
{
	struct signalfd_siginfo info;

	while (read(host->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGHUP)
			return true;
		reload(host, read_config, arg);
	}
	return false;
}

static void loop(struct host *host,
		 int (*read_config)(struct rsh_config *config, void *arg),
		 void *arg)
{
	struct epoll_event events[EVENTS];
	int n;

	ask(host, clock_ms());
	for (;;) {
		n = epoll_wait(host->epoll_fd, events, EVENTS, -1);
		if (n > 0)
			ready(host, events, n);
		turn(host);
		if (take_signals(host, read_config, arg))
			return;
	}
}

int host_run(struct host *host,
	     int (*read_config)(struct rsh_config *config, void *arg),
	     void *arg)
{
	int code = open_loop(host);

	if (!code)
		code = open_files(host);
	if (!code) {
		rsh_policy_init(&host->policy);
		stay_in_memory();
		notify_open();
		loop(host, read_config, arg);
		notify("STOPPING=1");
		notify_close();
		host_log("ends; every VM keeps the memory it has");
	}
	host_forget(host);
	close_files(host);
	close_loop(host);
	return code;
}
