// SPDX-License-Identifier: GPL-2.0
/*
 * What the operator is told: the last refusal, events for the netlink group and
 * the trace, and the names of those that the relaxed rule excused.
 *
 * Process context; sy_refusal_lock covers the last refusal.
 */
#include <linux/kernel.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "live.h"
#include "trace.h"
#include "transition.h"

static DEFINE_SPINLOCK(sy_refusal_lock);
static char sy_refusal[SY_MESSAGE_LEN];
static u32 sy_refusal_verdict;

/* Keep the line of a refusal for /sys/kernel/switchyard/refusal. */
void sy_refusal_note(const struct sy_answer *answer)
{
	spin_lock(&sy_refusal_lock);
	strscpy(sy_refusal, answer->message, sizeof(sy_refusal));
	sy_refusal_verdict = answer->verdict;
	spin_unlock(&sy_refusal_lock);
}

/* @ret: SY_MESSAGE_LEN bytes. Return: the verdict, SY_V_OK before the first. */
u32 sy_refusal_copy(char *ret)
{
	u32 verdict;

	spin_lock(&sy_refusal_lock);
	strscpy(ret, sy_refusal, SY_MESSAGE_LEN);
	verdict = sy_refusal_verdict;
	spin_unlock(&sy_refusal_lock);
	return verdict;
}

/**
 * sy_report() - tell listeners what happened
 * @live:  the patch
 * @event: enum sy_abi_event
 *
 * Context: process context, no lock held.
 */
void sy_report(struct sy_live *live, u32 event)
{
	trace_sy_event(sy_live_name(live), event, live->figures.remaining,
		       live->figures.tasks);
	sy_netlink_event(live, event);
}

/**
 * sy_excused_note() - name whom the relaxed rule let go
 * @tr: a transition that has settled
 *
 * Context: the worker.
 */
void sy_excused_note(struct sy_transition *tr)
{
	char *line = tr->patch->figures.message;
	struct sy_task *st;
	u32 i, n, total = atomic_read(&tr->table->excused);

	if (!total)
		return;
	mutex_lock(&sy_patches_lock);
	/* Behind the reason of a reversal, if there is one. */
	n = strlen(line);
	n += scnprintf(line + n, SY_MESSAGE_LEN - n,
		       "%sexcused %u:", n ? "; " : "", total);
	sy_table_for_each(tr->table, i, st) {
		if (!st->excused || !sy_task_get(tr->table, st))
			continue;
		if (n < SY_MESSAGE_LEN - 32)
			n += scnprintf(line + n, SY_MESSAGE_LEN - n, " %s(%d)",
				       st->task->comm, task_pid_nr(st->task));
		put_task_struct(st->task);
	}
	mutex_unlock(&sy_patches_lock);
}
