/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fuzzer for everything of the suite that a process in the guest can reach.
 * It plays programs: short lists of operations that choose what they act on
 * from what is there when their turn comes, so that any list means something.
 *
 *	guest_fuzz.c	runs programs one after the other and judges the end
 *	program.c	where programs come from, and how they are written
 *	play.c		what a program holds, and playing it
 *	play_guard.c, play_trace.c, play_system.c	the operations
 *	victim.c	the processes that all this is done to
 *	coverage.c	what of the modules a program reached
 */
#ifndef RS_GUEST_FUZZ_H
#define RS_GUEST_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <time.h>

#define PROGRAM_MAX	48
#define NR_HANDLES	16
#define NR_IDS		8
#define NR_VICTIMS	4
#define NR_MAPS		4
#define NR_ACTIONS_MAX	64
/* Bits that stand for places in the modules, by hash. */
#define COVERAGE_BITS	(1u << 18)

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))

/**
 * struct op - one operation of a program
 * @what: index into actions
 * @a: chooses what it is done to
 * @b: chooses how
 * @c: chooses what else
 * @v: a number, or the seed of what needs many
 */
struct op {
	uint8_t what;
	uint8_t a;
	uint8_t b;
	uint8_t c;
	uint32_t v;
};

struct program {
	unsigned int nr;
	struct op op[PROGRAM_MAX];
};

/**
 * struct shared - what outlives the process that plays
 * @calls: system calls that were made to the suite, ever
 * @step: the operation that is being played
 * @wrote: did the program write to an attribute, or plug something?
 * @spent: seconds that operations took, by what they are
 * @played: how many there were
 * @reached: one bit for each place
 * @owner: the module that a bit is about
 */
struct shared {
	uint64_t calls;
	unsigned int step;
	bool wrote;
	double spent[NR_ACTIONS_MAX];
	uint64_t played[NR_ACTIONS_MAX];
	unsigned long reached[COVERAGE_BITS / 64];
	uint8_t owner[COVERAGE_BITS];
};

enum handle_kind { NOTHING, GUARD, POLICY, EVENTS, TRACE };

/**
 * struct player - what a program has at a moment of its life
 * @handle: open descriptors
 * @kind: what they are
 * @id: ids of policies
 * @victim: processes that it started
 * @map: mappings of the trace device
 * @map_len: their lengths
 */
struct player {
	int handle[NR_HANDLES];
	enum handle_kind kind[NR_HANDLES];
	uint32_t id[NR_IDS];
	unsigned int nr_ids;
	pid_t victim[NR_VICTIMS];
	void *map[NR_MAPS];
	size_t map_len[NR_MAPS];
};

/**
 * struct action - what an operation can be
 * @name: in programs that are written down
 * @weight: how often it is drawn
 * @act: does it
 */
struct action {
	const char *name;
	unsigned int weight;
	void (*act)(struct player *p, const struct op *op);
};

extern struct shared *shared;

static inline double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Drawing numbers: from a seed always the same. */
struct rng {
	uint64_t state;
};

static inline uint64_t draw(struct rng *rng)
{
	uint64_t x = rng->state += 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

static inline unsigned int below(struct rng *rng, unsigned int n)
{
	return (draw(rng) >> 33) % n;
}

static inline bool one_in(struct rng *rng, unsigned int n)
{
	return !below(rng, n);
}

/* program.c */
extern const struct action actions[];
extern const unsigned int nr_actions;
void program_make(struct program *p, uint64_t seed, uint64_t number);
void program_keep(const struct program *p, uint64_t number);
unsigned int programs_kept(void);
void program_print(const struct program *p, FILE *to, const char *prefix);
int program_read(struct program *p, FILE *from);

/* play.c */
void play(const struct program *p);
int handle_of(const struct player *p, enum handle_kind kind, unsigned int a);
int keep_handle(struct player *p, enum handle_kind kind, int fd);
uint32_t id_of(const struct player *p, unsigned int a);
void keep_id(struct player *p, uint32_t id);
pid_t victim_of(const struct player *p, unsigned int a);
long call_ioctl(int fd, unsigned long cmd, void *arg);
void act_close(struct player *p, const struct op *op);
void act_read(struct player *p, const struct op *op);
void act_wild(struct player *p, const struct op *op);
void act_idle(struct player *p, const struct op *op);

/* play_guard.c */
void act_guard_open(struct player *p, const struct op *op);
void act_load(struct player *p, const struct op *op);
void act_jail(struct player *p, const struct op *op);
void act_attach(struct player *p, const struct op *op);
void act_confirm(struct player *p, const struct op *op);
void act_on_id(struct player *p, const struct op *op);
void act_replace(struct player *p, const struct op *op);
void act_ask(struct player *p, const struct op *op);
void act_events(struct player *p, const struct op *op);
void act_relax(struct player *p, const struct op *op);

/* play_trace.c */
void act_trace_open(struct player *p, const struct op *op);
void act_level(struct player *p, const struct op *op);
void act_who(struct player *p, const struct op *op);
void act_cred_guard(struct player *p, const struct op *op);
void act_map(struct player *p, const struct op *op);
void act_unmap(struct player *p, const struct op *op);

/* play_system.c */
void attributes_find(void);
void act_get_attr(struct player *p, const struct op *op);
void act_set_attr(struct player *p, const struct op *op);
void act_bind(struct player *p, const struct op *op);
void act_fake(struct player *p, const struct op *op);
void act_cpu(struct player *p, const struct op *op);
void act_cgroup(struct player *p, const struct op *op);
void system_restore(void);

/* victim.c */
#define VICTIM_ARG	"--victim"
void act_spawn(struct player *p, const struct op *op);
void act_kill(struct player *p, const struct op *op);
void act_die(struct player *p, const struct op *op);
int victim_main(unsigned int kind);
/* Directories that are there for the victims' sake. */
#define VICTIM_ROOT	"/tmp/fuzz-root"
#define VICTIM_GROUP	"/sys/fs/cgroup/fuzz"

/* coverage.c */
bool coverage_open(void);
void coverage_begin(void);
void coverage_take(void);
void coverage_end(void);
void coverage_modules(void);
unsigned int coverage_new(void);
void coverage_report(void);

#endif /* RS_GUEST_FUZZ_H */
