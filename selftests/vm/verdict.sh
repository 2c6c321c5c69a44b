# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Decides how a run ended, from three things together: what the guest said on
# the control port, what its kernel logged, and why the machine stopped. An
# exit status alone is never trusted: a test can pass in a kernel that has
# just warned about a use after free.

# What a healthy kernel never logs. The two last lines are the summary of a
# kmemleak scan and Debug Objects.
splat_regex='BUG: |WARNING: |Oops: |Oops\[|Kernel panic|KASAN: |UBSAN: |KCSAN: '
splat_regex+='|Call Trace:|general protection fault|refcount_t: '
splat_regex+='|INFO: (task|rcu)|rcu: INFO:|possible (circular|recursive) locking'
splat_regex+='|suspicious RCU usage|blocked for more than|soft lockup|hard LOCKUP'
splat_regex+='|scheduling while atomic|sleeping function called'
splat_regex+='|list_(add|del) corruption|stack-protector|unable to handle'
splat_regex+='|detected buffer overflow|usercopy: Kernel memory'
splat_regex+='|unreferenced object|ODEBUG: '

# What stock kernels say about the emulated processor.
splat_ignored='RETBleed: WARNING|MDS CPU bug|Spectre V2 : WARNING'
# The kernel has data races of its own; those that are ours name our module.
splat_ignored+='|KCSAN: data-race in [^][]*$'

# Out-of-tree (4096) and unsigned (8192) modules are what we are.
taint_allowed=$((4096 + 8192))

# The console in plain text: no escape codes of the BIOS, no carriage returns.
clean_console() {
	LC_ALL=C sed -i -e 's/\x1b\[[0-9;?=]*[a-zA-Z]//g; s/\x1bc//g; s/\r//g' "$1"
}

# The log, line for line, without the trace that the report of a control group
# out of its memory holds: that is a limit doing its work. When the machine has
# no memory left the trace stays, and is a splat.
without_group_ooms() {
	LC_ALL=C awk '
	{ line[NR] = $0 }
	/ invoked oom-killer: / { report = NR; trace = 0 }
	report && !trace && /Call Trace:/ { trace = NR }
	/Memory cgroup out of memory: / && trace { line[trace] = "" }
	/ut of memory: / { report = trace = 0 }
	END { for (i = 1; i <= NR; i++) print line[i] }' "$console"
}

# said KEY: the rest of the last line that begins with KEY.
said() {
	LC_ALL=C grep -a "^$1 " "$dir/control" 2>/dev/null |
		tail -n1 | cut -d' ' -f2-
}

# Passes on the lines of a log that make a run a failure.
fails_a_run() {
	LC_ALL=C grep -aE "$splat_regex" | LC_ALL=C grep -aEv "$splat_ignored"
}

show_splat() {
	local from

	from=$(without_group_ooms | grep -an '' | fails_a_run | head -n1 |
		cut -d: -f1)
	[ -n "$from" ] || return 1
	note "the kernel log of $release has this:"
	# A line of run-up, and enough for the whole trace.
	sed -n "$((from > 1 ? from - 1 : 1)),$((from + 45))p" "$console" |
		sed 's/^/  | /' >&2
}

# Names of the taint bits that must not be there.
bad_taint() {
	local bits=$(($1 & ~taint_allowed))

	[ "$bits" != 0 ] && echo "$bits"
}

# verdict STOPPED: STOPPED is why the harness ended the machine ("timeout",
# "flood") or empty. Returns the exit status of the run.
verdict() {
	local stopped=$1 status bits

	clean_console "$console"
	status=$(said exit)
	case $stopped in
	timeout)
		show_splat
		note "no end after $timeout s; the log's last lines:"
		last_lines
		return 72
		;;
	flood)
		show_splat
		note "the guest floods its $flooded; stopped"
		return 71
		;;
	esac
	if [ -z "$status" ]; then
		show_splat || last_lines
		note "the guest died"
		return 71
	fi
	if show_splat; then
		return 70
	fi
	if bits=$(bad_taint "$(said taint)"); then
		note "the kernel of the guest is tainted: $bits" \
			"(Documentation/admin-guide/tainted-kernels.rst)"
		return 70
	fi
	return "$status"
}

last_lines() {
	tail -n 12 "$console" | sed 's/^/  | /' >&2
	[ -s "$dir/qemu.log" ] && grep -v "warning: TCG doesn't support" \
		"$dir/qemu.log" | sed 's/^/  qemu: /' >&2
}
