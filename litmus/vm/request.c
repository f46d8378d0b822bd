// SPDX-License-Identifier: GPL-2.0
/*
 * What a round asks of the engine, or of upstream livepatch: a transition by the
 * test's model, perhaps with a fault of the engine's own (its parameter `fail`),
 * perhaps a reversal; and between rounds, quietly, the way back. Of two patches it
 * is the one at hand that is spoken of (vm->second).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/syscall.h>
#include <sys/wait.h>

#include "vm.h"

#define LIT_EXIT_OWNED 31 /* EXIT STATUS in switchyard(1) */
#define LIT_FAIL "/sys/module/switchyard/parameters/fail"

/* Preparing fails there. */
static const char *const lit_preparing[] = { "flush", "filter", "direct",
					     "owned", "probe-birth" };

/* A step of the transition itself fails: docs in module/kernel/inject.c. */
static const char *const lit_failing[] = { "look", "nudge", "stop-inside",
					   "stop-nmi", "stop-late" };

int lit_say(const char *what, const char *name)
{
	fprintf(stderr, "litmus-vm: %s %s: %s\n", what, name, strerror(errno));
	return -1;
}

double lit_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The name of the module at hand: this engine's patch, or upstream's. */
static const char *lit_module(const struct lit_vm *vm)
{
	static char name[80];

	snprintf(name, sizeof(name), "l%c%s_%s", vm->upstream ? 'k' : 'p',
		 vm->second ? "2" : "", vm->patch);
	return name;
}

static int lit_insmod(const struct lit_vm *vm)
{
	char path[512];
	int fd, err;

	snprintf(path, sizeof(path), "%s/%s.ko", vm->dir, lit_module(vm));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return lit_say("open", path);
	err = (int)syscall(SYS_finit_module, fd, "", 0);
	close(fd);
	return err ? lit_say("insmod", path) : 0;
}

static int lit_rmmod(const char *module)
{
	int i;

	for (i = 0; i < 600; i++) {
		if (!syscall(SYS_delete_module, module, O_NONBLOCK) ||
		    errno == ENOENT)
			return 0;
		usleep(100000);
	}
	return lit_say("rmmod", module);
}

/* The first line of a file, or "". */
void lit_first_line(const char *fmt, const char *name, char *ret, size_t size)
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

/* Return: 1, if what was armed last is still to come. */
static int lit_armed(void)
{
	char due[64];

	lit_first_line("%s", LIT_FAIL, due, sizeof(due));
	return *due != 0;
}

static void lit_arm(const char *fault)
{
	FILE *file = fopen(LIT_FAIL, "w");

	if (!file || fprintf(file, "%s\n", fault) < 0 || fclose(file))
		lit_say("write", LIT_FAIL);
}

static int lit_prepares(const char *fault)
{
	size_t i;

	for (i = 0; i < sizeof(lit_preparing) / sizeof(*lit_preparing); i++)
		if (!strncmp(fault, lit_preparing[i], strlen(lit_preparing[i])))
			return 1;
	return 0;
}

/* One fault after the other: the next is armed when the last has come. */
static void lit_next_fault(struct lit_vm *vm)
{
	struct lit_way *way = &vm->way;

	if (!way->armed || way->stretched || lit_armed())
		return;
	way->came++;
	way->unprepared |= lit_prepares(way->fault[0]);
	way->armed = 0;
	if (!*way->fault[1])
		return;
	strcpy(way->fault[0], way->fault[1]);
	*way->fault[1] = 0;
	lit_arm(way->fault[0]);
	way->armed = 1;
}

static void lit_name_fault(char *ret, const char *const *names, int n)
{
	snprintf(ret, LIT_FAULT_LEN, "%s:%d", names[rand() % n],
		 1 + (names == lit_preparing ? 0 : rand() % 4));
}

static void lit_choose_faults(const struct lit_vm *vm, struct lit_way *way)
{
	const struct sy_litmus *l = lit_turn(vm);
	int i;

	for (i = 0; i < l->faults && i < 2; i++)
		if (rand() % 6)
			lit_name_fault(way->fault[i], lit_failing, 5);
		else
			lit_name_fault(way->fault[i], lit_preparing, 5);
	if (l->faults || rand() % 2)
		return;
	if (l->fault_late)
		lit_name_fault(way->fault[0], lit_failing + 4, 1);
	else if (l->fault_failed)
		lit_name_fault(way->fault[0], lit_preparing, 5);
}

/*
 * What this round has besides the words of the file. Where functions switch one
 * after another the engine can be made to take its time between two of them; half
 * of the rounds do. Who may hold tasks at the border by the file does; where the
 * file is silent, half of the rounds do, but not where convergence is in question.
 */
static void lit_choose(struct lit_vm *vm)
{
	const struct sy_model *m = lit_model(vm);
	const struct sy_litmus *l = lit_turn(vm);
	struct lit_way *way = &vm->way;

	memset(way, 0, sizeof(*way));
	way->deadline = vm->deadline;
	if (vm->upstream)
		return;
	if (l->deadline && rand() % 3 == 0)
		way->deadline = (1 + rand() % 30) / 1000.0;
	if (m->leave == SY_LEAVE_PATCHED_SET && m->sw != SY_SWITCH_THREAD &&
	    !vm->count && !l->herd)
		way->no_herd = l->outcome == SY_OUTCOME_CONVERGES || rand() % 2;
	way->stretched = m->sw == SY_SWITCH_FUNCTION && l->npatched > 1 &&
			 rand() % 2;
	if (way->stretched)
		strcpy(way->fault[0], "between:1+");
	else
		lit_choose_faults(vm, way);
	way->armed = *way->fault[0] != 0;
	if (way->armed)
		lit_arm(way->fault[0]);
}

/* Nothing fails any more; what has not come does not. */
static void lit_disarm(struct lit_vm *vm)
{
	lit_next_fault(vm);
	if (vm->way.armed)
		lit_arm("");
	vm->way.armed = 0;
}

static void lit_state(const struct lit_vm *vm, char *ret, size_t size)
{
	lit_first_line("/sys/kernel/switchyard/patches/%s/state",
		       lit_module(vm), ret, size);
}

static int lit_wait_state(const struct lit_vm *vm, const char *wanted,
			  double seconds)
{
	double end = lit_now() + seconds;
	char state[32];

	do {
		lit_state(vm, state, sizeof(state));
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
static int lit_status(struct lit_vm *vm, pid_t pid, double seconds)
{
	double end = lit_now() + seconds;
	int status;

	do {
		lit_next_fault(vm);
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
		usleep(2000);
	} while (lit_now() < end);
	return -1;
}

/* Does the transition at hand have its calls counted? */
static int lit_counts(const struct lit_vm *vm)
{
	return vm->count &&
	       sy_model_detector(lit_model(vm), SY_DETECTOR_COUNT) ==
		       SY_DETECTOR_COUNT;
}

/* By its model: these words; the last of them is where to go on. */
static const char **lit_model_words(const struct lit_vm *vm, const char **word)
{
	const struct sy_model *m = lit_model(vm);
	static char model[64];

	snprintf(model, sizeof(model), "%s", sy_model_words[m - sy_models]);
	if (m->relaxed)
		*strrchr(model, '/') = 0;
	*word++ = model;
	if (m->relaxed)
		*word++ = "--relaxed";
	if (vm->way.no_herd)
		*word++ = "--no-herd";
	if (lit_counts(vm)) {
		*word++ = "--detector";
		*word++ = "count";
	}
	return word;
}

/* One request, by the transition's model, or quietly. */
static pid_t lit_request(const struct lit_vm *vm, const char *command,
			 int quiet)
{
	char name[80], deadline[32];
	const char *words[16], **word = words;

	snprintf(name, sizeof(name), "%s", lit_module(vm));
	snprintf(deadline, sizeof(deadline), "%.3f",
		 quiet ? vm->deadline : vm->way.deadline);
	*word++ = "switchyard";
	*word++ = command;
	*word++ = name;
	if (strcmp(command, "reverse")) {
		*word++ = "--deadline";
		*word++ = deadline;
		*word++ = "--model";
		if (quiet)
			*word++ = "function/function";
		else
			word = lit_model_words(vm, word);
	}
	*word = NULL;
	return lit_spawn(words);
}

static enum lit_end lit_end_of(const struct lit_vm *vm, int status)
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
		if (vm->way.unprepared)
			return LIT_FAILED;
		/* the first patch still has the function: its time was up */
		if (vm->second && status == LIT_EXIT_OWNED)
			return LIT_UNSETTLED;
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
		return lit_insmod(vm);
	snprintf(path, sizeof(path), "/sys/kernel/livepatch/%s/enabled",
		 lit_module(vm));
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
		lit_first_line("/sys/kernel/livepatch/%s/transition",
			       lit_module(vm), state, sizeof(state));
		if (*state != '1')
			return 0;
		usleep(2000);
	} while (lit_now() < end);
	return -1;
}

static int lit_klp_quiet(struct lit_vm *vm, int enabled)
{
	char state[32];
	int err = lit_klp_wait(vm, 60);

	lit_first_line("/sys/kernel/livepatch/%s/enabled", lit_module(vm),
		       state, sizeof(state));
	if (!err && enabled && *state == '1')
		return 0;
	if (!err && *state == '1')
		err = lit_klp_request(vm, 0) || lit_klp_wait(vm, 60);
	if (!err)
		err = lit_rmmod(lit_module(vm));
	if (!err && enabled)
		err = lit_klp_request(vm, 1) || lit_klp_wait(vm, 60);
	if (err)
		fprintf(stderr, "litmus-vm: livepatch does not go back\n");
	return err;
}

/* The patch at hand. */
static int lit_quiet(struct lit_vm *vm, int enabled)
{
	const char *wanted = enabled ? "enabled" : "disabled";
	char state[32];
	int i;

	if (vm->upstream)
		return lit_klp_quiet(vm, enabled);
	for (i = 0; i < 5; i++) {
		lit_state(vm, state, sizeof(state));
		if (!strcmp(state, wanted))
			return 0;
		if (!strcmp(state, enabled ? "disabled" : "enabled"))
			lit_status(vm,
				   lit_request(vm,
					       enabled ? "enable" : "disable",
					       1),
				   60);
		if (!lit_wait_state(vm, wanted, 20))
			return 0;
	}
	return lit_say("the patch does not go back:", state);
}

/*
 * Everybody parked: to where a round begins, or, if @out, no patch in force. The
 * second goes first: it may have functions of the first.
 */
int lit_vm_quiet(struct lit_vm *vm, int out)
{
	int err = 0;

	for (vm->second = vm->l->then != NULL; vm->second >= 0 && !err;
	     vm->second--)
		err = lit_quiet(vm, !out && !lit_turn(vm)->to_new);
	vm->second = 0;
	return err;
}

/* Of two patches one that its file does not retire is permanent: generate.c. */
static int lit_permanent(const struct lit_vm *vm)
{
	return vm->l->then && !lit_turn(vm)->retire;
}

/* The patches' modules; a permanent one is there if the test has run before. */
int lit_begin(struct lit_vm *vm)
{
	char state[32];
	int err = 0;

	for (vm->second = vm->l->then != NULL; vm->second >= 0 && !err;
	     vm->second--) {
		lit_state(vm, state, sizeof(state));
		if (!vm->upstream && !*state)
			err = lit_insmod(vm);
	}
	vm->second = 0;
	return err;
}

void lit_end(struct lit_vm *vm)
{
	for (vm->second = vm->l->then != NULL; vm->second >= 0; vm->second--)
		if (!vm->upstream && !lit_permanent(vm))
			lit_rmmod(lit_module(vm));
	vm->second = 0;
}

static enum lit_end lit_klp_transition(const struct lit_vm *vm)
{
	if (lit_klp_request(vm, lit_turn(vm)->to_new))
		return LIT_ERROR;
	return lit_klp_wait(vm, vm->deadline) ? LIT_UNSETTLED : LIT_SETTLED;
}

/* Return: 1, when the transition has begun; 0, when it was over before that. */
static int lit_begun(const struct lit_vm *vm)
{
	int to_new = lit_turn(vm)->to_new;
	const char *busy = to_new ? "patching" : "unpatching";
	const char *over = to_new ? "enabled" : "retiring";
	double end = lit_now() + 5;
	char state[32];

	do {
		lit_state(vm, state, sizeof(state));
		if (!strcmp(state, busy))
			return 1;
		if (!strcmp(state, over) ||
		    (!to_new && !strcmp(state, "disabled")))
			return 0;
		usleep(500);
	} while (lit_now() < end);
	return 0;
}

/* By the engine: a request, and perhaps a reversal a little after it has begun. */
static void lit_run_transition(struct lit_vm *vm, struct lit_round *ret)
{
	const struct sy_litmus *l = lit_turn(vm);
	pid_t pid, back = 0;
	int status;

	lit_choose(vm);
	pid = lit_request(vm, l->to_new ? "enable" : "disable", 0);
	if (l->reverse && rand() % 2 && lit_begun(vm)) {
		usleep((unsigned int)rand() % 3000);
		back = lit_request(vm, "reverse", 1);
	}
	status = lit_status(vm, pid, vm->way.deadline + 20);
	if (status < 0)
		ret->late = pid;
	ret->turned = back > 0 && !lit_status(vm, back, 5);
	lit_disarm(vm);
	ret->end = lit_end_of(vm, status);
	ret->faults += (sy_u32)vm->way.came;
	ret->stretched |= vm->way.stretched;
	ret->unherded |= vm->way.no_herd;
}

/* The transition at hand; in half of them, if the file wants it, a reversal. */
void lit_transition(struct lit_vm *vm, struct lit_round *ret)
{
	double begin = lit_now();

	if (vm->upstream)
		ret->end = lit_klp_transition(vm);
	else
		lit_run_transition(vm, ret);
	ret->took = lit_now() - begin;
}

/* Who asked for the transition and still waits, when everybody has parked. */
void lit_reap(struct lit_vm *vm, const struct lit_round *round)
{
	if (round->late)
		lit_status(vm, round->late, 60);
}
