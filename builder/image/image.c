// SPDX-License-Identifier: GPL-2.0
/*
 * Opens an unpacked image and proves that the symbols found belong to it: the
 * name linux_banner must lead to the string "Linux version ".
 */
#include <stdlib.h>

#include "image.h"

static struct sy_fault *sy_image_check(struct sy_image *image)
{
	static const char words[] = "Linux version ";
	const uint8_t *at = NULL;
	const uint32_t *named;
	size_t n, len = 0;

	named = sy_kallsyms_named(&image->symbols, "linux_banner", &n);
	if (n == 1)
		at = sy_elf_at(&image->elf,
			       image->symbols.syms[named[0]].address,
			       sizeof(words));
	if (!at || memcmp(at, words, sizeof(words) - 1))
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%s: its symbols do not fit it",
				     image->elf.path);
	while (at + len < image->file.bytes + image->file.size && at[len])
		len++;
	if (at + len == image->file.bytes + image->file.size)
		return sy_fault_make(SY_FAULT_BAD_FILE, "%s: endless banner",
				     image->elf.path);
	image->banner = (const char *)at;
	return NULL;
}

struct sy_fault *sy_image_open(const char *path, struct sy_image *ret)
{
	const struct sy_section *rodata;
	struct sy_fault *fault;

	*ret = (struct sy_image){ 0 };
	fault = sy_file_open(path, &ret->file);
	if (!fault)
		fault = sy_elf_parse(ret->file.bytes, ret->file.size, path,
				     &ret->elf);
	if (fault) {
		sy_image_close(ret);
		return fault;
	}
	rodata = sy_elf_section(&ret->elf, ".rodata");
	if (!rodata || !rodata->data)
		fault = sy_fault_make(SY_FAULT_BAD_FILE, "%s: no .rodata",
				      path);
	else
		fault = sy_kallsyms_decode(rodata->data, rodata->size, path,
					   &ret->symbols);
	if (!fault)
		fault = sy_image_check(ret);
	if (fault)
		sy_image_close(ret);
	return fault;
}

void sy_image_close(struct sy_image *image)
{
	sy_kallsyms_deinit(&image->symbols);
	sy_elf_deinit(&image->elf);
	sy_file_close(&image->file);
	free(image->linked);
	image->linked = NULL;
	image->banner = NULL;
}
