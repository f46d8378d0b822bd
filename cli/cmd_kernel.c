// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard kernel add RELEASE | list | remove RELEASE
 *
 * The kernels that patches can be built for. The script kernel-cache is the one
 * place that knows about packages; here it is checked what each verb takes.
 */
#include <string.h>

#include "cli.h"

static enum sy_exit sy_run_kernel(const struct sy_options *opt)
{
	static const struct {
		const char *name, *verb;
		size_t operands;
	} verbs[] = {
		{ "add", "add", 2 },
		{ "list", "kernels", 1 },
		{ "remove", "remove", 2 },
	};
	struct sy_options rest = *opt;
	size_t i;

	for (i = 0; i < 3; i++)
		if (!strcmp(opt->operand, verbs[i].name))
			break;
	if (i == 3)
		return sy_usage("%s: not a verb of kernel; use add, list or "
				"remove",
				opt->operand);
	if (opt->noperands != verbs[i].operands)
		return sy_usage("kernel %s: %s; see 'switchyard help kernel'",
				opt->operand,
				verbs[i].operands == 1 ? "takes no RELEASE" :
				opt->noperands == 1 ? "its RELEASE is missing" :
						      "takes one RELEASE");
	if (opt->json && i != 1)
		return sy_usage("--json: not an option of kernel %s; leave it "
				"out",
				opt->operand);
	if (opt->npassed && i != 0)
		return sy_usage("%s: not an option of kernel %s; leave it out",
				opt->passed[0], opt->operand);
	rest.noperands--;
	memmove(rest.operands, rest.operands + 1,
		rest.noperands * sizeof(rest.operands[0]));
	return sy_tool_exec("kernel-cache", verbs[i].verb, &rest);
}

const struct sy_command sy_cmd_kernel = {
	.name = "kernel",
	.run = sy_run_kernel,
	.operand = "VERB [RELEASE]",
	.summary = "get, list or remove kernels to build for",
	.flags = SY_O_ADD | SY_O_JSON,
	.several = true,
};
