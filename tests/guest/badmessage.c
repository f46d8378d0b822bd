// SPDX-License-Identifier: GPL-2.0
/*
 * Sends the engine's netlink family messages that are wrong, one thing at a
 * time, and prints the error each was answered with. "badmessage malformed"
 * expects EINVAL (or ERANGE) for each, "badmessage unprivileged" sends correct
 * requests as uid 1000 and expects EPERM, "badmessage unserved" asks for models
 * that are none and expects the verdict BAD_MODEL. Exits with the number of answers that
 * were not so.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <switchyard/abi.h>

struct message {
	struct nlmsghdr head;
	struct genlmsghdr gen;
	char body[1024];
};

static int sock = -1;
static unsigned short family;

static void begin(struct message *m, unsigned short type, unsigned char cmd,
		  unsigned char version)
{
	memset(m, 0, sizeof(*m));
	m->head.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	m->head.nlmsg_type = type;
	m->head.nlmsg_flags = NLM_F_REQUEST;
	m->gen.cmd = cmd;
	m->gen.version = version;
}

static void put(struct message *m, unsigned short type, const void *data,
		unsigned short len)
{
	struct nlattr *attr = (void *)((char *)m + m->head.nlmsg_len);

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memcpy((char *)attr + NLA_HDRLEN, data, len);
	m->head.nlmsg_len += NLA_ALIGN(attr->nla_len);
}

static void put_u32(struct message *m, unsigned short type, unsigned int value)
{
	put(m, type, &value, sizeof(value));
}

static void put_patch(struct message *m, const char *name)
{
	put(m, SY_A_PATCH, name, strlen(name) + 1);
}

/* Return: the error answered, 0 for none; ETIME for no answer at all. */
static int ask(struct message *m, struct message *reply)
{
	struct nlmsgerr *error;
	struct timeval patience = { .tv_sec = 5 };
	ssize_t got;

	setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (send(sock, m, m->head.nlmsg_len, 0) < 0)
		return errno;
	got = recv(sock, reply, sizeof(*reply), 0);
	if (got < (ssize_t)sizeof(reply->head))
		return ETIME;
	error = (void *)&reply->gen;
	return reply->head.nlmsg_type == NLMSG_ERROR ? -error->error : 0;
}

static int find_family(void)
{
	struct message m, reply;
	struct nlattr *attr;
	char *end;

	begin(&m, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	put(&m, CTRL_ATTR_FAMILY_NAME, SY_GENL_NAME, sizeof(SY_GENL_NAME));
	if (ask(&m, &reply))
		return -1;
	end = (char *)&reply + reply.head.nlmsg_len;
	for (attr = (void *)reply.body; (char *)attr < end;
	     attr = (void *)((char *)attr + NLA_ALIGN(attr->nla_len))) {
		if (attr->nla_type == CTRL_ATTR_FAMILY_ID)
			family = *(unsigned short *)((char *)attr + NLA_HDRLEN);
		if (attr->nla_len < NLA_HDRLEN)
			break;
	}
	return family ? 0 : -1;
}

/* Return: the verdict of an answer, or -1. */
static int verdict(const struct message *reply)
{
	const char *end = (const char *)reply + reply->head.nlmsg_len;
	const struct nlattr *attr = (const void *)reply->body;

	while ((const char *)(attr + 1) <= end && attr->nla_len > NLA_HDRLEN) {
		if (attr->nla_type == SY_A_VERDICT)
			return *(const int *)(attr + 1);
		attr = (const void *)((const char *)attr +
				      NLA_ALIGN(attr->nla_len));
	}
	return -1;
}

/* Each fills in one message; the order is that of malformations[]. */
static void no_patch(struct message *m)
{
	(void)m;
}

static void unterminated(struct message *m)
{
	put(m, SY_A_PATCH, "p_hot_again", 11);
}

static void empty_name(struct message *m)
{
	put(m, SY_A_PATCH, "", 0);
}

static void long_name(struct message *m)
{
	char name[SY_NAME_LEN + 40];

	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	put_patch(m, name);
}

static void short_number(struct message *m)
{
	put_patch(m, "p_hot_again");
	put(m, SY_A_LEAVE, "", 1);
}

static void unknown_leave(struct message *m)
{
	put_patch(m, "p_hot_again");
	put_u32(m, SY_A_LEAVE, 77);
	put_u32(m, SY_A_SWITCH, 1);
}

static void unknown_switch(struct message *m)
{
	put_patch(m, "p_hot_again");
	put_u32(m, SY_A_LEAVE, 1);
	put_u32(m, SY_A_SWITCH, 77);
}

static void half_a_model(struct message *m)
{
	put_patch(m, "p_hot_again");
	put_u32(m, SY_A_LEAVE, 1);
}

static void unknown_flag(struct message *m)
{
	put_patch(m, "p_hot_again");
	put_u32(m, SY_A_FLAGS, 1u << 30);
}

static void answer_flag(struct message *m)
{
	put_patch(m, "p_hot_again");
	put_u32(m, SY_A_FLAGS, SY_F_FORCED);
}

static void unknown_attribute(struct message *m)
{
	put_patch(m, "p_hot_again");
	put_u32(m, SY_A__LAST + 3, 1);
}

static void answer_attribute(struct message *m)
{
	put_patch(m, "p_hot_again");
	put_u32(m, SY_A_VERDICT, 0);
}

static void cut_attribute(struct message *m)
{
	struct nlattr *attr = (void *)m->body;

	put_patch(m, "p_hot_again");
	attr->nla_len = 200;
}

static const struct {
	const char *what;
	void (*fill)(struct message *m);
} malformations[] = {
	{ "no patch named", no_patch },
	{ "name without its end", unterminated },
	{ "empty name", empty_name },
	{ "name too long", long_name },
	{ "number of one byte", short_number },
	{ "unknown LEAVE", unknown_leave },
	{ "unknown SWITCH", unknown_switch },
	{ "LEAVE without SWITCH", half_a_model },
	{ "unknown flag", unknown_flag },
	{ "flag of answers only", answer_flag },
	{ "unknown attribute", unknown_attribute },
	{ "attribute of answers only", answer_attribute },
	{ "attribute longer than the message", cut_attribute },
};

static int expect(const char *what, struct message *m, int wanted, int other)
{
	struct message reply;
	int err = ask(m, &reply);
	int bad = err != wanted && err != other;

	printf("%-36s %s%s\n", what, err ? strerror(err) : "accepted",
	       bad ? "  UNEXPECTED" : "");
	return bad;
}

static int malformed(void)
{
	struct message m;
	unsigned int i;
	int bad = 0;

	for (i = 0; i < sizeof(malformations) / sizeof(malformations[0]); i++) {
		begin(&m, family, SY_CMD_ENABLE, SY_GENL_VERSION);
		malformations[i].fill(&m);
		bad += expect(malformations[i].what, &m, EINVAL, ERANGE);
	}
	begin(&m, family, SY_CMD__LAST + 5, SY_GENL_VERSION);
	put_patch(&m, "p_hot_again");
	bad += expect("unknown command", &m, EOPNOTSUPP, EINVAL);
	return bad;
}

static int unprivileged(void)
{
	static const struct {
		const char *what;
		unsigned char cmd;
	} commands[] = { { "enable as uid 1000", SY_CMD_ENABLE },
			 { "disable as uid 1000", SY_CMD_DISABLE },
			 { "reverse as uid 1000", SY_CMD_REVERSE } };
	struct message m;
	unsigned int i;
	int bad = 0;

	if (setgid(1000) || setuid(1000))
		return 1;
	for (i = 0; i < 3; i++) {
		begin(&m, family, commands[i].cmd, SY_GENL_VERSION);
		put_patch(&m, "p_hot_again");
		bad += expect(commands[i].what, &m, EPERM, EPERM);
	}
	return bad;
}

/* Relaxed where nothing can be relaxed: well-formed, and no model. */
static int unserved(void)
{
	struct message m, reply;
	unsigned int i;
	int bad = 0;

	for (i = 0; i < 6; i++) {
		int err, got;

		begin(&m, family, SY_CMD_ENABLE, SY_GENL_VERSION);
		put_patch(&m, "p_hot_again");
		put_u32(&m, SY_A_LEAVE, i / 3);
		put_u32(&m, SY_A_SWITCH, i % 3);
		put_u32(&m, SY_A_FLAGS, SY_F_RELAXED);
		err = ask(&m, &reply);
		got = err ? -1 : verdict(&reply);
		printf("LEAVE %u, SWITCH %u, relaxed: verdict %d%s\n", i / 3,
		       i % 3, got, got != SY_V_BAD_MODEL ? "  UNEXPECTED" : "");
		bad += got != SY_V_BAD_MODEL;
	}
	return bad;
}

int main(int argc, char **argv)
{
	sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (sock < 0 || find_family()) {
		fprintf(stderr, "badmessage: no netlink family %s\n",
			SY_GENL_NAME);
		return 99;
	}
	if (argc == 2 && !strcmp(argv[1], "malformed"))
		return malformed();
	if (argc == 2 && !strcmp(argv[1], "unprivileged"))
		return unprivileged();
	if (argc == 2 && !strcmp(argv[1], "unserved"))
		return unserved();
	fprintf(stderr, "usage: badmessage malformed|unprivileged|unserved\n");
	return 98;
}
