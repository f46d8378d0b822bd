/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libswitchyard: talk to the switchyard engine and to patch module files.
 *
 * Errors are values. Every function that can fail returns a struct sy_error
 * pointer: NULL is success, anything else belongs to the caller, who frees it
 * with sy_error_free() or declares it with sy_error_auto. The library never
 * prints, never exits and keeps no global state. An error's message is one
 * line, "OBJECT: REASON; WAY OUT".
 *
 * Times are nanoseconds unless the name says otherwise. Nothing here may be
 * called from two threads on one connection at once.
 */
#ifndef SWITCHYARD_H
#define SWITCHYARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <switchyard/abi.h>

#include "presets.h"

/* ---- errors ---- */

enum sy_error_code {
	SY_E_SYSTEM, /* a system call failed: sys has its errno */
	SY_E_NO_MEMORY,
	SY_E_PROTOCOL, /* a message the engine should never send */
	SY_E_NO_ENGINE, /* the module switchyard is not loaded */
	SY_E_PRIVILEGE, /* CAP_SYS_MODULE is missing */
	SY_E_WRONG_KERNEL, /* the patch was built for another release */
	SY_E_BAD_FILE, /* unreadable, not a module, not a patch */
	SY_E_LOADER, /* finit_module or delete_module refused */
	SY_E_REFUSED, /* the engine refused: verdict says why */
	SY_E_BAD_ARGUMENT, /* text that does not name a model, preset, time */
	SY_E__LAST
};

struct sy_error {
	enum sy_error_code code;
	int sys; /* errno, or 0 */
	uint32_t verdict; /* enum sy_abi_verdict with SY_E_REFUSED */
	char message[512]; /* one line, printable */
};

/*
 * sy_error_make - a new error.
 * @code: what kind; @sys: the errno behind it or 0; @fmt: printf format of
 * "OBJECT: REASON; WAY OUT". Control characters are replaced.
 * Never returns NULL: without memory it returns a static error.
 */
struct sy_error *sy_error_make(enum sy_error_code code, int sys,
			       const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* sy_error_refused - the error for a verdict of the engine. */
struct sy_error *sy_error_refused(uint32_t verdict, const char *line);

/* sy_error_free - frees; NULL and the static error are fine. */
void sy_error_free(struct sy_error *err);
void sy_error_freep(struct sy_error **err);
#define sy_error_auto __attribute__((cleanup(sy_error_freep)))

/* sy_printable - replaces in place what is not printable ASCII by '?'. */
void sy_printable(char *text);

/* ---- names of the ABI's numbers ---- */

/* Each returns a static lower-case word; "?" for a number out of range. */
const char *sy_state_name(uint32_t state);
const char *sy_result_name(uint32_t result);
const char *sy_event_name(uint32_t event);
const char *sy_kind_name(uint32_t kind);
const char *sy_leave_name(uint32_t leave);
const char *sy_switch_name(uint32_t sw);
const char *sy_verdict_name(uint32_t verdict);
const char *sy_detector_name(uint32_t detector);

/* sy_detector_why - what the detector is good for, half a sentence. */
const char *sy_detector_why(uint32_t detector);

/* sy_requirement_text - "m1 m3" or "none" (abi.h, patches/NAME/requirement). */
void sy_requirement_text(uint32_t requirement, char *buf, size_t size);

/* ---- models and presets (docs/models.md) ---- */

struct sy_model {
	uint32_t leave; /* enum sy_abi_leave */
	uint32_t sw; /* enum sy_abi_switch */
	bool relaxed;
	const char *observed[4]; /* M1..M4: "yes", "no" or "excused" */
};

/* The table's rows, in static memory, in the document's order. */
const struct sy_model *sy_models(size_t *count);

/*
 * sy_model_parse - "LEAVE/SWITCH", in any case, with or without the prefixes
 * LEAVE_ and SWITCH_. Error: SY_E_BAD_ARGUMENT.
 */
struct sy_error *sy_model_parse(const char *text, uint32_t *leave,
				uint32_t *sw);

/* sy_detector_parse - "stack" or "count", in any case. SY_E_BAD_ARGUMENT. */
struct sy_error *sy_detector_parse(const char *text, uint32_t *ret);

/*
 * sy_preset_find - the preset of that name. Errors: SY_E_BAD_ARGUMENT for an
 * unknown name, SY_E_REFUSED with SY_V_BAD_MODEL for one with a refusal.
 */
struct sy_error *sy_preset_find(const char *name, const struct sy_preset **ret);

/*
 * sy_seconds_parse - decimal seconds ("10", "0.5") to milliseconds, rounded
 * up. Error: SY_E_BAD_ARGUMENT, also for what does not fit 32 bits.
 */
struct sy_error *sy_seconds_parse(const char *text, uint32_t *ret_ms);

/* ---- what the engine tells ---- */

struct sy_patch {
	char name[SY_NAME_LEN];
	bool has_model; /* leave and sw were in the message */
	uint32_t state, leave, sw, flags, requirement, functions;
	uint32_t detector; /* enum sy_abi_detector */
	uint32_t to_new, tasks, remaining, blockers, excused, stops, nudged;
	uint32_t held, holds;
	uint32_t result;
	bool ordered; /* functions switch one after another */
	uint32_t switched; /* of them, on the wanted side */
	char turn[SY_NAME_LEN]; /* whose turn it is, or "" */
	char pending[SY_MESSAGE_LEN]; /* target modules not loaded, or "" */
	uint64_t elapsed_ns, whole_ns, pause_ns;
	uint64_t hold_median_ns, hold_worst_ns;
	char message[SY_MESSAGE_LEN];
	char by_handler[SY_MESSAGE_LEN]; /* names, spaces between; or "" */
};

struct sy_blocker {
	char patch[SY_NAME_LEN];
	uint32_t pid;
	char comm[64];
	uint32_t kind;
	char function[SY_NAME_LEN * 8]; /* "" when unknown */
	char frame[SY_NAME_LEN * 8]; /* "" when unknown */
	bool has_since;
	uint64_t since_ns;
	char relief[SY_MESSAGE_LEN]; /* "" when unknown */
};

struct sy_event {
	uint32_t event; /* enum sy_abi_event */
	struct sy_patch patch;
};

struct sy_patches {
	struct sy_patch *item;
	size_t count;
};

struct sy_blockers {
	struct sy_blocker *item;
	size_t count;
};

void sy_patches_free(struct sy_patches *list);
void sy_blockers_free(struct sy_blockers *list);
#define sy_patches_auto __attribute__((cleanup(sy_patches_free)))
#define sy_blockers_auto __attribute__((cleanup(sy_blockers_free)))

/* ---- generic netlink ---- */

struct sy_conn;

/*
 * sy_conn_open - a connection for requests.
 * Errors: SY_E_NO_ENGINE, SY_E_SYSTEM, SY_E_PROTOCOL, SY_E_NO_MEMORY.
 */
struct sy_error *sy_conn_open(struct sy_conn **ret);

/* sy_events_open - a connection that has joined the group "events". */
struct sy_error *sy_events_open(struct sy_conn **ret);

void sy_conn_close(struct sy_conn *conn);
void sy_conn_closep(struct sy_conn **conn);
#define sy_conn_auto __attribute__((cleanup(sy_conn_closep)))

struct sy_request {
	const char *patch;
	bool has_model; /* send leave and sw */
	uint32_t leave, sw;
	uint32_t detector; /* enum sy_abi_detector; NONE: the default */
	uint32_t flags; /* SY_F_FORCE, SY_F_RELAXED, SY_F_NO_HERD */
	uint32_t deadline_ms; /* 0: the engine's default */
	uint32_t tries; /* 0: until the deadline */
	uint32_t retry_ms; /* 0: the engine's back-off */
	const char *order; /* sy_enable(): functions as in SY_A_ORDER, or NULL */
};

/*
 * sy_enable, sy_disable, sy_reverse - start a transition. Success means it has
 * been started. Errors: SY_E_REFUSED with the verdict (nothing has changed),
 * SY_E_PRIVILEGE, SY_E_SYSTEM, SY_E_PROTOCOL.
 */
struct sy_error *sy_enable(struct sy_conn *conn, const struct sy_request *req);
struct sy_error *sy_disable(struct sy_conn *conn, const struct sy_request *req);
struct sy_error *sy_reverse(struct sy_conn *conn, const char *patch);

/* sy_get - the patches; @patch may be NULL for all. */
struct sy_error *sy_get(struct sy_conn *conn, const char *patch,
			struct sy_patches *ret);

/* sy_get_one - one patch; SY_E_REFUSED with SY_V_NO_PATCH without it. */
struct sy_error *sy_get_one(struct sy_conn *conn, const char *patch,
			    struct sy_patch *ret);

/* sy_blocked - the tasks waited for; @patch may be NULL for all. */
struct sy_error *sy_blocked(struct sy_conn *conn, const char *patch,
			    struct sy_blockers *ret);

/*
 * sy_event_next - the next event of a connection of sy_events_open().
 * @timeout_ms: -1 waits for ever, 0 does not wait.
 * @got: false on a time-out and when a signal came.
 * @lost: set when the kernel had to drop events.
 */
struct sy_error *sy_event_next(struct sy_conn *conn, int timeout_ms,
			       struct sy_event *ret, bool *got, bool *lost);

/* ---- patch module files ---- */

struct sy_file {
	int fd; /* -1 when closed */
	char name[SY_NAME_LEN]; /* of the module */
	char release[128]; /* the kernel it was built for */
};

/*
 * sy_file_open - opens and inspects @path: an ELF module, built for the
 * running kernel, whose modinfo says switchyard=patch. The file that is
 * inspected is the file that sy_file_load() hands to the kernel.
 * Errors: SY_E_BAD_FILE, SY_E_WRONG_KERNEL, SY_E_NO_MEMORY.
 */
struct sy_error *sy_file_open(const char *path, struct sy_file *ret);
void sy_file_close(struct sy_file *file);
#define sy_file_auto __attribute__((cleanup(sy_file_close)))

/*
 * sy_file_load - finit_module on the inspected file.
 * Errors: SY_E_REFUSED when the engine refused to register the patch or one of
 * that name is loaded; SY_E_LOADER when the kernel's loader refused it.
 */
struct sy_error *sy_file_load(const struct sy_file *file);

/* sy_module_delete - delete_module, without waiting. SY_E_LOADER. */
struct sy_error *sy_module_delete(const char *name);

/* sy_require_privilege - SY_E_PRIVILEGE unless CAP_SYS_MODULE is effective. */
struct sy_error *sy_require_privilege(void);

/* ---- sysfs ---- */

/*
 * sy_sysfs_read - the text of /sys/kernel/switchyard/@file without its last
 * newline. Returns false, and an empty text, when it cannot be read.
 */
bool sy_sysfs_read(const char *file, char *buf, size_t size);

#endif
