// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables declared in trace_fields.h. The reason of a decision is no number
 * and is handled by who uses them.
 */
#include "policy.h"
#include "trace_fields.h"

#define FIELD(kind, type, member) \
	{ #member, RSH_FIELD_##kind, offsetof(struct type, member) }
#define END { NULL, RSH_FIELD_U64, 0 }

const struct rsh_field rsh_settings_fields[] = {
	FIELD(U64, rsh_settings, budget),
	FIELD(U64, rsh_settings, slack),
	FIELD(U64, rsh_settings, reserve),
	FIELD(U64, rsh_settings, overhead),
	FIELD(U64, rsh_settings, headroom),
	FIELD(U64, rsh_settings, growth_ns),
	FIELD(U64, rsh_settings, hold_ns),
	FIELD(U64, rsh_settings, stale_ns),
	FIELD(U64, rsh_settings, hang_ns),
	FIELD(U64, rsh_settings, settle_ns),
	FIELD(U64, rsh_settings, retry_ns),
	FIELD(U64, rsh_settings, oom_hold_ns),
	FIELD(U32, rsh_settings, tax_percent),
	FIELD(U32, rsh_settings, psi_permille),
	FIELD(U32, rsh_settings, psi_slack_percent),
	END
};

const struct rsh_field rsh_host_fields[] = {
	FIELD(U64, rsh_host, psi_some),
	FIELD(U64, rsh_host, psi_full),
	END
};

const struct rsh_field rsh_limits_fields[] = {
	FIELD(U64, rsh_limits, min),
	FIELD(U64, rsh_limits, max),
	FIELD(U32, rsh_limits, shares),
	FIELD(BOOL, rsh_limits, observe),
	END
};

const struct rsh_field rsh_sample_fields[] = {
	FIELD(BOOL, rsh_sample, alive),
	FIELD(BOOL, rsh_sample, answered),
	FIELD(U64, rsh_sample, epoch),
	FIELD(U64, rsh_sample, ram),
	FIELD(U64, rsh_sample, actual),
	FIELD(U64, rsh_sample, asked),
	FIELD(U64, rsh_sample, pss),
	FIELD(U64, rsh_sample, overhead),
	END
};

const struct rsh_field rsh_stats_fields[] = {
	FIELD(U64, rsh_stats, stamp),
	FIELD(U64, rsh_stats, age_ns),
	FIELD(U64, rsh_stats, total),
	FIELD(U64, rsh_stats, available),
	FIELD(U64, rsh_stats, free),
	FIELD(U64, rsh_stats, caches),
	FIELD(U64, rsh_stats, swap_in),
	FIELD(U64, rsh_stats, swap_out),
	FIELD(U64, rsh_stats, major_faults),
	FIELD(U64, rsh_stats, minor_faults),
	FIELD(U64, rsh_stats, alloc_stalls),
	FIELD(U64, rsh_stats, oom_kills),
	END
};

const struct rsh_field rsh_decision_fields[] = {
	FIELD(BOOL, rsh_decision, ask),
	FIELD(BOOL, rsh_decision, refresh),
	FIELD(U64, rsh_decision, target),
	FIELD(U32, rsh_decision, flags),
	FIELD(U64, rsh_decision, used),
	FIELD(U64, rsh_decision, demand),
	FIELD(U64, rsh_decision, ideal),
	FIELD(U64, rsh_decision, committed),
	END
};
