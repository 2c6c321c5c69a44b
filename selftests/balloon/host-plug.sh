#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The balloon from the host's side: every combination of features, hot-plugged, and sleep.
# Runs on the host with the kernel's name as argument.
exec python3 "$(dirname "$0")/host.py" plug "$1"
