/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much memory each VM shall have: the policy of ringside-host, a pure
 * function of settings, limits, what was seen before, what is seen now, and the
 * time. It reads no file, no clock and no socket, allocates nothing and knows no
 * names, so that a recorded run can be replayed and must decide the same.
 * Documentation/design/ringside-host.rst has the rules in words.
 *
 * Once per interval the caller measures every VM, calls rsh_step(), and carries
 * out the decisions:
 *
 *	rsh_settings_init(&settings);		(or config.h)
 *	rsh_policy_init(&policy);
 *	vms = calloc(n, sizeof(*vms));		(zeroed: nothing known yet)
 *	for (;;) {
 *		measure everything into samples[0..n-1] and host
 *		rsh_step(&settings, &policy, vms, limits, samples, n, &host,
 *			 now, decisions, &summary);
 *		for each i with decisions[i].ask:
 *			send QMP balloon value=decisions[i].target
 *			sent[i] = decisions[i].target	(-> sample.asked)
 *	}
 *
 * A VM keeps its slot. A slot whose VM is gone is sampled with alive = false
 * until it is used again; a new slot at the end is a zeroed struct rsh_vm. All
 * sizes are bytes, all times nanoseconds of one monotonic clock.
 */
#ifndef RSH_POLICY_H
#define RSH_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RSH_MIB		((uint64_t)1 << 20)
#define RSH_SEC		((uint64_t)1000000000)
#define RSH_MS		((uint64_t)1000000)

/* A number that is not known. QEMU has the same for statistics not supported. */
#define RSH_UNKNOWN	UINT64_MAX

/* Targets are multiples of this where limits allow: a huge page. */
#define RSH_UNIT	(2 * RSH_MIB)

/**
 * struct rsh_settings - how the policy behaves; constant during a step
 * @budget: bytes that all VMs together may use of the host, QEMU included
 * @slack: bytes of @budget that are never promised; they take what a guest
 *	takes by itself (deflate-on-oom) and the time between two measurements
 * @reserve: bytes kept free beyond @slack, to grow a VM at once; idle memory
 *	refills it
 * @overhead: bytes of QEMU beyond the guest's RAM, for a VM where it was not
 *	measured
 * @headroom: bytes that a guest has beyond what it uses, at least
 * @growth_ns: how far a guest's observed growth is extrapolated
 * @hold_ns: how long memory must be idle until it is taken without need
 * @stale_ns: older guest statistics are not believed
 * @hang_ns: a VM that has not answered for so long is unresponsive
 * @settle_ns: in that time a balloon must have moved, and measured memory must
 *	have followed it
 * @retry_ns: pause until a VM that could not give memory is asked again; twice
 *	as long after each failure, up to 16 times
 * @oom_hold_ns: a guest that helped itself is not asked for memory for so long
 * @tax_percent: idle memory tax, 0 to 99: of two VMs with the same shares, the
 *	one that does not use its memory pays for an idle byte as much as for
 *	100 / (100 - tax_percent) used ones
 * @psi_permille: pressure of the host, in thousandths of time, from which on
 *	slack is raised; 0 turns this off
 * @psi_slack_percent: by how many per cent of itself slack is raised at most
 */
struct rsh_settings {
	uint64_t budget;
	uint64_t slack;
	uint64_t reserve;
	uint64_t overhead;
	uint64_t headroom;
	uint64_t growth_ns;
	uint64_t hold_ns;
	uint64_t stale_ns;
	uint64_t hang_ns;
	uint64_t settle_ns;
	uint64_t retry_ns;
	uint64_t oom_hold_ns;
	uint32_t tax_percent;
	uint32_t psi_permille;
	uint32_t psi_slack_percent;
};

/**
 * struct rsh_limits - what the administrator says about one VM
 * @min: bytes of guest RAM that it is never asked to go below
 * @max: bytes of guest RAM that it is never given more than; RSH_UNKNOWN for
 *	all it was started with
 * @shares: its weight when memory above the mins is divided; at least 1
 * @observe: it counts, but is never asked for anything
 */
struct rsh_limits {
	uint64_t min;
	uint64_t max;
	uint32_t shares;
	bool observe;
};

/**
 * struct rsh_stats - guest-stats of QMP, as the guest says; never trusted
 * @stamp: 0 if the guest never sent any; another, larger number whenever newer
 *	ones have come. "last-update" of QMP will do, but it has whole seconds
 *	only: if statistics are asked for in between, a count of how often they
 *	changed must be part of it
 * @age_ns: how old they are by the caller's reckoning; only read when the
 *	policy sees @stamp for the first time in this VM's life
 * @total: stat-total-memory
 * @available: stat-available-memory
 * @free: stat-free-memory
 * @caches: stat-disk-caches
 * @swap_in: stat-swap-in, bytes since boot
 * @swap_out: stat-swap-out, bytes since boot
 * @major_faults: stat-major-faults, since boot
 * @minor_faults: stat-minor-faults, since boot
 * @alloc_stalls: stat-alloc-stall, since boot
 * @oom_kills: stat-oom-kill, since boot
 *
 * What the guest does not send is RSH_UNKNOWN. Without @available the
 * statistics are of no use and the VM is judged by its measured memory.
 */
struct rsh_stats {
	uint64_t stamp;
	uint64_t age_ns;
	uint64_t total;
	uint64_t available;
	uint64_t free;
	uint64_t caches;
	uint64_t swap_in;
	uint64_t swap_out;
	uint64_t major_faults;
	uint64_t minor_faults;
	uint64_t alloc_stalls;
	uint64_t oom_kills;
};

/**
 * struct rsh_sample - one VM as it was seen just now
 * @alive: its QEMU process exists; nothing else is read if not
 * @answered: query-balloon was answered since the previous step; without it
 *	@actual and @stats are not read
 * @epoch: identifies this life of the QEMU process (start time and pid, say);
 *	another value means that it is a new VM
 * @ram: guest RAM that it has, hot-plugged memory included
 *	(query-memory-size-summary); 0 if not known yet. "actual" is not a
 *	source for it: the guest writes that
 * @actual: "actual" of query-balloon: guest RAM less the balloon
 * @asked: last value written to its QMP socket by this process, whether QEMU
 *	has confirmed it or not; RSH_UNKNOWN when nothing was asked yet
 * @pss: Pss + SwapPss + hugetlb pages of the QEMU process, RSH_UNKNOWN if it
 *	can not be read
 * @overhead: that part of @pss that is not guest RAM, RSH_UNKNOWN if it was not
 *	told apart
 * @stats: what the guest says
 */
struct rsh_sample {
	bool alive;
	bool answered;
	uint64_t epoch;
	uint64_t ram;
	uint64_t actual;
	uint64_t asked;
	uint64_t pss;
	uint64_t overhead;
	struct rsh_stats stats;
};

/**
 * struct rsh_host - the host as it was seen just now
 * @psi_some: thousandths of the last second or so in which some task waited
 *	for memory; RSH_UNKNOWN without PSI
 * @psi_full: the same for all tasks at once
 */
struct rsh_host {
	uint64_t psi_some;
	uint64_t psi_full;
};

/* What is remarkable about a VM; bits of rsh_decision.flags. */
enum rsh_flag {
	RSH_F_STALE		= 1 << 0, /* no statistics, or too old ones */
	RSH_F_UNRESPONSIVE	= 1 << 1, /* QMP has not answered for hang_ns */
	RSH_F_UNMEASURED	= 1 << 2, /* Pss is not known */
	RSH_F_BAD_STATS		= 1 << 3, /* statistics that can not be true */
	RSH_F_LIAR		= 1 << 4, /* uses more than it says it has */
	RSH_F_DISCARD_INHIBITED	= 1 << 5, /* balloon moved, memory did not */
	RSH_F_STUCK		= 1 << 6, /* does not give what it was asked */
	RSH_F_SELF_DEFLATED	= 1 << 7, /* took back memory by itself */
	RSH_F_STARVING		= 1 << 8, /* next to nothing available in it */
	RSH_F_REBOOTED		= 1 << 9, /* its counters started again */
	RSH_F_NEW		= 1 << 10, /* not known long enough to judge */
};

#define RSH_FLAGS_NR 11

/* Why a target is what it is. Words for them: rsh_reason_name(). */
enum rsh_reason {
	RSH_R_DEAD,		/* no such process */
	RSH_R_OBSERVE,		/* only observed */
	RSH_R_NEW,		/* being got to know */
	RSH_R_SILENT,		/* it does not answer */
	RSH_R_KEEP,		/* it has what it should have */
	RSH_R_HOLD,		/* idle, but not for long enough */
	RSH_R_WAIT,		/* should grow; waits for measured room */
	RSH_R_GROW,		/* it needs more than it has */
	RSH_R_GROW_OOM,		/* it helped itself, and gets some more */
	RSH_R_SPREAD,		/* nobody needs it, so it may have it */
	RSH_R_SHRINK_BUDGET,	/* more is promised than there is */
	RSH_R_SHRINK_OTHERS,	/* another VM needs it more */
	RSH_R_SHRINK_IDLE,	/* idle memory refills the reserve */
	RSH_R_RETREAT,		/* it can not give; no longer asked to */
	RSH_R_RELEASE,		/* giving is in vain; has back what it uses */
	RSH_R_REPEAT,		/* asked before, and seems not to have heard */
	RSH_R_SHRINK_MAX,	/* it has more than its max */
};

#define RSH_REASONS_NR 17

/**
 * struct rsh_decision - what to do about one VM, and how it was reckoned
 * @ask: ask for @target now
 * @refresh: memory is short, and what this guest says is not of now: have it
 *	send statistics at once if that is possible (in QEMU, by setting
 *	guest-stats-polling-interval to 0 and back)
 * @target: bytes of guest RAM; with @ask unset the one that stands
 * @reason: why; of a balloon on its way, why it is
 * @flags: enum rsh_flag
 * @used: bytes the guest uses, bounded by what is measured
 * @demand: @used and headroom, bounded by its limits
 * @ideal: its part of all memory if everybody had theirs
 * @committed: what it counts against the budget
 */
struct rsh_decision {
	bool ask;
	bool refresh;
	uint64_t target;
	enum rsh_reason reason;
	uint32_t flags;
	uint64_t used;
	uint64_t demand;
	uint64_t ideal;
	uint64_t committed;
};

/**
 * struct rsh_summary - all VMs together
 * @measured: sum of Pss, as far as known
 * @committed: sum of what they count: measured memory and growth in flight
 * @slack: slack in force, with what pressure on the host adds
 * @room: what could be promised before this step; 0 if @committed is above
 *	budget - slack
 * @granted: what this step promised
 * @returning: memory asked back but not yet measured as free
 * @short_of: what VMs need and could not be promised yet
 * @alive: how many VMs are alive
 * @over: more is committed than budget - slack
 */
struct rsh_summary {
	uint64_t measured;
	uint64_t committed;
	uint64_t slack;
	uint64_t room;
	uint64_t granted;
	uint64_t returning;
	uint64_t short_of;
	size_t alive;
	bool over;
};

/**
 * struct rsh_work - what one step reckons about one VM; see policy_step.h
 * @flags: enum rsh_flag
 * @movable: it may be asked to give, and does as asked
 * @shares: it takes part when memory is divided, movable or not
 * @urgent: next to nothing is available in it, or it helped itself
 * @held: it helped itself a short while ago
 * @urged: the host is in danger, so it is asked although it failed before
 * @overhead: QEMU beyond the guest's RAM
 * @measured_overhead: @overhead was told apart, and is no estimate
 * @low: least target
 * @cap: largest target
 * @used: the guest uses so much
 * @soft: below that, memory in use would be taken
 * @need: below that, it is short of memory for what it does now
 * @demand: with all its headroom
 * @wish: the same, if it uses as little as it may; what it grows to
 * @expected: what it has or has been promised, overhead included
 * @committed: @expected, or the worst case where that is not certain
 * @level: target up to which growth costs nothing, for it is in @expected
 * @ideal: its part if everybody had theirs
 * @claim_floor: of its claim above @low when memory is divided
 * @claim_active: up to here the claim is not taxed
 * @claim_cap: more than that is not claimed
 * @part: what it got
 * @target: new target
 * @reason: why
 */
struct rsh_work {
	uint32_t flags;
	bool movable;
	bool shares;
	bool urgent;
	bool held;
	bool urged;
	bool measured_overhead;
	uint64_t overhead;
	uint64_t low;
	uint64_t cap;
	uint64_t used;
	uint64_t soft;
	uint64_t need;
	uint64_t demand;
	uint64_t wish;
	uint64_t expected;
	uint64_t committed;
	uint64_t level;
	uint64_t ideal;
	uint64_t claim_floor;
	uint64_t claim_active;
	uint64_t claim_cap;
	uint64_t part;
	uint64_t target;
	enum rsh_reason reason;
};

/**
 * struct rsh_vm - what the policy remembers of one VM
 * @known: it was alive in the step before
 * @epoch: of its process
 * @first_ns: when it was first seen
 * @answered_ns: when it last answered
 * @ram: guest RAM
 * @actual: guest RAM less the balloon
 * @prev_actual: the same in the step before
 * @pss: as last measured
 * @overhead: largest ever seen, where it is not measured
 * @reports: how many statistics were believed, up to 2
 * @stamp: of the last statistics seen
 * @stats_ns: when they came
 * @refresh_ns: when newer ones were last asked for
 * @available: as they say
 * @used_low: what they make of used memory, if the balloon moved while they
 *	came: at least
 * @used_high: at most
 * @rate: growth of used memory, bytes a second
 * @prev_rate: the same for the time before that
 * @rate_ns: when @rate was reckoned
 * @rate_used: @used_high then
 * @faults: minor faults since boot
 * @stalls: allocation stalls since boot
 * @oom_kills: since boot
 * @pressed: the last statistics show stalls or kills
 * @target: last target; @actual as long as nothing was asked
 * @reason: why
 * @ask_ns: when it was asked
 * @least_actual: least since then
 * @moved_ns: when @actual last came closer to a smaller target
 * @moved_actual: @actual then
 * @shrink_ns: since when measured memory should follow the balloon; 0 for no
 *	open question
 * @shrink_actual: @actual then
 * @shrink_pss: @pss then
 * @owes: too little has followed so far
 * @self_ns: when it last helped itself
 * @self_actual: what it had after that
 * @self_open: its target is still below that
 * @failures: how often in a row it did not give what it was asked
 * @bad_until: RSH_F_BAD_STATS
 * @liar_until: RSH_F_LIAR
 * @stuck_until: RSH_F_STUCK
 * @stuck_actual: what it could not go below
 * @stuck_used: what it used of that, by its own word
 * @inhibited_until: RSH_F_DISCARD_INHIBITED
 * @inhibited_used: the most that it used since then, by its own word
 * @urged_until: so long it is asked because the host is in danger
 * @urged_next: not again before
 * @self_until: RSH_F_SELF_DEFLATED
 * @rebooted_until: RSH_F_REBOOTED
 * @above_since: since when it has more than its part; 0 for not now
 * @beyond_since: since when more is measured than it has; 0 for not now
 * @w: of this step
 *
 * The caller zeroes it once, keeps it, and looks at nothing in it.
 */
struct rsh_vm {
	bool known;
	bool pressed;
	bool self_open;
	bool owes;
	uint64_t epoch;
	uint64_t first_ns;
	uint64_t answered_ns;
	uint64_t ram;
	uint64_t actual;
	uint64_t prev_actual;
	uint64_t pss;
	uint64_t overhead;
	uint32_t reports;
	uint64_t stamp;
	uint64_t stats_ns;
	uint64_t refresh_ns;
	uint64_t available;
	uint64_t used_low;
	uint64_t used_high;
	uint64_t rate;
	uint64_t prev_rate;
	uint64_t rate_ns;
	uint64_t rate_used;
	uint64_t faults;
	uint64_t stalls;
	uint64_t oom_kills;
	uint64_t target;
	enum rsh_reason reason;
	uint64_t ask_ns;
	uint64_t least_actual;
	uint64_t moved_ns;
	uint64_t moved_actual;
	uint64_t shrink_ns;
	uint64_t shrink_actual;
	uint64_t shrink_pss;
	uint64_t self_ns;
	uint64_t self_actual;
	uint32_t failures;
	uint64_t bad_until;
	uint64_t liar_until;
	uint64_t stuck_until;
	uint64_t stuck_actual;
	uint64_t stuck_used;
	uint64_t inhibited_until;
	uint64_t inhibited_used;
	uint64_t urged_until;
	uint64_t urged_next;
	uint64_t self_until;
	uint64_t rebooted_until;
	uint64_t above_since;
	uint64_t beyond_since;
	struct rsh_work w;
};

/**
 * struct rsh_policy - what the policy remembers of all VMs together
 * @last_ns: time of the step before
 * @psi_slack: what pressure on the host adds to slack
 * @spare_since: since when there is room that nobody needs; 0 for not now
 * @scarce_since: since when the reserve is low; 0 for not now
 * @short_since: since when somebody waits for memory; 0 for not now
 *
 * The caller calls rsh_policy_init() once and looks at nothing in it.
 */
struct rsh_policy {
	uint64_t last_ns;
	uint64_t psi_slack;
	uint64_t spare_since;
	uint64_t scarce_since;
	uint64_t short_since;
};

/**
 * rsh_settings_init() - fill in the defaults
 * @s: what to fill in; @s->budget stays 0, slack and reserve are left unknown
 *	and take their defaults from the budget in rsh_settings_complete()
 */
void rsh_settings_init(struct rsh_settings *s);

/**
 * rsh_settings_complete() - what is left unknown gets its default
 * @s: with its budget set
 */
void rsh_settings_complete(struct rsh_settings *s);

/**
 * rsh_guaranteed() - the memory that mins promise for good
 * @s: settings, complete
 * @limits: one for each VM
 * @n: how many
 *
 * Return: sum of min and overhead of all; to be honoured it must not exceed
 *	rsh_distributable().
 */
uint64_t rsh_guaranteed(const struct rsh_settings *s,
			const struct rsh_limits *limits, size_t n);

/**
 * rsh_distributable() - budget less slack
 * @s: settings, complete
 *
 * Return: bytes, 0 if slack is not less than the budget.
 */
uint64_t rsh_distributable(const struct rsh_settings *s);

/**
 * rsh_policy_init() - nothing is known yet
 * @policy: what to initialise
 */
void rsh_policy_init(struct rsh_policy *policy);

/**
 * rsh_step() - decide for all VMs
 * @s: settings, complete
 * @policy: what is remembered of all; updated
 * @vms: what is remembered of each; updated
 * @limits: of each
 * @samples: each as seen now
 * @n: how many
 * @host: the host as seen now
 * @now: time, never less than in the step before
 * @decisions: filled in, for each
 * @summary: filled in; may be NULL
 *
 * O(n) but for a factor of at most 64. No allocation.
 */
void rsh_step(const struct rsh_settings *s, struct rsh_policy *policy,
	      struct rsh_vm *vms, const struct rsh_limits *limits,
	      const struct rsh_sample *samples, size_t n,
	      const struct rsh_host *host, uint64_t now,
	      struct rsh_decision *decisions, struct rsh_summary *summary);

/**
 * rsh_reason_name() - a reason in one word, for JSON and tests
 * @reason: of a decision
 *
 * Return: "shrink-others", for example; "?" for no valid reason.
 */
const char *rsh_reason_name(enum rsh_reason reason);

/**
 * rsh_reason_text() - a reason in a few words, for people
 * @reason: of a decision
 *
 * Return: "another VM needs it more", for example.
 */
const char *rsh_reason_text(enum rsh_reason reason);

/**
 * rsh_flag_name() - a flag in one word
 * @bit: its number, less than RSH_FLAGS_NR
 *
 * Return: "discard-inhibited", for example; "?" for none.
 */
const char *rsh_flag_name(unsigned int bit);

#endif /* RSH_POLICY_H */
