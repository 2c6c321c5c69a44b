// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads JSON as a strict program would, for shell tests in a guest that has
 * no other reader.
 *
 *	json_check		one document on standard input, nothing after it
 *	json_check MEMBER...	the same, and print the member at that path;
 *				a number is an index into an array
 *	json_check -l		one document a line, at least one
 *
 * Exits 1 with the position when the input is no JSON or has a key twice, or
 * when there is no such member.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int complain(const json_error_t *e)
{
	fprintf(stderr, "line %d column %d: %s\n", e->line, e->column, e->text);
	return 1;
}

static int check_lines(void)
{
	char *line = NULL;
	size_t cap = 0;
	int lines = 0;

	while (getline(&line, &cap, stdin) > 0) {
		json_error_t e;
		json_t *doc = json_loads(line, JSON_REJECT_DUPLICATES, &e);

		lines++;
		if (!doc) {
			e.line = lines;
			return complain(&e);
		}
		json_decref(doc);
	}
	free(line);
	if (!lines)
		fprintf(stderr, "no line\n");
	return lines ? 0 : 1;
}

static void print(const json_t *val)
{
	if (json_is_string(val))
		puts(json_string_value(val));
	else if (!json_dumpf(val, stdout, JSON_ENCODE_ANY | JSON_COMPACT))
		putchar('\n');
}

int main(int argc, char **argv)
{
	json_t *doc, *val;
	json_error_t e;
	int i;

	if (argc == 2 && !strcmp(argv[1], "-l"))
		return check_lines();
	doc = json_loadf(stdin, JSON_REJECT_DUPLICATES, &e);
	if (!doc)
		return complain(&e);
	val = doc;
	for (i = 1; i < argc && val; i++)
		val = json_is_array(val) ?
		      json_array_get(val, strtoul(argv[i], NULL, 10)) :
		      json_object_get(val, argv[i]);
	if (!val) {
		fprintf(stderr, "no member '%s'\n", argv[i - 1]);
		return 1;
	}
	if (argc > 1)
		print(val);
	json_decref(doc);
	return 0;
}
