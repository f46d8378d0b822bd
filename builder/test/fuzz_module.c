// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target of a module as an image: the kernel's own .ko files, laid out
 * and linked, and another object matched against them: itself.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../match/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void match(const struct sy_image *image)
{
	struct sy_match m = { 0 };
	struct sy_elf object = { 0 };
	struct sy_fault *fault;

	fault = sy_elf_parse(image->file.bytes, image->file.size, "fuzz",
			     &object);
	if (!fault)
		fault = sy_match_image(&object, image, &m);
	sy_match_deinit(&m);
	sy_elf_deinit(&object);
	sy_fault_free(fault);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct sy_image image;
	struct sy_fault *fault;
	char path[64];
	int fd = memfd_create("fuzz", 0);

	if (fd < 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (write(fd, bytes, size) == (ssize_t)size) {
		fault = sy_image_open_module(path, &image);
		if (!fault) {
			match(&image);
			sy_image_close(&image);
		}
		sy_fault_free(fault);
	}
	close(fd);
	return 0;
}
