// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does ringside_balloon outlive a device that misbehaves, and does the guest
 * have its memory back afterwards? The device is a fake one in the guest's
 * kernel (selftests/mods/fakeballoon).
 */
#include <sys/mman.h>

#include "kselftest_harness.h"

#include "fakeballoon.h"

FIXTURE(misbehaviour) {
	unsigned long total;
	unsigned long kills;
};

FIXTURE_SETUP(misbehaviour)
{
	ASSERT_EQ(0, load_both());
	self->total = meminfo_kib("MemTotal:");
	self->kills = proc_number("/proc/vmstat", "oom_kill ");
}

FIXTURE_TEARDOWN(misbehaviour)
{
	put("plugged", 0);
	EXPECT_EQ(self->total, meminfo_kib("MemTotal:"));
	EXPECT_EQ(self->kills, proc_number("/proc/vmstat", "oom_kill "));
	EXPECT_EQ(0, unload_both());
}

static const struct {
	const char *name;
	unsigned int mask;
	unsigned int offer;	/* with this the queue is used... */
	bool deflating;		/* ...when the balloon goes there */
} queues[] = {
	{ "inflate", Q_INFLATE, 0, false },
	{ "deflate", Q_DEFLATE, 0, true },
	{ "report", Q_REPORT, F(REPORTING), false },
};

#define NR_QUEUES 3

/*
 * Drives the balloon onto queue @i after it was told to misbehave. In one step
 * of more buffers than the driver sends at a time: a host that is silent has
 * got some of them, and not the others.
 */
static void misbehave(unsigned int i, const char *how, unsigned long value)
{
	plug(queues[i].offer);
	set_attr("batch_bytes", "0x4000000");
	if (queues[i].offer & F(REPORTING))
		set_attr("free_page_reporting", "0");
	if (queues[i].deflating)
		balloon(20 * UNIT);
	put(how, value);
	put("num_pages", queues[i].deflating ? 10 : 20 * UNIT);
}

/* However late the host is, it hears of each page just once. */
static void check_books(struct __test_metadata *_metadata)
{
	EXPECT_EQ(0, book("breaches")) {
		TH_LOG("the books:\n%s", read_file(FAKE "books"));
	}
	EXPECT_EQ(0, book("inflated_at_reset"));
}

/* The host must see as many pages in the balloon as there are. */
static void check_told(struct __test_metadata *_metadata, unsigned int offer)
{
	if (!(offer & F(REPORTING)))
		EXPECT_EQ(held(), book("inflated_now"));
	EXPECT_LE(held(), get("unused"));
}

TEST_F_TIMEOUT(misbehaviour, silent_queue_stalls_until_it_answers, 120)
{
	unsigned int i;

	for (i = 0; i < NR_QUEUES; i++) {
		TH_LOG("queue %s", queues[i].name);
		misbehave(i, "mute", queues[i].mask);
		EXPECT_TRUE(STATE_IS("stalled"));
		EXPECT_LE(1, attr_number("host_timeouts"));
		EXPECT_EQ(-ETIMEDOUT, atoi(attr("last_error")));
		put("mute", 0);
		EXPECT_TRUE(UNTIL(get("actual") == get("num_pages")));
		EXPECT_TRUE(STATE_IS("idle"));
		check_told(_metadata, queues[i].offer);
		EXPECT_TRUE(balloon(0));
		put("plugged", 0);
		check_books(_metadata);
	}
}

TEST_F_TIMEOUT(misbehaviour, answer_after_the_timeout_is_taken, 60)
{
	unsigned int i;

	for (i = 0; i < NR_QUEUES; i++) {
		TH_LOG("queue %s", queues[i].name);
		misbehave(i, "delay_ms", 3000);
		EXPECT_TRUE(STATE_IS("stalled"));
		put("delay_ms", 0);
		EXPECT_TRUE(STATE_IS("idle"));
		EXPECT_EQ(get("num_pages"), get("actual"));
		check_told(_metadata, queues[i].offer);
		put("plugged", 0);
		check_books(_metadata);
	}
}

/*
 * Uses so much memory, says so, and looks after a word whether it is as it was.
 * Never returns.
 */
static void use_memory(size_t size, int done, int look)
{
	unsigned long *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t words = size / sizeof(*memory), i;
	char word = 0;

	if (memory == MAP_FAILED)
		_exit(1);
	for (i = 0; i < words; i++)
		memory[i] = i;
	if (write(done, &word, 1) != 1 || read(look, &word, 1) != 1)
		_exit(2);
	for (i = 0; i < words; i++)
		if (memory[i] != i)
			_exit(3);
	_exit(0);
}

/*
 * What a silent host has been told of it may drop when it wakes up. The guest
 * must not have it before, however short of memory it is.
 */
TEST_F_TIMEOUT(misbehaviour, silent_host_keeps_its_pages_on_oom, 120)
{
	unsigned long settled = 60 * UNIT, told;
	int done[2], look[2], status;
	char word = 0;
	size_t size;
	pid_t pid;

	ASSERT_EQ(0, pipe(done));
	ASSERT_EQ(0, pipe(look));
	plug(F(REPORTING) | F(DEFLATE_ON_OOM));
	ASSERT_EQ(0, set_attr("free_page_reporting", "0"));
	ASSERT_EQ(0, set_attr("batch_bytes", "0x4000000"));
	/* All that can be had, at once. */
	ASSERT_EQ(0, set_attr("oom_release_bytes", "0x20000000"));
	ASSERT_TRUE(balloon(settled));
	put("mute", Q_REPORT);
	put("num_pages", settled + 20 * UNIT);
	ASSERT_TRUE(STATE_IS("stalled"));
	/* A step takes what it can have in a quarter of a second. */
	told = held() - settled;
	ASSERT_LE(UNIT, told);

	size = (meminfo_kib("MemAvailable:") + (48 << 10)) << 10;
	pid = fork();
	if (!pid)
		use_memory(size, done[1], look[0]);
	ASSERT_EQ(1, read(done[0], &word, 1));
	EXPECT_EQ(settled * 4096, attr_number("oom_released_bytes"));
	EXPECT_EQ(told, held());
	put("mute", 0);
	EXPECT_TRUE(UNTIL(get("actual") == told));
	EXPECT_LE(told, get("unused"));
	ASSERT_EQ(1, write(look[1], &word, 1));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_TRUE(balloon(0));
	put("plugged", 0);
	check_books(_metadata);
}

/*
 * A page that leaves the balloon before the host has looked at the hint about
 * it, and is written to then, would be missing after a migration.
 */
TEST_F_TIMEOUT(misbehaviour, silent_host_keeps_what_it_was_hinted_at, 120)
{
	plug(F(FREE_PAGE_HINT));
	ASSERT_TRUE(balloon(40 * UNIT));
	/* The word that opens the round takes so long, then nothing comes. */
	put("delay_ms", 500);
	put("hint", 1);
	ASSERT_TRUE(UNTIL(book("hint_starts") == 1));
	put("mute", Q_HINT);
	put("delay_ms", 0);
	EXPECT_TRUE(UNTIL(atoi(attr("last_error")) == -ETIMEDOUT));

	put("num_pages", 0);
	EXPECT_TRUE(STATE_IS("stalled"));
	EXPECT_EQ(40 * UNIT, held());
	EXPECT_LE(40 * UNIT, get("unused"));

	put("mute", 0);
	EXPECT_TRUE(UNTIL(get("actual") == 0));
	EXPECT_TRUE(STATE_IS("idle"));
	EXPECT_EQ(0, held());
	put("hint", 0);
	put("plugged", 0);
	check_books(_metadata);
}

TEST_F_TIMEOUT(misbehaviour, silent_device_can_be_left, 120)
{
	unsigned int i;

	for (i = 0; i < NR_QUEUES; i++) {
		TH_LOG("queue %s", queues[i].name);
		misbehave(i, "mute", Q_ALL);
		if (i & 1)
			usleep(50000);
		else
			EXPECT_TRUE(STATE_IS("stalled"));
		ASSERT_EQ(0, write_text(DRIVER "unbind", device_name()));
		EXPECT_EQ(self->total, meminfo_kib("MemTotal:"));
		put("mute", 0);
		put("num_pages", 1000);
		ASSERT_EQ(0, write_text(DRIVER "bind", device_name()));
		EXPECT_TRUE(UNTIL(get("actual") == 1000));
		put("plugged", 0);
	}
}

TEST_F_TIMEOUT(misbehaviour, wrong_answers_break_the_device, 120)
{
	static const char *const how[] = { "twice", "stray" };
	unsigned int i, h;

	for (h = 0; h < 2; h++) {
		for (i = 0; i < NR_QUEUES; i++) {
			TH_LOG("queue %s, %s", queues[i].name, how[h]);
			misbehave(i, how[h], queues[i].mask);
			/* It may be seen on the next use only. */
			UNTIL(get("actual") == get("num_pages") ||
			      !strcmp(attr("state"), "broken"));
			put("num_pages", queues[i].deflating ? 0 : 30 * UNIT);
			EXPECT_TRUE(STATE_IS("broken"));
			EXPECT_EQ(-EIO, atoi(attr("last_error")));
			put("plugged", 0);
			put(how[h], 0);
			EXPECT_EQ(self->total, meminfo_kib("MemTotal:"));
		}
	}
}

/* The balloon does not depend on these two. */
TEST_F_TIMEOUT(misbehaviour, side_queues_break_alone, 120)
{
	static const char *const how[] = { "twice", "stray", "mute" };
	unsigned int h;

	for (h = 0; h < 3; h++) {
		TH_LOG("%s", how[h]);
		put(how[h], Q_STATS | Q_HINT);
		plug(F(STATS_VQ) | F(FREE_PAGE_HINT));
		put("ask_stats", 1);
		put("hint", 1);
		usleep(100000);
		put("ask_stats", 1);
		EXPECT_TRUE(balloon(3 * UNIT));
		put("hint", 0);
		EXPECT_TRUE(balloon(10));
		put(how[h], 0);
		put("plugged", 0);
		EXPECT_EQ(self->total, meminfo_kib("MemTotal:"));
	}
}

TEST_F_TIMEOUT(misbehaviour, device_breaks_at_any_time, 120)
{
	unsigned int i;

	for (i = 0; i < 8; i++) {
		plug(i & 1 ? F(REPORTING) : 0);
		put("num_pages", 40 * UNIT);
		usleep(i * 5000);
		put("break", 1);
		if (i < 2) {
			put("num_pages", 10);
			EXPECT_TRUE(STATE_IS("broken"));
		}
		put("plugged", 0);
		EXPECT_EQ(self->total, meminfo_kib("MemTotal:"));
	}
}

TEST_F_TIMEOUT(misbehaviour, storm_of_changes_ends_at_the_last_one, 60)
{
	plug(F(REPORTING));
	put("num_pages", 7 * UNIT + 7);
	put("storm", 3000);
	EXPECT_TRUE(UNTIL(get("actual") == 7 * UNIT + 7));
	EXPECT_EQ(7 * UNIT + 7, held());
	put("storm", 3000);
	put("num_pages", 0);
	EXPECT_TRUE(UNTIL(get("actual") == 0));
	put("plugged", 0);
	EXPECT_EQ(0, book("breaches"));
	EXPECT_EQ(0, book("inflated_at_reset"));
}

TEST_F_TIMEOUT(misbehaviour, no_queues_no_driver, 60)
{
	static const int errors[] = { ENOENT, EIO, ENOMEM };
	unsigned int i;

	for (i = 0; i < 3; i++) {
		put("find_vqs_error", errors[i]);
		plug(F(REPORTING) | F(DEFLATE_ON_OOM));
		EXPECT_FALSE(is_bound());
		put("find_vqs_error", 0);
		ASSERT_EQ(0, write_text(DRIVER "bind", device_name()));
		EXPECT_TRUE(balloon(1000));
		put("plugged", 0);
	}
}

TEST_F_TIMEOUT(misbehaviour, no_queues_after_sleep, 60)
{
	plug(F(REPORTING) | F(DEFLATE_ON_OOM));
	ASSERT_TRUE(balloon(1000));
	ASSERT_EQ(0, put("suspended", 1));
	put("find_vqs_error", EIO);
	EXPECT_EQ(-EIO, put("suspended", 0));
	EXPECT_EQ(self->total, meminfo_kib("MemTotal:"));
	/* Every attribute can be read, and the device can go. */
	EXPECT_EQ(0, held());
	EXPECT_STRNE("", attr("state"));
	put("plugged", 0);
	put("find_vqs_error", 0);
}

/* More than there is; the guest lives on and gets everything back. */
TEST_F_TIMEOUT(misbehaviour, absurd_targets_leave_what_the_guest_needs, 250)
{
	static const unsigned long targets[] = {
		0xffffffff, 0x80000000, 1 << 20,
	};
	static const unsigned int offers[] = { F(REPORTING), 0 };
	unsigned long reserve, available;
	unsigned int i, t;

	for (i = 0; i < 2; i++) {
		plug(offers[i]);
		if (offers[i])
			ASSERT_EQ(0, set_attr("free_page_reporting", "0"));
		for (t = 0; t < 3; t++) {
			TH_LOG("%#lx pages", targets[t]);
			put("num_pages", targets[t]);
			EXPECT_TRUE(STATE_IS("limited"));
			reserve = attr_number("reserve_bytes") >> 10;
			available = meminfo_kib("MemAvailable:");
			/* A step may have been under way. */
			EXPECT_LT(reserve / 2, available);
			EXPECT_LT(self->total / 2, held() * 4);
			EXPECT_LE(held(), get("unused"));
		}
		EXPECT_TRUE(balloon(0));
		put("plugged", 0);
		EXPECT_EQ(0, book("breaches"));
	}
}

TEST_HARNESS_MAIN
