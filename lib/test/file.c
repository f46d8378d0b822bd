// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of the inspection of module files: a small ELF object in memory,
 * whole, cut at every length and with bytes changed at random. The inspection
 * must answer with an error or a name, and never end the program: libkmod has
 * assertions that a crafted file can reach.
 *
 *	file [SEED]	the seed of the mutations; printed at the start
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "switchyard.h"

#define SECTIONS 3
#define ROUNDS 20000

static int passed, failed;

struct object {
	Elf64_Ehdr head;
	Elf64_Shdr sec[SECTIONS];
	char names[32];
	char info[256];
};

static void check(const char *what, bool good)
{
	passed += good;
	failed += !good;
	if (!good)
		printf("not ok: %s\n", what);
}

static size_t add(char *info, size_t used, const char *text)
{
	strcpy(info + used, text);
	return used + strlen(text) + 1;
}

static void section(Elf64_Shdr *sec, Elf64_Word name, Elf64_Word type,
		    size_t offset, size_t size)
{
	sec->sh_name = name;
	sec->sh_type = type;
	sec->sh_offset = offset;
	sec->sh_size = size;
	sec->sh_addralign = 1;
}

static void whole(struct object *o)
{
	struct utsname uts;
	char vermagic[128];
	size_t used = 0;

	uname(&uts);
	snprintf(vermagic, sizeof(vermagic), "vermagic=%s SMP", uts.release);
	memset(o, 0, sizeof(*o));
	memcpy(o->head.e_ident, ELFMAG, SELFMAG);
	o->head.e_ident[EI_CLASS] = ELFCLASS64;
	o->head.e_ident[EI_DATA] = ELFDATA2LSB;
	o->head.e_ident[EI_VERSION] = EV_CURRENT;
	o->head.e_type = ET_REL;
	o->head.e_machine = EM_X86_64;
	o->head.e_version = EV_CURRENT;
	o->head.e_shoff = offsetof(struct object, sec);
	o->head.e_ehsize = sizeof(o->head);
	o->head.e_shentsize = sizeof(o->sec[0]);
	o->head.e_shnum = SECTIONS;
	o->head.e_shstrndx = 1;
	memcpy(o->names, "\0.shstrtab\0.modinfo", 20);
	used = add(o->info, used, "switchyard=patch");
	used = add(o->info, used, "name=fix-it");
	used = add(o->info, used, vermagic);
	section(&o->sec[1], 1, SHT_STRTAB, offsetof(struct object, names), 20);
	section(&o->sec[2], 11, SHT_PROGBITS, offsetof(struct object, info),
		used);
}

/* Inspects @len bytes of @o; true when it is taken for a patch. */
static bool inspect(int fd, const struct object *o, size_t len)
{
	sy_file_auto struct sy_file file = { .fd = -1 };
	sy_error_auto struct sy_error *err = NULL;
	char path[64];

	if (ftruncate(fd, 0) || pwrite(fd, o, len, 0) != (ssize_t)len)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err = sy_file_open(path, &file);
	if (err && (!err->message[0] || strchr(err->message, '\n')))
		abort();
	return !err && !strcmp(file.name, "fix_it");
}

int main(int argc, char **argv)
{
	unsigned int seed = argc > 1 ? (unsigned int)strtoul(argv[1], NULL, 0) :
				       1;
	int fd = memfd_create("module", MFD_CLOEXEC);
	struct object o;
	unsigned int cut = 0;
	size_t len;
	int round, k;

	printf("file: seed %u\n", seed);
	fflush(stdout);
	whole(&o);
	check("a whole file", inspect(fd, &o, sizeof(o)));
	for (len = 0; len < offsetof(struct object, info); len++)
		cut += inspect(fd, &o, len);
	check("a file cut off", !cut);
	for (k = 1; k <= 65535; k *= 2) {
		whole(&o);
		o.head.e_shstrndx = (Elf64_Half)(k + 2);
		cut += inspect(fd, &o, sizeof(o));
	}
	check("names beyond the table", !cut);
	for (round = 0; round < ROUNDS; round++) {
		whole(&o);
		for (k = rand_r(&seed) % 4; k >= 0; k--)
			((char *)&o)[rand_r(&seed) %
				     offsetof(struct object, info)] =
				(char)rand_r(&seed);
		inspect(fd, &o, sizeof(o));
	}
	printf("file: %d passed, %d failed\n", passed, failed);
	return failed ? 1 : 0;
}
