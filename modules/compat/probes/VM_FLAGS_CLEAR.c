// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>
void rs_probe(struct vm_area_struct *v) { vm_flags_clear(v, VM_MAYWRITE); }
