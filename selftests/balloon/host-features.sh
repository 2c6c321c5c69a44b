#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The balloon from the host's side: what is done when the host offers other features.
# Runs on the host with the kernel's name as argument.
exec python3 "$(dirname "$0")/host.py" features "$1"
