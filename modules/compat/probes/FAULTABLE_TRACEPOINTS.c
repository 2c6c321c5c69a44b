// SPDX-License-Identifier: GPL-2.0-only
#include <linux/tracepoint.h>
bool rs_probe(struct tracepoint *tp) { return tracepoint_is_faultable(tp); }
