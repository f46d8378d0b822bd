/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A kernel to build patches for: the packages that scripts/kernel-cache has
 * unpacked, its source, and what the builder makes of them once and keeps below
 * <kernel>/builder: the unpacked image, an object tree for kbuild ("overlay"),
 * and the compile command of each unit that was asked for.
 */
#ifndef SY_BUILDER_KERNEL_H
#define SY_BUILDER_KERNEL_H

#include "../image/image.h"
#include "../tool/path.h"

struct sy_kernel {
	char release[65];
	struct sy_path root; /* the cache's folder of this kernel */
	struct sy_path home; /* root/builder */
	struct sy_path overlay; /* home/overlay */
	struct sy_path source; /* absolute */
	struct sy_path vmlinux; /* home/vmlinux; the image refers to it */
	struct sy_image image;
	char compiler[32]; /* "gcc-12" */
};

/*
 * Opens, and makes what is not there yet; two at once wait for each other.
 * @source: the unpacked linux-source, or NULL: home/source. Refuses a source
 * of another version and a compiler that is not the image's.
 * @ret must not be moved afterwards.
 */
struct sy_fault *sy_kernel_open(const char *release, const char *source,
				struct sy_kernel *ret);

/* Only the packages and the image, for reading: no source, no compiler. */
struct sy_fault *sy_kernel_open_image(const char *release,
				      struct sy_kernel *ret);
void sy_kernel_close(struct sy_kernel *kernel);

/* Waits until nobody else makes anything of this kernel; close(*fd) ends it. */
struct sy_fault *sy_kernel_lock(const struct sy_kernel *kernel, int *fd);

/*
 * Between these, under the lock, files of the object tree may be half-made. Whoever
 * opens the kernel after a change that did not end makes the tree anew.
 */
struct sy_fault *sy_kernel_begin_change(const struct sy_kernel *kernel);
void sy_kernel_end_change(const struct sy_kernel *kernel);

#endif
