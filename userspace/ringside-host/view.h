/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The manager's state as those who show it see it: read from its JSON
 * document, which may be of another version, or of somebody else.
 */
#ifndef RINGSIDE_HOST_VIEW_H
#define RINGSIDE_HOST_VIEW_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A size that is not known. */
#define VIEW_UNKNOWN	UINT64_MAX

/**
 * struct view_vm - one machine
 * @name: its name
 * @why: the reason for its target, in words
 * @trouble: what is wrong with it, in words; "" if nothing is
 * @ram: memory without a balloon, bytes; this and what follows may be
 *	VIEW_UNKNOWN
 * @actual: memory with it
 * @target: memory that it shall have
 * @measured: memory of the host that its process has
 * @used: memory that the guest uses
 */
struct view_vm {
	char name[64];
	char why[64];
	char trouble[200];
	uint64_t ram;
	uint64_t actual;
	uint64_t target;
	uint64_t measured;
	uint64_t used;
};

/**
 * struct view - all of it
 * @dry_run: the manager only says what it would do
 * @over: more is committed than the budget allows
 * @trouble: what is wrong with the manager itself; "" if nothing is
 * @budget: what all machines together may use, bytes
 * @slack: the part of it that is not promised
 * @measured: what they have
 * @committed: what they have or were promised
 * @room: what could be promised
 * @short_of: what is needed and could not be promised
 * @pressure: thousandths of time in which a task of the host waited for memory
 * @vms: the machines
 * @n: how many
 */
struct view {
	bool dry_run;
	bool over;
	char trouble[600];
	uint64_t budget;
	uint64_t slack;
	uint64_t measured;
	uint64_t committed;
	uint64_t room;
	uint64_t short_of;
	uint64_t pressure;
	struct view_vm *vms;
	size_t n;
};

/**
 * view_read() - from a document
 * @view: filled in; give it back with view_free()
 * @doc: as state_read() gives it
 *
 * Return: 0 or -ENOMEM.
 */
int view_read(struct view *view, const json_t *doc);

/** view_free() - free what it holds */
void view_free(struct view *view);

/**
 * view_why_not() - why state_read() failed, in words for people
 * @path: what was to be read
 * @err: what it returned
 *
 * Return: a text that is valid until the next call.
 */
const char *view_why_not(const char *path, int err);

#endif /* RINGSIDE_HOST_VIEW_H */
