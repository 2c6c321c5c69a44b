#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Does ringside_guard.ko load, hold and unload as every module of the suite?
export LC_MODULE=ringside_guard LC_NEEDS=ringside LC_USER=
export LC_DEVICE=/dev/ringside-guard LC_BAD_PARAMS=mode_max=nonsense
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh
# shellcheck source=selftests/lib/lifecycle.sh
. ../lib/lifecycle.sh
lifecycle
done_testing
