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
#else
static inline void sy_module_text(const struct module *mod,
				  unsigned long *start, unsigned long *end)
{
	*start = (unsigned long)mod->core_layout.base;
	*end = *start + mod->core_layout.text_size;
}
#endif

#endif /* __ASSEMBLY__ */
#endif
