/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A reader of /dev/ringside-trace that uses the uapi header and nothing else,
 * so that the tests do not share mistakes with libringside.
 */
#ifndef RST_TEST_READER_H
#define RST_TEST_READER_H

#include <stddef.h>
#include <stdint.h>
#include <linux/ringside_trace.h>

#define TRACE_DEVICE	"/dev/ringside-trace"
#define TRACE_SYSFS	"/sys/class/misc/ringside-trace/"

struct reader {
	int fd;
	const struct rs_trace_page *page;
	const void *latency;	/* NULL until reader_map_latency() */
};

/* The records of one cause, over all CPUs. */
struct latency {
	uint64_t timed;
	uint64_t sum;
	uint64_t max;
	uint64_t off_cpu;
	uint64_t slept;
};

/* The books of one CPU, or of all; see the uapi header for the inequality. */
struct books {
	uint64_t before;
	uint64_t sum;
	uint64_t after;
	uint64_t residual;
};

int reader_open(struct reader *r, unsigned int level);
void reader_close(struct reader *r);
int reader_level(struct reader *r, unsigned int level);
int reader_level_flags(struct reader *r, unsigned int level, unsigned int flags);
/* Sum over CPUs of one counter; all kinds have their index in the section. */
uint64_t reader_count(const struct reader *r, unsigned int kind,
		      unsigned int index);
uint64_t reader_count_cpu(const struct reader *r, unsigned int cpu,
			  unsigned int kind, unsigned int index);
/* Sum over CPUs of a whole section. */
uint64_t reader_section(const struct reader *r, unsigned int kind);
unsigned int reader_active(const struct reader *r, unsigned int cpu);
void reader_books(const struct reader *r, unsigned int cpu, struct books *b);
int reader_map_latency(struct reader *r);
void reader_latency(const struct reader *r, unsigned int kind,
		    unsigned int index, struct latency *l);
int sysfs_read(const char *name, uint64_t *value);
int sysfs_write(const char *name, const char *value);
int pin_to_cpu(int cpu);
/* By seccomp, with EPERM, for as long as the caller lives. Return: 0 if done. */
int deny_getppid(void);

#endif /* RST_TEST_READER_H */
