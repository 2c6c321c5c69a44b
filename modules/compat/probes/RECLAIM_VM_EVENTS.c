// SPDX-License-Identifier: GPL-2.0-only
#include <linux/vm_event_item.h>
int rs_probe = PGSTEAL_KSWAPD;
