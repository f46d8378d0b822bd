// SPDX-License-Identifier: GPL-2.0
/*
 * One round of a litmus test: the threads of the file make their system calls
 * over and over, each a process of its own, while one transition runs; then they
 * park in user mode, and the history is read. Between rounds, with everybody
 * parked, the patch goes quietly back to where the next one begins.
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
#include <sys/syscall.h>
#include <sys/wait.h>

#include "vm.h"

struct lit_shared {
	volatile unsigned int round, stop; /* stop: the round that is over */
	volatile unsigned int parked[LIT_THREADS];
};

static int lit_say(const char *what, const char *name)
{
	fprintf(stderr, "litmus-vm: %s %s: %s\n", what, name, strerror(errno));
	return -1;
}

static double lit_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

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

/* A life that ends with a call: made where the exit closes the last file. */
static void lit_live_and_exit(const struct lit_vm *vm, sy_u32 i)
{
	sy_u32 k, last = vm->l->thread[i].ncalls - 1;
	pid_t pid = fork();
	int own;

	if (pid) {
		while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
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
	struct lit_shared *s = vm->shared;
	unsigned int done = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!lit_exits(vm->l, &vm->l->thread[i]))
		signal(SIGCHLD, SIG_IGN);
	srand((unsigned int)getpid());
	for (;;) {
		while (s->round == done)
			usleep(1000);
		done = s->round;
		if (vm->l->thread[i].irq != SY_NONE)
			lit_pin();
		ioctl(vm->device, LIT_ARM, i);
		while (s->stop != done)
			lit_live(vm, i);
		ioctl(vm->device, LIT_DISARM, i);
		s->parked[i] = done;
	}
}

static int lit_insmod(const struct lit_vm *vm, const char *prefix,
		      const char *name)
{
	char path[512];
	int fd, err;

	snprintf(path, sizeof(path), "%s/%s%s.ko", vm->dir, prefix, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return lit_say("open", path);
	err = (int)syscall(SYS_finit_module, fd, "", 0);
	close(fd);
	return err ? lit_say("insmod", path) : 0;
}

static int lit_rmmod(const char *prefix, const char *name)
{
	char module[128];
	int i;

	snprintf(module, sizeof(module), "%s%s", prefix, name);
	for (i = 0; i < 600; i++) {
		if (!syscall(SYS_delete_module, module, O_NONBLOCK) ||
		    errno == ENOENT)
			return 0;
		usleep(100000);
	}
	return lit_say("rmmod", module);
}

/* The first word of a file below /sys/kernel, or "". */
static void lit_sysfs(const char *fmt, const char *name, char *ret, size_t size)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), fmt, name);
	file = fopen(path, "r");
	*ret = 0;
	if (!file)
		return;
	if (fgets(ret, (int)size, file))
		ret[strcspn(ret, "\n")] = 0;
	fclose(file);
}

static int lit_wait_state(const struct lit_vm *vm, const char *wanted,
			  double seconds)
{
	double end = lit_now() + seconds;
	char state[32];

	do {
		lit_sysfs("/sys/kernel/switchyard/patches/lp_%s/state",
			  vm->patch, state, sizeof(state));
		if (!strcmp(state, wanted))
			return 0;
		usleep(1000);
	} while (lit_now() < end);
	errno = ETIMEDOUT;
	return -1;
}

static pid_t lit_spawn(const char *const *words)
{
	pid_t pid = fork();
	int fd;

	if (pid)
		return pid;
	fd = open("/dev/null", O_WRONLY);
	dup2(fd, 1);
	dup2(fd, 2);
	execvp(words[0], (char *const *)words);
	_exit(127);
}

/* Return: its exit status, or -1 when it is not over after @seconds. */
static int lit_status(pid_t pid, double seconds)
{
	double end = lit_now() + seconds;
	int status;

	do {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
		usleep(2000);
	} while (lit_now() < end);
	return -1;
}

/* One request, by the test's model, or quietly. */
static pid_t lit_request(const struct lit_vm *vm, const char *command,
			 int quiet)
{
	char model[64], name[80], deadline[32];
	const char *words[12];
	int n = 0;

	snprintf(model, sizeof(model), "%s", sy_model_words[vm->model]);
	if (sy_models[vm->model].relaxed)
		*strrchr(model, '/') = 0;
	snprintf(name, sizeof(name), "lp_%s", vm->patch);
	snprintf(deadline, sizeof(deadline), "%.3f", vm->deadline);
	words[n++] = "switchyard";
	words[n++] = command;
	words[n++] = name;
	if (strcmp(command, "reverse")) {
		words[n++] = "--model";
		words[n++] = quiet ? "function/function" : model;
		words[n++] = "--deadline";
		words[n++] = deadline;
		if (sy_models[vm->model].relaxed && !quiet)
			words[n++] = "--relaxed";
	}
	words[n] = NULL;
	return lit_spawn(words);
}

static enum lit_end lit_end_of(int status)
{
	switch (status) {
	case 0:
		return LIT_SETTLED;
	case 10:
		return LIT_REVERTED;
	case -1:
	case 11:
		return LIT_UNSETTLED;
	default:
		if (status >= 20 && status < 100)
			return LIT_REFUSED;
		fprintf(stderr, "litmus-vm: switchyard: exit code %d\n",
			status);
		return LIT_ERROR;
	}
}

/* Upstream: enabled by loading it, disabled by a file. */
static int lit_klp_request(const struct lit_vm *vm, int to_new)
{
	char path[256];
	int fd, err;

	if (to_new)
		return lit_insmod(vm, "lk_", vm->patch);
	snprintf(path, sizeof(path), "/sys/kernel/livepatch/lk_%s/enabled",
		 vm->patch);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	err = fd < 0 || write(fd, "0", 1) != 1 ? -1 : 0;
	if (err)
		lit_say("write", path);
	if (fd >= 0)
		close(fd);
	return err;
}

static int lit_klp_wait(const struct lit_vm *vm, double seconds)
{
	double end = lit_now() + seconds;
	char state[32];

	do {
		lit_sysfs("/sys/kernel/livepatch/lk_%s/transition", vm->patch,
			  state, sizeof(state));
		if (*state != '1')
			return 0;
		usleep(2000);
	} while (lit_now() < end);
	return -1;
}

static int lit_klp_quiet(struct lit_vm *vm)
{
	char state[32];
	int err = lit_klp_wait(vm, 60);

	lit_sysfs("/sys/kernel/livepatch/lk_%s/enabled", vm->patch, state,
		  sizeof(state));
	if (!err && !vm->l->to_new && *state == '1')
		return 0;
	if (!err && *state == '1')
		err = lit_klp_request(vm, 0) || lit_klp_wait(vm, 60);
	if (!err)
		err = lit_rmmod("lk_", vm->patch);
	if (!err && !vm->l->to_new)
		err = lit_klp_request(vm, 1) || lit_klp_wait(vm, 60);
	if (err)
		fprintf(stderr, "litmus-vm: livepatch does not go back\n");
	return err;
}

/* Everybody parked: to where a round begins. */
int lit_vm_quiet(struct lit_vm *vm)
{
	const char *wanted = vm->l->to_new ? "disabled" : "enabled";
	char state[32];
	int i;

	if (vm->upstream)
		return lit_klp_quiet(vm);
	for (i = 0; i < 5; i++) {
		lit_sysfs("/sys/kernel/switchyard/patches/lp_%s/state",
			  vm->patch, state, sizeof(state));
		if (!strcmp(state, wanted))
			return 0;
		if (!strcmp(state, vm->l->to_new ? "enabled" : "disabled"))
			lit_status(lit_request(vm,
					       vm->l->to_new ? "disable" :
							       "enable",
					       1),
				   60);
		if (!lit_wait_state(vm, wanted, 20))
			return 0;
	}
	return lit_say("the patch does not go back:", state);
}

static enum lit_end lit_klp_transition(const struct lit_vm *vm)
{
	if (lit_klp_request(vm, vm->l->to_new))
		return LIT_ERROR;
	return lit_klp_wait(vm, vm->deadline) ? LIT_UNSETTLED : LIT_SETTLED;
}

/*
 * A request, and in half of the rounds, if the file wants it, the reversal a
 * little after the redirects are in force. @late: the process that still waits.
 */
static enum lit_end lit_transition(struct lit_vm *vm, int *turned, pid_t *late)
{
	const char *busy = vm->l->to_new ? "patching" : "unpatching";
	pid_t pid, back = 0;
	int status;

	if (vm->upstream)
		return lit_klp_transition(vm);
	pid = lit_request(vm, vm->l->to_new ? "enable" : "disable", 0);
	if (vm->l->reverse && rand() % 2 && !lit_wait_state(vm, busy, 5)) {
		usleep((unsigned int)rand() % 3000);
		back = lit_request(vm, "reverse", 1);
	}
	status = lit_status(pid, vm->deadline + 5);
	if (status < 0)
		*late = pid;
	*turned = back > 0 && !lit_status(back, 5);
	return lit_end_of(status);
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

enum lit_end lit_vm_round(struct lit_vm *vm, int *turned, sy_u32 *ret_length)
{
	pid_t late = 0;
	enum lit_end end;
	long length;
	size_t size;

	*turned = 0;
	if (ioctl(vm->device, LIT_START)) {
		lit_say("start", LIT_DEVICE);
		return LIT_ERROR;
	}
	vm->shared->round++;
	usleep((unsigned int)rand() % 20000);
	end = lit_transition(vm, turned, &late);
	usleep(20000);
	if (lit_park(vm))
		return LIT_ERROR;
	if (late)
		lit_status(late, 60);
	length = ioctl(vm->device, LIT_LENGTH);
	size = (size_t)length * sizeof(*vm->history);
	if (length > (long)LIT_EVENTS)
		size = LIT_EVENTS * sizeof(*vm->history);
	if (length < 0 ||
	    pread(vm->device, vm->history, size, 0) != (ssize_t)size) {
		lit_say("read", LIT_DEVICE);
		return LIT_ERROR;
	}
	*ret_length = (sy_u32)length;
	return end;
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
	return vm->upstream ? 0 : lit_insmod(vm, "lp_", vm->patch);
}

/* Ends the threads, and takes the patch out. */
void lit_vm_down(struct lit_vm *vm)
{
	struct sy_litmus back = *vm->l;
	sy_u32 i;

	for (i = 0; i < vm->l->nthreads; i++)
		lit_end_task(vm->child[i]);
	for (i = 0; i < LIT_BYSTANDERS; i++)
		lit_end_task(vm->bystander[i]);
	back.to_new = 1;
	vm->l = &back;
	lit_vm_quiet(vm);
	if (!vm->upstream)
		lit_rmmod("lp_", vm->patch);
	close(vm->device);
	munmap(vm->shared, sizeof(*vm->shared));
	free(vm->history);
}
