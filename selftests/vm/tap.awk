# SPDX-License-Identifier: GPL-2.0-only
#
# Turns a stream of test outputs, each between '##begin NAME' and
# '##end STATUS', into nested TAP, and counts the leaves: every 'ok' line that
# a test prints is one result. A test that has no plan, or another number of
# results than planned, or fails without saying where, or never ends, adds a
# failed result of its own. The counts go to the file named by 'totals': leaves
# passed, failed, skipped, and results at the top level. Several streams make
# one TAP document, so the lines at the top level are not numbered.

function result(bad, name, why)
{
	number++
	print (bad ? "not ok - " : "ok - ") label name \
		(why == "" ? "" : " # " why)
}

function flaw(why)
{
	failed++
	bad = 1
	print "    not ok - " why
}

function begin(what)
{
	name = what; open = 1
	plan = -1; seen = 0; bad = 0; good = 0; ignored = 0; why = ""
	print "# " label name
}

# judge(STATUS): what the exit status and the plan say beyond the lines.
function judge(status)
{
	if (plan == 0 || (status == 4 && seen == 0)) {
		skipped++
		result(0, name, "SKIP " why)
	} else {
		if (plan < 0)
			flaw("no plan: the test did not finish (exit " status ")")
		else if (plan != seen)
			flaw("planned " plan " results, saw " seen)
		if (status != 0 && status != 4 && !bad)
			flaw("exited with " status)
		result(bad, name, "")
	}
	open = 0
	ended++
}

function point(line)
{
	seen++
	if (line ~ /^not ok/ && line !~ /# *(TODO|XFAIL)/) {
		failed++
		bad = 1
	} else if (toupper(line) ~ /# *SKIP/) {
		skipped++
	} else {
		passed++
	}
}

{ sub(/\r$/, "") }

/^##plan / { expected = $2; next }
/^##begin / { if (open) judge("unknown"); begin(substr($0, 9)); next }
/^##left / { flaw("left loaded: " substr($0, 8)); next }
/^##end / { judge($2); next }

!open { if ($0 != "") print "# " $0; next }

/^(not )?ok / || /^(not )?ok$/ { point($0) }
/^1\.\.[0-9]+/ {
	plan = substr($0, 4) + 0
	if (match($0, /# *SKIP */))
		why = substr($0, RSTART + RLENGTH)
}
$0 != "" { print "    " $0; fflush() }

END {
	if (open)
		judge("unknown")
	for (; ended < expected; ended++) {
		failed++
		result(1, "a test that never ran", "")
	}
	if (totals != "")
		print passed + 0, failed + 0, skipped + 0, number + 0 >> totals
}
