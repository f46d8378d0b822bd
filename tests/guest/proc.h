/* SPDX-License-Identifier: GPL-2.0 */
/* What /proc says of a task. */
#ifndef PROC_H
#define PROC_H

#include <sys/types.h>

/* Return: the letter of its state as in /proc/TID/stat, or 0 if it is gone. */
char proc_state(pid_t tid);

/* Return: its first child, or 0 if it has none. */
pid_t proc_child(pid_t pid);

#endif
