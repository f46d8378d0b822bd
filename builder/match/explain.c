// SPDX-License-Identifier: GPL-2.0
/*
 * Says in one line where a function differs from the image's and why that is
 * likely so. Disassembles with Zydis where it was there at build time, and
 * shows the bytes where it was not. Decides nothing.
 */
#include <stdio.h>

#include "match.h"

#ifdef SY_HAVE_ZYDIS
#include <Zydis/Zydis.h>

/* The instruction at @bytes as text; its length, or 0. */
static size_t sy_disassemble(const uint8_t *bytes, size_t size,
			     uint64_t address, char *text, size_t room)
{
	ZydisDisassembledInstruction one;

	if (!ZYAN_SUCCESS(ZydisDisassembleATT(ZYDIS_MACHINE_MODE_LONG_64,
					      address, bytes, size, &one)))
		return 0;
	snprintf(text, room, "%s", one.text);
	return one.info.length;
}
#else
static size_t sy_disassemble(const uint8_t *bytes, size_t size,
			     uint64_t address, char *text, size_t room)
{
	(void)bytes;
	(void)size;
	(void)address;
	(void)text;
	(void)room;
	return 0;
}
#endif

/* Where the instruction begins in which byte @differs lies. */
static uint64_t sy_instruction_of(const uint8_t *bytes, uint64_t size,
				  uint64_t differs)
{
	uint64_t at = 0;
	char text[128];
	size_t len;

	for (;;) {
		len = sy_disassemble(bytes + at, size - at, 0, text,
				     sizeof(text));
		if (!len)
			return differs;
		if (at + len > differs)
			return at;
		at += len;
	}
}

static void sy_show(const uint8_t *bytes, uint64_t size, uint64_t at,
		    uint64_t address, char *ret, size_t room)
{
	size_t i, used = 0;

	if (!bytes) {
		snprintf(ret, room, "nothing");
		return;
	}
	if (sy_disassemble(bytes + at, size - at, address + at, ret, room))
		return;
	for (i = 0; i < 8 && at + i < size && used + 4 < room; i++)
		used += (size_t)snprintf(ret + used, room - used, "%s%02x",
					 i ? " " : "", bytes[at + i]);
}

/* Of what the figures of the whole object are a sign. */
static const char *sy_cause(const struct sy_match *m,
			    const struct sy_match_func *func, uint64_t room)
{
	if (!m->equal)
		return "no function of the unit is equal: it is not part of "
		       "this kernel, or kbuild was asked in the wrong folder";
	if (m->differing * 2 > m->nfuncs)
		return "most functions differ: another compiler, other options "
		       "or another source version";
	if (room && func->symbol->size > room)
		return "it is larger than the image's: another source version";
	return "the source of this function, or of a header, is of another "
	       "version";
}

void sy_match_explain(const struct sy_match *match,
		      const struct sy_match_func *func, char *ret, size_t size)
{
	const struct sy_symbol *symbol = func->symbol;
	const struct sy_section *s = &match->object->sections[symbol->section];
	const uint8_t *here = s->data + symbol->value, *there;
	char mine[128], its[128];
	uint64_t at, room;

	there = sy_elf_at(&match->image->elf, func->address, symbol->size);
	at = sy_instruction_of(here, symbol->size, func->differs_at);
	room = sy_kallsyms_size(&match->image->symbols, func->address);
	sy_show(here, symbol->size, at, 0, mine, sizeof(mine));
	sy_show(there, symbol->size, at, func->address, its, sizeof(its));
	snprintf(ret, size, "%s+%#llx: here '%s', in the image '%s'; %s",
		 symbol->name, (unsigned long long)at, mine, its,
		 sy_cause(match, func, room));
}
