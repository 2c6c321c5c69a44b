// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where programs come from. Number N of a seed is always the same program, given
 * those before it that were kept because they reached something new: it is
 * drawn afresh, or is one of those with a few things changed.
 */
#include <stdlib.h>
#include <string.h>

#include "guest_fuzz.h"

#define KEPT_MAX	4096

const struct action actions[] = {
	{ "guard_open", 6, act_guard_open },
	{ "trace_open", 5, act_trace_open },
	{ "load", 10, act_load },
	{ "jail", 2, act_jail },
	{ "attach", 7, act_attach },
	{ "confirm", 6, act_confirm },
	{ "on_id", 10, act_on_id },
	{ "replace", 4, act_replace },
	{ "ask", 30, act_ask },
	{ "events", 3, act_events },
	{ "relax", 4, act_relax },
	{ "read", 10, act_read },
	{ "close", 5, act_close },
	{ "wild", 40, act_wild },
	{ "level", 2, act_level },
	{ "who", 10, act_who },
	{ "cred_guard", 1, act_cred_guard },
	{ "map", 6, act_map },
	{ "unmap", 3, act_unmap },
	{ "get_attr", 40, act_get_attr },
	{ "set_attr", 6, act_set_attr },
	{ "bind", 1, act_bind },
	{ "fake", 1, act_fake },
	{ "cpu", 1, act_cpu },
	{ "cgroup", 2, act_cgroup },
	{ "spawn", 4, act_spawn },
	{ "kill", 3, act_kill },
	{ "die", 1, act_die },
	{ "idle", 2, act_idle },
};

const unsigned int nr_actions = ARRAY_LEN(actions);

static struct {
	struct program program;
	uint64_t number;
} kept[KEPT_MAX];
static unsigned int nr_kept;

static uint8_t draw_what(struct rng *rng)
{
	static unsigned int sum;
	static bool have_sum;
	unsigned int i, n;

	for (i = 0; !have_sum && i < nr_actions; i++)
		sum += actions[i].weight;
	have_sum = true;
	n = below(rng, sum);
	for (i = 0; n >= actions[i].weight; i++)
		n -= actions[i].weight;
	return i;
}

static void draw_op(struct rng *rng, struct op *op)
{
	uint64_t bits = draw(rng);

	*op = (struct op){
		.what = draw_what(rng), .a = bits, .b = bits >> 8,
		.c = bits >> 16, .v = bits >> 32,
	};
	/* Rare ones are rarer than weights can say: they take very long. */
	if (actions[op->what].weight == 1 && !one_in(rng, 8))
		op->what = draw_what(rng);
}

static uint8_t action_named(const char *name)
{
	unsigned int i;

	for (i = 0; i < nr_actions; i++)
		if (!strcmp(actions[i].name, name))
			return i;
	return 0xff;
}

/* Most programs begin with what most operations need. */
static unsigned int draw_beginning(struct rng *rng, struct program *p)
{
	static const char * const names[] = {
		"guard_open", "trace_open", "spawn", "load", "attach",
	};
	unsigned int i, n = below(rng, ARRAY_LEN(names) + 1);

	for (i = 0; i < n; i++) {
		draw_op(rng, &p->op[i]);
		p->op[i].what = action_named(names[i]);
	}
	return n;
}

static void draw_program(struct rng *rng, struct program *p)
{
	unsigned int i = draw_beginning(rng, p);

	p->nr = 8 + below(rng, PROGRAM_MAX - 8);
	for (; i < p->nr; i++)
		draw_op(rng, &p->op[i]);
}

static void change(struct rng *rng, struct program *p)
{
	unsigned int at = below(rng, p->nr), from;
	struct op *op = &p->op[at];

	switch (below(rng, 6)) {
	case 0:
		draw_op(rng, op);
		break;
	case 1:
		op->a = draw(rng);
		break;
	case 2:
		op->b = draw(rng);
		op->c = draw(rng);
		break;
	case 3:
		op->v = one_in(rng, 2) ? draw(rng) : op->v ^ 1u << below(rng, 32);
		break;
	case 4:
		if (p->nr == PROGRAM_MAX)
			break;
		memmove(op + 1, op, (p->nr++ - at) * sizeof(*op));
		draw_op(rng, op);
		break;
	case 5:
		/* The end of another one behind the beginning of this. */
		from = below(rng, nr_kept);
		for (; at < kept[from].program.nr; at++)
			p->op[at] = kept[from].program.op[at];
		if (p->nr < at)
			p->nr = at;
		break;
	}
}

/* program_make - the program of a number */
void program_make(struct program *p, uint64_t seed, uint64_t number)
{
	struct rng rng = { seed * 0x2545f4914f6cdd1dULL ^ number << 20 };
	unsigned int n;

	if (!nr_kept || one_in(&rng, 3)) {
		draw_program(&rng, p);
		return;
	}
	/* The newest more often than the others. */
	n = below(&rng, nr_kept);
	if (one_in(&rng, 2))
		n = nr_kept - 1 - n % (nr_kept < 32 ? nr_kept : 32);
	*p = kept[n].program;
	for (n = 1 + below(&rng, 6); n; n--)
		change(&rng, p);
}

/* program_keep - let later ones be made of this */
void program_keep(const struct program *p, uint64_t number)
{
	if (nr_kept == KEPT_MAX)
		return;
	kept[nr_kept].program = *p;
	kept[nr_kept++].number = number;
}

unsigned int programs_kept(void)
{
	return nr_kept;
}

/* program_print - one line for each operation */
void program_print(const struct program *p, FILE *to, const char *prefix)
{
	unsigned int i;

	for (i = 0; i < p->nr; i++)
		fprintf(to, "%s%s %u %u %u %u\n", prefix,
			actions[p->op[i].what].name, p->op[i].a, p->op[i].b,
			p->op[i].c, p->op[i].v);
}

/* program_read - until the end, or an empty line; 0, 1 at the end, or -1 */
int program_read(struct program *p, FILE *from)
{
	char line[128], name[32];
	unsigned int a, b, c, v;

	p->nr = 0;
	while (fgets(line, sizeof(line), from)) {
		if (*line == '\n')
			return 0;
		if (sscanf(line, "%31s %u %u %u %u", name, &a, &b, &c, &v) != 5 ||
		    action_named(name) == 0xff || p->nr == PROGRAM_MAX)
			return -1;
		p->op[p->nr++] = (struct op){
			action_named(name), a, b, c, v
		};
	}
	return 1;
}
