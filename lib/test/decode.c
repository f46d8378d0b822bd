// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of the parsers in decode.c and names.c: canned netlink messages,
 * whole and malformed. Built with the address and undefined-behaviour
 * sanitizers, and every message lies in memory of exactly its size, so that one
 * byte read past it ends the test.
 *
 *	decode [SEED]	the seed of the mutations; a failure prints it
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>

#include "decode.h"

static int passed, failed;
static unsigned int seed = 1;

#define CHECK(what, cond)                                             \
	do {                                                          \
		if (cond) {                                           \
			passed++;                                     \
		} else {                                              \
			failed++;                                     \
			printf("not ok: %s: %s:%d (seed %u)\n", what, \
			       __FILE__, __LINE__, seed);             \
		}                                                     \
	} while (0)

/* Builds messages in a large buffer; tests see an exact copy. */
static char build[8192] __attribute__((aligned(8)));

static struct nlmsghdr *start(uint16_t type, uint8_t cmd)
{
	struct nlmsghdr *nlh;
	struct genlmsghdr *genl;

	memset(build, 0, sizeof(build));
	nlh = mnl_nlmsg_put_header(build);
	nlh->nlmsg_type = type;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = SY_GENL_VERSION;
	return nlh;
}

static struct nlmsghdr *exact(const struct nlmsghdr *nlh)
{
	struct nlmsghdr *copy = malloc(nlh->nlmsg_len);

	if (!copy)
		abort();
	memcpy(copy, nlh, nlh->nlmsg_len);
	return copy;
}

static struct nlmsghdr *patch_message(uint8_t cmd)
{
	struct nlmsghdr *nlh = start(33, cmd);

	mnl_attr_put_strz(nlh, SY_A_PATCH, "fix_ip");
	mnl_attr_put_u32(nlh, SY_A_STATE, SY_ST_PATCHING);
	mnl_attr_put_u32(nlh, SY_A_LEAVE, SY_ABI_LEAVE_KERNEL);
	mnl_attr_put_u32(nlh, SY_A_SWITCH, SY_ABI_SWITCH_THREAD);
	mnl_attr_put_u32(nlh, SY_A_FLAGS, SY_F_RELAXED | SY_F_UNLOADABLE);
	mnl_attr_put_u32(nlh, SY_A_REQUIREMENT, SY_FORBID_M1 | SY_FORBID_M3);
	mnl_attr_put_u32(nlh, SY_A_FUNCTIONS, 3);
	mnl_attr_put_strz(nlh, SY_A_BY_HANDLER, "t_a t_b");
	mnl_attr_put_u32(nlh, SY_A_TASKS, 349);
	mnl_attr_put_u32(nlh, SY_A_REMAINING, 7);
	mnl_attr_put_u64(nlh, SY_A_PAUSE_NS, 1ull << 40);
	mnl_attr_put_u32(nlh, SY_A_RESULT, SY_R_NONE);
	mnl_attr_put_strz(nlh, SY_A_MESSAGE, "a line");
	mnl_attr_put_u32(nlh, SY_A_EVENT, SY_EV_PROGRESS);
	return nlh;
}

static struct nlmsghdr *blocker_message(void)
{
	struct nlmsghdr *nlh = start(33, SY_CMD_BLOCKED);

	mnl_attr_put_strz(nlh, SY_A_PATCH, "fix_ip");
	mnl_attr_put_u32(nlh, SY_A_PID, 4711);
	mnl_attr_put_strz(nlh, SY_A_COMM, "evil\n\033[2J");
	mnl_attr_put_u32(nlh, SY_A_KIND, SY_K_ASLEEP);
	mnl_attr_put_strz(nlh, SY_A_FUNCTION, "pipe_read");
	mnl_attr_put_u64(nlh, SY_A_SINCE_NS, 5000000);
	return nlh;
}

static struct nlmsghdr *answer_message(uint32_t verdict, const char *line)
{
	struct nlmsghdr *nlh = start(33, SY_CMD_ENABLE);

	mnl_attr_put_u32(nlh, SY_A_VERDICT, verdict);
	if (line)
		mnl_attr_put_strz(nlh, SY_A_MESSAGE, line);
	return nlh;
}

static struct nlmsghdr *family_message(const char *group)
{
	struct nlmsghdr *nlh = start(GENL_ID_CTRL, CTRL_CMD_NEWFAMILY);
	struct nlattr *list, *one;

	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, 33);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, SY_GENL_NAME);
	list = mnl_attr_nest_start(nlh, CTRL_ATTR_MCAST_GROUPS);
	one = mnl_attr_nest_start(nlh, 1);
	mnl_attr_put_u32(nlh, CTRL_ATTR_MCAST_GRP_ID, 9);
	mnl_attr_put_strz(nlh, CTRL_ATTR_MCAST_GRP_NAME, group);
	mnl_attr_nest_end(nlh, one);
	mnl_attr_nest_end(nlh, list);
	return nlh;
}

static struct nlmsghdr *error_message(int code, const char *ack)
{
	struct nlmsghdr *nlh;
	struct nlmsgerr *e;

	memset(build, 0, sizeof(build));
	nlh = mnl_nlmsg_put_header(build);
	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_flags = NLM_F_CAPPED | (ack ? NLM_F_ACK_TLVS : 0);
	e = mnl_nlmsg_put_extra_header(nlh, sizeof(*e));
	e->error = code;
	e->msg.nlmsg_len = sizeof(e->msg) + 40;
	if (ack)
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, ack);
	return nlh;
}

/* Feeds @nlh to every parser: an error is a printable line, never a crash. */
static void feed(const struct nlmsghdr *nlh)
{
	struct sy_family family;
	struct sy_patch patch;
	struct sy_blocker blocker;
	struct sy_event event;
	struct sy_error *err[6];
	const char *c;
	size_t i;

	err[0] = sy_decode_family(nlh, &family);
	err[1] = sy_decode_patch(nlh, &patch);
	err[2] = sy_decode_blocker(nlh, &blocker);
	err[3] = sy_decode_event(nlh, &event);
	err[4] = sy_decode_answer(nlh, "x");
	err[5] = sy_decode_nlerr(nlh, "x");
	for (i = 0; i < 6; i++) {
		for (c = err[i] ? err[i]->message : ""; *c; c++)
			if (*c < ' ' || *c > '~')
				abort();
		sy_error_free(err[i]);
	}
}

/* Is @nlh refused as malformed by the parser of patches? Frees @nlh. */
static bool refused(struct nlmsghdr *nlh)
{
	sy_error_auto struct sy_error *err = NULL;
	struct sy_patch patch;

	err = sy_decode_patch(nlh, &patch);
	feed(nlh);
	free(nlh);
	return err && err->code == SY_E_PROTOCOL && err->message[0];
}

static void test_whole(void)
{
	struct nlmsghdr *nlh = exact(patch_message(SY_CMD_EVENT));
	sy_error_auto struct sy_error *err = NULL;
	struct sy_event event = { 0 };
	struct sy_blocker b = { 0 };
	struct sy_family family;
	const struct sy_patch *p = &event.patch;

	err = sy_decode_event(nlh, &event);
	CHECK("event", !err && event.event == SY_EV_PROGRESS);
	CHECK("name", !strcmp(p->name, "fix_ip"));
	CHECK("model", p->has_model && p->leave == SY_ABI_LEAVE_KERNEL &&
			       p->sw == SY_ABI_SWITCH_THREAD);
	CHECK("numbers", p->tasks == 349 && p->remaining == 7 &&
				 p->functions == 3 && p->requirement == 5 &&
				 !strcmp(p->by_handler, "t_a t_b"));
	CHECK("u64", p->pause_ns == 1ull << 40 && !p->whole_ns);
	CHECK("message", !strcmp(p->message, "a line"));
	free(nlh);

	nlh = exact(blocker_message());
	err = sy_decode_blocker(nlh, &b);
	CHECK("blocker", !err && b.pid == 4711 && b.kind == SY_K_ASLEEP);
	CHECK("control characters", !strcmp(b.comm, "evil??[2J"));
	CHECK("absent", !b.frame[0] && !b.relief[0] && b.has_since);
	free(nlh);

	nlh = exact(family_message(SY_GENL_GROUP));
	err = sy_decode_family(nlh, &family);
	CHECK("family", !err && family.id == 33 && family.group == 9);
	free(nlh);
}

static void test_answers(void)
{
	struct nlmsghdr *nlh = exact(answer_message(SY_V_OK, NULL));
	struct sy_error *err = sy_decode_answer(nlh, "p");

	CHECK("ok", !err);
	free(nlh);

	nlh = exact(answer_message(SY_V_OWNED, "f: owned; \nremove it"));
	err = sy_decode_answer(nlh, "p");
	CHECK("verdict",
	      err && err->code == SY_E_REFUSED && err->verdict == SY_V_OWNED);
	CHECK("one line", err && !strchr(err->message, '\n'));
	sy_error_free(err);
	free(nlh);

	nlh = exact(answer_message(9999, NULL));
	err = sy_decode_answer(nlh, "p");
	CHECK("unknown verdict",
	      err && err->verdict == 9999 && strstr(err->message, "9999"));
	sy_error_free(err);
	free(nlh);
}

static void test_errors(void)
{
	struct nlmsghdr *nlh = exact(error_message(-EPERM, NULL));
	struct sy_error *err = sy_decode_nlerr(nlh, "p");

	CHECK("EPERM", err && err->code == SY_E_PRIVILEGE);
	sy_error_free(err);
	free(nlh);

	nlh = exact(error_message(-EINVAL, "bad attribute"));
	err = sy_decode_nlerr(nlh, "p");
	CHECK("extended ack", err && err->sys == EINVAL &&
				      strstr(err->message, "bad attribute"));
	sy_error_free(err);
	free(nlh);

	nlh = exact(error_message(0, NULL));
	CHECK("ack", !sy_decode_nlerr(nlh, "p"));
	free(nlh);

	nlh = exact(error_message(INT32_MIN, NULL));
	err = sy_decode_nlerr(nlh, "p");
	CHECK("absurd errno", err && err->code == SY_E_SYSTEM);
	sy_error_free(err);
	free(nlh);
}

static void test_malformed(void)
{
	struct nlmsghdr *nlh = patch_message(SY_CMD_GET);
	struct sy_error *err;
	struct sy_family family;
	char name[SY_NAME_LEN + 1];

	((struct nlattr *)mnl_nlmsg_get_payload_offset(nlh, 4))->nla_len = 9999;
	CHECK("attribute beyond the end", refused(exact(nlh)));

	nlh = patch_message(SY_CMD_GET);
	((struct nlattr *)mnl_nlmsg_get_payload_offset(nlh, 4))->nla_len = 2;
	CHECK("attribute shorter than its header", refused(exact(nlh)));

	nlh = start(33, SY_CMD_GET);
	mnl_attr_put(nlh, SY_A_PATCH, 4, "abcd");
	mnl_attr_put_u32(nlh, SY_A_STATE, 0);
	CHECK("no NUL", refused(exact(nlh)));

	nlh = start(33, SY_CMD_GET);
	mnl_attr_put(nlh, SY_A_PATCH, 0, "");
	mnl_attr_put_u32(nlh, SY_A_STATE, 0);
	CHECK("empty string attribute", refused(exact(nlh)));

	nlh = patch_message(SY_CMD_GET);
	mnl_attr_put_u16(nlh, SY_A_STOPS, 1);
	CHECK("short number", refused(exact(nlh)));

	nlh = patch_message(SY_CMD_GET);
	mnl_attr_put_u64(nlh, SY_A_STOPS, 1);
	CHECK("long number", refused(exact(nlh)));

	nlh = start(33, SY_CMD_GET);
	mnl_attr_put_u32(nlh, SY_A_STATE, 0);
	CHECK("no patch name", refused(exact(nlh)));

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	nlh = start(33, SY_CMD_GET);
	mnl_attr_put_strz(nlh, SY_A_PATCH, name);
	mnl_attr_put_u32(nlh, SY_A_STATE, 0);
	CHECK("long patch name", refused(exact(nlh)));

	nlh = start(33, SY_CMD_GET);
	nlh->nlmsg_len = MNL_NLMSG_HDRLEN + 2;
	CHECK("no genl header", refused(exact(nlh)));

	nlh = exact(family_message("another"));
	err = sy_decode_family(nlh, &family);
	CHECK("no event group", err && err->code == SY_E_PROTOCOL);
	sy_error_free(err);
	free(nlh);
}

static void test_newer(void)
{
	struct nlmsghdr *nlh = patch_message(SY_CMD_GET);
	struct sy_error *err;
	struct sy_patch patch;

	mnl_attr_put_u32(nlh, SY_A__LAST, 1);
	mnl_attr_put_strz(nlh, SY_A__LAST + 1000, "later");
	nlh = exact(nlh);
	err = sy_decode_patch(nlh, &patch);
	CHECK("unknown attributes are skipped", !err);
	sy_error_free(err);
	free(nlh);
	CHECK("unknown state", !strcmp(sy_state_name(99), "?"));
	CHECK("unknown kind", !strcmp(sy_kind_name(UINT32_MAX), "?"));
}

/* Every length of every message, then bytes changed at random. */
static void test_mutations(void)
{
	struct nlmsghdr *whole[6], *copy;
	unsigned int state = seed;
	uint32_t len;
	int i, k, round;

	whole[0] = exact(patch_message(SY_CMD_EVENT));
	whole[1] = exact(blocker_message());
	whole[2] = exact(answer_message(SY_V_BUSY, "busy"));
	whole[3] = exact(family_message(SY_GENL_GROUP));
	whole[4] = exact(error_message(-EINVAL, "why"));
	whole[5] = exact(patch_message(SY_CMD_GET));
	for (i = 0; i < 6; i++) {
		for (len = MNL_NLMSG_HDRLEN; len < whole[i]->nlmsg_len; len++) {
			memcpy(build, whole[i], len);
			((struct nlmsghdr *)build)->nlmsg_len = len;
			copy = exact((struct nlmsghdr *)build);
			feed(copy);
			free(copy);
		}
		for (round = 0; round < 20000; round++) {
			copy = exact(whole[i]);
			len = copy->nlmsg_len;
			for (k = rand_r(&state) % 4; k >= 0; k--)
				((char *)copy)[4 + rand_r(&state) % (len - 4)] =
					(char)rand_r(&state);
			feed(copy);
			free(copy);
		}
		free(whole[i]);
	}
	CHECK("mutations", true);
}

static bool seconds(const char *text, uint32_t want)
{
	sy_error_auto struct sy_error *err = NULL;
	uint32_t ms = UINT32_MAX;

	err = sy_seconds_parse(text, &ms);
	return !err && ms == want;
}

static bool model(const char *text, uint32_t leave, uint32_t sw)
{
	sy_error_auto struct sy_error *err = NULL;
	uint32_t l = 99, s = 99;

	err = sy_model_parse(text, &l, &s);
	return !err && l == leave && s == sw;
}

static void test_names(void)
{
	static const char *const bad[] = { "",
					   ".",
					   "-1",
					   "1e3",
					   "1.2.3",
					   "4294968",
					   "99999999999999999999",
					   "0x10",
					   " 1",
					   "1s" };
	char text[32];
	uint32_t ms;
	size_t i;

	CHECK("seconds", seconds("0", 0) && seconds("0.5", 500) &&
				 seconds("10", 10000) && seconds(".001", 1));
	CHECK("rounded up", seconds("0.0001", 1) && seconds("1.0005", 1001) &&
				    seconds("1.0000", 1000));
	CHECK("largest", seconds("4294967.295", UINT32_MAX));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct sy_error *err = sy_seconds_parse(bad[i], &ms);

		CHECK(bad[i], err && err->code == SY_E_BAD_ARGUMENT);
		sy_error_free(err);
	}
	CHECK("model", model("patched_set/thread", 1, 1) &&
			       model("LEAVE_KERNEL/SWITCH_THREAD", 2, 1) &&
			       model("Function/Kernel", 0, 2));
	CHECK("no model", !model("kernel", 2, 2) && !model("kernel/", 2, 0) &&
				  !model("/thread", 0, 1) &&
				  !model("kern/thread", 2, 1) &&
				  !model("kernel/threads", 2, 1));
	sy_requirement_text(5, text, sizeof(text));
	CHECK("requirement", !strcmp(text, "m1 m3"));
	sy_requirement_text(0, text, sizeof(text));
	CHECK("no requirement", !strcmp(text, "none"));
}

int main(int argc, char **argv)
{
	if (argc > 1)
		seed = (unsigned int)strtoul(argv[1], NULL, 0);
	printf("decode: seed %u\n", seed);
	fflush(stdout);
	test_whole();
	test_answers();
	test_errors();
	test_malformed();
	test_newer();
	test_mutations();
	test_names();
	printf("decode: %d passed, %d failed\n", passed, failed);
	return failed ? 1 : 0;
}
