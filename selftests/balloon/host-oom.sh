#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The balloon from the host's side: memory that comes back when the guest runs out.
# Runs on the host with the kernel's name as argument.
exec python3 "$(dirname "$0")/host.py" oom "$1"
