#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The balloon from the host's side: taking the device from the kernel's driver, and losing it.
# Runs on the host with the kernel's name as argument.
exec python3 "$(dirname "$0")/host.py" takeover "$1"
