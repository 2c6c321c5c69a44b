#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The balloon from the host's side: inflating, deflating and every way to tell the host, with reporting offered.
# Runs on the host with the kernel's name as argument.
exec python3 "$(dirname "$0")/host.py" report "$1"
