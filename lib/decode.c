// SPDX-License-Identifier: GPL-2.0
/*
 * Decides what a netlink message says. Every message is hostile until proven
 * otherwise: lengths are checked by mnl_attr_validate() against a policy,
 * bytes left over after the last attribute are an error, a missing attribute
 * that the ABI promises is an error, and an attribute of a later ABI is
 * skipped. No system call, no allocation but for an error.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>

#include <libmnl/libmnl.h>

#include "decode.h"

#define SY_GENL_HDR MNL_ALIGN(sizeof(struct genlmsghdr))
#define SY_WAY_OUT "check that command and module are of one version"

static const uint8_t sy_policy[SY_A__LAST] = {
	[SY_A_PATCH] = MNL_TYPE_NUL_STRING,
	[SY_A_LEAVE] = MNL_TYPE_U32,
	[SY_A_SWITCH] = MNL_TYPE_U32,
	[SY_A_FLAGS] = MNL_TYPE_U32,
	[SY_A_DEADLINE_MS] = MNL_TYPE_U32,
	[SY_A_TRIES] = MNL_TYPE_U32,
	[SY_A_RETRY_MS] = MNL_TYPE_U32,
	[SY_A_VERDICT] = MNL_TYPE_U32,
	[SY_A_MESSAGE] = MNL_TYPE_NUL_STRING,
	[SY_A_STATE] = MNL_TYPE_U32,
	[SY_A_REQUIREMENT] = MNL_TYPE_U32,
	[SY_A_FUNCTIONS] = MNL_TYPE_U32,
	[SY_A_TO_NEW] = MNL_TYPE_U32,
	[SY_A_TASKS] = MNL_TYPE_U32,
	[SY_A_REMAINING] = MNL_TYPE_U32,
	[SY_A_BLOCKERS] = MNL_TYPE_U32,
	[SY_A_EXCUSED] = MNL_TYPE_U32,
	[SY_A_ELAPSED_NS] = MNL_TYPE_U64,
	[SY_A_WHOLE_NS] = MNL_TYPE_U64,
	[SY_A_PAUSE_NS] = MNL_TYPE_U64,
	[SY_A_STOPS] = MNL_TYPE_U32,
	[SY_A_NUDGED] = MNL_TYPE_U32,
	[SY_A_RESULT] = MNL_TYPE_U32,
	[SY_A_EVENT] = MNL_TYPE_U32,
	[SY_A_PID] = MNL_TYPE_U32,
	[SY_A_COMM] = MNL_TYPE_NUL_STRING,
	[SY_A_KIND] = MNL_TYPE_U32,
	[SY_A_FUNCTION] = MNL_TYPE_NUL_STRING,
	[SY_A_FRAME] = MNL_TYPE_NUL_STRING,
	[SY_A_SINCE_NS] = MNL_TYPE_U64,
	[SY_A_RELIEF] = MNL_TYPE_NUL_STRING,
	[SY_A_SWITCHED] = MNL_TYPE_U32,
	[SY_A_PENDING] = MNL_TYPE_NUL_STRING,
	[SY_A_HELD] = MNL_TYPE_U32,
	[SY_A_HOLDS] = MNL_TYPE_U32,
	[SY_A_HOLD_MEDIAN_NS] = MNL_TYPE_U64,
	[SY_A_HOLD_WORST_NS] = MNL_TYPE_U64,
	[SY_A_BY_HANDLER] = MNL_TYPE_NUL_STRING,
	[SY_A_DETECTOR] = MNL_TYPE_U32,
};

static const uint8_t sy_family_policy[CTRL_ATTR_MCAST_GROUPS + 1] = {
	[CTRL_ATTR_FAMILY_ID] = MNL_TYPE_U16,
	[CTRL_ATTR_MCAST_GROUPS] = MNL_TYPE_NESTED,
};

static const uint8_t sy_group_policy[CTRL_ATTR_MCAST_GRP_ID + 1] = {
	[CTRL_ATTR_MCAST_GRP_NAME] = MNL_TYPE_NUL_STRING,
	[CTRL_ATTR_MCAST_GRP_ID] = MNL_TYPE_U32,
};

static const uint8_t sy_ack_policy[NLMSGERR_ATTR_OFFS + 1] = {
	[NLMSGERR_ATTR_MSG] = MNL_TYPE_NUL_STRING,
	[NLMSGERR_ATTR_OFFS] = MNL_TYPE_U32,
};

static bool sy_length_ok(const struct nlattr *attr, uint8_t type)
{
	size_t len = mnl_attr_get_payload_len(attr);

	if (mnl_attr_validate(attr, (enum mnl_attr_data_type)type) < 0)
		return false;
	switch (type) {
	case MNL_TYPE_U16:
		return len == sizeof(uint16_t);
	case MNL_TYPE_U32:
		return len == sizeof(uint32_t);
	case MNL_TYPE_U64:
		return len == sizeof(uint64_t);
	default:
		return true;
	}
}

/* Fills @tb[0..@last] from @len bytes of attributes; all checked, or error. */
static struct sy_error *sy_parse(const void *payload, size_t len,
				 const uint8_t *policy, uint16_t last,
				 const struct nlattr **tb)
{
	const char *end = (const char *)payload + len;
	const struct nlattr *attr = payload;
	uint16_t type;

	memset(tb, 0, sizeof(*tb) * (last + 1u));
	while ((const char *)attr < end &&
	       mnl_attr_ok(attr, (int)(end - (const char *)attr))) {
		type = mnl_attr_get_type(attr);
		if (type <= last && policy[type] != MNL_TYPE_UNSPEC) {
			if (!sy_length_ok(attr, policy[type]))
				return sy_error_make(
					SY_E_PROTOCOL, EBADMSG,
					"netlink: attribute %u is malformed; " SY_WAY_OUT,
					type);
			tb[type] = attr;
		}
		attr = mnl_attr_next(attr);
	}
	if ((const char *)attr < end)
		return sy_error_make(SY_E_PROTOCOL, EBADMSG,
				     "netlink: a message is cut off; " SY_WAY_OUT);
	return NULL;
}

static struct sy_error *sy_parse_genl(const struct nlmsghdr *nlh,
				      const uint8_t *policy, uint16_t last,
				      const struct nlattr **tb)
{
	size_t len = mnl_nlmsg_get_payload_len(nlh);

	if (nlh->nlmsg_len < MNL_NLMSG_HDRLEN || len < SY_GENL_HDR)
		return sy_error_make(SY_E_PROTOCOL, EBADMSG,
				     "netlink: a message is too short; " SY_WAY_OUT);
	return sy_parse(mnl_nlmsg_get_payload_offset(nlh, SY_GENL_HDR),
			len - SY_GENL_HDR, policy, last, tb);
}

static struct sy_error *sy_missing(const char *what)
{
	return sy_error_make(SY_E_PROTOCOL, EBADMSG,
			     "netlink: a message lacks its %s; " SY_WAY_OUT,
			     what);
}

static uint32_t sy_u32(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_u32(attr) : 0;
}

static uint64_t sy_u64(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_u64(attr) : 0;
}

/* Copies what fits; checked to end with a NUL by sy_parse(). */
static void sy_text(const struct nlattr *attr, char *buf, size_t size)
{
	size_t len = attr ? strlen(mnl_attr_get_str(attr)) : 0;

	if (len >= size)
		len = size - 1;
	if (len)
		memcpy(buf, mnl_attr_get_str(attr), len);
	buf[len] = '\0';
}

static struct sy_error *sy_patch_name(const struct nlattr *attr, char *name)
{
	if (!attr)
		return sy_missing("patch name");
	sy_text(attr, name, SY_NAME_LEN);
	if (!name[0] || strlen(mnl_attr_get_str(attr)) >= SY_NAME_LEN)
		return sy_error_make(SY_E_PROTOCOL, EBADMSG,
				     "netlink: a patch name is empty or too "
				     "long; " SY_WAY_OUT);
	sy_printable(name);
	return NULL;
}

static struct sy_error *sy_patch_fill(const struct nlattr **tb,
				      struct sy_patch *ret)
{
	struct sy_error *err;

	memset(ret, 0, sizeof(*ret));
	err = sy_patch_name(tb[SY_A_PATCH], ret->name);
	if (err)
		return err;
	ret->has_model = tb[SY_A_LEAVE] && tb[SY_A_SWITCH];
	ret->state = sy_u32(tb[SY_A_STATE]);
	ret->leave = sy_u32(tb[SY_A_LEAVE]);
	ret->sw = sy_u32(tb[SY_A_SWITCH]);
	ret->detector = sy_u32(tb[SY_A_DETECTOR]);
	ret->flags = sy_u32(tb[SY_A_FLAGS]);
	ret->requirement = sy_u32(tb[SY_A_REQUIREMENT]);
	ret->functions = sy_u32(tb[SY_A_FUNCTIONS]);
	ret->to_new = sy_u32(tb[SY_A_TO_NEW]);
	ret->tasks = sy_u32(tb[SY_A_TASKS]);
	ret->remaining = sy_u32(tb[SY_A_REMAINING]);
	ret->blockers = sy_u32(tb[SY_A_BLOCKERS]);
	ret->excused = sy_u32(tb[SY_A_EXCUSED]);
	ret->elapsed_ns = sy_u64(tb[SY_A_ELAPSED_NS]);
	ret->whole_ns = sy_u64(tb[SY_A_WHOLE_NS]);
	ret->pause_ns = sy_u64(tb[SY_A_PAUSE_NS]);
	ret->stops = sy_u32(tb[SY_A_STOPS]);
	ret->nudged = sy_u32(tb[SY_A_NUDGED]);
	ret->held = sy_u32(tb[SY_A_HELD]);
	ret->holds = sy_u32(tb[SY_A_HOLDS]);
	ret->hold_median_ns = sy_u64(tb[SY_A_HOLD_MEDIAN_NS]);
	ret->hold_worst_ns = sy_u64(tb[SY_A_HOLD_WORST_NS]);
	ret->result = sy_u32(tb[SY_A_RESULT]);
	ret->ordered = tb[SY_A_SWITCHED];
	ret->switched = sy_u32(tb[SY_A_SWITCHED]);
	sy_text(tb[SY_A_FUNCTION], ret->turn, sizeof(ret->turn));
	sy_printable(ret->turn);
	sy_text(tb[SY_A_PENDING], ret->pending, sizeof(ret->pending));
	sy_printable(ret->pending);
	sy_text(tb[SY_A_MESSAGE], ret->message, sizeof(ret->message));
	sy_printable(ret->message);
	sy_text(tb[SY_A_BY_HANDLER], ret->by_handler, sizeof(ret->by_handler));
	sy_printable(ret->by_handler);
	return NULL;
}

struct sy_error *sy_decode_patch(const struct nlmsghdr *nlh,
				 struct sy_patch *ret)
{
	const struct nlattr *tb[SY_A__LAST];
	struct sy_error *err;

	err = sy_parse_genl(nlh, sy_policy, SY_A__LAST - 1, tb);
	if (err)
		return err;
	if (!tb[SY_A_STATE])
		return sy_missing("state");
	return sy_patch_fill(tb, ret);
}

struct sy_error *sy_decode_event(const struct nlmsghdr *nlh,
				 struct sy_event *ret)
{
	const struct nlattr *tb[SY_A__LAST];
	struct sy_error *err;

	err = sy_parse_genl(nlh, sy_policy, SY_A__LAST - 1, tb);
	if (err)
		return err;
	if (!tb[SY_A_EVENT])
		return sy_missing("event");
	ret->event = mnl_attr_get_u32(tb[SY_A_EVENT]);
	return sy_patch_fill(tb, &ret->patch);
}

struct sy_error *sy_decode_blocker(const struct nlmsghdr *nlh,
				   struct sy_blocker *ret)
{
	const struct nlattr *tb[SY_A__LAST];
	struct sy_error *err;

	memset(ret, 0, sizeof(*ret));
	err = sy_parse_genl(nlh, sy_policy, SY_A__LAST - 1, tb);
	if (!err)
		err = sy_patch_name(tb[SY_A_PATCH], ret->patch);
	if (err)
		return err;
	if (!tb[SY_A_PID])
		return sy_missing("pid");
	if (!tb[SY_A_KIND])
		return sy_missing("kind");
	ret->pid = mnl_attr_get_u32(tb[SY_A_PID]);
	ret->kind = mnl_attr_get_u32(tb[SY_A_KIND]);
	sy_text(tb[SY_A_COMM], ret->comm, sizeof(ret->comm));
	sy_text(tb[SY_A_FUNCTION], ret->function, sizeof(ret->function));
	sy_text(tb[SY_A_FRAME], ret->frame, sizeof(ret->frame));
	sy_text(tb[SY_A_RELIEF], ret->relief, sizeof(ret->relief));
	sy_printable(ret->comm);
	sy_printable(ret->function);
	sy_printable(ret->frame);
	sy_printable(ret->relief);
	ret->has_since = tb[SY_A_SINCE_NS];
	ret->since_ns = sy_u64(tb[SY_A_SINCE_NS]);
	return NULL;
}

struct sy_error *sy_decode_answer(const struct nlmsghdr *nlh, const char *patch)
{
	const struct nlattr *tb[SY_A__LAST];
	char line[SY_MESSAGE_LEN];
	struct sy_error *err;
	uint32_t verdict;

	err = sy_parse_genl(nlh, sy_policy, SY_A__LAST - 1, tb);
	if (err)
		return err;
	if (!tb[SY_A_VERDICT])
		return sy_missing("verdict");
	verdict = mnl_attr_get_u32(tb[SY_A_VERDICT]);
	if (verdict == SY_V_OK)
		return NULL;
	sy_text(tb[SY_A_MESSAGE], line, sizeof(line));
	if (!line[0])
		snprintf(line, sizeof(line),
			 "%s: refused with verdict %u (%s); see "
			 "/sys/kernel/switchyard/refusal",
			 patch, verdict, sy_verdict_name(verdict));
	return sy_error_refused(verdict, line);
}

static struct sy_error *sy_decode_group(const struct nlattr *group,
					struct sy_family *ret)
{
	const struct nlattr *tb[CTRL_ATTR_MCAST_GRP_ID + 1];
	struct sy_error *err;

	err = sy_parse(mnl_attr_get_payload(group),
		       mnl_attr_get_payload_len(group), sy_group_policy,
		       CTRL_ATTR_MCAST_GRP_ID, tb);
	if (err)
		return err;
	if (!tb[CTRL_ATTR_MCAST_GRP_NAME] || !tb[CTRL_ATTR_MCAST_GRP_ID])
		return NULL;
	if (!strcmp(mnl_attr_get_str(tb[CTRL_ATTR_MCAST_GRP_NAME]),
		    SY_GENL_GROUP))
		ret->group = mnl_attr_get_u32(tb[CTRL_ATTR_MCAST_GRP_ID]);
	return NULL;
}

struct sy_error *sy_decode_family(const struct nlmsghdr *nlh,
				  struct sy_family *ret)
{
	const struct nlattr *tb[CTRL_ATTR_MCAST_GROUPS + 1], *attr, *groups;
	struct sy_error *err;

	memset(ret, 0, sizeof(*ret));
	err = sy_parse_genl(nlh, sy_family_policy, CTRL_ATTR_MCAST_GROUPS, tb);
	if (err)
		return err;
	groups = tb[CTRL_ATTR_MCAST_GROUPS];
	if (!tb[CTRL_ATTR_FAMILY_ID])
		return sy_missing("family");
	ret->id = mnl_attr_get_u16(tb[CTRL_ATTR_FAMILY_ID]);
	if (groups) {
		mnl_attr_for_each_nested(attr, groups) {
			err = sy_decode_group(attr, ret);
			if (err)
				return err;
		}
	}
	return ret->group ? NULL : sy_missing("event group");
}

/* The extended acknowledgement's line, or "" (NETLINK_EXT_ACK). */
static void sy_ack_text(const struct nlmsghdr *nlh, char *buf, size_t size)
{
	const struct nlattr *tb[NLMSGERR_ATTR_OFFS + 1];
	size_t len = mnl_nlmsg_get_payload_len(nlh);
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	size_t skip = sizeof(*e);
	sy_error_auto struct sy_error *err = NULL;

	buf[0] = '\0';
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED)) {
		if (e->msg.nlmsg_len < sizeof(e->msg))
			return;
		skip += MNL_ALIGN(e->msg.nlmsg_len) - sizeof(e->msg);
	}
	if (skip >= len)
		return;
	err = sy_parse((const char *)e + skip, len - skip, sy_ack_policy,
		       NLMSGERR_ATTR_OFFS, tb);
	if (!err)
		sy_text(tb[NLMSGERR_ATTR_MSG], buf, size);
}

struct sy_error *sy_decode_nlerr(const struct nlmsghdr *nlh, const char *object)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	char text[SY_MESSAGE_LEN];
	int sys;

	if (nlh->nlmsg_len < MNL_NLMSG_HDRLEN ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*e))
		return sy_error_make(
			SY_E_PROTOCOL, EBADMSG,
			"netlink: an error message is too short; " SY_WAY_OUT);
	if (!e->error)
		return NULL;
	sys = e->error < 0 && e->error > -4096 ? -e->error : EPROTO;
	sy_ack_text(nlh, text, sizeof(text));
	if (sys == EPERM || sys == EACCES)
		return sy_error_make(SY_E_PRIVILEGE, sys,
				     "%s: no permission to change patches; run "
				     "as root (CAP_SYS_MODULE is needed)",
				     object);
	if (sys == ENOMEM) {
		snprintf(text, sizeof(text), "%s: no memory; try again later",
			 object);
		return sy_error_refused(SY_V_NO_MEMORY, text);
	}
	return sy_error_make(SY_E_SYSTEM, sys,
			     "%s: the engine refused the message: %s%s%s; " SY_WAY_OUT,
			     object, strerror(sys), text[0] ? ": " : "", text);
}
