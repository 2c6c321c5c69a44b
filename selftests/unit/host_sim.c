// SPDX-License-Identifier: GPL-2.0-only
/*
 * The simulation declared in host_sim.h. What it checks by itself it reckons
 * from samples and decisions only, never from what the policy says of itself.
 */
#include <string.h>
#include "host_sim.h"

#define TICK (10 * RSH_MS)
#define LATENCY (30 * RSH_MS)
#define OOM_PAUSE (100 * RSH_MS)
#define OOM_BYTES (32 * MIB)
/* The allocator keeps some pages whatever happens. */
#define WATERMARK (4 * MIB)

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static uint64_t or_default(uint64_t x, uint64_t d)
{
	return x ? x : d;
}

/* xorshift64: the same sequence everywhere. */
uint64_t sim_random(struct sim *sim, uint64_t below)
{
	uint64_t x = sim->random;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	sim->random = x;
	return below ? x % below : 0;
}

uint64_t sim_actual(const struct sim_vm *vm)
{
	return vm->ram - vm->balloon;
}

static uint64_t in_use(const struct sim_vm *vm)
{
	return vm->kernel + vm->memory + WATERMARK;
}

static uint64_t available(const struct sim_vm *vm)
{
	return minus(sim_actual(vm), in_use(vm));
}

static uint64_t process(const struct sim_vm *vm)
{
	return vm->alive ? vm->touched + vm->overhead : 0;
}

uint64_t sim_host(const struct sim *sim)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < sim->n; i++)
		sum += process(&sim->vms[i]);
	return sum;
}

void sim_init(struct sim *sim, uint64_t budget, uint64_t seed)
{
	memset(sim, 0, sizeof(*sim));
	sim->now = 1000 * RSH_SEC;
	sim->random = seed * 0x9e3779b97f4a7c15 + 1;
	rsh_settings_init(&sim->settings);
	sim->settings.budget = budget;
	rsh_settings_complete(&sim->settings);
	rsh_policy_init(&sim->policy);
	sim->host = (struct rsh_host){ 0, 0 };
}

static void power_on(struct sim *sim, struct sim_vm *vm)
{
	vm->memory = 0;
	vm->cache = 0;
	vm->balloon = 0;
	vm->goal_ns = sim->now;
	memset(&vm->stats, 0xff, sizeof(vm->stats));
	vm->stats.stamp = 0;
	vm->stats.minor_faults = 0;
	vm->stats.alloc_stalls = 0;
	vm->stats.oom_kills = 0;
	/* Guests were not all started on the same second. */
	vm->next_stats_ns = sim->now + sim_random(sim, RSH_SEC);
}

void sim_start(struct sim *sim, size_t i)
{
	struct sim_vm *vm = &sim->vms[i];

	vm->alive = true;
	vm->epoch++;
	vm->asked = RSH_UNKNOWN;
	vm->goal = vm->ram;
	vm->touched = vm->kernel;
	power_on(sim, vm);
}

size_t sim_add(struct sim *sim, uint64_t ram, uint64_t min)
{
	size_t i = sim->n++;

	sim->limits[i] = (struct rsh_limits){
		.min = min, .max = RSH_UNKNOWN, .shares = 1,
	};
	sim->vms[i] = (struct sim_vm){
		.ram = ram, .overhead = 95 * MIB, .kernel = 70 * MIB,
		.want = 30 * MIB,
	};
	sim_start(sim, i);
	return i;
}

void sim_kill(struct sim *sim, size_t i)
{
	sim->vms[i].alive = false;
}

/* QEMU keeps what was asked, and what it has given to the guest. */
void sim_reboot(struct sim *sim, size_t i)
{
	struct sim_vm *vm = &sim->vms[i];
	uint64_t stamp = vm->stats.stamp;

	power_on(sim, vm);
	vm->stats.stamp = stamp;
	/* It has no driver for a while. */
	vm->goal_ns = sim->now + 3 * RSH_SEC;
	vm->next_stats_ns = vm->goal_ns;
}

void sim_restart_manager(struct sim *sim)
{
	size_t i;

	rsh_policy_init(&sim->policy);
	memset(sim->state, 0, sizeof(sim->state));
	for (i = 0; i < sim->n; i++)
		sim->vms[i].asked = RSH_UNKNOWN;
}

void sim_mark(struct sim *sim)
{
	size_t i;

	sim->peak = sim_host(sim);
	for (i = 0; i < sim->n; i++) {
		sim->vms[i].asks = 0;
		sim->vms[i].turns = 0;
		sim->vms[i].direction = 0;
		sim->vms[i].most_touched = 0;
	}
}

/* Out of memory: take it from the balloon, or lose a program. */
static void out_of_memory(struct sim *sim, struct sim_vm *vm)
{
	if (sim->now - vm->oom_ns < OOM_PAUSE)
		return;
	vm->oom_ns = sim->now;
	vm->stats.alloc_stalls++;
	if (vm->balloon && !vm->no_oom_deflate) {
		vm->balloon = minus(vm->balloon, OOM_BYTES);
		/* It holds off until the target changes. */
		vm->goal = sim_actual(vm) > vm->goal ? sim_actual(vm) :
						       vm->goal;
		vm->oom_deflates++;
		return;
	}
	vm->kills++;
	vm->stats.oom_kills++;
	vm->want = 0;
	vm->memory = 0;
}

static void run_programs(struct sim *sim, struct sim_vm *vm)
{
	uint64_t most = or_default(vm->alloc_rate, 512 * MIB) / 100;
	uint64_t more = least(minus(vm->want, vm->memory), most);

	vm->memory = least(vm->memory, vm->want);
	if (more <= available(vm))
		vm->memory += more;
	else
		out_of_memory(sim, vm);
	vm->cache = least(vm->cache + vm->cache_rate / 100, available(vm));
	vm->stats.minor_faults += more / 4096;
}

static void run_balloon(struct sim *sim, struct sim_vm *vm)
{
	uint64_t most = or_default(vm->balloon_rate, 1024 * MIB) / 100;
	uint64_t actual = sim_actual(vm), spare;

	if (vm->no_driver || sim->now < vm->goal_ns)
		return;
	spare = minus(available(vm), or_default(vm->keeps, 16 * MIB));
	if (actual > vm->goal)
		vm->balloon += least(least(actual - vm->goal, most), spare);
	else
		vm->balloon -= least(least(vm->goal - actual, most),
				     vm->balloon);
}

static void touch(struct sim_vm *vm)
{
	uint64_t used = vm->kernel + vm->memory + vm->cache;

	if (used > vm->touched)
		vm->touched = used;
	if (vm->steals)
		vm->touched = vm->ram;
	else if (!vm->inhibited)
		vm->touched = least(vm->touched, sim_actual(vm));
	if (vm->touched > vm->most_touched)
		vm->most_touched = vm->touched;
}

static void send_stats(struct sim *sim, struct sim_vm *vm)
{
	if (vm->no_stats || sim->now < vm->next_stats_ns)
		return;
	vm->next_stats_ns = sim->now + or_default(vm->stats_ns, RSH_SEC);
	vm->stats.stamp = sim->now / RSH_MS;
	vm->stats.age_ns = 0;
	vm->stats.total = sim_actual(vm) - vm->kernel / 2;
	vm->stats.available = available(vm);
	vm->stats.free = minus(available(vm), vm->cache);
	vm->stats.caches = vm->cache;
	if (vm->claims_all)
		vm->stats.available = 0;
	if (vm->claims_none)
		vm->stats.available = vm->stats.total;
	if (vm->garbage) {
		vm->stats.available = sim_random(sim, UINT64_MAX);
		vm->stats.stamp = sim_random(sim, UINT64_MAX);
		vm->stats.total = sim_random(sim, 2) ? RSH_UNKNOWN :
				  sim_random(sim, 2 * vm->ram);
	}
}

static void tick(struct sim *sim)
{
	uint64_t host;
	size_t i;

	sim->now += TICK;
	for (i = 0; i < sim->n; i++) {
		struct sim_vm *vm = &sim->vms[i];

		if (!vm->alive)
			continue;
		run_programs(sim, vm);
		run_balloon(sim, vm);
		vm->cache = least(vm->cache, available(vm));
		touch(vm);
		send_stats(sim, vm);
	}
	host = sim_host(sim);
	if (host > sim->peak)
		sim->peak = host;
}

static void measure(struct sim *sim, size_t i)
{
	struct sim_vm *vm = &sim->vms[i];

	if (!vm->deaf)
		vm->told = sim_actual(vm);
	sim->samples[i] = (struct rsh_sample){
		.alive = vm->alive, .answered = !vm->deaf, .epoch = vm->epoch,
		.ram = vm->ram, .actual = sim_actual(vm), .asked = vm->asked,
		.pss = vm->unmeasured ? RSH_UNKNOWN : process(vm),
		.overhead = vm->unmeasured ? RSH_UNKNOWN : vm->overhead,
		.stats = vm->stats,
	};
}

/* What a VM may use without being given any more, by the samples alone. */
static uint64_t promised(const struct sim *sim, size_t i, uint64_t target)
{
	const struct rsh_sample *s = &sim->samples[i];
	uint64_t told = sim->vms[i].told, sum;
	uint64_t top = told > target ? told : target;
	uint64_t overhead = s->overhead == RSH_UNKNOWN ?
			    sim->settings.overhead : s->overhead;

	if (!s->alive)
		return 0;
	if (top > s->ram)
		top = s->ram;
	if (s->pss == RSH_UNKNOWN)
		top = s->ram;
	sum = top + overhead;
	return s->pss != RSH_UNKNOWN && s->pss > sum ? s->pss : sum;
}

/* More promised in this step than before, and more than there is? */
static void judge(struct sim *sim)
{
	uint64_t before = 0, after = 0, was, is;
	size_t i;

	for (i = 0; i < sim->n; i++) {
		const struct rsh_decision *d = &sim->decisions[i];
		const struct rsh_limits *l = &sim->limits[i];
		uint64_t asked = sim->vms[i].asked;

		was = promised(sim, i, asked == RSH_UNKNOWN ? 0 : asked);
		is = d->ask ? promised(sim, i, d->target) : was;
		before += was;
		after += is;
		if (!d->ask)
			continue;
		if (d->target > sim->vms[i].ram ||
		    (l->max != RSH_UNKNOWN && d->target > l->max) ||
		    d->target < least(l->min, sim->vms[i].ram))
			sim->violations++;
	}
	if (after > before &&
	    after > sim->settings.budget - sim->settings.slack)
		sim->overcommits++;
}

static void carry_out(struct sim *sim, size_t i)
{
	const struct rsh_decision *d = &sim->decisions[i];
	struct sim_vm *vm = &sim->vms[i];
	uint64_t old = vm->asked == RSH_UNKNOWN ? sim_actual(vm) : vm->asked;
	int direction = d->target > old ? 1 : -1;

	if (d->refresh && !vm->deaf && !sim->no_refresh)
		vm->next_stats_ns = least(vm->next_stats_ns,
					  sim->now + LATENCY);
	if (!d->ask || vm->deaf)
		return;
	vm->asked = d->target;
	vm->goal = d->target;
	if (vm->goal_ns < sim->now + LATENCY)
		vm->goal_ns = sim->now + LATENCY;
	vm->asks++;
	vm->turns += vm->direction && direction != vm->direction;
	vm->direction = direction;
}

static void step(struct sim *sim)
{
	size_t i;

	for (i = 0; i < sim->n; i++)
		measure(sim, i);
	rsh_step(&sim->settings, &sim->policy, sim->state, sim->limits,
		 sim->samples, sim->n, &sim->host, sim->now, sim->decisions,
		 &sim->summary);
	judge(sim);
	for (i = 0; i < sim->n; i++)
		carry_out(sim, i);
	sim->steps++;
}

void sim_run(struct sim *sim, uint64_t ms)
{
	uint64_t end = sim->now + ms * RSH_MS;

	while (sim->now < end) {
		tick(sim);
		if (sim->now % (100 * RSH_MS) == 0)
			step(sim);
	}
}
