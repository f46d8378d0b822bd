/* SPDX-License-Identifier: GPL-2.0 */
/* Unified diffs: what they change, and the result for one file. */
#ifndef SY_BUILDER_PATCHFILE_H
#define SY_BUILDER_PATCHFILE_H

#include "../elf/file.h"
#include "../tool/path.h"

struct sy_hunk {
	uint32_t old_line, old_count, new_count; /* lines */
	const char *body, *end; /* lines with their ' ', '-', '+' or '\' */
};

struct sy_change {
	struct sy_path path; /* below the source, without the stripped part */
	bool creates; /* the file was not there before */
	struct sy_hunk *hunks;
	size_t nhunks;
};

struct sy_patchfile {
	struct sy_change *changes;
	size_t n;
};

/*
 * Reads a plain or a git diff; text around it is skipped. @name is for messages,
 * @strip the leading parts of names to drop (patch -p). Refuses names that lead
 * out of a tree, renames, deletions and binary parts. A file may come several
 * times: its changes apply one after another. @bytes must outlive @ret.
 */
struct sy_fault *sy_patchfile_parse(const uint8_t *bytes, size_t size,
				    const char *name, unsigned int strip,
				    struct sy_patchfile *ret);
void sy_patchfile_deinit(struct sy_patchfile *patch);

/*
 * The content of a file after the change, in memory to be freed. Context has to
 * be there exactly; hunks may have moved by any number of lines. @keep_lines:
 * put a #line directive behind each change of the number of lines, so that code
 * which the diff does not touch keeps its __LINE__.
 */
struct sy_fault *sy_change_apply(const struct sy_change *change,
				 const uint8_t *bytes, size_t size,
				 bool keep_lines, char **ret, size_t *ret_size);

#endif
