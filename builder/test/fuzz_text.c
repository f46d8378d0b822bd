// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target of what reads C as text: two texts compared by declarations,
 * definitions of structures and heads of functions found. The input is both
 * texts, parted by its first NUL.
 */
#include <stdlib.h>

#include "../advise/advise.h"
#include "../graph/names.h"
#include "../graph/slice.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void structs(const uint8_t *bytes, size_t size)
{
	char *code = sy_code_only((const char *)bytes, size), *body;
	char name[32];
	size_t at = 0;

	while (code &&
	       (body = sy_struct_body(code, size, &at, name, sizeof(name))))
		free(body);
	free(code);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const uint8_t *end = size ? memchr(bytes, 0, size) : NULL;
	size_t first = end ? (size_t)(end - bytes) : size;
	const struct sy_file before = { bytes, first };
	const struct sy_file after = { bytes + first, size - first };
	struct sy_names names;
	bool differs;

	sy_fault_free(sy_names_changed(&before, &after, 1, &names));
	if (names.known) {
		sy_names_collect(&names, &after);
		sy_names_settle(&names);
		sy_names_in(&names, &before);
	}
	sy_names_deinit(&names);
	sy_fault_free(sy_slice_differs(&before, &after, &differs));
	structs(bytes, size);
	free(sy_definition_head((const char *)bytes, size, "f"));
	return 0;
}
