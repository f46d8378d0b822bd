// SPDX-License-Identifier: GPL-2.0
/*
 * What a program can see of three fixes, one attempt a run:
 *
 *	observed qrtr	a QRTR socket in a network namespace of its own
 *	observed pedit	a tc action that edits at a static offset of 2
 *	observed freeze	the freezer, while the reaper of a process namespace
 *			waits for a child that somebody else traces
 *
 * Prints one line; exits with 0 when the attempt succeeds, 1 when it is refused
 * with an error that a kernel gives it, 4 when something else goes wrong.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_pedit.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define QRTR 42

static int try_qrtr(void)
{
	int fd;

	if (unshare(CLONE_NEWNET))
		return -errno;
	fd = socket(QRTR, SOCK_DGRAM, 0);
	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* Appends an attribute; the answer is its end. */
static char *attribute(char *at, int type, const void *data, size_t len)
{
	struct nlattr a = { .nla_len = (__u16)(sizeof(a) + len),
			    .nla_type = (__u16)type };

	memcpy(at, &a, sizeof(a));
	memcpy(at + sizeof(a), data, len);
	return at + NLA_ALIGN(sizeof(a) + len);
}

/* One action "pedit" with one key at @offset, in @ret; its length. */
static size_t pedit_action(__u32 offset, char *ret)
{
	char parms[64] = { 0 }, options[128] = { 0 }, action[192] = { 0 };
	const struct tc_pedit_key key = { .val = 0x11, .off = offset };
	struct tc_pedit_sel sel = { .action = TC_ACT_OK, .nkeys = 1 };
	char *end;

	memcpy(parms, &sel, sizeof(sel));
	memcpy(parms + sizeof(sel), &key, sizeof(key));
	end = attribute(options, TCA_PEDIT_PARMS, parms,
			sizeof(sel) + sizeof(key));
	sel.index = (__u32)(end - options);
	end = attribute(action, TCA_ACT_KIND, "pedit", 6);
	end = attribute(end, TCA_ACT_OPTIONS | NLA_F_NESTED, options,
			sel.index);
	return (size_t)(attribute(ret, 1 | NLA_F_NESTED, action,
				  (size_t)(end - action)) -
			ret);
}

static int try_pedit(void)
{
	struct {
		struct nlmsghdr head;
		struct tcamsg tca;
		char rest[512];
	} message = { .head = { .nlmsg_type = RTM_NEWACTION,
				.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK |
					       NLM_F_CREATE } };
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char rest[1024];
	} answer;
	char action[256] = { 0 }, *end;
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	end = attribute(message.rest, TCA_ACT_TAB | NLA_F_NESTED, action,
			pedit_action(2, action));
	message.head.nlmsg_len = (__u32)(end - (char *)&message);
	if (send(fd, &message, message.head.nlmsg_len, 0) < 0 ||
	    recv(fd, &answer, sizeof(answer), 0) < 0)
		return -errno;
	close(fd);
	if (answer.head.nlmsg_type != NLMSG_ERROR)
		return -EPROTO;
	return -answer.error.error;
}

static int put(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = fd < 0 || write(fd, value, strlen(value)) < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return err;
}

/* The first process of a namespace: has one child, and ends when told to. */
static void reaper(int tell, int told)
{
	pid_t child = fork();
	char byte;

	if (!child)
		for (;;)
			pause();
	(void)!write(tell, "x", 1);
	(void)!read(told, &byte, 1);
	_exit(0);
}

static pid_t child_of(pid_t parent)
{
	char path[64], text[64] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent,
		 parent);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	if (fd >= 0)
		close(fd);
	return (pid_t)atoi(text);
}

static int try_freeze(void)
{
	int up[2], down[2], err;
	pid_t first, child;
	char byte;

	if (pipe(up) || pipe(down) || unshare(CLONE_NEWPID))
		return -errno;
	first = fork();
	if (!first)
		reaper(up[1], down[0]);
	if (read(up[0], &byte, 1) != 1)
		return -EIO;
	child = child_of(first);
	if (child <= 0 || ptrace(PTRACE_SEIZE, child, 0, 0))
		return -ESRCH;
	(void)!write(down[1], "x", 1);
	usleep(500000); /* the reaper has killed the child, and waits */
	err = put("/sys/power/pm_freeze_timeout", "3000");
	if (!err)
		err = put("/sys/power/pm_test", "freezer");
	if (err)
		return -err;
	err = put("/sys/power/state", "freeze");
	waitpid(child, NULL, __WALL);
	waitpid(first, NULL, 0);
	return err;
}

int main(int argc, char **argv)
{
	const char *what = argc == 2 ? argv[1] : "";
	int err;

	if (!strcmp(what, "qrtr"))
		err = try_qrtr();
	else if (!strcmp(what, "pedit"))
		err = try_pedit();
	else if (!strcmp(what, "freeze"))
		err = try_freeze();
	else
		return 2;
	printf("%s: %s\n", what, err ? strerror(abs(err)) : "allowed");
	return err < 0 ? 4 : err ? 1 : 0;
}
