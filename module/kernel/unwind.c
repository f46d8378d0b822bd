// SPDX-License-Identifier: GPL-2.0
/*
 * Looks at one context: walks its stack with the kernel's own unwinder and says
 * what it saw, in the core's terms. It decides nothing.
 *
 * The walk is upstream's arch_stack_walk_reliable(), from exported symbols
 * alone, with the interrupted instructions told from return addresses. It
 * allocates nothing and takes no lock: any context but NMI, interrupts off or
 * the task held off its CPU. The set is read-only while a transition uses it.
 */
#include <linux/kthread.h>
#include <linux/overflow.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <asm/unwind.h>

#include "core/sy_core.h"
#include "count.h"
#include "inject.h"
#include "redirect.h"
#include "tasks.h"
#include "unwind.h"

/*
 * What may stand above a kthread's function on its stack while it waits for
 * work: scheduling and waiting primitives, and the waits that pools and daemons
 * have made functions of. A name that a kernel lacks is skipped.
 */
static const char *const sy_waits[] = {
	"ret_from_fork",
	"ret_from_fork_asm",
	"kthread",
	"kthreadd",
	"__schedule",
	"schedule",
	"schedule_idle",
	"schedule_timeout",
	"schedule_timeout_interruptible",
	"schedule_timeout_idle",
	"schedule_timeout_uninterruptible",
	"schedule_timeout_killable",
	"schedule_hrtimeout_range_clock",
	"schedule_hrtimeout_range",
	"schedule_hrtimeout",
	"schedule_preempt_disabled",
	"io_schedule",
	"io_schedule_timeout",
	"__traceiter_sched_switch",
	"msleep",
	"msleep_interruptible",
	"usleep_range_state",
	"kthread_parkme",
	"__kthread_parkme",
	"kthread_worker_fn",
	"worker_thread",
	"rescuer_thread",
	"smpboot_thread_fn",
	"io_wqe_worker",
	"io_wq_worker",
	"io_sq_thread",
	"rcu_gp_kthread",
	"rcu_gp_fqs_loop",
	"rcu_nocb_gp_kthread",
	"rcu_nocb_cb_kthread",
	"rcu_boost_kthread",
	"rcu_tasks_kthread",
	"rcu_tasks_one_gp",
	"kswapd_try_to_sleep",
	"khugepaged_wait_work",
	"wait_woken",
	"devtmpfs_work_loop",
	"__refrigerator",
};

static struct sy_span sy_wait_spans[ARRAY_SIZE(sy_waits)];
static u32 sy_nwaits;
static struct sy_span sy_own_text;

/**
 * sy_unwind_init() - find the waiting primitives
 *
 * Context: process context, may sleep.
 * Return: 0.
 */
int sy_unwind_init(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sy_waits); i++) {
		unsigned long addr = sy_api.lookup(sy_waits[i]);

		if (addr && sy_symbol_span(addr, &sy_wait_spans[sy_nwaits]))
			sy_nwaits++;
	}
	sy_module_text(THIS_MODULE, &sy_own_text.start, &sy_own_text.end);
	return 0;
}

struct sy_set *sy_set_create(u32 max)
{
	struct sy_set *set;

	return sy_zalloc(struct_size(set, at, max), GFP_KERNEL);
}

void sy_set_add(struct sy_set *set, const struct sy_span *span, u32 func)
{
	set->at[set->n].span = *span;
	set->at[set->n++].func = func;
}

static int sy_set_order(const void *a, const void *b)
{
	const struct sy_set_span *x = a, *y = b;

	return x->span.start < y->span.start ? -1 :
					       x->span.start > y->span.start;
}

void sy_set_sort(struct sy_set *set)
{
	sort(set->at, set->n, sizeof(set->at[0]), sy_set_order, NULL);
}

/*
 * A return address behind a call that is a function's last instruction equals
 * the function's end, so the end belongs to the span. A new function's start in
 * a return slot is a redirect that has decided and not yet entered.
 */
static const struct sy_set_span *sy_set_find(const struct sy_set *set,
					     unsigned long addr)
{
	u32 lo = 0, hi = set->n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (set->at[mid].span.start <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo && addr <= set->at[lo - 1].span.end)
		return &set->at[lo - 1];
	/* Where two spans touch, the address belongs to both. */
	if (lo > 1 && addr <= set->at[lo - 2].span.end)
		return &set->at[lo - 2];
	return NULL;
}

static bool sy_is_wait(unsigned long addr)
{
	u32 i;

	for (i = 0; i < sy_nwaits; i++)
		if (addr >= sy_wait_spans[i].start &&
		    addr <= sy_wait_spans[i].end)
			return true;
	return false;
}

/* Is this the address of the task's own thread function? */
static bool sy_is_thread_function(struct task_struct *task, unsigned long addr)
{
	struct sy_span span;

	if (!(task->flags & PF_KTHREAD) || is_idle_task(task))
		return false;
	return sy_symbol_span(addr - 1, &span) &&
	       span.start == (unsigned long)kthread_func(task);
}

struct sy_walk {
	const struct sy_set *set;
	struct task_struct *task;
	enum sy_view view;
	struct sy_sight *sight;
	u32 interrupts; /* pt_regs met */
	bool main_loop; /* nothing but waits so far */
	/* A frame of the set: what it returns to says whether it counts. */
	const struct sy_set_span *open;
	unsigned long open_at;
};

/* The last frame of the set is known whole: it has counted itself, or not. */
static void sy_walk_close(struct sy_walk *w, bool counted)
{
	struct sy_sight *sight = w->sight;

	if (!w->open)
		return;
	/* One that did not count is the one to name. */
	if (!(sight->seen & (SY_SEEN_IN_SET | SY_SEEN_COUNTED)) ||
	    (!counted && !(sight->seen & SY_SEEN_IN_SET))) {
		sight->func = w->open->func;
		sight->frame = w->open_at;
	}
	sight->seen |= counted ? SY_SEEN_COUNTED : SY_SEEN_IN_SET;
	w->open = NULL;
}

/*
 * At the return address of a counted call: did it count itself in on the task
 * that is looked at, in the direction that runs now?
 */
static bool sy_walk_counted(const struct sy_walk *w,
			    const struct unwind_state *state)
{
	const struct sy_count_frame *frame = (void *)state->sp;
	u32 epoch = READ_ONCE(sy_count_gate.epoch);
	const struct stack_info *info = &state->stack_info;

	if (!epoch || (void *)frame < (void *)info->begin ||
	    (void *)(frame + 1) > (void *)info->end)
		return false;
	/* Of this epoch: its node is in the table, which is there. */
	return READ_ONCE_NOCHECK(frame->epoch) == epoch &&
	       READ_ONCE_NOCHECK(frame->node)->task == w->task;
}

static void sy_walk_frame(struct sy_walk *w, const struct unwind_state *state,
			  unsigned long addr)
{
	bool slot = sy_is_count_return(addr);

	sy_walk_close(w, slot && sy_walk_counted(w, state));
	w->open = sy_set_find(w->set, addr);
	w->open_at = addr;
	if (slot)
		w->sight->slots++;
	else if (sy_in_dispatch(addr))
		w->sight->seen |= SY_SEEN_IN_TRAMPOLINE;
	if (!w->main_loop || !(w->task->flags & (PF_KTHREAD | PF_IO_WORKER)))
		return;
	if (is_idle_task(w->task) || sy_is_wait(addr) ||
	    sy_is_thread_function(w->task, addr))
		return;
	/* The hook that looks stands on the stack of its task. */
	if (w->view == SY_VIEW_SWITCHING && sy_span_has(&sy_own_text, addr))
		return;
	w->main_loop = false;
}

/* Return: false to end the walk: the rest is user mode. */
static bool sy_walk_regs(struct sy_walk *w, struct pt_regs *regs)
{
	if (user_mode(regs)) {
		if (!w->interrupts && w->view == SY_VIEW_INTERRUPTED)
			w->sight->seen |= SY_SEEN_USER;
		return false;
	}
	w->interrupts++;
	/* What came before was the look itself. */
	if (w->interrupts == 1 && w->view == SY_VIEW_INTERRUPTED) {
		w->main_loop = is_idle_task(w->task);
		return true;
	}
	/* Interrupted or preempted work is not a wait. */
	w->main_loop = false;
	return true;
}

static bool sy_walk_stack(struct sy_walk *w)
{
	struct unwind_state state;
	struct pt_regs *regs;
	unsigned long addr;

	for (unwind_start(&state, w->task, NULL, NULL);
	     !unwind_done(&state) && !unwind_error(&state);
	     unwind_next_frame(&state)) {
		regs = unwind_get_entry_regs(&state, NULL);
		if (regs && !sy_walk_regs(w, regs))
			break;
		addr = unwind_get_return_address(&state);
		if (!addr)
			return false;
		sy_walk_frame(w, &state, addr);
	}
	sy_walk_close(w, false);
	return !unwind_error(&state);
}

/*
 * Its cgroup's freezer holds it: no signal but a fatal one makes it go on. In the
 * older kind of cgroup it has a state of its own. A vfork parent is marked, too,
 * and waits uninterruptibly for its child.
 */
static bool sy_is_frozen(const struct task_struct *task, unsigned int state)
{
#ifdef CONFIG_CGROUPS
	if (task->frozen && !(state & TASK_UNINTERRUPTIBLE))
		return true;
#endif
	return state & TASK_FROZEN;
}

static u32 sy_look_at_state(struct task_struct *task, enum sy_view view,
			    bool runnable)
{
	unsigned int state = READ_ONCE(task->__state);
	u32 seen = 0;

	if (task->flags & (PF_KTHREAD | PF_IO_WORKER))
		seen |= SY_SEEN_KTHREAD;
	if (task->flags & PF_EXITING)
		seen |= SY_SEEN_EXITING;
	if (view == SY_VIEW_INTERRUPTED)
		return seen;
	if (runnable)
		return seen | SY_SEEN_RUNNABLE;
	if (state & TASK_DEAD)
		seen |= SY_SEEN_DEAD;
	if (state & (__TASK_STOPPED | __TASK_TRACED) ||
	    sy_is_frozen(task, state))
		seen |= SY_SEEN_STOPPED;
	if (state & TASK_UNINTERRUPTIBLE)
		seen |= SY_SEEN_UNINTERRUPTIBLE;
	return seen;
}

/*
 * 6.1 warns when the stack of another task that is runnable holds a rethook's
 * trampoline.
 */
static bool sy_has_live_rethook(const struct task_struct *task,
				enum sy_view view, bool runnable)
{
#ifdef CONFIG_RETHOOK
	if (task->rethooks.first)
		return view == SY_VIEW_OFF_CPU && runnable;
#endif
	return false;
}

/**
 * sy_look_at() - one look at a task
 * @set:      the text to look for
 * @task:     who; `current` unless @view is SY_VIEW_OFF_CPU
 * @view:     from where
 * @runnable: off its CPU but runnable: preempted
 * @ret:      what was seen
 *
 * Source of the reliability rules: arch_stack_walk_reliable() and
 * Documentation/livepatch/reliable-stacktrace.rst.
 *
 * Context: interrupts off, or @task held off its CPU by task_call_func(); not
 * NMI.
 */
void sy_look_at(const struct sy_set *set, struct task_struct *task,
		enum sy_view view, bool runnable, struct sy_sight *ret)
{
	struct sy_walk w = { .set = set,
			     .task = task,
			     .view = view,
			     .sight = ret,
			     .main_loop = true };

	ret->func = SY_FUNC_UNKNOWN;
	ret->frame = 0;
	ret->slots = 0;
	ret->seen = sy_look_at_state(task, view, runnable);
	if (ret->seen & SY_SEEN_DEAD)
		return;
	if (sy_has_live_rethook(task, view, runnable) || !sy_walk_stack(&w)) {
		ret->seen |= SY_SEEN_UNRELIABLE;
		return;
	}
	if (w.main_loop && (ret->seen & SY_SEEN_KTHREAD) &&
	    (is_idle_task(task) ||
	     (!runnable && view != SY_VIEW_INTERRUPTED)) &&
	    !(ret->seen & (SY_SEEN_IN_SET | SY_SEEN_IN_TRAMPOLINE)))
		ret->seen |= SY_SEEN_MAIN_LOOP;
}
