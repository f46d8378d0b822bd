/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the command share: commands as data, options, reports. */
#ifndef SY_CLI_H
#define SY_CLI_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "exit.h"
#include "switchyard.h"

/* The options a command takes; struct sy_command.flags. */
#define SY_O_MODEL 1u /* --model, --relaxed, --preset, --detector */
#define SY_O_DEADLINE 2u
#define SY_O_WAIT 4u
#define SY_O_FORCE 8u
#define SY_O_JSON 16u
#define SY_O_UNTIL 32u
#define SY_O_ADD 64u /* --source, --debs */
#define SY_O_BUILD 128u
#define SY_O_INSPECT 256u
#define SY_O_ORDER 512u

#define SY_OPERANDS_MAX 256
#define SY_PASSED_MAX 64

struct sy_options {
	const char *operand; /* the first operand, or NULL */
	const char *operands[SY_OPERANDS_MAX];
	size_t noperands;
	char *passed[SY_PASSED_MAX]; /* for another program: "--name=value" */
	size_t npassed;
	bool has_model;
	const char *preset; /* as typed, or NULL */
	uint32_t leave, sw, tries, retry_ms;
	uint32_t detector; /* of --detector, else of the preset, or 0 */
	bool has_detector;
	bool relaxed, no_herd, force, no_wait, json, until_settled;
	uint32_t deadline_ms;
	const char *order; /* as typed, or NULL */
};

struct sy_command {
	const char *name;
	enum sy_exit (*run)(const struct sy_options *opt);
	const char *operand; /* "NAME", "[NAME]", "FILE.ko", or "" */
	const char *summary; /* one line for help */
	unsigned int flags; /* SY_O_* */
	bool several; /* takes more than one operand */
};

/* main.c: the table; NULL for an unknown name. */
const struct sy_command *sy_command_find(const char *name);
const struct sy_command *sy_command_at(size_t i);

/* options.c */
enum sy_exit sy_options_parse(const struct sy_command *cmd, int argc,
			      char **argv, struct sy_options *ret);
void sy_options_help(const struct sy_command *cmd, FILE *out);
void sy_options_request(const struct sy_options *opt, const char *patch,
			bool default_model, struct sy_request *ret);

/* report.c: one line on stderr, and the exit code that belongs to it. */
enum sy_exit sy_fail(const struct sy_error *err);
enum sy_exit sy_usage(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));
enum sy_exit sy_exit_of_result(uint32_t result);
char *sy_duration(uint64_t ns, char *buf, size_t size);
char *sy_model_text(const struct sy_patch *p, char *buf, size_t size);
enum sy_exit sy_output_done(void);

/* wait.c: follows a transition that has been started. */
struct sy_wait {
	const char *patch;
	bool retire; /* wait until the module may go */
	unsigned int limit_ms; /* for so long at most; 0: without a limit */
	struct sy_conn *conn, *events;
	struct sy_patch last; /* the last state seen */
	struct sy_blockers blockers; /* last seen before the end */
	bool interrupted;
};

struct sy_error *sy_wait_open(struct sy_wait *w, const char *patch);
struct sy_error *sy_wait_run(struct sy_wait *w);
void sy_wait_close(struct sy_wait *w);
#define sy_wait_auto __attribute__((cleanup(sy_wait_close)))
extern volatile int sy_interrupted;
void sy_catch_interrupt(void);

/* result.c: the last line, or the JSON object, of a transition. */
enum sy_exit sy_result(const struct sy_options *opt, const struct sy_wait *w,
		       bool reverse, const char *after);
enum sy_exit sy_result_started(const struct sy_options *opt, const char *patch,
			       const char *what);

/* drive.c: from a request to its end, with or without waiting. */
enum sy_exit sy_drive(const struct sy_options *opt, const char *patch,
		      uint8_t cmd);
void sy_patch_name_of(const char *operand, char *name);

/* tool.c: becomes a program that is installed beside the command; returns only
 * when that failed, with the exit code. */
enum sy_exit sy_tool_exec(const char *program, const char *verb,
			  const struct sy_options *opt);

extern const struct sy_command sy_cmd_load, sy_cmd_unload, sy_cmd_enable,
	sy_cmd_disable, sy_cmd_reverse, sy_cmd_status, sy_cmd_list,
	sy_cmd_blocked, sy_cmd_watch, sy_cmd_models, sy_cmd_help,
	sy_cmd_version, sy_cmd_kernel, sy_cmd_build, sy_cmd_inspect;

#endif
