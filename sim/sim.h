/* SPDX-License-Identifier: GPL-2.0 */
/* The simulator's subcommands. Each returns an exit status. */
#ifndef SY_SIM_H
#define SY_SIM_H

int sy_run_litmus(int argc, char **argv);
int sy_run_random(int argc, char **argv);

#endif
