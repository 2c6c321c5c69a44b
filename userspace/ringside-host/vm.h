/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One virtual machine as the manager knows it: its monitor and the memory of
 * its process, put together to what the policy wants to see.
 */
#ifndef RINGSIDE_HOST_VM_H
#define RINGSIDE_HOST_VM_H

#include "config.h"
#include "measure.h"
#include "policy.h"
#include "qmp.h"

/**
 * struct vm - a virtual machine
 * @name: what it is called
 * @found: by a pattern; it goes when its socket and its process have gone
 * @listed: seen in the list that is just gone through
 * @qmp: its monitor
 * @measure: the memory of its process
 * @life: which life of the process @asked belongs to
 * @asked: target that was last written to the monitor, RSH_UNKNOWN for none
 * @answers: answers to query-balloon that were taken into account
 * @most_actual: largest size ever seen, in place of one that is not told
 * @asks: targets that were asked for since the manager started
 */
struct vm {
	char name[RSH_NAME_MAX];
	bool found;
	bool listed;
	struct qmp qmp;
	struct measure measure;
	uint64_t life;
	uint64_t asked;
	uint64_t answers;
	uint64_t most_actual;
	uint64_t asks;
};

/**
 * vm_create() - a virtual machine to be connected to
 * @name: shorter than RSH_NAME_MAX
 * @path: of its monitor
 *
 * Return: it, or NULL when memory runs out or @path is no socket's.
 */
struct vm *vm_create(const char *name, const char *path);

/** vm_destroy() - forget it; NULL is fine */
void vm_destroy(struct vm *vm);

/**
 * vm_has_answered() - is there nothing that the next step should wait for?
 * @vm: the virtual machine
 */
bool vm_has_answered(const struct vm *vm);

/**
 * vm_sample() - measure it
 * @vm: the virtual machine
 * @now_ms: CLOCK_MONOTONIC
 * @sample: filled in
 */
void vm_sample(struct vm *vm, int64_t now_ms, struct rsh_sample *sample);

/** vm_refresh() - let its guest send statistics at once */
void vm_refresh(struct vm *vm, int64_t now_ms);

/**
 * vm_ask() - let it have so much memory
 *
 * What can not be asked now is decided upon again in the next step.
 */
void vm_ask(struct vm *vm, uint64_t target, int64_t now_ms);

#endif /* RINGSIDE_HOST_VM_H */
