// SPDX-License-Identifier: GPL-2.0
/*
 * The versions of the engine's symbols, which a patch module has to name. They
 * come of the engine's headers: so where `switchyard kernel add` has built the
 * engine for a kernel, its Module.symvers lies below the digest of these. Only
 * without it the one that was built in the tree is taken, if it is no older than
 * the headers.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

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

static struct sy_fault *sy_engine_symvers(const struct sy_build *b,
					  const char *self, struct sy_path *ret)
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

/* The engine's headers: given, or in the tree that this program was built in,
 * or where they are installed. */
static struct sy_fault *sy_engine_headers(struct sy_build *b, const char *self)
{
	struct sy_fault *fault = NULL;
	struct sy_path at;
	bool found = false;
	size_t i;

	if (b->opt->engine) {
		fault = sy_path_make(&at, "%s", b->opt->engine);
		found = true;
	}
	for (i = 0; !fault && !found && i < 2; i++) {
		fault = i ? sy_path_make(&at,
					 "%s/../../share/switchyard/module",
					 self) :
			    sy_path_make(&at, "%s/../../module", self);
		found = !fault && sy_path_exists(at.text);
	}
	if (!fault && !found)
		fault = sy_fault_make(SY_FAULT_BAD_FILE,
				      "%s: the engine's headers are not here; "
				      "install switchyard again",
				      self);
	if (!fault)
		fault = sy_path_make(&b->emit.headers, "%s/include", at.text);
	return fault ? fault : sy_path_make(&b->emit.uapi, "%s/uapi", at.text);
}

/* A table of symbols' versions has to be a file that can be read, with a line. */
static struct sy_fault *sy_check_symvers(const char *path, const char *way_out)
{
	struct stat st;

	if (access(path, R_OK) || stat(path, &st))
		return sy_fault_make(SY_FAULT_BAD_FILE, "%s: %s; %s", path,
				     strerror(errno), way_out);
	if (!S_ISREG(st.st_mode) || !st.st_size)
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%s: no table of symbols' versions; %s",
				     path, way_out);
	return NULL;
}

struct sy_fault *sy_engine_find(struct sy_build *b)
{
	struct sy_path self = { "" }, kernel;
	struct sy_fault *fault;

	if (readlink("/proc/self/exe", self.text, sizeof(self.text) - 1) < 0 ||
	    !strrchr(self.text, '/'))
		return sy_fault_system("/proc/self/exe");
	*strrchr(self.text, '/') = '\0';
	fault = sy_engine_headers(b, self.text);
	if (!fault)
		fault = sy_engine_symvers(b, self.text, &b->emit.symvers);
	if (!fault)
		fault = sy_check_symvers(b->emit.symvers.text,
					 "add the kernel again, with "
					 "switchyard kernel add");
	if (!fault)
		fault = sy_path_make(&kernel, "%s/Module.symvers",
				     b->kernel->overlay.text);
	return fault ? fault :
		       sy_check_symvers(kernel.text,
					"remove the kernel and add it again, "
					"with switchyard kernel");
}
