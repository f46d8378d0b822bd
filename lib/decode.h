/* SPDX-License-Identifier: GPL-2.0 */
/* Parsers of netlink messages: hostile input in, structures or an error out. */
#ifndef SY_DECODE_H
#define SY_DECODE_H

#include <linux/netlink.h>

#include "switchyard.h"

struct sy_family {
	uint16_t id;
	uint32_t group; /* of "events" */
};

/* Each checks every attribute before it reads one; unknown ones are skipped. */
struct sy_error *sy_decode_family(const struct nlmsghdr *nlh,
				  struct sy_family *ret);
struct sy_error *sy_decode_patch(const struct nlmsghdr *nlh,
				 struct sy_patch *ret);
struct sy_error *sy_decode_blocker(const struct nlmsghdr *nlh,
				   struct sy_blocker *ret);
struct sy_error *sy_decode_event(const struct nlmsghdr *nlh,
				 struct sy_event *ret);

/* NULL when the answer's verdict is SY_V_OK. */
struct sy_error *sy_decode_answer(const struct nlmsghdr *nlh,
				  const char *patch);

/* The error in a message NLMSG_ERROR (NULL for a plain acknowledgement). */
struct sy_error *sy_decode_nlerr(const struct nlmsghdr *nlh,
				 const char *object);

#endif
