// SPDX-License-Identifier: GPL-2.0
/* What grows: sections, symbols, relocations. Nothing here is written or read. */
#include <stdlib.h>
#include <string.h>

#include "out.h"

/* Room for one more of @n elements; the first slot of all arrays is unused. */
static void *sy_grown(void *array, size_t n, size_t size)
{
	if (n & (n - 1) && n)
		return array;
	return reallocarray(array, n ? n * 2 : 1, size);
}

void sy_out_deinit(struct sy_out *out)
{
	size_t i;

	for (i = 1; i < out->nsections; i++) {
		free(out->sections[i].name);
		free(out->sections[i].data);
		free(out->sections[i].relas);
	}
	for (i = 1; i < out->nsymbols; i++)
		free(out->symbols[i].name);
	free(out->sections);
	free(out->symbols);
	*out = (struct sy_out){ 0 };
}

struct sy_fault *sy_out_symbol(struct sy_out *out, struct sy_out_symbol symbol,
			       uint32_t *ret)
{
	struct sy_out_symbol *grown;

	if (!out->nsymbols) {
		out->symbols = calloc(1, sizeof(*out->symbols));
		if (!out->symbols)
			return sy_fault_no_memory();
		out->nsymbols = 1;
	}
	grown = sy_grown(out->symbols, out->nsymbols, sizeof(*grown));
	if (!grown)
		return sy_fault_no_memory();
	out->symbols = grown;
	symbol.name = strdup(symbol.name ? symbol.name : "");
	if (!symbol.name)
		return sy_fault_no_memory();
	grown[out->nsymbols] = symbol;
	*ret = (uint32_t)out->nsymbols++;
	return NULL;
}

struct sy_fault *sy_out_section(struct sy_out *out, const char *name,
				uint32_t type, uint64_t flags, uint64_t align,
				uint32_t *ret)
{
	struct sy_out_section *grown, *s;

	if (!out->nsections) {
		out->sections = calloc(1, sizeof(*out->sections));
		if (!out->sections)
			return sy_fault_no_memory();
		out->nsections = 1;
	}
	grown = sy_grown(out->sections, out->nsections, sizeof(*grown));
	if (!grown)
		return sy_fault_no_memory();
	out->sections = grown;
	s = &grown[out->nsections];
	*s = (struct sy_out_section){ .name = strdup(name),
				      .type = type,
				      .flags = flags,
				      .align = align ? align : 1 };
	if (!s->name)
		return sy_fault_no_memory();
	*ret = (uint32_t)out->nsections++;
	return sy_out_symbol(out,
			     (struct sy_out_symbol){ .section = *ret,
						     .type = STT_SECTION,
						     .bind = STB_LOCAL },
			     &out->sections[*ret].symbol);
}

struct sy_fault *sy_out_section_named(struct sy_out *out, const char *name,
				      uint32_t type, uint64_t flags,
				      uint64_t align, uint32_t *ret)
{
	size_t i;

	for (i = 1; i < out->nsections; i++)
		if (!strcmp(out->sections[i].name, name)) {
			if (out->sections[i].align < align)
				out->sections[i].align = align;
			*ret = (uint32_t)i;
			return NULL;
		}
	return sy_out_section(out, name, type, flags, align, ret);
}

struct sy_fault *sy_out_append(struct sy_out *out, uint32_t section,
			       const void *bytes, uint64_t size, uint64_t align,
			       uint64_t *at)
{
	struct sy_out_section *s = &out->sections[section];
	uint64_t start = align > 1 ? (s->size + align - 1) & ~(align - 1) :
				     s->size;
	uint8_t *grown;

	*at = start;
	if (s->type == SHT_NOBITS) {
		s->size = start + size;
		return NULL;
	}
	if (start + size > s->room || !s->data) {
		grown = realloc(s->data, (start + size) * 2 + 64);
		if (!grown)
			return sy_fault_no_memory();
		s->data = grown;
		s->room = (start + size) * 2 + 64;
	}
	memset(s->data + s->size, 0, start - s->size);
	if (size && bytes)
		memcpy(s->data + start, bytes, size);
	else if (size)
		memset(s->data + start, 0, size);
	s->size = start + size;
	return NULL;
}

struct sy_fault *sy_out_rela(struct sy_out *out, uint32_t section,
			     struct sy_out_rela rela)
{
	struct sy_out_section *s = &out->sections[section];
	struct sy_out_rela *grown;

	grown = sy_grown(s->relas, s->nrelas, sizeof(*grown));
	if (!grown)
		return sy_fault_no_memory();
	s->relas = grown;
	grown[s->nrelas++] = rela;
	return NULL;
}

struct sy_fault *sy_out_undefined(struct sy_out *out, const char *name,
				  uint32_t import, uint32_t *ret)
{
	size_t i;

	for (i = 1; i < out->nsymbols; i++)
		if (!out->symbols[i].section &&
		    out->symbols[i].import == import &&
		    !strcmp(out->symbols[i].name, name)) {
			*ret = (uint32_t)i;
			return NULL;
		}
	return sy_out_symbol(out,
			     (struct sy_out_symbol){ .name = (char *)name,
						     .type = STT_NOTYPE,
						     .bind = STB_GLOBAL,
						     .import = import },
			     ret);
}
