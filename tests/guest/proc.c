// SPDX-License-Identifier: GPL-2.0
/* What /proc says of a task. */
#include <stdio.h>
#include <string.h>

#include "proc.h"

char proc_state(pid_t tid)
{
	char path[64], line[128] = "", *state;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	state = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
	fclose(file);
	return state ? state[2] : 0;
}

pid_t proc_child(pid_t pid)
{
	char path[64];
	int child = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	file = fopen(path, "re");
	if (!file || fscanf(file, "%d", &child) != 1)
		child = 0;
	if (file)
		fclose(file);
	return child;
}
