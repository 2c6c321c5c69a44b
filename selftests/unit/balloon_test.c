// SPDX-License-Identifier: GPL-2.0-only
/*
 * The library's view of a balloon, before a sysfs made of ordinary files: each
 * test writes what a kernel would show below a directory of its own. What a
 * file can not do, refuse a value or wake up poll(2), is tested in the guest.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "balloon.h"
#include "tap.h"

#define DEVICE "sys/bus/virtio/devices/virtio2"
#define DRIVERS "sys/bus/virtio/drivers"

static char root[64];

/* Write, or empty with "", a file and the directories above it. */
static void put(const char *path, const char *content)
{
	char copy[256], *p;
	FILE *f;

	snprintf(copy, sizeof(copy), "%s", path);
	for (p = copy; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(copy, 0755);
		*p = '/';
	}
	f = fopen(path, "w");
	EXPECT_TRUE(f);
	if (f) {
		fputs(content, f);
		fclose(f);
	}
}

static void drive(const char *driver)
{
	char target[128];

	unlink(DEVICE "/driver");
	snprintf(target, sizeof(target), "../../drivers/%s", driver);
	EXPECT_EQ(0, symlink(target, DEVICE "/driver"));
}

/* A device that ringside_balloon has. */
static void begin(void)
{
	strcpy(root, "/tmp/ringside-balloon-XXXXXX");
	EXPECT_TRUE(mkdtemp(root));
	EXPECT_EQ(0, chdir(root));
	put("sys/module/ringside_balloon/initstate", "live\n");
	put(DRIVERS "/ringside_balloon/bind", "");
	put(DRIVERS "/ringside_balloon/unbind", "");
	put(DEVICE "/device", "0x0005\n");
	drive("ringside_balloon");
}

static void end(void)
{
	char command[128];

	EXPECT_EQ(0, chdir("/"));
	snprintf(command, sizeof(command), "rm -r %s", root);
	EXPECT_EQ(0, system(command));
}

/* What the library wrote to a file. */
static void expect_written(const char *path, const char *want)
{
	char got[64] = "";

	EXPECT_TRUE(rs_sysfs_read(path, got, sizeof(got)) >= 0);
	if (strcmp(got, want))
		UNIT_FAIL("%s: '%s', expected '%s'", path, got, want);
}

static void expect_error(const char *word)
{
	if (!strstr(rs_error(), word))
		UNIT_FAIL("error '%s', expected '%s'", rs_error(), word);
}

TEST(first_device_by_number)
{
	struct rs_balloon b;

	begin();
	put("sys/bus/virtio/devices/virtio10/device", "0x0005\n");
	put("sys/bus/virtio/devices/virtio1/device", "0x0002\n");
	EXPECT_EQ(0, rs_balloon_find(NULL, &b));
	EXPECT_STREQ("virtio2", b.device);
	EXPECT_STREQ("ringside_balloon", b.driver);
	EXPECT_EQ(0, rs_balloon_find("virtio10", &b));
	EXPECT_STREQ("", b.driver);
	EXPECT_EQ(-EINVAL, rs_balloon_find("virtio1", &b));
	EXPECT_EQ(-ENODEV, rs_balloon_find("virtio3", &b));
	EXPECT_EQ(-ENODEV, rs_balloon_find("../virtio2", &b));
	EXPECT_EQ(-ENODEV, rs_balloon_find("", &b));
	end();
}

TEST(only_our_driver_has_attributes)
{
	char val[16];

	begin();
	put(DEVICE "/ringside/mode", "auto\n");
	EXPECT_EQ(0, rs_balloon_get(NULL, "mode", val, sizeof(val)));
	EXPECT_STREQ("auto", val);
	EXPECT_EQ(-ERANGE, rs_balloon_get(NULL, "mode", val, 3));
	EXPECT_EQ(-RS_EABI, rs_balloon_get(NULL, "nonesuch", val, 16));
	expect_error("has no attribute nonesuch");
	EXPECT_EQ(-RS_EABI, rs_balloon_get(NULL, "../driver", val, 16));
	drive("virtio_balloon");
	EXPECT_EQ(-EBUSY, rs_balloon_get(NULL, "mode", val, sizeof(val)));
	expect_error("virtio_balloon has it");
	unlink(DEVICE "/driver");
	EXPECT_EQ(-EBUSY, rs_balloon_set(NULL, "mode", "pfn"));
	expect_error("no driver has it");
	unlink("sys/module/ringside_balloon/initstate");
	EXPECT_EQ(-RS_ENOMOD, rs_balloon_set(NULL, "mode", "pfn"));
	end();
}

TEST(values_are_written_whole)
{
	begin();
	put(DEVICE "/ringside/mode", "");
	put(DEVICE "/ringside/target", "");
	EXPECT_EQ(0, rs_balloon_set("virtio2", "mode", "strict"));
	expect_written(DEVICE "/ringside/mode", "strict");
	EXPECT_EQ(0, rs_balloon_set_target(NULL, 1ULL << 40));
	expect_written(DEVICE "/ringside/target", "1099511627776");
	put(DEVICE "/ringside/target", "");
	EXPECT_EQ(0, rs_balloon_set_target(NULL, 0));
	expect_written(DEVICE "/ringside/target", "auto");
	end();
}

TEST(refusals_say_what_to_do)
{
	static const struct {
		const char *attr;
		int err;
		const char *word;
	} cases[] = {
		{ "mode", EBUSY, "while the balloon is empty" },
		{ "mode", EOPNOTSUPP, "free-page-reporting=on" },
		{ "mode", EINVAL, "'VALUE' is no mode" },
		{ "target", ERANGE, "VALUE bytes is more than" },
		{ "target", EOPNOTSUPP, "report mode" },
		{ "batch_bytes", EINVAL, "VALUE is not a multiple of 2 MiB" },
		{ "batch_bytes", ERANGE, "2 MiB to 64 MiB" },
		{ "free_page_reporting", EOPNOTSUPP, "freePageReporting='on'" },
		{ "resync", ETIMEDOUT, "does not answer" },
		{ "compact", EINVAL, "'VALUE' is not a value" },
		{ "anything", ERANGE, "VALUE is out of range" },
		{ "floor_bytes", EACCES, "only root" },
	};
	struct rs_balloon b = { .device = "virtio2" };
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(-cases[i].err,
			  rs_balloon_refused(&b, cases[i].attr, "VALUE",
					     cases[i].err));
		expect_error("virtio2: ");
		expect_error(cases[i].attr);
		expect_error(cases[i].word);
	}
	rs_failx(EIO, "as it was");
	EXPECT_EQ(-ENOMEM, rs_balloon_refused(&b, "mode", "", ENOMEM));
	EXPECT_STREQ("as it was", rs_error());
}

TEST(settings_have_names_and_meanings)
{
	size_t i;

	for (i = 0; rs_balloon_setting(i); i++) {
		EXPECT_TRUE(rs_balloon_setting(i)->attr[0]);
		EXPECT_TRUE(rs_balloon_setting(i)->meaning[0]);
	}
	EXPECT_TRUE(i);
	EXPECT_FALSE(rs_balloon_setting(i + 1));
}

TEST(takeover_unbinds_and_binds)
{
	begin();
	drive("virtio_balloon");
	put(DRIVERS "/virtio_balloon/unbind", "");
	EXPECT_EQ(0, rs_balloon_takeover(NULL));
	expect_written(DRIVERS "/virtio_balloon/unbind", "virtio2");
	expect_written(DRIVERS "/ringside_balloon/bind", "virtio2");
	end();
}

TEST(device_that_is_refused_goes_back)
{
	begin();
	drive("virtio_balloon");
	put(DRIVERS "/virtio_balloon/unbind", "");
	put(DRIVERS "/virtio_balloon/bind", "");
	unlink(DRIVERS "/ringside_balloon/bind");
	EXPECT_EQ(-ENOENT, rs_balloon_takeover(NULL));
	expect_error("bind ringside_balloon: No such file");
	expect_error("; virtio_balloon has it again");
	expect_written(DRIVERS "/virtio_balloon/bind", "virtio2");

	unlink(DRIVERS "/virtio_balloon/bind");
	EXPECT_EQ(-ENOENT, rs_balloon_takeover(NULL));
	expect_error("bind ringside_balloon: No such file");
	expect_error("no driver has it now");
	end();
}

TEST(release_is_the_way_back)
{
	begin();
	EXPECT_EQ(-RS_ENOMOD, rs_balloon_release(NULL));
	expect_error("modprobe virtio_balloon");
	expect_written(DRIVERS "/ringside_balloon/unbind", "");

	/* It is there but does not take the device. */
	put(DRIVERS "/virtio_balloon/unbind", "");
	EXPECT_EQ(-ENOENT, rs_balloon_release(NULL));
	expect_error("; ringside_balloon has it again");
	expect_written(DRIVERS "/ringside_balloon/bind", "virtio2");

	put(DRIVERS "/virtio_balloon/bind", "");
	EXPECT_EQ(0, rs_balloon_release(NULL));
	expect_written(DRIVERS "/virtio_balloon/bind", "virtio2");

	/* Nothing to do, and nothing done. */
	drive("virtio_balloon");
	put(DRIVERS "/virtio_balloon/bind", "");
	EXPECT_EQ(0, rs_balloon_release(NULL));
	expect_written(DRIVERS "/virtio_balloon/bind", "");
	expect_written(DRIVERS "/virtio_balloon/unbind", "");
	end();
}

/* All that a sample is made of: 1024 MiB, of which 100 MiB are held. */
static void begin_sample(const char *features)
{
	begin();
	put(DEVICE "/ringside/features", features);
	put(DEVICE "/ringside/state", "inflating\n");
	put(DEVICE "/ringside/mode_active", "report\n");
	put(DEVICE "/ringside/target_bytes", "209715200\n");
	put(DEVICE "/ringside/actual_bytes", "104853504\n");
	put(DEVICE "/ringside/held_bytes", "104857600\n");
	put(DEVICE "/ringside/units_2m", "49\n");
	put(DEVICE "/ringside/units_4k", "512\n");
	put("proc/meminfo", "MemTotal:         946176 kB\n"
			    "MemFree:           10000 kB\n"
			    "MemAvailable:     500000 kB\n");
	put("proc/pressure/memory",
	    "some avg10=1.25 avg60=2.00 avg300=3.00 total=4000\n"
	    "full avg10=0.50 avg60=0.00 avg300=0.00 total=3000\n");
}

TEST(sample_is_all_of_one_moment)
{
	const struct rs_balloon_sample *s;
	struct rs_balloon_watch *w;

	begin_sample("stats reporting\n");
	EXPECT_EQ(0, rs_balloon_watch_open(&w, NULL));
	EXPECT_TRUE(rs_balloon_watch_fd(w) >= 0);
	EXPECT_EQ(0, rs_balloon_watch_sample(w, &s));
	EXPECT_STREQ("inflating", s->state);
	EXPECT_STREQ("report", s->mode);
	EXPECT_EQ(209715200, s->target_bytes);
	EXPECT_EQ(104853504, s->actual_bytes);
	EXPECT_EQ(104857600, s->held_bytes);
	EXPECT_EQ(49, s->units_2m);
	EXPECT_EQ(512, s->units_4k);
	EXPECT_EQ(1024ULL << 20, s->ram_bytes);
	EXPECT_EQ(500000ULL << 10, s->available_bytes);
	EXPECT_TRUE(s->has_pressure);
	EXPECT_TRUE(s->some_avg10 == 1.25 && s->full_avg10 == 0.5);
	EXPECT_EQ(4000, s->some_us);
	EXPECT_EQ(3000, s->full_us);
	EXPECT_TRUE(s->time_ns);
	rs_balloon_watch_close(w);
	end();
}

/* Where the guest may take memory back, MemTotal counts it all along. */
TEST(memory_that_comes_back_on_oom_is_counted_once)
{
	const struct rs_balloon_sample *s;
	struct rs_balloon_watch *w;

	begin_sample("stats deflate-on-oom\n");
	EXPECT_EQ(0, rs_balloon_watch_open(&w, NULL));
	EXPECT_EQ(0, rs_balloon_watch_sample(w, &s));
	EXPECT_EQ(946176ULL << 10, s->ram_bytes);
	rs_balloon_watch_close(w);
	end();
}

TEST(sample_without_pressure)
{
	const struct rs_balloon_sample *s;
	struct rs_balloon_watch *w;

	begin_sample("none\n");
	EXPECT_EQ(0, rs_balloon_watch_open(&w, NULL));
	EXPECT_EQ(0, rs_balloon_watch_sample(w, &s));
	EXPECT_TRUE(s->has_pressure);
	unlink("proc/pressure/memory");
	EXPECT_EQ(0, rs_balloon_watch_sample(w, &s));
	EXPECT_FALSE(s->has_pressure);
	EXPECT_TRUE(s->some_avg10 == 0 && s->some_us == 0);
	rs_balloon_watch_close(w);
	end();
}

TEST(device_that_goes_ends_the_watch)
{
	const struct rs_balloon_sample *s;
	struct rs_balloon_watch *w;

	begin_sample("none\n");
	EXPECT_EQ(0, rs_balloon_watch_open(&w, NULL));
	unlink(DEVICE "/ringside/units_2m");
	EXPECT_EQ(-ENODEV, rs_balloon_watch_sample(w, &s));
	expect_error("virtio2: ringside_balloon has it no longer");
	rs_balloon_watch_close(w);
	unlink(DEVICE "/ringside/state");
	EXPECT_EQ(-ENOENT, rs_balloon_watch_open(&w, NULL));
	unlink(DEVICE "/ringside/features");
	EXPECT_EQ(-RS_EABI, rs_balloon_watch_open(&w, NULL));
	rs_balloon_watch_close(NULL);
	end();
}

TEST_MAIN
