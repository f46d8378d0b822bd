// SPDX-License-Identifier: GPL-2.0
/*
 * The versions of the engine's symbols, which a patch module has to name. They
 * come of the engine's headers: so where `switchyard kernel add` has built the
 * engine for a kernel, its Module.symvers lies below the digest of these. Only
 * without it the one that was built in the tree is taken, if it is no older than
 * the headers.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "../emit/sha256.h"
#include "build.h"

/* The first 16 digits of the SHA-256 of patch.h and abi.h, one behind the other:
 * scripts/kernel-cache makes the same. */
static struct sy_fault *sy_headers_key(const struct sy_build *b, char key[17])
{
	char hex[2 * SY_SHA256_SIZE + 1];
	uint8_t digest[SY_SHA256_SIZE], *all = NULL;
	struct sy_file file[2] = { 0 };
	struct sy_path path[2];
	struct sy_fault *fault;
	size_t i;

	fault = sy_path_make(&path[0], "%s/switchyard/patch.h",
			     b->emit.headers.text);
	if (!fault)
		fault = sy_path_make(&path[1], "%s/switchyard/abi.h",
				     b->emit.uapi.text);
	for (i = 0; !fault && i < 2; i++)
		fault = sy_file_open(path[i].text, &file[i]);
	if (!fault) {
		all = malloc(file[0].size + file[1].size + 1);
		if (!all)
			fault = sy_fault_no_memory();
	}
	if (!fault) {
		memcpy(all, file[0].bytes, file[0].size);
		memcpy(all + file[0].size, file[1].bytes, file[1].size);
		sy_sha256(all, file[0].size + file[1].size, digest);
		sy_sha256_hex(digest, hex);
		memcpy(key, hex, 16);
		key[16] = '\0';
	}
	free(all);
	sy_file_close(&file[0]);
	sy_file_close(&file[1]);
	return fault;
}

/* Was @made of headers as they are now? Built after both were written. */
static bool sy_is_current(const struct sy_build *b, const char *made)
{
	struct sy_path header;
	struct stat st, of;

	if (stat(made, &st) ||
	    sy_path_make(&header, "%s/switchyard/patch.h",
			 b->emit.headers.text) ||
	    stat(header.text, &of) || of.st_mtime > st.st_mtime)
		return false;
	return !sy_path_make(&header, "%s/switchyard/abi.h",
			     b->emit.uapi.text) &&
	       !stat(header.text, &of) && of.st_mtime <= st.st_mtime;
}

struct sy_fault *sy_engine_symvers(const struct sy_build *b, const char *self,
				   struct sy_path *ret)
{
	struct sy_fault *fault;
	char key[17];

	if (b->opt->symvers)
		return sy_path_make(ret, "%s", b->opt->symvers);
	fault = sy_headers_key(b, key);
	if (!fault)
		fault = sy_path_make(ret, "%s/engine/%s/Module.symvers",
				     b->kernel->home.text, key);
	if (fault || sy_path_exists(ret->text))
		return fault;
	fault = sy_path_make(ret, "%s/../%s/module/Module.symvers", self,
			     b->kernel->release);
	if (fault || sy_is_current(b, ret->text))
		return fault;
	return sy_fault_make(SY_FAULT_BAD_FILE,
			     "%s: the engine was not built for it; run "
			     "switchyard kernel add %s again",
			     b->kernel->release, b->kernel->release);
}
