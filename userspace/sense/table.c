// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table as a whole, made of the parts that the other table*.c and topics*.c
 * hold, one row an instruction.
 */
#include <string.h>
#include "sense.h"

size_t sense_count(void)
{
	return sense_nr_paper + sense_nr_since + sense_nr_privileged +
	       sense_nr_compat;
}

const struct sense_row *sense_row(size_t i)
{
	if (i < sense_nr_paper)
		return &sense_paper[i];
	i -= sense_nr_paper;
	if (i < sense_nr_since)
		return &sense_since[i];
	i -= sense_nr_since;
	if (i < sense_nr_privileged)
		return &sense_privileged[i];
	i -= sense_nr_privileged;
	return i < sense_nr_compat ? &sense_compat[i] : NULL;
}

static const struct sense_topic *find(const struct sense_topic *topics,
				      size_t nr, const char *insn)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (!strcmp(topics[i].insn, insn))
			return &topics[i];
	return NULL;
}

const struct sense_topic *sense_topic(const char *insn)
{
	const struct sense_topic *t;

	t = find(sense_topics_paper, sense_nr_topics_paper, insn);
	if (!t)
		t = find(sense_topics_since, sense_nr_topics_since, insn);
	if (!t)
		t = find(sense_topics_privileged, sense_nr_topics_privileged,
			 insn);
	return t;
}
