// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mistakes of emulators and kernels that a row of this table shows. Each is
 * recognised by what it does, not by the name of who makes it.
 */
#include <string.h>
#include "sense.h"

#define UD	6
#define GP	13

/* Error code of a gate that is closed: its vector and "in the IDT". */
#define GATE_ERROR(vector)	((vector) * 8 + 2)

static bool died(const struct sense_found *found)
{
	return found->state == SENSE_LOST;
}

static bool wrong_gate_error(const struct sense_found *found)
{
	return found->state == SENSE_TRAPPED && found->vector == GP &&
	       found->error != GATE_ERROR(0x81);
}

static bool unknown_opcode(const struct sense_found *found)
{
	return found->state == SENSE_TRAPPED && found->vector == UD;
}

static bool ran(const struct sense_found *found)
{
	return found->state == SENSE_DONE;
}

static bool kept_upper_half(const struct sense_found *found)
{
	return found->state == SENSE_DONE && found->emulated &&
	       found->values[0] >> 32 == 0xffffffff;
}

#define FAR_STACK "the kernel oopsed: the emulator uses the user's stack with the kernel's rights (QEMU 7.2 with SMAP)"
#define GATE	"wrong error code of a closed gate (QEMU 7.2: twice the vector)"
#define CACHE	"runs in user mode, without a check of privilege (QEMU 11.1)"
#define UPPER	"Linux's emulation leaves bits 63 to 32 as they were; a processor clears them"

static const struct defect {
	const char *key;
	bool (*is)(const struct sense_found *found);
	const char *text;
} defects[] = {
	{ "call_own", died, FAR_STACK },
	{ "ret_own", died, FAR_STACK },
	{ "ret_kernel", died, FAR_STACK },
	{ "iret", died, FAR_STACK },
	{ "int81", wrong_gate_error, GATE },
	{ "int1", unknown_opcode, "#UD, where a processor raises #DB (QEMU 7.2)" },
	{ "invd", ran, CACHE },
	{ "wbinvd", ran, CACHE },
	{ "wbnoinvd", ran, CACHE },
	{ "sldt", kept_upper_half, UPPER },
	{ "str", kept_upper_half, UPPER },
};

const char *sense_defect(const struct sense_row *row,
			 const struct sense_found *found)
{
	size_t i;

	for (i = 0; i < sizeof(defects) / sizeof(defects[0]); i++)
		if (!strcmp(defects[i].key, row->key) && defects[i].is(found))
			return defects[i].text;
	return NULL;
}
