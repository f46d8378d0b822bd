// SPDX-License-Identifier: GPL-2.0
/*
 * Makes a cached kernel ready for building: unpacks its image and copies what
 * the headers package knows (configuration, generated headers) to an object
 * tree of our own. What is made appears by a rename, under a lock, so that an
 * interrupted or a second run finds it whole or not at all. Never writes to the
 * packages' own files and never to the source.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "../tool/command.h"
#include "../image/vmlinuz.h"
#include "kernel.h"

#define SY_ROOM_MIN (64ul << 20) /* the unpacked image, the overlay */

static struct sy_fault *sy_find_root(struct sy_kernel *k)
{
	const char *cache = getenv("SWITCHYARD_CACHE");
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	struct sy_path packages;
	struct sy_fault *fault;

	if (cache && *cache)
		fault = sy_path_make(&k->root, "%s/kernels/%s", cache,
				     k->release);
	else if (xdg && *xdg)
		fault = sy_path_make(&k->root, "%s/switchyard/kernels/%s", xdg,
				     k->release);
	else
		fault = sy_path_make(&k->root,
				     "%s/.cache/switchyard/kernels/%s",
				     home ? home : "", k->release);
	if (!fault)
		fault = sy_path_make(&packages, "%s/.packages", k->root.text);
	if (fault)
		return fault;
	if (!sy_path_exists(packages.text))
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%s: not in the cache; "
				     "switchyard kernel add %s",
				     k->release, k->release);
	fault = sy_path_make(&k->home, "%s/builder", k->root.text);
	return fault ? fault :
		       sy_path_make(&k->overlay, "%s/overlay", k->home.text);
}

static struct sy_fault *sy_copy(const char *from, const char *to)
{
	const char *const argv[] = { "cp", "-a", "--", from, to, NULL };

	return sy_command_run(&(struct sy_command_run){ .argv = argv });
}

/* One thing of the headers package, or of kbuild's, into the overlay. */
static struct sy_fault *sy_overlay_item(const struct sy_kernel *k,
					const char *temp, const char *item)
{
	struct sy_path from, to;
	struct sy_fault *fault;

	fault = sy_path_make(&from, "%s/usr/src/linux-headers-%s/%s",
			     k->root.text, k->release, item);
	if (!fault)
		fault = sy_path_make(&to, "%s/%s", temp, item);
	if (!fault)
		fault = sy_path_mkdir(to.text, true);
	return fault ? fault : sy_copy(from.text, to.text);
}

/* auto.conf has to be younger than .config, or kbuild makes it anew. */
static struct sy_fault *sy_overlay_touch(const char *temp)
{
	static const char *const names[] = { "auto.conf", "auto.conf.cmd" };
	struct sy_path path;
	struct sy_fault *fault = NULL;
	size_t i;
	int fd;

	for (i = 0; !fault && i < 2; i++) {
		fault = sy_path_make(&path, "%s/include/config/%s", temp,
				     names[i]);
		if (fault)
			break;
		fd = open(path.text, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
		if (fd < 0 || futimens(fd, NULL))
			fault = sy_fault_system(path.text);
		if (fd >= 0)
			close(fd);
	}
	return fault;
}

static struct sy_fault *sy_changing(const struct sy_kernel *k,
				    struct sy_path *ret)
{
	return sy_path_make(ret, "%s/.changing", k->overlay.text);
}

struct sy_fault *sy_kernel_begin_change(const struct sy_kernel *kernel)
{
	struct sy_path mark;
	struct sy_fault *fault = sy_changing(kernel, &mark);

	return fault ? fault : sy_path_write(mark.text, "", 0);
}

void sy_kernel_end_change(const struct sy_kernel *kernel)
{
	struct sy_path mark;
	struct sy_fault *fault = sy_changing(kernel, &mark);

	if (!fault)
		unlink(mark.text);
	sy_fault_free(fault);
}

/* Away with a tree whose change did not end, in one step, for its mark must not go
 * before the rest; and with what an earlier run has left of @temp. */
static struct sy_fault *sy_drop_half_made(const struct sy_kernel *k,
					  const struct sy_path *temp)
{
	struct sy_path mark;
	struct sy_fault *fault = sy_changing(k, &mark);

	if (fault)
		return fault;
	if (sy_path_exists(temp->text))
		sy_command_remove(temp->text);
	if (sy_path_exists(mark.text)) {
		if (rename(k->overlay.text, temp->text))
			return sy_fault_system(k->overlay.text);
		sy_command_remove(temp->text);
	}
	if (!sy_path_exists(temp->text))
		return NULL;
	return sy_fault_make(SY_FAULT_SYSTEM,
			     "%s: cannot be removed; remove it, and try again",
			     temp->text);
}

static struct sy_fault *sy_make_overlay(const struct sy_kernel *k)
{
	static const char *const items[] = {
		".config",
		"Module.symvers",
		"include",
		"arch",
		"scripts/basic/fixdep",
		"scripts/mod/modpost",
		"scripts/genksyms/genksyms",
		"tools/objtool/objtool",
	};
	struct sy_path temp;
	struct sy_fault *fault;
	size_t i;

	fault = sy_path_make(&temp, "%s.temp", k->overlay.text);
	if (!fault)
		fault = sy_drop_half_made(k, &temp);
	if (fault || sy_path_exists(k->overlay.text))
		return fault;
	for (i = 0; !fault && i < sizeof(items) / sizeof(items[0]); i++)
		fault = sy_overlay_item(k, temp.text, items[i]);
	if (!fault)
		fault = sy_overlay_touch(temp.text);
	if (!fault && rename(temp.text, k->overlay.text))
		fault = sy_fault_system(k->overlay.text);
	if (fault)
		sy_command_remove(temp.text);
	return fault;
}

/* What failed for want of room says so, whatever the program that ran says. */
static struct sy_fault *sy_check_room(const struct sy_kernel *k,
				      struct sy_fault *fault)
{
	struct statvfs disk;

	if (!fault || statvfs(k->home.text, &disk) ||
	    disk.f_bavail * disk.f_frsize > SY_ROOM_MIN)
		return fault;
	sy_fault_free(fault);
	return sy_fault_make(SY_FAULT_SYSTEM,
			     "%s: no space is left; make room, or set "
			     "SWITCHYARD_CACHE",
			     k->home.text);
}

static struct sy_fault *sy_open_image(struct sy_kernel *k)
{
	struct sy_path vmlinuz;
	struct sy_fault *fault;

	fault = sy_path_make(&k->vmlinux, "%s/vmlinux", k->home.text);
	if (!fault)
		fault = sy_path_make(&vmlinuz, "%s/boot/vmlinuz-%s",
				     k->root.text, k->release);
	if (!fault && !sy_path_exists(k->vmlinux.text))
		fault = sy_vmlinuz_unpack(vmlinuz.text, k->vmlinux.text);
	return fault ? fault : sy_image_open(k->vmlinux.text, &k->image);
}

struct sy_fault *sy_kernel_lock(const struct sy_kernel *kernel, int *fd)
{
	struct sy_path lock;
	struct sy_fault *fault;

	fault = sy_path_make(&lock, "%s/.lock", kernel->home.text);
	if (fault)
		return fault;
	*fd = open(lock.text, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (*fd >= 0 && !flock(*fd, LOCK_EX))
		return NULL;
	fault = sy_fault_make(SY_FAULT_SYSTEM,
			      "%s: cannot be written: %s; set "
			      "SWITCHYARD_CACHE to a folder that can",
			      kernel->home.text, strerror(errno));
	if (*fd >= 0)
		close(*fd);
	return fault;
}

static struct sy_fault *sy_make_all(struct sy_kernel *k)
{
	struct sy_fault *fault = sy_path_mkdir(k->home.text, false);
	int fd;

	if (!fault)
		fault = sy_kernel_lock(k, &fd);
	if (fault)
		return sy_check_room(k, fault);
	sy_path_sweep(k->home.text);
	fault = sy_make_overlay(k);
	if (!fault)
		fault = sy_open_image(k);
	close(fd);
	return sy_check_room(k, fault);
}

/* The first line of a file that begins with @key: the rest of it. */
static int sy_value(const char *path, const char *key, char *ret, size_t size)
{
	FILE *file = fopen(path, "re");
	char line[512];
	int found = 0;

	while (file && !found && fgets(line, sizeof(line), file)) {
		if (strncmp(line, key, strlen(key)))
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(ret, size, "%s", line + strlen(key));
		found = 1;
	}
	if (file)
		fclose(file);
	return found;
}

/* "... #1 SMP ... Debian 6.1.170-3 (2026-05-08)" against the Makefile. */
static struct sy_fault *sy_check_source(struct sy_kernel *k, const char *source)
{
	char version[16], patchlevel[16], sublevel[16], expect[64];
	struct sy_path path;
	struct sy_fault *fault;

	fault = source ? sy_path_make(&path, "%s", source) :
			 sy_path_make(&path, "%s/source", k->home.text);
	if (fault)
		return fault;
	if (!realpath(path.text, k->source.text))
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%s: no kernel source: %s", path.text,
				     strerror(errno));
	if (!sy_path_is_inner(k->source.text + 1))
		return sy_fault_make(SY_FAULT_UNSUPPORTED,
				     "%s: kbuild cannot work below this name",
				     k->source.text);
	fault = sy_path_make(&path, "%s/Makefile", k->source.text);
	if (fault)
		return fault;
	if (!sy_value(path.text, "VERSION = ", version, sizeof(version)) ||
	    !sy_value(path.text, "PATCHLEVEL = ", patchlevel,
		      sizeof(patchlevel)) ||
	    !sy_value(path.text, "SUBLEVEL = ", sublevel, sizeof(sublevel)))
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%s: not the source of a kernel",
				     k->source.text);
	snprintf(expect, sizeof(expect), "Debian %s.%s.%s-", version,
		 patchlevel, sublevel);
	if (!strstr(k->image.banner, expect))
		return sy_fault_refuse("mismatch",
				       "%s: source of %s.%s.%s, but the image is "
				       "%.100s",
				       k->source.text, version, patchlevel,
				       sublevel,
				       strrchr(k->image.banner, '#') ?
					       strrchr(k->image.banner, '#') :
					       k->image.banner);
	return NULL;
}

/* The compiler's first word in the banner, and that it says the same today. */
static struct sy_fault *sy_check_compiler(struct sy_kernel *k)
{
	const char *at = strstr(k->image.banner, ") (");
	const char *argv[] = { k->compiler, "--version", NULL };
	char said[256] = "";
	struct sy_path out;
	struct sy_fault *fault;

	at = at ? at + 3 : "";
	snprintf(k->compiler, sizeof(k->compiler), "%.*s",
		 (int)strcspn(at, " "), at);
	if (!sy_path_is_inner(k->compiler))
		return sy_fault_make(SY_FAULT_UNSUPPORTED,
				     "%s: its banner names no compiler",
				     k->image.elf.path);
	fault = sy_path_make(&out, "%s/compiler.%d", k->home.text,
			     (int)getpid());
	if (fault)
		return fault;
	fault = sy_command_run(
		&(struct sy_command_run){ .argv = argv, .out = out.text });
	if (!fault && (!sy_value(out.text, "", said, sizeof(said)) ||
		       strncmp(at, said, strlen(said))))
		fault = sy_fault_refuse("mismatch",
					"%s: the image was built by '%.60s', "
					"here is '%.60s'; install that one",
					k->compiler, at, said);
	unlink(out.text);
	return fault;
}

struct sy_fault *sy_kernel_open_image(const char *release,
				      struct sy_kernel *ret)
{
	struct sy_fault *fault;

	memset(ret, 0, sizeof(*ret));
	if (!sy_path_is_inner(release) || strchr(release, '/') ||
	    strlen(release) >= sizeof(ret->release))
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "'%.80s': not a kernel release", release);
	strcpy(ret->release, release);
	fault = sy_find_root(ret);
	if (!fault)
		fault = sy_make_all(ret);
	if (fault)
		sy_kernel_close(ret);
	return fault;
}

struct sy_fault *sy_kernel_open(const char *release, const char *source,
				struct sy_kernel *ret)
{
	struct sy_fault *fault = sy_kernel_open_image(release, ret);

	if (fault)
		return fault;
	fault = sy_check_source(ret, source);
	if (!fault)
		fault = sy_check_compiler(ret);
	if (fault)
		sy_kernel_close(ret);
	return fault;
}

void sy_kernel_close(struct sy_kernel *kernel)
{
	sy_image_close(&kernel->image);
}
