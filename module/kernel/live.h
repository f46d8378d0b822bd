/* SPDX-License-Identifier: GPL-2.0 */
/* A patch that the engine knows. */
#ifndef SY_LIVE_H
#define SY_LIVE_H

#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <switchyard/patch.h>

#include "answer.h"
#include "bound.h"
#include "core/sy_core.h"
#include "hold.h"
#include "redirect.h"
#include "unwind.h"

/* What the running or the last transition did. */
struct sy_figures {
	u32 to_new, reversing;
	u32 tasks, remaining, blockers, excused, nudged, stops;
	u32 ordered; /* functions switch one after another */
	u32 switched; /* of them, on the wanted side */
	u32 turn; /* the place of the one whose turn it is */
	u64 elapsed_ns, whole_ns, pause_ns;
	struct sy_hold_figures hold;
	u32 result; /* enum sy_abi_result */
	char message[SY_MESSAGE_LEN];
};

#define SY_RETIRE_NAMES 16

/* A task that a retirement waits for. */
struct sy_leftover {
	u32 pid;
	u32 look; /* enum sy_look */
	char comm[TASK_COMM_LEN];
	unsigned long frame;
};

/**
 * struct sy_part - the functions of a patch that are in one object
 * @object:     module name, or NULL for vmlinux
 * @redirect:   theirs; the gate of the first part's decides for all
 * @nfuncs:     their number
 * @there:      the object is loaded and the functions are resolved
 * @registered: their entries lead through the gateway
 */
struct sy_part {
	const char *object;
	struct sy_redirect *redirect;
	u32 nfuncs;
	bool there;
	bool registered;
};

/**
 * struct sy_spot - where a function is among the parts
 * @part:  the index of its part
 * @place: which one it is in there
 * @point: where its entry leads (enum sy_point)
 */
struct sy_spot {
	u8 part:6;
	u8 point:2;
	u8 place;
};

/**
 * struct sy_live - a registered patch
 * @node:      on sy_patches
 * @kobj:      /sys/kernel/switchyard/patches/NAME; holds the memory
 * @decl:      in the patch module; gone after sy_patch_unregister()
 * @bound:     its imports and relocations
 * @parts:     while enabled, in transition or retiring: @nparts of them
 * @claimed:   somebody registers or unregisters parts
 * @counting:  a transition with the detector count runs
 * @open:      parts are registered, and those that come are at once
 * @spots:     for each function where it is, while it has parts
 * @olds:      addresses of what it replaces, while a part is resolved
 * @targets:   modules pinned while enabled, for their symbols; @ntargets
 * @state:     enum sy_abi_state
 * @model:     of the last enable
 * @detector:  of the last enable, enum sy_detector
 * @no_herd:   of the last enable: hold nobody
 * @forced:    enabled against its requirement
 * @pinned:    the engine holds a reference to the patch module
 * @in_force:  its functions may have run
 * @order:     while it has parts: the index of each place's function
 * @figures:   under sy_patches_lock
 * @retire:    the retirement's work, @attempt counts its walks
 * @handled:   functions that go the second way, under sy_patches_lock
 * @nleft:     how many tasks it waits for, under sy_patches_lock
 * @leftovers: who they are, SY_RETIRE_NAMES at most, under sy_patches_lock;
 *             NULL when there are none, or no memory for their names
 */
struct sy_live {
	struct list_head node;
	struct kobject kobj;
	const struct sy_patch *decl;
	struct sy_bound *bound;
	struct sy_part *parts;
	u32 nparts;
	bool claimed;
	bool open;
	bool counting;
	struct sy_spot *spots;
	unsigned long *olds;
	struct module **targets;
	u32 ntargets;
	u32 state;
	struct sy_model model;
	u32 detector;
	bool no_herd;
	bool forced;
	bool pinned;
	bool in_force;
	u8 *order;
	struct sy_figures figures;
	DECLARE_BITMAP(handled, SY_FUNCS_MAX);
	struct delayed_work retire;
	u32 attempt;
	u64 retire_since_ns;
	u32 nleft; /* may exceed SY_RETIRE_NAMES */
	struct sy_leftover *leftovers;
};

/*
 * sy_patches_lock covers the list, and every patch's state, figures and
 * leftovers. Requests take sy_request_lock first, one at a time, and hold it
 * while symbols are resolved.
 */
extern struct mutex sy_patches_lock;
extern struct list_head sy_patches;
extern struct mutex sy_request_lock;
/* Inside sy_request_lock, outside sy_patches_lock: what is there (parts.c). */
extern struct mutex sy_objects_lock;

static inline const char *sy_live_name(const struct sy_live *live)
{
	return kobject_name(&live->kobj);
}

static inline bool sy_live_unloadable(const struct sy_live *live)
{
	return live->decl->flags & SY_PATCH_UNLOADABLE;
}

/* The redirect whose gate decides for the whole patch. It has parts. */
static inline struct sy_redirect *sy_live_gate(const struct sy_live *live)
{
	return live->parts[0].redirect;
}

/* parts.c */
struct sy_part *sy_part_of(const struct sy_live *live, const char *object);
void sy_parts_claim(struct sy_live *live);
void sy_parts_yield(struct sy_live *live);
u32 sy_parts_create(struct sy_live *live, struct sy_answer *answer);
void sy_parts_destroy(struct sy_live *live);
void sy_live_point_one(struct sy_live *live, u32 i, enum sy_point point);
void sy_live_point(struct sy_live *live, enum sy_point point);
u32 sy_part_register(struct sy_live *live, struct sy_part *part,
		     struct sy_answer *answer);
void sy_part_unregister(struct sy_part *part);
u32 sy_parts_register(struct sy_live *live, struct sy_answer *answer);
u32 sy_parts_count(struct sy_live *live, struct sy_answer *answer);
void sy_parts_unregister(struct sy_live *live);
void sy_dispatch_drain(void);
u32 sy_live_pending(const struct sy_live *live, char *ret, size_t size);

/* targets.c */
int sy_targets_init(void);
void sy_targets_deinit(void);

/* descriptor.c */
const char *sy_descriptor_flaw(const struct sy_patch *patch);
bool sy_same_func(const struct sy_func *a, const struct sy_func *b);

/* patch.c */
struct sy_live *sy_live_find(const char *name);
void sy_live_state(struct sy_live *live, u32 state);

/*
 * Fit for counting: its arguments are in registers, it is not exempt from the
 * check, which a count would hold all the same, and it does not go by a handler,
 * which does not count.
 */
static inline bool sy_func_countable(const struct sy_live *live, u32 i)
{
	u32 flags = live->decl->funcs[i].flags;

	return !(flags & SY_FUNC_NO_STACK_CHECK) &&
	       !test_bit(i, live->handled) &&
	       (live->decl->flags & SY_PATCH_REG_ARGS ||
		flags & SY_FUNC_REG_ARGS);
}

/* resolve.c */
void sy_live_note_handled(struct sy_live *live);
u32 sy_live_resolve(struct sy_live *live, const struct sy_model *model,
		    const char *order, struct sy_answer *answer);
void sy_live_release(struct sy_live *live);
void sy_live_release_locked(struct sy_live *live);
u32 sy_part_resolve(struct sy_live *live, struct sy_part *part,
		    struct sy_answer *answer);
void sy_part_forget(struct sy_live *live, struct sy_part *part);
u32 sy_live_nmi_check(const struct sy_live *live, const struct sy_model *model,
		      struct sy_answer *answer);
int sy_live_sets(struct sy_live *live, const struct sy_set *below,
		 struct sy_set *sets[2]);

/* owners.c */
u32 sy_live_owned(struct sy_live *live, struct sy_answer *answer);
bool sy_live_unobstructed(const char *name);
struct sy_set *sy_live_below(const struct sy_live *live);
int sy_set_add_cold(struct sy_set *set, const char *object, const char *name,
		    u32 index);
int sy_set_add_new(struct sy_set *set, const struct module *owner,
		   const void *new_func, u32 index);

/* order.c */
u32 sy_live_order(struct sy_live *live, const struct sy_model *model,
		  const char *order, struct sy_answer *answer);
const char *sy_live_turn(const struct sy_live *live);

/* request.c */
u32 sy_live_enable(const char *name, struct sy_event *request,
		   const char *order, struct sy_answer *answer);
u32 sy_live_disable(const char *name, struct sy_event *request, bool own_model,
		    struct sy_answer *answer);
u32 sy_live_reverse(const char *name, struct sy_answer *answer);

/* retirement.c */
void sy_retire_work(struct work_struct *work);
void sy_retire_start(struct sy_live *live);
extern wait_queue_head_t sy_retire_wait; /* woken when a patch has retired */

/* nmi.c */
bool sy_nmi_reachable(const char *name);

/* report.c */
void sy_refusal_note(const struct sy_answer *answer);
u32 sy_refusal_copy(char *ret);
void sy_report(struct sy_live *live, u32 event);

/* sysfs.c */
int sy_sysfs_init(void);
void sy_sysfs_deinit(void);
extern struct kobj_type sy_live_ktype;
extern struct kset *sy_patches_kset;

/* netlink.c */
int sy_netlink_init(void);
void sy_netlink_deinit(void);
void sy_netlink_event(struct sy_live *live, u32 event);

#endif
