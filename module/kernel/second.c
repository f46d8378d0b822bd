// SPDX-License-Identifier: GPL-2.0
/*
 * The second way to redirect, for functions whose direct call belongs to
 * somebody who shares the entry, as BPF trampolines do: an ftrace_ops of our
 * own whose handler changes the address at which the call continues. It obeys
 * the same words and the same gate as dispatch.S does, and decides nothing
 * besides. It costs more, so only functions whose direct call is taken go this
 * way.
 *
 * The site calls ftrace's trampoline, which saves the registers and calls the
 * handler. When that has decided, the address stands first in the saved
 * registers only, then in the return slot behind the site; the BPF trampoline is
 * called from there and returns to it. In all that time the context has an
 * address in ftrace's trampoline, which makes it count as inside both versions
 * (sy_in_second()), or one in BPF's, which has no unwind information and makes
 * its stack unreliable. When it has left both, the slot or the instruction
 * pointer says which version it is in. So no look misses a call that has decided
 * and not yet entered.
 *
 * The ops is IPMODIFY: livepatch and it refuse each other (-EBUSY), and a direct
 * caller that does not share the entry refuses it.
 *
 * The handler: any context, NMI too; calls nothing that is traced. Else process
 * context, by the one who owns the redirect.
 */
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/delay.h>
#include <linux/ftrace.h>
#include <linux/preempt.h>

#include <switchyard/patch.h>

#include "gateway.h"
#include "inject.h"
#include "second.h"
#include "symbols.h"
#include "tasks.h"

struct sy_second {
	struct ftrace_ops ops;
	struct sy_gateway *gw;
	bool registered;
	DECLARE_BITMAP(funcs, SY_FUNCS_MAX);
};

/* How many there are: none, and no stack is looked at for them. */
static atomic_t sy_seconds;

/* True if the direct call of this site, by its return address, is taken. */
bool sy_second_needed(unsigned long site)
{
	bool taken;

	preempt_disable_notrace();
	taken = sy_api.find_rec_direct(site - MCOUNT_INSN_SIZE);
	preempt_enable_notrace();
	return taken;
}

/*
 * May a context with this address be on its way through the handler, or have
 * just come from it? Any context but NMI.
 */
bool sy_in_second(unsigned long addr)
{
	if (!atomic_read(&sy_seconds))
		return false;
	return (addr >= sy_api.ftrace_caller_begin &&
		addr < sy_api.ftrace_caller_end) ||
	       sy_api.is_ftrace_trampoline(addr);
}

/* The universe of `current`; mirrors sy_decide in dispatch.S. */
static bool sy_second_by_task(const struct sy_gateway *gw)
{
	struct task_struct *self = current;
	const struct hlist_node *node;
	u32 at = ((unsigned long)self >> SY_TASK_SHIFT) &
		 READ_ONCE(gw->bucket_mask);

	for (node = READ_ONCE(READ_ONCE(gw->buckets)[at].first); node;
	     node = READ_ONCE(node->next)) {
		const struct sy_task *st =
			hlist_entry(node, struct sy_task, hash);

		if (st->task == self)
			return sy_task_side(st);
	}
	return READ_ONCE(gw->dflt);
}

/* Ask the gate: new? */
static bool sy_second_ask(struct sy_gateway *gw)
{
	if (READ_ONCE(gw->mode))
		return sy_second_by_task(gw);
	if (in_nmi())
		atomic_inc((atomic_t *)&gw->nmi);
	return READ_ONCE(gw->universe);
}

static void sy_second_handler(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct sy_second *s = container_of(ops, struct sy_second, ops);
	struct sy_gateway *gw = s->gw;
	const struct sy_cells *cells = gw->cells;
	const struct sy_pair *pair = &gw->pair;
	unsigned long target = READ_ONCE(gw->target);

	if (cells) {
		u32 cell = sy_hash_cell(&cells->hash, ip + MCOUNT_INSN_SIZE);

		target = READ_ONCE(cells->target[cell]);
		pair = &cells->pairs[cells->func[cell]];
	}
	if (target != (unsigned long)pair->old &&
	    target != (unsigned long)pair->new)
		target = sy_second_ask(gw->gate) ? pair->new : pair->old;
	ftrace_instruction_pointer_set(fregs, target);
}

/* Return: an ops without functions, or NULL: no memory. May sleep. */
struct sy_second *sy_second_create(struct sy_gateway *gw)
{
	struct sy_second *s = sy_zalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return NULL;
	s->gw = gw;
	s->ops.func = sy_second_handler;
	s->ops.flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_IPMODIFY |
		       FTRACE_OPS_FL_PERMANENT;
	atomic_inc(&sy_seconds);
	return s;
}

/* Take function @i along. Return: 0 or a negative errno of ftrace's. */
int sy_second_add(struct sy_second *s, u32 i, unsigned long site)
{
	__set_bit(i, s->funcs);
	return ftrace_set_filter_ip(&s->ops, site - MCOUNT_INSN_SIZE, 0, 0);
}

bool sy_second_has(const struct sy_second *s, u32 i)
{
	return s && test_bit(i, s->funcs);
}

#define SY_SECOND_TRIES 100

/*
 * A BPF trampoline that is just being changed asks us to come again in a
 * millisecond. Return: 0, -EBUSY: the entry is not shared, or another errno.
 */
int sy_second_register(struct sy_second *s)
{
	int err, tries = 0;

	do {
		err = register_ftrace_function(&s->ops);
		if (err == -EAGAIN)
			usleep_range(1000, 2000);
	} while (err == -EAGAIN && ++tries < SY_SECOND_TRIES);
	s->registered = !err;
	return err == -EAGAIN ? -EBUSY : err;
}

/* Somebody may still be in the handler: wait as for dispatch.S. */
void sy_second_unregister(struct sy_second *s)
{
	if (!s || !s->registered)
		return;
	unregister_ftrace_function(&s->ops);
	s->registered = false;
}

/* Nobody is in the handler any more, nor on the way from it. */
void sy_second_destroy(struct sy_second *s)
{
	if (!s)
		return;
	ftrace_free_filter(&s->ops);
	atomic_dec(&sy_seconds);
	kvfree(s);
}
