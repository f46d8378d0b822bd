// SPDX-License-Identifier: GPL-2.0
/*
 * Names of files. Names come from diffs and from users: what could lead out of
 * a folder, or mean something to make, is told apart here and nowhere else.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "path.h"

struct sy_fault *sy_path_make(struct sy_path *ret, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(ret->text, sizeof(ret->text), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(ret->text))
		return sy_fault_make(SY_FAULT_BAD_FILE, "%.80s...: too long",
				     ret->text);
	return NULL;
}

struct sy_fault *sy_path_mkdir(const char *path, bool parent)
{
	struct sy_path part;
	struct sy_fault *fault = sy_path_make(&part, "%s", path);
	char *at;

	for (at = part.text; !fault && *at; at++) {
		if (*at != '/' || at == part.text)
			continue;
		*at = '\0';
		if (mkdir(part.text, 0777) && errno != EEXIST)
			fault = sy_fault_system(part.text);
		*at = '/';
	}
	if (!fault && !parent && mkdir(path, 0777) && errno != EEXIST)
		fault = sy_fault_system(path);
	return fault;
}

bool sy_path_is_inner(const char *path)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789._-+,/";
	const char *part = path, *end;

	if (path[strspn(path, plain)])
		return false;
	for (;; part = end + 1) {
		end = strchrnul(part, '/');
		if (end == part || part[0] == '-')
			return false;
		if (part[0] == '.' &&
		    (end - part == 1 || (part[1] == '.' && end - part == 2)))
			return false;
		if (!*end)
			return true;
	}
}

/* The next "/.." that is a part of its own, or NULL. */
static char *sy_next_up(char *at)
{
	while ((at = strstr(at, "/..")) && at[3] && at[3] != '/')
		at++;
	return at;
}

void sy_path_normalize(char *path)
{
	char *at, *before;

	while ((at = strstr(path, "/./")))
		memmove(at, at + 2, strlen(at + 2) + 1);
	for (at = path; (at = sy_next_up(at));) {
		before = at;
		while (before > path && before[-1] != '/')
			before--;
		if (at - before == 2 && !memcmp(before, "..", 2)) {
			at++; /* nothing is known before it */
			continue;
		}
		at += at[3] ? 4 : 3;
		memmove(before, at, strlen(at) + 1);
		at = path;
	}
}

bool sy_path_exists(const char *path)
{
	return !access(path, F_OK);
}

static struct sy_fault *sy_write_all(int fd, const char *path,
				     const char *bytes, size_t size)
{
	ssize_t n;

	while (size) {
		n = write(fd, bytes, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return sy_fault_system(path);
		bytes += n;
		size -= (size_t)n;
	}
	return NULL;
}

struct sy_fault *sy_path_write(const char *path, const void *bytes, size_t size)
{
	struct sy_path temp;
	struct sy_fault *fault;
	int fd;

	fault = sy_path_make(&temp, "%s.%d.temp", path, (int)getpid());
	if (fault)
		return fault;
	fd = open(temp.text, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return sy_fault_system(temp.text);
	fault = sy_write_all(fd, temp.text, bytes, size);
	if (close(fd) && !fault)
		fault = sy_fault_system(temp.text);
	if (!fault && rename(temp.text, path))
		fault = sy_fault_system(path);
	if (fault)
		unlink(temp.text);
	return fault;
}

#define SY_LEFT_S 600

/* The number in NAME.NUMBER or NAME.NUMBER.more; 0: none. */
static pid_t sy_number_in(const char *name)
{
	const char *at = name;
	size_t n;

	while ((at = strchr(at, '.'))) {
		n = strspn(++at, "0123456789");
		if (n && n < 10 && at > name + 1 && (!at[n] || at[n] == '.'))
			return (pid_t)strtol(at, NULL, 10);
	}
	return 0;
}

void sy_path_sweep(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	struct sy_path path;
	struct stat st;
	pid_t number;

	while (dir && (entry = readdir(dir))) {
		number = sy_number_in(entry->d_name);
		if (number <= 0 || !kill(number, 0) || errno != ESRCH ||
		    sy_path_make(&path, "%s/%s", folder, entry->d_name) ||
		    lstat(path.text, &st) || !S_ISREG(st.st_mode) ||
		    st.st_mtime > time(NULL) - SY_LEFT_S)
			continue;
		unlink(path.text);
	}
	if (dir)
		closedir(dir);
}
