// SPDX-License-Identifier: GPL-2.0
/*
 * From a request to its end, the same for enable, disable and reverse: checks
 * the privilege, listens before it asks (so that no event is missed), asks, and
 * waits unless told not to.
 */
#include <string.h>

#include "cli.h"

/* A module's name as the kernel has it: '_' for '-'. */
void sy_patch_name_of(const char *operand, char *name)
{
	size_t i;

	for (i = 0; operand[i] && i < SY_NAME_LEN; i++)
		name[i] = operand[i] == '-' ? '_' : operand[i];
	name[i] = '\0'; /* one too long is kept so, and refused later */
}

static const char *sy_what(uint8_t cmd)
{
	return cmd == SY_CMD_ENABLE  ? "enable" :
	       cmd == SY_CMD_DISABLE ? "disable" :
				       "reverse";
}

static struct sy_error *sy_ask(struct sy_conn *conn, uint8_t cmd,
			       const struct sy_request *req)
{
	switch (cmd) {
	case SY_CMD_ENABLE:
		return sy_enable(conn, req);
	case SY_CMD_DISABLE:
		return sy_disable(conn, req);
	default:
		return sy_reverse(conn, req->patch);
	}
}

enum sy_exit sy_drive(const struct sy_options *opt, const char *patch,
		      uint8_t cmd)
{
	sy_wait_auto struct sy_wait w = { 0 };
	sy_error_auto struct sy_error *err = sy_require_privilege();
	struct sy_request req;

	if (err)
		return sy_fail(err);
	err = sy_wait_open(&w, patch);
	if (err)
		return sy_fail(err);
	sy_options_request(opt, patch, cmd == SY_CMD_ENABLE, &req);
	err = sy_ask(w.conn, cmd, &req);
	if (err)
		return sy_fail(err);
	if (opt->no_wait)
		return sy_result_started(opt, patch, sy_what(cmd));
	err = sy_wait_run(&w);
	if (err)
		return sy_fail(err);
	return sy_result(opt, &w, cmd == SY_CMD_REVERSE, "");
}
