// SPDX-License-Identifier: GPL-2.0
/*
 * What must hold after every step, whatever a test expects: the core's own
 * facts, the oracle's clauses, and that the words, the gate, the table and the
 * oracle speak of the same sides. It looks and changes nothing.
 */
#include "world.h"

/* SWITCH_THREAD: the table's universe is the side that the oracle knows. */
static int sy_tasks_agree(const struct sy_world *w)
{
	const struct sy_oracle_thread *threads =
		sy_othreads((struct sy_world *)w);
	sy_u32 i;

	if (!w->by_thread || !w->tracked)
		return 1;
	for (i = 0; i < w->ntasks; i++)
		if (w->task[i].life == SY_ALIVE && w->task[i].known &&
		    w->task[i].universe != threads[i].side)
			return 0;
	return 1;
}

/* At rest every word leads straight to the side that is final. */
static int sy_words_agree(const struct sy_sim *s)
{
	const struct sy_world *w = s->w;
	sy_u32 i;

	if (w->e.state != SY_IDLE || w->acting || w->refused || !w->open)
		return 1;
	for (i = 0; i < s->l->npatched; i++)
		if (w->word[i] != (w->e.to_new ? SY_WORD_NEW : SY_WORD_OLD))
			return 0;
	return 1;
}

/*
 * Whoever is parked sleeps for as long as a hold lasts, and no longer; and no
 * hold outlasts the transition.
 */
static int sy_nobody_stays(const struct sy_world *w)
{
	int at_rest = w->e.state == SY_IDLE && !w->acting && !w->nqueue;
	sy_u32 i;

	if (w->holding && !at_rest)
		return 1;
	for (i = 0; i < w->ntasks; i++)
		if (w->task[i].parked && w->task[i].run == SY_ASLEEP)
			return 0;
	return 1;
}

static const char *sy_disagreement(const struct sy_sim *s)
{
	const struct sy_world *w = s->w;

	if (s->definition)
		return NULL;
	if (!sy_tasks_agree(w))
		return "a task's universe is not the side it switched to";
	if (!sy_words_agree(s))
		return "at rest a function does not lead to the final side";
	if (!sy_parts_agree(s))
		return "a module runs without its redirects, or is gone and has some";
	if (!sy_nobody_stays(w))
		return "somebody is held though no hold lasts";
	if (w->o.model.sw == SY_SWITCH_KERNEL && w->armed &&
	    w->gate_universe != w->o.kernel_side)
		return "the gate does not say what the system switched to";
	return NULL;
}

/* Return: null, or what does not hold. */
const char *sy_broken_rule(const struct sy_sim *s)
{
	const struct sy_world *w = s->w;
	const char *wrong;

	if (w->overflow)
		return "the test is over the simulator's bounds (frames, or a sleep in an interrupt)";
	if (w->not_there)
		return "the test calls a function of a module that is not loaded";
	if (w->gone_in_use)
		return "the test unloads a module in which somebody is";
	if (s->wrong)
		return s->wrong;
	if (w->count_wrong)
		return "the table's count of pending tasks is wrong";
	if (w->freed_in_use)
		return "a task stands in new text that was freed";
	if (w->o.broken)
		return sy_oracle_clause(w->o.broken);
	if (sy_oracle_forbidden(&w->o))
		return "an observation that the model forbids";
	wrong = sy_disagreement(s);
	if (wrong)
		return wrong;
	if (w->o.incomplete)
		return "the recorded history is not possible";
	return NULL;
}
