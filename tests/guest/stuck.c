// SPDX-License-Identifier: GPL-2.0
/*
 * A task that no signal makes leave the kernel: stopped, stopped by its tracer,
 * or the parent of a vfork child that lives. Prints "ready" when it is there, and
 * on SIGTERM frees it; exit 0 if it then ended as it should.
 */
#define _GNU_SOURCE
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "proc.h"

static void be_parent(void)
{
	pid_t pid = vfork();

	if (pid < 0)
		_exit(2);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	_exit(waitpid(pid, NULL, 0) == pid ? 0 : 3);
}

static void be_child(const char *kind)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!strcmp(kind, "vfork"))
		be_parent();
	if (!strcmp(kind, "traced") && ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		_exit(2);
	raise(SIGSTOP);
	_exit(0);
}

static void set_free(pid_t pid, const char *kind)
{
	pid_t child = proc_child(pid);

	if (!strcmp(kind, "vfork")) {
		if (!child || kill(child, SIGKILL))
			err(2, "ending the vfork child");
	} else if (!strcmp(kind, "traced")) {
		if (ptrace(PTRACE_DETACH, pid, NULL, NULL))
			err(2, "detaching");
	} else if (kill(pid, SIGCONT)) {
		err(2, "SIGCONT");
	}
}

int main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "";
	char wanted;
	sigset_t end;
	int status, got;
	pid_t pid;

	if (strcmp(kind, "vfork") && strcmp(kind, "traced") &&
	    strcmp(kind, "stopped")) {
		fputs("usage: stuck stopped|traced|vfork\n", stderr);
		return 2;
	}
	wanted = *kind == 'v' ? 'D' : *kind == 't' ? 't' : 'T';
	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, NULL);
	pid = fork();
	if (pid < 0)
		err(2, "fork");
	if (!pid)
		be_child(kind);
	while (proc_state(pid) != wanted)
		usleep(2000);
	/* Seen by its tracer, a traced one is stopped for good. */
	if (wanted == 't' && waitpid(pid, &status, 0) != pid)
		err(2, "waiting for the traced one");
	puts("ready");
	fflush(stdout);
	sigwait(&end, &got);
	set_free(pid, kind);
	if (waitpid(pid, &status, 0) != pid)
		err(2, "waiting");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}
