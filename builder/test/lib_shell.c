// SPDX-License-Identifier: GPL-2.0
/* What tests do with files: scripts of the shell, and texts written out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../tool/command.h"
#include "../tool/path.h"
#include "lib_shell.h"

void shell_in(const char *dir, const char *script)
{
	const char *const argv[] = { "sh", "-ec", script, NULL };
	struct sy_fault *fault;

	fault = sy_command_run(
		&(struct sy_command_run){ .argv = argv, .dir = dir });
	if (fault)
		fail_msg("%s: %s", script, fault->line);
}

void write_file_in(const char *dir, const char *name, const char *text)
{
	struct sy_path path;

	assert_null(sy_path_make(&path, "%s/%s", dir, name));
	assert_null(sy_path_write(path.text, text, strlen(text)));
}
