// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a row means, and what all of them mean together. Pure: the unit tests
 * call it with machines that there are none of.
 */
#include <string.h>
#include "sense.h"

#define UD	6
#define PF	14

static const char * const verdicts[SENSE_NR_VERDICTS] = {
	[SENSE_TRAPS] = "traps",
	[SENSE_EMULATED] = "emulated",
	[SENSE_LEAKS] = "leaks",
	[SENSE_SILENT] = "silent",
	[SENSE_CLOSABLE] = "closable",
	[SENSE_ABSENT] = "absent",
	[SENSE_RUNS] = "runs",
	[SENSE_SAME] = "same",
	[SENSE_DIED] = "died",
	[SENSE_UNTRIED] = "untried",
};

const char *sense_verdict_name(enum sense_verdict verdict)
{
	return verdicts[verdict];
}

const char *sense_set_name(enum sense_set set)
{
	static const char * const names[SENSE_NR_SETS] = {
		[SENSE_PAPER] = "paper",
		[SENSE_SINCE] = "since",
		[SENSE_PRIVILEGED] = "privileged",
	};

	return names[set];
}

const char *sense_switch_name(enum sense_switch which)
{
	switch (which) {
	case SENSE_CPUID_FAULT:
		return "arch_prctl(ARCH_SET_CPUID)";
	case SENSE_TSC_FAULT:
		return "prctl(PR_SET_TSC)";
	default:
		return NULL;
	}
}

const char *sense_vector_name(unsigned int vector)
{
	static const char * const names[] = {
		"#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF",
		"#09", "#TS", "#NP", "#SS", "#GP", "#PF", "#15", "#MF", "#AC",
		"#MC", "#XM", "#VE", "#CP",
	};

	if (vector >= sizeof(names) / sizeof(names[0]))
		return "#??";
	return names[vector];
}

bool sense_vector_has_error(unsigned int vector)
{
	return vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 ||
	       vector == 21;
}

/* Did the instruction pass the checks of privilege, though it then trapped? */
static bool passed_before(const struct sense_row *row,
			  const struct sense_found *found)
{
	return row->flags & SENSE_NO_OPERAND && found->vector == PF;
}

/* Did it get the flags that it asked for, those of the system included? */
static bool flags_obeyed(const struct sense_found *found)
{
	return !((found->values[0] ^ found->values[1]) &
		 (EFLAGS_IF | EFLAGS_IOPL));
}

static enum sense_verdict judge_trap(const struct sense_row *row,
				     const struct sense_found *found)
{
	if (found->astray)
		return SENSE_DIED;
	if (found->vector == UD && !found->feature)
		return SENSE_ABSENT;
	return passed_before(row, found) ? row->runs : SENSE_TRAPS;
}

/**
 * sense_judge() - what the machine does with an instruction
 * @row: its row
 * @found: what came of its probe
 *
 * Return: the verdict.
 */
enum sense_verdict sense_judge(const struct sense_row *row,
			       const struct sense_found *found)
{
	switch (found->state) {
	case SENSE_NOT_RUN:
		return SENSE_UNTRIED;
	case SENSE_NO_MODE:
		return SENSE_ABSENT;
	case SENSE_TRAPPED:
		return judge_trap(row, found);
	case SENSE_DONE:
		break;
	default:
		return SENSE_DIED;
	}
	if (found->emulated)
		return SENSE_EMULATED;
	if (found->closed)
		return SENSE_CLOSABLE;
	return row->flags & SENSE_FLAGS && flags_obeyed(found) ? SENSE_RUNS :
		row->runs;
}

static bool has(const struct sense_list *list, const char *insn)
{
	size_t i;

	for (i = 0; i < list->nr; i++)
		if (!strcmp(list->insn[i], insn))
			return true;
	return false;
}

static void put(struct sense_list *list, const char *insn)
{
	if (!has(list, insn) && list->nr < SENSE_MAX_INSNS)
		list->insn[list->nr++] = insn;
}

/**
 * sense_tally_add() - count a row
 * @theorem: all zero before the first
 * @row: the row
 * @verdict: what it came to
 */
void sense_tally_add(struct sense_theorem *theorem, const struct sense_row *row,
		     enum sense_verdict verdict)
{
	struct sense_tally *t = &theorem->sets[row->set];

	if (verdict == SENSE_ABSENT)
		return;
	put(&t->all, row->insn);
	switch (verdict) {
	case SENSE_CLOSABLE:
		put(&t->closable, row->insn);
		put(&t->remain, row->insn);
		break;
	case SENSE_LEAKS:
	case SENSE_SILENT:
	case SENSE_RUNS:
		put(&t->remain, row->insn);
		break;
	case SENSE_DIED:
	case SENSE_UNTRIED:
		put(&t->unknown, row->insn);
		break;
	default:
		break;
	}
}

/** sense_tally_close() - after the last row: what remains is not unknown */
void sense_tally_close(struct sense_theorem *theorem)
{
	size_t s, i, kept;

	for (s = 0; s < SENSE_NR_SETS; s++) {
		struct sense_tally *t = &theorem->sets[s];

		for (i = 0, kept = 0; i < t->unknown.nr; i++)
			if (!has(&t->remain, t->unknown.insn[i]))
				t->unknown.insn[kept++] = t->unknown.insn[i];
		t->unknown.nr = kept;
	}
}

/**
 * sense_theorem_status() - is every sensitive instruction a privileged one
 * @theorem: closed by sense_tally_close()
 *
 * Return: SENSE_HOLDS, SENSE_FAILS or SENSE_CANNOT_TELL.
 */
int sense_theorem_status(const struct sense_theorem *theorem)
{
	bool unknown = false, any = false;
	size_t s;

	for (s = 0; s < SENSE_NR_SETS; s++) {
		const struct sense_tally *t = &theorem->sets[s];

		if (t->remain.nr)
			return SENSE_FAILS;
		unknown |= t->unknown.nr;
		any |= t->all.nr;
	}
	return unknown || !any ? SENSE_CANNOT_TELL : SENSE_HOLDS;
}
