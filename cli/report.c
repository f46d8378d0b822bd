// SPDX-License-Identifier: GPL-2.0
/*
 * What the operator reads when something is wrong: one line on stderr, and the
 * exit code. Decides which code belongs to which error, and how times and
 * models are written.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

_Static_assert(SY_EXIT_NO_MEMORY == SY_EXIT_VERDICT + SY_V_NO_MEMORY, "abi.h");
_Static_assert(SY_EXIT_OWNED == SY_EXIT_VERDICT + SY_V_OWNED, "abi.h");
_Static_assert(SY_EXIT_NO_SYMBOL == SY_EXIT_VERDICT + SY_V_NO_SYMBOL, "abi.h");
_Static_assert(SY_EXIT_BAD_MODEL == SY_EXIT_VERDICT + SY_V_BAD_MODEL, "abi.h");
_Static_assert(SY_EXIT_ENGINE == SY_EXIT_VERDICT + SY_V_INTERNAL, "abi.h");
_Static_assert(SY_EXIT_NO_REST == SY_EXIT_VERDICT + SY_V_NO_REST, "abi.h");
_Static_assert(SY_EXIT_REWRITTEN == SY_EXIT_VERDICT + SY_V_REWRITTEN, "abi.h");
_Static_assert(SY_EXIT_RELOCATION == SY_EXIT_VERDICT + SY_V_RELOCATION,
	       "abi.h");
_Static_assert(SY_EXIT_BAD_ORDER == SY_EXIT_VERDICT + SY_V_BAD_ORDER, "abi.h");
_Static_assert(SY_EXIT_BAD_DETECTOR == SY_EXIT_VERDICT + SY_V_BAD_DETECTOR,
	       "abi.h");
_Static_assert(SY_V_BAD_DETECTOR + 1 == SY_V__LAST, "abi.h: add an exit code");

static enum sy_exit sy_exit_of_verdict(uint32_t verdict)
{
	if (verdict == SY_V_REQUIREMENT)
		return SY_EXIT_REQUIREMENT;
	if (verdict == SY_V_OTHER_KERNEL)
		return SY_EXIT_WRONG_KERNEL;
	if (verdict == SY_V_OK || verdict >= SY_V__LAST)
		return SY_EXIT_INTERNAL;
	return (enum sy_exit)(SY_EXIT_VERDICT + verdict);
}

static enum sy_exit sy_exit_of_error(const struct sy_error *err)
{
	switch (err->code) {
	case SY_E_NO_ENGINE:
		return SY_EXIT_NO_ENGINE;
	case SY_E_PRIVILEGE:
		return SY_EXIT_PRIVILEGE;
	case SY_E_WRONG_KERNEL:
		return SY_EXIT_WRONG_KERNEL;
	case SY_E_BAD_FILE:
		return SY_EXIT_BAD_FILE;
	case SY_E_LOADER:
		return SY_EXIT_LOADER;
	case SY_E_REFUSED:
		return sy_exit_of_verdict(err->verdict);
	case SY_E_BAD_ARGUMENT:
		return SY_EXIT_USAGE;
	default:
		return SY_EXIT_INTERNAL;
	}
}

enum sy_exit sy_exit_of_result(uint32_t result)
{
	switch (result) {
	case SY_R_SETTLED:
		return SY_EXIT_OK;
	case SY_R_REVERTED:
		return SY_EXIT_REVERTED;
	case SY_R_GAVE_UP:
		return SY_EXIT_GAVE_UP;
	case SY_R_FAILED:
		return SY_EXIT_FAILED;
	default:
		return SY_EXIT_INTERNAL;
	}
}

enum sy_exit sy_fail(const struct sy_error *err)
{
	fprintf(stderr, "switchyard: %s\n", err->message);
	return sy_exit_of_error(err);
}

enum sy_exit sy_usage(const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	sy_printable(line);
	fprintf(stderr, "switchyard: %s\n", line);
	return SY_EXIT_USAGE;
}

/* Three digits and a unit: 870 ns, 45.1 us, 12.3 ms, 3.42 s, 1205 s. */
char *sy_duration(uint64_t ns, char *buf, size_t size)
{
	static const struct {
		uint64_t ns;
		const char *unit;
	} units[] = { { 1000000000u, "s" },
		      { 1000000u, "ms" },
		      { 1000u, "us" },
		      { 1u, "ns" } };
	size_t i = 0;
	double value;
	int digits;

	while (i < 3 && ns < units[i].ns)
		i++;
	value = (double)ns / (double)units[i].ns;
	digits = i == 3 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
	snprintf(buf, size, "%.*f %s", digits, value, units[i].unit);
	return buf;
}

char *sy_model_text(const struct sy_patch *p, char *buf, size_t size)
{
	/* A patch that was never enabled has no model yet. */
	if (p->has_model &&
	    (p->state != SY_ST_DISABLED || p->result != SY_R_NONE))
		snprintf(buf, size, "%s/%s%s", sy_leave_name(p->leave),
			 sy_switch_name(p->sw),
			 p->flags & SY_F_RELAXED ? " relaxed" : "");
	else
		buf[0] = '\0';
	return buf;
}

/* A full disk or a closed pipe must not look like success. */
enum sy_exit sy_output_done(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return SY_EXIT_OK;
	fprintf(stderr,
		"switchyard: output: cannot be written: %s; check "
		"where it goes\n",
		strerror(errno));
	return SY_EXIT_INTERNAL;
}
