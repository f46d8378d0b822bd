// SPDX-License-Identifier: GPL-2.0
/*
 * Grace periods and the retirement of the new text, as module/kernel/
 * {prepare,retirement}.c carry them out: redirects off, walks until nobody is
 * in the text, then a grace period, then the text is gone. It reports a task
 * that stands in text that is gone.
 */
#include "world.h"

/*
 * An RCU-tasks grace period waits for each task that runs in the kernel until
 * it sleeps or returns to user mode, and for one exiting off every list until
 * it is dead.
 */
void sy_holdouts(struct sy_sim *s)
{
	sy_u32 i;

	for (i = 0; i < s->w->ntasks; i++) {
		struct sy_sim_task *t = &s->w->task[i];

		t->holdout = t->life == SY_ALIVE && !t->user &&
			     (t->run <= SY_RUNNABLE || t->offlist);
	}
}

int sy_any_holdout(const struct sy_world *w)
{
	sy_u32 i;

	for (i = 0; i < w->ntasks; i++)
		if (w->task[i].holdout)
			return 1;
	return 0;
}

static int sy_in_text(const struct sy_sim *s, const struct sy_sim_task *t)
{
	sy_u32 i;

	for (i = 0; i < t->nframes; i++) {
		const struct sy_sim_frame *f = &t->frame[i];

		if (s->l->func[f->func].patched == SY_NONE)
			continue;
		if (f->at != SY_AT_BODY || f->side)
			return 1;
	}
	return 0;
}

/* The tasks on the lists that the walk does not know to be outside. */
static int sy_walk_one(struct sy_sim *s, sy_u32 i)
{
	struct sy_sim_task *t = &s->w->task[i];

	if (t->life == SY_UNBORN || t->life == SY_GONE || t->offlist)
		return 1;
	return !sy_in_text(s, t);
}

int sy_retire_can_step(const struct sy_sim *s)
{
	switch (s->w->retiring) {
	case SY_RETIRE_DUE:
		return !s->w->claimed;
	case SY_RETIRE_WALK:
		return 1;
	case SY_RETIRE_GRACE:
		return !s->w->claimed && !sy_any_holdout(s->w);
	default:
		return 0;
	}
}

static void sy_retire_walk(struct sy_sim *s)
{
	struct sy_world *w = s->w;

	if (!sy_walk_one(s, w->walk)) {
		w->walk = 0;
		sy_say(s, "the retirement's walk finds somebody in the text");
		return;
	}
	if (++w->walk < w->ntasks)
		return;
	w->walk = 0;
	w->retiring = SY_RETIRE_GRACE;
	sy_holdouts(s);
	sy_say(s, "the retirement's walk finds nobody; a grace period begins");
}

static void sy_retire_free(struct sy_sim *s)
{
	struct sy_world *w = s->w;
	sy_u32 i;

	w->retiring = SY_RETIRE_FREED;
	w->there = 0;
	sy_say(s, "the new text is freed");
	for (i = 0; i < w->ntasks; i++)
		if (w->task[i].life == SY_ALIVE && sy_in_text(s, &w->task[i]))
			w->freed_in_use = 1;
}

void sy_retire_step(struct sy_sim *s)
{
	struct sy_world *w = s->w;
	sy_u32 i;

	switch (w->retiring) {
	case SY_RETIRE_DUE:
		for (i = 0; i < s->l->npatched; i++)
			w->word[i] = SY_WORD_OLD;
		sy_parts_unregister(s);
		w->retiring = SY_RETIRE_WALK;
		sy_say(s, "the retirement takes the redirects off");
		break;
	case SY_RETIRE_WALK:
		sy_retire_walk(s);
		break;
	default:
		sy_retire_free(s);
	}
}
