#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The tests of what is timed once more, with four buckets for each doubling.
# HDR_TESTS in the environment names others.
# shellcheck source=selftests/trace/trace.sh
. ./trace.sh

check "it loads with histogram_bits=2" reload histogram_bits=2
for test in ${HDR_TESTS:-latency_test books_test}; do
	check "$test" run "$test"
done
check_equal "the parameter was in force" 2 \
	"$(cat /sys/module/ringside_trace/parameters/histogram_bits)"
check "it loads without" reload
done_testing
