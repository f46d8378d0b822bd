// SPDX-License-Identifier: GPL-2.0
/*
 * The generic-netlink family: requests, dumps and events as <switchyard/abi.h>
 * documents them. It translates and decides nothing.
 *
 * The family runs its operations in parallel: a request may wait for ftrace, and
 * no other family shall wait with it. Whoever changes anything needs
 * CAP_SYS_MODULE; GENL_ADMIN_PERM would ask for CAP_NET_ADMIN only. Process
 * context.
 */
#include <linux/kallsyms.h>
#include <linux/ktime.h>
#include <net/genetlink.h>

#include "inject.h"
#include "live.h"
#include "transition.h"

static_assert((u32)SY_ABI_LEAVE_KERNEL == (u32)SY_LEAVE_KERNEL);
static_assert((u32)SY_ABI_SWITCH_KERNEL == (u32)SY_SWITCH_KERNEL);
static_assert((u32)SY_ABI_DETECTOR__LAST == (u32)SY_DETECTOR__LAST);
static_assert((u32)SY_ABI_DETECTOR_COUNT == (u32)SY_DETECTOR_COUNT);
static_assert(SY_V_BAD_DETECTOR == 25);
static_assert(SY_FORBID_M1 == SY_M1 && SY_FORBID_M4 == SY_M4);
static_assert((u32)SY_R_FAILED == (u32)SY_RESULT_FAILED);
static_assert((u32)SY_R_GAVE_UP == (u32)SY_RESULT_GAVE_UP);
static_assert(SY_V_BUSY == 2 && SY_V_REQUIREMENT == 14 &&
	      SY_V_BAD_MODEL == 15 && SY_V_BAD_STATE == 16);

static const struct nla_policy sy_policy[SY_A__LAST] = {
	[SY_A_PATCH] = { .type = NLA_NUL_STRING, .len = SY_NAME_LEN - 1 },
	[SY_A_LEAVE] = NLA_POLICY_MAX(NLA_U32, SY_ABI_LEAVE_KERNEL),
	[SY_A_SWITCH] = NLA_POLICY_MAX(NLA_U32, SY_ABI_SWITCH_KERNEL),
	[SY_A_FLAGS] = NLA_POLICY_MASK(NLA_U32, SY_F_FORCE | SY_F_RELAXED |
							SY_F_NO_HERD),
	[SY_A_DEADLINE_MS] = { .type = NLA_U32 },
	[SY_A_TRIES] = { .type = NLA_U32 },
	[SY_A_RETRY_MS] = { .type = NLA_U32 },
	[SY_A_ORDER] = { .type = NLA_NUL_STRING, .len = SY_ORDER_LEN - 1 },
	[SY_A_DETECTOR] = NLA_POLICY_MAX(NLA_U32, SY_ABI_DETECTOR__LAST - 1),
};

enum { SY_GROUP_EVENTS };
static const struct genl_multicast_group sy_groups[] = {
	[SY_GROUP_EVENTS] = { .name = SY_GENL_GROUP },
};

static struct genl_family sy_family;

static u32 sy_get_u32(struct nlattr **attrs, int type, u32 otherwise)
{
	return attrs[type] ? nla_get_u32(attrs[type]) : otherwise;
}

/* ---- requests ----------------------------------------------------------- */

/* Before anything is done: what was started must be answered. */
static struct sk_buff *sy_reply_create(void)
{
	if (sy_fault(SY_FAULT_REPLY))
		return NULL;
	return genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
}

static int sy_reply(struct sk_buff *skb, struct genl_info *info,
		    const struct sy_answer *answer)
{
	void *head;

	head = genlmsg_put_reply(skb, info, &sy_family, 0, info->genlhdr->cmd);
	if (!head || nla_put_u32(skb, SY_A_VERDICT, answer->verdict) ||
	    (answer->verdict &&
	     nla_put_string(skb, SY_A_MESSAGE, answer->message))) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return genlmsg_reply(skb, info);
}

static int sy_may(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;

	if (!netlink_capable(skb, CAP_SYS_MODULE)) {
		NL_SET_ERR_MSG(info->extack, "needs CAP_SYS_MODULE");
		return -EPERM;
	}
	if (!attrs[SY_A_PATCH]) {
		NL_SET_ERR_MSG(info->extack, "needs the name of a patch");
		return -EINVAL;
	}
	if (!attrs[SY_A_LEAVE] != !attrs[SY_A_SWITCH]) {
		NL_SET_ERR_MSG(info->extack, "LEAVE and SWITCH go together");
		return -EINVAL;
	}
	return 0;
}

static void sy_wish(struct genl_info *info, struct sy_event *ret)
{
	u32 flags = sy_get_u32(info->attrs, SY_A_FLAGS, 0);

	memset(ret, 0, sizeof(*ret));
	ret->u.start.model.leave =
		sy_get_u32(info->attrs, SY_A_LEAVE, SY_ABI_LEAVE_PATCHED_SET);
	ret->u.start.model.sw =
		sy_get_u32(info->attrs, SY_A_SWITCH, SY_ABI_SWITCH_THREAD);
	ret->u.start.model.relaxed = !!(flags & SY_F_RELAXED);
	ret->u.start.detector =
		sy_get_u32(info->attrs, SY_A_DETECTOR, SY_ABI_DETECTOR_NONE);
	ret->u.start.force = !!(flags & SY_F_FORCE);
	ret->u.start.herd = !(flags & SY_F_NO_HERD);
	ret->u.start.deadline_ns =
		(u64)sy_get_u32(info->attrs, SY_A_DEADLINE_MS, 0) *
		NSEC_PER_MSEC;
	ret->u.start.tries = sy_get_u32(info->attrs, SY_A_TRIES, 0);
	ret->u.start.retry_ns =
		(u64)sy_get_u32(info->attrs, SY_A_RETRY_MS, 0) * NSEC_PER_MSEC;
}

static int sy_do_enable(struct sk_buff *skb, struct genl_info *info)
{
	struct sy_answer answer = {};
	struct nlattr *order = info->attrs[SY_A_ORDER];
	struct sk_buff *reply;
	struct sy_event wish;
	int err = sy_may(skb, info);

	if (err)
		return err;
	reply = sy_reply_create();
	if (!reply)
		return -ENOMEM;
	sy_wish(info, &wish);
	sy_live_enable(nla_data(info->attrs[SY_A_PATCH]), &wish,
		       order ? nla_data(order) : NULL, &answer);
	return sy_reply(reply, info, &answer);
}

static int sy_do_disable(struct sk_buff *skb, struct genl_info *info)
{
	bool own = info->attrs[SY_A_LEAVE] || info->attrs[SY_A_SWITCH] ||
		   sy_get_u32(info->attrs, SY_A_FLAGS, 0) & SY_F_RELAXED;
	struct sy_answer answer = {};
	struct sk_buff *reply;
	struct sy_event wish;
	int err = sy_may(skb, info);

	if (err)
		return err;
	if (info->attrs[SY_A_ORDER]) {
		NL_SET_ERR_MSG(info->extack,
			       "unpatching has the order of the patching");
		return -EINVAL;
	}
	reply = sy_reply_create();
	if (!reply)
		return -ENOMEM;
	sy_wish(info, &wish);
	sy_live_disable(nla_data(info->attrs[SY_A_PATCH]), &wish, own, &answer);
	return sy_reply(reply, info, &answer);
}

static int sy_do_reverse(struct sk_buff *skb, struct genl_info *info)
{
	struct sy_answer answer = {};
	struct sk_buff *reply;
	int err = sy_may(skb, info);

	if (err)
		return err;
	reply = sy_reply_create();
	if (!reply)
		return -ENOMEM;
	sy_live_reverse(nla_data(info->attrs[SY_A_PATCH]), &answer);
	return sy_reply(reply, info, &answer);
}

/* ---- a patch ------------------------------------------------------------ */

static void sy_freshen(struct sy_transition *tr, void *data)
{
	struct sy_figures *f = data;

	f->elapsed_ns = tr->prepared_ns ? ktime_get_ns() - tr->prepared_ns : 0;
	f->whole_ns = ktime_get_ns() - tr->requested_ns;
	if (!tr->table || !tr->table->by_thread)
		return;
	f->tasks = tr->table->total;
	f->remaining = max(0, atomic_read(&tr->table->pending));
	f->excused = atomic_read(&tr->table->excused);
}

static bool sy_in_transition(const struct sy_live *live)
{
	return live->state == SY_ST_PREPARING ||
	       live->state == SY_ST_PATCHING || live->state == SY_ST_UNPATCHING;
}

/* How far the order of functions has come. sy_patches_lock is held. */
static int sy_put_turn(struct sk_buff *skb, const struct sy_live *live)
{
	const struct sy_figures *f = &live->figures;
	const char *name = sy_live_turn(live);

	if (!f->ordered)
		return 0;
	return nla_put_u32(skb, SY_A_SWITCHED, f->switched) ||
	       (name && nla_put_string(skb, SY_A_FUNCTION, name));
}

/* sy_patches_lock is held. */
static int sy_put_pending(struct sk_buff *skb, const struct sy_live *live)
{
	char names[SY_MESSAGE_LEN];

	return sy_live_pending(live, names, sizeof(names)) &&
	       nla_put_string(skb, SY_A_PENDING, names);
}

static int sy_put_figures(struct sk_buff *skb, const struct sy_figures *f)
{
	return nla_put_u32(skb, SY_A_TO_NEW, f->to_new ^ f->reversing) ||
	       nla_put_u32(skb, SY_A_TASKS, f->tasks) ||
	       nla_put_u32(skb, SY_A_REMAINING, f->remaining) ||
	       nla_put_u32(skb, SY_A_BLOCKERS, f->blockers) ||
	       nla_put_u32(skb, SY_A_EXCUSED, f->excused) ||
	       nla_put_u64_64bit(skb, SY_A_ELAPSED_NS, f->elapsed_ns,
				 SY_A_PAD) ||
	       nla_put_u64_64bit(skb, SY_A_WHOLE_NS, f->whole_ns, SY_A_PAD) ||
	       nla_put_u64_64bit(skb, SY_A_PAUSE_NS, f->pause_ns, SY_A_PAD) ||
	       nla_put_u32(skb, SY_A_STOPS, f->stops) ||
	       nla_put_u32(skb, SY_A_NUDGED, f->nudged) ||
	       nla_put_u32(skb, SY_A_HELD, f->hold.held) ||
	       nla_put_u32(skb, SY_A_HOLDS, f->hold.holds) ||
	       nla_put_u64_64bit(skb, SY_A_HOLD_MEDIAN_NS, f->hold.median_ns,
				 SY_A_PAD) ||
	       nla_put_u64_64bit(skb, SY_A_HOLD_WORST_NS, f->hold.worst_ns,
				 SY_A_PAD) ||
	       nla_put_u32(skb, SY_A_RESULT, f->result) ||
	       (f->message[0] && nla_put_string(skb, SY_A_MESSAGE, f->message));
}

static u32 sy_flags_of(const struct sy_live *live)
{
	return (live->model.relaxed ? SY_F_RELAXED : 0) |
	       (live->forced ? SY_F_FORCED : 0) |
	       (sy_live_unloadable(live) ? SY_F_UNLOADABLE : 0) |
	       (live->figures.reversing ? SY_F_REVERSING : 0);
}

/* Names with a space between them, and "..." where there is no room for all. */
static int sy_put_handled(struct sk_buff *skb, const struct sy_live *live)
{
	char names[SY_MESSAGE_LEN] = "";
	size_t n = 0;
	u32 i;

	for_each_set_bit(i, live->handled, SY_FUNCS_MAX) {
		const char *name = live->decl->funcs[i].old_name;

		if (n + strlen(name) + sizeof("  ...") > sizeof(names)) {
			scnprintf(names + n, sizeof(names) - n, " ...");
			break;
		}
		n += scnprintf(names + n, sizeof(names) - n, "%s%s",
			       n ? " " : "", name);
	}
	return names[0] && nla_put_string(skb, SY_A_BY_HANDLER, names);
}

/* sy_patches_lock is held. */
static int sy_put_live(struct sk_buff *skb, const struct sy_live *live)
{
	struct sy_figures f = live->figures;

	if (sy_in_transition(live))
		sy_transition_peek(sy_freshen, &f);
	return nla_put_string(skb, SY_A_PATCH, sy_live_name(live)) ||
	       nla_put_u32(skb, SY_A_STATE, live->state) ||
	       nla_put_u32(skb, SY_A_LEAVE, live->model.leave) ||
	       nla_put_u32(skb, SY_A_SWITCH, live->model.sw) ||
	       nla_put_u32(skb, SY_A_DETECTOR, live->detector) ||
	       nla_put_u32(skb, SY_A_FLAGS, sy_flags_of(live)) ||
	       nla_put_u32(skb, SY_A_REQUIREMENT, live->decl->forbid) ||
	       nla_put_u32(skb, SY_A_FUNCTIONS, live->decl->nfuncs) ||
	       sy_put_turn(skb, live) || sy_put_handled(skb, live) ||
	       sy_put_pending(skb, live) || sy_put_figures(skb, &f);
}

static void *sy_dump_put(struct sk_buff *skb, struct netlink_callback *cb,
			 u32 cmd)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			   &sy_family, NLM_F_MULTI, cmd);
}

static const char *sy_dump_name(struct netlink_callback *cb)
{
	struct nlattr *attr = genl_dumpit_info(cb)->attrs[SY_A_PATCH];

	return attr ? nla_data(attr) : NULL;
}

static int sy_dump_get(struct sk_buff *skb, struct netlink_callback *cb)
{
	const char *name = sy_dump_name(cb);
	struct sy_live *live;
	long at = 0;

	mutex_lock(&sy_patches_lock);
	list_for_each_entry(live, &sy_patches, node) {
		void *head;

		if (at++ < cb->args[0] ||
		    (name && strcmp(name, sy_live_name(live))))
			continue;
		head = sy_dump_put(skb, cb, SY_CMD_GET);
		if (!head || sy_put_live(skb, live)) {
			if (head)
				genlmsg_cancel(skb, head);
			at--;
			break;
		}
		genlmsg_end(skb, head);
	}
	mutex_unlock(&sy_patches_lock);
	cb->args[0] = at;
	return skb->len;
}

/* ---- who blocks --------------------------------------------------------- */

static const u32 sy_kinds[SY_LOOK__LAST] = {
	[SY_LOOK_EXCUSED] = SY_K_EXCUSED,
	[SY_LOOK_ASLEEP] = SY_K_ASLEEP,
	[SY_LOOK_RUNNING] = SY_K_RUNNING,
	[SY_LOOK_PREEMPTED] = SY_K_PREEMPTED,
	[SY_LOOK_EXITING] = SY_K_EXITING,
	[SY_LOOK_UNRELIABLE] = SY_K_UNRELIABLE,
	[SY_LOOK_UNINTERRUPTIBLE] = SY_K_UNINTERRUPTIBLE,
	[SY_LOOK_STOPPED] = SY_K_STOPPED,
	[SY_LOOK_KTHREAD] = SY_K_KTHREAD,
	[SY_LOOK_PARKED] = SY_K_PARKED,
};

struct sy_blocked_dump {
	struct sk_buff *skb;
	struct netlink_callback *cb;
	const char *name;
	long at; /* tasks so far */
	bool full;
};

struct sy_blocker {
	const char *patch, *function;
	const char *comm;
	u32 pid, look;
	unsigned long frame;
	u64 since_ns;
};

static int sy_put_blocker(struct sk_buff *skb, const struct sy_blocker *b)
{
	char frame[KSYM_SYMBOL_LEN];

	if (b->frame)
		snprintf(frame, sizeof(frame), "%pS", (void *)b->frame);
	return nla_put_string(skb, SY_A_PATCH, b->patch) ||
	       nla_put_u32(skb, SY_A_PID, b->pid) ||
	       nla_put_string(skb, SY_A_COMM, b->comm) ||
	       nla_put_u32(skb, SY_A_KIND, sy_kinds[b->look]) ||
	       (b->function &&
		nla_put_string(skb, SY_A_FUNCTION, b->function)) ||
	       (b->frame && nla_put_string(skb, SY_A_FRAME, frame)) ||
	       nla_put_u64_64bit(skb, SY_A_SINCE_NS, b->since_ns, SY_A_PAD) ||
	       nla_put_string(skb, SY_A_RELIEF, sy_look_relief(b->look));
}

static void sy_dump_blocker(struct sy_blocked_dump *dump,
			    const struct sy_blocker *b)
{
	void *head;

	if (dump->full || dump->at++ < dump->cb->args[1])
		return;
	head = sy_dump_put(dump->skb, dump->cb, SY_CMD_BLOCKED);
	if (head && !sy_put_blocker(dump->skb, b)) {
		genlmsg_end(dump->skb, head);
		return;
	}
	if (head)
		genlmsg_cancel(dump->skb, head);
	dump->full = true;
	dump->at--;
}

/* Under SWITCH_KERNEL nobody is excused before the flip; a look may say so. */
static u32 sy_blocker_look(const struct sy_transition *tr,
			   const struct sy_task *st)
{
	if (sy_task_pending(tr->table, st))
		return st->look;
	if (READ_ONCE(st->parked))
		return SY_LOOK_PARKED;
	return SY_LOOK_EXCUSED;
}

static void sy_dump_task(struct sy_blocked_dump *dump, struct sy_transition *tr,
			 struct sy_task *st)
{
	const struct sy_live *live = tr->patch;
	struct sy_blocker b = { .patch = sy_live_name(live),
				.look = sy_blocker_look(tr, st),
				.frame = st->frame };
	char comm[TASK_COMM_LEN];
	u32 func = READ_ONCE(st->func);

	if (!sy_task_get(tr->table, st))
		return;
	get_task_comm(comm, st->task);
	b.comm = comm;
	b.pid = task_pid_nr(st->task);
	b.since_ns = ktime_get_mono_fast_ns() - st->since_ns;
	if (func < live->decl->nfuncs)
		b.function = live->decl->funcs[func].old_name;
	put_task_struct(st->task);
	sy_dump_blocker(dump, &b);
}

/*
 * Where everybody switches at one instant, whoever was seen outside and has run
 * since is pending until the next look, and blocks nothing.
 */
static bool sy_is_listed(const struct sy_transition *tr,
			 const struct sy_task *st)
{
	if (sy_task_pending(tr->table, st))
		return st->look != SY_LOOK_LEFT;
	return st->excused || READ_ONCE(st->parked);
}

static void sy_dump_table(struct sy_transition *tr, void *data)
{
	struct sy_blocked_dump *dump = data;
	struct sy_task *st;
	u32 i;

	if (!tr->table || !tr->prepared_ns || list_empty(&tr->patch->node) ||
	    (dump->name && strcmp(dump->name, sy_live_name(tr->patch))))
		return;
	sy_table_for_each(tr->table, i, st)
		if (sy_is_listed(tr, st))
			sy_dump_task(dump, tr, st);
}

static void sy_dump_leftovers(struct sy_blocked_dump *dump,
			      const struct sy_live *live)
{
	u32 i, n = min_t(u32, live->nleft, SY_RETIRE_NAMES);

	for (i = 0; live->leftovers && i < n; i++) {
		const struct sy_leftover *left = &live->leftovers[i];
		const struct sy_blocker b = {
			.patch = sy_live_name(live),
			.comm = left->comm,
			.pid = left->pid,
			.look = left->look,
			.frame = left->frame,
			.since_ns = ktime_get_ns() - live->retire_since_ns,
		};

		sy_dump_blocker(dump, &b);
	}
}

static int sy_dump_blocked(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct sy_blocked_dump dump = { .skb = skb,
					.cb = cb,
					.name = sy_dump_name(cb) };
	struct sy_live *live;

	mutex_lock(&sy_patches_lock);
	sy_transition_peek(sy_dump_table, &dump);
	list_for_each_entry(live, &sy_patches, node)
		if (live->state == SY_ST_RETIRING &&
		    (!dump.name || !strcmp(dump.name, sy_live_name(live))))
			sy_dump_leftovers(&dump, live);
	mutex_unlock(&sy_patches_lock);
	cb->args[1] = dump.at;
	return skb->len;
}

/* ---- events ------------------------------------------------------------- */

/* Context: process context, sy_patches_lock not held. */
void sy_netlink_event(struct sy_live *live, u32 event)
{
	struct sk_buff *skb;
	void *head;
	int err = -EMSGSIZE;

	if (!genl_has_listeners(&sy_family, &init_net, SY_GROUP_EVENTS))
		return;
	skb = sy_fault(SY_FAULT_EVENT) ?
		      NULL :
		      genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return;
	head = genlmsg_put(skb, 0, 0, &sy_family, 0, SY_CMD_EVENT);
	mutex_lock(&sy_patches_lock);
	/* Off the list, its descriptor may be gone. */
	if (head && !list_empty(&live->node) &&
	    !nla_put_u32(skb, SY_A_EVENT, event))
		err = sy_put_live(skb, live);
	mutex_unlock(&sy_patches_lock);
	if (err) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, head);
	genlmsg_multicast(&sy_family, skb, 0, SY_GROUP_EVENTS, GFP_KERNEL);
}

/* ---- the family --------------------------------------------------------- */

static const struct genl_ops sy_ops[] = {
	{ .cmd = SY_CMD_ENABLE, .doit = sy_do_enable },
	{ .cmd = SY_CMD_DISABLE, .doit = sy_do_disable },
	{ .cmd = SY_CMD_REVERSE, .doit = sy_do_reverse },
	{ .cmd = SY_CMD_GET, .dumpit = sy_dump_get },
	{ .cmd = SY_CMD_BLOCKED, .dumpit = sy_dump_blocked },
};

static struct genl_family sy_family = {
	.name = SY_GENL_NAME,
	.version = SY_GENL_VERSION,
	.maxattr = SY_A__LAST - 1,
	.policy = sy_policy,
	.module = THIS_MODULE,
	.ops = sy_ops,
	.n_ops = ARRAY_SIZE(sy_ops),
	.mcgrps = sy_groups,
	.n_mcgrps = ARRAY_SIZE(sy_groups),
	/* From the first command on, what is reserved must be zero. */
	.resv_start_op = SY_CMD_ENABLE,
	.parallel_ops = true,
};

int sy_netlink_init(void)
{
	return sy_fault(SY_FAULT_FAMILY) ? -ENOMEM :
					   genl_register_family(&sy_family);
}

void sy_netlink_deinit(void)
{
	genl_unregister_family(&sy_family);
}
