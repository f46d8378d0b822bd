// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's text, byte for byte, as /proc/kcore shows it: "text save FILE
 * [MODULE...]" keeps that of vmlinux and of the modules, "text compare FILE
 * [MODULE...]" prints the symbols whose bytes are others now and exits with 1
 * if there is one. The same modules must be loaded.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RANGES_MAX 16
#define PIECE 65536

struct range {
	uint64_t start, end;
};

static struct range ranges[RANGES_MAX];
static unsigned int nranges;
static Elf64_Phdr segments[64];
static unsigned int nsegments;
static int core;

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "text: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* One symbol of /proc/kallsyms. Return: 0 at the end. */
static int next_symbol(FILE *file, uint64_t *addr, char *type, char name[256],
		       char module[64])
{
	char line[512], in[80] = "";

	if (!fgets(line, sizeof(line), file))
		return 0;
	if (sscanf(line, "%lx %c %255s [%63[^]]", addr, type, name, in) < 3)
		return 0;
	snprintf(module, 64, "%s", in);
	return 1;
}

/* vmlinux from _stext to _etext; a module from its first to its last function. */
static void find_ranges(char **modules, unsigned int n)
{
	char name[256], module[64], type;
	FILE *file = fopen("/proc/kallsyms", "re");
	uint64_t addr;
	unsigned int i;

	if (!file || n + 1 > RANGES_MAX)
		fail("/proc/kallsyms");
	nranges = n + 1;
	while (next_symbol(file, &addr, &type, name, module)) {
		if (!strcmp(name, "_stext"))
			ranges[0].start = addr;
		if (!strcmp(name, "_etext"))
			ranges[0].end = addr;
		for (i = 0; i < n; i++) {
			struct range *r = &ranges[i + 1];

			if (strcmp(module, modules[i]) ||
			    (type != 't' && type != 'T') ||
			    strstr(name, "init") || strstr(name, "exit"))
				continue;
			if (!r->start || addr < r->start)
				r->start = addr;
			if (addr + 16 > r->end)
				r->end = addr + 16;
		}
	}
	fclose(file);
	errno = ENOENT;
	for (i = 0; i < nranges; i++)
		if (!ranges[i].start || ranges[i].end <= ranges[i].start)
			fail(i ? modules[i - 1] : "_stext");
}

static void open_core(void)
{
	Elf64_Ehdr head;

	core = open("/proc/kcore", O_RDONLY | O_CLOEXEC);
	if (core < 0 || read(core, &head, sizeof(head)) != sizeof(head))
		fail("/proc/kcore");
	nsegments = head.e_phnum < 64 ? head.e_phnum : 64;
	if (pread(core, segments, nsegments * sizeof(segments[0]),
		  head.e_phoff) != (ssize_t)(nsegments * sizeof(segments[0])))
		fail("/proc/kcore");
}

static void read_core(uint64_t addr, void *to, size_t len)
{
	unsigned int i;

	for (i = 0; i < nsegments; i++) {
		const Elf64_Phdr *s = &segments[i];

		if (addr < s->p_vaddr || addr + len > s->p_vaddr + s->p_memsz)
			continue;
		if (pread(core, to, len, s->p_offset + addr - s->p_vaddr) !=
		    (ssize_t)len)
			fail("reading /proc/kcore");
		return;
	}
	errno = ENXIO;
	fail("an address in /proc/kcore");
}

/* The symbol that an address is in. */
static void print_symbol(uint64_t addr)
{
	char name[256], module[64], best[330] = "?", type;
	FILE *file = fopen("/proc/kallsyms", "re");
	uint64_t at, best_at = 0;

	while (file && next_symbol(file, &at, &type, name, module))
		if (at <= addr && at > best_at &&
		    (type == 't' || type == 'T' || type == 'W')) {
			best_at = at;
			snprintf(best, sizeof(best), "%s %s", name, module);
		}
	if (file)
		fclose(file);
	printf("%s+%#lx\n", best, addr - best_at);
}

/* Return: differences told, one for each stretch. */
static int compare_piece(uint64_t addr, const unsigned char *then,
			 const unsigned char *now, size_t len)
{
	int found = 0;
	size_t i, last = 0;

	for (i = 0; i < len; i++) {
		if (then[i] == now[i])
			continue;
		if (!found || i > last + 64) {
			print_symbol(addr + i);
			found++;
		}
		last = i;
	}
	return found;
}

int main(int argc, char **argv)
{
	static unsigned char now[PIECE], then[PIECE];
	FILE *file;
	int save, found = 0;
	unsigned int i;
	uint64_t at;

	if (argc < 3 ||
	    (strcmp(argv[1], "save") && strcmp(argv[1], "compare"))) {
		fputs("usage: text save|compare FILE [MODULE...]\n", stderr);
		return 2;
	}
	save = !strcmp(argv[1], "save");
	find_ranges(argv + 3, argc - 3);
	open_core();
	file = fopen(argv[2], save ? "we" : "re");
	if (!file)
		fail(argv[2]);
	for (i = 0; i < nranges; i++)
		for (at = ranges[i].start; at < ranges[i].end; at += PIECE) {
			size_t len = ranges[i].end - at < PIECE ?
					     ranges[i].end - at :
					     PIECE;

			read_core(at, now, len);
			if ((save ? fwrite(now, 1, len, file) :
				    fread(then, 1, len, file)) != len)
				fail(argv[2]);
			if (!save)
				found += compare_piece(at, then, now, len);
		}
	if (fclose(file))
		fail(argv[2]);
	return found ? 1 : 0;
}
