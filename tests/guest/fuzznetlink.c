// SPDX-License-Identifier: GPL-2.0
/*
 * Sends the engine's netlink family random messages and reads what it answers:
 *
 *   fuzznetlink COUNT SEED PATCH... [--user]
 *
 * No message may start anything: one that names a PATCH (a loaded one) always
 * has at least one flaw that the ABI refuses, the others name nobody. So an
 * answer with the verdict "started" is an error, and so is a request with a
 * whole header that gets no answer. With --user they are sent as uid 1000; then
 * some are correct, and all that would change something must end in EPERM or
 * another error. Prints its counts; exit 1 after an error, with the number of
 * the message: the same COUNT and SEED send it again.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <switchyard/abi.h>

#define BODY_MAX 2048
#define ATTR_TYPE_MAX (SY_A__LAST + 8)

struct message {
	struct nlmsghdr head;
	struct genlmsghdr gen;
	unsigned char body[BODY_MAX];
};

static int sock = -1;
static unsigned short family;
static uint64_t random_state;
static char **patches;
static unsigned int npatches;
static bool user;
static unsigned long sent, errors, verdicts, dumped, unanswered, bad;

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "fuzznetlink: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* xorshift64* */
static uint32_t any(uint32_t below)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (random_state * 0x2545f4914f6cdd1dull >> 33) % below;
}

static bool one_in(uint32_t n)
{
	return !any(n);
}

static void noise(void *at, size_t len)
{
	unsigned char *byte = at;

	while (len--)
		*byte++ = any(256);
}

static void put(struct message *m, unsigned short type, const void *data,
		unsigned int len)
{
	struct nlattr *attr = (void *)((char *)m + m->head.nlmsg_len);

	if (m->head.nlmsg_len + NLA_HDRLEN + NLA_ALIGN(len) > sizeof(*m))
		return;
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	if (data)
		memcpy((char *)attr + NLA_HDRLEN, data, len);
	else
		noise((char *)attr + NLA_HDRLEN, len);
	m->head.nlmsg_len += NLA_ALIGN(attr->nla_len);
}

static void put_u32(struct message *m, unsigned short type, uint32_t value)
{
	put(m, type, &value, sizeof(value));
}

static void put_name(struct message *m, const char *name)
{
	put(m, SY_A_PATCH, name, strlen(name) + 1);
}

/* ---- flaws: each alone must make the message refused ---------------------- */

static void flaw_unknown_attribute(struct message *m)
{
	put(m, SY_A__LAST + any(200), NULL, any(40));
}

static void flaw_answer_attribute(struct message *m)
{
	put_u32(m, SY_A_VERDICT + any(SY_A_PAD - SY_A_VERDICT + 1), any(100));
}

static void flaw_number_length(struct message *m)
{
	unsigned int len = any(24);

	put(m, SY_A_LEAVE + any(SY_A_RETRY_MS - SY_A_LEAVE + 1), NULL,
	    len == 4 ? 5 : len);
}

static void flaw_leave(struct message *m)
{
	put_u32(m, SY_A_LEAVE, SY_ABI_LEAVE_KERNEL + 1 + any(1 << 30));
	put_u32(m, SY_A_SWITCH, SY_ABI_SWITCH_THREAD);
}

static void flaw_switch(struct message *m)
{
	put_u32(m, SY_A_LEAVE, SY_ABI_LEAVE_PATCHED_SET);
	put_u32(m, SY_A_SWITCH, SY_ABI_SWITCH_KERNEL + 1 + any(1 << 30));
}

static void flaw_flags(struct message *m)
{
	uint32_t bit = 1u << (2 + any(30));

	if (bit == SY_F_NO_HERD)
		bit = SY_F_FORCED;
	put_u32(m, SY_A_FLAGS, bit | any(4));
}

static void flaw_name_length(struct message *m)
{
	char name[SY_NAME_LEN + 200];

	memset(name, 'x', sizeof(name));
	put(m, SY_A_PATCH, name,
	    one_in(4) ? 0 : SY_NAME_LEN + 1 + any(sizeof(name) - SY_NAME_LEN));
}

static void flaw_nested(struct message *m)
{
	put(m, (SY_A_PATCH + any(SY_A_RETRY_MS)) | NLA_F_NESTED, NULL, any(64));
}

/* Attributes in attributes in attributes, where none may be. */
static void flaw_deep(struct message *m)
{
	unsigned char deep[512];
	struct nlattr *attr;
	unsigned int at;

	noise(deep, sizeof(deep));
	for (at = 0; at + NLA_HDRLEN < sizeof(deep); at += NLA_HDRLEN) {
		attr = (void *)(deep + at);
		attr->nla_len = sizeof(deep) - at;
		attr->nla_type = any(ATTR_TYPE_MAX) | NLA_F_NESTED;
	}
	put(m, SY_A__LAST + any(8), deep, sizeof(deep));
}

/* An attribute that says it is longer than the message. */
static void flaw_attribute_end(struct message *m)
{
	struct nlattr *attr = (void *)((char *)m + m->head.nlmsg_len);

	if (m->head.nlmsg_len + 64 > sizeof(*m))
		return;
	put(m, SY_A_FLAGS, NULL, any(40));
	attr->nla_len += 5 + any(60000);
}

static void flaw_attribute_short(struct message *m)
{
	struct nlattr *attr = (void *)((char *)m + m->head.nlmsg_len);

	if (m->head.nlmsg_len + 64 > sizeof(*m))
		return;
	put(m, SY_A_DEADLINE_MS, NULL, 4);
	attr->nla_len = any(NLA_HDRLEN);
}

static void flaw_trailing(struct message *m)
{
	unsigned int n = 1 + any(3);

	if (m->head.nlmsg_len + n > sizeof(*m))
		return;
	noise((char *)m + m->head.nlmsg_len, n);
	m->head.nlmsg_len += n;
}

static void flaw_reserved(struct message *m)
{
	m->gen.reserved = 1 + any(65535);
}

static void flaw_header_flags(struct message *m)
{
	m->head.nlmsg_flags |= 1u << (10 + any(6));
}

static void flaw_command(struct message *m)
{
	m->gen.cmd = SY_CMD__LAST + any(256 - SY_CMD__LAST);
}

static void flaw_half_a_model(struct message *m)
{
	/* Among further attributes it might become a whole one. */
	m->head.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	put_name(m, patches[any(npatches)]);
	put_u32(m, one_in(2) ? SY_A_LEAVE : SY_A_SWITCH, any(3));
}

static void flaw_no_name(struct message *m)
{
	m->head.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	put_u32(m, SY_A_DEADLINE_MS, any(1000));
}

static void (*const flaws[])(struct message *m) = {
	flaw_no_name,	       flaw_half_a_model,  flaw_unknown_attribute,
	flaw_answer_attribute, flaw_number_length, flaw_leave,
	flaw_switch,	       flaw_flags,	   flaw_name_length,
	flaw_nested,	       flaw_deep,	   flaw_attribute_end,
	flaw_attribute_short,  flaw_trailing,	   flaw_reserved,
	flaw_header_flags,     flaw_command,
};

#define FLAWS (sizeof(flaws) / sizeof(flaws[0]))

/* ---- messages ------------------------------------------------------------- */

static void begin(struct message *m, unsigned char cmd)
{
	memset(m, 0, sizeof(*m));
	m->head.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	m->head.nlmsg_type = family;
	m->head.nlmsg_flags = NLM_F_REQUEST | (one_in(2) ? NLM_F_ACK : 0);
	m->head.nlmsg_seq = any(1u << 30);
	m->gen.cmd = cmd;
	m->gen.version = SY_GENL_VERSION;
}

static void put_wishes(struct message *m)
{
	if (one_in(2)) {
		put_u32(m, SY_A_LEAVE, any(3));
		put_u32(m, SY_A_SWITCH, any(3));
	}
	if (one_in(2))
		put_u32(m, SY_A_FLAGS, any(4));
	if (one_in(2))
		put_u32(m, SY_A_DEADLINE_MS, any(1u << 30));
	if (one_in(3))
		put_u32(m, SY_A_TRIES, any(1u << 30));
	if (one_in(8))
		put(m, SY_A_ORDER, one_in(2) ? "t_hot" : NULL, 6);
	if (one_in(3))
		put_u32(m, SY_A_RETRY_MS, any(1u << 30));
}

static unsigned char change_command(void)
{
	return SY_CMD_ENABLE + any(SY_CMD_REVERSE - SY_CMD_ENABLE + 1);
}

static void make_flawed(struct message *m)
{
	begin(m, change_command());
	put_name(m, patches[any(npatches)]);
	put_wishes(m);
	flaws[any(FLAWS)](m);
}

static void make_nobody(struct message *m)
{
	char name[16];

	snprintf(name, sizeof(name), "nobody%u", any(1000));
	begin(m, change_command());
	put_name(m, name);
	put_wishes(m);
}

static void make_correct(struct message *m)
{
	begin(m, change_command());
	put_name(m, patches[any(npatches)]);
	put_wishes(m);
}

static void make_dump(struct message *m)
{
	begin(m, SY_CMD_UNSPEC + any(SY_CMD__LAST + 2));
	m->head.nlmsg_flags |= NLM_F_DUMP;
	if (one_in(2))
		put_name(m, patches[any(npatches)]);
	if (one_in(2))
		flaws[2 + any(FLAWS - 2)](m);
}

/* A change without its name, whatever the noise says: PATCH is made unknown. */
static void make_noise(struct message *m)
{
	unsigned int i, n = any(8);

	begin(m, any(256));
	for (i = 0; i < n; i++)
		put(m, SY_A_LEAVE + any(ATTR_TYPE_MAX), NULL, any(64));
	if (one_in(4))
		m->gen.version = any(256);
	if (one_in(4))
		m->head.nlmsg_pid = any(1u << 30);
}

/* Return: how many bytes of it to send. */
static unsigned int make(struct message *m)
{
	unsigned int len;

	switch (any(8)) {
	case 0:
		make_noise(m);
		break;
	case 1:
		make_dump(m);
		break;
	case 2:
		if (user)
			make_correct(m);
		else if (one_in(20))
			make_nobody(m);
		else
			make_flawed(m);
		break;
	default:
		make_flawed(m);
	}
	len = m->head.nlmsg_len;
	/* Lengths that do not fit: of the message, of what is sent. */
	if (one_in(10))
		m->head.nlmsg_len = one_in(2) ? any(NLMSG_HDRLEN + 8) :
						len + 1 + any(1u << 20);
	else if (one_in(20))
		len = 1 + any(len);
	return len;
}

/* ---- answers -------------------------------------------------------------- */

static void wrong(const char *what, unsigned long number)
{
	printf("message %lu: %s\n", number, what);
	bad++;
}

static uint32_t verdict_of(const struct nlmsghdr *head)
{
	const char *end = (const char *)head + head->nlmsg_len;
	const struct nlattr *attr =
		(const void *)((const char *)head + NLMSG_LENGTH(GENL_HDRLEN));
	uint32_t value;

	while ((const char *)attr + NLA_HDRLEN <= end &&
	       attr->nla_len >= NLA_HDRLEN) {
		if (attr->nla_type == SY_A_VERDICT) {
			memcpy(&value, (const char *)attr + NLA_HDRLEN,
			       sizeof(value));
			return value;
		}
		attr = (const void *)((const char *)attr +
				      NLA_ALIGN(attr->nla_len));
	}
	return UINT32_MAX;
}

/* Return: whether it ends what the message set off. */
static void judge(const struct nlmsghdr *head, unsigned long number)
{
	const struct genlmsghdr *gen = NLMSG_DATA(head);
	const struct nlmsgerr *error = NLMSG_DATA(head);

	if (head->nlmsg_type == NLMSG_ERROR) {
		if (error->error)
			errors++;
		return;
	}
	if (head->nlmsg_type == NLMSG_DONE)
		return;
	if (gen->cmd >= SY_CMD_GET) {
		dumped++;
		return;
	}
	verdicts++;
	if (user)
		wrong("a user's request reached the engine", number);
	if (verdict_of(head) == SY_V_OK)
		wrong("it was started", number);
}

/* A dump goes on when its first part is read. Return: answers read. */
static unsigned int read_answers(unsigned long number)
{
	static char buf[65536];
	struct nlmsghdr *head;
	unsigned int n = 0;
	ssize_t got;

	while ((got = recv(sock, buf, sizeof(buf), MSG_DONTWAIT)) > 0) {
		n++;
		for (head = (void *)buf; NLMSG_OK(head, (size_t)got);
		     head = NLMSG_NEXT(head, got))
			judge(head, number);
	}
	if (got < 0 && errno != EAGAIN)
		fail("reading");
	return n;
}

static bool wants_answer(const struct message *m, unsigned int len)
{
	return len >= NLMSG_HDRLEN && m->head.nlmsg_len >= NLMSG_HDRLEN &&
	       m->head.nlmsg_len <= len &&
	       (m->head.nlmsg_flags & NLM_F_REQUEST);
}

static void send_one(unsigned long number)
{
	struct message m;
	unsigned int len = make(&m);

	if (send(sock, &m, len, 0) != (ssize_t)len)
		fail("sending");
	sent++;
	if (read_answers(number))
		return;
	unanswered++;
	if (wants_answer(&m, len))
		wrong("a whole request got no answer", number);
}

static void find_family(void)
{
	static union {
		struct message m;
		char bytes[4096];
	} reply;
	struct message m;
	struct nlattr *attr;
	char *end;

	begin(&m, CTRL_CMD_GETFAMILY);
	m.head.nlmsg_type = GENL_ID_CTRL;
	m.head.nlmsg_flags = NLM_F_REQUEST;
	put(&m, CTRL_ATTR_FAMILY_NAME, SY_GENL_NAME, sizeof(SY_GENL_NAME));
	if (send(sock, &m, m.head.nlmsg_len, 0) < 0 ||
	    recv(sock, &reply, sizeof(reply), 0) < 0)
		fail("asking for the family");
	end = (char *)&reply + reply.m.head.nlmsg_len;
	for (attr = (void *)reply.m.body;
	     (char *)attr + NLA_HDRLEN < end && attr->nla_len >= NLA_HDRLEN;
	     attr = (void *)((char *)attr + NLA_ALIGN(attr->nla_len)))
		if (attr->nla_type == CTRL_ATTR_FAMILY_ID)
			memcpy(&family, (char *)attr + NLA_HDRLEN,
			       sizeof(family));
	errno = ENOENT;
	if (!family)
		fail("the family " SY_GENL_NAME);
}

int main(int argc, char **argv)
{
	unsigned long count, seed, i;

	if (argc > 1 && !strcmp(argv[argc - 1], "--user")) {
		user = true;
		argc--;
	}
	if (argc < 4) {
		fputs("usage: fuzznetlink COUNT SEED PATCH... [--user]\n",
		      stderr);
		return 2;
	}
	count = strtoul(argv[1], NULL, 10);
	seed = strtoul(argv[2], NULL, 10);
	patches = argv + 3;
	npatches = argc - 3;
	random_state = seed * 2 + 1;
	if (user && (setgid(1000) || setuid(1000)))
		fail("becoming uid 1000");
	sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (sock < 0)
		fail("socket");
	find_family();
	for (i = 0; i < count && bad < 10; i++)
		send_one(i);
	printf("seed=%lu sent=%lu errors=%lu verdicts=%lu dumped=%lu unanswered=%lu bad=%lu\n",
	       seed, sent, errors, verdicts, dumped, unanswered, bad);
	return bad ? 1 : 0;
}
