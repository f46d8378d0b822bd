// SPDX-License-Identifier: GPL-2.0
/*
 * A private tree costs a few hundred links, not a copy of 1.5 GB. A header that
 * is reached by "../" from a folder that is a link would be the source's own:
 * so the folder of each changed file is real, and that of each file that leads
 * to one by its includes (sy_tree_open_folder), and units are compiled by names
 * within the tree.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tree.h"

/* Is a changed file below this folder, which is "" or "a/b/"? */
static bool sy_is_on_the_way(const struct sy_patchfile *patch,
			     const char *folder)
{
	size_t i;

	for (i = 0; i < patch->n; i++)
		if (!strncmp(patch->changes[i].path.text, folder,
			     strlen(folder)))
			return true;
	return false;
}

static const struct sy_change *sy_change_of(const struct sy_patchfile *patch,
					    const char *path)
{
	size_t i;

	for (i = 0; i < patch->n; i++)
		if (!strcmp(patch->changes[i].path.text, path))
			return &patch->changes[i];
	return NULL;
}

static struct sy_fault *sy_link_folder(const char *source, const char *dest,
				       const struct sy_patchfile *patch,
				       const char *folder);

static struct sy_fault *sy_link_one(const char *source, const char *dest,
				    const struct sy_patchfile *patch,
				    const char *path)
{
	struct sy_path below, from, to;
	struct sy_fault *fault;

	if (sy_change_of(patch, path))
		return NULL;
	fault = sy_path_make(&below, "%s/", path);
	if (!fault)
		fault = sy_path_make(&from, "%s/%s", source, path);
	if (!fault)
		fault = sy_path_make(&to, "%s/%s", dest, path);
	if (fault)
		return fault;
	if (sy_is_on_the_way(patch, below.text))
		return sy_link_folder(source, dest, patch, below.text);
	return symlink(from.text, to.text) ? sy_fault_system(to.text) : NULL;
}

/* @folder: "" or ending with '/'. */
static struct sy_fault *sy_link_folder(const char *source, const char *dest,
				       const struct sy_patchfile *patch,
				       const char *folder)
{
	struct sy_path from, to, path;
	struct sy_fault *fault;
	struct dirent *entry;
	DIR *dir;

	fault = sy_path_make(&from, "%s/%s", source, folder);
	if (!fault)
		fault = sy_path_make(&to, "%s/%s", dest, folder);
	if (fault)
		return fault;
	if (mkdir(to.text, 0777))
		return sy_fault_system(to.text);
	dir = opendir(from.text);
	if (!dir && errno == ENOENT)
		return NULL; /* the diff makes it */
	if (!dir)
		return sy_fault_system(from.text);
	while (!fault && (entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		fault = sy_path_make(&path, "%s%s", folder, entry->d_name);
		if (!fault)
			fault = sy_link_one(source, dest, patch, path.text);
	}
	closedir(dir);
	return fault;
}

/* A folder of @dest that is a link becomes one with links to what it has. */
static struct sy_fault *sy_unlink_folder(const char *source, const char *dest,
					 const char *folder)
{
	struct sy_path from, to, inner, link;
	struct sy_fault *fault;
	struct dirent *entry;
	struct stat st;
	DIR *dir;

	fault = sy_path_make(&from, "%s/%s", source, folder);
	if (!fault)
		fault = sy_path_make(&to, "%s/%s", dest, folder);
	if (fault || lstat(to.text, &st) || !S_ISLNK(st.st_mode))
		return fault;
	dir = opendir(from.text);
	if (!dir || unlink(to.text) || mkdir(to.text, 0777))
		fault = sy_fault_system(to.text);
	while (!fault && (entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		fault = sy_path_make(&inner, "%s/%s", from.text, entry->d_name);
		if (!fault)
			fault = sy_path_make(&link, "%s/%s", to.text,
					     entry->d_name);
		if (!fault && symlink(inner.text, link.text))
			fault = sy_fault_system(link.text);
	}
	if (dir)
		closedir(dir);
	return fault;
}

struct sy_fault *sy_tree_open_folder(const char *source, const char *dest,
				     const char *path)
{
	struct sy_path folder;
	struct sy_fault *fault = NULL;
	const char *at = path;

	while (!fault && (at = strchr(at, '/'))) {
		fault = sy_path_make(&folder, "%.*s", (int)(at - path), path);
		if (!fault)
			fault = sy_unlink_folder(source, dest, folder.text);
		at++;
	}
	return fault;
}

/* Only the preprocessor understands #line. */
static bool sy_is_c(const char *path)
{
	size_t len = strlen(path);

	return len > 2 && path[len - 2] == '.' &&
	       (path[len - 1] == 'c' || path[len - 1] == 'h');
}

static struct sy_fault *sy_write_change(const char *source, const char *dest,
					const struct sy_change *change)
{
	struct sy_path from, to;
	struct sy_file file = { 0 };
	struct sy_fault *fault;
	char *bytes;
	size_t size;

	fault = sy_path_make(&from, "%s/%s", source, change->path.text);
	if (!fault)
		fault = sy_path_make(&to, "%s/%s", dest, change->path.text);
	if (fault)
		return fault;
	if (sy_path_exists(from.text) == change->creates)
		return sy_fault_refuse("does-not-apply",
				       change->creates ?
					       "%s: the diff creates it, but it "
					       "is in the kernel's source" :
					       "%s: not in the kernel's source",
				       change->path.text);
	if (!change->creates)
		fault = sy_file_open(from.text, &file);
	if (!fault)
		fault = sy_change_apply(change, file.bytes, file.size,
					sy_is_c(change->path.text), &bytes,
					&size);
	if (!fault) {
		fault = sy_path_mkdir(to.text, true);
		if (!fault)
			fault = sy_path_write(to.text, bytes, size);
		free(bytes);
	}
	sy_file_close(&file);
	return fault;
}

struct sy_fault *sy_tree_create(const char *source, const char *dest,
				const struct sy_patchfile *patch)
{
	struct sy_fault *fault = NULL;
	size_t i;

	for (i = 1; i < patch->n; i++)
		if (sy_change_of(patch, patch->changes[i].path.text) !=
		    &patch->changes[i])
			return sy_fault_refuse("does-not-apply",
					       "%s: a file for the second time",
					       patch->changes[i].path.text);
	fault = sy_link_folder(source, dest, patch, "");
	for (i = 0; !fault && i < patch->n; i++)
		fault = sy_write_change(source, dest, &patch->changes[i]);
	return fault;
}
