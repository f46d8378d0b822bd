// SPDX-License-Identifier: GPL-2.0
/*
 * Redirects: which version a patched function's entry leads to. Owns the
 * gateways (the data that dispatch.S reads) and the ftrace ops of each patch.
 * It stores what it is told and decides nothing.
 *
 * All of a patch's functions hang on one ftrace_ops with one direct call: 64 of
 * them register in a tenth of a second, 64 ops take ten. The ops has no
 * ops_func, so ftrace refuses (-EBUSY) whatever else wants the entry of one of
 * the functions, livepatch and BPF included, and refuses us where one of them
 * was first. But where a direct call was first that shares the entry, as BPF's
 * do, the function goes the second way (second.c).
 *
 * sy_gateway_lock (a mutex) covers which gateway is taken. A gateway's words
 * are written by the owner of its patch only (the worker, or the retirement
 * when the worker is done with the patch) and read by dispatch.S at any time:
 * single aligned stores.
 */
#include <linux/ftrace.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include <switchyard/patch.h>

#include "inject.h"
#include "gateway.h"
#include "redirect.h"
#include "second.h"
#include "symbols.h"
#include "tasks.h"

static_assert(sizeof(struct sy_gateway) == SY_GW_SIZE);
static_assert(offsetof(struct sy_gateway, target) == SY_GW_TARGET);
static_assert(offsetof(struct sy_gateway, cells) == SY_GW_CELLS);
static_assert(offsetof(struct sy_gateway, multiplier) == SY_GW_MULTIPLIER);
static_assert(offsetof(struct sy_gateway, buckets) == SY_GW_BUCKETS);
static_assert(offsetof(struct sy_gateway, bucket_mask) == SY_GW_BUCKET_MASK);
static_assert(offsetof(struct sy_gateway, mode) == SY_GW_MODE);
static_assert(offsetof(struct sy_gateway, universe) == SY_GW_UNIVERSE);
static_assert(offsetof(struct sy_gateway, dflt) == SY_GW_DEFAULT);
static_assert(offsetof(struct sy_gateway, nmi) == SY_GW_NMI);
static_assert(offsetof(struct sy_gateway, pair) == SY_GW_PAIR);
static_assert(offsetof(struct sy_gateway, gate) == SY_GW_GATE);
static_assert(offsetof(struct sy_gateway, inside) == SY_GW_INSIDE);
static_assert(offsetof(struct sy_pair, old) == SY_PAIR_OLD);
static_assert(offsetof(struct sy_pair, new) == SY_PAIR_NEW);
static_assert(sizeof(struct sy_pair) == SY_PAIR_SIZE);
static_assert(offsetof(struct sy_cells, hash.displace) == SY_CELLS_DISPLACE);
static_assert(offsetof(struct sy_cells, target) == SY_CELLS_TARGET);
static_assert(offsetof(struct sy_cells, func) == SY_CELLS_FUNC);
static_assert(offsetof(struct sy_cells, pairs) == SY_CELLS_PAIRS);
/* dispatch.S takes the bucket from a byte register and shifts it out. */
static_assert(SY_HASH_BUCKETS == 256 && SY_HASH_CELLS <= 256);
static_assert(SY_FUNCS_MAX < SY_HASH_CELLS);
static_assert(NMI_MASK == 0x00f00000);

struct sy_redirect {
	struct ftrace_ops ops;
	struct sy_gateway *gw;
	const struct sy_gateway_entries *entries;
	struct sy_pair *pairs; /* in the gateway or in its cells */
	struct sy_second *second; /* functions with a direct owner, or NULL */
	u32 nfuncs;
	bool made; /* the words that dispatch.S reads are there */
	bool registered;
	bool direct; /* ops is registered */
};

struct sy_gateway sy_gateways[SY_GATEWAYS];

/* Covers which gateway is taken. */
static DEFINE_MUTEX(sy_gateway_lock);

/* True if a context with this address may still enter either version. */
bool sy_in_dispatch(unsigned long addr)
{
	return (addr >= (unsigned long)sy_dispatch_begin &&
		addr <= (unsigned long)sy_dispatch_end) ||
	       sy_in_second(addr);
}

static s32 sy_text_short(unsigned long addr)
{
	WARN_ON_ONCE(addr != (unsigned long)(s32)addr);
	return (s32)addr;
}

/* The key of function @i: the return address of its site. */
static u64 sy_key_of(const struct sy_redirect *r, u32 i)
{
	return (u64)r->pairs[i].old;
}

#define SY_HASH_SEEDS 64

/*
 * Look for a hash. Four seeds of five serve, so that none of 64 does means that
 * two functions have one site.
 */
static int sy_hash_find(const struct sy_redirect *r, struct sy_hash *hash)
{
	u64 keys[SY_FUNCS_MAX], seed = 0x9e3779b97f4a7c15;
	u32 i;

	for (i = 0; i < r->nfuncs; i++)
		keys[i] = sy_key_of(r, i);
	for (i = 0; i < SY_HASH_SEEDS; i++) {
		if (sy_hash_build(hash, keys, r->nfuncs, seed))
			return 0;
		seed = seed * 6364136223846793005ul + 1442695040888963407ul;
		cond_resched();
	}
	return -EEXIST;
}

/* Give each of several functions its cell. */
static int sy_cells_build(struct sy_redirect *r)
{
	struct sy_cells *cells = r->gw->cells;
	int err = sy_hash_find(r, &cells->hash);
	u32 i;

	if (err)
		return err;
	r->gw->multiplier = cells->hash.multiplier;
	for (i = 0; i < r->nfuncs; i++)
		cells->func[sy_hash_cell(&cells->hash, sy_key_of(r, i))] = i;
	return 0;
}

static struct sy_gateway *sy_gateway_take(struct sy_redirect *r)
{
	int i;

	mutex_lock(&sy_gateway_lock);
	for (i = 0; i < SY_GATEWAYS && sy_gateways[i].owner; i++)
		;
	if (i < SY_GATEWAYS) {
		sy_gateways[i].owner = r;
		sy_gateways[i].gate = &sy_gateways[i];
	}
	mutex_unlock(&sy_gateway_lock);
	if (i == SY_GATEWAYS)
		return NULL;
	r->entries = &sy_entries[i];
	return &sy_gateways[i];
}

static void sy_gateway_give(struct sy_gateway *gw)
{
	mutex_lock(&sy_gateway_lock);
	memset(gw, 0, sizeof(*gw));
	mutex_unlock(&sy_gateway_lock);
}

/**
 * sy_redirect_create() - take a gateway for the functions of one object
 * @nfuncs: their number, at least 1
 * @answer: filled when refused
 *
 * Context: process context, may sleep.
 * Return: the redirect, or NULL with SY_V_NO_MEMORY or SY_V_NO_ROOM.
 */
struct sy_redirect *sy_redirect_create(u32 nfuncs, struct sy_answer *answer)
{
	struct sy_redirect *r;

	struct sy_cells *cells = NULL;

	r = sy_zalloc(sizeof(*r), GFP_KERNEL);
	if (nfuncs > 1)
		cells = sy_zalloc(struct_size(cells, pairs, nfuncs),
				  GFP_KERNEL);
	if (!r || (nfuncs > 1 && !cells)) {
		sy_refuse(answer, SY_V_NO_MEMORY,
			  "redirects: no memory; try again later");
		goto err_free;
	}
	r->nfuncs = nfuncs;
	r->gw = sy_gateway_take(r);
	if (!r->gw) {
		sy_refuse(answer, SY_V_NO_ROOM,
			  "redirects: all %d gateways are in use, one for each object of an enabled patch; disable one or make one cumulative patch",
			  SY_GATEWAYS);
		goto err_free;
	}
	r->gw->cells = cells;
	r->pairs = cells ? cells->pairs : &r->gw->pair;
	return r;

err_free:
	kvfree(cells);
	kvfree(r);
	return NULL;
}

/* Name function @i: the address behind its ftrace site, and the new one's. */
void sy_redirect_set(struct sy_redirect *r, u32 i, unsigned long site,
		     unsigned long new_func)
{
	r->pairs[i].old = sy_text_short(site);
	r->pairs[i].new = sy_text_short(new_func);
}

static unsigned long sy_entry(const struct sy_redirect *r)
{
	return r->nfuncs == 1 ? r->entries->single : r->entries->multi;
}

static unsigned long sy_slow_entry(const struct sy_redirect *r)
{
	return r->nfuncs == 1 ? r->entries->single_slow :
				r->entries->multi_slow;
}

/*
 * kernel.ftrace_enabled=0 would silently turn every redirect off; it is refused
 * (-EBUSY) while a permanent ops is registered. A direct ops gets its flags from
 * ftrace, so this one is added afterwards, and what may have happened in between
 * is looked for.
 */
static int sy_ops_make_permanent(struct sy_redirect *r)
{
	r->ops.flags |= FTRACE_OPS_FL_PERMANENT;
	/* Pairs with the store in the sysctl's handler. */
	smp_mb();
	if (READ_ONCE(*sy_api.ftrace_enabled) && !sy_fault(SY_FAULT_FTRACE_OFF))
		return 0;
	sy_direct_unregister(&r->ops, sy_entry(r));
	return -EAGAIN;
}

static u32 sy_taken_count(const struct sy_redirect *r)
{
	u32 i, n = 0;

	for (i = 0; i < r->nfuncs; i++)
		n += sy_second_needed(sy_key_of(r, i));
	return n;
}

/* Functions whose direct call is taken go the second way. */
static int sy_taken_part(struct sy_redirect *r)
{
	int err = 0;
	u32 i;

	for (i = 0; i < r->nfuncs && !err; i++) {
		if (!sy_second_needed(sy_key_of(r, i)))
			continue;
		if (!r->second)
			r->second = sy_second_create(r->gw);
		if (!r->second)
			return -ENOMEM;
		err = sy_second_add(r->second, i, sy_key_of(r, i));
	}
	return err;
}

/* The others. */
static int sy_direct_part(struct sy_redirect *r)
{
	bool some = false;
	int err = 0;
	u32 i;

	for (i = 0; i < r->nfuncs && !err; i++) {
		if (sy_second_has(r->second, i))
			continue;
		some = true;
		err = sy_fault(SY_FAULT_FILTER) ?
			      -ENOMEM :
			      ftrace_set_filter_ip(&r->ops,
						   sy_key_of(r, i) -
							   MCOUNT_INSN_SIZE,
						   0, 0);
	}
	if (!err && sy_fault(SY_FAULT_DIRECT))
		err = -ENOMEM;
	if (!err && sy_fault(SY_FAULT_OWNED))
		err = -EBUSY;
	if (!err && some)
		err = sy_direct_register(&r->ops, sy_entry(r));
	if (!err && some)
		err = sy_ops_make_permanent(r);
	r->direct = !err && some;
	return err;
}

static void sy_ops_unregister(struct sy_redirect *r)
{
	sy_second_unregister(r->second);
	if (r->direct)
		sy_direct_unregister(&r->ops, sy_entry(r));
	r->direct = false;
	ftrace_free_filter(&r->ops);
}

/* Nothing went through it yet: every entry leads to the old body. */
static void sy_second_drop(struct sy_redirect *r)
{
	sy_second_destroy(r->second);
	r->second = NULL;
}

static int sy_ops_register(struct sy_redirect *r)
{
	int err = sy_taken_part(r);

	if (!err)
		err = sy_direct_part(r);
	if (!err && r->second)
		err = sy_second_register(r->second);
	if (!err)
		return 0;
	sy_ops_unregister(r);
	/* Until it was refused it was on ftrace's list, which others read. */
	synchronize_rcu_tasks_rude();
	sy_second_drop(r);
	/* 6.1 leaves the ops half filled in. */
	memset(&r->ops, 0, sizeof(r->ops));
	return READ_ONCE(*sy_api.ftrace_enabled) ? err : -EAGAIN;
}

#define SY_OWNER_TRIES 3

/* Again when a direct call has come or gone in between. */
static int sy_ops_register_any(struct sy_redirect *r)
{
	u32 taken, tries = SY_OWNER_TRIES;
	int err;

	do {
		taken = sy_taken_count(r);
		err = sy_ops_register(r);
	} while (err == -EBUSY && sy_taken_count(r) != taken && --tries);
	return err;
}

/* The function that the refusal names: one that is taken, or else the first. */
static void *sy_owned_func(const struct sy_redirect *r)
{
	u32 i;

	for (i = 0; i < r->nfuncs; i++)
		if (sy_second_needed(sy_key_of(r, i)))
			return (void *)sy_key_of(r, i);
	return (void *)sy_key_of(r, 0);
}

/* Let the gate of @leader decide for @r, too. Context: before it is made. */
void sy_redirect_follow(struct sy_redirect *r, struct sy_redirect *leader)
{
	r->gw->gate = leader->gw;
}

/**
 * sy_redirect_make() - make the words that dispatch.S reads
 * @r:      all functions set, not made; every entry will lead to the old body
 * @answer: filled when refused
 *
 * Context: process context, may sleep.
 * Return: SY_V_OK or SY_V_BAD_DESCRIPTOR.
 */
u32 sy_redirect_make(struct sy_redirect *r, struct sy_answer *answer)
{
	u32 i;

	if (r->nfuncs > 1 && sy_cells_build(r))
		return sy_refuse(
			answer, SY_V_BAD_DESCRIPTOR,
			"redirects: two entries of the patch's table name one function; remove one");
	r->made = true;
	for (i = 0; i < r->nfuncs; i++)
		sy_redirect_point(r, i, SY_POINT_OLD);
	return SY_V_OK;
}

/* The ftrace site of function @i, which is set. */
unsigned long sy_redirect_site(const struct sy_redirect *r, u32 i)
{
	return sy_key_of(r, i) - MCOUNT_INSN_SIZE;
}

/* Was it made, and not cleared since? */
bool sy_redirect_made(const struct sy_redirect *r)
{
	return r->made;
}

/**
 * sy_redirect_clear() - forget the functions; they may be set anew
 * @r: not registered, and nobody is inside the gateway any more
 *
 * The gate keeps what it says.
 *
 * Context: process context.
 */
void sy_redirect_clear(struct sy_redirect *r)
{
	WARN_ON_ONCE(r->registered);
	r->made = false;
	sy_second_drop(r);
	/* 6.1 leaves the ops half filled in. */
	memset(&r->ops, 0, sizeof(r->ops));
}

/**
 * sy_redirect_register() - let the functions' entries lead through the gateway
 * @r:      made
 * @answer: filled when refused
 *
 * Context: process context, may sleep; ftrace waits for an RCU-tasks grace
 *          period in here, so no lock that others wait for may be held.
 * Return: SY_V_OK, SY_V_NO_MEMORY, SY_V_OWNED, SY_V_FTRACE_OFF or
 *         SY_V_INTERNAL.
 */
u32 sy_redirect_register(struct sy_redirect *r, struct sy_answer *answer)
{
	int err = sy_ops_register_any(r);

	r->registered = !err;
	if (!err)
		return SY_V_OK;
	if (err == -EBUSY)
		return sy_refuse(answer, SY_V_OWNED,
				 "%ps: livepatch, or a direct caller that does not share it, owns the entry of this function or of one patched with it; remove it first",
				 sy_owned_func(r));
	if (err == -ENOMEM)
		return sy_refuse(answer, SY_V_NO_MEMORY,
				 "redirects: no memory for ftrace; try again later");
	if (err == -EAGAIN)
		return sy_refuse(
			answer, SY_V_FTRACE_OFF,
			"redirects: ftrace was switched off; set kernel.ftrace_enabled to 1");
	return sy_refuse(answer, SY_V_INTERNAL,
			 "%ps: ftrace refuses the redirect (%d); see the kernel log",
			 (void *)sy_key_of(r, 0), err);
}

/**
 * sy_redirect_unregister() - take the gateway out of the functions' entries
 * @r: every entry leads to the old body
 *
 * Somebody may still be inside the gateway afterwards: wait for the grace
 * periods of sy_retirement before sy_redirect_destroy().
 *
 * Context: process context, may sleep (an RCU-tasks grace period).
 */
void sy_redirect_unregister(struct sy_redirect *r)
{
	if (!r->registered)
		return;
	sy_ops_unregister(r);
	r->registered = false;
}

/* True if function @i goes the second way, through a handler. */
bool sy_redirect_by_handler(const struct sy_redirect *r, u32 i)
{
	return sy_second_has(r->second, i);
}

/* Context: process context; nobody is inside the gateway any more. */
void sy_redirect_destroy(struct sy_redirect *r)
{
	if (!r)
		return;
	sy_redirect_clear(r);
	kvfree(r->gw->cells);
	sy_gateway_give(r->gw);
	kvfree(r);
}

static unsigned long sy_target(const struct sy_redirect *r,
			       const struct sy_pair *pair, enum sy_point point)
{
	switch (point) {
	case SY_POINT_NEW:
		return pair->new;
	case SY_POINT_ASK:
		return sy_slow_entry(r);
	default:
		return pair->old;
	}
}

/**
 * sy_redirect_point() - say where the entry of one function leads
 * @r:     the redirect; nothing happens until it is made
 * @i:     the function
 * @point: old, new or the gate
 *
 * One aligned store. x86 keeps the order of stores and the gate's words are
 * written before SY_POINT_ASK is, so whoever sees the slow entry sees the gate
 * it asks.
 *
 * Context: any, the stopped machine included; one writer at a time.
 */
void sy_redirect_point(struct sy_redirect *r, u32 i, enum sy_point point)
{
	unsigned long target = sy_target(r, &r->pairs[i], point);
	struct sy_cells *cells = r->gw->cells;
	u32 cell;

	if (!r->made)
		return;
	if (!cells) {
		WRITE_ONCE(r->gw->target, target);
		return;
	}
	cell = sy_hash_cell(&cells->hash, sy_key_of(r, i));
	WRITE_ONCE(cells->target[cell], sy_text_short(target));
}

/* The gate: one word decides for everyone. Entries from NMI count from here. */
void sy_gate_global(struct sy_redirect *r, bool new)
{
	WRITE_ONCE(r->gw->nmi, 0);
	WRITE_ONCE(r->gw->universe, new);
	WRITE_ONCE(r->gw->mode, 0);
}

/*
 * The gate: the word of the calling task's node decides; @inside: and that word,
 * or NULL.
 */
void sy_gate_by_task(struct sy_redirect *r, struct hlist_head *buckets,
		     u32 bucket_mask, bool unknown_new, const u64 *inside)
{
	WRITE_ONCE(r->gw->buckets, buckets);
	WRITE_ONCE(r->gw->bucket_mask, bucket_mask);
	WRITE_ONCE(r->gw->dflt, unknown_new);
	WRITE_ONCE(r->gw->inside, inside);
	/* Pairs with the load of mode in dispatch.S: x86 keeps both orders. */
	smp_wmb();
	WRITE_ONCE(r->gw->mode, SY_MODE_TASK);
}

/*
 * How often a patched function was entered from NMI while the gate decided,
 * since this was asked last.
 */
u32 sy_gate_take_nmi(struct sy_redirect *r)
{
	return xchg(&r->gw->nmi, 0);
}
