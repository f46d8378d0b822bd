// SPDX-License-Identifier: GPL-2.0
/*
 * Which functions may run in NMI or machine-check context. Under SWITCH_KERNEL
 * they are refused: an NMI can be inside an old function on a stopped CPU, and
 * then an old call would run beside a new one.
 *
 * The list is of names, found by reading the callers of the NMI and #MC entries
 * of 6.1: handlers registered with register_nmi_handler(), the perf interrupt
 * and what it calls, printk and the console-independent part of it, irq_work,
 * the timekeeping of ktime_get_mono_fast_ns(), the machine-check handler. It is
 * no call graph; as a second net, dispatch.S counts entries from NMI while the
 * gate is asked, and the stop refuses to flip when there was one.
 *
 * Constant data, any context.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "live.h"

static const char *const sy_nmi_prefixes[] = {
	"__nmi_",
	"nmi_",
	"perf_event_",
	"__perf_event_",
	"perf_output_",
	"perf_callchain",
	"perf_sample_",
	"perf_prepare_sample",
	"perf_swevent_",
	"x86_pmu_",
	"intel_pmu_",
	"amd_pmu_",
	"intel_bts_",
	"intel_pt_",
	"mce_",
	"do_machine_check",
	"machine_check_",
	"ghes_",
	"printk_",
	"_printk",
	"vprintk",
	"__printk",
	"irq_work_queue",
	"__irq_work_queue",
	"ktime_get_mono_fast",
	"ktime_get_real_fast",
	"ktime_get_boot_fast",
	"ring_buffer_",
	"trace_event_buffer_",
	"crash_nmi_",
	"kgdb_nmi",
	"unwind_next_frame",
	"__unwind_start",
	"unwind_get_return_address",
	"arch_perf_",
	"bpf_overflow_handler",
	"copy_from_user_nmi",
	"apei_",
	"hpwdt_",
	"uv_nmi",
	"uv_handle_nmi",
	"hw_nmi_",
};

static const char *const sy_nmi_names[] = {
	"default_do_nmi",
	"exc_nmi",
	"do_nmi",
	"sched_clock",
	"native_sched_clock",
	"local_clock",
	"sched_clock_cpu",
	"arch_trigger_cpumask_backtrace",
	"console_verbose",
	"dump_stack",
	"dump_stack_lvl",
	"show_regs",
	"native_stop_other_cpus",
	"panic",
	"nmi_panic",
	"oops_enter",
	"oops_exit",
	"oops_begin",
	"oops_end",
	"add_taint",
};

/**
 * sy_nmi_reachable() - may a function run in NMI or machine-check context?
 * @name: its name
 *
 * Context: any.
 */
bool sy_nmi_reachable(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sy_nmi_prefixes); i++)
		if (strstarts(name, sy_nmi_prefixes[i]))
			return true;
	for (i = 0; i < ARRAY_SIZE(sy_nmi_names); i++)
		if (!strcmp(name, sy_nmi_names[i]))
			return true;
	return false;
}
