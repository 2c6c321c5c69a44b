#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Does ringside_trace.ko load, hold and unload as every module of the suite
# must?
export LC_MODULE=ringside_trace LC_NEEDS=ringside LC_USER=''
export LC_DEVICE=/dev/ringside-trace LC_MAP=y
export LC_BAD_PARAMS='flight_kib=96 flight_kib=2 histogram_bits=1'
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh
# shellcheck source=selftests/lib/lifecycle.sh
. ../lib/lifecycle.sh
lifecycle
done_testing
