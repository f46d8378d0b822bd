/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The oracle: judges a recorded history by a model's definition. It knows
 * nothing of the engine; a history comes from the simulator or from a kernel.
 */
#ifndef SY_ORACLE_H
#define SY_ORACLE_H

#include "../module/core/sy_core.h"

/* Beside SY_M1 .. SY_M4: who took part, for the cells with a qualifier. */
#define SY_M1_SAME_FUNC 0x10u /* both frames are of one function */
#define SY_M2_UNEXCUSED 0x20u /* by a thread that nobody excused */
#define SY_M3_SAME_FUNC 0x40u /* the two calls are of one function */
#define SY_M4_SAME_FUNC 0x80u
#define SY_M4_SAME_THREAD 0x100u

#define SY_SEEN_M (SY_M1 | SY_M2 | SY_M3 | SY_M4)

/* Clauses of the definition that a history may violate. */
#define SY_CLAUSE_SIDE 0x01u /* an entry on the wrong side of T_u */
#define SY_CLAUSE_LEAVE_SET 0x02u /* an old frame at T_u */
#define SY_CLAUSE_LEAVE_KERNEL 0x04u /* in the kernel at T_u */
#define SY_CLAUSE_TWICE 0x08u /* a unit switched to where it is */
#define SY_CLAUSE_ORDER 0x10u /* functions out of the patch's order */
#define SY_CLAUSE_CHILD 0x20u /* a child not on its parent's side */
#define SY_CLAUSE_WHOLE 0x40u /* a call returned from another version */
#define SY_CLAUSE_SETTLED 0x80u /* settled with a unit on the other side */
#define SY_CLAUSE_UNIT 0x100u /* a unit that the model does not have */
#define SY_CLAUSE_EXIT 0x200u /* left the kernel with a call still open */

enum sy_history_kind {
	SY_HISTORY_BIRTH, /* thread, by: its parent, side */
	SY_HISTORY_ENTER, /* thread, func, side: the decision in the gateway */
	SY_HISTORY_RETURN, /* thread, func, side */
	SY_HISTORY_STAY, /* thread begins a stay in the kernel */
	SY_HISTORY_BORDER, /* thread ends its stay */
	SY_HISTORY_DEAD, /* thread runs no more: its frames are void */
	SY_HISTORY_SWITCH_FUNC, /* func, side: T_u of a function */
	SY_HISTORY_SWITCH_THREAD, /* thread, side; excused */
	SY_HISTORY_SWITCH_KERNEL, /* side */
	SY_HISTORY_EXCUSED, /* thread: at the next switch of all, by relaxed */
	SY_HISTORY_TURN, /* from here the other side is wanted */
	SY_HISTORY_SETTLED, /* side */
	SY_HISTORY_LOST, /* events are missing from here on */
	SY_HISTORY__LAST
};

struct sy_history {
	enum sy_history_kind kind;
	sy_u32 thread, by, func;
	sy_u8 side; /* 0 old, 1 new body */
	sy_u8 excused;
	sy_u8 after_own; /* ENTER, blind: as after, by this thread */
	sy_u64 after; /* ENTER, blind: functions of which a call on the side
		       * that is gone to had begun before this call set out */
};

#define SY_ORACLE_DEPTH 12
#define SY_ORACLE_FUNCS 64

struct sy_oracle_thread {
	sy_u8 alive;
	sy_u8 inside; /* in a stay */
	sy_u8 side;
	sy_u8 excused; /* since the last border */
	sy_u8 excused_next; /* at the next switch that concerns all */
	sy_u8 stay; /* bit 0: ran old in this stay, bit 1: new */
	sy_u8 entered_to; /* started a call on the side that is gone to */
	sy_u8 depth;
	sy_u8 frame[SY_ORACLE_DEPTH]; /* func << 1 | side */
};

struct sy_oracle {
	struct sy_model model;
	sy_u8 to; /* the side that the transition goes to */
	sy_u8 goal; /* the side wanted now */
	sy_u8 nfuncs;
	sy_u8 incomplete; /* the history has gaps: it is never clean */
	sy_u8 kernel_side;
	sy_u8 settled;
	sy_u8 blind; /* the instants T_u are not in the history */
	sy_u32 seen; /* SY_M1 .. and their qualifiers */
	sy_u32 broken; /* SY_CLAUSE_* */
	sy_u64 unchecked; /* functions whose frames LEAVE does not count */
	sy_u64 func_side; /* bit i: the side of function i */
	sy_u64 entered_to; /* functions that were entered on side @to */
};

enum sy_oracle_verdict {
	SY_ORACLE_CLEAN,
	SY_ORACLE_FORBIDDEN, /* an observation that the model forbids */
	SY_ORACLE_VIOLATED, /* a clause of the definition */
	SY_ORACLE_INCOMPLETE, /* events are missing: nothing can be said */
};

void sy_oracle_init(struct sy_oracle *o, const struct sy_model *model,
		    sy_u32 nfuncs, int to_new, struct sy_oracle_thread *threads,
		    sy_u32 nthreads);

/* One event. An event that cannot be makes the history incomplete. */
void sy_oracle_feed(struct sy_oracle *o, struct sy_oracle_thread *threads,
		    sy_u32 nthreads, const struct sy_history *event);

enum sy_oracle_verdict sy_oracle_verdict(const struct sy_oracle *o);

/* Return: the observations seen that the model forbids; 0: none. */
sy_u32 sy_oracle_forbidden(const struct sy_oracle *o);

/* Return: a sentence for the lowest clause or observation of a set. */
const char *sy_oracle_clause(sy_u32 broken);

#endif
