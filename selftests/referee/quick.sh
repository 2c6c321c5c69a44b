#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The kernel's own tests that take a few seconds at most; see referee.sh.
# shellcheck source=selftests/referee/referee.sh
. ./referee.sh
# shellcheck disable=SC2046 # a list of names
referee $(cat quick.list)
