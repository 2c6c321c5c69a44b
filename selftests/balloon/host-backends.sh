#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The balloon from the host's side: guests on memfd and on huge pages.
# Runs on the host with the kernel's name as argument.
exec python3 "$(dirname "$0")/host.py" backends "$1"
