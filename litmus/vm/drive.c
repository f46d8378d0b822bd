// SPDX-License-Identifier: GPL-2.0
/*
 * One round of a litmus test: the threads of the file make their system calls
 * over and over, each a process of its own, while one transition runs, or one and
 * then that of another patch; then they park in user mode, and the history is
 * read. Between rounds, with everybody parked, the patches go quietly back to
 * where the next one begins.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "vm.h"

struct lit_shared {
	volatile unsigned int round, stop; /* stop: the round that is over */
	volatile unsigned int parked[LIT_THREADS];
};

/* The child that lit_fork() made: one life, then it is gone. */
static void lit_live_once(const struct lit_vm *vm, sy_u32 i)
{
	sy_u32 k;

	for (k = 0; k < vm->l->thread[i].ncalls; k++)
		ioctl(vm->device, LIT_CALL, i << 8 | k);
	ioctl(vm->device, LIT_DIE, i);
	_exit(0);
}

static sy_u32 lit_child_of(const struct sy_litmus *l)
{
	sy_u32 i;

	for (i = 0; i < l->nthreads; i++)
		if (l->thread[i].kind == SY_CHILD)
			return i;
	return 0;
}

static void lit_compute(unsigned int loops)
{
	volatile unsigned int i = loops;

	while (i)
		i--;
}

static int lit_exits(const struct sy_litmus *l, const struct sy_thread *th)
{
	return th->kind == SY_USER && th->ncalls &&
	       l->func[th->call[th->ncalls - 1]].body[0][0].op == SY_OP_EXITING;
}

/* Is that call made off every list? */
static int lit_off_lists(const struct sy_litmus *l, const struct sy_thread *th)
{
	return lit_exits(l, th) &&
	       l->func[th->call[th->ncalls - 1]].body[0][1].op == SY_OP_OFFLIST;
}

/* Its call may come after its parent has ceased to wait for it. */
static void lit_await_death(const struct lit_vm *vm, sy_u32 i)
{
	while (ioctl(vm->device, LIT_ALIVE, i) > 0)
		usleep(100);
}

/*
 * A life that ends with a call: made where the exit closes the last file, or where
 * nobody can find the task any more.
 */
static void lit_live_and_exit(const struct lit_vm *vm, sy_u32 i)
{
	sy_u32 k, last = vm->l->thread[i].ncalls - 1;
	pid_t pid = fork();
	int own;

	if (pid) {
		while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		lit_await_death(vm, i);
		return;
	}
	own = open(LIT_DEVICE, O_RDONLY | O_CLOEXEC);
	ioctl(own, LIT_EXIT, i << 8 | last);
	for (k = 0; k < last; k++)
		ioctl(vm->device, LIT_CALL, i << 8 | k);
	_exit(0);
}

/* The system calls of one life, in their order; after it some user mode. */
static void lit_live(const struct lit_vm *vm, sy_u32 i)
{
	const struct sy_thread *th = &vm->l->thread[i];
	sy_u32 k;

	if (lit_exits(vm->l, th)) {
		lit_live_and_exit(vm, i);
		return;
	}
	if (!th->loop)
		ioctl(vm->device, LIT_FRESH, i);
	for (k = 0; k < th->ncalls; k++)
		if (!ioctl(vm->device, LIT_CALL, i << 8 | k))
			lit_live_once(vm, lit_child_of(vm->l));
	lit_compute((unsigned int)rand() % (th->ncalls ? 20000 : 200000));
}

static void lit_pin(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)rand() % (size_t)sysconf(_SC_NPROCESSORS_ONLN), &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void lit_thread_main(const struct lit_vm *vm, sy_u32 i)
{
	const struct sy_thread *th = &vm->l->thread[i];
	struct lit_shared *s = vm->shared;
	unsigned int done = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!lit_exits(vm->l, th) || lit_off_lists(vm->l, th))
		signal(SIGCHLD, SIG_IGN);
	srand((unsigned int)(getpid() ^ time(NULL)));
	for (;;) {
		while (s->round == done)
			usleep(1000);
		done = s->round;
		if (th->irq != SY_NONE || th->nmi != SY_NONE)
			lit_pin();
		if (ioctl(vm->device, LIT_ARM, i))
			lit_say("arm", th->name);
		while (s->stop != done)
			lit_live(vm, i);
		ioctl(vm->device, LIT_DISARM, i);
		s->parked[i] = done;
	}
}

static int lit_park(struct lit_vm *vm)
{
	struct lit_shared *s = vm->shared;
	double end = lit_now() + 60;
	sy_u32 i;

	s->stop = s->round;
	if (ioctl(vm->device, LIT_STOP))
		return lit_say("stop", LIT_DEVICE);
	for (i = 0; i < vm->l->nthreads; i++) {
		const struct sy_thread *th = &vm->l->thread[i];

		while (th->kind == SY_USER  ? s->parked[i] != s->round :
		       th->kind == SY_CHILD ? ioctl(vm->device, LIT_ALIVE, i) >
						      0 :
					      0) {
			if (vm->child[i] > 0)
				kill(vm->child[i], SIGCONT);
			usleep(1000);
			if (lit_now() > end) {
				errno = ETIMEDOUT;
				return lit_say("does not park:", th->name);
			}
		}
	}
	return 0;
}

static int lit_history(struct lit_vm *vm, struct lit_round *ret)
{
	long length = ioctl(vm->device, LIT_LENGTH);
	size_t size = (size_t)length * sizeof(*vm->history);

	if (length > (long)LIT_EVENTS)
		size = LIT_EVENTS * sizeof(*vm->history);
	if (length < 0 ||
	    pread(vm->device, vm->history, size, 0) != (ssize_t)size)
		return lit_say("read", LIT_DEVICE);
	ret->length = (sy_u32)length;
	return 0;
}

/* The second patch's turn comes when the first has settled as it was asked to. */
static int lit_transitions(struct lit_vm *vm, struct lit_round *ret)
{
	vm->second = 0;
	lit_transition(vm, ret);
	if (!vm->l->then || ret->end != LIT_SETTLED || ret->turned)
		return 0;
	usleep((unsigned int)rand() % 20000);
	if (ioctl(vm->device, LIT_SECOND))
		return lit_say("second", LIT_DEVICE);
	vm->second = 1;
	lit_transition(vm, ret);
	return 0;
}

enum lit_end lit_vm_round(struct lit_vm *vm, struct lit_round *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (ioctl(vm->device, LIT_START)) {
		lit_say("start", LIT_DEVICE);
		return LIT_ERROR;
	}
	vm->shared->round++;
	usleep((unsigned int)rand() % 20000);
	if (lit_transitions(vm, ret))
		return LIT_ERROR;
	usleep(20000);
	if (lit_park(vm))
		return LIT_ERROR;
	lit_reap(vm, ret);
	if (lit_history(vm, ret))
		return LIT_ERROR;
	return ret->end;
}

/*
 * Where threads switch in the order of one look at all tasks, the first and the
 * last of the test would be microseconds apart: others stand between them.
 */
static void lit_bystanders(struct lit_vm *vm)
{
	const struct sy_model *m = &sy_models[vm->model];
	int i;

	if (m->leave != SY_LEAVE_FUNCTION || m->sw != SY_SWITCH_THREAD ||
	    vm->bystander[0])
		return;
	for (i = 0; i < LIT_BYSTANDERS; i++) {
		vm->bystander[i] = fork();
		if (vm->bystander[i])
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
}

static void lit_end_task(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int lit_vm_up(struct lit_vm *vm)
{
	struct lit_name name = { 0 };
	sy_u32 i;

	vm->device = open(LIT_DEVICE, O_RDONLY | O_CLOEXEC);
	if (vm->device < 0)
		return lit_say("open", LIT_DEVICE);
	snprintf(name.name, sizeof(name.name), "%s", vm->l->name);
	if (ioctl(vm->device, LIT_SELECT, &name))
		return lit_say("select", vm->l->name);
	vm->history = malloc(LIT_EVENTS * sizeof(*vm->history));
	vm->shared = mmap(NULL, sizeof(*vm->shared), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!vm->history || vm->shared == MAP_FAILED)
		return lit_say("memory for", vm->l->name);
	for (i = 0; i < vm->l->nthreads; i++) {
		if (vm->l->thread[i].kind != SY_USER)
			continue;
		vm->child[i] = fork();
		if (!vm->child[i])
			lit_thread_main(vm, i);
		lit_bystanders(vm);
	}
	return lit_begin(vm);
}

/* Ends the threads, and takes the patches out. */
void lit_vm_down(struct lit_vm *vm)
{
	sy_u32 i;

	for (i = 0; i < vm->l->nthreads; i++)
		lit_end_task(vm->child[i]);
	for (i = 0; i < LIT_BYSTANDERS; i++)
		lit_end_task(vm->bystander[i]);
	lit_vm_quiet(vm, 1);
	lit_end(vm);
	close(vm->device);
	munmap(vm->shared, sizeof(*vm->shared));
	free(vm->history);
}
