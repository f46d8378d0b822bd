// SPDX-License-Identifier: GPL-2.0
/*
 * CVE-2026-52928 for a running 6.1 kernel: SIOCATMARK is for unix stream
 * sockets only.
 *
 * The replacement of unix_ioctl() answers the four requests that the old one
 * answers, in the same way, but refuses SIOCATMARK with EOPNOTSUPP on a
 * datagram or seqpacket socket, which has no out-of-band mark. It takes no
 * lock that the old one does not take and runs in process context. The check
 * is local to one call, so the patch forbids nothing.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/path.h>
#include <linux/sockios.h>
#include <linux/termios.h>
#include <linux/uaccess.h>
#include <net/af_unix.h>

#include <switchyard/patch.h>

/* An O_PATH descriptor of the file that @path names. */
static int open_path(const struct path *path)
{
	int fd = get_unused_fd_flags(O_CLOEXEC);
	struct file *file;

	if (fd < 0)
		return fd;
	file = dentry_open(path, O_PATH, current_cred());
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	fd_install(fd, file);
	return fd;
}

/* SIOCUNIXFILE: a descriptor of the file the socket is bound to. */
static int bound_file(struct sock *sk)
{
	struct path path;
	int fd;

	if (!ns_capable(sock_net(sk)->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	/* The address is published after the path: see unix_bind_bsd(). */
	if (!smp_load_acquire(&unix_sk(sk)->addr) || !unix_sk(sk)->path.dentry)
		return -ENOENT;
	path = unix_sk(sk)->path;
	path_get(&path);
	fd = open_path(&path);
	path_put(&path);
	return fd;
}

/* SIOCATMARK: is the next byte to read the out-of-band one? */
static int at_mark(struct sock *sk)
{
	struct sk_buff *next = skb_peek(&sk->sk_receive_queue);

	return next && next == READ_ONCE(unix_sk(sk)->oob_skb);
}

static int fixed_unix_ioctl(struct socket *sock, unsigned int cmd,
			    unsigned long arg)
{
	struct sock *sk = sock->sk;
	long value;

	switch (cmd) {
	case SIOCOUTQ:
		value = unix_outq_len(sk);
		break;
	case SIOCINQ:
		value = unix_inq_len(sk);
		if (value < 0)
			return value;
		break;
	case SIOCUNIXFILE:
		return bound_file(sk);
	case SIOCATMARK:
		if (sk->sk_type != SOCK_STREAM)
			return -EOPNOTSUPP;
		value = at_mark(sk);
		break;
	default:
		return -ENOIOCTLCMD;
	}
	return put_user((int)value, (int __user *)arg);
}

static const struct sy_func funcs[] = {
	SY_FUNC("unix_ioctl", fixed_unix_ioctl),
};

SY_PATCH(funcs, .flags = SY_PATCH_UNLOADABLE | SY_PATCH_REG_ARGS);
MODULE_DESCRIPTION("CVE-2026-52928: SIOCATMARK on unix stream sockets only");
