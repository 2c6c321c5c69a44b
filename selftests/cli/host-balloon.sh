#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The command line beside a host that asks for memory: watching it, and giving
# the device to the kernel's driver and back. Runs on the host with the
# kernel's name as argument.
exec python3 "$(dirname "$0")/host_balloon.py" "$1"
