/* SPDX-License-Identifier: GPL-2.0 */
/* The program in the guest: drives one litmus test, and judges what it did. */
#ifndef SY_LITMUS_VM_H
#define SY_LITMUS_VM_H

#include <sys/types.h>

#include "../../sim/litmus.h"
#include "../../sim/oracle.h"
#include "target/sy_litmus_abi.h"

/* How the transition of one round ended. */
enum lit_end {
	LIT_SETTLED,
	LIT_REVERTED, /* as requested, or by its deadline */
	LIT_UNSETTLED, /* gave up, or not over when its time was */
	LIT_REFUSED,
	LIT_FAILED, /* preparing failed, as it was made to */
	LIT_ERROR,
};

#define LIT_BYSTANDERS 100
#define LIT_FAULT_LEN 24

/* What one round has besides the words of the file. */
struct lit_way {
	double deadline; /* seconds */
	int no_herd;
	int stretched; /* time passes between two functions' switches */
	char fault[2][LIT_FAULT_LEN]; /* one after the other, or "" */
	int armed;
	int came; /* so many were passed */
	int unprepared; /* one of them was in preparing */
};

struct lit_round {
	enum lit_end end; /* of the last transition that was requested */
	int turned; /* it was reversed by request */
	double took; /* seconds, from its request to its end */
	sy_u32 faults; /* passed, in all transitions */
	int stretched, unherded; /* one of them was */
	sy_u32 length; /* of the history */
	pid_t late; /* who asked and still waits, or 0 */
};

struct lit_vm {
	const struct sy_litmus *l;
	int second; /* the transition at hand is l->then, of the second patch */
	const char *dir; /* modules */
	char patch[64]; /* the test's name in modules */
	sy_u32 model; /* index into sy_models: the one that is asked about */
	int upstream; /* by livepatch instead of the engine */
	int count; /* by the detector count */
	double deadline; /* seconds; grows where it is too short */
	struct lit_way way;
	int device;
	struct lit_shared *shared;
	pid_t child[LIT_THREADS];
	pid_t bystander[LIT_BYSTANDERS];
	struct lit_event *history;
};

/* What the rounds of one test under one model showed. */
struct lit_seen {
	sy_u32 rounds, settled, reverted, unsettled, refused, failed;
	sy_u32 slow; /* not settled, and tried again with more time */
	sy_u32 faults; /* injected, and passed */
	sy_u32 stretched, unherded; /* rounds, see struct lit_way */
	double slowest; /* seconds of the slowest that settled */
	sy_u32 incomplete; /* rounds whose history has a gap */
	sy_u32 m[4], broken, mixed[4]; /* rounds; calls of @mixed: see rows */
	sy_u32 forbidden, violated; /* rounds */
	sy_u32 entered[2]; /* calls by side */
	unsigned long long events;
	const char *clause; /* of the last violation */
	sy_u32 qualifiers; /* SY_M1_SAME_FUNC .. */
};

/* The transition at hand, as its file has it. */
static inline const struct sy_litmus *lit_turn(const struct lit_vm *vm)
{
	return vm->second ? vm->l->then : vm->l;
}

/* Its model: that of the file, if it says by which, or the one asked about. */
static inline const struct sy_model *lit_model(const struct lit_vm *vm)
{
	return lit_turn(vm)->by ? lit_turn(vm)->by : &sy_models[vm->model];
}

/* drive.c. Errors: -1, with one line on stderr. */
int lit_vm_up(struct lit_vm *vm);
void lit_vm_down(struct lit_vm *vm);
enum lit_end lit_vm_round(struct lit_vm *vm, struct lit_round *ret);

/* request.c, likewise */
int lit_say(const char *what, const char *name);
double lit_now(void); /* seconds since the boot */
int lit_begin(struct lit_vm *vm);
void lit_end(struct lit_vm *vm);
int lit_vm_quiet(struct lit_vm *vm, int out);
void lit_transition(struct lit_vm *vm, struct lit_round *ret);
void lit_reap(struct lit_vm *vm, const struct lit_round *round);
void lit_first_line(const char *fmt, const char *name, char *ret, size_t size);

/* judge.c */
void lit_judge(const struct lit_vm *vm, sy_u32 length, struct lit_seen *seen);

#endif
