// SPDX-License-Identifier: GPL-2.0
/*
 * The load's sleepers. Each thread sleeps once, in one system call without a
 * time-out worth the name, and must wake for the one reason it was given at the
 * end: a futex wake, a descriptor that became ready, a signal, a byte. Anything
 * else is an error, but for EINTR from epoll_wait(), which is counted and
 * followed by another sleep.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "load.h"

struct sleeper {
	pthread_t thread;
	enum sleeper_kind kind;
	atomic_int tid; /* set just before the sleep */
	atomic_bool done;
	int pipe[2];
	unsigned long eintr;
	bool woken;
};

const char *const sleeper_names[SLEEPER_KINDS] = { "futex", "epoll",
						   "nanosleep", "pipe",
						   "wait" };

static struct sleeper *sleepers;
static unsigned int sleepers_count;
static uint32_t futex_word;
static int event = -1;
static pid_t child;

/* An unexpected end of a sleep: EINTR, say why; then sleep on. */
static void wrong_end(const struct sleeper *s, long ret)
{
	load_error("%s ended with %ld (%s)", sleeper_names[s->kind], ret,
		   ret < 0 ? strerror(errno) : "no error");
}

static void sleep_futex(struct sleeper *s)
{
	long ret;

	while (!atomic_load(&load_stopping)) {
		ret = syscall(SYS_futex, &futex_word, FUTEX_WAIT_PRIVATE, 0,
			      NULL, NULL, 0);
		if (!atomic_load(&load_stopping))
			wrong_end(s, ret);
		else if (ret == 0 || errno == EAGAIN)
			s->woken = true;
		else
			wrong_end(s, ret);
	}
}

static void sleep_epoll(struct sleeper *s)
{
	struct epoll_event ready = { .events = EPOLLIN };
	int fd = epoll_create1(EPOLL_CLOEXEC);
	int ret;

	if (fd < 0 || epoll_ctl(fd, EPOLL_CTL_ADD, event, &ready))
		load_fail("epoll");
	do {
		ret = epoll_wait(fd, &ready, 1, -1);
		if (ret < 0 && errno == EINTR)
			s->eintr++;
		else if (ret != 1 || !atomic_load(&load_stopping))
			wrong_end(s, ret);
		else
			s->woken = true;
	} while (!s->woken && !atomic_load(&load_stopping));
	s->woken |= atomic_load(&load_stopping);
	close(fd);
}

static void sleep_nanosleep(struct sleeper *s)
{
	struct timespec hour = { .tv_sec = 3600 };
	int ret;

	while (!atomic_load(&load_stopping)) {
		ret = nanosleep(&hour, NULL);
		if (atomic_load(&load_stopping) && ret < 0 && errno == EINTR)
			s->woken = true;
		else
			wrong_end(s, ret);
	}
}

static void sleep_pipe(struct sleeper *s)
{
	ssize_t ret;
	char byte;

	do {
		ret = read(s->pipe[0], &byte, 1);
		if (ret == 1 && byte == 'x' && atomic_load(&load_stopping))
			s->woken = true;
		else
			wrong_end(s, ret);
	} while (!s->woken && !atomic_load(&load_stopping));
}

/* All of them wait for one child, and leave it to be waited for. */
static void sleep_wait(struct sleeper *s)
{
	siginfo_t info;
	int ret;

	do {
		ret = waitid(P_PID, child, &info, WEXITED | WNOWAIT);
		if (!ret && atomic_load(&load_stopping))
			s->woken = true;
		else
			wrong_end(s, ret);
	} while (!s->woken && !atomic_load(&load_stopping));
}

static void child_start(void)
{
	child = fork();
	if (child < 0)
		load_fail("fork");
	if (child)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

static void *sleeper_body(void *arg)
{
	static void (*const bodies[SLEEPER_KINDS])(
		struct sleeper *) = { sleep_futex, sleep_epoll, sleep_nanosleep,
				      sleep_pipe, sleep_wait };
	struct sleeper *s = arg;

	atomic_store(&s->tid, (int)syscall(SYS_gettid));
	bodies[s->kind](s);
	atomic_store(&s->done, true);
	return NULL;
}

static void ignore_signal(int sig)
{
	(void)sig;
}

static enum sleeper_kind next_kind(enum sleeper_kind kind, unsigned int kinds)
{
	do {
		kind = (kind + 1) % SLEEPER_KINDS;
	} while (!(kinds & 1u << kind));
	return kind;
}

void sleepers_start(unsigned int count, unsigned int kinds)
{
	struct sigaction wake = { .sa_handler = ignore_signal };
	enum sleeper_kind kind = SLEEPER_KINDS - 1;
	unsigned int i;

	sigaction(SIGUSR1, &wake, NULL);
	if (kinds & 1u << IN_WAIT)
		child_start();
	event = eventfd(0, EFD_CLOEXEC);
	sleepers = calloc(count ? count : 1, sizeof(*sleepers));
	if (event < 0 || !sleepers)
		load_fail("preparing sleepers");
	for (i = 0; i < count; i++) {
		kind = next_kind(kind, kinds);
		sleepers[i].kind = kind;
		if (kind == IN_PIPE && pipe2(sleepers[i].pipe, O_CLOEXEC))
			load_fail("pipe");
		sleepers[i].thread = load_thread(sleeper_body, &sleepers[i]);
	}
	sleepers_count = count;
}

static bool asleep(const struct sleeper *s)
{
	char path[64], line[128] = "", *state;
	FILE *file;

	if (!atomic_load(&s->tid))
		return false;
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", s->tid);
	file = fopen(path, "re");
	if (!file)
		return false;
	state = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
	fclose(file);
	return state && state[2] == 'S';
}

void sleepers_settle(void)
{
	unsigned int i;

	for (i = 0; i < sleepers_count; i++)
		while (!asleep(&sleepers[i]))
			usleep(2000);
}

/* A signal sent before the sleep has begun is lost: send it again. */
static void wake_nanosleeps(void)
{
	unsigned int i;
	bool left;

	do {
		left = false;
		for (i = 0; i < sleepers_count; i++) {
			if (sleepers[i].kind != IN_NANOSLEEP ||
			    atomic_load(&sleepers[i].done))
				continue;
			pthread_kill(sleepers[i].thread, SIGUSR1);
			left = true;
		}
		if (left)
			usleep(2000);
	} while (left);
}

void sleepers_stop(void)
{
	uint64_t one = 1;
	unsigned int i;

	__atomic_store_n(&futex_word, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &futex_word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL,
		0);
	if (write(event, &one, sizeof(one)) != sizeof(one))
		load_error("eventfd write: %s", strerror(errno));
	for (i = 0; i < sleepers_count; i++)
		if (sleepers[i].kind == IN_PIPE &&
		    write(sleepers[i].pipe[1], "x", 1) != 1)
			load_error("pipe write: %s", strerror(errno));
	if (child)
		kill(child, SIGKILL);
	wake_nanosleeps();
	for (i = 0; i < sleepers_count; i++)
		pthread_join(sleepers[i].thread, NULL);
}

void sleepers_report(void)
{
	unsigned long threads[SLEEPER_KINDS] = { 0 };
	unsigned long woken[SLEEPER_KINDS] = { 0 };
	unsigned long eintr[SLEEPER_KINDS] = { 0 };
	unsigned int i, kind;

	for (i = 0; i < sleepers_count; i++) {
		kind = sleepers[i].kind;
		threads[kind]++;
		woken[kind] += sleepers[i].woken;
		eintr[kind] += sleepers[i].eintr;
	}
	for (kind = 0; kind < SLEEPER_KINDS; kind++) {
		if (woken[kind] != threads[kind])
			load_error("%lu of %lu in %s were not woken",
				   threads[kind] - woken[kind], threads[kind],
				   sleeper_names[kind]);
		printf("load: asleep_in=%s threads=%lu woken=%lu eintr=%lu\n",
		       sleeper_names[kind], threads[kind], woken[kind],
		       eintr[kind]);
	}
}
