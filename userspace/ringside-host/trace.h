/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was seen and what was decided, one JSON object a line, so that a run can
 * be looked at later and replayed through the same policy. The first line has
 * the settings, every other one a step: time, host, and of each VM its name,
 * limits, sample and decision. What is not known is left out. A recording
 * starts with a fresh policy, for its state is not in it.
 */
#ifndef RSH_TRACE_H
#define RSH_TRACE_H

#include <stdio.h>
#include "policy.h"

/**
 * struct rsh_trace_step - one step, as written and as read
 * @now: its time
 * @host: the host
 * @n: how many VMs
 * @names: of each
 * @limits: of each
 * @samples: of each
 * @decisions: of each
 */
struct rsh_trace_step {
	uint64_t now;
	struct rsh_host host;
	size_t n;
	const char * const *names;
	const struct rsh_limits *limits;
	const struct rsh_sample *samples;
	const struct rsh_decision *decisions;
};

/**
 * rsh_trace_begin() - write the first line
 * @out: where to
 * @s: settings, complete
 *
 * Return: 0, -ENOMEM or -EIO.
 */
int rsh_trace_begin(FILE *out, const struct rsh_settings *s);

/**
 * rsh_trace_write() - write one step
 * @out: where to
 * @step: after rsh_step()
 *
 * The line is not flushed.
 *
 * Return: 0, -ENOMEM or -EIO.
 */
int rsh_trace_write(FILE *out, const struct rsh_trace_step *step);

struct rsh_trace_reader;

/**
 * rsh_trace_open() - read the first line
 * @file: open for reading; stays the caller's
 * @path: its name, for errors
 * @reader: receives the handle, also after a failure unless it is -ENOMEM, for
 *	its error; give it back with rsh_trace_close()
 *
 * Return: 0, -EINVAL for no trace of ours, -ENOMEM.
 */
int rsh_trace_open(FILE *file, const char *path,
		   struct rsh_trace_reader **reader);

/**
 * rsh_trace_settings() - the settings of the recorded run
 * @reader: the handle
 *
 * Return: valid as long as the handle.
 */
const struct rsh_settings *
rsh_trace_settings(const struct rsh_trace_reader *reader);

/**
 * rsh_trace_next() - read one step
 * @reader: the handle
 * @step: filled in; what it points to is valid until the next call
 *
 * Return: 1, 0 at the end, or -EINVAL or -ENOMEM.
 */
int rsh_trace_next(struct rsh_trace_reader *reader,
		   struct rsh_trace_step *step);

/**
 * rsh_trace_error() - what was wrong
 * @reader: the handle
 *
 * Return: "PATH:LINE: ...", empty without a failure.
 */
const char *rsh_trace_error(const struct rsh_trace_reader *reader);

/**
 * rsh_trace_close() - give a handle back
 * @reader: may be NULL
 */
void rsh_trace_close(struct rsh_trace_reader *reader);

/**
 * typedef rsh_replay_fn - what is done with each step that was replayed
 * @step: as recorded
 * @now: what was decided now, one for each VM of @step
 * @arg: of the caller
 */
typedef void (*rsh_replay_fn)(const struct rsh_trace_step *step,
			      const struct rsh_decision *now, void *arg);

/**
 * rsh_decision_same() - do two decisions agree in everything?
 * @a: one
 * @b: the other
 */
bool rsh_decision_same(const struct rsh_decision *a,
		       const struct rsh_decision *b);

/**
 * struct rsh_replay - what a replay found
 * @steps: how many steps
 * @decisions: how many decisions, one for each VM alive
 * @changes: how many of them asked for something
 * @differences: how many were decided otherwise than in the trace
 */
struct rsh_replay {
	uint64_t steps;
	uint64_t decisions;
	uint64_t changes;
	uint64_t differences;
};

/**
 * rsh_trace_replay_each() - decide once more, and hand on each step
 * @reader: just opened
 * @s: as for rsh_trace_replay()
 * @each: called after each step; may be NULL
 * @arg: for @each
 * @result: filled in
 *
 * Return: 0, or as rsh_trace_next().
 */
int rsh_trace_replay_each(struct rsh_trace_reader *reader,
			  const struct rsh_settings *s, rsh_replay_fn each,
			  void *arg, struct rsh_replay *result);

/**
 * rsh_trace_replay() - decide once more, and compare
 * @reader: just opened
 * @s: settings to decide with; NULL for those of the recorded run
 * @out: every difference is written there, one a line; may be NULL
 * @result: filled in
 *
 * The samples are those of the recording, whatever is decided now: other
 * settings show where the policy would have gone another way, not what the VMs
 * would have done then.
 *
 * Return: 0, or as rsh_trace_next().
 */
int rsh_trace_replay(struct rsh_trace_reader *reader,
		     const struct rsh_settings *s, FILE *out,
		     struct rsh_replay *result);

#endif /* RSH_TRACE_H */
