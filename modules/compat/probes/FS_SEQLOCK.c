// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fs_struct.h>
void rs_probe(struct fs_struct *fs) { read_seqlock_excl(&fs->seq); }
