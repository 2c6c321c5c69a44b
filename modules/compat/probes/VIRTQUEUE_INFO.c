// SPDX-License-Identifier: GPL-2.0-only
#include <linux/virtio_config.h>
struct virtqueue_info rs_probe = { .callback = NULL };
