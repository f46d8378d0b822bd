// SPDX-License-Identifier: GPL-2.0
/*
 * CVE-2026-53249 for a running 6.1 kernel: source-route options need
 * CAP_NET_RAW.
 *
 * The replacement of ip_options_get() decides which IP options a caller may
 * put on a socket. It does all that the old one does, and when the compiled
 * options hold a loose or strict source route it asks, besides, for
 * CAP_NET_RAW in the user namespace that owns the network namespace. It takes
 * no lock and runs in process context, as the old one does. Old and new may
 * mix in every way: the check is local to one call, so the patch forbids
 * nothing.
 */
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sockptr.h>
#include <net/ip.h>
#include <net/net_namespace.h>

#include <switchyard/patch.h>

/* Copy, pad with END to a multiple of four, compile. */
static int fill_options(struct net *net, struct ip_options *opt, sockptr_t data,
			int len)
{
	int padded = round_up(len, 4);

	if (!len)
		return 0;
	if (copy_from_sockptr(opt->__data, data, len))
		return -EFAULT;
	memset(opt->__data + len, IPOPT_END, padded - len);
	opt->optlen = padded;
	return ip_options_compile(net, opt, NULL) ? -EINVAL : 0;
}

static int fixed_ip_options_get(struct net *net, struct ip_options_rcu **optp,
				sockptr_t data, int optlen)
{
	struct ip_options_rcu *opt;
	int err;

	opt = kzalloc(struct_size(opt, opt.__data, round_up(optlen, 4)),
		      GFP_KERNEL);
	if (!opt)
		return -ENOMEM;
	err = fill_options(net, &opt->opt, data, optlen);
	if (!err && opt->opt.srr && !ns_capable(net->user_ns, CAP_NET_RAW))
		err = -EPERM;
	if (err) {
		kfree(opt);
		return err;
	}
	kfree(*optp);
	*optp = opt;
	return 0;
}

static const struct sy_func funcs[] = {
	SY_FUNC("ip_options_get", fixed_ip_options_get),
};

SY_PATCH(funcs, .flags = SY_PATCH_UNLOADABLE | SY_PATCH_REG_ARGS);
MODULE_DESCRIPTION("CVE-2026-53249: IP source routes need CAP_NET_RAW");
