#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Does ringside.ko load, hold and unload as every module of the suite must?
export LC_MODULE=ringside LC_NEEDS='' LC_USER='' LC_DEVICE='' LC_BAD_PARAMS=''
[ ! -e /lib/modules/ringside/rs_core_test.ko ] || LC_USER=rs_core_test
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh
# shellcheck source=selftests/lib/lifecycle.sh
. ../lib/lifecycle.sh
lifecycle
done_testing
