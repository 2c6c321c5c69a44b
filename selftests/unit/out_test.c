// SPDX-License-Identifier: GPL-2.0-only
/*
 * The writer of the command line: the same calls as text and as JSON. Its
 * standard output goes to a file here; what TAP prints goes to the real one.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "out.h"
#include "out_text.h"
#include "tap.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static char got[8192];

/* Run emit() with standard output captured; the result is in got[]. */
static void capture(void (*emit)(void), bool json)
{
	int saved, fd = memfd_create("out", MFD_CLOEXEC);
	ssize_t n;

	fflush(stdout);
	saved = dup(1);
	dup2(fd, 1);
	out_set_json(json);
	emit();
	EXPECT_EQ(0, out_finish());
	dup2(saved, 1);
	close(saved);
	n = pread(fd, got, sizeof(got) - 1, 0);
	got[n > 0 ? n : 0] = '\0';
	close(fd);
}

static void pairs(void)
{
	out_begin();
	out_str("name", "x");
	out_u64("long_key", 7);
	out_s64("delta", -3);
	out_bool("armed", true);
	out_null("actual");
	out_bytes("target_bytes", 536870912);
	out_real("share", 12.345, 1);
	out_u64_text("timer_ms", 1500, "%.1f s", 1.5);
	out_end();
}

TEST(pairs_are_aligned_in_text)
{
	capture(pairs, false);
	EXPECT_STREQ("name:      x\n"
		     "long key:  7\n"
		     "delta:     -3\n"
		     "armed:     yes\n"
		     "actual:    -\n"
		     "target:    512.0 MiB\n"
		     "share:     12.3\n"
		     "timer:     1.5 s\n", got);
}

TEST(pairs_keep_types_units_and_order_in_json)
{
	capture(pairs, true);
	EXPECT_STREQ("{\n"
		     "  \"name\": \"x\",\n"
		     "  \"long_key\": 7,\n"
		     "  \"delta\": -3,\n"
		     "  \"armed\": true,\n"
		     "  \"actual\": null,\n"
		     "  \"target_bytes\": 536870912,\n"
		     "  \"share\": 12.3,\n"
		     "  \"timer_ms\": 1500\n"
		     "}\n", got);
}

static const struct out_col cols[] = {
	{ "id", "ID", true }, { "name", "NAME", false }, { "n", "N", true },
};

static const struct out_col size_cols[] = { { "size_bytes", "SIZE", true } };

static void sized_row(void)
{
	out_begin();
	out_table("rows", "nothing", size_cols, ARRAY_SIZE(size_cols));
	out_row();
	out_bytes("size_bytes", 4096);
	out_end();
	out_end();
	out_end();
}

TEST(cells_keep_their_key_when_the_label_loses_its_unit)
{
	capture(sized_row, false);
	EXPECT_STREQ("   SIZE\n4.0 KiB\n", got);
}

static void twins(void)
{
	out_begin();
	out_str("target", "auto");
	out_bytes("target_bytes", 4096);
	out_end();
}

TEST(labels_keep_their_unit_when_they_would_be_the_same)
{
	capture(twins, false);
	EXPECT_STREQ("target:        auto\n"
		     "target bytes:  4.0 KiB\n", got);
}

static void row(unsigned int id, const char *name, unsigned int n)
{
	out_row();
	out_u64("id", id);
	out_str("name", name);
	out_u64("n", n);
	out_str("hidden", "json only");
	out_end();
}

static void table(void)
{
	out_begin();
	out_str("what", "demo");
	out_table("rows", "nothing", cols, ARRAY_SIZE(cols));
	row(1, "a", 100);
	row(20, "caf\xc3\xa9", 5);
	out_end();
	out_end();
}

TEST(table_columns_line_up)
{
	capture(table, false);
	EXPECT_STREQ("what:  demo\n\n"
		     "ID  NAME    N\n"
		     " 1  a     100\n"
		     "20  caf\xc3\xa9    5\n", got);
}

TEST(table_is_an_array_of_objects_in_json)
{
	json_t *doc, *r;

	capture(table, true);
	doc = json_loads(got, JSON_REJECT_DUPLICATES, NULL);
	EXPECT_TRUE(doc);
	r = json_array_get(json_object_get(doc, "rows"), 1);
	EXPECT_EQ(20, json_integer_value(json_object_get(r, "id")));
	EXPECT_STREQ("json only",
		     json_string_value(json_object_get(r, "hidden")));
	json_decref(doc);
}

static void empty_table(void)
{
	out_begin();
	out_table("rows", "nothing is loaded", cols, ARRAY_SIZE(cols));
	out_end();
	out_end();
}

TEST(empty_table_says_so)
{
	capture(empty_table, false);
	EXPECT_STREQ("nothing is loaded\n", got);
	capture(empty_table, true);
	EXPECT_STREQ("{\n  \"rows\": []\n}\n", got);
}

static void nested(void)
{
	out_begin();
	out_object("guard");
	out_str("version", "0.1.0");
	out_array("features");
	out_str(NULL, "a");
	out_str(NULL, "b");
	out_end();
	out_array("none_here");
	out_end();
	out_end();
	out_end();
}

TEST(nested_objects_and_lists)
{
	capture(nested, false);
	EXPECT_STREQ("guard:\n"
		     "  version:    0.1.0\n"
		     "  features:   a, b\n"
		     "  none here:  none\n", got);
	capture(nested, true);
	EXPECT_TRUE(strstr(got, "\"features\": [\n      \"a\",\n"));
}

static void hostile(void)
{
	out_begin();
	out_str("comm", "a\x1b[31m\"\\\n\xff\xc0\xaf\xed\xa0\x80");
	out_end();
}

TEST(hostile_strings_can_not_drive_a_terminal)
{
	capture(hostile, false);
	EXPECT_STREQ("comm:  a\\x1b[31m\"\\\\x0a\\xff\\xc0\\xaf\\xed\\xa0\\x80\n",
		     got);
}

TEST(hostile_strings_stay_valid_json)
{
	json_t *doc;

	capture(hostile, true);
	doc = json_loads(got, JSON_REJECT_DUPLICATES, NULL);
	EXPECT_TRUE(doc);
	EXPECT_STREQ("a\x1b[31m\"\\\n\\xff\\xc0\\xaf\\xed\\xa0\\x80",
		     json_string_value(json_object_get(doc, "comm")));
	json_decref(doc);
}

TEST(escape_keeps_good_utf8)
{
	static const struct { const char *in, *out; } t[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "\xe2\x82\xac \xf0\x9f\x98\x80", "\xe2\x82\xac \xf0\x9f\x98\x80" },
		{ "\xe2\x82", "\\xe2\\x82" },
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
		{ "\xc2\x85", "\\xc2\\x85" },
		{ "\xe2\x80\xae", "\\xe2\\x80\\xae" },
		{ "\x7f", "\\x7f" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		char *s = text_escape(t[i].in, true);

		EXPECT_STREQ(t[i].out, s);
		free(s);
	}
}

static void sizes(void)
{
	out_begin();
	out_bytes("zero_bytes", 0);
	out_bytes("page_bytes", 4096);
	out_bytes("gib_bytes", 1ULL << 30);
	out_bytes("max_bytes", INT64_MAX);
	out_bytes("odd", 1536);
	out_end();
}

TEST(sizes_in_binary_units)
{
	capture(sizes, false);
	EXPECT_STREQ("zero:  0.0 KiB\n"
		     "page:  4.0 KiB\n"
		     "gib:   1.0 GiB\n"
		     "max:   8388608.0 TiB\n"
		     "odd:   1.5 KiB\n", got);
	capture(sizes, true);
	EXPECT_TRUE(strstr(got, "\"max_bytes\": 9223372036854775807"));
}

static void attributes(void)
{
	out_begin();
	out_attribute("held_bytes", "4096");
	out_attribute("denied_total", "12");
	out_attribute("mode", "auto");
	out_attribute("empty", "");
	out_attribute("list", "1 2");
	out_attribute("huge", "99999999999999999999");
	out_attribute("max_bytes_per_sec", "1048576");
	out_attribute("last_error", "-110");
	out_attribute("range", "1-2");
	out_attribute("dash", "-");
	out_end();
}

TEST(attributes_are_numbers_where_they_look_like_it)
{
	capture(attributes, true);
	EXPECT_STREQ("{\n"
		     "  \"held_bytes\": 4096,\n"
		     "  \"denied_total\": 12,\n"
		     "  \"mode\": \"auto\",\n"
		     "  \"empty\": \"\",\n"
		     "  \"list\": \"1 2\",\n"
		     "  \"huge\": \"99999999999999999999\",\n"
		     "  \"max_bytes_per_sec\": 1048576,\n"
		     "  \"last_error\": -110,\n"
		     "  \"range\": \"1-2\",\n"
		     "  \"dash\": \"-\"\n"
		     "}\n", got);
	capture(attributes, false);
	EXPECT_TRUE(strstr(got, "held:          4.0 KiB\n"));
	EXPECT_TRUE(strstr(got, "max:           1.0 MiB/s\n"));
	EXPECT_TRUE(strstr(got, "last error:    -110 (Connection timed out)\n"));
}

static void abandoned(void)
{
	out_begin();
	out_str("half", "of it");
	out_table("rows", "", cols, ARRAY_SIZE(cols));
	row(1, "a", 1);
	out_row();
	out_str("name", "b");
	out_discard();
}

TEST(abandoned_document_prints_nothing)
{
	capture(abandoned, false);
	EXPECT_STREQ("", got);
	capture(abandoned, true);
	EXPECT_STREQ("", got);
}

static void stream(void)
{
	out_set_lines(true);
	out_begin();
	out_u64("n", 1);
	out_end();
	out_begin();
	out_u64("n", 2);
	out_end();
	out_set_lines(false);
}

TEST(stream_is_one_document_a_line)
{
	capture(stream, true);
	EXPECT_STREQ("{\"n\":1}\n{\"n\":2}\n", got);
}

static void huge(void)
{
	out_begin();
	out_u64("n", UINT64_MAX);
	out_end();
}

TEST(number_beyond_63_bits_does_not_wrap)
{
	capture(huge, true);
	EXPECT_TRUE(strstr(got, "\"n\": 1.84467440737096e19"));
	capture(huge, false);
	EXPECT_STREQ("n:  18446744073709551615\n", got);
}

TEST_MAIN
