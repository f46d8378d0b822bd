// SPDX-License-Identifier: GPL-2.0
/*
 * Injected faults: the parameter fail_alloc counts down at each of the engine's
 * own allocations, and the one that takes it to zero fails. Debian's kernels lack
 * CONFIG_FAULT_INJECTION; this is how the tests reach every error path. Zero, the
 * default, injects nothing. Any context.
 */
#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/moduleparam.h>

#include "inject.h"

static unsigned int sy_fail_alloc;
module_param_named(fail_alloc, sy_fail_alloc, uint, 0600);
MODULE_PARM_DESC(
	fail_alloc,
	"for tests: this many of the engine's allocations from now, one fails (0: none)");

/* Return: true if the allocation at hand must fail. */
bool sy_inject(void)
{
	unsigned int left = READ_ONCE(sy_fail_alloc);

	while (unlikely(left)) {
		if (try_cmpxchg(&sy_fail_alloc, &left, left - 1))
			return left == 1;
	}
	return false;
}
