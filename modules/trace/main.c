// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside_trace.ko: every return to user mode by cause, and every change of
 * credentials. Loading it registers a device and an event, and nothing else.
 */
#include <linux/miscdevice.h>
#include <linux/module.h>

#include "cred_guard.h"
#include "flight.h"
#include "slow.h"
#include "trace.h"
#include "vmexit.h"

static int __init rst_init(void)
{
	int err;

	if (!rst_area_check_params()) {
		pr_err("histogram_bits must be 0 or %u\n", RST_HIST_BITS_HDR);
		return -EINVAL;
	}
	if (!rst_flight_check_params()) {
		pr_err("flight_kib must be a power of two from %u to %u\n",
		       RST_FLIGHT_KIB_MIN, RST_FLIGHT_KIB_MAX);
		return -EINVAL;
	}
	rst_cred_init();
	rst_border_init();
	rst_report_init();
	rst_slow_init();
	err = misc_register(&rst_device);
	if (err)
		return err;
	pr_info("version %s loaded\n", RS_VERSION);
	return 0;
}

/* No descriptor and no mapping is left: they pin the module. */
static void __exit rst_exit(void)
{
	misc_deregister(&rst_device);
	rst_vmexit_exit();
	rst_level_exit();
	rst_guard_exit();
	rst_area_destroy();
}

module_init(rst_init);
module_exit(rst_exit);

MODULE_DESCRIPTION("Ringside trace: privilege transitions by cause");
MODULE_AUTHOR("The Ringside developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(RS_VERSION);
