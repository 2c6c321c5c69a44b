// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose callback does a line of tracefs' enabled_functions tell of? The lines
 * are those of Linux 6.1 to 7.3.
 */
#include <string.h>
#include "guard.h"
#include "tap.h"

#define CALL	"__x64_sys_sethostname"
#define MODULE	CALL " (1)  I           \ttramp: 0xffffffffc0455000 " \
	"(hold+0x0/0x10 [rs_hold]) ->hold+0x0/0x10 [rs_hold]\n"
#define KERNEL	CALL " (1) RI     \ttramp: 0xffffffffc0455000 " \
	"(klp_ftrace_handler+0x0/0x1c0) ->klp_ftrace_handler+0x0/0x1c0\n"
#define TRACED	CALL " (1)             \ttramp: 0xffffffffc0455000 " \
	"(function_trace_call+0x0/0x1c0) ->function_trace_call+0x0/0x1c0\n"
#define SEVERAL	CALL " (2) RI     \t ->arch_ftrace_ops_list_func+0x0/0x200\n"
#define ALIAS	"__do_sys_getppid (1)  I    \ttramp: 0xffffffffc0455000 " \
	"(hold+0x0/0x10 [rs_hold]) ->hold+0x0/0x10 [rs_hold]\n"

static const char *owner_in(const char *line, const char *function)
{
	static char owner[64];

	return rs_owner_in_line(line, function, owner, sizeof(owner)) ? owner :
									NULL;
}

TEST(a_callback_of_a_module_and_one_of_the_kernel)
{
	EXPECT_STREQ("the module rs_hold", owner_in(MODULE, CALL));
	EXPECT_STREQ("klp_ftrace_handler()", owner_in(KERNEL, CALL));
}

TEST(a_call_without_arguments_has_another_name_there)
{
	EXPECT_STREQ("the module rs_hold",
		     owner_in(ALIAS, "__x64_sys_getppid"));
	EXPECT_STREQ("the module rs_hold",
		     owner_in(ALIAS, "__ia32_sys_getppid"));
	EXPECT_TRUE(!owner_in(ALIAS, "__x64_sys_getpp"));
}

TEST(nobody_is_blamed_for_tracing_or_without_being_known)
{
	EXPECT_TRUE(!owner_in(TRACED, CALL));
	EXPECT_TRUE(!owner_in(SEVERAL, CALL));
	EXPECT_TRUE(!owner_in(MODULE, "__x64_sys_sethostnam"));
	EXPECT_TRUE(!owner_in("", CALL));
	EXPECT_TRUE(!owner_in(CALL, CALL));
}

TEST_MAIN
