// SPDX-License-Identifier: GPL-2.0
/*
 * Where a module's file is: modules.dep of the kernel's package lists them all.
 * '-' and '_' in names are the same, as they are for modprobe.
 */
#include <stdio.h>
#include <stdlib.h>

#include "unit.h"

/* Does "kernel/net/qrtr/qrtr.ko: ..." name this module? */
static bool sy_is_module(const char *line, size_t len, const char *name)
{
	const char *at = memrchr(line, '/', len);
	size_t i, n = strlen(name);

	at = at ? at + 1 : line;
	if ((size_t)(line + len - at) != n + 3 || memcmp(at + n, ".ko", 3))
		return false;
	for (i = 0; i < n; i++)
		if (at[i] != name[i] && !(at[i] == '-' && name[i] == '_'))
			return false;
	return true;
}

struct sy_fault *sy_module_path(const struct sy_kernel *kernel,
				const char *name, struct sy_path *ret)
{
	struct sy_path list;
	struct sy_fault *fault;
	char *line = NULL;
	size_t room = 0, len;
	bool found = false;
	FILE *file;

	fault = sy_path_make(&list, "%s/lib/modules/%s/modules.dep",
			     kernel->root.text, kernel->release);
	if (fault)
		return fault;
	file = fopen(list.text, "re");
	if (!file)
		return sy_fault_system(list.text);
	while (!found && getline(&line, &room, file) > 0) {
		len = strcspn(line, ":");
		found = sy_is_module(line, len, name);
		if (found)
			fault = sy_path_make(ret, "%s/lib/modules/%s/%.*s",
					     kernel->root.text, kernel->release,
					     (int)len, line);
	}
	free(line);
	fclose(file);
	if (!found)
		return sy_fault_make(SY_FAULT_UNSUPPORTED,
				     "%s: not a module of %s", name,
				     kernel->release);
	return fault;
}
