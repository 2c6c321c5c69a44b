// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words for reasons and flags of the policy, in status, JSON and traces.
 */
#include "policy.h"

static const struct {
	const char *name;
	const char *text;
} reasons[RSH_REASONS_NR] = {
	[RSH_R_DEAD] = { "dead", "no such process" },
	[RSH_R_OBSERVE] = { "observe", "only observed" },
	[RSH_R_NEW] = { "new", "being got to know" },
	[RSH_R_SILENT] = { "silent", "does not answer" },
	[RSH_R_KEEP] = { "keep", "has what it should have" },
	[RSH_R_HOLD] = { "hold", "idle, but not for long enough" },
	[RSH_R_WAIT] = { "wait", "should grow, waits for room" },
	[RSH_R_GROW] = { "grow", "needs more than it has" },
	[RSH_R_GROW_OOM] = { "grow-oom", "helped itself, gets some more" },
	[RSH_R_SPREAD] = { "spread", "nobody needs it, so it may have it" },
	[RSH_R_SHRINK_BUDGET] = { "shrink-budget",
				  "more is promised than there is" },
	[RSH_R_SHRINK_OTHERS] = { "shrink-others", "another VM needs it more" },
	[RSH_R_SHRINK_IDLE] = { "shrink-idle",
				"idle memory refills the reserve" },
	[RSH_R_RETREAT] = { "retreat", "can not give, no longer asked to" },
	[RSH_R_RELEASE] = { "release", "giving is in vain, has it back" },
	[RSH_R_REPEAT] = { "repeat", "seems not to have heard" },
	[RSH_R_SHRINK_MAX] = { "shrink-max", "has more than its max" },
};

static const char * const flags[RSH_FLAGS_NR] = {
	"stale", "unresponsive", "unmeasured", "bad-stats", "liar",
	"discard-inhibited", "stuck", "self-deflated", "starving", "rebooted",
	"new",
};

const char *rsh_reason_name(enum rsh_reason reason)
{
	return (unsigned int)reason < RSH_REASONS_NR ? reasons[reason].name :
						       "?";
}

const char *rsh_reason_text(enum rsh_reason reason)
{
	return (unsigned int)reason < RSH_REASONS_NR ? reasons[reason].text :
						       "?";
}

const char *rsh_flag_name(unsigned int bit)
{
	return bit < RSH_FLAGS_NR ? flags[bit] : "?";
}
