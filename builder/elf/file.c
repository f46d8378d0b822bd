// SPDX-License-Identifier: GPL-2.0
/*
 * Maps a file, privately and for reading only. Refuses what is no regular file
 * and what is larger than any kernel image. A file that shrinks while it is
 * mapped ends the process; the files read here are the cache's own.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

static struct sy_fault *sy_file_map(int fd, const char *path,
				    struct sy_file *ret)
{
	struct stat st;
	void *map;

	if (fstat(fd, &st) < 0)
		return sy_fault_system(path);
	if (!S_ISREG(st.st_mode))
		return sy_fault_make(SY_FAULT_BAD_FILE, "%s: no regular file",
				     path);
	if ((uint64_t)st.st_size > SY_FILE_SIZE_MAX)
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%s: %lld bytes are too many", path,
				     (long long)st.st_size);
	if (st.st_size == 0)
		return NULL;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return sy_fault_system(path);
	ret->bytes = map;
	ret->size = (size_t)st.st_size;
	return NULL;
}

struct sy_fault *sy_file_open(const char *path, struct sy_file *ret)
{
	struct sy_fault *fault;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	*ret = (struct sy_file){ 0 };
	if (fd < 0)
		return sy_fault_system(path);
	fault = sy_file_map(fd, path, ret);
	close(fd);
	return fault;
}

void sy_file_close(struct sy_file *file)
{
	if (file->bytes)
		munmap((void *)file->bytes, file->size);
	*file = (struct sy_file){ 0 };
}
