/* SPDX-License-Identifier: GPL-2.0 */
/* Trace events: switchyard:sy_step, sy_stop, sy_event. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM switchyard

#if !defined(SY_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define SY_TRACE_H

#include <linux/tracepoint.h>

/* One step of the core: enum sy_event_kind in, enum sy_state after it. */
TRACE_EVENT(sy_step,
	TP_PROTO(u32 event, u32 state, u32 actions),
	TP_ARGS(event, state, actions),
	TP_STRUCT__entry(
		__field(u32, event)
		__field(u32, state)
		__field(u32, actions)
	),
	TP_fast_assign(
		__entry->event = event;
		__entry->state = state;
		__entry->actions = actions;
	),
	TP_printk("event=%u state=%u actions=%u", __entry->event,
		  __entry->state, __entry->actions)
);

/* A rendezvous: enum sy_stop_end, longest pause, tasks walked inside. */
TRACE_EVENT(sy_stop,
	TP_PROTO(u32 end, u64 pause_ns, u32 walked),
	TP_ARGS(end, pause_ns, walked),
	TP_STRUCT__entry(
		__field(u32, end)
		__field(u64, pause_ns)
		__field(u32, walked)
	),
	TP_fast_assign(
		__entry->end = end;
		__entry->pause_ns = pause_ns;
		__entry->walked = walked;
	),
	TP_printk("end=%u pause_ns=%llu walked=%u", __entry->end,
		  __entry->pause_ns, __entry->walked)
);

/* What listeners of the netlink group are told: enum sy_abi_event. */
TRACE_EVENT(sy_event,
	TP_PROTO(const char *patch, u32 event, u32 remaining, u32 tasks),
	TP_ARGS(patch, event, remaining, tasks),
	TP_STRUCT__entry(
		__string(patch, patch)
		__field(u32, event)
		__field(u32, remaining)
		__field(u32, tasks)
	),
	TP_fast_assign(
		__assign_str(patch, patch);
		__entry->event = event;
		__entry->remaining = remaining;
		__entry->tasks = tasks;
	),
	TP_printk("patch=%s event=%u remaining=%u tasks=%u", __get_str(patch),
		  __entry->event, __entry->remaining, __entry->tasks)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
