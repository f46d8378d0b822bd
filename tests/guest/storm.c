// SPDX-License-Identifier: GPL-2.0
/*
 * A storm of births and deaths in N processes until SIGTERM: children that end,
 * that are killed, that fork again, that start threads and end with all of them
 * running, and that exec. Prints "ready", and at the end how many of each; every
 * child must end as it was meant to: exit 1 if one does not.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define CHILD_STATUS 7
#define STORMS_MAX 16

enum { ENDS, KILLED, FORKS, THREADS, EXECS, KINDS };

static const char *const names[KINDS] = { "ends", "killed", "forks", "threads",
					  "execs" };
static struct {
	atomic_ulong done[KINDS];
	atomic_ulong wrong;
	atomic_bool stop;
} * shared;

static void *thread(void *arg)
{
	if (arg)
		pause();
	return NULL;
}

/* One joins, two are left where they are. */
static void start_threads(void)
{
	pthread_t id;
	long i;

	for (i = 0; i < 3; i++)
		if (pthread_create(&id, NULL, thread, (void *)i))
			_exit(1);
		else if (!i)
			pthread_join(id, NULL);
}

static _Noreturn void child(int kind, char *self)
{
	char *const again[] = { self, "end", NULL };

	switch (kind) {
	case KILLED:
		for (;;)
			pause();
	case FORKS:
		if (!fork())
			_exit(0);
		break;
	case THREADS:
		start_threads();
		break;
	case EXECS:
		execv(self, again);
		_exit(1);
	}
	_exit(CHILD_STATUS);
}

static int as_meant(int kind, int status)
{
	if (kind == KILLED)
		return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	return WIFEXITED(status) && WEXITSTATUS(status) == CHILD_STATUS;
}

static void once(int kind, char *self)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid)
		child(kind, self);
	if (pid > 0 && kind == KILLED)
		kill(pid, SIGKILL);
	if (pid > 0 && waitpid(pid, &status, 0) == pid &&
	    as_meant(kind, status)) {
		atomic_fetch_add(&shared->done[kind], 1);
		return;
	}
	fprintf(stderr, "storm: %s: pid %d, status %#x: %s\n", names[kind], pid,
		status, strerror(errno));
	atomic_fetch_add(&shared->wrong, 1);
}

static _Noreturn void storm(char *self)
{
	int kind = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!atomic_load(&shared->stop)) {
		once(kind, self);
		kind = (kind + 1) % KINDS;
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	static char self[] = "/proc/self/exe";
	unsigned int n = argc > 1 ? strtoul(argv[1], NULL, 10) : 2, i;
	sigset_t end;
	int sig, kind;

	if (argc > 1 && !strcmp(argv[1], "end"))
		return CHILD_STATUS;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED || n > STORMS_MAX)
		return 2;
	for (i = 0; i < n; i++)
		if (!fork())
			storm(self);
	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, NULL);
	puts("ready");
	fflush(stdout);
	while (sigwait(&end, &sig))
		;
	atomic_store(&shared->stop, 1);
	while (wait(NULL) > 0)
		;
	for (kind = 0; kind < KINDS; kind++)
		printf("%s=%lu ", names[kind],
		       atomic_load(&shared->done[kind]));
	printf("wrong=%lu\n", atomic_load(&shared->wrong));
	return atomic_load(&shared->wrong) ? 1 : 0;
}
