# SPDX-License-Identifier: GPL-2.0-only
"""What a system call may cost with the suite, beside its peers in the same boot.

Differences and shares within one boot, never absolute figures. A goal that is
not reached on some kernel stands in OPEN with that kernel: it is said aloud in
each run, and whoever reaches it is told to take it out.
"""
import sys

FREE = {"core.idle", "core.removed", "guard.unnamed", "guard.detached", "guard.allowed",
        "trace.level0_after", "trace.cred_off_after"}

# How much of what a peer costs in all may ours cost?
TOTAL = {"guard.denied": {"seccomp-linear": 0.2, "seccomp-tree": 0.7},
         "guard.denied_by_default": {"seccomp-linear": 0.2, "seccomp-tree": 0.7}}

# How much of what a peer adds to the call may ours add?
ADDED = {"guard.arg_rule": {"seccomp-tree": 0.5}, "guard.socket_rule": {"seccomp-tree": 0.5},
         "guard.allowed": {"seccomp-linear": 0.5, "seccomp-tree": 0.5}}

# How many instructions may ours add, by the first digits of the release?
MORE = {"guard.hooked_other": {"": 56},
        "trace.level2_who": {"6.": 150, "7.": 180},
        "trace.level2_who_256": {"6.": 150, "7.": 180},
        "trace.cred_pointer": {"": 16}, "trace.cred_full": {"": 46}}

# And how many percent?
PERCENT = {"trace.setuid": 8, "trace.setuid_pointer": 8, "trace.open_close": 2}

# How long may it take?
AT_MOST = {"guard.attach_ms": 500, "guard.detach_ms": 500, "guard.replace_ms": 1}

# Goals not reached: (bench, peer or None, release as it begins)
OPEN = {
    # ftrace itself, before our hook on commit_creds(), takes most of it.
    ("trace.setuid", None, ""),
    ("trace.setuid_pointer", None, ""),
}


def goals(record):
    """(peer, is it missed, text) of each goal that there is for the figure."""
    name, ours, base = record["bench"], record["ours"], record.get("base", 0)
    if name in FREE:
        yield None, ours != base, f"adds {ours - base} instructions, goal 0"
    for release, most in MORE.get(name, {}).items():
        if record["kernel"].startswith(release):
            yield None, ours - base > most, f"adds {ours - base}, goal {most}"
    if name in PERCENT:
        yield None, 100 * (ours - base) > PERCENT[name] * base, \
            f"adds {100 * (ours - base) / base:.1f} %, goal {PERCENT[name]} %"
    if name in AT_MOST:
        yield None, ours > AT_MOST[name], f"{ours} {record['unit']}, goal {AT_MOST[name]}"
    for peer, cost in record.get("peers", {}).items():
        yield "cheaper than " + peer, ours >= cost, f"costs {ours}, {peer} {cost}"
        share = TOTAL.get(name, {}).get(peer)
        if share:
            yield peer, ours > share * cost, \
                f"costs {ours / cost:.3f} of {peer} in all, goal {share}"
        share = ADDED.get(name, {}).get(peer)
        if share:
            yield peer, ours - base > share * (cost - base), \
                f"adds {(ours - base) / (cost - base):.3f} of what {peer} adds, goal {share}"


def flat(records):
    """(bench, kernel, text) where a cost depends on how many there are."""
    found = {}
    for r in records:
        if "_by_" in r["bench"] and r["unit"] == "instructions" and "base" not in r:
            found.setdefault((r["bench"], r["kernel"]), set()).add(r["ours"])
    for (bench, kernel), costs in found.items():
        if len(costs) != 1:
            yield bench, kernel, f"is not flat: {sorted(costs)}"


def missed(records):
    """Say what is missed; is any of it not known to be?"""
    bad = False
    for r in records:
        for peer, is_missed, text in goals(r):
            known = any(r["bench"] == bench and peer == p and r["kernel"].startswith(release)
                        for bench, p, release in OPEN)
            if is_missed:
                print("bench:", "not reached:" if known else "MISSED:", r["bench"], "on",
                      r["kernel"], text, file=sys.stderr)
                bad = bad or not known
            elif known:
                print("bench: reached:", r["bench"], "on", r["kernel"], text,
                      "(take it out of OPEN)", file=sys.stderr)
    for bench, kernel, text in flat(records):
        print("bench: MISSED:", bench, "on", kernel, text, file=sys.stderr)
        bad = True
    return bad
