#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The kernel's own basic tests of ftrace; see referee.sh.
# shellcheck source=selftests/referee/referee.sh
. ./referee.sh
referee ftrace_basics
