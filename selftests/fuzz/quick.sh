#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# As many calls as there is time for in a test that everybody runs; always the
# same ones, on a kernel without KCOV. "make soak" makes more.
exec ./guest_fuzz -s 1 -n "${FUZZ_CALLS:-3000}" -u 10
