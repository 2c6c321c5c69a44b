// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does ringside_balloon keep to the protocol, whatever the device offers? The
 * device is a fake one in the guest's kernel which keeps books on every page
 * (selftests/mods/fakeballoon), so that this needs no host.
 */
#include <sys/mman.h>
#include <linux/falloc.h>

#include "kselftest_harness.h"

#include "fakeballoon.h"

FIXTURE(device) {
	unsigned long total;
};

FIXTURE_SETUP(device)
{
	ASSERT_EQ(0, load_both());
	self->total = meminfo_kib("MemTotal:");
}

FIXTURE_TEARDOWN(device)
{
	put("plugged", 0);
	EXPECT_EQ(0, book("breaches")) {
		TH_LOG("the books:\n%s", read_file(FAKE "books"));
	}
	EXPECT_EQ(0, book("inflated_at_reset"));
	EXPECT_EQ(self->total, meminfo_kib("MemTotal:"));
	EXPECT_EQ(0, unload_both());
}

static const char *const feature_names[NR_FEATURES] = {
	"must-tell-host", "stats", "deflate-on-oom", "free-page-hint",
	"page-poison", "reporting",
};

static const char *names_of(unsigned int features)
{
	static char text[128];
	unsigned int i;

	text[0] = '\0';
	for (i = 0; i < NR_FEATURES; i++) {
		if (!(features & (1u << i)))
			continue;
		if (text[0])
			strcat(text, " ");
		strcat(text, feature_names[i]);
	}
	return text[0] ? text : "none";
}

static void check_statistics(struct __test_metadata *_metadata)
{
	unsigned int tags = 0, tag;
	unsigned long long value;
	const char *line;

	put("ask_stats", 1);
	ASSERT_TRUE(UNTIL(*read_file(FAKE "stats")));
	for (line = read_file(FAKE "stats"); line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (sscanf(line, "%u %llu", &tag, &value) == 2)
			tags |= 1u << tag;
	}
	EXPECT_EQ(0xffff, tags);
}

static void check_hints(struct __test_metadata *_metadata,
			unsigned long in_balloon)
{
	put("hint", 1);
	EXPECT_TRUE(UNTIL(book("hint_stops") == 1)) {
		TH_LOG("the host was not told that all was hinted");
	}
	EXPECT_EQ(1, book("hint_starts"));
	/* Most of the guest's memory is free. */
	EXPECT_LE(in_balloon + 100 * UNIT, book("hint_pages"));
	/* What is in the balloon need not be sent to another host either. */
	EXPECT_LE(in_balloon / UNIT * UNIT, book("hinted_given"));
	put("hint", 0);
}

/*
 * The queues have no fixed numbers: the wrong one is talked to when the
 * driver counts others than the device, and nobody complains.
 */
static void check_queues(struct __test_metadata *_metadata,
			 unsigned int offer, unsigned long size)
{
	bool reporting = offer & F(REPORTING);

	EXPECT_EQ(size, held());
	EXPECT_LE(size, get("unused"));
	EXPECT_EQ(reporting, !!book("report_pages"));
	EXPECT_LE(reporting ? size / UNIT * UNIT : 0, book("report_pages"));
	if (!reporting || (offer & F(MUST_TELL_HOST)))
		EXPECT_EQ(size, book("inflated_now"));
	if (offer & F(STATS_VQ))
		check_statistics(_metadata);
	if (offer & F(FREE_PAGE_HINT))
		check_hints(_metadata, size);
}

static void check_features(struct __test_metadata *_metadata,
			   unsigned int offer)
{
	/* OOM can't wait for a host that has to be told first. */
	unsigned int want = offer;

	if (offer & F(MUST_TELL_HOST))
		want &= ~F(DEFLATE_ON_OOM);
	/* The guest expects nothing of a free page's content. */
	want &= ~F(PAGE_POISON);
	EXPECT_EQ(want, accepted() & 0x3f);
	EXPECT_STREQ(names_of(want), attr("features"));
	EXPECT_EQ(0, get("poison_val"));
}

TEST_F_TIMEOUT(device, every_combination_of_features, 250)
{
	unsigned long size = 3 * UNIT + 5;
	unsigned int offer;

	for (offer = 0; offer < 1u << NR_FEATURES; offer++) {
		TH_LOG("offering %s", names_of(offer));
		plug(offer);
		ASSERT_TRUE(is_bound());
		check_features(_metadata, offer);
		if (offer & F(REPORTING))
			ASSERT_EQ(0, set_attr("free_page_reporting", "0"));
		ASSERT_TRUE(balloon(size));
		check_queues(_metadata, offer, size);
		EXPECT_GE(256, book("inflate_longest"));
		EXPECT_TRUE(balloon(0));
		EXPECT_EQ(0, book("inflated_now"));
		put("plugged", 0);
		ASSERT_EQ(0, book("breaches"));
		ASSERT_EQ(0, book("inflated_at_reset"));
		ASSERT_EQ(self->total, meminfo_kib("MemTotal:"));
	}
}

/* How the modes differ, by the books, with the balloon at @size. */
static void check_mode(struct __test_metadata *_metadata, const char *mode,
		       unsigned long size)
{
	unsigned long in_units = attr_number("units_2m") * UNIT;

	EXPECT_EQ(size, held());
	/* What was reported and released is the host's until it is used. */
	EXPECT_LE(size, get("unused"));
	EXPECT_STREQ(mode, attr("mode_active"));
	if (!strcmp(mode, "report")) {
		EXPECT_EQ(size - in_units, book("inflated_now"));
		EXPECT_LE(in_units, book("report_pages"));
	} else {
		EXPECT_EQ(size, book("inflated_now"));
	}
	if (!strcmp(mode, "strict")) {
		EXPECT_LE(in_units, book("report_pages"));
		/* Reported first, so that inflating drops nothing any more. */
		EXPECT_GE(size - in_units, book("inflated_unreported"));
	}
	if (!strcmp(mode, "pfn") || !strcmp(mode, "4k"))
		EXPECT_EQ(0, book("report_pages"));
	if (!strcmp(mode, "4k"))
		EXPECT_EQ(0, in_units);
}

TEST_F_TIMEOUT(device, every_mode_keeps_to_the_letter, 120)
{
	static const char *const modes[] = { "report", "strict", "pfn", "4k" };
	static const unsigned long sizes[] = {
		1, 511, 512, 513, 1234, 1000, 1543, 20000, 5, 4096, 4095,
	};
	unsigned int m, i;

	plug(F(REPORTING) | F(STATS_VQ));
	ASSERT_EQ(0, set_attr("free_page_reporting", "0"));
	for (m = 0; m < 4; m++) {
		TH_LOG("mode %s", modes[m]);
		ASSERT_EQ(0, set_attr("mode", modes[m]));
		for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			ASSERT_TRUE(balloon(sizes[i]));
			EXPECT_EQ(self->total - 4 * sizes[i],
				  meminfo_kib("MemTotal:"));
		}
		ASSERT_TRUE(balloon(0));
		put("clear", 1);
		ASSERT_TRUE(balloon(4095));
		check_mode(_metadata, modes[m], 4095);
		ASSERT_TRUE(balloon(0));
		EXPECT_EQ(0, book("inflated_now"));
		EXPECT_EQ(0, book("breaches"));
	}
}

TEST_F_TIMEOUT(device, buffers_are_as_long_as_allowed, 60)
{
	static const char *const lengths[] = { "1", "7", "256", "1024" };
	unsigned int i;

	plug(F(STATS_VQ));
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, set_attr("pfns_per_buf", lengths[i]));
		put("clear", 1);
		ASSERT_TRUE(balloon(2 * UNIT + 3));
		EXPECT_EQ(strtoul(lengths[i], NULL, 10),
			  book("inflate_longest"));
		ASSERT_TRUE(balloon(0));
	}
	EXPECT_EQ(-ERANGE, set_attr("pfns_per_buf", "0"));
	EXPECT_EQ(-ERANGE, set_attr("pfns_per_buf", "1025"));
}

TEST_F_TIMEOUT(device, small_queues_are_enough, 120)
{
	static const unsigned int offers[] = {
		0, F(REPORTING), F(MUST_TELL_HOST) | F(REPORTING),
		F(STATS_VQ) | F(FREE_PAGE_HINT) | F(REPORTING),
	};
	unsigned int ring, i;

	for (ring = 1; ring <= 16; ring *= 2) {
		put("ring_size", ring);
		for (i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
			TH_LOG("%u entries, offering %s", ring,
			       names_of(offers[i]));
			plug(offers[i]);
			ASSERT_TRUE(is_bound());
			ASSERT_TRUE(balloon(40 * UNIT + 700));
			EXPECT_LE(40 * UNIT + 700, get("unused"));
			if (offers[i] & F(FREE_PAGE_HINT))
				check_hints(_metadata, 40 * UNIT);
			ASSERT_TRUE(balloon(0));
			put("plugged", 0);
		}
	}
}

/* Uses memory as fast as it can, until killed. */
static pid_t start_load(void)
{
	size_t size = 64 << 20, i;
	pid_t pid = fork();

	while (!pid) {
		char *memory = malloc(size);

		for (i = 0; memory && i < size; i += 4096)
			memory[i] = 1;
		free(memory);
	}
	return pid;
}

TEST_F_TIMEOUT(device, slow_host_has_the_pages_to_itself, 120)
{
	static const unsigned int offers[] = {
		0, F(REPORTING), F(MUST_TELL_HOST) | F(REPORTING),
	};
	pid_t load = start_load();
	unsigned int i;

	put("delay_ms", 20);
	for (i = 0; i < 3; i++) {
		TH_LOG("offering %s", names_of(offers[i]));
		plug(offers[i]);
		ASSERT_TRUE(balloon(10 * UNIT + 100));
		ASSERT_TRUE(balloon(300));
		put("plugged", 0);
		EXPECT_EQ(0, book("touched_early"));
		EXPECT_EQ(0, book("touched_held"));
	}
	kill(load, SIGKILL);
	waitpid(load, NULL, 0);
}

/* Whatever is free in the guest has been used by somebody afterwards. */
static void use_what_is_free(void)
{
	size_t size = (meminfo_kib("MemAvailable:") - (24 << 10)) << 10, i;
	pid_t pid = fork();

	if (!pid) {
		char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		for (i = 0; memory != MAP_FAILED && i < size; i += 4096)
			memory[i] = 1;
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

/*
 * The host takes a buffer and a second and a half for its answer. All that is
 * free is used meanwhile: were a page of that buffer free already, the host
 * would find it changed when it answers.
 */
TEST_F_TIMEOUT(device, nobody_uses_pages_before_the_answer, 120)
{
	static const struct {
		unsigned int offer;
		const char *buffers;
	} ways[] = {
		{ F(MUST_TELL_HOST), "deflate_buffers" },
		{ F(REPORTING), "report_buffers" },
	};
	unsigned int i;

	for (i = 0; i < 2; i++) {
		TH_LOG("%s", ways[i].buffers);
		put("delay_ms", 0);
		plug(ways[i].offer);
		/* Of its own the kernel reports what is free, after a while. */
		if (ways[i].offer & F(MUST_TELL_HOST))
			ASSERT_TRUE(balloon(3 * UNIT));
		put("delay_ms", 1500);
		put("num_pages", 0);
		ASSERT_TRUE(UNTIL(book(ways[i].buffers) > 0));
		use_what_is_free();
		put("delay_ms", 0);
		EXPECT_TRUE(balloon(0));
		/* By then the host has answered to the last of the buffers. */
		sleep(2);
		EXPECT_EQ(0, book("touched_early"));
		put("plugged", 0);
	}
}

TEST_F_TIMEOUT(device, resync_tells_everything_again, 60)
{
	static const unsigned int offers[] = {
		F(REPORTING), F(MUST_TELL_HOST) | F(REPORTING), 0,
	};
	unsigned long size = 20 * UNIT + 77, told;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		TH_LOG("offering %s", names_of(offers[i]));
		plug(offers[i]);
		if (offers[i] & F(REPORTING))
			ASSERT_EQ(0, set_attr("free_page_reporting", "0"));
		ASSERT_TRUE(balloon(size));
		put("clear", 1);
		ASSERT_EQ(0, set_attr("resync", "1"));
		told = book("report_pages") + book("inflate_pages");
		EXPECT_LE(size, told);
		EXPECT_EQ(1, attr_number("resyncs"));
		EXPECT_EQ(size * 4096, attr_number("resynced_bytes"));
		EXPECT_EQ(size, held());
		EXPECT_EQ(size, get("unused"));
		/* Telling of a page twice is the point of it. */
		put("clear", 1);
		ASSERT_TRUE(balloon(0));
		put("plugged", 0);
	}
}

TEST_F_TIMEOUT(device, module_goes_and_comes_with_pages_inside, 60)
{
	plug(F(REPORTING) | F(MUST_TELL_HOST));
	ASSERT_TRUE(balloon(30 * UNIT + 11));
	ASSERT_EQ(0, unload_module("ringside_balloon"));
	EXPECT_EQ(0, book("inflated_at_reset"));
	EXPECT_EQ(0, get("actual"));
	EXPECT_EQ(self->total, meminfo_kib("MemTotal:"));
	ASSERT_EQ(0, load_driver());
	EXPECT_TRUE(UNTIL(get("actual") == 30 * UNIT + 11));
}

TEST_F_TIMEOUT(device, sleeps_without_a_balloon, 120)
{
	static const unsigned int offers[] = {
		F(REPORTING) | F(FREE_PAGE_HINT) | F(STATS_VQ),
		F(MUST_TELL_HOST), F(DEFLATE_ON_OOM),
	};
	unsigned int i;

	for (i = 0; i < 3; i++) {
		TH_LOG("offering %s", names_of(offers[i]));
		plug(offers[i]);
		ASSERT_TRUE(balloon(30 * UNIT + 11));
		ASSERT_EQ(0, put("suspended", 1));
		EXPECT_EQ(0, book("inflated_at_reset"));
		EXPECT_EQ(self->total, meminfo_kib("MemTotal:"));
		put("num_pages", 10 * UNIT);
		ASSERT_EQ(0, put("suspended", 0));
		EXPECT_TRUE(UNTIL(get("actual") == 10 * UNIT));
		put("plugged", 0);
	}
}

/* Nowhere in the guest are 2 MiB in one piece. */
TEST_F_TIMEOUT(device, fragmented_guest_gives_single_pages, 120)
{
	unsigned long size = 30000;

	ASSERT_EQ(0, load_module("rs_fragment", "reserve_mib=4"));
	plug(F(REPORTING));
	ASSERT_EQ(0, set_attr("free_page_reporting", "0"));
	EXPECT_TRUE(balloon(size));
	EXPECT_LT(size / 2, attr_number("units_4k"));
	EXPECT_EQ(size, held());
	EXPECT_EQ(size, get("unused"));
	EXPECT_TRUE(balloon(0));
	ASSERT_EQ(0, unload_module("rs_fragment"));
}

/* A file in memory that fills it, with a hole in place of every 4th page. */
static int fill_with_holes(void)
{
	size_t size = (meminfo_kib("MemFree:") - (24 << 10)) << 10, at;
	int fd = memfd_create("fill", MFD_CLOEXEC);

	if (fd < 0 || fallocate(fd, 0, 0, size))
		return -1;
	for (at = 0; at < size; at += 4 * 4096)
		fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at,
			  4096);
	return fd;
}

/* Compaction moves single pages; the host hears of the new place first. */
TEST_F_TIMEOUT(device, single_pages_can_be_moved, 120)
{
	unsigned long size, buffers;
	int fd, i;

	plug(0);
	ASSERT_EQ(0, set_attr("mode", "4k"));
	fd = fill_with_holes();
	ASSERT_LE(0, fd);
	/*
	 * Most of the holes: compaction moves pages from the lower half of
	 * memory to the upper one, and which holes are taken first is chance.
	 */
	size = (meminfo_kib("MemFree:") - (40 << 10)) / 4;
	ASSERT_TRUE(balloon(size));
	close(fd);
	buffers = book("deflate_buffers");
	for (i = 0; i < 5 && book("deflate_buffers") == buffers; i++)
		write_text("/proc/sys/vm/compact_memory", "1");
	EXPECT_LT(buffers, book("deflate_buffers"));
	EXPECT_EQ(size, book("inflated_now"));
	EXPECT_EQ(size, held());
	EXPECT_EQ(size, get("unused"));
	EXPECT_TRUE(balloon(0));
}

/* The kernel waits two seconds before it looks what is free. */
TEST_F_TIMEOUT(device, free_memory_is_reported_when_wanted, 120)
{
	unsigned long before;

	plug(F(REPORTING));
	EXPECT_STREQ("1", attr("free_page_reporting"));
	EXPECT_TRUE(UNTIL(get("unused") > 50 * UNIT));
	EXPECT_LT(0, attr_number("reported_free_bytes"));
	ASSERT_TRUE(balloon(20 * UNIT));
	EXPECT_EQ(20 * UNIT, held());
	ASSERT_EQ(0, set_attr("free_page_reporting", "0"));
	before = book("report_buffers");
	kill(start_load(), SIGKILL);
	sleep(5);
	EXPECT_EQ(before, book("report_buffers"));
	EXPECT_TRUE(balloon(0));
}

TEST_HARNESS_MAIN
