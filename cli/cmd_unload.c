// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard unload NAME
 *
 * Disables a patch if it is enabled, waits until no task can be in its code any
 * more, and removes the module. A patch that is not declared unloadable is
 * refused before anything is touched.
 */
#include <stdlib.h>

#include "cli.h"

static enum sy_exit sy_permanent(const char *name)
{
	fprintf(stderr,
		"switchyard: %s: the patch is permanent: it does not declare "
		"that it may be unloaded; 'switchyard disable %s' goes back to "
		"the old code\n",
		name, name);
	return SY_EXIT_PERMANENT;
}

/* Leads the patch to SY_ST_DISABLED; the end of the waiting is in @w. */
static struct sy_error *sy_unload_disable(const struct sy_options *opt,
					  struct sy_wait *w)
{
	struct sy_error *err = NULL;
	struct sy_request req;

	sy_options_request(opt, w->patch, false, &req);
	if (w->last.state != SY_ST_DISABLED && w->last.state != SY_ST_RETIRING)
		err = sy_disable(w->conn, &req);
	if (err || w->last.state == SY_ST_DISABLED)
		return err;
	w->retire = true;
	return sy_wait_run(w);
}

static enum sy_exit sy_run_unload(const struct sy_options *opt)
{
	sy_wait_auto struct sy_wait w = { 0 };
	sy_error_auto struct sy_error *err = sy_require_privilege();
	char name[SY_NAME_LEN + 1];

	sy_patch_name_of(opt->operand, name);
	if (!err)
		err = sy_wait_open(&w, name);
	if (!err)
		err = sy_get_one(w.conn, name, &w.last);
	if (err)
		return sy_fail(err);
	if (!(w.last.flags & SY_F_UNLOADABLE))
		return sy_permanent(name);
	err = sy_unload_disable(opt, &w);
	if (err)
		return sy_fail(err);
	if (w.interrupted || w.last.state != SY_ST_DISABLED)
		return sy_result(opt, &w, false, "the module stays loaded");
	err = sy_module_delete(name);
	if (err)
		return sy_fail(err);
	/* Disabled is what was asked for, however it came about. */
	w.last.result = SY_R_SETTLED;
	return sy_result(opt, &w, false, "the module is removed");
}

const struct sy_command sy_cmd_unload = {
	.name = "unload",
	.run = sy_run_unload,
	.operand = "NAME",
	.summary = "disable a patch and remove its module",
	.flags = SY_O_MODEL | SY_O_DEADLINE | SY_O_FORCE | SY_O_JSON,
};
