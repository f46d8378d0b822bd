// SPDX-License-Identifier: GPL-2.0
/*
 * Patch module files and loaded modules: inspects a file through libkmod, hands
 * the very same open file to finit_module, and unloads by delete_module. The
 * file is hostile input; libkmod bounds-checks the ELF, and what it returns is
 * copied by length. Decides which line the operator reads for each errno.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <libkmod.h>

#include "switchyard.h"

#define SY_SYSFS "/sys/kernel/switchyard/"

bool sy_sysfs_read(const char *file, char *buf, size_t size)
{
	char path[128];
	ssize_t n;
	int fd;

	buf[0] = '\0';
	snprintf(path, sizeof(path), SY_SYSFS "%s", file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, buf, size - 1);
	close(fd);
	if (n < 0)
		return false;
	buf[n] = '\0';
	if (n && buf[n - 1] == '\n')
		buf[n - 1] = '\0';
	return true;
}

struct sy_error *sy_require_privilege(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (!syscall(SYS_capget, &head, data) &&
	    data[CAP_TO_INDEX(CAP_SYS_MODULE)].effective &
		    CAP_TO_MASK(CAP_SYS_MODULE))
		return NULL;
	return sy_error_make(SY_E_PRIVILEGE, EPERM,
			     "privilege: changing patches needs CAP_SYS_MODULE;"
			     " run as root (sudo switchyard ...)");
}

/* ---- inspection ---- */

static void sy_kmod_quiet(void *data, int priority, const char *file, int line,
			  const char *fn, const char *format, va_list args)
{
	(void)data;
	(void)priority;
	(void)file;
	(void)line;
	(void)fn;
	(void)format;
	(void)args;
}

static void sy_kmod_unrefp(struct kmod_ctx **ctx)
{
	kmod_unref(*ctx);
}

static void sy_kmod_module_unrefp(struct kmod_module **mod)
{
	kmod_module_unref(*mod);
}

struct sy_modinfo {
	char name[SY_NAME_LEN];
	char vermagic[128];
	char kind[32]; /* of the key "switchyard" */
};

static void sy_modinfo_take(struct sy_modinfo *info, const char *key,
			    const char *value)
{
	if (!strcmp(key, "name"))
		snprintf(info->name, sizeof(info->name), "%s", value);
	else if (!strcmp(key, "vermagic"))
		snprintf(info->vermagic, sizeof(info->vermagic), "%s", value);
	else if (!strcmp(key, "switchyard"))
		snprintf(info->kind, sizeof(info->kind), "%s", value);
}

/* Reads the modinfo of the open file @fd; false when it has none. */
static bool sy_modinfo_read(int fd, struct sy_modinfo *info)
{
	__attribute__((cleanup(sy_kmod_unrefp))) struct kmod_ctx *ctx = NULL;
	__attribute__((
		cleanup(sy_kmod_module_unrefp))) struct kmod_module *mod = NULL;
	static const char *const no_config[] = { NULL };
	struct kmod_list *list = NULL, *item;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ctx = kmod_new(NULL, no_config);
	if (!ctx)
		return false;
	kmod_set_log_fn(ctx, sy_kmod_quiet, NULL);
	if (kmod_module_new_from_path(ctx, path, &mod) < 0)
		return false;
	if (kmod_module_get_info(mod, &list) < 0)
		return false;
	kmod_list_foreach(item, list)
		sy_modinfo_take(info, kmod_module_info_get_key(item),
				kmod_module_info_get_value(item));
	kmod_module_info_free_list(list);
	return true;
}

/*
 * Is it a 64-bit relocatable object whose section headers, and what they point
 * at, lie in the file? libkmod 30 ends the program by an assertion when the
 * index of the names' section is beyond the table or no section (libkmod-elf.c,
 * elf_get_section_header), so all that is checked before it sees the file.
 */
static bool sy_is_object(int fd, uint64_t size)
{
	uint64_t at, end;
	Elf64_Ehdr head;
	Elf64_Shdr sec;
	unsigned int i;

	if (pread(fd, &head, sizeof(head), 0) != (ssize_t)sizeof(head))
		return false;
	if (memcmp(head.e_ident, ELFMAG, SELFMAG) ||
	    head.e_ident[EI_CLASS] != ELFCLASS64 ||
	    head.e_ident[EI_DATA] != ELFDATA2LSB || head.e_type != ET_REL)
		return false;
	if (head.e_shentsize != sizeof(sec) || !head.e_shstrndx ||
	    head.e_shstrndx >= head.e_shnum)
		return false;
	for (i = 0; i < head.e_shnum; i++) {
		if (__builtin_add_overflow(head.e_shoff, i * sizeof(sec),
					   &at) ||
		    at > size || size - at < sizeof(sec) ||
		    pread(fd, &sec, sizeof(sec), (off_t)at) !=
			    (ssize_t)sizeof(sec))
			return false;
		if (sec.sh_type == SHT_NOBITS || sec.sh_type == SHT_NULL)
			continue;
		if (__builtin_add_overflow(sec.sh_offset, sec.sh_size, &end) ||
		    end > size)
			return false;
	}
	return true;
}

static struct sy_error *sy_bad_file(const char *path, const char *reason)
{
	return sy_error_make(SY_E_BAD_FILE, 0, "%s: %s", path, reason);
}

static struct sy_error *sy_file_open_fd(const char *path, int *ret,
					uint64_t *size)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return sy_error_make(SY_E_BAD_FILE, errno,
				     "%s: cannot be opened: %s; give the path "
				     "of a patch module (FILE.ko)",
				     path, strerror(errno));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return sy_bad_file(path, "not a regular file; give the path of "
					 "a patch module (FILE.ko)");
	}
	*ret = fd;
	*size = (uint64_t)st.st_size;
	return NULL;
}

/* The module's name: modinfo's, or the file's without .ko and with '_'. */
static bool sy_file_name(const char *path, const struct sy_modinfo *info,
			 char *name)
{
	const char *base = strrchr(path, '/');
	const char *dot;
	size_t i, len;

	base = base ? base + 1 : path;
	dot = strchr(base, '.');
	len = dot ? (size_t)(dot - base) : strlen(base);
	if (info->name[0]) {
		base = info->name;
		len = strlen(base);
	}
	if (!len || len >= SY_NAME_LEN)
		return false;
	for (i = 0; i < len; i++)
		name[i] = base[i] == '-' ? '_' : base[i];
	name[len] = '\0';
	return true;
}

static struct sy_error *sy_file_judge(const char *path, uint64_t size,
				      struct sy_file *file)
{
	struct sy_modinfo info = { 0 };
	struct utsname uts;

	if (!sy_is_object(file->fd, size))
		return sy_bad_file(path, "not a kernel module; give the path "
					 "of a patch module (FILE.ko)");
	if (!sy_modinfo_read(file->fd, &info) || !info.vermagic[0])
		return sy_bad_file(path, "has no readable .modinfo, so it is "
					 "not a kernel module; build it with "
					 "kbuild");
	if (strcmp(info.kind, "patch"))
		return sy_bad_file(path, "a kernel module but not a patch; "
					 "build it with <switchyard/patch.h>, "
					 "or use insmod");
	if (!sy_file_name(path, &info, file->name))
		return sy_bad_file(path, "its module name is empty or too long;"
					 " rename and rebuild it");
	snprintf(file->release, sizeof(file->release), "%.*s",
		 (int)strcspn(info.vermagic, " "), info.vermagic);
	uname(&uts);
	if (strcmp(file->release, uts.release))
		return sy_error_make(SY_E_WRONG_KERNEL, ENOEXEC,
				     "%s: built for kernel %s but %s is "
				     "running; rebuild it against "
				     "linux-headers-%s",
				     path, file->release, uts.release,
				     uts.release);
	return NULL;
}

struct sy_error *sy_file_open(const char *path, struct sy_file *ret)
{
	struct sy_error *err;
	uint64_t size = 0;

	memset(ret, 0, sizeof(*ret));
	ret->fd = -1;
	err = sy_file_open_fd(path, &ret->fd, &size);
	if (!err)
		err = sy_file_judge(path, size, ret);
	if (err)
		sy_file_close(ret);
	return err;
}

void sy_file_close(struct sy_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}

/* ---- loading and unloading ---- */

/* The engine's line about this load, if it left one. */
static bool sy_refusal(const char *name, const char *before, char *line,
		       size_t size)
{
	return sy_sysfs_read("refusal", line, size) && line[0] &&
	       (strcmp(line, before) || strstr(line, name));
}

/* The number that belongs to that line. */
static uint32_t sy_load_verdict(void)
{
	char text[16];
	unsigned long verdict = 0;

	if (sy_sysfs_read("verdict", text, sizeof(text)))
		verdict = strtoul(text, NULL, 10);
	return verdict && verdict < SY_V__LAST ? verdict : SY_V_INTERNAL;
}

static struct sy_error *sy_load_error(const struct sy_file *file, int sys,
				      const char *before)
{
	char line[SY_MESSAGE_LEN];
	const char *why = NULL;

	switch (sys) {
	case EPERM:
		why = "the kernel forbids loading it; with lockdown or secure "
		      "boot the module must be signed by an enrolled key";
		break;
	case ENOKEY:
	case EKEYREJECTED:
	case EKEYEXPIRED:
	case EKEYREVOKED:
		why = "its signature is missing or not accepted; sign it with "
		      "a key this kernel trusts";
		break;
	case EEXIST:
		why = "a module of that name is loaded already; 'switchyard "
		      "enable' it, or 'switchyard unload' it first";
		break;
	case ENOEXEC:
		why = "the kernel rejects its format or version; rebuild it "
		      "against the headers of this kernel";
		break;
	case ENOMEM:
		why = "the kernel has no memory to load it; free some and run "
		      "it again";
		break;
	default:
		break;
	}
	if (sys == EEXIST) {
		snprintf(line, sizeof(line), "%s: %s", file->name, why);
		return sy_error_refused(SY_V_DUPLICATE, line);
	}
	if (sy_refusal(file->name, before, line, sizeof(line)))
		return sy_error_refused(sy_load_verdict(), line);
	if (why)
		return sy_error_make(SY_E_LOADER, sys, "%s: %s", file->name,
				     why);
	return sy_error_make(SY_E_LOADER, sys,
			     "%s: the kernel refused to load it: %s; see the "
			     "kernel log (dmesg)",
			     file->name, strerror(sys));
}

struct sy_error *sy_file_load(const struct sy_file *file)
{
	char before[SY_MESSAGE_LEN];

	sy_sysfs_read("refusal", before, sizeof(before));
	if (!syscall(SYS_finit_module, file->fd, "", 0))
		return NULL;
	return sy_load_error(file, errno, before);
}

struct sy_error *sy_module_delete(const char *name)
{
	int sys;

	if (!syscall(SYS_delete_module, name, O_NONBLOCK))
		return NULL;
	sys = errno;
	if (sys == EPERM)
		return sy_error_make(SY_E_PRIVILEGE, sys,
				     "%s: no permission to unload modules; run "
				     "as root (CAP_SYS_MODULE is needed)",
				     name);
	if (sys == EWOULDBLOCK || sys == EBUSY)
		return sy_error_make(SY_E_LOADER, sys,
				     "%s: the module is still in use; see "
				     "'switchyard status' and lsmod",
				     name);
	return sy_error_make(SY_E_LOADER, sys,
			     "%s: the kernel refused to unload it: %s; see the "
			     "kernel log (dmesg)",
			     name, strerror(sys));
}
