#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The balloon from the host's side: a guest that moves with memory in its balloon.
# Runs on the host with the kernel's name as argument.
exec python3 "$(dirname "$0")/host.py" migration "$1"
