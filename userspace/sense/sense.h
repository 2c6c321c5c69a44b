/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is every sensitive instruction of this machine a privileged one, as Popek and
 * Goldberg asked for in 1974?
 *
 * A row of the table stands for one instruction in one mode of the processor.
 * Its probe (probes*.S) executes the instruction in a process of its own
 * (run.c); what came of it is judged (verdict.c), and the judgements of all rows
 * are added up to the answer. To add an instruction, write a probe and a row.
 */
#ifndef SENSE_H
#define SENSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "probe.h"

#define SENSE_VALUES 4

/**
 * enum sense_verdict - what a machine does with an instruction in user mode
 * @SENSE_TRAPS: it traps, so a monitor gets to decide
 * @SENSE_EMULATED: it traps, and the kernel answers in its place
 * @SENSE_LEAKS: it runs, and shows the state of the machine
 * @SENSE_SILENT: it runs and does something else than in ring 0, without a word
 * @SENSE_CLOSABLE: it runs, but there is a switch that makes it trap
 * @SENSE_ABSENT: the machine has no such instruction
 * @SENSE_RUNS: it is privileged and runs all the same
 * @SENSE_SAME: it runs, and does the same in every ring
 * @SENSE_DIED: the process died of it, or did not come back
 * @SENSE_UNTRIED: it was not tried
 */
enum sense_verdict {
	SENSE_TRAPS,
	SENSE_EMULATED,
	SENSE_LEAKS,
	SENSE_SILENT,
	SENSE_CLOSABLE,
	SENSE_ABSENT,
	SENSE_RUNS,
	SENSE_SAME,
	SENSE_DIED,
	SENSE_UNTRIED,
	SENSE_NR_VERDICTS
};

/**
 * enum sense_set - why a row is in the table
 * @SENSE_PAPER: one of the instructions of Robin and Irvine, 2000
 * @SENSE_SINCE: sensitive, and not in that paper
 * @SENSE_PRIVILEGED: it must trap in user mode
 */
enum sense_set {
	SENSE_PAPER,
	SENSE_SINCE,
	SENSE_PRIVILEGED,
	SENSE_NR_SETS
};

/**
 * enum sense_switch - what a process may do so that an instruction traps
 * @SENSE_NO_SWITCH: nothing is known
 * @SENSE_CPUID_FAULT: arch_prctl(ARCH_SET_CPUID, 0)
 * @SENSE_TSC_FAULT: prctl(PR_SET_TSC, PR_TSC_SIGSEGV)
 */
enum sense_switch {
	SENSE_NO_SWITCH,
	SENSE_CPUID_FAULT,
	SENSE_TSC_FAULT,
};

/* Flags of a row. */
#define SENSE_RISKY	(1U << 0)	/* an old emulator oopses its guest */
#define SENSE_VARIES	(1U << 1)	/* values are other ones each time */
#define SENSE_STEP	(1U << 2)	/* the kernel may emulate it */
#define SENSE_NO_OPERAND (1U << 3)	/* a page fault: it was allowed */
#define SENSE_FLAGS	(1U << 4)	/* values are flags: asked for, and got */

/**
 * struct sense_row - an instruction in a mode
 * @key: its name, the same as that of its probe
 * @mode: 64 or 32
 * @text: the instruction as people write it, with what is asked of it
 * @insn: the instruction that it counts for, and its topic
 * @set: why it is here
 * @runs: the verdict if it runs
 * @flags: SENSE_* bits
 * @values: how many values the probe leaves
 * @close: what may make it trap
 * @feature: name of what the processor must have, NULL for every processor
 */
struct sense_row {
	const char *key;
	unsigned int mode;
	const char *text;
	const char *insn;
	enum sense_set set;
	enum sense_verdict runs;
	unsigned int flags;
	unsigned int values;
	enum sense_switch close;
	const char *feature;
};

/**
 * enum sense_state - how a probe ended
 * @SENSE_LOST: it did not report; the process is dead
 * @SENSE_DONE: it ran to its end; the number is known to the assembly
 * @SENSE_TRAPPED: it trapped
 * @SENSE_STEPPED: it was single-stepped over its instruction
 * @SENSE_NOT_RUN: it was not started
 * @SENSE_NO_MODE: the machine does not have the mode of the row
 */
enum sense_state {
	SENSE_LOST = 0,
	SENSE_DONE = SENSE_STATE_DONE,
	SENSE_TRAPPED,
	SENSE_STEPPED,
	SENSE_NOT_RUN,
	SENSE_NO_MODE,
};

/**
 * struct sense_block - what a probe reports; the assembly knows the layout
 * @values: what the instruction gave
 * @state: enum sense_state
 * @vector: number of the exception, if it trapped
 * @error: the exception's error code
 * @signal: the signal that came of it
 * @back: far pointer, address and selector, on which 32-bit probes leave
 * @ip: where it trapped, or where a step ended
 * @scratch: for the probe
 */
struct sense_block {
	uint64_t values[SENSE_VALUES];
	uint32_t state;
	uint32_t vector;
	uint32_t error;
	uint32_t signal;
	uint32_t back[2];
	uint64_t ip;
	uint8_t scratch[1024];
};

/**
 * struct sense_found - what came of a row
 * @state: how the probe ended
 * @vector: the exception, if it trapped
 * @error: the exception's error code
 * @astray: it trapped elsewhere than at the instruction
 * @emulated: a step over the instruction ended one instruction late: the
 *	processor did not execute it, somebody else did
 * @closed: it trapped after the switch of the row had been thrown
 * @feature: the processor says that it has the instruction
 * @killed: the signal that ended the process without a report, or 0
 * @values: what the instruction gave
 */
struct sense_found {
	enum sense_state state;
	unsigned int vector;
	unsigned int error;
	bool astray;
	bool emulated;
	bool closed;
	bool feature;
	int killed;
	uint64_t values[SENSE_VALUES];
};

/* The whole table: all rows of a mode, in the order of their sets. */
size_t sense_count(void);
const struct sense_row *sense_row(size_t i);

extern const struct sense_row sense_paper[], sense_since[],
	sense_privileged[], sense_compat[];
extern const size_t sense_nr_paper, sense_nr_since, sense_nr_privileged,
	sense_nr_compat;

/**
 * sense_run() - execute the instruction of a row, in a process of its own
 * @row: the row
 * @found: receives what came of it
 *
 * Return: 0, or -errno when it could not be tried; @found tells nothing then.
 */
int sense_run(const struct sense_row *row, struct sense_found *found);

/**
 * sense_prepare() - make room for the probes; call it once
 *
 * Stays on the CPU that it is called on, for some answers are those of a CPU.
 *
 * Return: 0 or -errno.
 */
int sense_prepare(void);

/** sense_has_probe() - is there a probe for that row */
bool sense_has_probe(const struct sense_row *row);

/** sense_nr_probes() - number of the probes */
size_t sense_nr_probes(void);

/* Verdicts; see verdict.c. */
enum sense_verdict sense_judge(const struct sense_row *row,
			       const struct sense_found *found);
const char *sense_verdict_name(enum sense_verdict verdict);
const char *sense_set_name(enum sense_set set);
const char *sense_switch_name(enum sense_switch which);
const char *sense_vector_name(unsigned int vector);
bool sense_vector_has_error(unsigned int vector);

/**
 * sense_defect() - is that a known mistake of an emulator or a kernel
 * @row: the row
 * @found: what came of it
 *
 * Return: what is wrong, in a sentence, or NULL.
 */
const char *sense_defect(const struct sense_row *row,
			 const struct sense_found *found);

#define SENSE_MAX_INSNS 128

/**
 * struct sense_list - names of instructions, each once
 * @insn: the names; not owned
 * @nr: their number
 */
struct sense_list {
	const char *insn[SENSE_MAX_INSNS];
	size_t nr;
};

/**
 * struct sense_tally - the instructions of a set, by what was found
 * @all: all of them
 * @remain: those that run in user mode in some way that matters
 * @closable: those of @remain that a switch closes
 * @unknown: those not in @remain of which some row could not be tried
 */
struct sense_tally {
	struct sense_list all;
	struct sense_list remain;
	struct sense_list closable;
	struct sense_list unknown;
};

/**
 * struct sense_theorem - does it hold
 * @sets: the tallies
 */
struct sense_theorem {
	struct sense_tally sets[SENSE_NR_SETS];
};

/* Add one row after another, then ask. */
void sense_tally_add(struct sense_theorem *theorem, const struct sense_row *row,
		     enum sense_verdict verdict);
void sense_tally_close(struct sense_theorem *theorem);

/* Also exit codes of the command. */
#define SENSE_HOLDS	0
#define SENSE_FAILS	1
#define SENSE_CANNOT_TELL 2

int sense_theorem_status(const struct sense_theorem *theorem);

/**
 * struct sense_topic - the reason behind the rows of an instruction
 * @insn: the instruction
 * @does: what it does
 * @breaks: why a monitor that traps and emulates has to see it
 * @closed: who closed it, and how
 */
struct sense_topic {
	const char *insn;
	const char *does;
	const char *breaks;
	const char *closed;
};

/** sense_topic() - the topic of an instruction, or NULL */
const struct sense_topic *sense_topic(const char *insn);

extern const struct sense_topic sense_topics_paper[], sense_topics_since[],
	sense_topics_privileged[];
extern const size_t sense_nr_topics_paper, sense_nr_topics_since,
	sense_nr_topics_privileged;

/**
 * struct sense_machine - which machine that is
 * @cpu: name of the processor
 * @hypervisor: name that CPUID gives for the hypervisor; empty for none
 */
struct sense_machine {
	char cpu[64];
	char hypervisor[16];
};

void sense_machine(struct sense_machine *machine);

/**
 * sense_has_feature() - does the processor say that it has it
 * @name: as in struct sense_row; NULL is what every processor has
 *
 * Return: whether it does; a name that is not known is not there.
 */
bool sense_has_feature(const char *name);

/** sense_feature_known() - may that stand in a row */
bool sense_feature_known(const char *name);

#endif /* SENSE_H */
