// SPDX-License-Identifier: GPL-2.0
/*
 * Requests: enable, disable, reverse. A request is first put to a copy of the
 * core's engine, so that a refusal costs nothing; then everything it needs is
 * resolved and allocated; then it is put to the engine itself. A refusal at any
 * point changes nothing and says in one line why.
 *
 * sy_request_lock is held throughout, except while the caller waits for the
 * worker to prepare. Process context only.
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/slab.h>

#include "inject.h"
#include "live.h"
#include "model.h"
#include "prepare.h"
#include "transition.h"

static void sy_why_requirement(const struct sy_live *live,
			       const struct sy_model *model,
			       struct sy_answer *answer)
{
	u32 excess = sy_model_allows(model) & live->decl->forbid;
	char name[SY_MODEL_LEN], seen[SY_OBSERVATIONS_LEN];

	sy_refuse(answer, SY_V_REQUIREMENT,
		  "%s: the model %s allows %s, which the patch forbids; choose a model that forbids it (switchyard models), or force",
		  sy_live_name(live), sy_model_name(model, name),
		  sy_observations_name(excess, seen));
}

/* Return: the first function that is not declared fit for counting, or n. */
static u32 sy_uncountable(const struct sy_live *live)
{
	u32 i = 0;

	while (i < live->decl->nfuncs && sy_func_countable(live, i))
		i++;
	return i;
}

static void sy_why_detector(const struct sy_live *live,
			    const struct sy_event *request,
			    struct sy_answer *answer)
{
	const struct sy_model *model = &request->u.start.model;
	u32 wish = request->u.start.detector;
	const struct sy_func *func = live->decl->funcs;
	char name[SY_MODEL_LEN];

	if (sy_uncountable(live) < live->decl->nfuncs)
		func += sy_uncountable(live);
	if (sy_model_detector(model, wish) == SY_DETECTOR__LAST)
		sy_refuse(answer, SY_V_BAD_DETECTOR,
			  "%s: the model %s has no detector %s, only %s; leave out --detector, or choose patched_set/thread or patched_set/kernel",
			  sy_live_name(live), sy_model_name(model, name),
			  sy_detector_name(wish),
			  sy_detector_name(sy_model_detector(model, 0)));
	else if (func->flags & SY_FUNC_NO_STACK_CHECK)
		sy_refuse(answer, SY_V_BAD_DETECTOR,
			  "%s: %s is exempt from the stack check, and a count would wait for it; use --detector stack",
			  sy_live_name(live), func->old_name);
	else if (test_bit(func - live->decl->funcs, live->handled))
		sy_refuse(answer, SY_V_BAD_DETECTOR,
			  "%s: %s goes by a handler, which does not count; use --detector stack",
			  sy_live_name(live), func->old_name);
	else
		sy_refuse(answer, SY_V_BAD_DETECTOR,
			  "%s: %s is not declared to take all arguments in registers, so its calls cannot be counted; use --detector stack, or declare it SY_FUNC_REG_ARGS",
			  sy_live_name(live), func->old_name);
}

/* Put the core's refusal into words. */
static u32 sy_explain(struct sy_live *live, const struct sy_event *request,
		      sy_refusal_t refusal, struct sy_answer *answer)
{
	struct sy_live *other = sy_transition_patch();
	char name[SY_MODEL_LEN];

	switch ((__force u32)refusal) {
	case SY_V_OK:
		return SY_V_OK;
	case SY_V_BUSY:
		return sy_refuse(answer, SY_V_BUSY,
				 "%s: a transition of %s runs; wait for it or reverse it",
				 sy_live_name(live),
				 other ? sy_live_name(other) : "a patch");
	case SY_V_REQUIREMENT:
		sy_why_requirement(live, &request->u.start.model, answer);
		return SY_V_REQUIREMENT;
	case SY_V_BAD_DETECTOR:
		sy_why_detector(live, request, answer);
		return SY_V_BAD_DETECTOR;
	case SY_V_BAD_MODEL:
		return sy_refuse(answer, SY_V_BAD_MODEL,
				 "%s: this engine does not serve the model %s; see switchyard models",
				 sy_live_name(live),
				 sy_model_name(&request->u.start.model, name));
	default:
		if (request->kind == SY_EVENT_REVERSE)
			return sy_refuse(answer, SY_V_BAD_STATE,
					 "%s: no transition that could be reversed runs; see switchyard status",
					 sy_live_name(live));
		return sy_refuse(answer, SY_V_BAD_STATE,
				 "%s: is %s; see switchyard status",
				 sy_live_name(live),
				 request->u.start.enabled ?
					 "enabled already" :
				 request->u.start.retiring ?
					 "still retiring, tasks are in its text (switchyard blocked)" :
					 "not enabled");
	}
}

static struct sy_live *sy_named(const char *name, struct sy_answer *answer)
{
	struct sy_live *live;

	mutex_lock(&sy_patches_lock);
	live = sy_live_find(name);
	mutex_unlock(&sy_patches_lock);
	if (!live)
		sy_refuse(answer, SY_V_NO_PATCH,
			  "%s: no such patch is loaded; see switchyard list",
			  name);
	return live;
}

/*
 * The retirement of an unpatching moments ago, of this patch or of another that
 * has one of its functions, takes two grace periods: whoever enables waits for
 * them rather than be refused. When tasks hold it, he is refused after all.
 */
static void sy_await_retired(const char *name, u64 deadline_ns)
{
	wait_event_killable_timeout(sy_retire_wait, sy_live_unobstructed(name),
				    nsecs_to_jiffies(deadline_ns ?:
							     SY_DEADLINE_NS));
}

static void sy_wish_facts(const struct sy_live *live, struct sy_event *request)
{
	request->kind = SY_EVENT_START;
	request->now_ns = ktime_get_ns();
	request->u.start.enabled = live->state == SY_ST_ENABLED;
	request->u.start.retiring = live->state == SY_ST_RETIRING;
	request->u.start.forbid = live->decl->forbid;
	request->u.start.nfuncs = live->decl->nfuncs;
	request->u.start.uncountable = sy_uncountable(live) <
				       live->decl->nfuncs;
}

static struct sy_transition *
sy_transition_create(struct sy_live *live, const struct sy_event *request)
{
	struct sy_transition *tr = sy_zalloc(sizeof(*tr), GFP_KERNEL);

	if (!tr)
		return NULL;
	tr->patch = live;
	kobject_get(&live->kobj);
	tr->model = request->u.start.model;
	tr->detector = sy_model_detector(&tr->model, request->u.start.detector);
	tr->to_new = request->u.start.to_new;
	tr->requested_ns = request->now_ns;
	tr->herd = request->u.start.herd || tr->model.leave == SY_LEAVE_KERNEL;
	tr->patience_ns =
		max_t(u64, request->u.start.deadline_ns, SY_DEADLINE_NS);
	init_completion(&tr->prepared);
	init_completion(&tr->flushed);
	INIT_WORK(&tr->burial, sy_transition_bury);
	/* one for the worker, one for the requester */
	refcount_set(&tr->users, 2);
	if (sy_needs_table(&tr->model)) {
		tr->table = sy_table_create(tr->model.sw == SY_SWITCH_THREAD,
					    !tr->to_new, tr->to_new,
					    sy_on_drained);
		tr->below = sy_live_below(live);
		if (!tr->table || !tr->below ||
		    sy_live_sets(live, tr->below, tr->sets)) {
			sy_transition_free(tr);
			return NULL;
		}
		tr->table->counting = tr->detector == SY_DETECTOR_COUNT;
	}
	return tr;
}

/*
 * From the resolving until the transition is known to targets.c, no object may
 * come or go. sy_objects_lock is held, and let go in here.
 */
static u32 sy_start_locked(struct sy_live *live, struct sy_event *request,
			   struct sy_answer *answer, struct sy_transition **ret)
{
	struct sy_transition *tr = sy_transition_create(live, request);
	u32 verdict;

	if (tr)
		verdict = sy_explain(live, request,
				     sy_transition_start(tr, request), answer);
	else
		verdict =
			sy_refuse(answer, SY_V_NO_MEMORY,
				  "%s: no memory for the task table; try again later",
				  sy_live_name(live));
	if (verdict) {
		sy_transition_free(tr);
		if (request->u.start.to_new)
			sy_live_release_locked(live);
	}
	mutex_unlock(&sy_objects_lock);
	*ret = tr;
	return verdict;
}

/* Start it and wait until everything that may be refused has been tried. */
static u32 sy_launch(struct sy_live *live, struct sy_event *request,
		     struct sy_answer *answer)
{
	struct sy_transition *tr;
	u32 verdict = sy_start_locked(live, request, answer, &tr);

	if (verdict)
		return verdict;
	mutex_unlock(&sy_request_lock);
	if (!wait_for_completion_killable(&tr->prepared) && tr->failed) {
		*answer = tr->answer;
		verdict = answer->verdict;
	}
	sy_transition_put(tr);
	mutex_lock(&sy_request_lock);
	return verdict;
}

static u32 sy_enable_locked(struct sy_live *live, struct sy_event *request,
			    const char *order, struct sy_answer *answer)
{
	u32 verdict =
		sy_explain(live, request, sy_transition_try(request), answer);

	if (verdict)
		return verdict;
	mutex_lock(&sy_objects_lock);
	verdict = sy_live_resolve(live, &request->u.start.model, order, answer);
	if (!verdict)
		return sy_launch(live, request, answer);
	mutex_unlock(&sy_objects_lock);
	return verdict;
}

static u32 sy_disable_locked(struct sy_live *live, struct sy_event *request,
			     struct sy_answer *answer)
{
	u32 verdict =
		sy_explain(live, request, sy_transition_try(request), answer);

	if (!verdict)
		verdict = sy_live_nmi_check(live, &request->u.start.model,
					    answer);
	if (verdict)
		return verdict;
	mutex_lock(&sy_objects_lock);
	return sy_launch(live, request, answer);
}

static u32 sy_conclude(u32 verdict, struct sy_answer *answer)
{
	answer->verdict = verdict;
	if (verdict) {
		sy_refusal_note(answer);
		pr_info("switchyard: refused: %s\n", answer->message);
	}
	return verdict;
}

/**
 * sy_live_enable() - request a transition to a patch
 * @name:    the patch
 * @request: model, force, deadline, tries, retry; the rest is filled in
 * @order:   the functions in the order in which they switch; NULL: the patch's
 * @answer:  the verdict, and why
 *
 * Context: process context, may sleep until the redirects are registered.
 * Return: the verdict.
 */
u32 sy_live_enable(const char *name, struct sy_event *request,
		   const char *order, struct sy_answer *answer)
{
	struct sy_live *live;
	u32 verdict;

	sy_await_retired(name, request->u.start.deadline_ns);
	mutex_lock(&sy_request_lock);
	live = sy_named(name, answer);
	if (live) {
		sy_wish_facts(live, request);
		request->u.start.to_new = 1;
		verdict = sy_enable_locked(live, request, order, answer);
	} else {
		verdict = answer->verdict;
	}
	mutex_unlock(&sy_request_lock);
	return sy_conclude(verdict, answer);
}

/**
 * sy_live_disable() - request a transition away from a patch
 * @name:      the patch
 * @request:   as for sy_live_enable()
 * @own_model: @request names a model; else the one it was enabled with is used,
 *             nobody is held if nobody was to be held then, and what it allows
 *             needs no force
 * @answer:    the verdict, and why
 *
 * Context: as sy_live_enable().
 * Return: the verdict.
 */
u32 sy_live_disable(const char *name, struct sy_event *request, bool own_model,
		    struct sy_answer *answer)
{
	struct sy_live *live;
	u32 verdict;

	mutex_lock(&sy_request_lock);
	live = sy_named(name, answer);
	if (live) {
		sy_wish_facts(live, request);
		request->u.start.to_new = 0;
		if (!own_model) {
			request->u.start.model = live->model;
			request->u.start.herd &= !live->no_herd;
			if (!request->u.start.detector)
				request->u.start.detector = live->detector;
			request->u.start.force |= live->forced;
		}
		verdict = sy_disable_locked(live, request, answer);
	} else {
		verdict = answer->verdict;
	}
	mutex_unlock(&sy_request_lock);
	return sy_conclude(verdict, answer);
}

/**
 * sy_live_reverse() - turn the running transition of a patch round
 * @name:   the patch
 * @answer: the verdict, and why
 *
 * Context: process context, may sleep.
 * Return: the verdict.
 */
u32 sy_live_reverse(const char *name, struct sy_answer *answer)
{
	struct sy_event request = { .kind = SY_EVENT_REVERSE,
				    .now_ns = ktime_get_ns() };
	struct sy_live *live;
	u32 verdict;

	mutex_lock(&sy_request_lock);
	live = sy_named(name, answer);
	verdict = live ? sy_explain(live, &request,
				    sy_transition_reverse(live, &request),
				    answer) :
			 answer->verdict;
	mutex_unlock(&sy_request_lock);
	return sy_conclude(verdict, answer);
}
