// SPDX-License-Identifier: GPL-2.0-only
/*
 * The library's errors as exit codes and complaints. Apart from cmd.c, so that
 * a program without the library can have the same frame.
 */
#include "cmd.h"
#include "ringside.h"

int cmd_lib_error(int err)
{
	cmd_error("%s", rs_error());
	return err == -RS_ENOMOD || err == -RS_EABI ? EXIT_NOMOD : EXIT_FAILED;
}
