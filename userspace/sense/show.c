// SPDX-License-Identifier: GPL-2.0-only
/*
 * The documents of ringside sense: the table with its answer, the list of rows,
 * the reason behind a row. JSON has every row and all that was found; text
 * leaves out privileged instructions that do what they should.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include "cmd.h"
#include "out.h"
#include "show.h"

#define WIDTH 78	/* of running text */

void sense_name(const struct sense_row *row, char *name, size_t len)
{
	snprintf(name, len, "%s%s", row->key, row->mode == 32 ? "/32" : "");
}

static void trap_text(const struct sense_found *found, char *text, size_t len)
{
	if (sense_vector_has_error(found->vector))
		snprintf(text, len, "%s(%x)%s", sense_vector_name(found->vector),
			 found->error, found->astray ? ", elsewhere" : "");
	else
		snprintf(text, len, "%s%s", sense_vector_name(found->vector),
			 found->astray ? ", elsewhere" : "");
}

static void values_text(const struct sense_row *row,
			const struct sense_found *found, char *text, size_t len)
{
	size_t used = 0;
	unsigned int i;

	snprintf(text, len, "ran");
	for (i = 0; i < row->values && used < len; i++)
		used += snprintf(text + used, len - used, "%s%" PRIx64,
				 i ? " " : "", found->values[i]);
}

/* What was seen, in a few words. */
static void seen_text(const struct sense_result *r, char *text, size_t len)
{
	snprintf(text, len, "-");
	if (r->found.state == SENSE_TRAPPED)
		trap_text(&r->found, text, len);
	else if (r->found.state == SENSE_DONE)
		values_text(r->row, &r->found, text, len);
	else if (r->found.state == SENSE_NO_MODE)
		snprintf(text, len, "no %u-bit mode", r->row->mode);
	else if (r->found.state == SENSE_LOST)
		snprintf(text, len, "killed by signal %d", r->found.killed);
	else if (r->row->flags & SENSE_RISKY)
		snprintf(text, len, "see --risky");
}

static void show_values(const struct sense_result *r)
{
	unsigned int i;

	out_array("values");
	for (i = 0; r->found.state == SENSE_DONE && i < r->row->values; i++)
		out_fmt(NULL, "0x%" PRIx64, r->found.values[i]);
	out_end();
}

static void show_text_or_null(const char *key, const char *text)
{
	if (text)
		out_str(key, text);
	else
		out_null(key);
}

static void show_json(const struct sense_result *r)
{
	bool trapped = r->found.state == SENSE_TRAPPED;

	out_u64("mode", r->row->mode);
	out_str("counts_for", r->row->insn);
	out_str("set", sense_set_name(r->row->set));
	if (trapped)
		out_u64("vector", r->found.vector);
	else
		out_null("vector");
	if (trapped && sense_vector_has_error(r->found.vector))
		out_u64("error", r->found.error);
	else
		out_null("error");
	show_values(r);
	out_bool("varies", r->row->flags & SENSE_VARIES);
	show_text_or_null("closed_by", r->verdict == SENSE_CLOSABLE ?
			  sense_switch_name(r->row->close) : NULL);
	show_text_or_null("defect", sense_defect(r->row, &r->found));
}

static void show_row(const struct sense_result *r)
{
	char name[SENSE_NAME_LEN], seen[64];

	sense_name(r->row, name, sizeof(name));
	seen_text(r, seen, sizeof(seen));
	out_row();
	out_str("row", name);
	out_str("instruction", r->row->text);
	out_str("verdict", sense_verdict_name(r->verdict));
	if (out_is_json())
		show_json(r);
	else
		out_fmt("seen", "%s%s", seen,
			sense_defect(r->row, &r->found) ? " !" : "");
	out_end();
}

static const struct out_col columns[] = {
	{ "row", "ROW", false },
	{ "instruction", "INSTRUCTION", false },
	{ "verdict", "VERDICT", false },
	{ "seen", "SEEN", false },
};

static bool is_ordinary(const struct sense_result *r)
{
	return r->row->set == SENSE_PRIVILEGED &&
	       (r->verdict == SENSE_TRAPS || r->verdict == SENSE_ABSENT) &&
	       !sense_defect(r->row, &r->found);
}

static void show_set(const struct sense_result *results, size_t nr,
		     enum sense_set set, bool all)
{
	static const char * const heads[SENSE_NR_SETS] = {
		[SENSE_PAPER] = "Sensitive, and not privileged on the Pentium (Robin and Irvine, 2000)",
		[SENSE_SINCE] = "As sensitive, newer or not counted there",
		[SENSE_PRIVILEGED] = "Privileged",
	};
	size_t i, left_out = 0;

	out_note("%s:", heads[set]);
	out_table("rows", "all of them trap", columns,
		  CMD_ARRAY_SIZE(columns));
	for (i = 0; i < nr; i++) {
		if (results[i].row->set != set)
			continue;
		if (all || !is_ordinary(&results[i]))
			show_row(&results[i]);
		else
			left_out++;
	}
	out_end();
	if (left_out)
		out_note("%zu rows trap, or are absent, as they should; --all shows them.",
			 left_out);
	out_note("%s", "");
}

static void show_table(const struct sense_result *results, size_t nr, bool all)
{
	enum sense_set set;
	size_t i;

	if (!out_is_json()) {
		for (set = SENSE_PAPER; set < SENSE_NR_SETS; set++)
			show_set(results, nr, set, all);
		return;
	}
	out_table("rows", "", NULL, 0);
	for (i = 0; i < nr; i++)
		show_row(&results[i]);
	out_end();
}

/* A paragraph, broken at blanks. */
static void paragraph(const char *head, const char *text)
{
	char line[WIDTH + 1];
	int used = snprintf(line, sizeof(line), "%s", head);

	while (*text) {
		int len = strcspn(text, " ");

		if (used + len + 1 > WIDTH) {
			out_note("%s", line);
			used = snprintf(line, sizeof(line), "   ");
		}
		used += snprintf(line + used, sizeof(line) - used, " %.*s",
				 len, text);
		text += len;
		text += strspn(text, " ");
	}
	out_note("%s", line);
}

static void list_note(const char *head, const struct sense_list *list)
{
	char text[2048] = "";
	size_t i, used = 0;

	if (!list->nr)
		return;
	for (i = 0; i < list->nr && used < sizeof(text); i++)
		used += snprintf(text + used, sizeof(text) - used, "%s%s",
				 i ? ", " : "", list->insn[i]);
	paragraph(head, text);
}

static void list_json(const char *key, const struct sense_list *list)
{
	size_t i;

	out_array(key);
	for (i = 0; i < list->nr; i++)
		out_str(NULL, list->insn[i]);
	out_end();
}

static void show_tally(const struct sense_tally *t, enum sense_set set)
{
	static const char * const fmt[SENSE_NR_SETS] = {
		[SENSE_PAPER] = "%zu of %zu remain:",
		[SENSE_SINCE] = "%zu of %zu that are not in the paper remain:",
		[SENSE_PRIVILEGED] = "%zu of %zu privileged ones run in user mode:",
	};
	char head[80];

	if (out_is_json()) {
		out_object(sense_set_name(set));
		out_u64("instructions", t->all.nr);
		list_json("remain", &t->remain);
		list_json("closable", &t->closable);
		list_json("unknown", &t->unknown);
		out_end();
		return;
	}
	snprintf(head, sizeof(head), fmt[set], t->remain.nr, t->all.nr);
	if (t->remain.nr)
		list_note(head, &t->remain);
	list_note("    a switch closes:", &t->closable);
	list_note("    not known:", &t->unknown);
}

static void show_theorem(const struct sense_theorem *theorem)
{
	static const char * const answers[] = {
		"Popek and Goldberg's condition holds: what is sensitive traps.",
		"Popek and Goldberg's condition does not hold.",
		"It can not be told whether Popek and Goldberg's condition holds.",
	};
	int status = sense_theorem_status(theorem);
	enum sense_set set;

	if (out_is_json()) {
		out_object("theorem");
		if (status == SENSE_CANNOT_TELL)
			out_null("holds");
		else
			out_bool("holds", status == SENSE_HOLDS);
	} else {
		out_note("%s", answers[status]);
	}
	for (set = SENSE_PAPER; set < SENSE_NR_SETS; set++)
		show_tally(&theorem->sets[set], set);
	if (out_is_json())
		out_end();
}

static void show_machine(void)
{
	struct sense_machine machine;
	struct utsname u;

	sense_machine(&machine);
	out_str("cpu", machine.cpu);
	show_text_or_null("hypervisor",
			  machine.hypervisor[0] ? machine.hypervisor : NULL);
	if (!uname(&u))
		out_str("kernel", u.release);
	else
		out_null("kernel");
}

/* In text, what is marked in the table; JSON has it in the rows. */
static void note_defects(const struct sense_result *results, size_t nr)
{
	char name[SENSE_NAME_LEN + 4];
	bool any = false;
	size_t i;

	for (i = 0; i < nr; i++) {
		const char *text = sense_defect(results[i].row,
						&results[i].found);

		if (!text)
			continue;
		if (!any)
			out_note("Known mistakes of this machine (!):");
		any = true;
		sense_name(results[i].row, name, SENSE_NAME_LEN);
		strcat(name, ":");
		paragraph(name, text);
	}
	if (any)
		out_note("%s", "");
}

void sense_show(const struct sense_result *results, size_t nr,
		const struct sense_theorem *theorem, bool all)
{
	out_begin();
	show_machine();
	out_note("%s", "");
	show_table(results, nr, all);
	if (!out_is_json())
		note_defects(results, nr);
	show_theorem(theorem);
	out_end();
}

void sense_show_rows(void)
{
	static const struct out_col cols[] = {
		{ "row", "ROW", false },
		{ "instruction", "INSTRUCTION", false },
		{ "set", "SET", false },
		{ "counts_for", "COUNTS FOR", false },
	};
	char name[SENSE_NAME_LEN];
	size_t i;

	out_begin();
	out_table("rows", "", cols, CMD_ARRAY_SIZE(cols));
	for (i = 0; i < sense_count(); i++) {
		const struct sense_row *row = sense_row(i);

		sense_name(row, name, sizeof(name));
		out_row();
		out_str("row", name);
		out_str("instruction", row->text);
		out_str("set", sense_set_name(row->set));
		out_str("counts_for", row->insn);
		out_bool("risky", row->flags & SENSE_RISKY);
		out_end();
	}
	out_end();
	out_end();
}

static void show_reason(const char *key, const char *head, const char *text)
{
	if (out_is_json()) {
		out_str(key, text);
		return;
	}
	out_note("%s", "");
	paragraph(head, text);
}

void sense_explain(const struct sense_result *r)
{
	const struct sense_topic *topic = sense_topic(r->row->insn);
	const char *defect = sense_defect(r->row, &r->found);
	char name[SENSE_NAME_LEN], seen[64];

	sense_name(r->row, name, sizeof(name));
	seen_text(r, seen, sizeof(seen));
	out_begin();
	out_str("row", name);
	out_str("instruction", r->row->text);
	out_u64("mode", r->row->mode);
	out_str("set", sense_set_name(r->row->set));
	out_str("verdict", sense_verdict_name(r->verdict));
	out_str("seen", seen);
	if (topic) {
		show_reason("does", "What it does:", topic->does);
		show_reason("breaks", "Why it matters:", topic->breaks);
		show_reason("closed", "Who closed it:", topic->closed);
	}
	if (defect)
		show_reason("defect", "Here:", defect);
	else if (out_is_json())
		out_null("defect");
	out_end();
}
