// SPDX-License-Identifier: GPL-2.0
/*
 * A set of names: of each folder that was asked for, all that is in it, and the
 * folder itself with a '/' behind it, which says that it has been read. A folder
 * that its own parent does not have is not looked for.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "listing.h"

struct sy_listing {
	char **names; /* a hash table */
	size_t n, room;
};

#define SY_LISTING_ROOM 65536

struct sy_listing *sy_listing_create(void)
{
	struct sy_listing *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->room = SY_LISTING_ROOM;
	l->names = calloc(l->room, sizeof(*l->names));
	if (l->names)
		return l;
	free(l);
	return NULL;
}

void sy_listing_destroy(struct sy_listing *listing)
{
	size_t i;

	for (i = 0; listing && i < listing->room; i++)
		free(listing->names[i]);
	if (listing)
		free(listing->names);
	free(listing);
}

static uint64_t sy_hash(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (; *text; text++)
		hash = (hash ^ (uint8_t)*text) * 0x100000001b3u;
	return hash ^ hash >> 32;
}

static char **sy_slot(char **names, size_t room, const char *text)
{
	size_t at = sy_hash(text) & (room - 1);

	while (names[at] && strcmp(names[at], text))
		at = (at + 1) & (room - 1);
	return &names[at];
}

static bool sy_grow(struct sy_listing *l)
{
	char **names = calloc(l->room * 2, sizeof(*names));
	size_t i;

	if (!names)
		return false;
	for (i = 0; i < l->room; i++)
		if (l->names[i])
			*sy_slot(names, l->room * 2, l->names[i]) = l->names[i];
	free(l->names);
	l->names = names;
	l->room *= 2;
	return true;
}

/* Takes @name over, which may be NULL for want of memory. */
static bool sy_add(struct sy_listing *l, char *name)
{
	char **slot;

	if (!name || (l->n >= l->room / 2 && !sy_grow(l))) {
		free(name);
		return false;
	}
	slot = sy_slot(l->names, l->room, name);
	if (*slot) {
		free(name);
		return true;
	}
	*slot = name;
	l->n++;
	return true;
}

static char *sy_joined(const char *folder, size_t len, const char *name)
{
	char *text;

	return asprintf(&text, "%.*s/%s", (int)len, folder, name) < 0 ? NULL :
									text;
}

static bool sy_read_folder(struct sy_listing *l, const char *folder, size_t len)
{
	char *name = strndup(folder, len);
	struct dirent *entry;
	bool well = name;
	DIR *dir;

	dir = name ? opendir(len ? name : "/") : NULL;
	free(name);
	while (well && dir && (entry = readdir(dir)))
		well = sy_add(l, sy_joined(folder, len, entry->d_name));
	if (dir)
		closedir(dir);
	return well && sy_add(l, sy_joined(folder, len, ""));
}

static bool sy_is_read(struct sy_listing *l, const char *folder, size_t len,
		       bool *failed)
{
	char *name = sy_joined(folder, len, "");
	bool is = name && *sy_slot(l->names, l->room, name);

	*failed |= !name;
	free(name);
	return is;
}

bool sy_listing_has(struct sy_listing *listing, const char *path, bool *failed)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;
	char *folder;
	bool has = true;

	if (!slash || *failed)
		return false;
	if (!sy_is_read(listing, path, len, failed)) {
		if (len) {
			folder = strndup(path, len);
			*failed |= !folder;
			has = folder && sy_listing_has(listing, folder, failed);
			free(folder);
		}
		if (has && !*failed)
			*failed = !sy_read_folder(listing, path, len);
	}
	return has && !*failed && *sy_slot(listing->names, listing->room, path);
}
