// SPDX-License-Identifier: GPL-2.0-only
#include <linux/balloon.h>
int rs_probe = sizeof(((struct balloon_dev_info *)0)->adjust_managed_page_count);
