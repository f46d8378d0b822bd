/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The kernel/user ABI of switchyard: documentation first, numbers after.
 *
 * NETLINK. One generic-netlink family, "switchyard", version 1, with one
 * multicast group, "events". Everything reserved must be zero, unknown
 * attributes are refused, and a request that changes anything needs
 * CAP_SYS_MODULE in the initial user namespace.
 *
 *   SY_CMD_ENABLE   PATCH, [LEAVE, SWITCH, DETECTOR, FLAGS, DEADLINE_MS,
 *                   TRIES, RETRY_MS, ORDER]  start patching with a model
 *   SY_CMD_DISABLE  PATCH, [LEAVE, SWITCH, DETECTOR, FLAGS, DEADLINE_MS,
 *                   TRIES, RETRY_MS]     start unpatching; without a model,
 *                                        the one it was enabled with
 *   SY_CMD_REVERSE  PATCH                turn the running transition round
 *   SY_CMD_GET      dump, [PATCH]        one message a patch
 *   SY_CMD_BLOCKED  dump, [PATCH]        one message a task that the running
 *                                        transition (or a retirement) still
 *                                        waits for
 *
 * LEAVE and SWITCH go together; ENABLE without them means
 * patched_set/thread.
 *
 * ORDER names every function of the patch once, separated by commas, in the
 * order in which a SWITCH_FUNCTION model makes them new; without it they go in
 * the order of the patch's table. NAME stands for a function, or OBJECT:NAME
 * where the patch has the name in several objects ("vmlinux" is the kernel
 * itself). Unpatching, and a transition that goes back, take the opposite order.
 * With another SWITCH it is refused.
 *
 * DETECTOR says how the transition shall learn that execution has left. Without
 * it, or with SY_ABI_DETECTOR_NONE, the model's default is taken: STACK for
 * LEAVE_PATCHED_SET, BOUNDARY for LEAVE_KERNEL, none for LEAVE_FUNCTION. COUNT
 * is served for patched_set/thread and patched_set/kernel, and only for patches
 * whose functions are all declared to take their arguments in registers
 * (SY_FUNC_REG_ARGS, SY_PATCH_REG_ARGS in <switchyard/patch.h>); anything else
 * is refused with SY_V_BAD_DETECTOR. DISABLE without a model and without
 * DETECTOR takes the detector of the last enable. DISABLE without a model holds
 * nobody if the last enable had SY_F_NO_HERD.
 *
 * ENABLE, DISABLE and REVERSE are answered with one message of the same
 * command that carries VERDICT and, when the verdict is not SY_V_OK, MESSAGE:
 * one line naming the object, the reason and the way out. A refused request
 * has changed nothing. SY_V_OK means that the transition has been started, not
 * that it has finished: listen to "events" or ask with SY_CMD_GET. Requests
 * that never reach the engine (malformed message, missing capability) are
 * answered by a netlink error: -EINVAL with the offending attribute in the
 * extended ack, or -EPERM.
 *
 * A message of SY_CMD_GET carries PATCH, STATE, LEAVE, SWITCH, DETECTOR, FLAGS,
 * REQUIREMENT, FUNCTIONS, BY_HANDLER where there is something to name, PENDING
 * where a target module is not loaded, and for
 * the running or the last transition: TO_NEW,
 * TASKS, REMAINING, BLOCKERS, EXCUSED, ELAPSED_NS, WHOLE_NS, PAUSE_NS,
 * STOPS, NUDGED, HELD, HOLDS, HOLD_MEDIAN_NS, HOLD_WORST_NS, RESULT, MESSAGE;
 * where functions switch one after another (PATCHED_SET/FUNCTION,
 * KERNEL/FUNCTION) also SWITCHED and, while it runs, FUNCTION: the one whose turn
 * it is.
 *
 * HOLDING. Models that need one instant at which nobody is inside may park tasks
 * at the border between kernel and user mode until it has come: at most 100 ms
 * in each attempt under LEAVE_PATCHED_SET, 500 ms under LEAVE_KERNEL. HELD to
 * HOLD_WORST_NS are counted when the transition is over; each task counts once,
 * with the longest time at a stretch from its parking until it was let go. SY_F_NO_HERD forbids
 * it to patched_set models; leaving the kernel at one instant has no other way,
 * and needs no leave for it.
 *
 * A message of SY_CMD_BLOCKED carries PATCH, PID, COMM, KIND, and where they
 * are known FUNCTION (the patched function on the task's stack), FRAME (the
 * text address found there, as symbol+offset), SINCE_NS, and RELIEF (what would
 * free it).
 *
 * An event (SY_CMD_EVENT on group "events") carries EVENT, PATCH and what
 * SY_CMD_GET would carry. SY_EVENT_PROGRESS is sent at most 20 times a second.
 *
 * SYSFS. /sys/kernel/switchyard, one value per file:
 *   version                the engine's version
 *   models                 one line per model served: leave/switch
 *   transition             name of the patch in transition, or empty line
 *   refusal                the last refusal's line, or empty line
 *   verdict                its number in enum sy_abi_verdict, or 0
 *   patches/NAME/state           disabled | preparing | patching | enabled |
 *                                unpatching | retiring
 *   patches/NAME/model           leave/switch of the last enable, e.g.
 *                                patched_set/thread; " relaxed" is appended
 *   patches/NAME/detector        none | stack | count | boundary: of the last
 *                                enable
 *   patches/NAME/requirement     the forbidden observations, e.g. "m1 m3", or
 *                                "none"
 *   patches/NAME/functions       number of functions
 *   patches/NAME/switched        where functions switch one after another:
 *                                those on the wanted side / functions in all;
 *                                else an empty line
 *   patches/NAME/turn            the function whose turn it is, or empty line
 *   patches/NAME/by_handler      functions that are redirected by an ftrace
 *                                handler, one a line: somebody who shares the
 *                                entry, as BPF's fentry does, had the direct
 *                                call first. Such a call costs more
 *   patches/NAME/pending         target modules that are not loaded, or an
 *                                empty line: they are patched when they come
 *   patches/NAME/forced          1 while enabled against its requirement
 *   patches/NAME/unloadable      1 when the patch module may be unloaded
 *   patches/NAME/progress        tasks switched / tasks in all
 *   patches/NAME/blockers        number of tasks the transition waits for
 *   patches/NAME/last_pause_ns   longest pause of a CPU in the last stop
 *   patches/NAME/last_result     none | settled | reverted | gave_up | failed
 *
 * Times are nanoseconds of CLOCK_MONOTONIC unless the name says otherwise.
 */
#ifndef SWITCHYARD_ABI_H
#define SWITCHYARD_ABI_H

#include <linux/types.h>

#define SY_GENL_NAME "switchyard"
#define SY_GENL_VERSION 1
#define SY_GENL_GROUP "events"
#define SY_NAME_LEN 64 /* patch and function names, with the final NUL */
#define SY_ORDER_LEN 4096 /* an order of functions, with the final NUL */
#define SY_MESSAGE_LEN 256 /* one line for the operator, with the final NUL */

enum sy_cmd {
	SY_CMD_UNSPEC,
	SY_CMD_ENABLE,
	SY_CMD_DISABLE,
	SY_CMD_REVERSE,
	SY_CMD_GET,
	SY_CMD_BLOCKED,
	SY_CMD_EVENT,
	SY_CMD__LAST
};

enum sy_attr {
	SY_A_UNSPEC,
	SY_A_PATCH, /* NUL string: the patch module's name */
	SY_A_LEAVE, /* u32: enum sy_abi_leave */
	SY_A_SWITCH, /* u32: enum sy_abi_switch */
	SY_A_FLAGS, /* u32: SY_F_* */
	SY_A_DEADLINE_MS, /* u32: then a transition turns round or gives up; 0:
			   * the engine's default, 10,000 */
	SY_A_TRIES, /* u32: stops tried before giving up, for each function
		     * that switches by itself; 0: until deadline */
	SY_A_RETRY_MS, /* u32: wait between stops; 0: the engine's back-off */
	SY_A_VERDICT, /* u32: enum sy_abi_verdict */
	SY_A_MESSAGE, /* NUL string, one line */
	SY_A_STATE, /* u32: enum sy_abi_state */
	SY_A_REQUIREMENT, /* u32: set of 1 << (k - 1) for observation Mk */
	SY_A_FUNCTIONS, /* u32 */
	SY_A_TO_NEW, /* u32: 1 patching, 0 unpatching or reversing a patch */
	SY_A_TASKS, /* u32: tasks known to the transition */
	SY_A_REMAINING, /* u32: of those, not yet on the wanted side */
	SY_A_BLOCKERS, /* u32: of those, seen and not able to switch */
	SY_A_EXCUSED, /* u32: switched by the relaxed rule only */
	SY_A_ELAPSED_NS, /* u64: redirects registered to settled (or now) */
	SY_A_WHOLE_NS, /* u64: request to settled (or now) */
	SY_A_PAUSE_NS, /* u64: longest pause of any CPU in the last stop */
	SY_A_STOPS, /* u32: rendezvous tried */
	SY_A_NUDGED, /* u32: tasks signalled to leave the kernel */
	SY_A_RESULT, /* u32: enum sy_abi_result */
	SY_A_EVENT, /* u32: enum sy_abi_event */
	SY_A_PID, /* u32: in the initial pid namespace */
	SY_A_COMM, /* NUL string */
	SY_A_KIND, /* u32: enum sy_abi_kind */
	SY_A_FUNCTION, /* NUL string */
	SY_A_FRAME, /* NUL string */
	SY_A_SINCE_NS, /* u64: how long it has been blocking */
	SY_A_RELIEF, /* NUL string: what would free it */
	SY_A_PAD, /* alignment of u64, no content */
	SY_A_ORDER, /* NUL string: functions, separated by commas */
	SY_A_SWITCHED, /* u32: functions on the wanted side */
	SY_A_HELD, /* u32: tasks that were parked */
	SY_A_HOLDS, /* u32: attempts that parked tasks */
	SY_A_HOLD_MEDIAN_NS, /* u64: half of them were parked at most so long */
	SY_A_HOLD_WORST_NS, /* u64: nobody was parked longer */
	SY_A_BY_HANDLER, /* NUL string: functions redirected by a handler, with
			  * spaces between; "..." at the end if not all */
	SY_A_PENDING, /* NUL string: target modules that are not loaded, with
		       * blanks between them, cut off at SY_MESSAGE_LEN */
	SY_A_DETECTOR, /* u32: enum sy_abi_detector */
	SY_A__LAST
};

enum sy_abi_leave {
	SY_ABI_LEAVE_FUNCTION,
	SY_ABI_LEAVE_PATCHED_SET,
	SY_ABI_LEAVE_KERNEL
};

enum sy_abi_switch {
	SY_ABI_SWITCH_FUNCTION,
	SY_ABI_SWITCH_THREAD,
	SY_ABI_SWITCH_KERNEL
};

enum sy_abi_detector {
	SY_ABI_DETECTOR_NONE, /* nothing to detect; in a request: the default */
	SY_ABI_DETECTOR_STACK, /* by walking stacks */
	SY_ABI_DETECTOR_COUNT, /* calls count themselves in and out */
	SY_ABI_DETECTOR_BOUNDARY, /* by the border between kernel and user mode */
	SY_ABI_DETECTOR__LAST
};

/* The observations a patch may forbid (docs/models.md). */
#define SY_FORBID_M1 1u /* old and new frames in one context */
#define SY_FORBID_M2 2u /* one stay in the kernel mixes versions */
#define SY_FORBID_M3 4u /* an old call runs beside a new one */
#define SY_FORBID_M4 8u /* a call starts old after another started new */
#define SY_FORBID_ALL 15u

#define SY_F_FORCE 1u /* use a model that does not satisfy the requirement */
#define SY_F_RELAXED 2u /* LEAVE_KERNEL: excuse by stack (docs/models.md) */
#define SY_F_FORCED 4u /* answer only: enabled by force */
#define SY_F_UNLOADABLE 8u /* answer only: the module may be unloaded */
#define SY_F_REVERSING 16u /* answer only: the transition was turned round */
#define SY_F_NO_HERD 32u /* hold no task at the border */

/* Why a request was refused. Also the numbers behind the exit codes. */
enum sy_abi_verdict {
	SY_V_OK,
	SY_V_NO_MEMORY,
	SY_V_BUSY, /* another transition runs */
	SY_V_NO_PATCH, /* no patch of that name is loaded */
	SY_V_DUPLICATE, /* a patch of that name is loaded already */
	SY_V_BAD_DESCRIPTOR, /* the patch module's tables are malformed */
	SY_V_NO_FUNCTION, /* a function is not in its object */
	SY_V_AMBIGUOUS, /* a name has several matches and no position */
	SY_V_NOT_TRACEABLE, /* a function has no ftrace site */
	SY_V_INIT_CODE, /* a function is in memory freed after boot */
	SY_V_NMI_REACHABLE, /* refused under SWITCH_KERNEL and where functions
			     * switch one after another */
	SY_V_OWNED, /* livepatch, BPF or another patch has the function */
	SY_V_NO_OBJECT, /* a module whose symbols are needed is not loaded, or a
			 * target module is just being loaded or unloaded */
	SY_V_NO_SYMBOL, /* an imported symbol is not there */
	SY_V_REQUIREMENT, /* the model allows what the patch forbids */
	SY_V_BAD_MODEL, /* the engine does not serve this model */
	SY_V_BAD_STATE, /* enabled already, not enabled, nothing to reverse */
	SY_V_FTRACE_OFF, /* kernel.ftrace_enabled is 0 */
	SY_V_NO_ROOM, /* all redirect gateways are in use */
	SY_V_INTERNAL, /* a kernel call failed: MESSAGE has its errno */
	SY_V_NO_REST, /* a task never sleeps: no grace period ended in time */
	SY_V_OTHER_KERNEL, /* built for another kernel than the running one */
	SY_V_REWRITTEN, /* a function's code is not what the patch was built
			 * against */
	SY_V_RELOCATION, /* a symbol is out of a relocation's reach */
	SY_V_BAD_ORDER, /* ORDER is not one of the patch's functions, or the
			 * model has none */
	SY_V_BAD_DETECTOR, /* the model or a function cannot be counted */
	SY_V__LAST
};

enum sy_abi_state {
	SY_ST_DISABLED,
	SY_ST_PREPARING, /* symbols, task table, redirects */
	SY_ST_PATCHING,
	SY_ST_ENABLED,
	SY_ST_UNPATCHING,
	SY_ST_RETIRING, /* redirects going, new text may still be on stacks */
	SY_ST__LAST
};

enum sy_abi_result {
	SY_R_NONE, /* no transition yet, or one is running */
	SY_R_SETTLED, /* what was asked for */
	SY_R_REVERTED, /* turned round by deadline or request, old code runs */
	SY_R_GAVE_UP, /* SWITCH_KERNEL: tries or deadline used up, nothing was
		       * switched */
	SY_R_FAILED, /* preparation failed, everything undone */
	SY_R__LAST
};

enum sy_abi_event {
	SY_EV_STARTED, /* request accepted */
	SY_EV_PROGRESS,
	SY_EV_REVERSING, /* MESSAGE says why */
	SY_EV_NUDGED, /* tasks were signalled */
	SY_EV_SETTLED, /* the transition is over: RESULT, MESSAGE */
	SY_EV_RETIRED, /* after unpatching: the module may be unloaded */
	SY_EV__LAST
};

enum sy_abi_kind {
	SY_K_ASLEEP, /* asleep in the set (or, LEAVE_KERNEL, in the kernel) */
	SY_K_RUNNING, /* on a CPU, inside */
	SY_K_PREEMPTED, /* runnable, off its CPU, inside */
	SY_K_EXITING, /* past the point where signals reach it */
	SY_K_UNRELIABLE, /* its stack cannot be walked reliably now */
	SY_K_UNINTERRUPTIBLE, /* D state or vfork parent, inside */
	SY_K_STOPPED, /* stopped, traced, or frozen with its cgroup */
	SY_K_KTHREAD, /* a kernel thread outside its main loop, or in the set */
	SY_K_EXCUSED, /* counted as outside by the relaxed rule */
	SY_K_PARKED, /* held at the border for a moment; in nobody's way */
	SY_K__LAST
};

#endif
