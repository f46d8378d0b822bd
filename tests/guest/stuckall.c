// SPDX-License-Identifier: GPL-2.0
/*
 * Processes that do not come to the border by themselves: a vfork parent
 * ("stuck-vfork"), a stopped one ("stuck-stopped"), a traced one
 * ("stuck-traced") and one in an uninterruptible sleep of MS milliseconds
 * ("stuck-asleep", again and again). Prints "ready" when all are stuck. On
 * SIGTERM each is released and must end well: exit 1 if one does not.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "proc.h"
#include "sy_target_abi.h"

enum { VFORK, STOPPED, TRACED, ASLEEP, KINDS };

static const char *const names[KINDS] = { "stuck-vfork", "stuck-stopped",
					  "stuck-traced", "stuck-asleep" };
static const char states[KINDS] = { 'D', 'T', 't', 'D' };
static pid_t pids[KINDS];
/* Shared with the children. */
static volatile struct {
	pid_t vforked;
	int stop;
} * shared;

static _Noreturn void be_vfork_parent(void)
{
	pid_t pid = vfork();

	if (!pid) {
		prctl(PR_SET_NAME, "stuck-child");
		shared->vforked = getpid();
		for (;;)
			pause();
	}
	waitpid(pid, NULL, 0);
	_exit(pid < 0);
}

static _Noreturn void be_asleep(unsigned int ms)
{
	int fd = open("/dev/" SY_TARGET_DEVICE, O_RDWR | O_CLOEXEC);

	while (!shared->stop)
		if (ioctl(fd, SY_TARGET_DSLEEP, ms) < 1)
			_exit(1);
	_exit(0);
}

static void be(int kind, unsigned int ms)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, names[kind]);
	if (kind == VFORK)
		be_vfork_parent();
	if (kind == ASLEEP)
		be_asleep(ms);
	if (kind == TRACED)
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	_exit(0);
}

static void release(void)
{
	shared->stop = 1;
	kill(shared->vforked, SIGTERM);
	kill(pids[STOPPED], SIGCONT);
	if (ptrace(PTRACE_CONT, pids[TRACED], NULL, NULL))
		perror("stuckall: PTRACE_CONT");
}

int main(int argc, char **argv)
{
	unsigned int ms = argc > 1 ? strtoul(argv[1], NULL, 10) : 3000;
	int kind, sig, status, bad = 0;
	sigset_t end;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		err(2, "shared memory");
	for (kind = 0; kind < KINDS; kind++) {
		pids[kind] = fork();
		if (pids[kind] < 0)
			err(2, "fork");
		if (!pids[kind])
			be(kind, ms);
	}
	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, NULL);
	for (kind = 0; kind < KINDS; kind++)
		while (proc_state(pids[kind]) != states[kind])
			usleep(2000);
	puts("ready");
	fflush(stdout);
	while (sigwait(&end, &sig))
		;
	/* Taken, or the tracer could not let it run. */
	waitpid(pids[TRACED], &status, WUNTRACED);
	release();
	for (kind = 0; kind < KINDS; kind++) {
		if (waitpid(pids[kind], &status, 0) != pids[kind] || status) {
			printf("%s ended with %#x\n", names[kind], status);
			bad = 1;
		}
	}
	return bad;
}
