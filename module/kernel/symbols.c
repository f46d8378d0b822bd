// SPDX-License-Identifier: GPL-2.0
/*
 * Finds symbols: the few kernel functions the engine needs that are not
 * exported, and the functions and imports that patches name. It decides nothing
 * about them. kallsyms_lookup_name() is found through a kprobe, each symbol of
 * the engine's own is resolved once at load; after that everything here is
 * read-only. Process context, but for sy_symbol_span() which any context may
 * call.
 */
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/string.h>

#include "symbols.h"

struct sy_kernel_api sy_api;

static int sy_find_lookup(void)
{
	struct kprobe kp = { .symbol_name = "kallsyms_lookup_name" };
	int err = register_kprobe(&kp);
	unsigned long addr;

	if (err)
		return err;
	addr = (unsigned long)kp.addr;
	unregister_kprobe(&kp);
	/* With IBT the probe sits behind the ENDBR. */
	if (IS_ENABLED(CONFIG_X86_KERNEL_IBT))
		addr &= ~0xfUL;
	sy_api.lookup = (void *)addr;
	return 0;
}

/**
 * sy_symbols_init() - resolve what the engine itself needs
 *
 * Context: process context, may sleep.
 * Return: 0, or -ENOENT with the missing name logged.
 */
int sy_symbols_init(void)
{
	const struct {
		const char *name;
		void *slot;
	} wanted[] = {
		{ "kallsyms_lookup_size_offset", &sy_api.size_offset },
		{ "kallsyms_on_each_match_symbol", &sy_api.each_match },
		{ "module_kallsyms_on_each_symbol", &sy_api.each_in_modules },
		{ "ftrace_location", &sy_api.ftrace_location },
		{ "ftrace_find_rec_direct", &sy_api.find_rec_direct },
		{ "is_ftrace_trampoline", &sy_api.is_ftrace_trampoline },
		{ "ftrace_caller", &sy_api.ftrace_caller_begin },
		{ "return_to_handler", &sy_api.ftrace_caller_end },
		{ "find_module", &sy_api.find_module },
		{ "task_call_func", &sy_api.task_call_func },
		{ "put_task_stack", &sy_api.put_task_stack },
		{ "wake_up_state", &sy_api.wake_up_state },
		{ "task_work_add", &sy_api.task_work_add },
		{ "task_work_cancel_match", &sy_api.task_work_cancel_match },
		{ "idle_task", &sy_api.idle_task },
		{ "text_poke", &sy_api.text_poke },
		{ "text_poke_sync", &sy_api.text_poke_sync },
		{ "get_kprobe", &sy_api.get_kprobe },
		{ "text_mutex", &sy_api.text_mutex },
		{ "ftrace_enabled", &sy_api.ftrace_enabled },
		{ "__init_begin", &sy_api.init_begin },
		{ "__init_end", &sy_api.init_end },
	};
	size_t i;
	int err = sy_find_lookup();

	if (err) {
		pr_err("switchyard: kallsyms_lookup_name: no kprobe can be set (%d); the kernel needs CONFIG_KPROBES and CONFIG_KALLSYMS\n",
		       err);
		return err;
	}
	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		unsigned long addr = sy_api.lookup(wanted[i].name);

		if (!addr) {
			pr_err("switchyard: %s: not in this kernel; use a kernel listed in docs/models.md\n",
			       wanted[i].name);
			return -ENOENT;
		}
		*(unsigned long *)wanted[i].slot = addr;
	}
	if (sy_api.ftrace_caller_begin < sy_api.ftrace_caller_end)
		return 0;
	pr_err("switchyard: ftrace_caller: not laid out as in the kernels listed in docs/models.md; use one of them\n");
	return -ENOENT;
}

struct sy_matches {
	const char *object, *name;
	unsigned long sympos; /* the one wanted; 0: any */
	unsigned long count, addr;
};

static int sy_match(void *data, unsigned long addr)
{
	struct sy_matches *m = data;

	m->count++;
	if (!m->sympos || m->count == m->sympos)
		m->addr = addr;
	return 0;
}

/*
 * While a module is being loaded its symbol table still has what goes with its
 * init; that counts neither as a symbol nor for the position of one.
 */
static bool sy_symbol_in(const struct module *mod, const char *object,
			 const char *name, const char *wanted,
			 unsigned long addr)
{
	return mod && !strcmp(name, wanted) && !strcmp(mod->name, object) &&
	       sy_module_holds(mod, addr, 1);
}

static int sy_match_in_module(void *data, const char *name, struct module *mod,
			      unsigned long addr)
{
	struct sy_matches *m = data;

	if (!sy_symbol_in(mod, m->object, name, m->name, addr))
		return 0;
	return sy_match(data, addr);
}

/**
 * sy_symbol_find() - the address of a symbol in vmlinux or a module
 * @object: module name, or NULL for vmlinux
 * @name:   the symbol
 * @sympos: its position among symbols of that name; 0: it must be unique
 * @answer: filled when the symbol is refused
 * @ret:    its address
 *
 * Source of the position rule: klp_find_object_symbol() in upstream livepatch.
 *
 * Context: process context, may sleep.
 * Return: SY_V_OK, SY_V_NO_FUNCTION or SY_V_AMBIGUOUS.
 */
u32 sy_symbol_find(const char *object, const char *name, unsigned long sympos,
		   struct sy_answer *answer, unsigned long *ret)
{
	struct sy_matches m = { .object = object,
				.name = name,
				.sympos = sympos };

	if (object)
		sy_api.each_in_modules(sy_match_in_module, &m);
	else
		sy_api.each_match(sy_match, name, &m);
	if (!m.count)
		return sy_refuse(answer, SY_V_NO_FUNCTION,
				 "%s: not a symbol of %s; check the name in /proc/kallsyms",
				 name, object ?: "vmlinux");
	if (m.count > 1 && !sympos)
		return sy_refuse(answer, SY_V_AMBIGUOUS,
				 "%s: %lu symbols of %s have this name; give its position (sympos)",
				 name, m.count, object ?: "vmlinux");
	if (sympos > m.count)
		return sy_refuse(answer, SY_V_NO_FUNCTION,
				 "%s: position %lu, but %s has %lu of that name; correct sympos",
				 name, sympos, object ?: "vmlinux", m.count);
	*ret = m.addr;
	return SY_V_OK;
}

/**
 * sy_symbol_span() - the symbol that contains an address
 * @addr: a text address
 * @ret:  its start and end
 *
 * Context: any.
 * Return: false if no symbol contains @addr.
 */
bool sy_symbol_span(unsigned long addr, struct sy_span *ret)
{
	unsigned long size, offset;

	if (!sy_api.size_offset(addr, &size, &offset))
		return false;
	ret->start = addr - offset;
	ret->end = ret->start + size;
	return true;
}

struct sy_cold_matches {
	const char *object, *name;
	struct sy_span *spans;
	int n;
};

static int sy_cold_match(void *data, unsigned long addr)
{
	struct sy_cold_matches *m = data;

	if (m->n < SY_COLD_MAX && sy_symbol_span(addr, &m->spans[m->n]))
		m->n++;
	else
		m->n = -E2BIG;
	return m->n < 0;
}

static int sy_cold_match_in_module(void *data, const char *name,
				   struct module *mod, unsigned long addr)
{
	struct sy_cold_matches *m = data;

	if (!sy_symbol_in(mod, m->object, name, m->name, addr))
		return 0;
	return sy_cold_match(data, addr);
}

/**
 * sy_symbol_cold_spans() - the parts that gcc split off a function as .cold
 * @object: module name, or NULL for vmlinux
 * @name:   the function
 * @ret:    the cold parts of all functions of that name
 *
 * A task asleep in the cold part has no address of the function proper on its
 * stack. Which of several functions of one name a cold part belongs to cannot
 * be told, so all of them are given: too much is safe.
 *
 * Context: process context, may sleep.
 * Return: how many, or -E2BIG.
 */
int sy_symbol_cold_spans(const char *object, const char *name,
			 struct sy_span ret[SY_COLD_MAX])
{
	char cold[KSYM_NAME_LEN];
	struct sy_cold_matches m = { .object = object,
				     .name = cold,
				     .spans = ret };

	if (snprintf(cold, sizeof(cold), "%s.cold", name) >= sizeof(cold))
		return 0;
	if (object)
		sy_api.each_in_modules(sy_cold_match_in_module, &m);
	else
		sy_api.each_match(sy_cold_match, cold, &m);
	return m.n;
}
