#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Does ringside_balloon.ko load, hold and unload as every module of the suite
# must, with a device that it binds and leaves each time?
export LC_MODULE=ringside_balloon LC_NEEDS='' LC_USER='' LC_DEVICE='' \
	LC_BAD_PARAMS='host_timeout_s=-1'
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh
# shellcheck source=selftests/lib/lifecycle.sh
. ../lib/lifecycle.sh
lifecycle
done_testing
