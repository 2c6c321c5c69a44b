#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The host manager with a guest that has ringside_balloon.
# Runs on the host with the kernel's name as argument.
exec python3 "$(dirname "$0")/host.py" "$1"
