// SPDX-License-Identifier: GPL-2.0
/*
 * sy_litmus.ko: the old versions of every litmus test's functions, what they
 * are made of, and the record of what they do.
 *
 * The record takes no lock. A slot's number is drawn from one atomic counter,
 * which is the order of all events on all CPUs: the locked add stands between
 * the event's own reads and writes and what follows it, and no clock of two CPUs
 * has to agree. What does not fit is counted and not written, so that a history
 * that overflowed shows it. Nothing here is ever patched.
 *
 * Contexts: process, and hard interrupt and NMI for those of a test.
 */
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/kprobes.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/nmi.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include <asm/apic.h>
#include <asm/irq_regs.h>
#include <asm/nmi.h>
#include <asm/unwind.h>

#include "sy_litmus.h"

static struct lit_event *history;
static atomic_t slots;
static u32 length; /* slots at STOP */
static int stopped = 1;
static const struct lit_test *test;
static struct lit_thread threads[LIT_THREADS];
static struct lit_thread *nmi_due; /* whose NMI is on its way */
static DEFINE_MUTEX(lock); /* test, threads, and starting and stopping */
static DECLARE_WAIT_QUEUE_HEAD(sleepers);
static pid_t (*clone_task)(struct kernel_clone_args *args);
atomic_t lit_vars[LIT_VARS];
EXPORT_SYMBOL_GPL(lit_vars);

static u32 record(struct lit_ctx *c, u8 kind, u8 func, u8 version)
{
	u32 n = (u32)atomic_inc_return(&slots) - 1;
	struct lit_event *e = &history[n];

	if (n >= LIT_EVENTS)
		return n;
	e->before = c->before;
	e->thread = (u8)c->t->index;
	e->func = func;
	e->version = version;
	smp_store_release(&e->kind, kind);
	return n;
}

bool lit_stopped(void)
{
	return READ_ONCE(stopped);
}
EXPORT_SYMBOL_GPL(lit_stopped);

static u32 lit_random(struct lit_ctx *c)
{
	c->seed = c->seed * 1664525u + 1013904223u;
	return c->seed >> 8;
}

/*
 * What stands behind a call is no tail call, and its caller stays on the stack:
 * a kthread that sleeps in a frame of this module is not in its main loop.
 */
static __always_inline void keep_frame(void)
{
	barrier();
}

/* Mostly none; sometimes on the CPU, sometimes off it. */
static void lit_pause(struct lit_ctx *c)
{
	u32 r = lit_random(c), us = lit_random(c) % 200 + 1;

	if (lit_stopped())
		return;
	if (c->irq || r % 4 == 1)
		udelay(us / 8);
	else if (r % 4 == 0)
		usleep_range_state(us, us + 50, TASK_INTERRUPTIBLE);
}

void lit_enter(struct lit_ctx *c, u8 func, u8 version)
{
	record(c, LIT_KIND_ENTER, func, version);
	lit_pause(c);
}
EXPORT_SYMBOL_GPL(lit_enter);

void lit_return(struct lit_ctx *c, u8 func, u8 version)
{
	record(c, LIT_KIND_RETURN, func, version);
}
EXPORT_SYMBOL_GPL(lit_return);

void lit_before(struct lit_ctx *c)
{
	lit_pause(c);
	c->before = record(c, LIT_KIND_CALL, 0, 0);
}
EXPORT_SYMBOL_GPL(lit_before);

void lit_point(struct lit_ctx *c)
{
	lit_pause(c);
	keep_frame();
}
EXPORT_SYMBOL_GPL(lit_point);

/*
 * How long a sleep lasts, in microseconds. Where there are two patches some last
 * from the one transition into the other, which takes a few grace periods.
 */
static u32 lit_nap(struct lit_ctx *c)
{
	u32 r = lit_random(c);

	return test->two && r % 128 == 0 ? 200000 + lit_random(c) % 1000000 :
					   500 + r % 5000;
}

/* Woken after a while, or, who is unwoken, by a nudge or at the end only. */
void lit_sleep(struct lit_ctx *c, unsigned int state)
{
	u32 us = lit_nap(c);

	if (lit_stopped())
		return;
	if (!c->t->def->unwoken)
		usleep_range_state(us, us + 100, state);
	else if (state == TASK_INTERRUPTIBLE)
		wait_event_interruptible(sleepers, lit_stopped());
	else
		wait_event(sleepers, lit_stopped());
	keep_frame();
}
EXPORT_SYMBOL_GPL(lit_sleep);

void lit_await(struct lit_ctx *c, atomic_t *var, int value)
{
	lit_pause(c);
	while (atomic_read(var) != value && !lit_stopped())
		usleep_range(50, 100);
}
EXPORT_SYMBOL_GPL(lit_await);

void lit_await_nudged(struct lit_ctx *c, atomic_t *var, int value)
{
	lit_pause(c);
	while (atomic_read(var) != value && !lit_stopped() &&
	       !signal_pending(current))
		usleep_range_state(50, 100, TASK_INTERRUPTIBLE);
}
EXPORT_SYMBOL_GPL(lit_await_nudged);

void lit_set(struct lit_ctx *c, atomic_t *var, int value)
{
	lit_pause(c);
	atomic_set(var, value);
}
EXPORT_SYMBOL_GPL(lit_set);

void lit_add(struct lit_ctx *c, atomic_t *var, int value)
{
	lit_pause(c);
	atomic_add(value, var);
}
EXPORT_SYMBOL_GPL(lit_add);

void lit_check(struct lit_ctx *c, atomic_t *var, int value)
{
	lit_pause(c);
	if (atomic_read(var) != value && !lit_stopped())
		record(c, LIT_KIND_BROKEN, 0, 0);
}
EXPORT_SYMBOL_GPL(lit_check);

void lit_lock(struct lit_ctx *c, atomic_t *var)
{
	lit_pause(c);
	while (atomic_cmpxchg(var, 0, 1) && !lit_stopped())
		usleep_range(50, 100);
}
EXPORT_SYMBOL_GPL(lit_lock);

void lit_unlock(struct lit_ctx *c, atomic_t *var)
{
	lit_check(c, var, 1);
	atomic_set(var, 0);
}
EXPORT_SYMBOL_GPL(lit_unlock);

void lit_spin(struct lit_ctx *c)
{
	while (!lit_stopped())
		cpu_relax();
}
EXPORT_SYMBOL_GPL(lit_spin);

/* It stops here, inside the function, until SIGCONT comes. */
void lit_stop_self(struct lit_ctx *c)
{
	if (lit_stopped())
		return;
	send_sig(SIGSTOP, current, 1);
	if (kernel_dequeue_signal() == SIGSTOP)
		kernel_signal_stop();
	keep_frame();
}
EXPORT_SYMBOL_GPL(lit_stop_self);

void lit_stay(struct lit_ctx *c)
{
	record(c, LIT_KIND_STAY, 0, 0);
	WRITE_ONCE(c->t->inside, 1);
}
EXPORT_SYMBOL_GPL(lit_stay);

void lit_border(struct lit_ctx *c)
{
	WRITE_ONCE(c->t->inside, 0);
	record(c, LIT_KIND_BORDER, 0, 0);
}
EXPORT_SYMBOL_GPL(lit_border);

/* As fork() does it: the child returns from the system call that is running. */
void lit_fork(struct lit_ctx *c, u32 thread)
{
	struct kernel_clone_args args = { .exit_signal = SIGCHLD };
	struct lit_thread *child = &threads[thread];

	lit_pause(c);
	if (lit_stopped() || atomic_cmpxchg(&child->alive, 0, 1))
		return;
	record(&child->ctx, LIT_KIND_BIRTH, (u8)c->t->index, 0);
	if (clone_task(&args) < 0) {
		record(&child->ctx, LIT_KIND_DEAD, 0, 0);
		atomic_set(&child->alive, 0);
	}
}
EXPORT_SYMBOL_GPL(lit_fork);

/*
 * What comes over the test's thread: in user mode it is a stay of its own; in the
 * kernel it belongs to the stay that is running; in between, where neither mark
 * tells, it does nothing. Hard interrupt or NMI on the CPU of the thread.
 */
static void nested(struct lit_thread *t, struct lit_ctx *c, lit_fn fn,
		   bool user)
{
	if (current != t->task || lit_stopped())
		return;
	if (user && !READ_ONCE(t->inside)) {
		record(c, LIT_KIND_STAY, 0, 0);
		fn(c);
		record(c, LIT_KIND_BORDER, 0, 0);
	} else if (!user && READ_ONCE(t->inside)) {
		fn(c);
	}
}

static enum hrtimer_restart again(struct hrtimer *timer, struct lit_ctx *c)
{
	hrtimer_forward_now(timer,
			    ns_to_ktime(100000 + lit_random(c) % 400000));
	return HRTIMER_RESTART;
}

static enum hrtimer_restart interrupt(struct hrtimer *timer)
{
	struct lit_thread *t = container_of(timer, struct lit_thread, timer);
	struct pt_regs *regs = get_irq_regs();

	nested(t, &t->irq_ctx, t->def->irq, regs && user_mode(regs));
	return again(timer, &t->irq_ctx);
}

static int on_nmi(unsigned int type, struct pt_regs *regs)
{
	struct lit_thread *t = READ_ONCE(nmi_due);

	if (!t || t->cpu != raw_smp_processor_id())
		return NMI_DONE;
	nested(t, &t->nmi_ctx, t->def->nmi, user_mode(regs));
	WRITE_ONCE(nmi_due, NULL);
	return NMI_HANDLED;
}

/* On any CPU but the thread's; the next is sent when the last has been there. */
static enum hrtimer_restart send_nmi(struct hrtimer *timer)
{
	struct lit_thread *t =
		container_of(timer, struct lit_thread, nmi_timer);

	if (!READ_ONCE(nmi_due)) {
		WRITE_ONCE(nmi_due, t);
		apic->send_IPI(t->cpu, NMI_VECTOR);
	}
	return again(timer, &t->irq_ctx);
}

static void begin_timer(struct hrtimer *timer,
			enum hrtimer_restart (*function)(struct hrtimer *))
{
	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	timer->function = function;
	hrtimer_start(timer, ns_to_ktime(100000), HRTIMER_MODE_REL_PINNED_HARD);
}

static void begin_nmis(void *timer)
{
	begin_timer(timer, send_nmi);
}

/* By the thread itself, which has pinned itself to its CPU. */
static int arm(struct lit_thread *t)
{
	int other;

	if (t->armed || (!t->def->irq && !t->def->nmi))
		return 0;
	t->cpu = raw_smp_processor_id();
	other = cpumask_any_but(cpu_online_mask, t->cpu);
	if (t->def->nmi && other >= nr_cpu_ids)
		return -ENODEV;
	if (t->def->irq)
		begin_timer(&t->timer, interrupt);
	if (t->def->nmi)
		smp_call_function_single(other, begin_nmis, &t->nmi_timer, 1);
	t->armed = 1;
	return 0;
}

static void disarm(struct lit_thread *t)
{
	if (t->armed && t->def->irq)
		hrtimer_cancel(&t->timer);
	if (t->armed && t->def->nmi) {
		hrtimer_cancel(&t->nmi_timer);
		while (READ_ONCE(nmi_due))
			cpu_relax();
	}
	t->armed = 0;
}

static int select_test(const struct lit_name __user *arg)
{
	struct lit_name name;
	u32 i;

	if (copy_from_user(&name, arg, sizeof(name)))
		return -EFAULT;
	name.name[sizeof(name.name) - 1] = 0;
	if (!stopped)
		return -EBUSY;
	for (i = 0; lit_tests[i]; i++)
		if (!strcmp(lit_tests[i]->name, name.name))
			break;
	test = lit_tests[i];
	return test ? 0 : -ENOENT;
}

static void fresh(struct lit_thread *t)
{
	u32 i;

	for (i = 0; i < LIT_VARS; i++)
		atomic_set(&t->own[i], 0);
}

static void new_thread(u32 i)
{
	struct lit_thread *t = &threads[i];

	memset(t, 0, sizeof(*t));
	t->def = &test->thread[i];
	t->index = i;
	t->ctx.t = t;
	t->ctx.seed = get_random_u32();
	t->irq_ctx.t = t;
	t->irq_ctx.seed = get_random_u32();
	t->irq_ctx.irq = true;
	t->nmi_ctx.t = t;
	t->nmi_ctx.seed = get_random_u32();
	t->nmi_ctx.irq = true;
	if (t->def->born)
		return;
	atomic_set(&t->alive, 1);
	record(&t->ctx, LIT_KIND_BIRTH, 255, 0);
}

static int start(void)
{
	u32 i, used = min_t(u32, (u32)atomic_read(&slots), LIT_EVENTS);

	if (!test || !stopped)
		return -EBUSY;
	memset(history, 0, used * sizeof(*history));
	atomic_set(&slots, 0);
	for (i = 0; i < LIT_VARS; i++)
		atomic_set(&lit_vars[i], 0);
	for (i = 0; i < test->nthreads; i++)
		new_thread(i);
	WRITE_ONCE(stopped, 0);
	for (i = 0; i < test->nthreads; i++) {
		struct lit_thread *t = &threads[i];

		if (!t->def->main)
			continue;
		t->task = kthread_run(t->def->main, &t->ctx, "litmus/%s",
				      t->def->name);
		if (IS_ERR(t->task)) {
			t->task = NULL;
			WRITE_ONCE(stopped, 1);
			return -ENOMEM;
		}
	}
	return 0;
}

static int stop(void)
{
	u32 i;

	if (stopped)
		return 0;
	length = (u32)atomic_read(&slots);
	WRITE_ONCE(stopped, 1);
	wake_up_all(&sleepers);
	for (i = 0; i < test->nthreads; i++) {
		disarm(&threads[i]);
		if (threads[i].def->main && threads[i].task)
			kthread_stop(threads[i].task);
	}
	return 0;
}

/* Return: true, if the caller's own stack can be walked to its end. */
static bool seen_through(void)
{
	struct unwind_state state;

	for (unwind_start(&state, current, NULL, NULL); !unwind_done(&state);
	     unwind_next_frame(&state))
		;
	return !unwind_error(&state);
}

/* From obscure.S. A test of unreliable stacks on a stack that is none is none. */
void lit_unseen(lit_fn fn, struct lit_ctx *c)
{
	WARN_ONCE(seen_through(),
		  "litmus: a stack that was to be unreliable is not");
	fn(c);
	keep_frame();
}

/* Return: 1; a child that was made meanwhile gets 0 from the fork itself. */
static long one_call(struct lit_thread *t, u32 k)
{
	if (k >= ARRAY_SIZE(t->def->call) || !t->def->call[k])
		return -EINVAL;
	lit_stay(&t->ctx);
	if (t->def->unreliable)
		lit_obscure(t->def->call[k], &t->ctx);
	else
		t->def->call[k](&t->ctx);
	lit_border(&t->ctx);
	return 1;
}

/* The caller, a task of its own, lives until its files are closed in its exit. */
static long exit_with(struct file *file, struct lit_thread *t, u32 k)
{
	if (!t->def->born || k >= ARRAY_SIZE(t->def->call) || !t->def->call[k])
		return -EINVAL;
	if (atomic_cmpxchg(&t->alive, 0, 1))
		return -EBUSY;
	fresh(t);
	WRITE_ONCE(t->task, current);
	record(&t->ctx, LIT_KIND_BIRTH, 255, 0);
	file->private_data = (void *)&t->def->call[k];
	return 0;
}

/* One life is over: its last call is made, with @c's pauses. */
static void last_call(struct lit_thread *t, struct lit_ctx *c, lit_fn call)
{
	if (call) {
		record(c, LIT_KIND_STAY, 0, 0);
		call(c);
		record(c, LIT_KIND_BORDER, 0, 0);
	}
	record(c, LIT_KIND_DEAD, 0, 0);
	atomic_set(&t->alive, 0);
}

/* The last file reference goes: in the exit of the task that asked for it. */
static int lit_release(struct inode *inode, struct file *file)
{
	const lit_fn *call = file->private_data;
	u32 i;

	for (i = 0; call && i < test->nthreads; i++) {
		struct lit_thread *t = &threads[i];
		bool exiting = current == t->task &&
			       current->flags & PF_EXITING;

		if (call < t->def->call ||
		    call >= t->def->call + ARRAY_SIZE(t->def->call))
			continue;
		if (exiting && t->def->off_lists)
			smp_store_release(&t->last, *call);
		else
			last_call(t, &t->ctx, exiting ? *call : NULL);
	}
	return 0;
}

/*
 * In do_exit(), behind exit_notify(): a task whose parent does not want to know is
 * on no list any more. Preemption is disabled: the calls do not sleep.
 */
static int off_lists(struct kprobe *probe, struct pt_regs *regs)
{
	u32 i;

	for (i = 0; i < LIT_THREADS; i++) {
		struct lit_thread *t = &threads[i];
		lit_fn call = smp_load_acquire(&t->last);

		if (!call || READ_ONCE(t->task) != current)
			continue;
		WARN_ONCE(pid_alive(current),
			  "litmus: a task that was to be off the lists is not");
		t->last = NULL;
		last_call(t, &t->irq_ctx, call);
	}
	return 0;
}

static long of_thread(struct file *file, unsigned int cmd, unsigned long arg)
{
	u32 i = cmd == LIT_CALL || cmd == LIT_EXIT ? arg >> 8 : arg;
	struct lit_thread *t = &threads[i];

	if (!test || i >= test->nthreads)
		return -EINVAL;
	switch (cmd) {
	case LIT_CALL:
		WRITE_ONCE(t->task, current);
		return one_call(t, arg & 255);
	case LIT_EXIT:
		return exit_with(file, t, arg & 255);
	case LIT_ARM:
		WRITE_ONCE(t->task, current);
		return arm(t);
	case LIT_DISARM:
		disarm(t);
		return 0;
	case LIT_FRESH:
		fresh(t);
		return 0;
	case LIT_DIE:
		record(&t->ctx, LIT_KIND_DEAD, 0, 0);
		atomic_set(&t->alive, 0);
		return 0;
	default:
		return atomic_read(&t->alive);
	}
}

static long lit_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	long ret;

	if (cmd != LIT_SELECT && cmd != LIT_START && cmd != LIT_STOP &&
	    cmd != LIT_LENGTH && cmd != LIT_SECOND)
		return of_thread(file, cmd, arg);
	mutex_lock(&lock);
	switch (cmd) {
	case LIT_SELECT:
		ret = select_test((const struct lit_name __user *)arg);
		break;
	case LIT_START:
		ret = start();
		break;
	case LIT_STOP:
		ret = stop();
		break;
	case LIT_SECOND:
		record(&threads[0].ctx, LIT_KIND_SECOND, 0, 0);
		ret = 0;
		break;
	default:
		ret = length;
	}
	mutex_unlock(&lock);
	return ret;
}

static int lit_open(struct inode *inode, struct file *file)
{
	file->private_data = NULL; /* misc_open() left the device in it */
	return 0;
}

static ssize_t lit_read(struct file *file, char __user *buf, size_t size,
			loff_t *pos)
{
	return simple_read_from_buffer(buf, size, pos, history,
				       LIT_EVENTS * sizeof(*history));
}

static const struct file_operations lit_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = lit_ioctl,
	.read = lit_read,
	.open = lit_open,
	.release = lit_release,
	.llseek = default_llseek,
};

static struct miscdevice lit_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "sy_litmus",
	.fops = &lit_fops,
};

/* kernel_clone() is not exported; a kprobe tells where it is. */
static int find_clone(void)
{
	struct kprobe probe = { .symbol_name = "kernel_clone" };
	int err = register_kprobe(&probe);

	if (err)
		return err;
	clone_task = (void *)probe.addr;
	unregister_kprobe(&probe);
	return 0;
}

static struct kprobe exit_probe = {
	.symbol_name = "proc_exit_connector",
	.pre_handler = off_lists,
};

static int hook(void)
{
	int err = register_kprobe(&exit_probe);

	if (err)
		return err;
	err = register_nmi_handler(NMI_LOCAL, on_nmi, 0, "sy_litmus");
	if (err)
		unregister_kprobe(&exit_probe);
	return err;
}

static void unhook(void)
{
	unregister_nmi_handler(NMI_LOCAL, "sy_litmus");
	unregister_kprobe(&exit_probe);
}

static int __init lit_init(void)
{
	int err = find_clone();

	if (err)
		return err;
	history = vzalloc(LIT_EVENTS * sizeof(*history));
	if (!history)
		return -ENOMEM;
	err = hook();
	if (err)
		goto err_history;
	err = misc_register(&lit_device);
	if (err)
		goto err_hook;
	return 0;

err_hook:
	unhook();
err_history:
	vfree(history);
	return err;
}

static void __exit lit_exit(void)
{
	misc_deregister(&lit_device);
	stop();
	unhook();
	vfree(history);
}

module_init(lit_init);
module_exit(lit_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("test: litmus tests on a real kernel");
