// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target of what the command reads of a patch module before it hands
 * the file to the kernel.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "switchyard.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct sy_file file;
	char path[64];
	int fd = memfd_create("fuzz", 0);

	if (fd < 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (write(fd, bytes, size) == (ssize_t)size) {
		sy_error_free(sy_file_open(path, &file));
		sy_file_close(&file);
	}
	close(fd);
	return 0;
}
