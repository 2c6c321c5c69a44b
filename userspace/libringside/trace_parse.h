/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_TRACE_PARSE_H
#define RS_TRACE_PARSE_H

#include <stdbool.h>
#include "ringside.h"

/**
 * rs_trace_parse_cred() - one line of a trace as a change of credentials
 * @line: without its newline
 * @cred: receives it
 *
 * Return: false if the line is no complete event of ringside:cred*.
 */
bool rs_trace_parse_cred(const char *line, struct rs_trace_cred *cred);

#endif /* RS_TRACE_PARSE_H */
