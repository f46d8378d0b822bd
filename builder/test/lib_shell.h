/* SPDX-License-Identifier: GPL-2.0 */
/* Small scripts of the shell, for tests that need files, objects and folders. */
#ifndef SY_BUILDER_LIB_SHELL_H
#define SY_BUILDER_LIB_SHELL_H

/* Runs it in that folder; what does not succeed fails the test. */
void shell_in(const char *dir, const char *script);

void write_file_in(const char *dir, const char *name, const char *text);

#endif
