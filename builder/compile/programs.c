// SPDX-License-Identifier: GPL-2.0
/*
 * kbuild's target "scripts" makes programs before anything is compiled; it is
 * said to be done (make.c), for most of what it makes comes with the headers
 * package. Which ones there are is read off the Makefiles' text. A line whose
 * condition is no option of the configuration is passed over: such programs work
 * on objects, or for targets of their own.
 */
#include <errno.h>
#include <fts.h>
#include <string.h>

#include "programs.h"

static const char sy_key[] = "hostprogs-always-";

static bool sy_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Is what stands behind the key, "y" or "$(CONFIG_NAME)", on? */
static bool sy_is_on(const char *at, size_t len, const struct sy_file *config)
{
	const char *value = NULL;
	struct sy_path option;

	if (len == 1)
		return *at == 'y' || *at == 'm';
	if (len < 4 || memcmp(at, "$(", 2) || at[len - 1] != ')' ||
	    sy_path_make(&option, "\n%.*s=", (int)len - 3, at + 2))
		return false;
	if (config->size)
		value = memmem(config->bytes, config->size, option.text,
			       strlen(option.text));
	value = value ? value + strlen(option.text) : NULL;
	return value && value < (const char *)config->bytes + config->size &&
	       (*value == 'y' || *value == 'm');
}

/* The words from @at to the end of the line, over lines that continue it. */
static struct sy_fault *sy_add_words(const char *at, const char *end,
				     const char *folder, struct sy_words *ret)
{
	struct sy_fault *fault = NULL;
	struct sy_path name;
	const char *word;

	while (!fault && at < end && *at != '\n' && *at != '#') {
		word = at;
		while (at < end && !sy_is_blank(*at) && *at != '\n' &&
		       *at != '\\')
			at++;
		if (at > word)
			fault = sy_path_make(&name, "%s/%.*s", folder,
					     (int)(at - word), word);
		if (!fault && at > word && sy_path_is_inner(name.text) &&
		    !strchr(name.text + strlen(folder) + 1, '/'))
			fault = sy_words_add(ret, name.text, strlen(name.text));
		if (at < end && *at == '\\')
			at += at + 1 < end ? 2 : 1;
		while (at < end && sy_is_blank(*at))
			at++;
	}
	return fault;
}

struct sy_fault *sy_programs_read(const struct sy_file *makefile,
				  const struct sy_file *config,
				  const char *folder, struct sy_words *ret)
{
	const char *at = (const char *)makefile->bytes, *stop, *equals;
	const char *end = at + makefile->size, *condition;
	const size_t key = sizeof(sy_key) - 1;
	struct sy_fault *fault = NULL;
	size_t len;

	for (; !fault && at < end; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		stop = stop ? stop : end;
		if ((size_t)(stop - at) <= key || memcmp(at, sy_key, key))
			continue;
		condition = at + key;
		equals = memchr(condition, '=', (size_t)(stop - condition));
		for (len = 0; equals && condition + len < equals &&
			      !strchr(" \t:+", condition[len]);)
			len++;
		if (equals && sy_is_on(condition, len, config))
			fault = sy_add_words(equals + 1, end, folder, ret);
	}
	return fault;
}

static struct sy_fault *sy_read_one(const struct sy_kernel *k, const char *path,
				    const struct sy_file *config,
				    struct sy_words *ret)
{
	struct sy_file makefile = { 0 };
	struct sy_path folder;
	struct sy_fault *fault;

	fault = sy_path_make(&folder, "%s", path + strlen(k->source.text) + 1);
	if (!fault)
		fault = sy_file_open(path, &makefile);
	if (fault)
		return fault;
	*strrchr(folder.text, '/') = '\0';
	fault = sy_programs_read(&makefile, config, folder.text, ret);
	sy_file_close(&makefile);
	return fault;
}

/* A folder that cannot be read would hide programs. */
static struct sy_fault *sy_see_entry(const struct sy_kernel *k,
				     const FTSENT *entry,
				     const struct sy_file *config,
				     struct sy_words *ret)
{
	switch (entry->fts_info) {
	case FTS_F:
		return strcmp(entry->fts_name, "Makefile") ?
			       NULL :
			       sy_read_one(k, entry->fts_path, config, ret);
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		errno = entry->fts_errno;
		return sy_fault_system(entry->fts_path);
	default:
		return NULL;
	}
}

/* Folders of links are followed, as kbuild follows them. */
struct sy_fault *sy_programs_find(const struct sy_kernel *kernel,
				  struct sy_words *ret)
{
	struct sy_path scripts, conf;
	char *const roots[] = { scripts.text, NULL };
	struct sy_file config = { 0 };
	struct sy_fault *fault;
	FTS *tree = NULL;
	FTSENT *entry;

	fault = sy_path_make(&scripts, "%s/scripts", kernel->source.text);
	if (!fault)
		fault = sy_path_make(&conf, "%s/include/config/auto.conf",
				     kernel->overlay.text);
	if (!fault)
		fault = sy_file_open(conf.text, &config);
	if (!fault &&
	    !(tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL)))
		fault = sy_fault_system(scripts.text);
	while (!fault && (errno = 0, entry = fts_read(tree)))
		fault = sy_see_entry(kernel, entry, &config, ret);
	if (!fault && errno)
		fault = sy_fault_system(scripts.text);
	if (tree)
		fts_close(tree);
	sy_file_close(&config);
	return fault;
}
