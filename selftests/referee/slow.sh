#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The kernel's own tests that take longer; see referee.sh.
# shellcheck source=selftests/referee/referee.sh
. ./referee.sh
# shellcheck disable=SC2046 # a list of names
referee $(cat slow.list)
