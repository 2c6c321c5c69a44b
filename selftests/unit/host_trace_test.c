// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recording and replaying: what is read is what was written, a recorded run
 * decides the same again, and what is no trace is refused with its line.
 */
#include <errno.h>
#include <stdlib.h>
#include "host_sim.h"
#include "tap.h"
#include "trace.h"

static struct sim sim;
static struct rsh_trace_reader *reader;
static FILE *file;

static const char * const names[SIM_VMS] = { "a", "b", "c", "d" };

/* Run for @steps, and write down every one of them. */
static void record(unsigned int steps)
{
	struct rsh_trace_step step = {
		.names = names, .limits = sim.limits, .samples = sim.samples,
		.decisions = sim.decisions,
	};
	unsigned int i;

	file = tmpfile();
	EXPECT_EQ(0, rsh_trace_begin(file, &sim.settings));
	for (i = 0; i < steps; i++) {
		/* A third VM appears, another one works and dies. */
		if (i == 50)
			sim_add(&sim, 512 * MIB, 96 * MIB);
		if (i == 100)
			sim.vms[0].want = 300 * MIB;
		if (i == 200)
			sim_kill(&sim, 0);
		sim.host.psi_some = i % 7 ? 0 : 90;
		sim_run(&sim, 100);
		step.now = sim.now;
		step.host = sim.host;
		step.n = sim.n;
		EXPECT_EQ(0, rsh_trace_write(file, &step));
	}
	rewind(file);
}

static void record_three(void)
{
	sim_init(&sim, 1024 * MIB, 1);
	sim_add(&sim, 512 * MIB, 96 * MIB);
	sim_add(&sim, 512 * MIB, 96 * MIB);
	sim.vms[1].garbage = true;
	record(300);
	EXPECT_EQ(0, rsh_trace_open(file, "t", &reader));
}

static void done(void)
{
	rsh_trace_close(reader);
	fclose(file);
}

TEST(a_replay_decides_the_same)
{
	struct rsh_replay result;

	record_three();
	EXPECT_EQ(0, rsh_trace_replay(reader, NULL, stdout, &result));
	EXPECT_EQ(300, result.steps);
	EXPECT_EQ(300 + 250 + 200, result.decisions);
	EXPECT_TRUE(result.changes > 5);
	EXPECT_EQ(0, result.differences);
	done();
}

TEST(a_replay_with_other_settings_differs)
{
	struct rsh_settings other;
	struct rsh_replay result;
	char text[65536] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	record_three();
	other = *rsh_trace_settings(reader);
	other.headroom *= 2;
	EXPECT_EQ(0, rsh_trace_replay(reader, &other, out, &result));
	fclose(out);
	EXPECT_TRUE(result.differences > 0);
	EXPECT_TRUE(strstr(text, " a: was "));
	done();
}

TEST(what_is_read_is_what_was_written)
{
	struct rsh_trace_step step;
	unsigned int i = 0;

	record_three();
	EXPECT_EQ(0, memcmp(&sim.settings, rsh_trace_settings(reader),
			    sizeof(sim.settings)));
	while (rsh_trace_next(reader, &step) > 0)
		i++;
	EXPECT_EQ(300, i);
	EXPECT_EQ(sim.now, step.now);
	EXPECT_EQ(3, step.n);
	EXPECT_STREQ("b", step.names[1]);
	for (i = 0; i < 3; i++) {
		const struct rsh_sample *want = &sim.samples[i];
		const struct rsh_sample *got = &step.samples[i];

		EXPECT_EQ(want->alive, got->alive);
		EXPECT_EQ(want->answered, got->answered);
		EXPECT_EQ(want->epoch, got->epoch);
		EXPECT_EQ(want->ram, got->ram);
		EXPECT_EQ(want->actual, got->actual);
		EXPECT_EQ(want->asked, got->asked);
		EXPECT_EQ(want->pss, got->pss);
		EXPECT_EQ(want->overhead, got->overhead);
		EXPECT_EQ(0, memcmp(&want->stats, &got->stats,
				    sizeof(want->stats)));
		EXPECT_EQ(sim.limits[i].min, step.limits[i].min);
		EXPECT_EQ(sim.limits[i].max, step.limits[i].max);
		EXPECT_EQ(sim.decisions[i].target, step.decisions[i].target);
		EXPECT_EQ(sim.decisions[i].reason, step.decisions[i].reason);
	}
	done();
}

static void refuse_open(const char *text, const char *message)
{
	file = fmemopen((void *)text, strlen(text), "r");
	EXPECT_EQ(-EINVAL, rsh_trace_open(file, "t", &reader));
	EXPECT_STREQ(message, rsh_trace_error(reader));
	done();
}

TEST(what_is_no_trace_is_refused)
{
	refuse_open("\n", "t:1: column 0: '[' or '{' expected near end of file");
	refuse_open("{}\n", "t:1: not a trace of ringside-host, version 1");
	refuse_open("[1]\n", "t:1: not a trace of ringside-host, version 1");
	refuse_open("{\"ringside_host_trace\":2}\n",
		    "t:1: not a trace of ringside-host, version 1");
	refuse_open("{\"ringside_host_trace\":1}\n",
		    "t:1: settings: an object is needed");
	refuse_open("{\"ringside_host_trace\":1,\"settings\":{\"budget\":-1}}\n",
		    "t:1: settings.budget: wrong or missing");
}

/* The settings of a good trace, and then @text. */
static void refuse_step(const char *text, const char *message)
{
	struct rsh_settings settings;
	struct rsh_trace_step step;

	rsh_settings_init(&settings);
	file = tmpfile();
	rsh_trace_begin(file, &settings);
	fputs(text, file);
	rewind(file);
	EXPECT_EQ(0, rsh_trace_open(file, "t", &reader));
	EXPECT_EQ(-EINVAL, rsh_trace_next(reader, &step));
	EXPECT_STREQ(message, rsh_trace_error(reader));
	done();
}

#define LIMITS "\"name\":\"a\",\"limits\":{\"min\":1,\"shares\":1}"

TEST(steps_that_are_not_understood_are_refused)
{
	refuse_step("{}\n", "t:2: vms: an array is needed");
	refuse_step("[]\n", "t:2: vms: an array is needed");
	refuse_step("{\"vms\":[]}\n", "t:2: now: wrong or missing");
	refuse_step("{\"now\":1,\"vms\":[]}\n",
		    "t:2: host: an object is needed");
	refuse_step("{\"now\":1,\"host\":{},\"vms\":[1]}\n",
		    "t:2: vms[0].name: wrong or missing");
	refuse_step("{\"now\":1,\"host\":{},\"vms\":[{\"name\":\"a\",\"limits\":{}}]}\n",
		    "t:2: limits.shares: wrong or missing");
	refuse_step("{\"now\":1,\"host\":{},\"vms\":[{" LIMITS "}]}\n",
		    "t:2: sample: an object is needed");
	refuse_step("{\"now\":1,\"host\":{},\"vms\":[{" LIMITS
		    ",\"sample\":{\"pss\":\"-3\"}}]}\n",
		    "t:2: sample.pss: wrong or missing");
	refuse_step("{\"now\":1,\"host\":{},\"vms\":[{" LIMITS
		    ",\"sample\":{\"alive\":1}}]}\n",
		    "t:2: sample.alive: wrong or missing");
	refuse_step("{\"now\":1,\"host\":{},\"vms\":[{" LIMITS
		    ",\"sample\":{},\"decision\":{\"flags\":4294967296}}]}\n",
		    "t:2: decision.flags: wrong or missing");
	refuse_step("{\"now\":1,\"host\":{},\"vms\":[{" LIMITS
		    ",\"sample\":{},\"decision\":{\"flags\":1,\"reason\":\"x\"}}]}\n",
		    "t:2: decision.reason: wrong or missing");
}

TEST(a_trace_that_is_cut_off_is_told)
{
	refuse_step("{\"now\":1,\"host\":{\"psi",
		    "t:2: column 21: premature end of input near '\"psi'");
}

TEST(a_disk_that_is_full_is_told)
{
	struct rsh_settings settings;
	FILE *full = fopen("/dev/full", "w");

	rsh_settings_init(&settings);
	setvbuf(full, NULL, _IONBF, 0);
	EXPECT_EQ(-EIO, rsh_trace_begin(full, &settings));
	fclose(full);
}

TEST_MAIN
