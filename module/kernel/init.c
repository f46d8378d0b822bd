// SPDX-License-Identifier: GPL-2.0
/* Loading and unloading of the engine. */
#include <linux/module.h>

#include "hold.h"
#include "live.h"
#include "symbols.h"
#include "transition.h"

static int __init sy_init(void)
{
	int err = sy_symbols_init();

	if (!err)
		err = sy_unwind_init();
	if (!err)
		err = sy_hold_init();
	if (err)
		return err;
	sy_stop_init();
	sy_slots_init();
	err = sy_hooks_init();
	if (err)
		return err;
	err = sy_worker_init();
	if (err)
		goto err_hooks;
	err = sy_sysfs_init();
	if (err)
		goto err_worker;
	err = sy_bound_init();
	if (err)
		goto err_sysfs;
	err = sy_targets_init();
	if (err)
		goto err_bound;
	err = sy_netlink_init();
	if (err)
		goto err_targets;
	sy_anchor_init();
	return 0;

err_targets:
	sy_targets_deinit();
err_bound:
	sy_bound_deinit();
err_sysfs:
	sy_sysfs_deinit();
err_worker:
	sy_worker_deinit();
err_hooks:
	sy_hooks_deinit();
	return err;
}

/* Every patch module holds a reference to this one: none is left here. */
static void __exit sy_exit(void)
{
	sy_netlink_deinit();
	sy_anchor_deinit();
	sy_targets_deinit();
	sy_bound_deinit();
	sy_sysfs_deinit();
	sy_worker_deinit();
	sy_hooks_deinit();
	sy_stop_deinit();
	sy_hold_deinit();
}

module_init(sy_init);
module_exit(sy_exit);
MODULE_DESCRIPTION("Live patching with every consistency model");
MODULE_VERSION(SY_VERSION);
MODULE_LICENSE("GPL");
