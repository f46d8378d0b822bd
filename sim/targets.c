// SPDX-License-Identifier: GPL-2.0
/*
 * Target modules that come and go, as module/kernel/{targets,parts}.c have it: the
 * notifier runs in the thread that loads or unloads, step by step beside the
 * worker. What is decided under sy_objects_lock is one step; between claiming
 * the patch and giving it back ftrace waits for grace periods, asleep. It decides
 * nothing: where a function's entry leads is kept for it while it is not there.
 *
 * What the kernel does while a patch is claimed is interleaved with others as far
 * as they can tell: registering is one store to each entry, then a wait.
 */
#include "world.h"

#define SY_PART(target) ((sy_u8)(2u << (target)))

/* ---- parts ---------------------------------------------------------------- */

/* What is loaded when the transition is requested is resolved by the request. */
void sy_parts_begin(struct sy_sim *s)
{
	struct sy_world *w = s->w;
	sy_u32 i;

	w->there = (sy_u8)(1 | s->l->loaded << 1);
	w->sets = w->there;
	w->open = !s->l->to_new;
	w->registered = w->open ? w->there : 0;
	for (i = 0; i < s->l->ntargets; i++)
		w->target[i] = s->l->loaded >> i & 1 ? SY_LIVE : SY_ABSENT;
}

/* What is there is registered; what comes from here on registers by itself. */
void sy_parts_register(struct sy_sim *s)
{
	s->w->open = 1;
	s->w->registered = s->w->there;
}

void sy_parts_unregister(struct sy_sim *s)
{
	s->w->open = 0;
	s->w->registered = 0;
}

int sy_part_registered(const struct sy_sim *s, sy_u32 func)
{
	return s->w->registered >> s->l->func[func].part & 1;
}

/* Is the old text of a function among what a look knows? */
int sy_part_in_sets(const struct sy_sim *s, sy_u32 func)
{
	return s->w->sets >> s->l->func[func].part & 1;
}

/*
 * While parts are registered no module runs without its redirects, and what is
 * gone has none.
 */
int sy_parts_agree(const struct sy_sim *s)
{
	const struct sy_world *w = s->w;
	sy_u32 i;

	if (w->registered & ~w->there)
		return 0;
	for (i = 0; i < s->l->ntargets; i++)
		if (w->open && !w->closed && w->target[i] == SY_LIVE &&
		    !(w->registered & SY_PART(i)))
			return 0;
	return 1;
}

/* sy_transition_peek(): is there a transition that has sets? */
static int sy_transition_runs(const struct sy_world *w)
{
	return w->e.state != SY_IDLE;
}

/* ---- a module comes --------------------------------------------------------- */

/* sy_part_come(), in one hold of sy_objects_lock. */
static void sy_part_come(struct sy_world *w, sy_u32 target)
{
	if (w->closed)
		return;
	w->there |= SY_PART(target);
	if (sy_transition_runs(w))
		w->sets |= SY_PART(target);
}

/* sy_part_open(), after the claim: the words are what they are by then. */
static void sy_part_open(struct sy_world *w, sy_u32 target)
{
	if (w->open && w->there & SY_PART(target))
		w->registered |= SY_PART(target);
}

/* ---- a module goes ---------------------------------------------------------- */

/* Those who unload a module have made sure that nobody is in it. */
static void sy_look_for_users(struct sy_sim *s, sy_u32 target)
{
	sy_u32 i, k;

	for (i = 0; i < s->w->ntasks; i++)
		for (k = 0; k < s->w->task[i].nframes; k++)
			if (s->l->func[s->w->task[i].frame[k].func].part ==
			    1 + target)
				s->w->gone_in_use = 1;
}

/* The end of sy_part_go(): the gateway was drained. */
static void sy_part_forget(struct sy_world *w, sy_u32 target)
{
	w->there &= (sy_u8)~SY_PART(target);
	if (sy_transition_runs(w))
		w->sets &= (sy_u8)~SY_PART(target);
}

/* ---- the thread that loads or unloads ---------------------------------------- */

static void sy_wait(struct sy_sim *s, sy_u32 i, const char *what, sy_u32 target)
{
	sy_say(s, "%s: %s %s", s->l->thread[i].name, what,
	       s->l->target[target]);
	sy_task_off(s, i, SY_ASLEEP_D);
}

static void sy_moved(struct sy_sim *s, sy_u32 i)
{
	struct sy_sim_task *t = &s->w->task[i];

	t->moving = SY_MOVING_NOT;
	t->frame[t->nframes - 1].pc++;
}

/* The module's state is as it is at rest. */
static void sy_target_begin(struct sy_sim *s, sy_u32 i, sy_u32 target, int load)
{
	struct sy_world *w = s->w;

	if (w->target[target] == (load ? SY_LIVE : SY_ABSENT)) {
		sy_say(s, "%s: %s is %s already", s->l->thread[i].name,
		       s->l->target[target], load ? "loaded" : "gone");
		sy_moved(s, i);
		return;
	}
	w->task[i].moving = SY_MOVING_CLAIM;
	if (load) {
		w->target[target] = SY_COMING;
		sy_part_come(w, target);
	} else {
		w->target[target] = SY_GOING;
		sy_look_for_users(s, target);
	}
	sy_say(s, "%s: %s is %s", s->l->thread[i].name, s->l->target[target],
	       load ? "coming" : "going");
}

static void sy_target_claim(struct sy_sim *s, sy_u32 i, sy_u32 target, int load)
{
	struct sy_world *w = s->w;

	if (w->claimed) {
		sy_wait(s, i, "others register; it waits with", target);
		return;
	}
	w->claimed = 1;
	w->task[i].moving = SY_MOVING_GRACE;
	if (!load)
		w->registered &= (sy_u8)~SY_PART(target);
	sy_wait(s, i,
		load ? "ftrace waits with the redirects of" :
		       "ftrace takes off the redirects of",
		target);
}

static void sy_target_end(struct sy_sim *s, sy_u32 i, sy_u32 target, int load)
{
	struct sy_world *w = s->w;

	if (load)
		sy_part_open(w, target);
	else
		sy_part_forget(w, target);
	w->claimed = 0;
	w->target[target] = load ? SY_LIVE : SY_ABSENT;
	sy_say(s, "%s: %s is %s", s->l->thread[i].name, s->l->target[target],
	       load ? "loaded" : "gone");
	sy_moved(s, i);
}

/* load, unload: one step of it, or to sleep. */
void sy_target_step(struct sy_sim *s, sy_u32 i, const struct sy_insn *in)
{
	int load = in->op == SY_OP_LOAD;

	switch (s->w->task[i].moving) {
	case SY_MOVING_CLAIM:
		sy_target_claim(s, i, in->a, load);
		break;
	case SY_MOVING_GRACE:
		sy_target_end(s, i, in->a, load);
		break;
	default:
		if (s->w->target[in->a] == SY_COMING ||
		    s->w->target[in->a] == SY_GOING)
			sy_wait(s, i, "waits for who loads or unloads", in->a);
		else
			sy_target_begin(s, i, in->a, load);
	}
}

int sy_target_can_wake(const struct sy_sim *s, sy_u32 i, sy_u8 target)
{
	const struct sy_world *w = s->w;

	switch (w->task[i].moving) {
	case SY_MOVING_CLAIM:
		return !w->claimed;
	case SY_MOVING_GRACE:
		return 1;
	default:
		return w->target[target] == SY_ABSENT ||
		       w->target[target] == SY_LIVE;
	}
}

/* A function that is not there cannot be called: the test is at fault. */
void sy_target_called(struct sy_sim *s, sy_u32 func)
{
	sy_u8 part = s->l->func[func].part;

	if (part && s->w->target[part - 1] != SY_LIVE)
		s->w->not_there = 1;
}
