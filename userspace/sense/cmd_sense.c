// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside sense: run the table and show what came of it. The command line is
 * here; what is shown is in show.c, what it means in verdict.c.
 */
#include <stdlib.h>
#include <string.h>
#include "cmd.h"
#include "diff.h"
#include "newfile.h"
#include "out.h"
#include "show.h"

/**
 * struct options - the command line
 * @all: show privileged instructions that trap, too
 * @risky: try what makes an old emulator's guest oops
 * @list: show the rows only
 * @explain: the row that is to be explained, or NULL
 * @save: the file for the result, or NULL
 * @diff: the file with one result to compare, or NULL
 * @other: the file with the other one; NULL is this machine
 */
struct options {
	bool all;
	bool risky;
	bool list;
	const char *explain;
	const char *save;
	const char *diff;
	const char *other;
};

/* All rows and their answer. */
struct audit {
	struct sense_theorem theorem;
	struct sense_result *results;
	size_t nr;
};

static int check_options(const struct options *o)
{
	int modes = o->list + !!o->explain + !!o->diff;

	if (modes > 1 || (modes && (o->all || o->save)))
		return cmd_usage("--list, --explain and --diff go with no other but --risky");
	if (o->risky && (o->list || o->other))
		return cmd_usage("nothing is run, so --risky is of no use");
	return 0;
}

static int parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "risky", no_argument, NULL, 'r' },
		{ "list", no_argument, NULL, 'l' },
		{ "explain", required_argument, NULL, 'e' },
		{ "save", required_argument, NULL, 's' },
		{ "diff", required_argument, NULL, 'd' },
		{ NULL, 0, NULL, 0 }
	};
	int c;

	while ((c = cmd_getopt(argc, argv, "", longs)) != -1) {
		switch (c) {
		case 'a':
			o->all = true;
			break;
		case 'r':
			o->risky = true;
			break;
		case 'l':
			o->list = true;
			break;
		case 'e':
			o->explain = optarg;
			break;
		case 's':
			o->save = optarg;
			break;
		case 'd':
			o->diff = optarg;
			break;
		default:
			return EXIT_USAGE;
		}
	}
	if (o->diff && optind < argc)
		o->other = argv[optind++];
	if (optind < argc)
		return cmd_usage("'%s' is one argument too many", argv[optind]);
	return check_options(o);
}

static const struct sense_row *find_row(const char *name)
{
	char own[SENSE_NAME_LEN];
	size_t i;

	for (i = 0; i < sense_count(); i++) {
		sense_name(sense_row(i), own, sizeof(own));
		if (!strcasecmp(own, name))
			return sense_row(i);
	}
	return NULL;
}

static int run_row(const struct sense_row *row, bool risky,
		   struct sense_result *result)
{
	int ret;

	result->row = row;
	result->found = (struct sense_found){ .state = SENSE_NOT_RUN };
	if (risky || !(row->flags & SENSE_RISKY)) {
		ret = sense_run(row, &result->found);
		if (ret)
			return cmd_error("%s: %s", row->key, strerror(-ret));
	}
	result->verdict = sense_judge(row, &result->found);
	return 0;
}

static int prepare(void)
{
	int ret = sense_prepare();

	if (!ret)
		return 0;
	cmd_error("no room for the probes at 0x%x: %s", SENSE_BASE,
		  strerror(-ret));
	return SENSE_CANNOT_TELL;
}

static int explain(const struct options *o)
{
	const struct sense_row *row = find_row(o->explain);
	struct sense_result result;

	if (!row)
		return cmd_usage("no row '%s'; --list shows them", o->explain);
	if (prepare() || run_row(row, o->risky, &result))
		return EXIT_FAILED;
	sense_explain(&result);
	return EXIT_OK;
}

static void audit_free(struct audit *audit)
{
	if (audit)
		free(audit->results);
	free(audit);
}

/* Run all rows. Returns NULL after a complaint. */
static struct audit *audit_run(bool risky)
{
	struct audit *audit = calloc(1, sizeof(*audit));
	size_t i;

	if (audit)
		audit->nr = sense_count();
	if (audit)
		audit->results = calloc(audit->nr, sizeof(*audit->results));
	if (!audit || !audit->results) {
		cmd_error("out of memory");
		goto fail;
	}
	if (prepare())
		goto fail;
	for (i = 0; i < audit->nr; i++) {
		struct sense_result *r = &audit->results[i];

		if (run_row(sense_row(i), risky, r))
			goto fail;
		sense_tally_add(&audit->theorem, r->row, r->verdict);
	}
	sense_tally_close(&audit->theorem);
	return audit;

fail:
	audit_free(audit);
	return NULL;
}

/* The JSON document, whatever the user wants to see; NULL after a complaint. */
static json_t *document(const struct audit *audit)
{
	bool json = out_is_json();
	json_t *doc = NULL;
	char *text = NULL;
	size_t len;
	FILE *f;

	f = open_memstream(&text, &len);
	if (f) {
		out_set_json(true);
		out_set_file(f);
		sense_show(audit->results, audit->nr, &audit->theorem, true);
		out_set_file(NULL);
		out_set_json(json);
		if (!fclose(f))
			doc = json_loadb(text, len, 0, NULL);
		free(text);
	}
	if (!doc)
		cmd_error("out of memory");
	return doc;
}

static int save(const struct audit *audit, const char *path)
{
	json_t *doc = document(audit);
	struct newfile file;
	int ret = EXIT_FAILED;

	if (doc && !newfile_open(&file, path)) {
		sense_write(doc, file.f);
		ret = newfile_commit(&file);
	}
	json_decref(doc);
	return ret;
}

static int audit(const struct options *o)
{
	struct audit *audit = audit_run(o->risky);
	int ret = SENSE_CANNOT_TELL;

	if (!audit)
		return ret;
	if (!o->save || !save(audit, o->save)) {
		sense_show(audit->results, audit->nr, &audit->theorem, o->all);
		ret = sense_theorem_status(&audit->theorem);
	}
	audit_free(audit);
	return ret;
}

/* This machine, as a side of a comparison. Returns 0 or -1 after a complaint. */
static int load_this(struct sense_side *side, bool risky)
{
	struct audit *audit = audit_run(risky);

	if (!audit)
		return -1;
	side->name = "this machine";
	side->doc = document(audit);
	audit_free(audit);
	return side->doc ? 0 : -1;
}

static int diff(const struct options *o)
{
	int ret = SENSE_CANNOT_TELL;
	struct sense_side a, b;

	if (sense_diff_load(&a, o->diff))
		return ret;
	if (o->other ? sense_diff_load(&b, o->other) :
	    load_this(&b, o->risky))
		goto out;
	ret = sense_diff(&a, &b) ? EXIT_FAILED : EXIT_OK;
	json_decref(b.doc);
out:
	json_decref(a.doc);
	return ret;
}

int cmd_sense(int argc, char **argv)
{
	struct options o = { 0 };
	int ret = parse(argc, argv, &o);

	if (ret)
		return ret;
	if (o.list) {
		sense_show_rows();
		return EXIT_OK;
	}
	if (o.diff)
		return diff(&o);
	return o.explain ? explain(&o) : audit(&o);
}
