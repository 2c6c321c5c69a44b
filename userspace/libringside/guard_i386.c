// SPDX-License-Identifier: GPL-2.0-only
/*
 * i386 numbers of the calls that i386 can also make through socketcall() and
 * ipc(). libseccomp answers for these with a number below zero, for a filter
 * of its own has to look into the multiplexer; we want the direct entry. The
 * multiplexers are calls of their own and need rules of their own.
 *
 * A file by itself, because the headers of two ABIs do not mix.
 */
#include <asm/unistd_32.h>
#include <stddef.h>
#include <string.h>
#include "guard.h"

#define CALL(name) { #name, __NR_##name }

static const struct {
	const char *name;
	int nr;
} direct[] = {
	CALL(socket), CALL(socketpair), CALL(bind), CALL(connect),
	CALL(listen), CALL(accept4), CALL(getsockopt), CALL(setsockopt),
	CALL(getsockname), CALL(getpeername), CALL(sendto), CALL(sendmsg),
	CALL(recvfrom), CALL(recvmsg), CALL(recvmmsg), CALL(sendmmsg),
	CALL(shutdown), CALL(semget), CALL(semctl), CALL(shmget),
	CALL(shmctl), CALL(shmat), CALL(shmdt), CALL(msgget), CALL(msgsnd),
	CALL(msgrcv), CALL(msgctl),
};

int rs_guard_i386_direct(const char *name)
{
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE(direct); i++)
		if (!strcmp(direct[i].name, name))
			return direct[i].nr;
	return -1;
}
