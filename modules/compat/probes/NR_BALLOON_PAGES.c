// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mmzone.h>
int rs_probe = NR_BALLOON_PAGES;
