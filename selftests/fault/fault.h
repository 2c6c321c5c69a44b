/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does an operation that fails in the middle leave everything as it was?
 *
 * An operation is one system call. It is made to fail at the first place where
 * it can, then at the second, and so on until it has passed all of them. After
 * each failure the state must be what it was before; when it succeeds although
 * something failed, the state must be what it is without a fault. Nothing may
 * be lost: the kernel's leak detector looks when the machine ends.
 *
 * Two things make it fail: the kernel's fault injection, in every allocation
 * and every copy from and to user space; and rs_refuse.ko, one function of the
 * kernel that returns an error.
 */
#ifndef RS_FAULT_H
#define RS_FAULT_H

#include <stdbool.h>
#include <stddef.h>

#include "textfile.h"

#define KO_DIR	"/lib/modules/ringside/"

/**
 * struct op - an operation
 * @name: for people
 * @prepare: brings about the state before; NULL if that is as it is
 * @act: the system call; 0 or more, or -errno
 * @undo: from the state after @act to that before @prepare
 * @clean: from the state before @act to that before @prepare
 *
 * An operation that needs no @undo leaves nothing, or is undone by @clean.
 */
struct op {
	const char *name;
	int (*prepare)(void);
	long (*act)(void);
	void (*undo)(void);
	void (*clean)(void);
};

/* A description of the state, in lines. What may change meanwhile follows after
 * a line "loose" and is compared across one failure only.
 */
struct state {
	char text[16384];
	size_t len;
};

/* Add a line, or what is in a file, or the names below a directory. */
void state_add(struct state *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void state_add_file(struct state *s, const char *path);
void state_add_dir(struct state *s, const char *path);
/* What any operation could leave: descriptors, and hooked functions. */
void state_add_descriptors(struct state *s);
void state_add_hooks(struct state *s);
unsigned int hooked_functions(void);

/* The tests of a program describe the state with this. */
extern void (*describe)(struct state *s);

/* Leave, with a skip, where nothing can be made to fail. */
void need_faults(void);
/* Make each of them fail everywhere; one result for each. */
void fail_allocations(const struct op *ops, size_t nr);
/* The same with a function of the kernel that returns @value. */
void refuse_function(const char *function, int value, const struct op *ops,
		     size_t nr);

/* Results are counted in one place. finish() prints the plan and exits. */
void report(bool good, const char *name);
void finish(void);

int load_module(const char *name, const char *params);
int unload_module(const char *name);
bool module_is_loaded(const char *name);
long or_errno(long ret);

#endif /* RS_FAULT_H */
