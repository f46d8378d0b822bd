/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exit codes of the command; the table EXIT STATUS in man/switchyard.1 has the
 * same numbers and names, which a test compares. From 20 on: 20 + the number
 * of the engine's verdict (enum sy_abi_verdict). Numbers are never reused.
 */
#ifndef SY_CLI_EXIT_H
#define SY_CLI_EXIT_H

enum sy_exit {
	SY_EXIT_OK = 0,
	SY_EXIT_INTERNAL = 1,
	SY_EXIT_USAGE = 2,
	SY_EXIT_PRIVILEGE = 3,
	SY_EXIT_NO_ENGINE = 4,
	SY_EXIT_WRONG_KERNEL = 5,
	SY_EXIT_BAD_FILE = 6,
	SY_EXIT_REQUIREMENT = 7,
	SY_EXIT_LOADER = 8,
	SY_EXIT_PERMANENT = 9,
	SY_EXIT_REVERTED = 10,
	SY_EXIT_GAVE_UP = 11,
	SY_EXIT_FAILED = 12,
	SY_EXIT_VERDICT = 20, /* base, itself never returned */
	SY_EXIT_NO_MEMORY = 21,
	SY_EXIT_BUSY = 22,
	SY_EXIT_NO_PATCH = 23,
	SY_EXIT_DUPLICATE = 24,
	SY_EXIT_BAD_DESCRIPTOR = 25,
	SY_EXIT_NO_FUNCTION = 26,
	SY_EXIT_AMBIGUOUS = 27,
	SY_EXIT_NOT_TRACEABLE = 28,
	SY_EXIT_INIT_CODE = 29,
	SY_EXIT_NMI_REACHABLE = 30,
	SY_EXIT_OWNED = 31,
	SY_EXIT_NO_OBJECT = 32,
	SY_EXIT_NO_SYMBOL = 33,
	SY_EXIT_BAD_MODEL = 35,
	SY_EXIT_BAD_STATE = 36,
	SY_EXIT_FTRACE_OFF = 37,
	SY_EXIT_NO_ROOM = 38,
	SY_EXIT_ENGINE = 39,
	SY_EXIT_NO_REST = 40,
	SY_EXIT_REWRITTEN = 42,
	SY_EXIT_RELOCATION = 43,
	SY_EXIT_INTERRUPTED = 130,
};

#endif
