// SPDX-License-Identifier: GPL-2.0
/*
 * An unprivileged user tries what two known holes of the stock kernel 6.1.0-47
 * give: a loose source route on a socket (CVE-2026-53249) and SIOCATMARK on a
 * unix datagram socket (CVE-2026-52928). One line for each, and an exit code
 * that says which succeeded: 1 the first, 2 the second, 3 both; 4 is added when
 * an attempt failed for another reason than the fix.
 */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define USER 1000

enum { SOURCE_ROUTE = 1, AT_MARK = 2, TROUBLE = 4 };

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
	printf("uid %d  %-44s  %s%s%s%s\n", (int)getuid(), what, word,
	       err ? " (" : "", err ? strerror(err) : "", err ? ")" : "");
	return ret;
}

int main(void)
{
	int bits;

	if (getuid() == 0 &&
	    (setgroups(0, NULL) || setgid(USER) || setuid(USER))) {
		perror("witness: becoming uid 1000");
		return TROUBLE;
	}
	bits = judge("sets a source route on a socket", try_source_route(),
		     EPERM, SOURCE_ROUTE);
	bits |= judge("asks a unix datagram socket for its mark", try_at_mark(),
		      EOPNOTSUPP, AT_MARK);
	return bits;
}
