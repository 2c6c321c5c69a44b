/* SPDX-License-Identifier: GPL-2.0-only */
/* What a VM exit costs, sampled; see vmexit.c. */
#ifndef RST_VMEXIT_H
#define RST_VMEXIT_H

#include <linux/types.h>

/* A day; less than every millisecond would be a load of its own. */
#define RST_VMEXIT_MAX_MS	(24 * 60 * 60 * 1000)

bool rst_vmexit_available(void);
u32 rst_vmexit_period_ms(void);
int rst_vmexit_set_period_ms(u32 ms);
u64 rst_vmexit_ns(void);
void rst_vmexit_exit(void);

#endif /* RST_VMEXIT_H */
