// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside doctor: show what the library's doctor found. Everything that is
 * known about kernels is in libringside.
 */
#include "cmd.h"
#include "out.h"
#include "ringside.h"

static const char * const words[] = {
	[RS_CHECK_OK] = "ok",
	[RS_CHECK_NOTE] = "note",
	[RS_CHECK_UNKNOWN] = "unknown",
	[RS_CHECK_FAIL] = "fail",
};

#define INDENT 10	/* of the lines under a finding, past its state */

static void show(const struct rs_check *c)
{
	out_row();
	out_str("name", c->name);
	out_str("state", words[c->state]);
	out_str("found", c->found);
	out_str("lost", c->lost);
	out_str("todo", c->todo);
	out_end();
	out_note("%-8s %-21s %s", words[c->state], c->name, c->found);
	if (c->state == RS_CHECK_OK)
		return;
	out_note("%*s%s: %s", INDENT, "",
		 c->state == RS_CHECK_UNKNOWN ? "at stake" : "lost", c->lost);
	out_note("%*sto do: %s", INDENT, "", c->todo);
}

static void summary(const unsigned int *count)
{
	size_t i;

	if (out_is_json()) {
		out_object("summary");
		for (i = 0; i < CMD_ARRAY_SIZE(words); i++)
			out_u64(words[i], count[i]);
		out_end();
		return;
	}
	out_note("%s", "");
	if (count[RS_CHECK_FAIL])
		out_note("Something is in the way: see the lines marked fail.");
	else if (count[RS_CHECK_UNKNOWN])
		out_note("Nothing seen is in the way, but not everything can be seen.");
	else
		out_note("This kernel can run Ringside and nothing is in the way.");
}

int cmd_doctor(int argc, char **argv)
{
	unsigned int count[CMD_ARRAY_SIZE(words)] = { 0 };
	struct rs_doctor *d;
	size_t i;
	int ret;

	(void)argc;
	(void)argv;
	ret = rs_doctor_open(&d);
	if (ret)
		return cmd_lib_error(ret);
	out_begin();
	out_table("checks", "", NULL, 0);
	for (i = 0; i < rs_doctor_count(d); i++) {
		show(rs_doctor_check(d, i));
		count[rs_doctor_check(d, i)->state]++;
	}
	out_end();
	summary(count);
	out_end();
	rs_doctor_close(d);
	return count[RS_CHECK_FAIL] ? EXIT_FAILED : EXIT_OK;
}
