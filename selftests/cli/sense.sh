# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# ringside sense on this machine, whichever that is: what it must be whatever
# the machine does. What it does on machines that are known is in
# selftests/sense. Needs expect.sh and selftest's fits.

# An x86 keeps at least POPF, so the answer is always no.
sense_json() {
	ringside sense --json >"$work/sense.json"
	[ $? = 1 ] && json_eval <"$work/sense.json"
}

# sense_eval EXPRESSION: of the document d that sense_json has written.
sense_eval() { json_eval "$1" <"$work/sense.json"; }

# The table, as a reader's terminal has it.
sense_fits() {
	"$@" >"$work/help"
	[ $? = 1 ] && [ -s "$work/help" ] &&
		! awk 'length > 80' "$work/help" | grep .
}

as_somebody() {
	if [ "$(id -u)" != 0 ]; then
		"$@"
	else
		setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
	fi
}

test_sense() {
	# A directory that nobody but us can enter hides the tool from others.
	cp "$build/ringside-static" "$work/ringside-static"
	chmod 755 "$work" "$work/ringside-static"
	expect "sense: no x86 is what Popek and Goldberg asked for" 1 \
		'of 17 remain: .*POPF' '' ringside sense
	expect "sense as an ordinary user" 1 'of 17 remain: .*POPF' '' \
		as_somebody "$work/ringside-static" sense
	check "sense --json is JSON" sense_json
	check_equal "sense --json has the answer" false \
		"$(sense_eval 'd["theorem"]["holds"]')"
	check_equal "no row was left out of the JSON" \
		"$(ringside sense --list --json | json_eval 'len(d["rows"])')" \
		"$(sense_eval 'len(d["rows"])')"
	check_equal "in 64-bit mode nobody died of it" '[]' "$(sense_eval \
		'[r["row"] for r in d["rows"] if r["verdict"] == "died"]')"
	check_equal "what is risky was not tried" '[]' "$(sense_eval \
		'[r["row"] for r in d["rows"] if r["row"] in
			("call_own", "ret_own", "ret_kernel", "iret") and
			r["verdict"] != "untried"]')"
	check_equal "POPF is ignored without a word" '["silent", "silent"]' \
		"$(sense_eval '[r["verdict"] for r in d["rows"]
			if r["counts_for"] == "POPF" and r["mode"] == 64]')"
	check_equal "MOV from CS shows ring 3" 3 "$(sense_eval \
		'[int(r["values"][0], 16) & 3 for r in d["rows"]
			if r["row"] == "mov_cs"][0]')"
	check_equal "CLI traps with #GP(0)" '[13, 0]' "$(sense_eval \
		'[[r["vector"], r["error"]] for r in d["rows"]
			if r["row"] == "cli"][0]')"
	check "sense fits a terminal" sense_fits ringside sense --all
	expect "sense --explain" 0 'Who closed it: .*68010' '' \
		ringside sense --explain PUSHF
	check "sense --explain --json" json ringside sense --explain sgdt --json
	expect "sense --explain of no row" 2 '' "no row 'nonesuch'" \
		ringside sense --explain nonesuch
	expect "sense --save keeps the result" 1 'of 17 remain' '' \
		ringside sense --save "$work/saved.json"
	check "in JSON" json_eval <"$work/saved.json"
	expect "sense --diff of a machine with itself" 0 'no row differs' '' \
		ringside sense --diff "$work/saved.json"
	sed '/"row": "mov_cs"/s/"leaks"/"traps"/' "$work/saved.json" \
		>"$work/other.json"
	expect "sense --diff of two that differ" 1 '^mov_cs  *leaks 33  *traps 33$' \
		'' ringside sense --diff "$work/saved.json" "$work/other.json"
	check_equal "sense --diff --json counts" 1 "$(ringside sense --json \
		--diff "$work/saved.json" "$work/other.json" | json_get differ)"
	sed '/"row": "mov_cs"/d' "$work/saved.json" >"$work/short.json"
	expect "sense --diff with a row that one has not" 1 \
		'^mov_cs  *-  *leaks 33$' '' \
		ringside sense --diff "$work/short.json" "$work/saved.json"
	expect "sense --diff with another file" 2 '' "is not what 'ringside sense" \
		ringside sense --diff "$profiles/plain.json"
	expect "sense --save where nothing can be" 2 '' 'No such file' \
		ringside sense --save "$work/none/such.json"
	expect "sense takes no operand" 2 '' "'x' is one argument too many" \
		ringside sense x
	check "sense --list fits a terminal" fits ringside sense --list
}
