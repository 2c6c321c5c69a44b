#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Bad weather for longer: more tasks than there are places for them, and so on;
# and everything with four buckets for each doubling.
# shellcheck source=selftests/trace/trace.sh
. ./trace.sh

check "bad weather for four times as long" run weather_test WEATHER=4
HDR_TESTS="count_test latency_test who_test books_test weather_test peer_test
	secret_test guard_test cli.sh slow_test.sh"
export HDR_TESTS
check "everything with histogram_bits=2" sh ./hdr.sh
done_testing
