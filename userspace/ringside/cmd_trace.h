/* SPDX-License-Identifier: GPL-2.0-only */
/* The verbs of "ringside trace", one file each. */
#ifndef RINGSIDE_CMD_TRACE_H
#define RINGSIDE_CMD_TRACE_H

int trace_stat(int argc, char **argv);
int trace_creds(int argc, char **argv);

#endif /* RINGSIDE_CMD_TRACE_H */
