/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SY_SYMBOLS_H
#define SY_SYMBOLS_H

#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/task_work.h>
#include <linux/wait.h>

#include "answer.h"

/* Kernel functions and data that are not exported. */
struct sy_kernel_api {
	unsigned long (*lookup)(const char *name);
	int (*size_offset)(unsigned long addr, unsigned long *size,
			   unsigned long *offset);
	int (*each_match)(int (*fn)(void *data, unsigned long addr),
			  const char *name, void *data);
	int (*each_in_modules)(int (*fn)(void *data, const char *name,
					 struct module *mod,
					 unsigned long addr),
			       void *data);
	unsigned long (*ftrace_location)(unsigned long ip);
	unsigned long (*find_rec_direct)(unsigned long ip);
	bool (*is_ftrace_trampoline)(unsigned long addr);
	unsigned long ftrace_caller_begin, ftrace_caller_end;
	struct module *(*find_module)(const char *name);
	int (*task_call_func)(struct task_struct *p, task_call_f func,
			      void *arg);
	void (*put_task_stack)(struct task_struct *p);
	int (*wake_up_state)(struct task_struct *p, unsigned int state);
	int (*task_work_add)(struct task_struct *task,
			     struct callback_head *work,
			     enum task_work_notify_mode mode);
	struct callback_head *(*task_work_cancel_match)(
		struct task_struct *task,
		bool (*match)(struct callback_head *work, void *data),
		void *data);
	struct task_struct *(*idle_task)(int cpu);
	void *(*text_poke)(void *addr, const void *opcode, size_t len);
	void (*text_poke_sync)(void);
	void *(*get_kprobe)(void *addr);
	struct mutex *text_mutex; /* the kernel's: whoever writes text holds it */
	int *ftrace_enabled;
	unsigned long init_begin, init_end;
};

extern struct sy_kernel_api sy_api;

/* A stretch of text. */
struct sy_span {
	unsigned long start, end;
};

static inline bool sy_span_has(const struct sy_span *span, unsigned long addr)
{
	return addr >= span->start && addr < span->end;
}

int sy_symbols_init(void);
u32 sy_symbol_find(const char *object, const char *name, unsigned long sympos,
		   struct sy_answer *answer, unsigned long *ret);
bool sy_symbol_span(unsigned long addr, struct sy_span *ret);

#define SY_COLD_MAX 8

int sy_symbol_cold_spans(const char *object, const char *name,
			 struct sy_span ret[SY_COLD_MAX]);

#endif
