/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A mixed load: threads that call and fault and compute, children that end in
 * each way, signals, uprobes, and a tracer that steps and stops another process.
 */
#ifndef RST_TEST_LOAD_H
#define RST_TEST_LOAD_H

#include <sys/types.h>

#define LOAD_ONE_CPU	(1U << 0)	/* all of it on CPU 0 */
#define LOAD_UPROBES	(1U << 1)	/* load_probe() has been called */
#define LOAD_PTRACE	(1U << 2)

/* Return: the leader of a process group, which goes on until load_stop(). */
pid_t load_start(unsigned int what);
void load_stop(pid_t pid);

/*
 * Put uprobes into this program, and take them away. Return: 0, -ENOENT if the
 * kernel has no uprobe events, or another error.
 */
int load_probe(void);
void load_unprobe(void);

/* Go through the probes @n times. */
void load_hit_probes(int n);

#endif /* RST_TEST_LOAD_H */
