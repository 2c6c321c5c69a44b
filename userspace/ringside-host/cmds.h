/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands of ringside-host, one a row of the table in main.c.
 */
#ifndef RINGSIDE_HOST_CMDS_H
#define RINGSIDE_HOST_CMDS_H

int cmd_host_run(int argc, char **argv);
int cmd_host_check(int argc, char **argv);
int cmd_host_status(int argc, char **argv);
int cmd_host_top(int argc, char **argv);
int cmd_host_replay(int argc, char **argv);

#endif /* RINGSIDE_HOST_CMDS_H */
