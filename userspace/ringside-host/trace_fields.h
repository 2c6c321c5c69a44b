/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which members of the policy's structures go into a trace, and under what
 * names: one table a structure serves writer and reader.
 */
#ifndef RSH_TRACE_FIELDS_H
#define RSH_TRACE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

enum rsh_field_kind { RSH_FIELD_U64, RSH_FIELD_U32, RSH_FIELD_BOOL };

/**
 * struct rsh_field - one member
 * @name: in JSON
 * @kind: its type
 * @offset: in its structure
 */
struct rsh_field {
	const char *name;
	enum rsh_field_kind kind;
	size_t offset;
};

/* Each ends with a NULL name. */
extern const struct rsh_field rsh_settings_fields[];
extern const struct rsh_field rsh_host_fields[];
extern const struct rsh_field rsh_limits_fields[];
extern const struct rsh_field rsh_sample_fields[];
extern const struct rsh_field rsh_stats_fields[];
extern const struct rsh_field rsh_decision_fields[];

#endif /* RSH_TRACE_FIELDS_H */
