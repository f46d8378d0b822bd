// SPDX-License-Identifier: GPL-2.0
/*
 * An unprivileged user tries what two known holes of the stock kernel 6.1.0-47
 * give: a loose source route on a socket (CVE-2026-53249) and SIOCATMARK on a
 * unix datagram socket (CVE-2026-52928). One line for each, and an exit code
 * that says which succeeded: 1 the first, 2 the second, 3 both; 4 is added when
 * an attempt failed for another reason than the fix. With --qrtr it tries a
 * third, 8: a QRTR socket in a network namespace of its own (CVE-2026-68294; the
 * module qrtr must be loaded). With --same it prints what must be the same with
 * and without the fixes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/sockios.h>
#include <linux/un.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define USER 1000
#define QRTR 42

enum { SOURCE_ROUTE = 1, AT_MARK = 2, TROUBLE = 4, OTHER_NET = 8 };

/* Who tries: in a user namespace of one's own getuid() does not tell. */
static uid_t user;

/* Type 0x83: loose source and record route by one hop, 10.0.0.1. */
static int try_source_route(void)
{
	static const unsigned char lsrr[8] = { 0x83, 7, 4, 10, 0, 0, 1, 0 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int err = 0;

	if (fd < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_OPTIONS, lsrr, sizeof(lsrr)) != 0)
		err = errno;
	if (fd >= 0)
		close(fd);
	return err;
}

static int try_at_mark(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	int answer, err = 0;

	if (fd < 0 || ioctl(fd, SIOCATMARK, &answer) != 0)
		err = errno;
	if (fd >= 0)
		close(fd);
	return err;
}

/* The last attempt: the process stays in its new namespaces. */
static int try_qrtr(void)
{
	int err = 0, fd = -1;

	if (!unshare(CLONE_NEWUSER | CLONE_NEWNET))
		fd = socket(QRTR, SOCK_DGRAM, 0);
	if (fd < 0)
		err = errno;
	else
		close(fd);
	return err;
}

/* Print one line. Return: @bit if it was allowed, TROUBLE if it is unclear. */
static int judge(const char *what, int err, int refusal, int bit)
{
	const char *word = "refused";
	int ret = 0;

	if (!err) {
		word = "ALLOWED";
		ret = bit;
	} else if (err != refusal) {
		word = "trouble";
		ret = TROUBLE;
	}
	printf("uid %d  %-40s  %s%s%s%s\n", (int)user, what, word,
	       err ? " (" : "", err ? strerrorname_np(err) : "",
	       err ? ")" : "");
	return ret;
}

static void tell(const char *what, int ret, int value)
{
	printf("%-40s %s, %d\n", what, ret < 0 ? strerror(errno) : "ok", value);
}

static void same_options(void)
{
	static const struct {
		const char *what;
		socklen_t len;
		unsigned char bytes[12];
	} options[] = {
		{ "no options", 0, { 0 } },
		{ "one no-operation, padded", 1, { 1 } },
		{ "record route", 7, { 7, 7, 4, 0, 0, 0, 0 } },
		{ "source route, privileged",
		  8,
		  { 0x83, 7, 4, 10, 0, 0, 1, 0 } },
		{ "malformed", 4, { 7, 99, 4, 0 } },
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	unsigned char back[64];
	socklen_t len;
	unsigned int i;
	int ret;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		tell(options[i].what,
		     setsockopt(fd, IPPROTO_IP, IP_OPTIONS, options[i].bytes,
				options[i].len),
		     options[i].bytes[0]);
		len = sizeof(back);
		ret = getsockopt(fd, IPPROTO_IP, IP_OPTIONS, back, &len);
		tell("  read back, bytes", ret, len);
	}
	tell("options from a bad address",
	     setsockopt(fd, IPPROTO_IP, IP_OPTIONS, (void *)8, 8), 0);
	close(fd);
}

static void same_ioctl(const char *what, int fd, unsigned long request)
{
	int value = -1;
	int ret = ioctl(fd, request, &value);

	tell(what, ret, value);
}

static void same_stream(void)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) ||
	    send(pair[0], "abc", 3, 0) != 3 ||
	    send(pair[0], "!", 1, MSG_OOB) != 1)
		perror("witness: unix stream");
	same_ioctl("stream, bytes to read", pair[1], SIOCINQ);
	same_ioctl("stream, bytes sent and unread", pair[0], SIOCOUTQ);
	same_ioctl("stream, at the mark", pair[1], SIOCATMARK);
	tell("stream, read", read(pair[1], (char[4]){ 0 }, 3), 3);
	same_ioctl("stream, at the mark", pair[1], SIOCATMARK);
	same_ioctl("stream, an unknown request", pair[1], 0x5499);
	tell("stream, a bad address", ioctl(pair[1], SIOCINQ, (void *)8), 0);
	close(pair[0]);
	close(pair[1]);
}

static void same_bound(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), file;

	same_ioctl("unbound, bytes to read", fd, SIOCINQ);
	tell("unbound, its file", ioctl(fd, SIOCUNIXFILE), 0);
	snprintf(name.sun_path, sizeof(name.sun_path), "/tmp/witness.socket");
	unlink(name.sun_path);
	tell("bind", bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	tell("listen", listen(fd, 1), 0);
	same_ioctl("listening, bytes to read", fd, SIOCINQ);
	file = ioctl(fd, SIOCUNIXFILE);
	tell("bound, its file", file, 0);
	tell("its flags", file, fcntl(file, F_GETFL));
	tell("closed on exec", file, fcntl(file, F_GETFD));
	close(file);
	close(fd);
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	same_ioctl("datagram, bytes to read", fd, SIOCINQ);
	close(fd);
}

int main(int argc, char **argv)
{
	bool qrtr = argc == 2 && !strcmp(argv[1], "--qrtr");
	int bits;

	if (argc == 2 && !strcmp(argv[1], "--same")) {
		same_options();
		same_stream();
		same_bound();
		return 0;
	}

	if (getuid() == 0 &&
	    (setgroups(0, NULL) || setgid(USER) || setuid(USER))) {
		perror("witness: becoming uid 1000");
		return TROUBLE;
	}
	user = getuid();
	bits = judge("sets a source route on a socket", try_source_route(),
		     EPERM, SOURCE_ROUTE);
	bits |= judge("asks a unix datagram socket for its mark", try_at_mark(),
		      EOPNOTSUPP, AT_MARK);
	if (qrtr)
		bits |= judge("opens QRTR in a network of its own", try_qrtr(),
			      EAFNOSUPPORT, OTHER_NET);
	return bits;
}
