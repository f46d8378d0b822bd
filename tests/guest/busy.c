// SPDX-License-Identifier: GPL-2.0
/*
 * The load's busy part: threads that call the kernel all the time and check
 * every answer, threads that compute in user mode and check the sum, and
 * processes that fork and check how the child ended. Counters are shared with
 * the forked processes and read when all have stopped.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "load.h"

#define THREADS_MAX 64
#define CHILD_STATUS 7

struct counters {
	atomic_ulong calls, spins, forks, fork_errors;
	atomic_bool stop;
};

static struct counters *shared;
static pthread_t threads[2 * THREADS_MAX];
static pid_t forkers[THREADS_MAX];
static unsigned int nthreads, nforkers;
static pid_t self, parent;

static void fork_once(void)
{
	int status = 0;
	pid_t pid = fork(), got;

	if (!pid)
		_exit(CHILD_STATUS);
	got = pid > 0 ? waitpid(pid, &status, 0) : -1;
	if (got == pid && WIFEXITED(status) &&
	    WEXITSTATUS(status) == CHILD_STATUS) {
		atomic_fetch_add(&shared->forks, 1);
		return;
	}
	fprintf(stderr, "load: fork %d, wait %d, status %#x: %s\n", pid, got,
		status, strerror(errno));
	atomic_fetch_add(&shared->fork_errors, 1);
}

static _Noreturn void forker(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!atomic_load(&shared->stop))
		fork_once();
	_exit(0);
}

void forkers_start(unsigned int count)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		load_fail("shared memory");
	for (; nforkers < count && nforkers < THREADS_MAX; nforkers++) {
		forkers[nforkers] = fork();
		if (forkers[nforkers] < 0)
			load_fail("fork");
		if (!forkers[nforkers])
			forker();
	}
}

static void call_once(const int fds[2], uint64_t number)
{
	uint64_t back = 0;
	long n;

	n = syscall(SYS_getpid);
	if (n != self)
		load_error("getpid %ld, not %d", n, self);
	n = syscall(SYS_getppid);
	if (n != parent && !kill(parent, 0))
		load_error("getppid %ld, not %d", n, parent);
	n = write(fds[1], &number, sizeof(number));
	if (n != sizeof(number))
		load_error("write %ld: %s", n, strerror(errno));
	n = read(fds[0], &back, sizeof(back));
	if (n != sizeof(back) || back != number)
		load_error("read %ld, %#lx", n, (unsigned long)back);
}

static void *caller_body(void *arg)
{
	uint64_t number = (uintptr_t)arg;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		load_fail("pipe");
	while (!atomic_load(&shared->stop)) {
		call_once(fds, number++);
		atomic_fetch_add(&shared->calls, 4);
	}
	close(fds[0]);
	close(fds[1]);
	return NULL;
}

/* The same sequence twice: a register that changed shows. */
static void *spinner_body(void *arg)
{
	uint64_t one = (uintptr_t)arg, two = one;
	unsigned int i;

	while (!atomic_load(&shared->stop)) {
		for (i = 0; i < 100000; i++) {
			one = one * 6364136223846793005u + 1;
			two = two * 6364136223846793005u + 1;
			__asm__ volatile("" : "+r"(one), "+r"(two));
		}
		if (one != two)
			load_error("a register changed in user mode");
		atomic_fetch_add(&shared->spins, 1);
	}
	return NULL;
}

static void start_threads(void *(*body)(void *), unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count && i < THREADS_MAX; i++) {
		threads[nthreads] = load_thread(body, (void *)(uintptr_t)i);
		nthreads++;
	}
}

void busy_start(unsigned int callers, unsigned int spinners)
{
	self = getpid();
	parent = getppid();
	start_threads(caller_body, callers);
	start_threads(spinner_body, spinners);
}

void busy_stop(void)
{
	unsigned int i;
	int status;

	atomic_store(&shared->stop, true);
	for (i = 0; i < nthreads; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < nforkers; i++) {
		if (waitpid(forkers[i], &status, 0) != forkers[i] || status)
			load_error("a forking process ended with %#x", status);
	}
}

void busy_report(void)
{
	unsigned long fork_errors = atomic_load(&shared->fork_errors);

	printf("load: system_calls=%lu spins=%lu forks=%lu\n",
	       atomic_load(&shared->calls), atomic_load(&shared->spins),
	       atomic_load(&shared->forks));
	if (fork_errors)
		load_error("%lu forks went wrong", fork_errors);
}
