// SPDX-License-Identifier: GPL-2.0
/*
 * The parts of a patch, one for each object whose functions it replaces. An
 * object is there or not, and may come and go; so each part has a redirect, and
 * with it a gateway and an ftrace_ops, of its own. What is decided for the patch
 * as a whole stays in one place: the gateways of all parts ask the gate of the
 * first one, and where each function's entry leads is kept here for parts that
 * are not there yet.
 *
 * sy_objects_lock covers which parts a patch has and which are there; it is
 * never held while ftrace waits. Who registers and unregisters parts has claimed
 * the patch, and may wait as long as ftrace does. sy_point_lock, a raw spinlock
 * with interrupts off, covers where the entries lead; nobody who stands in the
 * stopped machine holds it.
 */
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "dispatch.h"
#include "inject.h"
#include "live.h"

/* Covers which parts each patch has, which are there, and who has claimed it. */
DEFINE_MUTEX(sy_objects_lock);
static DEFINE_RAW_SPINLOCK(sy_point_lock);
static_assert(SY_GATEWAYS <= 64); /* sy_spot.part */
static DECLARE_WAIT_QUEUE_HEAD(sy_claim_wait);

/**
 * sy_parts_claim() - nobody else registers or unregisters parts of a patch
 * @live: the patch; its memory stays
 *
 * Context: process context, may sleep; takes sy_objects_lock and returns with
 *          it, so that the caller can look at what it has claimed.
 */
void sy_parts_claim(struct sy_live *live)
{
	mutex_lock(&sy_objects_lock);
	while (live->claimed) {
		mutex_unlock(&sy_objects_lock);
		wait_event(sy_claim_wait, !READ_ONCE(live->claimed));
		mutex_lock(&sy_objects_lock);
	}
	WRITE_ONCE(live->claimed, true);
}

/* Context: process context; sy_objects_lock is not held. */
void sy_parts_yield(struct sy_live *live)
{
	mutex_lock(&sy_objects_lock);
	WRITE_ONCE(live->claimed, false);
	mutex_unlock(&sy_objects_lock);
	wake_up_all(&sy_claim_wait);
}

/* Return: the part of that object, or NULL. */
struct sy_part *sy_part_of(const struct sy_live *live, const char *object)
{
	u32 i;

	for (i = 0; i < live->nparts; i++)
		if (sy_same_object(live->parts[i].object, object))
			return &live->parts[i];
	return NULL;
}

static u32 sy_objects_count(const struct sy_patch *decl)
{
	u32 i, j, n = 0;

	for (i = 0; i < decl->nfuncs; i++) {
		for (j = 0; j < i && !sy_same_object(decl->funcs[i].object,
						     decl->funcs[j].object);
		     j++)
			;
		n += j == i;
	}
	return n;
}

/* Sort the functions into parts. */
static void sy_parts_sort(struct sy_live *live)
{
	const struct sy_patch *decl = live->decl;
	struct sy_part *part;
	u32 i;

	for (i = 0; i < decl->nfuncs; i++) {
		part = sy_part_of(live, decl->funcs[i].object);
		if (!part) {
			part = &live->parts[live->nparts++];
			part->object = decl->funcs[i].object;
		}
		live->spots[i].part = part - live->parts;
		live->spots[i].place = part->nfuncs++;
		live->spots[i].point = SY_POINT_OLD;
	}
}

/**
 * sy_parts_create() - a redirect for each object of a patch
 * @live:   disabled
 * @answer: filled when refused
 *
 * Context: process context; sy_objects_lock is held.
 * Return: SY_V_OK, SY_V_NO_MEMORY or SY_V_NO_ROOM; undo with
 *         sy_parts_destroy() in any case.
 */
u32 sy_parts_create(struct sy_live *live, struct sy_answer *answer)
{
	u32 i, n = sy_objects_count(live->decl);

	lockdep_assert_held(&sy_objects_lock);
	if (n > SY_GATEWAYS)
		return sy_refuse(answer, SY_V_NO_ROOM,
				 "%s: it has functions of %u objects, and %d is the most; make several patches",
				 sy_live_name(live), n, SY_GATEWAYS);
	live->parts =
		sy_zalloc(array_size(n, sizeof(*live->parts)), GFP_KERNEL);
	live->spots =
		sy_zalloc(array_size(live->decl->nfuncs, sizeof(*live->spots)),
			  GFP_KERNEL);
	if (!live->parts || !live->spots)
		return sy_refuse(answer, SY_V_NO_MEMORY,
				 "%s: no memory; try again later",
				 sy_live_name(live));
	mutex_lock(&sy_patches_lock);
	sy_parts_sort(live);
	mutex_unlock(&sy_patches_lock);
	for (i = 0; i < live->nparts; i++) {
		struct sy_part *part = &live->parts[i];

		part->redirect = sy_redirect_create(part->nfuncs, answer);
		if (!part->redirect)
			return answer->verdict;
		sy_redirect_follow(part->redirect, sy_live_gate(live));
	}
	return SY_V_OK;
}

/* Context: process context; sy_objects_lock is held, no part is registered. */
void sy_parts_destroy(struct sy_live *live)
{
	struct sy_part *parts = live->parts;
	u32 i, n = live->nparts;

	lockdep_assert_held(&sy_objects_lock);
	mutex_lock(&sy_patches_lock);
	live->nparts = 0;
	live->parts = NULL;
	mutex_unlock(&sy_patches_lock);
	for (i = 0; i < n; i++)
		sy_redirect_destroy(parts[i].redirect);
	kvfree(parts);
	kvfree(live->spots);
	live->spots = NULL;
}

/* sy_point_lock is held. */
static void sy_point_func(struct sy_live *live, u32 i)
{
	const struct sy_spot *spot = &live->spots[i];

	sy_redirect_point(live->parts[spot->part].redirect, spot->place,
			  spot->point);
}

/**
 * sy_live_point_one() - say where the entry of one function leads
 * @live:  the patch
 * @i:     the function's index
 * @point: old, new or the gate
 *
 * A function whose object is not there leads there as soon as it is.
 *
 * Context: any but NMI, the stopped machine included.
 */
void sy_live_point_one(struct sy_live *live, u32 i, enum sy_point point)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&sy_point_lock, flags);
	live->spots[i].point = point;
	sy_point_func(live, i);
	raw_spin_unlock_irqrestore(&sy_point_lock, flags);
}

/**
 * sy_live_point() - say where all entries lead
 * @live:  the patch
 * @point: old, new or the gate
 *
 * In the order of its functions, and for the old bodies in the opposite one, so
 * that what was rolled out in an order rolls back in it.
 *
 * Context: as sy_live_point_one().
 */
void sy_live_point(struct sy_live *live, enum sy_point point)
{
	u32 i, n = live->decl->nfuncs;

	for (i = 0; i < n; i++)
		sy_live_point_one(live,
				  live->order[point == SY_POINT_OLD ? n - 1 - i :
								      i],
				  point);
}

/* The words of a part say what was decided while it was not there. */
static void sy_part_point(struct sy_live *live, const struct sy_part *part)
{
	unsigned long flags;
	u32 i;

	raw_spin_lock_irqsave(&sy_point_lock, flags);
	for (i = 0; i < live->decl->nfuncs; i++)
		if (&live->parts[live->spots[i].part] == part)
			sy_point_func(live, i);
	raw_spin_unlock_irqrestore(&sy_point_lock, flags);
}

/* Return: SY_V_OK unless a transition counts and a function goes by a handler. */
static u32 sy_part_counts(const struct sy_live *live,
			  const struct sy_part *part, struct sy_answer *answer)
{
	u32 i;

	if (!READ_ONCE(live->counting))
		return SY_V_OK;
	for (i = 0; i < live->decl->nfuncs; i++)
		if (&live->parts[live->spots[i].part] == part &&
		    sy_redirect_by_handler(part->redirect,
					   live->spots[i].place))
			return sy_refuse(answer, SY_V_BAD_DETECTOR,
					 "%s: the direct call of %s belongs to somebody else, and the handler that goes instead does not count; use --detector stack, or remove the owner",
					 sy_live_name(live),
					 live->decl->funcs[i].old_name);
	return SY_V_OK;
}

/**
 * sy_part_register() - let the entries of one object lead through its gateway
 * @live:   the patch, claimed
 * @part:   its object is there, its functions are resolved
 * @answer: filled when refused
 *
 * Context: process context. ftrace waits in here for an RCU-tasks grace period.
 * Return: as sy_redirect_register(), or SY_V_BAD_DETECTOR.
 */
u32 sy_part_register(struct sy_live *live, struct sy_part *part,
		     struct sy_answer *answer)
{
	u32 verdict = sy_redirect_make(part->redirect, answer);

	if (verdict)
		return verdict;
	sy_part_point(live, part);
	verdict = sy_redirect_register(part->redirect, answer);
	if (!verdict) {
		verdict = sy_part_counts(live, part, answer);
		if (verdict) {
			/* Nobody was led anywhere but into the old body. */
			sy_redirect_unregister(part->redirect);
			sy_dispatch_drain();
		}
	}
	part->registered = !verdict;
	if (verdict)
		sy_redirect_clear(part->redirect);
	return verdict;
}

/**
 * sy_part_unregister() - take the gateway out of the entries of one object
 * @part: registered or not, of a patch that is claimed
 *
 * Somebody may still be inside the gateway afterwards.
 *
 * Context: as sy_part_register().
 */
void sy_part_unregister(struct sy_part *part)
{
	if (part->registered)
		sy_redirect_unregister(part->redirect);
	part->registered = false;
}

static bool sy_part_waits(const struct sy_part *part)
{
	bool waits;

	mutex_lock(&sy_objects_lock);
	waits = part->there && !part->registered;
	mutex_unlock(&sy_objects_lock);
	return waits;
}

/* The patch is claimed. Every entry leads to the old body. */
static void sy_parts_undo(struct sy_live *live)
{
	bool drain = false;
	u32 i;

	mutex_lock(&sy_objects_lock);
	live->open = false;
	mutex_unlock(&sy_objects_lock);
	for (i = 0; i < live->nparts; i++) {
		drain |= live->parts[i].registered;
		sy_part_unregister(&live->parts[i]);
	}
	if (drain)
		sy_dispatch_drain();
}

/**
 * sy_parts_register() - register what is there; what comes later follows at once
 * @live:   every entry leads to the old body
 * @answer: filled when refused
 *
 * A refusal leaves nothing registered and nobody in a gateway.
 *
 * Context: process context, may sleep; claims the patch.
 * Return: as sy_redirect_register().
 */
u32 sy_parts_register(struct sy_live *live, struct sy_answer *answer)
{
	u32 i, verdict = SY_V_OK;

	sy_parts_claim(live);
	/* Who comes from here on waits for us. */
	live->open = true;
	mutex_unlock(&sy_objects_lock);
	for (i = 0; i < live->nparts && !verdict; i++)
		if (sy_part_waits(&live->parts[i]))
			verdict =
				sy_part_register(live, &live->parts[i], answer);
	if (verdict)
		sy_parts_undo(live);
	sy_parts_yield(live);
	return verdict;
}

/**
 * sy_parts_count() - can all functions that are registered be counted?
 * @live:   its transition counts, and says so in @live->counting
 * @answer: filled when refused
 *
 * The request has looked at this; but an object may have come since, and who
 * registered it had not seen that a transition counts.
 *
 * Context: process context, may sleep; claims the patch.
 * Return: SY_V_OK or SY_V_BAD_DETECTOR.
 */
u32 sy_parts_count(struct sy_live *live, struct sy_answer *answer)
{
	u32 i, verdict = SY_V_OK;

	sy_parts_claim(live);
	mutex_unlock(&sy_objects_lock);
	for (i = 0; i < live->nparts && !verdict; i++)
		if (live->parts[i].registered)
			verdict = sy_part_counts(live, &live->parts[i], answer);
	sy_parts_yield(live);
	return verdict;
}

/* Context: process context, may sleep; claims the patch. */
void sy_parts_unregister(struct sy_live *live)
{
	u32 i;

	sy_parts_claim(live);
	live->open = false;
	mutex_unlock(&sy_objects_lock);
	for (i = 0; i < live->nparts; i++)
		sy_part_unregister(&live->parts[i]);
	sy_parts_yield(live);
}

/**
 * sy_dispatch_drain() - wait until nobody is inside a gateway that was unhooked
 *
 * dispatch.S can be interrupted and preempted anywhere but sleeps nowhere:
 * RCU-tasks waits for every task to sleep or run user code, the rude one for
 * idle tasks.
 *
 * Context: process context, may sleep without limit.
 */
void sy_dispatch_drain(void)
{
	synchronize_rcu_tasks_rude();
	synchronize_rcu_tasks();
}

/**
 * sy_live_pending() - the objects that are not loaded
 * @live: its state is not disabled, sy_patches_lock keeps it so
 * @ret:  their names, with blanks between them; cut off if too long
 * @size: of @ret
 *
 * Context: process context. A name may just be coming or going.
 * Return: their number.
 */
u32 sy_live_pending(const struct sy_live *live, char *ret, size_t size)
{
	u32 i, at = 0, n = 0;

	*ret = '\0';
	for (i = 0; i < live->nparts; i++) {
		if (READ_ONCE(live->parts[i].there))
			continue;
		at += scnprintf(ret + at, size - at, "%s%s", n ? " " : "",
				live->parts[i].object);
		n++;
	}
	return n;
}
