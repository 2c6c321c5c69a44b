// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which rows are not the same on two machines, or before and after? Compares
 * what sense --json printed; that the two versions of the tool had other rows is
 * a difference, too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cmd.h"
#include "diff.h"
#include "out.h"
#include "show.h"

static void write_member(const json_t *value, FILE *f)
{
	const json_t *part;
	size_t i;

	if (!json_is_array(value)) {
		json_dumpf(value, f, JSON_ENCODE_ANY);
		return;
	}
	fputs("[\n", f);
	json_array_foreach(value, i, part) {
		fputs(i ? ",\n" : "", f);
		json_dumpf(part, f, JSON_ENCODE_ANY);
	}
	fputs("\n]", f);
}

void sense_write(const json_t *doc, FILE *f)
{
	bool first = true;
	const char *key;
	json_t *value;

	fputs("{\n", f);
	json_object_foreach((json_t *)doc, key, value) {
		fprintf(f, "%s\"%s\": ", first ? "" : ",\n", key);
		write_member(value, f);
		first = false;
	}
	fputs("\n}\n", f);
}

/* Is that an object with what every row has, of the right types? */
static bool is_row(const json_t *row)
{
	return json_is_string(json_object_get(row, "row")) &&
	       json_is_string(json_object_get(row, "verdict")) &&
	       json_is_array(json_object_get(row, "values"));
}

int sense_diff_load(struct sense_side *side, const char *path)
{
	json_error_t error;
	json_t *rows, *row;
	size_t i;

	side->name = path;
	side->doc = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	if (!side->doc) {
		cmd_error("%s: %s", path, error.text);
		return -1;
	}
	rows = json_object_get(side->doc, "rows");
	if (!json_array_size(rows))
		goto no_result;
	json_array_foreach(rows, i, row)
		if (!is_row(row))
			goto no_result;
	return 0;

no_result:
	cmd_error("%s is not what 'ringside sense --json' prints", path);
	json_decref(side->doc);
	return -1;
}

static const char *text(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	return s ? s : "-";
}

static const json_t *find(const struct sense_side *side, const char *name)
{
	const json_t *rows = json_object_get(side->doc, "rows"), *row;
	size_t i;

	json_array_foreach(rows, i, row)
		if (!strcmp(text(row, "row"), name))
			return row;
	return NULL;
}

static bool is_same_member(const json_t *a, const json_t *b, const char *key)
{
	const json_t *x = json_object_get(a, key), *y = json_object_get(b, key);

	/* One that a side does not know of is null there. */
	if (!x || json_is_null(x))
		return !y || json_is_null(y);
	return json_equal(x, y);
}

static bool is_same(const json_t *a, const json_t *b)
{
	static const char * const members[] = {
		"verdict", "vector", "error", "closed_by", "defect",
	};
	size_t i;

	if (!a || !b)
		return false;
	for (i = 0; i < CMD_ARRAY_SIZE(members); i++)
		if (!is_same_member(a, b, members[i]))
			return false;
	return json_is_true(json_object_get(a, "varies")) ||
	       json_is_true(json_object_get(b, "varies")) ||
	       is_same_member(a, b, "values");
}

/* The exception, or the values unless they vary. */
static void seen(const json_t *row, char *buf, size_t len)
{
	const json_t *vector = json_object_get(row, "vector"), *value;
	const json_t *error = json_object_get(row, "error");
	size_t i, used = 0;

	buf[0] = '\0';
	if (json_is_integer(vector)) {
		used = snprintf(buf, len, " %s",
				sense_vector_name(json_integer_value(vector)));
		if (json_is_integer(error) && used < len)
			snprintf(buf + used, len - used, "(%llx)",
				 (long long)json_integer_value(error));
		return;
	}
	if (json_is_true(json_object_get(row, "varies")))
		return;
	json_array_foreach(json_object_get(row, "values"), i, value) {
		const char *digits = json_string_value(value);

		if (digits && used < len)
			used += snprintf(buf + used, len - used, " %s",
					 strncmp(digits, "0x", 2) ? digits :
					 digits + 2);
	}
}

static void show_side(const char *key, const json_t *row)
{
	char what[64];

	if (!row) {
		out_null(key);
		return;
	}
	seen(row, what, sizeof(what));
	out_fmt(key, "%s%s%s", text(row, "verdict"), what,
		json_is_string(json_object_get(row, "defect")) ? " !" : "");
}

static size_t show_row(const char *name, const json_t *a, const json_t *b)
{
	if (is_same(a, b))
		return 0;
	out_row();
	out_str("row", name);
	show_side("a", a);
	show_side("b", b);
	out_end();
	return 1;
}

static size_t show_rows(const struct sense_side *a, const struct sense_side *b)
{
	const json_t *rows = json_object_get(a->doc, "rows"), *row;
	size_t i, differ = 0;

	json_array_foreach(rows, i, row)
		differ += show_row(text(row, "row"), row,
				   find(b, text(row, "row")));
	rows = json_object_get(b->doc, "rows");
	json_array_foreach(rows, i, row)
		if (!find(a, text(row, "row")))
			differ += show_row(text(row, "row"), NULL, row);
	return differ;
}

static void show_machine(const char *key, const struct sense_side *side)
{
	out_fmt(key, "%s: %s, %s, Linux %s", side->name,
		text(side->doc, "cpu"), text(side->doc, "hypervisor"),
		text(side->doc, "kernel"));
}

size_t sense_diff(const struct sense_side *a, const struct sense_side *b)
{
	static const struct out_col cols[] = {
		{ "row", "ROW", false },
		{ "a", "A", false },
		{ "b", "B", false },
	};
	size_t differ;

	out_begin();
	show_machine("a", a);
	show_machine("b", b);
	out_table("rows", "no row differs", cols, CMD_ARRAY_SIZE(cols));
	differ = show_rows(a, b);
	out_end();
	if (out_is_json())
		out_u64("differ", differ);
	out_end();
	return differ;
}
