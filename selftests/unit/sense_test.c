// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of sense and its judgement: is every row whole, and what would be
 * said of machines that there are none of here. Runs no probe.
 */
#include "tap.h"
#include "userspace/sense/sense.h"

static const struct sense_row *row(const char *key, unsigned int mode)
{
	size_t i;

	for (i = 0; i < sense_count(); i++)
		if (!strcmp(sense_row(i)->key, key) &&
		    sense_row(i)->mode == mode)
			return sense_row(i);
	printf("# %s, which is none of the table\n", key);
	return NULL;
}

static const struct sense_found ran = {
	.state = SENSE_DONE, .feature = true,
};

static struct sense_found trap(unsigned int vector, unsigned int error)
{
	return (struct sense_found){
		.state = SENSE_TRAPPED, .feature = true, .vector = vector,
		.error = error,
	};
}

TEST(the_table_is_as_large_as_it_was_asked_to_be)
{
	size_t i, in64 = 0, in32 = 0;

	for (i = 0; i < sense_count(); i++) {
		in64 += sense_row(i)->mode == 64;
		in32 += sense_row(i)->mode == 32;
	}
	EXPECT_TRUE(in64 >= 76);
	EXPECT_TRUE(in32 >= 20);
	EXPECT_EQ(sense_count(), in64 + in32);
	EXPECT_TRUE(!sense_row(sense_count()));
}

TEST(every_row_has_a_probe_and_every_probe_a_row)
{
	size_t i;

	for (i = 0; i < sense_count(); i++)
		if (!sense_has_probe(sense_row(i)))
			UNIT_FAIL("no probe for %s in mode %u",
				  sense_row(i)->key, sense_row(i)->mode);
	EXPECT_EQ(sense_nr_probes(), sense_count());
}

TEST(every_row_has_a_reason)
{
	const struct sense_topic *t;
	size_t i;

	for (i = 0; i < sense_count(); i++) {
		t = sense_topic(sense_row(i)->insn);
		if (!t || !t->does || !t->breaks || !t->closed)
			UNIT_FAIL("no reason for %s", sense_row(i)->insn);
	}
}

TEST(no_name_is_given_twice)
{
	size_t i, j;

	for (i = 0; i < sense_count(); i++)
		for (j = 0; j < i; j++)
			if (sense_row(i)->mode == sense_row(j)->mode &&
			    !strcmp(sense_row(i)->key, sense_row(j)->key))
				UNIT_FAIL("two rows %s", sense_row(i)->key);
}

TEST(every_feature_of_a_row_is_known)
{
	size_t i;

	for (i = 0; i < sense_count(); i++)
		if (!sense_feature_known(sense_row(i)->feature))
			UNIT_FAIL("%s: what is %s?", sense_row(i)->key,
				  sense_row(i)->feature);
	EXPECT_FALSE(sense_feature_known("nonesuch"));
	EXPECT_FALSE(sense_has_feature("nonesuch"));
}

TEST(the_paper_has_seventeen)
{
	struct sense_theorem theorem = { 0 };
	size_t i;

	for (i = 0; i < sense_count(); i++)
		sense_tally_add(&theorem, sense_row(i), SENSE_TRAPS);
	EXPECT_EQ(17, theorem.sets[SENSE_PAPER].all.nr);
}

TEST(what_runs_is_judged_by_its_row)
{
	struct sense_found found = ran;

	EXPECT_EQ(SENSE_LEAKS, sense_judge(row("sgdt", 64), &found));
	EXPECT_EQ(SENSE_RUNS, sense_judge(row("invd", 64), &found));
	EXPECT_EQ(SENSE_SAME, sense_judge(row("arpl", 32), &found));
	found.emulated = true;
	EXPECT_EQ(SENSE_EMULATED, sense_judge(row("sgdt", 64), &found));
	found.emulated = false;
	found.closed = true;
	EXPECT_EQ(SENSE_CLOSABLE, sense_judge(row("cpuid", 64), &found));
}

TEST(flags_that_were_obeyed_are_not_silent)
{
	struct sense_found found = ran;

	found.values[0] = 0x46;
	found.values[1] = 0x246;
	EXPECT_EQ(SENSE_SILENT, sense_judge(row("popf_if", 64), &found));
	found.values[1] = 0x46;
	EXPECT_EQ(SENSE_RUNS, sense_judge(row("popf_if", 64), &found));
}

TEST(a_trap_is_a_trap)
{
	struct sense_found found = trap(13, 0);

	EXPECT_EQ(SENSE_TRAPS, sense_judge(row("cli", 64), &found));
	found.astray = true;
	EXPECT_EQ(SENSE_DIED, sense_judge(row("cli", 64), &found));
}

TEST(what_the_processor_does_not_have_is_absent)
{
	struct sense_found found = trap(6, 0);

	EXPECT_EQ(SENSE_TRAPS, sense_judge(row("monitor", 64), &found));
	found.feature = false;
	EXPECT_EQ(SENSE_ABSENT, sense_judge(row("monitor", 64), &found));
	found.vector = 13;
	EXPECT_EQ(SENSE_TRAPS, sense_judge(row("monitor", 64), &found));
	found = (struct sense_found){ .state = SENSE_NO_MODE };
	EXPECT_EQ(SENSE_ABSENT, sense_judge(row("bound", 32), &found));
}

TEST(a_fault_behind_the_check_of_privilege_is_no_trap)
{
	struct sense_found page = trap(14, 4), denied = trap(13, 0);

	EXPECT_EQ(SENSE_RUNS, sense_judge(row("lgdt", 64), &page));
	EXPECT_EQ(SENSE_TRAPS, sense_judge(row("lgdt", 64), &denied));
}

TEST(who_does_not_come_back_is_dead)
{
	struct sense_found found = { .state = SENSE_LOST, .killed = 9 };

	EXPECT_EQ(SENSE_DIED, sense_judge(row("ret_own", 64), &found));
	EXPECT_TRUE(sense_defect(row("ret_own", 64), &found));
	EXPECT_FALSE(sense_defect(row("cli", 64), &found));
	found.state = SENSE_NOT_RUN;
	EXPECT_EQ(SENSE_UNTRIED, sense_judge(row("ret_own", 64), &found));
	EXPECT_FALSE(sense_defect(row("ret_own", 64), &found));
}

TEST(known_mistakes_are_recognised_by_what_they_do)
{
	struct sense_found found = trap(13, 0x812);

	EXPECT_TRUE(sense_defect(row("int81", 64), &found));
	EXPECT_TRUE(sense_defect(row("int81", 32), &found));
	found.error = 0x40a;
	EXPECT_FALSE(sense_defect(row("int81", 64), &found));
	found = trap(6, 0);
	EXPECT_TRUE(sense_defect(row("int1", 64), &found));
	found = trap(1, 0);
	EXPECT_FALSE(sense_defect(row("int1", 64), &found));
	EXPECT_TRUE(sense_defect(row("wbinvd", 64), &ran));
	found = ran;
	found.values[0] = 0xffffffff00000040;
	EXPECT_FALSE(sense_defect(row("str", 64), &found));
	found.emulated = true;
	EXPECT_TRUE(sense_defect(row("str", 64), &found));
	found.values[0] = 0x40;
	EXPECT_FALSE(sense_defect(row("str", 64), &found));
}

TEST(the_theorem_holds_where_everything_traps)
{
	struct sense_theorem theorem = { 0 };
	size_t i;

	for (i = 0; i < sense_count(); i++)
		sense_tally_add(&theorem, sense_row(i), i % 2 ? SENSE_TRAPS :
				SENSE_EMULATED);
	sense_tally_close(&theorem);
	EXPECT_EQ(SENSE_HOLDS, sense_theorem_status(&theorem));
}

TEST(one_instruction_that_remains_is_enough)
{
	struct sense_theorem theorem = { 0 };

	sense_tally_add(&theorem, row("sgdt", 64), SENSE_TRAPS);
	sense_tally_add(&theorem, row("cpuid", 64), SENSE_CLOSABLE);
	sense_tally_close(&theorem);
	EXPECT_EQ(SENSE_FAILS, sense_theorem_status(&theorem));
	EXPECT_EQ(1, theorem.sets[SENSE_SINCE].closable.nr);
}

TEST(a_privileged_instruction_that_runs_breaks_it_too)
{
	struct sense_theorem theorem = { 0 };

	sense_tally_add(&theorem, row("invd", 64), SENSE_RUNS);
	sense_tally_close(&theorem);
	EXPECT_EQ(SENSE_FAILS, sense_theorem_status(&theorem));
}

TEST(without_an_answer_there_is_none)
{
	struct sense_theorem theorem = { 0 };

	EXPECT_EQ(SENSE_CANNOT_TELL, sense_theorem_status(&theorem));
	sense_tally_add(&theorem, row("sgdt", 64), SENSE_TRAPS);
	sense_tally_add(&theorem, row("ret_own", 64), SENSE_UNTRIED);
	sense_tally_close(&theorem);
	EXPECT_EQ(SENSE_CANNOT_TELL, sense_theorem_status(&theorem));
	EXPECT_EQ(1, theorem.sets[SENSE_PAPER].unknown.nr);
}

TEST(what_remains_in_one_row_is_not_unknown_for_another)
{
	struct sense_theorem theorem = { 0 };

	sense_tally_add(&theorem, row("call_own", 32), SENSE_UNTRIED);
	sense_tally_add(&theorem, row("call_own", 64), SENSE_LEAKS);
	sense_tally_add(&theorem, row("call_kernel", 64), SENSE_TRAPS);
	sense_tally_close(&theorem);
	EXPECT_EQ(1, theorem.sets[SENSE_PAPER].all.nr);
	EXPECT_EQ(1, theorem.sets[SENSE_PAPER].remain.nr);
	EXPECT_EQ(0, theorem.sets[SENSE_PAPER].unknown.nr);
}

TEST_MAIN
