/* SPDX-License-Identifier: GPL-2.0 */
/* Which names have another meaning after a change of headers. */
#ifndef SY_BUILDER_NAMES_H
#define SY_BUILDER_NAMES_H

#include <stdbool.h>

#include "../elf/file.h"

struct sy_names {
	bool known; /* false: it may be anything */
	char **at; /* a hash table; NULL: a free slot */
	size_t n, room;
	char **parts; /* likewise: all that "##" could make them of */
	size_t nparts, part_room;
	uint8_t *seen, *live; /* of each part: by collect, by settle */
};

/*
 * @before, @after: @n headers. Reads their text as it stands, without the
 * preprocessor. ret->known: whatever any of them means otherwise, code can only
 * notice by one of these names. The texts may be of any content.
 */
struct sy_fault *sy_names_changed(const struct sy_file *before,
				  const struct sy_file *after, size_t n,
				  struct sy_names *ret);
void sy_names_deinit(struct sy_names *names);

/*
 * Which files have one of them, or what macros could paste to one? First all
 * files are collected from, one by one; then it is settled what could be pasted
 * at all, for all its parts have to be somewhere; then each file can be asked.
 */
void sy_names_collect(struct sy_names *names, const struct sy_file *file);
void sy_names_settle(struct sy_names *names);
bool sy_names_in(const struct sy_names *names, const struct sy_file *file);

#endif
