/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Force-included. The only place that knows what a kernel offers: code is
 * written against the newest API, and this file makes older kernels look new.
 * The SY_HAVE_ probes are made in Kbuild, one API each.
 */
#ifndef SY_COMPAT_H
#define SY_COMPAT_H

#ifndef __ASSEMBLY__

#include <linux/ftrace.h>
#include <linux/module.h>

/* Until 6.4 the call for many addresses was named _multi. */
#ifdef SY_HAVE_DIRECT_MULTI
static inline int sy_direct_register(struct ftrace_ops *ops, unsigned long to)
{
	return register_ftrace_direct_multi(ops, to);
}

static inline int sy_direct_unregister(struct ftrace_ops *ops, unsigned long to)
{
	return unregister_ftrace_direct_multi(ops, to);
}
#else
static inline int sy_direct_register(struct ftrace_ops *ops, unsigned long to)
{
	return register_ftrace_direct(ops, to);
}

static inline int sy_direct_unregister(struct ftrace_ops *ops, unsigned long to)
{
	return unregister_ftrace_direct(ops, to, false);
}
#endif

/* 6.4 replaced the module layouts by an array of memory regions. */
#ifdef SY_HAVE_MODULE_MEMORY
static inline void sy_module_text(const struct module *mod,
				  unsigned long *start, unsigned long *end)
{
	*start = (unsigned long)mod->mem[MOD_TEXT].base;
	*end = *start + mod->mem[MOD_TEXT].size;
}

static inline bool sy_memory_holds(const struct module_memory *mem,
				   unsigned long addr, unsigned long len)
{
	unsigned long base = (unsigned long)mem->base;

	return addr >= base && addr - base <= mem->size &&
	       len <= mem->size - (addr - base);
}

static inline bool sy_module_writable(const struct module *mod,
				      unsigned long addr, unsigned long len)
{
	return sy_memory_holds(&mod->mem[MOD_DATA], addr, len);
}

static inline bool sy_module_holds(const struct module *mod, unsigned long addr,
				   unsigned long len)
{
	return sy_memory_holds(&mod->mem[MOD_TEXT], addr, len) ||
	       sy_memory_holds(&mod->mem[MOD_RODATA], addr, len) ||
	       sy_memory_holds(&mod->mem[MOD_RO_AFTER_INIT], addr, len) ||
	       sy_module_writable(mod, addr, len);
}
#else
static inline void sy_module_text(const struct module *mod,
				  unsigned long *start, unsigned long *end)
{
	*start = (unsigned long)mod->core_layout.base;
	*end = *start + mod->core_layout.text_size;
}

static inline bool sy_module_part_holds(const struct module *mod,
					unsigned long from, unsigned long addr,
					unsigned long len)
{
	unsigned long base = (unsigned long)mod->core_layout.base;
	unsigned long end = base + mod->core_layout.size;

	return addr >= base + from && addr <= end && len <= end - addr;
}

/* Does the module's memory that stays after its init hold these bytes? */
static inline bool sy_module_holds(const struct module *mod, unsigned long addr,
				   unsigned long len)
{
	return sy_module_part_holds(mod, 0, addr, len);
}

/* ... and may they be written when its init is over? */
static inline bool sy_module_writable(const struct module *mod,
				      unsigned long addr, unsigned long len)
{
	return sy_module_part_holds(mod, mod->core_layout.ro_after_init_size,
				    addr, len);
}
#endif

#endif /* __ASSEMBLY__ */
#endif
