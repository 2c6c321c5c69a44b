// SPDX-License-Identifier: GPL-2.0-only
/* Which kind of crossing does a counter stand for? */
#include <linux/kernel.h>

#include "who.h"

/**
 * rst_who_kind - where a crossing that is no native call is summed up
 * @counter: its counter, RST_NR_X64 or above
 *
 * Return: RS_TRACE_SYSCALL_I386 and so on.
 */
unsigned int rst_who_kind(unsigned int counter)
{
	static const struct {
		unsigned int end;
		unsigned int kind;
	} kinds[] = {
		{ RST_X32, RS_TRACE_SYSCALL_I386 },
		{ RST_NONE, RS_TRACE_SYSCALL_X32 },
		{ RST_EXCEPTION, RS_TRACE_SYSCALL_NONE },
		{ RST_IRQ, RS_TRACE_EXCEPTION },
		{ RST_VECTOR, RS_TRACE_IRQ },
		{ RST_CHILD, RS_TRACE_VECTOR },
		{ RST_RESIDUAL, RS_TRACE_CHILD },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (counter < kinds[i].end)
			return kinds[i].kind;
	return RS_TRACE_RESIDUAL;
}
