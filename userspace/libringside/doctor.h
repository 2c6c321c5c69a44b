/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the doctor's checks and what they look at. All paths begin at a
 * root directory, so that the tests can build kernels out of files.
 */
#ifndef RS_DOCTOR_H
#define RS_DOCTOR_H

#include "internal.h"

/**
 * struct rs_env - the kernel under examination
 * @root: prefix of every path; "" for the running kernel
 * @release: its release, as uname -r says
 * @config: text of its configuration, owned; NULL when there is none
 * @symbols: the symbols that stand in for the configuration, owned, one a
 *	line with newlines around each; NULL when not needed or not readable
 */
struct rs_env {
	const char *root;
	char release[65];
	char *config;
	char *symbols;
};

enum rs_answer { RS_NO, RS_YES, RS_UNKNOWN };

/** rs_env_init() - find configuration or symbols; 0 or -ENOMEM */
int rs_env_init(struct rs_env *env, const char *root, const char *release);

/** rs_env_exit() - free what rs_env_init() found */
void rs_env_exit(struct rs_env *env);

/**
 * rs_env_config() - is an option of the kernel set
 * @env: the kernel
 * @option: for example "CONFIG_KPROBES"
 * @symbol: a symbol that exists exactly when the option is set, or NULL
 *
 * Return: RS_YES, RS_NO, or RS_UNKNOWN when neither configuration nor symbols
 * can be read.
 */
enum rs_answer rs_env_config(const struct rs_env *env, const char *option,
			     const char *symbol);

/** rs_env_read() - rs_sysfs_read() below the root, printf-like path */
int rs_env_read(const struct rs_env *env, char *buf, size_t len,
		const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/** rs_env_exists() - is there such a path below the root */
bool rs_env_exists(const struct rs_env *env, const char *path);

/** rs_env_path() - compose a path below the root */
void rs_env_path(const struct rs_env *env, char *path, size_t len,
		 const char *rel);

/** rs_env_tracefs() - where tracefs is mounted, or NULL; not below the root */
const char *rs_env_tracefs(const struct rs_env *env);

/**
 * struct rs_finding - a check at work: its public face and its storage
 * @pub: what the program sees; points into this structure
 * @found: text of pub.found
 */
struct rs_finding {
	struct rs_check pub;
	char found[192];
};

/**
 * rs_found() - state a finding
 * @f: the finding
 * @state: the verdict
 * @fmt: what was seen
 */
void rs_found(struct rs_finding *f, enum rs_check_state state,
	      const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/**
 * struct rs_check_def - a row of the doctor's table
 * @name: rs_check.name
 * @run: looks, and calls rs_found() once
 * @lost: rs_check.lost unless the check passes
 * @todo: rs_check.todo of a note or a failure
 * @see: rs_check.todo when nothing can be seen
 */
struct rs_check_def {
	const char *name;
	void (*run)(const struct rs_env *env, struct rs_finding *f);
	const char *lost;
	const char *todo;
	const char *see;
};

/* Closed by a row without a name. */
extern const struct rs_check_def rs_checks[];

/** rs_doctor_open_at() - rs_doctor_open() for the kernel below a root */
int rs_doctor_open_at(struct rs_doctor **doctor, const char *root,
		      const char *release);

#endif /* RS_DOCTOR_H */
