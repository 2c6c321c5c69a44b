/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The harness of the jail's tests, in jail_harness.c. A program is a table of
 * cases. Each case runs in a fresh child of one server process that sits in a
 * chroot, and is run three times: in the plain chroot, jailed, and after
 * release.
 *
 * An attack returns 0 if it did the damage, else the errno it met. It must
 * return 0, then the errno of the table, then 0 again. A control is what an
 * honest program does, and must return 0 all three times.
 */
#ifndef RSG_JAIL_TEST_H
#define RSG_JAIL_TEST_H

#include <stdbool.h>
#include <sys/types.h>

#define BASE	"/tmp/rsg-jail"	/* outside; holds the secret */
#define ROOT	BASE "/root"	/* becomes the root of the jail */
#define SECRET	"HOSTSECRET"
/* Names that the outside uses, for the jail to find. */
#define SHM_KEY	0x52534731
#define ABSTRACT_STREAM	"rsg-outside-stream"
#define ABSTRACT_DGRAM	"rsg-outside-dgram"

/**
 * struct jail_case - an attack or a control
 * @name: as printed
 * @error: errno that a jailed attack must meet; 0 makes it a control
 * @run: see the top of the file
 * @also: another errno that counts, or 0: kernels differ
 */
struct jail_case {
	const char *name;
	int error;
	int (*run)(void);
	int also;
};

#define ATTACK(_name, _error)	{ #_name, _error, _name, 0 }
#define ATTACK2(_name, _error, _also)	{ #_name, _error, _name, _also }
#define CONTROL(_name)		{ #_name, 0, _name, 0 }

/* A case returns it if this kernel has no such thing to attack. */
#define NOT_HERE	150

/**
 * struct jail_stage - what the outside put up, known to every case
 * @victim: an idle process outside
 * @victim_tid: a second thread of it
 * @word: address of SECRET in the victim
 * @leaked: descriptor of BASE that the server inherited
 * @leaked_proc: descriptor of the victim's directory in the outside's /proc,
 *	or -1
 * @accomplice: to the process outside that does what jail_ask() says
 * @tty: the controlling terminal's other end is outside
 * @shm: id of the outside's segment
 */
struct jail_stage {
	pid_t victim;
	pid_t victim_tid;
	unsigned long word;
	int leaked;
	int leaked_proc;
	int accomplice;
	int tty;
	int shm;
};

extern struct jail_stage stage;

/* What the accomplice outside can be asked for. */
#define ASK_RENAME	'r'	/* move ROOT/moved/inner out of the jail */
#define ASK_RETURN	'b'	/* and back again */
#define ASK_RENAME_IN	'i'	/* move it within the jail, and back */
#define ASK_SEND_DIR	's'	/* send a descriptor of BASE */
#define ASK_SEND_FILE	'f'	/* send one of a file inside the jail */
#define ASK_TOUCH	't'	/* open the secret */

/* Returns an errno; *@fd, if @fd is not NULL, gets what was sent or -1. */
int jail_ask(char what, int *fd);

/* Does @path, relative to @dirfd, hold the secret? 0 or an errno. */
int reads_secret(int dirfd, const char *path);
/* Does "secret" lie some directories above the working directory? */
int climb(void);
/* The result of a call as a case reports it: 0 or errno. */
int result(long ret);
/* The same for a call that makes a descriptor, which is closed. */
int result_fd(long fd);
/* Run @fn in a child: its result, or ECHILD if a signal ended it. */
int in_child(int (*fn)(void));
/* Write @text to an existing file. */
int put_file(const char *path, const char *text);

int jail_main(int argc, char **argv, const struct jail_case *cases,
	      unsigned int nr);

#define JAIL_MAIN(cases)						\
int main(int argc, char **argv)						\
{									\
	return jail_main(argc, argv, cases,				\
			 sizeof(cases) / sizeof((cases)[0]));		\
}

#endif /* RSG_JAIL_TEST_H */
