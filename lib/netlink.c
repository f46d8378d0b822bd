// SPDX-License-Identifier: GPL-2.0
/*
 * Connections to the engine: resolves the family "switchyard", sends requests,
 * collects dumps and waits for events. What a message means is decided in
 * decode.c; here are only sockets, sequence numbers and the end of a dump. An
 * answer that does not come within 30 s is an error.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <libmnl/libmnl.h>

#include "decode.h"

#define SY_BUFFER_SIZE (64 * 1024)
#define SY_EVENT_RCVBUF (1024 * 1024)
#define SY_ANSWER_TIMEOUT_S 30
#define SY_DUMP_TRIES 4
#define SY_DUMP_MAX (1u << 20) /* entries; a guard, not a limit of the ABI */

struct sy_conn {
	struct mnl_socket *nl;
	struct sy_family family;
	uint32_t seq;
	size_t held; /* bytes of events in buf not yet handed out */
	const struct nlmsghdr *next; /* the first of them */
	char buf[SY_BUFFER_SIZE] __attribute__((aligned(8)));
};

typedef struct sy_error *(*sy_message_fn)(const struct nlmsghdr *nlh,
					  void *data);

/* One exchange: what is expected back and who takes it. */
struct sy_exchange {
	const char *object; /* for errors */
	uint16_t type;
	bool dump;
	bool done;
	bool torn; /* the dump changed while it was read */
	sy_message_fn fn;
	void *data;
};

static struct sy_error *sy_error_socket(const char *what)
{
	return sy_error_make(SY_E_SYSTEM, errno,
			     "netlink: %s: %s; check that netlink sockets are "
			     "allowed here",
			     what, strerror(errno));
}

static struct sy_error *sy_error_done(const struct nlmsghdr *nlh,
				      const char *object)
{
	int32_t code = 0;

	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(code))
		memcpy(&code, mnl_nlmsg_get_payload(nlh), sizeof(code));
	if (code >= 0)
		return NULL;
	return sy_error_make(SY_E_SYSTEM, -code,
			     "%s: the list broke off: %s; run it again", object,
			     strerror(-code));
}

/* One message of the answer. */
static struct sy_error *sy_take(struct sy_exchange *x,
				const struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		x->torn = true;
	switch (nlh->nlmsg_type) {
	case NLMSG_NOOP:
		return NULL;
	case NLMSG_ERROR:
		x->done = true;
		return sy_decode_nlerr(nlh, x->object);
	case NLMSG_DONE:
		x->done = true;
		return sy_error_done(nlh, x->object);
	default:
		break;
	}
	if (nlh->nlmsg_type != x->type)
		return NULL;
	x->done = !x->dump;
	return x->fn(nlh, x->data);
}

/* Sends @req and feeds the answer to @x until it is complete. */
static struct sy_error *sy_exchange(struct sy_conn *conn, struct nlmsghdr *req,
				    struct sy_exchange *x)
{
	unsigned int port = mnl_socket_get_portid(conn->nl);
	const struct nlmsghdr *nlh;
	struct sy_error *err;
	ssize_t got;
	int left;

	req->nlmsg_seq = ++conn->seq;
	if (mnl_socket_sendto(conn->nl, req, req->nlmsg_len) < 0)
		return sy_error_socket("cannot send");
	while (!x->done) {
		got = mnl_socket_recvfrom(conn->nl, conn->buf,
					  sizeof(conn->buf));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return sy_error_make(SY_E_SYSTEM, ETIMEDOUT,
					     "%s: no answer within %d s; see "
					     "the kernel log (dmesg)",
					     x->object, SY_ANSWER_TIMEOUT_S);
		if (got <= 0)
			return sy_error_socket("cannot receive");
		left = (int)got;
		nlh = (const struct nlmsghdr *)conn->buf;
		for (; mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left)) {
			if (!mnl_nlmsg_seq_ok(nlh, conn->seq) ||
			    !mnl_nlmsg_portid_ok(nlh, port))
				continue;
			err = sy_take(x, nlh);
			if (err || x->done)
				return err;
		}
	}
	return NULL;
}

static struct nlmsghdr *sy_request_start(char *buf, uint16_t family,
					 uint16_t flags, uint8_t cmd,
					 uint8_t version)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

static struct sy_error *sy_take_family(const struct nlmsghdr *nlh, void *data)
{
	return sy_decode_family(nlh, data);
}

/* Finds the family's numbers; a kernel without it has no engine loaded. */
static struct sy_error *sy_resolve(struct sy_conn *conn)
{
	char buf[256] __attribute__((aligned(8))) = { 0 };
	struct sy_exchange x = {
		.object = "engine",
		.type = GENL_ID_CTRL,
		.fn = sy_take_family,
		.data = &conn->family,
	};
	struct sy_error *err;
	struct nlmsghdr *req;

	req = sy_request_start(buf, GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY, 1);
	mnl_attr_put_strz(req, CTRL_ATTR_FAMILY_NAME, SY_GENL_NAME);
	err = sy_exchange(conn, req, &x);
	if (!err || err->code != SY_E_SYSTEM || err->sys != ENOENT)
		return err;
	sy_error_free(err);
	return sy_error_make(SY_E_NO_ENGINE, ENOENT,
			     "engine: the module switchyard is not loaded; run "
			     "'modprobe switchyard' (or insmod switchyard.ko) "
			     "as root");
}

struct sy_error *sy_conn_open(struct sy_conn **ret)
{
	sy_conn_auto struct sy_conn *conn = calloc(1, sizeof(*conn));
	struct timeval tv = { .tv_sec = SY_ANSWER_TIMEOUT_S };
	struct sy_error *err;
	int one = 1;

	if (!conn)
		return sy_error_make(SY_E_NO_MEMORY, ENOMEM, "memory");
	conn->nl = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!conn->nl)
		return sy_error_socket("cannot open a socket");
	if (mnl_socket_bind(conn->nl, 0, MNL_SOCKET_AUTOPID) < 0)
		return sy_error_socket("cannot bind a socket");
	/* Both are comfort: a kernel without them still answers. */
	mnl_socket_setsockopt(conn->nl, NETLINK_EXT_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(conn->nl, NETLINK_CAP_ACK, &one, sizeof(one));
	if (setsockopt(mnl_socket_get_fd(conn->nl), SOL_SOCKET, SO_RCVTIMEO,
		       &tv, sizeof(tv)) < 0)
		return sy_error_socket("cannot set a time limit");
	err = sy_resolve(conn);
	if (err)
		return err;
	*ret = conn;
	conn = NULL;
	return NULL;
}

struct sy_error *sy_events_open(struct sy_conn **ret)
{
	sy_conn_auto struct sy_conn *conn = NULL;
	struct sy_error *err = sy_conn_open(&conn);
	int size = SY_EVENT_RCVBUF;

	if (err)
		return err;
	if (mnl_socket_setsockopt(conn->nl, NETLINK_ADD_MEMBERSHIP,
				  &conn->family.group,
				  sizeof(conn->family.group)) < 0)
		return sy_error_socket("cannot join the group \"events\"");
	/* Best effort: a short buffer loses events and says so. */
	setsockopt(mnl_socket_get_fd(conn->nl), SOL_SOCKET, SO_RCVBUF, &size,
		   sizeof(size));
	*ret = conn;
	conn = NULL;
	return NULL;
}

void sy_conn_close(struct sy_conn *conn)
{
	if (!conn)
		return;
	if (conn->nl)
		mnl_socket_close(conn->nl);
	free(conn);
}

void sy_conn_closep(struct sy_conn **conn)
{
	sy_conn_close(*conn);
	*conn = NULL;
}

/* ---- requests ---- */

static struct sy_error *sy_take_answer(const struct nlmsghdr *nlh, void *data)
{
	return sy_decode_answer(nlh, data);
}

static struct sy_error *sy_name_check(const char *patch)
{
	if (patch[0] && strlen(patch) < SY_NAME_LEN)
		return NULL;
	return sy_error_refused(SY_V_NO_PATCH,
				patch[0] ? "patch: its name is too long for a "
					   "module; 'switchyard list' shows "
					   "the patches" :
					   "patch: its name is empty; "
					   "'switchyard list' shows the "
					   "patches");
}

static struct sy_error *sy_command(struct sy_conn *conn, uint8_t cmd,
				   const struct sy_request *r)
{
	char buf[512 + SY_ORDER_LEN] __attribute__((aligned(8))) = { 0 };
	struct sy_exchange x = {
		.object = r->patch,
		.type = conn->family.id,
		.fn = sy_take_answer,
		.data = (void *)r->patch,
	};
	struct sy_error *err = sy_name_check(r->patch);
	struct nlmsghdr *req;

	if (err)
		return err;
	if (r->order && strlen(r->order) >= SY_ORDER_LEN)
		return sy_error_make(SY_E_BAD_ARGUMENT, 0,
				     "%s: the order of its functions is too "
				     "long; name each once",
				     r->patch);
	req = sy_request_start(buf, conn->family.id, 0, cmd, SY_GENL_VERSION);
	mnl_attr_put_strz(req, SY_A_PATCH, r->patch);
	if (r->has_model) {
		mnl_attr_put_u32(req, SY_A_LEAVE, r->leave);
		mnl_attr_put_u32(req, SY_A_SWITCH, r->sw);
	}
	if (r->detector)
		mnl_attr_put_u32(req, SY_A_DETECTOR, r->detector);
	if (r->flags)
		mnl_attr_put_u32(req, SY_A_FLAGS, r->flags);
	if (r->deadline_ms)
		mnl_attr_put_u32(req, SY_A_DEADLINE_MS, r->deadline_ms);
	if (r->tries)
		mnl_attr_put_u32(req, SY_A_TRIES, r->tries);
	if (r->retry_ms)
		mnl_attr_put_u32(req, SY_A_RETRY_MS, r->retry_ms);
	if (r->order)
		mnl_attr_put_strz(req, SY_A_ORDER, r->order);
	return sy_exchange(conn, req, &x);
}

struct sy_error *sy_enable(struct sy_conn *conn, const struct sy_request *req)
{
	return sy_command(conn, SY_CMD_ENABLE, req);
}

struct sy_error *sy_disable(struct sy_conn *conn, const struct sy_request *req)
{
	return sy_command(conn, SY_CMD_DISABLE, req);
}

struct sy_error *sy_reverse(struct sy_conn *conn, const char *patch)
{
	struct sy_request req = { .patch = patch };

	return sy_command(conn, SY_CMD_REVERSE, &req);
}

/* ---- dumps ---- */

/* Room for one entry more, zeroed, or NULL. */
static void *sy_grow(void **items, size_t *count, size_t size)
{
	void *more;

	if (*count >= SY_DUMP_MAX)
		return NULL;
	if (!(*count & (*count - 1))) {
		more = realloc(*items, (*count ? *count * 2 : 1) * size);
		if (!more)
			return NULL;
		*items = more;
	}
	return (char *)*items + (*count)++ * size;
}

static struct sy_error *sy_take_patch(const struct nlmsghdr *nlh, void *data)
{
	struct sy_patches *list = data;
	void *items = list->item;
	struct sy_patch *p = sy_grow(&items, &list->count, sizeof(*p));

	list->item = items;
	if (!p)
		return sy_error_make(SY_E_NO_MEMORY, ENOMEM, "memory");
	return sy_decode_patch(nlh, p);
}

static struct sy_error *sy_take_blocker(const struct nlmsghdr *nlh, void *data)
{
	struct sy_blockers *list = data;
	void *items = list->item;
	struct sy_blocker *b = sy_grow(&items, &list->count, sizeof(*b));

	list->item = items;
	if (!b)
		return sy_error_make(SY_E_NO_MEMORY, ENOMEM, "memory");
	return sy_decode_blocker(nlh, b);
}

static struct sy_error *sy_dump(struct sy_conn *conn, uint8_t cmd,
				const char *patch, sy_message_fn fn, void *data,
				bool *torn)
{
	char buf[512] __attribute__((aligned(8))) = { 0 };
	struct sy_exchange x = {
		.object = patch ? patch : "engine",
		.type = conn->family.id,
		.dump = true,
		.fn = fn,
		.data = data,
	};
	struct sy_error *err = patch ? sy_name_check(patch) : NULL;
	struct nlmsghdr *req;

	if (err)
		return err;
	req = sy_request_start(buf, conn->family.id, NLM_F_DUMP, cmd,
			       SY_GENL_VERSION);
	if (patch)
		mnl_attr_put_strz(req, SY_A_PATCH, patch);
	err = sy_exchange(conn, req, &x);
	*torn = x.torn;
	if (err && err->code == SY_E_SYSTEM && err->sys == ENOENT && patch) {
		/* No such patch: the caller sees an empty list. */
		sy_error_free(err);
		err = NULL;
	}
	return err;
}

struct sy_error *sy_get(struct sy_conn *conn, const char *patch,
			struct sy_patches *ret)
{
	struct sy_error *err;
	bool torn = true;
	int i;

	memset(ret, 0, sizeof(*ret));
	for (i = 0; torn && i < SY_DUMP_TRIES; i++) {
		sy_patches_free(ret);
		err = sy_dump(conn, SY_CMD_GET, patch, sy_take_patch, ret,
			      &torn);
		if (err) {
			sy_patches_free(ret);
			return err;
		}
	}
	return NULL;
}

struct sy_error *sy_get_one(struct sy_conn *conn, const char *patch,
			    struct sy_patch *ret)
{
	sy_patches_auto struct sy_patches list = { 0 };
	struct sy_error *err = sy_get(conn, patch, &list);
	char line[SY_MESSAGE_LEN];
	size_t i;

	if (err)
		return err;
	for (i = 0; i < list.count; i++) {
		if (strcmp(list.item[i].name, patch))
			continue;
		*ret = list.item[i];
		return NULL;
	}
	snprintf(line, sizeof(line),
		 "%s: no patch of that name is loaded; 'switchyard list' shows "
		 "the patches",
		 patch);
	return sy_error_refused(SY_V_NO_PATCH, line);
}

struct sy_error *sy_blocked(struct sy_conn *conn, const char *patch,
			    struct sy_blockers *ret)
{
	struct sy_error *err;
	bool torn = true;
	int i;

	memset(ret, 0, sizeof(*ret));
	for (i = 0; torn && i < SY_DUMP_TRIES; i++) {
		sy_blockers_free(ret);
		err = sy_dump(conn, SY_CMD_BLOCKED, patch, sy_take_blocker, ret,
			      &torn);
		if (err) {
			sy_blockers_free(ret);
			return err;
		}
	}
	return NULL;
}

void sy_patches_free(struct sy_patches *list)
{
	free(list->item);
	memset(list, 0, sizeof(*list));
}

void sy_blockers_free(struct sy_blockers *list)
{
	free(list->item);
	memset(list, 0, sizeof(*list));
}

/* ---- events ---- */

/* Hands out the next event held in the buffer. */
static struct sy_error *sy_event_held(struct sy_conn *conn,
				      struct sy_event *ret, bool *got)
{
	const struct nlmsghdr *nlh;
	int left = (int)conn->held;

	while (mnl_nlmsg_ok(conn->next, left)) {
		nlh = conn->next;
		conn->next = mnl_nlmsg_next(nlh, &left);
		conn->held = left > 0 ? (size_t)left : 0;
		if (nlh->nlmsg_type != conn->family.id)
			continue;
		*got = true;
		return sy_decode_event(nlh, ret);
	}
	conn->held = 0;
	return NULL;
}

struct sy_error *sy_event_next(struct sy_conn *conn, int timeout_ms,
			       struct sy_event *ret, bool *got, bool *lost)
{
	struct pollfd pfd = { .fd = mnl_socket_get_fd(conn->nl),
			      .events = POLLIN };
	struct sy_error *err;
	ssize_t n;
	int ready;

	*got = false;
	*lost = false;
	if (conn->held) {
		err = sy_event_held(conn, ret, got);
		if (err || *got)
			return err;
	}
	ready = poll(&pfd, 1, timeout_ms);
	if (ready < 0 && errno != EINTR)
		return sy_error_socket("cannot wait for events");
	if (ready <= 0)
		return NULL;
	n = mnl_socket_recvfrom(conn->nl, conn->buf, sizeof(conn->buf));
	if (n < 0 && errno == ENOBUFS) {
		*lost = true;
		return NULL;
	}
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return NULL;
	if (n < 0)
		return sy_error_socket("cannot receive events");
	conn->held = (size_t)n;
	conn->next = (const struct nlmsghdr *)conn->buf;
	return sy_event_held(conn, ret, got);
}
