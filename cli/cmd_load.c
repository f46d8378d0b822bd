// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard load FILE.ko
 *
 * Inspects a patch module file, loads it and enables it. When the engine
 * refuses, or the transition never switched anything, the module is removed
 * again, so that a failed load leaves nothing behind. A patch whose new code
 * has run stays loaded unless it declares that it may be unloaded.
 */
#include <string.h>

#include "cli.h"

/* How long a reverted patch may take to leave the stacks before it is kept. */
#define SY_RETIRE_MS 5000

static enum sy_exit sy_load_refused(const struct sy_error *err,
				    const char *name)
{
	sy_error_auto struct sy_error *left = sy_module_delete(name);
	enum sy_exit code = sy_fail(err);

	if (left)
		sy_fail(left);
	return code;
}

/* After a transition that did not settle; says what became of the module. */
static const char *sy_load_undo(struct sy_wait *w)
{
	sy_error_auto struct sy_error *err = NULL;

	if (w->last.state == SY_ST_RETIRING) {
		w->retire = true;
		w->limit_ms = SY_RETIRE_MS;
		err = sy_wait_run(w);
	}
	if (err || w->last.state != SY_ST_DISABLED)
		return "its new code is still in use, so the module stays "
		       "loaded";
	if (w->last.result == SY_R_REVERTED &&
	    !(w->last.flags & SY_F_UNLOADABLE))
		return "its new code has run, so the module stays loaded";
	err = sy_module_delete(w->patch);
	return err ? "the module cannot be removed" :
		     "the module is removed again";
}

static enum sy_exit sy_load_enable(const struct sy_options *opt,
				   struct sy_wait *w)
{
	sy_error_auto struct sy_error *err = NULL;
	const char *after = "";
	struct sy_request req;

	sy_options_request(opt, w->patch, true, &req);
	err = sy_enable(w->conn, &req);
	if (err)
		return sy_load_refused(err, w->patch);
	if (opt->no_wait)
		return sy_result_started(opt, w->patch, "enable");
	err = sy_wait_run(w);
	if (err)
		return sy_fail(err);
	if (!w->interrupted && w->last.result != SY_R_SETTLED)
		after = sy_load_undo(w);
	return sy_result(opt, w, false, after);
}

static enum sy_exit sy_run_load(const struct sy_options *opt)
{
	sy_wait_auto struct sy_wait w = { 0 };
	sy_file_auto struct sy_file file = { .fd = -1 };
	sy_error_auto struct sy_error *err = sy_file_open(opt->operand, &file);

	if (!err)
		err = sy_require_privilege();
	if (!err)
		err = sy_wait_open(&w, file.name);
	if (!err)
		err = sy_file_load(&file);
	if (err)
		return sy_fail(err);
	return sy_load_enable(opt, &w);
}

const struct sy_command sy_cmd_load = {
	.name = "load",
	.run = sy_run_load,
	.operand = "FILE.ko",
	.summary = "load a patch module and enable it",
	.flags = SY_O_MODEL | SY_O_ORDER | SY_O_DEADLINE | SY_O_WAIT |
		 SY_O_FORCE | SY_O_JSON,
};
